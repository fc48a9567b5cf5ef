"""The drawing of the network on the page: hovering tells, clicking selects."""

from __future__ import annotations

import re

import streamlit as st

from core.network import Path, Trace
from core.ui.components import component
from core.ui.shell.session import Session
from core.views.diagram import network_svg

MOST_PINNED = 300  # px


def drawing(mine: Session, traced: Trace) -> None:
    """The network from left to right; it scrolls sideways where it is long. A click, or Enter, opens the layer."""
    key = "build/drawing"

    def selected() -> None:
        path = _path(st.session_state[key].get("selected"))
        if path in {row.path for row in traced.rows}:
            mine.editor.selected = path
            mine.reveals.renew()

    svg = network_svg(mine.editor.network, traced, mine.editor.selected)
    # A high one, of branches above each other, would leave no room for what it leads to.
    with st.container(key="pinned-drawing" if height_of(svg) <= MOST_PINNED else "drawing"):
        component("network")(data={"svg": svg}, key=key, on_selected_change=selected)


def height_of(svg: str) -> float:
    """The height of a drawing, px."""
    found = re.search(r'height="([\d.]+)"', svg)
    return float(found[1]) if found else 0.0


def _path(text: object) -> Path | None:
    """`2.0.1` → (2, 0, 1); whatever else a browser may send → None."""
    if not isinstance(text, str) or len(text) > 40:
        return None
    parts = text.split(".")
    return tuple(map(int, parts)) if all(part.isdecimal() and part.isascii() for part in parts) else None
