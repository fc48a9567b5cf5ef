"""The comparison of the page Stacking layers, the task, and the way to Build."""

from __future__ import annotations

from functools import partial

import streamlit as st

from core.learn.convolution import CannotConvolve
from core.learn.stacking import (
    COMPARED,
    MOST_TARGET,
    Price,
    fewest,
    for_build,
    parameter_words,
    parameters,
    price,
)
from core.network.words import counted
from core.ui.pages.stacking.state import StackingState
from core.ui.shell.frame import plain
from core.ui.shell.pages import go_to
from core.ui.shell.session import Session
from core.ui.widgets.numbers import whole_number
from core.views.stacking import layer_words, price_rows, task_words

HINT = (
    "Along an axis, a unit depends on at most k₁·k₂·… cells: there is one way down for each choice of a cell in every kernel. So "
    "which kernels have a product that is large enough, and the smallest sum of squares? And which dilations let each layer fill "
    "the holes of the next?"
)


def _price(own: StackingState) -> Price | None:
    """What the stack above sees and costs; None where it does not work."""
    try:
        return price(own.stack, own.n, own.channels)
    except CannotConvolve:
        return None


def compare(own: StackingState) -> None:
    """Two 3×3 against one 5×5 against one dilated 3×3, and the stack above."""
    st.markdown(
        f"**The same field, at what price?** C = {own.channels:,} in and out of each layer, on {own.n}×{own.n} cells"
    )
    prices = {name: price(stack, own.n, own.channels) for name, stack in COMPARED.items()}
    found = _price(own)
    if found is not None:
        prices["Your stack"] = found
    st.table(price_rows(prices), hide_index=True, border="horizontal")
    st.markdown(
        "Two 3×3 see what one 5×5 sees with 18 weights for 25 (for each pair of channels), and a nonlinearity can stand between them. A "
        "dilated 3×3 reaches as far with 9, but of the 5×5 cells it reads 3×3 only."
    )


def try_the_task(own: StackingState) -> None:
    """Cover a square with the fewest parameters: what is asked, whether it is reached, a hint and a solution."""
    with st.container(border=True):
        st.markdown(
            f"**Task: cover {own.target}×{own.target} with the fewest parameters.** One unit shall depend on every cell of it."
        )
        now, take = partial(getattr, own, "target"), partial(setattr, own, "target")
        whole_number("Target", 2, MOST_TARGET, now, take, "stacking/target")
        if own.target > own.n:
            st.warning(
                f"An input of {own.n}×{own.n} has no {own.target}×{own.target} cells: make it larger, or the target smaller."
            )
            return
        best = fewest(own.target, own.channels)
        reached, words = task_words(_price(own), parameters(best, own.channels), own.target)
        cost = parameter_words(own.stack, own.channels)
        st.markdown(f"**Parameters** {cost.letters} = {cost.numbers} = **{cost.value:,}**")
        (st.success if reached else st.info)(plain(words))
        with st.expander("Hint"):
            st.markdown(HINT)
        with st.expander("Solution"):
            st.markdown(
                f"{plain('; '.join(layer_words(layer) for layer in best))}: {counted(parameters(best, own.channels), 'parameter')}"
            )
            st.button("Open it above", key="stacking/solution", icon=":material/restart_alt:", on_click=own.open, args=(best,))  # fmt: skip


def open_on_build(mine: Session, own: StackingState, working: bool) -> None:
    """The stack as a network in the editor."""

    def edit() -> None:
        mine.editor.open(for_build(own.stack, own.n, own.channels))
        go_to("build")

    words = "One input channel, ReLU behind each layer, then global average pooling and ten classes. It trains with an input of 28×28."
    why = (
        "This lesson lets you look, but not change."
        if mine.locked
        else words
        if working
        else "The stack has to work first."
    )
    st.button(
        "Open as a network on Build", key="stacking/build", icon=":material/account_tree:", on_click=edit,
        disabled=mine.locked or not working, help=why,
    )  # fmt: skip
