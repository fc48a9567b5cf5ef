"""Which run the Playground shows, or which network that comes trained."""

from __future__ import annotations

from core.network import Network
from core.training import Run, card
from core.training.pretrained import NAMES
from core.ui.pages.playground.state import PlaygroundState
from core.ui.shell.editor import Editor
from core.ui.shell.session import Session


def run_on_stage(mine: Session) -> Run | None:
    """The run, if it is of the network, the dataset and the recipe that are chosen; else it is put aside until they are again.

    Its learning rate may be another one: that can be changed while it learns. A preset that comes trained puts it aside
    too, until it goes on or is opened elsewhere.
    """
    run, editor = mine.run, mine.editor
    if run is None or not is_of(run, editor):
        return None
    return None if not run.active and mine.state(PlaygroundState).aside == aside(mine, run) else run


def is_of(run: Run, editor: Editor) -> bool:
    """Whether a run is of what is in the editor, its learning rate left out."""
    if (run.network, run.dataset_name) != (editor.network, editor.dataset):
        return False
    return run.recipe.replaced(learning_rate=editor.recipe.learning_rate) == editor.recipe


def aside(mine: Session, run: Run) -> tuple[int, float, int]:
    """What is equal as long as nobody has opened a run elsewhere and this one has not gone on."""
    return mine.openings.number, run.created, run.snapshot.step


def shipped_name(network: Network, dataset: str) -> str | None:
    """The network that comes trained on this dataset and has these layers; None where there is none."""
    known = ((name, card(name)) for name in NAMES)
    return next((name for name, one in known if (one.network.layers, one.dataset) == (network.layers, dataset)), None)
