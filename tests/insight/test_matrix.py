"""A convolution written out as a matrix: Keras' own convolution is the oracle."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.insight import convolution_matrix
from core.insight.matrix import MOST_CELLS


def convolved(image, kernel, strides, padding, dilation_rate):
    import keras

    answer = keras.ops.conv(image[np.newaxis], kernel, strides, padding, dilation_rate=dilation_rate)
    return np.asarray(answer[0])


SIDES = st.integers(1, 9)
PAIRS = st.tuples(st.integers(1, 3), st.integers(1, 3))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_the_matrix_times_a_flat_image_is_the_convolution(data):
    shape = (data.draw(SIDES), data.draw(SIDES), data.draw(st.integers(1, 3)))
    padding = data.draw(st.sampled_from(("valid", "same")))
    strides, dilation = data.draw(st.sampled_from(("strides", "dilation"))), data.draw(PAIRS)
    strides, dilation = (dilation, (1, 1)) if strides == "strides" else ((1, 1), dilation)
    most = [4 if padding == "same" else min(4, (side - 1) // d + 1) for side, d in zip(shape, dilation)]
    size = (data.draw(st.integers(1, most[0])), data.draw(st.integers(1, most[1])))
    random = np.random.default_rng(data.draw(st.integers(0, 99)))
    kernel = random.normal(size=(*size, shape[2], data.draw(st.integers(1, 3)))).astype(np.float32)
    image = random.random(shape, np.float32)

    found = convolution_matrix(kernel, shape, strides, padding, dilation)

    expected = convolved(image, kernel, strides, padding, dilation)
    np.testing.assert_allclose(found.matrix @ image.ravel(), expected.ravel(), atol=1e-4)
    written = found.which >= 0
    np.testing.assert_array_equal(found.matrix[written], kernel.ravel()[found.which[written]])
    assert not found.matrix[~written].any()
    # Each output reads each weight at most once.
    for line in found.which:
        read = line[line >= 0]
        assert len(np.unique(read)) == len(read)


def test_the_first_layer_of_lenet_is_nearly_all_zeros_and_few_weights():
    found = convolution_matrix(np.ones((5, 5, 1, 6), np.float32), (28, 28, 1), padding="same")
    assert found.matrix.shape == found.which.shape == (28 * 28 * 6, 28 * 28)
    assert found.dense_weights == 4704 * 784
    # Along one side: 28 positions see five pixels each, but for the border, where 2·(1 + 2) are padding.
    assert found.connections == (28 * 5 - 6) ** 2 * 6
    assert found.distinct_weights == 150


def test_a_weight_that_only_ever_meets_padding_is_not_counted():
    found = convolution_matrix(np.ones((3, 3, 1, 2), np.float32), (1, 1, 1), padding="same")
    assert found.which.tolist() == [[8], [9]]  # the middle of both kernels
    assert (found.dense_weights, found.connections, found.distinct_weights) == (2, 2, 2)


def test_a_weight_of_zero_still_is_a_connection():
    found = convolution_matrix(np.zeros((1, 2, 1, 1), np.float32), (1, 3, 1))
    assert found.which.tolist() == [[0, 1, -1], [-1, 0, 1]]
    assert found.connections == 4


@pytest.mark.parametrize(
    ("kernel", "shape", "sentence"),
    [
        ((3, 3, 1, 64), (64, 64, 1), f"at most {MOST_CELLS:,}"),
        ((3, 3, 2, 1), (8, 8, 1), "3×3×2×1"),
        ((5, 5, 1, 1), (4, 4, 1), "at least 5×5 pixels"),
    ],
)
def test_what_cannot_be_written_out_is_refused_in_a_sentence(kernel, shape, sentence):
    with pytest.raises(ValueError, match=sentence):
        convolution_matrix(np.zeros(kernel, np.float32), shape)
