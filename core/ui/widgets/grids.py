"""Small arrays of numbers that are typed into, and hovered, pinned and walked through in the browser."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import streamlit as st

from core.learn.numbers import acceptable
from core.ui.components import component
from core.ui.shell.renewal import Renewal
from core.views.grids import Spec

_CELL = re.compile(r"([a-z/0-9-]{1,40}):(\d{1,3}),(\d{1,3})", re.ASCII)
Typed = dict[tuple[str, int, int], float]  # (grid, row, column) → number


def drawn_grids(data: Spec, key: str, turn: Renewal, take: Callable[[Typed], object]) -> None:
    """Draw the grids of `core.views.grids.grids_data`.

    Args:
        data: as `grids_data` returns it.
        key: of the component, unique on the page.
        turn: renewed whenever numbers have changed otherwise than by typing; what was typed before then counts no more.
        take: receives the numbers that were typed, for cells of editable grids only.
    """
    bands = data["bands"]
    assert isinstance(bands, list)
    sizes = {one["id"]: (one["rows"], one["columns"]) for band in bands for one in band["grids"] if one["editable"]}
    drawn = turn.number

    def typed() -> None:
        found = read_typed(st.session_state[key].get("typed"), sizes, drawn)
        if found and turn.number == drawn:
            take(found)

    component("grids")(data=data | {"turn": drawn, "name": key}, key=key, on_typed_change=typed)


def read_typed(sent: object, sizes: Mapping[str, tuple[int, int]], turn: int) -> Typed:
    """What was typed, of cells that there are; whatever else a browser may send is left out.

    Args:
        sent: `{"turn": …, "numbers": {"input:0,1": 0.5}}`.
        sizes: editable grids with their rows and columns.
        turn: of the drawing that it has to come from.
    """
    if not isinstance(sent, Mapping) or sent.get("turn") != turn or not isinstance(sent.get("numbers"), Mapping):
        return {}
    found: Typed = {}
    for name, value in sent["numbers"].items():
        match, number = _CELL.fullmatch(str(name)), acceptable(value)
        if match is None or number is None or match[1] not in sizes:
            continue
        row, column = int(match[2]), int(match[3])
        if row < sizes[match[1]][0] and column < sizes[match[1]][1]:
            found[match[1], row, column] = number
    return found
