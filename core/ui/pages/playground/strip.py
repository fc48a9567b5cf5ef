"""The strip below the stage: kernels of the chosen layer, mistakes, or the number that is explained."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.data import load
from core.insight.explanation import explain
from core.insight.kernels import kernels, layers_with_kernels
from core.network import Path
from core.ui.components import stylesheet
from core.ui.pages.playground.input import look_at_test_image
from core.ui.pages.playground.on_stage import run_on_stage, shipped_name
from core.ui.pages.playground.state import STRIPS, PlaygroundState, follow_changes
from core.ui.pages.playground.subject import Seen
from core.ui.shell.session import Session
from core.ui.widgets.galleries import clickable_gallery
from core.ui.widgets.input_image import InputImage
from core.ui.widgets.model_view import ModelView
from core.views.explanation import heading, parts
from core.views.images import INK_SCALE, Tile, cell_size, gallery, signed_scale
from core.views.kernels import mosaic
from core.views.maps import layer_words
from core.views.wording import certainty, plain

HEIGHT = 170  # px
FIRST = 24
KERNEL_PX = 56
MISTAKE_PX = 56


def strip(mine: Session, shown: Seen, picture: InputImage) -> None:
    """One of the three, in a place of fixed height: nothing jumps. A sum, which may be long, is seen as a whole."""
    state = mine.state(PlaygroundState)
    follow_changes(state)
    field = state.strip_field
    field.show(state.strip)
    key = f"playground/strip/{field}"

    def take(chosen: str) -> None:
        state.strip, state.changed = chosen, True

    st.segmented_control(
        "Below the stage",
        list(STRIPS),
        default=state.strip,
        format_func=STRIPS.__getitem__,
        required=True,
        key=key,
        on_change=field.on_change(key, lambda: state.strip, take),
        label_visibility="collapsed",
    )
    whole = state.strip == "number" and mine.focus.unit is not None
    with st.container(height="content" if whole else HEIGHT, border=False, key="playground-strip"):
        if shown.asleep:
            without = " What you see is computed without it." if shown.values else ""
            st.caption(f"TensorFlow is waking up: a few seconds, only once.{without}")
        elif shown.subject is None:
            st.caption("Nothing to show while the network cannot work.")
        else:
            draw = {"kernels": _kernels, "mistakes": _mistakes, "number": _number}[state.strip]
            draw(mine, shown.subject, picture)


def _kernels(mine: Session, subject: ModelView, _: InputImage) -> None:
    paths = layers_with_kernels(subject.network)
    path = _nearest(paths, mine.focus.layer)
    if path is None:
        st.caption("No layer of this network has weights.")
        return
    found = kernels(subject.model, subject.network, path)
    scale = signed_scale(found.images)
    outputs, inputs = found.images.shape[:2]
    tiles = []
    for output in range(min(outputs, FIRST)):
        picture = found.images[output, 0] if inputs == 1 else mosaic(found.images[output : output + 1, :8])
        tiles.append(Tile(picture, f"{output + 1}", f"{found.output_noun} {output + 1}"))
    more = f", the first {FIRST}" if outputs > FIRST else ""
    st.caption(
        f"Kernels of {plain(layer_words(subject.network, path))}{more}. Press another layer's name to see its own."
    )
    shape = tiles[0].values.shape
    st.html(gallery(tiles, scale, max(1, min(cell_size(shape, KERNEL_PX), 12))))


def _when(epoch: float) -> str:
    return f"after epoch {epoch:g}" if epoch > 0 else "before training"


def _nearest(paths: list[Path], wanted: Path | None) -> Path | None:
    """The wanted layer, else the first one."""
    return wanted if wanted in paths else next(iter(paths), None)


def _mistakes(mine: Session, subject: ModelView, _: InputImage) -> None:
    run = run_on_stage(mine)
    now = None if run is None else run.snapshot
    if now is None or now.evaluated_on != "test" or not now.hardest:
        words = "Its mistakes among the test images stand here once it has been trained and tested."
        if run is None and shipped_name(mine.editor.network, mine.editor.dataset):
            words = "Its mistakes among the test images are on the page Mistakes; of a run, they stand here too."
        st.caption(words)
        return
    data, names = load(subject.dataset), subject.class_names
    tiles = [
        Tile(
            data.x_test[one.index][..., 0] / 255,
            f"{names[one.label]} → {names[one.predicted]}",
            f"test image {one.index:,}: “{names[one.label]}”, taken for “{names[one.predicted]}” with "
            f"{certainty(one.probability)}",
        )
        for one in now.hardest
    ]
    st.caption(
        f"Its most confident mistakes {_when(now.evaluated_epoch)}: what each is → what it was taken for. Click one, and it becomes "
        "the input."
    )
    numbers = [one.index for one in now.hardest]
    chosen = mine.image.test_index if mine.image.source == "test" else None
    clickable_gallery(
        tiles,
        numbers,
        chosen,
        INK_SCALE,
        cell_size(tiles[0].values.shape, MISTAKE_PX),
        "playground/mistakes",
        lambda index: look_at_test_image(mine, index),
        least_px=60,
    )


def _number(mine: Session, subject: ModelView, picture: InputImage) -> None:
    focus = mine.focus
    if focus.layer is None or focus.unit is None:
        st.caption("Click a number on the stage, and here stands how it comes about.")
        return
    image = np.asarray(picture.image, np.float32)
    try:
        found = explain(subject.model, subject.network, image, focus.layer, focus.unit)
    except IndexError:
        focus.look_at(focus.layer)
        st.caption("That number is not there any more: click another one.")
        return
    st.markdown(f"**{plain(heading(subject.network, found))}** is **{found.value:.5g}**")
    st.html(stylesheet("cells"))
    for part in reversed(parts(found)):  # from the number that was asked for to what it is made of
        st.markdown(f"*{plain(part.title)}*  \n{part.words}")
        if part.html:
            st.html(part.html)
