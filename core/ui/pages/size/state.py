"""State of the page Accuracy against size."""

from __future__ import annotations

from dataclasses import dataclass, field

from core.ui.shell.renewal import FieldKey


@dataclass
class SizeState:
    """What is looked at on the page.

    Attributes:
        opened: key of the point that is open; empty as long as none was chosen: then it is the best of the frontier.
        images: title of the test images; empty for the digits of MNIST.
        field: renewed when a point was clicked, so that the field shows it.
    """

    opened: str = ""
    images: str = ""
    field: FieldKey = field(default_factory=FieldKey)
