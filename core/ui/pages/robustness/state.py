"""State of the Robustness page."""

from __future__ import annotations

from dataclasses import dataclass, field

from core.ui.shell.renewal import Renewal


@dataclass
class RobustnessState:
    """What is looked at on the page.

    Attributes:
        transform: key of what the images are changed by.
        opened: transform, network and strength of the point whose mistakes are shown; None as long as none was chosen.
        clicks: renewed when it was chosen by a click in the chart, and not by the fields below.
        test_image: index of the image that is open; None as long as none was clicked.
        trained: key of the run that was started here last, as a network of a study; empty before there is one.
    """

    transform: str = "rotation"
    opened: tuple[str, str, float] | None = None
    clicks: Renewal = field(default_factory=Renewal)
    test_image: int | None = None
    trained: str = ""
