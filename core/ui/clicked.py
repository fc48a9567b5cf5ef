"""A gallery whose pictures can be clicked, or chosen with the keyboard."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

import streamlit as st

from core.views.images import Scale, Tile, data_url

_CSS = """
.gallery { display: flex; flex-wrap: wrap; gap: 8px; color: var(--st-text-color); font-family: var(--st-font); }
.gallery button {
  font: inherit; font-size: 12px; color: inherit; background: none; padding: 3px; margin: 0; cursor: pointer;
  border: 2px solid transparent; border-radius: 6px; text-align: center; white-space: pre-line;
  width: 108px; line-height: 1.35; display: flex; flex-direction: column; align-items: center; gap: 2px;
}
.gallery button:hover { border-color: var(--st-border-color); }
.gallery button:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 1px; }
.gallery button[aria-pressed=true] { border-color: var(--st-primary-color); }
.gallery img { image-rendering: pixelated; display: block; border-radius: 2px; }
"""

# Words go into textContent and attributes, never into HTML. Buttons stay the same where they can: one of them may
# have the keyboard's focus while newer weights arrive.
_JS = """
export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector('.gallery');
  while (root.children.length > data.tiles.length) root.lastChild.remove();
  data.tiles.forEach((tile, at) => {
    let button = root.children[at];
    if (!button) {
      button = document.createElement('button');
      button.type = 'button';
      button.append(document.createElement('img'), document.createElement('span'));
      root.append(button);
    }
    const [image, label] = button.children;
    if (image.src !== tile.source) image.src = tile.source;
    image.width = tile.width; image.height = tile.height; image.alt = tile.alt;
    label.textContent = tile.label;
    button.title = tile.alt;
    button.setAttribute('aria-pressed', tile.number === data.chosen);
    button.onclick = () => setTriggerValue('number', tile.number);
  });
}
"""


@lru_cache(maxsize=1)
def _component():
    """Registered once a process; outside a Streamlit server that is not possible, so not at import."""
    return st.components.v2.component("receptive_gallery", html='<div class="gallery"></div>', css=_CSS, js=_JS)


def clickable_gallery(
    tiles: Sequence[Tile],
    numbers: Sequence[int],
    chosen: int | None,
    scale: Scale,
    cell_px: int,
    key: str,
    choose: Callable[[int], None],
) -> None:
    """Tiles side by side, wrapped to any width.

    Args:
        tiles: what to show, in order.
        numbers: the name of each.
        chosen: the one with a frame, if it is among them.
        scale: shared by all tiles.
        cell_px: screen pixels for each number, a whole number.
        key: of the component, unique on the page.
        choose: receives the number of the tile that was clicked.
    """
    data = {
        "chosen": chosen,
        "tiles": [
            {
                "number": number,
                "source": data_url(tile, scale),
                "label": tile.label,
                "alt": tile.alt,
                "width": tile.values.shape[1] * cell_px,
                "height": tile.values.shape[0] * cell_px,
            }
            for number, tile in zip(numbers, tiles, strict=True)
        ],
    }

    def clicked() -> None:
        number = st.session_state[key].get("number")
        if number in numbers:  # whatever else a browser may send is nothing
            choose(int(number))

    _component()(data=data, key=key, on_number_change=clicked)
