"""Rows and arrays of visitors: the same promises from SQLite and from PostgreSQL."""

import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.store import LEASE_SECONDS, RunStore, Store, StoreError, TakenOver, VisitorStore
from core.store.schema import METADATA
from core.store.store import epochs_to_keep
from tests.store.databases import disk_full, failing, hurt

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "a-secret-that-nobody-guesses"


def arrays(step: int, count: int = 50) -> dict[str, list[np.ndarray]]:
    """Arrays that say to which step they belong; about 8 bytes a count."""
    return {"weights": [np.full((count, 2), step, np.float32), np.array(step)], "more": [np.full(3, step, np.uint8)]}


def same(a: dict[str, list[np.ndarray]], b: dict[str, list[np.ndarray]]) -> bool:
    return a.keys() == b.keys() and all(
        len(a[name]) == len(b[name])
        and all(x.dtype == y.dtype and np.array_equal(x, y) for x, y in zip(a[name], b[name]))
        for name in a
    )


def record(step: int) -> bytes:
    return f"step {step}".encode()


def new_run(visitor: VisitorStore, step: int | None = None, name: str = "First") -> RunStore:
    run = visitor.create(name, record(0), {})
    if step is not None:
        run.save(record(step), {"last": arrays(step)}, 0)
    return run


def everything(store: Store) -> dict[str, list]:
    """All rows of all tables, but for when visitors were here."""
    with store.database.transaction(reading="Everything") as connection:
        rows = {name: connection.execute(table.select()).all() for name, table in METADATA.tables.items()}
    return rows | {"visitors": [row.id for row in rows["visitors"]]}


@pytest.fixture
def store(server) -> Store:
    return server()


@pytest.fixture
def visitor(store) -> VisitorStore:
    return store.visitor(TOKEN)


# What is kept


def test_a_run_comes_back_as_it_was_in_another_server(server, visitor):
    kept = {
        "weights": [np.arange(6, dtype=np.float32).reshape(2, 3).T, np.array(7, np.int64), np.ones(3, ">f4")],
        "flags": [np.array([True, False])],
        "empty": [np.zeros((0, 4), np.uint32)],
    }
    before = time.time()
    run = visitor.create("My “first” run", b"new", {"start": {"weights": [np.eye(3)]}})
    assert run.save(b"\x00\xff", {"last": kept, "best": arrays(1), 3: arrays(3), 10: arrays(10)}, 0) == 1
    [(run_id, name, created)] = server().visitor(TOKEN).runs()
    assert (run_id, name) == (run.id, "My “first” run") and before <= created <= time.time()
    found = RunStore(server().visitor(TOKEN), run_id).read("last", "best", "start", 3, "missing", 7)
    assert found.record == b"\x00\xff" and found.revision == 1
    assert found.checkpoints.keys() == {"last", "best", "start", 3}
    plain = kept | {"weights": [each.astype(each.dtype.newbyteorder("=")) for each in kept["weights"]]}
    assert same(found.checkpoints["last"], plain) and same(found.checkpoints[3], arrays(3))
    assert all(array.flags.writeable for group in found.checkpoints["last"].values() for array in group)
    assert RunStore(server().visitor(TOKEN), run_id).epochs() == [3, 10]


def test_many_arrays_keep_their_order(visitor):
    many = {"weights": [np.array(number) for number in range(1200)]}
    run = visitor.create("Deep", b"", {"start": many})
    assert same(run.read("start").checkpoints["start"], many)


def test_runs_are_listed_newest_first_and_a_new_name_stays(visitor):
    ids = [new_run(visitor).id for _ in range(3)]
    RunStore(visitor, ids[1]).rename("Better")
    RunStore(visitor, ids[1]).save(record(1), {}, 0)
    assert [(run_id, name) for run_id, name, _ in visitor.runs()] == [
        (ids[2], "First"),
        (ids[1], "Better"),
        (ids[0], "First"),
    ]


def test_runs_are_listed_newest_first_also_where_the_clock_was_put_back(visitor, monkeypatch):
    ids = []
    for clock in (5000.0, 1000.0, 1000.0, 4000.0):
        monkeypatch.setattr("core.store.store.time.time", lambda clock=clock: clock)
        ids.append(visitor.create("Run", b"{}", {}).id)
    assert [run for run, _, _ in visitor.runs()] == ids[::-1]


