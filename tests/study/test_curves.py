"""Several learning curves as one, and smoothed ones."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.study.curves import smoothed, spread
from core.training import Snapshot, State
from core.training.snapshot import Point

NUMBERS = st.floats(-1e3, 1e3)


def evaluated(*accuracies: float) -> Snapshot:
    points = tuple(Point(epoch + 1.0, 2 * value, value, 100) for epoch, value in enumerate(accuracies))
    return Snapshot(State.TRAINING, evaluations=points)


@given(st.lists(st.lists(st.floats(0, 1), min_size=1, max_size=4), min_size=1, max_size=5))
def test_mean_and_deviation_are_numpys_over_the_runs_that_have_got_so_far(runs):
    found = {point.epoch: point for point in spread([evaluated(*run) for run in runs], "loss")}
    for epoch in range(4):
        there = [2 * run[epoch] for run in runs if len(run) > epoch]
        if len(there) < 2:
            assert epoch + 1 not in found
            continue
        point = found[epoch + 1]
        assert point.runs == len(there)
        assert point.mean == pytest.approx(np.mean(there))
        assert point.deviation == pytest.approx(np.std(there, ddof=1), abs=1e-9)


def test_a_loss_that_is_no_number_does_not_spoil_the_others():
    assert [point.runs for point in spread([evaluated(0.5), evaluated(0.7), evaluated(float("nan"))], "loss")] == [2]


@given(st.lists(NUMBERS, min_size=1, max_size=20), st.floats(0, 0.99))
def test_each_smoothed_value_is_the_mean_of_those_so_far_weighted_by_their_age(values, weight):
    for place, value in enumerate(smoothed(values, weight)):
        weights = weight ** np.arange(place, -1, -1.0)
        assert value == pytest.approx(np.average(values[: place + 1], weights=weights), abs=1e-6)


def test_without_weight_nothing_changes_and_a_gap_stays_a_gap():
    assert smoothed([3.0, 1.0, 2.0], 0) == [3.0, 1.0, 2.0]
    found = smoothed([1.0, float("inf"), 3.0], 0.5)
    assert found[0] == 1 and np.isinf(found[1]) and found[2] == pytest.approx((0.5 * 1 + 3) / 1.5)
    with pytest.raises(ValueError, match="below 1"):
        smoothed([1.0], 1.0)
