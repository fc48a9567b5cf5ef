"""Storage by visitor: files, runs, checkpoints and quotas."""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import sqlalchemy as sa
from safetensors import numpy as safetensors
from sqlalchemy.dialects import postgresql, sqlite

from core import settings
from core.network.words import counted
from core.store.database import Database, StoreError
from core.store.schema import blobs, runs, visitors

ROOT = Path(__file__).resolve().parents[2]
MB, DAY = 1_000_000, 86_400
LEASE_SECONDS = 10.0  # that a server may be silent before another one may train its run
NAMES = {
    "draft": "Your draft",
    "exercises": "Your progress",
    "lessons": "Your lessons",
    "model": "An imported model",
}  # of a visitor's files, by the first part of their kind
DELETED = "This run is not on the disk any more: it was deleted. Start a new one."
OVERTAKEN = "Another server has trained this run further, so this was not saved. Press Resume to go on from there."
INFINITE = (
    "The weights have become infinite, so they were not saved; what was saved before is still there. "
    "Go back to it and use a smaller learning rate."
)
Arrays = Mapping[str, Sequence[np.ndarray]]  # lists of arrays by name, such as `weights`
Content = bytes | memoryview  # of a file, to be saved
Kind = str | int  # of a checkpoint: `last`, `best`, `start`, `drawings`, or the number of an epoch


class TakenOver(StoreError):
    """A run that another server has saved since it was read here."""


class Stored(NamedTuple):
    """A run at one moment: its record (empty where it was lost), checkpoints by kind, and the moment's revision."""

    record: bytes
    checkpoints: dict[Kind, dict[str, list[np.ndarray]]]
    revision: int


class Marks(NamedTuple):
    """What its visitor has marked a run with.

    Attributes:
        starred: whether it is one of those that matter.
        tags: of at most 320 characters in all, with commas between them.
        note: at most 1,000 characters.
    """

    starred: bool = False
    tags: str = ""
    note: str = ""


def why_full(count: int) -> str | None:
    """The reason, as a sentence, why a visitor with this number of runs cannot start another; None if they can."""
    most = settings.value("RECEPTIVE_MOST_RUNS")
    full = f"You have {counted(most, 'run')}, which is the most that is kept. Delete one to start another."
    return None if count < most else full


class Store:
    """The visitors of this server; servers may share a database, threads an object.

    It is SQLite's in a folder or PostgreSQL's at a URL; by default, the environment names one or the other.
    """

    def __init__(self, folder: Path | str | None = None, url: str = "") -> None:
        if folder is None:
            url = url or settings.value("RECEPTIVE_DATABASE_URL")
        place = folder or settings.value("RECEPTIVE_DATA_DIR") or ROOT / ".receptive"
        self.database = Database(Path(place).expanduser(), url)
        self.server = secrets.token_hex(16)

    def visitor(self, token: str) -> VisitorStore:
        """Storage of the visitor with this secret; raises `StoreError` if it has not 1 to 1,000 characters."""
        if not isinstance(token, str) or not 1 <= len(token) <= 1000:
            raise StoreError("Your link to your workspace is damaged. Open Receptive anew to get another one.")
        return VisitorStore(self, hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest())

    def expire(self, now: float | None = None, in_use: Collection[str] = ()) -> int:
        """Delete visitors inactive for too long and, while the total quota is exceeded, the longest inactive ones.

        Those whose tokens are `in_use`, and for whom any server trains, stay. Returns how many were forgotten.
        """
        now = time.time() if now is None else now
        late, most = now - settings.value("RECEPTIVE_EXPIRY_DAYS") * DAY, settings.value("RECEPTIVE_STORE_MB") * MB
        alive = runs.c.server.is_not(None) & (runs.c.heartbeat > time.time() - LEASE_SECONDS)
        sizes = sa.select(visitors.c.used, visitors.c.id, sa.func.coalesce(sa.func.sum(blobs.c.size), 0))

        def deleting(connection: sa.Connection) -> int:
            here = {self.visitor(token).id for token in in_use}
            here.update(connection.execute(sa.select(runs.c.visitor).where(alive)).scalars())
            left = sorted(connection.execute(sizes.outerjoin(blobs).group_by(visitors.c.id)).tuples())
            total, doomed = sum(size for _, _, size in left), []
            for used, visitor, size in left:
                if visitor not in here and (used < late or total > most):
                    doomed.append((visitor, used))
                    total -= size
            # Whoever has come back meanwhile was here at another time.
            gone = visitors.delete().where(sa.tuple_(visitors.c.id, visitors.c.used).in_(doomed))
            return connection.execute(gone).rowcount

        removed = self.database.delete(deleting)
        self.database.give_back()
        return removed


