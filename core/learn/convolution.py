"""A convolution by hand: small arrays, every product of every sum.

Arrays are float64 with the channels first, as the formulas are usually written: an input (c_i, h, w), kernels
(c_o, c_i / groups, k_h, k_w). What Keras calls a convolution is a cross-correlation: the kernel is laid on the input as it
stands. A convolution in the sense of mathematics turns it by 180° first; `flip` does.

Source: V. Dumoulin and F. Visin, "A guide to convolution arithmetic for deep learning" (2016), for sizes and for the
transposed convolution.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from core.network.words import counted


class CannotConvolve(ValueError):
    """These numbers make no convolution; its words say what would work."""


@dataclass(frozen=True)
class Sliding:
    """How a kernel goes over an input, the same in both directions.

    Attributes:
        kernel: rows and columns of the kernel.
        stride: steps from one position to the next, in input cells.
        dilation: distance of neighbouring kernel cells, in input cells.
        padding: cells of zeros before and behind the input, (before, behind).
    """

    kernel: int
    stride: int = 1
    dilation: int = 1
    padding: tuple[int, int] = (0, 0)

    @property
    def reach(self) -> int:
        """Input cells from the first to the last that the kernel covers: d·(k − 1) + 1."""
        return self.dilation * (self.kernel - 1) + 1

    def size(self, n: int) -> int:
        """Positions over n cells: ⌊(n + p − d·(k − 1) − 1) / s⌋ + 1.

        Raises:
            CannotConvolve: the kernel is larger than the padded input.
        """
        room = n + sum(self.padding) - self.reach
        if room < 0:
            covered = f"a kernel of {self.kernel}×{self.kernel}"
            if self.dilation > 1:
                covered += f" with dilation {self.dilation} covers {self.reach}×{self.reach} cells, which"
            raise CannotConvolve(
                f"{covered[0].upper()}{covered[1:]} does not fit into {n + sum(self.padding)}×{n + sum(self.padding)} cells. "
                "Take a smaller kernel, a larger input or more padding."
            )
        return room // self.stride + 1

    def transposed_size(self, n: int) -> int:
        """Cells that n cells become where this is walked backwards: (n − 1)·s + d·(k − 1) + 1 − p.

        Raises:
            CannotConvolve: the padding cuts everything off.
        """
        size = (n - 1) * self.stride + self.reach - sum(self.padding)
        if size < 1:
            raise CannotConvolve("The padding cuts off the whole output. Take less padding or a larger kernel.")
        return size


def same_padding(n: int, kernel: int, stride: int = 1, dilation: int = 1) -> tuple[int, int]:
    """The zeros that Keras' `same` puts before and behind n cells; of an odd number, the larger half behind."""
    total = max((-(-n // stride) - 1) * stride + dilation * (kernel - 1) + 1 - n, 0)
    return total // 2, total - total // 2


def cross_correlation(
    image: np.ndarray,
    kernels: np.ndarray,
    bias: np.ndarray,
    sliding: Sliding,
    groups: int = 1,
    flip: bool = False,
) -> np.ndarray:
    """The output of a convolution layer without activation.

    Args:
        image: (c_i, n, n).
        kernels: (c_o, c_i / groups, k, k).
        bias: (c_o,).
        sliding: stride, dilation and padding.
        groups: parts of the channels that know nothing of each other.
        flip: turn each kernel by 180° first, as a convolution in the sense of mathematics does.

    Returns:
        (c_o, m, m) float64.

    Raises:
        CannotConvolve: kernel, channels and groups do not fit.
    """
    check_groups(len(image), len(kernels), groups)
    if flip:
        kernels = kernels[..., ::-1, ::-1]
    size = sliding.size(image.shape[-1])
    padded = np.pad(np.asarray(image, np.float64), ((0, 0), sliding.padding, sliding.padding))
    found = np.zeros((len(kernels), size, size))
    inputs, outputs = len(image) // groups, len(kernels) // groups
    starts = np.arange(size) * sliding.stride
    for o, kernel in enumerate(kernels):
        first = o // outputs * inputs
        for (i, r, c), weight in np.ndenumerate(kernel):
            rows, columns = starts + r * sliding.dilation, starts + c * sliding.dilation
            found[o] += weight * padded[first + i][np.ix_(rows, columns)]
    return found + np.asarray(bias, np.float64)[:, None, None]


def transposed(image: np.ndarray, kernels: np.ndarray, bias: np.ndarray, sliding: Sliding) -> np.ndarray:
    """The output of a transposed convolution: each input cell lays the kernel, times its number, on the output.

    Args:
        image: (c_i, n, n).
        kernels: (c_o, c_i, k, k); as Keras' `Conv2DTranspose` lays them, not flipped.
        bias: (c_o,).
        sliding: of the convolution that is walked backwards: its padding is cut off the output.

    Returns:
        (c_o, m, m) float64.
    """
    n = image.shape[-1]
    size = sliding.transposed_size(n)
    whole = (n - 1) * sliding.stride + sliding.reach
    found = np.zeros((len(kernels), whole, whole))
    starts = np.arange(n) * sliding.stride
    for (o, i, r, c), weight in np.ndenumerate(kernels):
        found[o][np.ix_(starts + r * sliding.dilation, starts + c * sliding.dilation)] += weight * image[i]
    before = sliding.padding[0]
    return found[:, before : before + size, before : before + size] + np.asarray(bias, np.float64)[:, None, None]


class Product(NamedTuple):
    """One product of a sum.

    Attributes:
        channel, row, column: of the input cell, from 0; outside the input it is padding.
        value: of the input cell, 0 in the padding.
        kernel_row, kernel_column: of the weight as the kernel is shown, from 0.
        weight: that weight.
    """

    channel: int
    row: int
    column: int
    value: float
    kernel_row: int
    kernel_column: int
    weight: float


def products(
    image: np.ndarray,
    kernels: np.ndarray,
    sliding: Sliding,
    at: tuple[int, int, int],
    groups: int = 1,
    flip: bool = False,
) -> list[Product]:
    """The products whose sum, with the bias, is the output at (channel, row, column), in the order of the input."""
    o, row, column = at
    inputs = len(image) // groups
    first = o // (len(kernels) // groups) * inputs
    k, n = sliding.kernel, image.shape[-1]
    found = []
    for i in range(inputs):
        for r in range(k):
            for c in range(k):
                y = row * sliding.stride + r * sliding.dilation - sliding.padding[0]
                x = column * sliding.stride + c * sliding.dilation - sliding.padding[0]
                value = float(image[first + i, y, x]) if 0 <= y < n and 0 <= x < n else 0.0
                kr, kc = (k - 1 - r, k - 1 - c) if flip else (r, c)
                found.append(Product(first + i, y, x, value, kr, kc, float(kernels[o, i, kr, kc])))
    return found


def check_groups(inputs: int, outputs: int, groups: int) -> None:
    """Nothing where the channels can be parted into so many groups.

    Raises:
        CannotConvolve: they cannot.
    """
    if inputs % groups or outputs % groups:
        raise CannotConvolve(
            f"{counted(inputs, 'input channel')} and {counted(outputs, 'output channel')} cannot be parted into "
            f"{counted(groups, 'group')}: both numbers have to be multiples of it."
        )


def unchanged_by_flip(kernels: np.ndarray) -> bool:
    """Whether every kernel stays as it is when it is turned by 180°: then convolution and cross-correlation agree."""
    return bool(np.array_equal(kernels, kernels[..., ::-1, ::-1]))


NAMED: dict[str, tuple[tuple[float, ...], ...]] = {
    "Identity": ((0, 0, 0), (0, 1, 0), (0, 0, 0)),
    "Vertical edges": ((1, 0, -1), (1, 0, -1), (1, 0, -1)),
    "Horizontal edges": ((1, 1, 1), (0, 0, 0), (-1, -1, -1)),
    "Sobel, vertical edges": ((-1, 0, 1), (-2, 0, 2), (-1, 0, 1)),
    "Sobel, horizontal edges": ((-1, -2, -1), (0, 0, 0), (1, 2, 1)),
    "All edges": ((-1, -1, -1), (-1, 8, -1), (-1, -1, -1)),
    "Sharpen": ((0, -1, 0), (-1, 5, -1), (0, -1, 0)),
    "Blur": ((0.0625, 0.125, 0.0625), (0.125, 0.25, 0.125), (0.0625, 0.125, 0.0625)),
}
