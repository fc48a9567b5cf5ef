"""One step of gradient descent in words, tables and numbers."""

from __future__ import annotations

from collections.abc import Sequence
from math import log

import numpy as np

from core.network import Dense, Network, Path
from core.network.words import counted
from core.study.batch_descent import BatchBackward, BatchUpdated
from core.study.descent import Backward, Updated, WeightGradient
from core.study.gradients import NOTHING_LEFT, Profile, rms
from core.views.images import figure
from core.views.maps import layer_words

MOST_TERMS = 8
ROUNDING = 1e-5  # of the loss: what float32 cannot tell any more
AGREES = 1e-5  # of all that is added up: float32 adds in another order


def nothing_left(back: Backward | BatchBackward) -> bool:
    """Whether the network is so certain and right that it learns nothing from this image."""
    return back.loss < NOTHING_LEFT


def loss_rows(back: Backward) -> list[dict[str, str]]:
    """The loss of this image beside that of other probabilities of its class."""
    classes = len(back.predicted)
    there = float(back.predicted[back.label])
    known = [
        ("certain and right", 1.0),
        ("half", 0.5),
        (f"chance, 1 of {classes}", 1 / classes),
        ("nearly excluded", 0.001),
    ]
    rows = [("this image", there, back.loss), *((name, share, -log(share) + 0.0) for name, share in known)]
    return [
        {"": name, "p(true class)": figure(share, 4), "loss = −ln p": figure(loss, 4)} for name, share, loss in rows
    ]


def class_rows(back: Backward, names: Sequence[str]) -> list[dict[str, str]]:
    """Where the way back begins: p − y for each class, y being 1 for the true one."""
    return [
        {
            "class": name,
            "p": figure(float(p), 4),
            "y": "1" if number == back.label else "0",
            "p − y": figure(float(p) - (number == back.label), 4),
        }
        for number, (name, p) in enumerate(zip(names, back.predicted, strict=True))
    ]


def size_rows(network: Network, back: Backward | BatchBackward, profile: Profile) -> list[dict[str, str]]:
    """The size of the gradient of each layer or join, from the output back to the image."""
    by_kernels = {layer.path: layer for layer in profile.layers}
    rows = []
    for path, gradient in list(back.outputs.items())[::-1]:
        layer = by_kernels.get(path)
        rows.append(
            {
                "layer": layer_words(network, path),
                "by its output": figure(rms([gradient])),
                "by its kernels": "–" if layer is None else figure(layer.gradient),
                "÷ weights": "–" if layer is None else figure(layer.relative),
            }
        )
    return rows


def weight_words(network: Network, path: Path, index: Sequence[int]) -> str:
    """`kernel 3, input channel 1, row 2, column 5`; `unit 4, input 17`."""
    if len(index) == 2:
        return f"{'unit' if isinstance(network.at(path), Dense) else 'kernel'} {index[1] + 1}, input {index[0] + 1}"
    row, column, channel, output = index
    return f"kernel {output + 1}, input channel {channel + 1}, row {row + 1}, column {column + 1}"


def term_rows(found: WeightGradient, most: int = MOST_TERMS) -> list[dict[str, str]]:
    """The largest terms, then all others as one, then their sum."""
    rows = [
        {
            "output": _place(term.output) or "the unit",
            "gradient there": figure(term.gradient, 4),
            "input": _place(term.input),
            "value there": figure(term.value, 4),
            "product": figure(term.result, 4),
        }
        for term in found.terms[:most]
    ]
    rest = found.terms[most:]
    if rest:
        rows.append(_sum_row(f"the other {len(rest):,}", sum(term.result for term in rest)))
    rows.append(_sum_row("sum = the gradient", found.total))
    return rows


def all_terms(found: WeightGradient) -> list[dict[str, float | str]]:
    """All terms, to be taken away; counted from 1."""
    return [
        {
            "output": _place(term.output), "gradient": term.gradient, "input": _place(term.input), "value": term.value,
            "product": term.result,
        }
        for term in found.terms
    ]  # fmt: skip


def terms_words(found: WeightGradient, block: object) -> str:
    """What the sum is over, in a sentence."""
    if isinstance(block, Dense) and len(found.terms) == 1:
        return "A weight of a dense layer is used once: its gradient is that by the sum of its unit, times the number that it weighs."
    met = (
        f"It meets padding at {counted(found.padding, 'position')}, where the product is 0." if found.padding else ""
    )
    silent = sum(1 for term in found.terms if not term.result)
    none = f" {silent:,} of the products are 0." if silent else ""
    return (
        f"This weight is shared by {counted(len(found.terms) + found.padding, 'position')}, and each of them has its say: the gradient "
        f"there times the input that the weight meets there. {met}{none}"
    ).strip()


def agrees(found: WeightGradient, gradient: np.ndarray) -> bool:
    """Whether the sum of the terms is what TensorFlow has, but for rounding."""
    return agrees_in_sum(found.total, found.model, sum(abs(term.result) for term in found.terms), gradient)


def agrees_in_sum(total: float, model: float, added: float, gradient: np.ndarray) -> bool:
    """Whether a sum is what TensorFlow has, but for rounding; `added` is that of all sizes, `gradient` that of all weights."""
    return abs(total - model) <= AGREES * max(float(np.abs(gradient).max(initial=0.0)), added)


def promised(back: Backward | BatchBackward, rate: float) -> float:
    """The change of the loss if it were a plane: −η · ‖g‖²."""
    squares = sum(
        float(np.square(array, dtype=np.float64).sum()) for own in back.gradients.values() for array in own.values()
    )
    return -rate * squares


def update_words(back: Backward | BatchBackward, after: Updated | BatchUpdated, rate: float) -> str:
    """What the step did to the loss, and what its gradient had promised."""
    if not np.isfinite(after.loss) or not np.isfinite(after.predicted).all():
        return "The step was so long that numbers ran over: there is no loss any more. A smaller learning rate helps."
    if rate == 0:
        return "With a learning rate of 0 nothing changes."
    if nothing_left(back):
        return "There is nothing to gain: the loss is 0 already, and so is its gradient."
    hoped, became = promised(back, rate), after.loss - back.loss
    if hoped == 0:
        return "The gradient is 0 in all layers that learn: the step changes nothing."
    words = f"The gradient promised a change by −η·‖g‖² = {figure(hoped)}; it became {figure(became)}."
    if abs(hoped) < ROUNDING * back.loss:
        return f"{words} So small a step is lost in the rounding of its numbers. A larger learning rate shows more."
    if became > 0:
        return f"{words} The loss has grown: the step went past the valley. A smaller learning rate helps."
    if 0.8 <= became / hoped <= 1.25:
        return f"{words} Along so short a step the loss is nearly a straight line."
    return f"{words} The loss is curved, and a gradient is true at the place only where it was computed."


def _place(place: Sequence[int]) -> str:
    if len(place) == 2:
        return f"row {place[0] + 1}, column {place[1] + 1}"
    return f"number {place[0] + 1}" if place else ""


def _sum_row(name: str, total: float) -> dict[str, str]:
    return {"output": name, "gradient there": "", "input": "", "value there": "", "product": figure(total, 4)}
