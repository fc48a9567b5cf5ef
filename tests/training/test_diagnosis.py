"""The diagnosis is right about trainings that were made to go well or wrong, and noise does not mislead it."""

import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.network import BatchNormalization, Dense, Flatten, GaussianNoise, Network
from core.network.recipe import OPTIMIZERS, Recipe
from core.training.diagnosis import Finding
from core.training.diagnosis.curves import Curves
from core.training.diagnosis.findings import MOST
from core.training.snapshot import DeadUnits, Point, Snapshot, State
from tests.strategies import networks
from tests.training.curves import FEW, PLAIN, WELL, described, findings, kinds, only, run, synthetic


def dense(**network) -> Snapshot:
    return run(WELL, 40, **network)[-1]


def test_before_the_first_epochs_it_says_what_will_come():
    early = run(WELL, 40)[:2]
    for snapshot in (Snapshot(State.QUEUED), Snapshot(State.STARTING), *early):
        (finding,) = findings(snapshot, WELL)
        assert finding.kind == "early" and finding.tone == "neutral" and "Too early" in finding.sentence
    stopped = replace(early[0], state=State.STOPPED)
    assert "ended before the first epoch" in only(stopped, WELL, "early").sentence
    (finding,) = findings(replace(early[1], state=State.FINISHED), WELL)
    assert finding.kind == "early" and " % of the test images are right" in finding.sentence
    few = early[1].evaluations[-1]._replace(accuracy=44 / 50, images=50)
    (finding,) = findings(
        replace(early[1], state=State.FINISHED, evaluations=(*early[1].evaluations[:-1], few)), WELL
    )
    assert "44 of the 50 test images are right" in finding.sentence


def test_a_run_that_goes_well_is_learning_and_more_epochs_help_when_it_ends():
    snapshots = run(WELL, 40)
    assert "Let it go on" in only(snapshots[3], WELL, "learning").sentence
    for snapshot in snapshots[4:]:
        (finding,) = findings(snapshot, WELL)
        assert finding.kind == "learning" and finding.tone == "good" and "more epochs" in finding.sentence.lower()


@pytest.mark.parametrize("schedule", ["cosine", "one-cycle"])
@pytest.mark.parametrize("state", [State.FINISHED, State.STOPPED])
def test_after_a_schedule_has_ended_no_more_epochs_at_its_last_rate_are_advised(schedule, state):
    recipe = Recipe(epochs=8, schedule=schedule, learning_rate=0.1)
    losses = np.linspace(1.5, 0.3, 8)
    now = synthetic(losses, losses, state=state)
    rates = [0.02, 0.1, 0.09, 0.07, 0.05, 0.03, 0.01, 0.001, 2e-9]
    train = tuple(point._replace(learning_rate=rate) for point, rate in zip(now.train, rates, strict=True))
    spent = replace(now, train=train, learning_rate=2e-9)
    sentence = only(spent, recipe, "learning").sentence
    assert "2e-09" in sentence and "from the start" in sentence and "more epochs would help" not in sentence.lower()
    early = replace(spent, train=train[:6], evaluations=now.evaluations[:6], learning_rate=0.03, step=400)
    assert "learning rate has fallen" not in " ".join(finding.sentence for finding in findings(early, recipe))
    two = replace(spent, evaluations=now.evaluations[:2], train=(*train[:1], train[1]._replace(learning_rate=2e-9)))
    assert "more epochs will show" not in " ".join(
        one.sentence for one in findings(replace(two, train=train), recipe)
    )
    near = replace(spent, state=State.TRAINING, step=int(0.9 * now.steps), learning_rate=0.005)
    assert "more epochs" not in only(near, recipe, "learning").sentence


