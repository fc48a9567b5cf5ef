"""The test image that a gallery's visitor has chosen: it stays in sight, with the ways to look into it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import streamlit as st

from core.ui.shell.pages import PAGES, go_to
from core.ui.shell.session import Session
from core.views.images import INK_SCALE, Tile, cell_size, gallery, shown_image

VIEWS = ("feature_maps", "receptive_fields", "why")
SIDE_PX = 56


@contextmanager
def opened_image(image: np.ndarray, number: int, words: str, width: int) -> Iterator[None]:
    """A bar at the window's end with the image and words about it; what is drawn inside stands beside them.

    Args:
        image: (rows, columns, channels) in 0…255.
        number: which of the test images it is.
        words: Markdown.
        width: of the words, in pixels.
    """
    with st.container(key="opened-image", horizontal=True, vertical_alignment="center", gap="small"):
        shown = shown_image(image.astype(np.float32) / 255)
        with st.container(horizontal=True, vertical_alignment="center", gap="small", width="content"):
            tile = Tile(shown, "", f"test image {number:,}")
            st.html(gallery([tile], INK_SCALE, cell_size(shown.shape[:2], SIDE_PX)), width="content")
            st.markdown(words, width=width)
        yield


def open_buttons(mine: Session, number: int, key: str, chosen: Callable[[], bool] | None = None) -> None:
    """A button for each page that shows what a network makes of the image.

    Args:
        mine: the visitor.
        number: which of the test images it is.
        key: begins the buttons' keys.
        chosen: chooses the network that is looked into, and says whether it could.
    """

    def open_in(page: str) -> None:
        if chosen is None or chosen():
            mine.image.source, mine.image.test_index = "test", number
            go_to(page)

    for page in VIEWS:
        st.button(PAGES[page].title, key=f"{key}/{page}", on_click=open_in, args=(page,))
