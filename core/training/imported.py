"""Models that a visitor has imported: the newest few, with their weights, kept like runs are."""

from __future__ import annotations

import json
import threading
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from core import settings
from core.network import InvalidNetwork, Network, to_json, trace
from core.network.sharing import shared_from_json
from core.network.words import beyond
from core.store import Content, StoreError, VisitorStore, packed, unpacked
from core.training.trained import Trained

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_MODELS = 8  # of one visitor
VERSION = 1
RECORD, ARRAYS = "model/", "arrays/"  # a stored model is two files: what it is, and its weights
MB = 1_000_000
DAMAGED = "An imported model is damaged, so it cannot be shown. Import it again."


class ImportedModels:
    """The imported models of one visitor, newest first. Safe from any thread.

    Args:
        store: where they are kept; in memory only if there is none.

    Attributes:
        gone: identities of those that were deleted or made room since the server started.
        problem: why the newest is not kept over a reload, or another could not be read; empty where nothing is wrong.
    """

    def __init__(self, store: VisitorStore | None = None) -> None:
        self._store = store
        self._changing = threading.RLock()
        self._models: list[Trained] = []
        self.gone: set[str] = set()
        self.problem = ""
        if store is not None:
            self._read(store)

    @property
    def all(self) -> list[Trained]:
        """All of them, newest first."""
        with self._changing:
            return list(self._models)

    def keep(self, trained: Trained) -> list[Trained]:
        """Keep a model as the newest; one of equal content only once.

        A model that cannot be stored stays until the session ends, and `problem` says why.

        Returns:
            Those that made room for it: more than `MOST_MODELS` are not kept.
        """
        with self._changing:
            others = [other for other in self._models if other.identity != trained.identity]
            self._models = [trained, *others[: MOST_MODELS - 1]]
            gone = others[MOST_MODELS - 1 :]
            self.gone = (self.gone | {other.identity for other in gone}) - {trained.identity}
            self.problem = ""
            if self._store is not None:
                try:
                    self._store.save_all({kind: None for other in gone for kind in _kinds(other)} | _files(trained))
                except StoreError as problem:
                    self.problem = str(problem)
            return gone

    def name_classes(self, trained: Trained, names: Sequence[str]) -> None:
        """Give a model's own classes other names; raises `StoreError` where they cannot be kept, then nothing changes.

        Args:
            trained: one without a dataset.
            names: as many as it has classes.
        """
        with self._changing:
            before, trained.class_names = trained.class_names, tuple(names)
            if self._store is not None and self._store.load(_kinds(trained)[0]) is not None:
                try:
                    self._store.save(_kinds(trained)[0], _record(trained))
                except StoreError:
                    trained.class_names = before
                    raise

    def forget(self, trained: Trained) -> None:
        """Delete a model; raises `StoreError` where it cannot be deleted."""
        with self._changing:
            if self._store is not None:
                self._store.save_all(dict.fromkeys(_kinds(trained)))
            self._models = [other for other in self._models if other.identity != trained.identity]
            self.gone.add(trained.identity)

    def fitting(self, network: Network) -> list[Trained]:
        """Those whose weights a network can begin with, newest first: its layers with weights are of the same kinds and
        shapes, whatever it is called and whatever lies between them."""
        wanted = _weighted(network) if self._models else None
        return [] if wanted is None else [one for one in self.all if _weighted(one.network) == wanted]

    def _read(self, store: VisitorStore) -> None:
        try:
            for kind in reversed(store.kinds(RECORD)):
                try:
                    self._models.append(_trained(store, kind.removeprefix(RECORD)))
                except (StoreError, InvalidNetwork, ValueError, TypeError, KeyError, AttributeError):
                    self.problem = DAMAGED
        except StoreError as problem:
            self.problem = str(problem)


def _weighted(network: Network) -> tuple[object, ...] | None:
    """What decides whether weights fit into a network; None where it cannot work."""
    from core.training.foreign.weights import weight_shapes

    traced = trace(network)
    if not traced.works:
        return None
    kinds = [type(row.layer) for row in traced.rows if row.parameters]
    return (network.input_shape, tuple(kinds), tuple(weight_shapes(network)))


def _kinds(trained: Trained) -> tuple[str, str]:
    """The kinds of the files of a model."""
    return RECORD + trained.identity, ARRAYS + trained.identity


def _files(trained: Trained) -> dict[str, Content | None]:
    """What is stored of a model, by kind; `StoreError` where it is too large."""
    arrays = packed({"weights": trained.weights})
    most = settings.value("RECEPTIVE_RUN_DISK_MB")
    if len(arrays) > most * MB:
        raise StoreError(
            f"This model has {beyond(len(arrays) / MB)} MB of weights; up to {most:,g} MB are kept for your next visit, so "
            "it stays until you leave."
        )
    return dict(zip(_kinds(trained), (_record(trained), arrays)))


def _record(trained: Trained) -> bytes:
    """What is stored of a model besides its weights."""
    value = {
        "version": VERSION,
        "network": to_json(trained.network),
        "dataset": trained.dataset,
        "class_names": trained.class_names,
        "remark": trained.remark,
    }
    return json.dumps(value).encode()


def _trained(store: VisitorStore, identity: str) -> Trained:
    """A stored model, whose weights are read when they are needed."""
    content = store.load(RECORD + identity)
    value = json.loads(content or b"")
    if value["version"] != VERSION:
        raise StoreError("A newer version of Receptive has saved it.")
    network = shared_from_json(value["network"]).network
    names = [str(name) for name in value.get("class_names", ())]
    remark = str(value.get("remark", ""))
    return Trained(network, partial(_weights, store, identity), str(value["dataset"]), identity, names, remark)


def _weights(store: VisitorStore, identity: str) -> Sequence[np.ndarray]:
    content = store.load(ARRAYS + identity)
    if content is None:
        raise StoreError(DAMAGED)
    return unpacked(content).get("weights", [])
