"""The steps of arithmetic that lead to one activation, and the cells that they read."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Union

import numpy as np

from core.network import Box, Path
from core.network.layers import Shape

Index = tuple[int, ...]

# Functions of one number, as Keras defines them under these names; `softmax` needs a whole row of numbers.
FUNCTIONS: dict[str, Callable[[float], float]] = {
    "linear": lambda x: x,
    "relu": lambda x: np.maximum(x, 0.0),
    "leaky_relu": lambda x: np.maximum(x, 0.2 * x),
    "elu": lambda x: x if x > 0 else np.expm1(x),
    "selu": lambda x: 1.0507009873554805 * (x if x > 0 else 1.6732632423543772 * np.expm1(x)),
    "gelu": lambda x: 0.5 * x * (1.0 + math.erf(x / math.sqrt(2.0))),
    "swish": lambda x: x * np.exp(-np.logaddexp(0.0, -x)),
    "softplus": lambda x: np.logaddexp(0.0, x),
    "tanh": np.tanh,
    "sigmoid": lambda x: np.exp(-np.logaddexp(0.0, -x)),  # 1 / (1 + e⁻ˣ), which would overflow
}


@dataclass(frozen=True, eq=False)
class Patch:
    """A block of cells of one map: the output of a layer, or the image.

    A vector is a map of one cell, whose channels are its units.

    Attributes:
        path: the layer that made the map; `()` is the image.
        shape: of the map: (h, w, c) or (units,).
        rows: (r,) int; the row in the map of each row of the patch. Outside 0…h−1 is padding.
        columns: (k,) int; the same for the columns.
        channels: (c,) int; the channels of the map that are read.
        values: (r, k, c) float32; 0 where there is padding.
        padding: (r, k) bool; whether the cell lies outside the map.
    """

    path: Path
    shape: Shape
    rows: np.ndarray
    columns: np.ndarray
    channels: np.ndarray
    values: np.ndarray
    padding: np.ndarray

    @property
    def box(self) -> Box:
        """The smallest box in the map around the cells that are not padding, half open; empty where there are none."""
        inside = ~self.padding
        rows, columns = self.rows[inside.any(axis=1)], self.columns[inside.any(axis=0)]
        if not rows.size:
            return Box(0, 0, 0, 0)
        return Box(int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1)

    def index(self, row: int, column: int, channel: int) -> Index | None:
        """Index in the map of the number at this position of `values`; None for padding.

        With `path`, that is what `explain` needs to explain that number.
        """
        if self.padding[row, column]:
            return None
        unit = int(self.channels[channel])
        return (int(self.rows[row]), int(self.columns[column]), unit) if len(self.shape) == 3 else (unit,)


@dataclass(frozen=True, eq=False)
class WeightedSum:
    """Σ inputs · weights + bias.

    Attributes:
        inputs: (r, k, c) float; for a vector (1, 1, units).
        weights: (r, k, c) float32.
        bias: what is added, or None.
        patch: where the inputs stand; None where they are the sums of the step before.
    """

    inputs: np.ndarray
    weights: np.ndarray
    bias: float | None
    patch: Patch | None

    @property
    def products(self) -> np.ndarray:
        """(r, k, c) float64."""
        return self.inputs.astype(np.float64) * self.weights

    @property
    def sums(self) -> np.ndarray:
        """(c,) float64: the products of each input channel, summed."""
        return self.products.sum(axis=(0, 1))

    @property
    def result(self) -> float:
        return float(self.sums.sum()) + (self.bias or 0.0)


@dataclass(frozen=True, eq=False)
class DepthwiseSums:
    """The first stage of a separable convolution: each input channel times kernels of its own.

    Attributes:
        patch: what is read: (r, k, c) values.
        weights: (r, k, c, m) float32: m kernels for each input channel.
    """

    patch: Patch
    weights: np.ndarray

    @property
    def products(self) -> np.ndarray:
        """(r, k, c, m) float64."""
        return self.patch.values[..., np.newaxis].astype(np.float64) * self.weights

    @property
    def result(self) -> np.ndarray:
        """(c·m,) float64: one sum for each kernel, those of the first input channel first."""
        return self.products.sum(axis=(0, 1)).ravel()


@dataclass(frozen=True)
class Function:
    """An activation function of one number; `name` is a key of `FUNCTIONS`, and leaky_relu may have a slope of its own."""

    name: str
    argument: float
    slope: float | None = None

    @property
    def result(self) -> float:
        if self.slope is not None:
            return max(self.argument, 0.0) + self.slope * min(self.argument, 0.0)
        return float(FUNCTIONS[self.name](self.argument))


@dataclass(frozen=True, eq=False)
class Softmax:
    """One number's share of the exponentials.

    Attributes:
        arguments: (channels,) float64: what all channels at this position have before it.
        channel: whose share is wanted.
    """

    arguments: np.ndarray
    channel: int

    @property
    def highest(self) -> float:
        """The largest argument, subtracted from all so that no exponential overflows."""
        return float(self.arguments.max())

    @property
    def exponentials(self) -> np.ndarray:
        """(channels,) float64 in 0…1: exp(argument − highest)."""
        return np.exp(self.arguments - self.highest)

    @property
    def sum(self) -> float:
        return float(self.exponentials.sum())

    @property
    def result(self) -> float:
        return float(self.exponentials[self.channel]) / self.sum


@dataclass(frozen=True, eq=False)
class Maximum:
    """The largest number of one channel of a patch; padding takes no part."""

    patch: Patch

    @property
    def winner(self) -> tuple[int, int]:
        """Row and column in the patch of the largest number: the first one in reading order, where some are equal."""
        values = np.where(self.patch.padding, -np.inf, self.patch.values[..., 0])
        row, column = np.unravel_index(values.argmax(), values.shape)
        return int(row), int(column)

    @property
    def result(self) -> float:
        return float(self.patch.values[*self.winner, 0])


@dataclass(frozen=True, eq=False)
class Mean:
    """The mean of one channel of a patch; padding is not counted."""

    patch: Patch

    @property
    def sum(self) -> float:
        return float(self.patch.values.sum(dtype=np.float64))

    @property
    def count(self) -> int:
        return int((~self.patch.padding).sum())

    @property
    def result(self) -> float:
        return self.sum / self.count


@dataclass(frozen=True, eq=False)
class Normalized:
    """gamma · (argument − mean) / √(variance + epsilon) + beta.

    Attributes:
        argument: the number that is normalised.
        mean: learned while training (batch normalisation), or of the `patch`.
        variance: the same.
        epsilon: keeps the root away from 0.
        gamma: the learned factor, or None.
        beta: the learned shift, or None.
        patch: the numbers whose mean and variance these are; None for batch normalisation.
    """

    argument: float
    mean: float
    variance: float
    epsilon: float
    gamma: float | None
    beta: float | None
    patch: Patch | None

    @property
    def standardized(self) -> float:
        """(argument − mean) / √(variance + epsilon)."""
        return (self.argument - self.mean) / math.sqrt(self.variance + self.epsilon)

    @property
    def result(self) -> float:
        gamma = 1.0 if self.gamma is None else self.gamma
        return gamma * self.standardized + (self.beta or 0.0)


@dataclass(frozen=True, eq=False)
class Copied:
    """The number of one cell as it is (0 where the cell is padding).

    `branch` says from which branch it comes, where branches are concatenated.
    """

    patch: Patch
    branch: int | None = None

    @property
    def result(self) -> float:
        return float(self.patch.values[0, 0, 0])


@dataclass(frozen=True, eq=False)
class Added:
    """The sum of the ends of branches: one cell of each."""

    patches: tuple[Patch, ...]

    @property
    def terms(self) -> tuple[float, ...]:
        return tuple(float(patch.values[0, 0, 0]) for patch in self.patches)

    @property
    def result(self) -> float:
        return sum(self.terms)


Step = Union[WeightedSum, DepthwiseSums, Function, Softmax, Maximum, Mean, Normalized, Copied, Added]