@pytest.mark.parametrize(
    ("own", "level", "said"),
    [(0.9996, 0.9862, "1.3 points"), (0.9996, 0.9986, ""), (0.9900, 0.9862, ""), (0.96, 0.95, "")],
)
def test_a_settled_run_with_a_small_gap_says_so_where_it_is_most_of_what_is_left(own, level, said):
    losses = np.full(10, 0.05)
    now = synthetic(losses, np.full(10, 0.001), np.full(10, level), np.full(10, own), step=4690, steps=4690)
    finding = only(now, Recipe(epochs=10), "settled")
    assert ("learned by heart" in finding.sentence) == bool(said)
    assert said in finding.sentence and ("dropout" in finding.sentence) == bool(said)


def test_a_run_that_has_learned_what_it_can_has_settled():
    recipe = Recipe(epochs=30, learning_rate=0.03, training_images=4000)
    snapshots = run(recipe)
    finding = only(snapshots[-1], recipe, "settled")
    level = float(np.median([point.accuracy for point in snapshots[-1].evaluations[-10:]]))
    assert f"about {level:.0%}".replace("%", " %") in finding.sentence
    assert 3 < finding.since < 26
    assert "learning" in kinds(snapshots[3], recipe)
    assert "under-fitting" not in kinds(snapshots[-1], recipe)


def test_300_images_seen_often_are_learned_by_heart():
    snapshots = run(FEW, 128)
    finding = findings(snapshots[-1], FEW)[0]
    losses = [point.loss for point in snapshots[-1].evaluations]
    assert finding.kind == "over-fitting" and finding.tone == "warning"
    assert finding.since == int(np.argmin(losses))
    gap = 100 * (snapshots[-1].train[-1].accuracy - snapshots[-1].evaluations[-1].accuracy)
    assert f"{gap:.0f} points" in finding.sentence
    assert all(word in finding.sentence for word in ("early", "more training images", "dropout"))
    first = next(snapshot for snapshot in snapshots if "over-fitting" in kinds(snapshot, FEW))
    assert first.evaluated_epoch < 50
    before = snapshots[int(finding.since)]
    assert kinds(before, FEW)[0] == "gap"  # the gap is seen before the loss turns
    assert only(before, FEW, "gap").since < finding.since


def test_what_helps_against_over_fitting_is_not_what_is_in_use_already():
    snapshot = run(FEW, 128)[-1]
    recipe = FEW.replaced(early_stopping=5, training_images=0, noise=0.1)
    assert findings(snapshot, recipe)[0].sentence.endswith("Try dropout.")
    kept = replace(snapshot, kept_epoch=10.0)
    finding = findings(kept, FEW)[0]
    assert finding.kind == "over-fitting" and finding.tone == "neutral" and "epoch 10 were kept" in finding.sentence


def test_over_fitting_that_costs_no_accuracy_is_no_warning():
    epochs = np.arange(1, 31)
    snapshot = synthetic(0.03 + 0.002 * np.abs(epochs - 10), 0.1 * 0.8**epochs, 0.99, 0.999)
    finding = only(snapshot, Recipe(), "over-fitting")
    assert finding.tone == "neutral" and finding.since == 10 and "accuracy holds" in finding.sentence


def test_one_unit_is_too_small_a_network():
    recipe = Recipe(epochs=20, learning_rate=0.003, training_images=4000)
    snapshot = run(recipe, 1)[-1]
    finding = only(snapshot, recipe, "under-fitting")
    assert finding.tone == "warning" and "too small" in finding.sentence and "more units" in finding.sentence


@pytest.mark.parametrize(
    ("rate", "activation"), [(10, "relu"), (100, "relu"), (1000, "relu"), (100, "sigmoid"), (1000, "sigmoid")]
)
def test_steps_that_are_much_too_long_are_seen_after_one_epoch(rate, activation):
    """They run on at about 10 % and never become infinite."""
    recipe = Recipe(epochs=4, optimizer="SGD", learning_rate=rate, training_images=4000)
    snapshots = run(recipe, 32, activation=activation)
    for snapshot in snapshots[1:]:
        assert snapshot.state is not State.FAILED
        finding = only(snapshot, recipe, "rate-too-high")
        assert finding.tone == "warning" and "Try 0.01." in finding.sentence


