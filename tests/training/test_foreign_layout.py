"""Files whose networks have their channels first; Keras computes them and is the oracle.

Convolutions excepted: on a CPU, Keras adds the first bias to all channels there (found with Keras 3.15 and TensorFlow
2.21). Here they are computed with their channels last, which is what they mean.
"""

import io
import json
from itertools import cycle

import h5py
import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers as kl

from core.network import Conv2D, Dense, Flatten
from core.training.foreign import UnreadableModel, read_model
from core.training.model import build_model
from tests.training.test_foreign import FORMATS, configured, saved, shaken, without_weights

F = {"data_format": "channels_first"}
LAST = {"data_format": "channels_last"}


def with_channels_last(call):
    """The method `call` of a convolution, on images that are turned before and after."""

    def turned(layer, images):
        if layer.data_format == "channels_last":
            return call(layer, images)
        layer.data_format = "channels_last"
        maps = call(layer, keras.ops.moveaxis(images, 1, 3))
        layer.data_format = "channels_first"
        return keras.ops.moveaxis(maps, 3, 1)

    return turned


@pytest.fixture(scope="module", autouse=True)
def _right_convolutions():
    with pytest.MonkeyPatch.context() as patched:
        for kind in (kl.Conv2D, kl.DepthwiseConv2D, kl.SeparableConv2D):
            patched.setattr(kind, "call", with_channels_last(kind.call))
        yield


def sequence(*layers, shape=(3, 8, 6)):
    return shaken(keras.Sequential([keras.Input(shape), *layers]))


def assert_computes_the_same_with_channels_last(found, model, first=True):
    """Our model answers images with channels last like theirs answers the same images as the file has them."""
    images = np.random.default_rng(3).random((3, *found.network.input_shape), np.float32)
    ours = build_model(found.network)
    ours.set_weights(found.weights)
    theirs = (np.moveaxis(images, 3, 1) if first else images).reshape((3, *model.input_shape[1:]))
    expected = np.asarray(model(theirs, training=False))
    if expected.ndim == 4:
        expected = np.moveaxis(expected, 1, 3)
    np.testing.assert_allclose(ours(images), expected, rtol=1e-4, atol=1e-5)


def branches():
    image = keras.Input((3, 8, 8))
    a = kl.Conv2D(4, 3, padding="same", **F)(image)
    b = kl.BatchNormalization(axis=1)(kl.Conv2D(2, 1, **F)(image))
    x = kl.Concatenate(axis=1)([a, b])
    x = kl.Add()([x, kl.Conv2D(6, 3, padding="same", activation="tanh", **F)(x)])
    left, right = kl.Dense(4)(kl.Flatten()(x)), kl.Dense(3)(kl.GlobalMaxPooling2D(**F)(x))
    return shaken(keras.Model(image, kl.Concatenate()([left, right])))


WRITTEN = {
    "usual": lambda: sequence(
        kl.Conv2D(4, 3, activation="relu", **F), kl.MaxPooling2D(**F), kl.Dropout(0.2), kl.Flatten(), kl.Dense(5, "relu"), kl.Dense(3),
    ),
    "one channel": lambda: sequence(kl.Conv2D(4, 3, **F), kl.Flatten(), kl.Dense(108), shape=(1, 5, 5)),
    "as many outputs as numbers": lambda: sequence(kl.ZeroPadding2D(1, **F), kl.Flatten(), kl.Dense(48), shape=(3, 2, 2)),
    "Flatten that moves channels": lambda: sequence(kl.Conv2D(4, 3, **F), kl.Flatten(**F), kl.Dense(3)),
    "kinds": lambda: sequence(
        kl.ZeroPadding2D((1, 2), **F), kl.DepthwiseConv2D(3, depth_multiplier=2, **F), kl.LeakyReLU(), kl.AveragePooling2D(2, padding="same", **F),
        kl.SeparableConv2D(4, (3, 2), strides=1, padding="same", **F), kl.SpatialDropout2D(0.1, **F), kl.Softmax(axis=1), kl.Rescaling(2.0),
        kl.Flatten(), kl.Dense(3),
    ),
    "normalisations": lambda: sequence(
        kl.BatchNormalization(axis=1), kl.LayerNormalization(axis=1), kl.GroupNormalization(3, axis=1), kl.Conv2D(2, 3, **F),
    ),
    "normalised rows": lambda: sequence(
        kl.Conv2D(4, 3, **F), kl.Flatten(), kl.BatchNormalization(), kl.Activation("relu"), kl.LayerNormalization(), kl.Dropout(0.1), kl.Dense(3),
    ),
    "averaged": lambda: sequence(kl.Conv2D(4, 3, **F), kl.GlobalAveragePooling2D(**F), kl.Dense(3, "softmax")),
    "one position": lambda: sequence(kl.Conv2D(4, (8, 6), **F), kl.Flatten(), kl.Softmax()),
    "branches": branches,
    "moved to the back": lambda: sequence(kl.Permute((2, 3, 1)), kl.Conv2D(4, 3, **LAST), kl.Flatten(), kl.Dense(3)),
    "moved and back": lambda: sequence(
        kl.Conv2D(4, 3, **F), kl.Permute((2, 3, 1)), kl.Conv2D(2, 3, **LAST), kl.Permute((3, 1, 2)), kl.MaxPooling2D(**F), kl.Flatten(), kl.Dense(3),
    ),
    "same shape": lambda: sequence(kl.Conv2D(4, 3, **F), kl.Reshape((4, 6, 4)), kl.Permute((1, 2, 3)), kl.Flatten(), kl.Dense(3)),
}  # fmt: skip


