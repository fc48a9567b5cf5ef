"""Widgets begin anew under another key, and what a browser sends late is no choice."""

import streamlit

from core.ui.shell.renewal import Renewal, value_if_changed


def test_each_renewal_makes_a_key_that_was_not_there_before():
    renewal, keys = Renewal(), set()
    for _ in range(5):
        keys.add(f"canvas/{renewal}")
        renewal.renew()
    assert len(keys) == 5 and "canvas/0" in keys


def test_a_value_that_is_known_already_is_no_choice(monkeypatch):
    monkeypatch.setattr(streamlit, "session_state", {"rows": 3})
    assert value_if_changed("rows", 2) == 3
    assert value_if_changed("rows", 3) is None
