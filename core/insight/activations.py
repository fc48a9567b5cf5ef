"""Feature maps: the activations of every layer for one image."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from core.insight.graphs import compiled, up_to
from core.network import Network, Path

if TYPE_CHECKING:
    import keras


def activations(model: keras.Model, network: Network, image: np.ndarray) -> dict[Path, np.ndarray]:
    """The output of every layer and join.

    Args:
        model: built from `network`.
        network: says where the layers are.
        image: (h, w, c) float32 in 0…1.

    Returns:
        Path → (h, w, c) or (units,) float32, in the order of `network.walk()`.
    """
    paths = [path for path, _ in network.walk()]
    outputs = _probe(model, paths)(image[np.newaxis])
    return {path: np.asarray(outputs[str(path)][0]) for path in paths}


def probabilities(model: keras.Model, image: np.ndarray) -> np.ndarray:
    """The predicted probabilities for one (h, w, c) image in 0…1: (classes,) float32."""
    return np.asarray(model(image[np.newaxis], training=False)[0])


def _probe(model: keras.Model, paths: list[Path]) -> Callable:
    """A graph from images to the outputs of all layers by name; compiled once for each model."""

    def make() -> Callable:
        from core.training.model import layer_name

        # By name: Keras makes a single tensor of a list of one, and a network may have one layer.
        probe = up_to(model, {str(path): model.get_layer(layer_name(path)).output for path in paths})
        return lambda images: probe(images, training=False)

    return compiled(model, "activations", make)
