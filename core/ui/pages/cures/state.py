"""State of the Over-fitting page."""

from __future__ import annotations

from dataclasses import dataclass

from core.insight.dropping import Dropped
from core.study.cures import IMAGES


@dataclass
class CuresState:
    """What is set and looked at on the page.

    Attributes:
        preset: key of the network that is trained; empty for the one in the editor.
        dataset: what it learns from.
        images: how many training images.
        epochs: of each run.
        own_recipe: whether the rest of the recipe is the one that is set on Train.
        left_out: names of the variants that are not trained.
        chosen: title of the run whose curves stand out; None for all alike.
        kind, rate: of the dropout that is shown on a map.
        drawn: what it did to that map.
    """

    preset: str = ""
    dataset: str = "mnist"
    images: int = IMAGES
    epochs: int = 30
    own_recipe: bool = False
    left_out: frozenset[str] = frozenset()
    chosen: str | None = None
    kind: str = "Dropout"
    rate: float = 0.3
    drawn: Dropped | None = None
