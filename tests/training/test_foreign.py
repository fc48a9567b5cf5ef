"""Model files of other people: Keras writes them and is the oracle for what we read, and never loads one here."""

import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from keras import layers as kl

from core.network import (
    LENET5,
    Activation,
    Branches,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    Network,
    Recipe,
    ZeroPadding2D,
    to_json,
)
from core.training.foreign import Foreign, UnreadableModel, read_model, weights_file
from core.training.foreign.weights import keras_order, weight_shapes
from core.training.model import build_model, layer_name
from tests.strategies import networks

FORMATS = ("keras", "h5")


def saved(model, path, suffix="keras") -> bytes:
    """The file that Keras writes for this model."""
    model.save(path / f"model.{suffix}")
    return (path / f"model.{suffix}").read_bytes()


def shaken(model, seed=1):
    """The model with other weights than the initial ones, so that no two arrays are alike."""
    dice = np.random.default_rng(seed)
    model.set_weights([dice.uniform(0.05, 0.4, weights.shape) for weights in model.get_weights()])
    return model


def archive(**members) -> bytes:
    """A zip with these members; `__` stands for a dot."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        for name, content in members.items():
            packed.writestr(name.replace("__", "."), content)
    return file.getvalue()


def configured(model) -> dict:
    """The architecture as it stands in a .keras file."""
    return json.loads(json.dumps(keras.saving.serialize_keras_object(model)))


def without_weights(config) -> bytes:
    """A .keras file of an architecture alone: read without another process."""
    return archive(config__json=json.dumps(config))


def sequential(*layers, shape=(12, 12, 3)):
    return keras.Sequential([keras.Input(shape), *layers])


def functional(join, shape=(12, 12, 3)):
    image = keras.Input(shape)
    return keras.Model(image, join(image))


def usual(network: Network) -> Network:
    """A network with what Keras writes in one way only, and without its name."""

    def block(one):
        if isinstance(one, Branches):
            return Branches(tuple(tuple(map(block, branch)) for branch in one.branches), one.merge)
        return one.replaced(strides=None) if getattr(one, "pool_size", 0) == getattr(one, "strides", 1) else one

    return Network(network.input_shape, tuple(map(block, network.layers)))


def assert_computes_the_same(found, model):
    """Our model of what was read answers like the model that was saved."""
    images = np.random.default_rng(3).random((2, *found.network.input_shape), np.float32)
    ours = build_model(found.network)
    ours.set_weights(found.weights)
    given = images.reshape((2, *model.input_shape[1:]))
    np.testing.assert_allclose(ours(images), model(given, training=False), rtol=1e-4, atol=1e-5)
    assert all(array.dtype == np.float32 for array in found.weights)


# What can be read


@given(networks(most=4).filter(lambda network: network.layers))
@settings(deadline=None, max_examples=10)
def test_our_own_models_come_back_from_the_files_of_keras(tmp_path_factory, network):
    model = shaken(build_model(network))
    for suffix in FORMATS:
        found = read_model(saved(model, tmp_path_factory.mktemp("file"), suffix), f"mine.{suffix}")
        assert usual(found.network) == usual(network)
        assert found.network.name == "mine"
        if model.weights:
            for ours, theirs in zip(found.weights, model.get_weights(), strict=True):
                np.testing.assert_array_equal(ours, theirs)
        assert_computes_the_same(found, model)


NESTED = Branches(((Conv2D(3), Branches(((), (Conv2D(3, 1),)), "add")), (Conv2D(2), ZeroPadding2D(0), Dropout())))


@pytest.mark.parametrize(
    "blocks",
    [
        LENET5.layers,
        (NESTED, NESTED, Flatten(), Dense(3)),
        (Conv2D(2), Branches(((Conv2D(2, 1), NESTED), (NESTED,), (Conv2D(3),)))),
        (Branches(((ZeroPadding2D(1), Conv2D(3)), (), (Activation(),))), Conv2D(2), Branches(((), ()), "add")),
    ],
)
def test_weights_are_in_the_order_of_keras(blocks):
    network = Network((28, 28, 1), blocks)
    names = [layer.name for layer in build_model(network).layers[1:]]
    assert [layer_name(path) for path in keras_order(network)] == names


@given(networks(most=8).filter(lambda network: network.layers))
@settings(deadline=None, max_examples=15)
def test_weights_of_random_networks_are_in_the_order_of_keras(network):
    model = build_model(network)
    assert [layer_name(path) for path in keras_order(network)] == [layer.name for layer in model.layers[1:]]
    assert weight_shapes(network) == [tuple(weights.shape) for weights in model.weights]


def residual(x):
    x = kl.Conv2D(4, 3, padding="same", name="stem")(x)
    y = kl.Conv2D(4, 3, padding="same", name="a")(x)
    y = kl.BatchNormalization(name="norm")(y)
    x = kl.Add(name="sum")([kl.ReLU(name="bend")(y), x])
    x = x + kl.Conv2D(4, 1, name="b", activation="tanh")(x)
    return kl.Dense(3, activation="softmax")(kl.GlobalAveragePooling2D()(x))


def inception(x):
    ways = [
        kl.Conv2D(2, 1)(x),
        kl.Conv2D(3, 5, padding="same")(kl.Conv2D(2, 1)(x)),
        kl.Conv2D(2, 1)(kl.MaxPooling2D(3, strides=1, padding="same")(x)),
        x,
    ]
    return kl.Flatten()(kl.Concatenate()(ways))


def common_beginning(x):
    stem = kl.Conv2D(4, 1)(x)
    ways = [kl.Conv2D(2, 1)(stem), kl.Conv2D(3, 1)(stem), kl.Conv2D(2, 1)(x)]
    return kl.Concatenate()(ways)


def three_summands(x):
    once = kl.Conv2D(3, 1)(x)
    return kl.Add()([x, once, kl.Conv2D(3, 1)(once)])


def nested(x):
    inner = kl.Conv2D(3, 1)(x)
    inner = kl.Concatenate()([kl.Conv2D(2, 1)(inner), inner, kl.DepthwiseConv2D(1)(inner)])
    return kl.Concatenate()([inner, kl.SeparableConv2D(2, 3, padding="same", activation="swish")(x)])


def frozen():
    model = sequential(kl.Conv2D(3, 3, trainable=False), kl.BatchNormalization(trainable=False), kl.Conv2D(2, 1))
    model.compile("adam", "mse")
    return model


def lively():
    return sequential(
        kl.Conv2D(4, 3, name="my first", activation=keras.activations.relu),
        kl.LeakyReLU(negative_slope=0.2),
        kl.Conv2D(4, 3, kernel_regularizer="l2", bias_regularizer=keras.regularizers.L1(0.1), activation=kl.ELU()),
        kl.Rescaling(1.0),
        kl.Identity(),
        kl.LayerNormalization(),
        kl.GroupNormalization(groups=-1),
        kl.ZeroPadding2D(((1, 1), (2, 2))),
        kl.Conv2D(2, 3, kernel_constraint="non_neg", kernel_initializer=keras.initializers.RandomNormal(1.0)),
        kl.Flatten(),
        kl.Dropout(0.5, seed=1),
        kl.Dense(3),
        kl.Softmax(),
    )


def quick_start():
    layers = kl.Flatten(), kl.Dense(6, "relu"), kl.Dropout(0.2), kl.Dense(10)
    return sequential(*layers, shape=(9, 8))


WRITTEN = {
    "residual": lambda: functional(residual),
    "inception": lambda: functional(inception),
    "common beginning": lambda: functional(common_beginning),
    "three summands": lambda: functional(three_summands),
    "nested": lambda: functional(nested),
    "frozen": frozen,
    "lively": lively,
    "quick start": quick_start,
    "rescaled": lambda: sequential(kl.Rescaling(1 / 255, offset=-0.5), kl.Conv2D(2, 3), kl.Rescaling(3.0)),
    "reshaped": lambda: sequential(kl.Reshape((9, 8, 1)), kl.Conv2D(2, 3), shape=(9, 8)),
}


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("which", WRITTEN)
def test_models_of_other_people_compute_the_same_here(which, suffix, tmp_path):
    model = shaken(WRITTEN[which]())
    found = read_model(saved(model, tmp_path, suffix), f"{which}.{suffix}")
    assert found.network.name == which
    assert_computes_the_same(found, model)
    assert 0 < len(found.left_out) <= 10


def test_branches_are_found_in_the_graph():
    found = read_model(without_weights(configured(functional(common_beginning))), "x.keras").network
    inner = Branches(((Conv2D(2, 1),), (Conv2D(3, 1),)))
    assert found.layers == (Branches(((Conv2D(4, 1), inner), (Conv2D(2, 1),))),)
    found = read_model(without_weights(configured(functional(three_summands))), "x.keras").network
    assert found.layers == (Branches(((), (Conv2D(3, 1), Branches(((), (Conv2D(3, 1),)), "add"))), "add"),)


def test_what_was_left_out_is_said(tmp_path):
    said = " ".join(read_model(saved(lively(), tmp_path), "x.keras").left_out)
    for words in (
        "names of the layers",
        "Rescaling “rescaling",
        "bias regulariser of “conv2d",
        "kernel constraint",
        "random seed of “dropout",
        "before training: kernel initialiser",
    ):
        assert words in said
    assert "optimiser" not in said
    said = " ".join(read_model(saved(frozen(), tmp_path), "x.keras").left_out)
    assert "optimiser" in said and "frozen state" in said


def test_settings_of_training_are_kept():
    model = sequential(
        kl.Conv2D(2, 3, kernel_regularizer=keras.regularizers.L1L2(0.1, 0.2), kernel_initializer="he_normal"),
        kl.Dropout(0.4),
        kl.Conv2D(2, 1, kernel_initializer=keras.initializers.VarianceScaling()),
    )
    first, dropout, last = read_model(without_weights(configured(model)), "x.keras").network.layers
    assert first.kernel_regularizer == (0.1, 0.2) and first.kernel_initializer == "he_normal"
    assert dropout.rate == 0.4
    assert last == Conv2D(2, 1)


def test_a_file_without_weights_is_an_architecture():
    found = read_model(without_weights(configured(lively())), "x.keras")
    assert found.weights is None
    assert found.left_out[0] == "Without its weights: there is no model.weights.h5 in the archive."


@pytest.mark.parametrize("name", ["../../etc/passwd", "", ".keras", "\x00", "a" * 300 + ".h5", "C:\\my net.keras"])
def test_the_name_of_the_file_may_be_anything(name):
    network = read_model(without_weights(configured(quick_start())), name).network
    assert 0 < len(network.name) <= 60 and not set(network.name) & set("/\\\x00")


def test_keras_2_is_read_too(tmp_path):
    """Its functional models say otherwise what a layer is called on, and how large the input is."""
    model = shaken(functional(three_summands))
    config = configured(model)
    for entry in config["config"]["layers"]:
        nodes = [[[*name, {}] for name in histories(node["args"])] for node in entry["inbound_nodes"]]
        entry["inbound_nodes"] = nodes
        entry["config"] |= {"dtype": "float32"}
        if "batch_shape" in entry["config"]:
            entry["config"]["batch_input_shape"] = entry["config"].pop("batch_shape")
    config |= {"module": "keras.src.engine.functional"}
    config["config"] |= {"input_layers": [config["config"]["input_layers"]]}
    with zipfile.ZipFile(io.BytesIO(saved(model, tmp_path))) as packed:
        content = archive(config__json=json.dumps(config), model__weights__h5=packed.read("model.weights.h5"))
    assert_computes_the_same(read_model(content, "x.keras"), model)


def histories(value):
    """All `keras_history` in the arguments of a call."""
    if isinstance(value, list):
        return [name for one in value for name in histories(one)]
    return [value["config"]["keras_history"]]


def test_our_own_files_are_read():
    assert read_model(to_json(LENET5).encode(), "x.json") == Foreign(LENET5, None, ())
    told = read_model(to_json(LENET5, Recipe()).encode(), "x.json")
    assert told.network == LENET5 and "recipe" in told.left_out[0]


@given(networks(most=5).filter(lambda network: network.layers))
@settings(deadline=None, max_examples=8)
def test_our_own_weights_come_back(network):
    weights = shaken(build_model(network)).get_weights()
    content = weights_file(network, weights, ["é", "two"])
    found = read_model(content, "x.npz")
    assert found.network == network
    assert [array.tolist() for array in found.weights] == [array.tolist() for array in weights]
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        assert arrays["class_names"].tolist() == ["é", "two"]
    with pytest.raises(ValueError, match="other shapes"):
        weights_file(network, [*weights, np.zeros(1)], [])


def test_weights_of_a_network_that_cannot_work_are_not_written():
    with pytest.raises(ValueError, match="needs at least 9×9"):
        weights_file(Network((8, 8, 1), (Conv2D(2, 9), Conv2D(2))), [], [])


def test_reading_imports_neither_keras_nor_tensorflow(tmp_path):
    saved(lively(), tmp_path)
    code = (
        "import sys; from core.training.foreign import read_model\n"
        f"assert read_model(open({str(tmp_path / 'model.keras')!r}, 'rb').read(), 'x').weights\n"
        "print([name for name in ('keras', 'tensorflow', 'h5py') if name in sys.modules])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "[]"


# What is refused


@keras.saving.register_keras_serializable("mine")
class OwnLayer(kl.Layer):
    pass


@keras.saving.register_keras_serializable("mine")
def own_function(x):
    return x


def shared(x):
    layer = kl.Conv2D(3, 1, name="twice")
    return layer(layer(x))


def crossing(x):
    a, b = kl.Conv2D(2, 1)(x), kl.Conv2D(2, 1, name="bridge")(x)
    return kl.Concatenate()([kl.Add()([a, b]), kl.Conv2D(2, 1)(b), a])


def between(x):
    stem = kl.Conv2D(2, 1)(x)
    return kl.Concatenate(name="mixed")([kl.Conv2D(2, 1)(stem), x, kl.Conv2D(2, 1)(stem)])


def nested_deep(x, depth=6):
    return kl.Add()([nested_deep(kl.Conv2D(3, 1)(x), depth - 1), x]) if depth else x


def listed_axis():
    """As Keras 2 writes it."""
    model = sequential(kl.BatchNormalization(axis=1))
    model.layers[0].axis = [1]
    return model


def two_inputs():
    one, two = keras.Input((8, 8, 1)), keras.Input((8, 8, 1))
    return keras.Model([one, two], kl.Add()([one, two]))


REFUSED = {
    "Lambda": (lambda: sequential(kl.Lambda(lambda x: x + 1, name="code")), "“code” is of the kind “Lambda”"),
    "own layer": (lambda: sequential(OwnLayer(name="mine")), "“mine” is of the class “OwnLayer”.*keras.layers"),
    "own function": (lambda: sequential(kl.Conv2D(2, 3, activation=own_function)), "activation “mine.own_function”"),
    "own model": (lambda: type("Net", (keras.Sequential,), {})([keras.Input((8, 8, 1)), kl.Flatten()]), "class “Net”"),
    "unknown kind": (lambda: sequential(kl.UpSampling2D(name="up")), "“up” is of the kind “UpSampling2D”"),
    "model inside": (lambda: sequential(sequential(kl.Flatten())), "kind “Sequential”|class “Sequential”"),
    "reshape": (lambda: sequential(kl.Reshape((6, 24, 3))), "is Reshape"),
    "relu6": (lambda: sequential(kl.ReLU(max_value=6, name="six")), "“six”.*max_value 6"),
    "leaky": (lambda: sequential(kl.LeakyReLU(negative_slope=1.5)), "negative_slope 1.5"),
    "softmax": (lambda: sequential(kl.Softmax(axis=1)), "axis = 1.*last axis"),
    "activation": (lambda: sequential(kl.Conv2D(2, 3, activation="mish")), "activation “mish”.*relu"),
    "padding": (lambda: sequential(kl.ZeroPadding2D(((0, 1), (0, 1)))), r"padding .*Opposite sides"),
    "batch axis": (lambda: sequential(kl.BatchNormalization(axis=1)), "axis = 1"),
    "axis in a list": (listed_axis, r"has axis = \[1\], which"),
    "group axis": (lambda: sequential(kl.GroupNormalization(2, axis=1)), "axis = 1"),
    "keepdims": (lambda: sequential(kl.GlobalAveragePooling2D(keepdims=True)), "keepdims = True"),
    "half": (lambda: sequential(kl.Conv2D(2, 3, dtype="mixed_float16", name="h")), "“h” computes with “mixed_float16”"),
    "regulariser": (
        lambda: sequential(kl.Conv2D(2, 3, kernel_regularizer=keras.regularizers.OrthogonalRegularizer())),
        "kernel regulariser of the kind “OrthogonalRegularizer”",
    ),
    "bounds": (lambda: sequential(kl.Conv2D(2000, 3, name="big")), "“big”: Conv2D: Filters must be between"),
    "strength": (lambda: sequential(kl.Dense(2, kernel_regularizer=keras.regularizers.L2(5.0))), "between 0 and 1"),
    "row": (lambda: sequential(kl.Dense(3), shape=(783,)), "The input is 783"),
    "any size": (lambda: sequential(kl.Conv2D(3, 3), shape=(None, None, 3)), r"\? × \? × 3"),
    "large": (lambda: sequential(kl.GlobalMaxPooling2D(), shape=(300, 8, 3)), "at most 256"),
    "text": (lambda: keras.Sequential([keras.Input((28, 28)), kl.LSTM(8), kl.Dense(10)]), "of the kind “LSTM”, which does not exist here"),
    "no channels": (lambda: sequential(kl.Dense(3, name="d"), shape=(8, 8)), "no channels when they reach layer “d”"),
    "empty": (lambda: sequential(), "no layers"),
    "shared": (lambda: functional(shared), "“twice” is used 2 times"),
    "crossing": (lambda: functional(crossing), "cross at layer"),
    "between": (lambda: functional(between), "“mixed” concatenates"),
    "nesting": (lambda: functional(nested_deep), "nested more than 4 deep"),
    "multiply": (lambda: functional(lambda x: kl.Multiply(name="times")([x, x])), "“times” .Multiply. has 2 inputs"),
    "constant": (lambda: functional(lambda x: x + 1.0), "not one that Keras|something else"),
    "broadcast": (lambda: functional(lambda x: kl.Add(name="s")([x, kl.Conv2D(1, 1)(x)])), "“s” adds"),
    "axis": (lambda: functional(lambda x: kl.Concatenate(axis=1)([x, x])), "axis = 1"),
    "many": (lambda: functional(lambda x: kl.Add()([x] * 9)), "2 to 8 branches"),
    "training": (lambda: functional(lambda x: kl.Dropout(0.5, name="mc")(x, training=True)), "“mc” is called with"),
    "two inputs": (two_inputs, "2 inputs"),
    "two outputs": (lambda: functional(lambda x: [kl.Flatten()(x), kl.ReLU()(x)]), "several outputs"),
}  # fmt: skip


@pytest.mark.parametrize("which", REFUSED)
def test_what_cannot_be_represented_is_named(which):
    build, sentence = REFUSED[which]
    with pytest.raises(UnreadableModel, match=sentence) as caught:
        read_model(without_weights(configured(build())), "x.keras")
    assert caught.value.__cause__ is None
    assert str(caught.value).endswith((".", "”.")) and len(str(caught.value)) < 400


def test_a_model_with_too_many_parameters_is_refused():
    config = configured(sequential(kl.Flatten(), kl.Dense(1), kl.Dense(1)))
    for entry in config["config"]["layers"][2:]:
        entry["config"]["units"] = 8192
    with pytest.raises(UnreadableModel, match=r"70,664,192 parameters. This server takes up to 20,000,000"):
        read_model(without_weights(config), "x.keras")


def test_a_name_cannot_format_the_message():
    model = sequential(kl.UpSampling2D(name="![x](http:__evil)<b>`"))
    with pytest.raises(UnreadableModel) as caught:
        read_model(without_weights(configured(model)), "x.keras")
    assert not set(str(caught.value)) & set("![]()<>`")


def test_long_lists_of_what_was_left_out_are_cut():
    layers = [kl.Reshape((-1, 12, 3), name=f"r{number}") for number in range(30)]
    left_out = read_model(without_weights(configured(sequential(*layers, kl.Flatten()))), "x.keras").left_out
    assert len(left_out) == 10 and "more" in left_out[-1]
