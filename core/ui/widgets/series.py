"""Runs that train one after another: how far they are, and the buttons that stop them and go on."""

from __future__ import annotations

import streamlit as st

from core.data import SOURCES, load
from core.network.words import counted, joined
from core.study.over_fitting import seconds_left
from core.training import State
from core.training.series import Planned, Series
from core.ui.shell.frame import plain, refreshing
from core.ui.shell.session import Session
from core.ui.widgets.controls import control
from core.views.wording import duration, progress_words

SECONDS = 1.0  # between two drawings
MOST_SHOWN, ROW_PX = 5, 56  # beyond, the list of those that wait scrolls


def followed_series(series: Series, key: str) -> None:
    """Buttons, and how far all are, which follows while the series goes on; the page is drawn anew when a run begins or ends.

    Args:
        series: the runs.
        key: begins the buttons' keys.
    """
    _controls(series, key)
    refreshing(
        lambda: (series.going, series.over, len(series.runs), series.waiting),
        series.going,
        SECONDS,
        lambda: _progress(series),
    )


def line_of_runs(mine: Session, key: str, but_of: str = "") -> None:
    """The runs that train one after another: what trains, what waits, and the buttons that take one of these out, or stop all.

    Nothing where none is left to do.

    Args:
        mine: whose runs.
        key: begins the buttons' keys.
        but_of: id of the page whose own series is shown otherwise.
    """
    series = mine.workspace.series
    if series is None or series.over or (but_of and series.page == but_of):
        return
    with st.container(border=True, key=f"{key}/line"):
        st.markdown(f"**In line: {plain(series.title)}**")
        followed_series(series, f"{key}/line")
        waiting = series.waiting
        if waiting:
            st.caption("These wait, and begin in this order, each as soon as the one before has ended:")
            with st.container(height=MOST_SHOWN * ROW_PX if len(waiting) > MOST_SHOWN else "content", border=False):
                for place, plan in enumerate(waiting, 1):
                    _waiting(mine, series, plan, place, key)


def _waiting(mine: Session, series: Series, plan: Planned, place: int, key: str) -> None:
    """A run that waits, and the button that takes it out of the line."""

    def take_out() -> None:
        if not series.leave_out(plan.key) and plan in series.plans:  # no second press: it is there still
            mine.notice = f"“{plan.name}” has begun already; stop it by its own buttons."

    told = f"{place}. {plan.name}: {plan.recipe.describe()}, seed {plan.recipe.seed}, {SOURCES[series.dataset_of(plan)].title}"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(plain(told), width="stretch")
        control(
            "Take out",
            "close",
            take_out,
            None,
            f"“{plan.name}” is not trained then.",
            f"{key}/out/{id(series)}/{plan.key}",
        )


def _controls(series: Series, key: str) -> None:
    """Stop, and go on."""
    resting = not series.going and not series.over
    with st.container(horizontal=True, vertical_alignment="center"):
        control(
            "Stop", "stop", series.stop, None if series.going else "No run is going.",
            "Ends the run at work, which stays as it is, and starts no other.", f"{key}/stop",
        )  # fmt: skip
        control(
            "Go on", "play_arrow", series.go_on, None if resting else "Nothing waits or rests.",
            "With the run that rests, else with the next one.", f"{key}/on",
        )  # fmt: skip
    if series.problem:
        st.error(plain(series.problem))


def _progress(series: Series) -> None:
    """Which run is at work, how far all are, and how long the rest will take."""
    runs, current, waiting = series.runs, series.current, series.waiting
    done = len(series.plans) - len(waiting)
    if series.over:
        images = joined(list(dict.fromkeys(SOURCES[series.dataset_of(plan)].title for plan in series.plans)))
        st.caption(f"{counted(len(runs), 'run')} on {images}. They stay among your runs.")
        return
    share = (done - 1 + current.snapshot.progress if current is not None and done else done) / len(series.plans)
    words = f"Run {done} of {len(series.plans)}"
    if current is not None:
        words += f": {current.name}. {progress_words(current.snapshot)}"
        if current.snapshot.message:
            words += f". {current.snapshot.message}"
    if waiting:
        seconds = _left(series)
        words += f" · then {len(waiting)} more" + ("" if seconds is None else f", about {duration(seconds)}")
    st.progress(min(max(share, 0.0), 1.0), text=plain(words))


def _left(series: Series) -> float | None:
    """Estimated seconds for the runs that wait, by those that have ended; None where they learn from different images."""
    if any(series.dataset_of(plan) != series.dataset for plan in series.plans):
        return None
    data = load(series.dataset)
    plans = {plan.key: plan for plan in series.plans}
    ended = [
        (plans[key], run.snapshot.seconds) for key, run in series.runs.items() if run.snapshot.state is State.FINISHED
    ]
    return seconds_left(series.waiting, ended, len(data.x_train), len(data.x_test))
