"""How the weights of a layer are distributed: counted by hand."""

import numpy as np
import pytest

from core.insight import layers_with_kernels, weight_histogram
from core.network import Conv2D, Dense, DepthwiseConv2D, Flatten, Network, SeparableConv2D, trace
from core.training import build_model

NETWORK = Network(
    (9, 9, 2),
    (
        Conv2D(4, 3, use_bias=False),
        SeparableConv2D(3, 3, depth_multiplier=2),
        DepthwiseConv2D(3, depth_multiplier=2),
        Flatten(),
        Dense(5),
    ),
)


@pytest.mark.parametrize("path", layers_with_kernels(NETWORK))
def test_every_kernel_weight_is_counted_once_and_no_bias(path):
    model = build_model(NETWORK, seed=1)
    layer = model.get_layer(f"layer_{path[0]}")
    if layer.use_bias:
        layer.bias.assign(np.full(layer.bias.shape, 99, np.float32))
    edges, counts = weight_histogram(model, NETWORK, path)
    biases = layer.bias.shape[0] if layer.use_bias else 0
    assert edges.shape == (41,) and counts.shape == (40,)
    assert counts.sum() == trace(NETWORK).row(path).parameters - biases
    np.testing.assert_allclose(edges, -edges[::-1], atol=1e-12)
    assert edges[-1] < 9


def test_the_bins_hold_what_lies_between_their_edges():
    network = Network((2, 2, 1), (Flatten(), Dense(1)))
    model = build_model(network)
    model.set_weights([np.array([[-2], [-0.9], [0.1], [1.2]], np.float32), np.zeros(1, np.float32)])
    edges, counts = weight_histogram(model, network, (1,), bins=4)
    assert edges.tolist() == [-2, -1, 0, 1, 2]
    assert counts.tolist() == [1, 1, 1, 1]


def test_weights_that_are_all_zero_have_a_histogram_too():
    network = Network((4, 4, 1), (Conv2D(2, 3, kernel_initializer="zeros"),))
    edges, counts = weight_histogram(build_model(network), network, (0,), bins=3)
    np.testing.assert_allclose(edges, [-1, -1 / 3, 1 / 3, 1])
    assert counts.tolist() == [0, 18, 0]
