"""Checks of archives, and the reading of HDF5 files in another process."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import PurePath
from typing import NamedTuple

import numpy as np

from core.data.archive import Archive, Flaw, InvalidArchive, array_from
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
NETWORK = "network"  # the member of it that holds the architecture
MISFIT = "The weights in this file do not fit its network. Save it again."

TIMEOUT_SECONDS = 30  # until the process that reads HDF5 must have answered
LIMITS = {"weights": MAX_WEIGHTS, "text": MAX_CONFIG, "objects": 20 * MAX_LAYERS}
REFUSALS = {
    "damaged": DAMAGED,
    "many": "This file has far more groups than any model that can be read here.",
    "large": f"The weights in this file are larger than {size_text(MAX_WEIGHTS)}.",
    "linked": "This HDF5 file has links that lead elsewhere, which no model needs. It was not read.",
    "text": "The architecture in this file is too long, or it is no text.",
}


def refusal(problem: InvalidArchive) -> str:
    """The sentence for an archive that is not made as a model file is."""
    if problem.flaw is Flaw.MANY_MEMBERS:
        return "This archive has far too many members for a model."
    if problem.flaw is Flaw.NAMES:
        return "This archive has members that no model file has, so it was not opened."
    if problem.flaw is Flaw.PACKING:
        return "This archive is packed in a way that no model file is. Save the model again."
    if problem.flaw is Flaw.SIZE:
        most = size_text(problem.limit)
        return f"“{problem.member}” in this file unpacks to more than {most}, the most that is read."
    if problem.flaw is Flaw.NOT_PLAIN:
        return "An array in this file is not made of plain numbers, so it was not read."
    if problem.flaw is Flaw.MISSING:
        return "Weights of this network are missing in the file. Save it again."
    if problem.flaw is Flaw.MISFIT and problem.member != NETWORK:
        return MISFIT
    return DAMAGED


class Stored(NamedTuple):
    """The contents of an HDF5 file.

    Attributes:
        config: the architecture as JSON; None where there is none.
        compiled: whether there are settings of a training, or its state.
        owners: group → the layer whose weights Keras says it holds; older versions say nothing.
        arrays: path → float32 numbers; None where they are not plain numbers, stored plainly.
        layers: names in their order, in a file of weights alone as Keras 2 wrote it; empty in others.
        backend: what Keras ran on; "" where the file does not say.
    """

    config: str | None
    compiled: bool
    owners: dict[str, str]
    arrays: dict[str, np.ndarray | None]
    layers: tuple[str, ...] = ()
    backend: str = ""


def read_hdf5(content: bytes) -> Stored:
    """Read an HDF5 file in another process: on some damaged files, its library never returns or takes all down."""
    script = str(PurePath(__file__).with_name("hdf5.py"))
    command = [
        sys.executable,
        "-I",
        script,
        json.dumps(LIMITS),
    ]  # -I: no variable of the environment changes what it imports
    try:
        answer = subprocess.run(
            command,
            input=content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=TIMEOUT_SECONDS,
            check=True,
        )
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError):
        raise UnreadableModel(DAMAGED) from None
    archive = Archive(answer.stdout, 2 * MAX_ARRAYS)
    index = json_object(decoded(archive.read("index.json", 8 * MAX_CONFIG)))
    if "problem" in index:
        raise UnreadableModel(REFUSALS[index["problem"]])
    arrays: dict[str, np.ndarray | None] = {}
    for path, number in index["arrays"].items():
        arrays[path] = None if number is None else array_from(archive.read(f"{number}.npy", MAX_WEIGHTS), "<f4")
    return Stored(
        index["config"], index["compiled"], index["owners"], arrays, tuple(index["layers"]), index["backend"]
    )
