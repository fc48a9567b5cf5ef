"""Runs of one visitor that are trained one after another."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from core.network import Network
from core.network.recipe import Recipe
from core.store import StoreError
from core.training.run import Run
from core.training.snapshot import State

if TYPE_CHECKING:
    from core.training.workspace import Workspace


class Planned(NamedTuple):
    """A run to come.

    Attributes:
        key: its own among those of a series.
        title: what charts call it.
        name: what the run is to be called.
        network, recipe: what to train, and how.
        dataset: what it learns from, as `core.data.load` calls it; empty where that is the dataset of the series.
    """

    key: str
    title: str
    name: str
    network: Network
    recipe: Recipe
    dataset: str = ""


class Series:
    """Runs that are planned in a workspace: each begins once the one before has ended, and somebody has looked.

    There is no thread: pages call `advance` as they call a run's `heartbeat`, and as a run does, it rests where nobody
    is there. A run that is stopped or deleted by hand ends the series or is left out; one that is paused holds it up.

    Args:
        workspace: where the runs are started; they stay there.
        plans: one or more, of different keys.
        dataset: what they learn from, as `core.data.load` calls it, unless their plans say otherwise.
        title: what people call the series.
        page: id of the page that shows it.
        changing: the lock of the workspace's list of runs; a series has none of its own.
    """

    def __init__(
        self,
        workspace: Workspace,
        plans: Sequence[Planned],
        dataset: str,
        title: str,
        page: str,
        changing: threading.RLock,
    ) -> None:
        self.plans = tuple(plans)
        self.dataset = dataset
        self.title = title
        self.page = page
        self.stopped = False  # by hand, or by a problem
        self.problem = ""  # why the next run could not be started
        self._workspace = workspace
        self._runs: dict[str, Run] = {}
        self._changing = changing

    @property
    def runs(self) -> dict[str, Run]:
        """Those that were started and not deleted, by the keys of their plans, in order."""
        with self._changing:
            there = self._workspace.runs
            return {key: run for key, run in self._runs.items() if run in there}

    @property
    def current(self) -> Run | None:
        """The one that was started last; None before the first, and where that was deleted."""
        with self._changing:
            last = next(reversed(self._runs.values()), None)
            return last if last in self._workspace.runs else None

    @property
    def waiting(self) -> tuple[Planned, ...]:
        """Those that were not started yet."""
        with self._changing:
            return self.plans[len(self._runs) :]

    @property
    def going(self) -> bool:
        """Whether a run is at work, or the next one is about to begin."""
        with self._changing:
            current = self.current
            return (current is not None and current.active) or self._may_start()

    @property
    def over(self) -> bool:
        """Whether nothing is left to do: all have ended, however."""
        with self._changing:
            current = self.current
            return not self.waiting and (current is None or not (current.active or _rests(current)))

    def advance(self) -> Run | None:
        """Start the next run where it is its turn, and return it; tells the run at work that somebody is there."""
        with self._changing:
            current = self.current
            if current is not None and current.active:
                current.heartbeat()
            return self._start_next() if self._may_start() else None

    def stop(self) -> None:
        """Stop the run at work, and start no other."""
        with self._changing:
            self.stopped = True
            current = self.current
            if current is not None and (current.active or _rests(current)):
                current.stop()

    def leave_out(self, key: str) -> bool:
        """Take a run that waits out of the line; returns whether it waited, and thus is out."""
        with self._changing:
            if all(plan.key != key for plan in self.waiting):
                return False
            self.plans = tuple(plan for plan in self.plans if plan.key != key)
            return True

    def dataset_of(self, plan: Planned) -> str:
        """What the run of a plan learns from, as `core.data.load` calls it."""
        return plan.dataset or self.dataset

    def go_on(self) -> None:
        """Go on after a stop or a pause: with the run that rests, else with the next one."""
        with self._changing:
            self.stopped, self.problem = False, ""
            self._workspace.series = self
            current = self.current
            if current is not None and _rests(current) and not current.active:
                current.resume()
            elif self.waiting:
                self._start_next()

    def _may_start(self) -> bool:
        current = self.current
        ended = current is None or (not current.active and current.snapshot.state in (State.FINISHED, State.FAILED))
        return bool(self.waiting) and ended and not self.stopped

    def _start_next(self) -> Run | None:
        plan = self.waiting[0]
        try:
            run = self._workspace.start(plan.network, self.dataset_of(plan), plan.recipe, name=plan.name)
        except StoreError as problem:
            self.stopped, self.problem = True, str(problem)
            return None
        self._runs[plan.key] = run
        return run


def _rests(run: Run) -> bool:
    return run.snapshot.state is State.PAUSED
