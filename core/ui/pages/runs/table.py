"""The table of runs, and the curves of the ticked ones in one chart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import streamlit as st

from core.data import about
from core.study.ledger import as_curves, chosen_by, differing, flattered, recipe_now, shared_words, titles_of
from core.training import Run
from core.ui.pages.runs.finding import shown_runs
from core.ui.pages.runs.state import RunsState
from core.ui.shell.renewal import value_if_changed
from core.ui.shell.session import Session
from core.ui.widgets.curves import curve_switches, curves_compared, seeds_as_one
from core.views.wording import duration, plain, point_text, progress_words
from core.views.zooming import ZOOM

MOST_COMPARED = 8
MOST_ROWS = 6  # beyond, the table scrolls: it is seen together with the curves
ROW_PX, SCROLLBAR_PX = 35, 14  # of Streamlit's table; without room of its own the bar covers the last row
MOST_SMOOTHING = 0.95  # weight of what came before
SMOOTHING = "An exponential moving average: the weight of what came before. 0 shows each point as it was measured."
STAR, BEST, TESTED = "★", "Best accuracy, told by", "Test accuracy"


def run_table(mine: Session, runs: Sequence[Run]) -> list[Run]:
    """Show these runs, newest first, and the settings in which they differ.

    Returns those that are ticked, or else the newest three.
    """
    state = mine.state(RunsState)
    rows = _rows(runs, _titles(mine, runs))
    shown = [place for place, run in enumerate(runs) if run.created in state.ticked]
    key = f"runs/table/{'/'.join(map(str, state.numbers_of(runs, mine.workspace.runs)))}"

    def tick() -> None:  # the ticks are of these runs, also where a table with others has taken the place of theirs
        gone = shown_runs(mine) != runs
        rows = value_if_changed(key, shown, gone, lambda event: sorted(event.selection.rows))
        if rows is not None:
            here = {run.created for run in runs}
            state.ticked = (state.ticked - here) | {runs[place].created for place in rows}
            mine.reveals.renew()

    st.caption(
        "Tick runs to see their curves in one chart, several to train them anew, or one of them to rename, mark, delete or export it."
    )
    st.dataframe(
        rows,
        key=key,
        on_select=tick,
        selection_default={"selection": {"rows": shown}},
        selection_mode="multi-row",
        hide_index=True,
        height=ROW_PX * (1 + min(len(runs), MOST_ROWS)) + SCROLLBAR_PX,
        column_config={
            STAR: st.column_config.TextColumn(help="Starred by you.", width=40),
            BEST: st.column_config.TextColumn(
                help="After the best epoch, and the images by which that epoch was told. Told by the test images, it is a little too good."
            ),
            TESTED: st.column_config.TextColumn(
                help="With the weights that are kept. Where their epoch or the learning rate was chosen by the test images, it says so."
            ),
        },
    )
    if runs:
        alike = "All is set alike" if len(runs) > 1 else "Set"
        alike = "Alike in all of them" if len(runs) > 1 and differing(runs) else alike
        st.caption(f"{alike}: {plain(shared_words(runs))}.")
    ticked = [run for run in runs if run.created in state.ticked]
    return ticked or list(runs[:3])


def _titles(mine: Session, runs: Sequence[Run]) -> dict[Run, str]:
    """What each run is called here, so that all of the visitor's are told apart."""
    return titles_of([*mine.workspace.runs, *runs])


def _rows(runs: Sequence[Run], titles: Mapping[Run, str]) -> list[dict]:
    """A row for each run; marks have columns where there are any."""
    columns = differing(runs)
    there = {
        STAR: any(run.marks.starred for run in runs),
        "Tags": any(run.marks.tags for run in runs),
        "Note": any(run.marks.note for run in runs),
    }
    rows = []
    for place, run in enumerate(runs):
        settings = {column.label: column.values[place] for column in columns}
        row = {STAR: STAR if run.marks.starred else "", "Name": titles[run], "Tags": run.marks.tags}
        row |= _results(run) | settings
        row |= {"Begun": datetime.fromtimestamp(run.created).strftime("%d %b %H:%M"), "Note": run.marks.note}
        rows.append({column: value for column, value in row.items() if there.get(column, True)})
    return rows


def _results(run: Run) -> dict:
    now = run.snapshot
    best = now.best()
    tested = point_text(now.tested)
    return {
        "State": progress_words(now),
        BEST: "–" if best is None else f"{point_text(best)} ({chosen_by(run)})",
        "Best epoch": "–" if best is None else f"{best.epoch:.3g}",
        TESTED: f"{tested} (test chose)" if now.test_accuracy is not None and flattered(run) else tested,
        "Time": duration(now.seconds),
    }


def recipe_words(run: Run) -> str:
    """The recipe in words, with the number of epochs that is planned by now."""
    return recipe_now(run).describe()


def _smoothing() -> float:
    return st.slider(
        "Smoothing of training curves",
        0.0,
        MOST_SMOOTHING,
        0.0,
        0.05,
        key="runs/smoothing",
        width=200,
        help=SMOOTHING,
    )


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
        as_one = seeds_as_one("runs/seeds/as_one", runs)
        weight = _smoothing() if training else 0.0
        curve_switches(mine, "runs", quantity == "loss")
    titles = _titles(mine, runs)
    drawn = as_curves(runs, titles, as_one)
    named, spreads = [(titles[run], run.snapshot) for run in drawn.alone], drawn.bands
    numbers = mine.state(RunsState).numbers_of(drawn.first, mine.workspace.runs)
    curves_compared(mine, "runs", "runs/compared", named, spreads, quantity, training, numbers, smoothing=weight)
    tested = {titles[run]: about(run.dataset_name).tested_on for run in runs}
    if len(set(tested.values())) > 1:
        each = ", ".join(f"{plain(name)} on {plain(on)}" for name, on in tested.items())
        st.caption(f"**Not to be compared by height**: they are tested on different images. {each}.")
    st.caption("Dashed: images that the run does not learn from. Each run keeps its own colour and shape. " + ZOOM)
