"""The session of one visitor: a typed object under one key of `st.session_state`."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeVar

import streamlit as st

from core.network import LENET5, InvalidNetwork, Network, shared_from_json, to_json
from core.store import Store, StoreError
from core.training import Recipe, Run, Workspace, Workspaces
from core.training.trained import Trained
from core.ui.shell.editor import Editor
from core.ui.shell.focus import Focus, ImageChoice
from core.ui.shell.private import through_app, visitor
from core.ui.shell.renewal import Renewal

T = TypeVar("T")


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
        imported: a trained model from a file, if there was one.
        imports: number of models imported so far.
        notice: a message about the last action, to be shown once; empty if there is none.
        opened_link: the token of the link that was opened last, so that it is taken once.
        hidden: parts of the interface that the link leaves out.
        reveals: renewed when what was chosen must come into view and take the keyboard's focus.
    """

    token: str = ""
    workspace: Workspace = field(default_factory=Workspace)
    editor: Editor = field(default_factory=Editor)
    focus: Focus = field(default_factory=Focus)
    image: ImageChoice = field(default_factory=ImageChoice)
    run: Run | None = None
    imported: Trained | None = None
    imports: int = 0
    notice: str = ""
    opened_link: str | None = None
    hidden: tuple[str, ...] = ()
    reveals: Renewal = field(default_factory=Renewal)
    _draft: tuple[Network, Recipe, str] | None = None
    _states: dict[type, Any] = field(default_factory=dict)
    _kept: dict[str, tuple[object, Any]] = field(default_factory=dict)

    def state(self, kind: type[T]) -> T:
        """The state object of this class, which belongs to one page or widget; made when it is first asked for."""
        return self._states.setdefault(kind, kind())

    @property
    def locked(self) -> bool:
        """True if a lesson lets its visitors look at the network, but not change it."""
        return "edit" in self.hidden

    def kept(self, name: str, key: object, compute: Callable[[], T]) -> T:
        """The result of `compute`, computed again only if the key differs from the last one under this name."""
        found = self._kept.get(name)
        if found is None or found[0] != key:
            self._kept[name] = found = (key, compute())
        return found[1]

    def show_notice(self) -> None:
        """Show the notice as a toast, once."""
        if self.notice:
            st.toast(self.notice)
            self.notice = ""

    def start_run(self) -> None:
        """Train the network in the editor; a run of theirs still going is paused. Raises `InvalidNetwork`."""
        problem = self.editor.why_not_train()
        if problem:
            raise InvalidNetwork(problem)
        try:
            self.choose_run(self.workspace.start(self.editor.network, self.editor.dataset, self.editor.recipe))
        except StoreError as full:  # another window has been quicker
            self.notice = str(full)
            return
        self.focus.subject = "run"

    def choose_run(self, run: Run | None) -> None:
        """Make this the run that pages are about."""
        self.run, self.focus.epoch = run, None
        if run is None and self.focus.subject == "run":
            self.focus.subject = None

    def forget_deleted(self) -> None:
        """Go on with another run where this one was deleted meanwhile, in another window of this visitor."""
        run = self.run
        if run is None or run in (left := self.workspace.runs):
            return
        self.focus.viewers.pop(run, None)
        self.notice = f"“{run.name}” has been deleted."
        self.choose_run(left[0] if left else None)

    def keep_draft(self) -> None:
        """Save network, recipe and dataset as the visitor's draft, if they have changed."""
        draft = (self.editor.network, self.editor.recipe, self.editor.dataset)
        if self._draft is None or any(a is not b for a, b in zip(draft, self._draft)):
            if self._draft is not None or draft != (LENET5, Recipe(), "mnist"):
                self.workspace.save_draft(to_json(*draft))
            self._draft = draft

    def restore_draft(self) -> None:
        """Open the draft of an earlier visit, and choose the active run or else the newest."""
        text = self.workspace.draft()
        if text is not None:
            with suppress(InvalidNetwork):  # damaged: they begin anew
                shared = shared_from_json(text)
                self.editor.begin(shared.network, shared.recipe or self.editor.recipe, shared.dataset or "")
                self._draft = (self.editor.network, self.editor.recipe, self.editor.dataset)
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
