"""The drawing of the network on the page: hovering tells, clicking selects."""

from __future__ import annotations

from functools import lru_cache

import streamlit as st

from core.network import Path, Trace
from core.ui.shell.session import Session
from core.views.diagram import network_svg

_CSS = """
.network {
  overflow-x: auto; padding: 2px 0 8px; color: var(--st-text-color); font-family: var(--st-font);
  --left: black; --right: black;
  mask-image: linear-gradient(to right, var(--left), black 56px, black calc(100% - 56px), var(--right));
}
.network.before { --left: transparent; }
.network.beyond { --right: transparent; }
.network svg { display: block; }
.network.whole svg { width: 100%; height: auto; }
.network g[data-path] { cursor: pointer; }
.network g[data-path]:hover { filter: brightness(1.15) saturate(1.4); }
.network g[data-path]:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: -2px; }
.size {
  font: inherit; font-size: 0.85rem; font-family: var(--st-font); color: var(--st-text-color); background: none;
  border: 1px solid var(--st-border-color); border-radius: 0.5rem; padding: 2px 10px; cursor: pointer;
}
.size[hidden] { display: none; }
"""

_HTML = '<div class="network"></div><button type="button" class="size" hidden>Fit to width</button>'

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
    layer.onkeydown = (event) => {
      if (event.key !== 'Enter' && event.key !== ' ') return;
      event.preventDefault();
      layer.onclick();
    };
  }
  const size = parentElement.querySelector('.size');
  const hint = () => {
    const beyond = frame.scrollWidth - frame.clientWidth;
    const whole = frame.classList.contains('whole');
    frame.classList.toggle('before', frame.scrollLeft > 1);
    frame.classList.toggle('beyond', frame.scrollLeft < beyond - 1);
    size.hidden = !whole && beyond < 2;
    size.textContent = whole ? 'Full size' : 'Fit to width';
  };
  size.onclick = () => { frame.classList.toggle('whole'); hint(); };
  frame.onscroll = hint;
  const observer = new ResizeObserver(hint);
  observer.observe(frame);
  hint();
  return () => observer.disconnect();
}
"""


@lru_cache(maxsize=1)
def _component():
    """Registered once a process; outside a Streamlit server that is not possible, so not at import."""
    return st.components.v2.component("receptive_network", html=_HTML, css=_CSS, js=_JS)


def drawing(mine: Session, traced: Trace) -> None:
    """The network from left to right; it scrolls sideways where it is long. A click, or Enter, opens the layer."""
    key = "build/drawing"

    def selected() -> None:
        path = _path(st.session_state[key].get("selected"))
        if path in {row.path for row in traced.rows}:
            mine.editor.selected = path
            mine.reveals.renew()

    svg = network_svg(mine.editor.network, traced, mine.editor.selected)
    _component()(data={"svg": svg}, key=key, on_selected_change=selected)


def _path(text: object) -> Path | None:
    """`2.0.1` → (2, 0, 1); whatever else a browser may send → None."""
    if not isinstance(text, str) or len(text) > 40:
        return None
    parts = text.split(".")
    return tuple(map(int, parts)) if all(part.isdecimal() and part.isascii() for part in parts) else None
