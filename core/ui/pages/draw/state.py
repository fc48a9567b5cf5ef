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
        samples: for each dataset the class whose sample is read, an index; None where none was chosen.
        as_one: the drawing or photo that is read as one digit, as `DrawState.shown` names it; None for none.
        skipped_steps: steps between drawing and 28×28 pixels that are left out.
        compared: the networks that read the same drawing: names of trained ones, or names of runs' folders.
    """

    board: Board = field(default_factory=Board)
    brush: int = BRUSH
    way: str = WAYS[0]
    samples: dict[str, int | None] = field(default_factory=dict)
    as_one: str | None = None
    skipped_steps: frozenset[str] = frozenset()
    compared: list[str] = field(default_factory=list)

    def shown(self, upload: str) -> str:
        """The name of what is drawn, or of the photo with this id: choices that are made for it have it in their keys."""
        return f"photo/{upload}" if self.way == "Photo" else f"{self.way.lower()}/{self.board}"
