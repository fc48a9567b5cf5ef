"""What the pictures show is what the model holds: Keras and NumPy are the oracles."""

import gc
import weakref

import numpy as np
import pytest

from core.insight import activations, kernels, layers_with_kernels, probabilities, regions
from core.network import (
    LENET5,
    PRESETS,
    Branches,
    Conv2D,
    Dense,
    Flatten,
    GlobalAveragePooling2D,
    Network,
    trace,
)
from core.training import build_model, pretrained

BRANCHED = Network(
    (12, 12, 3),
    (
        Branches(((Conv2D(4, 3, padding="same", activation="relu"),), (), (Conv2D(2, 1),)), "concatenate"),
        Conv2D(5, 3),
        GlobalAveragePooling2D(),
        Dense(10, "softmax"),
    ),
)


@pytest.mark.parametrize("network", [LENET5, BRANCHED, PRESETS["A1"].network])
def test_activations_are_the_models_own(network, random):
    model = build_model(network, seed=3)
    image = random.random(network.input_shape, np.float32)
    found = activations(model, network, image)
    assert list(found) == [path for path, _ in network.walk()]
    for row in trace(network).rows:
        assert found[row.path].shape == row.output_shape
    np.testing.assert_allclose(found[(len(network.layers) - 1,)], model.predict(image[None], verbose=0)[0], atol=1e-6)
    np.testing.assert_allclose(probabilities(model, image).sum(), 1, atol=1e-5)


def test_a_network_of_one_layer_has_activations_too(random):
    network = Network((6, 6, 2), (Conv2D(3, 3),))
    model = build_model(network)
    image = random.random(network.input_shape, np.float32)
    found = activations(model, network, image)
    assert list(found) == [(0,)]
    np.testing.assert_allclose(found[(0,)], model(image[None])[0], atol=1e-6)


def test_the_first_convolution_is_what_its_kernels_say(random):
    """One unit by hand: patch times kernel plus bias, cut off below zero."""
    model = pretrained("lenet5")
    image = random.random((28, 28, 1), np.float32)
    shown = kernels(model, LENET5, (0,))
    assert shown.images.shape == (6, 1, 5, 5)
    patch = image[8:13, 10:15, 0]  # what unit (10, 12) sees, the padding being 2
    expected = [max(0.0, (patch * shown.images[k, 0]).sum() + shown.bias[k]) for k in range(6)]
    np.testing.assert_allclose(activations(model, LENET5, image)[(0,)][10, 12], expected, rtol=1e-4, atol=1e-5)


def test_dense_templates_have_the_shape_of_what_was_flattened(random):
    dense = PRESETS["A1"].network
    model = build_model(dense, seed=1)
    shown = kernels(model, dense, (1,))
    assert shown.images.shape == (512, 1, 28, 28)
    image = random.random((28, 28, 1), np.float32)
    hidden = activations(model, dense, image)[(1,)]
    expected = np.maximum((shown.images[:, 0] * image[..., 0]).sum(axis=(1, 2)), 0)
    np.testing.assert_allclose(hidden, expected, rtol=1e-3, atol=1e-4)
    assert kernels(model, dense, (3,)).images.shape == (10, 1, 1, 512)  # behind another dense layer: a row
    lenet = pretrained("lenet5")
    assert kernels(lenet, LENET5, (5,)).images.shape == (120, 16, 5, 5)


def test_only_layers_with_kernels_are_offered():
    assert layers_with_kernels(LENET5) == [(0,), (2,), (5,), (6,), (7,)]
    assert layers_with_kernels(BRANCHED) == [(0, 0, 0), (0, 2, 0), (1,), (3,)]


def test_regions_list_every_unit_once():
    field = trace(LENET5).rows[2].receptive_field
    table = regions(field)
    assert table.shape == (100, 6)
    assert len({tuple(row) for row in table[:, :2]}) == 100
    assert tuple(table[0]) == (0, 0, *field.region(0, 0))


def test_looking_into_a_model_does_not_keep_it_alive(random):
    network = Network((8, 8, 1), (Flatten(), Dense(10, "softmax")))
    model = build_model(network)
    activations(model, network, random.random((8, 8, 1), np.float32))
    gone = weakref.ref(model)
    del model
    gc.collect()
    assert gone() is None
