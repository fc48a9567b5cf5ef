"""The forward pass without TensorFlow is that of Keras."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.insight import activations
from core.insight.kernels import kernels
from core.insight.plain import NotPlain, plain_activations, plain_kernels
from core.network import (
    LENET5,
    PRESETS,
    Activation,
    AveragePooling2D,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    MaxPooling2D,
    Network,
)
from core.training import build_model, pretrained
from core.training.pretrained import pretrained_weights


def agree(network, model, weights, image):
    ours, theirs = plain_activations(network, weights, image), activations(model, network, image)
    assert list(ours) == list(theirs)
    for path, values in theirs.items():
        assert ours[path].shape == values.shape and ours[path].dtype == np.float32
        np.testing.assert_allclose(ours[path], values, atol=1e-5, rtol=1e-4)


def test_the_shipped_network_answers_as_keras_does():
    image = np.random.default_rng(3).random((28, 28, 1), np.float32)
    agree(LENET5, pretrained("lenet5"), pretrained_weights("lenet5"), image)
    ours = plain_kernels(LENET5, pretrained_weights("lenet5"))
    assert list(ours) == [(0,), (2,)]
    for path, images in ours.items():
        np.testing.assert_array_equal(images, kernels(pretrained("lenet5"), LENET5, path).images)


@settings(max_examples=12, deadline=None)
@given(
    size=st.sampled_from([(1, 1), (2, 3), (3, 3), (4, 2)]),
    strides=st.sampled_from([(1, 1), (2, 2), (2, 1)]),
    padding=st.sampled_from(["same", "valid"]),
    activation=st.sampled_from(["linear", "relu", "tanh", "sigmoid"]),
    pool=st.sampled_from([MaxPooling2D, AveragePooling2D]),
    bias=st.booleans(),
)
def test_all_that_it_knows_is_as_in_keras(size, strides, padding, activation, pool, bias):
    layers = (
        Conv2D(3, size, strides, padding, activation=activation, use_bias=bias),
        pool((2, 2), padding=padding),
        Dropout(0.5),
        Flatten(),
        Dense(4, use_bias=bias),
        Activation("softmax"),
    )
    network = Network((11, 9, 2), layers)
    model = build_model(network, 5)
    image = np.random.default_rng(1).random((11, 9, 2), np.float32)
    agree(network, model, model.get_weights(), image)


def test_a_dilated_kernel_is_read_with_its_gaps():
    network = Network((9, 9, 1), (Conv2D(2, (3, 3), dilation_rate=(2, 2), padding="same"),))
    model = build_model(network, 5)
    agree(network, model, model.get_weights(), np.random.default_rng(1).random((9, 9, 1), np.float32))


@pytest.mark.parametrize("name", ["ResNet", "MobileNet"])
def test_what_it_does_not_know_is_refused_by_name(name):
    network = PRESETS[name].network
    weights = build_model(network, 1).get_weights()
    with pytest.raises(NotPlain, match="is not plain"):
        plain_activations(network, weights, np.zeros(network.input_shape, np.float32))
