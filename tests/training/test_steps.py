"""What one step of training takes in: its images, its changes of them, and its learning rate."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from core.network import Dense, Flatten, MaxPooling2D, Network
from core.training import Recipe, build_model, train
from core.training.losses import make_loss
from core.training.optimizers import make_optimizer
from core.training.schedule import make_schedule
from core.training.snapshot import State
from core.training.steps import Steps

TINY = Network((28, 28, 1), (MaxPooling2D(4), Flatten(), Dense(10, "softmax")), "Tiny")


@pytest.mark.parametrize(
    "recipe",
    [
        Recipe(epochs=2, batch_size=20, optimizer="SGD", learning_rate=0.3, warm_up=1.5),
        Recipe(epochs=2, batch_size=20, optimizer="SGD", learning_rate=0.3, schedule="step", stage_epochs=1, warm_up=0.5),
        Recipe(epochs=1, batch_size=20, optimizer="SGD", learning_rate=0.3, schedule="cosine"),
        Recipe(epochs=1, batch_size=20, optimizer="SGD", learning_rate=0.3, schedule="one-cycle"),
        Recipe(epochs=1, batch_size=20, optimizer="SGD", learning_rate=0.3, schedule="triangular", cycle_epochs=0.5),
    ],
    ids=lambda recipe: f"{recipe.schedule}, warm-up {recipe.warm_up:g}",
)  # fmt: skip
def test_the_rate_changes_with_every_step_as_in_keras_fit(small_mnist, recipe):
    """Many steps are taken a call: a rate that is set once for all of them learns something else."""
    calls = []
    result = train(
        TINY, small_mnist, recipe, lambda now: calls.append(now.step) if now.state is State.TRAINING else 0
    )
    assert max(np.diff(sorted(set(calls)))) > 5, "a call takes so few steps here that this would prove nothing"
    model = build_model(TINY, recipe.seed)
    batches = 2000 // 20
    model.compile(
        keras.optimizers.SGD(make_schedule(recipe, recipe.epochs, batches)), loss="sparse_categorical_crossentropy"
    )
    x, y = small_mnist.x_train.astype("float32") / 255, small_mnist.y_train
    for epoch in range(recipe.epochs):
        order = np.random.default_rng((recipe.seed, epoch)).permutation(2000)
        model.fit(x[order], y[order], 20, shuffle=False, verbose=0)
    for ours, theirs in zip(result.model.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=2e-4)


@pytest.mark.parametrize("cores", [1, 2, 4])
def test_every_image_of_an_epoch_is_changed_in_its_own_way(cores, monkeypatch):
    """All images are the same digit: two that look alike were changed by the same random numbers."""
    monkeypatch.setattr("core.training.microbatches.cores", lambda: cores)
    seen = []

    def learning(model, _blocks, parts):
        seen.append([part.numpy() for part in parts])
        return [model(part) for part in parts]

    monkeypatch.setattr("core.training.steps.learning", learning)
    recipe = Recipe(batch_size=16, shift=3.0, rotation=40.0)
    model = build_model(TINY, 1)
    model.optimizer = make_optimizer(recipe)
    model.optimizer.build(model.trainable_variables)
    digit = np.zeros((28, 28, 1), np.uint8)
    digit[6:22, 12:15], digit[6:9, 12:20] = 255, 200
    images = tf.constant(np.repeat(digit[np.newaxis], 48, axis=0)), tf.zeros(48, tf.int32)
    tf.config.run_functions_eagerly(True)
    try:
        steps = Steps(TINY, model, recipe, make_loss(recipe, 10), images, 48)
        for epoch in (0, 1):
            steps.take(tf.range(48), np.full(3, 0.001, np.float32), 0, 3, epoch)
    finally:
        tf.config.run_functions_eagerly(False)
    assert [len(parts) for parts in seen] == [min(cores, 4)] * 6
    found = np.concatenate([part for parts in seen for part in parts])
    assert len(found) == 96
    assert len(np.unique(found.reshape(96, -1).round(4), axis=0)) == 96
