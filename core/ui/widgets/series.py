"""Runs that train one after another: how far they are, and the buttons that stop them and go on."""

from __future__ import annotations

import streamlit as st

from core.data import SOURCES, load
from core.network.words import counted
from core.study.over_fitting import seconds_left
from core.training import State
from core.training.series import Series
from core.ui.shell.frame import plain, refreshing
from core.ui.widgets.controls import control
from core.views.wording import duration, progress_words

SECONDS = 1.0  # between two drawings


def followed_series(series: Series, key: str) -> None:
    """Buttons, and how far all are, which follows while the series goes on; the page is drawn anew when a run begins or ends.

    Args:
        series: the runs.
        key: begins the buttons' keys.
    """
    _controls(series, key)
    refreshing(
        lambda: (series.going, series.over, len(series.runs)), series.going, SECONDS, lambda: _progress(series)
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
    share = (done - 1 + current.snapshot.progress if current is not None and done else done) / len(series.plans)
    if series.over:
        st.caption(f"{counted(len(runs), 'run')} on {SOURCES[series.dataset].title}. They stay among your runs.")
        return
    words = f"Run {done} of {len(series.plans)}"
    if current is not None:
        words += f": {current.name}. {progress_words(current.snapshot)}"
        if current.snapshot.message:
            words += f". {current.snapshot.message}"
    seconds = _left(series)
    if waiting and seconds is not None:
        words += f" · then {len(waiting)} more, about {duration(seconds)}"
    st.progress(min(max(share, 0.0), 1.0), text=plain(words))


def _left(series: Series) -> float | None:
    """Estimated seconds for the runs that wait, by those that have ended."""
    data = load(series.dataset)
    plans = {plan.key: plan for plan in series.plans}
    ended = [
        (plans[key], run.snapshot.seconds) for key, run in series.runs.items() if run.snapshot.state is State.FINISHED
    ]
    return seconds_left(series.waiting, ended, len(data.x_train), len(data.x_test))
