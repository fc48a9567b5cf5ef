"""Trainings that were measured before: which of them the chart of curves shows, and what came of them."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.network.words import counted
from core.study.finished import Finished, finished, then_and_now
from core.study.size import TESTS
from core.ui.pages.compare.state import CompareState
from core.ui.shell.session import Session
from core.ui.widgets.controls import control
from core.ui.widgets.studies import MOST
from core.views.study import interval_text


def choose_finished(mine: Session, alone: bool) -> dict[int, Finished]:
    """A choice among the trainings whose curves ship; nothing where there are none.

    Args:
        mine: remembers the choice.
        alone: whether nothing else has a curve: then 1998 against today is there from the first.

    Returns:
        Those that were chosen, by their places among all.
    """
    there = finished()
    if not there:
        return {}
    own, pair = mine.state(CompareState), then_and_now(there)
    if own.finished is None:
        own.finished = pair if alone else ()
    own.finished = tuple(key for key in own.finished if key in there)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _choice(own, there)
        if pair:
            _pair(own, pair)
    places = list(there)
    return {places.index(key): there[key] for key in own.finished}


def _choice(own: CompareState, there: dict[str, Finished]) -> None:
    widget = f"compare/finished/{hash(tuple(there))}/{own.choices}"

    def chosen() -> None:
        own.finished = tuple(st.session_state[widget])[:MOST]

    st.multiselect(
        "Add finished trainings",
        list(there),
        list(own.finished or ()),
        format_func=lambda key: there[key].name,
        key=widget,
        on_change=chosen,
        max_selections=MOST,
        placeholder="Presets that were trained before",
        help=f"Their curves were measured when they were trained: nothing is trained for them now. Up to {MOST}.",
    )


def _pair(own: CompareState, pair: tuple[str, ...]) -> None:
    def show() -> None:
        own.finished = pair
        own.choices.renew()

    why_not = "Both are in the chart." if own.finished == pair else None
    words = "Shows LeNet-5 as it was trained in 1998, and a network of today."
    control("1998 against today", "history", show, why_not, words, "compare/then")


def finished_table(before: Sequence[Finished]) -> None:
    """What came of these trainings; nothing for none."""
    if not before:
        return
    rows = [
        {
            "Measured before": one.name,
            "Test accuracy": interval_text(one.score),
            "Parameters": f"{one.parameters:,}",
            "Epoch": one.epoch_words,
            "Recipe": one.recipe.describe(),
        }
        for one in before
    ]
    with st.container(key="compare/before"):
        st.table(rows, hide_index=True, border="horizontal", alt="Finished trainings: accuracy, parameters, epoch")
    st.caption(
        f"On the {counted(TESTS, 'test image')} of MNIST, by which no epoch was chosen. In brackets: Wilson’s "
        "interval of 95 %, as above. What kept images apart to choose its epoch has learned from an eighth less."
    )
