"""A recipe → the parts of a Keras script that follow it: data, learning rate, compiling, training.

What is at its default leaves no trace, so that the script of a plain recipe stays plain.
"""

from __future__ import annotations

import ast
import math
import textwrap
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from core.network.recipe import Recipe

DATASETS = {"mnist": "mnist", "fashion_mnist": "fashion_mnist"}  # ours → keras.datasets
IMAGES, CLASSES = (28, 28, 1), 10  # of each of them
TRAINING_IMAGES = 60_000

WIDTH = 92  # characters of a call on one line; it may be indented, or stand behind a name

TRAINING = "Training."  # title of the section that fits
Section = tuple[str, str]  # what it does, Python text


def training_sections(recipe: Recipe) -> list[Section]:
    """Sections of the script after the network, in order: (description, Python text)."""
    sections: list[Section] = []
    if recipe.shear:
        sections.append(("Keras shears about the corner; this one about the centre.", _class_code("CentredShear")))
    if recipe.augments:
        sections.append(("Changed images, drawn anew for each batch.", _augmentation(recipe)))
    sections += [("How the learning rate changes.", _class_code(name)) for name in _classes(recipe)]
    sections += [("The recipe.", _compile(recipe)), (TRAINING, _fit(recipe))]
    if _validates(recipe):
        once = "The test images are read once, at the end."
        sections.append((once, f"# {once}\n{_learner(recipe)}.evaluate(x_test, y_test)"))
    return sections


def data_code(recipe: Recipe, dataset: str) -> str:
    """Code that loads the images, selects and rescales them to 0…1, makes targets and holds out validation images."""
    lines = [f"(x_train, y_train), (x_test, y_test) = keras.datasets.{DATASETS[dataset]}.load_data()"]
    if recipe.training_images:
        first = recipe.training_images
        lines.append(f"x_train, y_train = x_train[:{first}], y_train[:{first}]")
    lines += [
        'x_train = x_train[..., None].astype("float32") / 255',
        'x_test = x_test[..., None].astype("float32") / 255',
    ]
    if recipe.loss == "mse" or recipe.label_smoothing:
        smoothing = recipe.label_smoothing
        smoothed = f" * (1 - {smoothing!r}) + {smoothing!r} / {CLASSES}" if recipe.loss == "mse" and smoothing else ""
        lines += [f"{y} = keras.utils.to_categorical({y}, {CLASSES}){smoothed}" for y in ("y_train", "y_test")]
    if _validates(recipe):
        lines += [
            f"learned = int(len(x_train) * (1 - {recipe.validation_share!r}))  # the images after these judge each epoch",
            "x_val, y_val = x_train[learned:], y_train[learned:]",
            "x_train, y_train = x_train[:learned], y_train[:learned]",
        ]
    return "\n".join(lines)


def _validates(recipe: Recipe) -> bool:
    """True if at least one image is held out for validation: a share of very few may round to none."""
    return len(recipe.split(TRAINING_IMAGES)[1]) > 0


def _learner(recipe: Recipe) -> str:
    """The variable that is compiled and trained."""
    return "learner" if recipe.augments else "model"


# The learning rate


def _classes(recipe: Recipe) -> list[str]:
    """The names of the classes that the learning rate needs and Keras does not have."""
    found = {"one-cycle": ["OneCycle"], "triangular": ["Triangular"]}.get(recipe.schedule, [])
    if recipe.warm_up:
        found = [*found, "PlateauWarmUp" if recipe.schedule == "plateau" else "WarmUp"]
    return found


def _steady(recipe: Recipe) -> bool:
    """True if the learning rate is constant apart from a warm-up."""
    return recipe.schedule in ("constant", "plateau") or (recipe.schedule == "table" and len(recipe.rates) == 1)


def _counts_steps(recipe: Recipe) -> bool:
    """True if the script needs the total number of steps."""
    return not _steady(recipe) or recipe.warm_up > 0


