"""The images that networks learn from. Everything here is in the repository: no download."""

from __future__ import annotations

import hashlib
import threading
import zipfile
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).resolve().parents[2] / "assets" / "datasets"


class DatasetError(RuntimeError):
    """A data file that is missing or damaged. The message names it and says what to do."""


@dataclass(frozen=True)
class Source:
    """An embedded dataset: its file, its fingerprint and its credits."""

    title: str
    file: str
    sha256: str
    class_names: tuple[str, ...]
    credit: str
    input_shape: tuple[int, int, int] = (28, 28, 1)

    @property
    def tested_on(self) -> str:
        """The title of the dataset whose images it is evaluated on."""
        return self.title


@dataclass(frozen=True)
class OwnClasses:
    """The classes of a network that has learned from images that are not here."""

    class_names: tuple[str, ...]
    input_shape: tuple[int, ...]
    title: str = "its own classes"
    tested_on: str = "its own classes"
    credit: str = ""


@dataclass(frozen=True, eq=False)
class Dataset:
    """Images with their labels.

    Attributes:
        name: as given to `load`.
        x_train, x_test: uint8, (n, height, width, channels), 0…255.
        y_train, y_test: uint8, (n,), indices into `class_names`.
        class_names: one word for each class.
        x_held_out, y_held_out: images that are evaluated beside the test images, on their own; None where there are none.
    """

    name: str
    x_train: np.ndarray = field(repr=False)
    y_train: np.ndarray = field(repr=False)
    x_test: np.ndarray = field(repr=False)
    y_test: np.ndarray = field(repr=False)
    class_names: tuple[str, ...]
    x_held_out: np.ndarray | None = field(default=None, repr=False)
    y_held_out: np.ndarray | None = field(default=None, repr=False)

    @property
    def input_shape(self) -> tuple[int, int, int]:
        """(height, width, channels) of one image."""
        return self.x_train.shape[1:]


SOURCES: dict[str, Source] = {
    "mnist": Source(
        "MNIST digits",
        "mnist.npz",
        "06af5dfe73b70e3bc1c36439982b18a8d76803db9b544f6fdf838a37fbb01b64",
        tuple("0123456789"),
        "Handwritten digits (LeCun, Cortes, Burges), CC BY-SA 3.0",
    ),
    "fashion_mnist": Source(
        "Fashion-MNIST",
        "fashion_mnist.npz",
        "5b6d2c4c694a91887af8ab7d039c04f80af3c29378d731c93a538d2e831aa469",
        (
            "T-shirt",
            "Trouser",
            "Pullover",
            "Dress",
            "Coat",
            "Sandal",
            "Shirt",
            "Sneaker",
            "Bag",
            "Ankle boot",
        ),  # fmt: skip
        "Pictures of clothes (Zalando Research), MIT",
    ),
}

_ARRAYS = ("x_train", "y_train", "x_test", "y_test")
_reading = threading.Lock()


def load(name: str) -> Dataset:
    """An embedded dataset, read once for the whole process.

    Raises:
        KeyError: for a name that is not in `SOURCES`.
        DatasetError: for a missing or damaged file.
    """
    source = SOURCES[name]
    with _reading:  # thirty pages opened at once still read the file once
        return _read(name, FOLDER / source.file)


@lru_cache(maxsize=len(SOURCES))
def _read(name: str, path: Path) -> Dataset:
    source = SOURCES[name]
    advice = "Put it back with “git checkout -- assets/datasets”, or clone the project again."
    try:
        content = path.read_bytes()
    except OSError:
        raise DatasetError(f"The data file {path.name} is missing from {path.parent.name}. {advice}") from None
    if hashlib.sha256(content).hexdigest() != source.sha256:
        raise DatasetError(f"The data file {path.name} is damaged (its SHA-256 differs). {advice}")
    try:
        with np.load(path, allow_pickle=False) as arrays:
            x_train, y_train, x_test, y_test = (arrays[key] for key in _ARRAYS)
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        raise DatasetError(f"The data file {path.name} could not be read. {advice}") from None
    for array in (x_train, y_train, x_test, y_test):
        array.setflags(write=False)  # shared by all visitors
    return Dataset(name, x_train[..., np.newaxis], y_train, x_test[..., np.newaxis], y_test, source.class_names)
