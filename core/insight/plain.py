"""A forward pass in NumPy, of plain networks: what a page shows before TensorFlow, whose import takes seconds, is there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from core.network import (
    Activation,
    AveragePooling2D,
    Block,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    MaxPooling2D,
    Network,
    Path,
    trace,
)
from core.network.layers import Layer, Shape, Window


class NotPlain(ValueError):
    """A network with a layer that this forward pass does not know; the message names it."""


def plain_activations(network: Network, weights: Sequence[np.ndarray], image: np.ndarray) -> dict[Path, np.ndarray]:
    """The output of every layer, as `core.insight.activations` gives it.

    Args:
        network: convolutions, pooling, dense layers, flattening and dropout, without branches.
        weights: the arrays of all layers, in Keras' order.
        image: (h, w, c) float32 in 0…1.

    Raises:
        NotPlain: for other layers.
    """
    left = iter(weights)
    found: dict[Path, np.ndarray] = {}
    values = np.asarray(image, np.float32)
    traced = trace(network)
    for path, block in network.walk():
        if not isinstance(block, Layer) or traced.inputs[path] is None:
            raise NotPlain(f"{type(block).__name__} is not plain.")
        values = found[path] = _passed(block, values, left).astype(np.float32)
    return found


def plain_kernels(network: Network, weights: Sequence[np.ndarray]) -> dict[Path, np.ndarray]:
    """The kernels of the convolutions of such a network: path → (outputs, inputs, rows, columns)."""
    left = iter(weights)
    found: dict[Path, np.ndarray] = {}
    traced = trace(network)
    for path, block in network.walk():
        shape = traced.inputs[path]
        arrays = [next(left) for _ in block.terms(shape)] if isinstance(block, Layer) and shape is not None else []
        if isinstance(block, Conv2D):
            found[path] = arrays[0].transpose(3, 2, 0, 1)
    return found


def _passed(block: Block, values: np.ndarray, weights: Iterator[np.ndarray]) -> np.ndarray:
    if isinstance(block, Conv2D) and block.groups == 1:
        patches = _patches(block, values, 0.0)  # (rows, columns, r, k, channels)
        summed = np.tensordot(patches, next(weights), 3)
        return _activated(block.activation, summed + (next(weights) if block.use_bias else 0))
    if isinstance(block, MaxPooling2D):
        return _patches(block, values, -np.inf).max(axis=(2, 3))
    if isinstance(block, AveragePooling2D):
        return np.nanmean(_patches(block, values, np.nan), axis=(2, 3))
    if isinstance(block, Dense):
        summed = values @ next(weights)
        return _activated(block.activation, summed + (next(weights) if block.use_bias else 0))
    if isinstance(block, Flatten):
        return values.ravel()
    if isinstance(block, Activation):
        return _activated(block.activation, values)
    if isinstance(block, Dropout):
        return values
    raise NotPlain(f"{type(block).__name__} is not plain.")


def _patches(block: Conv2D | MaxPooling2D | AveragePooling2D, values: np.ndarray, padding: float) -> np.ndarray:
    """(rows, columns, window rows, window columns, channels): what the window reads at each place."""
    shape: Shape = values.shape
    windows = block.reads_in_full(shape)
    assert isinstance(windows, tuple)
    rows, columns = (_indices(window, side) for window, side in zip(windows, shape))
    taken = values[rows.clip(0, shape[0] - 1)[:, None, :, None], columns.clip(0, shape[1] - 1)[None, :, None, :]]
    outside = ((rows < 0) | (rows >= shape[0]))[:, None, :, None] | ((columns < 0) | (columns >= shape[1]))[
        None, :, None
    ]
    return np.where(outside[..., None], np.float32(padding), taken)


def _indices(window: Window, side: int) -> np.ndarray:
    return np.array([list(window.taps(place).values()) for place in range(window.count)])


def _activated(name: str, values: np.ndarray) -> np.ndarray:
    if name not in _ACTIVATIONS:
        raise NotPlain(f"{name} is not plain.")
    return _ACTIVATIONS[name](values)


def _softmax(values: np.ndarray) -> np.ndarray:
    raised = np.exp(values - values.max(axis=-1, keepdims=True))
    return raised / raised.sum(axis=-1, keepdims=True)


_ACTIVATIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "linear": lambda values: values,
    "relu": lambda values: np.maximum(values, 0),
    "tanh": np.tanh,
    "sigmoid": lambda values: 1 / (1 + np.exp(-values)),
    "softmax": _softmax,
}
