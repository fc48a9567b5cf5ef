"""The digits on the canvas or in a photo."""

from __future__ import annotations

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.data import SOURCES, Digit, digits_from_pixels, digits_from_strokes, load
from core.ui.pages.draw.state import USUAL, WAYS, DrawState
from core.ui.shell.session import Session
from core.ui.widgets.canvas import draw
from core.ui.widgets.upload import uploaded
from core.views.images import INK_SCALE, Tile, gallery
from core.views.wording import plain

SAMPLE_PX = 280
THIN, THICK = 4, 40  # px, of the brush


def drawn_digits(mine: Session, dataset: str) -> tuple[list[Digit], DeltaGenerator]:
    """Show the canvas, the field for a photo or the samples.

    Args:
        mine: remembers what was drawn, sent or chosen.
        dataset: what the network has learned, whose test images are the samples; of another dataset than ours, MNIST's.

    Returns the digits on it in reading order, and a place above it for the prediction in one line.
    """
    state = mine.state(DrawState)
    state.way = st.segmented_control(
        "Your digit", WAYS, default=state.way, required=True, key="draw/way", label_visibility="collapsed"
    )
    above = st.container(key="draw-answer")  # beside the canvas's own buttons
    if state.way == "Photo":
        return _photo(mine), above
    if state.way == "Sample":
        return _sample(mine, dataset), above
    drawn = draw(f"canvas/{state.board}", state.board.content, brush=state.brush)

    def brush() -> None:  # before the canvas is drawn again: the very next stroke has it
        state.brush = st.session_state["draw/brush"]

    def clear() -> None:
        state.board.clear()
        mine.image.drawing = None

    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        st.button("Clear", icon=":material/delete:", key="draw/clear", on_click=clear)
        st.slider("Brush", THIN, THICK, state.brush, key="draw/brush", on_change=brush, width=150, format="%d px")
    if drawn.content != state.board.content and (drawn.strokes or mine.image.drawing is not None):
        look_into_drawing(mine)
    state.board.content = drawn.content
    return digits_from_strokes(drawn.strokes, drawn.width, together=as_one(mine)), above


def as_one(mine: Session) -> bool:
    """True where all that is drawn, or on the photo, is read as parts of a single digit."""
    state = mine.state(DrawState)
    return state.as_one == state.shown(mine.image.upload_id)


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
    digits = digits_from_pixels(mine.image.upload, together=as_one(mine))
    if not digits:
        st.warning("Nothing stands out in this picture. A digit on an even ground works, dark or light.")
    return digits


def _sample(mine: Session, dataset: str) -> list[Digit]:
    """A test image of each class to choose from, where one cannot draw; returns the chosen one, read like a photo."""
    state = mine.state(DrawState)
    data = load(dataset if dataset in SOURCES else "mnist")
    key = f"draw/sample/{data.name}"

    def chosen() -> None:
        state.samples[data.name] = st.session_state[key]
        look_into_drawing(mine)

    st.segmented_control(
        "A test image of",
        range(len(data.class_names)),
        default=state.samples.get(data.name),
        format_func=lambda label: plain(data.class_names[label]),
        key=key,
        on_change=chosen,
    )
    label = state.samples.get(data.name)
    if label is None:
        st.caption("Choose one with the mouse, or with Tab, the arrow keys and Enter.")
        return []
    number = int(np.argmax(data.y_test == label))
    ink = data.x_test[number]
    name = f"Test image {number:,} of {SOURCES[data.name].title}, “{data.class_names[label]}”"
    st.html(gallery([Tile(ink[..., 0].astype(np.float32) / 255, "", name)], INK_SCALE, SAMPLE_PX // 28))
    st.caption(f"{plain(name)}, read as a photo would be.")
    opaque = np.full_like(ink, 255)
    return digits_from_pixels(np.concatenate([ink, ink, ink, opaque], axis=-1), together=True)


def look_into_drawing(mine: Session) -> None:
    """Let all pages look at the drawing, and into the network that has read it."""
    mine.image.source, mine.focus.subject = "drawing", mine.focus.subject or USUAL
