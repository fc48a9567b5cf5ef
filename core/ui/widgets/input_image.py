"""The image that the pages look at: a test image, the visitor's drawing or a picture of theirs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from core.data import load
from core.data.drawn_datasets import is_drawn
from core.data.uploads import drawing_input, network_input
from core.ui.shell.frame import plain
from core.ui.shell.pages import end_page, link_to
from core.ui.shell.session import Session
from core.ui.widgets.model_view import ModelView, choose_subject, misfit_words
from core.ui.widgets.upload import uploaded


@dataclass(frozen=True)
class InputImage:
    """An image to look at: (h, w, c) float32 in 0…1, and where it is from."""

    image: np.ndarray
    title: str
    label: int | None = None

    def verdict(self, predicted: int, class_names: Sequence[str]) -> str:
        """Words to add to a prediction: `, which is right`; empty where the label is unknown."""
        if self.label is None:
            return ""
        return ", which is right" if predicted == self.label else f", but it is “{plain(class_names[self.label])}”"


def choose_model_and_image(mine: Session, key: str, needs_images: bool = False) -> tuple[ModelView, InputImage]:
    """The first rows of a page about one network and one image.

    Args:
        mine: remembers both, for all pages.
        key: prefix of the widgets' keys.
        needs_images: end the page with a sentence where no test image fits into the network and nothing else is chosen.
    """
    subject = choose_subject(mine, f"{key}/subject")
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        picture = (choose_any_image if needs_images else choose_image)(mine, subject, key)
    if picture is None:
        st.info(
            f"{misfit_words(subject)}. Upload a picture above, or draw something on the Draw page, to see why it predicts what it predicts."
        )
        link_to("draw", "Draw")
        end_page()
    return subject, picture


def choose_image(mine: Session, subject: ModelView, key: str) -> InputImage:
    """A choice between the test images, the visitor's drawing and their pictures.

    Where no test image fits into the network, it is a black one until there is a picture.
    """
    chosen = choose_any_image(mine, subject, key)
    if chosen is not None:
        return chosen
    st.info(
        f"{misfit_words(subject)}. Until you upload a picture or draw something on the Draw page, it gets a black one."
    )
    return InputImage(np.zeros(subject.network.input_shape, np.float32), "a black image")


def choose_any_image(mine: Session, subject: ModelView, key: str) -> InputImage | None:
    """The same, but None where there is nothing to choose yet."""
    misfit, image = misfit_words(subject), mine.image
    dataset = None if misfit else load(subject.dataset)
    with st.container(horizontal=True, vertical_alignment="bottom", width="content"):
        _choose_source(mine, subject, key, bool(misfit))
        last = 0 if dataset is None else len(dataset.x_test) - 1
        if image.source == "test":
            image.test_index = min(image.test_index, last)
            choose_number(mine, _number_key(subject, key, last), last, key)
        if image.source == "upload":
            _receive(mine, key)
    if image.source == "drawing" and image.drawing is not None:
        return InputImage(drawing_input(image.drawing, subject.network.input_shape), "your drawing")
    if image.source == "upload" and image.upload is not None:
        sent = network_input(image.upload, subject.network.input_shape)
        if sent is not None:
            return InputImage(sent, "your picture")
        st.warning("Nothing stands out in this picture. A digit on an even ground works, dark or light.")
    if dataset is None:
        return None
    image.test_index = min(image.test_index, last)
    label = int(dataset.y_test[image.test_index])
    pixels = dataset.x_test[image.test_index].astype(np.float32) / 255
    return InputImage(pixels, f"test image {image.test_index:,}, which is “{dataset.class_names[label]}”", label)


def take_test_image(mine: Session, subject: ModelView, key: str, index: int) -> None:
    """Show a test image in place of another, for a button's `on_click`; `key` as in `choose_image`."""
    mine.image.test_index = index
    st.session_state[_number_key(subject, key, len(load(subject.dataset).x_test) - 1)] = index


def _number_key(subject: ModelView, key: str, last: int) -> str:
    """Streamlit keeps a number by its key, and there are fewer test images of drawings."""
    return f"{key}/index/{last}" if is_drawn(subject.dataset) else f"{key}/index"


def _choose_source(mine: Session, subject: ModelView, key: str, misfit: bool) -> None:
    titles = {"test": "Test image", "drawing": "My drawing", "upload": "Upload"}
    fits = mine.image.drawing is not None
    options = [*([] if misfit else ["test"]), *(["drawing"] if fits else []), "upload"]
    if mine.image.source not in options:
        mine.image.source = options[0]
    mine.image.source = st.segmented_control(
        "Image",
        options,
        default=mine.image.source,
        format_func=titles.__getitem__,
        required=True,
        key=f"{key}/source/{len(options)}" + ("/own" if misfit else ""),
        help=None if fits else "Draw something on the Draw page, and it can be chosen here too.",
    )


def choose_number(mine: Session, number: str, last: int, key: str) -> None:
    """A choice of the test image; `number` is the widget's key."""

    def another() -> None:
        mine.image.test_index = int(np.random.default_rng().integers(last + 1))
        st.session_state[number] = mine.image.test_index

    mine.image.test_index = st.number_input("Number", 0, last, mine.image.test_index, key=number, width=150)
    st.button("Another", icon=":material/casino:", on_click=another, key=f"{key}/another")


def _receive(mine: Session, key: str) -> None:
    """Take a picture from the visitor's machine; until there is one, the page shows the test image."""
    with st.popover("Choose a picture" if mine.image.upload is None else "Another picture", icon=":material/upload:"):
        uploaded(mine, "A digit on paper, or any picture", f"{key}/upload")
        st.caption("It stays in this page's memory only and is forgotten when you leave.")
    if mine.image.upload_problem:
        st.error(mine.image.upload_problem)