def _learning_rate(recipe: Recipe) -> str:
    """An expression: a number, or a schedule by the step."""
    rate = recipe.learning_rate
    lowest = min(recipe.lowest_rate, rate)
    own = "keras.optimizers.schedules."
    if recipe.schedule == "table":
        values = [repr(value) for _, value in recipe.rates]
        epochs = [length for length, _ in recipe.rates[:-1]]
        ends = [str(sum(epochs[: number + 1])) for number in range(len(epochs))]
        stages = _call(
            f"{own}PiecewiseConstantDecay",
            f"[end * batches - 1 for end in {_listed(ends)}]",  # Keras wants the last step of each stage
            _listed(values),
        )
        made = stages if ends else values[0]
    elif recipe.schedule == "step":
        stage = f"{recipe.stage_epochs} * batches"
        made = _call(f"{own}ExponentialDecay", repr(rate), stage, repr(recipe.factor), "staircase=True")
    elif recipe.schedule == "cosine":
        end = [f"alpha={lowest!r} / {rate!r}"] if lowest else []
        made = _call(f"{own}CosineDecay", repr(rate), "epochs * batches", *end)
    elif recipe.schedule == "one-cycle":
        made = _call("OneCycle", repr(rate), repr(lowest) if lowest else f"{rate!r} / 10_000", "epochs * batches")
    elif recipe.schedule == "triangular":
        made = _call("Triangular", repr(lowest), repr(rate), f"max({recipe.cycle_epochs!r} * batches, 2)")
    else:
        made = repr(rate)
    if recipe.warm_up and recipe.schedule != "plateau":
        made = _call("WarmUp", made, _warm_up_steps(recipe))
    return made


def _warm_up_steps(recipe: Recipe) -> str:
    return f"round({recipe.warm_up!r} * batches)"


# Compiling and training


def _compile(recipe: Recipe) -> str:
    lines: list[str] = []
    rate = _learning_rate(recipe)
    if _counts_steps(recipe):
        lines += [
            f"epochs, batch_size = {recipe.epochs}, {recipe.batch_size}",
            "batches = math.ceil(len(x_train) / batch_size)  # steps in an epoch",
        ]
        if "Piecewise" in rate:
            lines.append("# By the last step of each stage, as Keras wants it; the last rate stays.")
        if "batches" in rate:
            lines.append(f"learning_rate = {rate}")
            rate = "learning_rate"
        lines.append("")
    arguments = [f"learning_rate={rate}"]
    idle = recipe.idle()
    if recipe.momentum and "momentum" not in idle:
        arguments.append(f"momentum={recipe.momentum!r}")
    if recipe.nesterov and "nesterov" not in idle:
        arguments.append("nesterov=True")
    if "weight_decay" not in idle and "weight_decay" in recipe.changed_settings():  # our default is Keras' own
        arguments.append(f"weight_decay={recipe.weight_decay!r}")
    if recipe.clip_norm:
        arguments.append(f"global_clipnorm={recipe.clip_norm!r}")
    if recipe.loss == "mse":
        loss = '"mean_squared_error"'
    elif recipe.label_smoothing:
        loss = f"keras.losses.CategoricalCrossentropy(label_smoothing={recipe.label_smoothing!r})"
    else:
        loss = '"sparse_categorical_crossentropy"'
    optimizer = _call(f"keras.optimizers.{recipe.optimizer}", *arguments)
    lines.append(
        _call(f"{_learner(recipe)}.compile", f"optimizer={optimizer}", f"loss={loss}", 'metrics=["accuracy"]')
    )
    return "\n".join(lines)


def _fit(recipe: Recipe) -> str:
    named = _counts_steps(recipe)
    epochs, batch_size = ("epochs", "batch_size") if named else (str(recipe.epochs), str(recipe.batch_size))
    evaluated_on = "x_val, y_val" if _validates(recipe) else "x_test, y_test"
    arguments = [
        "x_train",
        "y_train",
        f"batch_size={batch_size}",
        f"epochs={epochs}",
        f"validation_data=({evaluated_on})",
    ]
    callbacks = _callbacks(recipe, epochs)
    if callbacks:
        each = textwrap.indent("".join(f"{callback},\n" for callback in callbacks), "    ")
        arguments.append(f"callbacks=[\n{each}]")
    return _call(f"{_learner(recipe)}.fit", *arguments)


