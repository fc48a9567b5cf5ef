"""The one image that a page of Study looks at: a test image, or the visitor's drawing."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import streamlit as st

from core.data.uploads import drawing_input
from core.network import Network
from core.study.contender import LabelledImages
from core.ui.shell.session import Session
from core.ui.widgets.input_image import choose_number
from core.ui.widgets.studies import StudyState


class Picture(NamedTuple):
    """An image: (h, w, c) float32 in 0…1; `label` is None where nobody knows it."""

    image: np.ndarray
    title: str
    label: int | None


def choose_picture(mine: Session, network: Network, images: LabelledImages, key: str) -> Picture:
    """A choice of a test image, or of the visitor's drawing where there is one; the pages of Study share it.

    Args:
        mine: remembers it.
        network: that the image must fit.
        images: the test images.
        key: begins the widgets' keys.
    """
    own, drawing = mine.state(StudyState), mine.image.drawing
    last = len(images.images) - 1
    mine.image.test_index = min(mine.image.test_index, last)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if drawing is not None:
            own.drawing = st.toggle("My drawing", own.drawing, key=f"{key}/drawing")
        if drawing is None or not own.drawing:
            choose_number(mine, f"{key}/index/{last}", last, key)
    if drawing is not None and own.drawing:
        return Picture(drawing_input(drawing, network.input_shape), "Your drawing", None)
    number = mine.image.test_index
    label = int(images.labels[number])
    title = f"Test image {number:,}, which is “{images.class_names[label]}”"
    return Picture(images.images[number].astype(np.float32) / 255, title, label)
