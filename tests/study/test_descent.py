"""One step of gradient descent on one image, against TensorFlow, Keras and finite differences."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from core.network import (
    LENET5,
    AveragePooling2D,
    BatchNormalization,
    Branches,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    MaxPooling2D,
    Network,
    trace,
)
from core.study.descent import explain_gradient, look_back, profile, update, why_not_explained
from core.training import build_model, pretrained

relaxed = settings(
    deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.reuse, Phase.generate]
)
SMALL = Network(
    (8, 8, 2),
    (
        Conv2D(4, (3, 3), activation="tanh", padding="same"), AveragePooling2D((2, 2)),
        Branches(((Conv2D(4, (1, 1), use_bias=False),), ()), "add"), Dropout(0.5), BatchNormalization(), Flatten(),
        Dense(6, "sigmoid"), Dense(3, "softmax"),
    ),
)  # fmt: skip


def made(network, seed=3):
    """A model of the network with its seed's weights, and an image."""
    return build_model(network, seed), np.random.default_rng(seed).random(network.input_shape, np.float32)


def keras_loss(model, image, label):
    model.compile(loss="sparse_categorical_crossentropy")
    return model.evaluate(image[np.newaxis], np.array([label]), verbose=0)


def test_the_gradients_of_one_image_are_those_of_tensorflow_as_the_network_predicts():
    model, image = made(SMALL)
    back = look_back(SMALL, model.get_weights(), image, 1)
    with tf.GradientTape() as tape:
        probabilities = model(image[np.newaxis], training=False)
        loss = -tf.math.log(probabilities[0, 1])
    expected = tape.gradient(loss, model.trainable_variables)
    found = [array for own in back.gradients.values() for array in own.values()]
    assert back.loss == pytest.approx(float(loss), rel=1e-5)
    np.testing.assert_allclose(back.predicted, probabilities[0], atol=1e-6)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)
    assert {path: array.shape for path, array in back.outputs.items()} == {
        path: array.shape for path, array in back.maps.items()
    }


def test_at_the_sums_of_softmax_the_gradient_is_the_probabilities_less_one_for_the_true_class():
    model, image = made(SMALL)
    back = look_back(SMALL, model.get_weights(), image, 2)
    np.testing.assert_allclose(back.sums[(7,)], back.predicted - np.eye(3)[2], atol=1e-6)
    np.testing.assert_allclose(back.sums[(0,)], back.outputs[(0,)] * (1 - back.maps[(0,)] ** 2), atol=1e-6)


@pytest.mark.parametrize("rate", [0.0, 0.05, 1.0])
def test_the_loss_after_the_step_is_that_of_keras_with_these_weights(rate):
    model, image = made(SMALL)
    before = model.get_weights()
    back = look_back(SMALL, before, image, 0)
    after = update(SMALL, back, rate)
    with tf.GradientTape() as tape:
        loss = -tf.math.log(model(image[np.newaxis], training=False)[0, 0])
    keras.optimizers.SGD(rate).apply_gradients(
        zip(tape.gradient(loss, model.trainable_variables), model.trainable_variables)
    )
    for found, expected in zip([a for own in after.weights.values() for a in own.values()], model.get_weights()):
        np.testing.assert_allclose(found, expected, atol=1e-6)
    assert after.loss == pytest.approx(keras_loss(model, image, 0), rel=1e-5)
    assert (after.loss < back.loss) == (rate > 0)


def test_the_model_that_is_looked_into_stays_as_it_is(lenet5):
    before = [array.copy() for array in lenet5.get_weights()]
    image = np.random.default_rng(0).random((28, 28, 1), np.float32)
    back = look_back(LENET5, lenet5.get_weights(), image, 4)
    after = update(LENET5, back, 0.01)
    assert all(np.array_equal(one, other) for one, other in zip(before, lenet5.get_weights(), strict=True))
    assert after.loss < back.loss and len(profile(LENET5, back).layers) == 5


@pytest.fixture(scope="module")
def lenet5():
    return pretrained("lenet5")


def test_a_confident_wrong_answer_has_its_whole_loss_and_gradient():
    network = Network((2, 2, 1), (Flatten(), Dense(3, "softmax")))
    weights = [np.zeros((4, 3), np.float32), np.array([0, 60, 0], np.float32)]
    back = look_back(network, weights, np.ones((2, 2, 1), np.float32), 0)
    assert back.loss == pytest.approx(60) and back.predicted[0] < 1e-20
    np.testing.assert_allclose(back.gradients[(1,)]["bias"], [-1, 1, 0], atol=1e-6)
    assert explain_gradient(network, back, (1,), (2, 0)).total == pytest.approx(-1)
    assert update(network, back, 0.1).loss == pytest.approx(60 - 2 * 0.1 * 5)


def test_a_step_that_runs_over_has_no_number_as_its_loss_and_raises_nothing():
    model, image = made(SMALL)
    back = look_back(SMALL, model.get_weights(), image, 0)
    assert not np.isfinite(update(SMALL, back, 3e38).predicted).all()