@pytest.mark.parametrize(("which", "suffix"), zip(WRITTEN, cycle(FORMATS)))
def test_channels_first_compute_the_same_with_channels_last(which, suffix, tmp_path):
    model = WRITTEN[which]()
    found = read_model(saved(model, tmp_path, suffix), "x")
    channels, height, width = model.input_shape[1:]
    assert found.network.input_shape == (height, width, channels)
    assert any("channels first" in sentence and "channels last" in sentence for sentence in found.left_out)
    assert_computes_the_same_with_channels_last(found, model)


IN_FRONT = {
    "permuted": lambda: sequence(
        kl.Permute((3, 1, 2)), kl.Conv2D(4, 3, **F), kl.Flatten(), kl.Dense(3), shape=(8, 6, 2)
    ),
    "one channel put in front": lambda: sequence(
        kl.Reshape((1, 8, 6)), kl.Conv2D(4, 3, **F), kl.Flatten(), kl.Dense(3), shape=(8, 6, 1)
    ),
    "a channel for images without": lambda: sequence(
        kl.Reshape((1, 8, 6)), kl.Conv2D(4, 3, **F), kl.Flatten(), kl.Dense(3), shape=(8, 6)
    ),
    "rows of numbers": lambda: sequence(
        kl.Reshape((1, 8, 6)), kl.Conv2D(4, 3, **F), kl.Flatten(), kl.Dense(3), shape=(48,)
    ),
}


@pytest.mark.parametrize("which", IN_FRONT)
def test_images_may_be_turned_in_front(which, tmp_path):
    model = IN_FRONT[which]()
    found = read_model(saved(model, tmp_path), "x.keras")
    assert [type(layer) for layer in found.network.layers] == [Conv2D, Flatten, Dense]
    assert found.network.input_shape[:2] == (8, 6)
    assert_computes_the_same_with_channels_last(found, model, first=False)


def test_rows_of_colour_images_lie_channel_after_channel(tmp_path):
    model = sequence(kl.Reshape((3, 8, 6)), kl.Conv2D(4, 3, **F), kl.Flatten(), kl.Dense(3), shape=(144,))
    found = read_model(saved(model, tmp_path), "x.keras")
    assert found.network.input_shape == (8, 6, 3)
    assert any("144 numbers are here images of 8×6×3, channel after channel" in said for said in found.left_out)
    assert_computes_the_same_with_channels_last(found, model)


def test_a_channel_in_the_middle_moves_to_the_back(tmp_path):
    model = sequence(kl.Conv2D(1, 3, **F), kl.Reshape((6, 4, 1)), kl.Conv2D(2, 3, **LAST), kl.Flatten(), kl.Dense(3))
    assert_computes_the_same_with_channels_last(read_model(saved(model, tmp_path), "x.keras"), model)


@given(st.data())
@settings(deadline=None, max_examples=8)
def test_any_small_network_with_its_channels_first_computes_the_same(tmp_path_factory, data):
    shape = tuple(data.draw(st.tuples(st.integers(1, 3), st.integers(3, 6), st.integers(3, 6)), "shape"))
    side = st.sampled_from([1, 2, 3])
    made = []
    for _ in range(data.draw(st.integers(1, 3), "depth")):
        size, how = (data.draw(side), data.draw(side)), {"strides": data.draw(side), "padding": "same", **F}
        kinds = [
            kl.Conv2D(data.draw(side), size, **how),
            kl.SeparableConv2D(2, size, depth_multiplier=2, **how),
            kl.DepthwiseConv2D(size, depth_multiplier=2, **how),
            kl.MaxPooling2D(size, **how),
            kl.BatchNormalization(axis=1),
            kl.Dropout(0.1),
        ]
        made.append(data.draw(st.sampled_from(kinds)))
    if not any("data_format" in layer.get_config() for layer in made):
        made.append(kl.MaxPooling2D(1, **F))
    row = [kl.BatchNormalization()] * data.draw(st.booleans())
    flatten = kl.Flatten(**F) if data.draw(st.booleans()) else kl.Flatten(**LAST)
    model = sequence(*made, flatten, *row, kl.Dense(data.draw(st.integers(1, 5))), shape=shape)
    found = read_model(saved(model, tmp_path_factory.mktemp("x"), "h5"), "x.h5")
    assert_computes_the_same_with_channels_last(found, model)


