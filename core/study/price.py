"""A dense and a convolutional network at an equal price: the same number of parameters, or of multiply-adds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from math import ceil, floor, log, log10
from typing import NamedTuple

from core.network import Conv2D, Dense, Flatten, GlobalAveragePooling2D, MaxPooling2D, Network
from core.network.layers import Shape, shape_text
from core.network.network import Block
from core.network.totals import totals
from core.network.words import counted
from core.study.contender import Unfit
from core.training.limits import MAX_PARAMETERS

MEASURES = {"parameters": "parameter", "macs": "multiply-add"}
TOLERANCE = 0.02  # of the budget
SMALLEST_SIDE = 8  # px, of which two poolings leave something
FEWEST_UNITS, MOST_UNITS = 4, 8192  # of a hidden layer; the most that `Dense` allows
FEWEST_FILTERS, MOST_FILTERS = 2, 256
UNITS_PER_FILTER = 8  # of the hidden layer after the second convolution: about as in LeNet-5
STEPS = 20  # of a slider, to each power of ten
NARROW = 64  # units of a first hidden layer up to which a second one is looked for


class Equal(NamedTuple):
    """Two networks of one price.

    Attributes:
        measure: `parameters` or `macs`.
        budget: what was asked for.
        dense: Flatten, one or two hidden layers with relu, softmax.
        convolutional: two convolutions with pooling, then a hidden layer or global average pooling, softmax.
    """

    measure: str
    budget: int
    dense: Network
    convolutional: Network


class Affordable(NamedTuple):
    """Budgets between which, ends included, both networks are found."""

    least: int
    most: int


class _Family(NamedTuple):
    """Networks of which one number is free, the price being that of one with none and so much for each.

    Attributes:
        make: the number → the blocks.
        fewest, most: the number's bounds.
        usual: the number that suits the rest of the network best.
        plainness: families of a lower one are preferred.
    """

    make: Callable[[int], tuple[Block, ...]]
    fewest: int
    most: int
    usual: int
    plainness: int


def equal_price(
    budget: int, measure: str = "parameters", input_shape: Shape = (28, 28, 1), classes: int = 10
) -> Equal:
    """A dense and a convolutional network whose price is within 2 % of a budget.

    Args:
        budget: how many parameters, or multiply-adds for one image.
        measure: `parameters` or `macs`.
        input_shape: (height, width, channels), at least 8×8 pixels.
        classes: how many, at least 2.

    Raises:
        Unfit: where one of them cannot be had at this price; says between which budgets both can.
        ValueError: for another measure, or a smaller image.
    """
    _check(measure, input_shape)
    found: list[Network] = []
    for kind, families in (("dense", _dense), ("convolutional", _convolutional)):
        blocks = _best(budget, measure, input_shape, families(budget, measure, input_shape, classes))
        if blocks is None:
            least, most = affordable(measure, input_shape, classes)
            raise Unfit(
                f"No {kind} network for {shape_text(input_shape)} is proposed within {TOLERANCE * 100:g} % of "
                f"{counted(budget, MEASURES[measure])}. Choose a budget from {least:,} to {most:,}."
            )
        found.append(Network(input_shape, blocks, f"{kind.capitalize()}, {counted(budget, MEASURES[measure])}"))
    return Equal(measure, budget, *found)


@lru_cache(maxsize=64)
def affordable(measure: str = "parameters", input_shape: Shape = (28, 28, 1), classes: int = 10) -> Affordable:
    """The budgets at which both networks are found: from where steps are finer than 4 %, to what may be trained here.

    Raises:
        ValueError: as `equal_price`.
    """
    _check(measure, input_shape)
    finest = (
        [_two_hidden(FEWEST_UNITS, classes)],
        [_pooled(FEWEST_FILTERS, classes), _hidden(FEWEST_FILTERS, classes)],
    )
    least = []
    for families in finest:
        ends = []
        for family in families:
            first, step = _line(family, measure, input_shape)
            ends.append(max(first + step * family.fewest, ceil(step / (2 * TOLERANCE))))
        least.append(min(ends))
    largest = []
    for family in (_two_hidden(MOST_UNITS, classes), _hidden(MOST_FILTERS, classes)):
        first, step = _line(family, measure, input_shape)
        largest.append(first + step * family.most)
    return Affordable(max(least), min(*largest, MAX_PARAMETERS))


def budget_steps(least: int, most: int) -> tuple[int, ...]:
    """Budgets to choose from, growing, both ends included: about twenty to each power of ten, of two digits."""
    powers = range(floor(STEPS * log10(least)), ceil(STEPS * log10(most)) + 1)
    rounded = (int(float(f"{10 ** (power / STEPS):.2g}")) for power in powers)
    return tuple(sorted({least, most, *(step for step in rounded if least < step < most)}))


def _check(measure: str, input_shape: Shape) -> None:
    if measure not in MEASURES:
        raise ValueError(f"The measure is “{measure}”; {' or '.join(MEASURES)} works.")
    if min(input_shape[:2]) < SMALLEST_SIDE:
        raise ValueError(f"Images of {shape_text(input_shape)} are too small; {SMALLEST_SIDE}×{SMALLEST_SIDE} works.")


def _best(budget: int, measure: str, input_shape: Shape, families: Iterable[_Family]) -> tuple[Block, ...] | None:
    """The most usual network within the tolerance, of the plainest family that has one; None where there is none."""
    best: tuple[tuple[float, float], tuple[Block, ...]] | None = None
    for family in families:
        first, step = _line(family, measure, input_shape)
        number = min(max(round((budget - first) / step), family.fewest), family.most)
        if abs(first + step * number - budget) > TOLERANCE * budget:
            continue
        score = (family.plainness, abs(log(number / family.usual)))
        if best is None or score < best[0]:
            best = score, family.make(number)
    return None if best is None else best[1]


def _line(family: _Family, measure: str, input_shape: Shape) -> tuple[int, int]:
    """The price of a family's networks, as (first, step): first + step · number."""
    one, two = (getattr(totals(Network(input_shape, family.make(number))), measure) for number in (1, 2))
    return 2 * one - two, two - one


