"""A drawing becomes what MNIST's makers would have made of it: MNIST itself is the oracle."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from core.data import from_pixels, from_strokes
from core.training import pretrained

# A 3, roughly as a mouse would draw it on a canvas of 280 pixels.
THREE = np.array(
    [(80, 70), (120, 45), (170, 50), (190, 85), (165, 120), (130, 135), (175, 150), (195, 190), (160, 230), (110, 235), (75, 210)],
    float,
)  # fmt: skip


def centre_of_mass(image):
    rows, columns = np.indices(image.shape)
    return (image * rows).sum() / image.sum(), (image * columns).sum() / image.sum()


def side(image):
    """The longer side of the ink's box."""
    rows, columns = (np.flatnonzero((image > 0.05).any(axis=axis)) for axis in (1, 0))
    return max(rows[-1] - rows[0], columns[-1] - columns[0]) + 1


@pytest.mark.parametrize("make", [lambda: from_strokes([THREE], 18)], ids=["strokes"])
def test_the_ink_fills_mnists_box_and_is_centred_by_mass(make):
    image = make()
    assert image.shape == (28, 28) and image.dtype == np.float32
    assert image.min() >= 0 and image.max() <= 1
    assert side(image) in (19, 20, 21)
    assert centre_of_mass(image) == pytest.approx((14, 14), abs=0.51)


def test_mnist_centres_its_own_images_on_pixel_14(mnist):
    centres = np.array([centre_of_mass(image[..., 0] / 255.0) for image in mnist.x_train[:1000]])
    assert centres.mean(axis=0) == pytest.approx((14, 14), abs=0.05)
    assert np.abs(centres - 14).max() < 0.75


def test_the_pen_is_as_wide_as_mnists(mnist):
    """2·area/outline estimates the width of a stroke."""

    def width(image):
        big = np.kron(image, np.ones((8, 8))) > 0.5
        outline = (big[1:] != big[:-1]).sum() + (big[:, 1:] != big[:, :-1]).sum()
        return 2 * big.sum() / (outline * np.pi / 4) / 8

    usual = np.median([width(image[..., 0] / 255.0) for image in mnist.x_train[:1000]])
    assert width(from_strokes([THREE], 18)) == pytest.approx(usual, rel=0.2)


@given(st.floats(0.3, 3), st.floats(-100, 100), st.floats(-100, 100), st.floats(2, 25))
@settings(deadline=None, max_examples=40)
def test_size_place_and_brush_do_not_matter(size, right, down, brush):
    usual = from_strokes([THREE], 18)
    other = from_strokes([THREE * size + (right, down)], brush)
    assert np.abs(usual - other).mean() < 0.01


def test_a_horizontal_stroke_keeps_its_proportions():
    image = from_strokes([np.array([(10.0, 50.0), (200.0, 50.0)])], 18)
    rows = np.flatnonzero((image > 0.3).any(axis=1))
    assert len(rows) <= 4  # a line stays a line, it is not blown up to a square


def test_a_tap_is_a_dot_and_nothing_is_none():
    dot = from_strokes([np.array([(5.0, 7.0)])], 18)
    assert 0 < dot.sum() < 12
    assert from_strokes([], 18) is None
    assert from_strokes([np.zeros((0, 2))], 18) is None
    assert from_strokes([np.array([(np.nan, np.inf)])], 18) is None


def test_mnists_own_images_come_back_through_the_pixel_path(mnist):
    """White on black, enlarged and moved: the network answers as on the original."""
    originals = mnist.x_test[:1000, ..., 0]
    made = []
    for image in originals:
        big = np.kron(image, np.ones((5, 5), np.uint8))
        canvas = np.zeros((220, 260, 4), np.uint8)
        canvas[..., 3] = 255
        canvas[30 : 30 + 140, 60 : 60 + 140, :3] = big[..., np.newaxis]
        made.append(from_pixels(canvas))
    model = pretrained("lenet5")
    right = np.argmax(model(np.stack(made)[..., np.newaxis], training=False), axis=1) == mnist.y_test[:1000]
    before = (
        np.argmax(model(originals[..., np.newaxis] / np.float32(255), training=False), axis=1) == mnist.y_test[:1000]
    )
    assert right.mean() >= before.mean() - 0.005


def test_ink_is_found_on_any_ground(mnist):
    digit = np.kron(mnist.x_test[0, ..., 0], np.ones((4, 4), np.uint8))
    white_on_black = np.dstack([digit] * 3 + [np.full_like(digit, 255)])
    black_on_white = np.dstack([255 - digit] * 3 + [np.full_like(digit, 255)])
    on_nothing = np.dstack([np.zeros_like(digit)] * 3 + [digit])
    usual = from_pixels(white_on_black)
    for other in (from_pixels(black_on_white), from_pixels(on_nothing), from_pixels(digit)):
        assert np.abs(usual - other).mean() < 0.01


@pytest.mark.parametrize("ground", [0, 255])
def test_an_empty_picture_is_none(ground):
    assert from_pixels(np.full((280, 280, 4), ground, np.uint8)) is None


@given(arrays.arrays(np.uint8, st.tuples(st.integers(1, 40), st.integers(1, 40), st.sampled_from((3, 4)))))
@settings(deadline=None, max_examples=100)
def test_any_pixels_give_an_image_or_none(pixels):
    image = from_pixels(pixels)
    assert image is None or (image.shape == (28, 28) and image.min() >= 0 and image.max() <= 1)


@given(st.lists(arrays.arrays(np.float64, st.tuples(st.integers(0, 9), st.just(2))), max_size=4), st.floats(0.1, 100))
@settings(deadline=None, max_examples=100)
def test_any_strokes_give_an_image_or_none(strokes, width):
    image = from_strokes(strokes, width)
    assert image is None or (image.shape == (28, 28) and np.isfinite(image).all())


def test_what_is_no_picture_is_named():
    with pytest.raises(ValueError, match="height, width"):
        from_pixels(np.zeros((2, 2, 7), np.uint8))
