"""One run: opened, renamed, downloaded, deleted; and runs that cannot be read."""

from __future__ import annotations

import streamlit as st

from core.study.ledger import chosen_by
from core.training import Point, Run, State, StoreError
from core.training.records import MAX_NAME
from core.ui.pages.runs.marking import marks
from core.ui.pages.runs.seeds import other_seeds
from core.ui.pages.runs.state import RunsState
from core.ui.pages.runs.table import recipe_words
from core.ui.shell.renewal import value_if_changed
from core.ui.shell.session import Session
from core.ui.widgets.failures import failure
from core.ui.widgets.model_files import trained_files
from core.ui.widgets.model_view import run_options
from core.ui.widgets.run_exits import run_exits, still_there
from core.views.wording import plain, point_text


def manage(mine: Session, runs: list[Run]) -> None:
    """Controls to choose one of the runs, and to open, rename, download or delete it."""
    mine.show_notice()
    run = _one_of(mine, runs)
    st.markdown(f"**{plain(run.name)}** · {plain(recipe_words(run))}")
    best = run.snapshot.best()
    if best is not None:
        st.caption(_best_words(run, best))
    if run.snapshot.state is State.FAILED:
        failure(run.snapshot)
    if run.problem:
        st.warning(f"This run is not kept on disk. {plain(run.problem)}")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        run_exits(mine, run, "runs")
        trained_files(run)
        other_seeds(mine, run)
        _delete(mine, run)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _name(mine, run)
        marks(mine, run)


def _best_words(run: Run, best: Point) -> str:
    """The best of its evaluations, and by which images it was told."""
    words = f"Best after epoch {best.epoch:g}: {point_text(best)} of the {run.snapshot.evaluated_on} images"
    if chosen_by(run) == "test":
        return (
            f"{words}. It is the best by these very test images, so it is a little too good: a validation share in the recipe "
            "tells the best epoch without them."
        )
    return f"{words}, by which it was told to be the best; the test images had no part in that."


def _one_of(mine: Session, runs: list[Run]) -> Run:
    """A choice of one of these runs, where there are several: as long as it is among them, the one chosen last."""
    state = mine.state(RunsState)
    run = next((run for run in runs if run.created == state.one), runs[0])
    if len(runs) < 2:
        return run
    by_key, titles = run_options(runs, mine.workspace.runs)
    options = list(by_key)
    key = f"runs/one/{hash(tuple(titles.items()))}"

    def choose() -> None:
        state.one = by_key[st.session_state[key]].created

    st.selectbox("Run", options, runs.index(run), format_func=titles.__getitem__, key=key, on_change=choose)
    return run


def _name(mine: Session, run: Run) -> None:
    """The run's name, to be changed. What another window has called it meanwhile stays until something is typed here."""
    shown = run.name
    key = f"runs/name/{run.created}/{shown}"

    def rename() -> None:
        name = value_if_changed(key, shown, run.name != shown, str.strip)
        if not name or name == run.name or not still_there(mine, run):
            return
        try:
            run.rename(name)
        except StoreError as problem:
            mine.notice = str(problem)

    st.text_input("Name", shown, max_chars=MAX_NAME, key=key, on_change=rename, width=320)


def _delete(mine: Session, run: Run) -> None:
    def delete() -> None:
        try:
            mine.workspace.delete(run)
        except StoreError as problem:
            mine.workspace.problem = str(problem)
            return
        mine.focus.viewers.pop(run, None)
        if mine.run is run:
            left = mine.workspace.runs
            mine.choose_run(left[0] if left else None)

    with st.popover("Delete", icon=":material/delete:", key=f"runs/delete/{run.created}"):
        st.markdown(f"Delete **{plain(run.name)}** with its curves and weights? This cannot be undone.")
        st.button("Delete it", type="primary", on_click=delete, key=f"runs/delete/yes/{run.created}")


def damaged(mine: Session) -> None:
    """A warning and a delete button for each run on disk that cannot be read."""
    if mine.workspace.problem:
        st.warning(plain(mine.workspace.problem))
    for run_id, sentence in list(mine.workspace.damaged.items()):

        def delete(run_id: str = run_id) -> None:
            try:
                mine.workspace.delete_damaged(run_id)
            except StoreError as problem:
                mine.workspace.problem = str(problem)

        with st.container(horizontal=True, vertical_alignment="center"):
            st.warning(plain(sentence), width="stretch")
            st.button("Delete it", on_click=delete, key=f"runs/damaged/{run_id}")