def test_steps_that_are_too_long_make_the_loss_jump():
    for rate in (30, 100):
        recipe = Recipe(epochs=8, optimizer="SGD", learning_rate=rate, training_images=4000)
        snapshot = run(recipe)[-1]  # one layer: it learns nevertheless
        assert snapshot.evaluations[-1].accuracy > 0.6
        assert "jumps" in only(snapshot, recipe, "rate-too-high").sentence
    for rate in (0.1, 0.5, 1):
        recipe = Recipe(epochs=8, optimizer="SGD", learning_rate=rate, training_images=4000)
        assert "rate-too-high" not in kinds(run(recipe)[-1], recipe)


def test_lenet_at_rate_100_stays_at_guessing_because_of_its_rate(small_mnist):
    import keras

    from core.network import LENET5
    from core.training.model import build_model

    recipe = Recipe(epochs=3, optimizer="SGD", learning_rate=100)
    model = build_model(LENET5, seed=1)
    model.compile(keras.optimizers.SGD(100.0), "sparse_categorical_crossentropy", metrics=["accuracy"])
    images, evaluated = small_mnist.x_train / np.float32(255), small_mnist.x_test / np.float32(255)
    train, tests = [], [Point(0, *model.evaluate(evaluated, small_mnist.y_test, verbose=0), 500)]
    for epoch in (1, 2, 3):
        for number in range(16):
            batch = slice(number * 128, (number + 1) * 128)
            model.reset_metrics()
            loss, accuracy = model.train_on_batch(images[batch], small_mnist.y_train[batch])
            train.append(Point(epoch - 1 + (number + 1) / 16, float(loss), float(accuracy), len(images[batch])))
        tests.append(Point(epoch, *model.evaluate(evaluated, small_mnist.y_test, verbose=0), 500))
        snapshot = Snapshot(State.TRAINING, 0, epoch, 3, epoch * 16, 48, tuple(train), tuple(tests))
        assert kinds(snapshot, recipe) == ["rate-too-high"]
        assert kinds(replace(snapshot, dead_units=(DeadUnits((0,), 1.0),)), recipe) == ["dead-units", "rate-too-high"]


def test_what_was_learned_and_lost_again_is_dated():
    epochs = np.arange(1, 13)
    good = epochs < 8
    snapshot = synthetic(
        np.where(good, 2 * 0.6**epochs, 2.31), np.where(good, 2 * 0.6**epochs, 2.31),
        np.where(good, 0.95, 0.1), np.where(good, 0.95, 0.11),
    )  # fmt: skip
    finding = only(snapshot, Recipe(learning_rate=0.03), "rate-too-high")
    assert finding.since == 8 and "lost" in finding.sentence


@pytest.mark.parametrize(
    ("optimizer", "rate", "better"), [("Adam", 1e-6, "0.001"), ("SGD", 1e-4, "0.01"), ("SGD", 0.003, "0.03")]
)
def test_steps_that_are_too_short_hardly_change_the_loss(optimizer, rate, better):
    recipe = Recipe(epochs=5, optimizer=optimizer, learning_rate=rate, training_images=4000, batch_size=256)
    for snapshot in run(recipe, 32)[2:]:
        (finding,) = findings(snapshot, recipe)
        assert finding.kind == "rate-too-low" and finding.tone == "warning"
        assert f"Try {better}." in finding.sentence
        assert "Smaller batches" in finding.sentence  # 16 steps an epoch


@pytest.mark.parametrize(
    ("recipe", "expected"),
    [
        (Recipe(optimizer="SGD", learning_rate=0.05), 5),
        (Recipe(optimizer="SGD", learning_rate=0.05, momentum=0.9), 50),
        (Recipe(optimizer="RMSprop", learning_rate=0.002, momentum=0.5), 4),
        (Recipe(optimizer="Adam", learning_rate=0.002, momentum=0.9), 2),  # Adam has none
    ],
)
def test_momentum_makes_steps_longer(recipe, expected):
    now = synthetic(np.full(5, 1.0), np.full(5, 1.0))
    assert Curves.of(now, recipe, PLAIN).rate == pytest.approx(expected)


