"""Comparisons of networks in words and charts."""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binomtest

from core.network import LENET5, Dense, Flatten, Network
from core.study.comparison import Score
from core.study.robustness import Robustness
from core.study.transforms import TRANSFORMS
from core.training.snapshot import Point, Snapshot, State
from core.views.axes import Axes
from core.views.charts import compared
from core.views.study import fact_words, interval_text, ranges_words, robustness_chart, robustness_rows


@pytest.mark.parametrize(("right", "images"), [(9929, 10_000), (0, 12), (12, 12), (1, 3), (700, 1000)])
def test_an_accuracy_has_its_interval_beside_it(right, images):
    low, high = binomtest(right, images).proportion_ci(0.95, "wilson")
    expected = f"{100 * right / images:.2f} % ({100 * low:.2f} – {100 * high:.2f} %)"
    assert interval_text(Score(right, images)) == expected


def test_the_costs_of_lenet_5_in_words():
    assert fact_words(LENET5) == {
        "Parameters": "61,706",
        "Multiply-adds": "416,520",
        "Memory": "284 kB",  # 4·(61,706 + 784 + 4704 + 1176 + 1600 + 400 + 400 + 120 + 84 + 10)
        "Last map sees": "16×16 px",
    }


def test_a_network_without_maps_says_so_and_a_large_one_counts_in_megabytes():
    plain = Network((28, 28, 1), (Flatten(), Dense(1000), Dense(10, "softmax")), "Plain")
    assert fact_words(plain)["Last map sees"] == "no maps"
    assert fact_words(plain)["Memory"] == "3.2 MB"


