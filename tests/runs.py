"""Runs of the tests: waited for, compared, and ended."""

from collections.abc import Iterable, Sequence

import numpy as np

from core.training import Run, State, Workspace
from tests.waiting import until


def finished(run: Run) -> Run:
    """The run, once it has finished and its thread is gone; fails where it ends otherwise."""
    until(lambda: run.snapshot.state in (State.FINISHED, State.FAILED) and run.wait(0.01))
    assert run.snapshot.state is State.FINISHED, run.snapshot.message
    return run


def same(a: Sequence[np.ndarray], b: Sequence[np.ndarray]) -> bool:
    """Whether these are the same weights, bit for bit."""
    return len(a) == len(b) and all((x == y).all() for x, y in zip(a, b))


def end_all(workspaces: Iterable[Workspace]) -> None:
    """Stop every run, and wait until none works."""
    for workspace in workspaces:
        for run in workspace.runs:
            run.stop()
            assert run.wait(60)
