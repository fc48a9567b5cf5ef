"""All ticked runs trained anew, one after another."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.network.words import counted, told_apart
from core.study.ledger import Anew, anew
from core.training import Run, StoreError
from core.ui.pages.runs.state import RunsState
from core.ui.shell.session import Session
from core.ui.widgets.controls import control
from core.views.wording import duration, plain

TITLE, PAGE = "Trained anew", "runs"
OTHER_SEEDS = "Each with the next seed that no equal run has; else each keeps its own."


def train_anew(mine: Session, runs: Sequence[Run]) -> None:
    """A button that trains the ticked ones among these runs anew, where there are several, and what it will do."""
    ticked = _ticked(mine, runs)
    if len(ticked) < 2:
        return
    with st.container(key="runs/anew"):
        with st.container(horizontal=True, vertical_alignment="center"):
            button = st.container(width="content")
            other = st.toggle("With other seeds", value=False, key="runs/anew/seeds", help=OTHER_SEEDS)
        found = anew(ticked, mine.workspace.runs, other)
        why = _why_not(mine, found)

        def train() -> None:
            if sorted(run.created for run in _ticked(mine, runs)) == sorted(run.created for run in ticked):
                _start(mine, ticked, other)

        label = f"Train these {len(found.plans)} anew" if len(found.plans) > 1 else "Train it anew"
        with button:
            key = f"runs/anew/{'/'.join(map(str, mine.state(RunsState).numbers_of(ticked, mine.workspace.runs)))}"
            control(label, "playlist_play", train, why, "They wait in line, and train one after the other.", key)
        st.caption(plain(" ".join(_told(found, ticked, why))))


def _ticked(mine: Session, runs: Sequence[Run]) -> list[Run]:
    """Those that are ticked and there still, in another window as in this one."""
    there = mine.workspace.runs
    return [run for run in runs if run.created in mine.state(RunsState).ticked and run in there]


def _start(mine: Session, runs: Sequence[Run], other_seeds: bool) -> None:
    """Begin with the first; nothing where it cannot be, as by the second press of a double click."""
    found = anew(runs, mine.workspace.runs, other_seeds)
    if _why_not(mine, found):
        return
    try:
        series = mine.workspace.start_series(found.plans, found.plans[0].dataset, TITLE, PAGE)
    except StoreError as problem:  # another window was quicker
        mine.notice = str(problem)
        return
    if series.current is not None:
        mine.choose_run(series.current)


def _why_not(mine: Session, found: Anew) -> str | None:
    """The reason why they cannot begin now, as a sentence; None if they can."""
    if not found.plans:
        return "None of them can be trained anew."
    series = mine.workspace.series
    if series is not None and series.going:
        return "Runs wait in line already. Stop them first, or wait until they have ended."
    return mine.workspace.why_no_room(len(found.plans))


def _told(found: Anew, runs: Sequence[Run], why: str | None) -> list[str]:
    """What a press will do, or why it cannot; and what is left out."""
    said = [why] if why else []
    if found.plans and not why:
        each = (
            "one after the other, each by its own recipe from fresh weights"
            if len(found.plans) > 1
            else "by its recipe"
        )
        time = "" if found.seconds is None else f": about {duration(found.seconds)}, by what they took here"
        said.append(f"{counted(len(found.plans), 'new run')}, {each}{time}.")
        if any(run.active for run in runs):
            said.append("The one that is going is paused and saved.")
    names = told_apart([run.name for run, _ in found.left_out])
    return said + [f"Left out: “{name}”. {reason}" for name, (_, reason) in zip(names, found.left_out)]
