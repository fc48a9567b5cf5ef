"""Pooling of the sandbox against TensorFlow, forward and backward."""

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import assume, given
from hypothesis import strategies as st

from core.learn.pooling import CannotPool, Windows, pooled, sent_back, shares

LAYERS = {"max": tf.nn.max_pool2d, "mean": tf.nn.avg_pool2d}


@given(
    st.integers(1, 12),
    st.integers(1, 4),
    st.integers(1, 4),
    st.sampled_from(["max", "mean"]),
    st.integers(0, 999),
    st.booleans(),
)
def test_forward_and_backward_are_those_of_tensorflow(n, pool, stride, kind, seed, ties):
    assume(pool <= n)
    chance = np.random.default_rng(seed)
    # With few different numbers, maxima stand in several cells.
    image = chance.integers(0, 2, (n, n)).astype(np.float64) if ties else chance.normal(size=(n, n))
    windows = Windows(n, pool, stride)
    forward = pooled(image, windows, kind)
    gradients = chance.normal(size=forward.output.shape)
    back = sent_back(gradients, windows, kind, forward)
    cells = tf.constant(image[None, :, :, None], tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(cells)
        output = LAYERS[kind](cells, pool, stride, "VALID")
    expected = tape.gradient(output, cells, tf.constant(gradients[None, :, :, None], tf.float32))
    np.testing.assert_allclose(forward.output, output[0, :, :, 0], atol=1e-5)
    np.testing.assert_allclose(back, expected[0, :, :, 0], atol=1e-5)
    assert back.sum() == pytest.approx(gradients.sum(), abs=1e-9), "what comes in goes out"
    assert windows.unread == n**2 - len({cell for at in np.ndindex(gradients.shape) for cell in windows.cells(*at)})


def test_the_maximum_gets_all_the_mean_shares_and_overlaps_add_up():
    image = np.array([[1.0, 5, 2], [0, 3, 4], [7, 0, 0]])
    windows = Windows(3, 2, 1)
    forward = pooled(image, windows, "max")
    np.testing.assert_array_equal(forward.output, [[5, 5], [7, 4]])
    assert windows.overlap and not Windows(4, 2, 2).overlap
    back = sent_back(np.array([[1.0, 2], [3, 4]]), windows, "max", forward)
    np.testing.assert_array_equal(back, [[0, 3, 0], [0, 0, 4], [3, 0, 0]])
    mean = pooled(image, windows, "mean")
    back = sent_back(np.array([[4.0, 0], [0, 8]]), windows, "mean", mean)
    np.testing.assert_array_equal(back, [[1, 1, 0], [1, 3, 2], [0, 2, 2]])


def test_a_tie_is_told_and_goes_to_the_first():
    forward = pooled(np.ones((4, 4)), Windows(4, 2, 2), "max")
    assert set(forward.tied) == {(0, 0), (0, 1), (1, 0), (1, 1)} and forward.chosen[1, 1] == (2, 2)
    assert shares((1, 1), Windows(4, 2, 2), "max", forward) == {(2, 2): 1.0}
    assert pooled(np.arange(16.0).reshape(4, 4), Windows(4, 2, 2), "max").tied == ()
    assert pooled(np.ones((4, 4)), Windows(4, 2, 2), "mean").tied == ()


def test_a_window_that_does_not_fit_is_refused_with_its_sizes():
    with pytest.raises(CannotPool, match="A window of 3×3 does not fit into 2×2 cells"):
        Windows(2, 3, 1)
