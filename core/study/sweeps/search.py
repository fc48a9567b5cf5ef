"""The search: which trial comes next, which ends early, and when it is over."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from core.network.words import counted
from core.study.sweeps.domains import InvalidSweep
from core.study.sweeps.drawing import Referee, by_setting, next_values
from core.study.sweeps.impossible import Checks, PossiblePoints
from core.study.sweeps.sweep import Sweep, Values
from core.study.sweeps.trials import DRAWN_BEFORE, FAILED, FINISHED, LEFT_OUT, MOST_REPLACED, PRUNED, RUNNING, Trial


class Search:
    """A sweep under way, by ask and tell. All that it knows are its trials: made anew from them, it goes on as it would have.

    What holds exactly: the next setting of a grid or of random search follows from the sweep and from how many settings
    there were; that of guided search from the sweep and from values, seeds, states, curves and accuracies of all
    trials so far, those among them that still run. Which trials end early follows from the sweep and all curves so far.
    So whoever trains one trial after another gets the same trials again, also if stopped in between any number of
    times. Of several trials at once, guided search draws by what has been told at that moment: in another order of
    results, other settings may come; what was drawn once stays.

    A setting is trained from one seed after another. One of which a trial is pruned gets no further seeds.

    Not safe from several threads at once: whoever runs it has a lock.

    Args:
        sweep: the sweep.
        trials: of an earlier search of the same sweep, or of one that was to have fewer, in order.

    Raises:
        InvalidSweep: for a dataset that is not there, or trials that are not numbered in order.
    """

    def __init__(self, sweep: Sweep, trials: Sequence[Trial] = ()) -> None:
        if [trial.number for trial in trials] != list(range(len(trials))):
            raise InvalidSweep("The trials of a sweep are numbered from 0, without a gap.")
        self.sweep = sweep
        self._trials = list(trials)
        self._checks = Checks(sweep)
        self._grid = PossiblePoints(sweep, self._checks) if sweep.plan.method == "grid" else None
        self._referee = Referee(sweep, trials) if sweep.plan.pruner != "none" else None

    @property
    def trials(self) -> tuple[Trial, ...]:
        """All trials so far, by number, and settings that were drawn and left out."""
        return tuple(self._trials)

    @property
    def unfinished(self) -> tuple[Trial, ...]:
        """Trials that run, or ran when the search was left: to be continued, or begun `again`."""
        return tuple(trial for trial in self._trials if trial.state == RUNNING)

    @property
    def to_come(self) -> int:
        """How many trials may still begin, at most; 0 where none does. Of a grid, points count that nobody has looked at yet."""
        groups, most = self._groups(), self.sweep.most_settings
        if self._grid is not None:
            self._grid.at(len(groups))
            most = self._grid.most
        left = sum(self.sweep.plan.repeats - len(group) for group in groups if not _closed(group))
        return max(most - len(groups), 0) * self.sweep.plan.repeats + left

    def ended(self, minutes: float = 0.0) -> str | None:
        """Why no further trial begins, in a sentence; None as long as one may."""
        plan = self.sweep.plan
        if plan.minutes and minutes >= plan.minutes:
            return f"Its {counted(plan.minutes, 'minute')} are used." if plan.minutes > 1 else "Its minute is used."
        if not self.to_come:
            return "All its trials have begun."
        if self._replaced() >= MOST_REPLACED:
            reasons = [trial.reason for trial in self._trials[-MOST_REPLACED:]]
            return f"{MOST_REPLACED} settings in a row that were drawn gave no trial. The last: {reasons[-1]}"
        return None

    def ask(self, minutes: float = 0.0) -> Trial | None:
        """The next trial to train, from now on `running`; None where `ended` says why.

        Settings that cannot be trained, or were drawn before, are kept as `left out`, and others drawn for them: 50 in
        a row at most. Optuna is told that the former are worse than all others, and of the latter nothing new.

        Args:
            minutes: of work so far.
        """
        while self.ended(minutes) is None:
            group = next((one for one in self._groups() if self._lacks_a_seed(one)), None)
            if group is not None:
                seed = self.sweep.seeds[len(group)]
                return self._begun(group[0].setting, group[0].values, seed)
            setting, values = self._next_setting()
            why = None if self._grid is not None else self._why_left_out(values)
            if why is None:
                return self._begun(setting, values, self.sweep.seeds[0])
            self._trials.append(Trial(len(self._trials), setting, values, None, LEFT_OUT, reason=why))
        return None

    def report(self, number: int, accuracy: float) -> bool:
        """Take in the accuracy on the validation images after one more epoch of a running trial, 0…1.

        What a run evaluates before its first step is no epoch.

        Returns:
            Whether the pruner ends it: then stop training and call `prune`.

        Raises:
            ValueError: for a trial that does not run, or an accuracy that is none.
        """
        trial = self._running(number)
        self._trials[number] = trial = replace(trial, curve=(*trial.curve, _share(accuracy)))
        return self._referee is not None and self._referee.prunes(number, len(trial.curve), accuracy)

    def finish(self, number: int, accuracy: float) -> Trial:
        """A trial is trained; the accuracy, 0…1, is what counts of it. Raises as `report`."""
        return self._end(number, FINISHED, accuracy=_share(accuracy))

    def prune(self, number: int) -> Trial:
        """A trial was ended early; its last accuracy stays. Raises `ValueError` as `report`, and before its first epoch."""
        curve = self._running(number).curve
        if not curve:
            raise ValueError(f"Trial {number} has no epoch yet by which it could be pruned.")
        return self._end(number, PRUNED, accuracy=curve[-1])

    def fail(self, number: int, reason: str) -> Trial:
        """A trial came to nothing, for a reason in a sentence; it is not tried again, and guided search keeps away. Raises as `report`."""
        return self._end(number, FAILED, reason=reason)

    def again(self, number: int) -> Trial:
        """A running trial begins anew, without its curve. Raises as `report`."""
        self._trials[number] = replace(self._running(number), curve=())
        if self._referee is not None:
            self._referee = Referee(self.sweep, self._trials)
        return self._trials[number]

    def _begun(self, setting: int, values: Values, seed: int) -> Trial:
        self._trials.append(Trial(len(self._trials), setting, values, seed))
        return self._trials[-1]

    def _end(self, number: int, state: str, accuracy: float | None = None, reason: str = "") -> Trial:
        trial = replace(self._running(number), state=state, accuracy=accuracy, reason=reason)
        self._trials[number] = trial
        if self._referee is not None:
            self._referee.ended(trial)
        return trial

    def _running(self, number: int) -> Trial:
        if not 0 <= number < len(self._trials) or self._trials[number].state != RUNNING:
            raise ValueError(f"Trial {number} does not run.")
        return self._trials[number]

    def _groups(self) -> list[tuple[Trial, ...]]:
        return [group for group in by_setting(self._trials) if group[0].trained]

    def _lacks_a_seed(self, group: Sequence[Trial]) -> bool:
        return len(group) < self.sweep.plan.repeats and not _closed(group)

    def _next_setting(self) -> tuple[int, Values]:
        """Number and values of the setting that comes next; in a grid the first of which there is no trial."""
        number = len({trial.setting for trial in self._trials})
        if self._grid is None:
            return number, next_values(self.sweep, self._trials)
        values = self._grid.at(number)
        assert values is not None  # `ended` has looked
        return number, values

    def _why_left_out(self, values: Values) -> str | None:
        if any(values == trial.values and trial.trained for trial in self._trials):
            return DRAWN_BEFORE
        return self._checks.why_not(values)

    def _replaced(self) -> int:
        """How many of the last draws gave no trial."""
        count = 0
        while count < len(self._trials) and not self._trials[-1 - count].trained:
            count += 1
        return count


def _closed(group: Sequence[Trial]) -> bool:
    """Whether a setting gets no further seeds, since one of its trials was pruned."""
    return any(trial.state == PRUNED for trial in group)


def _share(accuracy: float) -> float:
    if not (math.isfinite(accuracy) and 0 <= accuracy <= 1):
        raise ValueError(f"An accuracy is 0…1, not {accuracy}.")
    return float(accuracy)
