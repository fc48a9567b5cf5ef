"""The exported script is run, and builds and trains the same network with the same recipe."""

import json

import keras
import numpy as np
import pytest
from hypothesis import assume, given, settings

from core.network import (
    LENET5,
    PRESETS,
    Branches,
    Conv2D,
    Dense,
    Flatten,
    MaxPooling2D,
    Network,
    Recipe,
    to_code,
    to_notebook,
    trace,
)
from core.training import build_model
from tests.strategies import networks

QUICK = Network(
    (28, 28, 1), (MaxPooling2D(4), Flatten(), Dense(10, "softmax")), 'A "name" \\ with """ quotes\nand lines'
)


@pytest.fixture
def digits(monkeypatch):
    """What the script downloads, small and without a network."""
    random = np.random.default_rng(1)
    images, labels = random.integers(0, 256, (64, 28, 28), np.uint8), random.integers(0, 10, 64, np.uint8)
    monkeypatch.setattr(keras.datasets.mnist, "load_data", lambda: ((images, labels), (images[:32], labels[:32])))
    monkeypatch.setattr(keras.Model, "summary", lambda self: None)


def run(code: str) -> dict:
    names: dict = {"__name__": "__main__"}
    exec(compile(code, "exported.py", "exec"), names)
    return names


def same(ours: keras.Model, theirs: keras.Model) -> None:
    """Layer by layer: kind, parameters and shapes."""
    assert [type(layer) for layer in ours.layers] == [type(layer) for layer in theirs.layers]
    assert [layer.count_params() for layer in ours.layers] == [layer.count_params() for layer in theirs.layers]
    assert [tuple(layer.output.shape) for layer in ours.layers] == [
        tuple(layer.output.shape) for layer in theirs.layers
    ]


@given(networks())
@settings(deadline=None, max_examples=40)
def test_the_script_builds_the_same_layers(network):
    assume(network.layers)
    code = to_code(network, Recipe())
    names = run("import keras\n" + code[code.index("inputs = ") : code.index("model.summary")])
    same(names["model"], build_model(network))
    for ours, theirs in zip(build_model(network).layers, names["model"].layers):
        mine, other = ours.get_config(), theirs.get_config()
        for config in (mine, other):
            for own in ("name", "seed"):
                config.pop(own, None)
        assert mine == other


@pytest.mark.parametrize("name", [name for name, preset in PRESETS.items() if preset.network.input_shape[2] == 1])
def test_every_presets_script_builds_it(name):
    network = PRESETS[name].network
    code = to_code(network, PRESETS[name].recipe)
    names = run("import keras\n" + code[code.index("inputs = ") : code.index("model.summary")])
    assert names["model"].count_params() == trace(network).parameters
    same(names["model"], build_model(network))


@pytest.mark.parametrize(
    "recipe",
    [
        Recipe(epochs=2, batch_size=16, optimizer="SGD", learning_rate=0.05, momentum=0.9, seed=7),
        Recipe(epochs=1, batch_size=32, optimizer="AdamW", learning_rate=0.002, loss="mse"),
    ],
)
def test_the_script_runs_as_it_stands_and_trains_with_the_recipe(digits, recipe):
    model = run(to_code(QUICK, recipe))["model"]
    assert type(model.optimizer).__name__ == recipe.optimizer
    assert float(model.optimizer.learning_rate) == pytest.approx(recipe.learning_rate)
    assert getattr(model.optimizer, "momentum", 0.0) == recipe.momentum
    assert model.loss == ("mean_squared_error" if recipe.loss == "mse" else "sparse_categorical_crossentropy")
    assert int(model.optimizer.iterations) == recipe.epochs * 64 // recipe.batch_size
    assert model.history.params["epochs"] == recipe.epochs
    same(model, build_model(QUICK))


@pytest.mark.parametrize("name", ["B1", "B2", "B3"])
def test_a_network_for_other_images_is_built_only_and_the_script_says_why(digits, name):
    network = PRESETS[name].network
    code = to_code(network, Recipe())
    model = run(code)["model"]
    assert model.count_params() == trace(network).parameters
    assert "Without training: the images of keras.datasets.mnist are 28×28×1, this network expects 128×128×3." in code
    assert "load_data" not in code and "fit(" not in code
    cells = json.loads(to_notebook(network, Recipe()))["cells"]
    assert "Without training" in "".join(cells[0]["source"])


def test_a_network_without_an_answer_is_built_only(digits):
    network = Network((28, 28, 1), (Conv2D(2, 3),))
    code = to_code(network, Recipe())
    assert "Without training: The network ends with an image of 26×26×2" in code
    assert run(code)["model"].output.shape[1:] == (26, 26, 2)


def test_the_notebook_holds_the_same_code(digits):
    notebook = json.loads(to_notebook(QUICK, Recipe(epochs=1)))
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    cells = notebook["cells"]
    assert len({cell["id"] for cell in cells}) == len(cells)
    code = "\n\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code") + "\n"
    assert code == to_code(QUICK, Recipe(epochs=1))
    run(code)


def test_only_what_differs_from_keras_is_written():
    code = to_code(LENET5, Recipe())
    assert 'keras.layers.Conv2D(filters=6, kernel_size=(5, 5), padding="same", activation="relu")' in code
    assert "use_bias" not in code and "glorot" not in code


def test_branches_are_written_as_branches():
    network = Network((8, 8, 2), (Branches(((Conv2D(2, 3, padding="same"),), ()), "add"),))
    code = to_code(network, Recipe())
    assert "x = keras.layers.Add()([xa, inputs])" in code
