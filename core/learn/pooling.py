"""Pooling by hand, forward and backward: which cell was the maximum, and where a gradient goes.

Pooling has no parameters, and it takes part in back-propagation: the mean gives each cell of its window the same share of
the gradient, the maximum gives all of it to the cell that was the maximum going forward. In both, what comes in is what
goes out: the sum of the gradients stays.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

Kind = Literal["max", "mean"]


class CannotPool(ValueError):
    """The window does not fit; its words say what would work."""


@dataclass(frozen=True)
class Windows:
    """The windows of a pooling layer over n×n cells, without padding.

    Attributes:
        n: rows and columns of the input.
        pool: rows and columns of a window.
        stride: cells from one window to the next.
    """

    n: int
    pool: int
    stride: int

    def __post_init__(self) -> None:
        if self.pool > self.n:
            raise CannotPool(
                f"A window of {self.pool}×{self.pool} does not fit into {self.n}×{self.n} cells. Take a smaller window or a "
                "larger input."
            )

    @property
    def size(self) -> int:
        """Rows and columns of the output: ⌊(n − k) / s⌋ + 1."""
        return (self.n - self.pool) // self.stride + 1

    @property
    def overlap(self) -> bool:
        """Whether neighbouring windows share cells."""
        return self.stride < self.pool and self.size > 1

    @property
    def unread(self) -> int:
        """Cells that lie in no window: their gradient is 0 whatever comes back."""
        read = {start + step for start in range(0, self.size * self.stride, self.stride) for step in range(self.pool)}
        return self.n**2 - len(read) ** 2

    def cells(self, row: int, column: int) -> list[tuple[int, int]]:
        """The input cells, (row, column) from 0, of the window at an output cell, row by row."""
        top, left = row * self.stride, column * self.stride
        return [(top + r, left + c) for r in range(self.pool) for c in range(self.pool)]


class Pooled(NamedTuple):
    """A pooling forward.

    Attributes:
        output: (m, m) float64.
        chosen: output cell → the input cell that was its maximum; of several, the first, row by row, as in TensorFlow.
        tied: output cells whose maximum stands in more than one cell.
    """

    output: np.ndarray
    chosen: dict[tuple[int, int], tuple[int, int]]
    tied: tuple[tuple[int, int], ...]


def pooled(image: np.ndarray, windows: Windows, kind: Kind) -> Pooled:
    """The output of a pooling layer for (n, n) numbers, and what it has to remember for the way back."""
    output = np.zeros((windows.size, windows.size))
    chosen, tied = {}, []
    for at in np.ndindex(output.shape):
        cells = windows.cells(*at)
        values = [float(image[cell]) for cell in cells]
        if kind == "mean":
            output[at] = sum(values) / len(values)
            continue
        output[at] = most = max(values)
        chosen[at] = cells[values.index(most)]
        if values.count(most) > 1:
            tied.append(at)
    return Pooled(output, chosen, tuple(tied))


def sent_back(gradients: np.ndarray, windows: Windows, kind: Kind, forward: Pooled) -> np.ndarray:
    """The gradient of the loss by each input cell, (n, n), from that by each output cell, (m, m)."""
    found = np.zeros((windows.n, windows.n))
    for at, gradient in np.ndenumerate(gradients):
        for cell, share in shares(at, windows, kind, forward).items():
            found[cell] += share * gradient
    return found


def shares(at: tuple[int, int], windows: Windows, kind: Kind, forward: Pooled) -> dict[tuple[int, int], float]:
    """Input cell → its share of the gradient at one output cell; the shares add up to 1."""
    if kind == "max":
        return {forward.chosen[at]: 1.0}
    cells = windows.cells(*at)
    return dict.fromkeys(cells, 1 / len(cells))
