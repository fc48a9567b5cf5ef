"""What all pages share: the head, the way on, and the run's status in the sidebar."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.network import trace
from core.training import Run, Snapshot, State
from core.ui.session import Session

SIDEBAR_SECONDS = 1.0


def head(title: str, line: str) -> None:
    """The page's name and, in one line, what to do on it."""
    st.title(title, anchor=False)
    st.markdown(line)


def onward(page: str, words: str) -> None:
    """A link to the next step."""
    st.page_link(page, label=words, icon=":material/arrow_forward:")


def sidebar(mine: Session) -> None:
    """The network's name and size, and the current run."""
    with st.sidebar:
        traced = trace(mine.network)
        st.markdown(f"**{mine.network.name}**  \n{traced.parameters:,} parameters")
        following(mine.run, SIDEBAR_SECONDS, lambda: _status(mine.run))


def following(run: Run | None, seconds: float, body: Callable[[], None]) -> None:
    """Draw `body` now and, while the run goes on, again every few seconds; when it ends, the whole page.

    Each time counts as a sign that the run's visitor is there.
    """
    active = run is not None and run.active

    def drawn() -> None:
        if run is not None:
            run.touch()
        ended = active and not run.active
        body()
        if ended:
            st.rerun()

    st.fragment(drawn, run_every=seconds if active else None)()


def _status(run: Run | None) -> None:
    if run is None:
        return
    now = run.snapshot
    st.progress(now.progress, text=progress_words(now))
    accuracy = now.test_accuracy if now.test_accuracy is not None else now.train_accuracy
    with st.container(horizontal=True, vertical_alignment="center"):
        if accuracy is not None:
            kind = "test" if now.test_accuracy is not None else "training"
            st.markdown(f"{accuracy:.2%} {kind} accuracy".replace("%", " %"), width="content")
        if run.active:
            st.button("Stop", key="sidebar/stop", on_click=run.stop, icon=":material/stop:")
    st.page_link("pages/train.py", label=f"{run.network.name}: see its curves", icon=":material/monitoring:")


def progress_words(now: Snapshot) -> str:
    """Where a run is, in a line that keeps its shape."""
    if now.state in (State.TRAINING, State.EVALUATING):
        left = "" if now.seconds_left is None else f" · {duration(now.seconds_left)} left"
        return f"Epoch {now.epoch} of {now.epochs}{left}"
    return now.state.value.capitalize()


def duration(seconds: float) -> str:
    """`8 s`, `2 min 05 s`, `1 h 10 min`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def percent(share: float | None) -> str:
    """`99.12 %`; a dash where there is no number."""
    return "–" if share is None else f"{share * 100:.2f} %"
