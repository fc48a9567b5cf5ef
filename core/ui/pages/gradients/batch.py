"""A batch of training images in place of one image, and the network as in training: the four steps of both."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import streamlit as st

from core.data import load
from core.insight.in_training import noisy_layers
from core.network import Recipe, trace
from core.network.words import counted
from core.study.batch_descent import BatchBackward, look_back_at
from core.study.gradients import BATCH, MOST_VALUES
from core.ui.pages.gradients.backward import backward
from core.ui.pages.gradients.state import GradientsState
from core.ui.pages.gradients.update import updated
from core.ui.shell.frame import plain
from core.ui.shell.session import Session
from core.ui.widgets.model_view import ModelView, misfit_words
from core.views.batch_descent import image_rows, loss_words, way_words
from core.views.glossary import defined
from core.views.images import INK_SCALE, Tile, cell_size, figure, gallery, shown_image

MOST_SHOWN = 32
SEEDS = 10**6


def choose_way(mine: Session, subject: ModelView) -> bool:
    """Two switches: one image or a batch, as the network predicts or as in training; whether it is a batch."""
    own = mine.state(GradientsState)
    misfit = misfit_words(subject)
    batched = own.batch and not misfit

    def take(name: str) -> None:
        setattr(own, name, st.session_state[f"gradients/{name}"])

    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        st.toggle(
            "A batch", batched, key="gradients/batch", on_change=take, args=("batch",), disabled=bool(misfit),
            help=misfit or defined("batch", "Its images are drawn from the training images, in place of the one above."),
        )  # fmt: skip
        st.toggle(
            "As in training", own.training, key="gradients/training", on_change=take, args=("training",),
            help="Dropout draws, and batch normalisation takes mean and variance from these very images. The network itself stays as it is.",
        )  # fmt: skip
        if batched:
            st.number_input(
                "Images", 1, BATCH, own.size, key="gradients/size", on_change=take, args=("size",), width=130
            )
        if batched or own.training:
            st.number_input(
                "Seed", 0, SEEDS, own.seed, key="gradients/seed", on_change=take, args=("seed",), width=130,
                help="Which images are drawn, and what dropout drops.",
            )  # fmt: skip
    return batched


def recipe_of(mine: Session, seed: int) -> Recipe:
    """The recipe whose loss is taken: that of the run that is looked into, else the usual one."""
    own_run = mine.run if mine.focus.subject == "run" else None
    return replace(Recipe() if own_run is None else own_run.recipe, seed=seed)


def compute_batch(
    own: GradientsState, subject: ModelView, recipe: Recipe, alone: tuple[np.ndarray, np.ndarray] | None
) -> BatchBackward:
    """The step of these images, or of a batch where there are none.

    Args:
        own: the size of the batch.
        subject: the network.
        recipe: its loss, and the seed of the batch.
        alone: one image (1, h, w, c) with its class.
    """
    if alone is None:
        data = load(subject.dataset)
        room = max(1, MOST_VALUES // max(1, trace(subject.network).activation_values))
        chosen = np.random.default_rng(recipe.seed).permutation(len(data.x_train))[: min(own.size, room)]
        alone = data.x_train[chosen], data.y_train[chosen]
    return look_back_at(subject.network, subject.model.get_weights(), *alone, recipe=recipe, training=own.training)


def batch_words(subject: ModelView, back: BatchBackward) -> None:
    """What these images are and in which way the network goes."""
    right = int((back.predicted.argmax(1) == back.labels).sum())
    st.markdown(
        f"{counted(len(back.labels), 'image')}, of which the network gets **{right}** right. "
        + way_words(back, len(noisy_layers(subject.network)))
    )


def forward_batch(mine: Session, subject: ModelView, back: BatchBackward) -> None:
    """The images, each with what it is and what it is taken for."""
    names = subject.class_names
    tiles = []
    for image, label, best in zip(back.images[:MOST_SHOWN], back.labels, back.predicted.argmax(1)):
        says = plain(names[best]) if best == label else f"{plain(names[label])} → {plain(names[best])}"
        tiles.append(Tile(shown_image(image), says, f"{names[label]}, taken for {names[best]}"))
    st.html(gallery(tiles, INK_SCALE, cell_size(back.images.shape[1:3], 64)))
    more = f" The first {MOST_SHOWN} are shown." if len(back.labels) > MOST_SHOWN else ""
    st.caption(f"Below each image: what it is taken for; where that is wrong, what it is comes first.{more}")


def loss_batch(mine: Session, subject: ModelView, back: BatchBackward) -> None:
    """The mean loss and the penalties, and the images that count most."""
    with st.container(horizontal=True):
        for name, value in (
            ("Mean loss", back.data_loss),
            ("Penalties", back.penalty),
            ("What the step lowers", back.loss),
        ):
            st.metric(name, figure(value, 4), width=190)
    st.markdown(loss_words(back))
    rows = image_rows(back, [plain(one) for one in subject.class_names])
    st.table(
        rows,
        hide_index=True,
        border="horizontal",
        width="content",
        alt="The images with the lowest probability of their class",
    )


def backward_batch(mine: Session, subject: ModelView, back: BatchBackward) -> None:
    """Layer by layer; maps of one image, gradients of the weights of all."""
    own = mine.state(GradientsState)
    own.picked = min(own.picked, len(back.labels) - 1)

    def pick() -> None:
        own.picked = st.session_state["gradients/picked"] - 1

    if len(back.labels) > 1:
        st.number_input(
            f"Image, 1 to {len(back.labels)}", 1, len(back.labels), own.picked + 1, key="gradients/picked", on_change=pick, width=170,
            help="Maps and terms below are those of this image; as a part of the mean they are divided by the number of images.",
        )  # fmt: skip
    backward(mine, subject, back.one(own.picked), back)


def update_batch_of(mine: Session, subject: ModelView, back: BatchBackward) -> None:
    """The step, and what it does."""
    updated(mine, subject, back)
