"""The same training with other seeds, several runs one after another."""

from __future__ import annotations

from core.data import SOURCES
from core.study.ledger import with_other_seeds
from core.training import Run, StoreError
from core.ui.shell.session import Session
from core.ui.widgets.controls import control
from core.ui.widgets.run_exits import still_there

SEEDS = 4
TITLE = "Other seeds"


def other_seeds(mine: Session, run: Run) -> None:
    """A button that trains the run's network by its recipe again, with four other seeds."""

    def train() -> None:
        if not still_there(mine, run) or _why_not(mine, run):  # the second press of a double click begins nothing
            return
        plans = with_other_seeds(run, mine.workspace.runs, SEEDS)
        try:
            series = mine.workspace.start_series(plans, run.dataset_name, TITLE, "runs")
        except StoreError as problem:  # another window was quicker
            mine.notice = str(problem)
            return
        if series.current is not None:
            mine.choose_run(series.current)

    words = "Trains this network by this recipe from fresh weights, one run after another. A run of yours that is going is paused and saved."
    control(
        f"Again with {SEEDS} other seeds", "casino", train, _why_not(mine, run), words, f"runs/seeds/{run.created}"
    )


def _why_not(mine: Session, run: Run) -> str | None:
    """The reason why this cannot begin now, as a sentence; None if it can."""
    series = mine.workspace.series
    if run.dataset_name not in SOURCES:
        return "It learned from your drawings: train it again on Teach."
    if series is not None and series.going:
        return "Runs wait in line already. Stop them first, or wait until they have ended."
    return mine.workspace.why_no_room(SEEDS)