def _dense(budget: int, measure: str, input_shape: Shape, classes: int) -> Iterator[_Family]:
    """One hidden layer, or where its steps are too coarse or its width is not allowed, two."""
    yield _one_hidden(classes)
    for units in (*range(FEWEST_UNITS, NARROW + 1), MOST_UNITS):
        family = _two_hidden(units, classes)
        if _least(family, measure, input_shape) <= budget * (1 + TOLERANCE):
            yield family


def _convolutional(budget: int, measure: str, input_shape: Shape, classes: int) -> Iterator[_Family]:
    """With a hidden layer, or where that would be too much, with global average pooling."""
    for filters in _filters():
        families = [_hidden(filters, classes), _pooled(filters, classes)]
        fitting = [one for one in families if _least(one, measure, input_shape) <= budget * (1 + TOLERANCE)]
        if not fitting:  # and wider ones cost more
            return
        yield from fitting


def _filters() -> Iterator[int]:
    """Each number up to 20, from there on steps of about a tenth, and the last, of which `affordable` has its upper end."""
    filters = FEWEST_FILTERS
    while filters < MOST_FILTERS:
        yield filters
        filters += max(filters // 10, 1)
    yield MOST_FILTERS


def _least(family: _Family, measure: str, input_shape: Shape) -> int:
    first, step = _line(family, measure, input_shape)
    return first + step * family.fewest


def _one_hidden(classes: int) -> _Family:
    def make(units: int) -> tuple[Block, ...]:
        return (Flatten(), Dense(units, "relu"), Dense(classes, "softmax"))

    return _Family(make, FEWEST_UNITS, MOST_UNITS, 128, 0)


def _two_hidden(first: int, classes: int) -> _Family:
    def make(units: int) -> tuple[Block, ...]:
        return (Flatten(), Dense(first, "relu"), Dense(units, "relu"), Dense(classes, "softmax"))

    return _Family(make, FEWEST_UNITS, MOST_UNITS, max(first // 2, 1), 1)


def _hidden(filters: int, classes: int) -> _Family:
    def make(units: int) -> tuple[Block, ...]:
        pooled = (MaxPooling2D((2, 2)), Flatten(), Dense(units, "relu"), Dense(classes, "softmax"))
        return (*_begun(filters), _same(2 * filters), *pooled)

    return _Family(make, FEWEST_UNITS, MOST_UNITS, UNITS_PER_FILTER * 2 * filters, 0)


def _pooled(filters: int, classes: int) -> _Family:
    def make(wider: int) -> tuple[Block, ...]:
        return (*_begun(filters), _same(wider), GlobalAveragePooling2D(), Dense(classes, "softmax"))

    return _Family(make, FEWEST_FILTERS, 2 * MOST_FILTERS, 2 * filters, 1)


def _begun(filters: int) -> tuple[Block, ...]:
    return (_same(filters), MaxPooling2D((2, 2)))


def _same(filters: int) -> Conv2D:
    return Conv2D(filters, (3, 3), padding="same", activation="relu")
