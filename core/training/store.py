"""Runs on disk, so that a reload, a crash or a killed process loses nothing.

    <data>/<SHA-256 of a visitor's token>/
        desk.json           what lay on the visitor's desk
        digits.npz, own.npz drawings that they have collected, as `core.data.Collection` has them
        <run>/run.json      the newest record of a run, for lists
        <run>/last.npz      arrays to go on from, with their record
        <run>/best.npz      arrays of the best epoch, with their record
        <run>/epoch-7.npz   arrays after epoch 7, with their record
        <run>/start.npz     arrays that it began with, where those were not fresh
        <run>/drawings.npz  what it learns from, where that are drawings

A file appears whole or not at all: it is written under another name and then
renamed. Arrays and the record that they belong to are one file, so that no kill
can part them: a run goes on from what `load("last")` returns, its record
included. `run.json` is written after it and may be of a moment before or, where
only a record was written since, behind it.

An npz is written without compression: weights hardly get smaller, and a member
that is stored plainly cannot unpack to more than its file holds. What is read is
hostile until it has been checked.
"""

from __future__ import annotations

import base64
import errno
import hashlib
import io
import json
import math
import os
import re
import secrets
import shutil
import stat
import struct
import threading
import time
import zipfile
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, fields, replace
from math import prod
from pathlib import Path
from typing import Any, BinaryIO, Literal, NamedTuple
from weakref import WeakValueDictionary

import numpy as np

from core import settings
from core.data.collection import MAX_FILE as MAX_DRAWN
from core.network import InvalidNetwork, Network
from core.network.network import MAX_DEPTH, MAX_LAYERS
from core.network.recipe import Recipe
from core.network.sharing import shared_from_json, to_json
from core.training.snapshot import MAX_POINTS, DeadUnits, Mistake, Point, Snapshot, State

MB = 1_000_000
DAY = 86_400  # seconds
ROOT = Path(__file__).resolve().parents[2]


DATA_DIR = "RECEPTIVE_DATA_DIR"

FORMAT = 1
MAX_NAME = 80  # characters of a run's name
MAX_NOTE = 300_000  # bytes of desk.json
COLLECTIONS = ("digits", "own")
MAX_RECORD = 2 * MB  # bytes of a record as JSON
MAX_NUMBERS = 50_000  # characters of a record's numbers as JSON
MAX_NESTED = 30_000  # lists, and objects, in a record: more cannot be needed
MAX_FILE = 500 * MB  # of one npz: 20 million weights with two moments and the best epoch's are 320
MAX_ARRAYS = 5_000
MAX_DIMENSIONS = 8
MAX_EPOCH = 999_999
MAX_EVALUATIONS = 10_000  # points
MAX_MISTAKES = 1_000
MAX_CLASSES = 200
MAX_SAMPLES = 5_000
MAX_MESSAGE = 2_000  # characters
LEFTOVER_SECONDS = 600  # a file that is still being written by another process is younger

MANY = 10.0**9
HUGE = 10.0**30
COUNTS = ("<i8", "<i4", "<u8", "<u4")
PROBABILITIES = ("<f4", "<f8")
PLAIN = {"|b1", "|i1", "|u1", *(f"<{kind}{size}" for kind in "iu" for size in (2, 4, 8)), "<f2", "<f4", "<f8"}

RUN_ID = re.compile(r"[0-9a-f]{12}")
WORKSPACE = re.compile(r"[0-9a-f]{64}")
EPOCH_FILE = re.compile(r"epoch-(0|[1-9][0-9]{0,5})\.npz")
LEFTOVER = re.compile(r"\..*\.part", re.DOTALL)

DRAWINGS = "drawings.npz"
DELETED = "This run is not on the disk any more: it was deleted. Start a new one."
FULL = "The server's disk is full, so this was not saved. Delete runs that you no longer need, then try again."
FORBIDDEN = (
    "The server may not write where runs are kept, so this was not saved. "
    f"Download what you want to keep; whoever runs the server can choose another folder with {DATA_DIR}."
)

NO_ROOM = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}  # Windows has no quotas
NO_RIGHT = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST, errno.ELOOP}

Kind = Literal["last", "best", "start"] | int


class StoreError(Exception):
    """Something that could not be saved or read. The message is for people and says what to do."""


class _Refused(ValueError):
    """A value that no record of ours has. The message is the part of a sentence that says which."""


@dataclass(frozen=True)
class Record:
    """A run as it is listed and gone on with; everything but its arrays.

    Attributes:
        id: 12 hexadecimal digits, the name of its folder.
        name: what people call it, 1 to 80 characters; only `RunFolder.rename` changes it.
        network, dataset, recipe: what it trains.
        created: seconds since 1970.
        snapshot: the newest facts.
        numbers: small state of the loop, as JSON has it: keys are text, lists not tuples; ±inf may occur, NaN not.
    """

    id: str
    name: str
    network: Network
    dataset: str
    recipe: Recipe
    created: float
    snapshot: Snapshot
    numbers: dict[str, Any]


class Saved(NamedTuple):
    """Arrays, and the record of the moment when they were saved."""

    record: Record
    arrays: list[np.ndarray]


class Damaged(NamedTuple):
    """A run that cannot be listed; `WorkspaceFolder.delete` takes its id."""

    id: str
    sentence: str


def why_full(runs: int) -> str | None:
    """Why a visitor with so many runs cannot start another, in a sentence; None if they can."""
    most = settings.value("RECEPTIVE_MOST_RUNS")
    if runs < most:
        return None
    return f"You have {most:,} runs, which is the most that is kept. Delete one to start another."


