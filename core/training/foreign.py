"""Model files that people upload, read as data.

A `.keras` or `.h5` file can name code that Keras would run on loading it, so
Keras never loads one here: the architecture is JSON that is compared with our
table of layers, the weights are plain arrays, and what has no counterpart is
named in a sentence. What comes in is hostile until it has been read.
"""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from math import prod
from pathlib import PurePath
from typing import Any, NamedTuple

import numpy as np

from core.network import LAYERS, Branches, InvalidNetwork, InvalidSetting, Network, Path, to_json, trace
from core.network.layers import ACTIVATIONS, INITIALIZERS, Activation, CannotWork, Layer, Shape, shape_text
from core.network.network import MAX_DEPTH, MAX_LAYERS, MAX_NAME, Block
from core.network.settings import Penalty, settings_of
from core.network.sharing import MAX_TEXT, shared_from_json
from core.training.limits import MAX_PARAMETERS

MB = 1_000_000
MAX_FILE = 50 * MB
MAX_CONFIG = 2 * MB
MAX_WEIGHTS = 200 * MB
MAX_MEMBERS = 50  # of a .keras file, which has three
MAX_ARRAYS = 4 * MAX_LAYERS + 2  # members of our own file of weights
MAX_NOTES = 10

ROOT = PurePath(__file__).parents[2]
SECONDS = 5  # of computing for the process that reads HDF5, which mostly needs a fifth of one
PATIENCE = 30  # seconds until its answer must be there
MEMORY = 2_000 * MB
MAX_OBJECTS = 20 * MAX_LAYERS  # groups and datasets of an HDF5 file
MAX_LEVELS = 12

FORMATS = "Keras' .keras and .h5 files of whole models, and the .json and .npz files of Receptive, can be read."
DAMAGED = "This file is damaged or incomplete, so it cannot be read. Save the model again and upload the new file."


class UnreadableModel(ValueError):
    """A file that cannot become a network here. The message says what was wrong and what would work."""


@dataclass(frozen=True)
class Foreign:
    """What a file holds.

    Attributes:
        network: the architecture.
        weights: float32, in the order of `build_model(network).get_weights()`; None where the file has none.
        left_out: sentences about what was dropped without changing what the model computes, at most ten.
    """

    network: Network
    weights: list[np.ndarray] | None
    left_out: tuple[str, ...]


def read_model(content: bytes, file_name: str) -> Foreign:
    """The network in an uploaded file, with its weights.

    Args:
        content: the whole file: .keras, .h5 of a whole model, or .json and .npz of Receptive.
        file_name: as the person called it; the network is named after it.

    Raises:
        UnreadableModel: whatever is wrong with the file, and nothing else.
    """
    if len(content) > MAX_FILE:
        raise UnreadableModel(
            f"This file is larger than {MAX_FILE // MB} MB, which is the most that can be read. "
            "Saved before it is compiled, a model is about a third as large."
        )
    try:
        return _reader(content)(content, file_name)
    except UnreadableModel:
        raise
    except Exception as problem:  # the last resort: a file must never break a page
        raise UnreadableModel(DAMAGED) from problem


def weights_file(network: Network, weights: Sequence[np.ndarray], class_names: Sequence[str]) -> bytes:
    """Our own file of weights: an npz that `read_model` reads back.

    Args:
        network: that the weights belong to.
        weights: in the order of `build_model(network).get_weights()`.
        class_names: what the outputs stand for.

    Raises:
        ValueError: where the network cannot work, or the weights are not its own.
    """
    problems = trace(network).problems
    if problems:
        raise ValueError(problems[0].sentence)
    arrays = [np.asarray(array, np.float32) for array in weights]
    if [array.shape for array in arrays] != _weight_shapes(network):
        raise ValueError("These weights have other shapes than this network's.")
    file = io.BytesIO()
    np.savez_compressed(
        file,
        network=np.array(to_json(network)),
        class_names=np.array(list(class_names), dtype=np.str_),
        **{str(number): array for number, array in enumerate(arrays)},
    )
    return file.getvalue()


def _reader(content: bytes) -> Callable[[bytes, str], Foreign]:
    """The reader for this content; names are not trusted."""
    if content.startswith(b"PK"):
        return _read_zip
    if content.startswith(b"\x89HDF\r\n\x1a\n"):
        return _read_h5
    if content.lstrip()[:1] == b"{":
        return _read_json
    raise UnreadableModel(f"This is not a model file that can be read here. {FORMATS}")


def _read_json(content: bytes, file_name: str) -> Foreign:
    if len(content) > 4 * MAX_TEXT:  # no character needs more bytes
        raise UnreadableModel("This text is too long for a network.")
    network, left_out = _shared(_decoded(content))
    return Foreign(network, None, left_out)


def _read_zip(content: bytes, file_name: str) -> Foreign:
    members = _Members(content)
    if "config.json" in members:
        return _read_keras(members, file_name)
    if "network.npy" in members:
        return _read_npz(members)
    raise UnreadableModel(f"This archive holds no network: only weights, or something else. {FORMATS}")


def _read_keras(members: _Members, file_name: str) -> Foreign:
    members.at_most(MAX_MEMBERS)
    notes = _Notes()
    config = _json(_decoded(members.read("config.json", MAX_CONFIG)))
    plan = _planned(config, file_name, notes)
    weights = None
    if "model.weights.h5" in members:
        weights = _arrays(plan, _stored(members.read("model.weights.h5", MAX_WEIGHTS)), _keras_arrays)
    if config.get("compile_config"):
        notes.say("The optimiser, its state and the loss were left out: the Train page has its own.")
    return Foreign(plan.network, weights, notes.sentences())


def _read_h5(content: bytes, file_name: str) -> Foreign:
    notes = _Notes()
    stored = _stored(content)
    if stored.config is None:
        raise UnreadableModel(
            "This HDF5 file has no architecture in it, perhaps weights only. Save the whole model with model.save(…)."
        )
    plan = _planned(_json(stored.config), file_name, notes)
    weights = _arrays(plan, stored, _legacy_arrays)
    if stored.compiled:
        notes.say("The optimiser, its state and the loss were left out: the Train page has its own.")
    return Foreign(plan.network, weights, notes.sentences())


