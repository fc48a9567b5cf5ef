"""Where one finding ends and another begins, and that each number in a sentence is the one that the curves have."""

import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.network import Dense, Dropout, Flatten, Network
from core.network.recipe import USUAL_RATES, Recipe
from core.training.diagnosis.curves import Curves
from core.training.diagnosis.statistics import accuracy_tolerance, kendall_tau, loss_tolerance, noise_deviation, trend
from core.training.snapshot import DeadUnits, Point, State
from tests.training.curves import PLAIN, findings, kinds, only, synthetic

TEN = np.arange(1, 11)
FALLING = 0.5 * 0.9**TEN
FLAT = np.full(12, 0.5)
GUESSING = np.full(12, 2.302)


def flat(level, own=None, losses=FLAT, **changes):
    """A run that has settled at this accuracy, its own images at that one."""
    return synthetic(losses, losses, level, level if own is None else own, **changes)


@pytest.mark.parametrize(
    ("share", "tone", "said"),
    [
        (0.199, None, ""),
        (0.2, "neutral", "20 % of the units of layer 2 answer zero to every image. That is common"),
        (0.499, "neutral", "50 % of the units of layer 2 answer zero"),
        (0.5, "warning", "50 % of the units of layer 2 answer zero to every image and learn no more."),
        (0.994, "warning", "99 % of the units of layer 2 answer zero to every image and learn no more."),
        (0.995, "warning", "Every unit of layer 2 answers zero to every image"),
    ],
)
def test_dead_units_are_worth_a_word_from_a_fifth_on_and_a_warning_from_half(share, tone, said):
    now = synthetic(FALLING, FALLING, 0.9, 0.9, dead_units=(DeadUnits((0,), 0.01), DeadUnits((1,), share)))
    found = [one for one in findings(now, Recipe()) if one.kind == "dead-units"]
    assert [one.tone for one in found] == ([tone] if tone else [])
    assert all(one.sentence.startswith(said) for one in found)


@pytest.mark.parametrize(
    ("level", "said"),
    [
        (
            0.789,
            "Since epoch 1 it has settled: 78.90 % of the test images are right, and it does little better on its own.",
        ),
        (0.811, "settled: about 81 % of the test images are right. A larger network may get further"),
        (0.899, "settled: about 90 % of the test images are right. A larger network may get further"),
        (0.901, "settled: about 90 % of the test images are right. More epochs will add little."),
        (0.9849, "settled: about 98 % of the test images are right. More"),
        (0.9851, "settled: about 98.5 % of the test images are right. More"),
    ],
)
def test_what_has_settled_is_judged_by_its_level(level, said):
    now = flat(level)
    (finding,) = (one for one in findings(now, Recipe()) if one.kind in ("settled", "under-fitting"))
    assert said in finding.sentence
    assert (finding.kind == "under-fitting") is (level < 0.8)


@pytest.mark.parametrize(
    ("level", "said"), [(0.7, "settled: 42 of the 60 test images"), (0.85, "about 51 of the 60 test images")]
)
def test_of_few_images_a_count_is_told_and_no_percentage(level, said):
    now = flat(level)
    now = replace(now, evaluations=tuple(point._replace(images=60) for point in now.evaluations))
    (finding,) = (one for one in findings(now, Recipe()) if one.kind in ("settled", "under-fitting", "open"))
    assert said in finding.sentence and "%" not in finding.sentence


@pytest.mark.parametrize(("times", "high"), [(29, False), (31, True)])
@pytest.mark.parametrize("optimizer", USUAL_RATES)
def test_a_rate_is_called_too_high_from_thirty_times_the_usual_one_on(optimizer, times, high):
    recipe = Recipe(optimizer=optimizer, learning_rate=times * USUAL_RATES[optimizer])
    assert ("rate-too-high" in kinds(flat(0.7), recipe)) is high
    assert ("under-fitting" in kinds(flat(0.7), recipe)) is not high
    better = only(flat(0.85), recipe, "settled").sentence
    assert (f"A learning rate of {USUAL_RATES[optimizer]:g} may get further" in better) is high


@pytest.mark.parametrize(
    ("rate", "lower", "higher"),
    [
        (0.01, "0.001", "0.1"), (0.049, "0.0049", "0.49"), (0.051, "0.01", "0.51"), (1.0, "0.01", "10"),
        (0.0021, "0.00021", "0.021"), (0.0019, "0.00019", "0.01"), (1e-6, "1e-06", "0.01"), (999.0, "0.01", "1e+03"),
    ],
)  # fmt: skip
def test_another_rate_is_ten_times_lower_or_higher_or_the_usual_one(rate, lower, higher):
    curves = Curves.of(flat(0.9), Recipe(optimizer="SGD", learning_rate=rate), PLAIN)
    assert (curves.lower_rate, curves.higher_rate) == (lower, higher)


