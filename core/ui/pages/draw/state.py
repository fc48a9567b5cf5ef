"""State of the Draw page."""

from __future__ import annotations

from dataclasses import dataclass, field

from core.ui.widgets.canvas import BRUSH, Board

WAYS = ("Draw", "Photo", "Sample")
USUAL = "draw"  # the network that the page begins with


@dataclass
class DrawState:
    """A visitor's drawing and the choices of how it is read.

    Attributes:
        board: the canvas.
        brush: width of the next strokes, in canvas pixels.
        way: where the digits come from, out of `WAYS`.
        sample: the class whose sample is read, an index; None as long as none was chosen.
        as_one: true if all that is drawn is read as one digit.
        skipped_steps: steps between drawing and 28×28 pixels that are left out.
        compared: the networks that read the same drawing: names of trained ones, or names of runs' folders.
    """

    board: Board = field(default_factory=Board)
    brush: int = BRUSH
    way: str = WAYS[0]
    sample: int | None = None
    as_one: bool = False
    skipped_steps: frozenset[str] = frozenset()
    compared: list[str] = field(default_factory=list)
