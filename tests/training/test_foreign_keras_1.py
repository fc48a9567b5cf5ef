"""Files as Keras 1 wrote them: models of today under the old names. Keras of today is the oracle, and NumPy for Theano.

The names are those of Keras 1.2's `get_config` and `add_weight`; kernels of `dim_ordering="th"` are (filters, channels,
rows, columns), and Theano turns them by 180°.
"""

import io
import json

import h5py
import keras
import numpy as np
import pytest
from keras import layers as kl

from core.network import BatchNormalization, Conv2D, Dense, Dropout, Flatten, GaussianNoise, MaxPooling2D
from core.training.foreign import UnreadableModel, read_model
from core.training.model import build_model
from tests.training.test_foreign import assert_computes_the_same, shaken, without_weights


def entry(layer, ordering="tf"):
    """(class, arguments) of a layer in Keras 1."""
    kind, config = type(layer).__name__, layer.get_config()
    old = {"name": layer.name, "trainable": True}
    if kind in ("Conv2D", "SeparableConv2D"):
        old |= {
            "nb_filter": config["filters"],
            "nb_row": config["kernel_size"][0],
            "nb_col": config["kernel_size"][1],
        }
        old |= {"subsample": config["strides"], "init": "glorot_uniform", "W_constraint": None, "b_constraint": None}
        old |= {"bias": config["use_bias"], "activation": config["activation"], "activity_regularizer": None}
        old |= {"W_regularizer": None, "b_regularizer": None} if kind == "Conv2D" else {"depth_multiplier": 2}
        kind = kind.replace("Conv2D", "Convolution2D")
    if kind == "Dense":
        old |= {
            "output_dim": config["units"],
            "input_dim": None,
            "init": "normal",
            "activation": config["activation"],
        }
        old |= {"bias": config["use_bias"], "W_regularizer": {"name": "WeightRegularizer", "l1": 0.0, "l2": 0.01}}
    if kind == "Dropout":
        old |= {"p": config["rate"]}
    if kind == "GaussianNoise":
        old |= {"sigma": config["stddev"]}
    if kind == "BatchNormalization":
        old |= {"mode": 0, "axis": 1 if ordering == "th" else -1, "gamma_init": "one", "beta_init": "zero"}
        old |= {"epsilon": config["epsilon"], "momentum": 0.99, "gamma_regularizer": None, "beta_regularizer": None}
    if kind == "Activation":
        old |= {"activation": config["activation"]}
    if kind in ("MaxPooling2D", "AveragePooling2D"):
        old |= {"pool_size": config["pool_size"], "strides": config["strides"]}
    if "padding" in config:
        old |= {"border_mode": config["padding"]}
    if "data_format" in config and kind != "Flatten":
        old |= {"dim_ordering": ordering}
    return {"class_name": kind, "config": old}


SHORT = {"kernel": "W", "bias": "b", "moving_mean": "running_mean", "moving_variance": "running_std"}


def file_of(model, config, ordering="tf", theano=False, backend=None) -> bytes:
    """An .h5 file of Keras 1 with the weights of this model, which has its channels last."""
    file = io.BytesIO()
    with h5py.File(file, "w") as made:
        made.attrs["model_config"] = json.dumps(config)
        made.attrs["keras_version"] = "1.2.2"
        if backend:
            made.attrs["backend"] = backend
        for layer in model.layers:
            group = made.create_group(f"model_weights/{layer.name}")
            for weight in layer.weights:
                array = np.asarray(weight)
                if isinstance(layer, kl.Conv2D) and array.ndim == 4:
                    array = array[::-1, ::-1] if theano else array
                    array = array.transpose(3, 2, 0, 1) if ordering == "th" else array
                name = f"{layer.name}_{SHORT.get(weight.name, weight.name)}"
                group.create_dataset(name if theano else f"{name}:0", data=array)
    return file.getvalue()


def sequential(model, ordering="tf", shape=None):
    entries = [entry(layer, ordering) for layer in model.layers]
    entries[0]["config"] |= {"batch_input_shape": [None, *(shape or model.input_shape[1:])], "input_dtype": "float32"}
    return {"class_name": "Sequential", "config": entries}