@pytest.mark.parametrize(("rate", "try_first"), [(0.009, "0.09"), (0.011, "0.0011")])
def test_where_it_is_stuck_a_usual_rate_is_lowered_and_a_low_one_raised(rate, try_first):
    recipe = Recipe(optimizer="SGD", learning_rate=rate)
    assert f"Try a learning rate of {try_first}" in only(flat(0.1, losses=GUESSING), recipe, "stuck").sentence


@pytest.mark.parametrize(("level", "stuck"), [(0.144, True), (0.146, False)])
def test_guessing_ends_a_twentieth_of_the_way_to_perfect(level, stuck):
    assert ("stuck" in kinds(flat(level, losses=GUESSING), Recipe())) is stuck


@pytest.mark.parametrize(
    ("classes", "level", "stuck"), [(2, 0.52, True), (2, 0.53, False), (5, 0.23, True), (5, 0.25, False)]
)
def test_of_fewer_classes_more_is_guessed(classes, level, stuck):
    losses = np.full(12, np.log(classes) - 1e-4)
    confusion = np.zeros((classes, classes), int)
    assert ("stuck" in kinds(flat(level, losses=losses, confusion=confusion), Recipe())) is stuck


def test_who_knows_nothing_has_the_loss_of_equal_shares():
    for loss, expected in (("crossentropy", np.log(10)), ("mse", (0.9**2 + 9 * 0.1**2) / 10)):
        assert Curves.of(flat(0.9), Recipe(loss=loss), PLAIN).ignorance == pytest.approx(expected)


@pytest.mark.parametrize(
    ("step", "schedule", "said"),
    [
        (0.79, "constant", "Let it go on."),
        (0.81, "constant", "the end is near: more epochs would help."),
        (0.81, "cosine", "settles as its learning rate falls."),
        (0.81, "one-cycle", "settles as its learning rate falls."),
        (0.79, "cosine", "Let it go on."),
        (None, "constant", "It was still learning at the end"),
    ],
)
def test_what_still_learns_is_told_whether_the_end_is_near(step, schedule, said):
    now = synthetic(FALLING, FALLING, 0.9, 0.9)
    if step is not None:
        now = replace(now, state=State.TRAINING, step=int(step * now.steps))
    assert said in only(now, Recipe(schedule=schedule), "learning").sentence


@pytest.mark.parametrize(
    ("step", "said"), [(0.79, "so it may go on for now"), (0.81, "a few more epochs would do no harm")]
)
def test_what_learns_by_heart_and_still_gains_is_told_whether_the_end_is_near(step, said):
    now = synthetic(FALLING, FALLING, 0.8, 0.92, state=State.TRAINING, step=int(step * 800))
    assert said in only(now, Recipe(), "learning").sentence


@pytest.mark.parametrize(("now_rate", "spent"), [(0.00101, False), (0.00099, True)])
def test_a_rate_is_spent_below_a_hundredth_of_the_highest(now_rate, spent):
    run = synthetic(FALLING, FALLING, 0.9, 0.9)
    train = tuple(point._replace(learning_rate=0.1) for point in run.train)
    run = replace(run, train=train, learning_rate=now_rate)
    sentence = only(run, Recipe(schedule="cosine", learning_rate=0.1), "learning").sentence
    assert (f"Its learning rate has fallen to {now_rate:.2g}: to get further, plan more epochs" in sentence) is spent


@pytest.mark.parametrize(("evaluations", "kind"), [(4, "open"), (5, "settled")])
def test_a_level_takes_five_evaluations(evaluations, kind):
    losses = np.full(evaluations, 0.5)
    assert only(synthetic(losses, losses, 0.9, 0.9), Recipe(), kind)


@pytest.mark.parametrize(
    ("gap", "seen"), [(0.029, ""), (0.031, "3.1 points"), (0.094, "9.4 points"), (0.12, "12 points")]
)
def test_a_gap_is_one_from_three_points_on_and_has_one_digit_below_ten(gap, seen):
    found = [
        one.sentence for one in findings(synthetic(FALLING, FALLING, 0.8, 0.8 + gap), Recipe()) if one.kind == "gap"
    ]
    assert len(found) == bool(seen)
    assert all(f"It is {seen} better on the images it learns from than on new ones" in sentence for sentence in found)


