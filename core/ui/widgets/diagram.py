"""The drawing of the network on the page: hovering tells, clicking selects."""

from __future__ import annotations

import streamlit as st

from core.network import Path, Trace
from core.ui.components import component
from core.ui.shell.session import Session
from core.views.diagram import network_svg


def drawing(mine: Session, traced: Trace) -> None:
    """The network from left to right; it scrolls sideways where it is long. A click, or Enter, opens the layer."""
    key = "build/drawing"

    def selected() -> None:
        path = _path(st.session_state[key].get("selected"))
        if path in {row.path for row in traced.rows}:
            mine.editor.selected = path
            mine.reveals.renew()

    svg = network_svg(mine.editor.network, traced, mine.editor.selected)
    component("network")(data={"svg": svg}, key=key, on_selected_change=selected)


def _path(text: object) -> Path | None:
    """`2.0.1` → (2, 0, 1); whatever else a browser may send → None."""
    if not isinstance(text, str) or len(text) > 40:
        return None
    parts = text.split(".")
    return tuple(map(int, parts)) if all(part.isdecimal() and part.isascii() for part in parts) else None
