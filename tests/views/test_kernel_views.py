"""Kernels as tables and charts."""

import numpy as np
import pytest

from core.insight import convolution_matrix
from core.views.images import INK_SCALE, Tile, captioned_png, shown_image, signed_scale
from core.views.inside import accuracy_without, histogram, matrix_cells, two_predictions
from core.views.kernels import mosaic, numbers


def test_neighbours_of_a_mosaic_are_a_cell_apart(random):
    images = random.random((2, 3, 5, 4), np.float32)
    found = mosaic(images)
    assert found.shape == (2 * 6 - 1, 3 * 5 - 1)
    np.testing.assert_array_equal(found[6:11, 5:9], images[1, 1])
    assert np.isnan(found[5]).all() and np.isnan(found[:, 4]).all()


def test_weights_are_written_out(random):
    kernel = np.array([[0.25, -0.5], [0, 1]], np.float32)
    assert "−.50" in numbers([kernel], signed_scale(kernel), ["input channel 1"])


def test_the_bars_of_a_histogram_have_the_colours_of_the_weights():
    bars = histogram(np.linspace(-1, 1, 5), np.array([1, 2, 3, 4]))["datasets"]["bars"]
    assert [bar["weights"] for bar in bars] == [1, 2, 3, 4]
    red = [int(bar["colour"][1:3], 16) for bar in bars]
    assert red[0] < red[3]  # blue below zero, orange above


def test_bars_hang_from_the_accuracy_of_the_whole_network():
    bars = accuracy_without(np.array([0.9, 0.8, 0.95]), 1, "kernel")["datasets"]["bars"]
    assert [bar["number"] for bar in bars] == [1, 2]
    assert {bar["whole"] for bar in bars} == {0.9}
    assert [bar["mark"] for bar in bars] == ["", "▼"]


def test_what_is_lost_without_a_kernel_has_a_minus():
    chart = accuracy_without(np.array([0.9, 0.8, 0.95]), 1, "kernel")
    changes = [bar["change"] for bar in chart["datasets"]["bars"]]
    assert changes == pytest.approx([-0.1, 0.05])
    tips = [tip for layer in chart["layer"] for tip in layer["encoding"].get("tooltip", ())]
    assert {tip["format"] for tip in tips if tip["field"] == "change"} == {"+.2%"}


def test_both_answers_have_a_bar_for_each_class():
    bars = two_predictions(np.array([0.25, 0.75]), np.array([1.0, 0.0]), "ab", ("with", "without"))["datasets"][
        "bars"
    ]
    assert [(bar["class"], bar["answer"], bar["text"]) for bar in bars][1:3] == [
        ("b", "with", "75.00 %"),
        ("a", "without", "over 99.99 %"),
    ]


def test_only_connections_are_drawn_in_the_matrix():
    found = convolution_matrix(np.arange(4, dtype=np.float32).reshape(2, 2, 1, 1), (3, 4, 1))
    cells = matrix_cells(found.matrix, found.which, 4, 3, 2, 3.0)["datasets"]["cells"]
    assert len(cells) == found.connections == 24
    assert cells[-1]["input"] == "row 3, column 4" and cells[-1]["output"] == "row 2, column 3"
    assert cells[-1]["which"] == "row 2, column 2"
    assert cells[0]["value"] == 0 and cells[0]["colour"]  # a weight of zero is a connection all the same


def test_a_picture_to_take_away_holds_colours_and_what_is_no_number(random):
    colour = shown_image(random.random((4, 4, 3), np.float32))
    assert captioned_png([Tile(colour, "1 · 2.5", "")], INK_SCALE, "Words – and more →").startswith(b"\x89PNG")
    gaps = mosaic(random.normal(size=(2, 2, 3, 3)).astype(np.float32))
    assert captioned_png([Tile(gaps, "", "")], signed_scale(gaps), "Words").startswith(b"\x89PNG")


def test_the_matrix_has_its_inputs_across_and_its_outputs_down():
    found = convolution_matrix(np.ones((2, 2, 1, 1), np.float32), (3, 4, 1))
    spec = matrix_cells(found.matrix, found.which, 4, 3, 2, 3.0)
    place = spec["vconcat"][0]["layer"][0]["encoding"]
    assert (place["x"]["title"], place["x"]["scale"]["domain"]) == ("inputs", [0, 12])
    assert (place["y"]["title"], place["y"]["scale"]["domain"]) == ("outputs", [6, 0])  # the first on top
