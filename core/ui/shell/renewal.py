"""Numbers that grow: in a widget's key, so that it begins anew, or for the browser, so that it does something once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

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

    def takes(self, drawn: int, value: T, shown: T, now: T) -> bool:
        """Whether a value counts that comes from a widget with this number in its key.

        A widget that was renewed since has gone, and its browser may send once more what it showed; or something else
        has set meanwhile what it was for. Only a choice that nothing has overtaken counts.

        Args:
            drawn: the number when the widget was drawn.
            value: what has come.
            shown: what the widget was given to show.
            now: what is set now.
        """
        return self.number == drawn or (value != shown and now == shown)

    def __str__(self) -> str:
        return str(self.number)


@dataclass
class FieldKey(Renewal):
    """The number in the key of a field whose value can be set elsewhere too: it is renewed whenever that has happened.

    What is chosen in the field itself leaves it as it is, and with it the keyboard's focus.

    Attributes:
        value: what the field shows.
        options: what there is to choose from.
    """

    value: object = None
    options: Sequence[object] = ()

    def show(self, value: object, options: Sequence[object] = ()) -> None:
        """Let the field begin anew with this value and these options, unless it shows them already."""
        if (value, tuple(options)) != (self.value, self.options):
            self.renew()
            self.value, self.options = value, tuple(options)

    def on_change(self, key: str, now: Callable[[], T | None], take: Callable[[T], object]) -> Callable[[], None]:
        """What the field does when something was chosen in it: nothing where that comes too late or is there already.

        Args:
            key: of the widget.
            now: what is set now.
            take: sets what was chosen.
        """
        drawn, shown = self.number, now()

        def chosen() -> None:
            value, there = st.session_state[key], now()
            if value is None or value == there or not self.takes(drawn, value, shown, there):
                return
            if self.number == drawn:
                self.value = value
            take(value)

        return chosen


def value_if_changed(
    key: str, known: T, gone: bool = True, read: Callable[[Any], T] = lambda value: value
) -> T | None:
    """The value of the widget with this key, in its `on_change`; None where it is still the known one.

    The browser may report a widget once more after its key was renewed: that is no choice of the visitor's.

    Args:
        key: of the widget.
        known: what the widget was given to show.
        gone: false where the widget is still there, so that whatever it reports is a choice: who goes to and fro is
            quicker than the page.
        read: what the widget holds → what is compared with it.
    """
    value = read(st.session_state[key])
    return None if gone and value == known else value
