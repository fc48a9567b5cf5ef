"""Rules and scoring of the games: two networks that disagree, strokes that fool one, and its hardest images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from core.insight.certainty import Verdict, verdict
from core.insight.mistakes import Predictions, predict
from core.insight.scores import scores_of
from core.network import Network

if TYPE_CHECKING:
    import keras

ROUND = 10  # images of a round
AT_ONCE = 50  # images that are tried at once for a good one
MOST_TRIED = 1000


@dataclass(frozen=True)
class Split:
    """The verdicts of two networks on the same image."""

    first: Verdict
    second: Verdict

    @property
    def differ(self) -> bool:
        """True where they predict different classes."""
        return self.first.label != self.second.label

    @property
    def won(self) -> bool:
        """True where they differ and both are confident."""
        return self.differ and self.first.sure and self.second.sure

    @property
    def score(self) -> float:
        """The lower of their two probabilities, 0…1; 0 where they agree."""
        return min(self.first.probability, self.second.probability) if self.differ else 0.0

    def beats(self, other: Split | None) -> bool:
        """True for a win with a better score than the other, if there is one."""
        return self.won and (other is None or self.score > other.score)


@dataclass(frozen=True)
class Attempt:
    """An image with strokes added to it.

    Attributes:
        label: true class of the image.
        found: the network's verdict on the changed image.
        strokes: number of strokes added.
        ink: amount added: the sum of all changes, in full pixels.
    """

    label: int
    found: Verdict
    strokes: int
    ink: float

    @property
    def changed(self) -> bool:
        """True where the predicted class is not the true one."""
        return self.found.label != self.label

    @property
    def won(self) -> bool:
        """True where strokes have led to a confident wrong prediction."""
        return self.strokes > 0 and self.changed and self.found.sure

    def beats(self, other: Attempt | None) -> bool:
        """True for a win with fewer strokes than the other, or as many and less ink."""
        return self.won and (other is None or (self.strokes, self.ink) < (other.strokes, other.ink))


@dataclass(frozen=True)
class Round:
    """Some test images, one after the other, for a person and a network.

    Attributes:
        numbers: indexes of the test images.
        labels: their true classes.
        verdicts: the network's verdicts on them.
        hardest: True for a round of the network's hardest images.
        at: position of the image that is shown; the number of images at the end.
        picks: the person's answers so far.
    """

    numbers: tuple[int, ...]
    labels: tuple[int, ...]
    verdicts: tuple[Verdict, ...]
    hardest: bool
    at: int = 0
    picks: tuple[int, ...] = ()

    @property
    def over(self) -> bool:
        """True once every image has been answered and left."""
        return self.at >= len(self.numbers)

    @property
    def answered(self) -> bool:
        """True once the person has answered the image that is shown."""
        return len(self.picks) > self.at

    @property
    def yours(self) -> int:
        """Number of the person's correct answers so far."""
        return sum(pick == label for pick, label in zip(self.picks, self.labels))

    @property
    def networks(self) -> int:
        """Number of the network's correct predictions, among the images that the person has answered."""
        return sum(found.label == label for found, label, _ in zip(self.verdicts, self.labels, self.picks))

    def picked(self, label: int) -> Round:
        """The round with an answer for the image that is shown; only the first answer counts."""
        return self if self.over or self.answered else replace(self, picks=(*self.picks, label))

    def onward(self) -> Round:
        """The round with the next image shown, once this one has been answered."""
        return replace(self, at=self.at + 1) if self.answered else self


def dealt(found: Predictions, numbers: Sequence[int] | np.ndarray, sure_from: float, hardest: bool) -> Round:
    """Deal a round of these test images, with the network's current verdicts."""
    verdicts = tuple(verdict(found.probabilities[number], sure_from) for number in numbers)
    labels = tuple(int(found.labels[number]) for number in numbers)
    return Round(tuple(map(int, numbers)), labels, verdicts, hardest)


def hardest(found: Predictions, most: int = ROUND) -> np.ndarray:
    """The images with the lowest probability for their true class: (k,) indexes, hardest first."""
    right = found.probabilities[np.arange(len(found.labels)), found.labels]
    return np.argsort(right, kind="stable")[:most]


def others(found: Predictions, without: Sequence[int], random: np.random.Generator, most: int = ROUND) -> np.ndarray:
    """A random sample of images without replacement: (k,) indexes.

    Those in `without` are left out, unless there are no others.
    """
    everyone = np.arange(len(found.labels))
    there = np.setdiff1d(everyone, without)
    there = there if len(there) else everyone
    return random.choice(there, min(most, len(there)), replace=False)


def first_readable(
    model: keras.Model,
    network: Network,
    images: np.ndarray,
    labels: np.ndarray,
    sure_from: float,
    order: Sequence[int] | np.ndarray,
) -> int | None:
    """The first image with a confident correct prediction; None if there is none among the first 1,000.

    Args:
        model: built from `network`.
        network: says how many images fit into memory.
        images: (n, h, w, c) uint8.
        labels: (n,) their true classes.
        sure_from: the lowest probability that counts as confident.
        order: indexes, in the order of the search.
    """
    tried = np.asarray(order)[:MOST_TRIED]
    for start in range(0, len(tried), AT_ONCE):
        some = tried[start : start + AT_ONCE]
        found = predict(model, network, images[some], labels[some])
        good = (found.predicted == found.labels) & (found.probabilities.max(axis=1) >= sure_from)
        if good.any():
            return int(some[good.argmax()])
    return None


def where_ink_tells(model: keras.Model, image: np.ndarray, answer: int, other: int) -> np.ndarray:
    """Sensitivity map: where more ink would raise one class's score against another's, to first order.

    The slope of the difference of their scores, times the room that is left for ink: where a pixel is white
    already, a stroke changes nothing. It is the first step of the attacks that change few pixels (Papernot,
    McDaniel, Jha, Fredrikson, Celik & Swami, “The limitations of deep learning in adversarial settings”, 2016).

    Args:
        model: of any network that ends in a row of classes.
        image: (h, w, c) float32 in 0…1, ink 1.
        answer: the class whose score is to fall.
        other: the class whose score is to rise.

    Returns:
        (h, w) float32; above zero where ink speaks for the other class.

    Raises:
        ValueError: for a model whose output is not a row of classes.
    """
    scores = scores_of(model)
    slopes = [scores.gradients(image[np.newaxis], target)[1][0] for target in (other, answer)]  # each (h, w, c)
    return ((slopes[0] - slopes[1]) * (1 - image)).sum(axis=2).astype(np.float32)
