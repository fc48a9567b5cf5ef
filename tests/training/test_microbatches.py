"""A batch in parts learns what the whole batch would."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from core.network import (
    AveragePooling2D,
    BatchNormalization,
    Branches,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    MaxPooling2D,
    Network,
    residual_block,
)
from core.training import build_model
from core.training.microbatches import FEWEST_IMAGES, MOST, cut, how_many, learning

BRANCHED = Network(
    (8, 8, 1),
    (
        Conv2D(4, 3, padding="same"),
        BatchNormalization(),
        residual_block(4),
        Branches(
            ((Conv2D(2, 1), BatchNormalization(scale=False)), (Conv2D(3, 3, padding="same", activation="relu"),)),
            "concatenate",
        ),
        MaxPooling2D(2),
        BatchNormalization(center=False, momentum=0.5),
        Flatten(),
        Dense(6),
        BatchNormalization(),
        Dense(10, "softmax"),
    ),
)
AVERAGED = Network(
    (9, 12, 1),
    (
        AveragePooling2D((3, 2)),
        Conv2D(3, 2, activation="relu"),  # 2×5: the second window does not cover it
        AveragePooling2D(2),
        Conv2D(4, 1, padding="same"),
        AveragePooling2D((1, 2), padding="same"),
        Flatten(),
        Dense(10, "softmax"),
    ),
)
PLAIN = Network((8, 8, 1), (Conv2D(3, 3, activation="relu"), GlobalAveragePooling2D(), Dense(10, "softmax")))


@pytest.mark.parametrize(
    "network", [BRANCHED, AVERAGED, PLAIN], ids=["branches and normalisation", "average pooling", "plain"]
)
@pytest.mark.parametrize("parts", [1, 2, 3])
@pytest.mark.parametrize("images", [3, 16, 17])
def test_answers_gradients_and_moving_averages_are_those_of_the_whole_batch(network, parts, images, random):
    x = tf.constant(random.random((images, *network.input_shape)), tf.float32)
    whole, model = build_model(network, 1), build_model(network, 1)
    weights = tf.constant(random.normal(size=(images, 10)), tf.float32)
    with tf.GradientTape() as tape:
        answers = whole(x, training=True)
        loss = tf.reduce_sum(weights * answers)
    expected = tape.gradient(loss, whole.trainable_variables)
    with tf.GradientTape() as tape:
        ours = tf.concat(learning(model, network.layers, cut(x, parts)), 0)
        loss = tf.reduce_sum(weights * ours)
    found = tape.gradient(loss, model.trainable_variables)
    np.testing.assert_allclose(ours, answers, atol=2e-6)
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-4)  # gradients are 1 to 10
    for a, b in zip(model.non_trainable_variables, whole.non_trainable_variables, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-6)


def test_dropout_drops_in_each_part_and_differently(random):
    network = Network((8, 8, 1), (Dropout(0.5), Flatten(), Dense(10, "softmax")))
    model = build_model(network, 1)
    dropout = model.layers[1]
    assert isinstance(dropout, keras.layers.Dropout)
    seen = []
    call = dropout.call
    dropout.call = lambda inputs, training=False: seen.append(call(inputs, training=training)) or seen[-1]
    learning(model, network.layers, [tf.ones((2, 8, 8, 1)), tf.ones((2, 8, 8, 1))])
    first, second = (one.numpy() for one in seen)
    assert 0.3 < (first == 0).mean() < 0.7 and 0.3 < (second == 0).mean() < 0.7
    assert (first != second).any()


@settings(max_examples=300)
@given(st.integers(1, 1024), st.integers(1, 70000))
def test_no_part_of_any_batch_is_empty_and_none_is_lost(batch_size, images):
    batch_size = min(batch_size, images)
    parts = how_many(batch_size, images)
    assert 1 <= parts <= MOST
    assert parts == 1 or batch_size >= parts * FEWEST_IMAGES
    for size in {batch_size, images % batch_size or batch_size}:
        sizes = [size * (part + 1) // parts - size * part // parts for part in range(parts)]
        assert min(sizes) >= 1 and sum(sizes) == size


def test_parts_are_in_order(random):
    x = random.integers(0, 9, 11)
    assert (tf.concat(cut(tf.constant(x), 4), 0).numpy() == x).all()
