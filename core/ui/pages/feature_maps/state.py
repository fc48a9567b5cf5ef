"""State of the page Feature maps."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class MapsState:
    """What is set on the page.

    Attributes:
        training: whether layers are shown as in a step of a training.
        seed: of what dropout draws, and of the other images of the batch.
    """

    training: bool = False
    seed: int = 0
