"""A channel switched off in thought: a copy of the model whose weights make it silent is the oracle."""

import gc
import threading
import weakref

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from core.insight import evaluate_without, prediction_without, probabilities
from core.insight.graphs import tracings
from core.network import (
    LENET5,
    BatchNormalization,
    Branches,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Flatten,
    GlobalAveragePooling2D,
    Network,
    SeparableConv2D,
)
from core.training import build_model, pretrained
from core.training.model import layer_name
from tests.strategies import networks

SILENT_AT_ZERO = ("linear", "relu", "leaky_relu", "elu", "selu", "gelu", "swish", "tanh")

BRANCHED = Network(
    (8, 8, 2),
    (
        Conv2D(4, 3, padding="same", activation="relu"),
        Branches(
            (
                (Conv2D(4, 3, padding="same", activation="relu"), BatchNormalization()),
                (),
                (Branches(((), (Conv2D(4, 1),)), "add"),),
            ),
            "concatenate",
        ),
        GlobalAveragePooling2D(),
        Dense(5, "softmax"),
    ),
)


def copy_without(model, network, path, channel):
    """A second model with the same weights, but for those that make this channel."""
    copy = build_model(network)
    copy.set_weights(model.get_weights())
    layer = copy.get_layer(layer_name(path))
    *kernels, last = layer.get_weights()
    kernels, biases = (kernels, [last]) if network.at(path).use_bias else ([*kernels, last], [])
    if isinstance(network.at(path), DepthwiseConv2D):
        flat = kernels[-1].reshape(*kernels[-1].shape[:2], -1)
        flat[..., channel] = 0
        kernels[-1] = flat.reshape(kernels[-1].shape)
    else:
        kernels[-1][..., channel] = 0
    for bias in biases:
        bias[channel] = 0
    layer.set_weights([*kernels, *biases])
    return copy


def switchable(network):
    """Layers that the weights can silence."""
    kinds = (Conv2D, SeparableConv2D, DepthwiseConv2D, Dense)
    return [p for p, block in network.walk() if isinstance(block, kinds) and block.activation in SILENT_AT_ZERO]


@settings(max_examples=15, deadline=None)
@given(networks(most=4, sides=(5, 9)), st.integers(0, 99))
def test_the_answer_is_that_of_a_model_whose_weights_silence_the_channel(network, seed):
    paths = switchable(network)
    assume(paths)
    model = build_model(network, seed=seed)
    random = np.random.default_rng(seed)
    for weights in model.weights:  # biases too
        weights.assign(random.uniform(0.1, 0.5, weights.shape).astype(np.float32))
    image = random.random(network.input_shape, np.float32)
    path = paths[seed % len(paths)]
    channel = seed % model.get_layer(layer_name(path)).output.shape[-1]
    expected = probabilities(copy_without(model, network, path, channel), image)
    before = model.get_weights()
    found = prediction_without(model, network, path, channel, image)
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-4 * np.abs(expected).max())
    for was, weights in zip(before, model.get_weights()):
        np.testing.assert_array_equal(was, weights)


@pytest.mark.parametrize("path", switchable(BRANCHED))
def test_every_way_that_leads_from_the_layer_is_closed(path, random):
    """One that goes through two branches and an identity, and layers within branches."""
    model = build_model(BRANCHED, seed=4)
    images = random.random((6, 8, 8, 2), np.float32)
    for channel in range(4):
        copy = copy_without(model, BRANCHED, path, channel)
        for image in images:
            found = prediction_without(model, BRANCHED, path, channel, image)
            np.testing.assert_allclose(found, probabilities(copy, image), atol=1e-6)


@pytest.mark.parametrize("path", [(1,), (1, 2, 0), (1, 0, 1), (2,), (3,)])
def test_joins_and_layers_without_weights_can_be_switched_off_too(path, random):
    """By hand, with a layer put in that multiplies."""
    import keras

    model = build_model(BRANCHED, seed=4)
    image = random.random((8, 8, 2), np.float32)
    kept = np.ones(model.get_layer(layer_name(path)).output.shape[-1], np.float32)
    kept[1] = 0

    def masked(layer):
        config = layer.get_config()
        if layer.name != layer_name(path):
            return type(layer).from_config(config)
        inner = type(layer).from_config(config)

        class Masked(keras.layers.Layer):
            def __init__(self):
                super().__init__(name=layer.name)
                self.inner = inner

            def call(self, inputs, mask=None):
                return self.inner(inputs) * kept

        return Masked()

    copy = keras.models.clone_model(model, clone_function=masked)
    copy.set_weights(model.get_weights())
    expected = np.asarray(copy(image[np.newaxis])[0])
    np.testing.assert_allclose(prediction_without(model, BRANCHED, path, 1, image), expected, atol=1e-6)


