"""Shifts followed by maps: networks whose answers can be written down are the oracles."""

import numpy as np
import pytest

from core.network import (
    LENET5,
    AveragePooling2D,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Flatten,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    MaxPooling2D,
    Network,
    residual_block,
)
from core.study import equivariance as study
from core.study.contender import LabelledImages, Unfit
from core.study.equivariance import equivariance, parts_errors, shift_errors
from core.study.memory import forget_all
from core.study.untrained import PADDED, PARTS, dense_network
from core.training import build_model


def measured(network, image, shifts=range(7), direction="right", seed=3):
    return equivariance(build_model(network, seed), network, image, shifts, direction)


def rows_of(values, height=6):
    """(height, w, 1) float32: each row the same numbers."""
    return np.repeat(np.array(values, np.float32)[np.newaxis, :, np.newaxis], height, axis=0)


@pytest.mark.parametrize("direction", ["right", "down"])
@pytest.mark.parametrize(
    "layer",
    [
        Conv2D(4, 3), Conv2D(4, 5, padding="same", activation="tanh"), Conv2D(3, 3, dilation_rate=2),
        DepthwiseConv2D((3, 3), padding="same"), Conv2D(2, (1, 5), activation="relu"),
    ],
)  # fmt: skip
def test_a_convolution_with_stride_1_follows_each_shift_away_from_the_border(random, layer, direction):
    network = Network((20, 23, 2), (layer, Conv2D(3, 3, padding="same")))
    found = measured(network, random.random((20, 23, 2), np.float32), direction=direction)
    for one in found.layers:
        assert one.places and one.step == 1
        assert one.inside.shape == (7,) and np.nanmax(one.inside) < 1e-6 and not np.isnan(one.inside).any()
    assert found.layer((0,)).everywhere[0] == 0
    assert found.layer((1,)).everywhere[3] > 1e-3  # the padding and what came in


def test_maximum_pooling_by_hand():
    """Row 1 5 2 8 3 4 | 7 6 … shifted by one: other numbers meet in a window."""
    values = [1, 5, 2, 8, 3, 4, 7, 6, 9, 0]
    network = Network((6, 10, 1), (MaxPooling2D((2, 2)),))
    found = measured(network, rows_of(values), (0, 1, 2)).layer((0,))
    before = np.array([5, 8, 4, 7, 9.0])  # maxima of 1 5, 2 8, 3 4, 7 6, 9 0
    shifted = np.array([1, 5, 8, 7, 9.0])  # of 0 1, 5 2, 8 3, 4 7, 6 9
    # The shift is half a unit: between each pair of neighbours. The first window holds what came in.
    expected = (before[1:] + before[:-1]) / 2
    by_hand = np.linalg.norm(shifted[1:] - expected) / np.linalg.norm(expected)
    assert found.step == 2
    assert found.inside[1] == pytest.approx(by_hand, rel=1e-6) and found.inside[1] > 0.1
    assert found.everywhere[1] == pytest.approx(by_hand, rel=1e-6)  # the first window has one neighbour only
    assert found.inside[0] == found.inside[2] == 0


def test_a_window_that_reaches_into_the_padding_counts_everywhere_only():
    network = Network((6, 10, 1), (AveragePooling2D((2, 2), (1, 1), padding="same"),))
    found = measured(network, rows_of(range(1, 11)), (0, 1)).layer((0,))
    assert found.inside[1] < 1e-6 < found.everywhere[1]


@pytest.mark.parametrize("stride", [2, 3])
def test_behind_a_stride_only_its_multiples_are_followed(random, stride):
    network = Network((24, 24, 1), (Conv2D(4, 3, strides=stride), Conv2D(2, 1)))
    found = measured(network, random.random((24, 24, 1), np.float32))
    for path in ((0,), (1,)):
        one = found.layer(path)
        assert one.step == stride
        for shift, error in zip(found.shifts, one.inside):
            assert (error < 1e-6) == (shift % stride == 0)


def test_two_poolings_of_2_follow_shifts_by_4(random):
    network = Network((28, 28, 1), (MaxPooling2D((2, 2)), Conv2D(3, 3), MaxPooling2D((2, 2))))
    found = measured(network, random.random((28, 28, 1), np.float32), range(9))
    assert found.layer((2,)).step == 4
    assert (found.layer((2,)).inside < 1e-6).tolist() == [True, False, False, False, True, False, False, False, True]
    assert (found.layer((0,)).inside < 1e-6).tolist() == [True, False] * 4 + [True]


def test_a_block_with_a_skip_follows_too(random):
    network = Network((16, 16, 3), (residual_block(3),))
    found = measured(network, random.random((16, 16, 3), np.float32))
    assert np.nanmax(found.layer((0,)).inside) < 1e-6


def test_a_dense_layer_has_no_places_and_is_compared_with_itself(random):
    network = Network((12, 12, 1), (Conv2D(2, 3), Flatten(), Dense(5)))
    model = build_model(network, 3)
    image = random.random((12, 12, 1), np.float32)
    found = equivariance(model, network, image, (0, 4))
    dense = found.layer((2,))
    moved = np.zeros_like(image)
    moved[:, 4:] = image[:, :8]
    before, after = (np.asarray(model(one[np.newaxis], training=False))[0] for one in (image, moved))
    assert not dense.places and dense.inside is dense.everywhere
    assert dense.everywhere[0] < 1e-6
    assert dense.everywhere[1] == pytest.approx(np.linalg.norm(after - before) / np.linalg.norm(before), rel=1e-4)
    assert dense.everywhere[1] > 0.05


