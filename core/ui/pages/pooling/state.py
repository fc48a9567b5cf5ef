"""State of the page Pooling."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from core.learn.numbers import patch, random_numbers
from core.learn.pooling import Kind, Windows
from core.ui.shell.renewal import Renewal
from core.ui.widgets.grids import Typed

SMALLEST, LARGEST_SIDE = 4, 8
EXAMPLE = ((1, 3, 2, 1), (5, 2, 0, 4), (1, 7, 6, 2), (0, 3, 2, 8))
GRADIENTS = ((1, 2), (3, 4))


def _example() -> np.ndarray:
    numbers = random_numbers(1, (LARGEST_SIDE, LARGEST_SIDE), 0)
    numbers[:4, :4] = EXAMPLE
    return numbers


def _gradients() -> np.ndarray:
    numbers = np.ones((LARGEST_SIDE, LARGEST_SIDE))
    numbers[:2, :2] = GRADIENTS
    return numbers


@dataclass
class PoolingState:
    """What is pooled.

    Attributes:
        n: rows and columns of the input that are shown.
        kind, pool, stride: of the layer.
        numbers: (8, 8), of which the first n×n are the input; what lies beyond is there again when it grows.
        gradients: (8, 8), of which the first m×m are those at the output.
        seed: of the last random numbers or patch.
        turn: renewed when numbers change otherwise than by typing.
    """

    n: int = SMALLEST
    kind: Kind = "max"
    pool: int = 2
    stride: int = 2
    numbers: np.ndarray = field(default_factory=_example)
    gradients: np.ndarray = field(default_factory=_gradients)
    seed: int = 1
    turn: Renewal = field(default_factory=Renewal)

    @property
    def image(self) -> np.ndarray:
        """The input, (n, n)."""
        return self.numbers[: self.n, : self.n]

    def gradients_of(self, windows: Windows) -> np.ndarray:
        """The gradients at the output, (m, m)."""
        return self.gradients[: windows.size, : windows.size]

    def take(self, typed: Typed) -> None:
        """Numbers that were typed into the grids `input` and `gradient`."""
        for (grid, row, column), number in typed.items():
            (self.numbers if grid == "input" else self.gradients)[row, column] = number

    def randomise(self) -> None:
        """Whole numbers from 0 to 9 as the input."""
        self._fill(random_numbers(self.seed + 1, (LARGEST_SIDE, LARGEST_SIDE), 0))

    def take_patch(self, dataset: str) -> None:
        """A part of a test image as the input."""
        self._fill(patch(dataset, self.seed + 1, self.n, LARGEST_SIDE))

    def restart(self) -> None:
        """The numbers with which the page begins."""
        self.gradients = _gradients()
        self._fill(_example())

    def _fill(self, numbers: np.ndarray) -> None:
        self.numbers = numbers
        self.seed += 1
        self.turn.renew()
