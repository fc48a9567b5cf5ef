"""One image moved, and layers shifted back: hand-made pooling and the measured errors are the oracles."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.insight.activations import activations_of_all
from core.network import AveragePooling2D, Conv2D, Dense, Flatten, MaxPooling2D, Network, trace
from core.study.equivariance import equivariance
from core.study.moving import moved, moved_layer
from core.training import build_model

SHIFTS = st.integers(-9, 9)


@given(SHIFTS, SHIFTS)
def test_what_moves_keeps_its_pixels_and_black_comes_in(right, down):
    image = np.arange(1, 43, dtype=np.float32).reshape(6, 7, 1)
    found = moved(image, right, down)
    for row in range(6):
        for column in range(7):
            came = row - down, column - right
            inside = 0 <= came[0] < 6 and 0 <= came[1] < 7
            assert found[row, column, 0] == (image[came][0] if inside else 0)


def layer_of(network, image, right, down, path=None):
    model = build_model(network, 3)
    path = path or list(network.walk())[-1][0]
    still, shifted = activations_of_all(model, network, np.stack([image, moved(image, right, down)]))[path]
    return moved_layer(trace(network).row(path), still, shifted, right, down)


@pytest.mark.parametrize("right, down", [(3, 0), (-4, 2), (5, -5), (-1, -1), (0, 0)])
def test_a_convolution_shifted_back_is_what_it_was_away_from_the_border(random, right, down):
    network = Network((20, 20, 2), (Conv2D(3, 3, padding="same", activation="tanh"), Conv2D(2, 3, padding="same")))
    found = layer_of(network, random.random((20, 20, 2), np.float32), right, down)
    assert found.error(False) < 1e-6 and (found.error(True) > 1e-3) == ((right, down) != (0, 0))
    assert found.places and found.steps == (down, right)
    # What has no counterpart: as many rows and columns as it moved.
    assert np.isfinite(found.difference[..., 0]).sum() == (20 - abs(down)) * (20 - abs(right))


@pytest.mark.parametrize("direction", ["right", "down"])
@pytest.mark.parametrize("by", [0, 2, 4, 6])
def test_for_whole_units_the_error_is_the_measured_one(random, direction, by):
    network = Network((22, 22, 1), (Conv2D(3, 3), MaxPooling2D((2, 2)), Conv2D(2, 3, padding="same")))
    image = random.random((22, 22, 1), np.float32)
    measured = equivariance(build_model(network, 3), network, image, (by,), direction).layer((2,))
    found = layer_of(network, image, *((by, 0) if direction == "right" else (0, by)))
    assert found.error(False) == pytest.approx(measured.inside[0], abs=1e-6)
    assert found.error(True) == pytest.approx(measured.everywhere[0], abs=1e-6)


@pytest.mark.parametrize("right", [1, -1])
def test_average_pooling_by_half_a_unit_by_hand(right):
    """Row 2 4 6 8 10 12 pools to 3 7 11; moved by one to the right, 0 2 4 6 8 10 pools to 1 5 9."""
    row = np.array([2, 4, 6, 8, 10, 12], np.float32)
    image = np.repeat((row if right > 0 else row[::-1])[None, :, None], 4, axis=0)
    found = layer_of(Network((4, 6, 1), (AveragePooling2D((2, 2)),)), image, right, 0)
    # Back by half a unit, halfway between neighbours: 3 7; the last has no neighbour. A straight slope is kept.
    differences = found.difference[0, :, 0] if right > 0 else found.difference[0, ::-1, 0]
    np.testing.assert_allclose(differences, [0, 0, np.nan])
    assert found.steps == (0, right / 2)
    # The first window holds what came in; the second is clean, but its counterparts are the second and the third.
    assert (found.inside[0] if right > 0 else found.inside[0, ::-1]).tolist() == [False, True, False]


def test_maximum_pooling_by_half_a_unit_by_hand():
    """Row 1 5 2 8 3 4 7 6 pools to 5 8 4 7; moved to the right, 0 1 5 2 8 3 4 7 pools to 1 5 8 7."""
    image = np.repeat(np.array([1, 5, 2, 8, 3, 4, 7, 6], np.float32)[None, :, None], 4, axis=0)
    found = layer_of(Network((4, 8, 1), (MaxPooling2D((2, 2)),)), image, 1, 0)
    np.testing.assert_allclose(found.difference[0, :, 0], [3 - 5, 6.5 - 8, 7.5 - 4, np.nan])
    assert found.error(False) == pytest.approx(np.hypot(1.5, 3.5) / np.hypot(8, 4), rel=1e-6)


@settings(max_examples=30)
@given(SHIFTS, SHIFTS)
def test_units_inside_know_nothing_of_what_came_in(right, down):
    network = Network((16, 16, 1), (Conv2D(2, 3, padding="same"), MaxPooling2D((2, 2)), Conv2D(2, 3)))
    random = np.random.default_rng(1)
    image = random.random((16, 16, 1), np.float32)
    black = moved(image, right, down)
    noise = np.where(moved(np.ones_like(image), right, down) > 0, black, random.random((16, 16, 1), np.float32))
    model = MODELS.setdefault(network, build_model(network, 3))
    row = trace(network).row((2,))
    still, *others = activations_of_all(model, network, np.stack([image, black, noise]))[(2,)]
    one, other = (moved_layer(row, still, shifted, right, down) for shifted in others)
    assert np.array_equal(one.inside, other.inside)
    np.testing.assert_allclose(one.difference[one.inside], other.difference[one.inside], atol=1e-6)
    if not right and not down:
        assert one.inside.any()


MODELS = {}


def test_a_dense_layer_is_compared_as_it_is(random):
    network = Network((9, 9, 1), (Flatten(), Dense(4)))
    image = random.random((9, 9, 1), np.float32)
    found = layer_of(network, image, 2, 1)
    kernel, bias = build_model(network, 3).get_weights()
    before, after = (one.reshape(-1) @ kernel + bias for one in (image, moved(image, 2, 1)))
    assert not found.places and found.inside is None
    np.testing.assert_allclose(found.difference, after - before, atol=1e-5)
    assert found.error(True) == pytest.approx(np.linalg.norm(after - before) / np.linalg.norm(before), rel=1e-4)


def test_where_no_unit_is_inside_there_is_no_such_error(random):
    network = Network((8, 8, 1), (Conv2D(2, 7, padding="same"), Conv2D(2, 7, padding="same")))
    found = layer_of(network, random.random((8, 8, 1), np.float32), 1, 0)
    assert np.isnan(found.error(False)) and found.error(True) > 0


def test_an_empty_image_differs_by_nothing():
    network = Network((8, 8, 1), (Conv2D(2, 3, use_bias=False),))
    assert layer_of(network, np.zeros((8, 8, 1), np.float32), 1, 0).error(True) == 0