def test_a_draft_and_drawings_come_back_and_go(server, visitor):
    assert visitor.load("draft") is None and visitor.load("digits") is None
    for content in ("ä\0".encode(), b"two"):
        visitor.save("draft", content)
        visitor.save("digits", content * 2)
        assert server().visitor(TOKEN).load("draft") == content and visitor.load("digits") == content * 2
    visitor.save("digits", None)
    assert visitor.load("digits") is None and visitor.load("draft") == b"two"


def test_a_deleted_run_is_gone_and_does_not_come_back(store, visitor):
    before = everything(store)
    run = new_run(visitor, 1)
    visitor.delete(run.id)
    visitor.delete(run.id)
    for late in (
        lambda: run.save(record(2), {"last": arrays(2)}, 1),
        lambda: run.rename("Late"),
        lambda: run.read("last"),
        run.claim,
    ):
        with pytest.raises(StoreError, match="deleted"):
            late()
    assert run.epochs() == [] and everything(store)["runs"] == before["runs"] == everything(store)["blobs"]


@pytest.mark.parametrize(
    "array",
    [
        np.array(["text"]),
        np.array([None]),
        np.zeros(2, complex),
        np.array([1, np.nan]),
        np.array([np.inf], np.float32),
    ],
    ids=lambda array: f"{array.dtype} {array}",
)
def test_what_is_no_finite_number_does_not_take_the_place_of_what_is(store, visitor, array):
    run = new_run(visitor, 1)
    before = everything(store)
    with pytest.raises(StoreError, match="infinite" if array.dtype.kind == "f" else "plain numbers"):
        run.save(record(2), {"last": arrays(2), "best": {"weights": [array]}}, 1)
    assert everything(store) == before


# Whose it is


def test_two_visitors_never_see_each_other(store):
    mine, yours = store.visitor("mine"), store.visitor("yours")
    run = new_run(mine, 1)
    run.save(record(1), {1: arrays(1)}, 1)
    mine.save("draft", b"my draft")
    assert yours.runs() == [] and yours.load("draft") is None
    stolen = RunStore(yours, run.id)
    for attempt in (
        lambda: stolen.read("last"),
        lambda: stolen.save(b"", {}, 2),
        stolen.claim,
        lambda: stolen.rename("x"),
    ):
        with pytest.raises(StoreError, match="deleted"):
            attempt()
    assert stolen.epochs() == []
    yours.delete(run.id)
    assert run.read().record == record(1)


def test_the_secret_itself_is_never_stored(store, visitor):
    new_run(visitor, 1)
    visitor.save("draft", b"{}")
    assert TOKEN not in str(everything(store))
    for token in ("", "x" * 1001, None, 7):
        with pytest.raises(StoreError, match="link"):
            store.visitor(token)


# Kills, failures, threads and servers

OPERATIONS = {
    "save": lambda visitor, run: run.save(record(2), {"last": arrays(2), "best": arrays(2), 2: arrays(2)}, 1),
    "rename": lambda visitor, run: run.rename("Second"),
    "create": lambda visitor, run: visitor.create("Second", record(2), {"start": arrays(2)}),
    "delete": lambda visitor, run: visitor.delete(run.id),
    "draft": lambda visitor, run: visitor.save("draft", b"new"),
    "forget": lambda visitor, run: visitor.save("draft", None),
    "expire": lambda visitor, run: visitor.store.expire(time.time() + 99 * 86_400),
}


class Killed(BaseException):
    """The process is no more."""


@pytest.mark.parametrize("killed", [True, False], ids=["killed", "disk full"])
@pytest.mark.parametrize("name", OPERATIONS)
def test_whatever_is_interrupted_has_not_begun(server, store, visitor, name, killed):
    """At every statement, by the end of the process or a full disk, which is said in a sentence."""
    run = new_run(visitor, 1)
    visitor.save("draft", b"old")
    before = everything(store)
    for at in range(1, 100):
        with failing(store, Killed() if killed else disk_full(store), at):
            try:
                OPERATIONS[name](visitor, run)
                break
            except Killed:
                pass
            except StoreError as problem:
                assert "disk is full" in str(problem) and not killed
        assert everything(server()) == before
    assert 1 < at < 99, "nothing was interrupted, or not every statement was"
    assert everything(server()) != before
    if name == "save":
        kept = run.read("last", "best", 2)
        assert kept.record == record(2) and all(same(found, arrays(2)) for found in kept.checkpoints.values())


