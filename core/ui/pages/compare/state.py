"""State of the Compare page."""

from __future__ import annotations

from dataclasses import dataclass, field

from core.ui.shell.renewal import Renewal


@dataclass
class CompareState:
    """What is looked at on the page.

    Attributes:
        opened: keys of the network that gets the shown images right and of the one that does not; None for none.
        test_image: index of the image that is open; None as long as none was clicked.
        joined: keys of the runs that have joined the comparison because they were trained for it.
        finished: presets whose finished trainings are beside the curves; None before the first visit.
        choices: renewed when these were set by something else than their own field.
    """

    opened: tuple[str, str] | None = None
    test_image: int | None = None
    joined: frozenset[str] = frozenset()
    finished: tuple[str, ...] | None = None
    choices: Renewal = field(default_factory=Renewal)
