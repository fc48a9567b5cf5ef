"""What the trials of a sweep say, in numbers: mean and spread over seeds, the best setting, and which differ from it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from statistics import fmean, stdev, variance
from typing import NamedTuple

from core.study.proportions import CONFIDENCE
from core.study.sweeps.drawing import by_setting
from core.study.sweeps.sweep import Sweep, Values
from core.study.sweeps.trials import FINISHED, RUNNING, Trial


class Result(NamedTuple):
    """One setting of a sweep, over the seeds from which it was trained to the end.

    Attributes:
        setting: its number.
        name: `dropout 0.4 · L2 1e-5`.
        values: of the sweep's dimensions.
        accuracies: of its finished trials on the validation images, in the order of their seeds; at least one.
        trials: how many of it were trained, those among them that were pruned or failed.
        running: how many still run.
    """

    setting: int
    name: str
    values: Values
    accuracies: tuple[float, ...]
    trials: int
    running: int

    @property
    def mean(self) -> float:
        """Mean accuracy, 0…1."""
        return fmean(self.accuracies)

    @property
    def deviation(self) -> float | None:
        """Standard deviation between seeds, with Bessel's correction; None with a single one, which tells nothing of it."""
        return stdev(self.accuracies) if len(self.accuracies) > 1 else None

    @property
    def complete(self) -> bool:
        """Whether all that was trained of it is finished."""
        return len(self.accuracies) == self.trials


class Spread(NamedTuple):
    """How much the seed alone changes the accuracy: one spread for all settings, from the differences within each.

    Attributes:
        deviation: standard deviation between seeds, pooled over all settings.
        freedom: degrees of freedom, from 1: trials less settings.
    """

    deviation: float
    freedom: int

    def least_difference(self, first: int, second: int) -> float:
        """The difference of two means, of so many seeds each, above which it is hardly that of the seeds alone (95 %).

        Fisher's least significant difference: right for two settings that were chosen before. Of many settings, the
        best and the worst differ by more than that more often.

        Source: Fisher, “The design of experiments” (1935).
        """
        return t_quantile((1 + CONFIDENCE) / 2, self.freedom) * self.deviation * math.sqrt(1 / first + 1 / second)


class Findings(NamedTuple):
    """What the trials of a sweep say so far.

    Attributes:
        results: of settings with a finished trial, in the order in which they were drawn.
        best: the one of the highest mean, of those none of whose trials was pruned or failed or still runs, where there
            are such; None without any result.
        spread: of the seeds; None where no setting has two.
    """

    results: tuple[Result, ...]
    best: Result | None
    spread: Spread | None

    def differ(self, one: Result, other: Result) -> bool | None:
        """Whether two settings differ by more than the spread of seeds; None where nothing is known of that."""
        if self.spread is None:
            return None
        least = self.spread.least_difference(len(one.accuracies), len(other.accuracies))
        return abs(one.mean - other.mean) > least

    @property
    def as_good(self) -> tuple[Result, ...]:
        """The settings that are not told apart from the best by the spread of seeds, without it, best first."""
        found = [
            one
            for one in self.results
            if self.best is not None and one is not self.best and self.differ(self.best, one) is False
        ]
        return tuple(sorted(found, key=lambda one: -one.mean))


def findings(sweep: Sweep, trials: Sequence[Trial]) -> Findings:
    """What finished trials say; those that were pruned or failed are counted, and are in no mean.

    Args:
        sweep: the sweep.
        trials: of it, by number.
    """
    results = tuple(
        _result(sweep, group) for group in by_setting(trials) if any(one.state == FINISHED for one in group)
    )
    complete = [one for one in results if one.complete]
    best = max(complete or results, key=lambda one: one.mean, default=None)
    return Findings(results, best, _spread(results))


def _result(sweep: Sweep, group: Sequence[Trial]) -> Result:
    values = group[0].values
    by_seed = sorted(group, key=lambda one: one.seed or 0)
    accuracies = tuple(one.accuracy for one in by_seed if one.state == FINISHED and one.accuracy is not None)
    running = sum(one.state == RUNNING for one in group)
    return Result(group[0].setting, sweep.setting_name(values), values, accuracies, len(group), running)


def _spread(results: Sequence[Result]) -> Spread | None:
    several = [one.accuracies for one in results if len(one.accuracies) > 1]
    freedom = sum(len(accuracies) - 1 for accuracies in several)
    if not freedom:
        return None
    squares = sum((len(accuracies) - 1) * variance(accuracies) for accuracies in several)
    return Spread(math.sqrt(squares / freedom), freedom)


@lru_cache(maxsize=1024)
def t_quantile(share: float, freedom: int) -> float:
    """The number below which a variable of Student's t distribution is with this probability.

    Args:
        share: above ½, below 1.
        freedom: degrees of freedom, from 1.

    Raises:
        ValueError: for others.

    Source: Student, “The probable error of a mean” (1908). The distribution for whole degrees of freedom is a finite
    sum: Abramowitz and Stegun, “Handbook of mathematical functions” (1964), 26.7.3 and 26.7.4.
    """
    if not 0.5 < share < 1 or freedom < 1:
        raise ValueError(f"No quantile for a share of {share} and {freedom} degrees of freedom: ½…1, and 1 or more.")
    low, high = 0.0, 1.0
    while _within(high, freedom) < 2 * share - 1:
        low, high = high, 2 * high
    for _ in range(100):
        middle = (low + high) / 2
        if _within(middle, freedom) < 2 * share - 1:
            low = middle
        else:
            high = middle
    return high


def _within(t: float, freedom: int) -> float:
    """The probability that the variable is between −t and t, by the finite sum."""
    angle = math.atan(t / math.sqrt(freedom))
    sine, cosine = math.sin(angle), math.cos(angle)
    term, total = (cosine, 0.0) if freedom % 2 else (1.0, 0.0)
    for n in range(1 + freedom % 2, freedom, 2):
        total += term
        term *= cosine * cosine * n / (n + 1)
    return 2 / math.pi * (angle + sine * total) if freedom % 2 else sine * total
