"""Small arrays of numbers side by side, of which one slides over another: the data of the component `grids`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from core.learn.numbers import LARGEST
from core.views.theme import SIGNED

Spec = dict[str, object]
Cell = tuple[int, int]
COLOURS = list(SIGNED)


@dataclass(frozen=True)
class Grid:
    """One array.

    Attributes:
        id: unique in the picture; letters, digits and `/`.
        title: above it.
        noun: what one of its numbers is called, for screen readers.
        values: (h, w) float64.
        editable: whether its numbers can be typed.
        pad: cells of zeros that are drawn before and behind it.
        under: words below it.
        said: for each cell, row by row, what is said while it is looked at; empty where the browser writes its sum.
        marks: cell → `tied` or `unread`.
        bias: the grid of 1×1 whose number is added to each sum; empty for none.
        limit: the number that gets the strongest colour; None for the largest that is there.
    """

    id: str
    title: str
    noun: str
    values: np.ndarray
    editable: bool = False
    pad: tuple[int, int] = (0, 0)
    under: str = ""
    said: Sequence[str] = ()
    marks: Mapping[Cell, str] = field(default_factory=dict)
    bias: str = ""
    limit: float | None = None

    def data(self) -> Spec:
        """What the browser draws."""
        rows, columns = self.values.shape
        most = float(np.abs(self.values).max(initial=0.0)) if self.limit is None else self.limit
        return {
            "id": self.id, "title": self.title, "noun": self.noun, "under": self.under, "bias": self.bias,
            "rows": rows, "columns": columns, "values": self.values.tolist(), "editable": self.editable,
            "pad": list(self.pad), "said": list(self.said), "limit": most or 1.0, "colours": COLOURS,
            "marks": {f"{row},{column}": kind for (row, column), kind in self.marks.items()},
        }  # fmt: skip


@dataclass(frozen=True)
class Pair:
    """Grids that belong together in all cells: small ones slide over large ones, by a kernel where there is one."""

    large: tuple[str, ...]
    small: tuple[str, ...]
    kernel: str = ""


@dataclass(frozen=True)
class Geometry:
    """How small grids slide over large ones.

    The cell r of a small grid and the offset y of the kernel belong to the cell r·stride + y·dilation − before of the large
    one, along each axis.

    Attributes:
        size: rows and columns of a small grid.
        kernel: rows and columns of the kernel or window.
        pairs: which grids belong together.
        walks: the grids through whose positions the slider goes.
        flip: whether kernels are turned by 180° before they are laid on.
        picks: cell of a small grid → the one cell of its window that counts; None where all do.
    """

    size: int
    kernel: int
    pairs: tuple[Pair, ...]
    walks: tuple[str, ...]
    stride: int = 1
    dilation: int = 1
    before: int = 0
    flip: bool = False
    picks: Mapping[Cell, Cell] | None = None

    def data(self) -> Spec:
        """What the browser reckons with."""
        picks = None if self.picks is None else {f"{r},{c}": list(there) for (r, c), there in self.picks.items()}
        pairs = [{"large": one.large, "small": one.small, "kernel": one.kernel} for one in self.pairs]
        return {
            "size": self.size, "kernel": self.kernel, "pairs": pairs, "walks": list(self.walks), "stride": self.stride,
            "dilation": self.dilation, "before": self.before, "flip": self.flip, "picks": picks,
        }  # fmt: skip


def plain_number(number: float) -> str:
    """A number with up to six digits and a true minus."""
    return f"{number + 0.0:.6g}".replace("-", "−")


def summand(number: float) -> str:
    """The same within a sum or product: negative ones in brackets."""
    return f"({plain_number(number)})" if number < 0 else plain_number(number)


def grids_data(
    bands: Sequence[tuple[str, Sequence[Grid]]],
    geometry: Geometry | None,
    alt: str,
    idle: str,
    sums: Sequence[str] = (),
) -> Spec:
    """The whole picture.

    Args:
        bands: rows of grids, each with a title.
        geometry: None where nothing slides.
        alt: the picture in words.
        idle: what is said while no cell is looked at.
        sums: grids of which each number is written out as a sum of products.
    """
    return {
        "bands": [{"title": title, "grids": [one.data() for one in grids]} for title, grids in bands],
        "geometry": None if geometry is None else geometry.data(),
        "alt": alt, "idle": idle, "sums": list(sums), "most": LARGEST,
    }  # fmt: skip
