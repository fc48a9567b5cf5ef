"""The exported script is run, and builds and trains the same network with the same recipe."""

import inspect
import json
import math
from types import SimpleNamespace

import keras
import numpy as np
import pytest
from hypothesis import assume, example, given, settings

from core.data import SOURCES, Dataset
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
from core.network.recipe import AUGMENTATIONS
from core.network.settings import settings_of
from core.training import build_model, train
from core.training.callbacks import recipe_callbacks
from core.training.foreign import weights_file
from core.training.losses import make_loss
from core.training.optimizers import make_optimizer
from core.training.schedule import learning_rates, make_schedule
from tests.strategies import networks, recipes

QUICK = Network(
    (28, 28, 1), (MaxPooling2D(4), Flatten(), Dense(10, "softmax")), 'A "name" \\ with """ quotes\nand lines'
)


LEARNED, TESTED = 64, 32  # images of the small dataset
DICE = np.random.default_rng(1)
IMAGES = DICE.integers(0, 256, (LEARNED, 28, 28), np.uint8)
LABELS = DICE.integers(0, 10, LEARNED).astype(np.uint8)
FEW = Dataset(
    "mnist", IMAGES[..., None], LABELS, IMAGES[:TESTED, ..., None], LABELS[:TESTED], tuple(map(str, range(10)))
)


def small(patch: pytest.MonkeyPatch) -> None:
    """What the script downloads is small, and without a network."""
    parts = (IMAGES, LABELS), (IMAGES[:TESTED], LABELS[:TESTED])
    patch.setattr(keras.datasets.mnist, "load_data", lambda: parts)
    patch.setattr(keras.Model, "summary", lambda self: None)


@pytest.fixture
def digits(monkeypatch):
    small(monkeypatch)


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


def lines(code: str) -> list[str]:
    """Without the empty ones."""
    return [line for line in code.splitlines() if line]


@pytest.mark.parametrize("recipe", [Recipe(epochs=1), Recipe(epochs=1, schedule="one-cycle", warm_up=1.0, shear=5.0)])
def test_the_notebook_holds_the_same_code(digits, recipe):
    notebook = json.loads(to_notebook(QUICK, recipe))
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    cells = notebook["cells"]
    assert len({cell["id"] for cell in cells}) == len(cells)
    code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    assert lines(code) == lines(to_code(QUICK, recipe))
    run(code)


def cells_of(notebook: str, kind: str) -> list[str]:
    return ["".join(cell["source"]) for cell in json.loads(notebook)["cells"] if cell["cell_type"] == kind]


