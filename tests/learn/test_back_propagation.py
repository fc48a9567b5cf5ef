"""Back-propagation by hand against TensorFlow, and an example worked out on paper."""

import math
from itertools import pairwise

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

from core.learn.back_propagation import LARGEST, HandNetwork, errors, forward, loss, losses, step, updated

NAMES = {"sigmoid": tf.sigmoid, "tanh": tf.tanh, "relu": tf.nn.relu}


def network(seed: int, sizes: tuple[int, ...], activation: str) -> HandNetwork:
    chance = np.random.default_rng(seed)
    pairs = list(pairwise(sizes))
    weights = tuple(tuple(map(tuple, chance.normal(size=pair).tolist())) for pair in pairs)
    return HandNetwork(weights, tuple(tuple(chance.normal(size=to).tolist()) for _, to in pairs), activation)


@given(
    st.tuples(st.integers(2, 3), st.integers(1, 4), st.integers(1, 2)),
    st.sampled_from(list(NAMES)),
    st.integers(0, 999),
    st.sampled_from([0.01, 0.5, 3.0]),
)
def test_a_step_is_that_of_gradient_descent_in_tensorflow(sizes, activation, seed, rate):
    chance = np.random.default_rng(seed + 1)
    inputs, targets = chance.normal(size=sizes[0]).tolist(), chance.uniform(size=sizes[-1]).tolist()
    there = network(seed, sizes, activation)
    variables = [tf.Variable(one, dtype=tf.float64) for pair in zip(there.weights, there.biases) for one in pair]
    with tf.GradientTape() as tape:
        signal = tf.constant([inputs], tf.float64)
        for weights, biases in zip(variables[::2], variables[1::2]):
            signal = NAMES[activation](signal @ weights + biases)
        value = tf.reduce_sum((tf.constant(targets, tf.float64) - signal) ** 2) / 2
    passed = forward(there, inputs)
    assert loss(passed.outputs[-1], targets) == pytest.approx(float(value))
    gradients = tape.gradient(value, variables)
    new = step(there, inputs, targets, rate)
    for ours, variable, gradient in zip(
        [one for pair in zip(new.weights, new.biases) for one in pair], variables, gradients
    ):
        np.testing.assert_allclose(np.array(ours), variable - rate * gradient, rtol=1e-9, atol=1e-12)
    assert there.parameters == sum(int(tf.size(one)) for one in variables) and there.sizes == sizes


def test_the_formulas_of_textbooks():
    """O(1 − O)(T − O) at the output, O(1 − O) Σ Err·w in the hidden layer, l·Err·O and l·Err."""
    there = HandNetwork((((0.1, 0.8), (0.4, 0.6)), ((0.3,), (0.9,))), ((0.0, 0.0), (0.0,)))
    passed = forward(there, [0.35, 0.9])
    one, two = (1 / (1 + math.exp(-net)) for net in (0.35 * 0.1 + 0.9 * 0.4, 0.35 * 0.8 + 0.9 * 0.6))
    out = 1 / (1 + math.exp(-(0.3 * one + 0.9 * two)))
    assert passed.outputs[1:] == (pytest.approx((one, two)), pytest.approx((out,)))
    found = errors(there, passed, [0.5])
    err = out * (1 - out) * (0.5 - out)
    assert found[1] == pytest.approx((err,)) and err == pytest.approx(-0.0406, abs=5e-4)
    assert found[0] == pytest.approx((one * (1 - one) * err * 0.3, two * (1 - two) * err * 0.9))
    new = updated(there, passed, found, 1.0)
    assert new.weights[1] == (pytest.approx((0.3 + err * one,)), pytest.approx((0.9 + err * two,)))
    assert new.biases[1] == pytest.approx((err,))
    assert new.weights[0][1][0] == pytest.approx(0.4 + found[0][0] * 0.9)


def test_repeated_the_loss_falls_and_with_too_high_a_rate_it_stops_before_the_numbers_burst():
    there = network(1, (2, 2, 1), "sigmoid")
    found, end = losses(there, [0.3, 0.9], [0.7], 0.5, 50)
    assert len(found) == 51 and found == sorted(found, reverse=True) and end != there
    alive = HandNetwork((((0.1, 0.2), (0.3, 0.4)), ((0.5,), (0.6,))), ((0.0, 0.0), (0.0,)), "relu")
    burst, _ = losses(alive, [3.0, 5.0], [900.0], 5.0, 50)
    assert len(burst) < 51 and (max(burst) >= LARGEST or math.isnan(burst[-1]))


def test_a_sigmoid_of_a_large_number_does_not_overflow():
    there = HandNetwork((((LARGEST,),), ((-LARGEST,),)), ((0.0,), (0.0,)))
    assert forward(there, [LARGEST]).outputs[1:] == ((1.0,), (0.0,))
    assert forward(there, [-LARGEST]).outputs[1:] == ((0.0,), (0.5,))
