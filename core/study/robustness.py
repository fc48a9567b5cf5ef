"""How well networks recognise images that are turned, moved, blurred or covered, strength by strength."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from core.insight.graphs import in_unit_range
from core.network.words import joined
from core.study.contender import PART, Contender, LabelledImages, check
from core.study.evaluating import Answers, Evaluator
from core.study.memory import Memory
from core.study.proportions import Interval, wilson
from core.study.transforms import Transform

STAGES = (250, 2_000)  # images after which the whole curve is there, coarse first
MOST_SHOWN = 96  # images of mistakes that are kept as the network saw them

_answers: Memory[Answers] = Memory(20_000)  # of 250 images each: 35 MB


class HalfLost(NamedTuple):
    """Strengths at which half of the accuracy is lost, on either side of the neutral one; None where it never is."""

    below: float | None
    above: float | None


@dataclass(frozen=True, eq=False)
class Robustness:
    """Accuracies of some networks over the strengths of a transform, as far as they were measured.

    Attributes:
        transform: what the images were changed by.
        names: of the networks.
        strengths: ascending.
        right: (networks, strengths) int64, numbers of correct predictions.
        images: (strengths,) int64, numbers of images that were evaluated; 0 where none was yet.
        done: how far it is, 0…1.
    """

    transform: Transform
    names: tuple[str, ...]
    strengths: tuple[float, ...]
    right: np.ndarray = field(repr=False)
    images: np.ndarray = field(repr=False)
    done: float

    def accuracies(self, number: int) -> np.ndarray:
        """(strengths,) float64 accuracy of a network, 0…1; not a number where nothing was measured yet."""
        with np.errstate(invalid="ignore"):
            return self.right[number] / self.images

    def interval(self, number: int, place: int) -> Interval | None:
        """The 95 % confidence interval of a network's accuracy at the strength in this place; None where unmeasured."""
        there = int(self.images[place])
        return wilson(int(self.right[number, place]), there) if there else None

    def half_lost(self, number: int) -> HalfLost:
        """Where a network's accuracy has fallen to half of that at the neutral strength, read between two points.

        Going outwards from the neutral strength, the first such place; places without a measurement are left out.
        """
        found = self.accuracies(number)
        known = [place for place in range(len(found)) if self.images[place]]
        centre = next((place for place in known if self.strengths[place] == self.transform.neutral), None)
        if centre is None or not found[centre]:
            return HalfLost(None, None)
        half = found[centre] / 2
        below = [place for place in reversed(known) if place <= centre]
        above = [place for place in known if place >= centre]
        return HalfLost(*(_crossing(self.strengths, found, way, half) for way in (below, above)))

    def telling(self, number: int) -> float:
        """The strength at which to look first: the mildest at which half of the accuracy is lost, else that of the lowest.

        Of two that are alike, the one above the neutral strength; the neutral one where nothing was measured yet.
        """
        found, neutral = self.accuracies(number), self.transform.neutral
        known = [place for place in range(len(found)) if self.images[place]]
        centre = next((place for place in known if self.strengths[place] == neutral), None)
        if centre is None:
            return neutral
        lost = [place for place in known if found[place] <= found[centre] / 2 and place != centre]

        def mildest(place: int) -> tuple[float, bool]:
            return abs(self.strengths[place] - neutral), self.strengths[place] < neutral

        if lost:
            return self.strengths[min(lost, key=mildest)]
        return self.strengths[min(known, key=lambda place: (found[place], *mildest(place)))]

    def sentence(self) -> str:
        """Where each network has lost half of its accuracy, in a sentence; empty before all strengths were measured."""
        if not self.images.all():
            return ""
        words = []
        for number, name in enumerate(self.names):
            ends = [end for end in self.half_lost(number) if end is not None]
            at = joined([self.transform.text(end) for end in ends])
            words.append(f"{name} loses half of its accuracy at {at}" if ends else f"{name} never loses half of it")
        return f"{'; '.join(words)}."


def robustness(
    contenders: Sequence[Contender],
    images: LabelledImages,
    transform: Transform,
    strengths: Sequence[float] | None = None,
    stages: Sequence[int] = STAGES,
) -> Iterator[Robustness]:
    """Measure accuracies over strengths, better from item to item: first with few images for all strengths, then more.

    Images are changed once for all networks, and what was measured before, by anybody, is not measured again. At the
    neutral strength images are as they are; in the end all of them are evaluated there, so that its accuracy is the one
    of the test to the digit.

    Args:
        contenders: one or more, for these images' shape and classes.
        images: to change.
        transform: how.
        strengths: by default the usual ones for images of this size; the neutral one is added.
        stages: numbers of images, ascending, each in whole parts of 250 and at most all.

    Raises:
        Unfit: where one of them cannot be evaluated on these images; says which and why.
        ValueError: for a strength that is out of range.
    """
    check(contenders, images)
    usual = transform.sized(min(images.images.shape[1:3])).strengths
    chosen = tuple(sorted({*(usual if strengths is None else strengths), transform.neutral}))
    work = _Work(contenders, images, transform)
    right = np.zeros((len(contenders), len(chosen)), np.int64)
    counts = np.zeros(len(chosen), np.int64)
    names = tuple(contender.name for contender in contenders)
    jobs = list(_jobs(chosen, transform.neutral, images, stages))
    for number, (place, part) in enumerate(jobs, 1):
        labels = images.labels[images.part(part)]
        found = work.answers(chosen[place], part)
        right[:, place] += [int((one.predicted == labels).sum()) for one in found]
        counts[place] += len(labels)
        yield Robustness(transform, names, chosen, right.copy(), counts.copy(), number / len(jobs))


