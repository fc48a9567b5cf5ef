"""Feature maps: the activations of every layer for one image."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from core.insight.graphs import compiled, eagerly, up_to
from core.network import Network, Path
from core.training.priority import graphs_wait

if TYPE_CHECKING:
    import keras

EAGER_CALLS = 10  # before a graph is traced


def activations(model: keras.Model, network: Network, image: np.ndarray) -> dict[Path, np.ndarray]:
    """The output of every layer and join.

    Args:
        model: built from `network`.
        network: says where the layers are.
        image: (h, w, c) float32 in 0…1.

    Returns:
        Path → (h, w, c) or (units,) float32, in the order of `network.walk()`.
    """
    return {path: outputs[0] for path, outputs in activations_of_all(model, network, image[np.newaxis]).items()}


def activations_of_all(model: keras.Model, network: Network, images: np.ndarray) -> dict[Path, np.ndarray]:
    """The same for several images, (n, h, w, c) float32 in 0…1: path → (n, h, w, c) or (n, units) float32."""
    paths = [path for path, _ in network.walk()]
    outputs = _probe(model, paths)(images)
    return {path: np.asarray(outputs[str(path)]) for path in paths}


def probabilities(model: keras.Model, image: np.ndarray) -> np.ndarray:
    """The predicted probabilities for one (h, w, c) image in 0…1: (classes,) float32."""
    return np.asarray(eagerly(lambda: model(image[np.newaxis], training=False))[0])


def names_to_outputs(model: keras.Model, paths: Iterable[Path]) -> dict[str, Any]:
    """The inner tensors of the layers at these paths, by the paths as text."""
    from core.training.model import layer_name

    # By name: Keras makes a single tensor of a list of one, and a network may have one layer.
    return {str(path): model.get_layer(layer_name(path)).output for path in paths}


def _probe(model: keras.Model, paths: list[Path]) -> Callable:
    """A function from images to the outputs of all layers by name, made once for each model.

    Layer by layer a call takes some 7 ms for LeNet-5, as a graph 2; but to trace the graph takes as long as twenty
    calls and more, so that only a model that is asked again and again, as that of a run that is followed, has one.
    """

    def make() -> Callable:
        import tensorflow as tf

        probe = up_to(model, names_to_outputs(model, paths))
        graph = tf.function(lambda images: probe(images, training=False), reduce_retracing=True)
        calls = itertools.count(1)

        def probed(images: np.ndarray) -> Any:
            if next(calls) > EAGER_CALLS and not graphs_wait():
                return graph(images)
            return eagerly(lambda: probe(images, training=False))

        return probed

    return compiled(model, "activations", make)
