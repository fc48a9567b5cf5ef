"""What is particular to SQLite's file and to PostgreSQL's server; and databases of other versions."""

import errno
import os
import sqlite3
import stat
import subprocess
import sys
import threading
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from core.store import Marks, RunStore, Store, StoreError, database, schema
from tests.store.databases import hurt
from tests.store.test_store import ROOT, TOKEN, arrays, everything, new_run, record, same

FILE = database.FILE


def size(folder: Path) -> int:
    """Bytes of the database, once its log has been written back."""
    with sa.create_engine(f"sqlite:///{folder / FILE}").connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    return (folder / FILE).stat().st_size


# Versions


def add_pinned(connection: sa.Connection) -> None:
    connection.execute(sa.text("ALTER TABLE runs ADD COLUMN pinned INTEGER DEFAULT 7"))


def test_a_database_of_an_earlier_version_is_brought_up_and_keeps_its_runs(server, monkeypatch):
    run = new_run(server().visitor(TOKEN), 1)
    before = everything(server())
    monkeypatch.setattr(schema, "MIGRATIONS", [*schema.MIGRATIONS, add_pinned])
    for _ in range(2):  # the second server finds it done
        store = server()
        kept = RunStore(store.visitor(TOKEN), run.id).read("last")
        assert kept.record == record(1) and same(kept.checkpoints["last"], arrays(1))
        with store.database.transaction(reading="The version") as connection:
            assert connection.execute(sa.text("SELECT pinned FROM runs")).scalar() == 7
        after = everything(store)
        assert after["blobs"] == before["blobs"] and after["schema_version"] == [(3,)]
    assert run.save(record(2), {}, 1) == 2


def test_a_database_of_the_first_version_gets_marks_and_keeps_its_runs(server):
    run = new_run(server().visitor(TOKEN), 1)
    with server().database.transaction() as connection:
        for column in ("starred", "tags", "note"):
            connection.execute(sa.text(f"ALTER TABLE runs DROP COLUMN {column}"))
        connection.execute(sa.text("UPDATE schema_version SET version = 1"))
    visitor = server().visitor(TOKEN)
    assert visitor.marks() == {run.id: Marks()} and [name for _, name, _ in visitor.runs()] == ["First"]
    RunStore(visitor, run.id).mark(Marks(True, "paper, final", "The one"))
    assert server().visitor(TOKEN).marks() == {run.id: Marks(True, "paper, final", "The one")}
    assert RunStore(visitor, run.id).read("last").record == record(1)


def test_a_step_that_fails_leaves_the_database_as_it_was(server, monkeypatch):
    new_run(server().visitor(TOKEN), 1)
    before = everything(server())

    def fails(connection: sa.Connection) -> None:
        add_pinned(connection)
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(schema, "MIGRATIONS", [*schema.MIGRATIONS, fails])
        with pytest.raises(StoreError, match="cannot be read"):
            server().visitor(TOKEN).runs()
    assert everything(server()) == before


def test_a_database_of_a_newer_version_is_left_alone_and_said(server, monkeypatch):
    new_run(server().visitor(TOKEN), 1)
    with monkeypatch.context() as patched:
        patched.setattr(schema, "MIGRATIONS", [*schema.MIGRATIONS, add_pinned])
        before = everything(server())
    visitor = server().visitor(TOKEN)
    for attempt in (visitor.runs, lambda: new_run(visitor)):
        with pytest.raises(StoreError, match="newer version"):
            attempt()
    monkeypatch.setattr(schema, "MIGRATIONS", [*schema.MIGRATIONS, add_pinned])
    assert everything(server()) == before


