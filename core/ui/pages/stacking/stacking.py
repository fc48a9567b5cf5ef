"""The layers of the page Stacking layers, the fan of one unit, and the arithmetic row by row."""

from __future__ import annotations

from functools import partial

import streamlit as st

from core.learn.convolution import CannotConvolve
from core.learn.stacking import (
    COMPARED,
    MOST_CELLS,
    MOST_CHANNELS,
    MOST_DILATION,
    MOST_KERNEL,
    MOST_LAYERS,
    MOST_PADDING,
    MOST_STRIDE,
    check,
    fan,
    steps,
)
from core.ui.pages.stacking.state import StackedRow, StackingState
from core.ui.shell.frame import look, plain
from core.ui.widgets.numbers import whole_number
from core.views.fields import as_image
from core.views.stacking import fan_svg, fan_words, step_rows

FIELDS = (
    ("Kernel k", "kernel", 1, MOST_KERNEL),
    ("Stride s", "stride", 1, MOST_STRIDE),
    ("Dilation d", "dilation", 1, MOST_DILATION),
    ("Padding p", "padding", 0, MOST_PADDING),
)


def choose(own: StackingState) -> None:
    """Ready-made stacks, the input, and the layers."""
    with st.container(horizontal=True, gap="small"):
        for name, stack in COMPARED.items():
            press = partial(own.open, stack)
            st.button(name, key=f"stacking/example/{name}", icon=":material/restart_alt:", on_click=press)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        _number(own, "Input n", "n", MOST_CELLS)
        _number(own, "Channels C", "channels", MOST_CHANNELS)
    for at, row in enumerate(own.rows):
        _layer(own, at, row)
    full = len(own.rows) == MOST_LAYERS
    why = f"There is room for {MOST_LAYERS} layers." if full else None
    st.button("Add a layer", key="stacking/add", icon=":material/add:", on_click=own.add, disabled=full, help=why)


def _number(own: StackingState, label: str, name: str, most: int) -> None:
    whole_number(label, 1, most, partial(getattr, own, name), partial(setattr, own, name), f"stacking/{name}")


def _layer(own: StackingState, at: int, row: StackedRow) -> None:
    key, last = f"stacking/{row.identity}", len(own.rows) - 1
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        for label, name, least, most in FIELDS:
            now, take = partial(_value, row, name), partial(own.set, row, name)
            whole_number(f"{at + 1} · {label}", least, most, now, take, f"{key}/{name}")
        for label, icon, by in (("Up", "arrow_upward", -1), ("Down", "arrow_downward", 1)):
            end = at == (0 if by < 0 else last)
            st.button(label, key=f"{key}/{label}", icon=f":material/{icon}:", on_click=own.move, args=(row, by), disabled=end)  # fmt: skip
        st.button("Remove", key=f"{key}/remove", icon=":material/delete:", on_click=own.remove, args=(row,), disabled=not last)  # fmt: skip


def _value(row: StackedRow, name: str) -> int:
    return getattr(row.layer, name)


def works(own: StackingState) -> bool:
    """Whether every layer works; if not, a sentence says why."""
    try:
        check(own.stack, own.n)
    except CannotConvolve as problem:
        st.warning(plain(str(problem)))
        return False
    return True


def see(own: StackingState) -> None:
    """The fan of one unit, and the arithmetic row by row."""
    found = steps(own.stack, own.n)
    count = found[-1].size
    unit = count // 2 if own.unit is None else min(own.unit, count - 1)
    seen = fan(own.stack, own.n, unit)
    words = fan_words(found, seen)
    st.html(as_image(fan_svg(own.stack, found, seen, look()), words))
    if count > 1:
        key = f"stacking/unit/{count}/{own.turn}"

        def move() -> None:
            own.unit = int(st.session_state[key]) - 1

        st.slider("Unit of the last layer", 1, count, unit + 1, key=key, on_change=move)
    st.caption(f"{plain(words)} Dashed squares are zeros of the padding.")
    st.table(step_rows(own.stack, found), hide_index=True, border="horizontal")
    st.caption(
        "One axis, as both are alike. n: units; j: input cells from one unit to the next; r: cells from the first to the last in the "
        "field, as if there were no border; c: the middle of the first unit’s field, where the first cell lies at 1."
    )