def test_a_gap_is_dated_from_where_it_stays_and_grows_only_where_it_does():
    gaps = np.array([0.0, 0.04, 0.01, 0.035, 0.036, 0.037, 0.035, 0.036, 0.037, 0.036])
    level = only(synthetic(FALLING, FALLING, 0.8, 0.8 + gaps), Recipe(), "gap")
    assert level.since == 4 and "and the gap grows" not in level.sentence
    growing = only(synthetic(FALLING, FALLING, 0.8, 0.8 + np.linspace(0.01, 0.1, 10)), Recipe(), "gap")
    assert growing.since == 4 and "and the gap grows" in growing.sentence


@pytest.mark.parametrize(("lag", "seen"), [(0.009, ""), (0.011, "1.1 points"), (0.11, "11 points")])
def test_training_accuracy_is_below_the_other_from_one_point_on(lag, seen):
    recipe = Recipe(noise=0.1)
    found = [
        one.sentence
        for one in findings(synthetic(FALLING, FALLING, 0.95, 0.95 - lag), recipe)
        if one.kind == "harder"
    ]
    assert len(found) == bool(seen)
    assert all(f"Its training accuracy is {seen} below its test accuracy." in sentence for sentence in found)


def turned(kept=None, level=0.9):
    epochs = np.arange(1, 31)
    return synthetic(0.3 + 0.02 * np.abs(epochs - 10), 0.5 * 0.9**epochs, level, 0.99, kept_epoch=kept)


def test_over_fitting_is_dated_by_the_lowest_loss_and_names_the_epoch_that_was_kept():
    found = only(turned(), Recipe(), "over-fitting")
    assert found.since == 10 and found.sentence.startswith("Over-fitting since epoch 10: the test loss rises while")
    assert "It is 9.0 points better on its own images." in found.sentence
    kept = only(turned(kept=7.0), Recipe(), "over-fitting")
    assert kept.since == 10 and "Over-fitting since epoch 10" in kept.sentence
    assert "The weights of epoch 7 were kept" in kept.sentence


@pytest.mark.parametrize(("now", "lost"), [(0.71, False), (0.69, True)])
def test_a_fifth_of_all_answers_is_a_collapse(now, lost):
    accuracies = np.array([0.8, 0.85, 0.9, 0.9, now, now])
    losses = np.array([0.8, 0.5, 0.4, 0.4, 1.5, 1.5])
    found = findings(synthetic(losses, losses, accuracies, accuracies), Recipe(learning_rate=0.02))
    assert any("it had lost what it knew" in one.sentence for one in found) is lost
    if lost:
        assert found[0].sentence.startswith("By epoch 5 it had") and found[0].sentence.endswith("with 0.001.")


@pytest.mark.parametrize(("best", "lost"), [(0.39, False), (0.41, True)])
def test_who_knew_little_had_little_to_lose(best, lost):
    accuracies = np.array([0.3, best, best, 0.15, 0.15, 0.15])
    losses = np.array([2.2, 2.0, 1.9, 2.25, 2.25, 2.25])
    found = findings(synthetic(losses, losses, accuracies, accuracies), Recipe(learning_rate=0.02))
    assert any("it had lost what it knew" in one.sentence for one in found) is lost


@pytest.mark.parametrize(("steps", "few"), [(19, True), (20, False)])
@pytest.mark.parametrize(("pace", "slow"), [(0.019, True), (0.021, False)])
def test_a_loss_that_falls_by_less_than_a_fiftieth_an_epoch_is_too_slow(steps, few, pace, slow):
    losses = np.log(10) * (1 - pace * np.arange(1, 9))
    now = synthetic(losses, losses, 0.3, 0.3, epochs=8, steps=8 * steps, step=8 * steps)
    found = [one.sentence for one in findings(now, Recipe()) if one.kind == "rate-too-low"]
    assert len(found) == slow
    assert all(("Smaller batches would make more steps." in sentence) is few for sentence in found)


@pytest.mark.parametrize(("first", "blamed"), [(4.5, False), (4.7, True)])
def test_penalties_are_blamed_where_they_were_larger_than_the_loss(first, blamed):
    network = Network((7, 7, 1), (Flatten(), Dense(10, "softmax", kernel_regularizer=(0.0, 0.1))))
    now = synthetic(np.full(12, 2.302), np.full(12, 2.5), 0.1, 0.1)
    now = replace(now, train=(Point(0.01, first, 0.1, 128), *now.train[1:]))
    assert ("penalties" in kinds(now, Recipe(), network)) is blamed


