"""Gradients by layer: against a network written out by hand, finite differences, and networks whose gradient is known."""

import numpy as np
import pytest
import tensorflow as tf

from core.network import (
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Branches,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    Network,
    Recipe,
    SeparableConv2D,
    trace,
)
from core.study.contender import Contender, LabelledImages, Unfit
from core.study.gradients import (
    BATCH,
    FEWEST,
    LayerSize,
    Profile,
    gradient_sizes,
    gradients,
    training_batch,
    untrained,
    verdict,
)
from core.training import build_model
from tests.study.networks import DIGITS, PLAIN, fresh

RECIPE = Recipe(seed=5)
THREE = tuple("abc")
SMALL = Network(
    (6, 6, 1),
    (
        Conv2D(2, (3, 3), activation="tanh"), AveragePooling2D((2, 2)),
        Branches(((Conv2D(2, (1, 1), use_bias=False),), ()), "add"), Flatten(), Dense(3, "softmax"),
    ),
)  # fmt: skip


def batch(count=8, shape=(6, 6, 1), names=THREE, seed=3):
    random = np.random.default_rng(seed)
    images = random.integers(0, 256, (count, *shape), dtype=np.uint8)
    return LabelledImages("noise", images, random.integers(0, len(names), count), names)


def written_out(weights, images, labels):
    """`SMALL` in TensorFlow's own operations: the loss, and its gradients by the weights and by what layers put out."""
    kernel, bias, mixing, dense, shift = variables = [tf.Variable(array) for array in weights]
    with tf.GradientTape(persistent=True) as tape:
        first = tf.tanh(tf.nn.conv2d(images, kernel, 1, "VALID") + bias)
        pooled = tf.nn.avg_pool2d(first, 2, 2, "VALID")
        mixed = tf.nn.conv2d(pooled, mixing, 1, "SAME")
        joined = mixed + pooled
        probabilities = tf.nn.softmax(tf.reshape(joined, (len(labels), -1)) @ dense + shift)
        right = tf.gather(probabilities, labels, axis=1, batch_dims=1)
        loss = -tf.reduce_mean(tf.math.log(right))
    return loss.numpy(), tape.gradient(loss, variables), tape.gradient(loss, [first, pooled, mixed, joined])


def test_gradients_are_those_of_the_network_written_out_by_hand():
    images, weights = batch(), build_model(SMALL, 1).get_weights()
    found = gradients(SMALL, weights, images.images, images.labels, RECIPE)
    loss, by_weights, by_outputs = written_out(
        weights, images.images.astype(np.float32) / 255, images.labels.astype(np.int32)
    )
    assert found.loss == pytest.approx(loss, rel=1e-5)
    places = [((0,), "kernel"), ((0,), "bias"), ((2, 0, 0), "kernel"), ((4,), "kernel"), ((4,), "bias")]
    assert [(path, name) for path, own in found.weights.items() for name in own] == places
    for (path, name), expected in zip(places, by_weights, strict=True):
        np.testing.assert_allclose(found.weights[path][name], expected, atol=1e-5, err_msg=name)
    assert list(found.outputs) == [path for path, _ in SMALL.walk()]
    for path, expected in zip([(0,), (1,), (2, 0, 0), (2,)], by_outputs, strict=True):
        np.testing.assert_allclose(found.outputs[path], expected, atol=1e-5, err_msg=str(path))


@pytest.mark.parametrize("recipe", [RECIPE, Recipe(loss="mse"), Recipe(label_smoothing=0.2)])
def test_a_small_change_of_a_weight_changes_the_loss_as_its_gradient_says(recipe):
    images, weights = batch(), build_model(SMALL, 1).get_weights()
    found = gradients(SMALL, weights, images.images, images.labels, recipe, outputs=False)
    assert not found.outputs
    step, flat = 1e-2, [array for own in found.weights.values() for array in own.values()]
    for number, place in ((0, (1, 2, 0, 1)), (1, (0,)), (2, (0, 0, 1, 0)), (3, (5, 2)), (4, (1,))):
        losses = []
        for way in (step, -step):
            changed = [array.copy() for array in weights]
            changed[number][place] += way
            losses.append(gradients(SMALL, changed, images.images, images.labels, recipe, outputs=False).loss)
        assert flat[number][place] == pytest.approx((losses[0] - losses[1]) / (2 * step), abs=2e-4)


