"""Numbers that grow: in a widget's key, so that it begins anew, or for the browser, so that it does something once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import streamlit as st

T = TypeVar("T")


@dataclass
class Renewal:
    """The number that stands in the keys of some widgets: `f"canvas/{renewal}"`.

    Streamlit keeps what a widget holds as long as its key stays the same, whatever value it is given. With a new
    number, the widget is a new one: it begins with the value that it is given, and what was open is closed.
    """

    number: int = 0

    def renew(self) -> None:
        """Let the widgets begin anew."""
        self.number += 1

    def __str__(self) -> str:
        return str(self.number)


def value_if_changed(key: str, known: T) -> T | None:
    """The value of the widget with this key, in its `on_change`; None where it is still the known one.

    The browser may report a widget once more after its key was renewed: that is no choice of the visitor's.
    """
    value = st.session_state[key]
    return None if value == known else value
