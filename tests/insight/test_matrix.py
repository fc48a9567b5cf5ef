"""A convolution written out as a matrix: Keras' own convolution is the oracle."""

from math import prod

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from core.insight import convolution_matrix, matrix_counts, network_counts, one_channel
from core.insight.matrix import MOST_CELLS
from core.network import Branches, Conv2D, Dense, DepthwiseConv2D, Flatten, MaxPooling2D, Network, trace
from tests.strategies import misread


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


@settings(max_examples=20, deadline=None)
@given(st.data())
def test_groups_read_their_own_channels_only(data):
    """The oracle is Keras' layer, asked for each pixel's image: its answers are the columns of the matrix."""
    import keras

    groups, inputs, filters = (data.draw(st.integers(1, 3)) for _ in range(3))
    shape = (data.draw(st.integers(3, 6)), data.draw(st.integers(3, 6)), groups * inputs)
    layer = Conv2D(
        groups * filters,
        data.draw(PAIRS),
        data.draw(PAIRS),
        data.draw(st.sampled_from(("valid", "same"))),
        groups=groups,
    )
    assume(not misread(Network(shape, (layer,))))
    made = keras.layers.Conv2D(
        layer.filters, layer.kernel_size, layer.strides, layer.padding, groups=groups, use_bias=False
    )
    units = np.eye(shape[0] * shape[1] * shape[2], dtype=np.float32).reshape(-1, *shape)
    expected = np.asarray(made(units)).reshape(len(units), -1).T

    found = convolution_matrix(np.asarray(made.kernel), shape, layer.strides, layer.padding, groups=groups)

    np.testing.assert_allclose(found.matrix, expected, atol=1e-6)
    assert matrix_counts(layer, shape) == (found.dense_weights, found.connections, found.distinct_weights)


def test_groups_that_do_not_divide_the_channels_are_refused():
    with pytest.raises(ValueError, match="in 2 groups does not fit an input of 8×8×4"):
        convolution_matrix(np.zeros((3, 3, 2, 3), np.float32), (8, 8, 4), groups=2)
    with pytest.raises(ValueError, match="in 2 groups does not fit"):
        convolution_matrix(np.zeros((3, 3, 4, 2), np.float32), (8, 8, 4), groups=2)


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


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (Conv2D(6, 5, padding="same"), (28, 28, 1)),
        (Conv2D(3, (3, 2), strides=(2, 1)), (9, 7, 2)),
        (Conv2D(2, 3, padding="same", dilation_rate=3), (4, 3, 2)),
    ],
)
def test_the_counts_of_a_layer_are_those_of_its_matrix(layer, shape):
    kernel = np.ones((*layer.kernel_size, shape[2], layer.filters), np.float32)
    matrix = convolution_matrix(kernel, shape, layer.strides, layer.padding, layer.dilation_rate)
    assert matrix_counts(layer, shape) == (matrix.dense_weights, matrix.connections, matrix.distinct_weights)


def test_weights_that_meet_nothing_but_padding_are_not_counted_as_learned():
    """Three columns, and a kernel that reaches three to either side: its outer columns never meet the image."""
    counts = matrix_counts(Conv2D(2, 3, padding="same", dilation_rate=3), (4, 3, 2))
    kernel_rows, columns_used, inputs, filters = 3, 1, 2, 2
    assert counts.distinct_weights == kernel_rows * columns_used * inputs * filters
    # The middle row of the kernel meets four rows of the image, each of the others one.
    assert counts.connections == (4 + 1 + 1) * 3 * inputs * filters


def test_channels_that_are_not_mixed_count_once():
    one = matrix_counts(Conv2D(1, 3), (6, 6, 1))
    depthwise = matrix_counts(DepthwiseConv2D(3, depth_multiplier=2), (6, 6, 3))
    assert depthwise.connections == 6 * one.connections and depthwise.distinct_weights == 6 * 9
    grouped, full = (matrix_counts(Conv2D(4, 3, groups=n), (6, 6, 4)) for n in (2, 1))
    assert grouped.connections * 2 == full.connections and grouped.distinct_weights * 2 == full.distinct_weights


def test_one_channel_is_shown_on_a_crop_that_its_kernel_fits():
    matrix, crop = one_channel(Conv2D(6, 3, padding="same"), np.ones((3, 3), np.float32), (28, 28, 3))
    assert crop == (8, 8, 1) and matrix.matrix.shape == (64, 64)
    matrix, crop = one_channel(Conv2D(6, 11), np.ones((11, 11), np.float32), (28, 12, 3))
    assert crop == (14, 12, 1) and matrix.matrix.shape == (4 * 2, 14 * 12)  # no wider than the input
    with pytest.raises(ValueError, match="cells"):
        one_channel(Conv2D(6, 15, padding="same", dilation_rate=8), np.ones((15, 15), np.float32), (128, 128, 3))


def by_keras(layer, shape):
    """(entries, zeros, distinct weights) of what a Keras layer does to each pixel alone, its weights being all different."""
    import keras

    made = keras.layers.Conv2D(
        layer.filters, layer.kernel_size, layer.strides, layer.padding, dilation_rate=layer.dilation_rate,
        groups=layer.groups, use_bias=False,
    )  # fmt: skip
    made.build((None, *shape))
    (kernel,) = made.get_weights()
    made.set_weights([1 + np.arange(kernel.size, dtype=np.float32).reshape(kernel.shape)])
    pixels = prod(shape)
    matrix = np.round(np.asarray(made(np.eye(pixels, dtype=np.float32).reshape(pixels, *shape)))).reshape(pixels, -1)
    return matrix.size, int((matrix == 0).sum()), len(np.unique(matrix[matrix != 0]))


@pytest.mark.parametrize(
    "layers",
    [
        (Conv2D(2, (3, 3), padding="same"), MaxPooling2D((2, 2)), Conv2D(3, (2, 2))),
        (Conv2D(4, (3, 2), (2, 1)), Conv2D(2, (3, 3), padding="same", dilation_rate=(2, 2))),
        (
            Conv2D(4, (3, 3), padding="same"),
            Branches(((Conv2D(2, (1, 1)),), (Conv2D(4, (5, 5), padding="same", groups=2),)), "concatenate"),
            Conv2D(1, (6, 6)),
        ),
    ],
)
def test_the_convolutions_of_a_network_are_counted_as_keras_computes_them(layers):
    network = Network((6, 7, 2), (*layers, Flatten(), Dense(3, "softmax")))
    found = network_counts(network)
    assert [network.at(path) for path in found] == [layer for _, layer in network.walk() if isinstance(layer, Conv2D)]
    for path, counts in found.items():
        before = network.sources(path)[0]
        expected = by_keras(network.at(path), trace(network).row(before).shape if before else network.input_shape)
        assert (counts.dense_weights, counts.zeros, counts.distinct_weights) == expected
        assert counts.zeros + counts.repeats + counts.distinct_weights == counts.dense_weights


def test_a_network_without_convolutions_has_no_such_matrices():
    assert network_counts(Network((4, 4, 1), (Flatten(), Dense(2)))) == {}