def test_servers_that_start_at_once_make_one_database(server):
    problems: list[Exception] = []

    def start(number: int) -> None:
        try:
            new_run(server().visitor(str(number)), 1)
        except Exception as problem:
            problems.append(problem)

    threads = [threading.Thread(target=start, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not problems and len(everything(server())["runs"]) == 6


# SQLite


@pytest.mark.skipif(sys.platform == "win32", reason="other rights")
def test_the_file_is_for_the_server_alone(tmp_path):
    folder = tmp_path / "made" / "data"
    new_run(Store(folder).visitor(TOKEN), 1)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


def test_the_environment_says_where(tmp_path, monkeypatch, postgresql_url):
    monkeypatch.setenv("RECEPTIVE_DATA_DIR", str(tmp_path / "chosen"))
    new_run(Store().visitor(TOKEN))
    assert (tmp_path / "chosen" / FILE).exists()
    monkeypatch.setenv("RECEPTIVE_DATABASE_URL", postgresql_url)
    assert Store().visitor(TOKEN).runs() == []
    new_run(Store().visitor(TOKEN), name="Shared")
    assert Store(url=postgresql_url).visitor(TOKEN).runs()[0][1] == "Shared"


def test_where_nothing_can_be_written_it_says_so(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    (tmp_path / "data" / FILE).mkdir(parents=True)
    for folder in (tmp_path / "file", tmp_path / "file" / "below", tmp_path / "data"):
        visitor = Store(folder).visitor(TOKEN)
        with pytest.raises(StoreError, match="RECEPTIVE_DATA_DIR"):
            visitor.save("draft", b"")
        with pytest.raises(StoreError, match="cannot be read"):
            visitor.runs()


def test_a_file_that_may_not_grow_is_a_full_disk_and_stays_whole(tmp_path):
    store = Store(tmp_path)
    run = new_run(store.visitor(TOKEN), 1)
    before = everything(store)

    def limit(connection: sa.Connection) -> None:
        connection.exec_driver_sql("PRAGMA max_page_count = 40")

    sa.event.listen(store.database._engine, "begin", limit)
    with pytest.raises(StoreError, match="disk is full"):
        run.save(record(2), {"last": arrays(2, 200_000)}, 1)
    assert everything(Store(tmp_path)) == before
    assert run.save(record(2), {"last": arrays(2)}, 1) == 2


@pytest.mark.parametrize("content", [b"no database at all" * 1000, None], ids=["nonsense", "first page"])
def test_a_damaged_database_is_said_with_what_can_be_done(tmp_path, content):
    new_run(Store(tmp_path).visitor(TOKEN), 1)
    size(tmp_path)
    whole = (tmp_path / FILE).read_bytes()
    (tmp_path / FILE).write_bytes(content or bytes(16_384) + whole[16_384:])
    visitor = Store(tmp_path).visitor(TOKEN)
    for attempt in (visitor.runs, lambda: visitor.save("draft", b""), visitor.heartbeat):
        with pytest.raises(StoreError, match=r"damaged.*sqlite3 receptive.db .recover"):
            attempt()
    (tmp_path / FILE).write_bytes(whole)
    assert len(visitor.runs()) == 1


def test_a_damaged_page_of_one_run_hides_no_other(tmp_path):
    store = Store(tmp_path)
    hurt_run = new_run(store.visitor(TOKEN))
    hurt_run.save(record(1), {"last": arrays(77, 40_000)}, 0)
    sound = new_run(store.visitor(TOKEN), 2)
    size(tmp_path)
    whole = (tmp_path / FILE).read_bytes()
    middle = whole.index(arrays(77, 2_000)["weights"][0].tobytes()) // 16_384 + 4
    damaged = whole[: middle * 16_384] + bytes(16_384) + whole[(middle + 1) * 16_384 :]
    (tmp_path / FILE).write_bytes(damaged)
    visitor = Store(tmp_path).visitor(TOKEN)
    assert len(visitor.runs()) == 2
    assert same(RunStore(visitor, sound.id).read("last").checkpoints["last"], arrays(2))
    with pytest.raises(StoreError, match="damaged"):
        RunStore(visitor, hurt_run.id).read("last")


def test_what_is_deleted_gives_its_space_back_and_what_is_replaced_takes_none(tmp_path):
    store = Store(tmp_path)
    small = new_run(store.visitor(TOKEN), 1)
    run = new_run(store.visitor(TOKEN))
    empty = size(tmp_path)
    for step in range(10):
        run.save(record(step), {"last": arrays(step, 100_000)}, step)  # 0.8 MB
    assert 700_000 < size(tmp_path) - empty < 1_800_000
    store.visitor(TOKEN).delete(run.id)
    assert size(tmp_path) - empty < 200_000
    new_run(store.visitor("other")).save(record(1), {"last": arrays(1, 100_000)}, 0)
    store.visitor("other").heartbeat(1.0)
    assert size(tmp_path) - empty > 700_000 and store.expire() == 1
    assert size(tmp_path) - empty < 200_000 and same(small.read("last").checkpoints["last"], arrays(1))


# PostgreSQL


@pytest.mark.parametrize("url", ["nonsense", "mysql://somewhere/else"])
def test_an_address_that_is_none_is_said(url):
    with pytest.raises(StoreError, match="RECEPTIVE_DATABASE_URL must be"):
        Store(url=url).visitor(TOKEN).save("draft", b"")


def test_a_server_that_does_not_answer_is_said():
    visitor = Store(url="postgresql://nobody@127.0.0.1:1/nothing").visitor(TOKEN)
    with pytest.raises(StoreError, match=r"not saved .the database gives no answer"):
        visitor.save("draft", b"")


def test_a_restarted_server_is_found_again(postgresql_url):
    run = new_run(Store(url=postgresql_url).visitor(TOKEN), 1)
    with psycopg.connect(postgresql_url, autocommit=True) as connection:
        ended = connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid()"
        )
        assert ended.rowcount
    assert run.read("last").record == record(1)


def test_a_database_that_may_only_be_read_is_said(postgresql_url):
    new_run(Store(url=postgresql_url).visitor(TOKEN), 1)
    visitor = Store(url=f"{postgresql_url}%20-cdefault_transaction_read_only%3Don").visitor(TOKEN)
    with pytest.raises(StoreError, match="may not write"):
        visitor.save("draft", b"")


def test_the_store_needs_neither_tensorflow_nor_streamlit():
    code = "import sys, core.store; print({'tensorflow', 'keras', 'streamlit'} & set(sys.modules))"
    answer = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "set()"


FULL, FORBIDDEN = "The server's disk is full", "The server may not write where runs are kept"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (errno.ENOSPC, FULL), (errno.EDQUOT, FULL), (errno.EACCES, FORBIDDEN), (errno.EPERM, FORBIDDEN),
        (errno.EROFS, FORBIDDEN), (errno.ENOTDIR, FORBIDDEN), (errno.EEXIST, FORBIDDEN),
        (errno.EIO, "This was not saved (Input/output error); what was saved before is still there. Try again later."),
    ],
)  # fmt: skip
def test_each_error_of_the_disk_is_told_by_its_cause(tmp_path, code, said):
    kept = database.Database(tmp_path)
    with pytest.raises(StoreError) as problem, kept.transaction():
        raise OSError(code, os.strerror(code))
    assert str(problem.value).startswith(said)
    with pytest.raises(StoreError) as problem, kept.transaction(reading="Your draft"):
        raise OSError(code, os.strerror(code))
    assert str(problem.value) == f"Your draft cannot be read ({os.strerror(code)}). Try again later."


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("SQLITE_FULL", FULL), ("SQLITE_READONLY", FORBIDDEN), ("SQLITE_READONLY_DBMOVED", FORBIDDEN),
        ("SQLITE_CANTOPEN", FORBIDDEN), ("SQLITE_CORRUPT", "The database of all runs is damaged"),
        ("SQLITE_CORRUPT_INDEX", "The database of all runs is damaged"), ("SQLITE_NOTADB", "The database of all runs is damaged"),
        ("SQLITE_BUSY", "This was not saved (the database gives no answer)"),
    ],
)  # fmt: skip
def test_each_error_of_sqlite_is_told_by_its_cause(tmp_path, name, said):
    problem = sqlite3.OperationalError("whatever")
    problem.sqlite_errorname = name
    with pytest.raises(StoreError) as told, database.Database(tmp_path).transaction():
        raise problem
    assert str(told.value).startswith(said)


def test_a_megabyte_and_a_half_is_kept_for_a_full_disk(tmp_path):
    new_run(Store(tmp_path).visitor(TOKEN))
    assert (tmp_path / "reserve").stat().st_size == 1_500_000


@pytest.mark.parametrize(
    ("kind", "called"),
    [("draft", "Your draft"), ("model/7f", "An imported model"), ("own", "The file of your drawings")],
)
def test_a_damaged_file_is_called_by_what_its_visitor_knows_it_as(tmp_path, kind, called):
    store = Store(tmp_path)
    store.visitor(TOKEN).save(kind, b"content")
    hurt(store, kind, content=b"other")
    with pytest.raises(StoreError, match=f"^{called} is damaged"):
        store.visitor(TOKEN).load(kind)
