"""The frame of all pages: head, sidebar with the status of the run, and sections that follow a run."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.training import Run, State
from core.ui.shell.help import HELP
from core.ui.shell.pages import PAGES, left_out, link_to, page_id, turn_page
from core.ui.shell.private import fit_canvases, fold_on_phones, repeated
from core.ui.shell.session import Session, session
from core.views.theme import DARK, LIGHT, Look
from core.views.wording import certainty as certainty
from core.views.wording import parameter_words, percent, plain, point_text, progress_words

SIDEBAR_SECONDS = 1.0
HELP_LABEL = "What is this page?"  # heard; the mark is seen


def head(title: str, line: str, beside: Callable[[], None] | None = None) -> None:
    """The page's name with its help mark and, in one line, what to do on it; `beside` draws a button at the right of the name."""
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small", width="content", key="head"):
            st.title(plain(title), anchor=False, width="content")
            help_mark(page_id(title))
        if beside is not None:
            beside()
    st.markdown(line)


def help_mark(page: str) -> None:
    """A *?* that says in three sentences what one sees on the page, with the terms that matter there."""
    told = HELP[page]
    with st.popover(HELP_LABEL, icon=":material/help:", type="tertiary", key=f"help/{page}"):
        st.markdown(told.sentences)
        if told.terms:
            st.markdown(told.meanings)
            link_to("glossary", "All terms: Glossary", PAGES["glossary"].icon)


def look() -> Look:
    """The colours for charts on the page as this visitor sees it."""
    return DARK if st.context.theme.type == "dark" else LIGHT


def sidebar(mine: Session) -> None:
    """The network in the editor with its size, and the newest run, which may be of another network."""
    with st.sidebar:
        st.markdown(f"**{plain(mine.editor.network.name)}**  \n{parameter_words(mine.editor.network)}")
        _lesson(mine)
        following(lambda: mine.run, SIDEBAR_SECONDS, lambda: _status(mine))
        _series(mine)
    fold_on_phones()
    fit_canvases()


def _lesson(mine: Session) -> None:
    """What the lesson leaves out, and the way out of it: it outlives reloads and holds in every window."""
    if not (mine.hidden or mine.course.running):
        return
    if left := left_out(mine.hidden):
        st.caption(f"This lesson leaves out {left}.")
    st.button("End the lesson", key="sidebar/lesson", on_click=mine.end_lesson, icon=":material/logout:")


def following(
    current: Callable[[], Run | None],
    seconds: float,
    body: Callable[[], None],
    chosen: Callable[[], object] = lambda: None,
) -> None:
    """Draw `body` now and, while the run goes on, again every few seconds; when it begins or ends, the whole page.

    The whole page too when something else is `chosen`, as by a button of `body` that changes what stands elsewhere.
    Each time counts as a sign that the run's visitor is there.
    """
    run = current()

    def state() -> tuple[Run | None, bool, object]:
        now = current()
        return now, now is not None and now.active, chosen()

    def drawn() -> None:
        if run is not None:
            run.heartbeat()
        body()

    refreshing(state, run is not None and run.active, seconds, drawn)


def refreshing(state: Callable[[], object], going: bool, seconds: float, body: Callable[[], None]) -> None:
    """Draw `body` now and, while something goes on, again every few seconds; a notice of what its buttons did comes with it.

    Args:
        state: of what goes on; when it is another than now, the whole page is drawn anew.
        going: whether it goes on now.
        seconds: between two drawings.
        body: draws it, without widgets whose keys change.
    """
    known = state()

    def drawn() -> None:
        turn_page()
        if state() != known:
            st.rerun()
        session().show_notice()
        body()

    repeated(drawn, seconds if going else None)


def _series(mine: Session) -> None:
    """Runs that are trained one after another, on whatever page their visitor is: they need somebody who looks."""
    series = mine.workspace.series

    def state() -> tuple[object, bool]:
        now = mine.workspace.series
        return now, now is not None and now.going

    def drawn() -> None:
        if series is None or not series.going:
            return
        series.advance()
        now = series.current
        st.divider()
        done = len(series.plans) - len(series.waiting)
        st.markdown(f"**{plain(series.title)}** run {done} of {len(series.plans)}")
        if now is not None:
            st.progress(now.snapshot.progress, text=plain(f"{now.name}: {progress_words(now.snapshot)}"))
        st.button("Stop them", key="sidebar/series/stop", on_click=series.stop, icon=":material/stop:")
        if series.page in PAGES:
            link_to(series.page, "See their curves", PAGES[series.page].icon)

    refreshing(state, state()[1], SIDEBAR_SECONDS, drawn)


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
    evaluated, learned = now.evaluated, now.train_accuracy
    with st.container(horizontal=True, vertical_alignment="center"):
        if evaluated is not None:
            st.markdown(f"{point_text(evaluated)} {now.evaluated_on} accuracy", width="content")
        elif learned is not None:
            st.markdown(f"{percent(learned)} training accuracy", width="content")
        if run.active:
            st.button("Pause", key=f"sidebar/pause/{run.created}", on_click=run.pause, icon=":material/pause:")
            st.button("Stop", key=f"sidebar/stop/{run.created}", on_click=run.stop, icon=":material/stop:")
        elif now.state is State.PAUSED:
            st.button(
                "Resume", key=f"sidebar/resume/{run.created}", on_click=run.resume, icon=":material/play_arrow:"
            )
    link_to("train", "See its curves", "monitoring")
