"""State of the Calibration page."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class CalibrationState:
    """What is looked at on the page.

    Attributes:
        threshold: the least probability with which a network answers, 0…1.
        tempered: key of the network whose temperature is shown; empty for the first.
    """

    threshold: float = 0.9
    tempered: str = ""
