"""What is over leaves the memory."""

from __future__ import annotations

import gc

import numpy as np
import tensorflow as tf

from core.insight.saliency import integrated_gradients
from core.network import AveragePooling2D, Conv2D, Dense, Flatten, Network
from core.training import Recipe, build_model, train

# An activation and a pooling with gradients of their own, which TensorFlow knows by name.
SWISH = Network((28, 28, 1), (Conv2D(2, 5, activation="swish"), AveragePooling2D(2), Flatten(), Dense(10, "softmax")))


def operations() -> int:
    """How many operations there are in all graphs that anybody holds."""
    gc.collect()
    return sum(isinstance(one, tf.Operation) for one in gc.get_objects())


def test_the_graphs_of_a_training_that_is_over_are_gone(small_mnist):
    recipe = Recipe(epochs=1, batch_size=32, training_images=256)
    train(SWISH, small_mnist, recipe)
    before = operations()
    train(SWISH, small_mnist, recipe)
    assert operations() <= before


def test_the_graphs_of_a_network_that_is_no_longer_looked_into_are_gone():
    def look() -> int:
        integrated_gradients(build_model(SWISH), np.full((28, 28, 1), 0.5, np.float32), 3, steps=2)
        return operations()

    before = look()  # the last one's may be kept
    assert look() <= before


def test_a_gradient_of_its_own_lives_as_long_as_its_graph_and_is_right():
    graph = tf.function(tf.nn.silu)
    graph(tf.constant([0.0]))
    gc.collect()
    with tf.GradientTape() as tape:  # from outside, asked for when the graph has long been made
        x = tf.constant([-1.0, 0.5, 2.0])
        tape.watch(x)
        y = graph(x)
    s = 1 / (1 + np.exp(-x.numpy()))
    np.testing.assert_allclose(tape.gradient(y, x), s * (1 + x.numpy() * (1 - s)), rtol=1e-5)