def data_folder() -> Path:
    """Where runs are kept; `RECEPTIVE_DATA_DIR` (default: `.receptive` beside app.py)."""
    named = settings.value("RECEPTIVE_DATA_DIR")
    return Path(named).expanduser() if named else ROOT / ".receptive"


class Store:
    """The workspaces of all visitors. Any number of objects may share a folder; threads may share an object.

    Args:
        root: where they are; by default `data_folder()`. It is made when something is saved first.
    """

    def __init__(self, root: Path | None = None) -> None:
        # The folder itself may be a link, what lies in it may not: it is looked at where it really is.
        self.root = Path(os.path.realpath(data_folder() if root is None else root))

    def workspace(self, token: str) -> WorkspaceFolder:
        """The workspace of the visitor who has this secret; nothing is written yet.

        Raises:
            StoreError: where the token is empty or longer than 1,000 characters.
        """
        return WorkspaceFolder(self.root / _folder_name(token))

    def expire(self, now: float | None = None, in_use: Collection[str] = ()) -> int:
        """Forget visitors who stayed away too long and, while all take too much room, those who did longest.

        Args:
            now: seconds since 1970.
            in_use: tokens of visitors who are here; theirs stay whatever they take.

        Returns:
            How many workspaces were deleted.

        Raises:
            StoreError: where one could not be deleted; the others have been.
        """
        now = time.time() if now is None else now
        here = {_folder_name(token) for token in in_use}
        left: list[tuple[float, WorkspaceFolder, int]] = []  # (used, workspace, bytes)
        with _saving():
            _tidy(self.root, now)
            for name in _names(self.root, WORKSPACE, stat.S_ISDIR):
                workspace = WorkspaceFolder(self.root / name)
                used = workspace.used
                workspace._tidy(now)
                left.append((used, workspace, workspace.size))
        left.sort(key=lambda item: (item[0], item[1].path.name))
        total = sum(size for _, _, size in left)
        removed, problem = 0, None
        for used, workspace, size in left:
            late = used < now - settings.value("RECEPTIVE_EXPIRY_DAYS") * DAY
            if workspace.path.name not in here and (late or total > settings.value("RECEPTIVE_STORE_MB") * MB):
                try:
                    workspace._remove()
                except StoreError as trouble:
                    problem = problem or trouble
                else:
                    removed += 1
                    total -= size
        if problem is not None:
            raise problem
        return removed


