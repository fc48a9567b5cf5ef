"""Dropout, spatial dropout and Gaussian dropout by hand: the factor of each number, and what it does to mean and deviation.

Arrays are (images, channels, n, n) float64.

Source: N. Srivastava and others, "Dropout" (2014), sections 4 and 10; J. Tompson and others, "Efficient object localization using
convolutional networks" (2015) for whole maps.
"""

from __future__ import annotations

from math import sqrt
from typing import Literal, NamedTuple

import numpy as np

Kind = Literal["dropout", "spatial", "gaussian"]
DRAWS = 10_000
MOST_RATE = 0.95


class Moments(NamedTuple):
    """Mean and standard deviation of numbers."""

    mean: float
    deviation: float


def factors(kind: Kind, rate: float, shape: tuple[int, ...], seed: int) -> np.ndarray:
    """What each number of a batch is multiplied by in one step of a training, (images, channels, n, n).

    Dropout gives 0 with probability rate, else 1/(1 − rate); spatial dropout draws once for each map; Gaussian dropout gives
    normal noise with mean 1 and the same deviation.
    """
    return _drawn(kind, rate, shape, np.random.default_rng(seed))


def _drawn(kind: Kind, rate: float, shape: tuple[int, ...], chance: np.random.Generator) -> np.ndarray:
    if kind == "gaussian":
        return chance.normal(1.0, deviation(rate), shape)
    single = (*shape[:-2], 1, 1) if kind == "spatial" else shape
    return np.broadcast_to((chance.random(single) >= rate) / (1 - rate), shape)


def deviation(rate: float) -> float:
    """The standard deviation of the factor, of all three kinds: √(rate / (1 − rate))."""
    return sqrt(rate / (1 - rate))


def moments(values: np.ndarray) -> Moments:
    """Of all numbers together."""
    return Moments(float(values.mean()), float(values.std()))


def expected(values: np.ndarray, rate: float) -> Moments:
    """Mean and deviation of what comes out, over all draws and numbers.

    The mean stays. A number x has the variance x²·rate/(1 − rate) over the draws, which is added to that between the numbers.
    """
    own = moments(values)
    between = float((values**2).mean()) * rate / (1 - rate)
    return Moments(own.mean, sqrt(own.deviation**2 + between))


def measured(kind: Kind, values: np.ndarray, rate: float, seed: int, draws: int = DRAWS) -> Moments:
    """The same, measured over many draws."""
    chance = np.random.default_rng(seed)
    found = values * _drawn(kind, rate, (draws, *values.shape), chance)
    return moments(found)
