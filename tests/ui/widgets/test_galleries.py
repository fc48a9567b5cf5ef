"""Pictures that can be clicked: what the browser is given, and what it may send back."""

import numpy as np
import pytest

from core.ui.widgets.galleries import clickable_gallery, tile_rows
from core.views.images import INK_SCALE, Tile, data_url
from tests.pages.conftest import components
from tests.ui.drawn_page import drawn

TILES = [Tile(np.full((2, 3), shade), f"{name}.", f"picture {name}") for shade, name in ((0.0, "a"), (1.0, "b"))]


def sent(app, name):
    (data,) = components(app, name)
    return data


def test_each_picture_goes_with_its_number_its_words_and_its_size_on_the_screen():
    app = drawn(lambda: clickable_gallery(TILES, [7, 9], 9, INK_SCALE, 5, "gallery", print))
    data = sent(app, "receptive_gallery")
    assert data["chosen"] == 9 and data["least"] == 98
    assert [(tile["number"], tile["label"], tile["alt"]) for tile in data["tiles"]] == [
        (7, "a.", "picture a"),
        (9, "b.", "picture b"),
    ]
    assert all((tile["width"], tile["height"]) == (15, 10) for tile in data["tiles"])
    assert [tile["source"] for tile in data["tiles"]] == [data_url(tile, INK_SCALE) for tile in TILES]


@pytest.mark.parametrize(("parts", "step"), [(["1"], 20), (["1", "2"], 10), ([], 20)])
def test_the_columns_of_rows_are_as_far_apart_as_the_parts_of_a_picture(parts, step):
    app = drawn(lambda: tile_rows(TILES, [0, 1], None, INK_SCALE, 5, "rows", None, "kernel", parts))
    data = sent(app, "receptive_rows")
    assert (data["step"], data["columns"], data["noun"], data["clickable"]) == (step, parts, "kernel", False)


@pytest.mark.parametrize(("sends", "chosen"), [(9, [9]), (8, []), (None, []), ("9", []), ("x", []), (7, [7])])
@pytest.mark.parametrize("name", ["gallery", "rows"])
def test_only_a_number_that_is_there_is_chosen(name, sends, chosen, monkeypatch):
    callbacks, found = [], []
    fake = lambda _: lambda data, key, on_number_change: callbacks.append(on_number_change)  # noqa: E731
    monkeypatch.setattr("core.ui.widgets.galleries.component", fake)
    monkeypatch.setattr("streamlit.session_state", {"it": {"number": sends}})
    if name == "gallery":
        clickable_gallery(TILES, [7, 9], None, INK_SCALE, 5, "it", found.append)
    else:
        tile_rows(TILES, [7, 9], None, INK_SCALE, 5, "it", found.append, "kernel", ["1"])
    callbacks[0]()
    assert found == chosen
