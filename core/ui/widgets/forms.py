"""A dataclass's fields → widgets, from the settings that the fields carry."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

import streamlit as st

from core.network.layers import penalty_text, size_text
from core.network.settings import (
    Checked,
    Choice,
    Flag,
    Integer,
    InvalidSetting,
    Number,
    Pair,
    Penalty,
    Setting,
    Stages,
    read_stages,
    settings_of,
    stages_text,
)
from core.views.wording import plain

FIELD_WIDTH = 140  # px; two beside each other on a phone

Apply = Callable[[str, Any], None]


def edit_fields(
    value: Checked,
    key: str,
    apply: Apply,
    complain: Callable[[str], object],
    names: Iterable[str] | None = None,
    disabled: bool = False,
    idle: Iterable[str] = (),
) -> None:
    """One widget a field, side by side where there is room.

    Args:
        value: the layer or recipe.
        key: unique on the page; another key makes the widgets forget what they hold.
        apply: receives the field's name and its new, checked value.
        complain: receives a sentence where something typed is not allowed.
        names: fields to show; all by default.
        disabled: true if none can be changed now.
        idle: fields that would change nothing now; they are disabled too.
    """
    settings = settings_of(value)
    shown = list(settings if names is None else names)
    advanced = [name for name in shown if settings[name].advanced]
    _row(value, [name for name in shown if name not in advanced], key, apply, complain, disabled, idle)
    if advanced:
        with st.expander("More settings", expanded=any(name in value.changed_settings() for name in advanced)):
            _row(value, advanced, key, apply, complain, disabled, idle)


def _row(
    value: Checked,
    names: list[str],
    key: str,
    apply: Apply,
    complain: Callable[[str], object],
    disabled: bool,
    idle: Iterable[str],
) -> None:
    settings = settings_of(value)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        for name in names:
            how = settings[name]
            widget_key = f"{key}/{name}"

            def changed(name: str = name, how: Setting = how, widget_key: str = widget_key) -> None:
                try:
                    value = how.checked(_read(how, st.session_state[widget_key]))
                    apply(name, value)
                except InvalidSetting as problem:
                    if not isinstance(how, Stages):  # long to type: the text stays, with what is wrong below it
                        complain(str(problem))
                else:
                    if isinstance(how, (Pair, Penalty, Stages)):  # “15” becomes “15×15”
                        st.session_state[widget_key] = _text(how, value)

            _widget(how, getattr(value, name), widget_key, changed, disabled or name in idle)


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
        _typed(how.label, _pair_options(how, value), _text(how, value), common)
    elif isinstance(how, Penalty):
        options = [penalty_text(penalty) for penalty in _PENALTIES]
        text = _text(how, value)
        _typed(how.label, options if text in options else [text, *options], text, common)
    elif isinstance(how, Stages):
        with st.container(width=2 * FIELD_WIDTH, gap="small"):
            typed = st.text_input(how.label, _text(how, value), **common)
            try:
                how.checked(_read(how, typed))
            except InvalidSetting as problem:
                st.error(f"{plain(str(problem))} Until then it is {_text(how, value)}.", icon=":material/error:")
    else:
        raise TypeError(f"There is no widget for {type(how).__name__}.")


def _typed(label: str, options: list[str], text: str, common: dict[str, Any]) -> None:
    """A choice of the common values in which others can be typed."""
    st.selectbox(label, options, options.index(text), accept_new_options=True, width=FIELD_WIDTH, **common)


def _text(how: Pair | Penalty | Stages, value: Any) -> str:
    """A value as the text of its field."""
    if isinstance(how, Stages):
        return stages_text(value)
    if isinstance(how, Penalty):
        return penalty_text(value)
    return str(how.default_label) if value is None else size_text(value)


def _pair_options(how: Pair, value: tuple[int, int] | None) -> list[str]:
    pairs = [(n, n) for n in how.common if how.minimum <= n <= how.maximum]
    if value is not None and value not in pairs:
        pairs = sorted([*pairs, value])
    texts = [size_text(pair) for pair in pairs]
    return texts if how.default_label is None else [how.default_label, *texts]


def _read(how: Setting, typed: Any) -> Any:
    """Parse a widget's value into the setting's value, not yet checked."""
    if isinstance(how, Penalty):
        return _read_penalty(str(typed))
    if isinstance(how, Stages):
        return read_stages(typed)
    if not isinstance(how, Pair):
        return typed
    if typed is None or typed == how.default_label:
        return None
    found = _SIZE.fullmatch(str(typed))
    if not found:
        return typed
    return (int(found[1]), int(found[2] or found[1]))


_SIZE = re.compile(r"\s*\(?\s*(\d{1,6})\s*(?:[x×,*]?\s*(?<=[x×,*\s])(\d{1,6}))?\s*\)?\s*", re.IGNORECASE | re.ASCII)
_PENALTIES = ((0.0, 0.0), (0.0, 1e-5), (0.0, 1e-4), (0.0, 1e-3), (1e-5, 0.0), (1e-4, 0.0), (1e-5, 1e-4))
_STRENGTH = re.compile(r"L([12])\s*[=:]?\s*(\d+\.?\d*(?:e-?\d{1,2})?)", re.IGNORECASE)


def _read_penalty(typed: str) -> Any:
    """`L2 0.0001`, `l1 1e-5 + l2 1e-4`, `none` → (l1, l2); anything else as it was typed."""
    if typed.strip().lower() in ("none", ""):
        return (0.0, 0.0)
    found = dict(_STRENGTH.findall(typed))
    rest = _STRENGTH.sub("", typed).strip(" +,")
    return (float(found.get("1", 0)), float(found.get("2", 0))) if found and not rest else typed
