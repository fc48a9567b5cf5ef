"""Workspaces of visitors: their runs, active or stored, and their drawings."""

from __future__ import annotations

import logging
import threading
import time
import weakref
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from core import settings
from core.data import SOURCES, Collection, Dataset, DatasetError, DrawnDataset, InvalidCollection, load
from core.data.drawn_datasets import drawn_name, is_drawn
from core.network import Network
from core.network.names import clean
from core.network.recipe import Recipe
from core.network.words import counted
from core.store import Kind, Marks, RunStore, Store, StoreError, VisitorStore, why_full
from core.training import records
from core.training.imported import ImportedModels
from core.training.records import MAX_NAME, Record
from core.training.run import Run
from core.training.series import Planned, Series
from core.training.snapshot import Snapshot, State

MAX_DRAFT = 300_000  # bytes
IDLE_SECONDS = 1800.0  # a visitor's runs leave the memory when nothing of theirs happened for so long
EXPIRY_SECONDS = 3600.0  # how often visitors who stayed away are looked for
EMPTY = {
    "digits": Collection("My digits", tuple("0123456789")),
    "own": Collection("My drawings", ("circle", "cross", "triangle")),
}


class Workspace:
    """The runs of one visitor, newest first, their collections of drawings, and the models that they imported.

    Safe from any thread.

    Args:
        store: where they are kept; in memory only if there is none.
        loader: dataset by name.
    """

    def __init__(self, store: VisitorStore | None = None, loader: Callable[[str], Dataset] = load) -> None:
        self._store = store
        self._loader = loader
        self._changing = threading.RLock()
        self._runs: list[Run] = []
        self.damaged: dict[str, str] = {}  # id of a stored run that cannot be read → why
        self.problem = ""  # why runs are not kept, if they are not
        self._collections: dict[str, Collection] = {}
        self.unreadable: dict[str, str] = {}  # a stored collection that cannot be read → why
        self._documents: dict[str, str] = {}  # by kind, where there is no store for them
        self.imported = ImportedModels(store)
        self.series: Series | None = None  # the one that goes on, or went on last
        self._series: dict[str, Series] = {}  # by their pages, the newest
        self.used = time.monotonic()
        if store is not None:
            self._read(store)

    @property
    def runs(self) -> list[Run]:
        """All of them, newest first."""
        with self._changing:
            return list(self._runs)

    @property
    def active(self) -> bool:
        """True while a run of this visitor trains or waits to."""
        return any(run.active for run in self.runs)

    @property
    def full(self) -> str | None:
        """The reason why no further run can be started, in a sentence; None if one can."""
        return why_full(len(self._runs) + len(self.damaged))

    def why_no_room(self, runs: int) -> str | None:
        """The reason why so many further runs have no room, in a sentence; None if they have."""
        there, most = len(self._runs) + len(self.damaged), settings.value("RECEPTIVE_MOST_RUNS")
        if there + runs <= most:
            return None
        return (
            f"You have {counted(there, 'run')}, and {most:,} are kept at most: {runs:,} more would be "
            f"{there + runs - most:,} too many. Leave some out, or delete runs."
        )

    def trained_by(self, network: Network, recipe: Recipe, dataset: str) -> Run | None:
        """The newest run of this network by this recipe on these images, whatever its state; None where there is none."""
        asked = (network, recipe, dataset)
        return next((run for run in self.runs if (run.network, run.recipe, run.dataset_name) == asked), None)

    def series_of(self, page: str) -> Series | None:
        """The series of a page that was begun last."""
        return self._series.get(page)

    def start_series(self, plans: Sequence[Planned], dataset: str, title: str, page: str = "") -> Series:
        """Train several networks one after another, as runs; a series that is still going is stopped first.

        Whatever else of theirs is training is paused and saved. Raises `StoreError` where there is no room for all.
        """
        with self._changing:
            if why := self.why_no_room(len(plans)):
                raise StoreError(why)
            if self.series is not None and not self.series.over:
                self.series.stop()
            self.series = self._series[page] = made = Series(self, plans, dataset, title, page, self._changing)
            made.advance()
            return made

    def start(
        self,
        network: Network,
        dataset: str | Collection,
        recipe: Recipe,
        begin: Sequence[np.ndarray] = (),
        name: str = "",
    ) -> Run:
        """Train a network in a new run; whatever of theirs is still training is paused and saved first.

        Args:
            network, recipe: what to train, and how.
            dataset: as `core.data.load` calls it; or drawings, of which the run keeps a copy as they are now.
            begin: weights to begin with, as for `train`.
            name: what to call the run; by default like the network.

        Raises:
            StoreError: where there are as many runs as one visitor may have; then nothing has changed.
        """
        drawings = dataset if isinstance(dataset, Collection) else None
        dataset_name = dataset if isinstance(dataset, str) else drawn_name(dataset)
        with self._changing:
            if self.full:
                raise StoreError(self.full)
            for run in self._runs:
                run.suspend()
            name = self._free_name(name or network.name)
            stored = None
            if self._store is not None:
                snapshot = Snapshot(State.STARTING, epochs=recipe.epochs)
                checkpoints: dict[Kind, dict[str, Sequence[np.ndarray]]] = (
                    {"start": {"weights": begin}} if len(begin) else {}
                )
                if drawings is not None:
                    checkpoints["drawings"] = {"file": [np.frombuffer(drawings.to_bytes(), np.uint8)]}
                try:
                    record = records.to_bytes(Record(network, dataset_name, recipe, snapshot, {}))
                    stored = self._store.create(name, record, checkpoints)
                    self.problem = ""
                except StoreError as problem:
                    self.problem = str(problem)
            if drawings is None:
                source = partial(self._loader, dataset_name)
            else:
                source = DrawnDataset(drawings, None if stored is None else partial(_copy, stored)).dataset
            run = Run(
                network,
                source,
                recipe,
                dataset_name=dataset_name,
                name=name,
                stored=stored,
                begin=() if stored is not None else begin,
            )
            run.problem = self.problem
            self._runs.insert(0, run)
        return run.start()

    def delete(self, run: Run) -> None:
        """Stop and delete a run; raises `StoreError` where it cannot be deleted."""
        with self._changing:
            stored = run.stored
            run.discard()
            if self._store is not None and stored is not None:
                self._store.delete(stored.id)
            self._runs = [other for other in self._runs if other is not run]

    def delete_damaged(self, run_id: str) -> None:
        """Delete a run that cannot be read; raises `StoreError`."""
        with self._changing:
            if self._store is not None:
                self._store.delete(run_id)
            self.damaged.pop(run_id, None)

    def collection(self, which: str) -> Collection:
        """The visitor's drawings; the empty collection of this kind where there are none or they cannot be read.

        Args:
            which: `digits` or `own`.
        """
        with self._changing:
            if which not in self._collections:
                self._collections[which] = self._read_collection(which)
            return self._collections[which]

    def collect(self, which: str, change: Callable[[Collection], Collection]) -> Collection:
        """Change the visitor's drawings as they are now, whatever server kept them; returns the new collection.

        Raises:
            InvalidCollection: from `change`; then nothing has changed.
            StoreError: where they cannot be read or written; then nothing has changed either.
        """
        changed = EMPTY[which]

        def rewritten(content: bytes | None) -> bytes:
            nonlocal changed
            try:
                there = _unpacked(which, content)
            except InvalidCollection as problem:  # it would be lost
                raise StoreError(str(problem)) from problem
            changed = change(there)
            return changed.to_bytes()

        with self._changing:
            if self._store is None:
                changed = change(self.collection(which))
            else:
                self._store.change(which, rewritten)
            self.unreadable.pop(which, None)
            self._collections[which] = changed
            return changed

    def forget_collection(self, which: str) -> None:
        """Delete the visitor's drawings of this kind, readable or not; raises `StoreError`."""
        with self._changing:
            if self._store is not None:
                self._store.save(which, None)
            self.unreadable.pop(which, None)
            self._collections[which] = EMPTY[which]

    def _read_collection(self, which: str) -> Collection:
        try:
            return _unpacked(which, self._store.load(which) if self._store is not None else None)
        except (InvalidCollection, StoreError) as problem:
            self.unreadable[which] = str(problem)
            return EMPTY[which]

    def save_draft(self, text: str) -> None:
        """Save the visitor's draft; a failure is noted in `problem`, not raised."""
        if self._store is not None:
            try:
                content = text.encode("utf-8", "replace")
                if len(content) > MAX_DRAFT:
                    raise StoreError(f"This is more than the {MAX_DRAFT // 1000} kB that a draft can hold.")
                self._store.save("draft", content)
            except StoreError as problem:
                self.problem = str(problem)

    def draft(self) -> str | None:
        """The visitor's draft; None without one. The text may be anything: validate it before use."""
        try:
            content = self._store.load("draft") if self._store is not None else None
            return None if content is None else content.decode("utf-8", "replace")
        except StoreError:
            return None

    def exercises(self) -> str | None:
        """The document about the visitor's exercises; None without one. The text may be anything: validate it before use."""
        return self._document("exercises")

    def change_exercises(self, change: Callable[[str | None], str]) -> None:
        """Keep what `change` makes of that document, also where another window has changed it.

        Where it cannot be stored, it is kept in memory, and the failure is noted in `problem`.
        """
        self._change_document("exercises", change)

    def lessons(self) -> str | None:
        """The document about the visitor's lessons, as `exercises` is about their exercises."""
        return self._document("lessons")

    def change_lessons(self, change: Callable[[str | None], str]) -> None:
        """Keep what `change` makes of that document, as `change_exercises` does."""
        self._change_document("lessons", change)

    def _document(self, kind: str) -> str | None:
        try:
            content = self._store.load(kind) if self._store is not None else None
        except StoreError:
            content = None
        return self._documents.get(kind) if content is None else content.decode("utf-8", "replace")

    def _change_document(self, kind: str, change: Callable[[str | None], str]) -> None:
        def changed(content: bytes | None) -> bytes:
            return change(None if content is None else content.decode("utf-8", "replace")).encode()

        try:
            if self._store is not None:
                self._store.change(kind, changed)
                return
        except StoreError as problem:
            self.problem = str(problem)
        self._documents[kind] = change(self._document(kind))

    def heartbeat(self) -> None:
        """Note that the visitor is here, in memory and in the database."""
        self.used = time.monotonic()
        if self._store is not None:
            try:
                self._store.heartbeat()
            except StoreError as problem:
                self.problem = str(problem)

    def _read(self, store: VisitorStore) -> None:
        try:
            listed, marks = store.runs(), store.marks()
        except StoreError as problem:
            self.problem = str(problem)
            return
        for run_id, name, created in listed:
            try:
                run = self._run(RunStore(store, run_id), name, created)
                starred, tags, note = marks.get(run_id, Marks())
                run.marks = Marks(starred, clean(tags), clean(note))
                self._runs.append(run)
            except (DatasetError, InvalidCollection, StoreError) as problem:
                remedy = "" if "deleted" in str(problem) else " It can only be deleted."
                self.damaged[run_id] = f"The run “{name}” cannot be shown. {problem}{remedy}"

    def _run(self, stored: RunStore, name: str, created: float) -> Run:
        """A stored run with its dataset; raises where that is missing."""
        record = records.from_bytes(stored.read().record)
        source = partial(self._loader, record.dataset)
        if is_drawn(record.dataset):
            drawn = DrawnDataset(_copy(stored), partial(_copy, stored))
            if drawn.name != record.dataset:
                raise StoreError("Its drawings are others than those that it learned from.")
            source = drawn.dataset
        elif record.dataset not in SOURCES:
            raise StoreError("It learned from a dataset that this server does not have.")
        return Run.from_record(record, clean(name) or "Run", created, stored, source)

    def _free_name(self, name: str) -> str:
        """A name that no other run has: `LeNet-5`, then `LeNet-5 (2)`."""
        taken = {run.name for run in self._runs}
        number = 1
        name = found = clean(clean(name)[:MAX_NAME]) or "Run"
        while found in taken:
            number += 1
            tail = f" ({number})"
            found = name[: MAX_NAME - len(tail)] + tail
        return found


