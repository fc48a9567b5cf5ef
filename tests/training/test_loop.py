"""The loop learns what Keras learns, says what happens, and stops when it should."""

import math

import keras
import numpy as np
import pytest

from core.network import (
    LENET5,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    InvalidNetwork,
    MaxPooling2D,
    Network,
)
from core.training import Recipe, State, build_model, train
from core.training.controls import Controls
from core.training.loop import Loop
from core.training.snapshot import MAX_POINTS, Point, downsample

TINY = Network((28, 28, 1), (MaxPooling2D(4), Flatten(), Dense(10, "softmax")), "Tiny")
NORMED = Network(
    (28, 28, 1),
    (Conv2D(4, 5, strides=3, activation="relu"), BatchNormalization(), Flatten(), Dense(10, "softmax")),
)


def fitted(network, dataset, recipe):
    """What Keras' own `fit` makes of the same batches in the same order."""
    model = build_model(network, recipe.seed)
    settings = {"learning_rate": recipe.learning_rate}
    if recipe.optimizer == "SGD":
        settings["momentum"] = recipe.momentum
    one_hot = recipe.loss == "mse"
    model.compile(
        optimizer=getattr(keras.optimizers, recipe.optimizer)(**settings),
        loss="mse" if one_hot else "sparse_categorical_crossentropy",
    )
    images = dataset.x_train.astype("float32") / 255
    labels = np.eye(10, dtype="float32")[dataset.y_train] if one_hot else dataset.y_train
    losses = []
    for epoch in range(recipe.epochs):
        order = np.random.default_rng((recipe.seed, epoch)).permutation(len(images))
        history = model.fit(images[order], labels[order], recipe.batch_size, shuffle=False, verbose=0)
        losses += history.history["loss"]
    return model, losses


@pytest.mark.parametrize(
    ("network", "recipe"),
    [
        (TINY, Recipe(epochs=2, batch_size=64, optimizer="SGD", learning_rate=0.1, momentum=0.9)),
        (LENET5, Recipe(epochs=1, batch_size=96, optimizer="SGD", learning_rate=0.01, momentum=0.9)),
        (TINY, Recipe(epochs=1, batch_size=96, optimizer="Adam", learning_rate=0.001)),
        (TINY, Recipe(epochs=1, batch_size=50, optimizer="RMSprop", learning_rate=0.003, loss="mse")),
        (NORMED, Recipe(epochs=2, batch_size=300, optimizer="AdamW", learning_rate=0.01)),
    ],
)
def test_it_learns_what_keras_fit_learns(small_mnist, network, recipe):
    result = train(network, small_mnist, recipe)
    model, losses = fitted(network, small_mnist, recipe)
    start, ours, theirs = (
        np.concatenate([weights.ravel() for weights in one.get_weights()])
        for one in (build_model(network, recipe.seed), result.model, model)
    )
    # Adam makes as large a step of a gradient that is mere rounding: single weights may differ by more.
    assert np.linalg.norm(ours - theirs) < 0.003 * np.linalg.norm(theirs - start)
    points = [p for p in result.snapshot.train if recipe.epochs - 1 < p.epoch <= recipe.epochs]
    images = sum(p.images for p in points)
    assert images == len(small_mnist.x_train)  # each image once, the smaller last batch included
    assert sum(p.loss * p.images for p in points) / images == pytest.approx(losses[-1], rel=2e-3)


