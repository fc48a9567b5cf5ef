"""Several learning curves as one: the mean over runs that differ in nothing but the seed, with their spread; smoothing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import fmean, stdev
from typing import NamedTuple

from core.training.snapshot import Snapshot


class Spread(NamedTuple):
    """What several runs have at one epoch.

    Attributes:
        epoch: how far, in epochs.
        mean: of the quantity over the runs.
        deviation: its standard deviation between them, with Bessel's correction.
        runs: how many have got so far.
    """

    epoch: float
    mean: float
    deviation: float
    runs: int


def spread(snapshots: Sequence[Snapshot], quantity: str) -> tuple[Spread, ...]:
    """The evaluations of several runs, epoch by epoch, where at least two have been evaluated; what is not finite counts not.

    Args:
        snapshots: of runs that differ in the seed alone.
        quantity: `loss` or `accuracy`.
    """
    found: dict[float, list[float]] = {}
    for snapshot in snapshots:
        for point in snapshot.evaluations:
            value = getattr(point, quantity)
            if math.isfinite(value):
                found.setdefault(point.epoch, []).append(value)
    return tuple(
        Spread(epoch, fmean(values), stdev(values), len(values))
        for epoch, values in sorted(found.items())
        if len(values) > 1
    )


def smoothed(values: Sequence[float], weight: float) -> list[float]:
    """An exponential moving average, without the bias of its beginning (Kingma and Ba 2015, section 3).

    Args:
        values: one after another; those that are not finite stay as they are and count for no other.
        weight: of what came before, 0 … below 1; 0 smooths nothing.
    """
    if not 0 <= weight < 1:
        raise ValueError(f"A weight of {weight} smooths nothing; one from 0 to below 1 does.")
    found, average, share = [], 0.0, 0.0
    for value in values:
        if not math.isfinite(value):
            found.append(value)
            continue
        average = weight * average + (1 - weight) * value
        share = weight * share + 1 - weight
        found.append(average / share)
    return found
