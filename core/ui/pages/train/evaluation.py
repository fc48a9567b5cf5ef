"""Four views of the newest evaluation: confusion matrix, hardest mistakes, samples, and inside the network."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.data import about, load
from core.network.words import counted
from core.training import Run, Snapshot
from core.ui.shell.frame import look
from core.ui.shell.session import Session
from core.ui.widgets.kernels import layer_pictures
from core.ui.widgets.layers import layer_words
from core.ui.widgets.model_view import ModelView, choose_epoch, model_of
from core.views.charts import confusion
from core.views.images import INK_SCALE, Tile, gallery
from core.views.wording import certainty, plain


def confusions(_mine: Session, run: Run, now: Snapshot) -> None:
    """The confusion matrix of the newest test; empty before the first, so that nothing jumps."""
    names = about(run.dataset_name).class_names
    counts = np.zeros((len(names), len(names)), int) if now.confusion is None else now.confusion
    wrong = counts.sum() - counts.trace()
    of = f" among {counted(counts.sum(), f'{now.evaluated_on} image')}" if counts.any() else ""
    st.markdown(f"**What it confuses**, {_when(now)}{of}: the stronger the colour, the more mistakes")
    st.vega_lite_chart(
        confusion(counts, names, look()),
        key="train/confusion",
        alt=f"Confusion matrix, {_when(now)}: {counted(counts.sum(), f'{now.evaluated_on} image')}; misclassified: {wrong:,}.",
    )


def _when(now: Snapshot) -> str:
    return {-1.0: "not tested yet", 0.0: "before training"}.get(
        now.evaluated_epoch, f"after epoch {now.evaluated_epoch:.3g}"
    )


def _evaluated_images(run: Run, now: Snapshot) -> tuple[np.ndarray, np.ndarray, int]:
    """(images, labels) that the run is evaluated on, and the index of the first in its set."""
    data = load(run.dataset_name)
    if now.evaluated_on == "test":
        return data.x_test, data.y_test, 0
    return data.x_train, data.y_train, run.recipe.split(len(data.x_train))[0]


def hardest(_mine: Session, run: Run, now: Snapshot) -> None:
    """The mistakes that it is most confident of."""
    st.markdown(f"**Its most confident mistakes**, {_when(now)}: what each is, and what it was taken for")
    if not now.hardest:
        st.caption("None." if now.evaluations else "Not tested yet.")
        return
    images, _, _ = _evaluated_images(run, now)
    names = about(run.dataset_name).class_names
    tiles = [
        Tile(
            images[mistake.index][..., 0] / 255,
            f"{names[mistake.label]} → {names[mistake.predicted]} · {certainty(mistake.probability)}",
            f"{now.evaluated_on} image {mistake.index:,}: “{names[mistake.label]}”, predicted “{names[mistake.predicted]}”",
        )
        for mistake in now.hardest
    ]
    st.html(gallery(tiles, INK_SCALE, 3))


def samples(_mine: Session, run: Run, now: Snapshot) -> None:
    """The same few images after each epoch: how confident it has become."""
    st.markdown(f"**The same images after each epoch**, {_when(now)}: its prediction and how confident it is")
    if now.samples is None:
        st.caption("Not tested yet.")
        return
    images, labels, first = _evaluated_images(run, now)
    names = about(run.dataset_name).class_names
    tiles = []
    for number, probabilities in enumerate(now.samples):
        predicted, label = int(probabilities.argmax()), int(labels[first + number])
        sign = "✓" if predicted == label else f"✗ it is {names[label]}"
        words = f"{names[predicted]} · {certainty(probabilities[predicted])} {sign}"
        tiles.append(
            Tile(images[first + number][..., 0] / 255, words, f"{now.evaluated_on} image {first + number:,}: {words}")
        )
    st.html(gallery(tiles, INK_SCALE, 3))


def inside(mine: Session, run: Run, now: Snapshot) -> None:
    """Kernels and feature maps of one layer for one image, as the network learns; afterwards, epoch by epoch."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        paths = {path: layer_words(run.network, path) for path, _ in run.network.walk()}
        path = st.selectbox(
            "Layer", list(paths), format_func=paths.__getitem__, key=f"train/inside/layer/{run.created}", width=280
        )
        data = load(run.dataset_name)
        last = len(data.x_test) - 1
        number = st.number_input("Test image", 0, last, 0, key=f"train/inside/image/{run.dataset_name}", width=130)
        choose_epoch(mine, "train/inside")
    model = model_of(mine, run)
    if model is None or path is None:
        st.caption("The first weights come in a moment." if run.active else "There are no weights to look at.")
        return
    subject = ModelView(
        plain(run.name), run.network, model, run.dataset_name, run.active, "the run on Train", mine.focus.viewer(run)
    )
    layer_pictures(subject, path, data.x_test[number].astype(np.float32) / 255)
