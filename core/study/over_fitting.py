"""What cures for over-fitting have done: accuracy on the images that were learned from and on the test images, and how long it takes."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from core.data import Dataset
from core.network import Recipe
from core.network.percentages import FEW
from core.network.totals import totals
from core.network.words import joined
from core.study.comparison import Score
from core.study.contender import Contender, LabelledImages
from core.study.evaluating import Evaluator, known_probabilities
from core.training.controls import Controls
from core.training.series import Planned
from core.training.snapshot import Snapshot

BACKWARD = 2  # the backward pass costs about as much as two forward passes
MEASURED_EPOCHS = 4  # of which the middle one of the last three counts: in the first, graphs are made
LONG_SECONDS = 5.0  # of an epoch that is measured once only


class Outcome(NamedTuple):
    """What has come of a run.

    Attributes:
        name: the key of its plan.
        title: what charts call it.
        learned: of the images that it learned from, without dropout and augmentation; None before it was measured.
        tested: of the test images; None where they were not read at its end.
    """

    name: str
    title: str
    learned: Score | None
    tested: Score | None

    @property
    def gap(self) -> float | None:
        """By how much the accuracy on the training images is higher, −1…1; None where either is unknown."""
        return None if self.learned is None or self.tested is None else self.learned.accuracy - self.tested.accuracy


class Ended(NamedTuple):
    """A run that has ended, as a study needs it: its plan, weights, and the newest facts."""

    plan: Planned
    contender: Contender
    snapshot: Snapshot


def outcomes(runs: Sequence[Ended], dataset: Dataset) -> Iterator[tuple[Outcome, ...]]:
    """What has come of runs that have ended, one more from item to item.

    The accuracy on the training images is measured anew: while it trains, a network is tried with dropout, on augmented
    images and with weights that are not yet those of the end, so its curve would not be comparable.

    Args:
        runs: in order.
        dataset: that they learned from.
    """
    found: list[Outcome] = []
    for run in runs:
        images = learned_images(dataset, run.plan.recipe)
        contender = run.contender
        held: list[Evaluator] = []

        def evaluator(contender: Contender = contender, held: list[Evaluator] = held) -> Evaluator:
            if not held:
                held.append(Evaluator(contender))
            return held[0]

        right = 0
        for part in range(images.parts):
            probabilities = known_probabilities(evaluator, contender, images, part)
            right += int((probabilities.argmax(axis=1) == images.labels[images.part(part)]).sum())
        learned = Score(right, len(images.images))
        found.append(Outcome(run.plan.key, run.plan.title, learned, tested(run.snapshot)))
        yield tuple(found)


def learned_images(dataset: Dataset, recipe: Recipe) -> LabelledImages:
    """The images that a run by this recipe learns from."""
    learned, _ = recipe.split(len(dataset.x_train))
    return LabelledImages(
        "training images", dataset.x_train[:learned], dataset.y_train[:learned], tuple(dataset.class_names)
    )


def tested(snapshot: Snapshot) -> Score | None:
    """The score on the test images of a run that has learned something; None where they were not read at its end."""
    point = snapshot.test
    return None if point is None or point.epoch <= 0 else Score(round(point.accuracy * point.images), point.images)


def apart(one: Score, other: Score) -> int:
    """1 where the first is better beyond the confidence intervals, −1 where it is worse, 0 where these overlap."""
    if one.interval.low > other.interval.high:
        return 1
    return -1 if one.interval.high < other.interval.low else 0


def reading(found: Sequence[Outcome]) -> str:
    """The result in sentences that claim no difference within the confidence intervals; empty before anything was tested."""
    known = {one.name: (one, one.tested) for one in found if one.tested is not None}
    if not known:
        return ""
    said = []
    if "nothing" in known:
        plain, score = known.pop("nothing")
        said.append(_fitting(plain))
        if known:
            said += _against([(one.title, apart(test, score)) for one, test in known.values()])
    if len(known) > 1:
        said.append(_best([(one.title, test) for one, test in known.values()]))
    return " ".join(one for one in said if one)


def _fitting(plain: Outcome) -> str:
    """How far the network over-fits by itself."""
    if plain.learned is None or plain.tested is None or plain.gap is None:
        return ""
    figures = (
        f"By itself it is right on {_share(plain.learned)} of the images that it learned from and on "
        f"{_share(plain.tested)} of the test images"
    ).replace("%", " %")
    if apart(plain.learned, plain.tested) > 0:
        return f"{figures}: it over-fits by {100 * plain.gap:.1f} percentage points."
    return f"{figures}: no over-fitting is shown. Fewer images or more epochs would."


def _share(score: Score) -> str:
    """`98.2%`, of few images with its confidence interval."""
    low, high = score.interval
    return f"{score.accuracy:.1%}" + (f" ({low:.1%} – {high:.1%})" if score.images < FEW else "")


def _against(compared: Sequence[tuple[str, int]]) -> list[str]:
    """What is better than nothing, what is worse, and what cannot be told apart from it."""
    better, same, worse = ([title for title, sign in compared if sign == kind] for kind in (1, 0, -1))
    said = []
    if better:
        said.append(f"Better on the test images than without: {joined(better)}.")
    if worse:
        said.append(f"Worse than without: {joined(worse)}.")
    if same:
        said.append(f"Not to be told apart from it, as the intervals overlap: {joined(same)}.")
    return said


def _best(scores: Sequence[tuple[str, Score]]) -> str:
    """The cure with the highest test accuracy, and those that it is not shown to be better than."""
    title, best = max(scores, key=lambda one: one[1].accuracy)
    equals = [other for other, score in scores if other != title and not apart(best, score)]
    if not equals:
        return f"{title} is the best of these cures."
    return f"Highest of these cures is {title}, which is not shown to be better than {joined(equals)}."


class Pace(NamedTuple):
    """How long training takes here and now, as far as it was measured.

    Attributes:
        epochs: that were measured; before the first, the rest says nothing.
        start_seconds: until the first epoch begins.
        epoch_seconds: of one epoch, its evaluation included.
        macs: multiply-adds of that epoch.
    """

    epochs: int = 0
    start_seconds: float = 0.0
    epoch_seconds: float = 0.0
    macs: int = 1


def pace(plan: Planned, dataset: Dataset) -> Iterator[Pace]:
    """Measure it, by the first epochs of a run that nobody keeps: four, or where the first takes long, one.

    Args:
        plan: what is trained, and how.
        dataset: what on.
    """
    from core.training.loop import Loop

    marks = [time.perf_counter()]
    loop = Loop(plan.network, dataset, plan.recipe)
    macs = macs_an_epoch(plan, len(dataset.x_train), len(dataset.x_test))
    for snapshot in loop.snapshots(Controls()):
        if snapshot.evaluated_epoch == len(marks) - 1:
            marks.append(time.perf_counter())
        each = [after - before for before, after in pairwise(marks[1:])]
        if not each:
            yield Pace()
            continue
        yield Pace(len(each), marks[1] - marks[0], median(each[1:] or each), macs)
        if len(each) >= MEASURED_EPOCHS or each[0] > LONG_SECONDS:
            return


def macs_an_epoch(plan: Planned, dataset_images: int, test_images: int) -> int:
    """Multiply-adds of an epoch: forward and backward for what is learned from, forward for what it is evaluated on."""
    learned, validation = plan.recipe.split(dataset_images)
    images = (1 + BACKWARD) * learned + (len(validation) or test_images)
    return images * totals(plan.network).macs


def seconds_for(plan: Planned, dataset_images: int, test_images: int, known: Pace) -> float:
    """Estimated seconds of a run.

    Args:
        plan: what is trained, and how.
        dataset_images: how many training images there are.
        test_images: how many test images.
        known: with one epoch or more.
    """
    share = macs_an_epoch(plan, dataset_images, test_images) / known.macs
    return known.start_seconds + plan.recipe.epochs * known.epoch_seconds * share


def seconds_left(
    waiting: Sequence[Planned],
    ended: Sequence[tuple[Planned, float]],
    dataset_images: int,
    test_images: int,
) -> float | None:
    """Estimated seconds for runs to come, by those that have ended.

    Args:
        waiting: runs that have not begun.
        ended: those that have, with the seconds that they took.
        dataset_images, test_images: how many there are.

    Returns:
        None where none has ended.
    """
    took = sum(seconds for _, seconds in ended)
    done = sum(plan.recipe.epochs * macs_an_epoch(plan, dataset_images, test_images) for plan, _ in ended)
    if not done:
        return None
    return (
        sum(plan.recipe.epochs * macs_an_epoch(plan, dataset_images, test_images) for plan in waiting) * took / done
    )
