"""Trends, noise and tolerances of short learning curves."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

STILL = 0.08  # of what is left (loss, or wrong answers): a change smaller than this is none
STILL_ACCURACY = (0.002, 0.02)  # at least, since the same network trained twice differs by as much; at most


def trend(at: Sequence[float], values: Sequence[float]) -> float:
    """The change from the first to the last of these values, along the median slope of all pairs.

    Args:
        at: rising positions of the values, such as epochs.

    P. K. Sen, “Estimates of the regression coefficient based on Kendall's tau” (1968).
    """
    pairs = itertools.combinations(zip(at, values), 2)
    slopes = [(later - earlier) / (end - start) for (start, earlier), (end, later) in pairs]
    return float(np.median(slopes)) * (at[-1] - at[0]) if slopes else 0.0


def loss_tolerance(losses: Sequence[float]) -> float:
    """A change of the loss that is none."""
    return STILL * float(np.median(losses)) + noise_deviation(np.array(losses))


def accuracy_tolerance(accuracies: Sequence[float]) -> float:
    """A change of the accuracy that is none."""
    wrong = 1 - float(np.median(accuracies))
    return float(np.clip(STILL * wrong, *STILL_ACCURACY)) + noise_deviation(np.array(accuracies))


def noise_deviation(values: np.ndarray) -> float:
    """Standard deviation of the noise on a curve, from its second differences; 0 for fewer than five points.

    A straight line has none, and a fifth of the points may be bends.
    """
    if len(values) < 5:
        return 0.0
    bend = float(np.quantile(np.abs(np.diff(values, 2)), 0.8))
    return bend / 1.2816 / 6**0.5  # the same quantile of a normal variable; a second difference has 6 variances


def kendall_tau(values: np.ndarray) -> float:
    """Kendall's tau against time: the share of pairs that rise, minus that of those that fall."""
    signs = np.sign(values[np.newaxis, :] - values[:, np.newaxis])  # (n, n): later minus earlier above the diagonal
    pairs = len(values) * (len(values) - 1) / 2
    return float(np.triu(signs, 1).sum()) / pairs if pairs else 0.0


def accuracy_variance(accuracy: float, images: int) -> float:
    """The variance of an accuracy over so many images; never 0: none wrong of n may be chance."""
    return (accuracy * (1 - accuracy) + 1 / images) / images
