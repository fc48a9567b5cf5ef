"""Cures side by side in charts and words, and draws of dropout in pictures."""

import numpy as np
import pytest

from core.insight.dropping import Dropped, Factor
from core.network import Dropout, GaussianDropout, SpatialDropout2D
from core.study.comparison import Score
from core.study.over_fitting import Outcome
from core.training.snapshot import Point, Snapshot, State
from core.views.dropping import NUMBERS, dropped_scale, dropped_tiles, factor_rows, strongest_maps, what_is_drawn
from core.views.over_fitting import cures_chart, curves_alt, gap_alt, gap_chart, gap_rows, outcome_words


def curve(on="test") -> Snapshot:
    """Two epochs of two steps each."""
    trained = tuple(Point(epoch, 1.0, epoch / 4, 50) for epoch in (0.5, 1.0, 1.5, 2.0))
    evaluated = tuple(Point(float(epoch), 1.0, epoch / 5, 100) for epoch in range(3))
    return Snapshot(State.TRAINING, epochs=4, train=trained, evaluations=evaluated, evaluated_on=on)


RUNS = [("Nothing", curve()), ("Early stopping", curve("validation"))]


def test_training_is_dashed_as_means_over_epochs_and_what_is_not_learned_from_is_solid():
    chart = cures_chart(RUNS, "accuracy", None, (0, 1))
    train = [row for row in chart["datasets"]["train"] if row["run"] == "Nothing"]
    assert [(row["epoch"], row["value"]) for row in train] == [
        (1.0, pytest.approx(0.1875)),
        (2.0, pytest.approx(0.4375)),
    ]
    lines = {
        layer["data"]["name"]: "strokeDash" in layer["mark"]
        for layer in chart["layer"]
        if layer["mark"]["type"] == "line"
    }
    assert lines == {"train": True, "evaluations": False}
    images = {(row["run"], row["images"]) for row in chart["datasets"]["evaluations"]}
    assert images == {("Nothing", "test"), ("Early stopping", "validation")}


def test_the_axis_begins_below_what_comes_after_the_first_fifth():
    snapshot = Snapshot(
        State.TRAINING,
        epochs=10,
        evaluations=tuple(Point(float(n), 1.0, min(0.1 + n / 2.9, 0.97), 100) for n in range(6)),
    )
    (ends,) = cures_chart([("Nothing", snapshot)], "accuracy", None, (0,))["datasets"]["frame"]
    assert (ends["bottom"], ends["top"]) == (0.75, 1.0)  # 0.1 + 2 / 2.9 = 0.79 after two of ten
    beginning = Snapshot(State.TRAINING, epochs=10, evaluations=snapshot.evaluations[:2])
    (ends,) = cures_chart([("Nothing", beginning)], "accuracy", None, (0,))["datasets"]["frame"]
    assert ends["bottom"] == 0.0


def test_a_choice_changes_the_data_alone_so_that_the_chart_stays():
    every, one = (cures_chart(RUNS, "accuracy", chosen, (0, 1)) for chosen in (None, "Nothing"))
    assert all(row["apart"] for row in every["datasets"]["train"])
    assert {row["run"] for row in one["datasets"]["evaluations"] if row["apart"]} == {"Nothing"}
    assert {key: every[key] for key in every if key != "datasets"} == {
        key: one[key] for key in one if key != "datasets"
    }
    assert "hovered" in [param["name"] for param in every["params"]]


def test_the_alternative_tells_where_each_run_is():
    assert "Nothing 0.4000, Early stopping 0.4000" in curves_alt(RUNS, "accuracy")


FOUND = [
    Outcome("nothing", "Nothing", Score(990, 1000), Score(9200, 10_000)),
    Outcome("l2", "L2", Score(900, 1000), None),
]


def test_each_kind_of_images_that_is_known_has_a_row_with_its_interval():
    assert [(row["run"], row["images"], row["accuracy"], row["number"]) for row in gap_rows(FOUND)] == [
        ("Nothing", "training", 0.99, 1000),
        ("Nothing", "test", 0.92, 10_000),
        ("L2", "training", 0.9, 1000),
    ]
    assert all(row["low"] < row["accuracy"] < row["high"] for row in gap_rows(FOUND))


def test_the_chart_of_gaps_has_a_row_for_runs_to_come_and_a_line_for_known_gaps():
    titles = ["Nothing", "L2", "Dropout"]
    chart = gap_chart(FOUND, titles)
    assert chart["datasets"]["gaps"] == [{"run": "Nothing", "learned": 0.99, "tested": 0.92}]
    assert chart["layer"][0]["encoding"]["y"]["scale"]["domain"] == titles
    assert chart["height"] == gap_chart(FOUND[:1], titles)["height"]
    assert "Nothing 99.00 % (98.17 – 99.46 %) and 92.00 % (91.45 – 92.52 %)" in gap_alt(
        FOUND
    ) and "L2" not in gap_alt(FOUND)


def test_a_gap_is_told_in_points_and_what_is_unknown_is_a_dash():
    first, second = (outcome_words(one) for one in FOUND)
    assert first["Gap"] == "+7.0 points" and first["On the test images"].startswith("92.00 % (")
    assert second["Gap"] == second["On the test images"] == "–"
    lower = outcome_words(Outcome("l2", "L2", Score(900, 1000), Score(9200, 10_000)))
    assert lower["Gap"] == "−2.0 points"


def drawn(layer, values, draws) -> Dropped:
    return Dropped(layer, np.array(values, np.float32), np.array(draws, np.float32), Factor(1.01, 0.99, 10_000))


def test_the_strongest_maps_are_shown_untouched_and_under_each_draw():
    values = np.zeros((2, 2, 5), np.float32)
    values[..., 1], values[..., 3], values[..., 4] = -9, 2, 3
    assert strongest_maps(values) == [1, 3, 4] and strongest_maps(np.ones(4)) == [NUMBERS]
    found = drawn(Dropout(0.5), values, np.stack([2 * values, 0 * values]))
    tiles = dropped_tiles(found, 4)
    assert [tile.label for tile in tiles] == ["untouched", "draw 1", "draw 2"]
    assert [float(tile.values.max()) for tile in tiles] == [3, 6, 0]
    assert tiles[2].alt == "map 5 in draw 2: 100 % are 0"
    assert dropped_scale(found, 4)[:2] == (0, 6) and dropped_scale(found, 1)[:2] == (-18, 18)


def test_a_row_of_numbers_has_one_picture_a_draw():
    found = drawn(Dropout(0.5), [1, 2, 3], [[2, 4, 0]])
    untouched, first = dropped_tiles(found, NUMBERS)
    assert untouched.values.shape == first.values.shape == (1, 3) and "33 % are 0" in first.alt


@pytest.mark.parametrize(
    ("layer", "said"),
    [
        (Dropout(0.5), "Each number is forgotten with probability 0.5; the others are multiplied by 2."),
        (SpatialDropout2D(0.2), "Each map is forgotten as a whole with probability 0.2"),
        (GaussianDropout(0.3), "nothing is forgotten for certain"),
    ],
)
def test_what_is_drawn_is_told_by_the_kind(layer, said):
    assert said in what_is_drawn(layer)


def test_the_measured_factor_stands_above_the_formula():
    measured, formula = factor_rows(drawn(Dropout(0.5), [1], [[2]]))
    assert list(measured.values()) == ["measured over 10,000 draws", "1.010", "0.990"]
    assert list(formula.values()) == ["by the formula", "1", "√(0.5 / (1 − 0.5)) = 1.000"]
