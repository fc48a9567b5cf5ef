"""Learning curves in stages that can be compared with each other.

Levels of the two losses are never compared: the training loss holds penalties that the other lacks. Each loss is
compared with itself over time, and accuracies with accuracies.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from core.network.layers import Layer
from core.network.network import Network
from core.network.recipe import USUAL_RATES, Recipe
from core.training.diagnosis.statistics import accuracy_variance, trend
from core.training.snapshot import Point, Snapshot, State, mean

WINDOW = 5  # evaluations make a trend; two or three could be chance
WINDOW_SHARE = 1 / 3  # of a long run: what happened lately
NEARLY_OVER = 0.8  # of the run: from here on it matters that the curves still fall
CHANCE = 0.05  # of the way from guessing to perfect: always naming the commonest of ten classes gets as far
ENDLESS = 1e9  # what stands for a loss that is infinite, so that one can reckon with it
HEAVY = 2.0  # times the evaluated loss, before the first step: what is more than that are penalties
UNTHINNED = 4  # batches in the first point: one of more does not tell the loss before the first step
SURE = 3.0  # standard errors: by chance once in 700
IGNORANT = 0.99  # times the loss of one who knows nothing
SPENT = 0.01  # of the highest learning rate so far
CLASSES = 10  # as long as no confusion matrix tells


class Stage(NamedTuple):
    """The stretch of training between two evaluations.

    Attributes:
        epoch: of the second.
        train_loss, train_accuracy: mean over the images learned from in between.
        loss, accuracy: the second evaluation.
        halfway: between the two evaluated accuracies. The training accuracy, a mean over the whole stage, is compared
            with this one and with the second, whichever makes the difference smaller.
        error: standard error of such a difference.
    """

    epoch: float
    train_loss: float
    train_accuracy: float
    loss: float
    accuracy: float
    halfway: float
    error: float

    @property
    def gap(self) -> float:
        """Generalisation gap: training accuracy minus the evaluated accuracy, a lower bound."""
        return self.train_accuracy - max(self.halfway, self.accuracy)

    @property
    def lag(self) -> float:
        """Evaluated accuracy minus the training accuracy, a lower bound."""
        return min(self.halfway, self.accuracy) - self.train_accuracy


@dataclass(frozen=True)
class Curves:
    """The curves, brought into comparable pieces, and what was trained how.

    Attributes:
        stages: one for each evaluation after some training.
        ignorance: the loss of one who knows nothing.
        before: the loss evaluated before training, and no less than that; what losses are measured by.
        chance: below this accuracy it is no better than guessing.
    """

    snapshot: Snapshot
    recipe: Recipe
    network: Network
    stages: tuple[Stage, ...]
    ignorance: float
    before: float
    chance: float

    @classmethod
    def of(cls, snapshot: Snapshot, recipe: Recipe, network: Network) -> Curves:
        snapshot = replace(snapshot, train=_finite(snapshot.train), evaluations=_finite(snapshot.evaluations))
        untrained = [point for point in snapshot.evaluations if point.epoch == 0]
        last = untrained[-1] if untrained else None
        stages = []
        for point in snapshot.evaluations if snapshot.train else ():
            if point.epoch > (last.epoch if last else 0):
                stages.append(_stage(snapshot.train, last, point))
                last = point
        classes = CLASSES if snapshot.confusion is None else len(snapshot.confusion)
        guess = 1 / classes
        ignorance = guess * (1 - guess) if recipe.loss == "mse" else float(np.log(classes))
        before = max([ignorance, *(point.loss for point in untrained)])
        return cls(snapshot, recipe, network, tuple(stages), ignorance, before, guess + CHANCE * (1 - guess))

    @property
    def name(self) -> str:
        """Of the images that it is evaluated on."""
        return self.snapshot.evaluated_on

    @property
    def ended(self) -> bool:
        return self.snapshot.state in (State.FINISHED, State.STOPPED)

    @property
    def nearly_over(self) -> bool:
        return self.ended or self.snapshot.progress >= NEARLY_OVER

    @property
    def recent(self) -> tuple[Stage, ...]:
        """The newest stages: what a trend is read from."""
        return self.stages[-max(WINDOW, round(WINDOW_SHARE * len(self.stages))) :]

    @property
    def start(self) -> float | None:
        """The loss before the first step, penalties included; None where the curve does not tell."""
        first = self.snapshot.train[0]
        return max(self.before, first.loss) if first.images <= UNTHINNED * self.recipe.batch_size else None

    @property
    def penalties(self) -> bool:
        """True where there are penalties in the training loss."""
        return any(isinstance(block, Layer) and block.penalised for _, block in self.network.walk())

    @property
    def penalised(self) -> bool:
        """True where the penalties were larger than the loss on the images."""
        return self.penalties and self.start is not None and self.start > HEAVY * self.before

    @property
    def at_chance(self) -> bool:
        """True where it is no better than guessing, on its own images too."""
        now = self.stages[-1]
        lucky = now.loss >= IGNORANT * self.ignorance  # a single good evaluation, with nothing behind it
        return now.train_accuracy <= self.chance and (now.accuracy <= self.chance or lucky)

    @property
    def rate(self) -> float:
        """The highest learning rate so far, in multiples of what is usual; momentum makes steps longer."""
        rates = [point.learning_rate for point in self.snapshot.train if point.learning_rate]
        if not rates:
            rates = [rate for _, rate in self.recipe.rates] if self._table else [self.recipe.learning_rate]
        momentum = self.recipe.momentum if "momentum" not in self.recipe.idle() else 0.0
        return max(rates) / (1 - momentum) / USUAL_RATES[self.recipe.optimizer]

    @property
    def rate_spent(self) -> bool:
        """True where the learning rate has fallen so far that nothing more can be learned at it."""
        rates = [point.learning_rate for point in self.snapshot.train]
        return 0 < self.snapshot.learning_rate <= SPENT * max(rates, default=0.0)

    @property
    def rate_falls(self) -> bool:
        """True where the schedule ends with the run, at its lowest rate."""
        return self.recipe.schedule in ("cosine", "one-cycle")

    @property
    def rate_rises(self) -> bool:
        """True while the schedule is warming up, so that slow learning is expected."""
        rates = [point.learning_rate for point in self.snapshot.train if point.learning_rate]
        warming = self.stages[-1].epoch <= self.recipe.warm_up
        return warming or (len(rates) > 1 and rates[-1] > 1.1 * rates[0] and rates[-1] >= max(rates))

    @property
    def lower_rate(self) -> str:
        """A lower learning rate to suggest, as text: `0.001`."""
        if self._table:
            return "lower rates"
        usual = USUAL_RATES[self.recipe.optimizer]
        return f"{usual if self._set_rate > 5 * usual else max(self._set_rate / 10, 1e-6):.2g}"

    @property
    def higher_rate(self) -> str:
        """A higher learning rate to suggest, as text: `0.001`."""
        if self._table:
            return "higher rates"
        usual = USUAL_RATES[self.recipe.optimizer]
        return f"{usual if self._set_rate < usual / 5 else min(self._set_rate * 10, 1000):.2g}"

    @property
    def _set_rate(self) -> float:
        """As somebody set it, before or during the run."""
        constant = self.recipe.schedule == "constant" and not self.recipe.warm_up
        return (constant and self.snapshot.learning_rate) or self.recipe.learning_rate

    @property
    def _table(self) -> bool:
        return self.recipe.schedule == "table"


def _finite(points: tuple[Point, ...]) -> tuple[Point, ...]:
    return tuple(point if point.loss < ENDLESS else point._replace(loss=ENDLESS) for point in points)  # NaN is not <


def _stage(train: tuple[Point, ...], before: Point | None, evaluated: Point) -> Stage:
    start = 0.0 if before is None else before.epoch
    points = [point for point in train if start < point.epoch <= evaluated.epoch]
    # In long runs several epochs may have been averaged into one point: the one that covers this stage.
    points = points or [next((point for point in train if point.epoch > evaluated.epoch), train[-1])]
    own = mean(points)
    halfway = evaluated.accuracy if before is None else (before.accuracy + evaluated.accuracy) / 2
    error = (
        accuracy_variance(own.accuracy, own.images) + accuracy_variance(evaluated.accuracy, evaluated.images)
    ) ** 0.5
    return Stage(evaluated.epoch, own.loss, own.accuracy, evaluated.loss, evaluated.accuracy, halfway, error)


def change(stages: Sequence[Stage], name: str) -> float:
    """The change of a field of these stages from the first to the last, along their trend."""
    return trend([stage.epoch for stage in stages], [getattr(stage, name) for stage in stages])


def first_lasting_epoch(stages: Sequence[Stage], holds: Callable[[Stage], bool]) -> float:
    """The first epoch from which on this holds to the end; the last epoch where it does not even then."""
    kept = sum(1 for _ in itertools.takewhile(holds, reversed(stages)))
    return stages[-max(kept, 1)].epoch
