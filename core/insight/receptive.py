"""Receptive fields of the units of a layer: theoretical, at the border, and effective.

The theory is arithmetic (`core.network.geometry`). The effective field is measured: how much
each pixel moves a unit in the middle of the layer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import floor, prod
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from core.insight.graphs import compiled, up_to
from core.network import Box, Network, Path, ReceptiveField, Row, trace
from core.network.geometry import Position

if TYPE_CHECKING:
    import keras

VALUES_AT_ONCE = 4_000_000  # activations of one batch, 16 MB; its gradient takes about as much again
IMAGES_AT_ONCE = 16  # few enough that a progress bar moves


class FieldSummary(NamedTuple):
    """The receptive field of one layer.

    Attributes:
        path: of the layer or join.
        size: (height, width) of the theoretical field, as if the image had no border.
        stride: (down, right), input pixels between neighbouring units, a fraction behind upsampling; 0 where
            there is one unit only.
        first_centre: (row, column) at the middle of what the first unit sees; pixel i lies at i, so
            it is negative where padding is the larger part.
        central_centre: the same of the central unit.
        share: of the image's area that the central unit's box takes up, 0…1.
        pixels: how many pixels the central unit truly reads; fewer than in its box where it has holes.
        covers_input: whether the central unit's box is the whole image.
    """

    path: Path
    size: tuple[int, int]
    stride: tuple[Position, Position]
    first_centre: tuple[float, float]
    central_centre: tuple[float, float]
    share: float
    pixels: int
    covers_input: bool


class Cost(NamedTuple):
    """A way to see size × size pixels: its parameters, and its multiply-adds for each output position."""

    size: int
    parameters: int
    macs: int


class Stacked(NamedTuple):
    """Some convolutions on top of each other, and the single one that sees as much."""

    stack: Cost
    single: Cost


@dataclass(frozen=True)
class Effective:
    """The effective receptive field of the central unit of a layer.

    Attributes:
        field: (h, w) float32, sums to 1; all zeros where no pixel matters (padding only, or units that
            are zero for all images).
        unit: (row, column) of the central unit.
        box: its theoretical field, clipped to the image.
        central_share: how much of the field lies in the central half of the box (half of each side, so
            a quarter of the area), 0…1. Equal weights everywhere give 0.25.
    """

    field: np.ndarray
    unit: tuple[int, int]
    box: Box
    central_share: float

    def radius(self, share: float = 0.95) -> float:
        """Pixels from the middle of the box within which this share of the field lies; 0 where there is none."""
        rows, columns = np.indices(self.field.shape)
        middle = (self.box.top + self.box.bottom - 1) / 2, (self.box.left + self.box.right - 1) / 2
        distance = np.hypot(rows - middle[0], columns - middle[1]).ravel()
        outwards = np.argsort(distance)
        held = np.cumsum(self.field.ravel()[outwards], dtype=np.float64)
        return float(distance[outwards[np.searchsorted(held, share * held[-1])]]) if held[-1] else 0.0


def regions(field: ReceptiveField) -> np.ndarray:
    """The box of every unit.

    Returns:
        (rows·columns, 6) int32: row, column, top, left, bottom, right; input pixels, half open.
    """
    rows, columns = field.units
    return np.array([(r, c, *field.region(r, c)) for r in range(rows) for c in range(columns)], np.int32)


def position(row: Row, unit: int) -> tuple[int, int]:
    """Position of a unit in the map of receptive fields.

    Args:
        row: of the layer, in the trace of its network.
        unit: index into the layer's output, laid out flat.

    Returns:
        (row, column): of the unit in its map, also where the map was flattened since; (0, 0) of a
        unit that sees the whole image.
    """
    rows, columns = row.field.units
    return divmod(unit // (prod(row.shape) // (rows * columns)), columns)


def central_unit(field: ReceptiveField) -> tuple[int, int]:
    """(row, column) of the unit whose field lies nearest to the middle of the image; of two, the first."""
    axes = zip((field.vertical, field.horizontal), field.units, field.input_shape)
    row, column = (
        min(range(count), key=lambda i: abs(axis.centre + i * axis.jump - (side - 1) / 2))
        for axis, count, side in axes
    )
    return row, column


def pixels_read(field: ReceptiveField, row: int, column: int) -> np.ndarray:
    """The pixels that the unit at (row, column) truly reads, through dilation, strides, padding and branches.

    Returns:
        (h, w) bool. Exact, save behind more than `core.network.geometry.MAX_PATHS` different ways through
        branches, where it may hold pixels that no way reads.

    Raises:
        IndexError: outside the layer's output.
    """
    field.region(row, column)  # refuses what would count from the end
    height, width, _ = field.input_shape
    read = np.zeros((height, width), bool)
    for rows, columns in field.paths:
        read |= np.outer(_bits(rows[row], height), _bits(columns[column], width))
    return read


def border_share(field: ReceptiveField) -> np.ndarray:
    """Share of each unit's theoretical field that lies in the padding, outside of the image.

    Branches with unequal strides have no common field; for them it is that of the largest stride.

    Returns:
        (rows, columns) float32 in 0…1.
    """
    axes = zip((field.vertical, field.horizontal), field.units, field.input_shape)
    down, across = (
        np.array([_inside(floor(axis.low + i * axis.jump), axis.size, side) / axis.size for i in range(count)])
        for axis, count, side in axes
    )
    return (1 - np.outer(down, across)).astype(np.float32)


def field_summary(network: Network) -> list[FieldSummary]:
    """Receptive fields of all layers, in the order of `network.walk()`; without those behind a problem.

    Source: Araujo, Norris and Sim, "Computing Receptive Fields of Convolutional Neural Networks"
    (Distill, 2019), for size, stride and centres.
    """
    return [_summary(row) for row in trace(network).rows if row.receptive_field]


def first_to_see(network: Network, height: int, width: int) -> Path | None:
    """The first layer whose central unit sees at least height × width pixels of the image, if there is one."""
    for row in trace(network).rows:
        if row.receptive_field:
            seen = row.field.region(*central_unit(row.field)).size
            if seen[0] >= height and seen[1] >= width:
                return row.path
    return None


def first_to_see_all(network: Network) -> Path | None:
    """The first layer whose central unit sees the whole image, from edge to edge, if there is one."""
    return first_to_see(network, *network.input_shape[:2])


def stacked(sizes: Sequence[int], channels: int, use_bias: bool = True) -> Stacked:
    """Field and cost of a stack of k×k convolutions, against the single kernel with the same field.

    Args:
        sizes: k of each, from the first to the last, with stride 1.
        channels: in and out of every layer.
        use_bias: whether each output channel has a bias.

    Raises:
        ValueError: where there is no convolution, or a number is below 1.

    Source: Simonyan and Zisserman, "Very Deep Convolutional Networks for Large-Scale Image Recognition"
    (2015), section 2.3: three 3×3 layers have 27·C² weights, one 7×7 layer 49·C².
    """
    if not sizes or min(*sizes, channels) < 1:
        raise ValueError(f"A stack needs sizes and channels of at least 1, not {list(sizes)} and {channels}.")
    bias = channels if use_bias else 0

    def cost(kernels: Sequence[int]) -> Cost:
        macs = sum(k * k for k in kernels) * channels**2
        return Cost(1 + sum(k - 1 for k in kernels), macs + bias * len(kernels), macs)

    stack = cost(sizes)
    return Stacked(stack, cost([stack.size]))


def effective_field(
    model: keras.Model,
    network: Network,
    path: Path,
    images: np.ndarray,
    unit: int | None = None,
    on_progress: Callable[[float], object] | None = None,
) -> Effective:
    """The effective receptive field of a layer's central unit: its mean absolute gradient by pixel.

    It is the derivative of the central unit's output, summed over the channels; its absolute value, summed
    over the colours and averaged over the images. Of a softmax, whose outputs always sum to 1, it is the
    derivative of what goes in. The model may be trained or not: `build_model(network, seed)` gives one that
    is untrained. Where a normalisation looks at the whole map, some of the field lies outside the box.

    Args:
        model: built from `network`.
        network: says where the layer is and what it sees.
        path: of a layer or join.
        images: (n, h, w, c) float32 in 0…1, at least one.
        unit: one channel of a map, or one unit of a dense layer; None: all of them, summed. Behind Flatten
            the positions of the map are still known, and the unit is one of its channels.
        on_progress: receives the share done, rising to 1.0.

    Raises:
        KeyError: where the path names no layer.
        IndexError: where the layer has no such unit.
        ValueError: where there are no images.

    Source: Luo, Li, Urtasun and Zemel, "Understanding the Effective Receptive Field in Deep Convolutional
    Neural Networks" (NeurIPS 2016).
    """
    traced = trace(network)
    row = traced.row(path)
    count = _channels(row)
    if unit is not None and not 0 <= unit < count:
        raise IndexError(f"The layer at {path} has the units 0 to {count - 1}, so none at {unit}.")
    if not len(images):
        raise ValueError("The effective field is a mean over images, so at least one is needed.")
    wanted = np.ones(count, np.float32) if unit is None else np.eye(count, dtype=np.float32)[unit]
    gradient = _gradient(model, row)
    step = min(max(VALUES_AT_ONCE // traced.activation_values, 1), IMAGES_AT_ONCE)
    total = np.zeros(network.input_shape[:2])
    for start in range(0, len(images), step):
        total += np.asarray(gradient(images[start : start + step], wanted))
        if on_progress:
            on_progress(min((start + step) / len(images), 1.0))
    central = central_unit(row.field)
    box = row.field.region(*central)
    field = total / (total.sum() or 1.0)
    half = np.outer(_central_half(box.top, box.bottom, len(field)), _central_half(box.left, box.right, len(field[0])))
    return Effective(field.astype(np.float32), central, box, float((field * half).sum()))


def _gradient(model: keras.Model, row: Row) -> Any:
    """(images, weights of the channels) → (h, w) sum of absolute gradients; made once for each model and layer."""
    return compiled(model, ("gradient", row.path), lambda: _traced(model, row), always=True)


def _traced(model: keras.Model, row: Row) -> Any:
    import tensorflow as tf

    from core.training.model import building, layer_name

    probe = up_to(model, model.get_layer(layer_name(row.path)).output)
    _, columns = row.field.units
    r, c = central_unit(row.field)
    channels = _channels(row)
    shape = (None, *row.field.input_shape)

    @tf.function(input_signature=[tf.TensorSpec(shape, tf.float32), tf.TensorSpec((channels,), tf.float32)])
    def gradient(images, wanted):
        with tf.GradientTape() as tape:
            tape.watch(images)
            output = probe(images, training=False)
            if output.op.type == "Softmax":
                output = output.op.inputs[0]
            positions = tf.reshape(output, (tf.shape(images)[0], -1, channels))  # (n, rows·columns, channels)
            central = tf.reduce_sum(positions[:, r * columns + c] * wanted)
        return tf.reduce_sum(tf.abs(tape.gradient(central, images)), axis=(0, 3))  # (h, w)

    with building:
        gradient.get_concrete_function()  # here, where no other thread builds
    return gradient


def _channels(row: Row) -> int:
    """Numbers at each position that has a field of its own; of a dense layer, all its units."""
    return prod(row.shape) // prod(row.field.units)


def _summary(row: Row) -> FieldSummary:
    field = row.field
    down, across = field.vertical, field.horizontal
    central = central_unit(field)
    height, width, _ = field.input_shape
    seen = field.region(*central).size
    return FieldSummary(
        row.path,
        field.size,
        field.stride,
        (down.centre, across.centre),
        (float(down.centre + central[0] * down.jump), float(across.centre + central[1] * across.jump)),
        prod(seen) / (height * width),
        int(pixels_read(field, *central).sum()),
        seen == (height, width),
    )


def _bits(mask: int, length: int) -> np.ndarray:
    return np.array([mask >> i & 1 for i in range(length)], bool)


def _inside(low: int, size: int, side: int) -> int:
    """Number of positions in low … low + size − 1 that lie within 0 … side − 1."""
    return max(min(low + size, side) - max(low, 0), 0)


def _central_half(start: int, stop: int, side: int) -> np.ndarray:
    """Share of each pixel that lies in the middle half of start…stop: (side,) in 0…1."""
    quarter = (stop - start) / 4
    edges = np.arange(side)
    return np.clip(np.minimum(edges + 1, stop - quarter) - np.maximum(edges, start + quarter), 0, 1)