def _jobs(
    strengths: Sequence[float], neutral: float, images: LabelledImages, stages: Sequence[int]
) -> Iterator[tuple[int, int]]:
    """The (place of a strength, part of the images) to be measured, in order: each stage outwards from the neutral strength."""
    outwards = sorted(range(len(strengths)), key=lambda place: abs(strengths[place] - neutral))
    ends = [images.first_parts(count) for count in stages]
    for first, end in pairwise([0, *ends]):
        for place in outwards:
            yield from ((place, part) for part in range(first, end))
    yield from ((outwards[0], part) for part in range(max(ends, default=0), images.parts))


class Mistakes(NamedTuple):
    """What a network predicts wrong at one strength, the most confident first.

    Attributes:
        indexes: (k,) of the images.
        predicted: (k,) the predicted classes.
        probability: (k,) float32, of these.
        seen: (at most 96, h, w, c) uint8 in 0…255, the first of these images as the network saw them, rounded.
        images: how many images were evaluated.
    """

    indexes: np.ndarray
    predicted: np.ndarray
    probability: np.ndarray
    seen: np.ndarray
    images: int


def mistakes_at(
    contender: Contender, images: LabelledImages, transform: Transform, strength: float, count: int = STAGES[-1]
) -> Mistakes:
    """The mistakes of a network at one strength, among the first so many images of a study, in whole parts.

    At the neutral strength it is all images, as in the study. What a study has measured is there at once; the rest is
    computed now. Raises as `robustness` does.
    """
    check([contender], images)
    work = _Work([contender], images, transform)
    parts = range(images.parts if strength == transform.neutral else images.first_parts(count))
    indexes = np.concatenate([images.part(part) for part in parts])
    found = [work.answers(strength, part)[0] for part in parts]
    predicted, probability = (np.concatenate(column) for column in zip(*found))
    wrong = np.flatnonzero(predicted != images.labels[indexes])
    wrong = wrong[np.argsort(-probability[wrong], kind="stable")]
    seen = work.seen(strength, wrong[:MOST_SHOWN])
    return Mistakes(indexes[wrong], predicted[wrong], probability[wrong], seen, len(indexes))


class Film(NamedTuple):
    """One image at all strengths, and what networks make of it.

    Attributes:
        strengths: ascending.
        frames: (strengths, h, w, c) float32 in 0…1.
        probabilities: for each network (strengths, classes) float32.
    """

    strengths: tuple[float, ...]
    frames: np.ndarray
    probabilities: tuple[np.ndarray, ...]


def film(
    contenders: Sequence[Contender],
    image: np.ndarray,
    transform: Transform,
    strengths: Sequence[float] | None = None,
    seed: int = 0,
) -> Film:
    """Change one image at all strengths, and predict each frame by each network.

    Args:
        contenders: for this image's shape.
        image: (h, w, c) uint8 in 0…255, or float in 0…1.
        transform, strengths: as for `robustness`.
        seed: of noise and places.
    """
    usual = transform.sized(min(image.shape[:2])).strengths
    chosen = tuple(sorted({*(usual if strengths is None else strengths), transform.neutral}))
    whole = in_unit_range(image[np.newaxis])
    frames = np.concatenate([transform.apply(whole, strength, seed) for strength in chosen])
    return Film(chosen, frames, tuple(Evaluator(contender).probabilities(frames) for contender in contenders))


class _Work:
    """Answers for parts of the images, each computed once: the images are changed for all who need them."""

    def __init__(self, contenders: Sequence[Contender], images: LabelledImages, transform: Transform) -> None:
        self._contenders = contenders
        self._images = images
        self._transform = transform
        self._evaluators: dict[int, Evaluator] = {}

    def answers(self, strength: float, part: int) -> list[Answers]:
        """The answers of all contenders for this part of the images at this strength."""
        keys = [self._key(contender, strength, part) for contender in self._contenders]
        found = {number: known for number, key in enumerate(keys) if (known := _answers.get(key)) is not None}
        if len(found) < len(keys):
            changed = self._changed(strength, part)
            for number, key in enumerate(keys):
                if number not in found:
                    found[number] = self._evaluator(number).answers(changed)
                    _answers.put(key, found[number])
        return [found[number] for number in range(len(keys))]

    def seen(self, strength: float, places: np.ndarray) -> np.ndarray:
        """(k,) places in the order of the study → (k, h, w, c) uint8: these images, changed by this strength."""
        found = np.zeros((len(places), *self._images.images.shape[1:]), np.uint8)
        for part in np.unique(places // PART).tolist():
            here = places // PART == part  # what is random depends on the whole part
            changed = self._changed(strength, part)[places[here] % PART]
            found[here] = np.round(changed * 255)
        return found

    def _changed(self, strength: float, part: int) -> np.ndarray:
        """The images of a part at this strength: (n, h, w, c) float32 in 0…1."""
        return self._transform.apply(in_unit_range(self._images.images[self._images.part(part)]), strength, part)

    def _key(self, contender: Contender, strength: float, part: int) -> tuple[object, ...]:
        """All that the answers depend on; unchanged images are the same for all transforms."""
        how = ("", 0.0) if strength == self._transform.neutral else (self._transform.name, float(strength))
        return (contender.fingerprint, self._images.fingerprint, part, *how)

    def _evaluator(self, number: int) -> Evaluator:
        if number not in self._evaluators:
            self._evaluators[number] = Evaluator(self._contenders[number])
        return self._evaluators[number]


def _crossing(strengths: Sequence[float], accuracies: np.ndarray, way: Sequence[int], half: float) -> float | None:
    """The first strength on the way at which the accuracy is down to half, linear between its neighbours."""
    for near, far in pairwise(way):
        if accuracies[far] <= half:
            share = (accuracies[near] - half) / (accuracies[near] - accuracies[far])
            return float(strengths[near] + share * (strengths[far] - strengths[near]))
    return None