def test_accuracy_and_loss_are_those_of_the_pruned_models(mnist):
    import keras

    model = pretrained("lenet5")
    images, labels = mnist.x_test[:600], mnist.y_test[:600]
    shares = []
    found = evaluate_without(model, LENET5, (2,), images, labels, shares.append)
    assert found.accuracy.shape == found.loss.shape == (17,)
    assert found.accuracy.dtype == found.loss.dtype == np.float32
    assert shares == sorted(shares) and shares[-1] == 1
    inputs = images.astype(np.float32) / 255
    pruned = [model, *(copy_without(model, LENET5, (2,), channel) for channel in (0, 7, 15))]
    for index, one in zip((0, 1, 8, 16), pruned):
        answers = np.asarray(one(inputs))
        assert found.accuracy[index] == np.float32((answers.argmax(axis=1) == labels).mean())
        loss = np.mean(keras.losses.sparse_categorical_crossentropy(labels, answers))
        np.testing.assert_allclose(found.loss[index], loss, rtol=1e-3)
    assert found.loss[1:].max() > found.loss[0]


def test_several_batches_count_as_one(monkeypatch, random):
    model = build_model(BRANCHED, seed=6)
    images, labels = random.random((10, 8, 8, 2), np.float32), random.integers(0, 5, 10)
    at_once = evaluate_without(model, BRANCHED, (0,), images, labels)
    monkeypatch.setattr("core.insight.graphs.MOST_IMAGES", 3)
    in_parts = evaluate_without(model, BRANCHED, (0,), images, labels)
    np.testing.assert_array_equal(at_once.accuracy, in_parts.accuracy)
    np.testing.assert_allclose(at_once.loss, in_parts.loss, rtol=1e-5)


def test_several_visitors_prune_the_same_model_at_once(random):
    model = build_model(BRANCHED, seed=5)
    image = random.random((8, 8, 2), np.float32)
    whole = probabilities(model, image)
    expected = [probabilities(copy_without(model, BRANCHED, (0,), c), image) for c in range(4)]
    wrong = []

    def visit(channel):
        for _ in range(5):
            if not np.allclose(
                prediction_without(model, BRANCHED, (0,), channel, image), expected[channel], atol=1e-6
            ):
                wrong.append(channel)
            if not np.allclose(probabilities(model, image), whole, atol=1e-6):
                wrong.append(None)

    threads = [threading.Thread(target=visit, args=(channel,)) for channel in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_weights_changed_in_place_are_seen_and_nothing_is_compiled_again(random):
    network = Network((5, 5, 1), (Conv2D(3, 3), Flatten(), Dense(4, "softmax")))
    model = build_model(network, seed=1)
    images = random.random((4, 5, 5, 1), np.float32)
    prediction_without(model, network, (0,), 1, images[0])
    model.set_weights([3 * weights for weights in model.get_weights()])
    expected = probabilities(copy_without(model, network, (0,), 2), images[1])
    np.testing.assert_allclose(prediction_without(model, network, (0,), 2, images[1]), expected, atol=1e-6)
    evaluate_without(model, network, (0,), images, np.zeros(4, int))
    assert list(tracings(model).values()) == [1]


@pytest.mark.parametrize("channel", [-1, 16])
def test_a_channel_that_is_not_there_is_refused_in_a_sentence(channel, random):
    with pytest.raises(IndexError, match=f"Conv2D at 3 has the channels 0 to 15, but not {channel}"):
        prediction_without(pretrained("lenet5"), LENET5, (2,), channel, random.random((28, 28, 1), np.float32))


def test_pruning_in_thought_does_not_keep_a_model_alive(random):
    network = Network((8, 8, 1), (Flatten(), Dense(10, "softmax")))
    model = build_model(network)
    prediction_without(model, network, (1,), 3, random.random((8, 8, 1), np.float32))
    gone = weakref.ref(model)
    del model
    gc.collect()
    assert gone() is None
