"""Which of the runs are shown: those that were looked for, and the failed ones only where they are asked for."""

from __future__ import annotations

import streamlit as st

from core.network.words import counted
from core.study.ledger import matches
from core.training import Run, State
from core.training.records import MAX_NOTE
from core.ui.pages.runs.state import RunsState
from core.ui.shell.session import Session


def choose_shown(mine: Session) -> list[Run]:
    """The fields to look for runs, where there are several; returns those that are shown, newest first."""
    runs, state = mine.workspace.runs, mine.state(RunsState)
    failed = sum(_failed(run) for run in runs)
    if len(runs) > 1 or state.words or state.starred:
        with st.container(horizontal=True, vertical_alignment="bottom"):
            state.words = st.text_input(
                "Find", state.words, max_chars=MAX_NOTE, key="runs/words", width=320, placeholder="adam 20 epochs",
                help="Words of the name, tags, note, network, data, recipe or state; all of them must be there.",
            ).strip()  # fmt: skip
            state.starred = st.toggle("Starred only", state.starred, key="runs/starred")
            if 0 < failed < len(runs):
                state.failed = st.toggle(f"Show {counted(failed, 'failed run')}", state.failed, key="runs/failed")
    shown = shown_runs(mine)
    if runs and not shown:
        st.info("No run is like that. Take out a word, or show those without a star, too.")
    return shown


def shown_runs(mine: Session) -> list[Run]:
    """Those of the visitor's runs that are shown, newest first; the failed ones by themselves where all have failed."""
    runs, state = mine.workspace.runs, mine.state(RunsState)
    folded = not state.failed and not all(map(_failed, runs))
    return [
        run
        for run in runs
        if matches(run, state.words) and (run.marks.starred or not state.starred) and not (folded and _failed(run))
    ]


def _failed(run: Run) -> bool:
    return run.snapshot.state is State.FAILED
