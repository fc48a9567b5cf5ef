"""Are probabilities what they say? Of the predictions with 80 %, 80 of 100 should be right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from core.study.comparison import Comparison, compared
from core.study.contender import Contender, LabelledImages
from core.study.proportions import CONFIDENCE, Interval, wilson

BINS = 15
DRAWS = 200  # of answers that fit their probabilities
FEWEST_TO_FIT = 100  # images, with those on which the temperature is measured
THRESHOLDS = (*(number / 100 for number in range(100)), 0.995, 0.999, 0.9995, 0.9999)
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
    places = _places(sure, bins)
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


def error_by_chance(probabilities: np.ndarray, bins: int = BINS, draws: int = DRAWS, seed: int = 0) -> float:
    """The expected calibration error that a perfectly calibrated network would stay below in 95 of 100 such tests.

    It is not 0: of a few predictions with 80 %, not just 80 of 100 are right. Answers are drawn that are right as often
    as these probabilities say, and their error is measured.

    Args:
        probabilities: (n, classes) in 0…1, n ≥ 1.
        bins: how many.
        draws: how often the answers are drawn.
        seed: the same one gives the same number.

    Source: Bröcker and Smith, “Increasing the reliability of reliability diagrams” (2007), consistency resampling.
    """
    sure = probabilities.max(axis=1).astype(np.float64)
    places = _places(sure, bins)
    random = np.random.default_rng(seed)
    errors = []
    for _ in range(draws):
        right = random.random(len(sure)) < sure
        errors.append(np.abs(np.bincount(places, sure - right, bins)).sum() / len(sure))
    return float(np.quantile(errors, CONFIDENCE))


class Tempered(NamedTuple):
    """A temperature, fitted on one half of the images and measured on the other.

    Attributes:
        temperature: 0.01…100.
        fitted_on, measured_on: numbers of images, none of which is in both.
        before, after: of the images on which it is measured.
        by_chance: what a perfectly calibrated network stays below there, by the probabilities after.
    """

    temperature: float
    fitted_on: int
    measured_on: int
    before: Reliability
    after: Reliability
    by_chance: float


@dataclass(frozen=True, eq=False)
class Calibrated:
    """How well the probabilities of one network hold.

    Attributes:
        reliability: of all images that were evaluated so far.
        confidence, accuracy: means over these images, 0…1.
        curve: what is answered from each of `THRESHOLDS` on.
        by_chance: the error that a perfectly calibrated network stays below; None before all images were evaluated.
        tempered: the same; None also where there are fewer than 100 images.
    """

    reliability: Reliability
    confidence: float
    accuracy: float
    curve: tuple[Answered, ...] = field(repr=False)
    by_chance: float | None = None
    tempered: Tempered | None = None


@dataclass(frozen=True, eq=False)
class Calibration:
    """Networks whose probabilities are compared with how often they are right, on the images evaluated so far.

    Attributes:
        comparison: what each predicts.
        networks: one for each, in its order.
    """

    comparison: Comparison
    networks: tuple[Calibrated, ...]

    def at(self, threshold: float) -> tuple[Answered, ...]:
        """What each network answers from this probability on."""
        found = self.comparison
        return tuple(answered(one, found.labels, np.array([threshold]))[0] for one in found.probabilities)


def calibration(contenders: Sequence[Contender], images: LabelledImages) -> Iterator[Calibration]:
    """Compare probabilities with accuracy, on more images from item to item; the last one has all, and temperatures.

    Args:
        contenders: one or more, for these images' shape and classes.
        images: n of them.

    Raises:
        Unfit: where one of them cannot be evaluated on these images; says which and why.
    """
    for found in compared(contenders, images):
        ended = len(found.indexes) == len(images.images)
        yield Calibration(found, tuple(_calibrated(one, found.labels, ended) for one in found.probabilities))
        if ended:  # how long an image takes is not asked here
            return


def _calibrated(probabilities: np.ndarray, labels: np.ndarray, ended: bool) -> Calibrated:
    sure, right = _sure_and_right(probabilities, labels)
    return Calibrated(
        reliability(probabilities, labels),
        float(sure.mean()),
        float(right.mean()),
        answered(probabilities, labels, np.array(THRESHOLDS)),
        error_by_chance(probabilities) if ended else None,
        _tempered(probabilities, labels) if ended and len(labels) >= FEWEST_TO_FIT else None,
    )


def _tempered(probabilities: np.ndarray, labels: np.ndarray) -> Tempered:
    apart, rest = halves(len(labels))
    temperature = fitted_temperature(probabilities[apart], labels[apart])
    after = at_temperature(probabilities[rest], temperature)
    return Tempered(
        temperature,
        len(apart),
        len(rest),
        reliability(probabilities[rest], labels[rest]),
        reliability(after, labels[rest]),
        error_by_chance(after),
    )


def _places(sure: np.ndarray, bins: int) -> np.ndarray:
    """(n,) which of the bins each of these probabilities falls into."""
    return np.minimum((sure * bins).astype(int), bins - 1)


def _sure_and_right(probabilities: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(n,) float64 probability of each predicted class, and (n,) bool whether it is right."""
    predicted = probabilities.argmax(axis=1)
    return probabilities.max(axis=1).astype(np.float64), predicted == labels


def _logarithms(probabilities: np.ndarray) -> np.ndarray:
    return np.log(np.maximum(probabilities.astype(np.float64), SMALLEST))


def _softmax(scores: np.ndarray) -> np.ndarray:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return raised / raised.sum(axis=1, keepdims=True)
