"""The digits on the canvas or in a photo."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.data import Digit, digits_from_pixels, digits_from_strokes
from core.ui.pages.draw.state import USUAL, DrawState
from core.ui.shell.session import Session
from core.ui.widgets.canvas import draw
from core.ui.widgets.upload import uploaded

THIN, THICK = 4, 40  # px, of the brush


def drawn_digits(mine: Session) -> tuple[list[Digit], DeltaGenerator]:
    """Show the canvas, or the field for a photo.

    Returns the digits on it in reading order, and a place above it for the prediction in one line.
    """
    state = mine.state(DrawState)
    state.by_photo = (
        st.segmented_control(
            "Your digit",
            ["Draw", "Photo"],
            default="Photo" if state.by_photo else "Draw",
            required=True,
            key="draw/way",
            label_visibility="collapsed",
        )
        == "Photo"
    )
    above = st.container(key="draw-answer")  # beside the canvas's own buttons
    if state.by_photo:
        return _photo(mine), above
    drawn = draw(f"canvas/{state.board}", state.board.content, brush=state.brush)

    def brush() -> None:  # before the canvas is drawn again: the very next stroke has it
        state.brush = st.session_state["draw/brush"]

    def clear() -> None:
        state.board.clear()
        state.as_one, mine.image.drawing = False, None

    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        st.button("Clear", icon=":material/delete:", key="draw/clear", on_click=clear)
        st.slider("Brush", THIN, THICK, state.brush, key="draw/brush", on_change=brush, width=150, format="%d px")
    if drawn.content != state.board.content and (drawn.strokes or mine.image.drawing is not None):
        look_into_drawing(mine)
    state.board.content = drawn.content
    return digits_from_strokes(drawn.strokes, drawn.width, together=state.as_one), above


def _photo(mine: Session) -> list[Digit]:
    """Take a picture from the visitor's machine or camera; returns the digits on it."""
    if uploaded(mine, "A photo of digits on paper, or any picture of them", "draw/photo"):
        look_into_drawing(mine)
    if mine.image.upload_problem:
        st.error(mine.image.upload_problem)
    if mine.image.upload is None:
        st.caption("Dark on light or light on dark, in any light. It stays in this page's memory only.")
        return []
    st.image(mine.image.upload, width=280, output_format="PNG", alt="The picture that you sent.")
    digits = digits_from_pixels(mine.image.upload, together=mine.state(DrawState).as_one)
    if not digits:
        st.warning("Nothing stands out in this picture. A digit on an even ground works, dark or light.")
    return digits


def look_into_drawing(mine: Session) -> None:
    """Let all pages look at the drawing, and into the network that has read it."""
    mine.image.source, mine.focus.subject = "drawing", mine.focus.subject or USUAL
