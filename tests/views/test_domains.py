"""The part of a curve that an axis shows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.training import Point, Snapshot, State
from core.views.axes import Axes
from core.views.charts import compared, learning_curve
from core.views.domains import accuracy_floor, loss_domain, plan_end, round_up, time_ends
from core.views.over_fitting import cures_chart


def snapshot(*losses: float, accuracies=(), first: float = 0.0, **more) -> Snapshot:
    """Evaluations after each epoch, the first of them before training."""
    accuracies = accuracies or [0.5] * len(losses)
    points = [Point(first + n, loss, right, 100) for n, (loss, right) in enumerate(zip(losses, accuracies))]
    return Snapshot(State.FINISHED, epochs=max(len(losses) - 1, 1), evaluations=tuple(points), **more)


def ends(chart, *sides: str) -> tuple[float, ...]:
    """Where the axes of a chart end as long as nobody zooms."""
    (frame,) = chart["datasets"]["frame"]
    return tuple(frame[side] for side in sides)


def test_a_rise_of_the_loss_can_be_seen_although_the_untrained_loss_is_high():
    assert loss_domain([snapshot(2.4, 0.09, 0.05, 0.08)]) == (0, 0.1)
    assert loss_domain([snapshot(2.4)]) == (0, 5)  # nothing else is there yet
    assert loss_domain([snapshot(2.4, 0.09, 0.05, 0.08)], before=True) == (0, 5)  # where its fall is to be seen
    whole = learning_curve(snapshot(2.4, 0.09, 0.05, 0.08), "loss", before=True)
    assert ends(whole, "bottom", "top") == (0, 5)


def test_one_outlier_does_not_set_the_axis():
    losses = [2.4, *[0.09] * 99, 700.0]
    assert loss_domain([snapshot(*losses)]) == (0, 0.1)


def test_a_loss_that_is_no_number_does_no_harm():
    assert loss_domain([snapshot(2.4, 0.4, float("nan"), float("inf"))]) == (0, 0.5)
    assert loss_domain([snapshot()]) == (0, 2.5)


def test_a_logarithmic_axis_ends_at_the_power_of_ten_below_the_smallest_loss():
    assert loss_domain([snapshot(2.4, 0.4, 0.03)], True) == (pytest.approx(0.01), 0.5)
    assert loss_domain([snapshot(2.4, 0.0, 0.0)], True)[0] > 0  # there is no logarithm of zero


def test_runs_that_are_a_tenth_of_a_point_apart_do_not_lie_on_each_other():
    runs = [snapshot(2.4, 0.1, 0.1, accuracies=(0.1, 0.991, end)) for end in (0.9925, 0.9932)]
    assert accuracy_floor(runs) == 0.99
    named = [(str(number), run) for number, run in enumerate(runs)]
    assert ends(compared(named, "accuracy", False), "bottom", "top") == (0.99, 1)


def test_training_curves_count_only_where_they_are_drawn():
    low = snapshot(2.4, 0.1, train=(Point(1.0, 0.9, 0.4, 10),), accuracies=(0.1, 0.96))
    charts = [compared([("a", low)], "accuracy", drawn) for drawn in (False, True)]
    assert [ends(chart, "bottom") for chart in charts] == [(0.95,), (0,)]


@pytest.mark.parametrize(
    ("state", "step", "end"),
    [
        (State.PAUSED, 1, 10), (State.PAUSED, 11, 20), (State.PAUSED, 700, 35_000), (State.PAUSED, 0, 35_000),
        (State.TRAINING, 1, 35_000), (State.FINISHED, 35_000, 35_000),
    ],
)  # fmt: skip
def test_after_one_batch_the_axis_of_steps_ends_near_it(state, step, end):
    now = Snapshot(state, epochs=20, step=step, steps=35_000, train=(Point(step / 1750, 2.0, 0.2, 32),))
    assert ends(learning_curve(now, "loss"), "left", "right") == (
        pytest.approx(-end / 60),
        pytest.approx(end * 61 / 60),
    )


def test_a_run_shorter_than_ten_batches_does_not_get_a_longer_axis():
    assert plan_end(Snapshot(State.PAUSED, epochs=100, step=1, steps=100)) == 10
    assert plan_end(Snapshot(State.PAUSED, epochs=3, step=1, steps=3)) == 3


@given(st.floats(1e-6, 1e6))
def test_ends_are_round_and_never_far_above(value):
    end = round_up(value)
    assert value <= end * (1 + 1e-6) and end <= 2.5 * value * (1 + 1e-6)
    assert any(np.isclose(end / 10.0 ** np.floor(np.log10(end) + 1e-9), digit) for digit in (1, 2, 5))


def test_a_logarithmic_loss_is_drawn_so_and_accuracy_never():
    run = snapshot(2.4, 0.4, 0.03)
    for logarithmic, kind in ((True, "log"), (False, "linear")):
        scales = [
            learning_curve(run, quantity, axes=Axes(loss=logarithmic))["layer"][1]["encoding"]["y"]["scale"]["type"]
            for quantity in ("loss", "accuracy")
        ]
        assert scales == [kind, "linear"]


def test_the_labels_of_an_axis_keep_their_room():
    spec = learning_curve(snapshot(2.4, 0.4), "accuracy")
    assert spec["layer"][0]["encoding"]["y"]["axis"]["minExtent"] == 40


MEASURED = Snapshot(
    State.TRAINING,
    step=200,
    steps=1000,
    epochs=100,
    evaluations=tuple(Point(float(epoch), 2.0 / (epoch + 1), 0.5, 10) for epoch in (0, 1, 10)),
    train=tuple(Point(epoch, 1.0, 0.5, 10) for epoch in (0.1, 5.0)),
)
IN_TIME = {
    "run": lambda axes: learning_curve(MEASURED, "loss", each_epoch=True, axes=axes),
    "steps": lambda axes: learning_curve(MEASURED, "loss", axes=axes),
    "runs": lambda axes: compared([("a", MEASURED)], "loss", True, axes=axes),
    "seeds": lambda axes: compared([], "loss", True, axes=axes, groups=[("a", [MEASURED, MEASURED])]),
    "cures": lambda axes: cures_chart([("a", MEASURED)], "loss", None, [0], axes=axes),
}


@pytest.mark.parametrize("kind", IN_TIME)
def test_on_a_logarithmic_time_axis_is_all_but_what_was_before_training(kind):
    even, log = (IN_TIME[kind](Axes(time=time)) for time in (False, True))
    assert [chart["layer"][0]["encoding"]["x"]["scale"].get("type") for chart in (even, log)] == [None, "log"]
    field = log["layer"][0]["encoding"]["x"]["field"]
    rows = [
        [row[field] for name, part in chart["datasets"].items() if name != "frame" for row in part]
        for chart in (even, log)
    ]
    assert 0 in rows[0] and [place for place in rows[0] if place > 0] == rows[1]
    (ends,) = log["datasets"]["frame"]
    assert 0 < ends["left"] < min(rows[1]) and max(rows[1]) < ends["right"]


@given(st.lists(st.floats(1e-3, 100.0), max_size=5), st.floats(1.0, 100.0))
def test_a_logarithmic_time_axis_holds_all_and_wastes_little(places, last):
    low, high = time_ends(last, [0.0, *places], logarithmic=True)
    first = min(places, default=last / 10)
    assert first / 3 <= low < first and max(last, first) <= high <= 2 * max(last, first)
