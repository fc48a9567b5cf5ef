"""Other ways to begin and to end a network; Keras is the oracle."""

import keras
import numpy as np
import pytest
from keras import layers as kl

from core.network import Activation, Conv2D, Dense, Flatten, Network, Recipe
from core.training import build_model
from core.training.foreign import UnreadableModel, read_model, with_probabilities
from tests.training.test_foreign import (
    assert_computes_the_same,
    configured,
    saved,
    sequential,
    shaken,
    without_weights,
)


@pytest.mark.parametrize("channels", [1, 3])
def test_a_row_of_numbers_is_an_image_and_a_flatten(channels, tmp_path):
    model = shaken(keras.Sequential([keras.Input((64 * channels,)), kl.Dense(5, "relu"), kl.Dense(3, "softmax")]))
    found = read_model(saved(model, tmp_path), "x.keras")
    assert found.network.input_shape == (8, 8, channels)
    assert found.network.layers == (Flatten(), Dense(5, "relu"), Dense(3, "softmax"))
    assert any(f"rows of {64 * channels} numbers" in sentence for sentence in found.left_out)
    images = np.random.default_rng(1).uniform(0, 1, (4, 8, 8, channels)).astype("f4")
    ours = build_model(found.network)
    ours.set_weights(found.weights)
    np.testing.assert_allclose(ours(images), model(images.reshape(4, -1)), atol=1e-6)


def test_a_row_that_is_reshaped_to_an_image_is_that_image(tmp_path):
    model = shaken(
        keras.Sequential([keras.Input((54,)), kl.Reshape((9, 6, 1)), kl.Conv2D(2, 3), kl.Flatten(), kl.Dense(3)])
    )
    found = read_model(saved(model, tmp_path), "x.keras")
    assert found.network == Network((9, 6, 1), (Conv2D(2, 3), Flatten(), Dense(3)), "x")
    images = np.random.default_rng(1).uniform(0, 1, (4, 9, 6, 1)).astype("f4")
    ours = build_model(found.network)
    ours.set_weights(found.weights)
    np.testing.assert_allclose(ours(images), model(images.reshape(4, -1)), atol=1e-6)


@pytest.mark.parametrize("sizes", [(7,), (1000,), (0,), (None,)])
def test_a_row_that_is_no_square_image_is_refused(sizes):
    config = configured(keras.Sequential([keras.Input((49,)), kl.Dense(3)]))
    config["config"]["layers"][0]["config"]["batch_shape"] = [None, *sizes]
    config["config"]["build_input_shape"] = [None, *sizes]
    with pytest.raises(UnreadableModel, match="images of fixed height"):
        read_model(without_weights(config), "x.keras")


def test_scores_become_probabilities():
    model = shaken(sequential(kl.Flatten(), kl.Dense(4), shape=(3, 3, 1)))
    found = with_probabilities(read_model(without_weights(configured(model)), "x.keras"))
    assert found.network.layers == (Flatten(), Dense(4, "softmax"))
    assert found.left_out[-1].startswith("It ends with 4 scores (logits)")
    ours, images = build_model(found.network), np.random.default_rng(2).uniform(0, 1, (5, 3, 3, 1)).astype("f4")
    ours.set_weights(model.get_weights())
    np.testing.assert_allclose(ours(images), keras.ops.softmax(model(images)), atol=1e-6)


def test_scores_of_a_pooling_become_probabilities():
    model = sequential(kl.Conv2D(4, 1), kl.GlobalAveragePooling2D())
    found = with_probabilities(read_model(without_weights(configured(model)), "x.keras"))
    assert found.network.layers[-1] == Activation("softmax")


@pytest.mark.parametrize(
    "last", [kl.Dense(4, activation="softmax"), kl.Dense(4, activation="sigmoid"), kl.Dense(1), kl.Conv2D(4, 3)]
)
def test_what_does_not_end_with_scores_stays_as_it_is(last):
    flat = [] if isinstance(last, kl.Conv2D) else [kl.Flatten()]
    found = read_model(without_weights(configured(sequential(*flat, last))), "x.keras")
    assert with_probabilities(found) is found


def test_random_layers_become_augmentation_of_the_recipe(tmp_path):
    model = shaken(
        sequential(
            kl.RandomTranslation(0.1, 0.25, name="move"), kl.RandomRotation(0.1), kl.RandomZoom((-0.2, 0.1)),
            kl.RandomFlip("horizontal", name="flip"), kl.RandomContrast(0.1, name="light"),
            kl.Conv2D(2, 3), kl.Flatten(), kl.Dense(3, activation="softmax"), shape=(12, 12, 1),
        )
    )  # fmt: skip
    found = read_model(saved(model, tmp_path), "x.keras")
    assert [type(layer) for layer in found.network.layers] == [Conv2D, Flatten, Dense]
    assert found.augmentation == {"shift": 3.0, "rotation": 36.0, "zoom": 0.2}
    assert Recipe().replaced(**found.augmentation).augments
    said = " ".join(found.left_out)
    assert "RandomTranslation “move” is an augmentation of the recipe here: shift up to 3 px." in said
    assert "no such augmentation: RandomFlip of “flip”." in said and "RandomContrast of “light”" in said
    assert_computes_the_same(found, model)


def test_a_list_keeps_its_brackets_in_a_refusal():
    model = sequential(kl.BatchNormalization(axis=1, name="b"))
    config = configured(model)
    config["config"]["layers"][1]["config"]["axis"] = [1]
    with pytest.raises(UnreadableModel, match=r"axis = \[1\]"):
        read_model(without_weights(config), "x.keras")