class VisitorStore:
    """Storage of one visitor, made by `Store.visitor`. Thread-safe. All methods may raise `StoreError`."""

    def __init__(self, store: Store, visitor_id: str) -> None:
        self.store, self.database, self.id = store, store.database, visitor_id

    def runs(self) -> list[tuple[str, str, float]]:
        """The id, the name and the time of creation (seconds since 1970) of every run, newest first."""
        query = sa.select(runs.c.id, runs.c.name, runs.c.created).order_by(runs.c.created.desc(), runs.c.id.desc())
        with self.database.transaction(reading="The list of your runs") as connection:
            return list(connection.execute(query.where(runs.c.visitor == self.id)).tuples())

    def marks(self) -> dict[str, Marks]:
        """What each run is marked with, by its id."""
        query = sa.select(runs.c.id, runs.c.starred, runs.c.tags, runs.c.note).where(runs.c.visitor == self.id)
        with self.database.transaction(reading="The list of your runs") as connection:
            return {run: Marks(*marks) for run, *marks in connection.execute(query)}

    def create(self, name: str, record: bytes, checkpoints: Mapping[Kind, Arrays]) -> RunStore:
        """A new run, of revision 0, with a name of at most 80 characters; listed from now on."""
        run = RunStore(self, secrets.token_hex(6))
        files = _files(record, checkpoints)
        with self.writing() as connection:
            count = sa.select(sa.func.count()).where(runs.c.visitor == self.id)
            if full := why_full(connection.execute(count).scalar_one()):
                raise StoreError(full)
            newest = connection.execute(
                sa.select(sa.func.max(runs.c.created)).where(runs.c.visitor == self.id)
            ).scalar()
            created = max(time.time(), (newest or 0.0) + 0.001)  # newest first, also where the clock was put back
            row = {"id": run.id, "visitor": self.id, "name": name, "created": created}
            connection.execute(runs.insert().values(row | {"revision": 0, "heartbeat": 0.0}))
            for kind, file in files.items():
                _put(connection, self.id, run.id, kind, file)
        return run

    def delete(self, run_id: str) -> None:
        """Delete a run with all that belongs to it; nothing where there is none."""
        self._delete(runs.delete().where(runs.c.id == run_id, runs.c.visitor == self.id))

    def _delete(self, statement: sa.Delete) -> None:
        self.database.delete(lambda connection: connection.execute(statement).rowcount)
        self.database.give_back()

    def save(self, kind: str, content: Content | None) -> None:
        """Keep a file of the visitor in place of the former of its kind; None deletes it. A `draft` needs no room."""
        self.save_all({kind: content})

    def save_all(self, contents: Mapping[str, Content | None]) -> None:
        """Keep files of the visitor like `save`, by kind, all of them or, where that fails, none."""
        if all(content is None for content in contents.values()):
            mine = (blobs.c.visitor == self.id) & blobs.c.run.is_(None)
            self._delete(blobs.delete().where(mine, blobs.c.kind.in_(contents)))
            return
        files = {kind: None if content is None else _sealed(content) for kind, content in contents.items()}
        with self.writing() as connection:
            for kind, file in files.items():
                _put(connection, self.id, None, kind, file)

    def change(self, kind: str, change: Callable[[bytes | None], bytes | None]) -> None:
        """Keep what `change` makes of a file of the visitor (None: there is none), with no other writer in between.

        What `change` raises is passed on; then nothing has changed.
        """
        refusals: list[Exception] = []
        try:
            with self.writing() as connection:
                former = self._load(connection, kind)
                try:
                    content = change(former)
                except Exception as problem:
                    refusals.append(problem)
                    raise
                _put(connection, self.id, None, kind, None if content is None else _sealed(content))
        except StoreError:
            if refusals:
                raise refusals[0] from None
            raise

    def load(self, kind: str) -> bytes | None:
        """The file that `save` kept; None where there is none."""
        with self.database.transaction(reading=_called(kind)) as connection:
            return self._load(connection, kind)

    def _load(self, connection: sa.Connection, kind: str) -> bytes | None:
        query = sa.select(blobs.c.content, blobs.c.digest).where(blobs.c.visitor == self.id, blobs.c.kind == kind)
        row = connection.execute(query.where(blobs.c.run.is_(None))).first()
        return None if row is None else _checked(row.content, row.digest, _called(kind))

    def kinds(self, prefix: str) -> list[str]:
        """The kinds of the visitor's files that begin so, in the order in which they were kept last."""
        query = sa.select(blobs.c.kind).where(blobs.c.visitor == self.id, blobs.c.run.is_(None)).order_by(blobs.c.id)
        with self.database.transaction(reading="The list of your files") as connection:
            return list(connection.execute(query.where(blobs.c.kind.startswith(prefix, autoescape=True))).scalars())

    def heartbeat(self, now: float | None = None) -> None:
        """Record that the visitor is active (`now` in seconds since 1970); saving anything does so too."""
        here = visitors.update().where(visitors.c.id == self.id)
        with self.database.transaction() as connection:
            connection.execute(here.values(used=time.time() if now is None else now))

    def size(self, connection: sa.Connection) -> int:
        """Bytes that count against the quota."""
        counted = (blobs.c.visitor == self.id) & (blobs.c.kind != "draft")
        return int(connection.execute(sa.select(sa.func.sum(blobs.c.size)).where(counted)).scalar() or 0)

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """A transaction that has this visitor for itself; raises `StoreError` where it adds more than there is room."""
        most = settings.value("RECEPTIVE_WORKSPACE_MB")
        with self.database.transaction() as connection:
            insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
            here = {"used": time.time()}
            enter = insert(visitors).values(here | {"id": self.id})  # which locks the row until the end
            connection.execute(enter.on_conflict_do_update(index_elements=["id"], set_=here))
            before = self.size(connection)
            yield connection
            if self.size(connection) > max(most * MB, before):
                raise StoreError(
                    f"Your runs, drawings and imported models would take more than the {most:,g} MB that there are for you, so this was "
                    "not saved. Delete a run that you no longer need."
                )


