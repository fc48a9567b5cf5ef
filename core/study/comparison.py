"""Networks on the same test images: how good each is, how sure that is, and whether a difference is real."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from math import isclose, prod

import numpy as np

from core.data import DatasetError
from core.data.drawn_datasets import about
from core.network import Network, Recipe, trace
from core.network.settings import settings_of
from core.network.words import counted, joined
from core.study.contender import Contender, LabelledImages, check, why_not
from core.study.evaluating import Evaluator, known_probabilities
from core.study.proportions import CHANCE_BELOW, Interval, McNemar, mcnemar, wilson
from core.training.snapshot import Snapshot, State

BYTES = 4  # float32
CALLS = 15  # of one image, of which the middle one counts


@dataclass(frozen=True)
class Score:
    """How many images a network predicts right.

    Attributes:
        right, images: numbers of images.
    """

    right: int
    images: int

    @property
    def accuracy(self) -> float:
        """Share of correct predictions, 0…1."""
        return self.right / self.images

    @property
    def interval(self) -> Interval:
        """The 95 % confidence interval of the accuracy, as `wilson` has it."""
        return wilson(self.right, self.images)


@dataclass(frozen=True, eq=False)
class Pair:
    """Two networks on the same images.

    Attributes:
        first, second: their places among those that are compared.
        only_first, only_second: (k,) indexes of the images that only this one gets right, in order.
        test: what chance makes of that.
    """

    first: int
    second: int
    only_first: np.ndarray = field(repr=False)
    only_second: np.ndarray = field(repr=False)
    test: McNemar


@dataclass(frozen=True, eq=False)
class Comparison:
    """Networks compared on those images that were evaluated so far.

    Attributes:
        names: of the networks.
        indexes: (n,) of the images, in order.
        labels: (n,) the true classes.
        probabilities: for each network (n, classes) float32, in the order of `indexes`.
        done: how far it is, 0…1.
        seconds: for each network, how long one image takes it; measured last, one network after another; empty before.
    """

    names: tuple[str, ...]
    indexes: np.ndarray = field(repr=False)
    labels: np.ndarray = field(repr=False)
    probabilities: tuple[np.ndarray, ...] = field(repr=False)
    done: float
    seconds: tuple[float, ...] = ()

    def right(self, number: int) -> np.ndarray:
        """(n,) bool: which images this network predicts right."""
        return self.probabilities[number].argmax(axis=1) == self.labels

    @property
    def scores(self) -> tuple[Score, ...]:
        """The score of each network."""
        return tuple(Score(int(self.right(one).sum()), len(self.indexes)) for one in range(len(self.names)))

    def pair(self, first: int, second: int) -> Pair:
        """Two of the networks; Raises `IndexError` for one that there is not."""
        one, other = self.right(first), self.right(second)
        apart = self.indexes[one & ~other], self.indexes[other & ~one]
        return Pair(first, second, *apart, mcnemar(len(apart[0]), len(apart[1])))

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """All pairs of them."""
        return tuple(self.pair(*two) for two in combinations(range(len(self.names)), 2))


def compared(contenders: Sequence[Contender], images: LabelledImages) -> Iterator[Comparison]:
    """Compare networks on the same images, better from item to item; the last two have all images, the last one the times too.

    What was predicted before is not predicted again.

    Args:
        contenders: one or more, for these images' shape and classes.
        images: n of them.

    Raises:
        Unfit: where one of them cannot be evaluated on these images; says which and why.
    """
    check(contenders, images)
    evaluators: dict[int, Evaluator] = {}
    parts: list[list[np.ndarray]] = [[] for _ in contenders]
    for part in range(images.parts):
        for number, contender in enumerate(contenders):

            def evaluator(number: int = number, contender: Contender = contender) -> Evaluator:
                if number not in evaluators:
                    evaluators[number] = Evaluator(contender)
                return evaluators[number]

            parts[number].append(known_probabilities(evaluator, contender, images, part))
        yield _so_far(contenders, images, parts)
    seconds = tuple(seconds_for_one_image(contender) for contender in contenders)
    yield replace(_so_far(contenders, images, parts), seconds=seconds)


def _so_far(contenders: Sequence[Contender], images: LabelledImages, parts: list[list[np.ndarray]]) -> Comparison:
    indexes = np.concatenate([images.part(part) for part in range(len(parts[0]))])
    order = np.argsort(indexes)
    return Comparison(
        tuple(contender.name for contender in contenders),
        indexes[order],
        images.labels[indexes[order]].astype(np.int64),
        tuple(np.concatenate(found)[order] for found in parts),
        len(indexes) / len(images.images),
    )


def incomparable(contenders: Sequence[Contender], images: LabelledImages) -> tuple[str, ...]:
    """Sentences that say which networks cannot be compared on these images, and why; empty where all can."""
    return tuple(why for contender in contenders if (why := why_not(contender, images)))


def warnings(contenders: Sequence[Contender], images: LabelledImages) -> tuple[str, ...]:
    """Sentences on what makes a comparison less fair than it looks; empty where nothing does.

    Args:
        contenders: that are compared.
        images: on which.
    """
    found = []
    for one in contenders:
        if one.chosen_by_test_images:
            found.append(
                f"“{one.name}” kept the epoch, or set the learning rate, that suited the test images: its accuracy "
                "here is a little too good. A validation share in its recipe avoids that."
            )
        if not one.dataset:
            found.append(f"It is not known what “{one.name}” learned from: these images may be among it.")
        elif (tested_on := _tested_on(one.dataset)) != images.title:
            found.append(f"“{one.name}” learned from another dataset: its own test images are {tested_on}.")
    pairs = len(contenders) * (len(contenders) - 1) // 2
    if pairs > 1:
        often = min(pairs * CHANCE_BELOW, 1)
        found.append(
            f"{counted(pairs, 'pair')} are compared: even among networks that are equally good, p falls below "
            f"{CHANCE_BELOW:g} for one of them in up to {often:.0%} of such comparisons.".replace("%", " %")
        )
    return tuple(found)


def _tested_on(dataset: str) -> str:
    """The title of a dataset's test images."""
    try:
        return about(dataset).tested_on
    except DatasetError:
        return "drawings that are gone"