def test_the_loss_is_that_of_the_recipe():
    images, weights = batch(), build_model(SMALL, 1).get_weights()
    predicted = build_model(SMALL, 1)(images.images.astype(np.float32) / 255).numpy()
    wanted = np.eye(3)[images.labels]
    found = gradients(SMALL, weights, images.images, images.labels, Recipe(loss="mse"), outputs=False)
    assert found.loss == pytest.approx(((predicted - wanted) ** 2).mean(), rel=1e-5)


def test_in_a_step_of_a_training_normalisation_looks_at_the_batch_and_the_weights_stay():
    network = Network((4, 4, 1), (Flatten(), Dense(3, use_bias=False), BatchNormalization(), Activation("softmax")))
    images, weights = batch(shape=(4, 4, 1)), build_model(network, 1).get_weights()
    before = [array.copy() for array in weights]
    kernel = tf.Variable(weights[0])
    with tf.GradientTape() as tape:
        sums = tf.reshape(images.images.astype(np.float32) / 255, (8, -1)) @ kernel
        mean, variance = tf.nn.moments(sums, 0)
        probabilities = tf.nn.softmax((sums - mean) / tf.sqrt(variance + 1e-3))
        loss = -tf.reduce_mean(tf.math.log(tf.gather(probabilities, images.labels, axis=1, batch_dims=1)))
    found = gradients(network, weights, images.images, images.labels, RECIPE)
    assert set(found.weights[(2,)]) == {"gamma", "beta"}
    np.testing.assert_allclose(found.weights[(1,)]["kernel"], tape.gradient(loss, kernel), atol=1e-5)
    predicting = gradients(network, weights, images.images, images.labels, RECIPE, training=False)
    assert not np.allclose(predicting.weights[(1,)]["kernel"], found.weights[(1,)]["kernel"], atol=1e-3)
    assert all(np.array_equal(one, other) for one, other in zip(before, weights))


def test_penalties_are_left_out_and_dropout_draws_by_the_seed():
    plain = Network((4, 4, 1), (Flatten(), Dense(8, "relu"), Dense(3, "softmax")))
    held = plain.replaced((1,), plain.at((1,)).replaced(kernel_regularizer=(0.1, 0.1)))
    images, weights = batch(shape=(4, 4, 1)), build_model(plain, 1).get_weights()
    first, second = (gradients(one, weights, images.images, images.labels, RECIPE) for one in (plain, held))
    assert first.loss == second.loss and np.array_equal(first.weights[(1,)]["kernel"], second.weights[(1,)]["kernel"])
    dropping = plain.inserted((2,), Dropout(0.5))
    kernels = [
        gradients(dropping, weights, images.images, images.labels, Recipe(seed=seed)).weights[(1,)]["kernel"]
        for seed in (1, 1, 2)
    ]
    assert np.array_equal(kernels[0], kernels[1]) and not np.array_equal(kernels[0], kernels[2])


def test_a_network_without_weights_has_those_that_its_seed_draws():
    images = batch()
    drawn = gradients(SMALL, build_model(SMALL, 5).get_weights(), images.images, images.labels, RECIPE)
    begun = gradients(SMALL, (), images.images, images.labels, RECIPE)
    assert drawn.loss == begun.loss
    assert np.array_equal(drawn.weights[(4,)]["kernel"], begun.weights[(4,)]["kernel"])


def measured(contenders, images):
    found = list(gradient_sizes(contenders, images))
    assert [one.done for one in found] == pytest.approx([n / len(found) for n in range(1, len(found) + 1)])
    return found[-1].profiles


def test_each_network_is_measured_as_it_is_and_then_untrained():
    images = batch(shape=(28, 28, 1), names=DIGITS)
    learned, nothing = fresh(seed=7, recipe=RECIPE), untrained(fresh(recipe=RECIPE))
    profiles = measured([learned, nothing], images)
    assert [(one.number, one.untrained) for one in profiles] == [(0, False), (1, True), (0, True)]
    assert profiles[1][2:] == profiles[2][2:] != profiles[0][2:]  # the same network by the same seed
    other = untrained(fresh(recipe=Recipe(seed=6)))
    assert measured([other], images)[0][2:] != profiles[1][2:]  # what is remembered is of a seed
    (layer,) = profiles[0].layers
    back = gradients(PLAIN, learned.weights, images.images, images.labels, RECIPE).weights[(1,)]["kernel"]
    assert (layer.path, layer.kind) == ((1,), "Dense")
    assert layer.gradient == pytest.approx(np.sqrt(np.mean(back**2)))
    assert layer.relative == pytest.approx(np.linalg.norm(back) / np.linalg.norm(learned.weights[0]))


