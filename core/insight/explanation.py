"""Explanation of a single activation: its inputs, and the steps of arithmetic that lead to it.

`explain` takes one unit of one layer. Its `Explanation` has the steps of the
arithmetic, from the numbers that are read to the value, and the cells from
which they are read, so that a number can be followed down to the pixels.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import singledispatch
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from core.insight.activations import activations
from core.insight.steps import (
    Added,
    Copied,
    DepthwiseSums,
    Function,
    Index,
    Maximum,
    Mean,
    Normalized,
    Patch,
    Softmax,
    Step,
    WeightedSum,
)
from core.network import (
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Block,
    Branches,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    GroupNormalization,
    Layer,
    LayerNormalization,
    LeakyReLU,
    MaxPooling2D,
    Network,
    Path,
    Rescaling,
    SeparableConv2D,
)
from core.network.layers import Reads

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True, eq=False)
class Explanation:
    """The arithmetic that leads to one activation.

    Attributes:
        path: the layer or join whose number it is; `()` for a pixel of the image.
        index: (row, column, channel) or (unit,) in its output.
        layer: the block at `path`; None for a pixel.
        steps: the arithmetic in order, each with a `result`; the last one's is `value`. Empty for a pixel.
        sources: all cells that are read, one patch for each of `Network.sources`; where branches are
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


def explain(
    model: keras.Model,
    network: Network,
    image: np.ndarray,
    path: Path,
    index: Index,
    maps: Mapping[Path, np.ndarray] | None = None,
) -> Explanation:
    """Explain one activation, for one image and the current weights of the model.

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
    below = network.sources(path)
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
        steps, sources = _explained(block, model.get_layer(layer_name(path)), arriving[0], index)
    return Explanation(path, index, block, steps, sources, float(steps[-1].result), model_value)


Found = tuple[tuple[Step, ...], tuple[Patch, ...]]  # the steps, and all that is read


class _Map(NamedTuple):
    """An input of a layer, with the path of its source."""

    path: Path
    values: np.ndarray  # (h, w, c) or (units,)


def _patch(below: _Map, rows: Iterable[int], columns: Iterable[int], channels: Iterable[int]) -> Patch:
    rows, columns, channels = (np.fromiter(numbers, int) for numbers in (rows, columns, channels))
    cells = below.values.reshape((1, 1, -1)) if below.values.ndim == 1 else below.values
    height, width, _ = cells.shape
    padding = ((rows < 0) | (rows >= height))[:, np.newaxis] | ((columns < 0) | (columns >= width))
    values = cells[np.ix_(rows.clip(0, height - 1), columns.clip(0, width - 1), channels)]  # (r, k, c)
    values = np.where(padding[..., np.newaxis], np.float32(0), values)
    return Patch(below.path, below.values.shape, rows, columns, channels, values, padding)


def _read(layer: Layer, below: _Map, index: Index, channels: Iterable[int] | None = None) -> Patch:
    """The patch that a layer reads for one number of its output; by default the channels on which it depends."""
    shape = below.values.shape
    *place, channel = index
    reads = layer.reads_in_full(shape)
    if reads is Reads.EVERYTHING:
        rows, columns = map(range, shape[:-1] or (1, 1))
    elif reads is Reads.POINT:
        rows, columns = ((at,) for at in place or (0, 0))
    else:
        rows, columns = (window.taps(at).values() for window, at in zip(reads, place))
    return _patch(below, rows, columns, layer.channels_read(shape, channel) if channels is None else channels)


def _cell(below: _Map, place: Sequence[int], channel: int) -> Patch:
    """A patch of a single number; its position in a vector is `()`."""
    row, column = place or (0, 0)
    return _patch(below, (row,), (column,), (channel,))


@singledispatch
def _explained(layer: Layer, made: Any, below: _Map, index: Index) -> Found:
    """Dispatch on the kind of layer: the steps to one number, and the cells that are read.

    Args:
        layer: of which kind.
        made: what Keras made of it.
        below: what arrives there.
        index: of the output.
    """
    if not layer.copies:
        raise NotImplementedError(f"The arithmetic of {type(layer).__name__} is not explained yet.")
    if len(index) < below.values.ndim:  # flattened
        *place, channel = (int(n) for n in np.unravel_index(index[0], below.values.shape))
        patch = _cell(below, place, channel)
    else:
        patch = _read(layer, below, index)
    return (Copied(patch),), (patch,)


@_explained.register
def _(layer: Conv2D, made: Any, below: _Map, index: Index) -> Found:
    shape, channel = below.values.shape, index[-1]
    kernel = np.asarray(made.kernel)  # (r, k, inputs of a group, filters)
    patch = _read(layer, below, index, layer.preactivation_channels(shape, channel))

    def sums() -> np.ndarray:
        cells = _read(layer, below, index, range(shape[-1])).values.astype(np.float64)
        groups = zip(np.split(cells, layer.groups, axis=2), np.split(kernel, layer.groups, axis=3))
        return np.concatenate([np.tensordot(part, own, 3) for part, own in groups])

    return _summed(layer, made, below, index, patch, kernel[..., channel], sums)


@_explained.register
def _(layer: DepthwiseConv2D, made: Any, below: _Map, index: Index) -> Found:
    shape, channel = below.values.shape, index[-1]
    kernel = np.asarray(made.kernel)  # (r, k, inputs, multiplier)
    source, which = divmod(channel, layer.depth_multiplier)
    patch = _read(layer, below, index, (source,))

    def sums() -> np.ndarray:
        return DepthwiseSums(_read(layer, below, index, range(shape[-1])), kernel).result

    return _summed(layer, made, below, index, patch, kernel[:, :, source, which, np.newaxis], sums)


@_explained.register
def _(layer: SeparableConv2D, made: Any, below: _Map, index: Index) -> Found:
    channel = index[-1]
    patch = _read(layer, below, index)
    depthwise = DepthwiseSums(patch, np.asarray(made.depthwise_kernel))
    between = depthwise.result
    pointwise = np.asarray(made.pointwise_kernel)  # (1, 1, inputs·multiplier, filters)
    step = WeightedSum(between.reshape(1, 1, -1), pointwise[..., channel], _bias(made, channel), None)
    last = _activated(layer.activation, step.result, lambda: between @ pointwise[0, 0], made, channel)
    return (depthwise, step, last), (patch,)


@_explained.register
def _(layer: Dense, made: Any, below: _Map, index: Index) -> Found:
    kernel = np.asarray(made.kernel)  # (inputs, units)
    patch = _read(layer, below, index)

    def sums() -> np.ndarray:
        return patch.values[0, 0].astype(np.float64) @ kernel

    return _summed(layer, made, below, index, patch, kernel[np.newaxis, np.newaxis, :, index[-1]], sums)


def _summed(
    layer: Conv2D | DepthwiseConv2D | Dense,
    made: Any,
    below: _Map,
    index: Index,
    patch: Patch,
    weights: np.ndarray,
    sums: Callable[[], np.ndarray],
) -> Found:
    """A weighted sum and its activation; softmax also reads what only the other channels' sums read."""
    step = WeightedSum(patch.values, weights, _bias(made, index[-1]), patch)
    last = _activated(layer.activation, step.result, sums, made, index[-1])
    return (step, last), (_read(layer, below, index),)


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


