"""Update: the loss before and after one step of plain gradient descent, and the kernels of one layer."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.insight.kernels import kernels_of, layers_with_kernels
from core.network import Network
from core.network.network import layer_label
from core.study.batch_descent import BatchBackward, BatchUpdated, update_batch
from core.study.descent import Backward, Updated, update
from core.ui.pages.gradients.state import GradientsState
from core.ui.shell.frame import certainty
from core.ui.shell.session import Session
from core.ui.widgets.kernels import kernel_pictures
from core.ui.widgets.layers import choose_layer
from core.ui.widgets.model_view import ModelView
from core.views.descent import update_words
from core.views.glossary import defined
from core.views.images import figure, signed_scale

LARGEST = 100.0  # learning rate
KEY = "gradients/rate"


def updated(mine: Session, subject: ModelView, back: Backward | BatchBackward) -> None:
    """The rate, what the step does to the loss, and w − η·g for one layer."""
    own, network = mine.state(GradientsState), subject.network

    def choose() -> None:
        own.rate = st.session_state[KEY]

    st.number_input(
        "Learning rate η", 0.0, LARGEST, own.rate, 0.01, format="%.4f", key=KEY, on_change=choose, width=180,
        help=defined("learning rate", "Each weight goes against its gradient: w − η·g."),
    )  # fmt: skip
    # Kept with what it was computed from, so that no other has its id.
    after = mine.kept("gradients/after", (id(back), own.rate), lambda: (back, _after(network, back, own.rate)))[1]
    true = [float(_true(back, one.predicted)) for one in (back, after)]
    with st.container(horizontal=True):
        for name, value in zip(
            ("Loss before", "Loss after", "p(true) before", "p(true) after"),
            (
                figure(back.loss, 4),
                figure(after.loss, 4),
                *(certainty(one) if np.isfinite(one) else "–" for one in true),
            ),
        ):
            st.metric(name, value, width=165)
    st.markdown(update_words(back, after, own.rate))
    paths = [path for path in reversed(layers_with_kernels(network)) if path in back.gradients]
    path = choose_layer(mine, network, paths, "gradients/updated")
    if path is None:
        return
    names = list(back.gradients[path])
    before, moved = ([one[path][name] for name in names] for one in (back.weights, after.weights))
    steps = [-np.float32(own.rate) * back.gradients[path][name] for name in names]
    found = [kernels_of(network, path, arrays) for arrays in (before, moved, steps)]
    shared = signed_scale(np.concatenate([np.nan_to_num(one.images).ravel() for one in found[:2]]))
    place = f"gradients/{layer_label(path)}"
    titles = (
        ("w, before", "The weights as they are.", shared),
        ("w − η·g, after", "The weights after the step, on the same scale.", shared),
        ("−η·g, the difference", "What the step adds, on a scale of its own.", None),
    )
    for number, (tab, one, (_, words, scale)) in enumerate(
        zip(st.tabs([title for title, _, _ in titles]), found, titles)
    ):
        with tab:
            kernel_pictures(
                one,
                network,
                path,
                f"{place}/{number}",
                words=f"{words} Blue is negative, orange positive.",
                scale=scale,
            )
    st.caption(
        (
            "One step on this one image, of plain gradient descent: a training takes the mean gradient of many images, and Adam or "
            if isinstance(back, Backward)
            else "One step of plain gradient descent; p(true) is the mean over the images. Adam or "
        )
        + "momentum remember earlier ones. It is made on a copy: the network itself stays as it is."
    )


def _after(network: Network, back: Backward | BatchBackward, rate: float) -> Updated | BatchUpdated:
    return update(network, back, rate) if isinstance(back, Backward) else update_batch(network, back, rate)


def _true(back: Backward | BatchBackward, predicted: np.ndarray) -> float:
    """The probability of the true class; of a batch its mean."""
    if isinstance(back, Backward):
        return float(predicted[back.label])
    return float(predicted[np.arange(len(back.labels)), back.labels].mean())
