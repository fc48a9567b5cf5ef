"""Trying it out: a canvas to play with, and the predictions for all drawings."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.data import Collection, DatasetError, from_strokes
from core.data.drawn_datasets import is_drawn, load
from core.insight import Predictions, predict, probabilities
from core.insight.certainty import SURE_FROM
from core.training import card, pretrained
from core.ui.pages.teach.networks import OfferedNetwork, choose_network, offered_networks
from core.ui.pages.teach.state import TeachState
from core.ui.shell.frame import following
from core.ui.shell.session import Session
from core.ui.widgets.canvas import draw
from core.ui.widgets.model_view import ModelView, model_of, waking
from core.ui.widgets.prediction import prediction
from core.views.images import INK_SCALE, Tile, gallery
from core.views.wording import certainty, few_range, percent, plain


def try_out(mine: Session, collection: Collection) -> None:
    """The choice of a network that knows these classes, a canvas to try it on, and its accuracy on all drawings."""
    networks = [one for one in offered_networks(mine) if one.class_names == collection.class_names and _reads(one)]
    if not networks:
        st.info("No network knows these classes yet: teach one above.")
        return
    first = mine.run if any(one.run is mine.run for one in networks) else networks[0].run
    chosen = choose_network("Network", networks, first, f"teach/try/{mine.state(TeachState).which}")
    run = chosen.run

    def body() -> None:
        model = model_of(mine, run) if run is not None else None
        if run is None:
            with waking():
                model = pretrained("lenet5")
        if model is None:
            return
        dataset = "mnist" if run is None else run.dataset_name
        viewer = mine.focus.viewer(run) if run is not None else None
        sure_from = card("lenet5").sure_from if run is None else SURE_FROM
        who = "lenet5" if run is None else f"run/{run.created}"
        subject = ModelView(chosen.title, chosen.network, model, dataset, False, who, viewer, sure_from)
        play, all_of_them = st.columns([2, 3], gap="large")
        try:
            with play:
                _play(mine, subject)
            with all_of_them:
                _check(mine, subject, collection)
        except DatasetError as gone:  # deleted in another window
            st.warning(plain(str(gone)))

    following(lambda: run, 2.0, body)


def _reads(one: OfferedNetwork) -> bool:
    return one.network.input_shape == (28, 28, 1)


def _play(mine: Session, subject: ModelView) -> None:
    state = mine.state(TeachState)
    st.markdown("**Draw**: it predicts after each stroke")
    st.space("small")
    drawing = draw(f"teach/play/{state.play_canvas_key}")
    image = from_strokes(drawing.strokes, drawing.width)

    def clear() -> None:
        state.play_canvas_key.renew()

    st.button("Clear", icon=":material/ink_eraser:", on_click=clear, key="teach/play/clear")
    prediction(None if image is None else probabilities(subject.model, image[..., None]), subject)


def _check(mine: Session, subject: ModelView, collection: Collection) -> None:
    """Accuracy on all drawings, those learned from and the others, and the most confident mistakes."""
    st.markdown("**All your drawings**, asked one by one")
    if not len(collection):
        st.caption("None yet.")
        return
    predictions: Predictions = mine.kept(
        "teach/evaluated",
        (subject.version, subject.network, collection.fingerprint),
        lambda: predict(subject.model, subject.network, collection.images, collection.labels),
    )
    right = predictions.predicted == predictions.labels
    learned = _learned_from(subject.dataset, collection)
    with st.container(horizontal=True):
        for label, these, words in (
            ("New to it", ~learned, "Drawings that this run did not learn from: an honest test."),
            ("Learned from", learned, "Drawings that it has seen while learning: it could know them by heart."),
        ):
            if these.any():
                many = f"{int(right[these].sum()):,} of {int(these.sum()):,}"
                share = float(right[these].mean())
                ends = few_range(share, int(these.sum()))
                st.metric(
                    f"{label}: {many}", percent(share), ends or None, "off", delta_arrow="off", help=words, width=230
                )
    wrong = predictions.most_confident_mistakes()
    names = collection.class_names
    if not len(wrong):
        st.success("All are predicted right.", icon=":material/check_circle:")
        return
    many = int((~right).sum())
    some = f", the {len(wrong)} most confident" if len(wrong) < many else ""
    st.markdown(f"**{many:,} wrong**{some}: what you said → what it predicts, and how confident it is")
    tiles = []
    for number in wrong:
        predicted = int(predictions.predicted[number])
        sure = certainty(predictions.probabilities[number, predicted])
        said = f"{names[predictions.labels[number]]} → {names[predicted]} · {sure}"
        tiles.append(Tile(collection.images[number][..., 0] / 255, said, f"drawing {number + 1:,}: {said}"))
    st.html(gallery(tiles, INK_SCALE, 3))


def _learned_from(dataset: str, collection: Collection) -> np.ndarray:
    """(n,) true for the drawings that the run has learned from."""
    if not is_drawn(dataset):
        return np.zeros(len(collection), bool)
    data = load(dataset)
    seen = {image.tobytes() for image in data.x_train}
    return np.array([image.tobytes() in seen for image in collection.images], bool)
