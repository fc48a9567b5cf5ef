"""State of the Teach page."""

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
    """The collection in use, its canvases, and the drawing that is open.

    Attributes:
        which: the collection that the page is about: `digits` or `own`.
        canvas_key, play_canvas_key: renewed to give the next drawing an empty canvas.
        last_saved: the drawing that was saved last; it tells a late update of its canvas from a new drawing.
        opened: the drawing that is open, out of `Collection.identities`: its place may be another's by then; None for none.
    """

    which: str = "digits"
    canvas_key: Renewal = field(default_factory=Renewal)
    play_canvas_key: Renewal = field(default_factory=Renewal)
    last_saved: SavedDrawing | None = None
    opened: int | None = None
