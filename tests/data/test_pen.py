"""Strokes over an image: geometry is the oracle."""

import numpy as np
import pytest

from core.data import drawn_over

EMPTY = np.zeros((28, 28), np.float32)


def test_a_stroke_has_the_area_of_a_line_with_round_ends():
    line = np.array([(100.0, 140.0), (180.0, 140.0)])
    ink = drawn_over(EMPTY, [line], 20, 280)
    assert ink.sum() == pytest.approx(8 * 2 + np.pi, rel=0.05)  # 8 pixels long, 2 wide
    assert drawn_over(EMPTY, [np.array([(140.0, 140.0)])], 40, 280).sum() == pytest.approx(4 * np.pi, rel=0.05)


def test_it_is_where_it_was_drawn_neither_scaled_nor_centred():
    ink = drawn_over(EMPTY, [np.array([(35.0, 205.0)])], 10, 280)  # x 3.5, y 20.5: the middle of a pixel
    assert np.unravel_index(ink.argmax(), ink.shape) == (20, 3)
    assert (ink > 0).sum() == 1


def test_ink_lies_over_the_image_and_takes_nothing_away(random):
    image = random.random((28, 28), np.float32)
    after = drawn_over(image, [np.array([(0.0, 0.0), (280.0, 280.0)])], 18, 280)
    alone = drawn_over(EMPTY, [np.array([(0.0, 0.0), (280.0, 280.0)])], 18, 280)
    np.testing.assert_array_equal(after, np.maximum(image, alone))
    assert after.dtype == np.float32


@pytest.mark.parametrize(
    "strokes",
    [[], [np.zeros((0, 2))], [np.full((3, 2), np.nan)], [np.full((2, 2), 1e9)], [np.zeros((30_000, 2))]],
    ids=["none", "empty", "no numbers", "far away", "too many points"],
)
def test_nonsense_leaves_the_image_as_it_was(strokes, random):
    image = random.random((28, 28), np.float32)
    np.testing.assert_array_equal(drawn_over(image, strokes, 18, 280), image)


def test_the_thinnest_pen_draws_the_thinnest_line():
    ink = drawn_over(EMPTY, [np.array([(35.0, 140.0), (245.0, 140.0)])], 0.5, 280)
    assert ink.sum() == pytest.approx(21 / 8, rel=0.1)  # 21 pixels long, an eighth of a pixel wide
