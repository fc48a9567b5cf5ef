"""Where Optuna draws and referees: dimensions as its distributions, trials as its own, its samplers and pruners.

Optuna is imported on use: it takes as long as a small page.

Source: Akiba, Sano, Yanase, Ohta and Koyama, “Optuna: a next-generation hyperparameter optimization framework” (2019).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from statistics import fmean
from typing import TYPE_CHECKING, Any

from core.study.sweeps.domains import Listed, Value, value_text
from core.study.sweeps.sweep import Dimension, Sweep, Values
from core.study.sweeps.trials import DRAWN_BEFORE, FAILED, FINISHED, LEFT_OUT, PRUNED, RUNNING, Trial

if TYPE_CHECKING:
    import optuna

HALVING = 2  # of the trials that get as far as 1, 2, 4, 8 … epochs, one in so many goes on


def optuna_quiet() -> Any:
    """The module, which tells warnings only."""
    import optuna

    if optuna.logging.get_verbosity() < optuna.logging.WARNING:
        optuna.logging.set_verbosity(optuna.logging.WARNING)
    return optuna


def distributions(sweep: Sweep) -> dict[str, optuna.distributions.BaseDistribution]:
    """Title of each dimension → Optuna's distribution: categories for a list, whole or real numbers for a range."""
    return {
        title: _distribution(one, scale.whole)
        for title, one, scale in zip(sweep.titles(), sweep.dimensions, sweep.scales, strict=True)
    }


def as_parameters(sweep: Sweep, values: Values) -> dict[str, Any]:
    """The values of a setting as Optuna's parameters."""
    return {title: _category(value) for title, value in zip(sweep.titles(), values, strict=True)}


def as_values(sweep: Sweep, parameters: Mapping[str, Any]) -> Values:
    """Optuna's parameters as the values of a setting."""
    found: list[Value] = []
    for title, one in zip(sweep.titles(), sweep.dimensions, strict=True):
        value = parameters[title]
        if isinstance(one.domain, Listed):
            value = next(own for own in one.domain.values if _category(own) == value)
        found.append(value)
    return tuple(found)


def next_values(sweep: Sweep, trials: Sequence[Trial]) -> Values:
    """The setting that the sweep's sampler draws next, given what has come of those before.

    Each draw has a sampler of its own, whose seed is made of the sweep's and of the setting's number. So the draw
    follows from sweep and trials alone, and there is no state of a generator that could be lost.

    Args:
        sweep: one that draws, with `random` or `tpe`.
        trials: all so far, those that still run and those that were left out among them.
    """
    optuna = optuna_quiet()
    settings = by_setting(trials)
    seed = seed_of_draw(sweep.plan.seed, len(settings))
    random = sweep.plan.method == "random"
    sampler = optuna.samplers.RandomSampler(seed=seed) if random else optuna.samplers.TPESampler(seed=seed)
    study = optuna.create_study(direction="maximize", sampler=sampler)
    space = distributions(sweep)
    for group in settings:
        study.add_trial(_as_one(sweep, group, space))
    return as_values(sweep, study.ask(space).params)


def evenly(sweep: Sweep, draws: int) -> Iterator[Values]:
    """Settings drawn evenly, always the same."""
    optuna = optuna_quiet()
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=sweep.plan.seed))
    for _ in range(draws):
        yield as_values(sweep, study.ask(distributions(sweep)).params)


def finished_study(sweep: Sweep, trials: Sequence[Trial]) -> optuna.Study:
    """A study of Optuna's, in memory, of the settings of a sweep that are finished from all their seeds."""
    study, space = optuna_quiet().create_study(direction="maximize"), distributions(sweep)
    for group in by_setting(trials):
        if {trial.state for trial in group} == {FINISHED} and len(group) >= sweep.plan.repeats:
            study.add_trial(_as_one(sweep, group, space))
    return study


def seed_of_draw(seed: int, number: int) -> int:
    """The seed of the sampler that draws the setting of this number, 0…2³² − 1."""
    return int.from_bytes(hashlib.sha256(f"{seed} {number}".encode()).digest()[:4])


def by_setting(trials: Sequence[Trial]) -> list[tuple[Trial, ...]]:
    """The trials of each setting, in the order in which settings were drawn."""
    groups: dict[int, list[Trial]] = {}
    for trial in trials:
        groups.setdefault(trial.setting, []).append(trial)
    return [tuple(group) for group in groups.values()]


