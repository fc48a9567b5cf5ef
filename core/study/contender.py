"""The networks that take part in a study, and the images on which they are studied."""

from __future__ import annotations

import hashlib
import threading
import weakref
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from core.data import SOURCES, Dataset
from core.data.drawn_datasets import about
from core.network import Network, Recipe, to_json, trace
from core.network.layers import shape_text
from core.network.settings import settings_of
from core.training.pretrained import card, pretrained_weights

if TYPE_CHECKING:
    import keras

    from core.training.run import Run
    from core.training.trained import Trained

PART = 250  # images that are transformed, predicted and remembered together
SEED = 0  # of the order in which images are looked at


class Unfit(ValueError):
    """Networks that cannot be studied, or not together. The message says which and why, in sentences."""


@dataclass(frozen=True, eq=False)
class Contender:
    """A network with trained weights, and what is known of how it was trained. The weights never change.

    Attributes:
        name: what people call it; it may be a stranger's text.
        network: one that works: its trace has no problems.
        weights: in the order of `build_model(network).get_weights()`.
        class_names: of what it predicts, one word for each.
        dataset: what it learned from, as `core.data.load` calls it; empty where those images are not here.
        recipe: how it was trained; None where nobody knows.
    """

    name: str
    network: Network
    weights: Sequence[np.ndarray] = field(repr=False)
    class_names: tuple[str, ...]
    dataset: str = ""
    recipe: Recipe | None = None

    @cached_property
    def fingerprint(self) -> str:
        """20 hexadecimal digits of the network without its name, and of its weights: a key for results."""
        found = hashlib.sha256(to_json(self.network.renamed("x")).encode())
        for array in self.weights:
            found.update(f"{array.dtype.str} {array.shape}".encode())
            found.update(np.ascontiguousarray(array).data)
        return found.hexdigest()[:20]

    @property
    def chosen_by_test_images(self) -> bool:
        """Whether its epoch or learning rate was chosen by the test images, which makes it look a little too good."""
        return self.recipe is not None and self.recipe.selects and not self.recipe.validation_share

    @cached_property
    def model(self) -> keras.Model:
        """A Keras model of its own, made when it is first asked for."""
        from core.training.model import build_model

        model = build_model(self.network)
        model.set_weights(self.weights)
        return model


def of_run(run: Run, epoch: int | None = None) -> Contender | None:
    """A run as it is now, or after one of the epochs that it has kept; None before it has any weights.

    Raises:
        StoreError: where its weights cannot be read.
        DatasetError: where it has learned from drawings that are gone.
    """
    if epoch is None:
        newest = run.weights()
        weights = None if newest is None else newest[1]
    else:
        weights = run.epoch_weights(epoch)
    if weights is None:
        return None
    names = tuple(about(run.dataset_name).class_names)
    return Contender(run.name, run.network, weights, names, run.dataset_name, run.recipe)


def of_trained(trained: Trained) -> Contender:
    """An imported model. Raises `StoreError` where its weights cannot be read."""
    own = trained.own_classes
    names = SOURCES[trained.dataset].class_names if own is None else own.class_names
    return Contender(
        trained.network.name, trained.network, trained.weights, names, "" if own is not None else trained.dataset
    )


def of_shipped(name: str) -> Contender:
    """A network that comes with the project, of `core.training.pretrained.NAMES`. Raises as `pretrained` does."""
    known = card(name)
    names = SOURCES[known.dataset].class_names
    fields = settings_of(Recipe)
    # A card that says more than a recipe can has learned in another way.
    recipe = Recipe(**known.recipe) if set(known.recipe) <= set(fields) else None
    return Contender(known.network.name, known.network, pretrained_weights(name), names, known.dataset, recipe)


@dataclass(frozen=True, eq=False)
class LabelledImages:
    """Images to study networks on, with their labels.

    They are looked at in an order that is always the same and mixes them, as the first of MNIST's test images are
    easier than the last; in parts of 250, each of which is a fair sample.

    Attributes:
        title: what people call them.
        images: (n, h, w, c) uint8 in 0…255, n ≥ 1.
        labels: (n,) whole numbers, indices into `class_names`.
        class_names: one word for each class.
    """

    title: str
    images: np.ndarray = field(repr=False)
    labels: np.ndarray = field(repr=False)
    class_names: tuple[str, ...]

    @classmethod
    def tests_of(cls, dataset: Dataset) -> LabelledImages:
        """The test images of a dataset; the same object as long as the dataset is there."""
        with _listing:
            if dataset not in _tests:
                title = about(dataset.name).tested_on
                _tests[dataset] = cls(title, dataset.x_test, dataset.y_test, tuple(dataset.class_names))
            return _tests[dataset]

    @cached_property
    def fingerprint(self) -> str:
        """20 hexadecimal digits of the images: a key for results."""
        found = hashlib.sha256(str(self.images.shape).encode())
        found.update(np.ascontiguousarray(self.images).data)
        return found.hexdigest()[:20]

    @cached_property
    def order(self) -> np.ndarray:
        """(n,) indexes, in the order in which the images are looked at."""
        return np.random.default_rng(SEED).permutation(len(self.images))

    @property
    def parts(self) -> int:
        """How many parts there are; the last one may be smaller."""
        return -(-len(self.images) // PART)

    def part(self, number: int) -> np.ndarray:
        """(≤ 250,) indexes of the images in this part, from 0."""
        return self.order[number * PART : (number + 1) * PART]

    def first_parts(self, count: int) -> int:
        """The number of parts that hold at least so many images, or all."""
        return min(-(-count // PART), self.parts)


_tests: weakref.WeakKeyDictionary[Dataset, LabelledImages] = weakref.WeakKeyDictionary()
_listing = threading.Lock()


def why_not(contender: Contender, images: LabelledImages) -> str | None:
    """The reason, as a sentence, why this network cannot be studied on these images; None if it can."""
    shape, expected = images.images.shape[1:], contender.network.input_shape
    if tuple(shape) != expected:
        return (
            f"“{contender.name}” reads images of {shape_text(expected)}, but those of {images.title} are "
            f"{shape_text(tuple(shape))}."
        )
    problems = trace(contender.network, len(contender.class_names)).problems
    if problems:
        return f"“{contender.name}” does not work: {problems[0].sentence}"
    if tuple(contender.class_names) != images.class_names:
        return (
            f"“{contender.name}” tells {_listed(contender.class_names)} apart, but the classes of {images.title} are "
            f"{_listed(images.class_names)}."
        )
    return None


def _listed(names: Sequence[str]) -> str:
    """`0, 1, 2, …, 9`: a long row of classes shortened."""
    return ", ".join(names if len(names) <= 5 else (*names[:3], "…", names[-1]))


def check(contenders: Sequence[Contender], images: LabelledImages) -> None:
    """Raise `Unfit` where one of these networks cannot be studied on these images, or where there is none."""
    problems = [why for contender in contenders if (why := why_not(contender, images))]
    if not contenders:
        problems = ["There is no network to study. Choose one."]
    if problems:
        raise Unfit(" ".join(problems))