def _read_npz(members: _Members) -> Foreign:
    members.at_most(MAX_ARRAYS)
    network, left_out = _shared(_text_array(members.read("network.npy", 4 * MAX_TEXT + 1000)))
    _refuse_unfit(network)
    weights = []
    for number, shape in enumerate(_weight_shapes(network)):
        name = f"{number}.npy"
        if name not in members:
            raise UnreadableModel("Weights of this network are missing in the file. Save it again.")
        weights.append(_finite(_npy(members.read(name, 4 * prod(shape) + 1000), shape), "this file"))
    return Foreign(network, weights, left_out)


def _shared(text: str) -> tuple[Network, tuple[str, ...]]:
    """The network of our own JSON, and what else the text holds."""
    try:
        shared = shared_from_json(text)
    except InvalidNetwork as problem:
        raise UnreadableModel(str(problem)) from None
    rest = shared.recipe is not None or shared.dataset is not None or shared.hidden
    return shared.network, ("Only the network was read, not the recipe or the dataset.",) if rest else ()


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise UnreadableModel(DAMAGED) from None


def _json(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise UnreadableModel("The architecture in this file is not JSON, so it cannot be read.") from None
    return _dict(value)


# ZIP and NPZ


class _Members:
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
            raise UnreadableModel(f"“{name}” in this file unpacks to more than {_size(most)}, the most that is read.")
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


def _size(count: int) -> str:
    return f"{count / MB:,.0f} MB" if count >= MB else f"{count:,} bytes"


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


def _npy(data: bytes, shape: Shape | None = None) -> np.ndarray:
    """An array of float32 in NumPy's format, where given of exactly this shape."""
    found, kind = _npy_header(io.BytesIO(data), len(data))
    if shape not in (None, found) or kind != np.dtype("<f4"):
        raise UnreadableModel("The weights in this file do not fit its network. Save it again.")
    return np.load(io.BytesIO(data), allow_pickle=False)


def _text_array(data: bytes) -> str:
    """A text kept as an array without dimensions."""
    shape, kind = _npy_header(io.BytesIO(data), len(data))
    if shape != () or kind.kind != "U":
        raise UnreadableModel(DAMAGED)
    return str(np.load(io.BytesIO(data), allow_pickle=False))


# HDF5, in a process of its own


class _Stored(NamedTuple):
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


def _stored(content: bytes) -> _Stored:
    """Read an HDF5 file in another process: on some damaged files, its library never returns or takes all down."""
    command = [sys.executable, "-c", "from core.training.foreign import _unpack_hdf5; _unpack_hdf5()"]
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
    members = _Members(answer.stdout)
    index = _json(_decoded(members.read("index.json", 8 * MAX_CONFIG)))
    if "problem" in index:
        raise UnreadableModel(index["problem"])
    arrays: dict[str, np.ndarray | None] = {}
    for path, number in index["arrays"].items():
        arrays[path] = None if number is None else _npy(members.read(f"{number}.npy", MAX_WEIGHTS))
    return _Stored(index["config"], index["compiled"], index["owners"], arrays)


def _unpack_hdf5() -> None:
    """From an HDF5 file on standard input to a zip on standard output: `index.json` and the arrays."""
    _limit_process()
    content = sys.stdin.buffer.read()
    with zipfile.ZipFile(sys.stdout.buffer, "w") as archive:
        try:
            index = _unpacked(content, archive)
        except UnreadableModel as problem:
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


def _unpacked(content: bytes, archive: zipfile.ZipFile) -> dict[str, Any]:
    """Write the arrays of an HDF5 file to an archive; returns what `_Stored` needs besides."""
    import h5py  # takes a while, and few need it

    owners: dict[str, str] = {}
    arrays: dict[str, int | None] = {}
    left = MAX_WEIGHTS
    with h5py.File(io.BytesIO(content), "r") as file:
        config = _text_attribute(file, "model_config")
        compiled = "training_config" in file.attrs or file.id.links.exists(b"optimizer_weights")
        for root in ("layers", "model_weights"):
            for count, (path, item) in enumerate(_items(_linked(file, root), root)):
                if count > MAX_OBJECTS:
                    raise UnreadableModel("This file has far more groups than any model that can be read here.")
                if isinstance(item, h5py.Group):
                    owner = _text_attribute(item, "name")
                    owners |= {} if owner is None else {path: owner}
                    continue
                arrays[path] = None
                if _is_plain(item):
                    left -= item.size * item.dtype.itemsize
                    if left < 0:
                        raise UnreadableModel(f"The weights in this file are larger than {_size(MAX_WEIGHTS)}.")
                    arrays[path] = len(arrays)
                    archive.writestr(f"{arrays[path]}.npy", _written(item[()]))
    return {"config": config, "compiled": compiled, "owners": owners, "arrays": arrays}


def _linked(group: Any, name: str) -> Any:
    """What lies in a group under this name, or None. A link that leads elsewhere is never followed."""
    import h5py

    links = group.id.links
    if not links.exists(name.encode()):
        return None
    if links.get_info(name.encode()).type != h5py.h5l.TYPE_HARD:
        raise UnreadableModel("This HDF5 file has links that lead elsewhere, which no model needs. It was not read.")
    return group[name]


def _items(item: Any, path: str, depth: int = 0) -> Iterator[tuple[str, Any]]:
    """All groups and datasets from here on, with their paths."""
    import h5py

    if isinstance(item, (h5py.Group, h5py.Dataset)):
        yield path, item
    if isinstance(item, h5py.Group) and depth < MAX_LEVELS:
        for name in item:
            yield from _items(_linked(item, name), f"{path}/{name}", depth + 1)


def _is_plain(dataset: Any) -> bool:
    """Whether these are floating-point numbers that lie in the file as they are: Keras writes no others."""
    import h5py

    how = dataset.id.get_create_plist()
    here = how.get_layout() in (h5py.h5d.CONTIGUOUS, h5py.h5d.COMPACT) and not how.get_external_count()
    numbers = dataset.dtype.kind == "f" and dataset.dtype.itemsize <= 8 and dataset.shape is not None
    return here and not how.get_nfilters() and numbers


def _text_attribute(group: Any, name: str) -> str | None:
    """A single text beside a group."""
    import h5py

    if name not in group.attrs:
        return None
    attribute = h5py.h5a.open(group.id, name.encode())
    if attribute.shape != () or attribute.get_storage_size() > MAX_CONFIG:
        raise UnreadableModel(DAMAGED)
    value = group.attrs[name]
    if not isinstance(value, (str, bytes)) or len(value) > MAX_CONFIG:
        raise UnreadableModel("The architecture in this file is too long, or it is no text.")
    return value if isinstance(value, str) else _decoded(value)


def _written(array: np.ndarray) -> bytes:
    """An array as float32 in NumPy's format."""
    file = io.BytesIO()
    with np.errstate(over="ignore"):  # to infinity, which is refused later
        np.save(file, np.asarray(array).astype("<f4"))
    return file.getvalue()


def _finite(array: np.ndarray, where: str) -> np.ndarray:
    if not np.isfinite(array).all():
        raise UnreadableModel(
            f"Some weights of {where} are infinite or not numbers, as after a training that went wrong."
        )
    return array


# Configuration → calls


class _Call(NamedTuple):
    """A layer of the file, and what it is called on.

    Attributes:
        name: what the file calls it.
        kind: its class.
        config: its arguments.
        inputs: names of the calls before it; `INPUT` is the image.
        group: where a .keras file keeps its weights.
    """

    name: str
    kind: str
    config: dict[str, Any]
    inputs: tuple[str, ...]
    group: str


INPUT = ""
JOINS = {"Add": "add", "Concatenate": "concatenate"}


class _Graph(NamedTuple):
    """Calls by their names, in the file's order; the last one; and the shape of the image."""

    calls: dict[str, _Call]
    output: str
    input_shape: Shape
    flat: bool  # images of height × width, without an axis for the channels


@dataclass
class _Notes:
    """What is left out on the way."""

    said: list[str] = field(default_factory=list)
    dropped: dict[tuple[str, str], list[str]] = field(default_factory=dict)  # (why, what) → layers

    def say(self, sentence: str) -> None:
        self.said.append(sentence)

    def drop(self, why: str, what: str, call: _Call) -> None:
        self.dropped.setdefault((why, what), []).append(_quoted(call.name))

    def sentences(self) -> tuple[str, ...]:
        """All of it, in at most ten sentences."""
        lines = self.said + [f"{why}: {what} of {_listed(names)}." for (why, what), names in self.dropped.items()]
        if len(lines) > MAX_NOTES:
            lines[MAX_NOTES - 1 :] = [f"{len(lines) - MAX_NOTES + 1} more such things were left out."]
        return tuple(lines)


TRAINING = "Left out, because it matters only while training"
STARTING = "Replaced by the usual one, because it matters only before training"


def _quoted(name: str) -> str:
    """A name from a file as it may stand in a message, where no character has a meaning."""
    return "“" + re.sub(r"[^\w ./-]", "?", name)[:40] + "”"


def _listed(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _dict(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise UnreadableModel("The architecture in this file is not one that Keras has written.")
    return value


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise UnreadableModel("The architecture in this file is not one that Keras has written.")
    return value


def _graph(model: dict[str, Any]) -> _Graph:
    """The calls of a Sequential or Functional model."""
    kind, config = model.get("class_name"), model.get("config")
    if model.get("registered_name") not in (None, kind) or kind not in ("Sequential", "Functional", "Model"):
        raise UnreadableModel(
            f"The model is of the class {_quoted(str(kind))}. Only Sequential and Functional models of Keras "
            "can be read, because a class of one's own is code."
        )
    if kind == "Sequential" and isinstance(config, list):  # before Keras 2.2.3
        config = {"layers": config}
    config = _dict(config)
    _refuse_other_numbers("the model", config.get("dtype"))
    entries = [_dict(entry) for entry in _list(config.get("layers"))]
    if len(entries) > 2 * MAX_LAYERS:
        raise UnreadableModel(f"The model has {len(entries):,} layers; at most {MAX_LAYERS} can be read.")
    return _sequence(config, entries) if kind == "Sequential" else _functional(config, entries)


def _sequence(config: dict[str, Any], entries: list[dict[str, Any]]) -> _Graph:
    inner = [_dict(entry.get("config")) for entry in entries]
    shapes = [_batch_shape(one) for one in inner[:1]] + [config.get("build_input_shape")]
    previous, calls = INPUT, []
    for entry, group in zip(entries, _groups(entries)):
        if entry.get("class_name") == "InputLayer" and not calls:
            _refuse_other_numbers("the input", _dict(entry.get("config")).get("dtype"))
            continue
        calls.append(_call(entry, (previous,), group))
        previous = calls[-1].name
    return _Graph(_by_name(calls), previous, *_input_shape(next(filter(None, shapes), None)))


def _functional(config: dict[str, Any], entries: list[dict[str, Any]]) -> _Graph:
    inputs = [entry for entry in entries if entry.get("class_name") == "InputLayer"]
    if len(inputs) != 1:
        raise UnreadableModel(f"The model has {len(inputs)} inputs. Only models with one image as input can be read.")
    image = inputs[0].get("name")
    if _end(config.get("input_layers"), "input") != image:
        raise UnreadableModel("The model does not begin at its input layer, so it cannot be read.")
    calls = []
    for entry, group in zip(entries, _groups(entries)):
        if entry is not inputs[0]:
            sources = tuple(INPUT if name == image else name for name in _sources(entry))
            calls.append(_call(entry, sources, group))
    _refuse_other_numbers("the input", _dict(inputs[0].get("config")).get("dtype"))
    shape = _input_shape(_batch_shape(_dict(inputs[0].get("config"))))
    return _Graph(_by_name(calls), _end(config.get("output_layers"), "output"), *shape)


def _groups(entries: list[dict[str, Any]]) -> list[str]:
    """Where a .keras file keeps the weights of each layer: its class in snake case, and counted."""
    seen: Counter[str] = Counter()
    groups = []
    for entry in entries:
        kind = re.sub(r"\W+", "", str(entry.get("class_name")))
        kind = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", kind)
        kind = re.sub("([a-z])([A-Z])", r"\1_\2", kind).lower()
        if _is_operation(entry):  # has no place among the layers
            groups.append("")
            continue
        groups.append(f"{kind}_{seen[kind]}" if seen[kind] else kind)
        seen[kind] += 1
    return groups


def _is_operation(entry: dict[str, Any]) -> bool:
    """Whether this is an addition such as `x + y` rather than a layer."""
    return entry.get("class_name") == "Add" and entry.get("module") in ("keras.ops", "keras.src.ops.numpy")


def _call(entry: dict[str, Any], inputs: tuple[str, ...], group: str) -> _Call:
    kind, config = entry.get("class_name"), _dict(entry.get("config"))
    name = entry.get("name", config.get("name"))
    if not isinstance(kind, str) or not isinstance(name, str) or not name:
        raise UnreadableModel("The architecture in this file is not one that Keras has written.")
    ours = entry.get("module") in (None, "keras.layers") and entry.get("registered_name") in (None, kind)
    if not (ours or _is_operation(entry)):
        raise UnreadableModel(
            f"Layer {_quoted(name)} is of the class {_quoted(kind)}, which does not come from keras.layers. "
            "Code of one's own cannot be read from a file; build the model from the layers of Keras."
        )
    return _Call(name, kind, config, inputs, group)


def _by_name(calls: list[_Call]) -> dict[str, _Call]:
    names = Counter(call.name for call in calls)
    twice = next((name for name, count in names.items() if count > 1), None)
    if twice is not None:
        raise UnreadableModel(f"Two layers are called {_quoted(twice)}, so it is not clear which is meant.")
    return {call.name: call for call in calls}


def _end(value: Any, what: str) -> str:
    """The layer at an end of a functional model: `["name", 0, 0]`, alone or in a list."""
    leaf = value[0] if isinstance(value, list) and len(value) == 1 else value
    if isinstance(value, dict) or (isinstance(leaf, list) and leaf and not isinstance(leaf[0], str)):
        raise UnreadableModel(f"The model has several {what}s. Only models with one {what} can be read.")
    return _tensor(leaf)


def _tensor(value: Any) -> str:
    """The layer that makes a tensor, written as `["name", 0, 0]`."""
    if not isinstance(value, list) or len(value) < 3 or not isinstance(value[0], str):
        raise UnreadableModel("The architecture in this file is not one that Keras has written.")
    if value[1] != 0 or value[2] != 0:
        raise UnreadableModel(f"Layer {_quoted(value[0])} is used more than once, which cannot be represented here.")
    return value[0]


def _sources(entry: dict[str, Any]) -> list[str]:
    """Names of the layers that a layer of a functional model is called on."""
    name = _quoted(str(entry.get("name")))
    nodes = _list(entry.get("inbound_nodes"))
    if len(nodes) != 1:
        raise UnreadableModel(f"Layer {name} is used {len(nodes)} times; only layers used once can be read.")
    if isinstance(nodes[0], dict):
        found, arguments = _tensors(nodes[0].get("args")), [_dict(nodes[0].get("kwargs", {}))]
    else:  # before Keras 3: [["name", 0, 0, {arguments}], …]
        tensors = [_list(tensor) for tensor in _list(nodes[0])]
        found = [_tensor(tensor) for tensor in tensors]
        arguments = [_dict(tensor[3]) for tensor in tensors if len(tensor) > 3]
    for key, value in ((key, value) for some in arguments for key, value in some.items()):
        nothing = value is None or value is False or (isinstance(value, list) and all(one is None for one in value))
        if key not in ("training", "mask") or not nothing:
            raise UnreadableModel(f"Layer {name} is called with {_quoted(key)}, which cannot be represented here.")
    return found


def _tensors(value: Any) -> list[str]:
    """Names of the layers whose tensors are the arguments of a call: `[t]`, `[t, t]` or `[[t, t]]`."""
    values = _list(value)
    if len(values) == 1 and isinstance(values[0], list):
        values = values[0]
    names = []
    for one in map(_dict, values):
        if one.get("class_name") != "__keras_tensor__":
            raise UnreadableModel("A layer is called on something else than an output of another layer.")
        names.append(_tensor(_dict(one.get("config")).get("keras_history")))
    return names


def _batch_shape(config: dict[str, Any]) -> Any:
    return config.get("batch_shape") or config.get("batch_input_shape")


def _input_shape(value: Any) -> tuple[Shape, bool]:
    """(height, width, channels) of the image, and whether the file's has no channels."""
    if not isinstance(value, list) or not value:
        raise UnreadableModel(
            "The file does not say how large the images are. Give the model an Input and save again."
        )
    sizes = value[1:]
    if len(sizes) not in (2, 3) or not all(isinstance(n, int) and not isinstance(n, bool) for n in sizes):
        text = " × ".join("?" if n is None else _short(n) for n in sizes[:3])
        raise UnreadableModel(
            f"The input is {text or 'empty'}, but images of fixed height × width × channels are needed."
        )
    return (*sizes, 1)[:3], len(sizes) == 2


# Calls → layers


IDENTITIES = ("Identity", "Rescaling", "Reshape")  # where they change nothing
NEEDED = ("filters", "kernel_size", "units", "rate", "stddev")  # for these, Keras has no default
FIXED: dict[str, tuple[Any, ...]] = {  # settings that we do not have: what they are here
    "data_format": (None, "channels_last"),
    "keepdims": (None, False),
    "groups": (1,),
    "renorm": (None, False),
    "rms_scaling": (None, False),
}
PLAIN = {  # settings that say nothing about what is computed
    "name", "dtype", "batch_shape", "batch_input_shape", "sparse", "ragged", "optional", "fused",
    "synchronized", "renorm_clipping", "renorm_momentum", "kernel_initializer",
}  # fmt: skip
TIMES = {"seed": "random seed", "noise_shape": "noise shape"}
USUAL = {
    "bias_initializer": "zeros",
    "beta_initializer": "zeros",
    "gamma_initializer": "ones",
    "moving_mean_initializer": "zeros",
    "moving_variance_initializer": "ones",
}
DRAWN = {"mean": 0.0, "stddev": 0.05, "minval": -0.05, "maxval": 0.05, "gain": 1.0}


def _layer(call: _Call, shape: Shape, notes: _Notes) -> Layer | None:
    """Our layer for a call on this shape; None where it changes nothing."""
    _refuse_other_numbers(f"layer {_quoted(call.name)}", call.config.get("dtype"))
    if call.kind in IDENTITIES:
        return _refuse_change(call, shape, notes)
    if call.kind in ACTIVATION_LAYERS:
        return Activation(_activation_layer(call.kind, call.config, call, shape))
    if call.kind not in LAYERS:
        raise UnreadableModel(
            f"Layer {_quoted(call.name)} is of the kind {_quoted(call.kind)}, which does not exist here. "
            "Replace it by one of the layers on the Build page."
        )
    kind = LAYERS[call.kind]
    known = settings_of(kind)
    needed = known if kind is Activation else NEEDED
    for key in known:
        if key in needed and key not in call.config:
            raise UnreadableModel(f"Layer {_quoted(call.name)} has no {_quoted(key)} in this file.")
    fields = {}
    for key, value in call.config.items():
        if key in known:
            fields[key] = _value(call, key, value, shape, notes)
        else:
            _refuse_setting(call, key, value, shape, notes)
    return kind(**fields)


def _value(call: _Call, key: str, value: Any, shape: Shape, notes: _Notes) -> Any:
    """The value of one of our settings."""
    if key == "activation":
        return _activation(value, call, shape)
    if isinstance(settings_of(LAYERS[call.kind])[key], Penalty):
        return _penalty(call, key, value)
    if key.endswith("_initializer"):
        return _initializer(call, key, value, notes)
    if call.kind == "ZeroPadding2D":
        return _frame(call, value)
    if key == "strides" and "pool_size" in call.config and value == call.config["pool_size"]:
        return None
    if call.kind == "GroupNormalization" and key == "groups" and value == -1:  # Keras': a group for each channel
        return shape[-1]
    return value


def _refuse_setting(call: _Call, key: str, value: Any, shape: Shape, notes: _Notes) -> None:
    """Refuse what we have no setting for, unless it changes nothing about the trained function."""
    if key == "axis":
        _refuse_axis(call, value, shape)
    elif key == "trainable":
        if value is False:
            notes.drop(TRAINING, "the frozen state", call)
    elif key in FIXED:
        if value not in FIXED[key]:
            raise UnreadableModel(_cannot(call, f"{key} = {_short(value)}", f"Only {FIXED[key][-1]} works here."))
    elif key in TIMES or key.endswith(("_constraint", "_regularizer")):
        if value is not None:
            notes.drop(TRAINING, TIMES.get(key, _words(key)), call)
    elif key in USUAL:
        if value is not None and _initializer_name(value) != USUAL[key]:
            notes.drop(STARTING, _words(key), call)
    elif key not in PLAIN and value is not None:
        raise UnreadableModel(_cannot(call, f"the setting {_quoted(key)}", "It is not known here."))


def _cannot(call: _Call, what: str, works: str) -> str:
    return f"Layer {_quoted(call.name)} ({_plain(call.kind)}) has {what}, which cannot be represented. {works}"


def _plain(kind: str) -> str:
    return _quoted(kind)[1:-1]


def _words(key: str) -> str:
    """`kernel_regularizer` as people say it."""
    return key.replace("_", " ").replace("izer", "iser")


def _short(value: Any) -> str:
    """A value from a file as it may stand in a message."""
    return _plain(str(value) if isinstance(value, (str, int, float, bool, type(None))) else json.dumps(value)[:100])


def _refuse_axis(call: _Call, value: Any, shape: Shape) -> None:
    """Refuse any axis but that of the channels."""
    axis = value[0] if isinstance(value, list) and len(value) == 1 else value
    if isinstance(axis, bool) or axis not in (-1, len(shape)):
        raise UnreadableModel(
            _cannot(call, f"axis = {_short(value)}", "Only the last axis, that of the channels, works here.")
        )


def _refuse_change(call: _Call, shape: Shape, notes: _Notes) -> None:
    """Refuse a layer that we do not have, unless it passes on what it is given."""
    if call.kind == "Rescaling":
        unchanged = _equal(call.config.get("scale"), 1.0) and _equal(call.config.get("offset"), 0.0)
        advice = "Scale the images before the model instead: here they reach it between 0 and 1."
    elif call.kind == "Reshape":
        unchanged = _reshaped(call.config.get("target_shape"), shape) == list(shape)
        advice = "Use Flatten, or leave it out."
    else:
        return
    if not unchanged:
        raise UnreadableModel(
            f"Layer {_quoted(call.name)} is {call.kind}, which changes the numbers or their shape and does not "
            f"exist here. {advice}"
        )
    notes.say(f"{call.kind} {_quoted(call.name)} was left out, because it changes nothing.")


def _reshaped(target: Any, shape: Shape) -> list[int] | None:
    """A target shape with its −1 filled in; None where it is none."""
    if not isinstance(target, list) or len(target) > 4 or not all(type(n) is int for n in target):
        return None
    rest = prod(n for n in target if n != -1)
    return [prod(shape) // rest if n == -1 and rest else n for n in target]


def _equal(value: Any, number: float) -> bool:
    """Whether this is that number, as float32."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not -1e30 < value < 1e30:
        return False
    return bool(np.float32(value) == np.float32(number))


def _refuse_other_numbers(where: str, policy: Any) -> None:
    """Refuse every type of numbers but float32."""
    name = policy
    if isinstance(policy, dict) and policy.get("class_name") in ("DTypePolicy", "Policy"):
        inner = policy.get("config")
        name = inner.get("name") if isinstance(inner, dict) else inner
    if name not in (None, "float32"):
        shown = _quoted(name) if isinstance(name, str) else "a policy of its own"
        raise UnreadableModel(f"{where[0].upper()}{where[1:]} computes with {shown}. Only float32 can be read.")


ACTIVATION_LAYERS = ("ReLU", "LeakyReLU", "ELU", "Softmax")
ALIASES = {"silu": "swish"}
FUNCTIONS = (None, "builtins", "keras.activations", "keras.src.activations.activations")


def _activation(value: Any, call: _Call, shape: Shape) -> str:
    """The name of an activation, given as a name, a function or a layer."""
    if isinstance(value, dict):
        kind, config = value.get("class_name"), value.get("config")
        if kind in ACTIVATION_LAYERS and value.get("registered_name") in (None, kind):
            if value.get("module") in (None, "keras.layers"):
                return _activation_layer(kind, _dict(config), call, shape)
        function = config if kind == "function" else kind
        plain = kind == "function" and value.get("module") in FUNCTIONS
        ours = plain and value.get("registered_name") in (None, config, "function")
        value = function if ours else f"{value.get('module')}.{function}"
    name = "linear" if value is None else value
    name = ALIASES.get(name, name) if isinstance(name, str) else name
    if not isinstance(name, str) or name not in ACTIVATIONS:
        works = f"Those known here are {', '.join(ACTIVATIONS)}."
        raise UnreadableModel(_cannot(call, f"the activation {_quoted(str(name))}", works))
    return name


def _activation_layer(kind: str, config: dict[str, Any], call: _Call, shape: Shape) -> str:
    """The activation that a layer such as ReLU computes, where it is exactly one of ours."""
    if kind == "Softmax":
        _refuse_axis(call, config.get("axis", -1), shape)
        return "softmax"
    if kind == "ELU" and _equal(config.get("alpha", 1.0), 1.0):
        return "elu"
    slope = config.get("negative_slope", config.get("alpha", 0.3 if kind == "LeakyReLU" else 0.0))
    bounded = config.get("max_value") is not None or not _equal(config.get("threshold", 0.0), 0.0)
    if kind == "ReLU" and not bounded and (slope is None or _equal(slope, 0.0)):
        return "relu"
    if kind != "ELU" and not bounded and _equal(slope, 0.2):
        return "leaky_relu"
    numbers = {key: value for key, value in config.items() if key in SHAPING and value is not None}
    works = "relu without bounds, leaky_relu with a slope of 0.2 and elu with alpha 1 exist here."
    told = ", ".join(f"{key} {_short(value)}" for key, value in numbers.items())
    raise UnreadableModel(_cannot(call, f"{kind} with {told}", works))


SHAPING = ("max_value", "threshold", "negative_slope", "alpha")


def _penalty(call: _Call, key: str, value: Any) -> tuple[Any, Any]:
    """(l1, l2) of a regulariser of Keras."""
    if value is None:
        return (0.0, 0.0)
    kind, config = (value, {}) if isinstance(value, str) else (_dict(value).get("class_name"), value.get("config"))
    kind = {"l1": "L1", "l2": "L2", "l1_l2": "L1L2"}.get(kind, kind) if isinstance(kind, str) else kind
    if kind not in ("L1", "L2", "L1L2"):
        what = f"a {_words(key)} of the kind {_quoted(str(kind))}"
        raise UnreadableModel(_cannot(call, what, "L1, L2 and both together work here."))
    strengths = _dict(config)
    return tuple(strengths.get(key, 0.01) if name in kind else 0.0 for key, name in (("l1", "L1"), ("l2", "L2")))


def _initializer(call: _Call, key: str, value: Any, notes: _Notes) -> str:
    """The name of an initialiser; the usual one where it is not one of ours."""
    name = _initializer_name(value)
    if name in INITIALIZERS:
        return name
    notes.drop(STARTING, _words(key), call)
    return "glorot_uniform"


def _initializer_name(value: Any) -> str | None:
    """An initialiser's name, as long as its arguments are the usual ones."""
    if not isinstance(value, dict):
        return value if isinstance(value, str) else None
    kind, config = value.get("class_name"), value.get("config") or {}
    if not isinstance(kind, str) or not isinstance(config, dict):
        return None
    if not all(_equal(config[key], usual) for key, usual in DRAWN.items() if key in config):
        return None
    return re.sub("(?<=[a-z])(?=[A-Z])", "_", kind).lower()


def _frame(call: _Call, value: Any) -> Any:
    """Rows and columns of a frame that is the same on opposite sides."""
    if not isinstance(value, list) or not all(isinstance(side, list) for side in value):
        return value
    if not all(len(side) == 2 and side[0] == side[1] for side in value):
        works = "Opposite sides must be padded alike."
        raise UnreadableModel(_cannot(call, f"the padding {_short(value)}", works))
    return [side[0] for side in value]


# Calls → network


class _Plan(NamedTuple):
    """A network, and for each path of a layer the call that it came from."""

    network: Network
    calls: dict[Path, _Call]


class _Parallel(NamedTuple):
    """Parallel branches, and how they are joined."""

    merge: str
    branches: list[list[Any]]  # of `_Call` and `_Parallel`


def _planned(model: dict[str, Any], file_name: str, notes: _Notes) -> _Plan:
    """The network that a model's configuration describes."""
    graph = _graph(model)
    if not graph.calls:
        raise UnreadableModel("There are no layers in this model.")
    if graph.flat:
        _refuse_missing_channels(graph)
        height, width, _ = graph.input_shape
        notes.say(
            f"The images of {height}×{width} are here {height}×{width}×1: with a channel, the numbers the same."
        )
    order = _ordered(graph)
    try:
        layers = _layers(order, Network(graph.input_shape).input_shape, notes)
        items = _Decomposition(graph, order, layers).items()
        network = Network(graph.input_shape, tuple(_block(item, layers) for item in items), _name(file_name))
    except InvalidSetting as problem:
        raise UnreadableModel(str(problem)) from None
    _refuse_unfit(network)
    notes.said.insert(0, "The names of the layers were left out: here a layer is known by its place.")
    return _Plan(network, dict(zip((path for path, _ in network.walk()), _walk(items))))


def _name(file_name: str) -> str:
    """A network's name, after its file."""
    stem = PurePath(str(file_name).replace("\\", "/").rsplit("/", 1)[-1]).stem
    return "".join(letter for letter in stem if letter.isprintable()).strip()[:MAX_NAME].strip() or "My network"


def _refuse_missing_channels(graph: _Graph) -> None:
    """Without channels, only what makes no difference between height × width and height × width × 1 may come first."""
    for call in graph.calls.values():
        if INPUT in call.inputs and call.kind not in ("Flatten", "Reshape"):
            raise UnreadableModel(
                f"The images have no channels when they reach layer {_quoted(call.name)} ({_plain(call.kind)}). "
                "Let the model begin with an Input of height × width × channels."
            )


def _refuse_unfit(network: Network) -> None:
    """Refuse a network that cannot work, or that is too large."""
    traced = trace(network)
    if traced.problems:
        raise UnreadableModel(traced.problems[0].sentence)
    if traced.parameters > MAX_PARAMETERS:
        raise UnreadableModel(
            f"The model has {traced.parameters:,} parameters. This server takes up to {MAX_PARAMETERS:,}."
        )


def _ordered(graph: _Graph) -> list[_Call]:
    """The calls such that each comes after its inputs; all of them lead to the output."""
    users: dict[str, list[str]] = {name: [] for name in (INPUT, *graph.calls)}
    for call in graph.calls.values():
        if not call.inputs or (len(call.inputs) > 1) != (call.kind in JOINS):
            raise UnreadableModel(
                f"Layer {_quoted(call.name)} ({_plain(call.kind)}) has {len(call.inputs)} inputs. Only Concatenate "
                "and Add can join branches here, and they need at least two."
            )
        for name in call.inputs:
            if name not in users:
                raise UnreadableModel(f"Layer {_quoted(call.name)} is called on a layer that is not in the file.")
            users[name].append(call.name)
    waiting = {name: len(call.inputs) for name, call in graph.calls.items()}
    ready, order = [INPUT], []
    for name in ready:
        for user in users[name]:
            waiting[user] -= 1
            if not waiting[user]:
                ready.append(user)
                order.append(graph.calls[user])
    stray = next((name for name, count in waiting.items() if count), None)
    loose = next((name for name, after in users.items() if not after and name != graph.output), stray)
    if loose is not None or users.get(graph.output) != []:
        where = f"at layer {_quoted(loose)}" if loose else "at its output"
        raise UnreadableModel(f"The model's layers do not lead from one input to one output: look {where}.")
    return order


def _layers(order: list[_Call], image: Shape, notes: _Notes) -> dict[str, Layer | None]:
    """Our layer for each call that is no join; None where it changes nothing."""
    shapes, layers = {INPUT: image}, {}
    for call in order:
        arriving = [shapes[name] for name in call.inputs]
        try:
            if call.kind in JOINS:
                shapes[call.name] = _joined(call, arriving)
            else:
                layer = layers[call.name] = _layer(call, arriving[0], notes)
                shapes[call.name] = layer.output_shape(arriving[0]) if layer else arriving[0]
        except (CannotWork, InvalidSetting) as problem:
            raise UnreadableModel(f"Layer {_quoted(call.name)}: {problem}") from None
    return layers


def _joined(call: _Call, shapes: list[Shape]) -> Shape:
    """The shape after a join."""
    _refuse_other_numbers(f"layer {_quoted(call.name)}", call.config.get("dtype"))
    listed = " and ".join(shape_text(shape) for shape in shapes[:4])
    if call.kind == "Add":
        if len(set(shapes)) > 1:
            raise UnreadableModel(f"Layer {_quoted(call.name)} adds {listed}; only equal shapes can be added here.")
        return shapes[0]
    _refuse_axis(call, call.config.get("axis", -1), shapes[0])
    if len({shape[:-1] for shape in shapes}) > 1:
        raise UnreadableModel(
            f"Layer {_quoted(call.name)} concatenates {listed}, which differ in more than channels."
        )
    return (*shapes[0][:-1], sum(shape[-1] for shape in shapes))


class _Decomposition:
    """A graph of calls as blocks in series and in parallel.

    The branches of a join begin at its fork, the last call that all of them pass
    through: the join's immediate dominator. A call that would then be needed
    twice shows that the branches cross.
    """

    def __init__(self, graph: _Graph, order: list[_Call], layers: dict[str, Layer | None]):
        self._graph, self._layers, self._seen = graph, layers, set()
        self._above: dict[str, str] = {}  # immediate dominators
        self._level = {INPUT: 0}
        for call in order:
            self._above[call.name] = self._fork(call.inputs)
            self._level[call.name] = self._level[self._above[call.name]] + 1

    def items(self) -> list[Any]:
        """The whole graph as a list of `_Call` and `_Parallel`."""
        return self._series(self._graph.output, INPUT, 0)

    def _fork(self, names: Sequence[str]) -> str:
        """The last call that all ways to these calls pass through."""
        at, *others = names
        for other in others:
            while at != other:
                if self._level[at] < self._level[other]:
                    at, other = other, at
                at = self._above[at]
        return at

    def _series(self, end: str, start: str, depth: int) -> list[Any]:
        """What lies behind `start`, up to and with `end`."""
        items: list[Any] = []
        while end != start:
            call = self._graph.calls.get(end)
            if call is None or end in self._seen:
                raise UnreadableModel(
                    f"Branches of the model cross at layer {_quoted(end)}. Only branches that part at one layer and "
                    "meet at another, side by side or nested, can be represented here."
                )
            self._seen.add(end)
            if call.kind in JOINS:
                end = self._fork(call.inputs)
                items.append(self._parallel(list(call.inputs), end, call, depth))
            else:
                items += [call] if self._layers[end] is not None else []
                end = call.inputs[0]
        return items[::-1]

    def _parallel(self, ends: list[str], fork: str, join: _Call, depth: int) -> _Parallel:
        """The branches from `fork` to `ends`; those with a common beginning are joined first."""
        if depth >= MAX_DEPTH:
            raise UnreadableModel(f"Branches are nested more than {MAX_DEPTH} deep at layer {_quoted(join.name)}.")
        branches = []
        for group in self._grouped(ends, fork, join):
            inner = self._fork(group)
            nested = [self._parallel(group, inner, join, depth + 1)] if len(group) > 1 else []
            branches.append(self._series(inner, fork, depth + 1) + nested)
        return _Parallel(JOINS[join.kind], branches)

    def _grouped(self, ends: list[str], fork: str, join: _Call) -> list[list[str]]:
        """The ends in groups that share the first call after the fork."""
        groups: dict[Any, list[str]] = {}
        for number, end in enumerate(ends):
            first: Any = number  # an end that is the fork itself is a branch of its own
            while end != fork and self._above[end] != fork:
                end = self._above[end]
            groups.setdefault(first if end == fork else end, []).append(ends[number])
        regrouped = [end for group in groups.values() for end in group]
        if join.kind == "Concatenate" and regrouped != ends:
            raise UnreadableModel(
                f"Layer {_quoted(join.name)} concatenates branches that have a beginning in common, with others "
                "between them. Give them in the order in which they part."
            )
        return list(groups.values())


def _block(item: _Call | _Parallel, layers: dict[str, Layer | None]) -> Block:
    if isinstance(item, _Call):
        return layers[item.name]
    branches = tuple(tuple(_block(inner, layers) for inner in branch) for branch in item.branches)
    return Branches(branches, item.merge)


def _walk(items: list[Any]) -> Iterator[_Call | None]:
    """The calls in the order of `Network.walk`; None for a join."""
    for item in items:
        if isinstance(item, _Call):
            yield item
        else:
            for branch in item.branches:
                yield from _walk(branch)
            yield None


# Weights


def _arrays(
    plan: _Plan, stored: _Stored, find: Callable[[_Stored, _Call, Layer], list[tuple[str, np.ndarray | None]]]
) -> list[np.ndarray] | None:
    """The weights in an HDF5 file, in the order of Keras for our model; None where it has none at all."""
    if not stored.arrays and _weight_shapes(plan.network):
        return None
    weights: list[np.ndarray] = []
    inputs = trace(plan.network).inputs
    for path in _keras_order(plan.network):
        layer = plan.network.at(path)
        terms = () if isinstance(layer, Branches) else layer.terms(inputs[path])
        if terms:
            call = plan.calls[path]
            shapes = [term.factors for term in terms]
            weights += _checked(find(stored, call, layer), shapes, f"layer {_quoted(call.name)}")
    return weights


def _checked(found: list[np.ndarray | None], shapes: list[Shape], where: str) -> list[np.ndarray]:
    """The arrays, where they have exactly these shapes."""
    if len(found) != len(shapes):
        raise UnreadableModel(
            f"The file has {len(found)} arrays of weights for {where}, but it needs {len(shapes)}. "
            "Save the whole model again."
        )
    for array, shape in zip(found, shapes):
        if array is None:
            raise UnreadableModel(f"The weights of {where} are not float32 numbers as Keras stores them.")
        if array.shape != shape:
            shown = shape_text(array.shape) if array.shape else "a single number"
            raise UnreadableModel(f"The weights of {where} are {shown}, but it needs {shape_text(shape)}.")
        _finite(array, where)
    return found


def _keras_arrays(stored: _Stored, call: _Call, layer: Layer) -> list[np.ndarray | None]:
    """From the weights of a .keras file: `layers/<group>/vars/0`, …"""
    group = f"layers/{call.group}/vars"
    if stored.owners.get(group, call.name) != call.name:
        raise UnreadableModel(f"The weights kept for layer {_quoted(call.name)} are those of another layer.")
    count = sum(path.startswith(f"{group}/") for path in stored.arrays)
    return [stored.arrays.get(f"{group}/{number}") for number in range(count)]


def _legacy_arrays(stored: _Stored, call: _Call, layer: Layer) -> list[np.ndarray | None]:
    """From an .h5 file: `model_weights/<layer>/…/kernel:0`, …"""
    below = f"model_weights/{call.name}/"
    paths = [path for path in stored.arrays if path.startswith(below)]
    named = [path.rsplit("/", 1)[1].split(":")[0] for path in paths]
    names = next((names for names in _weight_names(layer) if sorted(names) == sorted(named)), None)
    if names is None:
        needed = ", ".join(_weight_names(layer)[0])
        shown = ", ".join(_plain(name) for name in named[:6]) or "nothing"
        raise UnreadableModel(
            f"For layer {_quoted(call.name)}, the file has {shown} as weights, but it needs {needed}. "
            "Save the whole model again."
        )
    return [stored.arrays[paths[named.index(name)]] for name in names]


KERNELS = {
    "Conv2D": (("kernel",),),
    "Dense": (("kernel",),),
    "DepthwiseConv2D": (("kernel",), ("depthwise_kernel",)),
    "SeparableConv2D": (("depthwise_kernel", "pointwise_kernel"),),
}


def _weight_names(layer: Layer) -> list[tuple[str, ...]]:
    """What Keras' versions call the weights of a layer, in the order of `Layer.terms`."""
    kind = type(layer).__name__
    if kind in KERNELS:
        return [names + (("bias",) if layer.use_bias else ()) for names in KERNELS[kind]]
    learned = (("gamma",) if layer.scale else ()) + (("beta",) if layer.center else ())
    return [learned + (("moving_mean", "moving_variance") if kind == "BatchNormalization" else ())]


def _weight_shapes(network: Network) -> list[Shape]:
    """The shapes of `build_model(network).get_weights()`."""
    inputs = trace(network).inputs
    layers = [(network.at(path), inputs[path]) for path in _keras_order(network)]
    return [term.factors for layer, shape in layers if isinstance(layer, Layer) for term in layer.terms(shape)]


def _keras_order(network: Network) -> list[Path]:
    """The paths in the order of `build_model(network).layers`.

    Keras orders layers by their distance to the output, the farthest first, and those of equal distance as
    a search backwards from the output meets them (keras.src.ops.function, `map_graph`).
    """
    before: dict[Path, list[Path]] = {(): []}
    output = _wired(network.layers, (), (), before)
    met: dict[Path, int] = {}
    finished: list[Path] = []
    waiting = [(output, False)]
    while waiting:
        path, done = waiting.pop()
        if done:
            finished.append(path)
        elif path not in met:
            met[path] = len(met)
            waiting += [(path, True), *((source, False) for source in reversed(before[path]))]
    distance = dict.fromkeys(finished, 0)
    for path in reversed(finished):
        for source in before[path]:
            distance[source] = max(distance[source], distance[path] + 1)
    return sorted((path for path in finished if path), key=lambda path: (-distance[path], met[path]))


def _wired(blocks: tuple[Block, ...], prefix: Path, source: Path, before: dict[Path, list[Path]]) -> Path:
    """Note for each block the paths that it reads; `()` is the image. Returns the last path."""
    for index, block in enumerate(blocks):
        path = (*prefix, index)
        if isinstance(block, Branches):
            ends = [_wired(branch, (*path, number), source, before) for number, branch in enumerate(block.branches)]
            before[path] = ends
        else:
            before[path] = [source]
        source = path
    return source
