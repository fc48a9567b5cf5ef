"""Are probabilities what they say? Of the predictions with 80 %, 80 of 100 should be right."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from core.study.proportions import Interval, wilson

BINS = 15
SMALLEST = 1e-30  # stands for a probability of 0, of which no logarithm can be taken
HOTTEST = 100.0  # temperatures between its reciprocal and this are looked for


class Bin(NamedTuple):
    """The predictions whose probability lies between two bounds.

    Attributes:
        low, high: the bounds, 0…1; the upper one belongs to the next bin, but for the last.
        count: how many predictions.
        confidence: mean probability of the predicted classes; 0 without any.
        accuracy: share of them that are right; 0 without any.
        interval: 95 % confidence interval of that; None without any.
    """

    low: float
    high: float
    count: int
    confidence: float
    accuracy: float
    interval: Interval | None


@dataclass(frozen=True)
class Reliability:
    """A reliability diagram.

    Attributes:
        bins: of equal width, from 0 to 1.
        expected_error: the expected calibration error, 0…1: mean distance of confidence and accuracy over the bins,
            each counted by its predictions.
        largest_error: the largest distance of any bin.
    """

    bins: tuple[Bin, ...] = field(repr=False)
    expected_error: float
    largest_error: float


def reliability(probabilities: np.ndarray, labels: np.ndarray, bins: int = BINS) -> Reliability:
    """Sort predictions into bins by their probability, and compare with how often they are right.

    Args:
        probabilities: (n, classes) in 0…1, n ≥ 1.
        labels: (n,) true classes.
        bins: how many.

    Source: Naeini, Cooper and Hauskrecht, “Obtaining well calibrated probabilities using Bayesian binning” (2015);
    Guo, Pleiss, Sun and Weinberger, “On calibration of modern neural networks” (2017), equations (2) to (5).
    """
    sure, right = _sure_and_right(probabilities, labels)
    places = np.minimum((sure * bins).astype(int), bins - 1)
    found = []
    for place in range(bins):
        here = places == place
        count, hits = int(here.sum()), int(right[here].sum())
        found.append(
            Bin(
                place / bins,
                (place + 1) / bins,
                count,
                float(sure[here].mean()) if count else 0.0,
                hits / count if count else 0.0,
                wilson(hits, count) if count else None,
            )
        )
    gaps = [(abs(one.confidence - one.accuracy), one.count) for one in found if one.count]
    return Reliability(tuple(found), sum(gap * count for gap, count in gaps) / len(sure), max(gap for gap, _ in gaps))


class Answered(NamedTuple):
    """What comes of a network that answers only where it is sure enough.

    Attributes:
        threshold: the least probability that it answers with.
        answered: how many predictions reach it.
        right: how many of those are right.
        images: how many images there are.
    """

    threshold: float
    answered: int
    right: int
    images: int

    @property
    def share(self) -> float:
        """Share of the images that are answered, 0…1."""
        return self.answered / self.images

    @property
    def accuracy(self) -> float | None:
        """Share of the answers that are right, 0…1; None where nothing is answered."""
        return self.right / self.answered if self.answered else None

    @property
    def interval(self) -> Interval | None:
        """95 % confidence interval of that; None where nothing is answered."""
        return wilson(self.right, self.answered) if self.answered else None


def answered(probabilities: np.ndarray, labels: np.ndarray, thresholds: np.ndarray) -> tuple[Answered, ...]:
    """How many images are answered from each threshold on, and how many of the answers are right.

    Args:
        probabilities: (n, classes) in 0…1, n ≥ 1.
        labels: (n,) true classes.
        thresholds: (k,) in 0…1.

    Source: Chow, “On optimum recognition error and reject tradeoff” (1970).
    """
    sure, right = _sure_and_right(probabilities, labels)
    order = np.argsort(sure, kind="stable")
    hits = np.concatenate([[0], np.cumsum(right[order])])  # among the least sure
    found = []
    for threshold in np.asarray(thresholds, np.float64).tolist():
        refused = int(np.searchsorted(sure[order], threshold, side="left"))
        found.append(Answered(threshold, len(sure) - refused, int(hits[-1] - hits[refused]), len(sure)))
    return tuple(found)


def fitted_temperature(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """The temperature that makes probabilities fit best, by images that the network has not learned from.

    The scores are divided by it before the softmax: above 1 the network was too sure, below 1 not sure enough. It
    makes the cross-entropy smallest, which has one minimum; no prediction changes.

    Args:
        probabilities: (n, classes) of a softmax, n ≥ 1.
        labels: (n,) true classes.

    Returns:
        Between 0.01 and 100; an end where the best lies beyond, as where every prediction is right.

    Source: Guo, Pleiss, Sun and Weinberger, “On calibration of modern neural networks” (2017), section 4.2. The scores
    are read off the probabilities: log p is the score up to a constant of the image, which the softmax takes away.
    """
    scores = _logarithms(probabilities)
    of_labels = scores[np.arange(len(scores)), labels]

    def slope(inverse: float) -> float:
        """Of the cross-entropy by 1 / temperature, in which it is convex."""
        weights = _softmax(inverse * scores)
        return float(((weights * scores).sum(axis=1) - of_labels).mean())

    low, high = 1 / HOTTEST, HOTTEST
    if slope(low) >= 0:
        return HOTTEST
    if slope(high) <= 0:
        return 1 / HOTTEST
    while high / low > 1 + 1e-9:
        middle = (low * high) ** 0.5
        low, high = (low, middle) if slope(middle) > 0 else (middle, high)
    return 1 / (low * high) ** 0.5


def at_temperature(probabilities: np.ndarray, temperature: float) -> np.ndarray:
    """The probabilities that come of dividing the scores by a temperature above 0: (n, classes) float64."""
    return _softmax(_logarithms(probabilities) / temperature)


def halves(count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Two halves of so many images, mixed, each in order: by the first a temperature is fitted, on the second it is measured."""
    order = np.random.default_rng(seed).permutation(count)
    return np.sort(order[: count // 2]), np.sort(order[count // 2 :])


def _sure_and_right(probabilities: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(n,) float64 probability of each predicted class, and (n,) bool whether it is right."""
    predicted = probabilities.argmax(axis=1)
    return probabilities.max(axis=1).astype(np.float64), predicted == labels


def _logarithms(probabilities: np.ndarray) -> np.ndarray:
    return np.log(np.maximum(probabilities.astype(np.float64), SMALLEST))


def _softmax(scores: np.ndarray) -> np.ndarray:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return raised / raised.sum(axis=1, keepdims=True)
