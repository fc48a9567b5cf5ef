"""A table of connections that is ticked in the browser."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from core.learn.connections import INPUTS, OUTPUTS, Table
from core.ui.components import component
from core.ui.shell.renewal import Renewal
from core.views.connections import ticks_data


def ticked_table(table: Table, key: str, turn: Renewal, take: Callable[[Table], object]) -> None:
    """Draw the table.

    Args:
        table: what is ticked.
        key: of the component, unique on the page.
        turn: renewed whenever the table has changed otherwise than by ticking; what was ticked before then counts no more.
        take: receives the whole table after each tick.
    """
    drawn = turn.number

    def ticked() -> None:
        found = read_ticks(st.session_state[key].get("ticked"), drawn)
        if found is not None and turn.number == drawn:
            take(found)

    component("ticks")(data=ticks_data(table) | {"turn": drawn}, key=key, on_ticked_change=ticked)


def read_ticks(sent: object, turn: int) -> Table | None:
    """The table that a browser sent; None for anything that is none, or that belongs to another drawing.

    Args:
        sent: `{"turn": …, "maps": ["111000", …]}`, a text of 6 digits for each of the 16 maps.
        turn: of the drawing that it has to come from.
    """
    if not isinstance(sent, Mapping) or sent.get("turn") != turn:
        return None
    maps = sent.get("maps")
    if not isinstance(maps, list) or len(maps) != OUTPUTS:
        return None
    if not all(isinstance(one, str) and len(one) == INPUTS and set(one) <= {"0", "1"} for one in maps):
        return None
    return tuple(frozenset(at for at, digit in enumerate(one) if digit == "1") for one in maps)
