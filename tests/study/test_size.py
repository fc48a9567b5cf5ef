"""Accuracy against size: the files and presets themselves are the oracle."""

import json
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.network import PRESETS, Conv2D, Dense, Flatten, MaxPooling2D, Network, Recipe, trace
from core.network.reproduced import FILE
from core.study.size import (
    MEASURED,
    OWN,
    PUBLISHED,
    SizePoint,
    all_points,
    frontier,
    measured_points,
    own_points,
    published_points,
    without_accuracy,
)
from core.training import Point, Run, Snapshot, State
from tests.runs import finished
from tests.study.networks import PLAIN

ROWS = json.loads(FILE.read_text("utf-8"))


def test_every_measured_preset_is_there_by_each_of_its_recipes():
    found = {}
    for point in measured_points():
        assert point.kind == MEASURED and point.on == "test" and point.images == 10_000
        found.setdefault(point.preset, []).append(point)
    assert found.keys() == ROWS.keys() and len(ROWS) >= 20
    for key, row in ROWS.items():
        part, traced = row.get("selected") or row["all_images"], trace(PRESETS[key].network)
        parts = [part, row["improved"]] if "improved" in row else [part]
        assert [(one.accuracy, one.seconds) for one in found[key]] == [
            (each["test_accuracy"], 60 * each["minutes"]) for each in parts
        ]
        assert all((one.parameters, one.macs) == (traced.parameters, traced.macs) for one in found[key])
        recipes = [PRESETS[key].recipe, PRESETS[key].improved][: len(parts)]
        assert [one.recipe for one in found[key]] == [recipe.describe() for recipe in recipes]


def test_published_figures_are_the_presets_own_with_their_kind_of_images():
    found = {point.preset: point for point in published_points()}
    for key, *expected in (("A4b", 0.994, 81_194, "test"), ("C5", 0.9944, 7_602, "validation")):
        assert [found[key].accuracy, found[key].parameters, found[key].on] == [
            pytest.approx(expected[0]),
            *expected[1:],
        ]
    assert found["C2"].on == "training" and found["E1"].accuracy == pytest.approx(0.9292)
    assert found["A2"].macs == trace(PRESETS["A2"].network).macs and found["Record"].macs is None
    assert found["E3"].recipe == PRESETS["E3"].recipe.describe() and found["C5"].recipe == ""
    assert "VGG" not in found and "B1" not in found
    assert all(point.kind == PUBLISHED and point.seconds is None for point in found.values())


def test_a_run_of_ones_own_has_its_test_accuracy_and_its_seconds(small_mnist):
    run = finished(
        Run(PLAIN, small_mnist, Recipe(epochs=1, validation_share=0.2, restore_best=True), name="Mine").start()
    )
    chosen = finished(Run(PLAIN, small_mnist, Recipe(epochs=1, restore_best=True)).start())
    waiting = Run(PLAIN, small_mnist, Recipe())
    mine, other = own_points([run, chosen, waiting])
    assert (mine.name, mine.kind, mine.on, mine.images) == ("Mine", OWN, "test", 500)
    assert mine.accuracy == run.snapshot.test_accuracy and mine.seconds == run.snapshot.seconds > 0
    assert (mine.parameters, mine.macs, mine.run) == (7_850, 7_840, run)
    assert not mine.chosen_by_test_images and other.chosen_by_test_images
    assert without_accuracy([run, chosen, waiting], [mine, other]) == (waiting,)
    assert mine.snapshot is run.snapshot and mine.key != other.key


def test_a_run_that_has_read_validation_images_only_is_marked_as_such():
    point = Point(2.0, 0.1, 0.97, 400)
    snapshot = Snapshot(
        State.PAUSED, evaluations=(Point(0, 2.3, 0.1, 400), point), evaluated_on="validation", seconds=3.0
    )
    run = SimpleNamespace(
        name="Half", network=PLAIN, recipe=Recipe(validation_share=0.1, restore_best=True), snapshot=snapshot
    )
    (found,) = own_points([run])
    assert (found.on, found.accuracy, found.images, found.chosen_by_test_images) == ("validation", 0.97, 400, False)


def point(size, accuracy, on="test"):
    return SizePoint(f"{size}", OWN, accuracy, on, size, size, None, None)


@given(st.lists(st.tuples(st.integers(1, 30), st.integers(0, 20)), max_size=30))
def test_on_the_frontier_is_what_nothing_smaller_or_equal_beats(pairs):
    points = [point(size, hits / 20) for size, hits in pairs]
    found = frontier(points)
    sizes = [one.parameters for one in found]
    assert sizes == sorted(set(sizes)) and [one.accuracy for one in found] == sorted({one.accuracy for one in found})
    for one in points:
        beaten = any(
            other.parameters <= one.parameters
            and other.accuracy >= one.accuracy
            and (other.parameters, other.accuracy) != (one.parameters, one.accuracy)
            for other in points
        )
        assert beaten != any((one.parameters, one.accuracy) == (f.parameters, f.accuracy) for f in found)


def test_only_accuracies_of_test_images_and_known_sizes_are_on_the_frontier():
    good = point(10, 0.99, "validation")
    assert frontier([good, point(20, 0.9)]) == (point(20, 0.9),)
    assert frontier([point(20, 0.9)], "seconds") == ()
    with pytest.raises(AttributeError):
        frontier([good], "weight")


def test_two_hundred_runs_are_points_beside_those_that_everybody_has():
    snapshot = Snapshot(State.FINISHED, test=Point(1.0, 0.1, 0.97, 10_000), seconds=9.0)

    def run(filters):
        layers = (
            Conv2D(filters, 5, padding="same"),
            MaxPooling2D(),
            Conv2D(16, 5),
            MaxPooling2D(),
            Flatten(),
            Dense(10),
        )
        return SimpleNamespace(name="x", network=Network((28, 28, 1), layers), recipe=Recipe(), snapshot=snapshot)

    runs = [run(filters) for filters in range(300, 500)]
    assert len(all_points(runs)) == len(all_points()) + 200