def small(*layers, shape=(8, 8, 2)):
    return shaken(keras.Sequential([keras.Input(shape), *layers]))


def lenet():
    return small(
        kl.Conv2D(4, (3, 2), activation="relu", name="convolution2d_1"),
        kl.BatchNormalization(epsilon=1e-5, name="batchnormalization_1"),
        kl.MaxPooling2D(name="maxpooling2d_1"),
        kl.GaussianNoise(0.1, name="gaussiannoise_1"),
        kl.Conv2D(3, 3, padding="same", name="convolution2d_2"),
        kl.Activation("tanh", name="activation_1"),
        kl.AveragePooling2D((1, 2), strides=(1, 1), name="averagepooling2d_1"),
        kl.Dropout(0.25, name="dropout_1"),
        kl.Flatten(name="flatten_1"),
        kl.Dense(5, activation="softmax", name="dense_1"),
    )


def test_a_sequential_of_keras_1_computes_the_same():
    model = lenet()
    found = read_model(file_of(model, sequential(model)), "old.h5")
    kinds = [type(layer) for layer in found.network.layers]
    assert [kinds[0], kinds[1], kinds[2], kinds[3], kinds[7], kinds[8], kinds[9]] == [
        Conv2D, BatchNormalization, MaxPooling2D, GaussianNoise, Dropout, Flatten, Dense,
    ]  # fmt: skip
    first, dropout, last = found.network.layers[0], found.network.layers[7], found.network.layers[9]
    assert (first.filters, first.kernel_size, first.activation) == (4, (3, 2), "relu")
    assert dropout.rate == 0.25
    assert last.kernel_regularizer == (0.0, 0.01) and last.kernel_initializer == "random_normal"
    assert_computes_the_same(found, model)
    assert not any("Theano" in sentence for sentence in found.left_out)


@pytest.mark.parametrize("theano", [True, False])
def test_channels_first_of_keras_1_compute_the_same(theano):
    """The dense layer of such a file reads its row channel by channel."""
    model = lenet()
    content_model = lenet()
    height, width, channels = model.layers[7].output.shape[1:]
    kernel, bias = model.layers[-1].get_weights()
    turned = kernel.reshape(height, width, channels, -1).transpose(2, 0, 1, 3).reshape(kernel.shape)
    content_model.layers[-1].set_weights([turned, bias])
    content = file_of(content_model, sequential(model, "th", (2, 8, 8)), "th", theano)
    found = read_model(content, "old.h5")
    assert found.network.input_shape == (8, 8, 2)
    assert_computes_the_same(found, model)
    assert any("Theano" in sentence for sentence in found.left_out) == theano


def test_the_backend_in_the_file_says_whether_kernels_are_turned():
    model = small(kl.Conv2D(2, 3, name="c"), kl.Flatten(name="f"), kl.Dense(2, name="d"))
    turned = file_of(model, sequential(model), theano=True, backend="tensorflow")
    ours = read_model(turned, "old.h5").weights
    np.testing.assert_array_equal(ours[0], model.get_weights()[0][::-1, ::-1])
    ours = read_model(file_of(model, sequential(model), backend="theano"), "old.h5").weights
    np.testing.assert_array_equal(ours[0], model.get_weights()[0][::-1, ::-1])


def test_theano_convolves_with_kernels_that_are_turned():
    """Convolution as defined, y[r] = Σ x[r + k − 1 − i]·w[i], against our network."""
    model = small(kl.Conv2D(1, 3, use_bias=False, name="c"), shape=(5, 5, 1))
    found = read_model(file_of(model, sequential(model), theano=False, backend="theano"), "old.h5")
    kernel, image = model.get_weights()[0][:, :, 0, 0], np.random.default_rng(1).random((5, 5), np.float32)
    expected = sum(kernel[i, j] * image[2 - i : 5 - i, 2 - j : 5 - j] for i in range(3) for j in range(3))
    ours = build_model(found.network)
    ours.set_weights(found.weights)
    np.testing.assert_allclose(ours(image[None, ..., None])[0, ..., 0], expected, rtol=1e-5)


