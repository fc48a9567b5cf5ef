"""The four steps of learning from one image: which is looked at, and what is computed for all of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVar

import numpy as np
import streamlit as st

from core.data import load
from core.insight.mistakes import affordable_images, predict
from core.network import trace
from core.network.words import counted
from core.study.batch_descent import BatchBackward
from core.study.descent import Backward, look_back
from core.ui.pages.gradients.backward import backward
from core.ui.pages.gradients.batch import (
    backward_batch,
    batch_words,
    choose_way,
    compute_batch,
    forward_batch,
    loss_batch,
    recipe_of,
    update_batch_of,
)
from core.ui.pages.gradients.forward import forward, loss
from core.ui.pages.gradients.state import GradientsState
from core.ui.pages.gradients.update import updated
from core.ui.shell.frame import certainty, plain
from core.ui.shell.session import Session
from core.ui.widgets.input_image import InputImage, take_test_image
from core.ui.widgets.model_view import ModelView, unpredicting_words
from core.ui.widgets.panels import HEAVY
from core.views.descent import nothing_left
from core.views.glossary import defined

T = TypeVar("T")
MOST_IMAGES = 2_000  # test images among which a mistake is searched
MOST_PARAMETERS = 50_000_000  # of which five copies are held at a time
STEPS = {"Forward": forward, "Loss": loss, "Backward": backward, "Update": updated}
BATCH_STEPS = {"Forward": forward_batch, "Loss": loss_batch, "Backward": backward_batch, "Update": update_batch_of}
NUMBERED = {name: f"{number} · {name}" for number, name in enumerate(STEPS, 1)}


def gradients_of(mine: Session, subject: ModelView, picture: InputImage) -> None:
    """The step that is chosen, for the image and the newest weights."""
    why_not = _why_not(subject)
    if why_not:
        st.info(plain(why_not))
        return
    own = mine.state(GradientsState)
    batched = choose_way(mine, subject)
    label = 0 if batched else _true_class(own, subject, picture)
    if batched or own.training:
        many = _looked_back_at(mine, subject, picture, label, batched)
        if many is not None:
            batch_words(subject, many)
            _steps(own, {name: partial(step, mine, subject, many) for name, step in BATCH_STEPS.items()})
        return
    back = _looked_back(mine, subject, picture, label)
    if back is None:
        return
    best, names = int(back.predicted.argmax()), subject.class_names
    st.markdown(
        f"Input: {plain(picture.title)}. True class: **{plain(names[label])}**. The network predicts **{plain(names[best])}** "
        f"({certainty(float(back.predicted[best]))})."
    )
    if nothing_left(back):
        st.info(
            "The network is certain here, and right: there is nothing left to learn from this image, and all gradients are next to 0. "
            "One that it gets wrong shows more."
        )
    _steps(own, {name: partial(step, mine, subject, back) for name, step in STEPS.items()})


def _steps(own: GradientsState, steps: dict[str, Callable[[], None]]) -> None:
    """The choice of a step, and the one that is chosen."""

    def choose() -> None:
        own.step = st.session_state["gradients/step"]

    st.segmented_control(
        "Step", list(STEPS), default=own.step, format_func=NUMBERED.__getitem__, required=True, key="gradients/step",
        on_change=choose, label_visibility="collapsed",
    )  # fmt: skip
    steps[own.step]()


def offer_mistake(mine: Session, subject: ModelView, picture: InputImage) -> None:
    """A button that takes the test image of which the network is most sure and wrong."""
    if picture.label is None or _why_not(subject):
        return

    def take() -> None:
        data = load(subject.dataset)
        images = data.x_test[: affordable_images(subject.network, min(len(data.x_test), MOST_IMAGES))]
        found = predict(subject.model, subject.network, images, data.y_test[: len(images)]).most_confident_mistakes(1)
        if len(found):
            take_test_image(mine, subject, "gradients", int(found[0]))
        else:
            mine.notice = f"It gets {counted(len(images), 'test image')} right, and none wrong."

    st.button("Take a test image that it gets wrong", icon=":material/rule:", on_click=take, key="gradients/mistake")


def _why_not(subject: ModelView) -> str:
    """The reason why there is no step of learning to show; empty where there is one."""
    problem = unpredicting_words(subject)
    if problem:
        return f"{problem} So it has no loss, and no gradient. Choose another network above."
    if not trace(subject.network).parameters:
        return "This network has no weights, so there is nothing to learn. Choose another network above."
    if trace(subject.network).parameters > MOST_PARAMETERS:
        return (
            f"This network has {counted(trace(subject.network).parameters, 'parameter')}. Gradients are shown for up to "
            f"{MOST_PARAMETERS:,}. Choose another network above."
        )
    return ""


def _true_class(own: GradientsState, subject: ModelView, picture: InputImage) -> int:
    """The class of a test image; of a picture of the visitor's, what they say."""
    if picture.label is not None:
        return picture.label
    names = subject.class_names
    key = f"gradients/label/{hash(names)}"

    def choose() -> None:
        own.label = st.session_state[key]

    return st.selectbox(
        "True class", range(len(names)), min(own.label, len(names) - 1), lambda one: names[one], key=key, on_change=choose,
        width=240, help=defined("label", "Of this picture nobody but you knows it, and the loss is measured against it."),
    )  # fmt: skip


def _looked_back(mine: Session, subject: ModelView, picture: InputImage, label: int) -> Backward | None:
    """The numbers of the step of one image, as the network predicts."""
    weights = subject.model.get_weights
    return _computed(
        mine, subject, (picture.image.tobytes(), label), 1,
        lambda: look_back(subject.network, weights(), picture.image, label),
    )  # fmt: skip


def _looked_back_at(
    mine: Session, subject: ModelView, picture: InputImage, label: int, batched: bool
) -> BatchBackward | None:
    """The numbers of the step of a batch, or of one image as in training."""
    own = mine.state(GradientsState)
    recipe = recipe_of(mine, own.seed)
    alone = None if batched else (picture.image[np.newaxis], np.array([label]))
    about = (own.size, own.training, recipe, None if batched else (picture.image.tobytes(), label))
    return _computed(
        mine, subject, about, own.size if batched else 1, lambda: compute_batch(own, subject, recipe, alone)
    )


def _computed(mine: Session, subject: ModelView, about: object, images: int, compute: Callable[[], T]) -> T | None:
    """What is computed at once; of a large network only after a press, and until the next one for the weights of then."""
    own, version, about = mine.state(GradientsState), subject.version, (subject.identity, about)
    if trace(subject.network).macs * images > HEAVY:
        there = own.asked is not None and own.asked[0] == about
        if not there or own.asked != (about, version):
            st.button(
                "Compute it again" if there else "Compute the gradients", icon=":material/search:", key="gradients/ask",
                on_click=own.ask, args=(about, version),
            )  # fmt: skip
            st.caption(
                "With the weights that were there before." if there else "A few seconds for a network of this size."
            )
        if not there or own.asked is None:
            return None
        version = own.asked[1]
    return mine.kept("gradients/back", (about, version), compute)
