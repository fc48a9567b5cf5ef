"""All runs of one visitor: those at work, and those that rest on the disk."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from functools import partial

from core.data import Dataset, load
from core.network import Network
from core.network.recipe import Recipe
from core.training.run import Run
from core.training.store import MAX_NAME, Store, StoreError, WorkspaceFolder

IDLE_SECONDS = 1800.0  # a visitor's runs leave the memory when nothing of theirs happened for so long
EXPIRY_SECONDS = 3600.0  # how often old workspaces on the disk are looked for


class Workspace:
    """The runs of one visitor, newest first. Safe from any thread.

    Args:
        folder: where they are kept; in memory only if there is none.
        loader: dataset by name.
    """

    def __init__(self, folder: WorkspaceFolder | None = None, loader: Callable[[str], Dataset] = load) -> None:
        self._folder = folder
        self._loader = loader
        self._changing = threading.RLock()
        self._runs: list[Run] = []
        self.damaged: dict[str, str] = {}  # id of a run on disk that cannot be read → why
        self.problem = ""  # why runs are not kept on disk, if they are not
        self.used = time.monotonic()
        if folder is not None:
            self._read(folder)

    @property
    def runs(self) -> list[Run]:
        """All of them, newest first."""
        with self._changing:
            return list(self._runs)

    @property
    def active(self) -> bool:
        """Whether something of this visitor's trains or waits to."""
        return any(run.active for run in self.runs)

    def start(self, network: Network, dataset: str, recipe: Recipe) -> Run:
        """Train a network in a new run; whatever of theirs is still training is paused first."""
        with self._changing:
            for run in self._runs:
                if run.active:
                    run.pause()
            name = self._free_name(network.name)
            folder = None
            if self._folder is not None:
                try:
                    folder = self._folder.create(name, network, dataset, recipe)
                    self.problem = ""
                except StoreError as problem:
                    self.problem = str(problem)
            run = Run(network, lambda: self._loader(dataset), recipe, dataset_name=dataset, name=name, folder=folder)
            run.problem = self.problem
            self._runs.insert(0, run)
        return run.start()

    def delete(self, run: Run) -> None:
        """Stop it and forget it; raises `StoreError` where its files cannot be deleted."""
        with self._changing:
            folder = run.folder
            run.discard()
            if self._folder is not None and folder is not None:
                self._folder.delete(folder.id)
            self._runs = [other for other in self._runs if other is not run]

    def delete_damaged(self, run_id: str) -> None:
        """Delete the files of a run that cannot be read; raises `StoreError`."""
        with self._changing:
            if self._folder is not None:
                self._folder.delete(run_id)
            self.damaged.pop(run_id, None)

    def note(self, text: str) -> None:
        """Keep what lies on the visitor's desk; a disk that cannot is no reason to disturb them."""
        if self._folder is not None:
            try:
                self._folder.note(text)
            except StoreError as problem:
                self.problem = str(problem)

    def read_note(self) -> str | None:
        """What lay there last; None if nothing."""
        try:
            return self._folder.read_note() if self._folder is not None else None
        except StoreError:
            return None

    def touch(self) -> None:
        """Its visitor is here."""
        self.used = time.monotonic()
        if self._folder is not None:
            try:
                self._folder.touch()
            except StoreError as problem:
                self.problem = str(problem)

    def _read(self, folder: WorkspaceFolder) -> None:
        try:
            records, damaged = folder.records()
        except StoreError as problem:
            self.problem = str(problem)
            return
        self.damaged = {one.id: one.sentence for one in damaged}
        self._runs = [
            Run.from_record(record, folder.open(record.id), partial(self._loader, record.dataset))
            for record in records
        ]

    def _free_name(self, name: str) -> str:
        """`LeNet-5`, then `LeNet-5 (2)`: people must be able to tell runs apart."""
        taken = {run.name for run in self._runs}
        number = 1
        found = name[:MAX_NAME]
        while found in taken:
            number += 1
            tail = f" ({number})"
            found = name[: MAX_NAME - len(tail)] + tail
        return found


class Workspaces:
    """The workspaces of all visitors of this process.

    Args:
        store: where they are on disk.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._changing = threading.Lock()
        self._open: dict[str, Workspace] = {}
        self._expired = -EXPIRY_SECONDS

    def of(self, token: str) -> Workspace:
        """The one that belongs to a visitor's secret token; the same object for all their windows."""
        with self._changing:
            self._tidy(token)
            if token not in self._open:
                try:
                    self._open[token] = Workspace(self._store.workspace(token))
                except StoreError as problem:
                    self._open[token] = Workspace()
                    self._open[token].problem = str(problem)
            found = self._open[token]
        found.touch()
        return found

    def _tidy(self, keep: str) -> None:
        now = time.monotonic()
        for token, workspace in list(self._open.items()):
            if token != keep and now - workspace.used > IDLE_SECONDS and not workspace.active:
                del self._open[token]
        if now - self._expired > EXPIRY_SECONDS:
            self._expired = now
            threading.Thread(target=self._expire, args=({*self._open, keep},), daemon=True).start()

    def _expire(self, in_use: set[str]) -> None:
        try:
            self._store.expire(in_use=in_use)
        except StoreError:
            logging.getLogger(__name__).exception("Old workspaces could not be deleted")
