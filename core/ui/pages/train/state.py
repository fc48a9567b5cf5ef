"""State of the Train page."""

from __future__ import annotations

from dataclasses import dataclass, field

from core.ui.shell.renewal import Renewal


@dataclass
class TrainState:
    """Display of the recipe.

    Attributes:
        preview_seed: seed of the augmentations in the preview.
        unfolded: parts of the recipe that stay open.
        other: the network that is trained beside, as `core.ui.pages.train.other.offered` has it; empty for none.
        others: renewed when it was chosen by something else than its own field.
    """

    preview_seed: int = 0
    unfolded: set[str] = field(default_factory=set)
    other: str = ""
    others: Renewal = field(default_factory=Renewal)
