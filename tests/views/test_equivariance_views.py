"""What shifts do to layers, in words and charts."""

from fractions import Fraction

import numpy as np
import pytest

from core.network import Conv2D, Dense, Flatten, MaxPooling2D, Network
from core.study.equivariance import LayerErrors, ShiftErrors
from core.study.moving import MovedLayer
from core.views.equivariance import (
    INKS,
    by_step,
    error_text,
    layer_chart,
    layer_rows,
    line_chart,
    line_rows,
    moved_sentence,
    step_sentence,
)

NETWORK = Network((28, 28, 1), (Conv2D(2, 3), MaxPooling2D(), Conv2D(2, 3), Flatten(), Dense(6), Dense(5), Dense(4)))


def errors(path, step, inside, everywhere=None):
    inside = np.array(inside, float)
    places = step > 0
    return LayerErrors(
        path, places, Fraction(step), inside, inside if everywhere is None else np.array(everywhere, float)
    )


def found(*layers):
    """Of three images and the shifts by 1 and 2."""
    return ShiftErrors(("A",), (NETWORK,), "right", (1, 2), (layers,), 3, 1.0)


CONVOLUTION = errors((0,), 1, [[0, 0], [1e-7, 0], [0, 2e-7]], [[0.1, 0.1]] * 3)
POOLING = errors((1,), 2, [[0.1, 0], [0.2, 0], [0.6, 0]], [[0.4, 0.2]] * 3)
DENSE = errors((4,), 0, [[0.5, 1.0], [0.7, 1.2], [0.9, 1.4]])


@pytest.mark.parametrize(
    ("error", "text"),
    [(0, "0"), (9e-6, "0"), (0.00123, "0.12 %"), (0.0949, "9.5 %"), (0.392, "39 %"), (1.284, "128 %"), (np.nan, "–")],
)
def test_an_error_has_as_many_digits_as_say_something(error, text):
    assert error_text(error) == text


def test_each_layer_has_its_mean_and_the_middle_half_of_the_images():
    first, second, third = layer_rows(found(CONVOLUTION, POOLING, DENSE), 0, 1)
    assert first["text"] == "0" and first["step"] == "1 px a step" and first["border"] == pytest.approx(0.1)
    assert second["layer"] == "2 · MaxPooling2D 2×2" and second["text"] == "30 %" and second["step"] == "2 px a step"
    assert (second["error"], second["low"], second["high"]) == pytest.approx((0.3, 0.15, 0.4))
    assert third["text"] == "70 %" and third["step"] == "no places" and third["border"] == pytest.approx(0.7)
    assert [row["kind"] for row in (first, second, third)] == list(INKS)


def test_a_layer_of_which_all_units_touch_the_border_has_no_bar_and_says_so():
    touching = errors((2,), 2, [[np.nan, 0]] * 3, [[0.5, 0.4]] * 3)
    (row,) = layer_rows(found(touching), 0, 1)
    assert row["error"] is None and row["text"] == "–" and row["border"] == 0.5
    assert [line["shift"] for line in line_rows("A", touching, (1, 2))] == [2]
    assert [line["error"] for line in line_rows("A", touching, (1, 2), border=True)] == [0.5, pytest.approx(0.4)]


def test_the_chart_of_layers_names_each_and_has_bars_spread_and_border():
    rows = layer_rows(found(CONVOLUTION, POOLING, DENSE), 0, 2)
    chart = layer_chart(rows, 1.5)
    assert chart["datasets"]["layers"] == rows
    assert [layer["mark"]["type"] for layer in chart["layer"]] == ["bar", "rule", "point", "text"]
    assert chart["layer"][0]["encoding"]["y"]["sort"] == [row["layer"] for row in rows]
    assert chart["layer"][0]["encoding"]["x"]["scale"]["domain"][1] > 1.5


def test_the_chart_of_shifts_has_a_line_a_shape_and_a_band_for_each_name():
    rows = line_rows("pool", POOLING, (1, 2)) + line_rows("dense", DENSE, (1, 2))
    chart = line_chart(["pool", "dense"], rows, (1, 2), 1.5)
    assert [layer["mark"]["type"] for layer in chart["layer"]] == ["area", "line", "point"]
    assert chart["layer"][2]["encoding"]["shape"]["scale"]["domain"] == ["pool", "dense"]
    assert rows[0] == {
        "name": "pool",
        "shift": 1,
        "error": pytest.approx(0.3),
        "low": pytest.approx(0.15),
        "high": pytest.approx(0.4),
    }


def test_one_layer_speaks_for_each_step_and_flattening_for_none():
    layers = [CONVOLUTION, POOLING, errors((2,), 2, [[0.2, 0]] * 3)]
    layers += [errors((n,), 0, [[0.5, 0.5]] * 3) for n in (3, 4, 5, 6)]
    assert [one.path for one in by_step(found(*layers), 0)] == [(0,), (2,), (4,), (6,)]


@pytest.mark.parametrize(
    ("layer", "sentence"),
    [
        (CONVOLUTION, "X follows every shift exactly."),
        (POOLING, "X has a unit every 2 px: it follows shifts by 2 px exactly and misses the others by 30 %."),
        (DENSE, "X has no places that could move; its numbers change by 70 to 120 %."),
        (errors((1,), 4, [[0.2, 0.4]]), "X has a unit every 4 px: it misses all shifts, by 20 to 40 %."),
        (errors((1,), 2, [[np.nan, np.nan]]), "X: every unit touches the border."),
    ],
)
def test_what_was_measured_is_a_sentence(layer, sentence):
    assert step_sentence("X", layer, (1, 2)) == sentence


def test_what_is_shifted_back_says_by_how_many_units_and_what_is_left():
    still, difference = np.full((2, 2, 1), 2.0), np.array([[[1.0], [0.0]], [[0.0], [np.nan]]])
    one = MovedLayer(
        still, still, difference, np.array([[True, False], [False, False]]), (Fraction(-1), Fraction(3, 2))
    )
    assert moved_sentence(one) == (
        "The maps move by 1.5 units across and 1 unit up or down. Shifted back, away from the border they differ by "
        "**50 %** of their length; with the border by 29 %."
    )
    dense = MovedLayer(np.array([3.0, 4.0]), np.array([3.0, 5.0]), np.array([0.0, 1.0]), None, None)
    assert "they differ from before by **20 %** of their length" in moved_sentence(dense)
