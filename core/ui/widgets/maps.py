"""The one adapter to the drawing of feature maps: hovering happens in the browser, a click comes here."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

import streamlit as st

from core.network import Path
from core.ui.components import component
from core.views.maps import Spec
from core.views.theme import FRAME


class Unit(NamedTuple):
    """One number of a layer's output: the (row, column) of a map; of a vector, `map` is the unit and the rest is 0."""

    path: Path
    map: int
    row: int
    column: int


def drawn_maps(
    data: Spec, key: str, choose: Callable[[Unit], None], open_layer: Callable[[Path | None], None]
) -> None:
    """Draw the maps of `core.views.maps.maps_data`.

    Args:
        data: the maps, as `maps_data` returns them.
        key: of the component, unique on the page.
        choose: receives the unit whose number is to be explained.
        open_layer: receives the layer to be shown alone, or None for the whole network again.
    """
    stages = {stage["id"]: stage for stage in data["stages"][1:]}

    def chosen() -> None:
        unit = read_unit(st.session_state[key].get("unit"))
        if unit is None:
            return
        stage = stages.get(".".join(map(str, unit.path)))
        if stage and unit.map < stage["maps"] and unit.row < stage["rows"] and unit.column < stage["columns"]:
            choose(unit)

    def opened() -> None:
        asked = st.session_state[key].get("layer")
        if asked == "all":
            open_layer(None)
        elif isinstance(asked, str) and asked in stages:
            open_layer(tuple(map(int, asked.split("."))))

    sent = data | {"frame": FRAME}
    component("maps")(data=sent, key=key, on_unit_change=chosen, on_layer_change=opened)


_UNIT = re.compile(r"(\d{1,4}(?:\.\d{1,4}){0,12})\|(\d{1,6})\|(\d{1,5})\|(\d{1,5})", re.ASCII)


def read_unit(text: object) -> Unit | None:
    """`2.0.1|5|3|4` → the unit; whatever else a browser may send → None."""
    found = _UNIT.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        return None
    return Unit(tuple(map(int, found[1].split("."))), int(found[2]), int(found[3]), int(found[4]))


def unit_text(path: Path, unit: tuple[int, ...]) -> str:
    """The text of a number, (row, column, map) or (unit,), as the browser names it and `read_unit` reads it."""
    row, column, number = unit if len(unit) == 3 else (0, 0, *unit)
    return "|".join([".".join(map(str, path)), *map(str, (number, row, column))])
