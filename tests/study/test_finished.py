"""Trainings that were measured before: their curves are read from the table as it is written."""

import json

import pytest
from scipy.stats import binomtest

from core.network import PRESETS, trace
from core.network.reproduced import FILE, reproduced
from core.study.finished import finished, then_and_now
from core.training.snapshot import Point, State
from core.views.charts import compared

ROWS = json.loads(FILE.read_text("utf-8"))
CHOSEN = {
    "evaluated_on": "validation",
    "evaluated": [[0, 0.1, 2.3], [1, 0.9, 0.4], [2, 0.95, 0.2], [3, 0.94, 0.25]],
    "training": [[1.0, 0.8, 0.6], [2.0, 0.92, 0.3], [3.0, 0.96, 0.1]],
}
WHOLE = CHOSEN | {"evaluated_on": "test", "evaluated": [[0, 0.1, 0.5], [1, 0.5, 0.4]], "training": [[1, 0.3, 0.45]]}
TABLE = {
    "C5": {
        "selected": {"test_accuracy": 0.9957, "epoch": 2, "minutes": 17.3, "curve": CHOSEN},
        "all_images": {"test_accuracy": 0.9939, "epochs": 3, "minutes": 1.0},
    },
    "A5": {"selected": {"test_accuracy": 0.98, "epoch": 3, "minutes": 0.2}, "all_images": {"curve": WHOLE}},
    "E1": {"all_images": {"test_accuracy": 0.8667, "epochs": 1, "minutes": 12.8, "curve": WHOLE}},
}


@pytest.fixture
def measured(monkeypatch):
    """Three rows: one by each kind of images, and one whose curve is not of its main training."""
    monkeypatch.setattr("core.study.finished.reproduced", lambda: TABLE)


def test_a_curve_is_read_as_it_was_written_and_a_row_without_is_not_there(measured):
    found = finished()
    assert list(found) == ["E1", "C5"]  # as the presets stand
    now = found["C5"].snapshot
    assert now.state is State.FINISHED and (now.epoch, now.epochs, now.evaluated_on) == (3, 3, "validation")
    assert now.evaluations[1] == Point(1, 0.4, 0.9, 7_500) and now.train[-1] == Point(3.0, 0.1, 0.96, 52_500)
    assert now.shown == now.evaluations[2] and now.seconds_an_epoch == pytest.approx(17.3 * 60 / 3)
    assert found["C5"].epoch_words == "2 of 3, the best on 7,500 images kept apart"
    whole = found["E1"].snapshot
    assert whole.kept_epoch is None and whole.evaluated_on == "test"
    assert whole.evaluations[-1] == Point(1, 0.4, 0.5, 10_000) and whole.train == (Point(1, 0.45, 0.3, 60_000),)
    assert found["E1"].epoch_words == "1, the last: nothing was chosen"


def test_its_accuracy_is_of_the_test_images_with_their_interval(measured):
    score = finished()["E1"].score
    low, high = binomtest(8_667, 10_000).proportion_ci(0.95, "wilson")
    assert (score.right, score.accuracy) == (8_667, 0.8667)
    assert tuple(score.interval) == (pytest.approx(low), pytest.approx(high))
    assert finished()["E1"].parameters == trace(PRESETS["E1"].network).parameters


def test_1998_stands_against_today_once_both_are_there(measured):
    there = finished()
    assert then_and_now(there) == ("E1", "C5")
    assert then_and_now({"E1": there["E1"], "E2": there["C5"]}) == ("E1", "E2")
    assert then_and_now({"E1": there["E1"]}) == then_and_now({"C5": there["C5"]}) == ()


def test_in_a_chart_the_dashes_of_what_was_measured_before_are_longer(measured):
    there = finished()
    named = [(key, one.snapshot) for key, one in there.items()]
    chart = compared(named, "accuracy", False, before=["C5"])
    marked = {(row["run"], row["before"]) for row in chart["datasets"]["evaluations"]}
    assert marked == {("E1", False), ("C5", True)}
    dashes = [
        layer["encoding"]["strokeDash"] for layer in chart["layer"] if "strokeDash" in layer.get("encoding", {})
    ]
    (scale,) = [dash["scale"] for dash in dashes]
    assert scale["domain"] == [False, True] and sum(scale["range"][1]) > sum(scale["range"][0])
    plain = compared(named, "accuracy", False)
    assert not any("strokeDash" in layer.get("encoding", {}) for layer in plain["layer"])


def test_what_ships_ends_with_the_accuracy_that_its_row_tells():
    found = finished()
    assert found.keys() == {
        key for key in reproduced() if "curve" in (ROWS[key].get("selected") or ROWS[key]["all_images"])
    }
    for key, one in found.items():
        part = ROWS[key].get("selected") or ROWS[key]["all_images"]
        expected = part["validation_accuracy"] if "selected" in ROWS[key] else part["test_accuracy"]
        assert one.snapshot.shown.accuracy == pytest.approx(expected, abs=1e-5), key
        assert len(one.snapshot.train) == one.snapshot.epochs == PRESETS[key].recipe.epochs
        assert [point.epoch for point in one.snapshot.evaluations] == list(range(one.snapshot.epochs + 1))
