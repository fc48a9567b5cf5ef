"""Models compute what their layers say, whatever else the process has computed."""

import numpy as np
import pytest
import tensorflow as tf

from core.network import Conv2D, DepthwiseConv2D, Network, SeparableConv2D
from core.training import build_model


@pytest.mark.parametrize("strides", [(1, 1), (2, 2)])
@pytest.mark.parametrize(
    "blocks",
    [
        lambda strides: (SeparableConv2D(1, (1, 1), strides=strides),),
        lambda strides: (SeparableConv2D(2, (1, 1), depth_multiplier=2, strides=strides),),
        lambda strides: (Conv2D(1, (1, 1)), DepthwiseConv2D((1, 1), strides=strides, use_bias=False)),
        lambda strides: (DepthwiseConv2D((1, 1), strides=strides, use_bias=False), Conv2D(1, (1, 1))),
    ],
    ids=["separable", "separable to two", "after an ordinary one", "before an ordinary one"],
)
@pytest.mark.parametrize("images", [1, 5])
def test_a_single_channel_through_kernels_of_one_pixel_is_multiplied(blocks, strides, images, random):
    """A kernel of one pixel multiplies: the oracle is the product of all of them, and the bias."""
    model = build_model(Network((9, 9, 1), blocks(strides)))
    model.set_weights([random.normal(size=weights.shape) for weights in model.weights])
    x = random.random((images, 9, 9, 1)).astype(np.float32)
    expected = x[:, :: strides[0], :: strides[1]]
    for weights in model.get_weights():
        expected = expected @ weights[0, 0] if weights.ndim == 4 else expected + weights
    for training in (False, True):

        @tf.function
        def answer(images, training=training):
            with tf.GradientTape() as tape:
                found = model(images, training=training)
                loss = tf.reduce_sum(found)
            return found, tape.gradient(loss, model.trainable_variables)

        found, gradients = answer(tf.constant(x))
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)
        if model.layers[-1].bias is not None:
            assert gradients[-1].numpy() == pytest.approx(np.full(expected.shape[-1], expected[..., 0].size))
