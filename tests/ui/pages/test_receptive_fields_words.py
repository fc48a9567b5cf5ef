"""What Receptive fields says of a layer: each number is that of the geometry, counted from 1, height before width."""

import re

import numpy as np
import pytest

from core.insight.receptive import border_share, central_unit
from core.network import Conv2D, Dense, Flatten, MaxPooling2D, Network, trace
from core.training import build_model
from core.ui.pages.receptive_fields.border import BORDER
from core.ui.pages.receptive_fields.explorer import EXPLORER
from core.ui.pages.receptive_fields.field import FieldInFocus
from core.ui.pages.receptive_fields.growth import GROWTH, growth_words
from core.ui.pages.receptive_fields.pixels import PIXELS_READ
from core.ui.shell.session import Session
from core.ui.widgets.input_image import InputImage
from core.ui.widgets.model_view import ModelView
from tests.pages.conftest import components
from tests.ui.drawn_page import charts, drawn, said, tables_given_away

# Nothing in it is as high as wide.
UNEVEN = Network(
    (28, 28, 1),
    (
        Conv2D(3, (3, 5), strides=(1, 2), padding="same", activation="tanh"),
        MaxPooling2D((2, 3)),
        Conv2D(2, (5, 3), padding="same", activation="tanh"),
        Flatten(),
        Dense(10, "softmax"),
    ),
    "Uneven",
)
IMAGE = InputImage(np.random.default_rng(3).random((28, 28, 1), np.float32), "an image of noise")
MODEL = build_model(UNEVEN, seed=1)


def looked(panel, path, dataset="mnist", network=UNEVEN, mine=None):
    subject = ModelView("It", network, MODEL, dataset, False, "it")
    mine = mine or Session()
    mine.focus.look_into(network)
    return drawn(lambda: panel.show(FieldInFocus(mine, subject, path, IMAGE), headed=False))


def seen_by_probing(path):
    """(high, wide) of what the unit in the middle depends on, by changing one pixel at a time."""
    import keras

    part = keras.Model(MODEL.inputs, MODEL.layers[path[0] + 1].output)
    zeros = np.zeros((1, 28, 28, 1), np.float32)
    pixels = np.eye(784, dtype=np.float32).reshape(784, 28, 28, 1)
    row, column = central_unit(trace(UNEVEN).row(path).field)
    moved = np.abs(np.asarray(part(pixels)) - np.asarray(part(zeros)))[:, row, column].sum(-1)
    found = np.argwhere(moved.reshape(28, 28) > 0)
    return found.min(axis=0), found.max(axis=0)


def test_the_table_of_growth_is_height_by_width_and_counts_from_1(monkeypatch):
    table = tables_given_away(monkeypatch)
    looked(GROWTH, (2,))
    lines = table("receptive-fields")
    field = trace(UNEVEN).row((0,)).field
    assert lines[0]["Sees"] == "3×5" and lines[0]["Step"] == "1×2"
    assert lines[2]["Sees"] == "12×21" and lines[2]["Step"] == "2×6"
    top, left = (first + 1 for first in seen_by_probing((0,))[0])
    bottom, right = (last + 1 for last in seen_by_probing((0,))[1])
    assert lines[0]["Centre"] == f"{(top + bottom) / 2:g}, {(left + right) / 2:g}"
    assert lines[0]["Reads"] == "15" and lines[0]["Share"] == f"{100 * 15 / 784:.0f} %"
    assert field.size == (3, 5)


def test_the_middle_of_the_image_is_counted_from_1():
    (words,) = re.findall(r"\(the image’s is ([^)]*)\)", said(looked(GROWTH, (0,))))
    assert words == "14.5, 14.5"


def test_the_chosen_layer_is_the_bold_one(monkeypatch):
    from core.ui.pages.receptive_fields import growth

    given = []
    nested = growth.nested_boxes
    monkeypatch.setattr(
        growth, "nested_boxes", lambda image, boxes, *a, **k: given.append(boxes) or nested(image, boxes, *a, **k)
    )
    looked(GROWTH, (2,))
    assert [tuple(box)[-1] for box in given[-1]] == [False, False, True, False, False]
    for name, box, _ in given[-1][:3]:
        first, last = seen_by_probing((int(name) - 1,))
        assert (box.top, box.left, box.bottom, box.right) == (*first, *(last + 1))


@pytest.mark.parametrize(("dataset", "digit"), [("mnist", True), ("fashion_mnist", False)])
def test_a_digit_is_spoken_of_only_where_there_are_digits(dataset, digit):
    words = growth_words(ModelView("It", UNEVEN, MODEL, dataset, False, "it"))
    assert ("a whole digit (up to 20×20 pixels)" in words) == digit and "the whole image (28×28)" in words


def test_units_at_the_border_are_counted_and_told_with_their_shares():
    share = border_share(trace(UNEVEN).row((0,)).field)
    some = int((share > 0).sum())
    assert 0 < some < share.size and share[0, 0] > 0 == share[13, 6]
    words = said(looked(BORDER, (0,)))
    assert f"{some} of the {share.size} units look beyond the border" in words
    # Of 3 × 5 pixels the unit in the corner sees 2 × 4 or 2 × 3.
    assert f"corner with {share[0, 0] * 100:.0f} % of its view, the one in the middle with 0 %." in words


def test_the_explorer_names_map_size_and_image_as_they_are():
    mine = Session()
    mine.focus.look_into(UNEVEN)
    mine.focus.look_at_channel((0,), 2)
    app = looked(EXPLORER, (0,), mine=mine)
    assert charts(app) == ["Feature map of 1 Conv2D and the input. Each unit sees 3 by 5 pixels."] or (
        "Each unit sees 3 by 5 pixels." in charts(app)[0]
    )
    (file,) = components(app, "receptive_chart_file")
    assert "Above, map 3 of layer" in file["caption"] and "an image of noise" in file["caption"]
    assert app.number_input[0].value == 3


def test_a_map_that_was_chosen_in_another_layer_is_none_of_this_one():
    mine = Session()
    mine.focus.look_into(UNEVEN)
    mine.focus.look_at_channel((0,), 2)
    assert looked(EXPLORER, (1,), mine=mine).number_input[0].value == 1


def test_a_unit_that_was_explained_in_another_layer_is_none_of_this_one():
    mine = Session()
    mine.focus.look_into(UNEVEN)
    mine.focus.explain((0,), (20, 12, 1))
    app = looked(PIXELS_READ, (1,), mine=mine)
    middle = central_unit(trace(UNEVEN).row((1,)).field)
    assert [field.value for field in app.number_input] == [at + 1 for at in middle]
    app = looked(PIXELS_READ, (0,), mine=mine)
    assert [field.value for field in app.number_input] == [21, 13]


@pytest.mark.parametrize("path", [(0,), (1,)])
def test_the_pixels_that_a_unit_reads_are_told_counted_from_1(path):
    words = said(looked(PIXELS_READ, path))
    (top, left), (bottom, right) = seen_by_probing(path)
    assert f"(rows {top + 1}–{bottom + 1}, columns {left + 1}–{right + 1})." in words
    assert "Away from the border" not in words


def test_only_a_view_that_the_border_cuts_is_told_with_its_full_size():
    mine = Session()
    mine.focus.look_into(UNEVEN)
    mine.focus.explain((0,), (0, 0, 0))
    words = said(looked(PIXELS_READ, (0,), mine=mine))
    assert "Away from the border its box would be 3×5." in words
