"""Pieces that the games share: columns that wrap, a canvas that is remembered, and the ways into other pages."""

from __future__ import annotations

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.ui.shell.pages import PAGES, go_to, open_to
from core.ui.shell.session import Session
from core.ui.widgets.canvas import INK, SIDE, Board, Drawing, draw
from core.views.theme import FRAME

FIELD = (28, 28, 1)
CELL, SMALL = 8, 4  # screen pixels for each of an image's, alone and among others
CANVAS_PX, BARS_PX = SIDE + 4, 272
VIEWS = ("feature_maps", "why")


def side_by_side(*widths: int) -> list[DeltaGenerator]:
    """Containers of these widths in pixels, which wrap where the page is narrow: a canvas cannot shrink."""
    with st.container(horizontal=True, gap="medium"):
        return [st.container(width=width) for width in widths]


def remembered_canvas(board: Board, key: str, ground: np.ndarray | None = None) -> Drawing:
    """A canvas that is remembered; on an image, (n, n) in 0…1, strokes have a colour that tells them from it."""
    drawing = draw(
        f"games/{key}/canvas/{board.number}", board.content, ground=ground, ink=INK if ground is None else FRAME
    )
    board.content = drawing.content
    return drawing


def clear_button(board: Board, key: str) -> None:
    st.button("Clear", icon=":material/delete:", key=f"games/{key}/clear", on_click=board.clear)


def said(key: str) -> DeltaGenerator:
    """A place with room for what a game says of each stroke or answer: what is below does not move with it."""
    return st.container(key=said_key(key))


def said_key(key: str) -> str:
    """The key of that place."""
    return f"reserved-said/{key}"


def ways_in(mine: Session, image: np.ndarray | None, key: str) -> None:
    """Buttons that open the image in the other views, where it is the visitor's drawing; idle while there is none."""

    def look_at(page: str) -> None:
        mine.image.drawing, mine.image.source = image, "drawing"
        go_to(page)

    with st.container(horizontal=True):
        for page in VIEWS:
            if open_to(mine, page):
                st.button(
                    PAGES[page].title,
                    key=f"games/{key}/{page}",
                    on_click=look_at,
                    args=(page,),
                    disabled=image is None,
                )
