"""Fields for a number of a page's state."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import streamlit as st

from core.ui.shell.renewal import Renewal

T = TypeVar("T", int, float)

FIELD_PX = 130  # two beside each other on a phone


def whole_number(
    label: str,
    least: int,
    most: int,
    now: Callable[[], int],
    take: Callable[[int], object],
    key: str,
    turn: Renewal | None = None,
    disabled: bool = False,
    words: str | None = None,
) -> None:
    """A field that shows a number of the state, and hands on what is typed into it.

    An emptied field changes nothing. What a field reports that has gone since counts only if nothing has overtaken it.

    Args:
        label: above the field.
        least, most: what can be typed.
        now: the number that is set now.
        take: sets another one.
        key: of the widget.
        turn: stands in the key too; renewed where the number can be set elsewhere.
        disabled: whether it cannot be changed now.
        words: the help mark's.
    """

    def field(shown: int, place: str, typed: Callable[[], None]) -> None:
        st.number_input(
            label, least, most, shown, 1, key=place, on_change=typed, width=FIELD_PX, disabled=disabled, help=words
        )

    _shown(now, lambda value: take(int(value)), key, turn, field)


def decimal_number(
    label: str,
    least: float,
    most: float,
    step: float,
    form: str,
    now: Callable[[], float],
    take: Callable[[float], object],
    key: str,
    words: str | None = None,
) -> None:
    """The same for a number with decimals.

    Args:
        step: of its buttons.
        form: how it is written, such as `%.2f`.
    """

    def field(shown: float, place: str, typed: Callable[[], None]) -> None:
        st.number_input(label, least, most, shown, step, form, key=place, on_change=typed, width=FIELD_PX, help=words)

    _shown(now, lambda value: take(float(value)), key, None, field)


def _shown(
    now: Callable[[], T],
    take: Callable[[T], object],
    key: str,
    turn: Renewal | None,
    field: Callable[[T, str, Callable[[], None]], object],
) -> None:
    """Draw a field with what is set now, its key, and what it does when something was typed."""
    drawn, shown = turn and turn.number, now()
    place = key if turn is None else f"{key}/{turn}"

    def typed() -> None:
        value, there = st.session_state[place], now()
        if value is None or value == there:
            return
        if turn is None or drawn is None or turn.takes(drawn, value, shown, there):
            take(value)

    field(shown, place, typed)
