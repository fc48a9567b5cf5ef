"""A model and an image → what every layer makes of it."""

from __future__ import annotations

import threading
import weakref
from typing import TYPE_CHECKING

import numpy as np

from core.network import Network, Path

if TYPE_CHECKING:
    import keras

_probes: weakref.WeakKeyDictionary[keras.Model, keras.Model] = weakref.WeakKeyDictionary()
_making = threading.Lock()


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
    outputs = _probe(model, paths)(image[np.newaxis], training=False)
    if len(paths) == 1:  # Keras takes a single output out of its list
        outputs = [outputs]
    return {path: np.asarray(output[0]) for path, output in zip(paths, outputs)}


def probabilities(model: keras.Model, image: np.ndarray) -> np.ndarray:
    """The model's answer for one (h, w, c) image in 0…1: (classes,) float32."""
    return np.asarray(model(image[np.newaxis], training=False)[0])


def _probe(model: keras.Model, paths: list[Path]) -> keras.Model:
    """A model that shares the layers and gives all their outputs; made once for each model."""
    import keras

    from core.training.model import building, layer_name

    with _making:
        if model not in _probes:
            with building:
                outputs = [model.get_layer(layer_name(path)).output for path in paths]
                _probes[model] = keras.Model(model.input, outputs)
        return _probes[model]
