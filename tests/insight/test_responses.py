"""The patches that a channel likes best: all activations, searched by hand, are the oracle."""

import gc
import weakref

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.insight import activations, best_patches
from core.insight.graphs import tracings
from core.network import LENET5, Branches, Conv2D, Dense, Flatten, GlobalMaxPooling2D, MaxPooling2D, Network, trace
from core.training import build_model, pretrained
from tests.strategies import networks

BRANCHED = Network(
    (11, 9, 3),
    (
        Branches(((Conv2D(4, 3, padding="same", activation="relu"),), (), (Conv2D(2, (1, 5), padding="same"),))),
        MaxPooling2D(2),
        Conv2D(5, 3),
        GlobalMaxPooling2D(),
        Dense(4, "softmax"),
    ),
)


def by_hand(model, network, path, images, channel, count):
    """(value, image) of the strongest images, from the activations of one image after the other."""
    strongest = [activations(model, network, image)[path][..., channel].max() for image in images]
    order = np.argsort(-np.array(strongest), kind="stable")[:count]
    return [(strongest[i], int(i)) for i in order]


@settings(max_examples=12, deadline=None)
@given(networks(most=4, sides=(5, 9)).filter(lambda network: network.layers), st.integers(0, 99))
def test_the_strongest_patches_are_those_of_all_activations(network, seed):
    random = np.random.default_rng(seed)
    model = build_model(network, seed=seed)
    images = random.random((7, *network.input_shape), np.float32)
    paths = [path for path, _ in network.walk()]
    path = paths[seed % len(paths)]
    row = trace(network).row(path)
    found = best_patches(model, network, path, images, count=3)
    assert list(found) == list(range(row.output_shape[-1]))
    channel = seed % row.output_shape[-1]
    expected = by_hand(model, network, path, images, channel, 3)
    np.testing.assert_allclose(
        [patch.value for patch in found[channel]], [value for value, _ in expected], rtol=1e-3, atol=1e-5
    )
    for patch in found[channel]:
        values = activations(model, network, images[patch.image])[path]
        if values.ndim == 3:
            np.testing.assert_allclose(values[patch.row, patch.column, channel], patch.value, rtol=1e-3, atol=1e-5)
        assert patch.box == row.receptive_field.region(patch.row, patch.column)


def test_a_patch_says_all_that_its_unit_saw(random):
    """Blackening the rest of the image leaves the response as it is."""
    model = build_model(BRANCHED, seed=2)
    images = random.random((5, *BRANCHED.input_shape), np.float32)
    for channel, patches in best_patches(model, BRANCHED, (2,), images, count=5).items():
        assert len({patch.image for patch in patches}) == len(patches) == 5
        for patch in patches:
            alone = np.zeros(BRANCHED.input_shape, np.float32)
            alone[patch.box.top : patch.box.bottom, patch.box.left : patch.box.right] = patch.cut(images)
            value = activations(model, BRANCHED, alone)[(2,)][patch.row, patch.column, channel]
            np.testing.assert_allclose(value, patch.value, rtol=1e-4, atol=1e-5)


def test_a_bright_spot_is_found_where_it_is_and_cut_off_at_the_border():
    network = Network((6, 6, 1), (Conv2D(1, 3, padding="same", use_bias=False),))
    model = build_model(network)
    kernel = np.zeros((3, 3, 1, 1), np.float32)
    kernel[1, 1] = 1
    model.set_weights([kernel])
    images = np.zeros((3, 6, 6, 1), np.uint8)
    images[1, 0, 5] = 255
    images[2, 3, 2] = 51
    first, second, third = best_patches(model, network, (0,), images)[0]
    assert (first.image, first.row, first.column, first.value) == (1, 0, 5, 1.0)
    assert first.box == (0, 4, 2, 6)
    assert first.cut(images)[..., 0].tolist() == [[0, 1], [0, 0]]
    assert (second.image, second.row, second.column) == (2, 3, 2)
    assert second.cut(images).shape == (3, 3, 1)
    np.testing.assert_allclose(second.cut(images)[1, 1, 0], 0.2, rtol=1e-6)
    assert (third.image, third.value) == (0, 0.0)


def test_a_unit_of_a_dense_layer_sees_the_whole_image(random):
    model = pretrained("lenet5")
    images = (random.random((20, 28, 28, 1)) * 255).astype(np.uint8)
    found = best_patches(model, LENET5, (5,), images, channel=7, count=4)
    assert list(found) == [7]
    patch = found[7][0]
    assert (patch.row, patch.column, patch.box) == (0, 0, (0, 0, 28, 28))
    np.testing.assert_array_equal(patch.cut(images), images[patch.image].astype(np.float32) / 255)


def test_a_flattened_unit_still_knows_its_place(random):
    network = Network((6, 5, 1), (Conv2D(2, 3), Flatten(), Dense(3)))
    model = build_model(network, seed=1)
    images = random.random((3, 6, 5, 1), np.float32)
    unit = (2 * 3 + 1) * 2 + 1  # row 2, column 1, channel 1 of the 4×3×2
    patch = best_patches(model, network, (1,), images, channel=unit)[unit][0]
    assert (patch.row, patch.column, patch.box) == (2, 1, (2, 1, 5, 4))


def test_images_that_need_several_batches_are_all_searched(monkeypatch, random):
    monkeypatch.setattr("core.insight.graphs.MOST_IMAGES", 4)
    model = build_model(BRANCHED, seed=3)
    images = random.random((11, *BRANCHED.input_shape), np.float32)
    shares = []
    found = best_patches(model, BRANCHED, (0,), images, count=6, on_progress=shares.append)
    for channel, patches in found.items():
        expected = by_hand(model, BRANCHED, (0,), images, channel, 6)
        np.testing.assert_allclose([patch.value for patch in patches], [value for value, _ in expected], rtol=1e-4)
        assert [patch.image for patch in patches] == [image for _, image in expected]
    np.testing.assert_allclose(shares, [4 / 11, 8 / 11, 1])


def test_weights_changed_in_place_are_seen_and_nothing_is_compiled_again(random):
    network = Network((8, 8, 1), (Conv2D(2, 3),))
    model = build_model(network, seed=1)
    images = random.random((5, 8, 8, 1), np.float32)
    before = best_patches(model, network, (0,), images, count=1)[0][0].value
    model.set_weights([2 * weights for weights in model.get_weights()])
    after = best_patches(model, network, (0,), images[:3], count=1)
    doubled = by_hand(model, network, (0,), images[:3], 0, 1)[0][0]
    np.testing.assert_allclose(after[0][0].value, doubled, rtol=1e-5)
    assert before != after[0][0].value
    assert [count for key, count in tracings(model).items() if key[0] == "strongest"] == [1]


def test_a_channel_that_is_not_there_is_refused_in_a_sentence(random):
    with pytest.raises(IndexError, match="Conv2D at 1 has the channels 0 to 5, but not 6"):
        best_patches(pretrained("lenet5"), LENET5, (0,), random.random((1, 28, 28, 1), np.float32), channel=6)


def test_searching_does_not_keep_a_model_alive(random):
    network = Network((8, 8, 1), (Flatten(), Dense(10, "softmax")))
    model = build_model(network)
    best_patches(model, network, (1,), random.random((2, 8, 8, 1), np.float32))
    gone = weakref.ref(model)
    del model
    gc.collect()
    assert gone() is None