class RunStore:
    """Storage of one run, made by `VisitorStore`. Thread-safe. All methods may raise `StoreError`."""

    def __init__(self, visitor: VisitorStore, run_id: str) -> None:
        self.visitor, self.id = visitor, run_id
        self._row = (runs.c.id == run_id) & (runs.c.visitor == visitor.id)

    def save(self, record: bytes, checkpoints: Mapping[Kind, Arrays], revision: int, anew: bool = False) -> int:
        """Save a record and the checkpoints that belong to it in one transaction, in place of the former ones.

        It goes on from a revision (0, or what `read` or the last `save` returned) and returns its own; it raises
        `TakenOver` where another server has saved since. For room, epochs are dropped: see `epochs_to_keep`. Of a run
        that has begun `anew`, all former epochs are.
        """
        files = _files(record, checkpoints)
        with self.visitor.writing() as connection:
            if not self._update(connection, runs.c.revision == revision, revision=revision + 1):
                raise TakenOver(OVERTAKEN)
            if anew:
                for kind in filter(str.isdecimal, self._sizes(connection)):
                    _put(connection, self.visitor.id, self.id, kind, None)
            for kind in self._make_room(connection, {kind: len(file.content) for kind, file in files.items()}):
                _put(connection, self.visitor.id, self.id, kind, files.get(kind))
        return revision + 1

    def read(self, *kinds: Kind) -> Stored:
        """The record and those checkpoints of these kinds that there are, in one statement: all are of one moment."""
        wanted = (blobs.c.run == runs.c.id) & blobs.c.kind.in_(["record", *map(str, kinds)])
        query = sa.select(runs.c.revision, blobs.c.kind, blobs.c.content, blobs.c.digest).outerjoin(blobs, wanted)
        with self.visitor.database.transaction(reading=f"Run {self.id}") as connection:
            rows = connection.execute(query.where(self._row)).all()
        if not rows:
            raise StoreError(DELETED)
        what = f"What was saved as “{{}}” of run {self.id}"
        found = {row.kind: _checked(row.content, row.digest, what.format(row.kind)) for row in rows if row.kind}
        checkpoints = {kind: unpacked(found[str(kind)]) for kind in kinds if str(kind) in found}
        return Stored(found.get("record", b""), checkpoints, rows[0].revision)

    def epochs(self) -> list[int]:
        """The epochs whose arrays are kept, in order."""
        with self.visitor.database.transaction(reading=f"Run {self.id}") as connection:
            return sorted(int(kind) for kind in self._sizes(connection) if kind.isdecimal())

    def rename(self, name: str) -> None:
        """Give the run another name, of at most 80 characters."""
        with self.visitor.writing() as connection:
            self._update(connection, name=name)

    def mark(self, marks: Marks) -> None:
        """Mark the run with these in place of the former marks."""
        with self.visitor.writing() as connection:
            self._update(connection, **marks._asdict())

    def claim(self) -> bool:
        """Acquire or renew this server's lease of `LEASE_SECONDS` on training the run; False while another holds it."""
        now, server = time.time(), self.visitor.store.server
        silent = ~runs.c.heartbeat.between(now - LEASE_SECONDS, now + LEASE_SECONDS)
        free = runs.c.server.is_(None) | (runs.c.server == server) | silent
        with self.visitor.database.transaction() as connection:
            return self._update(connection, free, server=server, heartbeat=now)

    def release(self) -> None:
        """Release this server's lease on the run."""
        with self.visitor.database.transaction() as connection:
            self._update(connection, runs.c.server == self.visitor.store.server, server=None)

    def _update(self, connection: sa.Connection, *where: sa.ColumnElement[bool], **values: Any) -> bool:
        """Update the run's row if the condition holds; True if it did."""
        changed = connection.execute(runs.update().where(self._row, *where).values(**values)).rowcount == 1
        if not changed and connection.execute(sa.select(runs.c.id).where(self._row)).first() is None:
            raise StoreError(DELETED)
        return changed

    def _sizes(self, connection: sa.Connection) -> dict[str, int]:
        mine = (blobs.c.run == self.id) & (blobs.c.visitor == self.visitor.id)
        return dict(connection.execute(sa.select(blobs.c.kind, blobs.c.size).where(mine)).tuples().all())

    def _make_room(self, connection: sa.Connection, new: dict[str, int]) -> set[str]:
        """Select the kinds to write, of `new` (kind → bytes), and the stored epochs to delete for them."""
        former = self._sizes(connection)
        sizes = former | new
        epochs = {int(kind): size for kind, size in sizes.items() if kind.isdecimal()}
        left = settings.value("RECEPTIVE_WORKSPACE_MB") * MB - self.visitor.size(connection) + sum(former.values())
        room = min(settings.value("RECEPTIVE_RUN_DISK_MB") * MB, left)
        kept = epochs_to_keep(epochs, room - sum(sizes.values()) + sum(epochs.values()))
        dropped = {str(epoch) for epoch in epochs.keys() - kept}
        return (new.keys() - dropped) | (dropped & former.keys())


