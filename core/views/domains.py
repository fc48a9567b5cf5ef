"""What part of a curve an axis shows: robust ends that move in few steps, so that a chart does not jump."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np

from core.training.snapshot import Point, Snapshot, State

FLOORS = (0.0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995)  # of accuracies
FIRST = 1 - 1e-9  # epochs; what was before says little about what is learned
OUTLIERS = 0.02  # of the points of a loss lie above its axis, at most
SHORT = 0.02  # of a plan: what rests so early is drawn on an axis of its own


def loss_domain(
    snapshots: Sequence[Snapshot], logarithmic: bool = False, before: bool = False
) -> tuple[float, float]:
    """Ends of an axis of losses, from the first epoch on as far as there is one: one of 1, 2, 5, 10, … at the top.

    From zero on, or where it is logarithmic from a power of ten. With `before` it holds the first epoch's fall, too.
    """
    points = _points(snapshots) if before else _learned(snapshots)
    losses = np.array([point.loss for point in points if math.isfinite(point.loss)])
    if not losses.size:
        return (0.01, 10.0) if logarithmic else (0.0, 2.5)
    high = round_up(float(np.quantile(losses, 1 - OUTLIERS)))
    if not logarithmic:
        return 0.0, high
    positive = losses[losses > 0]
    lowest = float(positive.min()) if positive.size else high / 1000
    return max(10.0 ** math.floor(math.log10(lowest)), high / 1e6), high


def accuracy_floor(snapshots: Sequence[Snapshot], before: bool = False) -> float:
    """Lower end of an axis of accuracies, so that later points stay distinguishable.

    Args:
        snapshots: hold the curves.
        before: whether it reaches down to those before training.
    """
    points = _points(snapshots) if before else _learned(snapshots)
    lowest = min((point.accuracy for point in points), default=0.0)
    return max(step for step in FLOORS if step <= lowest or step == 0.0)


def plan_end(snapshot: Snapshot) -> float:
    """Where the time axis ends, in epochs: at the planned end; for a run that rests after its first batches, near."""
    epochs = snapshot.epochs
    done = epochs * snapshot.step / max(snapshot.steps, 1)
    if snapshot.state is not State.PAUSED or not 0 < done < SHORT * epochs:
        return float(epochs)
    batches = snapshot.steps / max(epochs, 1)  # in each epoch
    return min(round_up(max(snapshot.step, 10)) / batches, float(epochs))


def time_ends(last: float, places: Iterable[float] = (), logarithmic: bool = False) -> tuple[float, float]:
    """Both ends of a time axis: a little before 0, a little after the planned end.

    Where it is logarithmic it begins at 1, 2 or 5 times a power of ten, so that it seldom moves while a network trains.

    Args:
        last: the planned end.
        places: of all that is drawn; those that are not positive have none on a logarithmic axis.
        logarithmic: whether the axis is.
    """
    if not logarithmic:
        return -last / 60, last * 61 / 60
    first = min((at for at in places if at > 0), default=last / 10)
    last = max(last, first)
    return 1 / round_up(1.01 / first), last * (last / first) ** (1 / 60)


def round_up(value: float) -> float:
    """The next of …, 0.1, 0.2, 0.5, 1, 2, 5, 10, … that is not below a positive number."""
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(float(f"{step * power:.6g}") for step in (1, 2, 5, 10) if value <= step * power * (1 + 1e-9))


def _points(snapshots: Sequence[Snapshot]) -> list[Point]:
    return [p for snapshot in snapshots for p in (*snapshot.train, *snapshot.evaluations, *snapshot.held_out)]


def _learned(snapshots: Sequence[Snapshot]) -> list[Point]:
    """The points from the first epoch on; as long as there are few, all that there are from half an epoch on, or all."""
    points = _points(snapshots)
    for first in (FIRST, 0.5):
        found = [point for point in points if point.epoch >= first]
        if found:
            return found
    return points
