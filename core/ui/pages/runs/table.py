"""The table of runs, and the curves of the ticked ones in one chart."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import streamlit as st

from core.data import about
from core.network import trace
from core.network.settings import Integer, settings_of
from core.training import Recipe, Run
from core.ui.pages.runs.state import RunsState
from core.ui.shell.frame import look
from core.ui.shell.renewal import value_if_changed
from core.ui.shell.session import Session
from core.ui.widgets.curves import curve_chart, whole_curves
from core.views.charts import LOGARITHMIC, compared
from core.views.wording import duration, percent, plain, progress_words
from core.views.zooming import ZOOM

MOST_COMPARED = 8
MOST_ROWS = 6  # beyond, the table scrolls: it is seen together with the curves
ROW_PX, SCROLLBAR_PX = 35, 14  # of Streamlit's table; without room of its own the bar covers the last row
_EPOCHS = settings_of(Recipe)["epochs"]
assert isinstance(_EPOCHS, Integer)
MOST_EPOCHS = _EPOCHS.maximum


def run_table(mine: Session) -> list[Run]:
    """Show all runs, newest first; returns those that are ticked, or else the newest three."""
    runs, state = mine.workspace.runs, mine.state(RunsState)
    rows = [_row(run) for run in runs]
    shown = [place for place, run in enumerate(runs) if run.created in state.ticked]
    key = f"runs/table/{'/'.join(map(str, state.numbers_of(runs, runs)))}"

    def tick() -> None:  # the ticks are of these runs, also where a table with others has taken the place of theirs
        gone = mine.workspace.runs != runs
        rows = value_if_changed(key, shown, gone, lambda event: sorted(event.selection.rows))
        if rows is not None:
            state.ticked = frozenset(runs[place].created for place in rows)
            mine.reveals.renew()

    st.caption("Tick runs to see their curves in one chart, or one of them to rename, delete or export it.")
    st.dataframe(
        rows,
        key=key,
        on_select=tick,
        selection_default={"selection": {"rows": shown}},
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
    ticked = [run for run in runs if run.created in state.ticked]
    return ticked or runs[: min(3, len(runs))]


def _row(run: Run) -> dict:
    now = run.snapshot
    best = now.best()
    return {
        "Name": run.name,
        "State": progress_words(now),
        "Parameters": trace(run.network).parameters,
        "Best accuracy": percent(None if best is None else best.accuracy),
        "Best epoch": "–" if best is None else f"{best.epoch:.3g}",
        "Test accuracy": percent(now.test_accuracy),
        "Time": duration(now.seconds),
        "Data": about(run.dataset_name).title,
        "Recipe": recipe_words(run),
        "Begun": datetime.fromtimestamp(run.created).strftime("%d %b %H:%M"),
    }


def recipe_words(run: Run) -> str:
    """The recipe in words, with the number of epochs that is planned by now."""
    return replace(run.recipe, epochs=min(run.snapshot.epochs, MOST_EPOCHS)).describe()


def overlay(mine: Session, runs: list[Run]) -> None:
    """The curves of several runs in one chart."""
    if len(runs) > MOST_COMPARED:
        st.caption(f"The first {MOST_COMPARED} of {len(runs)} are drawn.")
        runs = runs[:MOST_COMPARED]
    with st.container(horizontal=True, vertical_alignment="center"):
        quantity = st.segmented_control(
            "Curve", ["accuracy", "loss"], default="accuracy", required=True, key="runs/curve", label_visibility="collapsed"
        )  # fmt: skip
        training = st.toggle("Training curves too", key="runs/training")
        loss = quantity == "loss"
        logarithmic = loss and st.toggle("Logarithmic", key="runs/logarithmic", help=LOGARITHMIC)
        whole_curves(mine, "runs/whole")
    named = [(run.name, run.snapshot) for run in runs]
    numbers = mine.state(RunsState).numbers_of(runs, mine.workspace.runs)
    ends = [
        f"{name} {getattr(snapshot.evaluations[-1], quantity):.4f}"
        for name, snapshot in named
        if snapshot.evaluations
    ]
    curve_chart(
        mine,
        compared(named, quantity, training, look(), numbers, bool(logarithmic)),
        "runs/compared",
        f"{quantity.capitalize()} over epochs; at the end: {', '.join(ends)}.",
    )
    tested = {run.name: about(run.dataset_name).tested_on for run in runs}
    if len(set(tested.values())) > 1:
        each = ", ".join(f"{plain(name)} on {plain(on)}" for name, on in tested.items())
        st.caption(f"**Not to be compared by height**: they are tested on different images. {each}.")
    st.caption("Dashed: images that the run does not learn from. Each run keeps its own colour and shape. " + ZOOM)
