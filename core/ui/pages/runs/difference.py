"""Two runs beside each other: their recipes and data, and their networks layer by layer."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.study.ledger import differing
from core.training import Run
from core.ui.pages.runs.state import RunsState
from core.ui.shell.renewal import value_if_changed
from core.ui.shell.session import Session
from core.ui.widgets.model_view import run_options
from core.views.changes import change_rows
from core.views.wording import plain

PLACES = ("First", "Second")


def difference(mine: Session, runs: Sequence[Run]) -> None:
    """A fold with a choice of two of these runs, and all that was set otherwise in one than in the other."""
    if len(runs) < 2:
        return
    with st.expander("What differs between two runs: recipes and networks"):
        pair = _pair(mine, runs)
        by_key, titles = run_options(runs, mine.workspace.runs)
        for place, column in enumerate(st.columns(2)):
            with column:
                _choose(mine, place, pair, by_key, titles)
        first, second = pair
        if first is second:
            st.caption("Choose two runs.")
            return
        _settings(first, second)
        _networks(first, second)


def _pair(mine: Session, runs: Sequence[Run]) -> tuple[Run, Run]:
    """The two that were chosen, as far as they are among these; else the second newest and the newest."""
    wanted = mine.state(RunsState).pair
    by_time = {run.created: run for run in runs}
    usual = runs[1], runs[0]
    first, second = (by_time.get(-1.0 if one is None else one, usual[place]) for place, one in enumerate(wanted))
    return first, second


def _choose(mine: Session, place: int, pair: tuple[Run, Run], by_key: dict[str, Run], titles: dict[str, str]) -> None:
    state, options = mine.state(RunsState), list(by_key)
    key = f"runs/pair/{place}/{pair[place].created}/{hash(tuple(titles.items()))}"

    def choose() -> None:
        value = value_if_changed(key, options[at])
        if value is not None:
            chosen = [one.created for one in pair]
            chosen[place] = by_key[value].created
            state.pair = chosen[0], chosen[1]

    at = list(by_key.values()).index(pair[place])
    st.selectbox(PLACES[place], options, at, format_func=titles.__getitem__, key=key, on_change=choose)


def _settings(first: Run, second: Run) -> None:
    columns = differing([second, first])
    rows = [
        {"Setting": one.label, "First": plain(one.values[1]), "Second": plain(one.values[0])}
        for one in columns
        if one.label != "Layers"
    ]
    if rows:
        st.table(rows, hide_index=True, border="horizontal", alt="Settings in which the two runs differ")
    else:
        st.caption("Their recipes and data are alike in every setting.")


def _networks(first: Run, second: Run) -> None:
    rows = change_rows(first.network, second.network)
    if all(row[""] == "=" for row in rows):
        st.caption("Their networks are alike, layer by layer.")
        return
    told = [{column: plain(words) for column, words in row.items()} for row in rows]
    st.table(told, hide_index=True, border="horizontal", alt="The layers of both networks beside each other")
    st.caption("= alike · ≠ with other settings · − only in the first · + only in the second.")
