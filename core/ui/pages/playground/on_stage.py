"""Which run the Playground shows."""

from __future__ import annotations

from core.training import Run
from core.ui.shell.session import Session


def run_on_stage(mine: Session) -> Run | None:
    """The run, if it is of the network, the dataset and the recipe that are chosen; else it is put aside until they are again.

    Its learning rate may be another one: that can be changed while it learns.
    """
    run, editor = mine.run, mine.editor
    if run is None or (run.network, run.dataset_name) != (editor.network, editor.dataset):
        return None
    return run if run.recipe.replaced(learning_rate=editor.recipe.learning_rate) == editor.recipe else None
