"""What one visitor has: a typed object under one key of `st.session_state`."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import streamlit as st

from core.data import SOURCES, load
from core.network import LENET5, PRESETS, InvalidNetwork, Network, Path
from core.network.network import MAX_NAME
from core.training import Recipe, Run, why_unfit
from core.training.trained import Trained
from core.ui.private import through_app

MOST_UNDO = 100
CHANGED = ", changed"
_PUBLISHED = {preset.network for preset in PRESETS.values()}


@dataclass
class Session:
    """The truth behind the widgets of all pages.

    Attributes:
        network: in the editor.
        past, future: for undo and redo, networks with what was selected in them.
        selected: path of the layer or branch that is open.
        revision: grows when widgets must forget what they hold (undo, move, preset).
        complaint: what was wrong with the last edit; empty if nothing.
        dataset, recipe: for the next run.
        run: the newest training, if there was one.
        imported: a trained model from a file, if there was one.
        subject: what Look inside and Draw are about: `lenet5`, `run` or `imported`.
        source: the image that they look at: `test` or `drawing`.
        test_index: which test image.
        drawing: (28, 28) float32 in 0…1, the newest.
        canvas: grows to give the next drawing an empty canvas.
        opened_link: the token of the link that was opened last, so that it is taken once.
        link_problem: what was wrong with it; empty if nothing.
        hidden: parts of the interface that the link leaves out.
        canvas_content: what the canvas sent last, to put it back when its page is opened again.
    """

    network: Network = LENET5
    past: list[tuple[Network, Path | None]] = field(default_factory=list)
    future: list[tuple[Network, Path | None]] = field(default_factory=list)
    selected: Path | None = (0,)
    revision: int = 0
    complaint: str = ""
    dataset: str = "mnist"
    recipe: Recipe = Recipe()
    run: Run | None = None
    imported: Trained | None = None
    subject: str = "lenet5"
    source: str = "test"
    test_index: int = 0
    drawing: np.ndarray | None = None
    canvas: int = 0
    canvas_content: dict | None = None
    opened_link: str | None = None
    link_problem: str = ""
    hidden: tuple[str, ...] = ()

    @property
    def locked(self) -> bool:
        """Whether a lesson lets its visitors look at the network, but not change it."""
        return "edit" in self.hidden

    def edit(
        self,
        network: Network,
        selected: Path | None = None,
        fresh_widgets: bool = True,
        rename: bool = True,
    ) -> None:
        """Put another network into the editor; `undo` brings this one back.

        A published network that has been changed is called so, until it gets a name of its own.
        """
        self.complaint = ""
        if network != self.network:
            self.past = [*self.past[-MOST_UNDO:], (self.network, self.selected)]
            self.future = []
            if rename and self.network in _PUBLISHED and network.name == self.network.name:
                network = network.renamed(f"{network.name[: MAX_NAME - len(CHANGED)]}{CHANGED}")
            self.network = network
        if selected is not None:
            self.selected = selected
        if fresh_widgets:
            self.revision += 1
        self._keep_selection()

    def undo(self) -> None:
        """Back to the network before the last edit, if there is one."""
        if self.past:
            self.future.append((self.network, self.selected))
            self._show(*self.past.pop())

    def redo(self) -> None:
        """Forward again after an undo, if nothing has been edited since."""
        if self.future:
            self.past.append((self.network, self.selected))
            self._show(*self.future.pop())

    def why_not_train(self) -> str | None:
        """Why the network in the editor cannot be trained now; None if it can."""
        source = SOURCES[self.dataset]
        return why_unfit(self.network, source.input_shape, len(source.class_names), self.recipe)

    def start_run(self) -> None:
        """Train the network in the editor; a run still going is stopped. Raises `InvalidNetwork`."""
        problem = self.why_not_train()
        if problem:
            raise InvalidNetwork(problem)
        if self.run is not None:
            self.run.stop()
        name = self.dataset
        self.run = Run(self.network, lambda: load(name), self.recipe, dataset_name=name).start()
        self.subject = "run"

    def _show(self, network: Network, selected: Path | None) -> None:
        self.network, self.selected = network, selected
        self.complaint = ""
        self.revision += 1
        self._keep_selection()

    def _keep_selection(self) -> None:
        """What is selected must exist: a layer, or a branch."""
        places = self.network.places()
        while self.selected and self.selected not in places:
            *above, last = self.selected
            self.selected = (*above, last - 1) if last else tuple(above)
        if not self.selected:
            self.selected = (0,) if (0,) in places else None


def session() -> Session:
    """This visitor's object, made on the first page that asks."""
    through_app()
    if "receptive" not in st.session_state:
        st.session_state["receptive"] = Session()
    return st.session_state["receptive"]
