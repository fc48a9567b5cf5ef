"""A network and its recipe → a Keras script that runs as it stands, and a notebook of the same."""

from __future__ import annotations

import itertools
import json
import keyword
import re
from typing import Any

from core.network.geometry import trace
from core.network.layers import Layer, shape_text
from core.network.names import plain
from core.network.network import Block, Branches, Network
from core.network.recipe import Recipe
from core.network.settings import Penalty, settings_of
from core.network.training_code import CLASSES, DATASETS, IMAGES, TRAINING, Section, data_code, training_sections
from core.network.words import counted


def to_code(network: Network, recipe: Recipe, dataset: str = "mnist") -> str:
    """A Python script that builds this network with Keras and trains it with this recipe.

    A network that does not answer for the dataset is only built; the script says why.

    Args:
        network: one whose trace has no problems, or the script will not run.
        recipe: every setting of it is honoured; random numbers are Keras' own, within the same bounds.
        dataset: one of `DATASETS`.
    """
    texts = [text for _, text in _sections(network, recipe, dataset)]
    code = texts[0]
    for before, text in itertools.pairwise(texts):
        code += ("\n\n\n" if "class " in (before[:6], text[:6]) else "\n\n") + text
    return code + "\n"


def to_notebook(network: Network, recipe: Recipe, dataset: str = "mnist", weights: str = "") -> str:
    """The same as a Jupyter notebook (nbformat 4.5, JSON text), with a line of explanation for each cell.

    Args:
        network, recipe, dataset: as for `to_code`.
        weights: name of a file of trained weights, as `core.training.foreign.weights_file` makes them, that the notebook
            begins with where it stands beside it; nothing of the kind where it is empty.
    """
    cells: list[dict[str, Any]] = []
    sections = _sections(network, recipe, dataset)
    if weights:
        place = next((number for number, (title, _) in enumerate(sections) if title == TRAINING), len(sections))
        sections.insert(place, _trained_weights(weights, trains=place < len(sections)))
    for number, (title, text) in enumerate(sections):
        cells.append(_cell("markdown", f"text{number}", title))
        cells.append(_cell("code", f"code{number}", text))
    return json.dumps(
        {
            "cells": cells,
            "metadata": {
                "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
                "language_info": {"name": "python"},
            },
            "nbformat": 4,
            "nbformat_minor": 5,
        },
        ensure_ascii=False,
        indent=1,
    )


def _trained_weights(file: str, trains: bool) -> Section:
    """The cell that loads trained weights."""
    after = " What follows then goes on from them; leave it out to keep them." if trains else ""
    title = (
        f"Trained weights, where there are any: put `{file}` beside this notebook (in Receptive: Train, Download the "
        f"trained model, Weights).{after} Without this file, the weights stay fresh."
    )
    lines = [
        "import os",
        "",
        "import numpy as np",
        "",
        f'trained = "{file}"',
        "if os.path.exists(trained):",
        "    with np.load(trained) as arrays:",
        "        model.set_weights([arrays[str(number)] for number in range(len(model.get_weights()))])",
    ]
    return title, "\n".join(lines)


def _cell(kind: str, name: str, text: str) -> dict[str, Any]:
    lines = text.splitlines(keepends=True)
    cell: dict[str, Any] = {"cell_type": kind, "id": name, "metadata": {}, "source": lines}
    return cell if kind == "markdown" else cell | {"execution_count": None, "outputs": []}


def _sections(network: Network, recipe: Recipe, dataset: str) -> list[tuple[str, str]]:
    """(what it does, Python text) in order."""
    name = re.sub(r"[\s\"\\]+", " ", network.name).strip()  # what could end the text that it stands in is gone
    untrainable = _why_untrained(network, dataset)
    more = f"\n\nWithout training: {untrainable}\n" if untrainable else ""
    title = f"# {plain(network.name)}"
    size = counted(trace(network).parameters, "parameter")
    head = f'"""{name}: {size}. Made with Receptive.{more}"""'
    if untrainable:
        start = (f"{title}\n\nWithout training: {untrainable}", f"{head}\n\nimport keras")
        return [start, ("The network.", _model(network))]
    sections = [
        ("The images, from 0…255 to 0…1.", data_code(recipe, dataset)),
        ("The network.", _model(network)),
        *training_sections(recipe),
    ]
    mathematics = "import math\n\n" if any("math." in text for _, text in sections) else ""
    seed = f"keras.utils.set_random_seed({recipe.seed})"
    return [(title, f"{head}\n\n{mathematics}import keras\n\n{seed}"), *sections]


def _why_untrained(network: Network, dataset: str) -> str | None:
    """The reason why the script can only build this network; None if it can train it."""
    if network.input_shape != IMAGES:
        theirs, ours = shape_text(IMAGES), shape_text(network.input_shape)
        return f"the images of keras.datasets.{DATASETS[dataset]} are {theirs}, this network expects {ours}."
    problems = trace(network, CLASSES).problems
    return problems[0].sentence if problems else None


def _model(network: Network) -> str:
    lines = [f"inputs = keras.Input({network.input_shape!r})"]
    last = _written(network.layers, "inputs", "x", lines)
    lines += [f'model = keras.Model(inputs, {last}, name="{_identifier(network.name)}")', "model.summary()"]
    return "\n".join(lines)


def _written(blocks: tuple[Block, ...], source: str, target: str, lines: list[str]) -> str:
    """Append the calls for these blocks; returns the variable that holds their output."""
    for block in blocks:
        if isinstance(block, Branches):
            ends: list[str] = []
            for number, branch in enumerate(block.branches):
                ends.append(_written(branch, source, f"{target}{'abcdefgh'[number]}", lines))
            join = "Add" if block.merge == "add" else "Concatenate"
            lines.append(f"{target} = keras.layers.{join}()([{', '.join(ends)}])")
        else:
            lines.append(f"{target} = {layer_code(block)}({source})")
        source = target
    return source


def layer_code(layer: Layer) -> str:
    """`keras.layers.Conv2D(filters=6, kernel_size=(5, 5), activation="relu")`: what differs from Keras' defaults."""
    settings = settings_of(layer)
    shown = {name: getattr(layer, name) for name in layer.keras_required} | layer.changed_settings()
    arguments = [f"{name}={_value(settings[name], shown[name])}" for name in settings if name in shown]
    return f"keras.layers.{type(layer).__name__}({', '.join(arguments)})"


def _value(how: Any, value: Any) -> str:
    if isinstance(how, Penalty):
        strengths = [f"l{power}={strength!r}" for power, strength in zip((1, 2), value) if strength]
        return f"keras.regularizers.L1L2({', '.join(strengths)})"
    return f'"{value}"' if isinstance(value, str) else repr(value)


def _identifier(name: str) -> str:
    """A valid Python and Keras identifier, close to the name given."""
    plain = re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_").lower() or "network"
    return f"network_{plain}" if plain[0].isdigit() or keyword.iskeyword(plain) else plain