@dataclass(frozen=True)
class RecipeDifference:
    """A setting in which recipes differ.

    Attributes:
        name: of the field of `Recipe`.
        label: as the form has it.
        values: as people read it, for each recipe.
    """

    name: str
    label: str
    values: tuple[str, ...]


def recipe_differences(recipes: Sequence[Recipe]) -> tuple[RecipeDifference, ...]:
    """The settings in which recipes differ, in order; those without effect in all of them are left out."""
    idle = set.intersection(*(set(recipe.idle()) for recipe in recipes)) if recipes else set()
    return tuple(
        RecipeDifference(name, how.label, tuple(recipe.value_text(name) for recipe in recipes))
        for name, how in settings_of(Recipe).items()
        if name not in idle and len({getattr(recipe, name) for recipe in recipes}) > 1
    )


def recipe_line(contenders: Sequence[Contender]) -> str:
    """`Same recipe: yes.`, or what differs: `Same recipe: no. Batch size: 32 and 128.`"""
    unknown = [f"“{one.name}”" for one in contenders if one.recipe is None]
    if unknown:
        return f"Same recipe: unknown. How {joined(unknown)} learned is not known here."
    recipes = [one.recipe for one in contenders if one.recipe is not None]
    words = _differences(recipes, [one.dataset for one in contenders])
    return " ".join(["Same recipe: no.", *words]) if words else "Same recipe: yes."


def _differences(recipes: Sequence[Recipe], datasets: Sequence[str]) -> list[str]:
    """`Batch size: 32 and 128.` for each setting, and a sentence where they did not learn from the same images."""
    words = [f"{one.label}: {joined(one.values)}." for one in recipe_differences(recipes)]
    return [*words, "They learned from different images."] if len(set(datasets)) > 1 else words


@dataclass(frozen=True)
class Training:
    """A training that is set beside another one, as it is planned or was.

    Attributes:
        name: of its network.
        recipe, dataset: by which, and from which images.
        snapshot: how far it is; None where it has not begun.
        fresh: whether it begins with fresh weights.
    """

    name: str
    recipe: Recipe
    dataset: str
    snapshot: Snapshot | None = None
    fresh: bool = True

    @property
    def epochs(self) -> int:
        """For how many it trains: more than its recipe says where it was continued."""
        return self.recipe.epochs if self.snapshot is None else self.snapshot.epochs


def training_line(first: Training, second: Training) -> str:
    """`Same recipe and seed: yes.`, or what differs; also what was done by hand while they trained."""
    words = _differences([first.recipe, second.recipe], [first.dataset, second.dataset])
    if first.recipe.epochs == second.recipe.epochs and first.epochs != second.epochs:
        words.append(f"Epochs: {first.epochs} and {second.epochs}.")
    if not words and first.recipe.schedule != "plateau" and _steered(first, second):
        words.append("The learning rate of one was changed by hand.")
    for one in (first, second):
        if one.snapshot is not None and one.snapshot.state is State.STOPPED:
            words.append(f"“{one.name}” was stopped by hand.")
    if first.fresh != second.fresh:
        given = second if first.fresh else first
        words.append(f"“{given.name}” began with weights that had learned before.")
    return " ".join(["Same recipe and seed: no.", *words]) if words else "Same recipe and seed: yes."


def _steered(first: Training, second: Training) -> bool:
    """Whether two trainings by one recipe had different learning rates at the same time."""
    before, after = (
        {} if one.snapshot is None else {point.epoch: point.learning_rate for point in one.snapshot.train}
        for one in (first, second)
    )
    return any(not isclose(before[epoch], after[epoch], rel_tol=1e-5) for epoch in before.keys() & after.keys())


@dataclass(frozen=True)
class Facts:
    """What a network is and costs.

    Attributes:
        parameters: all of them.
        macs: multiply-adds for one image.
        memory_bytes: of its weights, and of all layers' outputs for one image, as float32.
        field: (height, width) in px that a unit of the last map sees; None without any map.
    """

    parameters: int
    macs: int
    memory_bytes: int
    field: tuple[int, int] | None


def facts(network: Network) -> Facts:
    """The facts of a network that works."""
    traced = trace(network)
    last = traced.last_map
    values = prod(network.input_shape) + traced.activation_values
    return Facts(
        traced.parameters,
        traced.macs,
        BYTES * (traced.parameters + values),
        None if last is None or last.receptive_field is None else last.receptive_field.size,
    )


def seconds_for_one_image(contender: Contender) -> float:
    """How long the prediction of a single image takes here and now: the middle of fifteen. Compare within one moment only."""
    evaluator, image = Evaluator(contender), np.zeros((1, *contender.network.input_shape), np.float32)
    evaluator.probabilities(image)  # makes the graph
    seconds = []
    for _ in range(CALLS):
        before = time.perf_counter()
        evaluator.probabilities(image)
        seconds.append(time.perf_counter() - before)
    return statistics.median(seconds)
