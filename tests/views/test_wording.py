"""Numbers, shares, durations and names as pages write them."""

import pytest

from core.network import LENET5
from core.training import Point, Snapshot, State
from core.views.wording import (
    accuracy_text,
    certainty,
    count_text,
    duration,
    exact_text,
    listed,
    memory_text,
    parameter_words,
    percent,
    point_text,
    progress_words,
    told_apart,
    untrained_words,
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


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 s"),
        (59.4, "59 s"),
        (59.6, "1 min 00 s"),  # and not 60 s
        (3599, "59 min 59 s"),
        (3599.6, "1 h 0 min"),  # and not 60 min
        (3600, "1 h 0 min"),
        (7199, "1 h 59 min"),
        (7200, "2 h 0 min"),
    ],
)
def test_a_whole_minute_or_hour_is_written_in_the_larger_unit(seconds, said):
    assert duration(seconds) == said


def test_large_numbers_get_a_unit_only_where_the_digits_would_not_be_read():
    assert [count_text(n) for n in (416_520, 7_340_000, 9_220_000_000)] == ["416,520", "7.34 M", "9.22 G"]
    assert [exact_text(n) for n in (61_706, 99_999_999, 100_000_000)] == ["61,706", "99,999,999", "100.00 M"]
    assert [memory_text(n) for n in (3_400_000, 1_200_000_000)] == ["3.4 MB", "1.2 GB"]


@pytest.mark.parametrize(
    ("text", "number", "said"),
    [
        (count_text, 999_999, "999,999"),
        (count_text, 1_000_000, "1.00 M"),
        (count_text, 999_994_000, "999.99 M"),
        (count_text, 999_996_000, "1.00 G"),  # and not 1000.00 M
        (count_text, 1_000_000_000, "1.00 G"),
        (memory_text, 60_000, "0.1 MB"),
        (memory_text, 999_900_000, "999.9 MB"),
        (memory_text, 999_960_000, "1.0 GB"),  # and not 1000.0 MB
        (memory_text, 1_000_000_000, "1.0 GB"),
    ],
)
def test_what_rounds_to_the_next_unit_is_written_in_it(text, number, said):
    assert text(number) == said


@pytest.mark.parametrize(
    ("names", "most", "said"),
    [
        ("", 3, ""),
        ("A", 3, "A"),
        ("ABC", 3, "A, B and C"),
        ("ABCD", 3, "A, B … D (4 in all)"),
        (["x"] * 1200, 2, "x … x (1,200 in all)"),
        ("ABCDEFGHIJKL", 12, "A, B, C, D, E, F, G, H, I, J, K and L"),
    ],
)
def test_of_many_names_the_first_and_the_last_are_listed(names, most, said):
    assert listed(names, most) == said
    assert most != 12 or listed(names) == said


def test_names_that_are_there_already_get_a_number_of_their_own():
    assert told_apart(["A", "B", "A", "A"]) == ["A", "B", "A (2)", "A (3)"]
    assert told_apart(["A", "A", "A (2)"]) == ["A", "A (3)", "A (2)"]


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
        (
            Snapshot(State.QUEUED, 2, seconds_left=125.0),
            "Waiting for its turn: 2 runs go first · about 2 min 05 s left with the wait",
        ),
        (Snapshot(State.EVALUATING, epoch=9, epochs=9, seconds_left=3.0), "Epoch 9 of 9 · 3 s left"),
        (Snapshot(State.STARTING, epochs=9), "Getting ready"),
        (Snapshot(State.FINISHED, epoch=9, epochs=9, step=90), "Finished"),
        (Snapshot(State.STOPPED, epoch=2, epochs=9, step=7), "Stopped"),
        (Snapshot(State.FAILED, epoch=2, epochs=9, step=7), "Failed"),
    ],
)
def test_the_state_of_a_run_is_one_line(now, said):
    assert progress_words(now) == said


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (State.QUEUED, "it waits for its turn"),
        (State.STARTING, "it is getting ready to train"),
        (State.TRAINING, "it is training, and has no finished epoch yet"),
        (State.EVALUATING, "it is training, and has no finished epoch yet"),
        (State.PAUSED, "it has learned nothing yet"),
        (State.STOPPED, "it has learned nothing yet"),
        (State.FAILED, "it has learned nothing yet"),
    ],
)
def test_why_a_run_has_nothing_to_show_is_told_by_its_state(state, said):
    assert untrained_words(Snapshot(state)) == said


@pytest.mark.parametrize(
    ("accuracy", "images", "text"),
    [
        (28 / 32, 32, "87.50 % (71.93 – 95.03 %)"),  # Wilson’s interval, by scipy
        (0.0, 4, "0.00 % (0.00 – 48.99 %)"),
        (99 / 99, 99, "100.00 % (96.26 – 100.00 %)"),
        (0.995, 100, "99.50 %"),
    ],
)
def test_an_accuracy_of_fewer_than_100_images_has_its_interval(accuracy, images, text):
    assert accuracy_text(accuracy, images) == text == point_text(Point(1, 0.5, accuracy, images))
    assert point_text(None) == "–"
