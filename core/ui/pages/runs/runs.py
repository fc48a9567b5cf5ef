"""The pieces of the Runs page: a list to choose from, curves in one chart, and what can be done with a run."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import streamlit as st

from core.data import SOURCES, about
from core.network import trace
from core.network.settings import settings_of
from core.training import Recipe, Run, StoreError
from core.training.store import MAX_NAME
from core.ui.shell.frame import look
from core.ui.shell.pages import go_to, open_to
from core.ui.shell.session import Session
from core.ui.widgets.model_files import trained_files
from core.views.charts import compared
from core.views.wording import duration, percent, plain, progress_words

MOST_COMPARED = 8
MOST_ROWS = 12  # beyond, the table scrolls
ROW_PX, SCROLLBAR_PX = 35, 14  # of Streamlit's table; without room of its own the bar covers the last row
MOST_EPOCHS = settings_of(Recipe)["epochs"].maximum


def run_table(mine: Session) -> list[Run]:
    """All runs, newest first; returns those that are ticked."""
    runs = mine.workspace.runs
    rows = [_row(run) for run in runs]
    st.caption("Tick runs to see their curves in one chart, or one of them to rename, delete or export it.")
    event = st.dataframe(
        rows,
        key=f"runs/{len(runs)}",
        on_select="rerun",
        selection_mode="multi-row",
        hide_index=True,
        height=ROW_PX * (1 + min(len(runs), MOST_ROWS)) + SCROLLBAR_PX,
        column_config={
            "Parameters": st.column_config.NumberColumn(format="localized"),
            "Best accuracy": st.column_config.TextColumn(
                help="After the best epoch, on images it does not learn from."
            ),
            "Test accuracy": st.column_config.TextColumn(help="With the weights that are kept."),
        },
    )
    ticked = [runs[number] for number in event.selection.rows if number < len(runs)]
    return ticked or runs[: min(3, len(runs))]


def _row(run: Run) -> dict:
    now = run.snapshot
    best = now.best()
    return {
        "Name": run.name,
        "State": progress_words(now),
        "Parameters": trace(run.network).parameters,
        "Best accuracy": percent(None if best is None else best.accuracy),
        "of epoch": "–" if best is None else f"{best.epoch:.3g}",
        "Test accuracy": percent(now.test_accuracy),
        "Time": duration(now.seconds),
        "Data": about(run.dataset_name).title,
        "Recipe": _recipe_words(run),
        "Begun": datetime.fromtimestamp(run.created).strftime("%d %b %H:%M"),
    }


def _recipe_words(run: Run) -> str:
    """With the epochs that it has come to be planned for."""
    return replace(run.recipe, epochs=min(run.snapshot.epochs, MOST_EPOCHS)).describe()


def overlay(runs: list[Run]) -> None:
    """The curves of several runs in one chart."""
    if len(runs) > MOST_COMPARED:
        st.caption(f"The first {MOST_COMPARED} of {len(runs)} are drawn.")
        runs = runs[:MOST_COMPARED]
    with st.container(horizontal=True, vertical_alignment="center"):
        quantity = st.segmented_control(
            "Curve", ["accuracy", "loss"], default="accuracy", required=True, key="runs/curve", label_visibility="collapsed"
        )  # fmt: skip
        training = st.toggle("Training curves too", key="runs/training")
    named = [(run.name, run.snapshot) for run in runs]
    ends = [f"{name} {getattr(snapshot.judged[-1], quantity):.4f}" for name, snapshot in named if snapshot.judged]
    st.vega_lite_chart(
        compared(named, quantity, training, look()),
        key="runs/compared",
        alt=f"{quantity.capitalize()} over epochs; at the end: {', '.join(ends)}.",
    )
    tested = {run.name: about(run.dataset_name).tested_on for run in runs}
    if len(set(tested.values())) > 1:
        each = ", ".join(f"{plain(name)} on {plain(on)}" for name, on in tested.items())
        st.caption(f"**Not to be compared by height**: they are tested on different images. {each}.")
    st.caption("Dashed: images that the run does not learn from. Each run has its own colour and shape.")


def manage(mine: Session, runs: list[Run]) -> None:
    """Choose, rename, take away, delete: one run."""
    number = 0
    if len(runs) > 1:
        names = [run.name for run in runs]
        number = st.selectbox("Run", range(len(runs)), format_func=names.__getitem__, key=f"runs/one/{names}")
    run = runs[number]
    st.markdown(f"**{plain(run.name)}** · {plain(_recipe_words(run))}")
    best = run.snapshot.best()
    if best is not None:
        st.caption(
            f"Best after epoch {best.epoch:g}: {percent(best.accuracy)} of the {run.snapshot.judged_on} images."
        )
    if run.problem:
        st.warning(f"This run is not kept on disk. {run.problem}")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if st.button("Open on Train", icon=":material/monitoring:", key="runs/open"):
            mine.choose_run(run)
            go_to("train")
        why_not = _why_not_inside(mine, run)
        if st.button(
            "Look inside", icon=":material/layers:", disabled=why_not is not None, help=why_not, key="runs/inside"
        ):
            mine.choose_run(run)
            mine.focus.subject = "run"
            go_to("feature_maps")
        if st.button("Edit its network", icon=":material/account_tree:", key="runs/edit", disabled=mine.locked):
            mine.editor.open(run.network, run.recipe)
            if run.dataset_name in SOURCES:  # drawings are taught on the page Teach
                mine.editor.dataset = run.dataset_name
            go_to("build")
        trained_files(run)
        _delete(mine, run)
    name = st.text_input("Name", run.name, max_chars=MAX_NAME, key=f"runs/name/{run.created}", width=320)
    if name.strip() and name.strip() != run.name:
        try:
            run.rename(name.strip())
        except StoreError as problem:
            st.error(str(problem))
        else:
            st.rerun()


def _why_not_inside(mine: Session, run: Run) -> str | None:
    """Why one cannot look into this run now, in a sentence; None if one can."""
    if not open_to(mine, "feature_maps"):
        return "This lesson leaves out the pages that look inside."
    return None if run.snapshot.judged else "It has learned nothing yet."


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
    """Runs on disk that cannot be read: said, and deletable; the others are as they were."""
    if mine.workspace.problem:
        st.warning(mine.workspace.problem)
    for run_id, sentence in list(mine.workspace.damaged.items()):

        def delete(run_id: str = run_id) -> None:
            try:
                mine.workspace.delete_damaged(run_id)
            except StoreError as problem:
                mine.workspace.problem = str(problem)

        with st.container(horizontal=True, vertical_alignment="center"):
            st.warning(sentence, width="stretch")
            st.button("Delete it", on_click=delete, key=f"runs/damaged/{run_id}")
