"""The switch “As in training”: what layers put out while the network trains, and what that does to their numbers."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.data import load
from core.insight.in_training import BATCH, activations_in_training, companions, needs_batch, noisy_layers
from core.network import Path
from core.network.words import counted
from core.ui.pages.feature_maps.state import MapsState
from core.ui.shell.frame import look, plain
from core.ui.shell.session import Session
from core.ui.widgets.controls import control
from core.ui.widgets.input_image import InputImage
from core.ui.widgets.model_view import ModelView, misfit_words
from core.views.histograms import histogram, spread_alt, spread_rows
from core.views.maps import layer_words

ARRIVES, LEAVES, PREDICTS = "before it, in training", "behind it, in training", "behind it, when it predicts"


def training_switch(mine: Session, subject: ModelView) -> bool:
    """The switch, and the button that draws anew; whether layers are to be shown as in training."""
    own = mine.state(MapsState)
    why_not = _why_not(subject)
    on = own.training and why_not is None

    def switch() -> None:
        own.training = st.session_state[key]

    def roll() -> None:
        own.seed += 1

    key = f"maps/training/{why_not is None}"
    st.toggle(
        "As in training", on, key=key, on_change=switch, disabled=why_not is not None,
        help=why_not or "One training step: dropout draws what it forgets, and batch normalisation takes mean and deviation from "
        f"this image and {counted(BATCH - 1, 'training image')}, drawn too. The weights stay as they are.",
    )  # fmt: skip
    control(
        "Roll again", "casino", roll, None if on else why_not or "When it predicts, nothing is drawn.",
        "Dropout draws anew, and so are the other images of the batch.", "maps/training/roll",
    )  # fmt: skip
    return on


def _why_not(subject: ModelView) -> str | None:
    """The reason why there is nothing to switch, as a sentence; None where there is."""
    if not noisy_layers(subject.network):
        return (
            "All layers of this network do the same while it trains as when it predicts: it has neither dropout nor batch "
            "normalisation."
        )
    if needs_batch(subject.network) and misfit_words(subject):
        return f"Batch normalisation needs other images beside this one. {misfit_words(subject)}."
    return None


def training_values(mine: Session, subject: ModelView, picture: InputImage) -> dict[Path, np.ndarray]:
    """The output of each layer for the image in one training step; computed once for each draw."""
    seed = mine.state(MapsState).seed

    def computed() -> dict[Path, np.ndarray]:
        others = np.zeros((0, *picture.image.shape), np.float32)
        if needs_batch(subject.network):
            others = companions(load(subject.dataset).x_train, seed)
        return activations_in_training(subject.network, subject.model.get_weights(), picture.image, others, seed)

    return mine.kept("maps/training", (subject.version, picture.image.tobytes(), seed), computed)


def before_and_after(
    mine: Session,
    subject: ModelView,
    picture: InputImage,
    trained: dict[Path, np.ndarray],
    predicted: dict[Path, np.ndarray],
) -> None:
    """How the numbers of one noisy layer are spread before it and behind it, in training and when it predicts."""
    paths = noisy_layers(subject.network)
    names = [layer_words(subject.network, path) for path in paths]
    looked_at = paths.index(mine.focus.layer) if mine.focus.layer in paths else 0
    key = f"maps/training/layer/{hash(tuple(names))}/{looked_at}"
    number = st.selectbox(
        "What a layer does to the numbers", range(len(paths)), looked_at, lambda one: names[one], key=key, width=420
    )
    path = paths[number or 0]
    (source,) = subject.network.sources(path)
    values = {
        ARRIVES: trained[source] if source else picture.image,
        LEAVES: trained[path],
        PREDICTS: predicted[path],
    }
    st.vega_lite_chart(histogram(values, look()), key="maps/training/histogram", alt=spread_alt(values))
    st.table(spread_rows(values), hide_index=True, border="horizontal", alt=spread_alt(values))
    st.caption(plain(_reading(subject, path)))


def _reading(subject: ModelView, path: Path) -> str:
    """What to see in the histograms of this layer."""
    if subject.network.layer_at(path).drop_rate:
        return (
            "Dropout forgets some of the numbers and makes the others larger, so that the mean over many draws stays: behind it "
            "there are more zeros and a wider spread. When the network predicts, the numbers pass as they are."
        )
    return (
        f"While it trains, batch normalisation takes mean and deviation of each channel over the {BATCH} images of the batch; when "
        "the network predicts, it takes the running ones that it has gathered. Where both curves behind it lie on each other, "
        "these have settled."
    )
