"""The drawing of feature maps: which numbers and layers a browser can name."""

import pytest

from core.ui.widgets.maps import Unit, drawn_maps, read_unit


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("2.0.1|5|3|4", Unit((2, 0, 1), 5, 3, 4)),
        ("7|119|0|0", Unit((7,), 119, 0, 0)),
        *((hostile, None) for hostile in (None, 5, "", "1|2|3", "1|2|3|4|5", "1|-2|3|4", "1.|2|3|4", "²|1|1|1")),
        ("1" * 9 + "|1|1|1", None),
    ],
)
def test_a_unit_is_named_by_layer_map_row_and_column_in_this_order(text, unit):
    assert read_unit(text) == unit


@pytest.fixture
def browser(monkeypatch):
    """Sends what a browser sends; returns what was chosen and what was opened by it."""
    stages = [{"id": "", "maps": 1, "rows": 9, "columns": 9}, {"id": "2.0", "maps": 6, "rows": 4, "columns": 5}]

    def send(**values):
        done, callbacks = [], {}

        def component(_):
            return lambda **given: callbacks.update(given)

        monkeypatch.setattr("core.ui.widgets.maps.component", component)
        monkeypatch.setattr("streamlit.session_state", {"maps": values})
        drawn_maps({"stages": stages}, "maps", done.append, lambda path: done.append(("open", path)))
        callbacks["on_unit_change" if "unit" in values else "on_layer_change"]()
        return done

    return send


@pytest.mark.parametrize(
    ("sent", "chosen"),
    [
        ("2.0|5|3|4", [Unit((2, 0), 5, 3, 4)]),  # the last map, row and column
        ("2.0|6|3|4", []),
        ("2.0|5|4|4", []),
        ("2.0|5|3|5", []),
        ("2.1|0|0|0", []),
        ("rubbish", []),
    ],
)
def test_only_a_number_that_is_drawn_can_be_chosen(browser, sent, chosen):
    assert browser(unit=sent) == chosen


@pytest.mark.parametrize(
    ("sent", "opened"), [("2.0", [("open", (2, 0))]), ("all", [("open", None)]), ("", []), ("3", []), (None, [])]
)
def test_only_a_layer_that_is_drawn_can_be_opened(browser, sent, opened):
    assert browser(layer=sent) == opened
