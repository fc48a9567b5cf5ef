"""Charts of curves are zoomed without a new specification, as Streamlit would draw that anew."""

from dataclasses import replace

import pytest

from core.training import Point, Snapshot, State
from core.views.axes import Axes
from core.views.charts import compact, compared, learning_curve, rate_curve
from core.views.over_fitting import cures_chart
from core.views.zooming import whole_again

EARLY = Snapshot(
    State.TRAINING,
    epoch=1,
    epochs=9,
    step=20,
    steps=180,
    train=(Point(1.0, 0.9, 0.6, 10),),
    evaluations=(Point(0.0, 2.3, 0.1, 10),),
)
LATE = Snapshot(
    State.FINISHED,
    epoch=12,
    epochs=12,
    step=240,
    steps=240,
    kept_epoch=11.0,
    train=(Point(1.0, 0.9, 0.96, 10), Point(11.0, 0.03, 0.99, 10)),
    evaluations=(Point(1.0, 0.04, 0.97, 10), Point(11.0, 0.02, 0.99, 10)),
)


def specification(chart):
    return {name: part for name, part in chart.items() if name != "datasets"}


DRAWN = {
    "accuracy": lambda now: learning_curve(now, "accuracy"),
    "loss": lambda now: learning_curve(now, "loss"),
    "logarithmic": lambda now: learning_curve(now, "loss", axes=Axes(loss=True)),
    "logarithmic time": lambda now: learning_curve(now, "loss", axes=Axes(time=True)),
    "runs in logarithmic time": lambda now: compared([("a", now)], "loss", True, axes=Axes(True, True)),
    "cures": lambda now: cures_chart([("a", now)], "loss", None, [0], axes=Axes(True, True)),
    "each epoch": lambda now: learning_curve(now, "loss", each_epoch=True),
    "small": lambda now: compact(learning_curve(now, "loss"), 92),
    "runs": lambda now: compared([("a", now)], "loss", True),
    "rates": lambda now: rate_curve([0, now.epoch], [0.1, 1 / now.epochs], now.epochs),
}


@pytest.mark.parametrize("kind", DRAWN)
def test_from_the_first_batch_to_the_kept_epoch_only_the_data_change(kind):
    early, late = (DRAWN[kind](now) for now in (EARLY, LATE))
    assert specification(early) == specification(late)  # or what was zoomed would be lost
    assert early["datasets"]["frame"] != late["datasets"]["frame"]  # and yet the axes follow


@pytest.mark.parametrize("kind", DRAWN)
def test_every_axis_ends_where_the_rectangle_did(kind):
    chart = DRAWN[kind](EARLY)
    for layer in chart["layer"][:-1]:
        for axis in ("x", "y"):
            ends = layer["encoding"][axis]["scale"]["domain"]
            assert ends == [{"expr": f"shown_{axis}[0]"}, {"expr": f"shown_{axis}[1]"}]
    assert {"shown_x", "shown_y", "zoom_x", "zoom_y"} <= {one["name"] for one in chart["params"]}


def test_the_button_changes_nothing_but_the_count_of_its_presses():
    chart = learning_curve(LATE, "loss")
    once, twice = (whole_again(chart, times) for times in (1, 2))
    assert specification(once) == specification(twice) == specification(chart)
    (first,), (second,), (before,) = (one["datasets"]["frame"] for one in (once, twice, chart))
    assert (before["whole"], first["whole"], second["whole"]) == (0, 1, 2)
    assert {**first, "whole": 0} == {**second, "whole": 0} == before
    assert once["datasets"]["train"] == chart["datasets"]["train"]


def test_a_run_without_evaluations_can_be_drawn():
    assert learning_curve(replace(EARLY, train=(), evaluations=()), "loss")["datasets"]["kept"] == []
