"""Readers of uploaded model files, and the writer of our own file of weights."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any

import numpy as np

from core.data.archive import Archive, InvalidArchive
from core.network import InvalidNetwork, Network, to_json, trace
from core.network.names import clean
from core.network.sharing import MAX_TEXT, shared_from_json
from core.network.words import counted
from core.training.foreign.containers import MAX_ARRAYS, MISFIT, NETWORK, Stored, read_hdf5, refusal
from core.training.foreign.plan import planned, refuse_unfit
from core.training.foreign.refusals import (
    DAMAGED,
    MAX_CONFIG,
    MAX_WEIGHTS,
    MB,
    Notes,
    UnreadableModel,
    decoded,
    json_object,
)
from core.training.foreign.weights import (
    Finder,
    MissingWeights,
    finite,
    keras_arrays,
    legacy_arrays,
    of_theano,
    turned_back,
    weight_shapes,
    weights_alone,
    weights_of,
)

MAX_FILE = 50 * MB
MAX_CLASSES, MAX_CLASS_NAME = 1_000, 40  # of our own file, and characters
MAX_MEMBERS = 50  # of a .keras file, which has three

FORMATS = "Keras' .keras and .h5 files of whole models, and the .json and .npz files of Receptive, can be read."


@dataclass(frozen=True)
class Foreign:
    """A network read from a file.

    Attributes:
        network: the architecture.
        weights: float32, in the order of `build_model(network).get_weights()`; None where the file has none,
            which the first sentence of `left_out` then explains; our own JSON never has any.
        left_out: sentences about what was dropped without changing what the model computes, at most ten.
        class_names: what the outputs stand for; empty where the file does not say.
        augmentation: settings of the recipe that do what Random* layers of the file did, with their values.
    """

    network: Network
    weights: list[np.ndarray] | None
    left_out: tuple[str, ...]
    class_names: tuple[str, ...] = ()
    augmentation: dict[str, float] = field(default_factory=dict)


class WeightsOnly(UnreadableModel):
    """An HDF5 file without an architecture: `read_weights` may read it for a network that is known."""


def read_weights(content: bytes, network: Network) -> Foreign:
    """This network with the weights of a file that has nothing else: .weights.h5, or .h5 of Keras 2.

    Raises:
        UnreadableModel: where they do not fit this network, or whatever else is wrong with the file.
    """
    problems = trace(network).problems
    if problems:
        raise UnreadableModel(
            f"This file has weights alone, for the network that is open; but that cannot work: {problems[0].sentence}"
        )
    try:
        weights = weights_alone(network, read_hdf5(content))
    except MissingWeights as problem:
        raise UnreadableModel(
            f"This file has weights alone, and they are not of the network that is open. {problem} Open or build the "
            "network that they belong to, then import them again."
        ) from None
    except UnreadableModel:
        raise
    except Exception as problem:  # the last resort, as above
        raise UnreadableModel(DAMAGED) from problem
    return Foreign(network, weights, ("This file has weights alone; they fit the network that is open.",))


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
    except InvalidArchive as problem:
        raise UnreadableModel(refusal(problem)) from None
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
    if [array.shape for array in arrays] != weight_shapes(network):
        raise ValueError("These weights have other shapes than this network's.")
    file = io.BytesIO()
    members: dict[str, Any] = {str(number): array for number, array in enumerate(arrays)}
    np.savez_compressed(
        file,
        **{NETWORK: np.array(to_json(network))},
        class_names=np.array(list(class_names), dtype=np.str_),
        **members,
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
    network, left_out = _shared(decoded(content))
    return Foreign(network, None, left_out)


def _read_zip(content: bytes, file_name: str) -> Foreign:
    archive = Archive(content, MAX_ARRAYS)
    if "config.json" in archive.names:
        return _read_keras(archive, file_name)
    if f"{NETWORK}.npy" in archive.names:
        return _read_npz(archive)
    raise UnreadableModel(f"This archive holds no network: only weights, or something else. {FORMATS}")


def _read_keras(archive: Archive, file_name: str) -> Foreign:
    if len(archive.names) > MAX_MEMBERS:
        raise UnreadableModel(
            f"This archive has {counted(len(archive.names), 'member')}; a model has at most {MAX_MEMBERS}."
        )
    config = json_object(decoded(archive.read("config.json", MAX_CONFIG)))

    @cache
    def stored() -> Stored:
        if "model.weights.h5" not in archive.names:
            raise MissingWeights("There is no model.weights.h5 in the archive.")
        return read_hdf5(archive.read("model.weights.h5", MAX_WEIGHTS))

    return _read(config, file_name, lambda calls: keras_arrays(stored(), calls), bool(config.get("compile_config")))


def _read_h5(content: bytes, file_name: str) -> Foreign:
    stored = read_hdf5(content)
    if stored.config is None:
        raise WeightsOnly(
            "This HDF5 file has no architecture in it, perhaps weights only. Save the whole model with model.save(…)."
        )
    finder = partial(legacy_arrays, stored)
    return _read(json_object(stored.config), file_name, finder, stored.compiled, of_theano(stored))


def _read(config: dict[str, Any], file_name: str, finder: Finder, compiled: bool, theano: bool = False) -> Foreign:
    """The network of a Keras file: where its weights cannot be read, why stands first."""
    notes = Notes()
    plan = planned(config, file_name, finder, notes)
    weights = None
    try:
        calls = plan.calls
        if theano:
            notes.say(
                "It was trained with Theano, which turns the kernels of convolutions; here they are turned back."
            )
            calls = turned_back(plan.network, calls)
        weights = weights_of(plan.network, calls, finder)
    except MissingWeights as problem:
        notes.without_weights.append(str(problem))
    if notes.without_weights:
        weights, problem = None, notes.without_weights[0]
        notes.said.insert(0, f"Without its weights: {problem[0].lower()}{problem[1:]}")
    if compiled:
        notes.say("The optimiser, its state and the loss were left out: the Train page has its own.")
    return Foreign(plan.network, weights, notes.sentences(), augmentation=notes.augmentation)


def _read_npz(archive: Archive) -> Foreign:
    network, left_out = _shared(str(archive.array(NETWORK, f"<U{MAX_TEXT}", ())))
    refuse_unfit(network)
    weights = []
    for number, shape in enumerate(weight_shapes(network)):
        array = archive.array(str(number), "<f4", shape)
        if array.shape != shape:
            raise UnreadableModel(MISFIT)
        try:
            weights.append(finite(array, "this file"))
        except MissingWeights as problem:
            raise UnreadableModel(str(problem)) from None
    return Foreign(network, weights, left_out, _class_names(archive))


def _class_names(archive: Archive) -> tuple[str, ...]:
    """The names of the classes in our own file; none where they are missing or not plain."""
    try:
        names = archive.array("class_names", f"<U{MAX_CLASS_NAME}", (MAX_CLASSES,)).tolist()
    except InvalidArchive:
        return ()
    plain = len(set(names)) == len(names) and all(name and name == clean(name) for name in names)
    return tuple(names) if plain else ()


def _shared(text: str) -> tuple[Network, tuple[str, ...]]:
    """The network of our own JSON, and what else the text holds."""
    try:
        shared = shared_from_json(text)
    except InvalidNetwork as problem:
        raise UnreadableModel(str(problem)) from None
    rest = shared.recipe is not None or shared.dataset is not None or shared.hidden
    return shared.network, ("Only the network was read, not the recipe or the dataset.",) if rest else ()
