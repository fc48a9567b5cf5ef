"""Micro-batches: the parts of a batch, computed on a core each and trained on as one.

TensorFlow would rather share every single operation between the cores, and then all wait for the slowest, some
hundred times a step. Small images make operations so short that waiting costs more than computing. Here an
operation keeps one core (`core.training.priority`) and what runs side by side are whole parts of the batch; the
gradient of the mean loss is the same. Only batch normalisation looks at other images of its batch: its mean and
variance are those of all parts together, as Keras computes them for the whole batch.
"""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from math import prod
from typing import Any

import keras
import tensorflow as tf

from core.network import Branches, Path
from core.network.network import Block
from core.training.model import layer_name
from core.training.priority import cores

MOST = 4  # each makes the graph longer
FEWEST_IMAGES = 4  # in a part; below, the overhead dominates


def how_many(batch_size: int, images: int) -> int:
    """Number of micro-batches to a batch, such that not even the last batch leaves one empty."""
    last = images % batch_size or batch_size
    return max(min(MOST, cores(), batch_size // FEWEST_IMAGES, last), 1)


def cut(batch: tf.Tensor, parts: int) -> list[tf.Tensor]:
    """(n, …) → parts of nearly equal size, in order."""
    n = tf.shape(batch)[0]
    return [batch[n * part // parts : n * (part + 1) // parts] for part in range(parts)]


def learning(model: keras.Model, blocks: Sequence[Block], parts: Sequence[tf.Tensor]) -> list[tf.Tensor]:
    """Outputs of `model(…, training=True)` for the whole batch, in parts.

    Args:
        model: built from a network with these blocks.
        blocks: all of them, `network.layers`.
        parts: images of each part, (n, h, w, c) float32; none of them is empty.

    Returns:
        Outputs of each part. Moving averages are updated once, as by one call.
    """
    return _through(model, blocks, (), list(parts))


def _through(model: keras.Model, blocks: Sequence[Block], prefix: Path, parts: list[tf.Tensor]) -> list[tf.Tensor]:
    for index, block in enumerate(blocks):
        path = (*prefix, index)
        layer = model.get_layer(layer_name(path))
        if isinstance(block, Branches):
            ends = [_through(model, branch, (*path, number), parts) for number, branch in enumerate(block.branches)]
            parts = [layer(list(one)) for one in zip(*ends)]
        elif (
            isinstance(layer, keras.layers.BatchNormalization) and len(parts) > 1
        ):  # of few images, Keras' is quicker
            parts = _normalised(layer, parts)
        elif isinstance(layer, keras.layers.AveragePooling2D) and _without_rest(layer, parts[0]):
            parts = [_averaged(part, *layer.pool_size) for part in parts]
        elif "training" in inspect.signature(layer.call).parameters:
            parts = [layer(part, training=True) for part in parts]
        else:
            parts = [layer(part) for part in parts]
    return parts


def _without_rest(layer: keras.layers.AveragePooling2D, images: tf.Tensor) -> bool:
    """True where the windows do not overlap and cover the whole input."""
    return layer.strides == layer.pool_size and all(
        size % window == 0 for size, window in zip(_sides(images), layer.pool_size)
    )


def _sides(images: tf.Tensor) -> list[int]:
    """Height, width and channels, which are known where a graph is built."""
    return [side for side in images.shape[1:] if side is not None]


def _averaged(images: tf.Tensor, rows: int, columns: int) -> tf.Tensor:
    """Average pooling by windows of rows × columns that cover the images, as `AveragePooling2D.call`.

    Its gradient is each number's share, written as often as the window is large. Written row by row that takes
    half the time of TensorFlow's own, and is the same to the bit.
    """

    @tf.custom_gradient
    def pooled(images: tf.Tensor) -> Any:  # one tensor: the decorator keeps the gradient
        def gradient(upstream: tf.Tensor) -> tf.Tensor:
            height, width, channels = _sides(upstream)
            share = tf.reshape(upstream / (rows * columns), (-1, channels))
            wide = tf.reshape(tf.concat([share] * columns, 1), (-1, width * columns * channels))
            return tf.reshape(tf.concat([wide] * rows, 1), (-1, height * rows, width * columns, channels))

        window = (rows, columns)
        return tf.nn.avg_pool2d(images, window, window, "VALID"), gradient

    return pooled(images)


def _normalised(layer: keras.layers.BatchNormalization, parts: list[tf.Tensor]) -> list[tf.Tensor]:
    """Batch normalisation by the mean and the variance of all parts (Chan, Golub & LeVeque 1979).

    An image is one row of numbers here: added row to row they fill the processor's registers, which six channels
    side by side do not. It takes a third of the time of `BatchNormalization.call`.
    """
    *places_by_side, channels = _sides(parts[0])
    places = prod(places_by_side)

    def by_channel(rows: tf.Tensor) -> tf.Tensor:  # (n, places × channels) → (channels,), the mean
        means = tf.reduce_mean(rows, axis=0)
        return tf.reduce_mean(tf.reshape(means, (places, channels)), axis=0)

    def everywhere(of_channels: tf.Tensor) -> tf.Tensor:
        return tf.tile(of_channels, (places,))

    rows = [tf.reshape(part, (-1, places * channels)) for part in parts]
    means = [by_channel(row) for row in rows]
    # The variance does not change with the point it is taken about, to first order: no gradient goes that way.
    variances = [by_channel(tf.square(row - everywhere(tf.stop_gradient(m)))) for row, m in zip(rows, means)]
    sizes = tf.cast(tf.stack([tf.shape(part)[0] for part in parts]), tf.float32)
    shares = tf.unstack(sizes / tf.reduce_sum(sizes))
    mean = tf.add_n([share * m for share, m in zip(shares, means)])
    variance = tf.add_n([share * (v + tf.square(m - mean)) for share, m, v in zip(shares, means, variances)])
    moving: Any  # Keras makes both variables with the layer
    for moving, new in ((layer.moving_mean, mean), (layer.moving_variance, variance)):
        moving.assign(moving * layer.momentum + tf.stop_gradient(new) * (1 - layer.momentum))
    factor = tf.math.rsqrt(variance + layer.epsilon)
    if layer.gamma is not None:
        factor *= layer.gamma
    offset = -mean * factor if layer.beta is None else layer.beta - mean * factor
    normalised = [row * everywhere(factor) + everywhere(offset) for row in rows]
    return [tf.reshape(one, tf.shape(part)) for one, part in zip(normalised, parts)]