def test_a_rate_that_momentum_makes_too_high_is_called_so():
    """Flat at guessing: the rate alone is three times what is usual, with momentum three hundred times."""
    flat = synthetic(np.full(6, 2.302), np.full(6, 2.302), 0.1, 0.1)
    alone = Recipe(epochs=6, optimizer="SGD", learning_rate=0.03)
    assert only(flat, alone, "stuck")
    assert only(flat, alone.replaced(momentum=0.99), "rate-too-high")


def test_a_rate_that_is_still_growing_is_not_called_too_low():
    recipe = Recipe(epochs=5, learning_rate=1e-6, training_images=4000)
    snapshot = run(recipe, 32)[-1]
    assert kinds(snapshot, recipe) == ["rate-too-low"]
    assert "rate-too-low" not in kinds(snapshot, recipe.replaced(warm_up=10.0))


def test_a_rate_that_was_changed_on_the_way_is_the_one_to_change():
    recipe = Recipe(epochs=5, learning_rate=1e-6, training_images=4000)
    snapshot = replace(run(recipe, 32)[-1], learning_rate=0.0005)
    assert "Try 0.005." in only(snapshot, recipe, "rate-too-low").sentence
    table = recipe.replaced(schedule="table")
    assert "Try higher rates." in only(snapshot, table, "rate-too-low").sentence


def test_flat_at_guessing_with_a_usual_rate_is_stuck():
    recipe = Recipe(epochs=12, optimizer="SGD", learning_rate=0.02, training_images=4000)
    widths = (30, 30, 30, 30)
    sigmoid = described(*widths, activation="sigmoid")
    (finding,) = findings(run(recipe, *widths, activation="sigmoid")[-1], recipe, sigmoid)
    assert (
        finding.kind == "stuck"
        and "relu instead of sigmoid or fewer layers" in finding.sentence
        and "too " not in finding.sentence
    )


def test_dead_units_are_named_with_their_layer_and_share():
    finding = only(dense(silence=24), WELL, "dead-units")
    assert finding.tone == "warning" and " % of the units of layer 2 " in finding.sentence
    assert 60 <= int(finding.sentence.split()[0]) < 66  # training may kill one or two more
    finding = only(dense(silence=10), WELL, "dead-units")
    assert finding.tone == "neutral" and 25 <= int(finding.sentence.split()[0]) < 33
    assert "dead-units" not in kinds(dense(silence=2), WELL)
    worst = replace(dense(), dead_units=(DeadUnits((0,), 0.3), DeadUnits((2, 0, 1), 0.8), DeadUnits((3,), 0.8)))
    assert "80 % of the units of layer 3.1.2 " in only(worst, WELL, "dead-units").sentence


def test_where_all_units_are_dead_nothing_else_is_to_blame():
    for snapshot in run(WELL, 40, silence=40)[1:]:
        (finding,) = findings(snapshot, WELL)
        assert finding.kind == "dead-units" and finding.tone == "warning"
        assert "Every unit of layer 2" in finding.sentence and "nothing gets through" in finding.sentence


def test_penalties_that_outweigh_the_images_are_found_out():
    for penalty in (0.1, 1.0):
        recipe = Recipe(epochs=10, training_images=4000)
        snapshot = run(recipe, 32, penalty=penalty)[-1]
        finding = only(snapshot, recipe, "penalties", described(32, penalty=penalty))
        assert "Make them smaller" in finding.sentence
        assert "penalties" not in kinds(snapshot, recipe), "there are none"
    assert "penalties" not in kinds(dense(penalty=0.001), WELL, described(40, penalty=0.001))


