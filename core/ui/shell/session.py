"""The session of one visitor: a typed object under one key of `st.session_state`."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

import streamlit as st

from core.data import SOURCES
from core.learn.lessons import Course, course_from_json, course_to_json
from core.network import LENET5, InvalidNetwork, Network, shared_from_json, to_json
from core.store import Store, StoreError
from core.training import Recipe, Run, Workspace, Workspaces
from core.training.imported import MOST_MODELS
from core.training.records import MAX_NAME
from core.training.trained import Trained
from core.ui.shell.editor import Editor
from core.ui.shell.focus import Focus, ImageChoice
from core.ui.shell.private import through_app, visitor
from core.ui.shell.renewal import Renewal
from core.views.wording import plain

if TYPE_CHECKING:
    import numpy as np

T = TypeVar("T")
MOST_LEFT = 32  # addresses that requests may still hold, which were sent before the browser had heard of newer ones
ON = ", trained on"  # is added to the name of a run that begins with imported weights


@dataclass
class Session:
    """The state that all pages share. What one page alone needs is in `state`.

    Attributes:
        token: the visitor's secret, by which their workspace is found again.
        workspace: all their runs.
        editor: the network, recipe and dataset that are being edited.
        focus: the trained network that is looked into.
        image: the image that is looked at.
        run: the run that the Train page and the sidebar are about, if there is any.
        openings: renewed whenever another run was chosen to be that one, or the same one anew.
        imported: the model from a file that pages are about, if there was one.
        next_page: the page that a button has asked for, as the registry calls it; empty to stay.
        notice: a message about the last action, to be shown once; empty if there is none.
        opened_link: the token of the link that was opened last, so that it is taken once.
        left_links: tokens that were in the address before it.
        hidden: what a lesson or its link leaves out, until it is ended or another link is opened: parts of the interface,
            `page ID` and `field NAME`.
        reveals: renewed when what was chosen must come into view and take the keyboard's focus.
        results: what `kept` has computed last, by name: (key, result).
    """

    token: str = ""
    workspace: Workspace = field(default_factory=Workspace)
    editor: Editor = field(default_factory=Editor)
    focus: Focus = field(default_factory=Focus)
    image: ImageChoice = field(default_factory=ImageChoice)
    run: Run | None = None
    openings: Renewal = field(default_factory=Renewal)
    imported: Trained | None = None
    next_page: str = ""
    notice: str = ""
    opened_link: str | None = None
    left_links: deque[str | None] = field(default_factory=lambda: deque(maxlen=MOST_LEFT))
    hidden: tuple[str, ...] = ()
    reveals: Renewal = field(default_factory=Renewal)
    results: dict[str, tuple[object, Any]] = field(default_factory=dict)
    _draft: tuple[Network, Recipe, str, tuple[str, ...]] | None = None
    _states: dict[type, Any] = field(default_factory=dict)

    def state(self, kind: type[T]) -> T:
        """The state object of this class, which belongs to one page or widget; made when it is first asked for."""
        return self._states.setdefault(kind, kind())

    @property
    def locked(self) -> bool:
        """True if a lesson lets its visitors look at the network, but not change it."""
        return "edit" in self.hidden

    @property
    def course(self) -> Course:
        """The lessons that the visitor has taken, as they are kept now: another window may have gone on."""
        return course_from_json(self.workspace.lessons())

    def change_course(self, change: Callable[[Course], Course]) -> None:
        """Keep what `change` makes of them."""
        self.workspace.change_lessons(lambda text: course_to_json(change(course_from_json(text))))

    def end_lesson(self) -> None:
        """Show all parts of the interface again; how far the visitor has come is kept."""
        self.hidden = ()
        if self.course.running:
            self.change_course(Course.without)

    def shown_fields(self, names: Iterable[str]) -> list[str]:
        """Those settings of a layer or a recipe that no lesson hides."""
        return [name for name in names if f"field {name}" not in self.hidden]

    def kept(self, name: str, key: object, compute: Callable[[], T]) -> T:
        """The result of `compute`, computed again only if the key differs from the last one under this name."""
        found = self.results.get(name)
        if found is None or found[0] != key:
            self.results[name] = found = (key, compute())
        return found[1]

    def hold_link(self, token: str | None) -> None:
        """Remember what link the address holds now, and which ones it has held."""
        if token != self.opened_link:
            self.left_links.append(self.opened_link)
            self.opened_link = token

    def show_notice(self) -> None:
        """Show the notice as a toast, once; it is no Markdown."""
        if self.notice:
            st.toast(plain(self.notice))
            self.notice = ""

    def beginning(self) -> Trained | None:
        """The imported model with whose weights the next run begins; None for fresh weights.

        It is the one that was chosen, if it still fits; as long as none was, the one that is open in the editor.
        """
        network, chosen = self.editor.network, self.editor.first_weights
        fitting = self.workspace.imported.fitting(network)
        if chosen is None:
            return next((one for one in fitting if one.network == network), None)
        return next((one for one in fitting if one.identity == chosen), None)

    def start_run(self) -> None:
        """Train the network in the editor; a run of theirs still going is paused. Raises `InvalidNetwork`."""
        problem = self.editor.why_not_train()
        if problem:
            raise InvalidNetwork(problem)
        first = self.beginning()
        name = self.editor.network.name
        try:
            begin, name = ((), name) if first is None else (first.weights, f"{name[: MAX_NAME - len(ON)]}{ON}")
        except StoreError as unreadable:
            self.notice = str(unreadable)
            return
        self.train(self.editor.network, self.editor.dataset, self.editor.recipe, begin, name)

    def train(
        self, network: Network, dataset: str, recipe: Recipe, begin: Sequence[np.ndarray] = (), name: str = ""
    ) -> Run | None:
        """Start a run, and let the pages be about it; a run of theirs still going is paused.

        Args: as of `Workspace.start`.

        Returns:
            The run; None, with a notice, where it could not be started.
        """
        try:
            run = self.workspace.start(network, dataset, recipe, begin, name)
        except StoreError as full:  # another window has been quicker
            self.notice = str(full)
            return None
        self.choose_run(run)
        self.focus.subject = "run"
        return run

    def choose_run(self, run: Run | None) -> None:
        """Make this the run that pages are about."""
        self.run, self.focus.epoch = run, None
        self.openings.renew()
        if run is None and self.focus.subject == "run":
            self.focus.subject = None

    def take_imported(self, trained: Trained) -> None:
        """Keep an imported model for the next visits too, and open it; the notice says which one made room for it."""
        gone = self.workspace.imported.keep(trained)
        self.open_imported(trained)
        names = ", ".join(f"“{one.network.name}”" for one in gone)
        self.notice = f"{names} made room: {MOST_MODELS} imported models are kept." if names else ""

    def open_imported(self, trained: Trained) -> None:
        """Open an imported model in the editor, look into it, and let training go on from its weights."""
        self.editor.open(trained.network)
        if trained.dataset in SOURCES:
            self.editor.dataset = trained.dataset
        self.editor.first_weights = trained.identity
        self.imported, self.focus.subject = trained, "imported"

    def forget_imported(self, trained: Trained) -> None:
        """Delete an imported model; pages go on with the newest of the others."""
        try:
            self.workspace.imported.forget(trained)
        except StoreError as problem:
            self.notice = str(problem)
            return
        self._forget_gone()

    def _forget_gone(self) -> None:
        """Go on with the newest imported model where the one that pages are about is gone."""
        there = self.workspace.imported
        if self.imported is not None and there.gone and self.imported.identity in there.gone:
            self.imported = next(iter(there.all), None)

    def forget_deleted(self) -> None:
        """Go on with another run or imported model where this one was deleted meanwhile, in another window."""
        self._forget_gone()
        run = self.run
        if run is None or run in (left := self.workspace.runs):
            return
        self.focus.viewers.pop(run, None)
        self.notice = f"“{run.name}” has been deleted."
        self.choose_run(left[0] if left else None)

    def keep_draft(self) -> None:
        """Save network, recipe, dataset and what a lesson hides as the visitor's draft, if they have changed."""
        draft = (self.editor.network, self.editor.recipe, self.editor.dataset, self.hidden)
        if self._draft is None or any(a is not b for a, b in zip(draft, self._draft)):
            if self._draft is not None or draft != (LENET5, Recipe(), "mnist", ()):
                self.workspace.save_draft(to_json(*draft))
            self._draft = draft

    def restore_draft(self) -> None:
        """Open the draft of an earlier visit, and choose the newest imported model and the active run or else the newest."""
        text = self.workspace.draft()
        if text is not None:
            with suppress(InvalidNetwork):  # damaged: they begin anew
                shared = shared_from_json(text)
                self.editor.begin(shared.network, shared.recipe or self.editor.recipe, shared.dataset or "")
                self.hidden = shared.hidden
                self._draft = (self.editor.network, self.editor.recipe, self.editor.dataset, self.hidden)
        self.imported = next(iter(self.workspace.imported.all), None)
        runs = self.workspace.runs
        self.run = next((run for run in runs if run.active), runs[0] if runs else None)


def session() -> Session:
    """This visitor's object, made on the first page that asks."""
    through_app()
    if "receptive" not in st.session_state:
        token = visitor()
        mine = Session(token=token, workspace=workspaces().of(token))
        mine.restore_draft()
        st.session_state["receptive"] = mine
    mine = st.session_state["receptive"]
    mine.forget_deleted()
    return mine


@lru_cache(maxsize=1)
def workspaces() -> Workspaces:
    """Those of all visitors of this server."""
    return Workspaces(Store())
