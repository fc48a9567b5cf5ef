"""The connection to the database: transactions, SQLite's settings, and what an error means in words."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import cast

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import SQLAlchemyError

from core.store.schema import migrate

FILE = "receptive.db"
# On a full disk not even deleting would work, as SQLite writes down what it deletes: so much is kept for that.
RESERVE, RESERVE_BYTES = "reserve", 1_500_000  # also for what the log still holds, so that it can be emptied
OPENING_BYTES = 100_000  # of it, for opening
# Large pages for large blobs; deleted rows give their space back; the log is short, and shrinks again; a commit
# survives a power cut.
PRAGMAS = (
    "busy_timeout = 20000", "page_size = 16384", "synchronous = FULL", "foreign_keys = ON", "journal_size_limit = 16000000", "wal_autocheckpoint = 32", "secure_delete = ON",
)  # fmt: skip
FULL = "The server's disk is full, so this was not saved. Delete runs that you no longer need, then try again."
FORBIDDEN = (
    "The server may not write where runs are kept, so this was not saved. Download what you want to keep; whoever "
    "runs the server can choose another folder with RECEPTIVE_DATA_DIR, or a database with RECEPTIVE_DATABASE_URL."
)
DAMAGED = (
    "The database of all runs is damaged, so nothing can be kept. Whoever runs the server can put a copy in its place, "
    f"or rescue what is left (of {FILE} in its data folder with: sqlite3 {FILE} .recover)."
)
NEWER = "A newer version of Receptive has made the database of all runs. Whoever runs this server can update it."
BAD_URL = "RECEPTIVE_DATABASE_URL must be the address of a PostgreSQL database: postgresql://user:password@host/name."
MEANINGS = {  # sentence → how the names of errors of the system, SQLite, PostgreSQL and SQLAlchemy begin
    FULL: ("ENOSPC", "EDQUOT", "SQLITE_FULL", "53100"),
    FORBIDDEN: ("EACCES", "EPERM", "EROFS", "ENOTDIR", "EEXIST", "SQLITE_READONLY", "SQLITE_CANTOPEN", "42501", "25006"),
    DAMAGED: ("SQLITE_CORRUPT", "SQLITE_NOTADB", "XX001", "XX002"),
    BAD_URL: ("ArgumentError",),
}  # fmt: skip


class StoreError(Exception):
    """A failed read or write. The message is for users and says what to do."""


class Database:
    """SQLite's database in a folder, or PostgreSQL's where there is a URL; opened when used first, by any thread."""

    def __init__(self, folder: Path, url: str = "") -> None:
        self._folder, self._url = folder, url
        self._engine: sa.Engine | None = None
        self._starting = threading.Lock()

    @contextmanager
    def transaction(self, reading: str = "") -> Iterator[sa.Connection]:
        """A transaction, which only reads where `reading` names what; raises `StoreError` whatever goes wrong in it."""
        try:
            with self._started().execution_options(writes=not reading).begin() as connection:
                yield connection
        except StoreError:
            raise
        except Exception as problem:
            raise StoreError(_sentence(problem, reading)) from problem

    def delete(self, deleting: Callable[[sa.Connection], int]) -> int:
        """Delete rows by a function, also where the disk is full; returns what it returns. Raises `StoreError`."""
        try:
            return self._deleted(deleting)
        except StoreError as problem:
            if self._url or str(problem) != FULL or not self._use_reserve():
                raise
            self._tidy("wal_checkpoint(TRUNCATE)")  # first, as the room of the log then serves what follows
            try:
                return self._deleted(deleting, sparing=True)
            finally:
                self.give_back("TRUNCATE")

    def _deleted(self, deleting: Callable[[sa.Connection], int], sparing: bool = False) -> int:
        with self.transaction() as connection:
            if sparing:  # zeros in place of what is deleted would take as much space again; it is cut off right after
                connection.exec_driver_sql("PRAGMA secure_delete = OFF")
            try:
                return deleting(connection)
            finally:
                if sparing:
                    connection.exec_driver_sql("PRAGMA secure_delete = ON")

    def _keep_reserve(self) -> None:
        """Keep some space of the disk: half of what is free, where that is little."""
        path = self._folder / RESERVE
        with suppress(OSError):
            missing = RESERVE_BYTES - (path.stat().st_size if path.exists() else 0)
            size = min(missing, shutil.disk_usage(self._folder).free // 2)
            if size > 0:
                path.touch(mode=0o600)
                with path.open("ab") as file:
                    file.write(secrets.token_bytes(size))  # no file system makes that smaller

    def _use_reserve(self, size: int = RESERVE_BYTES) -> bool:
        """Give so many bytes of the reserve to the database, or what there is; False where there is nothing."""
        path = self._folder / RESERVE
        with suppress(OSError):
            there = path.stat().st_size
            os.truncate(path, max(there - size, 0))
            return there > 0
        return False

    def give_back(self, checkpoint: str = "PASSIVE") -> None:
        """Return the space of deleted rows to the disk if SQLite can now; PostgreSQL reuses it by itself."""
        if not self._url:
            self._tidy("incremental_vacuum", f"wal_checkpoint({checkpoint})")
            self._keep_reserve()

    def _tidy(self, *pragmas: str) -> None:
        """Tidy up SQLite's file, as far as there is room."""
        if self._engine is not None:
            failures = sqlite3.Error, SQLAlchemyError
            with suppress(*failures), closing(self._engine.raw_connection()) as connection:
                driver = cast(sqlite3.Connection, connection.driver_connection)
                for pragma in pragmas:
                    with suppress(sqlite3.Error):  # the second may have room where the first has none
                        driver.executescript(f"PRAGMA {pragma}")  # `execute` would stop after one page

    def _started(self) -> sa.Engine:
        with self._starting:
            if self._engine is None:
                engine = self._made()
                try:
                    self._bring_up(engine)
                except SQLAlchemyError as problem:
                    # On a full disk, SQLite does not open a log that a killed server has left.
                    if _sentence(problem, "") != FULL or not self._use_reserve(OPENING_BYTES):
                        raise
                    self._bring_up(engine)
                    self._keep_reserve()
                self._engine = engine
            return self._engine

    def _bring_up(self, engine: sa.Engine) -> None:
        with engine.execution_options(writes=True).begin() as connection:
            if not migrate(connection):
                raise StoreError(NEWER)

    def _made(self) -> sa.Engine:
        if self._url:
            url = sa.make_url(self._url)
            if not url.drivername.startswith("postgres"):
                raise StoreError(BAD_URL)
            return sa.create_engine(url.set(drivername="postgresql+psycopg"), pool_pre_ping=True)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (self._folder / FILE).touch(mode=0o600)  # SQLite gives its other files the same rights
        self._keep_reserve()
        engine = sa.create_engine(sa.URL.create("sqlite", database=str(self._folder / FILE)))
        event.listen(engine, "connect", _set_up)
        event.listen(engine, "begin", _begin)
        return engine