@_explained.register
def _(layer: Rescaling, made: Any, below: _Map, index: Index) -> Found:
    patch = _cell(below, index[:-1], index[-1])
    weight = np.full((1, 1, 1), layer.scale, np.float32)
    return (WeightedSum(patch.values, weight, layer.offset, patch),), (patch,)


@_explained.register
def _(layer: MaxPooling2D | GlobalMaxPooling2D, made: Any, below: _Map, index: Index) -> Found:
    patch = _read(layer, below, index)
    return (Maximum(patch),), (patch,)


@_explained.register
def _(layer: AveragePooling2D | GlobalAveragePooling2D, made: Any, below: _Map, index: Index) -> Found:
    patch = _read(layer, below, index)
    return (Mean(patch),), (patch,)


@_explained.register
def _(layer: BatchNormalization, made: Any, below: _Map, index: Index) -> Found:
    mean, variance = (float(np.asarray(kept)[index[-1]]) for kept in (made.moving_mean, made.moving_variance))
    return (_normalized(layer, made, below, index, mean, variance, None),), (_read(layer, below, index),)


@_explained.register
def _(layer: LayerNormalization | GroupNormalization, made: Any, below: _Map, index: Index) -> Found:
    patch = _read(layer, below, index)
    numbers = patch.values.astype(np.float64)
    return (_normalized(layer, made, below, index, float(numbers.mean()), float(numbers.var()), patch),), (patch,)


def _normalized(
    layer: Any, made: Any, below: _Map, index: Index, mean: float, variance: float, patch: Patch | None
) -> Normalized:
    gamma = float(np.asarray(made.gamma)[index[-1]]) if layer.scale else None
    beta = float(np.asarray(made.beta)[index[-1]]) if layer.center else None
    return Normalized(float(below.values[index]), mean, variance, layer.epsilon, gamma, beta, patch)


@_explained.register
def _(layer: LeakyReLU, made: Any, below: _Map, index: Index) -> Found:
    return (Function("leaky_relu", float(below.values[index]), layer.negative_slope),), (_read(layer, below, index),)


@_explained.register
def _(layer: Activation, made: Any, below: _Map, index: Index) -> Found:
    *place, channel = index
    row = below.values[tuple(place)].astype(np.float64)  # (channels,)
    own = Softmax(row, channel) if layer.activation == "softmax" else Function(layer.activation, float(row[channel]))
    return (own,), (_read(layer, below, index),)


def _joined(block: Branches, ends: list[_Map], index: Index) -> Found:
    *place, channel = index
    if block.merge == "add":
        patches = tuple(_cell(end, place, channel) for end in ends)
        return (Added(patches),), patches
    branch = 0
    while channel >= ends[branch].values.shape[-1]:
        channel -= ends[branch].values.shape[-1]
        branch += 1
    patch = _cell(ends[branch], place, channel)
    return (Copied(patch, branch),), (patch,)
