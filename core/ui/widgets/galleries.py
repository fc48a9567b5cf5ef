"""Pictures that can be clicked, or chosen with the keyboard: side by side, or as the rows of a table."""

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
  min-width: 0; line-height: 1.35; display: flex; flex-direction: column; align-items: center; gap: 2px;
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
    button.style.width = Math.max(data.least, tile.width) + 10 + 'px';
    button.setAttribute('aria-pressed', tile.number === data.chosen);
    button.onclick = () => setTriggerValue('number', tile.number);
  });
}
"""


_ROWS_CSS = """
.rows { overflow-x: auto; max-width: 100%; font-size: 12px; padding-bottom: 4px; color: var(--st-text-color); font-family: var(--st-font); }
.rows table { border-collapse: separate; border-spacing: 0; }
.rows th { font-weight: 400; padding: 0; white-space: nowrap; text-align: center; }
.rows th:first-child { position: sticky; left: 0; z-index: 1; padding: 0 6px 0 0; background: var(--st-background-color); text-align: right; }
.rows td { padding: 2px; border: 2px solid transparent; border-radius: 6px; cursor: pointer; }
.rows tr:hover td { border-color: var(--st-border-color); }
.rows tr:has([aria-pressed=true]) td { border-color: var(--st-primary-color); }
.rows img { image-rendering: pixelated; display: block; max-width: none; }
.rows button {
  font: inherit; font-weight: 600; color: inherit; background: none; border: 0; border-radius: 4px; cursor: pointer;
  min-width: 32px; min-height: 26px; padding: 2px 4px; text-align: right;
}
.rows button:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: -2px; }
.rows button[aria-pressed=true] { color: var(--st-primary-color); }
"""

_ROWS_JS = """
export default function ({ data, parentElement, setTriggerValue }) {
  const head = parentElement.querySelector('thead tr'), body = parentElement.querySelector('tbody');
  head.replaceChildren(...[data.noun, ...data.columns].map((name, at) => {
    const cell = document.createElement('th');
    cell.scope = 'col';
    cell.textContent = name;
    if (at) cell.style.width = cell.style.minWidth = cell.style.maxWidth = data.step + 'px';
    return cell;
  }));
  while (body.children.length > data.tiles.length) body.lastChild.remove();
  data.tiles.forEach((tile, at) => {
    let row = body.children[at];
    if (!row) {
      row = document.createElement('tr');
      const name = document.createElement('th'), cell = document.createElement('td');
      name.scope = 'row';
      const button = document.createElement('button');
      button.type = 'button';
      name.append(button);
      cell.append(document.createElement('img'));
      row.append(name, cell);
      body.append(row);
    }
    const button = row.querySelector('button'), image = row.querySelector('img');
    button.textContent = tile.label;
    button.setAttribute('aria-pressed', tile.number === data.chosen);
    button.setAttribute('aria-label', data.noun + ' ' + tile.label);
    row.lastChild.colSpan = data.columns.length;
    if (image.src !== tile.source) image.src = tile.source;
    image.width = tile.width; image.height = tile.height; image.alt = image.title = tile.alt;
    row.onclick = () => setTriggerValue('number', tile.number);
  });
}
"""


@lru_cache(maxsize=1)
def _gallery():
    """Registered once a process; outside a Streamlit server that is not possible, so not at import."""
    return st.components.v2.component("receptive_gallery", html='<div class="gallery"></div>', css=_CSS, js=_JS)


@lru_cache(maxsize=1)
def _rows():
    table = '<div class="rows"><table><thead><tr></tr></thead><tbody></tbody></table></div>'
    return st.components.v2.component("receptive_rows", html=table, css=_ROWS_CSS, js=_ROWS_JS)


def clickable_gallery(
    tiles: Sequence[Tile],
    numbers: Sequence[int],
    chosen: int | None,
    scale: Scale,
    cell_px: int,
    key: str,
    choose: Callable[[int], None],
    least_px: int = 98,
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
        least_px: room for a label, where its tile is narrower.
    """
    data = {"chosen": chosen, "least": least_px, "tiles": _sent(tiles, numbers, scale, cell_px)}
    _gallery()(data=data, key=key, on_number_change=_clicked(key, numbers, choose))


def clickable_rows(
    tiles: Sequence[Tile],
    numbers: Sequence[int],
    chosen: int | None,
    scale: Scale,
    cell_px: int,
    key: str,
    choose: Callable[[int], None],
    noun: str,
    columns: Sequence[str],
) -> None:
    """Tiles one below the other, as the rows of a table that scrolls in its own box.

    Args: as of `clickable_gallery`; each tile's label names its row, and
        noun: what a row is called.
        columns: a name for each part of a tile; all parts are of one width, a cell apart.
    """
    wide = tiles[0].values.shape[1] + 1 if tiles else 0
    step = wide * cell_px / max(len(columns), 1)
    data = {"chosen": chosen, "noun": noun, "columns": list(columns), "step": step}
    data["tiles"] = _sent(tiles, numbers, scale, cell_px)
    _rows()(data=data, key=key, on_number_change=_clicked(key, numbers, choose))


def _sent(tiles: Sequence[Tile], numbers: Sequence[int], scale: Scale, cell_px: int) -> list[dict[str, object]]:
    return [
        {
            "number": number,
            "source": data_url(tile, scale),
            "label": tile.label,
            "alt": tile.alt,
            "width": tile.values.shape[1] * cell_px,
            "height": tile.values.shape[0] * cell_px,
        }
        for number, tile in zip(numbers, tiles, strict=True)
    ]


def _clicked(key: str, numbers: Sequence[int], choose: Callable[[int], None]) -> Callable[[], None]:
    def clicked() -> None:
        number = st.session_state[key].get("number")
        if number in numbers:  # whatever else a browser may send is nothing
            choose(int(number))

    return clicked