class Referee:
    """Says which trials are ended early, by Optuna's pruner over the curves of all trials. Its steps are epochs.

    `median`: worse than the median of five finished ones or more, at the same epoch. `halving`: not in the better half
    of those that came as far as 1, 2, 4, 8 … epochs (asynchronous successive halving).

    Source: Li and others, “A system for massively parallel hyperparameter tuning” (2020), algorithm 2.
    """

    def __init__(self, sweep: Sweep, trials: Sequence[Trial]) -> None:
        optuna = optuna_quiet()
        self._states: dict[str, Any] = {
            FINISHED: optuna.trial.TrialState.COMPLETE,
            PRUNED: optuna.trial.TrialState.PRUNED,
            FAILED: optuna.trial.TrialState.FAIL,
        }
        pruners: dict[str, Any] = {
            "none": optuna.pruners.NopPruner,
            "median": optuna.pruners.MedianPruner,
            "halving": lambda: optuna.pruners.SuccessiveHalvingPruner(min_resource=1, reduction_factor=HALVING),
        }
        self._study = optuna.create_study(direction="maximize", pruner=pruners[sweep.plan.pruner]())
        self._live: dict[int, Any] = {}
        for trial in trials:
            for epoch, accuracy in enumerate(trial.curve, 1):
                self.prunes(trial.number, epoch, accuracy)
            self.ended(trial)

    def prunes(self, number: int, epoch: int, accuracy: float) -> bool:
        """Whether the trial of this number, with this accuracy after this epoch, ends now."""
        if number not in self._live:
            self._live[number] = self._study.ask()
        self._live[number].report(accuracy, epoch)
        return self._live[number].should_prune()

    def ended(self, trial: Trial) -> None:
        """Take in how a trial has ended; nothing where it still runs, or was left out."""
        live = self._live.pop(trial.number, None) if trial.state in self._states else None
        if live is not None:
            value = trial.accuracy if trial.state == FINISHED else None
            self._study.tell(live, value, state=self._states[trial.state])


def _distribution(dimension: Dimension, whole: bool) -> optuna.distributions.BaseDistribution:
    kinds, domain = optuna_quiet().distributions, dimension.domain
    if isinstance(domain, Listed):
        return kinds.CategoricalDistribution([_category(value) for value in domain.values])
    kind = kinds.IntDistribution if whole else kinds.FloatDistribution
    return kind(domain.low, domain.high, log=domain.log)


def _category(value: Value) -> int | float | str | bool:
    """The value as Optuna may have it: a pair as text."""
    return value_text(value) if isinstance(value, tuple) else value


def _as_one(
    sweep: Sweep, group: Sequence[Trial], space: dict[str, optuna.distributions.BaseDistribution]
) -> optuna.trial.FrozenTrial:
    """A setting as a trial of Optuna's: the mean over its seeds; pruned where one of them was.

    One that cannot be trained, or failed from one of its seeds, is pruned before its first epoch, which counts as the
    worst there is. Of failed ones TPE takes no notice, and as nothing is known where all fail, it would draw there
    again and again.
    """
    optuna = optuna_quiet()
    states = [trial.state for trial in group]
    complete = [trial.accuracy for trial in group if trial.state == FINISHED and trial.accuracy is not None]
    kinds, state, value, steps = optuna.trial.TrialState, None, None, dict[int, float]()
    if RUNNING in states or (len(states) < sweep.plan.repeats and not {PRUNED, LEFT_OUT} & set(states)):
        state = kinds.RUNNING
    elif LEFT_OUT in states and group[0].reason == DRAWN_BEFORE:
        state = kinds.FAIL
    elif FAILED in states or LEFT_OUT in states:
        state = kinds.PRUNED
    elif PRUNED in states:
        state, curve = kinds.PRUNED, next(trial.curve for trial in group if trial.state == PRUNED)
        steps, value = dict(enumerate(curve, 1)), curve[-1] if curve else None
    else:
        state, value = kinds.COMPLETE, fmean(complete)
    return optuna.trial.create_trial(
        state=state,
        value=value,
        params=as_parameters(sweep, group[0].values),
        distributions=space,
        intermediate_values=steps,
    )
