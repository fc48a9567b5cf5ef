"""The settings of the page Convolution."""

from __future__ import annotations

from functools import partial

import streamlit as st

from core.ui.pages.convolution.state import (
    EXAMPLES,
    MOST_CELLS,
    MOST_INPUTS,
    MOST_KERNEL,
    MOST_OUTPUTS,
    TYPED,
    ConvolutionState,
    named_kernels,
)
from core.ui.widgets.numbers import whole_number

PADDINGS = {"valid": "valid (none)", "same": "same", "number": "zeros p"}
PATCHES = {"mnist": "Digit", "fashion_mnist": "Garment"}
PATCH_HELP = "A part of a test image, its numbers rounded to two decimals; each channel gets one of another image."
KERNEL_HELP = "Those that LeNet-5 has learned are rounded to two decimals. Any number of a kernel can be typed, too."


def choose(own: ConvolutionState) -> None:
    """Examples, what fills the input, and the settings of the layer."""
    with st.container(horizontal=True, gap="small"):
        for key, example in EXAMPLES.items():
            press = partial(own.restart, example)
            st.button(example.words, key=f"convolution/example/{key}", icon=":material/restart_alt:", on_click=press)
        st.button("Random", key="convolution/random", icon=":material/casino:", on_click=own.randomise)
        for dataset, words in PATCHES.items():
            press = partial(own.take_patch, dataset)
            st.button(
                words, key=f"convolution/patch/{dataset}", icon=":material/image:", on_click=press, help=PATCH_HELP
            )
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        _name(own)
        _number(own, "Kernel k", "kernel", MOST_KERNEL)
        _number(own, "Stride s", "stride", 4)
        _padding(own)
    with st.expander("Input size, channels, dilation, groups, bias, flip, transposed"):
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            _number(own, "Input n", "n", MOST_CELLS)
            _number(own, "Input channels", "channels", MOST_INPUTS)
            _number(own, "Output channels", "outputs", MOST_OUTPUTS)
            _number(own, "Dilation d", "dilation", 3)
            _number(own, "Groups g", "groups", 3, own.backwards)
        with st.container(horizontal=True, gap="medium"):
            _switch(own, "Bias", "bias")
            _switch(own, "Flip the kernel", "flip", own.backwards)
            _switch(own, "Transposed: the same backwards", "backwards")


def _number(own: ConvolutionState, label: str, name: str, most: int, disabled: bool = False, least: int = 1) -> None:
    why = "A transposed convolution has no groups here." if disabled else None
    now, take = partial(getattr, own, name), partial(setattr, own, name)
    whole_number(label, least, most, now, take, f"convolution/{name}", own.turn, disabled, why)


def _switch(own: ConvolutionState, label: str, name: str, disabled: bool = False) -> None:
    key = f"convolution/{name}/{own.turn}"

    def take() -> None:
        setattr(own, name, bool(st.session_state[key]))

    why = "A transposed convolution lays its kernels on as they stand." if disabled else None
    st.toggle(label, getattr(own, name), key=key, on_change=take, disabled=disabled, help=why)


def _padding(own: ConvolutionState) -> None:
    key = f"convolution/padding/{own.turn}"

    def take() -> None:
        own.padding = st.session_state[key] or own.padding

    st.segmented_control(
        "Padding", list(PADDINGS), default=own.padding, format_func=PADDINGS.__getitem__, required=True, key=key,
        on_change=take,
    )  # fmt: skip
    if own.padding == "number":
        _number(own, "Zeros p", "zeros", 4, least=0)


def _name(own: ConvolutionState) -> None:
    """A named kernel, for one output channel where there are several."""
    if own.outputs > 1:
        into = f"convolution/into/{own.outputs}/{own.turn}"

        def aim() -> None:
            own.into = int(st.session_state[into] or 0)

        st.segmented_control(
            "For output", list(range(own.outputs)), default=min(own.into, own.outputs - 1), required=True,
            format_func=lambda channel: f"{channel + 1}", key=into, on_change=aim,
        )  # fmt: skip
    shown = own.named
    options = [*([TYPED] if shown == TYPED else []), *named_kernels()]
    key = f"convolution/named/{own.turn}/{own.into}/{shown}"

    def take() -> None:
        if st.session_state[key] != shown:
            own.name_kernel(st.session_state[key])

    st.selectbox("Kernel", options, options.index(shown), key=key, on_change=take, width=190, help=KERNEL_HELP)