def test_a_real_kill_leaves_checkpoints_with_their_record(where, visitor):
    run = new_run(visitor, 0)
    code = f"""
from tests.store.test_store import *
run = RunStore(Store(**{where!r}).visitor(TOKEN), {run.id!r})
revision = run.read().revision
print("ready", flush=True)
for step in range(revision, 10**6):
    run.save(record(step), {{"last": arrays(step, 100_000), "best": arrays(step), step % 7: arrays(step)}}, step)
    print(step, flush=True)
"""
    seen = 0
    for steps in (1, 3, 8):
        process = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE)
        assert process.stdout.readline() == b"ready\n"
        for _ in range(steps):
            seen = int(process.stdout.readline())
        process.kill()  # in the middle of the next save, or of whichever it is then
        process.communicate()
        kept = run.read("last", "best")
        step = int(kept.record.split()[1])
        assert step >= seen and kept.revision == step + 1
        assert same(kept.checkpoints["last"], arrays(step, 100_000)) and same(kept.checkpoints["best"], arrays(step))


def test_threads_and_servers_write_at_once(server, monkeypatch):
    monkeypatch.setenv("RECEPTIVE_MOST_RUNS", "4")
    stores, problems, runs = [server() for _ in range(3)], [], []

    def work(number: int) -> None:
        visitor = stores[number % 3].visitor(TOKEN)
        try:
            run = new_run(visitor, name=f"Run {number}")
        except StoreError as problem:
            problems.append(str(problem))
            return
        runs.append(run)
        for step in range(10):
            run.save(record(step), {"last": arrays(step), step: arrays(step)}, step)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(runs) == 4 and len(problems) == 2 and all("4 runs" in problem for problem in problems)
    assert len(server().visitor(TOKEN).runs()) == 4
    for run in runs:
        kept = run.read("last")
        assert kept.record == record(9) and same(kept.checkpoints["last"], arrays(9))
        assert run.epochs() == list(range(10))


def test_what_another_server_has_saved_is_not_overwritten(server, visitor):
    mine = new_run(visitor, 1)
    other = RunStore(server().visitor(TOKEN), mine.id)
    assert other.save(record(2), {"last": arrays(2)}, other.read().revision) == 2
    with pytest.raises(TakenOver, match="Another server"):
        mine.save(record(3), {"last": arrays(3)}, 1)
    kept = mine.read("last")
    assert kept.record == record(2) and same(kept.checkpoints["last"], arrays(2))
    assert mine.save(record(3), {"last": arrays(3)}, kept.revision) == 3


def test_one_server_at_a_time_trains_a_run_until_it_is_silent(server, visitor, monkeypatch):
    mine = new_run(visitor)
    other = RunStore(server().visitor(TOKEN), mine.id)
    assert mine.claim() and mine.claim() and not other.claim()
    other.release()  # what it does not have
    assert not other.claim()
    mine.release()
    assert other.claim() and not mine.claim()
    now = time.time()
    for silence in (LEASE_SECONDS + 1, -LEASE_SECONDS - 1):  # or its clock was wrong
        monkeypatch.setattr(time, "time", lambda silence=silence: now + silence)
        assert mine.claim() and not other.claim()
        mine.release()
        monkeypatch.setattr(time, "time", lambda: now)
        assert other.claim()


# Damage


def test_a_server_may_be_silent_for_ten_seconds(server, visitor, monkeypatch):
    mine, now = new_run(visitor), time.time()
    other = RunStore(server().visitor(TOKEN), mine.id)
    monkeypatch.setattr(time, "time", lambda: now)
    assert mine.claim()
    for silence, free in ((9.9, False), (10.1, True)):
        monkeypatch.setattr(time, "time", lambda silence=silence: now + silence)
        assert other.claim() is free


def test_a_damaged_blob_is_named_and_hides_no_other(visitor, store):
    hurt_run, sound = new_run(visitor, 1), None
    hurt(store, "last", content=b"nonsense")
    sound = new_run(visitor, 2)
    with pytest.raises(StoreError, match=rf"“last” of run {hurt_run.id} is damaged.*can only be deleted"):
        hurt_run.read("last")
    assert hurt_run.read().record == record(1)
    assert same(sound.read("last").checkpoints["last"], arrays(2))
    hurt(store, "record")
    assert hurt_run.read().record == b"" and len(visitor.runs()) == 2
    visitor.save("own", b"drawings")
    hurt(store, "own", digest="0" * 64)
    with pytest.raises(StoreError, match="drawings is damaged"):
        visitor.load("own")
    visitor.save("own", None)
    assert visitor.load("own") is None


