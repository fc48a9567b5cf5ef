"""Patches of many images to which each channel responds most strongly."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from core.insight.graphs import batches, check_channel, compiled, in_unit_range, up_to
from core.insight.receptive import position
from core.network import Box, Network, Path, trace

if TYPE_CHECKING:
    import keras


ROUNDING = 1e-4  # of the larger of two responses: a smaller difference is none
ZERO = 1e-6  # a difference below this is what rounding leaves of zero


def exceeds(response: float, other: float) -> bool:
    """Whether a response is stronger than another by more than rounding: what excites a channel, and what does not."""
    return response - other > max(ROUNDING * max(abs(response), abs(other)), ZERO)


class Response(NamedTuple):
    """A part of an image, and how strongly one unit of a channel responds to it.

    Attributes:
        image: index of the image.
        row, column: of the unit in the channel's map; (0, 0) for a dense layer.
        value: the unit's activation.
        box: what the unit sees, in pixels of the image: cut off at the border, and all of the image
            where the field is larger; empty where the unit sees nothing but padding.
    """

    image: int
    row: int
    column: int
    value: float
    box: Box

    def cut(self, images: np.ndarray) -> np.ndarray:
        """The patch out of the (n, h, w, c) images that were searched: (height, width, c) float32 in 0…1."""
        return in_unit_range(images[self.image, self.box.top : self.box.bottom, self.box.left : self.box.right])


def best_patches(
    model: keras.Model,
    network: Network,
    path: Path,
    images: np.ndarray,
    channel: int | None = None,
    count: int = 9,
    on_progress: Callable[[float], None] | None = None,
) -> dict[int, tuple[Response, ...]]:
    """The patches to which each output channel of a layer responds most strongly.

    Args:
        model: built from `network`.
        network: says where the layers are and what their units see.
        path: of a layer or a join.
        images: (n, h, w, c) uint8 in 0…255, or float in 0…1.
        channel: only this one; all where None. Each unit of a dense layer is a channel.
        count: patches for each channel, at most one of each image.
        on_progress: receives the share of the images that have been searched, 0…1.

    Returns:
        Channel → its patches, the strongest first; of equal ones the earlier image first. A channel
        that never responds has patches too, of the value 0 after a relu.

    Raises:
        IndexError: where the layer has no such channel.

    Source: the top activations of Zeiler and Fergus, “Visualizing and Understanding Convolutional
    Networks” (ECCV 2014), section 4.
    """
    row = trace(network).row(path)
    channels = row.shape[-1]
    if channel is not None:
        check_channel(network, path, channel)
    strongest = _strongest(model, network, path)
    best: list[np.ndarray]
    best = [np.empty((0, channels), dtype) for dtype in (np.float32, np.int64, np.int64)]  # value, image, position
    done = 0
    for batch in batches(network, images):
        values, positions = (np.asarray(found) for found in strongest(batch))  # (n, channels)
        numbers = np.broadcast_to(np.arange(done, done + len(batch))[:, np.newaxis], values.shape)
        best = [np.concatenate(pair) for pair in zip(best, (values, numbers, positions))]
        order = np.argsort(-best[0], axis=0, kind="stable")[:count]
        best = [np.take_along_axis(one, order, axis=0) for one in best]  # (count, channels)
        done += len(batch)
        if on_progress is not None:
            on_progress(done / len(images))

    def patch(value: float, image: int, place: int, k: int) -> Response:
        down, across = position(row, place * channels + k)
        return Response(image, down, across, value, row.field.region(down, across))

    chosen = range(channels) if channel is None else [channel]
    values, numbers, places = (found.T for found in best)  # (channels, count)
    ranked = {k: zip(values[k].tolist(), numbers[k].tolist(), places[k].tolist()) for k in chosen}
    return {k: tuple(patch(value, image, place, k) for value, image, place in found) for k, found in ranked.items()}


def _strongest(model: keras.Model, network: Network, path: Path) -> Callable:
    """A graph from images to each channel's largest activation and its flat position in the map, (n, channels)."""
    import tensorflow as tf

    from core.training.model import layer_name

    def make() -> Callable:
        inner = up_to(model, model.get_layer(layer_name(path)).output)
        channels = inner.output_shape[-1]

        @tf.function(input_signature=[tf.TensorSpec((None, *network.input_shape), tf.float32)], autograph=False)
        def strongest(images):
            values = inner(images, training=False)
            values = tf.reshape(values, (tf.shape(images)[0], -1, channels))  # (n, h·w, channels)
            return tf.reduce_max(values, axis=1), tf.argmax(values, axis=1)

        return strongest

    return compiled(model, ("strongest", path), make)