class WorkspaceFolder:
    """What one visitor keeps. Safe from any thread; made by `Store.workspace`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = _lock_of(path)

    def records(self) -> tuple[list[Record], list[Damaged]]:
        """All runs, newest first, and those that cannot be read, which hide none of the others.

        Raises:
            StoreError: where the folder itself cannot be read.
        """
        records, damaged = [], []
        with _looking("The list of your runs"):
            runs = self._runs()
        for run in runs:
            try:
                records.append(run.record())
            except StoreError as problem:
                if _is_folder(run.path):  # else it was deleted in between
                    damaged.append(Damaged(run.id, str(problem)))
        records.sort(key=lambda record: (record.created, record.id), reverse=True)
        return records, damaged

    def create(
        self,
        name: str,
        network: Network,
        dataset: str,
        recipe: Recipe,
        start: Sequence[np.ndarray] = (),
        drawings: bytes = b"",
    ) -> RunFolder:
        """A new run, listed from now on, with nothing learned yet.

        Args:
            name: 1 to 80 characters.
            network, dataset, recipe: what it will train; the dataset as `core.data.load` calls it.
            start: arrays that it begins with, for `load("start")`; none where they are fresh.
            drawings: what it learns from, for `drawings`; empty where the dataset comes with the project.

        Raises:
            StoreError: where there are too many runs already, or they take all the room there is.
        """
        with self._lock, _saving():
            self._make()
            self._tidy(time.time())
            full, room = why_full(len(self._runs())), settings.value("RECEPTIVE_WORKSPACE_MB")
            if full:
                raise StoreError(full)
            if self.size >= room * MB:
                raise StoreError(f"Your runs take all of the {room:,g} MB that there are for you. Delete one first.")
            run = self._unused()
            snapshot = Snapshot(State.STARTING, epochs=recipe.epochs)
            text = _text_of(Record(run.id, name, network, dataset, recipe, time.time(), snapshot, {}))
            begin = [_plain(array) for array in start]
            if self.size + sum(array.nbytes for array in begin) + len(drawings) > room * MB:
                raise StoreError(f"Your runs take nearly all of the {room:,g} MB for you. Delete one first.")
            # Made under another name, so that no run is ever there without its record and what it begins with.
            making = self.path / f".{run.id}.{secrets.token_hex(4)}.part"
            making.mkdir(mode=0o700)
            try:
                _replace(making / "run.json", lambda file: file.write(text))
                if begin:
                    _replace(making / "start.npz", lambda file: _write_arrays(file, _member("start", text), begin))
                if drawings:
                    _replace(making / DRAWINGS, lambda file: file.write(drawings))
                os.rename(making, run.path)
            except Exception:
                shutil.rmtree(making, ignore_errors=True)
                raise
            return run

    def open(self, run_id: str) -> RunFolder:
        """A run that is there, damaged or not.

        Raises:
            StoreError: where there is none of this id.
        """
        run = self._run(run_id)
        if not (_is_folder(self.path) and _is_folder(run.path)):
            raise StoreError(DELETED)
        return run

    def delete(self, run_id: str) -> None:
        """Delete a run with all its files; nothing where there is none.

        Raises:
            StoreError: where it could not be deleted; then all of it is still there.
        """
        run = self._run(run_id)
        with self._lock, _saving():
            if _is_folder(self.path) and _is_folder(run.path):
                _delete(run.path)

    def note(self, text: str) -> None:
        """Keep what lies on the visitor's desk, at most 300,000 bytes. It never lacks room among the runs.

        Raises:
            StoreError: where it is longer, or cannot be written.
        """
        content = text.encode("utf-8", "replace")
        if len(content) > MAX_NOTE:
            raise StoreError(f"This is more than the {MAX_NOTE // 1000:,} kB that a desk can hold. Make it smaller.")
        with self._lock, _saving():
            self._make()
            _replace(self.path / "desk.json", lambda file: file.write(content))

    def read_note(self) -> str | None:
        """What `note` kept; None where there is none. The text may be anything: check it before use.

        Raises:
            StoreError: where it cannot be read.
        """
        with _looking("What lay on your desk", "Begin with a new one."):
            if not _is_folder(self.path):
                return None
            try:
                return _content(self.path / "desk.json", MAX_NOTE).decode("utf-8")
            except FileNotFoundError:
                return None

    def collect(self, which: str, content: bytes | None) -> None:
        """Keep a collection of drawings in place of the former; None deletes it.

        Args:
            which: one of `COLLECTIONS`.
            content: of the file, at most 2.5 MB.

        Raises:
            StoreError: where it has no room or cannot be written; the former stays.
        """
        path = self._collection(which)
        with self._lock, _saving():
            if content is None:
                with suppress(FileNotFoundError):
                    os.unlink(path)
                return
            self._make()
            most = settings.value("RECEPTIVE_WORKSPACE_MB")
            former = os.lstat(path).st_size if _is_file(path) else 0
            if len(content) > MAX_DRAWN or self.size - former + len(content) > most * MB:
                raise StoreError(
                    f"Your runs and drawings would take more than the {most:,g} MB that there are for you, so this "
                    "was not saved. Delete a run that you no longer need."
                )
            _replace(path, lambda file: file.write(content))

    def collection(self, which: str) -> bytes | None:
        """The file that `collect` kept; None where there is none. It may hold anything: check it before use.

        Raises:
            StoreError: where it cannot be read.
        """
        path = self._collection(which)
        with _looking("The file of your drawings"):
            if not _is_folder(self.path):
                return None
            try:
                return _content(path, MAX_DRAWN)
            except FileNotFoundError:
                return None

    def _collection(self, which: str) -> Path:
        if which not in COLLECTIONS:
            raise StoreError(f"Only the collections {' and '.join(COLLECTIONS)} are kept. Choose one of these.")
        return self.path / f"{which}.npz"

    def touch(self, now: float | None = None) -> None:
        """The visitor is here; nothing where nothing has been saved. Saving touches too.

        Args:
            now: seconds since 1970.
        """
        with _saving():
            now = time.time() if now is None else now
            if _is_folder(self.path):
                # The folder's own time is the record of use: it needs no file and no room.
                os.utime(self.path, (now, now))

    @property
    def used(self) -> float:
        """When it was used last, in seconds since 1970; 0 where there is nothing."""
        try:
            return os.lstat(self.path).st_mtime
        except OSError:
            return 0.0

    @property
    def size(self) -> int:
        """Bytes of all its files. Raises `StoreError` where they cannot be counted."""
        with _looking("Your workspace"):
            return _size(self.path) + sum(_size(run.path) for run in self._runs())

    def _run(self, run_id: str) -> RunFolder:
        if not isinstance(run_id, str) or not RUN_ID.fullmatch(run_id):
            raise StoreError("This is not the number of a run. Choose one from the list of your runs.")
        return RunFolder(self, run_id)

    def _runs(self) -> list[RunFolder]:
        return [RunFolder(self, name) for name in _names(self.path, RUN_ID, stat.S_ISDIR)]

    def _unused(self) -> RunFolder:
        while True:
            run = RunFolder(self, secrets.token_hex(6))
            if not os.path.lexists(run.path):
                return run

    def _make(self) -> None:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with suppress(FileExistsError):
            self.path.mkdir(mode=0o700)
        if not _is_folder(self.path):  # a link would lead out of the store
            raise PermissionError(errno.EACCES, "not a folder")

    def _tidy(self, now: float) -> None:
        """Remove what interrupted writes have left; that is no use of the workspace."""
        with self._lock:
            used = self.used
            _tidy(self.path, now)
            for run in self._runs():
                _tidy(run.path, now)
            if self.used != used:
                os.utime(self.path, (used, used))

    def _remove(self) -> None:
        with self._lock, _saving():
            if _is_folder(self.path):
                _delete(self.path)


class RunFolder:
    """The files of one run. Safe from any thread; made by `WorkspaceFolder.create` and `open`."""

    def __init__(self, workspace: WorkspaceFolder, run_id: str) -> None:
        self.workspace = workspace
        self.id = run_id
        self.path = workspace.path / run_id

    def record(self) -> Record:
        """The newest record. Where `run.json` is damaged, the one that was saved with the last arrays.

        Raises:
            StoreError: where neither can be read.
        """
        try:
            return self._listed()
        except StoreError:
            with suppress(StoreError):
                return self._load("last", None, only_record=True).record
            raise

    def write(self, record: Record) -> None:
        """Keep a newer record without arrays. It keeps the name that the run has.

        Raises:
            StoreError: where it cannot be written or could not be read back; the former stays.
        """
        with self._writing():
            self._write(self._named(record))

    def rename(self, name: str) -> None:
        """Give the run another name, 1 to 80 characters.

        Raises:
            StoreError: where the name is not one, or the run cannot be read or written.
        """
        if not _is_name(name):
            raise StoreError(f"A run needs a name of at most {MAX_NAME} characters. Choose another.")
        with self._writing():
            self._write(replace(self.record(), name=name))

    def save(self, kind: Kind, arrays: Sequence[np.ndarray], record: Record) -> bool:
        """Keep arrays together with the record of this moment, in place of the former of this kind.

        For room, epochs are dropped: always the one whose neighbours are closest,
        never the first or the newest, until the rest fits; where not even two fit, none is kept.

        Args:
            kind: `last` (the record becomes the run's record too), `best`, or the number of an epoch.
            arrays: plain finite numbers of any shapes and of dtypes bool, int, uint or float.
            record: with the id of this run; the name that the run has is kept.

        Returns:
            Whether they were kept: an epoch may have no room.

        Raises:
            StoreError: where `last` or `best` has no room, or anything cannot be written; the former stays.
        """
        name = _file_name(kind)
        plain = [_plain(array) for array in arrays]
        if len(plain) > MAX_ARRAYS:
            raise StoreError(f"This run has more than {MAX_ARRAYS:,} arrays, so it was not saved. Use fewer layers.")
        with self._writing():
            record = self._named(record)
            text = self._checked(record)
            member = _member(kind, text)
            # Headers in front of arrays, and the archive's list of members, take less than 500 bytes each.
            needed = sum(array.nbytes + 500 for array in plain) + len(member) + 1000
            if not self._make_room(kind, needed):
                return False
            _replace(self.path / name, lambda file: _write_arrays(file, member, plain))
            if kind == "last":
                _replace(self.path / "run.json", lambda file: file.write(text))
        return True

    def load(self, kind: Kind, shapes: Sequence[tuple[int, ...]] | None = None) -> Saved:
        """What was saved last of this kind: the arrays, and the record that belongs to them.

        Args:
            kind: `last`, `best`, or the number of an epoch.
            shapes: of all the arrays; where given, nothing else is read.

        Raises:
            StoreError: where there is nothing, or it is damaged or has other shapes.
        """
        return self._load(kind, shapes)

    def epochs(self) -> list[int]:
        """The epochs whose arrays are kept, in order.

        Raises:
            StoreError: where the folder cannot be read.
        """
        with _looking(f"Run {self.id}"):
            return sorted(self._epoch_sizes())

    def drawings(self) -> bytes:
        """The file of drawings that it learns from. It may hold anything: check it before use.

        Raises:
            StoreError: where there is none, or it cannot be read.
        """
        with _looking(f"What run {self.id} learned from"):
            self._present()
            try:
                return _content(self.path / DRAWINGS, MAX_DRAWN)
            except FileNotFoundError:
                raise _Refused("its drawings are missing") from None

    def has(self, kind: Kind) -> bool:
        """Whether something of this kind is kept."""
        return _is_file(self.path / _file_name(kind))

    def _listed(self) -> Record:
        with _looking(f"Run {self.id}"):
            self._present()
            return _record_from(_parsed(_content(self.path / "run.json", MAX_RECORD)), self.id)

    def _load(self, kind: Kind, shapes: Sequence[tuple[int, ...]] | None, only_record: bool = False) -> Saved:
        path = self.path / _file_name(kind)
        what = f"What was saved as “{path.stem}” of run {self.id}"
        with _looking(what):
            self._present()
            try:
                file, size = _opened(path, MAX_FILE)
            except FileNotFoundError:
                raise StoreError(
                    f"Nothing has been saved as “{path.stem}” of this run. Let it train first."
                ) from None
            with file, _archive(file, size) as archive:
                value = _parsed(archive.read("record.json"))
                if not isinstance(value, dict) or set(value) != {"kind", "record"} or value["kind"] != kind:
                    raise _Refused("it is another file than its name says")
                record = _record_from(value["record"], self.id)
                count = len(archive.infolist()) - 1
                if shapes is not None and len(shapes) != count:
                    raise StoreError(
                        f"{what} has {count} arrays, not {len(shapes)}. Start this network anew instead."
                    )
                arrays = []
                for number in range(0 if only_record else count):
                    shape = None if shapes is None else tuple(shapes[number])
                    arrays.append(_array(archive, f"{number}.npy", shape, what))
        with suppress(StoreError):
            record = replace(record, name=self._listed().name)
        return Saved(record, arrays)

    def _present(self) -> None:
        if not (_is_folder(self.workspace.path) and _is_folder(self.path)):
            raise StoreError(DELETED)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with self.workspace._lock, _saving():
            self._present()
            _tidy(self.path, time.time())
            yield
            os.utime(self.workspace.path)

    def _named(self, record: Record) -> Record:
        """Under its present name: a thread that trains has not heard of a renaming."""
        with suppress(StoreError):
            return replace(record, name=self._listed().name)
        return record

    def _checked(self, record: Record) -> bytes:
        if record.id != self.id:
            raise StoreError("This record belongs to another run, so it was not saved. Reload the page.")
        return _text_of(record)

    def _write(self, record: Record) -> None:
        text = self._checked(record)
        _replace(self.path / "run.json", lambda file: file.write(text))

    def _make_room(self, kind: Kind, needed: int) -> bool:
        """Drop epochs until a file of so many bytes fits; whether it does."""
        most = settings.value("RECEPTIVE_WORKSPACE_MB")
        epochs = self._epoch_sizes()
        own = _size(self.path)
        left = most * MB - (self.workspace.size - own)  # for this run, after all others
        fixed = own - sum(epochs.values())  # what stays of this run in any case
        wanted = dict(epochs)
        if isinstance(kind, int):
            wanted[kind] = needed
        else:
            fixed += needed - (os.lstat(self.path / _file_name(kind)).st_size if self.has(kind) else 0)
            if needed > MAX_FILE:
                raise StoreError(
                    f"This run takes more than {MAX_FILE // MB} MB, so it was not saved. Make it smaller."
                )
            if fixed > left:
                raise StoreError(
                    f"Your runs would take more than the {most:,g} MB that there are for you, so this was not saved. "
                    "Delete a run that you no longer need."
                )
        kept = _thinned(wanted, min(settings.value("RECEPTIVE_RUN_DISK_MB") * MB, left) - fixed)
        for epoch in epochs.keys() - kept:
            os.unlink(self.path / _file_name(epoch))
        return kind in kept or not isinstance(kind, int)

    def _epoch_sizes(self) -> dict[int, int]:
        """Epoch → bytes of its file."""
        found = {}
        for name in _names(self.path, EPOCH_FILE, stat.S_ISREG):
            with suppress(FileNotFoundError):
                found[int(EPOCH_FILE.fullmatch(name)[1])] = os.lstat(self.path / name).st_size
        return found


def _thinned(sizes: dict[int, int], room: float) -> set[int]:
    """The epochs that are kept where they may take so many bytes.

    Dropping the one whose neighbours are closest keeps them evenly spread over
    the whole training, however often it is done.
    """
    epochs = sorted(sizes)
    if len(epochs) == 1 and 2 * sizes[epochs[0]] > room:  # alone it would only make way for the next one
        return set()
    while sum(sizes[epoch] for epoch in epochs) > room:
        if len(epochs) <= 2:
            return set()
        epochs.pop(min(range(1, len(epochs) - 1), key=lambda i: epochs[i + 1] - epochs[i - 1]))
    return set(epochs)


# Records as JSON


def snapshot_to_value(snapshot: Snapshot) -> dict[str, Any]:
    """A snapshot as JSON has it; `snapshot_from_value` reads an equal one.

    What a diverged network left that is not finite is left out: no curve or picture can show it.
    """
    finite = replace(
        snapshot,
        train=tuple(filter(_is_finite, snapshot.train)),
        evaluations=tuple(filter(_is_finite, snapshot.evaluations)),
        held_out=tuple(filter(_is_finite, snapshot.held_out)),
        test=snapshot.test if snapshot.test is not None and _is_finite(snapshot.test) else None,
        hardest=tuple(filter(_is_finite, snapshot.hardest)),
        samples=snapshot.samples if snapshot.samples is not None and np.isfinite(snapshot.samples).all() else None,
        images_per_second=_finite_or(snapshot.images_per_second, 0.0),
        seconds_left=_finite_or(snapshot.seconds_left, None),
        learning_rate=_finite_or(snapshot.learning_rate, 0.0),
    )
    return {field.name: _value(getattr(finite, field.name)) for field in fields(Snapshot)}


def snapshot_from_value(value: Any) -> Snapshot:
    """The snapshot that `snapshot_to_value` wrote; fields that are not there have their defaults.

    Raises:
        StoreError: whatever is wrong with the value, and nothing else.
    """
    with _looking("The state of this run"):
        return _snapshot(value)


def _is_finite(numbers: tuple[float, ...]) -> bool:
    return all(map(math.isfinite, numbers))


def _finite_or(number: float | None, otherwise: float | None) -> float | None:
    return number if number is not None and math.isfinite(number) else otherwise


def _value(item: Any) -> Any:
    if isinstance(item, State):
        return item.name
    if isinstance(item, np.ndarray):
        plain = _little(item)
        data = base64.b64encode(plain.tobytes()).decode()
        return {"dtype": plain.dtype.str, "shape": list(plain.shape), "data": data}
    if isinstance(item, tuple):
        return [_value(inner) for inner in item]
    return item.item() if isinstance(item, np.generic) else item


def _snapshot(value: Any) -> Snapshot:
    if not isinstance(value, dict) or not {"state"} <= set(value) <= set(_FIELDS):
        raise _Refused("its state has other fields than ours")
    read = {name: _FIELDS[name](name, inner) for name, inner in value.items()}
    snapshot = Snapshot(**read)
    classes = {snapshot.confusion.shape[0]} if snapshot.confusion is not None else set()
    if snapshot.samples is not None:
        classes.add(snapshot.samples.shape[1])
    most = min(classes, default=MAX_CLASSES)
    if len(classes) > 1 or any(max(mistake.label, mistake.answer) >= most for mistake in snapshot.hardest):
        raise _Refused("its results are about different numbers of classes")
    return snapshot


def _number(what: str, value: Any, low: float, high: float) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
        raise _Refused(f"“{what}” is not a number from {low:g} to {high:g}")
    return float(value)


def _whole(what: str, value: Any, low: float, high: float) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise _Refused(f"“{what}” is not a whole number from {low:g} to {high:g}")
    return value


def _share(what: str, value: Any) -> float:
    return _number(what, value, 0.0, 1.0 + 1e-6)  # a sum of float32 may be a little more than one


def _list(what: str, value: Any, most: int, least: int = 0) -> list[Any]:
    if not isinstance(value, list) or not least <= len(value) <= most:
        raise _Refused(f"“{what}” is not a list of at most {most:,} entries")
    return value


def _text(what: str, value: Any, most: int) -> str:
    if not isinstance(value, str) or len(value) > most or not _is_unicode(value):
        raise _Refused(f"“{what}” is not a text of at most {most:,} characters")
    return value


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:  # half a surrogate pair, which no page can show
        return False
    return True


def _is_name(name: Any) -> bool:
    return isinstance(name, str) and bool(name.strip()) and len(name) <= MAX_NAME and _is_unicode(name)


def _state(what: str, value: Any) -> State:
    if not isinstance(value, str) or value not in State.__members__:
        raise _Refused(f"“{what}” is none that a run can be in")
    return State[value]


def _judged_on(what: str, value: Any) -> str:
    if value not in ("test", "validation"):
        raise _Refused(f"“{what}” is neither test nor validation")
    return value


def _point(what: str, value: Any) -> Point:
    epoch, loss, accuracy, images, rate = _list(what, value, 5, 5)
    return Point(
        _number("epoch", epoch, 0, MANY),
        _number("loss", loss, -HUGE, HUGE),
        _share("accuracy", accuracy),
        _whole("images", images, 1, MANY),
        _number("learning_rate", rate, 0, HUGE),
    )


def _mistake(what: str, value: Any) -> Mistake:
    index, label, answer, probability = _list(what, value, 4, 4)
    return Mistake(
        _whole("index", index, 0, MANY),
        _whole("label", label, 0, MAX_CLASSES - 1),
        _whole("answer", answer, 0, MAX_CLASSES - 1),
        _share("probability", probability),
    )


def _silent(what: str, value: Any) -> DeadUnits:
    path, share = _list(what, value, 2, 2)
    steps = _list("path", path, 2 * MAX_DEPTH + 1, 1)
    return DeadUnits(tuple(_whole("path", step, 0, MAX_LAYERS) for step in steps), _share("share", share))


def _table(what: str, value: Any, dtypes: tuple[str, ...], most_rows: int) -> np.ndarray:
    """A two-dimensional array that cannot be changed."""
    if not isinstance(value, dict) or set(value) != {"dtype", "shape", "data"} or value["dtype"] not in dtypes:
        raise _Refused(f"“{what}” is not a table of plain numbers")
    rows, columns = _list(what, value["shape"], 2, 2)
    shape = (_whole("rows", rows, 1, most_rows), _whole("columns", columns, 1, MAX_CLASSES))
    kind = np.dtype(value["dtype"])
    try:
        data = base64.b64decode(_text(what, value["data"], MAX_RECORD), validate=True)
    except ValueError:
        raise _Refused(f"“{what}” is not a table of plain numbers") from None
    if len(data) != prod(shape) * kind.itemsize:
        raise _Refused(f"“{what}” has other numbers than its shape says")
    return np.frombuffer(data, kind).reshape(shape)


def _confusion(what: str, value: Any) -> np.ndarray:
    counts = _table(what, value, COUNTS, MAX_CLASSES)
    if counts.shape[0] != counts.shape[1] or counts.min() < 0 or counts.max() > MANY:
        raise _Refused(f"“{what}” is not a table of counts, class by class")
    return counts


def _samples(what: str, value: Any) -> np.ndarray:
    probabilities = _table(what, value, PROBABILITIES, MAX_SAMPLES)
    if not ((probabilities >= 0) & (probabilities <= 1 + 1e-6)).all():
        raise _Refused(f"“{what}” has numbers that are no probabilities")
    return probabilities


def _bounded(read: Callable[..., Any], *bounds: Any) -> Callable[[str, Any], Any]:
    return lambda what, value: read(what, value, *bounds)


def _or_none(read: Callable[[str, Any], Any]) -> Callable[[str, Any], Any]:
    return lambda what, value: None if value is None else read(what, value)


def _all(read: Callable[[str, Any], Any], most: int) -> Callable[[str, Any], Any]:
    return lambda what, value: tuple(read(what, inner) for inner in _list(what, value, most))


_FIELDS: dict[str, Callable[[str, Any], Any]] = {
    "state": _state,
    "queue_position": _bounded(_whole, 0, MANY),
    "epoch": _bounded(_whole, 0, MANY),
    "epochs": _bounded(_whole, 0, MANY),
    "step": _bounded(_whole, 0, MANY),
    "steps": _bounded(_whole, 1, MANY),
    "train": _all(_point, MAX_POINTS),
    "evaluations": _all(_point, MAX_EVALUATIONS),
    "evaluated_on": _judged_on,
    "held_out": _all(_point, MAX_EVALUATIONS),
    "test": _or_none(_point),
    "confusion": _or_none(_confusion),
    "hardest": _all(_mistake, MAX_MISTAKES),
    "samples": _or_none(_samples),
    "dead_units": _all(_silent, MAX_LAYERS),
    "images_per_second": _bounded(_number, 0, HUGE),
    "seconds": _bounded(_number, 0, HUGE),
    "seconds_left": _or_none(_bounded(_number, 0, HUGE)),
    "learning_rate": _bounded(_number, 0, HUGE),
    "kept_epoch": _or_none(_bounded(_number, 0, MANY)),
    "message": _bounded(_text, MAX_MESSAGE),
}


def _text_of(record: Record) -> bytes:
    """A record as JSON. What could not be read back is never written."""
    try:
        text = json.dumps(
            {
                "format": FORMAT,
                "id": record.id,
                "name": record.name,
                "network": to_json(record.network, record.recipe, record.dataset),
                "created": record.created,
                "snapshot": snapshot_to_value(record.snapshot),
                "numbers": record.numbers,
            }
        ).encode()
        if len(text) > MAX_RECORD - 100:  # beside arrays there is their kind too
            raise _Refused("it has too much to say")
        if _record_from(_parsed(text), record.id).numbers != record.numbers:
            raise _Refused("its “numbers” are not what JSON can hold")
    except _Refused as problem:
        raise StoreError(f"This run cannot be saved: {problem}. Change it, or start another.") from None
    except Exception as problem:  # a value of another kind than its name promises
        raise StoreError("This run cannot be saved: its record is not one. Start another.") from problem
    return text


def _parsed(content: bytes) -> Any:
    """JSON of which nothing can take more than a few times its own length."""
    text = content.decode("utf-8")
    if max(text.count("["), text.count("{")) > MAX_NESTED:
        raise _Refused("it is not made as ours are")
    return json.loads(text, parse_constant=_constant)


def _constant(name: str) -> float:
    if name == "NaN":
        raise _Refused("it has something that is not a number")
    return float(name)  # Keras' callbacks begin with an infinite best value


def _record_from(value: Any, run_id: str) -> Record:
    known = {"format", "id", "name", "network", "created", "snapshot", "numbers"}
    if not isinstance(value, dict) or set(value) != known:
        raise _Refused("it is not made as ours are")
    if value["format"] != FORMAT:
        raise _Refused("another version of Receptive has written it")
    if value["id"] != run_id:
        raise _Refused("it belongs to another run")
    if not _is_name(value["name"]):
        raise _Refused(f"its name is not a text of 1 to {MAX_NAME} characters")
    try:
        shared = shared_from_json(value["network"])
    except InvalidNetwork as problem:
        raise _Refused(f"its network cannot be read ({str(problem).rstrip('.')})") from None
    if shared.recipe is None or shared.dataset is None:
        raise _Refused("its recipe or its dataset is missing")
    snapshot = _snapshot(value["snapshot"])
    if not {layer.path for layer in snapshot.dead_units} <= {path for path, _ in shared.network.walk()}:
        raise _Refused("it speaks of layers that its network does not have")
    numbers = value["numbers"]
    if not isinstance(numbers, dict) or len(json.dumps(numbers)) > MAX_NUMBERS:
        raise _Refused(f"“numbers” is not an object of at most {MAX_NUMBERS:,} characters")
    created = _number("created", value["created"], 0, 10**11)
    return Record(run_id, value["name"], shared.network, shared.dataset, shared.recipe, created, snapshot, numbers)


# Arrays as npz


def _plain(array: np.ndarray) -> np.ndarray:
    """An array as it is written; raises `StoreError` where it could not be read back."""
    array = _little(np.asarray(array))
    if array.dtype.str not in PLAIN or array.ndim > MAX_DIMENSIONS:
        raise StoreError("This run cannot be saved: its weights are not plain numbers.")
    if not _all_finite(array):
        raise StoreError(
            "The weights have become infinite, so they were not saved; what was saved before is still there. "
            "Go back to it and use a smaller learning rate."
        )
    return array


def _little(array: np.ndarray) -> np.ndarray:
    """The same numbers row by row, the lowest byte first, as every machine reads them back."""
    return np.asarray(array, array.dtype.newbyteorder("<"), order="C")


def _all_finite(array: np.ndarray) -> bool:
    return array.dtype.kind != "f" or bool(np.isfinite(array).all())


def _member(kind: Kind, record: bytes) -> bytes:
    """What an npz says of itself: which file it is, and of which moment."""
    return b'{"kind": %s, "record": %s}' % (json.dumps(kind).encode(), record)


def _write_arrays(file: BinaryIO, record: bytes, arrays: Sequence[np.ndarray]) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("record.json", record)
        for number, array in enumerate(arrays):
            with archive.open(f"{number}.npy", "w") as member:
                np.lib.format.write_array(member, array, version=(1, 0), allow_pickle=False)


def _archive(file: BinaryIO, size: int) -> zipfile.ZipFile:
    """An archive such as `_write_arrays` makes; no member of it can be larger than the file."""
    # Python lists all members on opening, so their number is read first: 22 bytes at the end, with
    # nothing behind and, 20 bytes before, nothing that speaks of larger numbers elsewhere.
    file.seek(max(size - 42, 0))
    tail = file.read(42)
    if len(tail) < 42 or tail[20:24] != b"PK\x05\x06" or tail[:4] == b"PK\x06\x07":
        raise _Refused("its end is missing")
    count, length = struct.unpack("<HL", tail[30:36])
    if not 1 <= count <= MAX_ARRAYS + 1 or length > 100 * count:
        raise _Refused("it is not made as ours are")
    archive = zipfile.ZipFile(file)
    members = archive.infolist()
    names = {"record.json", *(f"{number}.npy" for number in range(count - 1))}
    if (
        len(members) != count
        or {member.filename for member in members} != names
        or any(
            member.compress_type != zipfile.ZIP_STORED or member.compress_size != member.file_size
            for member in members
        )
        or sum(member.file_size for member in members) > size
        or archive.getinfo("record.json").file_size > MAX_RECORD
    ):
        raise _Refused("it is not made as ours are")
    return archive


def _array(archive: zipfile.ZipFile, name: str, shape: tuple[int, ...] | None, what: str) -> np.ndarray:
    """A member as an array of plain finite numbers, where given of exactly this shape."""
    unfit = f"{what} has other shapes than this network's weights. Start this network anew instead."
    if shape is not None and archive.getinfo(name).file_size > 8 * prod(shape) + 1000:
        raise StoreError(unfit)
    data = archive.read(name)  # whole, so that its checksum has been compared before anything is made of it
    file = io.BytesIO(data)
    if np.lib.format.read_magic(file) != (1, 0):
        raise _Refused("its arrays are not made as ours are")
    found, fortran, kind = np.lib.format.read_array_header_1_0(file)
    if fortran or kind.str not in PLAIN or len(found) > MAX_DIMENSIONS or min(found, default=0) < 0:
        raise _Refused("its arrays are not made of plain numbers")
    if prod(found) * kind.itemsize != len(data) - file.tell():
        raise _Refused("its arrays have other sizes than they say")
    if shape not in (None, found):
        raise StoreError(unfit)
    file.seek(0)
    array = np.load(file, allow_pickle=False)
    if not _all_finite(array):
        raise _Refused("it has numbers that are not finite")
    return array


# Files


@contextmanager
def _saving() -> Iterator[None]:
    """Whatever goes wrong in here is a `StoreError` that says what to do."""
    try:
        yield
    except StoreError:
        raise
    except Exception as problem:
        raise StoreError(_explained(problem)) from problem


@contextmanager
def _looking(what: str, remedy: str = "It can only be deleted.") -> Iterator[None]:
    """Whatever goes wrong in here is a `StoreError` about this thing."""
    try:
        yield
    except StoreError:
        raise
    except _Refused as problem:
        raise StoreError(f"{what} is damaged: {problem}. {remedy}") from problem
    except OSError as problem:
        reason = problem.strerror or "the disk gives no answer"
        raise StoreError(f"{what} cannot be read ({reason}). Try again later.") from problem
    except Exception as problem:  # the last resort: a file must never break a page
        raise StoreError(f"{what} is damaged and cannot be read. {remedy}") from problem


def _explained(problem: Exception) -> str:
    """A failed write in words that a visitor can use."""
    number = problem.errno if isinstance(problem, OSError) else None
    if number in NO_ROOM:
        return FULL
    if number in NO_RIGHT:
        return FORBIDDEN
    if number == errno.ENOENT:
        return DELETED
    reason = getattr(problem, "strerror", None) or type(problem).__name__
    return f"This was not saved ({reason}); what was saved before is still there. Try again later."


def _replace(path: Path, write: Callable[[BinaryIO], Any]) -> None:
    """Write a file so that it is there whole or as it was before."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with open(temporary, "xb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except Exception:
        with suppress(OSError):
            os.unlink(temporary)
        raise


def _delete(path: Path) -> None:
    """Delete a folder: first out of sight in one step, then file by file; what stays is tidied up later."""
    gone = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    os.rename(path, gone)
    shutil.rmtree(gone, ignore_errors=True)


def _tidy(folder: Path, now: float) -> None:
    """Remove what interrupted writes have left, unless another process may still be at it."""
    for name in _names(folder, LEFTOVER, lambda mode: True):
        path = folder / name
        with suppress(OSError):
            if os.lstat(path).st_mtime < now - LEFTOVER_SECONDS:
                if _is_folder(path):
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    os.unlink(path)


def _opened(path: Path, most: int) -> tuple[BinaryIO, int]:
    """A file of at most so many bytes, and how many it has; links and devices are none."""
    found = os.lstat(path)
    if not stat.S_ISREG(found.st_mode):
        raise _Refused("it is not a plain file")
    if found.st_size > most:
        raise _Refused("it is larger than ours are")
    return open(path, "rb"), found.st_size


def _content(path: Path, most: int) -> bytes:
    file, size = _opened(path, most)
    with file:
        return file.read(size)


def _names(folder: Path, pattern: re.Pattern[str], fits: Callable[[int], bool]) -> list[str]:
    """Names in a folder of this pattern whose mode fits; links are never followed."""
    if not _is_folder(folder):
        return []
    found = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if pattern.fullmatch(entry.name):
                with suppress(FileNotFoundError):  # gone since the folder was read
                    if fits(entry.stat(follow_symlinks=False).st_mode):
                        found.append(entry.name)
    return found


def _size(folder: Path) -> int:
    """Bytes of the files right in a folder; leftovers do not count, because they go by themselves."""
    total = 0
    for name in _names(folder, re.compile(r".*", re.DOTALL), stat.S_ISREG):
        if not LEFTOVER.fullmatch(name):
            with suppress(FileNotFoundError):
                total += os.lstat(folder / name).st_size
    return total


def _is_folder(path: Path) -> bool:
    """Whether it is a folder itself, not a link to one."""
    try:
        return stat.S_ISDIR(os.lstat(path).st_mode)
    except OSError:
        return False


def _is_file(path: Path) -> bool:
    try:
        return stat.S_ISREG(os.lstat(path).st_mode)
    except OSError:
        return False


def _file_name(kind: Kind) -> str:
    if isinstance(kind, str) and kind in ("last", "best", "start"):
        return f"{kind}.npz"
    if isinstance(kind, int) and not isinstance(kind, bool) and 0 <= kind <= MAX_EPOCH:
        return f"epoch-{kind}.npz"
    raise StoreError("Only “last”, “best” and epochs of a run are kept. Choose one of these.")


def _folder_name(token: str) -> str:
    """What a workspace is called on disk: from it, nobody can tell the visitor's secret."""
    if not isinstance(token, str) or not 1 <= len(token) <= 1000:
        raise StoreError("Your link to your workspace is damaged. Open Receptive anew to get another one.")
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


_locks: WeakValueDictionary[str, Any] = WeakValueDictionary()
_finding = threading.Lock()


def _lock_of(path: Path) -> Any:
    """The lock of a workspace: one for all objects that write there, for as long as there are any."""
    with _finding:
        name = os.path.abspath(path)
        lock = _locks.get(name)
        if lock is None:
            lock = _locks[name] = threading.RLock()
        return lock
