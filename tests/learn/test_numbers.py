"""Numbers of a sandbox: which are taken, and patches of real images."""

import numpy as np
import pytest

from core.data import load
from core.learn.numbers import acceptable, patch, random_numbers


@pytest.mark.parametrize(
    "number, taken",
    [(0.5, 0.5), (-1000, -1000.0), (1000.0, 1000.0), (1000.001, None), (1e9, None), (float("nan"), None),
     (float("inf"), None), ("1", None), (True, None), (None, None), ([1], None)],
)  # fmt: skip
def test_only_numbers_up_to_a_thousand_are_taken(number, taken):
    assert acceptable(number) == taken


@pytest.mark.parametrize("size, whole", [(4, 8), (8, 8), (3, 12)])
def test_a_patch_is_a_part_of_a_test_image_and_none_of_its_size_differs_more(size, whole):
    found = patch("mnist", 5, size, whole)
    assert found.shape == (whole, whole) and found.min() >= 0 and found.max() <= 1
    image = load("mnist").x_test[int(np.random.default_rng(5).integers(10_000)), :, :, 0] / 255
    places = [(r, c) for r in range(29 - whole) for c in range(29 - whole)]
    same = [
        at for at in places if np.allclose(found, image[at[0] : at[0] + whole, at[1] : at[1] + whole], atol=0.006)
    ]
    assert len(same) == 1
    spread = {at: image[at[0] : at[0] + size, at[1] : at[1] + size].var() for at in places}
    assert spread[same[0]] == pytest.approx(max(spread.values()))
    assert not np.array_equal(found, patch("mnist", 6, size, whole))


def test_random_numbers_are_whole_and_in_their_range():
    found = random_numbers(3, (50, 50), -2, 4)
    assert set(np.unique(found)) == {-2.0, -1.0, 0.0, 1.0, 2.0, 3.0, 4.0}
