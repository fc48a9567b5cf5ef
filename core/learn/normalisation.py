"""Batch normalisation by hand: mean and variance of each channel over a batch, and their moving counterparts.

Arrays are (images, channels, n, n) float64; what belongs to channels is (channels,).

Source: S. Ioffe and C. Szegedy, "Batch normalization" (2015), algorithms 1 and 2.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Statistics(NamedTuple):
    """Mean and variance of each channel, (channels,)."""

    mean: np.ndarray
    variance: np.ndarray


def fresh(channels: int) -> Statistics:
    """The moving statistics before any training: mean 0, variance 1."""
    return Statistics(np.zeros(channels), np.ones(channels))


def of_batch(values: np.ndarray) -> Statistics:
    """Over all images and positions."""
    axes = (0, 2, 3)
    return Statistics(values.mean(axis=axes), values.var(axis=axes))


def normalised(values: np.ndarray, by: Statistics, gamma: np.ndarray, beta: np.ndarray, epsilon: float) -> np.ndarray:
    """γ·(x − μ) / √(σ² + ε) + β for each number, with the numbers of its channel."""
    mean, variance, scale, shift = (one[:, np.newaxis, np.newaxis] for one in (*by, gamma, beta))
    return scale * (values - mean) / np.sqrt(variance + epsilon) + shift


def moved(moving: Statistics, batch: Statistics, momentum: float, steps: int = 1) -> Statistics:
    """The moving statistics after some steps on the same batch: momentum·old + (1 − momentum)·batch in each."""
    kept = momentum**steps
    return Statistics(
        *(kept * old + (1 - kept) * new for old, new in zip(moving, batch, strict=True)),
    )