def _callbacks(recipe: Recipe, epochs: str) -> list[str]:
    monitor = ['monitor="val_accuracy"', 'mode="max"'] if recipe.monitor == "val_accuracy" else []
    found: list[str] = []
    if recipe.early_stopping or recipe.restore_best:
        patience = [f"patience={recipe.early_stopping or epochs}"]
        restore = ["restore_best_weights=True"] if recipe.restore_best else []
        found.append(_call("keras.callbacks.EarlyStopping", *monitor, *patience, *restore))
    if recipe.schedule == "plateau":
        lowered = [f"factor={recipe.factor!r}", f"patience={recipe.plateau_patience}"]
        lowest = [f"min_lr={recipe.lowest_rate!r}"] if recipe.lowest_rate else []
        found.append(_call("keras.callbacks.ReduceLROnPlateau", *monitor, *lowered, *lowest))
        if recipe.warm_up:
            found.append(f"PlateauWarmUp({_warm_up_steps(recipe)})")
    return found


def _augmentation(recipe: Recipe) -> str:
    height, width, _ = IMAGES
    filled = 'fill_mode="constant"'
    layers: list[str] = []
    if recipe.shear:
        layers.append(f"CentredShear({recipe.shear!r}),")
    if recipe.zoom:  # Keras' factor says how much more of the image is seen: the digit is 1 / (1 + factor) as large
        least, most = (f"1 / (1 {sign} {recipe.zoom!r}) - 1" for sign in "+-")
        layers.append(_call("keras.layers.RandomZoom", f"({least}, {most})", filled) + ",")
    if recipe.rotation:
        layers.append(f"keras.layers.RandomRotation({recipe.rotation!r} / 360, {filled}),")
    if recipe.shift:
        shift = repr(recipe.shift)
        layers.append(
            _call("keras.layers.RandomTranslation", f"{shift} / {height}", f"{shift} / {width}", filled) + ","
        )
    if recipe.blur:
        size = 2 * math.ceil(3 * recipe.blur) + 1  # px: three standard deviations either way
        kernel = [f"kernel_size={size}", f"sigma=(0.0, {recipe.blur!r})"]
        layers.append(
            _call("keras.layers.RandomGaussianBlur", "factor=(1.0, 1.0)", *kernel, "value_range=(0.0, 1.0)") + ","
        )
    if recipe.noise:
        layers += [
            f"keras.layers.GaussianNoise({recipe.noise!r}),",
            "keras.layers.ReLU(max_value=1.0),  # pixels stay between 0 and 1",
        ]
    inside = textwrap.indent("\n".join([*layers, "model,"]), "    ")
    return (
        "# Only while it learns does the network see changed images: the same kinds of changes, within the\n"
        "# same bounds, as in Receptive, but drawn by Keras. The learner's weights are the model's.\n"
        f"learner = keras.Sequential([\n{inside}\n])"
    )


# How it is written


def _call(function: str, *arguments: str) -> str:
    """A call on one line where it fits, otherwise with one argument a line."""
    line = f"{function}({', '.join(arguments)})"
    if len(line) <= WIDTH and "\n" not in line:
        return line
    return f"{function}(\n{textwrap.indent(''.join(f'{argument},{chr(10)}' for argument in arguments), '    ')})"


def _listed(values: Sequence[str]) -> str:
    """`[1, 2, 3]`, on several lines where it is long."""
    line = f"[{', '.join(values)}]"
    if len(line) <= WIDTH - 30:
        return line
    return (
        "[\n"
        + textwrap.fill(", ".join(values) + ",", WIDTH - 20, initial_indent="    ", subsequent_indent="    ")
        + "\n]"
    )


@cache
def _class_code(name: str) -> str:
    """The text of a class of `script_classes.py`."""
    text = (Path(__file__).parent / "script_classes.py").read_text("utf-8")
    found = next(node for node in ast.parse(text).body if isinstance(node, ast.ClassDef) and node.name == name)
    return "\n".join(text.splitlines()[found.lineno - 1 : found.end_lineno])
