"""Weights under the names that older versions of Keras give them: files of today, renamed, and Keras as the oracle."""

import io
import re
import zipfile

import h5py
import keras
import pytest
from keras import layers as kl

from core.training.foreign import read_model
from tests.training.test_foreign import archive, assert_computes_the_same, functional, saved, shaken
from tests.training.test_foreign_hostile import changed_h5


def several():
    """Layers of one class with equal shapes, and some without weights between them."""
    return keras.Sequential(
        [
            keras.Input((9, 9, 2)),
            kl.Conv2D(2, 3, padding="same", activation="relu"),
            kl.Dropout(0.1),
            kl.Conv2D(2, 3, padding="same"),
            kl.BatchNormalization(),
            kl.Conv2D(2, 3, padding="same"),
            kl.SeparableConv2D(2, 3),
            kl.BatchNormalization(),
            kl.Flatten(),
            kl.Dense(4, "relu"),
            kl.Dense(4, "softmax"),
        ]
    )


def residual(x):
    x = kl.Conv2D(4, 3, padding="same")(x)
    y = kl.Conv2D(4, 3, padding="same")(x)
    x = kl.Add()([kl.BatchNormalization()(y), x])
    return kl.Dense(3, activation="softmax")(kl.GlobalAveragePooling2D()(x))


def counted_twice(file):
    """Keras 2.13 counts layers with weights twice: conv2d, conv2d_2, conv2d_4."""
    renamed(
        file, lambda kind, number: f"_layer_checkpoint_dependencies/{kind}" + (f"_{2 * number}" if number else "")
    )


def on_windows(file):
    renamed(file, lambda kind, number: f"_layer_checkpoint_dependencies\\{kind}" + (f"_{number}" if number else ""))


def renamed(file, name):
    """Give each group of a layer another name, and forget whose it is, as Keras 2 does not say it."""
    for group in list(file["layers"]):
        kind, number = re.findall(r"(.+?)(?:_(\d+))?$", group)[0]
        file["layers"][group].attrs.clear()
        for inner in file["layers"][group].values():
            inner.attrs.clear()
        file.move(f"layers/{group}", name(kind, int(number or 0)))
    del file["layers"]


@pytest.mark.parametrize("layout", [counted_twice, on_windows])
@pytest.mark.parametrize("build", [several, lambda: functional(residual)], ids=["several", "residual"])
def test_groups_of_keras_2_hold_the_weights_of_the_same_layers(build, layout, tmp_path):
    model = shaken(build())
    with zipfile.ZipFile(io.BytesIO(saved(model, tmp_path))) as packed:
        config, weights = packed.read("config.json"), packed.read("model.weights.h5")
    content = archive(config__json=config, model__weights__h5=changed_h5(weights, layout))
    found = read_model(content, "old.keras")
    assert_computes_the_same(found, model)
    assert not any("Without" in sentence for sentence in found.left_out)


def test_a_class_with_too_few_groups_is_named(tmp_path):
    with zipfile.ZipFile(io.BytesIO(saved(several(), tmp_path))) as packed:
        config, weights = packed.read("config.json"), packed.read("model.weights.h5")

    def without(file: h5py.File):
        counted_twice(file)
        del file["_layer_checkpoint_dependencies/conv2d_2"]

    found = read_model(archive(config__json=config, model__weights__h5=changed_h5(weights, without)), "old.keras")
    assert found.weights is None
    assert found.left_out[0] == "Without its weights: the file has weights for 2 of 3 layers of the kind Conv2D."
