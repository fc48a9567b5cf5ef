"""Snapshots of a run: immutable, so that any thread may read them at any time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from math import ceil
from typing import NamedTuple

import numpy as np

MAX_POINTS = 600


class State(Enum):
    """State of a run. The value is the text that is shown."""

    QUEUED = "waiting for its turn"  # other people's runs go first
    STARTING = "getting ready"  # the graph is being traced; the first seconds
    TRAINING = "training"
    EVALUATING = "testing"  # reads the images that it is evaluated on, learns nothing
    PAUSED = "paused"  # by its visitor, or saved because the visitor has been gone
    FINISHED = "finished"
    STOPPED = "stopped"  # by its visitor
    FAILED = "failed"  # diverged, or could not run; the message says why

    @property
    def active(self) -> bool:
        """True while the run trains or waits to."""
        return self in (State.QUEUED, State.STARTING, State.TRAINING, State.EVALUATING)


class Point(NamedTuple):
    """A point of a learning curve.

    Attributes:
        epoch: how far, in epochs: 0.5 is the middle of the first.
        loss: mean loss, penalties included while training.
        accuracy: 0…1.
        images: how many images it is the mean over.
        learning_rate: of the last step; 0 where nothing was learned yet.
    """

    epoch: float
    loss: float
    accuracy: float
    images: int
    learning_rate: float = 0.0


class Mistake(NamedTuple):
    """A misclassified image.

    Attributes:
        index: of the image among those evaluated: x_test, or x_train for the validation images.
        label: its true class.
        predicted: the class that the network predicted.
        probability: of the predicted class, 0…1.
    """

    index: int
    label: int
    predicted: int
    probability: float


class DeadUnits(NamedTuple):
    """A layer some of whose units or maps were zero for all of 1,000 images.

    Attributes:
        path: of the layer in the network.
        share: of its units or maps, 0…1.
    """

    path: tuple[int, ...]
    share: float


@dataclass(frozen=True)
class Snapshot:
    """The newest facts about a run.

    Attributes:
        state: where the run is.
        queue_position: how many runs go first, while it waits for its turn.
        epoch, epochs: the current epoch from 1, and how many there will be.
        step, steps: batches done and to do, over all epochs.
        train: learning curve on the training images, at most 600 points.
        evaluations: curve on images that it does not learn from: one point before training and one for each epoch.
        evaluated_on: which those are: `test`, or `validation` where the recipe keeps some apart.
        held_out: curve on what the dataset keeps beside its test images, a visitor's own drawings; empty without any.
        test: the newest evaluation on the test images; with validation images there is none before the end.
        confusion: (classes, classes) counts, row true and column predicted. This and the next three are of the
            newest evaluation; where an epoch was kept, of that.
        hardest: the most confident mistakes, most confident first.
        samples: (n, classes) probabilities for the first n images evaluated.
        dead_units: layers with dead units.
        images_per_second: speed of the last stretch of training, 0 before the first.
        seconds: spent since the start, pauses left out.
        seconds_left: estimate, None while unknown; what it will wait for others is part of it.
        learning_rate: of the last step.
        kept_epoch: the epoch whose weights came back at the end; None where they are the last.
        message: for people; empty where there is nothing to say.
        report: what to send to the developers, of a run that failed for a reason that nobody foresaw; else empty.
    """

    state: State
    queue_position: int = 0
    epoch: int = 1
    epochs: int = 1
    step: int = 0
    steps: int = 1
    train: tuple[Point, ...] = ()
    evaluations: tuple[Point, ...] = ()
    evaluated_on: str = "test"
    held_out: tuple[Point, ...] = ()
    test: Point | None = None
    confusion: np.ndarray | None = None
    hardest: tuple[Mistake, ...] = ()
    samples: np.ndarray | None = None
    dead_units: tuple[DeadUnits, ...] = ()
    images_per_second: float = 0.0
    seconds: float = 0.0
    seconds_left: float | None = None
    learning_rate: float = 0.0
    kept_epoch: float | None = None
    message: str = ""
    report: str = ""

    @property
    def progress(self) -> float:
        """0…1; a run that stopped early is at its end as well."""
        return 1.0 if self.state is State.FINISHED else min(self.step / self.steps, 1.0)

    @property
    def evaluated_epoch(self) -> float:
        """The epoch of the newest evaluation; −1 before the first."""
        return self.evaluations[-1].epoch if self.evaluations else -1.0

    @property
    def train_accuracy(self) -> float | None:
        """Mean over the images of an epoch, 0…1; None before.

        Of the kept epoch, else of the newest one that has begun, as far as it is.
        """
        if not self.train:
            return None
        end = self.train[-1].epoch if self.kept_epoch is None else self.kept_epoch
        points = [point for point in self.train if ceil(end) - 1 < point.epoch <= ceil(end)]
        return mean(points or self.train[-1:]).accuracy

    @property
    def shown(self) -> Point | None:
        """The evaluation of the weights that the run has: of the kept epoch, else the newest; None before any."""
        kept = [point for point in self.evaluations if point.epoch == self.kept_epoch]
        return (kept or [*self.evaluations] or [None])[-1]

    @property
    def shown_held_out(self) -> Point | None:
        """The same for the visitor's own drawings."""
        kept = [point for point in self.held_out if point.epoch == self.kept_epoch]
        return (kept or [*self.held_out] or [None])[-1]

    @property
    def evaluated_accuracy(self) -> float | None:
        """Of `shown`, after some training, 0…1; None before."""
        return None if self.evaluated is None else self.evaluated.accuracy

    @property
    def evaluated(self) -> Point | None:
        """`shown`, after some training; None before."""
        return self.shown if self.shown is not None and self.shown.epoch > 0 else None

    @property
    def test_accuracy(self) -> float | None:
        """On the test images after some training, 0…1; None before they have been read."""
        return None if self.tested is None else self.tested.accuracy

    @property
    def tested(self) -> Point | None:
        """`test`, after some training; None before."""
        return self.test if self.test is not None and self.test.epoch > 0 else None

    @property
    def seconds_an_epoch(self) -> float | None:
        """How long an epoch takes with its evaluation, on average so far; None before the first batch."""
        return self.seconds * self.steps / (self.step * self.epochs) if self.step and self.seconds else None

    def best(self, monitor: str = "val_accuracy") -> Point | None:
        """The best evaluation after some training; the earlier one of equals.

        Args:
            monitor: `val_accuracy` or `val_loss`, as Keras calls them.
        """
        trained = [point for point in self.evaluations if point.epoch > 0]
        if monitor == "val_loss":
            return min(trained, key=lambda point: point.loss, default=None)
        return max(trained, key=lambda point: point.accuracy, default=None)


def downsample(points: tuple[Point, ...]) -> tuple[Point, ...]:
    """At most `MAX_POINTS` points: beyond that, neighbours are averaged, so that all stand for as many images."""
    if len(points) <= MAX_POINTS:
        return points
    enough = 3 * sum(point.images for point in points) / MAX_POINTS
    merged = [points[0]]
    for point in points[1:]:
        if merged[-1].images + point.images <= enough:
            merged[-1] = mean((merged[-1], point))
        else:
            merged.append(point)
    return tuple(merged)


def mean(points: Sequence[Point]) -> Point:
    """One point for several: the mean over all their images, where the last of them is."""
    images = sum(point.images for point in points)
    return points[-1]._replace(
        loss=sum(point.loss * point.images for point in points) / images,
        accuracy=sum(point.accuracy * point.images for point in points) / images,
        images=images,
    )