def test_a_database_that_is_gone_while_it_is_used_is_said(store, visitor):
    run = new_run(visitor, 1)
    with failing(store, OSError(5, "Input/output error")):
        for attempt in (lambda: run.save(record(2), {}, 1), lambda: visitor.save("draft", b"")):
            with pytest.raises(StoreError, match=r"not saved .Input/output error.*Try again later"):
                attempt()
        with pytest.raises(StoreError, match="The list of your runs cannot be read"):
            visitor.runs()
    assert run.read().record == record(1)


# Quotas


def test_too_many_runs_are_refused_and_none_is_deleted_for_it(visitor, monkeypatch):
    monkeypatch.setenv("RECEPTIVE_MOST_RUNS", "3")
    ids = {new_run(visitor).id for _ in range(3)}
    with pytest.raises(StoreError, match=r"3 runs.*Delete one"):
        new_run(visitor)
    assert {run_id for run_id, _, _ in visitor.runs()} == ids
    visitor.delete(ids.pop())
    new_run(visitor)


def test_a_visitor_whose_room_is_full_can_still_draft_and_save_in_place(store, visitor, monkeypatch):
    monkeypatch.setenv("RECEPTIVE_WORKSPACE_MB", "1")
    run, other = new_run(visitor, 1), new_run(visitor, 1, "Other")
    other.save(record(2), {"last": arrays(2, 80_000)}, 1)  # 0.64 MB
    before = everything(store)
    for attempt in (
        lambda: run.save(record(3), {"last": arrays(3, 80_000)}, 1),
        lambda: run.save(record(3), {"best": arrays(3, 80_000)}, 1),
        lambda: visitor.create("Third", record(0), {"start": arrays(0, 80_000)}),
        lambda: visitor.save("own", bytes(400_000)),
    ):
        with pytest.raises(StoreError, match=r"1 MB.*Delete a run"):
            attempt()
        assert everything(store) == before
    run.save(record(2), {1: arrays(3, 80_000)}, 1)
    assert run.epochs() == []  # an epoch may have no room
    other.save(record(3), {"last": arrays(3, 80_000)}, 2)
    visitor.save("draft", bytes(1_000_000))
    monkeypatch.setenv("RECEPTIVE_WORKSPACE_MB", "0.5")
    with pytest.raises(StoreError, match="Delete a run"):
        new_run(visitor)
    visitor.delete(other.id)
    run.save(record(5), {"last": arrays(5)}, 2)


def test_epochs_are_thinned_evenly_and_first_and_newest_stay(visitor, monkeypatch):
    monkeypatch.setenv("RECEPTIVE_RUN_DISK_MB", "0.8")
    run = new_run(visitor)
    for epoch in range(1, 41):
        run.save(record(epoch), {epoch: arrays(epoch, 10_000)}, epoch - 1)  # 0.08 MB
        kept = run.epochs()
        assert kept[0] == 1 and kept[-1] == epoch and 80_000 * len(kept) <= 800_000
    gaps = np.diff(kept)
    assert 6 <= len(kept) <= 9 and gaps.max() <= 2.5 * gaps.mean(), kept
    found = run.read(*kept).checkpoints
    assert all(same(found[epoch], arrays(epoch, 10_000)) for epoch in kept)


def test_last_and_best_are_kept_where_epochs_have_no_room(visitor, monkeypatch):
    monkeypatch.setenv("RECEPTIVE_RUN_DISK_MB", "0.3")
    run = new_run(visitor)
    run.save(record(1), {1: arrays(1, 10_000)}, 0)
    run.save(record(2), {2: arrays(2, 10_000)}, 1)
    assert run.epochs() == [1, 2]
    large = {"last": arrays(3, 10_000), "best": arrays(3, 10_000), 3: arrays(3, 10_000)}
    run.save(record(3), large, 2)
    assert run.epochs() == []  # not even the first and the newest fit beside them
    assert run.read("last", "best").checkpoints.keys() == {"last", "best"}