def test_the_notebook_begins_with_trained_weights_that_stand_beside_it(digits, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    notebook = to_notebook(QUICK, Recipe(epochs=1), weights="quick.npz")
    before = "\n".join(code for code in cells_of(notebook, "code") if "fit(" not in code)
    fresh = run(before)["model"].get_weights()
    trained = [array + 1 for array in build_model(QUICK).get_weights()]
    (tmp_path / "quick.npz").write_bytes(weights_file(QUICK, trained, list("0123456789")))
    loaded = run(before)["model"].get_weights()
    for wanted, found, other in zip(trained, loaded, fresh, strict=True):
        np.testing.assert_array_equal(found, wanted)
        assert not np.array_equal(found, other)
    order = [code.find("np.load") >= 0 for code in cells_of(notebook, "code")]
    assert order.index(True) < next(n for n, code in enumerate(cells_of(notebook, "code")) if "fit(" in code)
    assert any("put `quick.npz` beside this notebook" in text for text in cells_of(notebook, "markdown"))


def test_a_notebook_that_does_not_train_loads_weights_too(digits, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    network = PRESETS["B1"].network
    code = cells_of(to_notebook(network, Recipe(), weights="b1.npz"), "code")
    assert (
        "np.load" in code[-1]
        and "What follows" not in cells_of(to_notebook(network, Recipe(), weights="b1.npz"), "markdown")[-1]
    )


def test_only_what_differs_from_keras_is_written():
    code = to_code(LENET5, Recipe())
    assert 'keras.layers.Conv2D(filters=6, kernel_size=(5, 5), padding="same", activation="relu")' in code
    assert "use_bias" not in code and "glorot" not in code


def test_branches_are_written_as_branches():
    network = Network((8, 8, 2), (Branches(((Conv2D(2, 3, padding="same"),), ()), "add"),))
    code = to_code(network, Recipe())
    assert "x = keras.layers.Add()([xa, inputs])" in code


# The recipe


def prepared(recipe: Recipe) -> SimpleNamespace:
    """The script run up to its training, which is only recorded.

    `names`: its variables; `learner`: what it trains; `fit`: the arguments of that; `tested`: what it evaluates.
    """
    found = SimpleNamespace(tested=[])

    def fit(learner, x, y, **arguments):
        found.learner, found.fit = learner, {"x": x, "y": y, **arguments}

    with pytest.MonkeyPatch.context() as patch:
        small(patch)
        patch.setattr(keras.Model, "fit", fit)
        patch.setattr(keras.Model, "evaluate", lambda learner, *data: found.tested.append((learner, data)))
        found.names = run(to_code(QUICK, recipe))
    return found


class Recorder(keras.callbacks.Callback):
    """The learning rate at every step; judgements and weights at the end of every epoch."""

    def __init__(self):
        super().__init__()
        self.rates, self.losses, self.weights = [], [], []

    def on_train_batch_begin(self, batch, logs=None):
        self.rates.append(float(self.model.optimizer.learning_rate))

    def on_epoch_end(self, epoch, logs=None):
        self.losses.append(logs["val_loss"])
        self.weights.append(self.model.get_weights())


def trained(recipe: Recipe) -> tuple[dict, Recorder]:
    """The script run to its end: its variables, and what happened."""
    recorder, fit = Recorder(), keras.Model.fit

    def recorded(learner, *data, callbacks=(), **arguments):
        learner.run_eagerly = True  # so few steps are not worth a graph
        return fit(learner, *data, callbacks=[*callbacks, recorder], verbose=0, **arguments)

    with pytest.MonkeyPatch.context() as patch:
        small(patch)
        patch.setattr(keras.Model, "fit", recorded)
        return run(to_code(QUICK, recipe)), recorder


def planned(recipe: Recipe, epochs: int, batches: int) -> np.ndarray:
    return learning_rates(recipe, epochs, batches, np.arange(epochs * batches))


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"schedule": "table", "rates": ((1, 0.01), (1, 0.05), (2, 0.001))},
        {"schedule": "table", "rates": ((3, 0.02),)},
        {"schedule": "step", "stage_epochs": 1, "factor": 0.5},
        {"schedule": "cosine", "lowest_rate": 0.002},
        {"schedule": "one-cycle"},
        {"schedule": "triangular", "cycle_epochs": 1.5, "lowest_rate": 0.004},
        {"warm_up": 1.5},
        {"warm_up": 1.5, "schedule": "table", "rates": ((3, 0.02),)},
        {"warm_up": 0.6, "schedule": "one-cycle", "lowest_rate": 0.003},
    ],
)
def test_every_step_has_the_learning_rate_of_the_loop(settings):
    recipe = Recipe(epochs=3, batch_size=10, optimizer="SGD", learning_rate=0.03, **settings)
    names, recorder = trained(recipe)
    np.testing.assert_allclose(recorder.rates, planned(recipe, 3, 7), rtol=1e-5, atol=1e-8)
    json.dumps(keras.optimizers.serialize(names["model"].optimizer))  # so the model can be saved with it


@pytest.mark.parametrize("changes", [{"schedule": "one-cycle"}, {"schedule": "triangular"}, {"warm_up": 1.0}])
def test_the_script_holds_the_very_schedule_that_the_loop_trains_with(changes):
    recipe = Recipe(learning_rate=0.03, **changes)
    ours = type(make_schedule(recipe, 3, 7))
    assert inspect.getsource(ours) in to_code(QUICK, recipe)


