"""The computation of one output value as HTML: patches, kernels and products in coloured cells."""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from typing import NamedTuple, SupportsFloat

import numpy as np

from core.insight.explanation import Explanation
from core.insight.steps import (
    Added,
    Copied,
    DepthwiseSums,
    Function,
    Maximum,
    Mean,
    Normalized,
    Patch,
    Softmax,
    Step,
    WeightedSum,
)
from core.network import Branches, Network, Path
from core.network.network import layer_label
from core.network.words import counted
from core.views.images import Scale, activation_scale, figure, signed_scale
from core.views.theme import coloured, ink_on

MOST_CHANNELS = 6  # of a patch that are drawn; those that weigh most
MOST_CELLS = 64  # of a patch whose numbers can still be read
MOST_TERMS = 8  # of a long sum that are listed


class Part(NamedTuple):
    """One step of the arithmetic.

    Attributes:
        title: what is done.
        words: the sum in a line.
        html: its picture; may be empty.
    """

    title: str
    words: str
    html: str


class Term(NamedTuple):
    """An input with a large contribution: its position and the contribution."""

    path: Path
    index: tuple[int, ...]
    words: str


def parts(explanation: Explanation) -> list[Part]:
    """The steps from what is read to the value."""
    return [_part(step) for step in explanation.steps]


def heading(network: Network, explanation: Explanation) -> str:
    """`Layer 3 · Conv2D, map 2, row 4, column 5`."""
    return f"{source_words(network, explanation.path)}, {unit_words(explanation.index)}"


def source_words(network: Network, path: Path) -> str:
    """`Layer 3 · Conv2D`; `the image`."""
    return f"Layer {layer_label(path)} · {_kind(network.at(path))}" if path else "The image"


def unit_words(index: Sequence[int]) -> str:
    """(3, 4, 1) → `map 2, row 4, column 5`; (6,) → `unit 7`."""
    if len(index) == 1:
        return f"unit {index[0] + 1}"
    return f"map {index[2] + 1}, row {index[0] + 1}, column {index[1] + 1}"


def strongest_terms(explanation: Explanation, most: int = 3) -> list[Term]:
    """The inputs that contribute most, largest first."""
    found: list[tuple[float, Term]] = []
    for patch, weight in _weighed(explanation):
        order = np.argsort(-np.abs(weight), axis=None, kind="stable")[: most + patch.padding.size]
        for row, column, channel in zip(*np.unravel_index(order, weight.shape)):
            index = patch.index(int(row), int(column), int(channel))
            if index is not None and len(found) < 4 * most:
                value = patch.values[row, column, channel]
                words = f"{unit_words(index)}: {_number(value)}"
                found.append((abs(float(weight[row, column, channel])), Term(patch.path, index, words)))
    found.sort(key=lambda pair: -pair[0])
    return [term for _, term in found[:most]]


def table(explanation: Explanation) -> list[dict[str, object]]:
    """The arithmetic as lines of numbers: every cell that is read, with its weight, then what each step gives."""
    lines = []
    for step in explanation.steps:
        title = _part(step).title
        lines += [_line(title, **cell) for cell in _cells(step)]
        if not isinstance(step, DepthwiseSums):
            lines.append(_line(f"{title}: result", number=float(step.result)))
    return lines


def _line(step: str, **cells: object) -> dict[str, object]:
    return {"step": step} | {
        name: cells.get(name, "") for name in ("map", "row", "column", "number", "weight", "product")
    }


def _cells(step: Step) -> Iterator[dict[str, object]]:
    """Inputs of one step; positions count from 1, with those of padding outside of the map."""
    if isinstance(step, (Function, Normalized)):
        yield {"number": step.argument}
    if isinstance(step, Softmax):
        for number, (argument, power) in enumerate(zip(step.arguments, step.exponentials), 1):
            yield {"map": number, "number": float(argument), "product": float(power)}
    if isinstance(step, WeightedSum) and step.patch is None:
        for number, (read, weight) in enumerate(zip(np.ravel(step.inputs), np.ravel(step.weights)), 1):
            product = float(read) * float(weight)
            yield {"map": number, "number": float(read), "weight": float(weight), "product": product}
        return
    patches: tuple[Patch | None, ...] = step.patches if isinstance(step, Added) else (getattr(step, "patch", None),)
    for patch in patches:
        if patch is None:
            continue
        for at, read in np.ndenumerate(patch.values):
            where: dict[str, object] = {"map": int(patch.channels[at[2]]) + 1, "number": float(read)}
            if len(patch.shape) == 3:
                where |= {"row": int(patch.rows[at[0]]) + 1, "column": int(patch.columns[at[1]]) + 1}
            if isinstance(step, WeightedSum):
                weight = float(step.weights[at])
                yield where | {"weight": weight, "product": float(read) * weight}
            elif isinstance(step, DepthwiseSums):
                for weight in step.weights[at]:
                    yield where | {"weight": float(weight), "product": float(read) * float(weight)}
            else:
                yield where


