"""Pieces of ink: a flood fill is the oracle of what touches, geometry that of middle lines."""

import itertools
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from core.data.pieces import components, digits
from core.data.skeleton import skeleton_points, skeletonize
from tests.data.handwriting import DIGITS, inked, placed


def filled(mask):
    """How many components a flood fill finds."""
    left, count = {tuple(place) for place in np.argwhere(mask)}, 0
    while left:
        count += 1
        waiting = [left.pop()]
        while waiting:
            row, column = waiting.pop()
            around = {(row + down, column + right) for down in (-1, 0, 1) for right in (-1, 0, 1)} & left
            left -= around
            waiting += around
    return count


@given(arrays.arrays(bool, st.tuples(st.integers(1, 14), st.integers(1, 14))))
@settings(deadline=None, max_examples=150)
def test_components_are_those_of_a_flood_fill(mask):
    labels, count = components(mask)
    assert count == filled(mask)
    assert ((labels > 0) == mask).all()
    assert all(filled(labels == number) == 1 for number in range(1, count + 1))


def test_a_spiral_is_one_piece():
    spiral = np.zeros((41, 41), bool)
    row, column, down, right, length = 20, 20, 0, 1, 2
    for turn in range(36):
        for _ in range(length):
            if 0 <= row < 41 and 0 <= column < 41:
                spiral[row, column] = True
            row, column = row + down, column + right
        down, right = right, -down
        length += 2 * (turn % 2)
    assert components(spiral)[1] == filled(spiral) == 1


@pytest.mark.parametrize("digit", DIGITS)
def test_a_thinned_digit_is_one_line_as_connected_as_before(digit):
    shape = inked(placed(DIGITS[digit], 1, 10, 10), 10, (90, 120)) > 0.5
    line = skeletonize(shape)
    assert not (line & ~shape).any()
    assert components(line)[1] == components(shape)[1] == 1
    assert line.sum() < 0.2 * shape.sum()


def test_the_skeleton_of_a_stroke_is_where_the_pen_went():
    stroke = np.array([(20.0, 30.0), (90.0, 75.0)])
    points, reach = skeleton_points(inked([stroke], 13, (120, 110)) > 0.5)
    along = (stroke[1] - stroke[0]) / np.hypot(*(stroke[1] - stroke[0]))
    aside = (points + 0.5 - stroke[0]) @ np.array([-along[1], along[0]])
    assert np.abs(aside).max() < 2 and np.median(np.abs(aside)) < 1
    assert np.median(reach) == pytest.approx(6.5, abs=0.7)


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (9, 1), (2, 2)])
def test_the_smallest_shapes_have_a_middle(shape):
    points, reach = skeleton_points(np.ones(shape, bool))
    assert len(points) == len(reach) >= 1 and (reach > 0).all()


def test_stripes_have_a_middle_too_and_take_little_memory():
    shape = np.zeros((120, 120), bool)
    shape[:, ::2] = True
    tracemalloc.start()
    points, reach = skeleton_points(shape)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(points) > 5000 and most < 10_000_000
    assert (reach == 0.5).all()  # to the gap beside it


def test_how_far_the_ink_reaches_is_the_distance_to_the_nearest_pixel_without():
    shape = np.random.default_rng(2).random((60, 50)) < 0.7
    points, reach = skeleton_points(shape)
    without = np.argwhere(~np.pad(shape, 1)) - 1
    away = np.hypot(*(points[:, np.newaxis, ::-1] - without).transpose(2, 0, 1)).min(axis=1)
    np.testing.assert_allclose(reach, np.maximum(away - 0.5, 0.5), rtol=1e-6)


def bar(x, top, bottom):
    """An upright stroke as points, close together."""
    return np.array([(x, y) for y in range(top, bottom + 1, 2)], float)


def test_a_digit_beside_a_short_one_and_a_long_one_is_of_their_line():
    long, short, third = bar(200, 0, 200), bar(300, 4, 60), bar(100, 70, 190)
    assert digits([short, long, third]) == [[2], [1], [0]]  # from left to right


def test_what_starts_below_all_before_it_is_a_line_of_its_own():
    long, short, below = bar(200, 0, 200), bar(300, 4, 60), bar(100, 150, 350)
    assert digits([below, short, long]) == [[2], [1], [0]]


def test_digits_of_a_line_are_read_by_their_middles():
    """A wide one begins left of the slim one that stands before its middle."""
    corners = np.array([(0.0, 200.0), (200.0, 200.0), (400.0, 0.0)])
    wide = np.concatenate([np.linspace(*ends, 100) for ends in itertools.pairwise(corners)])
    assert digits([wide, bar(100, 0, 120)]) == [[1], [0]]
