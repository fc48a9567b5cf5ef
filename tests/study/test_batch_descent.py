"""One step of gradient descent on a batch, as the network predicts and as in training, against TensorFlow and finite differences."""

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from core.network import (
    AveragePooling2D,
    BatchNormalization,
    Branches,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    Network,
    Recipe,
)
from core.study.batch_descent import explain_by_image, look_back_at, update_batch
from core.study.descent import look_back
from core.training import build_model
from core.training.losses import make_loss

relaxed = settings(
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    max_examples=12,
)
SMALL = Network(
    (6, 6, 2),
    (
        Conv2D(4, (3, 3), activation="tanh", padding="same", kernel_regularizer=(0.001, 0.01)), BatchNormalization(),
        AveragePooling2D((2, 2)), Branches(((Conv2D(4, (1, 1), use_bias=False),), ()), "add"), Dropout(0.5), Flatten(),
        Dense(6, "sigmoid"), Dense(3, "softmax", kernel_regularizer=(0.0, 0.02)),
    ),
)  # fmt: skip
RECIPES = (Recipe(seed=5), Recipe(seed=5, label_smoothing=0.1), Recipe(seed=5, loss="mse"))
BOTH = pytest.mark.parametrize("training", [False, True], ids=["as it predicts", "as in training"])


def prepared(count=5, seed=3):
    """Weights, images and labels; what normalisation has gathered is not what a batch would give."""
    draw = np.random.default_rng(seed)
    weights = [
        array + draw.normal(0, 0.05, array.shape).astype(np.float32)
        for array in build_model(SMALL, seed).get_weights()
    ]
    weights[5] = abs(weights[5])  # a variance
    return weights, draw.random((count, 6, 6, 2), np.float32), draw.integers(0, 3, count)


def whole_loss(weights, images, labels, recipe, training):
    """By Keras alone: the loss that a step of a training makes smaller, its gradients, and the model behind it."""
    model = build_model(SMALL, recipe.seed)
    model.set_weights(weights)
    with tf.GradientTape() as tape:
        loss = make_loss(recipe, 3)(tf.constant(labels, tf.int32), model(images, training=training)) + tf.add_n(
            model.losses
        )
    return float(loss), [np.asarray(one) for one in tape.gradient(loss, model.trainable_variables)], model


@BOTH
@pytest.mark.parametrize("recipe", RECIPES, ids=["plain", "smoothed", "mse"])
def test_the_gradients_of_a_batch_are_those_of_tensorflow(training, recipe):
    weights, images, labels = prepared()
    back = look_back_at(SMALL, weights, images, labels, recipe, training=training)
    loss, expected, model = whole_loss(weights, images, labels, recipe, training)
    assert back.loss == pytest.approx(loss, rel=1e-5) and back.penalty > 0
    found = [array for own in back.gradients.values() for array in own.values()]
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)
    for one, other in zip([a for own in back.after.values() for a in own.values()], model.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)


@BOTH
def test_the_gradients_are_those_of_finite_differences(training):
    weights, images, labels = prepared()
    recipe = Recipe(seed=5)
    back = look_back_at(SMALL, weights, images, labels, recipe, training=training)
    draw = np.random.default_rng(0)
    for number, (path, name) in {
        0: ((0,), "kernel"),
        2: ((1,), "gamma"),
        -4: ((6,), "kernel"),
        -1: ((7,), "bias"),
    }.items():
        gradient = back.gradients[path][name]
        assert weights[number].shape == gradient.shape
        way = draw.normal(size=gradient.shape).astype(np.float32)
        way /= np.linalg.norm(way)
        losses = []
        for step in (0.01, -0.01):
            moved = [array.copy() for array in weights]
            moved[number] = moved[number] + step * way
            losses.append(whole_loss(moved, images, labels, recipe, training)[0])
        assert (losses[0] - losses[1]) / 0.02 == pytest.approx(float((gradient * way).sum()), abs=2e-4)


def test_as_it_predicts_the_gradient_is_the_mean_of_those_of_its_images_and_the_penalties():
    weights, images, labels = prepared()
    back = look_back_at(SMALL, weights, images, labels)
    single = [look_back(SMALL, weights, image, int(label)) for image, label in zip(images, labels)]
    bias = np.mean([one.gradients[(0,)]["bias"] for one in single], 0)
    np.testing.assert_allclose(back.gradients[(0,)]["bias"], bias, atol=1e-6)
    kernel = np.mean([one.gradients[(7,)]["kernel"] for one in single], 0) + 2 * 0.02 * back.weights[(7,)]["kernel"]
    np.testing.assert_allclose(back.gradients[(7,)]["kernel"], kernel, atol=1e-6)
    assert back.data_loss == pytest.approx(np.mean([one.loss for one in single]), rel=1e-5)
    moved = [(back.after[path][name], array) for path, own in back.weights.items() for name, array in own.items()]
    assert all(np.array_equal(one, other) for one, other in moved)  # nothing moves when it predicts


def test_in_training_normalisation_takes_the_batch_and_moves_what_it_has_gathered():
    weights, images, labels = prepared()
    back = look_back_at(SMALL, weights, images, labels, training=True)
    behind = back.maps[(1,)]
    gamma, beta = weights[2], weights[3]
    np.testing.assert_allclose(behind.mean((0, 1, 2)), beta, atol=1e-4)
    arrives = back.maps[(0,)]
    np.testing.assert_allclose(
        behind.std((0, 1, 2)), abs(gamma) * arrives.std((0, 1, 2)) / np.sqrt(arrives.var((0, 1, 2)) + 1e-3), atol=1e-4
    )
    share = SMALL.at((1,)).momentum
    expected = share * weights[4] + (1 - share) * arrives.mean((0, 1, 2))
    np.testing.assert_allclose(back.after[(1,)]["moving_mean"], expected, atol=1e-5)


@relaxed
@given(st.integers(0, 10**6), st.integers(1, 6), st.booleans(), st.sampled_from(RECIPES))
def test_what_the_images_say_and_the_penalty_add_up_to_the_gradient(seed, count, training, recipe):
    weights, images, labels = prepared(count, seed)
    back = look_back_at(SMALL, weights, images, labels, recipe, training=training)
    draw = np.random.default_rng(seed)
    for path in ((0,), (6,), (7,)):
        kernel = back.gradients[path]["kernel"]
        index = tuple(int(draw.integers(size)) for size in kernel.shape)
        found = explain_by_image(SMALL, back, path, index)
        assert sorted(number for number, _ in found.shares) == list(range(count))
        assert found.model == kernel[index] and (found.penalty != 0) == (path != (6,))
        assert found.total == pytest.approx(found.model, abs=1e-5 * max(1.0, float(np.abs(kernel).max())))
        sizes = [abs(part) for _, part in found.shares]
        assert sizes == sorted(sizes, reverse=True)


@BOTH
def test_the_step_lowers_the_loss_and_a_rate_of_nothing_leaves_it_with_the_same_draws(training):
    weights, images, labels = prepared()
    back = look_back_at(SMALL, weights, images, labels, Recipe(seed=5), training=training)
    assert update_batch(SMALL, back, 0.0).loss == pytest.approx(back.loss, rel=1e-5)
    after = update_batch(SMALL, back, 0.05)
    assert after.loss < back.loss
    moved = [array for own in after.weights.values() for array in own.values()]
    assert after.loss == pytest.approx(whole_loss(moved, images, labels, Recipe(seed=5), training)[0], rel=1e-5)