def _weighed(explanation: Explanation) -> list[tuple[Patch, np.ndarray]]:
    """(patch, how much each of its numbers matters) with equal shapes."""
    first = explanation.steps[0] if explanation.steps else None
    if isinstance(first, WeightedSum) and first.patch is not None:
        return [(first.patch, first.products)]
    if isinstance(first, DepthwiseSums):
        return [(first.patch, np.abs(first.products).sum(axis=3))]
    if isinstance(first, Maximum):
        weight = np.zeros(first.patch.values.shape)
        weight[*first.winner, 0] = 1
        return [(first.patch, weight)]
    return [(patch, np.abs(patch.values) + 1e-9) for patch in explanation.sources]


def _part(step: Step) -> Part:
    return _PARTS[type(step)](step)


def _weighted(step: WeightedSum) -> Part:
    rows, columns, channels = step.inputs.shape
    bias = "" if step.bias is None else f" {_signed(step.bias)} (bias)"
    if rows == columns == 1:
        title = f"{counted(channels, 'product')} of a number and its weight, summed"
        words = f"Σ products = {_number(step.sums.sum())}{bias} = **{_number(step.result)}**"
        return Part(title, words, _terms(step.inputs[0, 0], step.weights[0, 0], step.products[0, 0]))
    sums = step.sums
    shown = np.sort(np.argsort(-np.abs(sums), kind="stable")[:MOST_CHANNELS])
    padding = step.patch.padding if step.patch is not None else None
    scales = activation_scale(step.inputs), signed_scale(step.weights), signed_scale(step.products)
    lines = []
    for channel in shown:
        name = f"map {step.patch.channels[channel] + 1}" if step.patch is not None and channels > 1 else ""
        grids = (
            number_grid(step.inputs[..., channel], scales[0], f"input {name}", padding),
            _sign("×"),
            number_grid(step.weights[..., channel], scales[1], "kernel"),
            _sign("="),
            number_grid(step.products[..., channel], scales[2], "products", padding),
            _sign(f"Σ {_number(sums[channel])}"),
        )
        lines.append(_row(name, "".join(grids)))
    rest = channels - len(shown)
    if rest:
        others = sums.sum() - sums[shown].sum()
        lines.append(_row("", f"<span>{counted(rest, 'other map')} together: {_number(others)}.</span>"))
    listed = " ".join(_signed(value) for value in sums[shown]) if channels > 1 else _number(sums[0])
    if rest:
        listed += f" {_signed(sums.sum() - sums[shown].sum())}"
    total = f"{listed.removeprefix('+ ')}{bias} = **{_number(step.result)}**"
    return Part("Patch × kernel, summed", total, "".join(lines))


def _depthwise(step: DepthwiseSums) -> Part:
    products, results = step.products, step.result
    kernels = step.weights.shape[3]
    shown = np.sort(np.argsort(-np.abs(results), kind="stable")[:MOST_CHANNELS])
    scales = activation_scale(step.patch.values), signed_scale(step.weights), signed_scale(products)
    lines = []
    for number in shown:
        channel, kernel = divmod(int(number), kernels)
        name = f"map {step.patch.channels[channel] + 1}"
        grids = (
            number_grid(step.patch.values[..., channel], scales[0], f"input {name}", step.patch.padding),
            _sign("×"),
            number_grid(step.weights[..., channel, kernel], scales[1], "kernel"),
            _sign("="),
            number_grid(products[..., channel, kernel], scales[2], "products", step.patch.padding),
            _sign(f"Σ {_number(results[number])}"),
        )
        lines.append(_row(name, "".join(grids)))
    rest = len(results) - len(shown)
    words = f"{counted(len(results), 'number')}, one for each map" + (
        f"; the {len(shown)} largest are drawn" if rest else ""
    )
    return Part("Depthwise: each map times a kernel of its own", words, "".join(lines))


def _function(step: Function) -> Part:
    slope = "" if step.slope is None else f" with slope {step.slope:g}"
    words = f"{step.name}({_number(step.argument)}) = **{_number(step.result)}**"
    return Part(f"Activation: {step.name}{slope}", words, "")


def _softmax(step: Softmax) -> Part:
    words = (
        f"exp({_number(step.arguments[step.channel])} − {_number(step.highest)}) / "
        f"Σ = {_number(step.exponentials[step.channel])} / {_number(step.sum)} = **{_number(step.result)}**"
    )
    table = _list(
        [
            (
                f"{'▸ ' if n == step.channel else ''}unit {n + 1}",
                f"exp({_number(x)} − {_number(step.highest)})",
                _number(e),
            )
            for n, (x, e) in list(enumerate(zip(step.arguments, step.exponentials)))[: 4 * MOST_TERMS]
        ]
    )
    return Part("Softmax: its share of the exponentials", words, table)