def _unpacked(which: str, content: bytes | None) -> Collection:
    """A stored collection; the empty one of this kind where there is none. Raises `InvalidCollection`."""
    found = EMPTY[which] if content is None else Collection.from_bytes(content)
    if which == "digits" and found.class_names != EMPTY[which].class_names:
        raise InvalidCollection("This file has other classes than the ten digits.")
    return found


def _copy(stored: RunStore) -> Collection:
    """The drawings that a run learns from, its own copy."""
    kept = stored.read("drawings").checkpoints
    if "drawings" not in kept:
        raise StoreError("The drawings that it learned from are missing.")
    return Collection.from_bytes(kept["drawings"]["file"][0].tobytes())


class Workspaces:
    """The workspaces of all visitors of this process.

    Args:
        store: where they are kept.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._changing = threading.Lock()
        self._open: dict[str, Workspace] = {}  # kept in memory for a while after their visitors have gone
        self._held: weakref.WeakValueDictionary[str, Workspace] = weakref.WeakValueDictionary()  # by open pages
        self._expired = -EXPIRY_SECONDS

    def of(self, token: str) -> Workspace:
        """The workspace of a visitor's secret token; the same object for all their windows."""
        with self._changing:
            self._tidy(token)
            found = self._held.get(token)
            if found is None:
                try:
                    found = Workspace(self._store.visitor(token))
                except StoreError as problem:
                    found = Workspace()
                    found.problem = str(problem)
            self._open[token] = self._held[token] = found
        found.heartbeat()
        return found

    def _tidy(self, keep: str) -> None:
        now = time.monotonic()
        for token, workspace in list(self._open.items()):
            if token != keep and now - workspace.used > IDLE_SECONDS and not workspace.active:
                del self._open[token]
        if now - self._expired > EXPIRY_SECONDS:
            self._expired = now
            threading.Thread(target=self._expire, args=({*self._open, *self._held, keep},), daemon=True).start()

    def _expire(self, in_use: set[str]) -> None:
        try:
            for token in in_use:  # so that other servers know of them
                self._store.visitor(token).heartbeat()
            self._store.expire(in_use=in_use)
        except StoreError:
            logging.getLogger(__name__).exception("Old workspaces could not be deleted")
