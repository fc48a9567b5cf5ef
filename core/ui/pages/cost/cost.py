"""The shapes of the page Cost, the torch light, the prices and their formulas."""

from __future__ import annotations

from functools import partial

import streamlit as st

from core.learn.cost import Between, Cost
from core.network.layers import CannotWork
from core.ui.pages.cost.state import EXAMPLES, CostState
from core.ui.shell.frame import look, plain
from core.ui.widgets.numbers import whole_number
from core.views.cost import cost_chart, cost_words, times, torch_light, torch_words
from core.views.fields import as_image

MOST_SIDE, MOST_CHANNELS, MOST_KERNEL, MOST_STRIDE = 224, 512, 11, 8
QUANTITIES = {"parameters": "Parameters", "macs": "Multiply-adds"}


def choose(own: CostState) -> None:
    """Examples, the two shapes and the kernel."""
    with st.container(horizontal=True, gap="small"):
        for key, example in EXAMPLES.items():
            press = partial(own.restart, key)
            st.button(example.words, key=f"cost/example/{key}", icon=":material/restart_alt:", on_click=press)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        _number(own, "Input side h₁ = w₁", "side", MOST_SIDE)
        _number(own, "Input channels c₁", "inputs", MOST_CHANNELS)
        _number(own, "Filters c₂", "filters", MOST_CHANNELS)
        _number(own, "Kernel k", "kernel", MOST_KERNEL)
        _number(own, "Stride s", "stride", MOST_STRIDE)
        key = f"cost/padding/{own.turn}"
        st.segmented_control(
            "Padding", ["valid", "same"], default=own.between.padding, required=True, key=key,
            on_change=lambda: own.take("padding", st.session_state[key] or own.between.padding),
        )  # fmt: skip


def _number(own: CostState, label: str, name: str, most: int) -> None:
    whole_number(
        label, 1, most, lambda: getattr(own.between, name), partial(own.take, name), f"cost/{name}", own.turn
    )


def look_and_compare(own: CostState) -> None:
    """The picture and the prices; where the kernel does not fit, a sentence."""
    between = own.between
    try:
        costs = between.costs()
    except CannotWork:
        st.warning(
            f"A kernel of {between.kernel}×{between.kernel} does not fit into {between.side}×{between.side} pixels. Take a "
            "smaller kernel, a larger input, or the padding “same”."
        )
        return
    picture, prices = st.columns([1, 1], gap="large")
    with picture:
        _torch(own)
    with prices:
        for quantity, noun in QUANTITIES.items():
            st.markdown(f"**{noun}**, and how many times those of the convolution")
            words = cost_words(costs, quantity, noun)
            st.vega_lite_chart(cost_chart(costs, quantity, look()), key=f"cost/chart/{quantity}", alt=words)
        st.caption("On a logarithmic axis: the distance between two labels is always the same factor.")
    st.markdown(reading(between, costs))
    _formulas(costs)


def _torch(own: CostState) -> None:
    between = own.between
    rows, columns, _ = between.output
    count = rows * columns
    own.position = min(own.position, count - 1)
    st.html(as_image(torch_light(between, own.position, look()), torch_words(between, own.position)))
    if count > 1:
        key = f"cost/position/{count}/{own.turn}"

        def move() -> None:
            own.position = int(st.session_state[key]) - 1

        st.slider(f"Move the torch over {count:,} positions", 1, count, own.position + 1, key=key, on_change=move)
    st.caption(plain(torch_words(between, own.position)))


def reading(between: Between, costs: tuple[Cost, ...]) -> str:
    """What the figures say, in Markdown."""
    dense, convolution, separable = costs
    sentences = [
        f"The dense layer has **{times(dense.parameters.value, convolution.parameters.value)}** the parameters of the "
        "convolution: it has a weight for each pair of an input and an output number, the convolution the same few for "
        "every position."
    ]
    if between.kernel == 1:
        sentences.append("A 1×1 convolution looks at one position: it is a dense layer over the channels, with the same weights everywhere.")  # fmt: skip
    share = separable.macs.value / convolution.macs.value
    rule = f"1/c₂ + 1/k² = 1/{between.filters} + 1/{between.kernel**2} = {share:.3g}"
    if share < 1:
        sentences.append(f"A separable one takes **{times(separable.macs.value, convolution.macs.value)}** its multiply-adds: {rule}.")  # fmt: skip
    else:
        sentences.append(f"A separable one saves nothing here: {rule} of the multiply-adds. It pays with many filters and kernels larger than 1×1.")  # fmt: skip
    return " ".join(sentences)


def _formulas(costs: tuple[Cost, ...]) -> None:
    for cost in costs:
        with st.container(border=True):
            st.markdown(
                f"**{cost.kind}**: each number of the output sees {cost.distance}  \n"
                f"Parameters {cost.parameters.letters} = {cost.parameters.numbers} = **{cost.parameters.value:,}**  \n"
                f"Multiply-adds {cost.macs.letters} = {cost.macs.numbers} = **{cost.macs.value:,}**"
            )
            st.code(cost.keras, language="python")
    st.caption(
        "h₁·w₁·c₁ is the shape of the input, h₂·w₂·c₂ that of the output. Multiply-adds are counted for one image, those with zeros of the padding too; "
        "adding a bias is not."
    )
