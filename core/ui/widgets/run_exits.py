"""The ways from a run to the pages that show it."""

from __future__ import annotations

import streamlit as st

from core.data import SOURCES
from core.training import Run
from core.ui.shell.pages import go_to, open_to
from core.ui.shell.session import Session
from core.views.wording import untrained_words


def run_exits(mine: Session, run: Run, key: str) -> None:
    """Buttons that open the run on other pages; their keys begin with `key`."""

    def watch() -> None:
        if still_there(mine, run):
            mine.choose_run(run)
            go_to("train")

    def look_inside() -> None:
        if still_there(mine, run):
            mine.choose_run(run)
            mine.focus.subject = "run"
            go_to("feature_maps")

    def edit() -> None:  # which needs no more of the run than is here
        mine.editor.open(run.network, run.recipe)
        if run.dataset_name in SOURCES:  # drawings are taught on the page Teach
            mine.editor.dataset = run.dataset_name
        go_to("build")

    why_not = _why_not_inside(mine, run)
    st.button("Open on Train", icon=":material/monitoring:", key=f"{key}/open/{run.created}", on_click=watch)
    st.button(
        "Look inside",
        icon=":material/layers:",
        disabled=why_not is not None,
        help=why_not,
        key=f"{key}/inside/{run.created}",
        on_click=look_inside,
    )
    st.button(
        "Edit its network",
        icon=":material/account_tree:",
        disabled=mine.locked,
        key=f"{key}/edit/{run.created}",
        on_click=edit,
    )


def still_there(mine: Session, run: Run) -> bool:
    """Whether the run is there still; if another window has deleted it, a notice says so."""
    there = run in mine.workspace.runs
    if not there:
        mine.notice = f"“{run.name}” was deleted in another window."
    return there


def _why_not_inside(mine: Session, run: Run) -> str | None:
    """The reason why this run cannot be looked into now, as a sentence; None if it can."""
    if not open_to(mine, "feature_maps"):
        return "This lesson leaves out the pages that look inside."
    return None if run.snapshot.evaluations else f"{untrained_words(run.snapshot).capitalize()}."
