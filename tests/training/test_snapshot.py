"""What a snapshot says of itself."""

from dataclasses import replace

import numpy as np
import pytest

from core.network import Dense, Flatten, MaxPooling2D, Network
from core.training import Point, Recipe, Snapshot, State, train

SMALL = Network((28, 28, 1), (MaxPooling2D(4), Flatten(), Dense(10, "softmax")), "Small")
CURVE = (Point(0.5, 2.0, 0.2, 100), Point(1.0, 1.0, 0.6, 300), Point(1.5, 1.0, 0.5, 100), Point(2.0, 1.0, 1.0, 10))


@pytest.mark.parametrize(
    ("points", "kept", "expected"),
    [
        (0, None, None),
        (1, None, 0.2),
        (2, None, 0.5),  # (100 · 0.2 + 300 · 0.6) / 400
        (3, None, 0.5),  # the second epoch has begun
        (4, None, (50 + 10) / 110),  # not the 1.0 of the last ten images
        (4, 1.0, 0.5),
    ],
)
def test_training_accuracy_is_the_running_mean_of_the_epoch(points, kept, expected):
    now = Snapshot(State.TRAINING, train=CURVE[:points], kept_epoch=kept)
    assert now.train_accuracy == (None if expected is None else pytest.approx(expected))


def test_the_evaluation_that_is_shown_is_of_the_kept_epoch():
    evaluations = tuple(Point(epoch, 1.0, epoch / 10, 10) for epoch in range(4))
    now = Snapshot(State.FINISHED, evaluations=evaluations, held_out=evaluations)
    assert now.shown == now.shown_held_out == evaluations[3] and now.evaluated_accuracy == 0.3
    now = replace(now, kept_epoch=2.0)
    assert now.shown == now.shown_held_out == evaluations[2] and now.evaluated_accuracy == 0.2
    assert Snapshot(State.STARTING).shown is None


@pytest.mark.parametrize("monitor", ["val_loss", "val_accuracy"])
def test_the_best_evaluation_is_never_the_one_before_training(monitor):
    untrained, first, second, third = (
        Point(0.0, 0.1, 0.9, 10),
        Point(1.0, 2.0, 0.3, 10),
        Point(2.0, 1.0, 0.5, 10),
        Point(3.0, 1.0, 0.5, 10),
    )
    assert Snapshot(State.TRAINING, evaluations=(untrained,)).best(monitor) is None
    now = Snapshot(State.TRAINING, evaluations=(untrained, first, second, third))
    assert now.best(monitor) == second  # the earlier of equals


@pytest.mark.parametrize(
    ("state", "step", "progress"),
    [
        (State.QUEUED, 0, 0.0), (State.TRAINING, 30, 0.25), (State.PAUSED, 30, 0.25), (State.STOPPED, 30, 0.25),
        (State.EVALUATING, 120, 1.0), (State.FINISHED, 30, 1.0), (State.FAILED, 60, 0.5), (State.TRAINING, 130, 1.0),
    ],
)  # fmt: skip
def test_progress_is_the_share_of_the_steps_and_whole_where_it_has_finished(state, step, progress):
    assert Snapshot(state, step=step, steps=120).progress == progress


@pytest.mark.parametrize("state", State)
def test_a_run_is_active_while_it_trains_or_waits_to(state):
    assert state.active is (state.name in ("QUEUED", "STARTING", "TRAINING", "EVALUATING"))


def test_accuracies_before_training_are_none():
    untrained, trained = Point(0.0, 2.3, 0.1, 10), Point(0.5, 1.0, 0.6, 10)
    early = Snapshot(State.STARTING, evaluations=(untrained,), test=untrained)
    assert (early.evaluated_accuracy, early.test_accuracy, early.train_accuracy) == (None, None, None)
    assert (early.evaluated_epoch, Snapshot(State.STARTING).evaluated_epoch) == (0.0, -1.0)
    later = replace(early, evaluations=(untrained, trained), test=trained)
    assert (later.evaluated_accuracy, later.test_accuracy, later.evaluated_epoch) == (0.6, 0.6, 0.5)


@pytest.mark.parametrize("validation_share", [0.0, 0.2])
def test_what_is_shown_of_a_run_that_keeps_its_best_epoch_is_of_that_epoch(small_mnist, validation_share):
    recipe = Recipe(epochs=6, batch_size=20, learning_rate=0.5, restore_best=True, validation_share=validation_share)
    result = train(SMALL, small_mnist, recipe)
    now, images = result.snapshot, small_mnist.x_test
    assert now.kept_epoch is not None and now.kept_epoch < 6
    labels = small_mnist.y_test
    if validation_share:
        held_out = recipe.split(2000)[1]
        images, labels = small_mnist.x_train[held_out], small_mnist.y_train[held_out]
    probabilities = result.model(images / np.float32(255)).numpy()
    right = (probabilities.argmax(1) == labels).mean()
    assert now.evaluated_accuracy == now.shown.accuracy == pytest.approx(right)
    assert now.shown == now.best("val_loss") and now.evaluations[-1].epoch == 6
    assert now.confusion.trace() / now.confusion.sum() == pytest.approx(right)
    np.testing.assert_allclose(now.samples, probabilities[: len(now.samples)], atol=1e-5)
    for mistake in now.hardest:
        index = mistake.index - (held_out.start if validation_share else 0)
        assert labels[index] == mistake.label and probabilities[index].argmax() == mistake.predicted
    tested = result.model(small_mnist.x_test / np.float32(255)).numpy().argmax(1) == small_mnist.y_test
    assert now.test.epoch == now.kept_epoch and now.test_accuracy == pytest.approx(tested.mean())
