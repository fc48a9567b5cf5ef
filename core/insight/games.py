"""What the games turn on: networks that disagree, strokes that change an answer, and the images hardest for a network."""

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
    """What two networks make of the same image."""

    first: Verdict
    second: Verdict

    @property
    def differ(self) -> bool:
        """Whether their answers are not the same."""
        return self.first.label != self.second.label

    @property
    def won(self) -> bool:
        """Whether they differ, and both are sure of what they say."""
        return self.differ and self.first.sure and self.second.sure

    @property
    def score(self) -> float:
        """The certainty of the less certain one, 0…1; 0 where they agree."""
        return min(self.first.probability, self.second.probability) if self.differ else 0.0

    def beats(self, other: Split | None) -> bool:
        """Whether this is won, and with a better score than the other, if there is one."""
        return self.won and (other is None or self.score > other.score)


@dataclass(frozen=True)
class Attempt:
    """An image with strokes added to it.

    Attributes:
        label: what the image was before.
        found: what the network says now.
        strokes: how many were added.
        ink: how much, in full pixels: the sum of all changes.
    """

    label: int
    found: Verdict
    strokes: int
    ink: float

    @property
    def changed(self) -> bool:
        """Whether the answer is another than what the image was."""
        return self.found.label != self.label

    @property
    def won(self) -> bool:
        """Whether strokes have made the network sure of something else."""
        return self.strokes > 0 and self.changed and self.found.sure

    def beats(self, other: Attempt | None) -> bool:
        """Whether this is won with fewer strokes than the other; among equals, with less ink."""
        return self.won and (other is None or (self.strokes, self.ink) < (other.strokes, other.ink))


@dataclass(frozen=True)
class Round:
    """Some test images, one after the other, for a person and a network.

    Attributes:
        numbers: which test images.
        labels: what their makers say that they are.
        verdicts: what the network says.
        hardest: whether they were chosen against the network.
        at: the place of the one that is shown; their number at the end.
        picks: what the person said, so far.
    """

    numbers: tuple[int, ...]
    labels: tuple[int, ...]
    verdicts: tuple[Verdict, ...]
    hardest: bool
    at: int = 0
    picks: tuple[int, ...] = ()

    @property
    def over(self) -> bool:
        """Whether all have been answered and seen."""
        return self.at >= len(self.numbers)

    @property
    def answered(self) -> bool:
        """Whether the one that is shown has got its answer."""
        return len(self.picks) > self.at

    @property
    def yours(self) -> int:
        """How many of the answers so far are those of the makers."""
        return sum(pick == label for pick, label in zip(self.picks, self.labels))

    @property
    def networks(self) -> int:
        """The same of the network, for the images that the person has answered."""
        return sum(found.label == label for found, label, _ in zip(self.verdicts, self.labels, self.picks))

    def picked(self, label: int) -> Round:
        """With an answer for the one that is shown; the first one counts."""
        return self if self.over or self.answered else replace(self, picks=(*self.picks, label))

    def onward(self) -> Round:
        """With the next one shown, once this one has its answer."""
        return replace(self, at=self.at + 1) if self.answered else self


def dealt(found: Predictions, numbers: Sequence[int], sure_from: float, hardest: bool) -> Round:
    """A round of these test images, with the answers that the network gives now."""
    verdicts = tuple(verdict(found.probabilities[number], sure_from) for number in numbers)
    labels = tuple(int(found.labels[number]) for number in numbers)
    return Round(tuple(map(int, numbers)), labels, verdicts, hardest)


def hardest(found: Predictions, most: int = ROUND) -> np.ndarray:
    """The images to whose right class the network gives the least probability: (k,) indexes, hardest first."""
    right = found.probabilities[np.arange(len(found.labels)), found.labels]
    return np.argsort(right, kind="stable")[:most]


def others(found: Predictions, without: Sequence[int], random: np.random.Generator, most: int = ROUND) -> np.ndarray:
    """Images drawn by lot, none of them twice: (k,) indexes.

    None of those without, unless there are no others.
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
    order: Sequence[int],
) -> int | None:
    """The first image that the network answers right and is sure of; None if there is none among the first 1,000.

    Args:
        model: built from `network`.
        network: says how many images fit into memory.
        images: (n, h, w, c) uint8.
        labels: (n,) what they are.
        sure_from: the least probability that counts as sure.
        order: indexes, in which to look.
    """
    order = np.asarray(order)[:MOST_TRIED]
    for start in range(0, len(order), AT_ONCE):
        some = order[start : start + AT_ONCE]
        found = predict(model, network, images[some], labels[some])
        good = (found.predicted == found.labels) & (found.probabilities.max(axis=1) >= sure_from)
        if good.any():
            return int(some[good.argmax()])
    return None


def where_ink_tells(model: keras.Model, image: np.ndarray, answer: int, other: int) -> np.ndarray:
    """Where a little more ink would help one class against another, to first order.

    The slope of the difference of their scores, times the room that is left for ink: where a pixel is white
    already, a stroke changes nothing. It is the first step of the attacks that change few pixels (Papernot,
    McDaniel, Jha, Fredrikson, Celik & Swami, “The limitations of deep learning in adversarial settings”, 2016).

    Args:
        model: of any network that ends in a row of classes.
        image: (h, w, c) float32 in 0…1, ink 1.
        answer: the class that is to lose.
        other: the class that is to win.

    Returns:
        (h, w) float32; above zero where ink speaks for the other class.

    Raises:
        ValueError: for a model whose output is not a row of classes.
    """
    scores = scores_of(model)
    slopes = [scores.gradients(image[np.newaxis], target)[1][0] for target in (other, answer)]  # each (h, w, c)
    return ((slopes[0] - slopes[1]) * (1 - image)).sum(axis=2).astype(np.float32)
