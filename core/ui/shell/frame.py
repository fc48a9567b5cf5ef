"""What all pages share: the head, the way on, and the run's status in the sidebar."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

import streamlit as st

from core.network import Network, trace
from core.training import Run, Snapshot, State
from core.ui.shell.pages import link_to
from core.ui.shell.private import fold_on_phones
from core.ui.shell.session import Session
from core.views.theme import DARK, LIGHT, Look

SIDEBAR_SECONDS = 1.0


def head(title: str, line: str) -> None:
    """The page's name and, in one line, what to do on it."""
    st.title(title, anchor=False)
    st.markdown(line)


def look() -> Look:
    """The colours for charts on the page as this visitor sees it."""
    return DARK if st.context.theme.type == "dark" else LIGHT


def plain(text: str) -> str:
    """A visitor's words as they are, where Streamlit would read Markdown."""
    return re.sub(r"([\\`*_{}\[\]()#!$:|~<>^&]|(?<=www)\.)", r"\\\1", text)


def sidebar(mine: Session) -> None:
    """The network in the editor with its size, and the newest run, which may be of another network."""
    with st.sidebar:
        st.markdown(f"**{plain(mine.editor.network.name)}**  \n{parameter_words(mine.editor.network)}")
        following(lambda: mine.run, SIDEBAR_SECONDS, lambda: _status(mine))
    fold_on_phones()


def parameter_words(network: Network) -> str:
    """`61,706 parameters`, or why there is no such number."""
    traced = trace(network)
    return "cannot work yet" if traced.problems else f"{traced.parameters:,} parameters"


def following(current: Callable[[], Run | None], seconds: float, body: Callable[[], None]) -> None:
    """Draw `body` now and, while the run goes on, again every few seconds; when it begins or ends, the whole page.

    Each time counts as a sign that the run's visitor is there.
    """
    run = current()
    active = run is not None and run.active

    def drawn() -> None:
        now = current()
        if now is not run or (now is not None and now.active != active):
            st.rerun()
        if run is not None:
            run.touch()
        body()

    st.fragment(drawn, run_every=seconds if active else None)()


def _status(mine: Session) -> None:
    run = mine.run
    if run is None:
        return
    now = run.snapshot
    st.divider()
    changed = run.network != mine.editor.network
    what = f"{plain(run.name)}, {parameter_words(run.network)}"
    st.markdown(f"**Run** {what}" + (", not what is on the Build page" if changed else ""))
    st.progress(now.progress, text=progress_words(now))
    evaluated = now.evaluated_accuracy
    accuracy, kind = (now.train_accuracy, "training") if evaluated is None else (evaluated, now.evaluated_on)
    with st.container(horizontal=True, vertical_alignment="center"):
        if accuracy is not None:
            st.markdown(f"{percent(accuracy)} {kind} accuracy", width="content")
        if run.active:
            st.button("Pause", key="sidebar/pause", on_click=run.pause, icon=":material/pause:")
            st.button("Stop", key="sidebar/stop", on_click=run.stop, icon=":material/stop:")
        elif now.state is State.PAUSED:
            st.button("Resume", key="sidebar/resume", on_click=run.resume, icon=":material/play_arrow:")
    link_to("train", "See its curves", "monitoring")


def progress_words(now: Snapshot) -> str:
    """Where a run is, in a line that keeps its shape."""
    epoch = f"Epoch {now.epoch} of {now.epochs}"
    if now.state in (State.TRAINING, State.EVALUATING):
        return epoch + ("" if now.seconds_left is None else f" · {duration(now.seconds_left)} left")
    if now.state is State.QUEUED:
        first = "1 run goes" if now.queue_position == 1 else f"{now.queue_position} runs go"
        return "Waiting for its turn" + (f": {first} first" if now.queue_position else "")
    if now.state is State.PAUSED and now.step:
        return f"Paused in epoch {now.epoch} of {now.epochs}"
    return now.state.value.capitalize()


def duration(seconds: float) -> str:
    """`8 s`, `2 min 05 s`, `1 h 10 min`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def certainty(probability: float) -> str:
    """`97 %`; near certainty with decimals, as nothing computed is quite certain: `99.62 %`, `over 99.99 %`."""
    if not math.isfinite(probability):
        return "–"
    if probability < 0.995:  # rounded down: what is said to be less than 99 % does not read 99 %
        return f"{math.floor(probability * 100 + 1e-9)} %"
    return f"{probability * 100:.2f} %" if probability < 0.9999 else "over 99.99 %"


def percent(share: float | None) -> str:
    """`99.12 %`; a dash where there is no number."""
    return "–" if share is None else f"{share * 100:.2f} %"
