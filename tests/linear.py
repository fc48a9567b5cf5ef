"""Networks in which a unit's answer to a single bright pixel tells whether it reads it: an oracle for what is seen."""

import keras
import numpy as np

from core.network import LAYERS, Network, Path, trace
from core.training import build_model
from core.training.model import layer_name

# Not Flatten, of whose vector each number still has a place of its own.
LINEAR = tuple(name for name, kind in LAYERS.items() if kind.is_linear and name != "Flatten")


def linear(network: Network) -> Network:
    """The same network without anything that bends: then gradients show what is read."""
    for path, _ in list(network.walk()):
        if hasattr(network.at(path), "activation"):
            network = network.replaced(path, network.at(path).replaced(activation="linear"))
        if hasattr(network.at(path), "offset"):  # a bias of another name
            network = network.replaced(path, network.at(path).replaced(offset=0.0))
    return network


def with_ones(network: Network) -> keras.Model:
    """A model whose kernels are all one and whose biases are all zero."""
    model = build_model(network)
    for weight in model.trainable_weights:
        value = weight.numpy()
        weight.assign(np.zeros_like(value) if "bias" in weight.path or "beta" in weight.path else np.ones_like(value))
    return model


def responses(network: Network) -> dict[Path, np.ndarray]:
    """Path → (rows, columns, h, w) bool: which units answer to which single bright pixel.

    In a linear network these are its gradients, all of them in one batch.
    """
    height, width, channels = network.input_shape
    model = with_ones(network)
    rows = trace(network).rows
    probe = keras.Model(model.input, [model.get_layer(layer_name(row.path)).output for row in rows])
    pixels = np.eye(height * width, dtype=np.float32).reshape(height * width, height, width, 1)
    outputs = probe(np.repeat(pixels, channels, axis=3), training=False)
    found = {}
    for row, output in zip(rows, outputs if isinstance(outputs, list) else [outputs]):
        units = row.receptive_field.units
        answers = np.asarray(output).reshape(height, width, *units, -1).sum(axis=-1) > 0
        found[row.path] = answers.transpose(2, 3, 0, 1)
    return found


def box_around(seen: np.ndarray) -> tuple[int, int, int, int]:
    """(h, w) bool → top, left, bottom, right of the smallest box, half open; zeros where nothing is seen."""
    rows, columns = (np.flatnonzero(seen.any(axis=axis)) for axis in (1, 0))
    return (rows[0], columns[0], rows[-1] + 1, columns[-1] + 1) if len(rows) else (0, 0, 0, 0)
