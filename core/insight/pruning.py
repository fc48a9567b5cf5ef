"""Ablation: predictions and accuracy of a network without one channel, its weights unchanged."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from core.insight.graphs import batches, check_channel, compiled, up_to
from core.network import Branches, Network, Path, trace
from core.network.network import IMAGE

if TYPE_CHECKING:
    import keras

NONE_OFF = -1
SMALLEST = 1e-7  # probability, so that the loss stays finite; as in Keras


class Pruned(NamedTuple):
    """Accuracy and loss with all channels of a layer, and without each of them.

    Attributes:
        accuracy: (channels + 1,) float32 in 0…1: first with all channels, then without channel 0, 1, …
        loss: (channels + 1,) float32, the mean cross-entropy, in the same order.
    """

    accuracy: np.ndarray
    loss: np.ndarray


def prediction_without(
    model: keras.Model, network: Network, path: Path, channel: int, image: np.ndarray
) -> np.ndarray:
    """Predict one image with one output channel of a layer switched off.

    Switched off is what leaves the layer, after its activation function: it is 0 everywhere,
    wherever it goes. Nothing in the model is changed, so others may use it meanwhile.

    Args:
        model: built from `network`.
        network: says where the layers are.
        path: of a layer or a join.
        channel: which one; of a dense layer, which unit.
        image: (h, w, c) float32 in 0…1.

    Returns:
        (classes,) float32.

    Raises:
        IndexError: where the layer has no such channel.
    """
    check_channel(network, path, channel)
    probabilities = _probabilities(model, network, path)(image[np.newaxis], np.array([channel], np.int32))
    return np.asarray(probabilities[0, 0])


def evaluate_without(
    model: keras.Model,
    network: Network,
    path: Path,
    images: np.ndarray,
    labels: np.ndarray,
    on_progress: Callable[[float], None] | None = None,
) -> Pruned:
    """Evaluate a network with all channels of a layer, and with each of them switched off in turn.

    Args:
        model: built from `network`; its output must be probabilities.
        network: says where the layers are.
        path: of a layer or a join.
        images: (n, h, w, c) uint8 in 0…255, or float in 0…1.
        labels: (n,) whole numbers, the true classes.
        on_progress: receives the share of the images that have been evaluated, 0…1.

    Source: ablation of single feature maps, as in Molchanov et al., “Pruning Convolutional Neural
    Networks for Resource Efficient Inference” (ICLR 2017), section 2 (“oracle pruning”).
    """
    probabilities = _probabilities(model, network, path)
    channels = np.arange(NONE_OFF, trace(network).row(path).shape[-1], dtype=np.int32)
    right = np.zeros(len(channels))
    losses = np.zeros(len(channels))
    done = 0
    for batch in batches(network, images):
        truth = labels[done : done + len(batch)].astype(int)
        found = np.asarray(probabilities(batch, channels))  # (channels + 1, n, classes)
        right += (found.argmax(axis=2) == truth).sum(axis=1)
        losses -= np.log(np.maximum(found[:, np.arange(len(batch)), truth], SMALLEST)).sum(axis=1)
        done += len(batch)
        if on_progress is not None:
            on_progress(done / len(images))
    return Pruned((right / len(images)).astype(np.float32), (losses / len(images)).astype(np.float32))


def _probabilities(model: keras.Model, network: Network, path: Path) -> Callable:
    """A graph from images (n, h, w, c) and channels (k,), `NONE_OFF` allowed, to probabilities (k, n, classes).

    The network is gone through once; for each channel only what its output reaches is computed again.
    """
    import tensorflow as tf

    from core.training.model import layer_name

    def make() -> Callable:
        paths = [place for place, _ in network.walk()]
        layers = {place: model.get_layer(layer_name(place)) for place in paths}
        inner = up_to(model, {str(place): layers[place].output for place in paths})
        sources = {place: network.sources(place) for place in paths}
        images = tf.TensorSpec((None, *network.input_shape), tf.float32)

        @tf.function(input_signature=[images, tf.TensorSpec((None,), tf.int32)], autograph=False)
        def probabilities(images, channels):
            outputs = inner(images, training=False)
            known = {IMAGE: images} | {place: outputs[str(place)] for place in paths}

            def without(channel):
                kept = 1 - tf.one_hot(channel, known[path].shape[-1])  # (channels,)
                changed = {path: known[path] * kept}
                for place in paths:
                    below = sources[place]
                    if changed.keys().isdisjoint(below):
                        continue
                    arriving = [changed.get(source, known[source]) for source in below]
                    joins = isinstance(network.at(place), Branches)
                    changed[place] = layers[place](arriving if joins else arriving[0], training=False)
                return changed.get(paths[-1], known[paths[-1]])

            # One after the other, for the reason of `one_at_a_time`.
            return tf.map_fn(without, channels, fn_output_signature=tf.float32, parallel_iterations=1)

        return probabilities

    return compiled(model, ("without", path), make)
