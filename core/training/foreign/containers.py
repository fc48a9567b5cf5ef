"""What lies in a file: the members of a zip, arrays of NumPy's, and what another process found in HDF5."""

from __future__ import annotations

import io
import re
import subprocess
import sys
import zipfile
from math import prod
from pathlib import PurePath
from typing import NamedTuple

import numpy as np

from core.network.layers import Shape
from core.network.network import MAX_LAYERS
from core.training.foreign.refusals import (
    DAMAGED,
    MAX_CONFIG,
    MAX_WEIGHTS,
    UnreadableModel,
    decoded,
    json_object,
    size_text,
)

MAX_ARRAYS = 4 * MAX_LAYERS + 2  # members of our own file of weights

ROOT = PurePath(__file__).parents[3]
PATIENCE = 30  # seconds until the process that reads HDF5 must have answered


class Members:
    """The members of a zip archive, each read up to a limit."""

    def __init__(self, content: bytes):
        # Python lists all members on opening; each needs this signature.
        if content.count(b"PK\x01\x02") > 2 * MAX_ARRAYS:
            raise UnreadableModel("This archive has far too many members for a model.")
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(content))
        except Exception:  # struct.error, ValueError, NotImplementedError, …: whatever the bytes bring about
            raise UnreadableModel(DAMAGED) from None
        self._names = self._archive.namelist()
        if len(set(self._names)) != len(self._names) or any(map(_leaves, self._names)):
            raise UnreadableModel("This archive has members that no model file has, so it was not opened.")

    def __contains__(self, name: str) -> bool:
        return name in self._names

    def at_most(self, count: int) -> None:
        """Raises `UnreadableModel` where there are more members."""
        if len(self._names) > count:
            raise UnreadableModel(f"This archive has {len(self._names):,} members; a model has at most {count:,}.")

    def read(self, name: str, most: int) -> bytes:
        """A member of at most so many bytes."""
        info = self._archive.getinfo(name)
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):  # the others unpack without limit
            raise UnreadableModel("This archive is packed in a way that no model file is. Save the model again.")
        if info.file_size > most:
            raise UnreadableModel(
                f"“{name}” in this file unpacks to more than {size_text(most)}, the most that is read."
            )
        try:
            with self._archive.open(info) as member:
                data = member.read(most + 1)
        except Exception:  # zlib.error, EOFError, RuntimeError for encryption, …
            raise UnreadableModel(DAMAGED) from None
        if len(data) > most:
            raise UnreadableModel(DAMAGED)
        return data


def _leaves(name: str) -> bool:
    """Whether a member's name points out of the archive."""
    parts = re.split(r"[/\\]", name)
    return name.startswith(("/", "\\")) or ".." in parts or ":" in parts[0]


def _npy_header(file: io.BytesIO, size: int) -> tuple[Shape, np.dtype]:
    """Shape and type of an array in NumPy's format, where its numbers fill the rest of the file."""
    try:
        if np.lib.format.read_magic(file) != (1, 0):
            raise UnreadableModel(DAMAGED)
        shape, _, kind = np.lib.format.read_array_header_1_0(file)
    except ValueError:
        raise UnreadableModel(DAMAGED) from None
    if kind.hasobject or prod(shape) * kind.itemsize != size - file.tell():
        raise UnreadableModel("An array in this file is not made of plain numbers, so it was not read.")
    return shape, kind


def float_array(data: bytes, shape: Shape | None = None) -> np.ndarray:
    """An array of float32 in NumPy's format, where given of exactly this shape."""
    found, kind = _npy_header(io.BytesIO(data), len(data))
    if shape not in (None, found) or kind != np.dtype("<f4"):
        raise UnreadableModel("The weights in this file do not fit its network. Save it again.")
    return np.load(io.BytesIO(data), allow_pickle=False)


def text_array(data: bytes) -> str:
    """A text kept as an array without dimensions."""
    shape, kind = _npy_header(io.BytesIO(data), len(data))
    if shape != () or kind.kind != "U":
        raise UnreadableModel(DAMAGED)
    return str(np.load(io.BytesIO(data), allow_pickle=False))


class Stored(NamedTuple):
    """What an HDF5 file holds.

    Attributes:
        config: the architecture as JSON; None where there is none.
        compiled: whether there are settings of a training, or its state.
        owners: group → the layer whose weights Keras says it holds; older versions say nothing.
        arrays: path → float32 numbers; None where they are not plain numbers, stored plainly.
    """

    config: str | None
    compiled: bool
    owners: dict[str, str]
    arrays: dict[str, np.ndarray | None]


def read_hdf5(content: bytes) -> Stored:
    """Read an HDF5 file in another process: on some damaged files, its library never returns or takes all down."""
    command = [sys.executable, "-m", "core.training.foreign.hdf5"]
    try:
        answer = subprocess.run(
            command,
            input=content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=ROOT,
            timeout=PATIENCE,
            check=True,
        )
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError):
        raise UnreadableModel(DAMAGED) from None
    members = Members(answer.stdout)
    index = json_object(decoded(members.read("index.json", 8 * MAX_CONFIG)))
    if "problem" in index:
        raise UnreadableModel(index["problem"])
    arrays: dict[str, np.ndarray | None] = {}
    for path, number in index["arrays"].items():
        arrays[path] = None if number is None else float_array(members.read(f"{number}.npy", MAX_WEIGHTS))
    return Stored(index["config"], index["compiled"], index["owners"], arrays)
