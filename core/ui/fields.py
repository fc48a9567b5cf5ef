"""A dataclass's fields → widgets, from the settings that the fields carry."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

import streamlit as st

from core.network.layers import size_text
from core.network.settings import (
    Checked,
    Choice,
    Flag,
    Integer,
    InvalidSetting,
    Number,
    Pair,
    Setting,
    settings_of,
)

FIELD_WIDTH = 140  # px; two beside each other on a phone

Apply = Callable[[str, Any], None]


def edit_fields(
    value: Checked,
    key: str,
    apply: Apply,
    complain: Callable[[str], None],
    names: Iterable[str] | None = None,
    disabled: bool = False,
) -> None:
    """One widget a field, side by side where there is room.

    Args:
        value: the layer or recipe.
        key: unique on the page; another key makes the widgets forget what they hold.
        apply: receives the field's name and its new, checked value.
        complain: receives a sentence where something typed is not allowed.
        names: which fields; all by default.
        disabled: whether they can be changed now.
    """
    settings = settings_of(value)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        for name in settings if names is None else names:
            how = settings[name]
            widget_key = f"{key}/{name}"

            def changed(name: str = name, how: Setting = how, widget_key: str = widget_key) -> None:
                try:
                    apply(name, how.checked(_read(how, st.session_state[widget_key])))
                except InvalidSetting as problem:
                    complain(str(problem))

            _widget(how, getattr(value, name), widget_key, changed, disabled)


def _widget(how: Setting, value: Any, key: str, changed: Callable[[], None], disabled: bool) -> None:
    common = {"key": key, "help": how.help, "on_change": changed, "disabled": disabled}
    if isinstance(how, Integer):
        st.number_input(how.label, how.minimum, how.maximum, value, how.step, width=FIELD_WIDTH, **common)
    elif isinstance(how, Number):
        st.number_input(
            how.label, how.minimum, how.maximum, value, how.step, format=how.format, width=FIELD_WIDTH, **common
        )
    elif isinstance(how, Choice):
        st.selectbox(how.label, how.choices, how.choices.index(value), width=FIELD_WIDTH, **common)
    elif isinstance(how, Flag):
        st.checkbox(how.label, value, width=FIELD_WIDTH, **common)
    elif isinstance(how, Pair):
        options = _pair_options(how, value)
        st.selectbox(
            how.label,
            options,
            options.index(_pair_text(how, value)),
            accept_new_options=True,
            width=FIELD_WIDTH,
            **common,
        )
    else:
        raise TypeError(f"There is no widget for {type(how).__name__}.")


def _pair_text(how: Pair, value: tuple[int, int] | None) -> str:
    return str(how.default_label) if value is None else size_text(value)


def _pair_options(how: Pair, value: tuple[int, int] | None) -> list[str]:
    pairs = [(n, n) for n in how.common if how.minimum <= n <= how.maximum]
    if value is not None and value not in pairs:
        pairs = sorted([*pairs, value])
    texts = [size_text(pair) for pair in pairs]
    return texts if how.default_label is None else [how.default_label, *texts]


def _read(how: Setting, typed: Any) -> Any:
    """What a widget holds → the field's value, not yet checked."""
    if not isinstance(how, Pair):
        return typed
    if typed is None or typed == how.default_label:
        return None
    numbers = re.findall(r"\d{1,6}", str(typed))
    if len(numbers) == 1:
        return (int(numbers[0]),) * 2
    return tuple(map(int, numbers)) if len(numbers) == 2 else typed
