"""The drawing of the network on the page: hovering tells, clicking selects."""

from __future__ import annotations

from functools import lru_cache

import streamlit as st

from core.network import Path, Trace
from core.ui.session import Session
from core.views.diagram import network_svg

_CSS = """
.network { overflow-x: auto; padding: 2px 0 8px; color: var(--st-text-color); font-family: var(--st-font); }
.network svg { display: block; }
@media (max-width: 640px) { .network { mask-image: linear-gradient(to right, black 85%, transparent); } }
.network g[data-path] { cursor: pointer; }
.network g[data-path]:hover { filter: brightness(1.15) saturate(1.4); outline: none; }
"""

# The SVG comes from views.diagram, which escapes every word in it.
_JS = """
export default function ({ parentElement, data, setTriggerValue }) {
  const frame = parentElement.querySelector('.network');
  if (frame.dataset.svg !== data.svg) {
    frame.innerHTML = data.svg;
    frame.dataset.svg = data.svg;
  }
  for (const layer of frame.querySelectorAll('g[data-path]')) {
    layer.onclick = () => setTriggerValue('selected', layer.dataset.path);
  }
}
"""


@lru_cache(maxsize=1)
def _component():
    """Registered once a process; outside a Streamlit server that is not possible, so not at import."""
    return st.components.v2.component("receptive_network", html='<div class="network"></div>', css=_CSS, js=_JS)


def drawing(mine: Session, traced: Trace) -> None:
    """The network from left to right; it scrolls sideways where it is long. A click opens the layer.

    The keyboard has the list for that, so the drawing is no stop for it.
    """
    key = "build/drawing"

    def selected() -> None:
        path = _path(st.session_state[key].get("selected"))
        if path in {row.path for row in traced.rows}:
            mine.selected = path

    svg = network_svg(mine.network, traced, mine.selected)
    _component()(data={"svg": svg}, key=key, on_selected_change=selected)


def _path(text: object) -> Path | None:
    """`2.0.1` → (2, 0, 1); whatever else a browser may send → None."""
    if not isinstance(text, str) or len(text) > 40:
        return None
    parts = text.split(".")
    return tuple(map(int, parts)) if all(part.isdecimal() and part.isascii() for part in parts) else None
