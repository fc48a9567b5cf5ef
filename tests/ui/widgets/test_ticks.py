"""A table that was ticked: what a browser can send, and what of it counts."""

import pytest

from core.learn.connections import EMPTY, FULL, OF_1998
from core.ui.shell.renewal import Renewal
from core.ui.widgets.ticks import read_ticks, ticked_table
from core.views.connections import ticks_data


@pytest.mark.parametrize("table", [OF_1998, FULL, EMPTY])
def test_what_is_drawn_is_read_again(table):
    assert read_ticks({"turn": 3, "maps": ticks_data(table)["maps"]}, 3) == table


@pytest.mark.parametrize(
    "sent",
    [
        None, 5, "x", [], {}, {"turn": 3}, {"turn": 2, "maps": ["111111"] * 16}, {"turn": 3, "maps": ["111111"] * 15},
        {"turn": 3, "maps": ["11111"] * 16}, {"turn": 3, "maps": ["11111x"] * 16}, {"turn": 3, "maps": [111111] * 16},
        {"turn": 3, "maps": "111111"}, {"turn": 3, "maps": None}, {"turn": 3, "maps": ["١١١١١١"] * 16},
    ],
)  # fmt: skip
def test_anything_else_is_nothing(sent):
    assert read_ticks(sent, 3) is None


def test_it_is_handed_on_unless_something_renewed_the_table_in_between(monkeypatch):
    given, done, turn = {}, [], Renewal(3)
    monkeypatch.setattr("core.ui.widgets.ticks.component", lambda _: lambda **more: given.update(more))
    monkeypatch.setattr("streamlit.session_state", {"k": {"ticked": {"turn": 3, "maps": ["000000"] * 16}}})
    ticked_table(FULL, "k", turn, done.append)
    given["on_ticked_change"]()
    assert done == [EMPTY]
    turn.renew()
    given["on_ticked_change"]()
    assert done == [EMPTY]