def test_the_two_kernels_of_a_separable_convolution_count_as_one_layer():
    network = Network((8, 8, 2), (SeparableConv2D(3, (3, 3)), GlobalAveragePooling2D(), Dense(3, "softmax")))
    images, weights = batch(shape=(8, 8, 2)), build_model(network, 5).get_weights()
    (profile, _) = measured([Contender("s", network, weights, THREE, "", RECIPE)], images)
    back = gradients(network, weights, images.images, images.labels, RECIPE).weights[(0,)]
    both = np.concatenate([back["depthwise_kernel"].ravel(), back["pointwise_kernel"].ravel()])
    there = np.concatenate([weights[0].ravel(), weights[1].ravel()])
    assert len(profile.layers) == 2
    assert profile.layers[0].relative == pytest.approx(np.linalg.norm(both) / np.linalg.norm(there))


def deep(activation, skips, depth=12):
    block = Dense(16, activation)
    body = tuple(Branches(((block,), ()), "add") if skips else block for _ in range(depth))
    layers = (Flatten(), Dense(16), *body, Dense(3, "softmax"))
    return untrained(Contender(f"{activation}", Network((4, 4, 1), layers), (), THREE, "", RECIPE))


def test_sigmoids_in_a_deep_row_make_the_gradient_vanish_and_skips_keep_it():
    plain, skipping = (
        verdict(one) for one in measured([deep("sigmoid", False), deep("sigmoid", True)], batch(64, (4, 4, 1)))
    )
    assert plain.kind == "vanishing" and plain.factor > 1e5
    assert skipping.kind in {"even", "fading", "growing"} and 1e-3 < skipping.factor < 1e3


def test_where_relu_is_off_the_layers_before_it_are_dead():
    network = Network((4, 4, 1), (Flatten(), Dense(4), Dense(4, "relu"), Dense(3, "softmax")))
    weights = build_model(network, 1).get_weights()
    weights[3] = np.full_like(weights[3], -100)  # biases
    profile = measured([Contender("dead", network, weights, THREE, "", RECIPE)], batch(shape=(4, 4, 1)))[0]
    found = verdict(profile)
    assert found.kind == "dead" and found.dead == (1, 2, 3)  # the last has nothing to weigh


@pytest.mark.parametrize(
    "sizes, loss, expected",
    [
        ((1.0, 2.0), 1.0, ("even", 2)), ((1.0, 9.0, 10.0), 1.0, ("fading", 10)), ((1e-3, 5.0, 1.0), 1.0, ("vanishing", 1000)),
        ((20.0, 1.0), 1.0, ("growing", 0.05)), ((1e4, 1.0), 1.0, ("exploding", 1e-4)), ((0.0, 1.0), 1.0, ("dead", 1)),
        ((0.0, 0.0), 0.0, ("done", 1)), ((0.0, 0.0), 1.0, ("dead", 1)), ((1.0,), 1.0, ("single", 1)),
        ((1.0, np.nan), 1.0, ("none", 1)), ((1.0, 1.0), np.inf, ("none", 1)), ((), 1.0, ("single", 1)),
    ],
)  # fmt: skip
def test_what_a_profile_shows(sizes, loss, expected):
    layers = tuple(LayerSize((number,), "Dense", size, 1.0) for number, size in enumerate(sizes))
    found = verdict(Profile(0, False, loss, layers))
    assert found[:2] == (expected[0], pytest.approx(expected[1]))


def test_a_layer_whose_weights_are_0_has_no_relative_size():
    assert LayerSize((0,), "Dense", 0.0, 0.0).relative == 0 and LayerSize((0,), "Dense", 1.0, 0.0).relative == np.inf


def test_the_batch_is_always_the_same_and_smaller_for_large_maps(mnist):
    first, second = (training_batch(mnist, [PLAIN]) for _ in range(2))
    assert len(first.images) == BATCH and first.fingerprint == second.fingerprint and first.title == "MNIST digits"
    for image, label in zip(first.images[:3], first.labels[:3].tolist()):
        (place, *_) = np.flatnonzero((mnist.x_train == image).all(axis=(1, 2, 3)))
        assert mnist.y_train[place] == label
    large = Network((28, 28, 1), (Conv2D(512, (1, 1)), Conv2D(512, (1, 1)), Flatten(), Dense(10, "softmax")))
    fewer = training_batch(mnist, [PLAIN, large])
    assert FEWEST <= len(fewer.images) < BATCH
    assert len(fewer.images) * trace(large).activation_values <= 16_000_000


def test_networks_for_other_images_are_refused():
    with pytest.raises(Unfit, match="reads images of 28×28"):
        next(gradient_sizes([fresh()], batch()))