def test_epochs_make_way_for_last_where_the_visitor_has_little_room(visitor, monkeypatch):
    monkeypatch.setenv("RECEPTIVE_WORKSPACE_MB", "0.5")
    run = new_run(visitor)
    for epoch in range(1, 9):
        run.save(record(epoch), {epoch: arrays(epoch, 10_000)}, epoch - 1)
    assert len(run.epochs()) >= 4
    run.save(record(9), {"last": arrays(9, 25_000)}, 8)
    assert run.epochs() in ([1, 8], [1, 4, 8], [1, 5, 8])


def test_one_epoch_alone_is_kept_only_where_the_next_has_room_too():
    assert epochs_to_keep({1: 10}, 19) == set() and epochs_to_keep({1: 10}, 20) == {1}
    assert epochs_to_keep({}, 0) == set() and epochs_to_keep({0: 1, 1: 1, 2: 1}, 2) == {0, 2}


@given(st.sets(st.integers(0, 60), min_size=3, max_size=12))
def test_the_epoch_that_makes_way_leaves_the_smallest_gap(epochs):
    ordered = sorted(epochs)
    kept = sorted(epochs_to_keep(dict.fromkeys(epochs, 1), len(epochs) - 1))
    (gone,) = epochs - set(kept)
    gaps = {one: after - before for before, one, after in zip(ordered, ordered[1:], ordered[2:])}
    assert gaps[gone] == min(gaps.values())


# Expiry


def test_who_stays_away_too_long_is_forgotten(store, monkeypatch):
    monkeypatch.setenv("RECEPTIVE_EXPIRY_DAYS", "10")
    now = time.time()
    for name, days in (("long", 11), ("short", 9), ("here", 50)):
        new_run(store.visitor(name), 1)
        store.visitor(name).heartbeat(now - days * 86_400)
    assert store.expire(now, in_use=["here"]) == 1
    assert [bool(store.visitor(name).runs()) for name in ("long", "short", "here")] == [False, True, True]
    store.visitor("short").heartbeat(now)
    assert store.expire(now + 9 * 86_400, in_use=["here"]) == 0
    assert store.expire(now + 11 * 86_400) == 2
    assert not everything(store)["visitors"] and not everything(store)["blobs"]


def test_saving_is_being_here(store, monkeypatch):
    monkeypatch.setenv("RECEPTIVE_EXPIRY_DAYS", "1")
    visitor = store.visitor(TOKEN)
    run = new_run(visitor, 1)
    revision = iter(range(1, 9))
    for act in (
        lambda: run.save(record(2), {}, next(revision)),
        lambda: run.rename("Other"),
        lambda: visitor.save("draft", b""),
        lambda: new_run(visitor),
    ):
        visitor.heartbeat(1.0)
        act()
        assert store.expire() == 0
    visitor.heartbeat(1.0)
    assert store.expire() == 1


def test_in_a_full_store_those_who_were_away_longest_go_first(server, store, monkeypatch):
    monkeypatch.setenv("RECEPTIVE_STORE_MB", "1")
    now, names = time.time(), ["first", "here", "trains", "second", "third"]
    for age, name in enumerate(reversed(names)):
        run = new_run(store.visitor(name))
        run.save(record(1), {"last": arrays(1, 40_000)}, 0)  # 0.32 MB
        store.visitor(name).heartbeat(now - 100 * age)
    trained = server().visitor("trains")  # by another server
    assert RunStore(trained, trained.runs()[0][0]).claim()
    assert store.expire(now, in_use=["here"]) == 2
    assert [name for name in names if store.visitor(name).runs()] == ["here", "trains", "third"]
    assert store.expire(now, in_use=["here"]) == 0
    monkeypatch.setenv("RECEPTIVE_STORE_MB", "0.1")
    assert store.expire(now, in_use=names) == 0


def test_a_run_that_has_begun_anew_keeps_no_epoch_of_its_former_life(server):
    run = server().visitor("a" * 43).create("Run", b"{}", {})
    weights = {"weights": [np.zeros(2, np.float32)]}
    revision = run.save(b"{}", {"last": weights, 0: weights, 1: weights, 2: weights, "start": weights}, 0)
    assert run.epochs() == [0, 1, 2]
    run.save(b"{}", {"last": weights, 1: weights}, revision, anew=True)
    assert run.epochs() == [1]
    assert set(run.read("start", "last").checkpoints) == {"start", "last"}
