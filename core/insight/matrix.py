"""A convolution as the dense matrix that it is: mostly zeros, and few different weights."""

from __future__ import annotations

from itertools import product
from math import prod
from typing import NamedTuple

import numpy as np

from core.network import Conv2D, DepthwiseConv2D, Network, Path, trace
from core.network.layers import Shape, Window, shape_text
from core.network.words import counted

MOST_CELLS = 4_000_000
NO_WEIGHT = -1
CROP = 8  # pixels along a side: small enough to see each cell of the matrix


class ConvolutionMatrix(NamedTuple):
    """The weights that a dense layer would need to compute the same as a convolution.

    Attributes:
        matrix: (outputs, inputs) float32. Images are laid out flat as by `Flatten`: row after row,
            in each pixel channel after channel.
        which: (outputs, inputs) int32: index into the flat kernel of the weight that stands there;
            `NO_WEIGHT` where the output does not read the input.
    """

    matrix: np.ndarray
    which: np.ndarray

    @property
    def dense_weights(self) -> int:
        """Weights that a dense layer would learn."""
        return self.matrix.size

    @property
    def connections(self) -> int:
        """Cells in which a weight of the kernel stands; all others are zero."""
        return int(np.count_nonzero(self.which != NO_WEIGHT))

    @property
    def distinct_weights(self) -> int:
        """Weights of the kernel that stand somewhere: those that the convolution learns."""
        return len(np.unique(self.which[self.which != NO_WEIGHT]))


def convolution_matrix(
    kernel: np.ndarray,
    input_shape: Shape,
    strides: tuple[int, int] = (1, 1),
    padding: str = "valid",
    dilation_rate: tuple[int, int] = (1, 1),
    groups: int = 1,
) -> ConvolutionMatrix:
    """The matrix whose product with a flat image is the flat output of the convolution, without bias.

    Args:
        kernel: (kernel rows, kernel columns, input channels of a group, filters), as Keras keeps it.
        input_shape: (h, w, input channels).
        strides, padding, dilation_rate, groups: as of `Conv2D`.

    Raises:
        ValueError: with a sentence, where the kernel does not fit the input, or where the matrix would
            have more than 4 million cells.

    Source: Dumoulin and Visin, “A guide to convolution arithmetic for deep learning” (2016), section 4.1.
    """
    if (
        len(input_shape) != 3
        or kernel.ndim != 4
        or kernel.shape[2] * groups != input_shape[2]
        or kernel.shape[3] % groups
    ):
        grouped = f" in {counted(groups, 'group')}" if groups > 1 else ""
        raise ValueError(
            f"A kernel of {shape_text(kernel.shape)} (rows, columns, input channels, filters){grouped} does not fit "
            f"an input of {shape_text(input_shape)}."
        )
    filters = kernel.shape[3]
    layer = Conv2D(filters, kernel.shape[:2], strides, padding, dilation_rate, groups=groups)
    vertical, horizontal = layer.reads(input_shape)
    output_shape = (vertical.count, horizontal.count, filters)
    outputs, inputs = prod(output_shape), prod(input_shape)
    if outputs * inputs > MOST_CELLS:
        raise ValueError(
            f"From {shape_text(input_shape)} to {shape_text(output_shape)} the matrix would have "
            f"{outputs:,} × {inputs:,} = {counted(outputs * inputs, 'cell')}; at most {MOST_CELLS:,} are written out."
        )
    weights = np.arange(kernel.size, dtype=np.int32).reshape(kernel.shape)
    taps = (_reached(window, length) for window, length in zip((vertical, horizontal), input_shape))
    which = np.full((*output_shape, *input_shape), NO_WEIGHT, np.int32)
    for (tap_row, (rows, read_rows)), (tap_column, (columns, read_columns)) in product(*map(enumerate, taps)):
        cells = (rows[:, np.newaxis], columns, read_rows[:, np.newaxis], read_columns)
        for channel in range(filters):
            read = layer.preactivation_channels(input_shape, channel)
            which[:, :, channel, :, :, read.start : read.stop][cells] = weights[tap_row, tap_column, :, channel]
    which = which.reshape(outputs, inputs)
    matrix = np.where(which == NO_WEIGHT, np.float32(0), kernel.astype(np.float32, copy=False).ravel()[which])
    return ConvolutionMatrix(matrix, which)


class Counts(NamedTuple):
    """Sizes of a `ConvolutionMatrix` that is not written out: weights, connections, distinct weights."""

    dense_weights: int
    connections: int
    distinct_weights: int

    @property
    def zeros(self) -> int:
        """Cells in which no weight stands."""
        return self.dense_weights - self.connections

    @property
    def repeats(self) -> int:
        """Cells that hold a weight which stands in another cell already."""
        return self.connections - self.distinct_weights


def matrix_counts(layer: Conv2D | DepthwiseConv2D, input_shape: Shape) -> Counts:
    """Dense weights, connections and distinct weights of a whole layer, by arithmetic; biases left out.

    Args:
        layer: slides over the input.
        input_shape: (h, w, c) that it fits.
    """
    outputs = layer.output_shape(input_shape)
    pairs = len(layer.preactivation_channels(input_shape, 0)) * outputs[2]
    rows, columns = (
        [len(indices) for indices, _ in _reached(window, length)]
        for window, length in zip(layer.reads(input_shape), input_shape)
    )
    used = np.count_nonzero(rows) * np.count_nonzero(columns)  # the others meet nothing but padding
    return Counts(prod(outputs) * prod(input_shape), sum(rows) * sum(columns) * pairs, int(used) * pairs)


def network_counts(network: Network) -> dict[Path, Counts]:
    """Of each Conv2D layer of a network that works, by its path, the counts of the dense matrix that it is."""
    traced, found = trace(network), {}
    for path, block in network.walk():
        if isinstance(block, Conv2D):
            arriving = network.sources(path)[0]
            found[path] = matrix_counts(block, traced.row(arriving).shape if arriving else network.input_shape)
    return found


def one_channel(
    layer: Conv2D | DepthwiseConv2D, kernel: np.ndarray, input_shape: Shape
) -> tuple[ConvolutionMatrix, Shape]:
    """The matrix from one input channel to one output channel, on a crop of the input.

    Args:
        layer: how the kernel slides.
        kernel: (rows, columns), the weights between the two channels.
        input_shape: (h, w, c) of the whole input.

    Returns:
        The matrix, and the crop (h, w, 1): 8×8, more where the kernel needs it, no more than there is.

    Raises:
        ValueError: as `convolution_matrix`.
    """
    windows = layer.reads(input_shape)
    needed = [max(CROP, (window.size - 1) * window.dilation + 1 + 3 * window.stride) for window in windows]
    crop = (min(needed[0], input_shape[0]), min(needed[1], input_shape[1]), 1)
    matrix = convolution_matrix(
        kernel[..., np.newaxis, np.newaxis], crop, layer.strides, layer.padding, layer.dilation_rate
    )
    return matrix, crop


def _reached(window: Window, length: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """For each tap, the output indices for which it lies inside the input, and the input index that it reads there."""
    taps = [window.taps(i, length) for i in range(window.count)]
    reached = ([(i, read[tap]) for i, read in enumerate(taps) if tap in read] for tap in range(window.size))
    columns = (np.array(pairs, int).reshape(-1, 2).T for pairs in reached)
    return [(outputs, inputs) for outputs, inputs in columns]
