"""A dataclass's fields → widgets, from the settings that the fields carry."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import streamlit as st

from core.network.layers import penalty_text
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
    settings_of,
)
from core.network.typed import USUAL_PENALTIES, pair_options, read_typed, typed_text
from core.ui.shell.session import session
from core.views.glossary import defined
from core.views.wording import plain

FIELD_WIDTH = 140  # px; two beside each other on a phone
TERMS = {  # of the glossary, which labels of fields name
    "Activation": "activation",
    "Batch size": "batch",
    "Dilation rate": "dilation",
    "Epochs": "epoch",
    "Filters": "filter",
    "Kernel size": "kernel",
    "Label smoothing": "label smoothing",
    "Learning rate": "learning rate",
    "Loss": "loss",
    "Optimiser": "optimizer",
    "Padding": "padding",
    "Pool size": "pooling",
    "Schedule": "schedule",
    "Stop early after": "early stopping",
    "Strides": "stride",
    "Units": "unit",
    "Use bias": "bias",
    "Weight decay": "weight decay",
}

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
    """One widget a field, side by side where there is room; none for what a lesson hides.

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
    shown = session().shown_fields(settings if names is None else names)
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
                    value = how.checked(read_typed(how, st.session_state[widget_key]))
                    apply(name, value)
                except InvalidSetting as problem:
                    if not isinstance(how, Stages):  # long to type: the text stays, with what is wrong below it
                        complain(str(problem))
                else:
                    if isinstance(how, (Pair, Penalty, Stages)):  # “15” becomes “15×15”
                        st.session_state[widget_key] = typed_text(how, value)

            _widget(how, getattr(value, name), widget_key, changed, disabled or name in idle)


def help_of(how: Setting) -> str:
    """The help of a field: what the term means that its label names, and then what the field does."""
    return defined(TERMS[how.label], how.help) if how.label in TERMS else how.help


def _widget(how: Setting, value: Any, key: str, changed: Callable[[], None], disabled: bool) -> None:
    common = {"key": key, "help": help_of(how), "on_change": changed, "disabled": disabled}
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
        _typed(how.label, pair_options(how, value), typed_text(how, value), common)
    elif isinstance(how, Penalty):
        options = [penalty_text(penalty) for penalty in USUAL_PENALTIES]
        text = typed_text(how, value)
        _typed(how.label, options if text in options else [text, *options], text, common)
    elif isinstance(how, Stages):
        with st.container(width=2 * FIELD_WIDTH, gap="small"):
            typed = st.text_input(how.label, typed_text(how, value), **common)
            try:
                how.checked(read_typed(how, typed))
            except InvalidSetting as problem:
                st.error(f"{plain(str(problem))} Until then it is {typed_text(how, value)}.", icon=":material/error:")
    else:
        raise TypeError(f"There is no widget for {type(how).__name__}.")


def _typed(label: str, options: list[str], text: str, common: dict[str, Any]) -> None:
    """A choice of the common values in which others can be typed."""
    st.selectbox(label, options, options.index(text), accept_new_options=True, width=FIELD_WIDTH, **common)
