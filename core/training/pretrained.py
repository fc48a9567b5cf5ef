"""Trained weights that come with the project, so that every page works before any training."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from core.data.archive import Archive
from core.network import Layer, Network, from_json, trace

if TYPE_CHECKING:
    import keras

FOLDER = Path(__file__).resolve().parents[2] / "assets" / "pretrained"
NAMES = ("draw", "lenet5", "seven-thousand", "dense-128")  # "draw" is what the Draw page starts with

_loading = threading.Lock()


class PretrainedError(RuntimeError):
    """Trained weights that are missing or damaged. The message names the file."""


@dataclass(frozen=True)
class Card:
    """Metadata of trained weights.

    Attributes:
        network: that the weights belong to.
        dataset: name of the dataset it was trained on.
        recipe: how, in words and numbers.
        test_accuracy: measured on the dataset's test images after training, 0…1.
        sure_from: the probability from which its predictions are called confident, 0…1: 98 of 100 digits that were kept
            apart for choosing it reach it.
        measured: how often it is right and sure, for digits and for what is none; shares, 0…1.
    """

    network: Network
    dataset: str
    recipe: dict[str, Any]
    test_accuracy: float
    sure_from: float
    measured: dict[str, Any]


@lru_cache(maxsize=len(NAMES))
def card(name: str) -> Card:
    """The card of a pretrained network; needs no TensorFlow. Raises `KeyError`, `PretrainedError`."""
    path = _file(name, "json")
    try:
        text = json.loads(path.read_text("utf-8"))
        network = from_json(json.dumps(text["network"]))
        return Card(network, *(text[key] for key in ("dataset", "recipe", "test_accuracy", "sure_from", "measured")))
    except (OSError, ValueError, KeyError):
        raise PretrainedError(_advice(path)) from None


def pretrained(name: str) -> keras.Model:
    """A ready model, shared by all: call it, never train it.

    Args:
        name: one of `NAMES`.

    Raises:
        KeyError: for another name.
        PretrainedError: where its file is missing or damaged.
    """
    with _loading:
        return _model(_file(name, "npz"), name)


@lru_cache(maxsize=len(NAMES))
def _model(path: Path, name: str) -> keras.Model:
    from core.training.model import build_model

    model = build_model(card(name).network)
    model.set_weights(pretrained_weights(name))
    return model


def pretrained_weights(name: str) -> list[np.ndarray]:
    """The arrays of a pretrained network, in Keras' order; needs no TensorFlow. Raises as `pretrained` does."""
    return _weights(_file(name, "npz"), name)


@lru_cache(maxsize=len(NAMES))
def _weights(path: Path, name: str) -> list[np.ndarray]:
    traced = trace(card(name).network)
    shapes = [
        term.shape
        for row in traced.rows
        if isinstance(row.layer, Layer) and (shape := traced.inputs[row.path]) is not None
        for term in row.layer.terms(shape)
    ]
    try:
        archive = Archive(path.read_bytes(), len(shapes))
        return [archive.array(str(number), "<f4", shape, finite=True) for number, shape in enumerate(shapes)]
    except (OSError, ValueError):  # of the file, of the archive, of a shape
        raise PretrainedError(_advice(path)) from None


def _file(name: str, ending: str) -> Path:
    if name not in NAMES:
        raise KeyError(f"There are no trained weights called {name!r}; there are {', '.join(NAMES)}.")
    return FOLDER / f"{name}.{ending}"


def _advice(path: Path) -> str:
    return (
        f"The trained weights in {path.name} are missing or damaged. Put them back with "
        "“git checkout -- assets/pretrained”, or make them anew with “python -m tools.pretrain”."
    )