def epochs_to_keep(sizes: dict[int, int], room: float) -> set[int]:
    """Select the epochs (of `sizes`: epoch → bytes) that fit into the room, spread evenly over the training.

    Dropped is the one whose neighbours are closest, never the first or the newest; where not two fit, none is kept.
    """
    epochs = sorted(sizes)
    if len(epochs) == 1 and 2 * sizes[epochs[0]] > room:  # alone it would only make way for the next one
        return set()
    while sum(sizes[epoch] for epoch in epochs) > room:
        if len(epochs) <= 2:
            return set()
        epochs.pop(min(range(1, len(epochs) - 1), key=lambda i: epochs[i + 1] - epochs[i - 1]))
    return set(epochs)


class _File(NamedTuple):
    """A blob with its digest, which is made before a transaction: other writers wait for its end."""

    content: Content
    digest: str


def _sealed(content: Content) -> _File:
    return _File(content, hashlib.sha256(content).hexdigest())


def _files(record: bytes, checkpoints: Mapping[Kind, Arrays]) -> dict[str, _File]:
    """What is saved of a run, by kind."""
    return {"record": _sealed(record)} | {str(kind): _sealed(packed(arrays)) for kind, arrays in checkpoints.items()}


def _put(connection: sa.Connection, visitor: str, run: str | None, kind: str, file: _File | None) -> None:
    """Save a blob in place of the former of its kind; None deletes it."""
    connection.execute(blobs.delete().where(blobs.c.visitor == visitor, blobs.c.run == run, blobs.c.kind == kind))
    if file is not None:
        row = {"visitor": visitor, "run": run, "kind": kind, "size": len(file.content)}
        connection.execute(blobs.insert().values(row | file._asdict()))


