"""The settings of the page Pooling, the picture, and what is said of the layer."""

from __future__ import annotations

from functools import partial

import streamlit as st

from core.learn.pooling import CannotPool, Pooled, Windows, pooled, sent_back
from core.network.words import counted
from core.ui.pages.pooling.state import LARGEST_SIDE, SMALLEST, PoolingState
from core.ui.shell.frame import plain
from core.ui.widgets.grids import drawn_grids
from core.ui.widgets.numbers import whole_number
from core.views.grids import plain_number
from core.views.pooling import lone_input, pooling_data

KINDS = {"max": "Maximum", "mean": "Mean"}
LAYERS = {"max": "MaxPooling2D", "mean": "AveragePooling2D"}
PATCHES = {"mnist": "Patch of a digit", "fashion_mnist": "Patch of a garment"}


def choose(own: PoolingState) -> None:
    """Size of the input, kind, window and stride; and what fills the input."""

    def kind() -> None:
        own.kind = st.session_state["pooling/kind"] or own.kind

    def number(label: str, name: str, low: int) -> None:
        now, take = partial(getattr, own, name), partial(setattr, own, name)
        whole_number(label, low, LARGEST_SIDE, now, take, f"pooling/{name}")

    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.segmented_control(
            "Keep of each window", list(KINDS), default=own.kind, format_func=KINDS.__getitem__, required=True,
            key="pooling/kind", on_change=kind,
        )  # fmt: skip
        number("Input n", "n", SMALLEST)
        number("Window k", "pool", 1)
        number("Stride s", "stride", 1)
    with st.container(horizontal=True, gap="small"):
        st.button("Example", key="pooling/example", icon=":material/restart_alt:", on_click=own.restart)
        st.button("Random numbers", key="pooling/random", icon=":material/casino:", on_click=own.randomise)
        for dataset, words in PATCHES.items():
            press = partial(own.take_patch, dataset)
            st.button(words, key=f"pooling/patch/{dataset}", icon=":material/image:", on_click=press)


def look_and_type(own: PoolingState) -> None:
    """Forward and backward; where the window does not fit, the input and a sentence."""
    try:
        windows = Windows(own.n, own.pool, own.stride)
    except CannotPool as problem:
        st.warning(plain(str(problem)))
        drawn_grids(lone_input(own.image), "pooling/alone", own.turn, own.take)
        return
    forward = pooled(own.image, windows, own.kind)
    gradients = own.gradients_of(windows)
    drawn_grids(pooling_data(own.image, gradients, windows, own.kind, forward), "pooling/grids", own.turn, own.take)
    st.markdown(_conserved(own, windows, forward))
    for words in _remarks(own, windows, forward):
        st.markdown(f"- {words}")
    _arithmetic(own, windows)


def _conserved(own: PoolingState, windows: Windows, forward: Pooled) -> str:
    gradients = own.gradients_of(windows)
    back = sent_back(gradients, windows, own.kind, forward)
    total, sent = plain_number(float(gradients.sum())), plain_number(float(back.sum()))
    rule = (
        "each maximum that was remembered gets the whole gradient of its window, all other cells get 0"
        if own.kind == "max"
        else f"each cell of a window gets 1/{windows.pool**2} of its gradient"
    )
    return f"**Nothing is lost on the way back:** Σ at the output = {total} = {sent} = Σ at the input; {rule}."


def _remarks(own: PoolingState, windows: Windows, forward: Pooled) -> list[str]:
    found = []
    if windows.overlap:
        found.append(
            f"The windows overlap, as the stride {windows.stride} is smaller than the window {windows.pool}: a cell can lie in "
            "several, and what they send back to it adds up."
        )
    if windows.unread:
        lie = "lies" if windows.unread == 1 else "lie"
        found.append(
            f"{counted(windows.unread, 'hatched cell')} of the input {lie} in no window: the gradient there is 0."
        )
    if forward.tied:
        count = len(forward.tied)
        found.append(
            f"A tie in {counted(count, 'window')} (marked =): more than one cell is the maximum. The first, row by row, gets the "
            "gradient, as in TensorFlow."
        )
    if windows.pool == 1:
        found.append("A window of 1×1 pools nothing: each number that is read stays as it is.")
    return found


def _arithmetic(own: PoolingState, windows: Windows) -> None:
    n, k, s, m = windows.n, windows.pool, windows.stride, windows.size
    st.markdown(
        f"**Output size** m = ⌊(n − k) / s⌋ + 1 = ⌊({n} − {k}) / {s}⌋ + 1 = **{m}**, along each axis  \n"
        "**Parameters** 0: there is nothing to learn in it, yet gradients pass through it"
    )
    st.code(f"keras.layers.{LAYERS[own.kind]}(pool_size={k}, strides={s})", language="python")
