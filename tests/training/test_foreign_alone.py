"""Files of weights alone, for a network that is known; Keras writes them and is the oracle."""

import io

import h5py
import keras
import numpy as np
import pytest
from keras import layers as kl

from core.network import Conv2D, Dense, Flatten, Network
from core.training.foreign import UnreadableModel, WeightsOnly, read_model, read_weights
from core.training.model import build_model
from tests.training.test_foreign import saved, shaken

LAYERS = (Conv2D(3, 3), Conv2D(3, 3, padding="same"), Flatten(), Dense(5, "relu"), Dense(3, "softmax"))
NETWORK = Network((8, 8, 1), LAYERS)


def theirs(units=5):
    return shaken(
        keras.Sequential(
            [
                keras.Input((8, 8, 1)), kl.Conv2D(3, 3, name="zebra"), kl.Conv2D(3, 3, padding="same", name="ant"),
                kl.Flatten(), kl.Dense(units, "relu", name="one"), kl.Dense(3, "softmax", name="another"),
            ]
        )
    )  # fmt: skip


def today(model, path) -> bytes:
    model.save_weights(path / "some.weights.h5")
    return (path / "some.weights.h5").read_bytes()


def of_keras_2(model, path) -> bytes:
    """As `save_weights("x.h5")` of Keras 2 wrote it: what a whole model's file has in `model_weights`."""
    file = io.BytesIO()
    with h5py.File(io.BytesIO(saved(model, path, "h5"))) as old, h5py.File(file, "w") as new:
        for name in old["model_weights"]:
            old.copy(f"model_weights/{name}", new)
        new.attrs["layer_names"] = old["model_weights"].attrs["layer_names"]
    return file.getvalue()


@pytest.mark.parametrize("written", [today, of_keras_2])
def test_weights_alone_go_into_the_network_that_is_open(written, tmp_path):
    model = theirs()
    content = written(model, tmp_path)
    with pytest.raises(WeightsOnly):
        read_model(content, "x.h5")
    found = read_weights(content, NETWORK)
    assert found.network == NETWORK and found.left_out
    ours, images = build_model(NETWORK), np.random.default_rng(3).random((4, 8, 8, 1), np.float32)
    ours.set_weights(found.weights)
    np.testing.assert_allclose(ours(images), model(images), atol=1e-6)


@pytest.mark.parametrize("written", [today, of_keras_2])
def test_arrays_that_do_not_fit_are_named(written, tmp_path):
    with pytest.raises(UnreadableModel) as caught:
        read_weights(written(theirs(units=6), tmp_path), NETWORK)
    said = str(caught.value)
    assert "not of the network that is open" in said
    assert "108×6, but it needs 108×5" in said and "6×3, but it needs 5×3" in said  # both of them
    assert said.endswith("then import them again.")


@pytest.mark.parametrize("written", [today, of_keras_2])
def test_another_number_of_layers_is_named(written, tmp_path):
    shorter = Network((8, 8, 1), (*LAYERS[:3], Dense(3, "softmax")))
    with pytest.raises(UnreadableModel, match=r"weights for [24] layers.*(has 1|has 3 with weights)"):
        read_weights(written(theirs(), tmp_path), shorter)


def test_a_network_that_cannot_work_takes_no_weights(tmp_path):
    broken = Network((8, 8, 1), (Conv2D(3, 9), Dense(3)))
    with pytest.raises(UnreadableModel, match="cannot work"):
        read_weights(today(theirs(), tmp_path), broken)


def test_a_hostile_list_of_layers_is_refused(tmp_path):
    for names in ([b"\xff"], [b"one", b"one"], np.arange(3), np.zeros((2, 2), "S3")):
        file = io.BytesIO()
        with h5py.File(file, "w") as new:
            new.create_group("one")
            new.attrs["layer_names"] = names
        with pytest.raises(UnreadableModel, match=r"damaged|weights for 0 layers"):
            read_weights(file.getvalue(), NETWORK)
