"""Writes down what has no golden case yet: `python -m tests.network.golden.make`. Never changes one that has."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from typing import Any

import numpy as np

from core.data import SOURCES
from core.network import LAYERS, Branches, Conv2D, Dense, Flatten, Network, Recipe, to_json, to_token, trace
from core.network.presets import PRESETS
from core.network.settings import Choice, Flag, Integer, Number, Pair, Penalty, Stages, settings_of
from core.network.sharing import FORMAT, HIDEABLE
from tests.network.golden import FILES, FILES_DESCRIBED, TEXTS, described

Case = tuple[Network, Recipe | None, str | None, tuple[str, ...]]


def main() -> None:
    """Append the cases and files that are missing."""
    known = {json.loads(line)["case"] for line in _lines()}
    with TEXTS.open("a", encoding="utf-8") as file:
        for name, case in _cases():
            name = f"format {FORMAT}: {name}"
            if name not in known:
                line = {"case": name, "link": to_token(*case), "json": to_json(*case[:3]), "opens": described(*case)}
                file.write(json.dumps(line, ensure_ascii=False) + "\n")
    _write_files()


def _lines() -> list[str]:
    return TEXTS.read_text("utf-8").splitlines() if TEXTS.exists() else []


def _cases() -> Iterator[tuple[str, Case]]:
    for name, preset in PRESETS.items():
        yield f"preset {name}", (preset.network, preset.recipe, "mnist", ())
    for name, kind in LAYERS.items():
        layer = kind(**kind.starter)
        for setting in ("at first", *settings_of(kind)):
            changed = layer if setting == "at first" else _changed(layer, setting)
            yield f"{name}, {setting}", (Network((28, 28, 4), (changed,)), None, None, ())
    for setting in settings_of(Recipe):
        yield f"recipe, {setting}", (Network((28, 28, 1), ()), _changed(Recipe(), setting), "fashion_mnist", ())
    for part in HIDEABLE:
        yield f"hidden, {part}", (Network((28, 28, 1), (Flatten(), Dense(10, "softmax"))), Recipe(), None, (part,))
    for name in SOURCES:
        yield f"dataset, {name}", (Network((28, 28, 1), (Flatten(), Dense(10, "softmax"))), Recipe(), name, ())
    inner = Branches(((Conv2D(3, 3, padding="same"),), ()), "add")
    outer = Branches(((inner,), (Conv2D(5, 1, (2, 1)),)), "concatenate")
    yield (
        "branches in branches",
        (Network((9, 7, 3), (outer,), "Mémoire “d’une” nuit <b>🌙</b>"), None, "drawn", HIDEABLE),
    )


def _changed(layer: Any, name: str) -> Any:
    """The same with another value of this setting."""
    how, value = settings_of(layer)[name], getattr(layer, name)
    for other in _values(how):
        try:
            changed = dataclasses.replace(layer, **{name: other})
        except ValueError:
            continue
        if getattr(changed, name) != value:
            return changed
    raise ValueError(f"{name} of {type(layer).__name__} has no second value.")


def _values(how: Any) -> list[Any]:
    if isinstance(how, Integer):
        return [how.minimum + 1, how.maximum, how.minimum]
    if isinstance(how, Number):
        return [how.minimum + (how.maximum - how.minimum) / 3, how.maximum, how.minimum]
    if isinstance(how, Choice):
        return list(reversed(how.choices))
    if isinstance(how, Flag):
        return [True, False]
    if isinstance(how, Penalty):
        return [(0.0001, 0.03)]
    if isinstance(how, Stages):
        return [((3, 0.02), (1, 0.0007))]
    assert isinstance(how, Pair)
    return [(min(3, how.maximum), 2), (1, 2)]


def _write_files() -> None:
    """Files of weights and of drawings, with what is in them as other code than ours reads it."""
    from core.data.collection import Collection
    from core.training import build_model
    from core.training.foreign.files import weights_file

    FILES.mkdir(exist_ok=True)
    stored = json.loads(FILES_DESCRIBED.read_text("utf-8")) if FILES_DESCRIBED.exists() else {}
    random = np.random.default_rng(5)
    weights, drawings = f"weights-{FORMAT}.npz", "drawings-1.npz"
    if weights not in stored:
        network = Network(
            (8, 7, 2),
            (
                Conv2D(3, 3, padding="same", activation="relu"),
                LAYERS["BatchNormalization"](),
                Branches(((LAYERS["SeparableConv2D"](3, 3, padding="same"),), ()), "add"),
                LAYERS["DepthwiseConv2D"](3),
                Flatten(),
                Dense(3, "softmax"),
            ),
            "Golden",
        )
        assert not trace(network).problems
        model = build_model(network)
        arrays = [
            np.round(random.uniform(0.1, 0.9, array.shape), 3).astype(np.float32) for array in model.get_weights()
        ]
        model.set_weights(arrays)
        answers = np.asarray(model(images()))
        (FILES / weights).write_bytes(weights_file(network, arrays, ("ant", "bee", "cat")))
        stored[weights] = {
            "opens": described(network, None, None, ()),
            "class_names": ["ant", "bee", "cat"],
            "sums": [round(float(array.sum(dtype=np.float64)), 3) for array in arrays],
            "answers": answers.astype(float).round(6).tolist(),
        }
    if drawings not in stored:
        collection = Collection("Beasts", ("ant", "bee"))
        for label in (0, 1, 1):
            collection = collection.added(random.uniform(0, 1, (28, 28)), label)
        (FILES / drawings).write_bytes(collection.to_bytes())
        stored[drawings] = {
            "name": "Beasts",
            "class_names": ["ant", "bee"],
            "labels": collection.labels.tolist(),
            "kept_apart": collection.kept_apart.tolist(),
            "sums": collection.images.sum((1, 2, 3), dtype=np.int64).tolist(),
        }
    FILES_DESCRIBED.write_text(json.dumps(stored, ensure_ascii=False, indent=1) + "\n", "utf-8")


def images() -> np.ndarray:
    """(2, 8, 7, 2) float32: images that any version of NumPy makes alike."""
    return (np.arange(2 * 8 * 7 * 2, dtype=np.float32).reshape(2, 8, 7, 2) % 11) / 11


if __name__ == "__main__":
    main()
