"""The databases that tests run on, and what can go wrong with them."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
import pytest
import sqlalchemy as sa

from core.store import Store
from core.store.schema import blobs
from tools import postgresql


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The URL of a PostgreSQL server; the test is skipped where there is none."""
    if not postgresql.find():
        pytest.skip("There is no PostgreSQL here: python -m tools.postgresql installs it where it can.")
    with postgresql.serving() as url:
        yield url


@pytest.fixture
def postgresql_url(postgresql_server) -> str:
    """The URL of a place without tables: a schema, because a database takes thirty times as long."""
    name = f"test_{secrets.token_hex(6)}"
    with psycopg.connect(postgresql_server, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}")
    return f"{postgresql_server}?options=-csearch_path%3D{name}"


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request, tmp_path) -> dict[str, str]:
    """The arguments of `Store` for an empty database: both kinds one after the other."""
    if request.param == "sqlite":
        return {"folder": str(tmp_path / "data")}
    return {"url": request.getfixturevalue("postgresql_url")}


@pytest.fixture
def server(where) -> Callable[[], Store]:
    """Opens the database as one more server would."""
    return lambda: Store(**where)


def hurt(store: Store, kind: str, **values: object) -> None:
    """Change the blobs of a kind behind the store's back; without values, delete them."""
    with store.database.transaction() as connection:
        statement = blobs.update().values(**values) if values else blobs.delete()
        assert connection.execute(statement.where(blobs.c.kind == kind)).rowcount


@contextmanager
def failing(store: Store, problem: BaseException, at: int = 1, ever: bool = True) -> Iterator[list[str]]:
    """Let the n-th statement of a store fail, and from then on all or no other; yields those that were tried."""
    tried: list[str] = []

    def before(_connection, _cursor, statement, *_) -> None:
        tried.append(statement)
        if len(tried) == at or (ever and len(tried) > at):
            raise problem

    with store.database.transaction(reading="The database"):
        engine = store.database._engine
    sa.event.listen(engine, "before_cursor_execute", before)
    try:
        yield tried
    finally:
        sa.event.remove(engine, "before_cursor_execute", before)


def disk_full(store: Store) -> Exception:
    """What the database says when the disk is full."""
    import sqlite3

    if store.database._url:
        return psycopg.errors.DiskFull("could not extend file: No space left on device")
    problem = sqlite3.OperationalError("database or disk is full")
    problem.sqlite_errorcode, problem.sqlite_errorname = sqlite3.SQLITE_FULL, "SQLITE_FULL"
    return problem
