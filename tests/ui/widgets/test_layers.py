"""The choice of a layer, and its output for an image."""

import re

import numpy as np
import pytest

from core.network import LENET5
from core.ui.shell.session import Session
from core.ui.widgets.layers import choose_layer, how_many, layer_maps
from tests.pages.conftest import words
from tests.ui.drawn_page import drawn, html

PATHS = [path for path, _ in LENET5.walk()]


@pytest.mark.parametrize(
    ("looked_at", "offered", "begins_with"),
    [
        (None, [(0,), (2,)], (0,)),
        ((2,), [(0,), (2,)], (2,)),
        ((3,), [(0,), (2,), (5,)], (2,)),  # the last before it
        ((0,), [(2,), (5,)], (2,)),  # none is before it
        ((9, 9), [(2,), (5,)], (2,)),  # of another network
    ],
)
def test_the_choice_begins_with_the_layer_looked_at_last_or_the_one_before_it(looked_at, offered, begins_with):
    mine = Session()
    mine.focus.look_into(LENET5)
    mine.focus.layer = looked_at
    found = []
    app = drawn(lambda: found.append(choose_layer(mine, LENET5, offered, "here")))
    assert found == [begins_with] and len(app.selectbox[0].options) == len(offered)
    app.selectbox[0].set_value(offered[-1]).run()
    assert found[-1] == mine.focus.layer == offered[-1]


def test_where_there_are_no_layers_there_is_no_choice():
    app = drawn(lambda: choose_layer(Session(), LENET5, [], "here"))
    assert not app.selectbox


@pytest.mark.parametrize(
    ("there", "of", "label"),
    [(17, None, "Show all 17 maps"), (1200, None, "Show all 1,200 maps"), (64, 64, "Show all 64 maps"), (64, 1500, "Show 64 of 1,500 maps")],
)  # fmt: skip
def test_of_many_the_first_few_are_shown_until_all_are_wanted(there, of, label):
    counts = []
    app = drawn(lambda: counts.append(how_many(there, 16, "map", "here", of)))
    assert counts == [16] and app.toggle[0].label == label
    app.toggle[0].set_value(True).run()
    assert counts[-1] == there


def test_a_few_are_all_shown():
    counts = []
    assert not drawn(lambda: counts.append(how_many(16, 16, "map", "here"))).toggle
    assert counts == [16]


def maps(path, values, names=()):
    return drawn(lambda: layer_maps(LENET5, path, np.asarray(values, np.float32), names))


def test_maps_are_pictures_that_are_numbered_from_one():
    app = maps((0,), np.arange(2 * 3 * 4).reshape(2, 3, 4))
    assert "1 · Conv2D" in words(app) and "2×3×4" in words(app)
    assert all(f"map {number} of 1 · Conv2D" in html(app) for number in (1, 2, 3, 4))
    assert "map 0 of" not in html(app) and "map 5 of" not in html(app)
    assert re.findall(r"<figcaption>(\d+)</figcaption>", html(app)) == ["1", "2", "3", "4"]


def test_no_more_than_thirty_two_maps_are_shown_unasked():
    app = maps((0,), np.zeros((2, 2, 40)))
    assert "map 32 of" in html(app) and "map 33 of" not in html(app)
    app.toggle[0].set_value(True).run()
    assert "map 40 of" in html(app)


def test_probabilities_have_the_names_of_their_classes_and_other_vectors_have_none():
    app = maps(PATHS[-1], [0.25, 0.5, 0.25], ("ring", "cross", "line"))
    assert [f"{name}: {value}" in html(app) for name, value in (("ring", "0.2500"), ("cross", "0.5000"))] == [
        True,
        True,
    ]
    app = maps(PATHS[-2], [0.25, 0.5, 0.25], ("a ring", "a cross"))
    assert "3 units of" in html(app) and "a ring" not in html(app)