def test_dropout_and_changed_images_make_training_harder_and_that_is_normal():
    finding = only(dense(dropout=0.6), WELL, "harder", described(40, dropout=0.6))
    assert finding.tone == "neutral" and "normal with Dropout, which makes it" in finding.sentence
    others = Network((7, 7, 1), (GaussianNoise(0.2), Flatten(), BatchNormalization(), Dense(10, "softmax")))
    both = only(dense(dropout=0.6), WELL, "harder", others).sentence
    assert "normal with GaussianNoise and BatchNormalization, which make it" in both
    assert "normal with" not in only(dense(dropout=0.6), WELL, "harder").sentence  # nothing of the kind is there
    noisy = WELL.replaced(noise=0.5)
    assert "training images are changed" in only(run(noisy, 40)[-1], noisy, "harder").sentence
    assert "harder" not in kinds(dense(), WELL)


def test_choosing_by_the_test_images_is_said():
    snapshot = dense()
    for recipe in (Recipe(restore_best=True), Recipe(early_stopping=3), Recipe(schedule="plateau")):
        finding = only(snapshot, recipe, "selection")
        assert finding.tone == "neutral" and "validation share" in finding.sentence
        assert findings(snapshot, recipe)[-1] == finding
        assert "selection" not in kinds(snapshot, recipe.replaced(validation_share=0.1))
    assert "selection" not in kinds(snapshot, Recipe())


def test_a_run_that_failed_has_said_why_itself():
    failed = replace(dense(silence=40), state=State.FAILED, message="The loss became infinite.")
    assert findings(failed, WELL) == ()


def test_images_kept_apart_are_called_by_their_name():
    snapshot = replace(run(FEW, 128)[-1], evaluated_on="validation")
    assert "the validation loss rises" in findings(snapshot, FEW)[0].sentence


def test_a_long_run_whose_beginning_was_thinned_is_read_the_same():
    snapshot = run(FEW, 128)[-1]
    coarse = (snapshot.train[0], *snapshot.train[40::10], snapshot.train[-1])
    assert findings(replace(snapshot, train=coarse), FEW)[0].since == findings(snapshot, FEW)[0].since


# Curves on paper.


@settings(max_examples=200, deadline=None)
@given(
    epochs=st.integers(3, 80),
    pace=st.floats(0.02, 1),
    floor=st.floats(0.02, 1),
    noise=st.floats(0, 0.1),
    seed=st.integers(0, 2**32 - 1),
)
def test_curves_that_fall_are_never_called_over_fitting_whatever_their_noise(epochs, pace, floor, noise, seed):
    falling = floor + (2.3 - floor) * np.exp(-pace * np.arange(1, epochs + 1))
    random = np.random.default_rng(seed)
    evaluated = falling * (1 + noise * random.uniform(-1, 1, epochs))
    found = kinds(
        synthetic(evaluated, falling * 0.995 ** np.arange(epochs), np.exp(-falling), np.exp(-falling)), Recipe()
    )
    assert not {"over-fitting", "gap"} & set(found)


@settings(max_examples=200, deadline=None)
@given(data=st.data(), epochs=st.integers(3, 40), pace=st.floats(0, 1), floor=st.floats(0.05, 1))
def test_noise_that_is_too_small_to_be_seen_is_never_called_over_fitting(data, epochs, pace, floor):
    """However the noise is arranged: even as a rise."""
    falling = floor + (2.3 - floor) * np.exp(-pace * np.arange(1, epochs + 1))
    noise = data.draw(st.lists(st.floats(-0.02, 0.02), min_size=epochs, max_size=epochs))
    snapshot = synthetic(falling * (1 + np.array(noise)), falling * 0.99 ** np.arange(epochs), 0.9, 0.9)
    assert "over-fitting" not in kinds(snapshot, Recipe())


