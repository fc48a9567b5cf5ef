"""How the networks learned: the curves of runs, and of trainings that were measured before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from core.study.finished import Finished, finished
from core.study.ledger import as_curves
from core.ui.pages.compare.finished import choose_finished, finished_table
from core.ui.shell.session import Session
from core.ui.widgets.curves import curve_switches, curves_compared, seeds_as_one
from core.ui.widgets.studies import MOST, Entrant, StudyState, watch
from core.views.wording import told_apart
from core.views.zooming import ZOOM

UNITS = {"epoch": "by epoch", "second": "by second"}
BEFORE = "measured before"
AS_ONE = "compare/as_one"  # key of the switch


def learning(mine: Session, entrants: Sequence[Entrant]) -> None:
    """The part on learning: what is chosen, its curves, and what came of those that were measured before."""
    own = any(curved(one) for one in entrants)
    if not own and not finished():
        return
    st.markdown("**Learning curves**")
    before = choose_finished(mine, not own)
    if own or before:
        curve_controls(mine, entrants)
    watch(None, entrants, lambda: curves(mine, entrants, before))
    finished_table(list(before.values()))


def curve_controls(mine: Session, entrants: Sequence[Entrant]) -> None:
    """What the chart of curves shows."""
    with st.container(horizontal=True, vertical_alignment="center"):
        quantity = st.segmented_control(
            "Curve", ["accuracy", "loss"], default="accuracy", required=True, key="compare/curve", label_visibility="collapsed"
        )  # fmt: skip
        st.segmented_control(
            "Time", list(UNITS), default="epoch", required=True, format_func=UNITS.__getitem__, key="compare/unit",
            label_visibility="collapsed",
        )  # fmt: skip
        st.toggle("Training curves too", key="compare/training")
        if st.session_state.get("compare/unit") != "second":  # by the second, each seed takes its own time
            seeds_as_one(AS_ONE, [one.run for one in entrants if one.run is not None and curved(one)])
        curve_switches(mine, "compare", quantity == "loss")


def curves(mine: Session, entrants: Sequence[Entrant], chosen_before: Mapping[int, Finished]) -> None:
    """The curves of the runs among them, and of trainings that were measured before, in one chart.

    Args:
        mine: the visitor.
        entrants: the networks that are compared.
        chosen_before: the trainings, each by the number by which it keeps its colour.
    """
    before = list(chosen_before.values())
    by_run = {one.run: one for one in entrants if one.run is not None and curved(one)}
    if not by_run and not before:
        return
    chosen = st.session_state
    quantity, by_second = chosen.get("compare/curve", "accuracy"), chosen.get("compare/unit") == "second"
    names = told_apart([*(one.name for one in by_run.values()), *(f"{one.name} ({BEFORE})" for one in before)])
    titles = dict(zip(by_run, names, strict=False))
    drawn = as_curves(list(by_run), titles, not by_second and bool(chosen.get(AS_ONE)))
    shown_before = list(zip(names[len(by_run) :], (one.snapshot for one in before), strict=True))
    named = [*((titles[run], run.snapshot) for run in drawn.alone), *shown_before]
    numbers = [mine.state(StudyState).number(by_run[run].key) for run in drawn.first]
    numbers[len(drawn.alone) : len(drawn.alone)] = [MOST + 1 + place for place in chosen_before]
    training = bool(chosen.get("compare/training"))
    curves_compared(
        mine,
        "compare",
        "compare/curves",
        named,
        drawn.bands,
        quantity,
        training,
        numbers,
        by_second,
        before=[name for name, _ in shown_before],
    )
    st.caption(f"{_dashes(bool(by_run), before)}{_pace(by_second, before)} {ZOOM}")


def _dashes(runs: bool, before: Sequence[Finished]) -> str:
    """What the dashes mean."""
    short = "Dashed: images that the run does not learn from." if runs else ""
    on = {one.snapshot.evaluated_on for one in before}
    if not on:
        return short
    kinds = {"test": "the test images", "validation": "7,500 training images kept apart"}
    images = " or ".join(kinds[kind] for kind in ("validation", "test") if kind in on)
    return f"{short} Long dashes: {BEFORE}, on {images}, as the table below says.".strip()


def _pace(by_second: bool, before: Sequence[Finished]) -> str:
    if not by_second:
        return ""
    where = " Those measured before were timed on another machine." if before else ""
    return f" Each epoch counts as long as a run’s epochs took on average.{where}"


def curved(entrant: Entrant) -> bool:
    """Whether it has a curve."""
    return entrant.run is not None and bool(entrant.run.snapshot.evaluations)