def never_better(**changes) -> Recipe:
    """Steps so short that no epoch counts as progress."""
    return Recipe(
        batch_size=10, optimizer="SGD", learning_rate=1e-6, clip_norm=0.001, schedule="plateau", factor=0.5, **changes
    )


@pytest.mark.parametrize(
    "recipe",
    [
        never_better(epochs=6, plateau_patience=2, lowest_rate=4e-7),
        never_better(epochs=5, plateau_patience=1, warm_up=3.4),
        never_better(epochs=4, plateau_patience=1, monitor="val_accuracy", validation_share=0.25),
    ],
)
def test_a_plateau_lowers_the_rate_where_the_loop_does(recipe):
    _, recorder = trained(recipe)
    points = train(QUICK, FEW, recipe).snapshot.train
    batches = len(recorder.rates) // recipe.epochs
    ends = [round(point.epoch * batches) - 1 for point in points]
    assert len(ends) >= recipe.epochs and min(point.learning_rate for point in points) < max(
        point.learning_rate for point in points
    )
    np.testing.assert_allclose(
        [recorder.rates[end] for end in ends], [point.learning_rate for point in points], rtol=1e-5
    )


@given(recipes())
@settings(deadline=None, max_examples=60)
@example(Recipe(schedule="plateau", warm_up=0.01))
@example(Recipe(schedule="cosine", learning_rate=1e-6, lowest_rate=1000.0))
@example(Recipe(training_images=1, validation_share=0.5))
@example(Recipe(validation_share=1e-9))
@example(Recipe(zoom=0.5, shear=45.0, rotation=180.0, blur=3.0, noise=0.5, shift=8.0))
def test_any_recipe_prepares_what_the_loop_does(recipe):
    found = prepared(recipe)
    fit = found.fit

    learned, judged = recipe.split(LEARNED)
    judges = recipe.split(60_000)[1]
    assert len(fit["x"]) == len(fit["y"]) == learned
    np.testing.assert_allclose(fit["x"][..., 0], IMAGES[:learned] / 255.0, atol=1e-6)
    if judges:
        np.testing.assert_allclose(
            fit["validation_data"][0][..., 0], IMAGES[judged.start : judged.stop] / 255.0, atol=1e-6
        )
        ((tester, test),) = found.tested
        assert tester is found.learner and len(test[0]) == TESTED
    else:
        assert len(fit["validation_data"][0]) == TESTED and not found.tested
    assert (fit["batch_size"], fit["epochs"]) == (recipe.batch_size, recipe.epochs)

    batches = -(-learned // recipe.batch_size)
    rate = found.learner.optimizer._learning_rate
    steps = np.arange(recipe.epochs * batches)
    if not isinstance(rate, keras.optimizers.schedules.LearningRateSchedule):
        written = np.full(len(steps), float(rate))
        if recipe.schedule == "plateau" and recipe.warm_up:
            warm = found.fit["callbacks"][-1].steps
            written *= np.minimum((steps + 1) / max(warm, 1), 1)
    else:
        written = np.broadcast_to(np.asarray(rate(steps.astype(np.float32))), len(steps))
    expected = planned(recipe, recipe.epochs, batches)
    np.testing.assert_allclose(written, expected, rtol=1e-5, atol=1e-6 * expected.max())

    own, others = make_optimizer(recipe).get_config(), found.learner.optimizer.get_config()
    assert type(found.learner.optimizer).__name__ == recipe.optimizer
    for config in (own, others):
        config.pop("name"), config.pop("learning_rate")
    assert own == others

    answers = np.random.default_rng(3).dirichlet(np.ones(10), learned).astype(np.float32)
    expected = float(make_loss(recipe, 10)(LABELS[:learned].astype(np.int32), answers))
    loss = keras.losses.get(found.learner.loss)
    assert float(np.mean(loss(fit["y"], answers))) == pytest.approx(expected, rel=1e-5)

    callbacks = {type(callback).__name__: callback for callback in fit.get("callbacks", ())}
    for own in recipe_callbacks(recipe):
        other = callbacks[type(own).__name__]
        assert (own.monitor, own.patience, own.min_delta) == (other.monitor, other.patience, other.min_delta)
        assert other.mode == own.mode or other.monitor == "val_loss"
        assert getattr(own, "factor", None) == getattr(other, "factor", None)
        assert getattr(own, "min_lr", None) == getattr(other, "min_lr", None)
    stopping = callbacks.get("EarlyStopping")
    assert (stopping is None) == (not (recipe.early_stopping or recipe.restore_best))
    assert stopping is None or stopping.restore_best_weights == recipe.restore_best
    assert stopping is None or recipe.early_stopping or stopping.patience >= recipe.epochs
    assert ("ReduceLROnPlateau" in callbacks) == (recipe.schedule == "plateau")

    assert (found.learner is found.names["model"]) == (not recipe.augments)
    if recipe.augments:
        assert found.learner.layers[-1] is found.names["model"]


# Settings that show in another way than by their value.
IN_WORDS = {
    "nesterov": {True: "nesterov=True"},
    "restore_best": {True: "restore_best_weights=True"},
    "optimizer": {name: f"keras.optimizers.{name}(" for name in ("SGD", "RMSprop", "AdamW")},
    "loss": {"mse": "mean_squared_error"},
    "monitor": {"val_accuracy": 'monitor="val_accuracy"'},
    "schedule": {
        "table": "",  # a table of one stage is a number
        "step": "ExponentialDecay(",
        "cosine": "CosineDecay(",
        "one-cycle": "OneCycle(",
        "triangular": "Triangular(",
        "plateau": "ReduceLROnPlateau(",
    },
}


@given(recipes())
@settings(deadline=None, max_examples=200)
def test_the_script_names_every_setting_that_was_changed_and_matters(recipe):
    code = to_code(QUICK, recipe)
    compile(code, "exported.py", "exec")
    assert max(map(len, code.splitlines())) <= 118
    for name in set(recipe.changed_settings()) - set(recipe.idle()):
        value = getattr(recipe, name)
        if name in IN_WORDS:
            assert IN_WORDS[name][value] in code
        elif name == "rates":
            assert all(repr(rate) in code for _, rate in value)
        elif name == "lowest_rate" and recipe.schedule != "plateau":
            assert repr(min(value, recipe.learning_rate)) in code
        elif name != "validation_share" or recipe.split(60_000)[1]:
            assert repr(value) in code, name


@given(recipes())
@settings(deadline=None, max_examples=100)
def test_settings_that_are_idle_change_nothing_in_the_script(recipe):
    defaults = {name: Recipe.__dataclass_fields__[name].default for name in recipe.idle()}
    assert to_code(QUICK, recipe.replaced(**defaults)) == to_code(QUICK, recipe)


def test_a_plain_recipe_leaves_a_plain_script():
    code = to_code(QUICK, Recipe())
    assert len(code.splitlines()) < 40
    for word in ("class ", "math", "callbacks", "batches", "learner", "evaluate", "to_categorical", "val, "):
        assert word not in code
    assert "keras.optimizers.Adam(learning_rate=0.001)" in code


def test_training_stops_early_and_the_best_epoch_comes_back():
    stopped, recorder = trained(
        Recipe(epochs=9, batch_size=32, learning_rate=1e-6, early_stopping=2, monitor="val_accuracy")
    )
    assert len(recorder.losses) == 3  # the first is the best; accuracy does not move
    assert stopped["model"].stop_training

    worse = Recipe(
        epochs=3, batch_size=32, optimizer="SGD", schedule="table", rates=((1, 0.01), (2, 50.0)), restore_best=True
    )
    for recipe in (worse, worse.replaced(shift=1.0, validation_share=0.25)):
        names, recorder = trained(recipe)
        best = int(np.argmin(recorder.losses))
        assert len(recorder.losses) == 3 and best < 2
        for ours, theirs in zip(names["model"].get_weights(), recorder.weights[best]):
            np.testing.assert_array_equal(ours, theirs)
    names, recorder = trained(worse.replaced(restore_best=False))
    np.testing.assert_array_equal(names["model"].get_weights()[0], recorder.weights[-1][0])


def test_the_same_seed_gives_the_same_weights_and_another_gives_others():
    recipe = Recipe(epochs=1, batch_size=32, shift=2.0, shear=10.0, noise=0.1)
    first, again, other = (
        trained(one)[0]["model"].get_weights()[0] for one in (recipe, recipe, recipe.replaced(seed=2))
    )
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


# Augmentation

ENOUGH = 400  # images, for a random quantity to come close to its bounds
FAR = {"shift": 3.0, "rotation": 25.0, "zoom": 0.3, "shear": 20.0, "blur": 1.5, "noise": 0.2}


def changed(images: np.ndarray, **settings) -> np.ndarray:
    """(n, h, w) → (n, h, w): as the network sees them while it learns by the script."""
    *layers, model = prepared(Recipe(**settings)).learner.layers
    assert isinstance(model, keras.Model)
    x = images[..., None].astype("float32")
    for layer in layers:
        x = layer(x, training=True)
    return np.asarray(x)[..., 0]


def dots(row: float, column: float, width_px: float = 1.2) -> np.ndarray:
    """(ENOUGH, 28, 28): a soft dot, whose centre of mass can be told to a hundredth of a pixel."""
    rows, columns = np.indices((28, 28))
    dot = np.exp(-((rows - row) ** 2 + (columns - column) ** 2) / (2 * width_px**2))
    return np.repeat(dot[None], ENOUGH, axis=0)


def centres(images: np.ndarray) -> np.ndarray:
    """(n, h, w) → (n, 2): rows and columns of the centres of mass, from the image's centre."""
    return np.einsum("nhw,ahw->na", images, np.indices((28, 28)) - 13.5) / images.sum(axis=(1, 2))[:, None]


def test_without_augmentation_there_is_no_layer_for_it_and_each_setting_adds_only_its_own():
    assert not any(name in to_code(QUICK, Recipe()) for name in ("Random", "GaussianNoise", "Shear"))
    kinds = {
        name: [type(layer).__name__ for layer in prepared(Recipe(**{name: FAR[name]})).learner.layers[:-1]]
        for name in AUGMENTATIONS
    }
    assert kinds == {
        "shift": ["RandomTranslation"],
        "rotation": ["RandomRotation"],
        "zoom": ["RandomZoom"],
        "shear": ["CentredShear"],
        "blur": ["RandomGaussianBlur"],
        "noise": ["GaussianNoise", "ReLU"],
    }


def test_images_move_by_at_most_the_shift_both_ways():
    moved = centres(changed(dots(13.5, 13.5), shift=3.0))
    assert (abs(moved) < 3.02).all()
    assert (moved.max(axis=0) > 2.8).all() and (moved.min(axis=0) < -2.8).all()
    assert abs(np.corrcoef(moved.T)[0, 1]) < 0.2  # down and right are drawn apart


def test_images_turn_by_at_most_the_rotation_about_the_centre():
    moved = centres(changed(dots(13.5, 22.5), rotation=25.0))
    degrees = np.degrees(np.arctan2(moved[:, 0], moved[:, 1]))
    assert abs(degrees).max() < 25.3 and degrees.max() > 23 and degrees.min() < -23
    np.testing.assert_allclose(np.hypot(*moved.T), 9.0, atol=0.1)


def test_images_grow_and_shrink_by_at_most_the_zoom_about_the_centre():
    moved = centres(changed(dots(13.5, 21.5), zoom=0.3))
    sizes = moved[:, 1] / 8.0
    assert 0.69 < sizes.min() < 0.75 and 1.25 < sizes.max() < 1.31
    assert abs(moved[:, 0]).max() < 0.02


def test_images_slant_by_at_most_the_shear_and_stay_where_they_are():
    middle = centres(changed(dots(13.5, 13.5), shear=20.0))
    assert abs(middle).max() < 0.02
    above = centres(changed(dots(5.5, 13.5), shear=20.0))
    np.testing.assert_allclose(above[:, 0], -8.0, atol=0.05)
    degrees = np.degrees(np.arctan2(above[:, 1], 8.0))
    assert abs(degrees).max() < 20.3 and degrees.max() > 18 and degrees.min() < -18


def test_images_are_blurred_by_at_most_the_width():
    points = np.zeros((9, 28, 28, 1), "float32")
    points[:, 14, 14] = 1
    layer = prepared(Recipe(blur=1.5)).learner.layers[0]
    widths = []
    for _ in range(60):  # Keras draws one width for a batch
        blurred, *others = np.asarray(layer(points, training=True))[..., 0]
        np.testing.assert_array_equal(others, [blurred] * 8)  # none is left out
        assert blurred.sum() == pytest.approx(1, abs=1e-4)
        variance = (blurred.sum(axis=0) * (np.arange(28) - 14) ** 2).sum()
        widths.append(math.sqrt(variance))
    assert 1.3 < max(widths) < 1.51 and min(widths) < 0.3


def test_noise_has_its_strength_and_pixels_stay_in_range():
    noisy = changed(np.full((50, 28, 28), 0.5), noise=0.1)
    assert noisy.std() == pytest.approx(0.1, rel=0.02)
    loud = changed(np.full((50, 28, 28), 0.5), noise=0.5)
    assert loud.min() == 0 and loud.max() == 1


def test_what_lies_beyond_the_image_is_empty():
    for name in ("shift", "rotation", "shear", "zoom"):
        seen = changed(np.ones((50, 28, 28)), **{name: FAR[name]})
        assert seen.min() == 0 and seen.max() <= 1.0001


def test_only_learning_sees_changed_images():
    found = prepared(Recipe(**FAR))
    images = np.random.default_rng(1).random((8, 28, 28, 1)).astype("float32")
    learner, model = found.learner, found.names["model"]
    np.testing.assert_array_equal(learner(images, training=False), model(images, training=False))
    assert not np.allclose(learner(images, training=True), model(images, training=False))
    same(model, build_model(QUICK))


def test_a_script_with_everything_runs_as_it_stands(digits):
    changes = {
        **FAR, "epochs": 3, "batch_size": 16, "optimizer": "SGD", "learning_rate": 0.02, "momentum": 0.9,
        "nesterov": True, "clip_norm": 1.0, "label_smoothing": 0.1, "schedule": "one-cycle", "lowest_rate": 1e-5,
        "warm_up": 0.5, "training_images": 50, "validation_share": 0.2, "early_stopping": 5, "restore_best": True,
        "monitor": "val_accuracy", "seed": 5,
    }  # fmt: skip
    recipe = Recipe(**changes)
    names = run(to_code(QUICK, recipe))
    assert int(names["learner"].optimizer.iterations) == 3 * 3  # 40 images in batches of 16
    assert (len(names["x_train"]), len(names["x_val"])) == (40, 10)
    same(names["model"], build_model(QUICK))
    untouched = set(settings_of(Recipe)) - set(changes)
    assert untouched == {
        "weight_decay",
        "loss",
        "rates",
        "stage_epochs",
        "factor",
        "cycle_epochs",
        "plateau_patience",
    }


def test_a_script_can_be_exported_for_every_dataset():
    for name in SOURCES:
        assert "load_data()" in to_code(LENET5, Recipe(), name)


def test_a_script_begins_with_the_name_and_the_size_of_its_network():
    first = to_code(LENET5, Recipe()).splitlines()[0]
    assert first == f'"""{LENET5.name}: 61,706 parameters. Made with Receptive."""'
