"""Pictures that can be clicked, or chosen with the keyboard: side by side, or as the rows of a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from core.ui.components import component
from core.views.images import Scale, Tile, data_url


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
        tiles: the tiles, in order.
        numbers: the name of each.
        chosen: the one with a frame, if it is among them.
        scale: shared by all tiles.
        cell_px: screen pixels for each number, a whole number.
        key: of the component, unique on the page.
        choose: receives the number of the tile that was clicked.
        least_px: room for a label, where its tile is narrower.
    """
    data = {"chosen": chosen, "least": least_px, "tiles": _sent(tiles, numbers, scale, cell_px)}
    component("gallery")(data=data, key=key, on_number_change=_clicked(key, numbers, choose))


def tile_rows(
    tiles: Sequence[Tile],
    numbers: Sequence[int],
    chosen: int | None,
    scale: Scale,
    cell_px: int,
    key: str,
    choose: Callable[[int], None] | None,
    noun: str,
    columns: Sequence[str],
) -> None:
    """Tiles one below the other, as the rows of a table that scrolls in its own box.

    Args: as of `clickable_gallery`; each tile's label names its row, without `choose` nothing can be clicked, and
        noun: name of a row, in the singular.
        columns: a name for each part of a tile; all parts are of one width, a cell apart.
    """
    wide = tiles[0].values.shape[1] + 1 if tiles else 0
    step = wide * cell_px / max(len(columns), 1)
    data = {"chosen": chosen, "noun": noun, "columns": list(columns), "step": step}
    data |= {"tiles": _sent(tiles, numbers, scale, cell_px), "clickable": choose is not None}
    component("rows")(data=data, key=key, on_number_change=_clicked(key, numbers, choose))


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


def _clicked(key: str, numbers: Sequence[int], choose: Callable[[int], None] | None) -> Callable[[], None]:
    def clicked() -> None:
        number = st.session_state[key].get("number")
        if choose and number in numbers:  # whatever else a browser may send is nothing
            choose(int(number))

    return clicked
