"""The chart of gradients and what it says."""

import numpy as np
import pytest

from core.study.gradients import GradientSizes, LayerSize, Profile
from core.views.gradients import gradient_alt, gradient_chart, gradient_rows, shown, verdict_words
from core.views.theme import DARK


def profile(*sizes, number=0, untrained=False, loss=1.0):
    layers = tuple(LayerSize((place, 0, 1), "Conv2D", 2 * size, 2.0) for place, size in enumerate(sizes))
    return Profile(number, untrained, loss, layers)


def test_untrained_ones_stand_behind_their_network_where_they_are_asked_for():
    now, start, other = profile(1.0), profile(2.0, untrained=True), profile(3.0, number=1, untrained=True)
    found = GradientSizes(1.0, (now, other, start))
    assert shown(found, False) == (now, other)  # the other has nothing else to show
    assert shown(found, True) == (now, start, other)


def test_each_layer_is_a_row_and_a_gradient_of_0_has_no_place_on_a_logarithmic_axis():
    rows = gradient_rows([profile(1e-3, 0.0, 1.0), profile(np.inf, 1.0, number=1, untrained=True)], ["A", "B"])
    assert [(row["network"], row["state"], row["layer"], row["relative"]) for row in rows] == [
        ("A", "as it is", 1, 1e-3), ("A", "as it is", 3, 1.0), ("B", "untrained", 2, 1.0),
    ]  # fmt: skip
    assert rows[0]["kind"] == "Conv2D at 1.1.2" and (rows[0]["gradient"], rows[0]["weights"]) == (2e-3, 2.0)


@pytest.mark.parametrize(
    ("sizes", "ends"),
    [
        ((2e-5, 0.5), (1e-5, 1.0)), ((0.2, 0.3), (0.1, 1.0)), ((1.0, 1.0), (1.0, 10.0)), ((0.0,), (1.0, 10.0)),
        ((3e-30, 4e5), (1e-30, 1e6)),
    ],
)  # fmt: skip
def test_the_vertical_axis_holds_all_points_between_powers_of_ten(sizes, ends):
    chart = gradient_chart([profile(*sizes)], ["A"], [0], DARK)
    y = chart["layer"][0]["encoding"]["y"]
    assert y["scale"]["domain"] == pytest.approx(ends) and y["scale"]["type"] == "log"
    marked = y["axis"]["values"]
    assert 1 <= len(marked) <= 10 and marked[0] == pytest.approx(ends[0])
    assert np.log10(marked) == pytest.approx(np.round(np.log10(marked)))


def test_what_is_measured_next_keeps_the_shape_of_the_chart():
    first = gradient_chart([profile(0.2, 0.3)], ["A", "B"], [0, 1])
    second = gradient_chart([profile(0.2, 0.3), profile(0.5, 0.6, number=1)], ["A", "B"], [0, 1])
    assert first.pop("datasets") != second.pop("datasets") and first == second


def test_nothing_measured_yet_is_an_empty_chart():
    assert gradient_chart([], ["A"], [0])["datasets"]["layers"] == []


@pytest.mark.parametrize(
    ("sizes", "words"),
    [
        ((1.0, 1.2), "even. The gradient of the first layer is about as large as that of the last."),
        ((1.0, 4.6), "even. The gradient of the first layer is 4.6 times smaller than that of the last."),
        ((45.4, 1.0), "growing. The gradient of the first layer is 45 times larger than that of the last, so "),
        ((1.0, 5230.0), "vanishing. The gradient of the first layer is 5,200 times smaller than that of the last: "),
        ((1.0, 1.23e6), "vanishing. The gradient of the first layer is 1.2 million times smaller than "),
        ((1.0, 999_999.0), "vanishing. The gradient of the first layer is 1 million times smaller than "),
        ((1.0, 7.46e8), "vanishing. The gradient of the first layer is 750 million times smaller than "),
        (
            (1.0, 1e12),
            "vanishing. The gradient of the first layer is more than a thousand million times smaller than ",
        ),
        ((1.0, 20.0), "fading. The gradient of the first layer is 20 times smaller than that of the last, so "),
        ((1e5, 1.0), "exploding. The gradient of the first layer is 100,000 times larger than "),
        ((0.0, 0.0, 1.0, 0.0), "dead. The gradient is 0 in layers 1 to 2, 4 of 4 layers: "),
        ((0.0, 1.0), "dead. The gradient is 0 in layer 1 of 2 layers: "),
        ((np.nan, 1.0), "not a number. "),
        ((1.0,), "only one layer learns"),
    ],
)
def test_a_sentence_says_what_the_gradient_does(sizes, words):
    said = verdict_words(profile(*sizes), "LeNet")
    assert said.startswith(f"LeNet: {words}") and said.endswith(".")


def test_the_sentence_says_whose_start_it_is_and_that_nothing_is_left():
    assert verdict_words(profile(0.0, 0.0, loss=0.0, untrained=True), "X").startswith("X, untrained: nothing left")
    alt = gradient_alt([profile(1.0, 1.0), profile(1.0, 5000.0, number=1)], ["A", "B"])
    assert "A: even." in alt and "B: vanishing." in alt
    assert gradient_alt([], []) == "Size of the gradient, relative to the weights, over the layers."
