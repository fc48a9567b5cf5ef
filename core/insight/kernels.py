"""Kernels of a model, as arrays that can be drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from core.network import Dense, Flatten, Layer, Network, Path, trace

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
        mixing: (outputs, inputs) float32 of the 1×1 convolution that mixes the maps of a separable
            convolution afterwards; None for other layers.
        multiplier: how many of the kernels read the same input channel, where each reads only one.
    """

    images: np.ndarray
    bias: np.ndarray | None
    input_noun: str
    output_noun: str
    mixing: np.ndarray | None = None
    multiplier: int = 1

    def of_output(self, channel: int) -> np.ndarray:
        """All weights that make one output channel: (inputs, rows, columns).

        The two steps of a separable convolution come to one kernel for each input channel: the sum of its
        kernels, each times the weight by which it is mixed in, as there is nothing between the steps.
        """
        if self.mixing is None:
            return self.images[channel]
        mixed = (
            self.mixing[channel][:, np.newaxis, np.newaxis] * self.images[:, 0]
        )  # (inputs·multiplier, rows, columns)
        return mixed.reshape(-1, self.multiplier, *mixed.shape[1:]).sum(axis=1)


def layers_with_kernels(network: Network) -> list[Path]:
    """Paths of the layers whose weights can be shown, in order."""
    return [path for path, block in network.walk() if isinstance(block, Layer) and block.kernel_weights]


def kernels(model: keras.Model, network: Network, path: Path) -> Kernels:
    """The kernels of the layer at this path.

    A depthwise or separable convolution has one kernel for each map that it makes of
    each input channel, in the order of those maps; any other convolution gives one
    image for each pair of input and output channel. A
    dense layer right behind an image that was flattened gives templates in the
    shape of that image; any other gives each unit's weights as one row.
    """
    from core.training.model import layer_name

    return kernels_of(network, path, model.get_layer(layer_name(path)).get_weights())


def kernels_of(network: Network, path: Path, arrays: Sequence[np.ndarray]) -> Kernels:
    """The same of arrays that are shaped as the weights of the layer, as gradients are.

    Args:
        network, path: the layer.
        arrays: in the order of the layer's `get_weights()`.
    """
    block = network.layer_at(path)
    weights = [np.asarray(value) for value in arrays]
    bias = weights.pop() if block.has_bias else None
    kernel, *pointwise = weights
    axes = next(iter(block.kernel_weights.values()))
    if "m" in axes:  # (rows, columns, inputs, multiplier)
        single = kernel.reshape(*kernel.shape[:2], -1).transpose(2, 0, 1)  # (inputs·multiplier, rows, columns)
        mixing = pointwise[0][0, 0].T if pointwise else None
        return Kernels(single[:, np.newaxis], bias, "input channel", "kernel", mixing, kernel.shape[3])
    if "r" in axes:
        noun = "input channel" if getattr(block, "groups", 1) == 1 else "channel of its group"
        return Kernels(kernel.transpose([axes.index(axis) for axis in "oirc"]), bias, noun, "kernel")
    shape = _flattened_shape(network, path, len(kernel))
    if shape is None:  # (inputs, outputs)
        return Kernels(kernel.T[:, np.newaxis, np.newaxis, :], bias, "row", "unit")
    templates = kernel.reshape(*shape, -1)  # (rows, columns, channels, outputs)
    return Kernels(templates.transpose(3, 2, 0, 1), bias, "feature map", "unit")


def weight_histogram(
    model: keras.Model, network: Network, path: Path, bins: int = 40
) -> tuple[np.ndarray, np.ndarray]:
    """Histogram of all kernel weights of a layer, without the biases.

    Returns:
        edges: (bins + 1,) float64, symmetric about zero; the outermost are the largest weight's size.
        counts: (bins,) int64.
    """
    from core.training.model import layer_name

    weights = model.get_layer(layer_name(path)).get_weights()
    if network.layer_at(path).has_bias:
        weights.pop()
    values = np.concatenate([np.ravel(kernel) for kernel in weights])
    largest = float(np.abs(values).max()) or 1.0
    counts, edges = np.histogram(values, bins, (-largest, largest))
    return edges, counts


def _flattened_shape(network: Network, path: Path, inputs: int) -> tuple[int, ...] | None:
    """The (h, w, c) that a Flatten before this layer had laid out, if it still has that many numbers."""
    rows = {row.path: row for row in trace(network).rows}
    for index in range(path[-1] - 1, -1, -1):
        before = (*path[:-1], index)
        if isinstance(rows[before].layer, Dense):
            return None
        if isinstance(rows[before].layer, Flatten):
            below = (*path[:-1], index - 1)
            shape = rows[below].shape if below in rows else network.input_shape
            return shape if len(shape) == 3 and prod(shape) == inputs else None
    return None
