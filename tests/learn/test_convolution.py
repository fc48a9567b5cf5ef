"""The convolution of the sandbox against scipy and Keras."""

import keras
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.signal import convolve2d, correlate2d

from core.learn.convolution import (
    NAMED,
    CannotConvolve,
    Sliding,
    check_groups,
    cross_correlation,
    products,
    same_padding,
    transposed,
    unchanged_by_flip,
)


def numbers(seed: int, *shape: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(-9, 10, shape).astype(np.float64)


@st.composite
def cases(draw):
    """Input, kernels, bias, sliding and groups that fit."""
    groups = draw(st.integers(1, 3))
    per_group = draw(st.integers(1, 3 // groups))
    outputs = groups * draw(st.integers(1, 4 // groups))
    n, kernel = draw(st.integers(1, 12)), draw(st.integers(1, 5))
    sliding = Sliding(kernel, draw(st.integers(1, 3)), draw(st.integers(1, 3)), (draw(st.integers(0, 3)),) * 2)
    assume(n + sum(sliding.padding) >= sliding.reach)
    seed = draw(st.integers(0, 999))
    image, kernels = numbers(seed, groups * per_group, n, n), numbers(seed + 1, outputs, per_group, kernel, kernel)
    return image, kernels, numbers(seed + 2, outputs), sliding, groups


@given(cases(), st.booleans())
def test_it_is_what_scipy_computes(case, flip):
    image, kernels, bias, sliding, groups = case
    found = cross_correlation(image, kernels, bias, sliding, groups, flip)
    padded = np.pad(image, ((0, 0), sliding.padding, sliding.padding))
    spread = np.zeros((*kernels.shape[:2], sliding.reach, sliding.reach))
    spread[..., :: sliding.dilation, :: sliding.dilation] = kernels
    operation = convolve2d if flip else correlate2d
    inputs, outputs = len(image) // groups, len(kernels) // groups
    for o in range(len(kernels)):
        first = o // outputs * inputs
        whole = sum(operation(padded[first + i], spread[o, i], mode="valid") for i in range(inputs))
        expected = whole[:: sliding.stride, :: sliding.stride] + bias[o]
        assert found[o].shape == expected.shape == (sliding.size(image.shape[-1]),) * 2
        np.testing.assert_allclose(found[o], expected, atol=1e-9)


@given(cases(), st.booleans(), st.randoms(use_true_random=False))
def test_the_products_written_out_add_up_to_the_number(case, flip, chance):
    image, kernels, bias, sliding, groups = case
    found = cross_correlation(image, kernels, bias, sliding, groups, flip)
    at = tuple(chance.randrange(n) for n in found.shape)
    terms = products(image, kernels, sliding, at, groups, flip)
    assert len(terms) == kernels[0].size
    assert sum(one.value * one.weight for one in terms) + bias[at[0]] == pytest.approx(found[at], abs=1e-9)
    for one in terms:
        inside = 0 <= one.row < image.shape[-1] and 0 <= one.column < image.shape[-1]
        assert one.value == (image[one.channel, one.row, one.column] if inside else 0)


@pytest.mark.parametrize("stride, dilation", [(1, 1), (2, 1), (3, 1), (1, 2)])
@pytest.mark.parametrize("n, kernel", [(5, 3), (6, 3), (7, 2), (8, 5)])
def test_same_padding_is_that_of_keras(n, kernel, stride, dilation):
    image, kernels, bias = numbers(1, 2, n, n), numbers(2, 3, 2, kernel, kernel), numbers(3, 3)
    sliding = Sliding(kernel, stride, dilation, same_padding(n, kernel, stride, dilation))
    found = cross_correlation(image, kernels, bias, sliding)
    layer = keras.layers.Conv2D(3, kernel, strides=stride, dilation_rate=dilation, padding="same")
    layer.build((None, n, n, 2))
    layer.set_weights([kernels.transpose(2, 3, 1, 0), bias])
    expected = np.asarray(layer(image.transpose(1, 2, 0)[None].astype(np.float32)))[0].transpose(2, 0, 1)
    np.testing.assert_allclose(found, expected, atol=1e-3)


@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("n, kernel", [(1, 1), (3, 3), (4, 2), (5, 5), (4, 3)])
def test_a_transposed_convolution_is_that_of_keras(n, kernel, stride):
    image, kernels, bias = numbers(1, 2, n, n), numbers(2, 3, 2, kernel, kernel), numbers(3, 3)
    found = transposed(image, kernels, bias, Sliding(kernel, stride))
    layer = keras.layers.Conv2DTranspose(3, kernel, strides=stride)
    layer.build((None, n, n, 2))
    layer.set_weights([kernels.transpose(2, 3, 0, 1), bias])
    expected = np.asarray(layer(image.transpose(1, 2, 0)[None].astype(np.float32)))[0].transpose(2, 0, 1)
    shown = Sliding(kernel, stride).transposed_size(n)
    assert found.shape == (3, shown, shown)
    there = expected[
        :, :shown, :shown
    ]  # where the stride is larger than the kernel, Keras adds cells without a product
    np.testing.assert_allclose(found, there, atol=1e-3)
    assert shown == expected.shape[1] or stride > kernel


@given(
    st.builds(Sliding, st.integers(1, 5), st.integers(1, 3), st.integers(1, 3), st.tuples(st.integers(0, 2), st.integers(0, 2))),
    st.integers(1, 6), st.integers(1, 3), st.integers(1, 4), st.integers(0, 999),
)  # fmt: skip
def test_it_is_the_convolution_walked_backwards(sliding, size, inputs, outputs, seed):
    """⟨conv(x), y⟩ = ⟨x, transposed(y)⟩ for any x and y."""
    assume((size - 1) * sliding.stride + sliding.reach > sum(sliding.padding))
    n = sliding.transposed_size(size)
    image, kernels = numbers(seed, inputs, n, n), numbers(seed + 1, outputs, inputs, sliding.kernel, sliding.kernel)
    forward = cross_correlation(image, kernels, np.zeros(outputs), sliding)
    assert forward.shape == (outputs, size, size)
    other = numbers(seed + 2, *forward.shape)
    back = transposed(other, kernels.transpose(1, 0, 2, 3), np.zeros(inputs), sliding)
    assert back.shape == image.shape
    assert np.sum(forward * other) == pytest.approx(np.sum(image * back), abs=1e-6)


def test_a_1_by_1_convolution_is_a_dense_layer_over_the_channels():
    image, kernels, bias = numbers(1, 3, 4, 4), numbers(2, 2, 3, 1, 1), numbers(3, 2)
    found = cross_correlation(image, kernels, bias, Sliding(1))
    np.testing.assert_allclose(found, np.einsum("oi,ihw->ohw", kernels[:, :, 0, 0], image) + bias[:, None, None])


def test_what_does_not_fit_is_said_with_its_sizes():
    with pytest.raises(CannotConvolve, match=r"A kernel of 5×5 does not fit into 4×4 cells"):
        Sliding(5).size(4)
    with pytest.raises(
        CannotConvolve, match=r"kernel of 3×3 with dilation 3 covers 7×7 cells, which does not fit into 6×6"
    ):
        Sliding(3, dilation=3).size(6)
    with pytest.raises(CannotConvolve, match="cuts off the whole output"):
        Sliding(3, padding=(2, 2)).transposed_size(1)
    with pytest.raises(
        CannotConvolve, match=r"3 input channels and 4 output channels cannot be parted into 2 groups"
    ):
        check_groups(3, 4, 2)


def test_a_flip_changes_nothing_where_the_kernel_is_its_own_mirror():
    assert {name for name, rows in NAMED.items() if unchanged_by_flip(np.array(rows))} == {
        "Identity", "All edges", "Sharpen", "Blur",
    }  # fmt: skip
    image = numbers(4, 1, 6, 6)
    for rows in NAMED.values():
        kernels = np.array(rows)[None, None]
        plain, flipped = (
            cross_correlation(image, kernels, np.zeros(1), Sliding(3), flip=flip) for flip in (False, True)
        )
        assert np.allclose(plain, flipped) == unchanged_by_flip(kernels)


def test_named_kernels_do_what_they_are_named_for():
    flat, edge = np.full((1, 5, 5), 3.0), np.zeros((1, 5, 5))
    edge[:, :, :2] = 1  # bright on the left
    for name, rows in NAMED.items():
        kernels = np.array(rows)[None, None]
        of_flat, of_edge, turned = (
            cross_correlation(one, kernels, np.zeros(1), Sliding(3))[0] for one in (flat, edge, edge.swapaxes(1, 2))
        )
        if name in ("Identity", "Sharpen", "Blur"):
            assert np.allclose(of_flat, 3), f"{name} leaves a flat area as it is"
        else:
            assert np.allclose(of_flat, 0), f"{name} finds nothing in a flat area"
            assert np.any(of_edge) == ("orizontal" not in name) and np.any(turned) == ("ertical" not in name)
