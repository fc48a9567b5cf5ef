"""A visitor's drawings as a dataset that runs can name, after its content.

Runs name their dataset in a word. For those that come with the project that word leads to a file; for drawings it
is made of the content's fingerprint, and leads to whoever holds these very drawings: a run with its copy of them.
So what a run learned from does not change when more is drawn, and nobody comes to another's drawings by name.
"""

from __future__ import annotations

import hashlib
import re
import threading
import weakref
from collections.abc import Callable

import numpy as np

from core.data import datasets
from core.data.collection import DIGITS, FIELD, ONE_IN, Collection
from core.data.datasets import SOURCES, Dataset, DatasetError, OwnClasses, Source

NAME = re.compile(r"drawn_[0-9a-f]{24}")
REHEARSED = 6_000  # of MNIST's images, so that what it knows of them is not forgotten
DRAWN = 2_000  # images of an epoch that are drawings, each several times, changed anew each time
MOST_REPEATED = 100  # times in an epoch: a single drawing is not worth two thousand images
ALONE = 1_200  # images of an epoch where there are nothing but drawings


class DrawnDataset:
    """Drawings as a dataset. Safe from any thread.

    Digits are mixed with a sample of MNIST and tested on its test images; the drawings that are kept apart are
    evaluated beside them. Drawings of other classes are all there is, and tested on those that are kept apart.

    Args:
        collection: the drawings.
        read: gives them again, so that nobody else need hold them; `InvalidCollection` or an error of its own
            where it cannot. None to hold them here.
    """

    def __init__(self, collection: Collection, read: Callable[[], Collection] | None = None) -> None:
        self.name = drawn_name(collection)
        self.title = collection.name
        self.class_names = collection.class_names
        mnist = collection.class_names == DIGITS
        self.tested_on = SOURCES["mnist"].title if mnist else f"{collection.name}, held out"
        self.credit = "Drawn here"
        self.input_shape = FIELD
        self._read = read or (lambda: collection)
        self._made: weakref.ref[Dataset] | None = None
        with _listing:
            _held_datasets.add(self)

    def drawings(self) -> Collection:
        """The drawings. Raises `DatasetError` where they cannot be read again or have become others."""
        try:
            found = self._read()
        except Exception as problem:  # of a disk, of a damaged file
            raise DatasetError(str(problem)) from problem
        if drawn_name(found) != self.name:
            raise DatasetError("The drawings that this run learned from are damaged. It can only be deleted.")
        return found

    def dataset(self) -> Dataset:
        """Training and test images; the same object while a reference to it exists."""
        made = self._made() if self._made is not None else None
        if made is None:
            made = _dataset(self.name, self.drawings())
            self._made = weakref.ref(made)
        return made


About = Source | DrawnDataset | OwnClasses  # what there is to say of a dataset before its images are read

_held_datasets: weakref.WeakSet[DrawnDataset] = weakref.WeakSet()
_listing = threading.Lock()


def drawn_name(collection: Collection) -> str:
    """Name of the dataset of these drawings: safe in records, and reveals nothing of its content.

    The title is part of the hash: a visitor with the same drawings under another title must not see this title.
    """
    content = f"{collection.fingerprint} {collection.name}"
    return f"drawn_{hashlib.sha256(content.encode()).hexdigest()[:24]}"


def why_not_taught(collection: Collection) -> str | None:
    """The reason, as a sentence, why these drawings cannot be trained on yet; None if they can."""
    counts = collection.counts
    if collection.class_names == DIGITS:
        return None if (~collection.kept_apart).any() else "Draw a digit first, and say what it is."
    short = [name for name, count in zip(collection.class_names, counts) if count < ONE_IN]
    if short:
        return (
            f"Each class needs {ONE_IN} drawings at least, a dozen is better; more are needed of {', '.join(short)}."
        )
    labels = range(len(counts))
    for label in labels:
        apart = collection.kept_apart[collection.labels == label]
        if apart.all() or not apart.any():
            name = collection.class_names[label]
            return f"Draw one more “{name}”: some must be learned from, and some held out for the test."
    return None


def is_drawn(name: str) -> bool:
    """True if the name is that of a dataset of drawings."""
    return bool(NAME.fullmatch(name))


def about(name: str) -> About:
    """Metadata of an embedded dataset, or of drawings that are in memory.

    Raises:
        KeyError: for a name that is neither.
        DatasetError: for drawings that are no longer in memory.
    """
    return _held(name)[0] if is_drawn(name) else SOURCES[name]


def load(name: str) -> Dataset:
    """Load an embedded dataset (once for the whole process), or drawings that are in memory.

    Raises:
        KeyError: for a name that is neither.
        DatasetError: for a missing or damaged file, and for drawings that are no longer in memory.
    """
    if not is_drawn(name):
        return datasets.load(name)
    *others, last = _held(name)
    for drawn in others:
        try:
            return drawn.dataset()
        except DatasetError:  # another run may have a sound copy
            continue
    return last.dataset()


def _held(name: str) -> list[DrawnDataset]:
    with _listing:
        found = [drawn for drawn in _held_datasets if drawn.name == name]
    if not found:
        raise DatasetError("The drawings that this network learned from are gone: its run was deleted.")
    return found


def _dataset(name: str, collection: Collection) -> Dataset:
    learned = ~collection.kept_apart
    images, labels = collection.images[learned], collection.labels[learned]
    tests = collection.images[~learned], collection.labels[~learned]
    problem = why_not_taught(collection)
    if problem:
        raise DatasetError(problem)
    if collection.class_names != DIGITS:
        chosen = np.arange(max(ALONE, len(images))) % len(images)
        return Dataset(name, images[chosen], labels[chosen], *tests, collection.class_names)
    mnist = datasets.load("mnist")
    rehearsed = np.random.default_rng(int(collection.fingerprint, 16)).choice(
        len(mnist.x_train), REHEARSED, replace=False
    )
    drawn = np.arange(max(min(DRAWN, MOST_REPEATED * len(images)), len(images))) % len(images)
    return Dataset(
        name,
        np.concatenate([mnist.x_train[rehearsed], images[drawn]]),
        np.concatenate([mnist.y_train[rehearsed], labels[drawn]]),
        mnist.x_test,
        mnist.y_test,
        collection.class_names,
        *(tests if len(tests[0]) else ()),
    )
