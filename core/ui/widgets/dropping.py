"""What a dropout layer does to its maps while a network trains: the same ones under several draws."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from core.insight.dropping import Dropped
from core.ui.shell.session import Session
from core.views.dropping import dropped_scale, dropped_tiles, factor_rows, strongest_maps, what_is_drawn
from core.views.images import cell_size, gallery, legend

TILE_PX = 52  # so that the untouched one and five draws are one row, on a phone nearly


@dataclass
class DroppingState:
    """What all pages with draws remember.

    Attributes:
        seed: of the draws that are shown.
    """

    seed: int = 0


def shown_draws(mine: Session, found: Dropped | None, key: str) -> None:
    """Draws of the strongest maps beside them, the factor beside its formula, and a button for other draws.

    Args:
        mine: remembers the draws.
        found: as `core.insight.dropping.dropped` has them; None as long as they are not there.
        key: of the button.
    """
    if found is None:
        st.caption("The draws follow in a moment.")
        return
    for number in strongest_maps(found.values):
        tiles = dropped_tiles(found, number)
        scale = dropped_scale(found, number)
        cell_px = cell_size(tiles[0].values.shape, TILE_PX)
        if found.values.ndim == 3:
            st.caption(f"Map {number + 1}")  # as everywhere, from 1
        st.html(gallery(tiles, scale, cell_px) + legend(scale))
    st.button("Roll again", icon=":material/casino:", key=key, on_click=_roll, args=(mine,))
    words = "Mean and standard deviation of the factor, measured and by the formula"
    st.table(factor_rows(found), hide_index=True, border="horizontal", alt=words)
    st.caption(
        f"{what_is_drawn(found.layer)} On average the numbers stay what they are, and "
        "their deviation is the same for dropout, spatial dropout and Gaussian dropout; they differ in what is drawn together. When "
        "it predicts, a network has all its numbers, untouched."
    )


def _roll(mine: Session) -> None:
    mine.state(DroppingState).seed += 1
