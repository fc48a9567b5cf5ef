"""Widgets for dataset and recipe, with previews of schedule and augmentation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import streamlit as st

from core.data import load
from core.data.datasets import Source
from core.network import Preset
from core.network.recipe import AUGMENTATIONS, DATA, SCHEDULE_SETTINGS, STEPPING
from core.training import Recipe
from core.ui.pages.train.state import TrainState
from core.ui.shell.frame import look
from core.ui.shell.session import Session
from core.ui.widgets.curves import curve_chart
from core.ui.widgets.forms import edit_fields
from core.ui.widgets.model_view import waking
from core.ui.widgets.presets import presets_recipe
from core.views.charts import rate_curve
from core.views.images import INK_SCALE, Tile, gallery
from core.views.wording import plain

FIRST = ("epochs", "batch_size", "optimizer", "learning_rate")
PREVIEWS = 8
CURVE_POINTS = 300


def choose_dataset(mine: Session, sources: Mapping[str, Source]) -> None:
    """The choice of the dataset."""
    editor, names = mine.editor, list(sources)
    shown, drawn = editor.dataset, editor.widgets.number
    key = f"train/dataset/{editor.widgets}"

    def choose() -> None:
        chosen = st.session_state[key]
        if editor.widgets.takes(drawn, chosen, shown, editor.dataset):
            editor.dataset = chosen

    st.selectbox(
        "Dataset",
        names,
        names.index(shown),
        format_func=lambda name: sources[name].title,
        key=key,
        on_change=choose,
    )
    st.caption(f"{sources[shown].credit}. 60,000 images to learn from, 10,000 to be tested on.")


def choose_recipe(mine: Session, presets: Mapping[str, Preset]) -> None:
    """All settings of the recipe; what is not as in the preset, and a button that takes its recipe."""
    editor, shown = mine.editor, mine.editor.recipe
    drawn, recipe = editor.widgets.number, editor.recipes.number

    def apply(name: str, value: Any) -> None:
        if not editor.widgets.takes(drawn, value, getattr(shown, name), getattr(editor.recipe, name)):
            return
        editor.set_in_recipe(name, value, of=recipe)
        if name == "optimizer":
            editor.widgets.renew()  # the learning rate may have followed

    def fields(names: tuple[str, ...]) -> None:
        edit_fields(
            shown,
            f"recipe/{mine.editor.widgets}",
            apply,
            lambda sentence: st.toast(plain(sentence)),
            names,
            idle=shown.idle(),
        )

    changed = set(shown.changed_settings())
    fields(FIRST)
    scheduled = ("warm_up", *dict.fromkeys(name for used in SCHEDULE_SETTINGS.values() for name in used))
    with _part(mine, "Learning rate over time", bool(changed & {"schedule", *scheduled})):
        fields(("schedule", "warm_up", *SCHEDULE_SETTINGS[shown.schedule]))
        _plan(mine)
    with _part(mine, "Change the images (augmentation)", shown.augments):
        fields(AUGMENTATIONS)
        _preview(mine)
    with _part(mine, "Held-out data, and when to stop", bool(changed & set(DATA))):
        fields(DATA)
        _chosen_by(shown)
    with _part(mine, "More about the steps", bool(changed & set(STEPPING))):
        fields(STEPPING)
    with st.container(key="train-recipe-words"):
        presets_recipe(mine.editor, presets)


def _chosen_by(recipe: Recipe) -> None:
    """By which images the best epoch is chosen; its place is the same whatever is said."""
    if not recipe.selects:
        words = "Nothing is chosen by an evaluation, so the test images only tell how good the network is."
    elif recipe.validation_share:
        words = "The validation share decides, so the test images only tell how good the network is."
    else:
        words = (
            "The best epoch would be chosen by looking at the test images, which flatters. "
            "A validation share keeps them apart."
        )
    with st.container(key="train-chosen-by"):
        st.caption(words)


def _part(mine: Session, title: str, changed: bool):
    """A fold that is open where something in it was set, and does not close under one's hand when it is set back."""
    state = mine.state(TrainState)
    if changed:
        state.unfolded.add(title)
    return st.expander(plain(title), expanded=title in state.unfolded)


def _plan(mine: Session) -> None:
    """The learning rate of each epoch, drawn before training; a flat line too, so that nothing moves when it bends."""
    recipe = mine.editor.recipe
    batches = 500  # as good as the true number for a picture
    steps = np.unique(np.linspace(0, recipe.epochs * batches - 1, CURVE_POINTS).astype(int))
    if recipe.schedule == "constant" and not recipe.warm_up:
        rates, words = np.full(steps.shape, recipe.learning_rate), "The same from the first step to the last."
    else:
        with waking():
            from core.training.schedule import learning_rates
        rates, words = learning_rates(recipe, recipe.epochs, batches, steps), "As planned, over the epochs."
        if recipe.schedule == "plateau":
            words = "Constant, and multiplied by the factor whenever progress ends."
    st.caption(words)
    curve_chart(
        mine,
        rate_curve(steps / batches, rates, recipe.epochs, look()),
        "train/plan",
        f"Planned learning rate: from {rates[0]:.3g}, at most {rates.max():.3g}, at the end {rates[-1]:.3g}.",
    )


def _preview(mine: Session) -> None:
    """A few training images as the network will see them."""
    state = mine.state(TrainState)
    dataset = load(mine.editor.dataset)
    augments = mine.editor.recipe.augments
    images = dataset.x_train[:PREVIEWS].astype(np.float32) / 255
    if augments:
        with waking():
            images = _changed(images, mine.editor.recipe, state.preview_seed)
    words = "as the network would see it" if augments else "unchanged"
    tiles = [Tile(image[..., 0], "", f"training image {n + 1}, {words}") for n, image in enumerate(images)]
    st.html(gallery(tiles, INK_SCALE, 2))

    def again() -> None:
        state.preview_seed += 1

    st.button(
        "Another look",
        icon=":material/casino:",
        on_click=again,
        disabled=not augments,
        help=None if augments else "Nothing is changed yet.",
        key="train/preview",
    )
    st.caption("Changes are drawn anew every time that the network sees an image.")


def _changed(images: np.ndarray, recipe: Recipe, seed: int) -> np.ndarray:
    import tensorflow as tf

    from core.data.augmentation import Augmentation, augmented

    return np.asarray(augmented(tf.constant(images), Augmentation.of(recipe), (recipe.seed, seed)))