@pytest.mark.parametrize("pooling", [GlobalAveragePooling2D, GlobalMaxPooling2D])
def test_global_pooling_is_unmoved_by_what_stays_in_the_image(pooling):
    image = np.zeros((20, 20, 1), np.float32)
    image[8:11, 7:10] = 1
    network = Network((20, 20, 1), (Conv2D(3, 3, use_bias=False), pooling()))
    assert measured(network, image, range(6)).layer((1,)).everywhere.max() < 1e-6


def test_where_every_unit_touches_the_border_there_is_nothing_inside(random):
    network = Network((8, 8, 1), (Conv2D(2, 7, padding="same"), Conv2D(2, 7, padding="same")))
    found = measured(network, random.random((8, 8, 1), np.float32), (0, 1)).layer((1,))
    assert np.isnan(found.inside).all() and not np.isnan(found.everywhere).any()


def test_all_layers_of_lenet_have_their_images_and_maps(mnist):
    image = mnist.x_test[0].astype(np.float32) / 255
    found = measured(LENET5, image)
    assert [one.path for one in found.layers] == [(n,) for n in range(8)]
    assert [one.places for one in found.layers] == [True] * 4 + [False] * 4
    assert found.images.shape == (7, 28, 28, 1) and np.array_equal(found.images[2][:, 2:], image[:, :-2])
    assert not found.images[2][:, :2].any()
    assert found.outputs[(0,)].shape == (7, 28, 28, 6) and found.outputs[(7,)].shape == (7, 10)
    with pytest.raises(KeyError):
        found.layer((9,))


@pytest.mark.parametrize("wrong", [{"direction": "up"}, {"shifts": (0, 28)}, {"shifts": (-1,)}, {"shifts": (0.5,)}])
def test_a_shift_that_cannot_be_is_refused(wrong):
    with pytest.raises(ValueError, match=r"works|whole numbers"):
        equivariance(build_model(LENET5, 1), LENET5, np.zeros((28, 28, 1), np.float32), **wrong)


def test_an_empty_image_moves_to_itself():
    network = Network((10, 10, 1), (Conv2D(2, 3, use_bias=False), Flatten(), Dense(3, use_bias=False)))
    for one in measured(network, np.zeros((10, 10, 1), np.float32), (0, 2)).layers:
        assert not one.everywhere.any()


@pytest.mark.parametrize("direction", ["right", "down"])
def test_the_errors_over_many_images_are_those_of_each(few, lenet, direction):
    dense = dense_network((28, 28, 1), few.class_names, "mnist")
    *_, found = shift_errors([lenet, dense], few, direction, 30)
    assert found.images == 30 and found.done == 1 and found.shifts == tuple(range(1, 9))
    for contender, layers in zip((lenet, dense), found.layers):
        for number in (0, 29):  # of the first group and of the second
            image = few.images[few.order[number]].astype(np.float32) / 255
            one = equivariance(contender.model, contender.network, image, found.shifts, direction)
            assert [layer.path for layer in layers] == [layer.path for layer in one.layers]
            for layer, alone in zip(layers, one.layers):
                assert (layer.places, layer.step) == (alone.places, alone.step)
                np.testing.assert_allclose(layer.inside[number], alone.inside, atol=1e-5)
                np.testing.assert_allclose(layer.everywhere[number], alone.everywhere, atol=1e-5)


def test_more_images_come_bit_by_bit_and_none_is_measured_twice(few, monkeypatch):
    dense, asked = dense_network((28, 28, 1), few.class_names, "mnist"), []
    ask = study.activations_of_all
    monkeypatch.setattr(study, "activations_of_all", lambda *a: asked.append(len(a[2])) or ask(*a))
    first = list(shift_errors([dense], few, "right", 60))
    assert [one.images for one in first] == [25, 50, 60] and [one.done for one in first] == [25 / 60, 50 / 60, 1]
    assert sum(asked) == 60 * 9
    *_, again = shift_errors([dense], few, "right", 60)
    assert sum(asked) == 60 * 9
    assert np.array_equal(again.layers[0][1].inside, first[-1].layers[0][1].inside)
    next(shift_errors([dense], few, "down", 60))
    assert sum(asked) == 85 * 9


def test_large_outputs_are_taken_a_few_at_a_time_with_the_same_result(few, lenet, monkeypatch):
    *_, whole = shift_errors([lenet], few, count=10)
    forget_all()
    monkeypatch.setattr(study, "MOST_VALUES", 9 * 3 * 10_000)  # of LeNet-5's 9,394 numbers for an image
    *_, parts = shift_errors([lenet], few, count=10)
    for one, other in zip(whole.layers[0], parts.layers[0]):
        np.testing.assert_allclose(one.everywhere, other.everywhere, atol=1e-5)


def test_what_each_part_of_a_network_does_to_shifts(few):
    *_, found = parts_errors(few, 25)
    last = dict(zip(found.names, (layers[-1] for layers in found.layers)))
    assert last[PARTS[0]].exact(found.shifts) == found.shifts
    for name in PARTS[1:]:
        assert last[name].exact(found.shifts) == (2, 4, 6, 8) and last[name].step == 2
        assert last[name].inside.mean(axis=0)[::2].min() > 0.1
    without, padded = (last[name] for name in PADDED)
    assert without.everywhere.max() < 1e-5 and padded.inside.max() < 1e-5
    assert padded.everywhere.mean(axis=0).min() > 0.01


def test_a_network_that_does_not_fit_is_refused(few, lenet):
    wide = LabelledImages("Photos", np.zeros((3, 32, 32, 3), np.uint8), np.zeros(3, int), lenet.class_names)
    with pytest.raises(Unfit, match="reads images of 28×28×1"):
        next(shift_errors([lenet], wide))
