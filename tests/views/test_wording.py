"""Numbers, shares, durations and names as pages write them."""

import pytest

from core.network import LENET5
from core.training import Snapshot, State
from core.views.wording import (
    certainty,
    count_text,
    duration,
    exact_text,
    memory_text,
    parameter_words,
    percent,
    progress_words,
)


def test_certainty_is_never_quite_certain():
    said = [certainty(p) for p in (0.4, 0.9949, 0.9951, 0.99985, 0.99995, 1.0)]
    assert said == ["40.00 %", "99.49 %", "99.51 %", "99.98 %", "over 99.99 %", "over 99.99 %"]


def test_what_is_less_than_a_bound_does_not_read_like_it():
    assert [certainty(p) for p in (0.929999, 0.93, 0.989999, 0.99, 0.29, 0.57)] == [
        "92.99 %",
        "93.00 %",
        "98.99 %",
        "99.00 %",
        "29.00 %",
        "57.00 %",
    ]
    assert certainty(float("nan")) == "–"


def test_words_for_durations_and_shares():
    assert [duration(s) for s in (7.6, 125, 4200)] == ["8 s", "2 min 05 s", "1 h 10 min"]
    assert percent(0.99123) == "99.12 %" and percent(None) == "–"


def test_large_numbers_get_a_unit_only_where_the_digits_would_not_be_read():
    assert [count_text(n) for n in (416_520, 7_340_000, 9_220_000_000)] == ["416,520", "7.34 M", "9.22 G"]
    assert [exact_text(n) for n in (61_706, 99_999_999, 100_000_000)] == ["61,706", "99,999,999", "100.00 M"]
    assert [memory_text(n) for n in (3_400_000, 1_200_000_000)] == ["3.4 MB", "1.2 GB"]


def test_a_network_that_cannot_work_has_no_number_of_parameters():
    assert parameter_words(LENET5) == "61,706 parameters"
    assert parameter_words(LENET5.with_input((2, 2, 1))) == "cannot work yet"


@pytest.mark.parametrize(
    ("now", "said"),
    [
        (Snapshot(State.TRAINING, epoch=2, epochs=9, seconds_left=125.0), "Epoch 2 of 9 · 2 min 05 s left"),
        (Snapshot(State.EVALUATING, epoch=2, epochs=9), "Epoch 2 of 9"),
        (Snapshot(State.PAUSED, epoch=2, epochs=9, step=7), "Paused in epoch 2 of 9"),
        (Snapshot(State.PAUSED, epoch=0, epochs=9), "Paused"),
        (Snapshot(State.QUEUED, 1), "Waiting for its turn: 1 run goes first"),
        (Snapshot(State.QUEUED, 3), "Waiting for its turn: 3 runs go first"),
        (Snapshot(State.QUEUED, 0), "Waiting for its turn"),
    ],
)
def test_the_state_of_a_run_is_one_line(now, said):
    assert progress_words(now) == said
