"""What can be taken away: its name, its kind, and that it is made when it is asked for."""

import csv
import io

import pytest

from core.ui.widgets import downloads
from core.ui.widgets.downloads import as_csv, chart_file, give_away, picture_file, table_file
from core.views.theme import LIGHT
from tests.pages.conftest import components, words
from tests.ui.drawn_page import drawn


def test_a_table_is_utf_8_for_spreadsheets_with_the_names_of_its_columns_first():
    content = as_csv([{"Layer": "a, b", "Weights": 3}, {"Layer": "“é”", "Weights": None}])
    assert content.startswith(b"\xef\xbb\xbf")
    assert list(csv.reader(io.StringIO(content.decode("utf-8-sig")))) == [
        ["Layer", "Weights"],
        ["a, b", "3"],
        ["“é”", "None"],
    ]
    assert as_csv([]).decode("utf-8-sig").strip() == ""


@pytest.mark.parametrize(
    ("file", "label", "name", "mime", "key"),
    [
        (picture_file(lambda: b"made", "maps.png"), "Picture", "maps.png", "image/png", "panel/png"),
        (picture_file(lambda: "made", "net.svg"), "Picture", "net.svg", "image/svg+xml", "panel/svg"),
        (table_file([{"A": "made"}], "weights"), "Table", "weights.csv", "text/csv", "panel/csv"),
        (table_file(lambda: [{"A": "made"}], "weights"), "Table", "weights.csv", "text/csv", "panel/csv"),
    ],
)
def test_a_button_says_what_it_gives(monkeypatch, file, label, name, mime, key):
    asked = []
    monkeypatch.setattr(downloads.st, "download_button", lambda *facts, **more: asked.append((*facts, more)))
    file("panel")
    ((said, make, file_name, kind, widget, more),) = asked
    assert (said, file_name, kind, widget, more["help"]) == (label, name, mime, key, name)
    assert callable(make), "it is made before anybody asks for it"
    assert "made" in str(make())
    assert more["on_click"] == "ignore", "the page would be drawn again"


def test_a_chart_is_named_by_its_alternative_text_and_has_the_colours_of_the_page():
    app = drawn(lambda: give_away("panel", "A [caption].", [chart_file("The chart", "Below it.", "curve")]))
    (data,) = components(app, "receptive_chart_file")
    assert data == {
        "alt": "The chart",
        "caption": "Below it.",
        "file": "curve.svg",
        "label": "Picture",
        "ground": LIGHT.ground,
        "text": LIGHT.text,
    }
    assert words(app) == r"A \[caption\]."


def test_without_files_and_caption_nothing_is_there():
    app = drawn(lambda: give_away("panel", "", []))
    assert not words(app) and not app.get("download_button")
