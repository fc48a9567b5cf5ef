"""What cures have done: the accuracy on both kinds of images, and sentences that claim nothing within the intervals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.network import Dense, Dropout, Flatten, MaxPooling2D, Network, Recipe
from core.network.network import MAX_NAME
from core.study.comparison import Score
from core.study.cures import planned, variants
from core.study.over_fitting import Ended, Outcome, Pace, apart, outcomes, pace, reading, seconds_for, seconds_left
from core.training.series import Planned
from core.training.snapshot import Point, Snapshot, State
from tests.study.networks import fresh

DROPPING = Network((28, 28, 1), (MaxPooling2D(4), Flatten(), Dropout(0.9), Dense(10, "softmax")), "Dropping")
TINY = Network((28, 28, 1), (MaxPooling2D(4), Flatten(), Dense(10, "softmax")), "Tiny")


def plan(network=TINY, key="nothing", **recipe) -> Planned:
    return Planned(key, key.capitalize(), key, network, Recipe(training_images=100, batch_size=50, **recipe))


def test_images_are_evaluated_without_dropout_and_only_those_that_were_learned_from(small_mnist):
    contender = fresh(DROPPING)
    tested = Snapshot(State.FINISHED, test=Point(1.0, 0.5, 0.25, 200))
    runs = [
        Ended(plan(DROPPING), contender, tested),
        Ended(plan(DROPPING, "early_stopping", validation_share=0.2), contender, tested),
    ]
    *_, (whole, part) = outcomes(runs, small_mnist)
    images = small_mnist.x_train[:100].astype(np.float32) / 255
    right = np.asarray(contender.model(images)).argmax(1) == small_mnist.y_train[:100]
    assert whole.learned == Score(int(right.sum()), 100)
    assert part.learned == Score(int(right[:80].sum()), 80)
    assert whole.tested == part.tested == Score(50, 200)
    assert whole.gap == pytest.approx(right.mean() - 0.25)


def test_a_run_without_a_test_has_no_gap(small_mnist):
    (found,) = outcomes([Ended(plan(), fresh(TINY), Snapshot(State.STOPPED))], small_mnist)
    assert found[0].tested is None and found[0].gap is None and found[0].learned is not None
    assert reading(found) == ""


def outcome(name, right, learned=1000) -> Outcome:
    return Outcome(name, name.capitalize(), Score(learned, 1000), Score(right, 10_000))


def test_better_and_worse_are_claimed_only_beyond_the_intervals():
    said = reading(
        [outcome("nothing", 9200), outcome("dropout", 9500), outcome("l2", 9230), outcome("smaller", 9000)]
    )
    assert "right on 100.0 % of the images that it learned from and on 92.0 % of the test images" in said
    assert "it over-fits by 8.0 percentage points" in said
    assert "Better on the test images than without: Dropout." in said
    assert "Worse than without: Smaller." in said
    assert "Not to be told apart from it, as the intervals overlap: L2." in said
    assert "Dropout is the best of these cures." in said


def test_the_highest_is_not_called_the_best_where_another_may_be_as_good():
    said = reading(
        [outcome("nothing", 9200), outcome("dropout", 9500), outcome("l2", 9480), outcome("smaller", 9000)]
    )
    assert "Highest of these cures is Dropout, which is not shown to be better than L2." in said


def test_where_nothing_is_learned_by_heart_no_over_fitting_is_claimed():
    assert "no over-fitting is shown" in reading([outcome("nothing", 9200, 925)])


@given(st.lists(st.integers(0, 500), min_size=2, max_size=6))
def test_no_sentence_names_a_difference_between_overlapping_intervals(rights):
    """The oracle counts by itself: two are apart where one interval ends before the other begins."""
    names = ["nothing", *(f"cure{number}" for number in range(1, len(rights)))]
    found = [Outcome(name, name.capitalize(), None, Score(right, 500)) for name, right in zip(names, rights)]
    said = reading(found)
    low, high = found[0].tested.interval
    for one in found[1:]:
        better, worse = one.tested.interval.low > high, one.tested.interval.high < low
        assert apart(one.tested, found[0].tested) == better - worse
        claims = {part.split(":")[0]: part for part in said.split(". ") if one.title in part}
        assert ("Better on the test images than without" in claims) == better
        assert ("Worse than without" in claims) == worse


def test_the_pace_is_that_of_an_epoch_after_the_first(small_mnist):
    steps = list(pace(plan(epochs=4), small_mnist))
    assert steps[0].epochs == 0 and steps[-1].epochs == 4 and steps[-1].start_seconds > 0
    first = next(one for one in steps if one.epochs == 1)
    assert 0 < steps[-1].epoch_seconds < first.epoch_seconds  # in which the graph was made


def test_a_run_takes_its_start_and_as_long_an_epoch_as_its_multiply_adds():
    known = Pace(2, 3.0, 0.5, 1000)
    known = known._replace(macs=(3 * 100 + 10_000) * 490)  # 490 multiply-adds: 49 × 10
    assert seconds_for(plan(epochs=20), 60_000, 10_000, known) == pytest.approx(3 + 20 * 0.5)
    held = plan(epochs=20, validation_share=0.2)  # 80 learned from, 20 evaluated
    assert seconds_for(held, 60_000, 10_000, known) == pytest.approx(3 + 20 * 0.5 * (3 * 80 + 20) / 10_300)


def test_what_is_left_is_told_by_what_has_ended():
    assert seconds_left([plan()], [], 60_000, 10_000) is None
    assert seconds_left([plan(), plan()], [(plan(), 12.0)], 60_000, 10_000) == pytest.approx(24)
    assert seconds_left([plan(epochs=10)], [(plan(epochs=20), 12.0)], 60_000, 10_000) == pytest.approx(6)


def test_runs_are_called_by_the_network_and_the_cure():
    long = TINY.renamed("N" * MAX_NAME)
    found, _ = variants(long, Recipe(), 100)
    assert [one.name.rsplit(": ", 1)[1] for one in planned(found)] == [one.title for one in found]
    assert {len(one.name) for one in planned(found)} == {MAX_NAME}
