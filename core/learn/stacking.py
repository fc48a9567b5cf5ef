"""Convolutions on top of each other: what one unit of the last depends on, row by row, and how few parameters see how much.

Sizes, parameters and the cells that a unit reads are those of `core.network`; the formulas are written beside them, and tests
put the numbers in.

Source: A. Araujo, W. Norris and J. Sim, "Computing Receptive Fields of Convolutional Neural Networks" (Distill, 2019), for n, j,
r and the centre.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations_with_replacement
from math import prod
from typing import NamedTuple

from core.learn.convolution import CannotConvolve, Sliding
from core.learn.convolution_layer import Formula
from core.network import Conv2D, Dense, GlobalAveragePooling2D, Network, Row, ZeroPadding2D, trace
from core.network.layers import Layer

MOST_LAYERS, MOST_KERNEL, MOST_STRIDE, MOST_DILATION, MOST_PADDING = 8, 11, 4, 8, 16
MOST_CELLS, MOST_CHANNELS = 48, 512
MOST_TARGET = 24  # what the cheapest kernels cover with dilations up to 8
CLASSES = 10


@dataclass(frozen=True)
class StackedLayer:
    """One convolution of a stack, the same in both directions.

    Attributes:
        kernel, stride, dilation: k, s and d.
        padding: p cells of zeros on each side.
    """

    kernel: int = 3
    stride: int = 1
    dilation: int = 1
    padding: int = 0

    @property
    def sliding(self) -> Sliding:
        """How its kernel goes over what arrives."""
        return Sliding(self.kernel, self.stride, self.dilation, (self.padding, self.padding))

    def layers(self, channels: int, activation: str = "linear") -> tuple[Layer, ...]:
        """The layers of `core.network` that it is: one, or two where zeros are put around first."""
        convolution = self.convolution(channels, activation)
        return (ZeroPadding2D((self.padding, self.padding)), convolution) if self.padding else (convolution,)

    def convolution(self, channels: int, activation: str = "linear") -> Conv2D:
        """The convolution alone, without the zeros around."""
        pair, strides, dilation = ((one, one) for one in (self.kernel, self.stride, self.dilation))
        return Conv2D(channels, pair, strides, dilation_rate=dilation, activation=activation)


Stack = tuple[StackedLayer, ...]


class Step(NamedTuple):
    """What one layer does to size, jump, field and centre; positions count from 1, in cells of the input.

    Attributes:
        size: n, units along an axis.
        jump: j, input cells from one unit to the next.
        field: r, input cells from the first to the last that a unit depends on, as if the input had no border.
        centre: c, the middle of the field of the first unit.
        formulas: of the four in this order, with the numbers put in; empty for the input.
    """

    size: int
    jump: int
    field: int
    centre: float
    formulas: tuple[str, str, str, str] = ("", "", "", "")


LETTERS = Step(
    0, 0, 0, 0, ("⌊(n + 2p − d·(k − 1) − 1) / s⌋ + 1", "j·s", "r + d·(k − 1)·j", "c + (d·(k − 1)/2 − p)·j")
)


def check(stack: Stack, n: int) -> None:
    """Nothing where every layer works.

    Raises:
        CannotConvolve: names the layer, and says what would work.
    """
    for number, layer in enumerate(stack, 1):
        if layer.stride > 1 and layer.dilation > 1:
            raise CannotConvolve(
                f"Layer {number} has the stride {layer.stride} and the dilation {layer.dilation}. Keras’s Conv2D takes one of "
                "them: set the other back to 1."
            )
        try:
            n = layer.sliding.size(n)
        except CannotConvolve as problem:
            raise CannotConvolve(f"Layer {number}: {problem}") from None


def network_of(stack: Stack, n: int) -> Network:
    """The stack over n×n cells of one channel as a network."""
    return Network((n, n, 1), tuple(one for layer in stack for one in layer.layers(1)))


def for_build(stack: Stack, n: int, channels: int) -> Network:
    """The stack as a network that can be trained: one input channel, ReLU behind each convolution, and a head for ten classes."""
    layers = tuple(one for layer in stack for one in layer.layers(channels, "relu"))
    return Network((n, n, 1), (*layers, GlobalAveragePooling2D(), Dense(CLASSES, "softmax")), "Stacked convolutions")


def rows_of(stack: Stack, n: int) -> list[Row]:
    """The row of each convolution in `core.network.trace`, for one channel."""
    return [row for row in trace(network_of(stack, n)).rows if isinstance(row.layer, Conv2D)]


def steps(stack: Stack, n: int) -> list[Step]:
    """Size, jump, field and centre: of the input, then behind each layer.

    Raises:
        CannotConvolve: a layer does not work.
    """
    check(stack, n)
    found = [Step(n, 1, 1, 1.0)]
    for layer, row in zip(stack, rows_of(stack, n), strict=True):
        before, axis = found[-1], row.field.vertical
        k, s, d, p = layer.kernel, layer.stride, layer.dilation, layer.padding
        formulas = (
            f"⌊({before.size} + 2·{p} − {d}·({k} − 1) − 1) / {s}⌋ + 1",
            f"{before.jump}·{s}",
            f"{before.field} + {d}·({k} − 1)·{before.jump}",
            f"{before.centre:g} + ({d}·({k} − 1)/2 − {p})·{before.jump}",
        )
        found.append(Step(row.shape[0], int(axis.jump), axis.size, axis.centre + 1, formulas))
    return found


class Fan(NamedTuple):
    """What one unit of the last layer depends on, along one axis. Places count from 0.

    Attributes:
        levels: of the input, then of each layer: the units that it depends on.
        lines: of each layer: (its unit, the place before it that is read); in the padding, places lie outside.
        field: the first and the last input place of its field; they may lie outside.
    """

    levels: tuple[frozenset[int], ...]
    lines: tuple[tuple[tuple[int, int], ...], ...]
    field: tuple[int, int]


def fan(stack: Stack, n: int, unit: int) -> Fan:
    """The connections of one unit of the last layer, down to the input.

    Args:
        stack: at least one layer, all of which work.
        n: cells of the input.
        unit: of the last layer, from 0.
    """
    sizes = [step.size for step in steps(stack, n)]
    levels, lines = [frozenset({unit})], []
    for layer, size in zip(reversed(stack), reversed(sizes[:-1]), strict=True):
        taps = {at: [at * layer.stride - layer.padding + layer.dilation * by for by in range(layer.kernel)] for at in sorted(levels[-1])}  # fmt: skip
        lines.append(tuple((at, place) for at, places in taps.items() for place in places))
        levels.append(frozenset(place for places in taps.values() for place in places if 0 <= place < size))
    axis = rows_of(stack, n)[-1].field.vertical
    low, high = int(axis.low + unit * axis.jump), int(axis.high + unit * axis.jump)
    return Fan(tuple(reversed(levels)), tuple(reversed(lines)), (low, high))


class Price(NamedTuple):
    """What a stack sees and costs, with as many channels in as out everywhere.

    Attributes:
        layers: as many nonlinearities can stand in it.
        field: r, as if the input had no border.
        read: cells along an axis that the unit with the most of them depends on.
        covered: how many of them lie side by side.
        parameters: weights and biases.
        macs: multiply-adds for one n×n input.
    """

    layers: int
    field: int
    read: int
    covered: int
    parameters: int
    macs: int


def price(stack: Stack, n: int, channels: int) -> Price:
    """The field and the cost of a stack of at least one layer. Raises `CannotConvolve`."""
    sizes = [step.size for step in steps(stack, n)]
    masks = rows_of(stack, n)[-1].field.paths[0][0]
    macs = 0
    for layer, size in zip(stack, sizes, strict=False):
        padded = size + 2 * layer.padding
        macs += layer.convolution(channels).macs((padded, padded, channels))
    return Price(
        len(stack), rows_of(stack, n)[-1].field.size[0], max(mask.bit_count() for mask in masks), max(map(_longest, masks)),
        parameters(stack, channels), macs,
    )  # fmt: skip


def parameters(stack: Stack, channels: int) -> int:
    """Weights and biases of all layers, with as many channels in as out."""
    shape = (MOST_CELLS, MOST_CELLS, channels)
    return sum(layer.convolution(channels).parameters(shape).trainable for layer in stack)


def _longest(mask: int) -> int:
    """The most bits of it that are set side by side."""
    return max(len(run) for run in f"{mask:b}".split("0"))


def same_size(*layers: StackedLayer) -> Stack:
    """The layers with the padding that keeps the size, for odd kernels with stride 1."""
    return tuple(
        StackedLayer(one.kernel, one.stride, one.dilation, one.dilation * (one.kernel - 1) // 2) for one in layers
    )


COMPARED: dict[str, Stack] = {
    "Two 3×3": same_size(StackedLayer(3), StackedLayer(3)),
    "One 5×5": same_size(StackedLayer(5)),
    "One 3×3, dilation 2": same_size(StackedLayer(3, dilation=2)),
}


@lru_cache(maxsize=64)
def fewest(target: int, channels: int) -> Stack:
    """A stack whose unit depends on every cell of target×target, up to 24×24; none of up to 8 layers needs fewer parameters.

    Along an axis, a unit reads at most k₁·k₂·… cells, whatever strides and dilations are: it has one way down for each choice of
    a cell in every kernel. All kernels whose product is large enough are searched for the cheapest; by dilations, each layer
    then fills the holes of the next one.
    """
    counts = [
        kernels
        for layers in range(1, MOST_LAYERS + 1)
        for kernels in combinations_with_replacement(range(1, MOST_KERNEL + 1), layers)
        if prod(kernels) >= target
    ]
    costs = {kernel: parameters((StackedLayer(kernel),), channels) for kernel in range(1, MOST_KERNEL + 1)}
    stack, covered = [], 1
    for kernel in min(counts, key=lambda kernels: sum(costs[kernel] for kernel in kernels)):
        dilation = max(1, min(covered, -(-(target - covered) // max(kernel - 1, 1))))
        stack.append(StackedLayer(kernel, dilation=dilation))
        covered += (kernel - 1) * dilation
    return tuple(stack)


def parameter_words(stack: Stack, channels: int) -> Formula:
    """The parameters of the whole stack as a sum over its layers."""
    written = " + ".join(f"{layer.kernel}²·{channels}² + {channels}" for layer in stack)
    return Formula("Σ (k²·C² + C)", written, parameters(stack, channels))
