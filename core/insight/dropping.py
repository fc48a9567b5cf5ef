"""What dropout does to numbers while a network trains: the same ones, under several draws."""

from __future__ import annotations

from math import sqrt
from typing import NamedTuple

import numpy as np

from core.network import Layer

MEASURED = 10_000  # draws of the factor
AT_ONCE = 100  # maps or numbers that are drawn beside each other


class Factor(NamedTuple):
    """What numbers were multiplied by, over many draws.

    Attributes:
        mean, deviation: of the factor; the deviation is the standard deviation.
        draws: how many, none of which hangs together with another.
    """

    mean: float
    deviation: float
    draws: int


class Dropped(NamedTuple):
    """What dropout does to numbers, in a few steps of a training.

    Attributes:
        layer: that drops.
        values: what arrives there, (h, w, c) or (units,) float32.
        drawn: (count, …), what leaves it in each draw.
        factor: measured over many draws of a layer of its own kind and rate.
    """

    layer: Layer
    values: np.ndarray
    drawn: np.ndarray
    factor: Factor


def dropped(layer: Layer, values: np.ndarray, count: int = 5, seed: int = 0) -> Dropped:
    """Draws for these numbers, and the factor over many draws; arguments and errors as of `draws`."""
    return Dropped(layer, values, draws(layer, values, count, seed), factor(layer, seed=seed))


def factor(layer: Layer, count: int = MEASURED, seed: int = 0) -> Factor:
    """Measure what a layer multiplies numbers by: ones go in.

    Args:
        layer: one with a drop rate.
        count: of draws, a multiple of 100.
        seed: the same one gives the same numbers.

    Raises:
        ValueError: for a layer that drops nothing.
    """
    found = draws(layer, np.ones((1, 1, AT_ONCE), np.float32), count // AT_ONCE, seed).astype(np.float64)
    return Factor(float(found.mean()), float(found.std()), found.size)


def draws(layer: Layer, values: np.ndarray, count: int = 5, seed: int = 0) -> np.ndarray:
    """What a layer makes of the same numbers in several steps of a training.

    Args:
        layer: one with a drop rate: Dropout, SpatialDropout2D or GaussianDropout.
        values: what arrives there, (h, w, c) or (units,) float32.
        count: of draws.
        seed: the same one gives the same draws.

    Returns:
        (count, …) float32, each of the shape of the values. On average over many draws it is the values again.

    Raises:
        ValueError: for a layer that drops nothing.
    """
    _check(layer)
    import keras
    import tensorflow as tf

    from core.insight.graphs import eagerly
    from core.training.model import building, keras_fields

    with building:
        made = getattr(keras.layers, type(layer).__name__)(seed=seed, **keras_fields(layer))
    repeated = tf.constant(np.repeat(values[np.newaxis].astype(np.float32), count, axis=0))
    return np.asarray(eagerly(lambda: made(repeated, training=True)))


def deviation(layer: Layer) -> float:
    """The standard deviation of a number over the draws, as a share of it: √(rate / (1 − rate)) for all three kinds.

    Dropout multiplies by 1 / (1 − rate) with probability 1 − rate, else by 0; Gaussian dropout by noise that was made
    to have the same mean, 1, and the same deviation. They differ in what is drawn together: numbers, or whole maps.

    Raises:
        ValueError: for a layer that drops nothing.

    Source: Srivastava and others, “Dropout” (2014), section 10.
    """
    _check(layer)
    return sqrt(layer.drop_rate / (1 - layer.drop_rate))


def _check(layer: Layer) -> None:
    if not layer.drop_rate:
        raise ValueError(f"{type(layer).__name__} drops nothing; a dropout layer with a rate above 0 works.")