C = kl.Conv2D
REFUSED = {
    "mixed": (lambda: [C(2, 3, **F), C(2, 1, name="two", **LAST)], "“two” .Conv2D. expects its channels last .*come first"),
    "mixed pooling": (lambda: [C(2, 1, **LAST), kl.MaxPooling2D(1, name="p", **F)], "“p” .* expects its channels first.*come last"),
    "usual axis": (lambda: [C(2, 3, **F), kl.BatchNormalization(name="n")], "“n” .* has axis = -1, but the channels come first.*axis = 1"),
    "rows of the image": (lambda: [C(2, 3, **F), kl.LayerNormalization(axis=2)], r"axis = .2., but"),
    "dense on maps": (lambda: [C(2, 3, **F), kl.Dense(3, name="d")], "“d” .Dense. expects its channels last"),
    "softmax on columns": (lambda: [C(2, 3, activation="softmax", name="s", **F)], "“s”.*softmax along the columns"),
    "softmax layer": (lambda: [C(2, 3, **F), kl.Softmax()], "axis = -1"),
    "activation softmax": (lambda: [C(2, 3, **F), kl.Activation("softmax", name="a")], "“a”.*softmax along the columns"),
    "groups of a row": (lambda: [C(2, 3, **F), kl.Flatten(), kl.GroupNormalization(2, name="g"), kl.Dense(2)], "“g”.*lie channel by channel"),
    "ends with a row": (lambda: [C(2, 3, **F), kl.Flatten(name="f")], "ends at layer “f” .*Dense layer"),
    "turned images": (lambda: [kl.Permute((2, 1, 3), name="turn"), C(2, 3, **F)], "“turn” .Permute. puts the numbers in another order"),
    "turned by shape": (lambda: [C(4, 3, **F), kl.Reshape((6, 4, 4), name="r")], "“r” .Reshape. puts the numbers"),
    "a row made maps": (lambda: [C(2, 3, **F), kl.Flatten(), kl.Reshape((2, 6, 4), name="r")], "“r” .Reshape. puts the numbers"),
    "Flatten of last": (lambda: [C(2, 1, **LAST), kl.Flatten(name="f", **F), kl.Dense(2)], "“f” .* expects its channels first"),
}  # fmt: skip


@pytest.mark.parametrize("which", REFUSED)
def test_what_differs_with_channels_last_is_refused_by_name(which):
    build, sentence = REFUSED[which]
    model = keras.Sequential([keras.Input((3, 8, 6)), *build()])
    with pytest.raises(UnreadableModel, match=sentence) as caught:
        read_model(without_weights(configured(model)), "x.keras")
    assert caught.value.__cause__ is None and str(caught.value).endswith(".")


def test_branches_in_different_orders_are_refused():
    image = keras.Input((4, 4, 4))
    other = kl.Conv2D(4, 1, **F)(kl.Permute((3, 1, 2))(image))
    model = keras.Model(image, kl.Add(name="sum")([kl.Conv2D(4, 1, **LAST)(image), other]))
    with pytest.raises(UnreadableModel, match=r"“sum” .*joins numbers that lie in different orders"):
        read_model(without_weights(configured(model)), "x.keras")


def test_a_kernel_of_another_size_is_named_and_not_turned(tmp_path):
    model = sequence(kl.Conv2D(2, 3, **F), kl.Flatten(), kl.Dense(3))
    small = sequence(kl.Conv2D(2, 3, **F), kl.Flatten(), kl.Dense(3), shape=(3, 6, 6))
    config, content = configured(model), saved(small, tmp_path, "h5")
    file = io.BytesIO(content)
    with h5py.File(file, "r+") as opened:
        names = json.loads(opened.attrs["model_config"])["config"]["layers"]
        for entry, named in zip(config["config"]["layers"], names, strict=True):
            entry["config"]["name"] = named["config"]["name"]
        opened.attrs["model_config"] = json.dumps(config)
    found = read_model(file.getvalue(), "x.h5")
    assert found.weights is None and "32×3, but it needs 48×3" in found.left_out[0]
