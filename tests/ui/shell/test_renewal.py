"""Widgets begin anew under another key, and what a browser sends late is no choice."""

import pytest
import streamlit

from core.ui.shell.renewal import FieldKey, Renewal, value_if_changed


def test_each_renewal_makes_a_key_that_was_not_there_before():
    renewal, keys = Renewal(), set()
    for _ in range(5):
        keys.add(f"canvas/{renewal}")
        renewal.renew()
    assert len(keys) == 5 and "canvas/0" in keys


def test_a_field_begins_anew_where_something_else_has_set_its_value_and_never_under_an_earlier_key():
    field, keys = FieldKey(), []
    for set_elsewhere in (100, 300, 100):
        field.show(set_elsewhere)
        keys.append(str(field))
    assert len(set(keys)) == 3
    field.show(100, options=(100, 300))
    assert str(field) not in keys


def test_a_choice_in_a_field_leaves_its_key_as_it_is_and_one_that_comes_too_late_is_none(monkeypatch):
    there = {"images": 100}
    monkeypatch.setattr(streamlit, "session_state", sent := {})
    field = FieldKey()
    field.show(100)
    key = str(field)
    chosen = field.on_change("images", lambda: there["images"], lambda value: there.update(images=value))
    sent["images"] = 300
    chosen()
    field.show(there["images"])
    assert there["images"] == 300 and str(field) == key

    there["images"] = 1_000  # by something else
    field.show(1_000)
    late = field.on_change("images", lambda: there["images"], lambda value: there.update(images=value))
    sent["images"] = 300
    chosen()  # the browser reports the field that has gone once more
    assert there["images"] == 1_000
    sent["images"] = None
    late()
    assert there["images"] == 1_000


def test_a_value_that_is_known_already_is_no_choice(monkeypatch):
    monkeypatch.setattr(streamlit, "session_state", {"rows": 3})
    assert value_if_changed("rows", 2) == 3
    assert value_if_changed("rows", 3) is None
    assert value_if_changed("rows", 3, gone=False) == 3  # who goes to and fro may be back at it
    assert value_if_changed("rows", 6, read=lambda held: 2 * held) is None


@pytest.mark.parametrize(
    ("renewed", "value", "now", "counts"),
    [
        (False, 5, 3, True),
        (False, 3, 5, True),  # there and back before the page has followed
        (True, 5, 3, True),  # chosen before the widget was drawn anew
        (True, 3, 3, False),  # sent once more
        (True, 3, 4, False),
        (True, 5, 4, False),  # set by something else meanwhile
    ],
)
def test_of_a_widget_that_has_gone_only_a_choice_counts_that_nothing_has_overtaken(renewed, value, now, counts):
    renewal = Renewal()
    drawn = renewal.number
    if renewed:
        renewal.renew()
    assert renewal.takes(drawn, value, shown=3, now=now) is counts
