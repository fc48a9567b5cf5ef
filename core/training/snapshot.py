"""What a run tells the world: immutable, so that any thread may read it at any time."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

import numpy as np

MAX_POINTS = 600


class State(Enum):
    """Where a run is. The value is what people read."""

    STARTING = "getting ready"  # the graph is being traced; the first seconds
    TRAINING = "training"
    EVALUATING = "testing"  # reads the test images, learns nothing
    FINISHED = "finished"
    STOPPED = "stopped"  # by its visitor, or because the visitor has been gone
    FAILED = "failed"  # diverged, or could not run; the message says why

    @property
    def active(self) -> bool:
        return self in (State.STARTING, State.TRAINING, State.EVALUATING)


class Point(NamedTuple):
    """A point of a learning curve.

    Attributes:
        epoch: how far, in epochs: 0.5 is the middle of the first.
        loss: mean loss, penalties included while training.
        accuracy: 0…1.
        images: how many images it is the mean over.
    """

    epoch: float
    loss: float
    accuracy: float
    images: int


@dataclass(frozen=True)
class Snapshot:
    """The newest facts about a run.

    Attributes:
        state: where the run is.
        epoch, epochs: the current epoch from 1, and how many there will be.
        step, steps: batches done and to do, over all epochs.
        train: learning curve on the training images, at most 600 points.
        test: curve on the test images: one point before training and one for each epoch.
        confusion: (classes, classes) counts on the test set, row true and column answered;
            of the newest evaluation.
        images_per_second: speed of the last stretch of training, 0 before the first.
        seconds: since the start.
        seconds_left: estimate, None while unknown.
        message: for people; empty where there is nothing to say.
    """

    state: State
    epoch: int = 1
    epochs: int = 1
    step: int = 0
    steps: int = 1
    train: tuple[Point, ...] = ()
    test: tuple[Point, ...] = ()
    confusion: np.ndarray | None = None
    images_per_second: float = 0.0
    seconds: float = 0.0
    seconds_left: float | None = None
    message: str = ""

    @property
    def progress(self) -> float:
        """0…1."""
        return self.step / self.steps

    @property
    def test_epoch(self) -> float:
        """The epoch of the newest evaluation; −1 before the first."""
        return self.test[-1].epoch if self.test else -1.0

    @property
    def test_accuracy(self) -> float | None:
        """Of the newest evaluation, 0…1; None before the first epoch has ended."""
        return self.test[-1].accuracy if len(self.test) > 1 else None

    @property
    def train_accuracy(self) -> float | None:
        """Over the last stretch of training, 0…1."""
        return self.train[-1].accuracy if self.train else None


def thinned(points: tuple[Point, ...]) -> tuple[Point, ...]:
    """At most `MAX_POINTS` points: beyond that, neighbours are averaged two by two."""
    if len(points) <= MAX_POINTS:
        return points
    pairs = zip(points[::2], points[1::2])
    merged = tuple(_mean(a, b) for a, b in pairs)
    return merged + points[len(merged) * 2 :]


def _mean(a: Point, b: Point) -> Point:
    images = a.images + b.images
    return Point(
        b.epoch,
        (a.loss * a.images + b.loss * b.images) / images,
        (a.accuracy * a.images + b.accuracy * b.images) / images,
        images,
    )