def _called(kind: str) -> str:
    """What a file of a visitor is called in a sentence."""
    return NAMES.get(kind.split("/")[0], "The file of your drawings")


def _checked(content: bytes, digest: str, what: str) -> bytes:
    """The content of a blob; raises `StoreError` where it is not what was saved."""
    if hashlib.sha256(content).hexdigest() != digest:
        raise StoreError(f"{what} is damaged: it is not what was saved. It can only be deleted.")
    return bytes(content)


# What the format calls the types of numbers.
_DTYPES = {"bool": "BOOL"} | {f"float{n}": f"F{n}" for n in (16, 32, 64)}
_DTYPES |= {f"{sign}int{n}": f"{sign or 'i'}{n}".upper() for sign in ("", "u") for n in (8, 16, 32, 64)}


def packed(arrays: Arrays) -> memoryview:
    """Lists of arrays as a safetensors file; raises `StoreError` where they are not plain finite numbers.

    The library would hold Python's lock while it copies all of them, and with hundreds of megabytes every page would
    wait for that. The format: eight bytes with the length of the header, the header in JSON, and the arrays' bytes.
    """
    named = {f"{key}.{n:05}": np.asarray(a, order="C") for key, group in arrays.items() for n, a in enumerate(group)}
    if any(array.dtype.name not in _DTYPES for array in named.values()):
        raise StoreError("This run cannot be saved: its weights are not plain numbers.")
    if not all(np.isfinite(array).all() for array in named.values() if array.dtype.kind == "f"):
        raise StoreError(INFINITE)
    ordered = sorted(named.items(), key=lambda item: (-item[1].itemsize, item[0]))  # so that each is aligned
    header, end = {}, 0
    for name, array in ordered:
        start, end = end, end + array.nbytes
        header[name] = {"dtype": _DTYPES[array.dtype.name], "shape": array.shape, "data_offsets": (start, end)}
    words = json.dumps(header).encode()
    words += b" " * (-len(words) % 8)
    first = 8 + len(words)
    file = np.empty(first + end, np.uint8)
    file[:first] = np.frombuffer(len(words).to_bytes(8, "little") + words, np.uint8)
    for name, array in ordered:
        start, end = header[name]["data_offsets"]
        file[first + start : first + end] = (
            array.astype(array.dtype.newbyteorder("<"), copy=False).reshape(-1).view(np.uint8)
        )
    return file.data


def unpacked(content: bytes) -> dict[str, list[np.ndarray]]:
    """Inverse of `packed`; names without arrays are left out."""
    found: dict[str, list[np.ndarray]] = {}
    for key, array in sorted(safetensors.load(content).items()):
        found.setdefault(key.split(".")[0], []).append(array)
    return found
