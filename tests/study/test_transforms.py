"""Each strength that the Robustness page offers is what Pillow, SciPy or a formula makes of it."""

import math
from statistics import NormalDist

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter
from scipy.ndimage import gaussian_filter

from core.study.transforms import TRANSFORMS

ERRORS = 4  # standard errors that a statistic may be off


def each_strength(*names):
    """(name, strength) of all strengths that change something."""
    return [
        (name, strength)
        for name in names
        for strength in TRANSFORMS[name].strengths
        if strength != TRANSFORMS[name].neutral
    ]


def framed(images):
    """(n, h, w) with a black frame: Pillow repeats the last pixels, where here nothing is."""
    return np.pad(images, ((0, 0), (16, 16), (16, 16)))


def changed(name, strength, images):
    """(n, h, w) in 0…1 → the same, changed as on the page."""
    return TRANSFORMS[name].apply(images.astype(np.float32)[..., np.newaxis], strength, seed=3)[..., 0]


def pillow(image, name, strength):
    """(h, w) → (h, w): what Pillow makes of it, read bilinearly about the centre."""
    height, width = image.shape
    across, down = width / 2, height / 2
    turn, slant = math.radians(strength), math.tan(math.radians(strength))
    numbers = {
        "rotation": (math.cos(turn), -math.sin(turn), math.sin(turn), math.cos(turn)),
        "scale": (1 / (strength or 1), 0, 0, 1 / (strength or 1)),
        "shear": (1, slant, 0, 1),
        "right": (1, 0, 0, 1),
        "down": (1, 0, 0, 1),
    }[name]
    xx, xy, yx, yy = numbers
    x, y = (strength if name == "right" else 0), (strength if name == "down" else 0)
    matrix = (
        xx,
        xy,
        across - xx * (across + x) - xy * (down + y),
        yx,
        yy,
        down - yx * (across + x) - yy * (down + y),
    )
    picture = Image.fromarray(image)
    return np.asarray(picture.transform((width, height), Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR))


@pytest.mark.parametrize("name, strength", each_strength("rotation", "right", "down", "scale", "shear"))
def test_each_strength_of_a_warp_is_pillows(mnist, name, strength):
    digits = framed(mnist.x_test[:6, ..., 0].astype(np.float32) / 255)
    ours = changed(name, strength, digits)
    theirs = np.stack([pillow(digit, name, strength) for digit in digits])
    np.testing.assert_allclose(ours, theirs, atol=2e-4)


@pytest.mark.parametrize("name, strength", each_strength("blur"))
def test_each_strength_of_blur_is_scipys_gaussian_and_nearly_pillows(mnist, name, strength):
    """Pillow comes near a Gaussian by three box blurs of bytes: at 0.25 px a pixel is off by up to a twelfth."""
    digits = framed(mnist.x_test[:20, ..., 0])
    ours = changed(name, strength, digits / 255)
    exact = np.stack([gaussian_filter(digit / 255, strength, truncate=20, mode="constant") for digit in digits])
    np.testing.assert_allclose(ours, exact, atol=1e-4)
    theirs = [np.asarray(Image.fromarray(digit).filter(ImageFilter.GaussianBlur(strength))) for digit in digits]
    off = np.abs(ours - np.stack(theirs) / 255)
    assert off.max() < 0.09 and off.mean() < 0.0013


@pytest.mark.parametrize("name, strength", each_strength("contrast"))
def test_each_strength_of_contrast_is_pillows(mnist, name, strength):
    """To the grey step by which Pillow rounds the mean, and the one by which it rounds the answer."""
    digits = mnist.x_test[:12, ..., 0]
    theirs = [np.asarray(ImageEnhance.Contrast(Image.fromarray(digit)).enhance(strength)) for digit in digits]
    np.testing.assert_allclose(changed(name, strength, digits / 255), np.stack(theirs) / 255, atol=1.6 / 255)


@pytest.mark.parametrize("name, strength", each_strength("square"))
def test_each_strength_of_covering_is_pillows_rectangle(mnist, name, strength):
    """An image of ones shows where it lies."""
    digits, side = mnist.x_test[:12, ..., 0].astype(np.float32) / 255, int(strength)
    places = changed(name, strength, np.ones_like(digits)) == 0
    for digit, place, ours in zip(digits, places, changed(name, strength, digits)):
        top, left = np.argwhere(place)[0]
        theirs = Image.fromarray(digit)
        ImageDraw.Draw(theirs).rectangle((left, top, left + side - 1, top + side - 1), fill=0.0)
        assert place.sum() == side**2 and np.array_equal(ours, np.asarray(theirs))


@pytest.mark.parametrize("name, strength", each_strength("noise"))
def test_each_strength_of_noise_is_a_normal_distribution_cut_at_0_and_1(name, strength):
    """On grey: mean, variance and shares at both ends are those of the formula, to four standard errors."""
    found = changed(name, strength, np.full((100, 28, 28), 0.5)).astype(np.float64).ravel()
    normal, end = NormalDist(), 0.5 / strength  # standard deviations from grey to black
    beyond = normal.cdf(-end)
    inside = strength**2 * (1 - 2 * beyond - 2 * end * normal.pdf(end))
    variance = inside + 2 * beyond * 0.5**2
    assert found.min() >= 0 and found.max() <= 1
    assert abs(found.mean() - 0.5) < ERRORS * math.sqrt(variance / found.size)
    squares = (found - 0.5) ** 2
    assert abs(squares.mean() - variance) < ERRORS * squares.std() / math.sqrt(found.size)
    for share in ((found == 0).mean(), (found == 1).mean()):
        assert abs(share - beyond) <= ERRORS * math.sqrt(beyond * (1 - beyond) / found.size)


@pytest.mark.parametrize("name, strength", each_strength("salt_and_pepper"))
def test_each_strength_of_salt_and_pepper_changes_that_share_and_leaves_the_rest(mnist, name, strength):
    """Half of it to black and half to white, to four standard errors; on digits the rest stays as it was."""
    found = changed(name, strength, np.full((100, 28, 28), 0.5))
    error = ERRORS * math.sqrt(strength / 2 * (1 - strength / 2) / found.size)
    assert abs((found == 0).mean() - strength / 2) < error and abs((found == 1).mean() - strength / 2) < error
    digits = mnist.x_test[:100, ..., 0].astype(np.float32) / 255
    expected = np.where(found == 0.5, digits, found)  # the same seed draws the same pixels
    assert np.array_equal(changed(name, strength, digits), expected)


def test_no_transform_is_left_out():
    named = {"rotation", "right", "down", "scale", "shear", "blur", "contrast", "square", "noise", "salt_and_pepper"}
    assert named == set(TRANSFORMS)
