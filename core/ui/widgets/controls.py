"""A button of a bar that drives a run."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st


def control(
    label: str, icon: str, act: Callable[[], None], why_not: str | None, words: str, key: str, primary: bool = False
) -> None:
    """A button with an icon; one that cannot work now is disabled and says why.

    Args:
        label: the name on it.
        icon: the name of a Material symbol.
        act: what a press does.
        why_not: why it cannot work now, or None where it can.
        words: what a press does, in a sentence.
        key: the key of the widget, whole.
        primary: whether it is the one that most would press next.
    """
    st.button(
        label,
        type="primary" if primary else "secondary",
        icon=f":material/{icon}:",
        disabled=why_not is not None,
        help=why_not or words,
        on_click=act,
        key=key,
    )
