"""State of the page Stacking layers."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import count

from core.learn.stacking import MOST_LAYERS, Stack, StackedLayer
from core.ui.shell.renewal import Renewal

BEGINNING: Stack = (StackedLayer(3), StackedLayer(3, 2), StackedLayer(3, 1, 2))


@dataclass
class StackedRow:
    """A layer that can be typed, with a number that stays with it wherever it is moved."""

    identity: int
    layer: StackedLayer


def _rows() -> list[StackedRow]:
    return [StackedRow(number, layer) for number, layer in enumerate(BEGINNING)]


@dataclass
class StackingState:
    """The stack that is looked at.

    Attributes:
        n: cells of the input along an axis.
        channels: into and out of each layer.
        target: rows and columns to cover in the task.
        rows: the layers, the first one on the input.
        unit: of the last layer, from 0; None for the one in the middle; may lie behind the end.
        turn: renewed when the unit changes otherwise than by its field.
        identities: numbers of rows that none has had.
    """

    n: int = 28
    channels: int = 16
    target: int = 20
    rows: list[StackedRow] = field(default_factory=_rows)
    unit: int | None = None
    turn: Renewal = field(default_factory=Renewal)
    identities: count[int] = field(default_factory=lambda: count(len(BEGINNING)))

    @property
    def stack(self) -> Stack:
        """The layers as a value."""
        return tuple(row.layer for row in self.rows)

    def open(self, stack: Stack) -> None:
        """Another stack."""
        self.rows = [StackedRow(next(self.identities), layer) for layer in stack]
        self._begin()

    def set(self, row: StackedRow, name: str, value: int) -> None:
        """Another value of one field of a row."""
        row.layer = replace(row.layer, **{name: value})

    def add(self) -> None:
        """A layer of 3×3 behind the last one, where there is room."""
        if len(self.rows) < MOST_LAYERS:
            self.rows.append(StackedRow(next(self.identities), StackedLayer()))
            self._begin()

    def remove(self, row: StackedRow) -> None:
        """Take a row out, unless it is the last that is left."""
        if row in self.rows and len(self.rows) > 1:
            self.rows.remove(row)
            self._begin()

    def move(self, row: StackedRow, by: int) -> None:
        """Let a row stand `by` places further down, as far as there are any."""
        if row in self.rows:
            at = self.rows.index(row)
            self.rows.insert(min(max(at + by, 0), len(self.rows) - 1), self.rows.pop(at))

    def _begin(self) -> None:
        self.unit = None
        self.turn.renew()