@settings(max_examples=200, deadline=None)
@given(
    turn=st.integers(2, 30),
    later=st.integers(6, 40),
    down=st.floats(0.05, 0.4),
    up=st.floats(0.05, 0.3),
    floor=st.floats(0.03, 0.8),
    noise=st.floats(0, 0.015),
    gap=st.floats(0, 0.2),
    seed=st.integers(0, 2**32 - 1),
)
@example(turn=2, later=6, down=0.05, up=0.05, floor=0.8, noise=0.0, gap=0.0, seed=0)
def test_a_clear_turn_is_over_fitting_since_its_epoch(turn, later, down, up, floor, noise, gap, seed):
    epochs = np.arange(1, turn + later + 1)
    train = floor * np.exp(down * (turn - epochs))
    clean = np.where(epochs <= turn, train, floor * (1 + up * (epochs - turn)))
    evaluated = clean * (1 + noise * np.random.default_rng(seed).uniform(-1, 1, len(epochs)))
    learned = np.clip(0.6 + 0.3 * epochs / len(epochs), 0, 1)
    snapshot = synthetic(evaluated, train, learned - gap, learned)
    finding = only(snapshot, Recipe(), "over-fitting")
    assert abs(finding.since - turn) <= 1
    assert finding.tone == ("warning" if gap > 0.04 else finding.tone)


def test_a_rise_of_both_losses_is_not_over_fitting():
    epochs = np.arange(1, 21)
    losses = 0.5 + 0.05 * np.abs(epochs - 8)
    assert "over-fitting" not in kinds(synthetic(losses, losses, 0.8, 0.8 - 0.01 * epochs), Recipe())


def test_a_gap_is_sized_in_points_and_small_samples_prove_none():
    losses = 0.5 * 0.9 ** np.arange(10)
    snapshot = synthetic(losses, losses, 0.8, 0.92)
    assert "12 points" in only(snapshot, Recipe(), "gap").sentence
    few = tuple(point._replace(images=60) for point in snapshot.evaluations)
    narrow = synthetic(losses, losses, 0.8, 0.86)
    assert "gap" in kinds(narrow, Recipe()) and "gap" not in kinds(replace(narrow, evaluations=few), Recipe())
    assert "gap" not in kinds(synthetic(losses, losses, 0.9, 0.92), Recipe())


# What holds for every diagnosis.

WORDS_OF_THE_TRADE = re.compile(
    r"gradient|converg|diverg|regulari|generali[sz]|plateau|minim|hyper|logit|softmax|optimi[sz]|saturat|varian"
    r"|deviat|significan|monoton|stochastic|tensor|backprop|norm\b|weight decay|capacity|bias|inference|metric",
    re.IGNORECASE,
)
OPPOSITES = (
    {"rate-too-high", "rate-too-low"},
    {"over-fitting", "under-fitting"},
    {"gap", "under-fitting"},
    {"gap", "harder"},
    {"over-fitting", "harder"},
    {"learning", "settled"},
    {"learning", "stuck"},
    {"learning", "over-fitting"},
    {"rate-too-high", "learning"},
    {"rate-too-low", "stuck"},
    {"early", "settled"},
)


def check(all_found: tuple[Finding, ...]) -> None:
    found = [finding.kind for finding in all_found]
    assert len(found) <= MOST and len(set(found)) == len(found)
    assert not any(pair <= set(found) for pair in OPPOSITES)
    tones = [finding.tone for finding in all_found]
    assert set(tones) <= {"good", "neutral", "warning"}
    assert tones == sorted(tones, key=lambda tone: tone != "warning")  # warnings first
    text = " ".join(finding.sentence for finding in all_found)
    assert not re.search(r"too high", text) or not re.search(r"too low", text)
    assert not ("larger network" in text and "smaller" in text)
    for finding in all_found:
        assert 20 < len(finding.sentence) < 220, finding.sentence
        assert finding.sentence[0].isupper() or finding.sentence[0].isdigit()
        assert finding.sentence.endswith(".") and ".." not in finding.sentence and "  " not in finding.sentence
        own = finding.sentence.replace("softmax", "") if "relu instead of" in finding.sentence else finding.sentence
        assert not WORDS_OF_THE_TRADE.search(own), finding.sentence  # but for an activation that somebody has chosen
        assert not re.search(r"\bnan|\binf\b|None|\d\.\d{8}", finding.sentence), finding.sentence
        assert finding.since is None or finding.since >= 0


