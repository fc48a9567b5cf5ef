"""What one visitor has: a typed object under one key of `st.session_state`."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

import numpy as np
import streamlit as st

from core.data import SOURCES
from core.network import LENET5, PRESETS, InvalidNetwork, Network, Path, shared_from_json, to_json
from core.network.network import MAX_NAME
from core.store import Store, StoreError
from core.training import Recipe, Run, Workspace, Workspaces, why_unfit
from core.training.trained import Trained, Viewer
from core.ui.played import Games
from core.ui.private import through_app, visitor

T = TypeVar("T")

MOST_UNDO = 100
MOST_VIEWERS = 4  # one to look into, and three that read the same drawing
CHANGED = ", changed"
_PUBLISHED = {preset.network for preset in PRESETS.values()}


class Step(NamedTuple):
    """What undo and redo go back to; the recipe only where it went with the network."""

    network: Network
    selected: Path | None
    recipe: Recipe | None


class Kept(NamedTuple):
    """A drawing that joined a collection: its first stroke (n, 2) in canvas pixels, and its (28, 28) image."""

    stroke: np.ndarray
    image: np.ndarray


@dataclass
class Session:
    """The truth behind the widgets of all pages.

    Attributes:
        network: in the editor.
        past, future: for undo and redo.
        edited: the network before the last edit; None where another one was opened since, or an edit undone.
        selected: path of the layer or branch that is open.
        revision: grows when widgets must forget what they hold (undo, move, preset).
        reveals: grows when what is selected must come into view and take the keyboard's focus.
        complaint: what was wrong with the last edit; empty if nothing.
        notice: what the last action did, to be told once; empty if that is plain to see.
        dataset, recipe: for the next run.
        token: the visitor's secret, by which their workspace is found again.
        workspace: all their runs.
        run: the one that the Train page and the sidebar are about, if there is any.
        imported: a trained model from a file, if there was one.
        imports: how many there have been.
        subject: what Look inside and Draw are about: the name of a pretrained network, `run` or `imported`; None as
            long as nothing was chosen, and each page shows its usual one.
        epoch: the epoch of the run that they look at; None is the newest.
        viewers: models to look into, for the runs that were looked into last.
        source: the image that they look at: `test`, `drawing` or `upload`.
        test_index: which test image.
        explained: the class that Why explains: `answer`, `runner-up`, or the index of one.
        confused: (true, answered) of the cell of the confusion matrix that was chosen; None before one is.
        cell: that with which the two choices of a cell were drawn anew last: what is typed on keeps its place.
        test_image: the test image that Mistakes has open; None is the most certain mistake.
        drawing: (28, 28) float32 in 0…1, the newest.
        upload: the picture that was sent last, (h, w, 4) uint8; None where there is none.
        upload_id: which file it was, so that it is read once.
        upload_problem: why the file that was sent last cannot be read; empty where it can.
        canvas: grows to give the next drawing an empty canvas.
        brush: width of its strokes, in canvas pixels.
        by_photo: whether digits come from a picture and not from the canvas.
        as_one: whether all that is drawn is read as one digit.
        skipped: steps between drawing and 28×28 pixels that are left out.
        compared: the networks that read the same drawing: names of trained ones, or names of runs' folders.
        going_to: the page to open next; empty to stay.
        taught: which collection the page Teach is about: `digits` or `own`.
        teach_canvas, play_canvas: grow to give the next drawing on Teach an empty canvas.
        teach_kept: the drawing that was kept there last, to know it again where the browser sends it late.
        teach_chosen: the number of the drawing that is open there; None for none.
        teaching_problem: what was wrong with the last change of a collection, to be told once; empty if nothing.
        previewed: grows to show other random changes of the training images.
        unfolded: parts of the recipe that stay open.
        opened_link: the token of the link that was opened last, so that it is taken once.
        link_problem: what was wrong with it; empty if nothing.
        hidden: parts of the interface that the link leaves out.
        inside_of: the network that is looked into; `layer`, `channel` and `unit` are places in it.
        layer: the layer that is looked at, on every page that has it; None for the whole network.
        channel: which of its maps, kernels or units, from 0.
        clicks: grows when a kernel was clicked, so that the field with its number is drawn anew.
        unit: the number of this layer that is explained: (row, column, map) or (unit,); None for none.
        canvas_content: what the canvas sent last, to put it back when its page is opened again.
        games: how far they are in the games.
    """

    network: Network = LENET5
    past: list[Step] = field(default_factory=list)
    future: list[Step] = field(default_factory=list)
    edited: Network | None = None
    selected: Path | None = (0,)
    revision: int = 0
    reveals: int = 0
    complaint: str = ""
    notice: str = ""
    dataset: str = "mnist"
    recipe: Recipe = Recipe()
    token: str = ""
    workspace: Workspace = field(default_factory=Workspace)
    run: Run | None = None
    imported: Trained | None = None
    imports: int = 0
    subject: str | None = None
    epoch: int | None = None
    viewers: dict[Run, Viewer] = field(default_factory=dict)
    source: str = "test"
    test_index: int = 0
    explained: str | int = "answer"
    confused: tuple[int, int] | None = None
    cell: tuple[int, int] | None = None
    test_image: int | None = None
    drawing: np.ndarray | None = None
    upload: np.ndarray | None = None
    upload_id: str = ""
    upload_problem: str = ""
    canvas: int = 0
    canvas_content: dict | None = None
    brush: int = 18
    by_photo: bool = False
    as_one: bool = False
    skipped: frozenset[str] = frozenset()
    compared: list[str] = field(default_factory=list)
    going_to: str = ""
    _desk: tuple[Network, Recipe, str] | None = None
    taught: str = "digits"
    teach_canvas: int = 0
    play_canvas: int = 0
    teach_kept: Kept | None = None
    teach_chosen: int | None = None
    teaching_problem: str = ""
    previewed: int = 0
    unfolded: set[str] = field(default_factory=set)
    opened_link: str | None = None
    link_problem: str = ""
    hidden: tuple[str, ...] = ()
    inside_of: Network | None = None
    layer: Path | None = None
    channel: int = 0
    clicks: int = 0
    unit: tuple[int, ...] | None = None
    games: Games = field(default_factory=Games)
    _kept: dict[str, tuple[object, Any]] = field(default_factory=dict)

    @property
    def locked(self) -> bool:
        """Whether a lesson lets its visitors look at the network, but not change it."""
        return "edit" in self.hidden

    def edit(
        self,
        network: Network,
        selected: Path | None = None,
        fresh_widgets: bool = True,
    ) -> None:
        """Change the network in the editor; `undo` brings this one back.

        A published network that has been changed is called so, until it gets a name of its own.
        """
        if network != self.network:
            before = self.network
            if before in _PUBLISHED and network.name == before.name:
                network = network.renamed(f"{network.name[: MAX_NAME - len(CHANGED)]}{CHANGED}")
            self._replace(network)
            self.edited = before
        self._settle(selected, fresh_widgets)

    def open(self, network: Network, recipe: Recipe | None = None) -> None:
        """Put another network into the editor, with its recipe where it has one; `undo` brings both back."""
        if network != self.network:
            self._replace(network, self.recipe if recipe else None)
        if recipe is not None:
            self.recipe = recipe
        self.edited = None
        self._settle((0,), True)

    def look_into(self, network: Network) -> None:
        """Places in another network than this one are forgotten."""
        if self.inside_of != network:
            self.inside_of, self.layer, self.channel, self.unit = network, None, 0, None

    def look_at(self, layer: Path | None, unit: tuple[int, ...] | None = None) -> None:
        """A layer, or one number of it, or with None the whole network."""
        if unit is not None:
            self.channel = unit[-1]
        elif layer != self.layer:
            self.channel = 0
        self.layer, self.unit = layer, unit

    def look_at_channel(self, layer: Path, channel: int) -> None:
        """One map, kernel or unit of a layer; a number that is explained stays where it is in its map."""
        unit = self.unit if layer == self.layer else None
        self.layer, self.channel = layer, channel
        self.unit = None if unit is None else (*unit[:-1], channel)

    def undo(self) -> None:
        """Back to the network before the last edit, if there is one."""
        if self.past:
            self._go(self.past.pop(), self.future)

    def redo(self) -> None:
        """Forward again after an undo, if nothing has been edited since."""
        if self.future:
            self._go(self.future.pop(), self.past)

    def why_not_train(self) -> str | None:
        """Why the network in the editor cannot be trained now; None if it can."""
        source = SOURCES[self.dataset]
        return why_unfit(self.network, source.input_shape, len(source.class_names), self.recipe, source.title)

    def kept(self, name: str, key: object, compute: Callable[[], T]) -> T:
        """What `compute` gave the last time this was asked with an equal key; one result of each name is kept."""
        found = self._kept.get(name)
        if found is None or found[0] != key:
            self._kept[name] = found = (key, compute())
        return found[1]

    def clear_canvas(self) -> None:
        """An empty canvas for the next drawing."""
        self.canvas += 1
        self.drawing = self.canvas_content = None
        self.as_one = False

    def forget_upload(self) -> None:
        """As if no picture had been sent."""
        self.upload, self.upload_id, self.upload_problem = None, "", ""

    def show_notice(self) -> None:
        """Tell what the last action did, once."""
        if self.notice:
            st.toast(self.notice)
            self.notice = ""

    def start_run(self) -> None:
        """Train the network in the editor; a run of theirs still going is paused. Raises `InvalidNetwork`."""
        problem = self.why_not_train()
        if problem:
            raise InvalidNetwork(problem)
        try:
            self.choose_run(self.workspace.start(self.network, self.dataset, self.recipe))
        except StoreError as full:  # another window has been quicker
            self.notice = str(full)
            return
        self.subject = "run"

    def choose_run(self, run: Run | None) -> None:
        """The run that pages are about from now on."""
        self.run, self.epoch = run, None
        if run is None and self.subject == "run":
            self.subject = None

    def forget_deleted(self) -> None:
        """Go on with another run where this one was deleted meanwhile, in another window of this visitor."""
        run = self.run
        if run is None or run in (left := self.workspace.runs):
            return
        self.viewers.pop(run, None)
        self.notice = f"“{run.name}” has been deleted."
        self.choose_run(left[0] if left else None)

    def viewer(self, run: Run) -> Viewer:
        """A model to look into this run; those of the runs looked into before the last few are let go."""
        found = self.viewers.pop(run, None) or Viewer(run.network)
        self.viewers[run] = found
        while len(self.viewers) > MOST_VIEWERS:
            self.viewers.pop(next(iter(self.viewers)))
        return found

    def keep_desk(self) -> None:
        """Let what lies on the desk be found again after a reload."""
        desk = (self.network, self.recipe, self.dataset)
        if self._desk is None or any(a is not b for a, b in zip(desk, self._desk)):
            if self._desk is not None or desk != (LENET5, Recipe(), "mnist"):
                self.workspace.save_draft(to_json(*desk))
            self._desk = desk

    def _find_desk(self) -> None:
        """As it was left, and the run that is going on, or else the newest."""
        text = self.workspace.draft()
        if text is not None:
            with suppress(InvalidNetwork):  # damaged: they begin anew
                shared = shared_from_json(text)
                self.network, self.recipe = shared.network, shared.recipe or self.recipe
                self.dataset = shared.dataset if shared.dataset in SOURCES else self.dataset
                self._desk = (self.network, self.recipe, self.dataset)
                self._keep_selection()
        runs = self.workspace.runs
        self.run = next((run for run in runs if run.active), runs[0] if runs else None)

    def _replace(self, network: Network, recipe: Recipe | None = None) -> None:
        self.past = [*self.past[-MOST_UNDO:], Step(self.network, self.selected, recipe)]
        self.future = []
        self.network = network

    def _settle(self, selected: Path | None, fresh_widgets: bool) -> None:
        self.complaint = self.link_problem = ""
        if selected is not None:
            self.selected = selected
        if fresh_widgets:
            self.revision += 1
        self._keep_selection()

    def _go(self, step: Step, back: list[Step]) -> None:
        """Take a step, and note how to go back."""
        back.append(Step(self.network, self.selected, self.recipe if step.recipe else None))
        self.network, self.recipe = step.network, step.recipe or self.recipe
        self.edited = None
        self._settle(step.selected, True)

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
        token = visitor()
        mine = Session(token=token, workspace=workspaces().of(token))
        mine._find_desk()
        st.session_state["receptive"] = mine
    mine = st.session_state["receptive"]
    mine.forget_deleted()
    return mine


@lru_cache(maxsize=1)
def workspaces() -> Workspaces:
    """Those of all visitors of this server."""
    return Workspaces(Store())