def _maximum(step: Maximum) -> Part:
    row, column = step.winner
    scale = activation_scale(step.patch.values)
    grid = number_grid(step.patch.values[..., 0], scale, "the window", step.patch.padding, (row, column))
    words = f"The largest is in row {row + 1}, column {column + 1} of the window: **{_number(step.result)}**"
    return Part("The largest number of the window", words, _row("", grid))


def _mean(step: Mean) -> Part:
    grid = number_grid(
        step.patch.values[..., 0], activation_scale(step.patch.values), "the window", step.patch.padding
    )
    words = f"{_number(step.sum)} / {step.count} = **{_number(step.result)}**"
    return Part(f"The mean of {counted(step.count, 'number')}", words, _row("", grid))


def _normalized(step: Normalized) -> Part:
    words = f"({_number(step.argument)} − {_number(step.mean)}) / √({_number(step.variance)} + {step.epsilon:g})"
    if step.gamma is not None:
        words = f"{_number(step.gamma)} · {words}"
    if step.beta is not None:
        words += f" {_signed(step.beta)}"
    whose = (
        "over the training batches" if step.patch is None else f"of {counted(step.patch.values.size, 'number')} here"
    )
    return Part(f"Normalised by the mean and variance {whose}", f"{words} = **{_number(step.result)}**", "")


def _copied(step: Copied) -> Part:
    branch = "" if step.branch is None else f" It comes from branch {step.branch + 1}."
    title = "Padding: a zero" if step.patch.padding.all() else "Taken as it is"
    return Part(title, f"**{_number(step.result)}**.{branch}", "")


def _added(step: Added) -> Part:
    terms = " ".join(_signed(term) for term in step.terms).removeprefix("+ ")
    return Part("The branches are summed", f"{terms} = **{_number(step.result)}**", "")


_PARTS = {
    WeightedSum: _weighted,
    DepthwiseSums: _depthwise,
    Function: _function,
    Softmax: _softmax,
    Maximum: _maximum,
    Mean: _mean,
    Normalized: _normalized,
    Copied: _copied,
    Added: _added,
}


def number_grid(
    values: np.ndarray,
    scale: Scale,
    name: str,
    padding: np.ndarray | None = None,
    marked: tuple[int, int] | None = None,
) -> str:
    """(rows, columns) numbers in coloured cells; padding is hatched, where there are few the numbers are written."""
    rows, columns = values.shape
    colours = coloured(values, *scale)
    written = rows * columns <= MOST_CELLS
    cells = []
    for r in range(rows):
        line = []
        for c in range(columns):
            ground = "#{:02x}{:02x}{:02x}".format(*colours[r, c])
            outside = padding is not None and bool(padding[r, c])
            look = _HATCHED if outside else f"background:{ground};color:{ink_on(ground)}"
            ring = ";outline:2px solid #22d3ee;outline-offset:-2px" if marked == (r, c) else ""
            text = ("0" if outside else _short(values[r, c])) if written else ""
            line.append(f'<td style="{look}{ring}" title="{values[r, c]:.6g}">{text}</td>')
        cells.append(f"<tr>{''.join(line)}</tr>")
    size = "numbers" if written else "dots"
    return f'<table class="cells {size}" aria-label="{html.escape(name)}">{"".join(cells)}</table>'


def _terms(inputs: np.ndarray, weights: np.ndarray, products: np.ndarray) -> str:
    """The largest terms of a long sum."""
    order = np.argsort(-np.abs(products), kind="stable")[:MOST_TERMS]
    lines = [(f"unit {n + 1}", f"{_number(inputs[n])} × {_number(weights[n])}", _number(products[n])) for n in order]
    rest = len(products) - len(order)
    if rest:
        lines.append((f"the other {rest:,}", "", _number(products.sum() - products[order].sum())))
    return _list(lines)


def _list(lines: Sequence[tuple[str, str, str]]) -> str:
    body = "".join(f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in line)}</tr>" for line in lines)
    return f'<table class="terms">{body}</table>'


def _row(label: str, content: str) -> str:
    name = f'<span class="name">{html.escape(label)}</span>' if label else ""
    return f'<div class="sum">{name}{content}</div>'


def _sign(text: str) -> str:
    return f'<span class="sign">{html.escape(text)}</span>'


def _kind(block: object) -> str:
    return (
        ("sum of branches" if block.merge == "add" else "branches side by side")
        if isinstance(block, Branches)
        else type(block).__name__
    )


def _number(value: SupportsFloat) -> str:
    return figure(float(value), digits=4)


def _signed(value: float) -> str:
    """`+ 0.5`, `− 0.5`: to be put behind another term."""
    return f"{'−' if value < 0 else '+'} {abs(value):.4g}"


def _short(value: float) -> str:
    """Format a number with as many digits as fit into a cell."""
    text = f"{value:.2f}" if abs(value) < 10 else f"{value:.0f}"
    return (
        text.replace("-0.00", "0.00").replace("0.", ".").replace("-", "−") if text not in ("0.00", "-0.00") else "0"
    )


_HATCHED = "background:repeating-linear-gradient(45deg,#94a3b855 0 3px,transparent 3px 6px);color:inherit"