def test_a_small_change_of_one_weight_changes_the_loss_as_its_gradient_says():
    model, image = made(SMALL)
    weights, step = model.get_weights(), 1e-2
    back = look_back(SMALL, weights, image, 1)
    place = max(np.ndindex(weights[0].shape), key=lambda at: abs(back.gradients[(0,)]["kernel"][at]))
    losses = []
    for way in (step, -step):
        changed = [array.copy() for array in weights]
        changed[0][place] += way
        losses.append(look_back(SMALL, changed, image, 1).loss)
    slope = (losses[0] - losses[1]) / (2 * step)
    assert explain_gradient(SMALL, back, (0,), place).total == pytest.approx(slope, rel=2e-2, abs=1e-4)


@st.composite
def convolving(draw):
    """A small network of one or two convolutions of any stride, padding, dilation and groups."""
    network = Network((draw(st.integers(5, 9)), draw(st.integers(5, 9)), 2), ())
    side = st.integers(1, 3)
    for _ in range(draw(st.integers(1, 2))):
        dilation = draw(st.tuples(side, side))
        strides = draw(st.tuples(side, side)) if dilation == (1, 1) else (1, 1)
        layer = Conv2D(
            2 * draw(side), draw(st.tuples(side, side)), strides, draw(st.sampled_from(("valid", "same"))), dilation,
            draw(st.sampled_from((1, 2))), draw(st.sampled_from(("linear", "relu", "tanh", "softmax"))), draw(st.booleans()),
        )  # fmt: skip
        longer = network.inserted((len(network.layers),), layer)
        if not trace(longer).problems:
            network = longer
    return Network(network.input_shape, (*network.layers, Flatten(), Dense(3, "softmax")))


@settings(relaxed, max_examples=10)
@given(convolving(), st.integers(0, 1000))
def test_the_terms_of_a_weights_gradient_sum_to_what_tensorflow_has(network, seed):
    random = np.random.default_rng(seed)
    model, image = made(network, seed)
    back = look_back(network, model.get_weights(), image, int(random.integers(3)))
    for path, own in back.gradients.items():
        kernel = own["kernel"]
        for _ in range(6):
            index = tuple(int(random.integers(size)) for size in kernel.shape)
            found = explain_gradient(network, back, path, index)
            assert found.model == kernel[index]
            assert found.total == pytest.approx(found.model, abs=1e-5 * max(1.0, float(np.abs(kernel).max())))
            assert found.total == pytest.approx(sum(one.gradient * one.value for one in found.terms))
            positions = back.maps[path].shape[:-1]
            assert len(found.terms) + found.padding == np.prod(positions, dtype=int)
            assert all(one.value in image or path != (0,) for one in found.terms)


def test_a_dense_layer_on_an_image_has_a_term_for_each_position():
    network = Network((3, 4, 2), (Dense(3, "relu"), GlobalAveragePooling2D(), Dense(3, "softmax")))
    model, image = made(network)
    back = look_back(network, model.get_weights(), image, 0)
    found = explain_gradient(network, back, (0,), (1, 2))
    assert len(found.terms) == 12 and found.total == pytest.approx(found.model, abs=1e-6)
    (single,) = explain_gradient(network, back, (2,), (1, 2)).terms
    assert single[:2] == ((), (1,)) and single.value == pytest.approx(back.maps[(1,)][1])


def test_terms_by_hand():
    """A 2×2 kernel over 3×3 numbers with stride 1: each of its weights meets four of them."""
    network = Network((3, 3, 1), (Conv2D(1, (2, 2)), Flatten(), Dense(2, "softmax")))
    model, _ = made(network)
    image = np.arange(9, dtype=np.float32).reshape(3, 3, 1) / 10
    back = look_back(network, model.get_weights(), image, 1)
    found = explain_gradient(network, back, (0,), (0, 1, 0, 0))
    assert {one.output: one.input for one in found.terms} == {
        (0, 0): (0, 1), (0, 1): (0, 2), (1, 0): (1, 1), (1, 1): (1, 2),
    }  # fmt: skip
    assert {one.input: round(one.value, 6) for one in found.terms} == {
        (0, 1): 0.1, (0, 2): 0.2, (1, 1): 0.4, (1, 2): 0.5,
    }  # fmt: skip
    sizes = [abs(one.result) for one in found.terms]
    assert sizes == sorted(sizes, reverse=True) and not found.padding


def test_what_cannot_be_explained_is_said():
    network = Network((4, 4, 1), (DepthwiseConv2D((2, 2)), MaxPooling2D((2, 2)), Flatten(), Dense(3, "softmax")))
    model, image = made(network)
    back = look_back(network, model.get_weights(), image, 0)
    with pytest.raises(ValueError, match="DepthwiseConv2D"):
        explain_gradient(network, back, (0,), (0, 0, 0, 0))
    with pytest.raises(IndexError, match="no weight at"):
        explain_gradient(network, back, (3,), (0, 3))
    assert "no kernels" in why_not_explained(network.at((1,))) and not why_not_explained(network.at((3,)))