def test_every_moment_of_every_training_reads_well():
    runs = [
        (FEW, (128,), {}),
        (WELL, (40,), {}),
        *((WELL, (40,), {"silence": count}) for count in (2, 10, 24, 40)),
        *((WELL, (40,), {"dropout": share}) for share in (0.3, 0.6)),
        (Recipe(epochs=20, learning_rate=0.003, training_images=4000), (1,), {}),
        *((Recipe(epochs=4, optimizer="SGD", learning_rate=rate, training_images=4000), (32,), {"activation": "relu"})
          for rate in (0.01, 0.1, 1, 3, 10, 100, 1000)),
        *((Recipe(epochs=4, learning_rate=rate, training_images=4000), (32,), {})
          for rate in (1e-6, 1e-4, 0.01, 0.1, 1, 10)),
    ]  # fmt: skip
    for recipe, widths, network in runs:
        for snapshot in run(recipe, *widths, **network):
            check(findings(snapshot, recipe))
            check(findings(snapshot, recipe.replaced(restore_best=True)))


shares = st.floats(0, 1)
losses = st.one_of(st.floats(0, 4), st.floats(0, 1e6), st.sampled_from((np.inf, np.nan)))


@st.composite
def snapshots(draw) -> Snapshot:
    """Anything that a run could publish, however absurd."""
    epochs = draw(st.integers(1, 12))
    done = draw(st.integers(0, epochs))
    images = draw(st.sampled_from((1, 60, 10_000)))
    evaluated = tuple(
        Point(epoch, draw(losses), draw(shares), images) for epoch in range(draw(st.integers(0, 1)), done + 1)
    )
    count = draw(st.integers(0, 8)) if done else 0
    train = tuple(
        Point(done * (i + 1) / count, draw(losses), draw(shares), draw(st.integers(1, 5000)), draw(st.floats(0, 100)))
        for i in range(count)
    )
    return Snapshot(
        draw(st.sampled_from(State)),
        epoch=max(done, 1),
        epochs=epochs,
        step=done * draw(st.sampled_from((1, 100))),
        steps=epochs * 100,
        train=train,
        evaluations=evaluated,
        evaluated_on=draw(st.sampled_from(("test", "validation"))),
        confusion=draw(st.sampled_from((None, np.zeros((2, 2)), np.zeros((10, 10))))),
        dead_units=tuple(DeadUnits((i, 0, i), draw(shares)) for i in range(draw(st.integers(0, 2)))),
        kept_epoch=draw(st.one_of(st.none(), st.just(1.0))),
        learning_rate=draw(st.one_of(st.just(0.0), st.floats(1e-6, 1000))),
    )


recipes = st.builds(
    Recipe,
    optimizer=st.sampled_from(OPTIMIZERS),
    learning_rate=st.floats(1e-6, 1000),
    momentum=st.sampled_from((0.0, 0.9)),
    loss=st.sampled_from(("crossentropy", "mse")),
    schedule=st.sampled_from(("constant", "table", "plateau", "cosine")),
    training_images=st.sampled_from((0, 500)),
    validation_share=st.sampled_from((0.0, 0.2)),
    early_stopping=st.sampled_from((0, 3)),
    restore_best=st.booleans(),
    noise=st.sampled_from((0.0, 0.2)),
)


@settings(max_examples=400, deadline=None)
@given(snapshot=snapshots(), recipe=recipes, network=networks())
def test_whatever_a_run_publishes_can_be_read(snapshot, recipe, network):
    found = findings(snapshot, recipe, network)
    check(found)
    assert found or snapshot.state is State.FAILED or snapshot.dead_units
