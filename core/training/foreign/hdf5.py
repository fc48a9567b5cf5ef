"""Reads an HDF5 file in a process of its own, which the system ends where it takes too much.

It is run as a script that imports nothing of ours, so that it begins at once; `containers` gives it the limits as JSON, and has
the sentences for what is refused.
"""

from __future__ import annotations

import io
import itertools
import json
import sys
import zipfile
from collections.abc import Iterator
from typing import Any, NamedTuple

import h5py
import numpy as np

SECONDS = 5  # of computing, where mostly a fifth of one is needed
MEMORY = 2_000_000_000  # bytes
MAX_LEVELS = 12
ROOTS = ("layers", "_layer_checkpoint_dependencies", "_self_tracked_trackables", "model_weights")


class Limits(NamedTuple):
    """The most that is read: bytes of the arrays, bytes of a text, and groups and datasets of the file."""

    weights: int
    text: int
    objects: int


class Refused(Exception):
    """What is not read; its word is one of `containers.REFUSALS`."""


def _unpack(limits: Limits) -> None:
    """From an HDF5 file on standard input to a zip on standard output: `index.json` and the arrays."""
    _limit_process()
    content = sys.stdin.buffer.read()
    with zipfile.ZipFile(sys.stdout.buffer, "w") as archive:
        try:
            index = _unpacked(content, archive, limits)
        except Refused as problem:
            index = {"problem": str(problem)}
        archive.writestr("index.json", json.dumps(index))


def _limit_process() -> None:
    """Let the system end this process where it would take too much time or memory."""
    try:
        import resource
    except ImportError:  # Windows: the time is limited by whoever waits
        return
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _unpacked(content: bytes, archive: zipfile.ZipFile, limits: Limits) -> dict[str, Any]:
    """Write the arrays of an HDF5 file to an archive; returns what `containers.Stored` needs besides."""
    owners: dict[str, str] = {}
    arrays: dict[str, int | None] = {}
    left = limits.weights
    with h5py.File(io.BytesIO(content), "r") as file:
        config = _text_attribute(file, "model_config", limits)
        compiled = "training_config" in file.attrs or file.id.links.exists(b"optimizer_weights")
        layers = _layer_names(file, limits) if config is None else []
        backend = _text_attribute(file, "backend", limits) or ""
        roots = [(root, root.replace("\\", "/")) for root in _roots(file, limits)]
        for root, start in roots or [(name, f"model_weights/{name}") for name in layers]:
            for count, (path, item) in enumerate(_items(_linked(file, root), start)):
                if count > limits.objects:
                    raise Refused("many")
                if isinstance(item, h5py.Group):
                    owner = _text_attribute(item, "name", limits)
                    owners |= {} if owner is None else {path: owner}
                    continue
                arrays[path] = None
                if _is_plain(item):
                    left -= item.size * item.dtype.itemsize
                    if left < 0:
                        raise Refused("large")
                    arrays[path] = len(arrays)
                    archive.writestr(f"{arrays[path]}.npy", _written(item[()]))
    found = {"config": config, "compiled": compiled, "owners": owners, "arrays": arrays, "layers": layers}
    return found | {"backend": backend}


def _roots(file: h5py.File, limits: Limits) -> list[str]:
    """The groups that hold weights; saved on Windows by Keras 2, the whole path of a group is the name of one."""
    names = list(itertools.islice(map(str, file), limits.objects + 1))
    if len(names) > limits.objects:
        raise Refused("many")
    return [name for name in names if name.split("\\")[0] in ROOTS]


def _layer_names(file: h5py.File, limits: Limits) -> list[str]:
    """The layers of a file of weights alone as Keras 2 wrote it, in the order of the network; none in other files."""
    if "layer_names" not in file.attrs:
        return []
    attribute = h5py.h5a.open(file.id, b"layer_names")
    if len(attribute.shape) != 1 or attribute.shape[0] > limits.objects or attribute.get_storage_size() > limits.text:
        raise Refused("damaged")
    names = [
        _decoded(name) if isinstance(name, bytes) else name for name in np.asarray(file.attrs["layer_names"]).tolist()
    ]
    if not all(isinstance(name, str) for name in names) or len(set(names)) < len(names):
        raise Refused("damaged")
    return names


def _linked(group: h5py.Group, name: str) -> Any:
    """Member of a group by its name, or None; raises where it is an external or soft link."""
    links = group.id.links
    if not links.exists(name.encode()):
        return None
    hard = h5py.h5l.TYPE_HARD  # pyright: ignore[reportAttributeAccessIssue]  # compiled, and has no stub
    if links.get_info(name.encode()).type != hard:
        raise Refused("linked")
    return group[name]


def _items(item: Any, path: str, depth: int = 0) -> Iterator[tuple[str, Any]]:
    """All groups and datasets from here on, with their paths."""
    if isinstance(item, (h5py.Group, h5py.Dataset)):
        yield path, item
    if isinstance(item, h5py.Group) and depth < MAX_LEVELS:
        for name in map(str, item):
            yield from _items(_linked(item, name), f"{path}/{name}", depth + 1)


def _is_plain(dataset: h5py.Dataset) -> bool:
    """True for a dataset of floating-point numbers stored as they are: Keras writes no others."""
    how = dataset.id.get_create_plist()
    here = how.get_layout() in (h5py.h5d.CONTIGUOUS, h5py.h5d.COMPACT) and not how.get_external_count()
    numbers = dataset.dtype.kind == "f" and dataset.dtype.itemsize <= 8 and dataset.shape is not None
    return here and not how.get_nfilters() and numbers


def _text_attribute(group: h5py.Group, name: str, limits: Limits) -> str | None:
    """A single text beside a group."""
    if name not in group.attrs:
        return None
    attribute = h5py.h5a.open(group.id, name.encode())
    if attribute.shape != () or attribute.get_storage_size() > limits.text:
        raise Refused("damaged")
    value = group.attrs[name]
    if not isinstance(value, (str, bytes)) or len(value) > limits.text:
        raise Refused("text")
    return value if isinstance(value, str) else _decoded(value)


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused("damaged") from None


def _written(array: np.ndarray) -> bytes:
    """An array as float32 in NumPy's format."""
    file = io.BytesIO()
    with np.errstate(over="ignore"):  # to infinity, which is refused later
        np.save(file, np.asarray(array).astype("<f4"))
    return file.getvalue()


if __name__ == "__main__":
    _unpack(Limits(**json.loads(sys.argv[1])))