def curve(seconds: float, step: int = 30) -> Snapshot:
    """Three epochs of ten steps each, as far as they are done."""
    points = tuple(Point(float(epoch), 1 / (epoch + 1), epoch / 4, 100) for epoch in range(step // 10 + 1))
    return Snapshot(State.TRAINING, epochs=3, step=step, steps=30, evaluations=points, seconds=seconds)


def test_curves_by_second_show_the_slower_run_as_the_longer_one():
    chart = compared([("quick", curve(6.0)), ("slow", curve(20.0, step=20))], "accuracy", False, by_second=True)
    at = {(row["run"], row["epoch"]): row["at"] for row in chart["datasets"]["evaluations"]}
    assert at == {
        ("quick", 0.0): 0.0, ("quick", 1.0): 2.0, ("quick", 2.0): 4.0, ("quick", 3.0): 6.0,
        ("slow", 0.0): 0.0, ("slow", 1.0): 10.0, ("slow", 2.0): 20.0,
    }  # fmt: skip
    (ends,) = chart["datasets"]["frame"]
    assert ends["right"] == pytest.approx(30 * 61 / 60)  # where the slow one will end
    titles = {
        layer["encoding"]["x"]["title"] for layer in chart["layer"] if "title" in layer["encoding"].get("x", {})
    }
    assert titles == {"seconds"}


def test_runs_that_are_one_curve_have_a_mean_in_a_band_and_training_curves_of_their_own():
    low, high = (
        replace(curve(6.0), evaluations=(Point(1.0, loss, 0.5, 100),), train=(Point(0.5, loss, 0.5, 100),))
        for loss in (0.1, 0.5)
    )
    data = compared([("alone", curve(6.0))], "loss", True, groups=[("both", [low, high])])["datasets"]
    (band,) = data["bands"]
    deviation = 0.4 / math.sqrt(2)  # of two numbers: their distance by the square root of 2
    assert (band["run"], band["seeds"], band["epoch"]) == ("both", 2, 1.0)
    assert [band[name] for name in ("value", "low", "high")] == pytest.approx([0.3, 0.3 - deviation, 0.3 + deviation])
    assert {row["run"] for row in data["evaluations"]} == {"alone"}
    assert {(row["run"], row["seed"]) for row in data["train"]} == {("both", 0), ("both", 1)}
    assert data["frame"][0]["top"] >= 0.5  # the axis holds what the band is of
    logarithmic = compared([], "loss", False, axes=Axes(loss=True), groups=[("both", [low, high])])["datasets"]
    assert logarithmic["bands"][0]["low"] > 0  # or the area could not be drawn


def test_only_training_curves_are_smoothed():
    run = replace(curve(6.0), train=(Point(0.5, 4.0, 0.5, 100), Point(1.0, 1.0, 0.5, 100)))
    plain, smooth = (compared([("a", run)], "loss", True, smoothing=weight)["datasets"] for weight in (0.0, 0.5))
    assert [row["value"] for row in plain["train"]] == [4, 1]
    assert [row["value"] for row in smooth["train"]] == pytest.approx([4, 2])
    assert smooth["evaluations"] == plain["evaluations"]


def test_a_run_that_has_not_begun_has_no_length_yet():
    waiting = Snapshot(State.QUEUED, epochs=3, steps=30)
    assert waiting.seconds_an_epoch is None
    chart = compared([("waiting", waiting)], "accuracy", False, by_second=True)
    assert chart["datasets"]["frame"][0]["right"] > 0


def turned(images=(100, 100, 100)) -> Robustness:
    """Two networks at three angles, of 100 images each."""
    right = np.array([[50, 90, 40], [20, 95, 10]]) * (np.array(images) > 0)
    return Robustness(TRANSFORMS["rotation"], ("A", "B"), (-30.0, 0.0, 30.0), right, np.array(images), 1.0)


def test_each_strength_that_was_measured_has_its_accuracy_between_the_ends_of_its_interval():
    rows = robustness_rows(turned())
    assert [(row["network"], row["at"], row["accuracy"]) for row in rows] == [
        ("A", "−30°", 0.5), ("A", "0°", 0.9), ("A", "30°", 0.4), ("B", "−30°", 0.2), ("B", "0°", 0.95), ("B", "30°", 0.1),
    ]  # fmt: skip
    for row in rows:
        low, high = binomtest(round(row["accuracy"] * 100), 100).proportion_ci(0.95, "wilson")
        assert (row["low"], row["high"]) == pytest.approx((low, high))


def test_what_was_not_measured_yet_is_no_point():
    assert {row["strength"] for row in robustness_rows(turned((0, 100, 0)))} == {0.0}


def test_the_chart_shades_what_was_trained_with_as_far_as_it_goes_and_draws_chance():
    chart = robustness_chart(turned(), (0, 1), {"A": (-45.0, 45.0), "B": (-7.0, 7.0)}, 0.1)
    assert chart["datasets"]["ranges"] == [
        {"network": "A", "low": -30.0, "high": 30.0},
        {"network": "B", "low": -7.0, "high": 7.0},
    ]
    assert chart["datasets"]["chance"] == [{"chance": 0.1, "at": -30.0, "words": "guessing: 10.00 %"}]
    marks = [layer["mark"]["type"] for layer in chart["layer"]]
    assert sorted(marks) == ["area", "line", "point", "point", "rect", "rule", "text"]
    axes = next(layer["encoding"] for layer in chart["layer"] if layer["mark"]["type"] == "line")
    assert axes["x"]["title"] == "Rotation (°)" and axes["y"]["scale"]["domain"] == [0, 1]


def test_a_network_keeps_its_colour_and_shape_whoever_stands_beside_it():
    def of(chart, channel):
        found = next(layer for layer in chart["layer"] if "shape" in layer["encoding"])["encoding"][channel]["scale"]
        return dict(zip(found["domain"], found["range"]))

    first, other = (robustness_chart(turned(), numbers, {}, 0.1) for numbers in ((0, 2), (3, 2)))
    for channel in ("color", "shape"):
        assert (
            of(first, channel)["B"] == of(other, channel)["B"] != of(first, channel)["A"] != of(other, channel)["A"]
        )


def test_what_is_shaded_is_told():
    assert (
        ranges_words({"B": (-7, 7)}, TRANSFORMS["rotation"]) == "Shaded: what it was trained with, B from −7° to 7°."
    )
    assert ranges_words({}, TRANSFORMS["rotation"]) == ""


def test_the_point_that_is_open_has_a_ring_and_each_can_be_clicked():
    chart = robustness_chart(turned(), (0, 1), {}, 0.1, opened=("B", 30.0))
    assert [(row["network"], row["strength"]) for row in chart["datasets"]["points"] if row["opened"]] == [
        ("B", 30.0)
    ]
    assert any(layer.get("transform") == [{"filter": "datum.opened"}] for layer in chart["layer"])
    (click,) = chart["params"]
    assert click["name"] == "point" and click["select"]["fields"] == ["network", "strength"]