@pytest.mark.parametrize("mode", ["sum", "concat"])
def test_a_functional_of_keras_1_computes_the_same(mode):
    image = keras.Input((6, 6, 2), name="input_1")
    a = kl.Conv2D(3, 3, padding="same", name="convolution2d_1")(image)
    b = kl.SeparableConv2D(3, 3, padding="same", depth_multiplier=2, name="separableconvolution2d_1")(a)
    joined = (kl.Add if mode == "sum" else kl.Concatenate)(name="merge_1")([a, b])
    out = kl.Dense(3, name="dense_1")(kl.Flatten(name="flatten_1")(joined))
    model = shaken(keras.Model(image, out))
    before = {
        "convolution2d_1": ["input_1"],
        "separableconvolution2d_1": ["convolution2d_1"],
        "dense_1": ["flatten_1"],
    }
    before |= {"merge_1": ["convolution2d_1", "separableconvolution2d_1"], "flatten_1": ["merge_1"]}
    first = {"batch_input_shape": [None, 6, 6, 2], "input_dtype": "float32", "sparse": False, "name": "input_1"}
    entries = [{"class_name": "InputLayer", "config": first, "name": "input_1", "inbound_nodes": []}]
    for layer in model.layers[1:]:
        one = entry(layer)
        if layer.name == "merge_1":
            one = {
                "class_name": "Merge",
                "config": {"name": "merge_1", "mode": mode, "concat_axis": 3, "dot_axes": -1},
            }
        nodes = [[[name, 0, 0] for name in before[layer.name]]]
        entries.append(one | {"name": layer.name, "inbound_nodes": nodes})
    ends = {"input_layers": [["input_1", 0, 0]], "output_layers": [["dense_1", 0, 0]]}
    config = {"class_name": "Model", "config": {"name": "model_1", "layers": entries, **ends}}
    assert_computes_the_same(read_model(file_of(model, config), "old.h5"), model)


def changed(**settings):
    """A small network of Keras 1 whose second layer has these settings."""
    model = small(
        kl.Conv2D(2, 3, name="c"), kl.BatchNormalization(name="n"), kl.Flatten(name="f"), kl.Dense(2, name="d")
    )
    config = sequential(model)
    for key, value in settings.items():
        layer, _, name = key.partition("__")
        next(one for one in config["config"] if one["config"]["name"] == layer)["config"][name] = value
    return model, config


REFUSED = {
    "statistics of each image": ({"n__mode": 1}, "“n” .BatchNormalization. has mode = 1.*mode = 0"),
    "full convolution": ({"c__border_mode": "full"}, "“c”.*Padding must be one of valid, same, not"),
    "double numbers": ({"d__input_dtype": "float64"}, "“d” computes with “float64”"),
    "no columns": ({"c__nb_col": None}, "“c”.*two whole numbers|“c”.*must be"),
    "own activation": ({"c__activation": "mine"}, "the activation “mine”"),
}


@pytest.mark.parametrize("which", REFUSED)
def test_what_only_keras_1_can_is_refused_by_name(which):
    settings, sentence = REFUSED[which]
    with pytest.raises(UnreadableModel, match=sentence) as caught:
        read_model(without_weights(changed(**settings)[1]), "old.keras")
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    "layer",
    [
        kl.Conv2D(2, 2, padding="same", name="p"),
        kl.Conv2D(2, 3, padding="same", strides=2, name="p"),
        kl.MaxPooling2D(padding="same", name="p"),
    ],
)
def test_where_theano_pads_otherwise_the_weights_are_left_out(layer):
    model = small(layer, kl.Flatten(name="f"), kl.Dense(2, name="d"))
    found = read_model(file_of(model, sequential(model), theano=True, backend="theano"), "old.h5")
    assert found.weights is None and found.left_out[0].startswith("Without its weights: layer “p”")
    assert "Theano" in found.left_out[0]
    assert read_model(file_of(model, sequential(model)), "old.h5").weights
