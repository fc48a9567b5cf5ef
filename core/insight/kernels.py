"""A model → its kernels, as arrays to look at."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from core.network import Conv2D, Dense, Flatten, Network, Path, trace

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Kernels:
    """The weights of one layer as little images.

    Attributes:
        images: (outputs, inputs, rows, columns) float32: one image for each pair of channels.
        bias: (outputs,) float32, or None.
        input_noun: what the second axis counts.
        output_noun: what the first axis counts.
    """

    images: np.ndarray
    bias: np.ndarray | None
    input_noun: str
    output_noun: str

    @property
    def limit(self) -> float:
        """The largest absolute weight: the end of a scale that is symmetric about zero."""
        return float(np.abs(self.images).max(initial=0.0))


def layers_with_kernels(network: Network) -> list[Path]:
    """Paths of the layers whose weights can be shown, in order."""
    return [path for path, block in network.walk() if isinstance(block, (Conv2D, Dense))]


def kernels(model: keras.Model, network: Network, path: Path) -> Kernels:
    """The kernels of the layer at this path.

    A convolution gives one image for each pair of input and output channel. A
    dense layer right behind an image that was flattened gives templates in the
    shape of that image; any other gives each unit's weights as one row.
    """
    from core.training.model import layer_name

    weights = [np.asarray(value) for value in model.get_layer(layer_name(path)).get_weights()]
    kernel, bias = weights[0], (weights[1] if len(weights) > 1 else None)
    if isinstance(network.at(path), Conv2D):  # (rows, columns, inputs, outputs)
        return Kernels(kernel.transpose(3, 2, 0, 1), bias, "input channel", "kernel")
    shape = _flattened_shape(network, path, len(kernel))
    if shape is None:  # (inputs, outputs)
        return Kernels(kernel.T[:, np.newaxis, np.newaxis, :], bias, "row", "unit")
    templates = kernel.reshape(*shape, -1)  # (rows, columns, channels, outputs)
    return Kernels(templates.transpose(3, 2, 0, 1), bias, "feature map", "unit")


def _flattened_shape(network: Network, path: Path, inputs: int) -> tuple[int, ...] | None:
    """The (h, w, c) that a Flatten before this layer had laid out, if it still has that many numbers."""
    rows = {row.path: row for row in trace(network).rows}
    for index in range(path[-1] - 1, -1, -1):
        before = (*path[:-1], index)
        if isinstance(rows[before].layer, Dense):
            return None
        if isinstance(rows[before].layer, Flatten):
            below = (*path[:-1], index - 1)
            shape = rows[below].output_shape if below in rows else network.input_shape
            return shape if len(shape) == 3 and prod(shape) == inputs else None
    return None
