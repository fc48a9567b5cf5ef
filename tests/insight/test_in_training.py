"""What layers put out in a training step, against dropout's and batch normalisation's own formulas."""

import numpy as np
import pytest

from core.insight import activations
from core.insight.in_training import activations_in_training, companions, needs_batch, noisy_layers
from core.network import (
    LENET5,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GaussianDropout,
    Network,
    SpatialDropout2D,
)
from core.training import build_model

SHAPE = (6, 6, 1)
RANDOM = np.random.default_rng(0)
IMAGE, OTHERS = RANDOM.random(SHAPE, np.float32), RANDOM.random((7, *SHAPE), np.float32)
NONE = np.zeros((0, *SHAPE), np.float32)


def network(*layers):
    return Network(SHAPE, (Conv2D(4, 3), *layers, Flatten(), Dense(3, "softmax")))


def in_training(asked, others=NONE, seed=0):
    return activations_in_training(asked, build_model(asked, 1).get_weights(), IMAGE, others, seed)


def test_only_layers_that_are_noisy_are_named():
    asked = network(BatchNormalization(), Dropout(0.5), SpatialDropout2D(0.2), GaussianDropout(0.1), Dropout(0.0))
    assert noisy_layers(asked) == [(1,), (2,), (3,), (4,)] and needs_batch(asked)
    assert noisy_layers(LENET5) == [] and not needs_batch(LENET5)


def test_dropout_leaves_zeros_and_scaled_numbers_and_draws_anew_by_its_seed():
    asked = network(Dropout(0.25))
    found = in_training(asked)
    kept = found[1,] != 0
    assert 0 < kept.mean() < 1
    np.testing.assert_allclose(found[1,][kept], (found[0,] / 0.75)[kept], rtol=1e-5)
    np.testing.assert_array_equal(in_training(asked)[1,], found[1,])
    assert (in_training(asked, seed=1)[1,] != found[1,]).any()


def test_spatial_dropout_forgets_whole_maps():
    found = in_training(network(SpatialDropout2D(0.5)), seed=0)[1,]
    silent = (found == 0).all(axis=(0, 1))
    assert silent.any() and not silent.all() and (found[..., ~silent] != 0).all()


def test_batch_normalisation_takes_mean_and_variance_of_the_batch():
    asked = network(BatchNormalization())
    model = build_model(asked, 1)
    before = [array.copy() for array in model.get_weights()]
    found = activations_in_training(asked, model.get_weights(), IMAGE, OTHERS)
    maps = np.stack([activations(model, asked, one)[0,] for one in (IMAGE, *OTHERS)])
    mean, variance = maps.mean(axis=(0, 1, 2)), maps.var(axis=(0, 1, 2))
    np.testing.assert_allclose(found[1,], (maps[0] - mean) / np.sqrt(variance + 0.001), atol=1e-4)
    assert abs(found[1,] - activations(model, asked, IMAGE)[1,]).max() > 0.1
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_without_noise_it_is_what_the_network_predicts():
    asked = network()
    for path, values in activations(build_model(asked, 1), asked, IMAGE).items():
        np.testing.assert_allclose(in_training(asked)[path], values, atol=1e-6)


@pytest.mark.parametrize("there", [3, 100])
def test_companions_are_drawn_without_repeats(there):
    images = np.arange(there, dtype=np.uint8).reshape(-1, 1, 1, 1)
    found = companions(images, 5, 31)
    assert found.shape == (min(there, 31), 1, 1, 1) and found.dtype == np.float32
    assert len(np.unique(found)) == len(found) and set(np.round(found.ravel() * 255)) <= set(range(there))
    np.testing.assert_array_equal(found, companions(images, 5, 31))
    assert there < 31 or (found != companions(images, 6, 31)).any()
