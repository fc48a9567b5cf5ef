"""Tables of the database, and how a database of an earlier version is brought up to them.

    visitors ──< runs ──< blobs    a run's record, its checkpoints and the drawings that it learns from
        └───────────────< blobs    drawings that a visitor collects, their draft and progress

Deleting a row deletes what hangs on it.
"""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy import Column, event

METADATA = sa.MetaData()
schema_version = sa.Table("schema_version", METADATA, Column("version", sa.Integer, nullable=False))
visitors = sa.Table(
    "visitors",
    METADATA,
    Column("id", sa.String(64), primary_key=True),  # SHA-256 of the token, in hexadecimal digits
    Column("used", sa.Double, nullable=False),  # last heartbeat, seconds since 1970
)
runs = sa.Table(
    "runs",
    METADATA,
    Column("id", sa.String(12), primary_key=True),
    Column("visitor", sa.ForeignKey("visitors.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("name", sa.String(80), nullable=False),
    Column("created", sa.Double, nullable=False),  # seconds since 1970
    Column("revision", sa.Integer, nullable=False),  # one more with each save
    Column("server", sa.String(32)),  # that trains it
    Column("heartbeat", sa.Double, nullable=False),  # of that server, seconds since 1970
    Column("starred", sa.Boolean, nullable=False, server_default=sa.false()),
    Column("tags", sa.String(320), nullable=False, server_default=""),  # with commas between them
    Column("note", sa.String(1000), nullable=False, server_default=""),
)
blobs = sa.Table(
    "blobs",
    METADATA,
    Column("id", sa.Integer, primary_key=True),
    Column("visitor", sa.ForeignKey("visitors.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("run", sa.ForeignKey("runs.id", ondelete="CASCADE"), index=True),
    Column("kind", sa.String(32), nullable=False),  # `record`, `last`, `best`, `start`, an epoch's number …
    Column("size", sa.Integer, nullable=False),  # bytes of the content
    Column("digest", sa.String(64), nullable=False),  # SHA-256 of the content
    Column("content", sa.LargeBinary, nullable=False),
)
# Weights hardly get smaller: PostgreSQL need not try.
_external = sa.DDL("ALTER TABLE blobs ALTER COLUMN content SET STORAGE EXTERNAL").execute_if(dialect="postgresql")
event.listen(blobs, "after_create", _external)


def _add_marks(connection: sa.Connection) -> None:
    for column in ("starred BOOLEAN DEFAULT FALSE", "tags VARCHAR(320) DEFAULT ''", "note VARCHAR(1000) DEFAULT ''"):
        connection.execute(sa.text(f"ALTER TABLE runs ADD COLUMN {column} NOT NULL"))


# The first brings version 1 to version 2, and so on.
MIGRATIONS: list[Callable[[sa.Connection], object]] = [_add_marks]


def migrate(connection: sa.Connection) -> bool:
    """Make the tables, or bring those of an earlier version up to date; False where a newer version has made them."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(3279)"))  # servers that start at the same time
    newest = len(MIGRATIONS) + 1
    if not sa.inspect(connection).has_table(schema_version.name):
        METADATA.create_all(connection)
        connection.execute(schema_version.insert().values(version=newest))
    found = connection.execute(sa.select(schema_version.c.version)).scalar_one()
    for step in MIGRATIONS[found - 1 :]:
        step(connection)
    if found < newest:  # a full disk takes no write that changes nothing either
        connection.execute(schema_version.update().values(version=newest))
    return found <= newest
