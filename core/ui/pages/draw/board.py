"""The Draw page: the digits, the prediction, and the sections that explain it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.data import Digit, blank_steps
from core.data.uploads import drawing_input
from core.insight import probabilities, verdict
from core.ui.pages.draw.digits import as_one, drawn_digits
from core.ui.pages.draw.others import ask_others
from core.ui.pages.draw.preprocessing import preprocessing
from core.ui.pages.draw.reaction import reaction
from core.ui.pages.draw.state import DrawState
from core.ui.shell.session import Session
from core.ui.widgets.collections import say_what_it_is
from core.ui.widgets.model_view import ModelView
from core.ui.widgets.prediction import prediction, received
from core.views.images import INK_SCALE, Tile, gallery
from core.views.wording import certainty, plain

FOUND_PX = 84


def board(mine: Session, subject: ModelView) -> None:
    """Draw canvas, prediction, preprocessing and reaction of the network; all of it anew after each stroke.

    All of it has its place before the first stroke and after Clear, so that nothing moves under the hand.
    """
    state, shape = mine.state(DrawState), subject.network.input_shape
    canvas, predictions = st.columns([2, 3], gap="large")
    with canvas:
        digits, above = drawn_digits(mine, subject.dataset)
        _reading(mine, digits, subject)
        digit = _chosen(mine, digits)
    steps = digit.steps(state.skipped_steps) if digit else []
    image = mine.image.drawing = steps[-1].image if steps else None
    pixels = None if image is None else drawing_input(image, shape)
    said = None if pixels is None else probabilities(subject.model, pixels)
    with predictions:
        with st.container(key="draw-said"):
            bars, received_here = st.columns([3, 2], gap="medium")
        with bars:
            prediction(said, subject)
        with received_here:
            received(pixels, shape)
        say_what_it_is(mine, digit and digit.image, subject.class_names)
    _in_one_line(above, said, subject)
    with st.container(key="draw-below"):  # on a phone, the style puts the maps first
        with st.container(key="draw-how"):
            ask_others(mine, subject, image)
            preprocessing(mine, steps or blank_steps(state.skipped_steps, state.way != "Draw"))
        reaction(mine, subject, np.zeros(shape, np.float32) if pixels is None else pixels, said)


def _in_one_line(place: DeltaGenerator, said: np.ndarray | None, subject: ModelView) -> None:
    """The prediction above the canvas, for narrow pages; a dash keeps its room as long as there is none."""
    if said is None:
        place.markdown("–")
        return
    predicted = verdict(said, subject.sure_from)
    place.markdown(f"**{plain(subject.class_names[predicted.label])}** {certainty(predicted.probability)}")


def _chosen(mine: Session, digits: Sequence[Digit]) -> Digit | None:
    """The digit that the rest of the page is about: the last, until another one is chosen."""
    if len(digits) < 2:
        return digits[0] if digits else None
    number = st.segmented_control(
        "Look at the",
        range(len(digits)),
        default=len(digits) - 1,
        format_func=lambda number: f"{number + 1}. digit",
        required=True,
        key=f"draw/digit/{mine.state(DrawState).shown(mine.image.upload_id)}/{len(digits)}",
    )
    return digits[number]


def _reading(mine: Session, digits: Sequence[Digit], subject: ModelView) -> None:
    """The predictions for several digits, from left to right and line by line."""
    state = mine.state(DrawState)
    if len(digits) > 1:
        tiles, words = [], []
        for digit in digits:
            pixels = drawing_input(digit.steps(state.skipped_steps)[-1].image, subject.network.input_shape)
            predicted = verdict(probabilities(subject.model, pixels), subject.sure_from)
            name = subject.class_names[predicted.label]
            words.append(name if predicted.sure else f"{name}?")
            tiles.append(Tile(digit.image, words[-1], f"read as {name}, {certainty(predicted.probability)}"))
        st.markdown(f"Reads **{plain(' '.join(words))}**")
        st.html(gallery(tiles, INK_SCALE, FOUND_PX // 28))
    elif state.way == "Draw":
        st.caption("One digit, or several side by side.")
    one = as_one(mine)
    if len(digits) > 1 or one:
        this = state.shown(mine.image.upload_id)
        key = f"draw/one/{this}"

        def said() -> None:
            state.as_one = this if st.session_state[key] else None

        st.toggle(
            "It is one digit",
            one,
            key=key,
            on_change=said,
            help="Read all that is drawn as parts of a single digit.",
        )
