"""Pooling as a picture: numbers forward, gradients backward, and what each cell says."""

from __future__ import annotations

import numpy as np

from core.learn.pooling import Kind, Pooled, Windows, sent_back, shares
from core.network.words import counted
from core.views.grids import Cell, Geometry, Grid, Pair, Spec, grids_data, plain_number, summand

LARGE, SMALL = ("input", "back"), ("output", "gradient")
IDLE = "Point at any cell, or walk with the keys: what belongs to it on the other side lights up. A click pins it."


def input_grid(image: np.ndarray, marks: dict[Cell, str] | None = None, said: list[str] | None = None) -> Grid:
    """The numbers that are pooled."""
    n = len(image)
    return Grid("input", f"Input, {n}×{n}", "input", image, True, marks=marks or {}, said=said or [])


def lone_input(image: np.ndarray) -> Spec:
    """The input alone, where no window fits."""
    grid = input_grid(image)
    return grids_data([("", [grid])], None, f"The input of {len(image)}×{len(image)} numbers.", "")


def pooling_data(image: np.ndarray, gradients: np.ndarray, windows: Windows, kind: Kind, forward: Pooled) -> Spec:
    """Forward and backward, one below the other.

    Args:
        image: (n, n) float64.
        gradients: (m, m) float64, of the loss by each output cell.
        windows: how the window goes over the input.
        kind: what is pooled by.
        forward: of this image.
    """
    n, m = windows.n, windows.size
    back = sent_back(gradients, windows, kind, forward)
    unread: dict[Cell, str] = dict.fromkeys(unread_cells(windows), "unread")
    tied: dict[Cell, str] = dict.fromkeys(forward.tied, "tied")
    places = list(np.ndindex(n, n))
    outputs = list(np.ndindex(m, m))
    of_input = [_input_words(cell, image, windows, kind, forward) for cell in places]
    of_back = [_back_words(cell, gradients, back, windows, kind, forward) for cell in places]
    of_output = [_output_words(at, image, windows, kind, forward) for at in outputs]
    of_gradient = [_gradient_words(at, gradients, windows, kind, forward) for at in outputs]
    total, sent = plain_number(float(gradients.sum())), plain_number(float(back.sum()))
    name = "Largest" if kind == "max" else "Mean"
    bands = [
        (
            "Forward: type the input",
            [
                input_grid(image, unread, of_input),
                Grid("output", f"→ {name} of each window, {m}×{m}", "output", forward.output, marks=tied, said=of_output),
            ],
        ),
        (
            "Backward: type the gradients at the output",
            [
                Grid("back", "Gradient at the input", "gradient at the input", back, marks=unread, said=of_back, under=f"Σ = {sent}"),
                Grid("gradient", "← Gradient at the output", "gradient at the output", gradients, True, said=of_gradient, under=f"Σ = {total}"),
            ],
        ),
    ]  # fmt: skip
    picks = forward.chosen if kind == "max" else None
    geometry = Geometry(m, windows.pool, (Pair(LARGE, SMALL),), ("output",), windows.stride, picks=picks)
    return grids_data(bands, geometry, pooling_alt(windows, kind, forward, total, sent), IDLE)


def pooling_alt(windows: Windows, kind: Kind, forward: Pooled, total: str, sent: str) -> str:
    """The picture in words."""
    words = "maximum" if kind == "max" else "mean"
    rows = "; ".join(", ".join(plain_number(one) for one in row) for row in forward.output)
    return (
        f"A window of {windows.pool}×{windows.pool} goes over {windows.n}×{windows.n} numbers with stride {windows.stride} and "
        f"keeps the {words}: {windows.size}×{windows.size} numbers, row by row {rows}. Backward, gradients with the sum {total} "
        f"at the output become gradients with the sum {sent} at the input."
    )


def unread_cells(windows: Windows) -> list[Cell]:
    """Input cells that lie in no window."""
    read = {cell for at in np.ndindex(windows.size, windows.size) for cell in windows.cells(*at)}
    return [cell for cell in np.ndindex(windows.n, windows.n) if cell not in read]


def readers(cell: Cell, windows: Windows) -> list[Cell]:
    """Output cells whose window has an input cell in it."""
    return [at for at in np.ndindex(windows.size, windows.size) if cell in windows.cells(*at)]


def _where(cell: Cell) -> str:
    return f"row {cell[0] + 1}, column {cell[1] + 1}"


def _output_words(at: Cell, image: np.ndarray, windows: Windows, kind: Kind, forward: Pooled) -> str:
    values = [float(image[cell]) for cell in windows.cells(*at)]
    result = plain_number(float(forward.output[at]))
    if kind == "mean":
        return f"Output, {_where(at)} = ({' + '.join(map(summand, values))}) / {len(values)} = {result}"
    words = f"Output, {_where(at)} = max({', '.join(map(plain_number, values))}) = {result}. "
    words += f"What is remembered for the way back: it stood in {_where(forward.chosen[at])}."
    if at in forward.tied:
        words += f" {_tie(values.count(max(values)))}"
    return words


def _tie(cells: int) -> str:
    return f"A tie: {counted(cells, 'cell')} are the maximum. The first, row by row, is remembered, as in TensorFlow."


def _input_words(cell: Cell, image: np.ndarray, windows: Windows, kind: Kind, forward: Pooled) -> str:
    found = readers(cell, windows)
    start = f"Input, {_where(cell)} is {plain_number(float(image[cell]))}"
    if not found:
        return f"{start}. It lies in no window: whatever stands there, the output stays the same."
    inside = f"{start}. It lies in {counted(len(found), 'window')}"
    if kind == "mean":
        return f"{inside} and is a part of each mean: 1/{windows.pool**2}."
    chosen = [at for at in found if forward.chosen[at] == cell]
    if not chosen:
        return f"{inside} and is remembered as the maximum of none: a small change of it changes nothing."
    return f"{inside} and is remembered as the maximum of {'it' if len(found) == 1 else len(chosen)}."


def _gradient_words(at: Cell, gradients: np.ndarray, windows: Windows, kind: Kind, forward: Pooled) -> str:
    number = float(gradients[at])
    start = f"The gradient {plain_number(number)} at the output, {_where(at)}"
    if kind == "mean":
        parts = windows.pool**2
        return f"{start} is shared by {counted(parts, 'cell')} of its window: {summand(number)} / {parts} = {plain_number(number / parts)} each."
    words = f"{start} goes to one cell, the remembered maximum in {_where(forward.chosen[at])}."
    return f"{words} A tie was decided for the first." if at in forward.tied else words


def _back_words(
    cell: Cell, gradients: np.ndarray, back: np.ndarray, windows: Windows, kind: Kind, forward: Pooled
) -> str:
    start = f"Gradient at the input, {_where(cell)}"
    found = readers(cell, windows)
    if not found:
        return f"{start} = 0: the cell lies in no window."
    received = [at for at in found if cell in shares(at, windows, kind, forward)]
    if not received:
        return f"{start} = 0: it lies in {counted(len(found), 'window')}, and is remembered as the maximum of none."
    result = plain_number(float(back[cell]))
    if kind == "max" and len(received) == 1:
        return f"{start} = {result}: the whole gradient of a window, whose maximum it was."
    share = "" if kind == "max" else f"/{windows.pool**2}"
    words = f"{start} = {' + '.join(f'{summand(float(gradients[at]))}{share}' for at in received)} = {result}"
    if len(received) > 1:
        return f"{words}. Its {len(received)} windows overlap there, and what they send back adds up."
    return words
