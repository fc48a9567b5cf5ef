"""What an edit does to a run that is going: it starts anew from its seed, as in TensorFlow Playground."""

from __future__ import annotations

from collections.abc import Callable

from core.network import InvalidNetwork
from core.training import Run, State, StoreError
from core.ui.pages.playground.on_stage import aside, is_of, run_on_stage, shipped_name
from core.ui.pages.playground.state import PlaygroundState
from core.ui.shell.session import Session

WORTH_KEEPING = 5.0  # seconds of training: what took less is there as soon again


def after_edit(mine: Session, change: Callable[[], object]) -> None:
    """Make a change of network, recipe or dataset; a run of what was there before starts anew with it.

    Where none was going, a run of exactly what is there now is on the stage again.
    """
    editor, run = mine.editor, mine.run
    before = (editor.network, editor.recipe, editor.dataset)
    going = run is not None and run.active and run is run_on_stage(mine)
    change()
    if (editor.network, editor.recipe, editor.dataset) == before:
        return
    if run is None or not going:
        take_kept(mine)
        return
    run.stop()
    short = run.snapshot.seconds < WORTH_KEEPING and run.snapshot.evaluated_accuracy is None
    if short and run.created in mine.state(PlaygroundState).begun:
        _forget(mine, run)
    if editor.why_not_train() is None and not mine.workspace.full:
        begin(mine)
    else:
        mine.notice = "The training has stopped: this network cannot be trained yet."


def take_kept(mine: Session) -> None:
    """Put the newest run of exactly what is in the editor on the stage, where there is one that has learned something."""
    if run_on_stage(mine) is None:
        kept = (run for run in mine.workspace.runs if run.snapshot.step and is_of(run, mine.editor))
        run = next((run for run in kept if run.snapshot.state is not State.FAILED), None)
        if run is not None:
            mine.choose_run(run)


def begin_with(mine: Session, preset: str) -> None:
    """Open a preset. Where it comes trained, it does so whatever was trained of it before: that run is put aside."""
    after_edit(mine, lambda: mine.editor.begin_with(preset))
    run = run_on_stage(mine)
    if run is not None and not run.active and shipped_name(mine.editor.network, mine.editor.dataset):
        mine.state(PlaygroundState).aside = aside(mine, run)


def begin(mine: Session) -> None:
    """Start a run of what is on the stage."""
    try:
        mine.start_run()
    except InvalidNetwork as problem:  # the button was there when it was pressed
        mine.notice = str(problem)
        return
    if mine.run is not None:
        mine.state(PlaygroundState).begun.add(mine.run.created)


def _forget(mine: Session, run: Run) -> None:
    """Delete a run of a few seconds: nothing of it would be looked at again."""
    try:
        mine.workspace.delete(run)
    except StoreError as problem:
        mine.notice = str(problem)
        return
    mine.focus.viewers.pop(run, None)
    mine.choose_run(None)
