"""Typed numbers of small arrays: what a browser can send, and what of it counts."""

import numpy as np
import pytest

from core.ui.shell.renewal import Renewal
from core.ui.widgets.grids import drawn_grids, read_typed
from core.views.grids import Grid, grids_data

SIZES = {"input": (4, 3), "kernel/0/1": (1, 1)}


@pytest.mark.parametrize(
    "numbers, found",
    [
        ({"input:3,2": 0.5, "kernel/0/1:0,0": -1000}, {("input", 3, 2): 0.5, ("kernel/0/1", 0, 0): -1000.0}),
        ({"input:4,0": 1, "input:0,3": 1, "output:0,0": 1, "kernel/0/1:0,1": 1}, {}),  # beyond, or not editable
        ({"input:0,0": 1e9, "input:0,1": "5", "input:0,2": None, "input:-1,0": 1, "rubbish": 2, "": 1}, {}),
        ({"input:0,0": float("nan"), "input:1,1": 7}, {("input", 1, 1): 7.0}),
        ([], {}),
        (None, {}),
    ],
)
def test_only_numbers_for_cells_that_can_be_typed_into_count(numbers, found):
    assert read_typed({"turn": 2, "numbers": numbers}, SIZES, 2) == found


@pytest.mark.parametrize("sent", [None, 5, "x", [], {}, {"turn": 2}, {"turn": 1, "numbers": {"input:0,0": 1}}])
def test_what_was_typed_before_the_numbers_were_others_counts_no_more(sent):
    assert read_typed(sent, SIZES, 2) == {}


def test_it_is_handed_on_unless_something_renewed_the_numbers_in_between(monkeypatch):
    given, done, turn = {}, [], Renewal(4)
    monkeypatch.setattr("core.ui.widgets.grids.component", lambda _: lambda **more: given.update(more))
    sent = {"turn": 4, "numbers": {"a:0,0": 1.5, "b:0,0": 2.5}}
    monkeypatch.setattr("streamlit.session_state", {"k": {"typed": sent}})
    grids = [Grid("a", "A", "a", np.zeros((2, 2)), editable=True), Grid("b", "B", "b", np.zeros((2, 2)))]
    drawn_grids(grids_data([("", grids)], None, "two", ""), "k", turn, done.append)
    given["on_typed_change"]()
    assert done == [{("a", 0, 0): 1.5}] and given["data"]["turn"] == 4
    turn.renew()
    given["on_typed_change"]()
    assert len(done) == 1
