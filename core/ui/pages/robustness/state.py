"""State of the Robustness page."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class RobustnessState:
    """What is looked at on the page.

    Attributes:
        transform: key of what the images are changed by.
        drawing: whether the film strip shows the visitor's drawing, where there is one, and not a test image.
    """

    transform: str = "rotation"
    drawing: bool = False
