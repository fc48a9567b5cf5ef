"""State of the Train page."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class TrainState:
    """Display of the recipe.

    Attributes:
        preview_seed: seed of the augmentations in the preview.
        unfolded: parts of the recipe that stay open.
    """

    preview_seed: int = 0
    unfolded: set[str] = field(default_factory=set)
