"""Calibration in words and charts."""

import numpy as np
import pytest
from scipy.stats import binomtest

from core.study.calibration import THRESHOLDS, Calibrated, Tempered, answered, reliability
from core.views.calibration import (
    answered_words,
    coverage_chart,
    coverage_rows,
    error_sentence,
    reliability_alt,
    reliability_chart,
    reliability_rows,
    temperature_sentence,
    threshold_text,
)

# 100 predictions with 72 %, of which 60 are right, and 10 with 95 %, of which all are.
SURE = np.array([[0.72, 0.28]] * 100 + [[0.95, 0.05]] * 10)
LABELS = np.array([0] * 60 + [1] * 40 + [0] * 10)


def test_each_bin_that_holds_images_has_its_interval_and_an_empty_one_is_no_row():
    rows = reliability_rows(reliability(SURE, LABELS, 10))
    assert [(row["from"], row["to"], row["images"], row["accuracy"]) for row in rows] == [
        (0.7, 0.8, 100, 0.6),
        (0.9, 1.0, 10, 1.0),
    ]
    low, high = binomtest(60, 100).proportion_ci(0.95, "wilson")
    assert (rows[0]["low"], rows[0]["high"]) == pytest.approx((low, high))


def test_the_diagram_has_the_diagonal_and_the_count_of_each_bin():
    chart = reliability_chart(reliability(SURE, LABELS, 10))
    assert chart["datasets"]["diagonal"] == [{"x": 0.0, "y": 0.0}, {"x": 1.0, "y": 1.0}]
    assert [row["count"] for row in chart["datasets"]["bins"]] == ["100", "10"]
    assert [layer["mark"]["type"] for layer in chart["layer"]] == ["bar", "line", "rule", "point", "text"]


def test_the_alternative_names_the_fullest_bin_and_the_one_that_is_furthest_off():
    said = reliability_alt("One", reliability(SURE, LABELS, 10))
    assert "100 images lie between 70.00 % and 80.00 %" in said
    assert "furthest from the diagonal: 60.00 % right at 72.00 %" in said


def test_the_curve_of_coverage_ends_where_nothing_is_answered_and_marks_the_threshold():
    curve = answered(SURE, LABELS, np.array(THRESHOLDS))
    rows = coverage_rows(["A"], [curve])
    assert {row["images"] for row in rows} == {110, 10}  # from 0.96 on nothing is answered
    (marked,) = answered(SURE, LABELS, np.array([0.8]))
    chart = coverage_chart(["A"], [curve], [marked], [0])
    (mark,) = chart["datasets"]["marks"]
    assert mark["answered"] == pytest.approx(10 / 110) and mark["accuracy"] == 1.0
    assert {
        tuple(layer["encoding"]["y"]["scale"]["domain"])
        for layer in chart["layer"]
        if "scale" in layer["encoding"].get("y", {})
    } == {(0.5, 1)}  # 70 of 110 are right


def test_what_is_answered_has_its_interval_and_nothing_answered_has_no_figure():
    some, none = answered(SURE, LABELS, np.array([0.8, 0.99]))
    low, high = (100 * end for end in binomtest(10, 10).proportion_ci(0.95, "wilson"))
    assert answered_words(some) == {
        "Answered": "10 of 110 (9.09 %)",
        "Right among them": f"100.00 % ({low:.2f} – {high:.2f} %)",
        "Wrong answers": "0",
    }
    assert answered_words(none)["Right among them"] == "–"


@pytest.mark.parametrize(("threshold", "text"), [(0.0, "0 %"), (0.07, "7 %"), (0.9, "90 %"), (0.9995, "99.95 %")])
def test_thresholds_are_percentages(threshold, text):
    assert threshold_text(threshold) == text


@pytest.mark.parametrize(
    ("confidence", "accuracy", "by_chance", "said"),
    [
        (0.9, 0.8, 0.02, ("too sure", "more than chance does")),
        (0.8, 0.9, 0.5, ("not sure enough", "Chance alone can do that")),
        (0.8, 0.8, 0.5, ("sure enough, on the whole",)),
        (0.9, 0.8, None, ("too sure",)),
    ],
)
def test_the_error_is_read_with_its_direction_and_against_chance(confidence, accuracy, by_chance, said):
    found = reliability(SURE, LABELS)
    sentence = error_sentence("One", Calibrated(found, confidence, accuracy, (), by_chance))
    assert f"expected calibration error {100 * found.expected_error:.2f} %" in sentence
    assert all(words in sentence for words in said)
    assert ("chance" in sentence.lower()) == (by_chance is not None)


@pytest.mark.parametrize(
    ("temperature", "by_chance", "said"),
    [
        (2.0, 0.3, "little to correct"),
        (2.0, 0.1, "no better"),  # before and after are the same here
        (0.5, 0.1, "not sure enough"),
        (100.0, 0.1, "no temperature from 0.01 to 100"),
    ],
)
def test_a_temperature_is_praised_only_where_it_helped_beyond_chance(temperature, by_chance, said):
    found = reliability(SURE, LABELS)  # 11.36 % off
    assert said in temperature_sentence("One", Tempered(temperature, 50, 110, found, found, by_chance))