def test_the_test_figures_are_keras_evaluate(small_mnist):
    result = train(TINY, small_mnist, Recipe(epochs=1))
    result.model.compile(loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    loss, accuracy = result.model.evaluate(small_mnist.x_test.astype("float32") / 255, small_mnist.y_test, verbose=0)
    last = result.snapshot.test
    assert (last.loss, last.accuracy) == (pytest.approx(loss, rel=1e-4), pytest.approx(accuracy))
    confusion = result.snapshot.confusion
    assert confusion.sum() == 500
    assert confusion.trace() / 500 == pytest.approx(accuracy)
    assert (confusion.sum(axis=1) == np.bincount(small_mnist.y_test)).all()  # rows are what it is


def test_the_same_seed_gives_the_same_weights_and_another_seed_does_not(small_mnist):
    network = Network(
        (28, 28, 1), (MaxPooling2D(4), Flatten(), Dense(20, "relu"), Dropout(0.5), Dense(10, "softmax"))
    )
    first, again, other = (train(network, small_mnist, Recipe(epochs=1, seed=seed)).model for seed in (5, 5, 6))
    for a, b, c in zip(first.get_weights(), again.get_weights(), other.get_weights()):
        assert (a == b).all()
        assert (a != c).any()


def test_layers_of_equal_shape_start_differently():
    model = build_model(Network((8, 8, 2), (Conv2D(2, 3), Conv2D(2, 3))), seed=1)
    assert (model.get_weights()[0] != model.get_weights()[2]).any()


def test_snapshots_tell_the_story_in_order(small_mnist):
    story = []
    train(TINY, small_mnist, Recipe(epochs=2, batch_size=32), story.append)
    states = list(dict.fromkeys(snapshot.state for snapshot in story))
    assert states == [State.STARTING, State.TRAINING, State.EVALUATING, State.FINISHED]
    steps = [snapshot.step for snapshot in story]
    assert steps == sorted(steps)
    assert steps[-1] == story[-1].steps == 2 * math.ceil(2000 / 32)
    assert [point.epoch for point in story[-1].evaluations] == [0, 1, 2]
    assert story[-1].progress == 1
    assert story[0].test_accuracy is None
    assert any(snapshot.images_per_second > 0 for snapshot in story)


def test_progress_comes_several_times_a_second(mnist):
    times = []
    recipe = Recipe(epochs=1, training_images=20_000)
    train(LENET5, mnist, recipe, lambda s: times.append(s.seconds) if s.state is State.TRAINING else None)
    gaps = np.diff(times)
    assert np.median(gaps) < 0.34


def test_a_rate_that_makes_the_loss_infinite_ends_with_an_explanation(small_mnist):
    result = train(LENET5, small_mnist, Recipe(optimizer="SGD", learning_rate=1000.0, epochs=3))
    last = result.snapshot
    assert last.state is State.FAILED
    assert "learning rate of 1000" in last.message and "Try" in last.message
    assert last.step < last.steps


def test_a_network_that_cannot_work_never_reaches_training(small_mnist):
    with pytest.raises(InvalidNetwork, match="Layer 1: Conv2D 5×5"):
        train(Network((28, 28, 1), (MaxPooling2D(8), Conv2D(4, 5))).removed((0,)).inserted((0,), Conv2D(4, 5, dilation_rate=8)), small_mnist, Recipe())  # fmt: skip
    with pytest.raises(InvalidNetwork, match="7 numbers"):
        train(Network((28, 28, 1), (Flatten(), Dense(7, "softmax"))), small_mnist, Recipe())
    with pytest.raises(InvalidNetwork, match="32×32×3"):
        train(Network((32, 32, 3), (Flatten(), Dense(10, "softmax"))), small_mnist, Recipe())


def test_keras_callbacks_are_told_and_can_end_the_training(small_mnist):
    told, values = [], []

    class Listener(keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            told.append("begin")

        def on_epoch_end(self, epoch, logs=None):
            told.append((epoch, sorted(logs)))
            values.append(logs)
            if epoch == 1:
                self.model.stop_training = True

        def on_train_end(self, logs=None):
            told.append("end")

    result = train(TINY, small_mnist, Recipe(epochs=9), callbacks=[Listener()])
    names = ["accuracy", "loss", "val_accuracy", "val_loss"]
    assert told == ["begin", (0, names), (1, names), "end"]
    now = result.snapshot
    for epoch, logs in enumerate(values, 1):  # the means of the epoch, and the evaluation after it
        points = [point for point in now.train if epoch - 1 < point.epoch <= epoch]
        weights = [point.images for point in points]
        for name in ("loss", "accuracy"):
            assert logs[name] == pytest.approx(
                np.average([getattr(point, name) for point in points], weights=weights)
            )
            assert logs[f"val_{name}"] == getattr(now.evaluations[epoch], name) != logs[name]
    assert result.snapshot.state is State.FINISHED


def test_keras_learning_rate_scheduler_works(small_mnist):
    still = keras.callbacks.LearningRateScheduler(lambda epoch, rate: 0.0)
    result = train(TINY, small_mnist, Recipe(epochs=1), callbacks=[still])
    for learned, fresh in zip(result.model.get_weights(), build_model(TINY, Recipe().seed).get_weights()):
        assert (learned == fresh).all()


def test_a_long_curve_stays_short_and_true():
    points = ()
    for i in range(5000):
        points = downsample((*points, Point(i / 100, 1.0 + i % 2, 0.5, 10)))
    assert len(points) <= MAX_POINTS
    assert sum(point.images for point in points) == 50_000
    assert [p.epoch for p in points] == sorted(p.epoch for p in points)
    mean = sum(point.loss * point.images for point in points) / 50_000
    assert mean == pytest.approx(1.5)


def test_a_graph_keeps_nothing_outside_itself(mnist):
    """What TensorFlow names after the step and not after the graph, two trainings would share."""
    from tensorflow.python.eager import context

    loop = Loop(LENET5, mnist, Recipe(epochs=1, batch_size=32))
    context.enable_run_metadata()
    try:
        for snapshot in loop.snapshots(Controls()):
            if snapshot.step:
                break
        graphs = context.export_run_metadata().function_graphs
    finally:
        context.disable_run_metadata()
    kept = [graph.post_optimization_graph for graph in graphs]
    operations = {
        node.op
        for graph in kept
        for function in (graph, *graph.library.function)
        for node in getattr(function, "node", None) or function.node_def
    }
    assert "Conv2D" in operations or "_FusedConv2D" in operations
    assert "TemporaryVariable" not in operations
