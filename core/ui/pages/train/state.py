"""What the Train page remembers."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class TrainState:
    """How the recipe is shown.

    Attributes:
        preview: which random changes of the training images are shown.
        unfolded: parts of the recipe that stay open.
    """

    preview: int = 0
    unfolded: set[str] = field(default_factory=set)
