"""Where one number of a network comes from: the numbers below it that it reads, and what is done with them.

`explain` takes one unit of one layer. Its `Explanation` has the steps of the
arithmetic, from the numbers that are read to the value, and the cells from
which they are read, so that a number can be followed down to the pixels.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Union

import numpy as np

from core.insight.activations import activations
from core.network import (
    Activation,
    ActivityRegularization,
    AveragePooling2D,
    BatchNormalization,
    Block,
    Box,
    Branches,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    GaussianDropout,
    GaussianNoise,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    GroupNormalization,
    Layer,
    LayerNormalization,
    MaxPooling2D,
    Network,
    Path,
    SeparableConv2D,
    SpatialDropout2D,
    ZeroPadding2D,
)
from core.network.layers import Shape

if TYPE_CHECKING:
    import keras

Index = tuple[int, ...]

# Functions of one number, as Keras defines them under these names; `softmax` needs a whole row of numbers.
FUNCTIONS: dict[str, Callable[[float], float]] = {
    "linear": lambda x: x,
    "relu": lambda x: np.maximum(x, 0.0),
    "leaky_relu": lambda x: np.maximum(x, 0.2 * x),
    "elu": lambda x: x if x > 0 else np.expm1(x),
    "selu": lambda x: 1.0507009873554805 * (x if x > 0 else 1.6732632423543772 * np.expm1(x)),
    "gelu": lambda x: 0.5 * x * (1.0 + math.erf(x / math.sqrt(2.0))),
    "swish": lambda x: x * np.exp(-np.logaddexp(0.0, -x)),
    "softplus": lambda x: np.logaddexp(0.0, x),
    "tanh": np.tanh,
    "sigmoid": lambda x: np.exp(-np.logaddexp(0.0, -x)),  # 1 / (1 + e⁻ˣ), which would overflow
}


@dataclass(frozen=True, eq=False)
class Patch:
    """A block of cells of one map: the output of a layer, or the image.

    A vector is a map of one cell, whose channels are its units.

    Attributes:
        path: the layer that made the map; `()` is the image.
        shape: of the map: (h, w, c) or (units,).
        rows: (r,) int; the row in the map of each row of the patch. Outside 0…h−1 is padding.
        columns: (k,) int; the same for the columns.
        channels: (c,) int; the channels of the map that are read.
        values: (r, k, c) float32; 0 where there is padding.
        padding: (r, k) bool; whether the cell lies outside the map.
    """

    path: Path
    shape: Shape
    rows: np.ndarray
    columns: np.ndarray
    channels: np.ndarray
    values: np.ndarray
    padding: np.ndarray

    @property
    def box(self) -> Box:
        """The smallest box in the map around the cells that are not padding, half open; empty where there are none."""
        inside = ~self.padding
        rows, columns = self.rows[inside.any(axis=1)], self.columns[inside.any(axis=0)]
        if not rows.size:
            return Box(0, 0, 0, 0)
        return Box(int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1)

    def index(self, row: int, column: int, channel: int) -> Index | None:
        """Where the number at this position of `values` stands in the map; None for padding.

        With `path`, that is what `explain` needs to explain that number.
        """
        if self.padding[row, column]:
            return None
        unit = int(self.channels[channel])
        return (int(self.rows[row]), int(self.columns[column]), unit) if len(self.shape) == 3 else (unit,)


@dataclass(frozen=True, eq=False)
class WeightedSum:
    """Σ inputs · weights + bias.

    Attributes:
        inputs: (r, k, c) float; for a vector (1, 1, units).
        weights: (r, k, c) float32.
        bias: what is added, or None.
        patch: where the inputs stand; None where they are the sums of the step before.
    """

    inputs: np.ndarray
    weights: np.ndarray
    bias: float | None
    patch: Patch | None

    @property
    def products(self) -> np.ndarray:
        """(r, k, c) float64."""
        return self.inputs.astype(np.float64) * self.weights

    @property
    def sums(self) -> np.ndarray:
        """(c,) float64: the products of each input channel, summed."""
        return self.products.sum(axis=(0, 1))

    @property
    def result(self) -> float:
        return float(self.sums.sum()) + (self.bias or 0.0)


@dataclass(frozen=True, eq=False)
class DepthwiseSums:
    """The first stage of a separable convolution: each input channel times kernels of its own.

    Attributes:
        patch: what is read: (r, k, c) values.
        weights: (r, k, c, m) float32: m kernels for each input channel.
    """

    patch: Patch
    weights: np.ndarray

    @property
    def products(self) -> np.ndarray:
        """(r, k, c, m) float64."""
        return self.patch.values[..., np.newaxis].astype(np.float64) * self.weights

    @property
    def result(self) -> np.ndarray:
        """(c·m,) float64: one sum for each kernel, those of the first input channel first."""
        return self.products.sum(axis=(0, 1)).ravel()


@dataclass(frozen=True)
class Function:
    """An activation function of one number; `name` is a key of `FUNCTIONS`."""

    name: str
    argument: float

    @property
    def result(self) -> float:
        return float(FUNCTIONS[self.name](self.argument))


@dataclass(frozen=True, eq=False)
class Softmax:
    """One number's share of the exponentials.

    Attributes:
        arguments: (channels,) float64: what all channels at this position have before it.
        channel: whose share is wanted.
    """

    arguments: np.ndarray
    channel: int

    @property
    def highest(self) -> float:
        """What is taken from all arguments, so that no exponential overflows; the shares stay as they are."""
        return float(self.arguments.max())

    @property
    def exponentials(self) -> np.ndarray:
        """(channels,) float64 in 0…1: exp(argument − highest)."""
        return np.exp(self.arguments - self.highest)

    @property
    def sum(self) -> float:
        return float(self.exponentials.sum())

    @property
    def result(self) -> float:
        return float(self.exponentials[self.channel]) / self.sum


@dataclass(frozen=True, eq=False)
class Maximum:
    """The largest number of one channel of a patch; padding takes no part."""

    patch: Patch

    @property
    def winner(self) -> tuple[int, int]:
        """Row and column in the patch of the largest number: the first one in reading order, where some are equal."""
        values = np.where(self.patch.padding, -np.inf, self.patch.values[..., 0])
        row, column = np.unravel_index(values.argmax(), values.shape)
        return int(row), int(column)

    @property
    def result(self) -> float:
        return float(self.patch.values[*self.winner, 0])


@dataclass(frozen=True, eq=False)
class Mean:
    """The mean of one channel of a patch; padding is not counted."""

    patch: Patch

    @property
    def sum(self) -> float:
        return float(self.patch.values.sum(dtype=np.float64))

    @property
    def count(self) -> int:
        return int((~self.patch.padding).sum())

    @property
    def result(self) -> float:
        return self.sum / self.count


@dataclass(frozen=True, eq=False)
class Normalized:
    """gamma · (argument − mean) / √(variance + epsilon) + beta.

    Attributes:
        argument: the number that is normalised.
        mean: learned while training (batch normalisation), or of the `patch`.
        variance: the same.
        epsilon: keeps the root away from 0.
        gamma: the learned factor, or None.
        beta: the learned shift, or None.
        patch: the numbers whose mean and variance these are; None for batch normalisation.
    """

    argument: float
    mean: float
    variance: float
    epsilon: float
    gamma: float | None
    beta: float | None
    patch: Patch | None

    @property
    def standardized(self) -> float:
        """(argument − mean) / √(variance + epsilon)."""
        return (self.argument - self.mean) / math.sqrt(self.variance + self.epsilon)

    @property
    def result(self) -> float:
        gamma = 1.0 if self.gamma is None else self.gamma
        return gamma * self.standardized + (self.beta or 0.0)


@dataclass(frozen=True, eq=False)
class Copied:
    """The number of one cell as it is (0 where the cell is padding).

    `branch` says from which branch it comes, where branches are concatenated.
    """

    patch: Patch
    branch: int | None = None

    @property
    def result(self) -> float:
        return float(self.patch.values[0, 0, 0])


@dataclass(frozen=True, eq=False)
class Added:
    """The sum of the ends of branches: one cell of each."""

    patches: tuple[Patch, ...]

    @property
    def terms(self) -> tuple[float, ...]:
        return tuple(float(patch.values[0, 0, 0]) for patch in self.patches)

    @property
    def result(self) -> float:
        return sum(self.terms)


Step = Union[WeightedSum, DepthwiseSums, Function, Softmax, Maximum, Mean, Normalized, Copied, Added]


@dataclass(frozen=True, eq=False)
class Explanation:
    """How one number comes about.

    Attributes:
        path: the layer or join whose number it is; `()` for a pixel of the image.
        index: (row, column, channel) or (unit,) in its output.
        layer: the block at `path`; None for a pixel.
        steps: the arithmetic in order, each with a `result`; the last one's is `value`. Empty for a pixel.
        sources: all cells that are read, one patch for each of `inputs_of`; where branches are
            concatenated, one patch for the branch that is read. Empty for a pixel.
        value: the result of these steps.
        model_value: what the model itself has there: equal, but for float32's rounding.
    """

    path: Path
    index: Index
    layer: Block | None
    steps: tuple[Step, ...]
    sources: tuple[Patch, ...]
    value: float
    model_value: float


def inputs_of(network: Network, path: Path) -> tuple[Path, ...]:
    """What the block at this path reads: the paths of blocks, `()` being the image.

    A layer reads one; a join one for each branch, where an empty branch is what comes
    before the branches; the image none. Raises `IndexError` where there is no such block.
    """
    if path == ():
        return ()
    block = network.at(path)
    if not isinstance(block, Branches):
        return (_before(path),)
    return tuple(
        (*path, number, len(branch) - 1) if branch else _before(path) for number, branch in enumerate(block.branches)
    )


def explain(
    model: keras.Model,
    network: Network,
    image: np.ndarray,
    path: Path,
    index: Index,
    maps: Mapping[Path, np.ndarray] | None = None,
) -> Explanation:
    """Where one number comes from, for one image and the weights that the model has now.

    Args:
        model: built from `network`.
        network: says where the layers are.
        image: (h, w, c) float32 in 0…1.
        path: a layer or a join; `()` for the image itself.
        index: (row, column, channel) of its output, or (unit,).
        maps: what `activations` gives for this image and these weights, where that is at hand.

    Raises:
        IndexError: where the network has no such block, or its output no such place.
    """
    from core.training.model import layer_name

    image = np.asarray(image, np.float32)
    below = inputs_of(network, path)
    if maps is None:
        maps = activations(model, network, image) if path else {}
    maps = {**maps, (): image}
    output = maps[path]
    index = tuple(int(number) for number in index)
    if len(index) != output.ndim or not all(0 <= number < size for number, size in zip(index, output.shape)):
        raise IndexError(f"The output at {path} has the shape {output.shape}, so there is no number at {index}.")
    model_value = float(output[index])
    if not path:
        return Explanation(path, index, None, (), (), model_value, model_value)
    block = network.at(path)
    arriving = [_Map(source, maps[source]) for source in below]
    if isinstance(block, Branches):
        steps, sources = _joined(block, arriving, index)
    else:
        steps, sources = EXPLAINED[type(block)](block, model.get_layer(layer_name(path)), arriving[0], index)
    return Explanation(path, index, block, steps, sources, float(steps[-1].result), model_value)


Found = tuple[tuple[Step, ...], tuple[Patch, ...]]  # the steps, and all that is read


class _Map(NamedTuple):
    """What a layer reads, and who made it."""

    path: Path
    values: np.ndarray  # (h, w, c) or (units,)


def _before(path: Path) -> Path:
    """What arrives at the block at this path: the block before it or, at the start of a branch, before the branches."""
    *prefix, number = path
    if number > 0:
        return (*prefix, number - 1)
    return _before(tuple(prefix[:-1])) if prefix else ()


def _patch(below: _Map, rows: Iterable[int], columns: Iterable[int], channels: Iterable[int]) -> Patch:
    rows, columns, channels = (np.fromiter(numbers, int) for numbers in (rows, columns, channels))
    cells = below.values.reshape((1, 1, -1)) if below.values.ndim == 1 else below.values
    height, width, _ = cells.shape
    padding = ((rows < 0) | (rows >= height))[:, np.newaxis] | ((columns < 0) | (columns >= width))
    values = cells[np.ix_(rows.clip(0, height - 1), columns.clip(0, width - 1), channels)]  # (r, k, c)
    values = np.where(padding[..., np.newaxis], np.float32(0), values)
    return Patch(below.path, below.values.shape, rows, columns, channels, values, padding)


def _window(below: _Map, layer: Layer, place: Index, channels: Iterable[int]) -> Patch:
    """What a sliding layer reads for the output at (row, column)."""
    taps = (
        range(
            at * window.stride - window.before,
            at * window.stride - window.before + window.size * window.dilation,
            window.dilation,
        )
        for window, at in zip(layer.reads(below.values.shape), place)
    )
    return _patch(below, *taps, channels)


def _cell(below: _Map, place: Index, channels: Iterable[int]) -> Patch:
    """Channels of one position; the place in a vector is `()`."""
    row, column = place or (0, 0)
    return _patch(below, (row,), (column,), channels)


def _all_channels(below: _Map) -> range:
    return range(below.values.shape[-1])


def _bias(made: keras.layers.Layer, channel: int) -> float | None:
    return float(np.asarray(made.bias)[channel]) if made.use_bias else None


def _activated(
    name: str, own: float, sums: Callable[[], np.ndarray], made: keras.layers.Layer, channel: int
) -> Function | Softmax:
    """The activation's step; softmax needs what all channels have before it, any other only its `own`.

    `sums` gives (channels,) float64 without the bias, all at once: one by one takes seconds for a thousand units.
    """
    if name != "softmax":
        return Function(name, own)
    arguments = sums() + (np.asarray(made.bias) if made.use_bias else 0.0)
    arguments[channel] = own  # to the last digit what the step before says
    return Softmax(arguments, channel)


def _convolved(layer: Conv2D, made: Any, below: _Map, index: Index) -> Found:
    *place, channel = index
    kernel = np.asarray(made.kernel)  # (r, k, inputs of a group, filters)
    inputs, filters = kernel.shape[2:]
    first = channel // (filters // layer.groups) * inputs
    patch = _window(below, layer, place, range(first, first + inputs))
    step = WeightedSum(patch.values, kernel[..., channel], _bias(made, channel), patch)

    def sums() -> np.ndarray:
        cells = _window(below, layer, place, _all_channels(below)).values.astype(np.float64)
        groups = zip(np.split(cells, layer.groups, axis=2), np.split(kernel, layer.groups, axis=3))
        return np.concatenate([np.tensordot(part, own, 3) for part, own in groups])

    return _after_sums(layer, made, below, place, step, sums, channel)


def _convolved_depthwise(layer: DepthwiseConv2D, made: Any, below: _Map, index: Index) -> Found:
    *place, channel = index
    kernel = np.asarray(made.kernel)  # (r, k, inputs, multiplier)
    source, which = divmod(channel, kernel.shape[3])
    patch = _window(below, layer, place, (source,))
    step = WeightedSum(patch.values, kernel[:, :, source, which, np.newaxis], _bias(made, channel), patch)

    def sums() -> np.ndarray:
        return DepthwiseSums(_window(below, layer, place, _all_channels(below)), kernel).result

    return _after_sums(layer, made, below, place, step, sums, channel)


def _after_sums(
    layer: Conv2D | DepthwiseConv2D,
    made: Any,
    below: _Map,
    place: Index,
    step: WeightedSum,
    sums: Callable[[], np.ndarray],
    channel: int,
) -> Found:
    """A convolution's sum and its activation; softmax also reads what only the other channels' sums read."""
    last = _activated(layer.activation, step.result, sums, made, channel)
    source = _window(below, layer, place, _all_channels(below)) if isinstance(last, Softmax) else step.patch
    return (step, last), (source,)


def _convolved_separably(layer: SeparableConv2D, made: Any, below: _Map, index: Index) -> Found:
    *place, channel = index
    patch = _window(below, layer, place, _all_channels(below))
    depthwise = DepthwiseSums(patch, np.asarray(made.depthwise_kernel))
    between = depthwise.result
    pointwise = np.asarray(made.pointwise_kernel)  # (1, 1, inputs·multiplier, filters)
    step = WeightedSum(between.reshape(1, 1, -1), pointwise[..., channel], _bias(made, channel), None)
    last = _activated(layer.activation, step.result, lambda: between @ pointwise[0, 0], made, channel)
    return (depthwise, step, last), (patch,)


def _connected(layer: Dense, made: Any, below: _Map, index: Index) -> Found:
    *place, unit = index
    kernel = np.asarray(made.kernel)  # (inputs, units)
    patch = _cell(below, place, _all_channels(below))
    step = WeightedSum(patch.values, kernel[np.newaxis, np.newaxis, :, unit], _bias(made, unit), patch)
    last = _activated(
        layer.activation, step.result, lambda: patch.values[0, 0].astype(np.float64) @ kernel, made, unit
    )
    return (step, last), (patch,)


def _largest(layer: MaxPooling2D, made: Any, below: _Map, index: Index) -> Found:
    *place, channel = index
    patch = _window(below, layer, place, (channel,))
    return (Maximum(patch),), (patch,)


def _averaged(layer: AveragePooling2D, made: Any, below: _Map, index: Index) -> Found:
    *place, channel = index
    patch = _window(below, layer, place, (channel,))
    return (Mean(patch),), (patch,)


def _whole(below: _Map, channels: Iterable[int]) -> Patch:
    """All positions of some channels."""
    height, width = below.values.shape[:-1] or (1, 1)
    return _patch(below, range(height), range(width), channels)


def _largest_of_all(layer: GlobalMaxPooling2D, made: Any, below: _Map, index: Index) -> Found:
    patch = _whole(below, index)
    return (Maximum(patch),), (patch,)


def _average_of_all(layer: GlobalAveragePooling2D, made: Any, below: _Map, index: Index) -> Found:
    patch = _whole(below, index)
    return (Mean(patch),), (patch,)


def _normalized_by_batches(layer: BatchNormalization, made: Any, below: _Map, index: Index) -> Found:
    *place, channel = index
    patch = _cell(below, place, (channel,))
    mean, variance = (float(np.asarray(kept)[channel]) for kept in (made.moving_mean, made.moving_variance))
    return (_normalized(layer, made, below, index, mean, variance, None),), (patch,)


def _normalized_over_channels(layer: LayerNormalization, made: Any, below: _Map, index: Index) -> Found:
    patch = _cell(below, index[:-1], _all_channels(below))
    return (_normalized_over(layer, made, below, index, patch),), (patch,)


def _normalized_over_group(layer: GroupNormalization, made: Any, below: _Map, index: Index) -> Found:
    size = below.values.shape[-1] // layer.groups
    first = index[-1] // size * size
    patch = _whole(below, range(first, first + size))
    return (_normalized_over(layer, made, below, index, patch),), (patch,)


def _normalized_over(layer: Any, made: Any, below: _Map, index: Index, patch: Patch) -> Normalized:
    numbers = patch.values.astype(np.float64)
    return _normalized(layer, made, below, index, float(numbers.mean()), float(numbers.var()), patch)


def _normalized(
    layer: Any, made: Any, below: _Map, index: Index, mean: float, variance: float, patch: Patch | None
) -> Normalized:
    gamma = float(np.asarray(made.gamma)[index[-1]]) if layer.scale else None
    beta = float(np.asarray(made.beta)[index[-1]]) if layer.center else None
    return Normalized(float(below.values[index]), mean, variance, layer.epsilon, gamma, beta, patch)


def _bent(layer: Activation, made: Any, below: _Map, index: Index) -> Found:
    *place, channel = index
    reads = _all_channels(below) if layer.activation == "softmax" else (channel,)
    patch = _cell(below, place, reads)
    row = below.values[tuple(place)].astype(np.float64)  # (channels,)
    own = Softmax(row, channel) if layer.activation == "softmax" else Function(layer.activation, float(row[channel]))
    return (own,), (patch,)


def _laid_out(layer: Flatten, made: Any, below: _Map, index: Index) -> Found:
    *place, channel = np.unravel_index(index[0], below.values.shape)
    patch = _cell(below, place, (channel,))
    return (Copied(patch),), (patch,)


def _framed(layer: ZeroPadding2D, made: Any, below: _Map, index: Index) -> Found:
    *place, channel = index
    patch = _window(below, layer, place, (channel,))
    return (Copied(patch),), (patch,)


def _kept(layer: Layer, made: Any, below: _Map, index: Index) -> Found:
    """What only training feels."""
    *place, channel = index
    patch = _cell(below, place, (channel,))
    return (Copied(patch),), (patch,)


def _joined(block: Branches, ends: list[_Map], index: Index) -> Found:
    *place, channel = index
    if block.merge == "add":
        patches = tuple(_cell(end, place, (channel,)) for end in ends)
        return (Added(patches),), patches
    branch = 0
    while channel >= ends[branch].values.shape[-1]:
        channel -= ends[branch].values.shape[-1]
        branch += 1
    patch = _cell(ends[branch], place, (channel,))
    return (Copied(patch, branch),), (patch,)


# A layer, what Keras made of it, what arrives there, an index of its output → steps and sources.
EXPLAINED: dict[type[Layer], Callable[[Any, Any, _Map, Index], Found]] = {
    Conv2D: _convolved,
    DepthwiseConv2D: _convolved_depthwise,
    SeparableConv2D: _convolved_separably,
    Dense: _connected,
    MaxPooling2D: _largest,
    AveragePooling2D: _averaged,
    GlobalMaxPooling2D: _largest_of_all,
    GlobalAveragePooling2D: _average_of_all,
    BatchNormalization: _normalized_by_batches,
    LayerNormalization: _normalized_over_channels,
    GroupNormalization: _normalized_over_group,
    Activation: _bent,
    Flatten: _laid_out,
    ZeroPadding2D: _framed,
    Dropout: _kept,
    SpatialDropout2D: _kept,
    GaussianDropout: _kept,
    GaussianNoise: _kept,
    ActivityRegularization: _kept,
}
