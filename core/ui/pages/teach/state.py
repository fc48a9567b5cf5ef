"""What the page Teach remembers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from core.ui.shell.renewal import Renewal

if TYPE_CHECKING:
    import numpy as np


class SavedDrawing(NamedTuple):
    """A drawing that joined a collection: its first stroke (n, 2) in canvas pixels, and its (28, 28) image."""

    stroke: np.ndarray
    image: np.ndarray


@dataclass
class TeachState:
    """Where the visitor is.

    Attributes:
        which: the collection that the page is about: `digits` or `own`.
        canvas, play_canvas: renewed to give the next drawing an empty canvas.
        last: the drawing that was saved last; it tells a late update of its canvas from a new drawing.
        chosen: the number of the drawing that is open; None for none.
    """

    which: str = "digits"
    canvas: Renewal = field(default_factory=Renewal)
    play_canvas: Renewal = field(default_factory=Renewal)
    last: SavedDrawing | None = None
    chosen: int | None = None