def _set_up(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # transactions begin where `_begin` says, not where Python's driver guesses
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    # On a full disk, it is also refused where it changes nothing.
    if connection.execute("PRAGMA auto_vacuum").fetchone() != (2,):
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
    for _ in range(1000):
        with suppress(sqlite3.OperationalError):  # another server does the same: here, SQLite does not wait by itself
            connection.execute("PRAGMA journal_mode = WAL")
            break
        time.sleep(0.01)


def _begin(connection: sa.Connection) -> None:
    # A writer takes the lock at once: one that has read first cannot wait for another.
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _sentence(problem: Exception, reading: str) -> str:
    """User-facing message for a database error: the cause, and what to do."""
    cause = getattr(problem, "orig", None) or problem
    name = getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None) or ""
    name = name or errno.errorcode.get(getattr(cause, "errno", None) or 0, type(cause).__name__)
    meaning = next((sentence for sentence, names in MEANINGS.items() if name.startswith(names)), "")
    reason = getattr(cause, "strerror", None) or "the database gives no answer"
    if reading:
        tail = f". {meaning}" if meaning in (DAMAGED, BAD_URL) else f" ({reason}). Try again later."
        return f"{reading} cannot be read{tail}"
    return meaning or f"This was not saved ({reason}); what was saved before is still there. Try again later."
