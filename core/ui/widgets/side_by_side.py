"""Trainings beside each other: their curves as they grow, what came of them, and the ways on to Study."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import streamlit as st

from core.training import Point, Run, Snapshot, State
from core.ui.shell.frame import look
from core.ui.shell.pages import go_to, open_to
from core.ui.shell.session import Session
from core.ui.widgets.controls import control
from core.ui.widgets.curves import axes_of, curve_chart, curve_switches
from core.ui.widgets.failures import failure
from core.ui.widgets.studies import StudyState
from core.views.charts import CURVE_HEIGHT, learning_curve
from core.views.wording import plain, point_text, progress_words
from core.views.zooming import ZOOM

LIVE_SECONDS = 0.5


class Side(NamedTuple):
    """One of the trainings.

    Attributes:
        key: its own among those beside it, for the keys of widgets.
        title: what its column is called; it may be a stranger's text.
        name: what a sentence calls it, as `the dense network`.
        run: the run; None before there is any.
        why_none: why there is none, in a few words.
    """

    key: str
    title: str
    name: str
    run: Run | None = None
    why_none: str = ""

    @property
    def tested(self) -> Point | None:
        """The test after some training; None before."""
        test = None if self.run is None else self.run.snapshot.test
        return test if test is not None and test.epoch > 0 else None

    @property
    def active(self) -> bool:
        """Whether it trains."""
        return self.run is not None and self.run.active


def live_columns(
    mine: Session,
    sides: Sequence[Side],
    epochs: int,
    key: str,
    said: Callable[[Mapping[str, Point]], str],
    quantity: str = "accuracy",
) -> None:
    """The curves of all in columns with one vertical axis, or the room for them, so that nothing below moves.

    Args:
        mine: the visitor.
        sides: the trainings.
        epochs: of those that there are not yet.
        key: begins the widgets' keys.
        said: test results by the sides' keys → what came of it, in a sentence; is asked once all have ended.
        quantity: `accuracy` or `loss`.
    """
    now = [Snapshot(State.QUEUED, epochs=epochs) if side.run is None else side.run.snapshot for side in sides]
    for column, side, snapshot in zip(st.columns(len(sides), gap="large"), sides, now):
        with column:
            _column(mine, side, snapshot, now, key, quantity)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f"Line: training images. Dashed: {now[0].evaluated_on} images. {ZOOM}", width="stretch")
        curve_switches(mine, key, quantity == "loss")
    tests = {side.key: side.tested for side in sides if side.tested is not None}
    if len(tests) == len(sides) and not any(side.active for side in sides):
        st.markdown(f"**{plain(said(tests))}**")
    else:
        st.markdown("Which is better stands here once both were trained.")


def _column(mine: Session, side: Side, now: Snapshot, beside: Sequence[Snapshot], key: str, quantity: str) -> None:
    """Progress and curve of one of them, or why there is none."""
    shown = now.evaluated
    accuracy = "" if shown is None else f" · {point_text(shown)} {now.evaluated_on} accuracy"
    words = side.why_none if side.run is None else progress_words(now)
    st.progress(now.progress, text=f"{plain(side.title)}: {words}{accuracy}")
    if now.state is State.FAILED:
        failure(now)
    if not now.evaluations:
        with st.container(height=CURVE_HEIGHT, border=True, key=f"{key}/room/{side.key}"):
            st.caption("Its curve appears here.")
        return
    reached = "not tested since it began" if shown is None else f"{point_text(shown)} {now.evaluated_on} accuracy now"
    alt = f"{quantity.capitalize()} of {side.name} over its training; {reached}."
    chart = learning_curve(now, quantity, look(), True, axes=axes_of(key, quantity), beside=beside)
    curve_chart(mine, chart, f"{key}/curve/{side.key}", alt)


def open_both(mine: Session, sides: Sequence[Side], key: str) -> None:
    """Buttons that open both in the pages of Study that set networks against each other."""
    runs = [side.run for side in sides if side.run is not None and side.run.snapshot.evaluated_accuracy is not None]
    why_not = None if len(runs) == len(sides) else "Train both first."

    def open_in(page: str) -> None:
        mine.state(StudyState).compare([f"run/{run.created}" for run in runs])
        go_to(page)

    for page, title, icon in (
        ("compare", "Both in Compare", "compare_arrows"),
        ("robustness", "Both in Robustness", "rotate_90_degrees_ccw"),
    ):
        if open_to(mine, page):
            does = "Opens with these two chosen."
            control(title, icon, lambda page=page: open_in(page), why_not, does, f"{key}/{page}")
