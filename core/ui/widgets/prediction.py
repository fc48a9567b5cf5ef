"""The image that the network received, and its prediction."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.data.collection import FIELD
from core.insight import Verdict, verdict
from core.network.layers import shape_text
from core.network.percentages import rough_percent
from core.ui.shell.frame import certainty, look, plain
from core.ui.widgets.model_view import ModelView
from core.views.charts import probability_bars
from core.views.glossary import defined
from core.views.images import INK_SCALE, Tile, cell_size, gallery, shown_image

SIDE_PX = 196


def received(image: np.ndarray | None, input_shape: Sequence[int]) -> None:
    """The image as the network gets it, of its input shape (h, w, c); black while there is none."""
    st.markdown("**What the network receives**")
    height, width, _ = input_shape
    shown = np.zeros((height, width)) if image is None else shown_image(image)
    words = "nothing yet" if image is None else f"your drawing, scaled and centred, {height} by {width} pixels"
    st.html(gallery([Tile(shown, "", words)], INK_SCALE, cell_size((height, width), SIDE_PX)))
    st.caption(
        "28×28 pixels, as MNIST’s makers did it: your lines, scaled into a 20×20 box, drawn with a pen as "
        "thin as theirs, and moved so that the centre of mass is in the middle."
        + (
            ""
            if tuple(input_shape) == FIELD
            else f" Then brought to {shape_text(tuple(input_shape))}, which it takes."
        )
    )


def prediction(
    probabilities: np.ndarray | None, subject: ModelView, *, label: str = "Prediction", key: str = "answer"
) -> None:
    """The predicted class, whether it is confident, and a bar chart of all probabilities.

    Args:
        probabilities: (classes,); None while there is no input.
        subject: the network that predicts.
        label: the title above it, as plain text.
        key: the chart's widget key.
    """
    names = subject.class_names
    if probabilities is None:
        st.metric(plain(label), "–")
        with _reserved(key):
            st.caption("Nothing drawn yet.")
        st.vega_lite_chart(probability_bars(None, names, look()), key=key, alt="No drawing yet.")
        return
    predicted = verdict(probabilities, subject.sure_from)
    best = predicted.label
    st.metric(
        plain(label),
        plain(names[best]),
        help=defined("prediction", f"Here with {certainty(predicted.probability)}."),
    )
    with _reserved(key):
        st.caption(_confidence_words(predicted, names, subject.who != "draw"))
    st.vega_lite_chart(
        probability_bars(probabilities, names, look()),
        key=key,
        alt=f"Probability of each class; the highest is {names[best]} with {certainty(predicted.probability)}.",
    )


def _reserved(key: str) -> DeltaGenerator:
    """A place with room for the longest sentence: what is below does not move with each stroke."""
    return st.container(key=f"reserved-answer/{key}")


def _confidence_words(predicted: Verdict, names: Sequence[str], must_choose: bool) -> str:
    """A sentence on the confidence; `must_choose` adds that the network knows no other classes."""
    least = rough_percent(predicted.sure_from)
    if predicted.sure:
        if_one = f", if it is one of these {len(names)}: it knows nothing else" if must_choose else ""
        return f"**Confident**{if_one}. (It counts as confident from {least}.)"
    return (
        f"**Not confident**: less than {least}. Perhaps {plain(names[predicted.label])}, perhaps {plain(names[predicted.runner_up])}, "
        "or nothing that this network has learned."
    )