@pytest.mark.parametrize(
    ("recipe", "said"),
    [
        (Recipe(restore_best=True), "The best epoch is chosen by looking at the test images"),
        (Recipe(restore_best=True, early_stopping=3, schedule="plateau"), "The best epoch is chosen by looking"),
        (Recipe(early_stopping=3), "When to stop is decided by looking at the test images"),
        (Recipe(early_stopping=3, schedule="plateau"), "When to stop is decided by looking"),
        (Recipe(schedule="plateau"), "The learning rate is lowered by looking at the test images"),
    ],
)
def test_what_is_decided_by_the_test_images_is_named(recipe, said):
    assert only(synthetic(FALLING, FALLING, 0.9, 0.9), recipe, "selection").sentence.startswith(said)


def test_no_more_than_three_ways_are_named_and_the_likeliest_come_first():
    bare = Recipe(training_images=500)
    assert only(turned(), bare, "over-fitting").sentence.endswith(
        "Try stopping early, more training images or dropout."
    )
    dropping = Network((7, 7, 1), (Flatten(), Dense(9, "relu"), Dropout(0.25), Dense(10, "softmax")))
    found = only(turned(), bare, "over-fitting", dropping).sentence
    assert found.endswith("Try stopping early, more training images or augmentation.")
    all_images = only(turned(), Recipe(), "over-fitting").sentence
    assert all_images.endswith("Try stopping early, dropout or augmentation.")


@given(st.lists(st.floats(-10, 10), min_size=2, max_size=12))
@settings(deadline=None)
def test_a_trend_is_the_median_slope_and_tau_counts_what_rises(values):
    at = np.arange(len(values)) * 0.5 + 1
    pairs = [(i, j) for i in range(len(values)) for j in range(i + 1, len(values))]
    slopes = [(values[j] - values[i]) / (at[j] - at[i]) for i, j in pairs]
    assert trend(at, values) == pytest.approx(np.median(slopes) * (at[-1] - at[0]))
    signs = [np.sign(values[j] - values[i]) for i, j in pairs]
    assert kendall_tau(np.array(values)) == pytest.approx(np.mean(signs))


def test_noise_is_measured_and_a_straight_line_has_none():
    noise = np.random.default_rng(3).normal(size=4000)
    assert noise_deviation(0.01 * np.arange(4000) + 0.2 * noise) == pytest.approx(0.2, rel=0.05)
    assert noise_deviation(np.linspace(5, 1, 9)) == pytest.approx(0, abs=1e-12) and noise_deviation(noise[:4]) == 0


@pytest.mark.parametrize(("level", "none"), [(0.5, 0.02), (0.8, 0.016), (0.9, 0.008), (0.99, 0.002), (0.999, 0.002)])
def test_a_change_is_none_below_a_share_of_what_is_left(level, none):
    assert accuracy_tolerance([level] * 6) == pytest.approx(none)
    assert loss_tolerance([1 - level] * 6) == pytest.approx(0.08 * (1 - level))


@pytest.mark.parametrize(
    "now", [turned(), turned(7.0), flat(0.7), flat(0.95), synthetic(FALLING, FALLING, 0.8, 0.92)]
)
def test_an_epoch_that_a_sentence_dates_from_is_the_findings_own(now):
    for finding in findings(now, Recipe()):
        dated = re.findall(r"[Ss]ince epoch ([\d.]+)|By epoch ([\d.]+)", finding.sentence)
        assert all(float("".join(epoch).rstrip(".")) == finding.since for epoch in dated)


@pytest.mark.parametrize(("loss", "grown"), [(2.52, False), (2.54, True)])
def test_a_loss_a_tenth_above_that_of_guessing_comes_of_the_rate(loss, grown):
    now = flat(0.1, losses=np.full(12, loss))
    assert ("rate-too-high" in kinds(now, Recipe())) is grown and ("stuck" in kinds(now, Recipe())) is not grown


@pytest.mark.parametrize(("leaps", "seen"), [(1, False), (2, True)])
def test_a_loss_that_leaps_once_may_have_had_an_accident(leaps, seen):
    losses, accuracies = np.full(12, 0.5), np.full(12, 0.9)
    for at in (7, 10)[:leaps]:
        losses[at], accuracies[at] = 0.9, 0.8
    found = findings(synthetic(losses, losses, accuracies, accuracies), Recipe(learning_rate=0.02))
    assert any("The loss jumps up and down" in one.sentence for one in found) is seen
    if seen:
        assert found[0].since == 8 and found[0].sentence.endswith("Try 0.001.")


@pytest.mark.parametrize(("last", "seen"), [(0.079, False), (0.081, True)])
def test_a_gap_that_closes_by_a_fifth_is_none(last, seen):
    gaps = np.array([0.1] * 8 + [0.09, last])
    assert ("gap" in kinds(synthetic(FALLING, FALLING, 0.8, 0.8 + gaps), Recipe())) is seen
