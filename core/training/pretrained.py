"""Trained weights that come with the project, so that every page works before any training."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from core.network import Network, from_json

if TYPE_CHECKING:
    import keras

FOLDER = Path(__file__).resolve().parents[2] / "assets" / "pretrained"
FILES = {"lenet5": "lenet5", "draw": "lenet5"}  # name → file; "draw" is what the Draw page starts with

_loading = threading.Lock()


class PretrainedError(RuntimeError):
    """Trained weights that are missing or damaged. The message names the file."""


@dataclass(frozen=True)
class Card:
    """What is known of trained weights.

    Attributes:
        network: that the weights belong to.
        dataset: name of the dataset it was trained on.
        recipe: how, in words and numbers.
        test_accuracy: measured on the dataset's test images after training, 0…1.
    """

    network: Network
    dataset: str
    recipe: dict[str, Any]
    test_accuracy: float


@lru_cache(maxsize=len(FILES))
def card(name: str) -> Card:
    """The card of a pretrained network; needs no TensorFlow. Raises `PretrainedError`."""
    path = FOLDER / f"{FILES[name]}.json"
    try:
        text = json.loads(path.read_text("utf-8"))
        return Card(from_json(json.dumps(text["network"])), text["dataset"], text["recipe"], text["test_accuracy"])
    except (OSError, ValueError, KeyError):
        raise PretrainedError(_advice(path)) from None


def pretrained(name: str) -> keras.Model:
    """A ready model, shared by all: call it, never train it.

    Args:
        name: `lenet5`, or `draw` for the one that the Draw page starts with.

    Raises:
        KeyError: for another name.
        PretrainedError: where its file is missing or damaged.
    """
    with _loading:
        return _model(FILES[name], name)


@lru_cache(maxsize=len(FILES))
def _model(file: str, name: str) -> keras.Model:
    from core.training.model import build_model

    path = FOLDER / f"{file}.npz"
    model = build_model(card(name).network)
    try:
        with np.load(path, allow_pickle=False) as arrays:
            model.set_weights([arrays[key] for key in map(str, range(len(model.weights)))])
    except (OSError, ValueError, KeyError):
        raise PretrainedError(_advice(path)) from None
    return model


def _advice(path: Path) -> str:
    return (
        f"The trained weights in {path.name} are missing or damaged. Put them back with "
        "“git checkout -- assets/pretrained”, or make them anew with “python -m tools.pretrain”."
    )
