"""Batch normalisation against Keras: output and moving statistics, in training and in inference."""

import keras
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core.learn.normalisation import fresh, moved, normalised, of_batch

VALUES = arrays(np.float64, (3, 2, 2, 2), elements=st.floats(-50, 50, width=32))
CHANNELS = arrays(np.float64, (2,), elements=st.floats(-3, 3, width=32))


@settings(max_examples=30, deadline=None)
@given(VALUES, CHANNELS, CHANNELS, st.sampled_from([1e-3, 0.01, 1.0]), st.sampled_from([0.0, 0.5, 0.9, 0.99]))
def test_it_is_keras_layer_in_training_and_in_inference(values, gamma, beta, epsilon, momentum):
    layer = keras.layers.BatchNormalization(momentum=momentum, epsilon=epsilon)
    last = values.transpose(0, 2, 3, 1).astype(np.float32)
    layer.build(last.shape)
    layer.set_weights([gamma, beta, np.zeros(2), np.ones(2)])
    batch = of_batch(values)
    for training, used in ((True, batch), (False, moved(fresh(2), batch, momentum))):
        expected = np.asarray(layer(last, training=training)).transpose(0, 3, 1, 2)
        found = normalised(values, used, gamma, beta, epsilon)
        np.testing.assert_allclose(found, expected, rtol=1e-3, atol=2e-3)
    moving = moved(fresh(2), batch, momentum)
    np.testing.assert_allclose(moving.mean, np.asarray(layer.moving_mean), rtol=1e-3, atol=1e-3)
    np.testing.assert_allclose(moving.variance, np.asarray(layer.moving_variance), rtol=1e-3, atol=1e-3)


@settings(max_examples=30, deadline=None)
@given(VALUES, st.integers(0, 20), st.floats(0, 1))
def test_many_steps_are_one_after_the_other(values, steps, momentum):
    batch, found = of_batch(values), fresh(2)
    for _ in range(steps):
        found = moved(found, batch, momentum)
    for one, other in zip(found, moved(fresh(2), batch, momentum, steps), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-6, atol=1e-9)


def test_in_training_each_channel_gets_mean_beta_and_deviation_gamma():
    values = np.random.default_rng(0).normal(7, 30, (4, 2, 3, 3))
    found = of_batch(normalised(values, of_batch(values), np.array([2.0, 0.5]), np.array([-1.0, 4.0]), 0.0))
    np.testing.assert_allclose(found.mean, [-1, 4], atol=1e-9)
    np.testing.assert_allclose(found.variance, [4, 0.25], rtol=1e-9)
