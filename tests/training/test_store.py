"""Runs on disk: what is there after every kind of end, and what is never believed."""

import base64
import errno
import hashlib
import io
import json
import os
import pickle
import random
import signal
import stat
import struct
import subprocess
import sys
import threading
import time
import tracemalloc
import zipfile
from contextlib import contextmanager
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.network import LENET5, Conv2D, Dense, Flatten, Network
from core.network.recipe import Recipe
from core.training import store as module
from core.training.snapshot import DeadUnits, Mistake, Point, Snapshot, State
from core.training.store import (
    Record,
    RunFolder,
    Store,
    StoreError,
    WorkspaceFolder,
    data_folder,
    snapshot_from_value,
    snapshot_to_value,
)

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "a-secret-that-nobody-guesses"
SMALL = Network((8, 8, 1), (Conv2D(2, (3, 3), activation="relu"), Flatten(), Dense(3, activation="softmax")), "Small")
RECIPE = Recipe(epochs=5, optimizer="SGD", learning_rate=0.05, rates=((1, 0.1), (2, 0.01)))
FULL_SNAPSHOT = Snapshot(
    State.PAUSED,
    queue_position=2,
    epoch=3,
    epochs=5,
    step=120,
    steps=200,
    train=(Point(0.1, 2.31, 0.125, 128, 0.05), Point(2.4, 1 / 3, 0.9, 64, 0.01)),
    evaluations=(Point(0, 2.4, 0.1, 500), Point(1, 0.7, 0.75, 500, 0.05)),
    evaluated_on="validation",
    held_out=(Point(0, 1.9, 0.25, 12), Point(1, 0.4, 1.0, 12, 0.05)),
    test=Point(2.4, 0.5, 0.8125, 1000, 0.01),
    confusion=np.arange(9).reshape(3, 3),
    hardest=(Mistake(17, 2, 0, 0.999), Mistake(4, 0, 1, 0.51)),
    samples=np.array([[0.2, 0.3, 0.5], [1.0, 0.0, 0.0]], np.float32),
    dead_units=(DeadUnits((0,), 0.5),),
    images_per_second=1234.5,
    seconds=61.25,
    seconds_left=40.0,
    learning_rate=0.01,
    kept_epoch=2.0,
    message="Paused – “for a while”.",
)


def same(a, b) -> bool:
    """Equality that looks into arrays."""
    if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
        return isinstance(a, np.ndarray) and isinstance(b, np.ndarray) and a.dtype == b.dtype and np.array_equal(a, b)
    if isinstance(a, (Snapshot, Record)):
        return type(a) is type(b) and all(same(getattr(a, f.name), getattr(b, f.name)) for f in fields(a))
    if isinstance(a, list) and a and isinstance(a[0], np.ndarray):
        return len(a) == len(b) and all(map(same, a, b))
    return type(a) is type(b) and a == b


def weights(step: int, count: int = 50) -> list[np.ndarray]:
    """Arrays that say to which step they belong."""
    return [np.full((count, 2), step, np.float32), np.array(step), np.full(3, step, np.uint8)]


def at_step(record: Record, step: int) -> Record:
    return replace(record, snapshot=replace(record.snapshot, step=step), numbers={"step": step})


def new_run(workspace: WorkspaceFolder, step: int | None = None, name: str = "First") -> RunFolder:
    run = workspace.create(name, SMALL, "mnist", RECIPE)
    if step is not None:
        run.save("last", weights(step), at_step(run.record(), step))
    return run


def files(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with its content."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(autouse=True)
def synced(monkeypatch) -> list[int]:
    """The sizes of the files that were handed to the disk. Its slowness is nothing that a test can see."""
    sizes = []
    monkeypatch.setattr(os, "fsync", lambda number: sizes.append(os.fstat(number).st_size))
    return sizes


@pytest.fixture
def root(tmp_path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def workspace(root) -> WorkspaceFolder:
    return Store(root).workspace(TOKEN)


# What is kept


def test_a_run_comes_back_as_it_was(root, workspace):
    run = workspace.create("My “first” run", LENET5, "fashion_mnist", RECIPE)
    numbers = {"steering": 0.5, "callbacks": [{"best": float("inf"), "wait": 0.0}], "best": None}
    record = replace(run.record(), snapshot=FULL_SNAPSHOT, numbers=numbers)
    arrays = [np.arange(6, dtype=np.float32).reshape(2, 3), np.array(7, np.int64), np.zeros((0, 4), np.uint32)]
    assert run.save("last", arrays, record)
    [listed], damaged = Store(root).workspace(TOKEN).records()
    assert not damaged and same(listed, record)
    found = Store(root).workspace(TOKEN).open(run.id).load("last", [(2, 3), (), (0, 4)])
    assert same(found.record, record) and same(found.arrays, arrays)
    assert all(array.flags.writeable for array in found.arrays)


def test_a_new_run_is_listed_before_it_has_learned_anything(workspace):
    before = time.time()
    run = new_run(workspace)
    [record], damaged = workspace.records()
    assert not damaged
    assert record.network == SMALL and record.recipe == RECIPE and record.dataset == "mnist"
    assert record.snapshot == Snapshot(State.STARTING, epochs=5) and record.numbers == {}
    assert before <= record.created <= time.time()
    assert not run.has("last") and run.epochs() == []
    for kind in ("last", "best", 3):
        with pytest.raises(StoreError, match="Nothing has been saved"):
            run.load(kind)


def test_runs_are_listed_newest_first(workspace):
    ids = [new_run(workspace).id for _ in range(3)]
    assert [record.id for record in workspace.records()[0]] == ids[::-1]


def test_last_best_and_epochs_are_kept_apart(workspace):
    run = new_run(workspace)
    record = run.record()
    for number, kind in enumerate(["best", "last", 2, 10, 1]):
        assert run.save(kind, weights(number), at_step(record, number))
    assert run.epochs() == [1, 2, 10]
    for number, kind in enumerate(["best", "last", 2, 10, 1]):
        saved = run.load(kind)
        assert same(saved.arrays, weights(number)) and saved.record.snapshot.step == number
    assert run.record().snapshot.step == 1  # only “last” is where the run stands


def test_a_new_name_outlives_a_thread_that_has_not_heard_of_it(workspace):
    run = new_run(workspace, 1)
    stale = run.record()
    workspace.open(run.id).rename("Better name")
    run.write(at_step(stale, 2))
    run.save("last", weights(3), at_step(stale, 3))
    assert run.record().name == run.load("last").record.name == "Better name"
    assert run.record().snapshot.step == 3
    for name in ("", "  ", "x" * 81, None, "\ud800"):
        with pytest.raises(StoreError, match="name"):
            run.rename(name)


def test_where_the_list_is_damaged_the_arrays_still_know_their_run(workspace):
    run = new_run(workspace, 7)
    (run.path / "run.json").write_text("{")
    [record], damaged = workspace.records()
    assert record.snapshot.step == 7 and not damaged
    run.rename("Mended")
    assert json.loads((run.path / "run.json").read_text())["name"] == "Mended"


def test_the_desk_comes_back(root, workspace):
    assert workspace.read_note() is None
    workspace.note('{"network": "…"}')
    workspace.note('{"network": "two"}')
    assert Store(root).workspace(TOKEN).read_note() == '{"network": "two"}'
    with pytest.raises(StoreError, match="300 kB"):
        workspace.note("x" * 300_001)
    assert workspace.read_note() == '{"network": "two"}'


def test_a_deleted_run_is_gone_and_does_not_come_back(workspace):
    kept, run = new_run(workspace, 1), new_run(workspace, 1)
    record = run.record()
    workspace.delete(run.id)
    workspace.delete(run.id)
    assert [record.id for record in workspace.records()[0]] == [kept.id]
    assert [path.name for path in workspace.path.iterdir()] == [kept.id]
    for late in (
        lambda: run.save("last", weights(2), at_step(record, 2)),
        lambda: run.write(record),
        lambda: run.rename("Late"),
        lambda: run.load("last"),
        lambda: workspace.open(run.id),
        run.record,
    ):
        with pytest.raises(StoreError, match="deleted"):
            late()
    assert not run.path.exists()


def test_arrays_open_in_numpy_too(workspace):
    run = new_run(workspace, 5)
    with np.load(run.path / "last.npz", allow_pickle=False) as arrays:
        assert (arrays["0"] == weights(5)[0]).all()


@pytest.mark.parametrize(
    "array",
    [np.array(["text"]), np.array([None]), np.zeros(2, complex), np.zeros(2, "V2"), np.zeros((1,) * 9)],
    ids=lambda array: f"{array.dtype}, {array.ndim}",
)
def test_what_could_not_be_read_back_is_not_written(workspace, array):
    run = new_run(workspace, 1)
    before = files(workspace.path)
    with pytest.raises(StoreError):
        run.save("last", [array], run.record())
    assert files(workspace.path) == before


@pytest.mark.parametrize(
    "changes",
    [
        {"numbers": {"a": float("nan")}},
        {"numbers": {"a": (1, 2)}},
        {"numbers": {1: 2}},
        {"numbers": {"a": np.float32(1)}},
        {"numbers": {"a": "x" * 50_001}},
        {"numbers": [1]},
        {"id": "0" * 12},
        {"dataset": "../mnist"},
        {"created": float("inf")},
        {"network": None},
        {"snapshot": None},
        {"snapshot": replace(FULL_SNAPSHOT, dead_units=(DeadUnits((9,), 0.5),))},
        {"snapshot": replace(FULL_SNAPSHOT, message="x" * 2001)},
        {"snapshot": replace(FULL_SNAPSHOT, steps=0)},
        {"snapshot": replace(FULL_SNAPSHOT, train=FULL_SNAPSHOT.train * 301)},
    ],
    ids=lambda changes: str(changes)[:40],
)
def test_a_record_that_could_not_be_read_back_is_not_written(workspace, changes):
    run = new_run(workspace, 1)
    before = files(workspace.path)
    wrong = replace(run.record(), **changes)
    for attempt in (lambda: run.write(wrong), lambda: run.save("last", weights(2), wrong)):
        with pytest.raises(StoreError):
            attempt()
    assert files(workspace.path) == before


def test_infinite_weights_do_not_take_the_place_of_finite_ones(workspace):
    run = new_run(workspace, 1)
    for value in (np.nan, np.inf):
        with pytest.raises(StoreError, match="infinite"):
            run.save("last", [np.array([1, value], np.float32)], run.record())
    assert same(run.load("last").arrays, weights(1))


# Snapshots as JSON


def test_every_field_of_a_snapshot_is_kept():
    names = {field.name for field in fields(Snapshot)}
    assert set(snapshot_to_value(FULL_SNAPSHOT)) == set(module._FIELDS) == names
    defaults = Snapshot(State.STARTING)
    changed = {name for name in names if not same(getattr(FULL_SNAPSHOT, name), getattr(defaults, name))}
    assert changed == names, "a field that is at its default here is not tested"
    assert same(snapshot_from_value(json.loads(json.dumps(snapshot_to_value(FULL_SNAPSHOT)))), FULL_SNAPSHOT)


def _floats(low=0.0, high=1e6):
    return st.floats(low, high, allow_nan=False)


_points = st.builds(Point, _floats(), _floats(-1e6), _floats(0, 1), st.integers(1, 60_000), _floats())


@st.composite
def _snapshots(draw):
    classes = draw(st.integers(1, 5))
    label = st.integers(0, classes - 1)
    table = np.random.default_rng(draw(st.integers(0, 99))).integers(0, 1000, (classes, classes))
    kind = draw(st.sampled_from([np.float32, np.float64]))
    samples = np.random.default_rng(draw(st.integers(0, 99))).random((draw(st.integers(1, 4)), classes)).astype(kind)
    path = st.lists(st.integers(0, 9), min_size=1, max_size=9).map(tuple)
    return Snapshot(
        draw(st.sampled_from(State)),
        draw(st.integers(0, 9)),
        *(draw(st.integers(1, 10_000)) for _ in range(4)),
        train=tuple(draw(st.lists(_points, max_size=4))),
        evaluations=tuple(draw(st.lists(_points, max_size=4))),
        evaluated_on=draw(st.sampled_from(["test", "validation"])),
        held_out=tuple(draw(st.lists(_points, max_size=4))),
        test=draw(st.none() | _points),
        confusion=draw(st.sampled_from([None, table])),
        hardest=tuple(
            draw(st.lists(st.builds(Mistake, st.integers(0, 9999), label, label, _floats(0, 1)), max_size=3))
        ),
        samples=draw(st.sampled_from([None, samples])),
        dead_units=tuple(draw(st.lists(st.builds(DeadUnits, path, _floats(0, 1)), max_size=3))),
        images_per_second=draw(_floats()),
        seconds=draw(_floats()),
        seconds_left=draw(st.none() | _floats()),
        learning_rate=draw(_floats()),
        kept_epoch=draw(st.none() | _floats()),
        message=draw(st.text(st.characters(codec="utf-8"), max_size=50)),
    )


@settings(max_examples=60, deadline=None)
@given(_snapshots())
def test_any_snapshot_round_trips(snapshot):
    assert same(snapshot_from_value(json.loads(json.dumps(snapshot_to_value(snapshot)))), snapshot)


def test_what_a_diverged_network_left_is_no_obstacle():
    wild = replace(
        FULL_SNAPSHOT,
        state=State.FAILED,
        evaluations=(*FULL_SNAPSHOT.evaluations, Point(2, float("nan"), 0.1, 500)),
        test=Point(2, float("inf"), 0.1, 500),
        hardest=(Mistake(0, 1, 0, float("nan")),),
        samples=np.full((2, 3), np.nan, np.float32),
        seconds_left=float("nan"),
        learning_rate=float("inf"),
    )
    read = snapshot_from_value(json.loads(json.dumps(snapshot_to_value(wild), allow_nan=False)))
    left_out = {"test": None, "hardest": (), "samples": None, "seconds_left": None, "learning_rate": 0.0}
    assert same(read, replace(FULL_SNAPSHOT, state=State.FAILED, **left_out))


def _table(array, **changes):
    data = base64.b64encode(array.tobytes()).decode()
    return {"dtype": array.dtype.str, "shape": list(array.shape), "data": data, **changes}


WRONG_FIELDS = [
    ("state", "TIRED"), ("state", None), ("state", ["PAUSED"]), ("state", "paused"),
    ("queue_position", -1), ("queue_position", 1.5), ("queue_position", True), ("epoch", 10**400), ("steps", 0), ("step", "1"),
    ("train", {}), ("train", [[0, 0, 0, 1, 0]] * 601), ("train", [[0, 0, 0, 0, 0]]), ("train", [[0, 0, 2, 1, 0]]),
    ("train", [[0, float("inf"), 0, 1, 0]]), ("train", [[float("nan"), 0, 0, 1, 0]]), ("train", [[0, 0, 0, 1]]),
    ("evaluations", [[0, None, 0, 1, 0]]), ("evaluations", [[0, 0, 0, 1, 0]] * 10_001), ("evaluated_on", "train"),
    ("evaluated_on", []), ("test", []), ("test", [-1, 0, 0, 1, 0]),
    ("confusion", [[1]]), ("confusion", _table(np.zeros((2, 3), np.int64))), ("confusion", _table(np.zeros((3, 3)))),
    ("confusion", _table(-np.ones((3, 3), np.int64))), ("confusion", _table(np.zeros((2, 2), np.int64))),
    ("confusion", _table(np.zeros((3, 3), np.int64), shape=[3])),
    ("confusion", _table(np.zeros((3, 3), np.int64), shape=[-3, -3])),
    ("confusion", _table(np.zeros((3, 3), np.int64), dtype="|O")),
    ("confusion", _table(np.zeros((3, 3), np.int64), dtype=["<i8"])),
    ("confusion", _table(np.zeros((3, 3), np.int64), data="!")),
    ("confusion", _table(np.zeros((3, 3), np.int64), data="AAAA")),
    ("confusion", _table(np.zeros((3, 3), np.int64), data=7)),
    ("samples", _table(np.full((1, 3), np.nan))), ("samples", _table(np.full((1, 3), 2.0))),
    ("samples", _table(np.full((1, 3), -0.1, np.float32))), ("samples", _table(np.zeros((1, 201)))),
    ("hardest", [[0, 3, 0, 0.5]]), ("hardest", [[0, 0, 0, 1.5]]), ("hardest", [[0, 0, 0]]), ("hardest", [7]),
    ("dead_units", [[[], 0.5]]), ("dead_units", [[[0], "all"]]), ("dead_units", [[[0.5], 0.5]]), ("dead_units", [[[0] * 10, 0.5]]),
    ("seconds", -1), ("seconds_left", "soon"), ("images_per_second", float("inf")), ("learning_rate", None),
    ("kept_epoch", {}), ("message", None), ("message", "x" * 2001), ("message", "\ud800"), ("unknown", 1),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value"), WRONG_FIELDS, ids=lambda item: str(item)[:30])
def test_no_field_of_a_snapshot_is_believed(name, value):
    with pytest.raises(StoreError):
        snapshot_from_value({**snapshot_to_value(FULL_SNAPSHOT), name: value})


@pytest.mark.parametrize("value", [None, [], "", 7, {}, {"step": 1}], ids=str)
def test_what_is_no_snapshot_is_refused(value):
    with pytest.raises(StoreError):
        snapshot_from_value(value)


# Kills


class Killed(BaseException):
    """The process is no more: nothing that would tidy up is run."""


STEPS = ("mkdir", "rename", "replace", "unlink", "rmdir", "fsync", "utime")


class Fault:
    """Counts what is done to the disk, and lets the n-th step go wrong."""

    def __init__(self, monkeypatch, at: int, problem, for_ever: bool):
        self.count, self._at, self._problem, self._for_ever = 0, at, problem, for_ever
        for name in STEPS:
            monkeypatch.setattr(os, name, self._watched(getattr(os, name)))
        monkeypatch.setattr(module, "open", self._open, raising=False)

    @property
    def happened(self) -> bool:
        return self.count >= self._at

    def step(self, before=lambda: None) -> None:
        self.count += 1
        if self.count == self._at:
            before()
        if self.count == self._at or (self._for_ever and self.happened):
            raise self._problem

    def _watched(self, function):
        def watched(*args, **kwargs):
            self.step()
            return function(*args, **kwargs)

        return watched

    def _open(self, path, mode):
        if "x" not in mode:
            return open(path, mode)
        self.step()
        fault = self

        class Raw(io.FileIO):
            def write(self, data):
                fault.step(lambda: io.FileIO.write(self, bytes(data)[: len(data) // 2]))  # half of it arrives
                return super().write(data)

        return io.BufferedWriter(Raw(path, mode), 100)  # so small that an archive takes many writes


@contextmanager
def fault(at: int, problem, for_ever: bool = True):
    with pytest.MonkeyPatch.context() as monkeypatch:
        yield Fault(monkeypatch, at, problem, for_ever)


def _save(run, kind="last"):
    return lambda: run.save(kind, weights(2), at_step(run.record(), 2))


OPERATIONS = {
    "save last": _save,
    "save best": lambda run: _save(run, "best"),
    "save an epoch": lambda run: _save(run, 2),
    "write": lambda run: lambda: run.write(at_step(run.record(), 2)),
    "rename": lambda run: lambda: run.rename("Second"),
    "note": lambda run: lambda: run.workspace.note("new"),
    "create": lambda run: lambda: new_run(run.workspace, name="Second"),
    "delete": lambda run: lambda: run.workspace.delete(run.id),
    "expire": lambda run: lambda: Store(run.workspace.path.parent).expire(time.time() + 99 * 86_400, ["other"]),
}


def check_whole(root: Path, run_id: str, may_be_gone: bool) -> None:
    """What must be true whenever somebody looks."""
    store = Store(root)
    [other], damaged = store.workspace("other").records()
    assert other.name == "Other" and not damaged
    workspace = store.workspace(TOKEN)
    records, damaged = workspace.records()
    assert not damaged and {record.name for record in records} <= {"First", "Second"}
    assert workspace.read_note() in ({"old", "new", None} if may_be_gone else {"old", "new"})
    if run_id not in {record.id for record in records}:
        assert may_be_gone
        return
    run = workspace.open(run_id)
    for kind in ("last", "best", *run.epochs()):
        saved = run.load(kind)
        step = saved.record.snapshot.step
        assert step in (1, 2) and saved.record.numbers == {"step": step} and same(saved.arrays, weights(step))
    assert run.record().snapshot.step in (1, 2)


def prepared(root: Path) -> RunFolder:
    store = Store(root)
    new_run(store.workspace("other"), 1, "Other")
    run = new_run(store.workspace(TOKEN), 1)
    for kind in ("best", 1, 2):
        run.save(kind, weights(1), at_step(run.record(), 1))
    store.workspace(TOKEN).note("old")
    return run


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_kill_at_any_step_leaves_everything_whole(tmp_path, name):
    """And after it, what was interrupted can be done again, and no leftovers stay."""
    for at in range(1, 200):
        root = tmp_path / str(at)
        run = prepared(root)
        with fault(at, Killed()) as kill:
            try:
                OPERATIONS[name](run)()
            except Killed:
                pass
        check_whole(root, run.id, name in ("delete", "expire"))
        if name == "save last":  # the list promises nothing that is not there
            assert run.record().snapshot.step <= run.load("last").record.snapshot.step
        if not kill.happened:
            break
        again = Store(root).workspace(TOKEN)
        if run.path.exists():
            OPERATIONS[name](again.open(run.id))()
            check_whole(root, run.id, name in ("delete", "expire"))
        Store(root).expire(time.time() + 3600, [TOKEN, "other"])
        assert not [path for path in root.rglob("*") if ".part" in path.name]
    assert 1 < at < 199, "nothing was interrupted, or not every step was"


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES, errno.EIO], ids=errno.errorcode.get)
def test_a_step_that_fails_is_said_in_a_sentence_and_breaks_nothing(tmp_path, name, number):
    """A full disk, a folder that may not be written to, a broken disk: at each step, once or from then on."""
    root = tmp_path / "data"
    run = prepared(root)
    for at in range(1, 200):
        with fault(at, OSError(number, os.strerror(number)), for_ever=at % 2) as trouble:
            try:
                OPERATIONS[name](run)()
            except StoreError as problem:
                sentence = str(problem)
                assert sentence.endswith(".") and "Errno" not in sentence
                assert number != errno.ENOSPC or "disk is full" in sentence
                assert number != errno.EACCES or "may not write" in sentence
        check_whole(root, run.id, name in ("delete", "expire"))
        if not trouble.happened:
            break
        if name == "create":  # those that did come about
            for record in run.workspace.records()[0]:
                if record.name == "Second":
                    run.workspace.delete(record.id)
        if not run.path.exists():
            root = tmp_path / str(at)
            run = prepared(root)
    assert 1 < at < 199


def test_a_file_is_on_the_disk_before_it_takes_the_formers_place(workspace, synced, monkeypatch):
    run = new_run(workspace, 1)
    replaced = []

    def watched(source, goal, replace=os.replace):
        replaced.append((Path(goal).name, os.stat(source).st_size == synced[-1], Path(source).parent))
        replace(source, goal)

    monkeypatch.setattr(os, "replace", watched)
    run.save("last", weights(2), at_step(run.record(), 2))
    assert replaced == [("last.npz", True, run.path), ("run.json", True, run.path)]


def test_a_full_disk_leaves_no_leftovers(workspace):
    run = new_run(workspace, 1)
    record, failures = run.record(), 0
    for at in range(1, 30):
        with fault(at, OSError(errno.ENOSPC, ""), for_ever=False):
            try:
                run.save("last", weights(2, 500), at_step(record, 2))
            except StoreError:
                failures += 1
        assert not [name for name in os.listdir(run.path) if name.endswith(".part")]
    assert failures > 20


@pytest.mark.skipif(sys.platform == "win32", reason="no limits on the size of files")
def test_a_file_that_the_system_cuts_short_does_not_replace_a_whole_one(workspace):
    import resource

    run = new_run(workspace, 1)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, before[1]))
        with pytest.raises(StoreError, match="not saved"):
            run.save("last", weights(2, 50_000), at_step(run.record(), 2))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)
    assert same(run.load("last").arrays, weights(1))


def test_where_nothing_can_be_written_it_says_so(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    for root in (tmp_path / "file", tmp_path / "file" / "below"):
        workspace = Store(root).workspace(TOKEN)
        for attempt in (lambda w=workspace: new_run(w), lambda w=workspace: w.note("desk")):
            with pytest.raises(StoreError, match="RECEPTIVE_DATA_DIR"):
                attempt()
        assert workspace.records() == ([], []) and workspace.read_note() is None and workspace.size == 0
        workspace.touch()
        assert Store(root).expire() == 0


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no kill -9")
def test_a_real_kill_leaves_arrays_with_their_record(root, workspace):
    run = new_run(workspace, 1)
    code = f"""
from tests.training.test_store import *
run = Store(Path({str(root)!r})).workspace(TOKEN).open({run.id!r})
record = run.record()
print("ready", flush=True)
for step in range(2, 10**6):
    run.save("last", weights(step, 100_000), at_step(record, step))
"""
    for wait in (0.05, 0.11, 0.23):
        process = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE)
        assert process.stdout.readline() == b"ready\n"
        time.sleep(wait)
        process.kill()
        process.communicate()
        saved = run.load("last")
        step = saved.record.snapshot.step
        assert step > 1 and same(saved.arrays, weights(step, 100_000))
        [record], damaged = workspace.records()
        assert not damaged and record.snapshot.step in (step, step - 1)


def test_several_runs_write_at_once(workspace):
    runs = [new_run(workspace, 0, f"Run {number}") for number in range(4)]
    problems = []

    def work(run):
        try:
            record = run.record()
            for step in range(1, 12):
                run.save("last", weights(step), at_step(record, step))
                run.save(step, weights(step), at_step(record, step))
                if step == 5:
                    workspace.open(run.id).rename(f"{record.name} renamed")
        except Exception as problem:
            problems.append(problem)

    threads = [threading.Thread(target=work, args=(run,)) for run in runs]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        records, damaged = workspace.records()
        assert len(records) == 4 and not damaged
        for run in runs:
            saved = run.load("last")
            assert same(saved.arrays, weights(saved.record.snapshot.step))
    assert not problems
    for run in runs:
        assert run.load("last").record.snapshot.step == 11 and run.epochs() == list(range(1, 12))
        assert run.record().name.endswith("renamed")


def test_the_runs_of_one_visitor_write_one_after_the_other(root, workspace, monkeypatch):
    """So that what there is room for is counted once."""
    runs = [
        new_run(workspace, 1),
        new_run(Store(root).workspace(TOKEN), 1),
        new_run(Store(root).workspace("other"), 1),
    ]
    busy, most = [], []

    def watched(source, goal, replace=os.replace):
        busy.append(Path(goal).parent.parent)
        time.sleep(0.02)
        most.append(max(map(busy.count, busy)))
        replace(source, goal)
        busy.remove(Path(goal).parent.parent)

    monkeypatch.setattr(os, "replace", watched)
    threads = [threading.Thread(target=run.rename, args=("Together",)) for run in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1, 1, 1] and {run.record().name for run in runs} == {"Together"}


# Whose it is


def test_two_visitors_never_see_each_other(root):
    store = Store(root)
    mine, yours = store.workspace("mine"), store.workspace("yours")
    run = new_run(mine, 1)
    mine.note("my desk")
    assert yours.records() == ([], []) and yours.read_note() is None and yours.size == 0
    with pytest.raises(StoreError):
        yours.open(run.id)
    yours.delete(run.id)
    other = new_run(yours, 2, "Yours")
    assert [record.name for record in mine.records()[0]] == ["First"]
    assert [record.name for record in yours.records()[0]] == ["Yours"]
    with pytest.raises(StoreError):
        yours.open(other.id).save("last", weights(1), run.record())


def test_the_secret_is_nowhere_on_the_disk(root, workspace):
    run = new_run(workspace, 1)
    run.save(1, weights(1), run.record())
    workspace.note("{}")
    assert workspace.path == root / hashlib.sha256(TOKEN.encode()).hexdigest()
    for path in root.rglob("*"):
        assert TOKEN not in path.name
        assert path.is_dir() or TOKEN.encode() not in path.read_bytes()


def test_looking_leaves_no_trace_on_the_disk(root):
    workspace = Store(root).workspace("a passer-by")
    workspace.touch()
    assert workspace.records() == ([], []) and workspace.read_note() is None
    workspace.delete("0" * 12)
    assert Store(root).expire() == 0
    assert not root.exists()


@pytest.mark.parametrize("token", ["", "x" * 1001, None, b"bytes", 7], ids=repr)
def test_what_is_no_secret_has_no_workspace(root, token):
    with pytest.raises(StoreError):
        Store(root).workspace(token)


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_folders_are_for_the_server_alone(root, workspace):
    before = os.umask(0)
    try:
        run = new_run(workspace)
    finally:
        os.umask(before)
    for folder in (root, workspace.path, run.path):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


# Path tricks

TRICKS = [
    "", ".", "..", "../" * 3, "/", "/etc/passwd", "0" * 11, "0" * 13, "0" * 12 + "\n", "ABCDEF012345", "../00000000",
    "0123456789a/", "0123456789a\0", "desk.json\0\0\0", "٠" * 12, None, 7, b"0" * 12, ["0" * 12],
]  # fmt: skip


@pytest.mark.parametrize("run_id", TRICKS, ids=repr)
def test_only_the_number_of_a_run_finds_one(workspace, run_id):
    new_run(workspace, 1)
    for attempt in (workspace.open, workspace.delete):
        with pytest.raises(StoreError, match="number of a run"):
            attempt(run_id)
    assert len(workspace.records()[0]) == 1


@pytest.mark.parametrize("kind", ["", "first", "../last", "last.npz", -1, 10**6, 1.0, True, None, ["last"]], ids=repr)
def test_only_what_is_kept_of_a_run_has_a_file(workspace, kind):
    run = new_run(workspace, 1)
    for attempt in (
        lambda: run.save(kind, [], run.record()),
        lambda: run.load(kind),
        lambda: run.has(kind),
    ):
        with pytest.raises(StoreError, match="Only"):
            attempt()


@pytest.mark.skipif(os.name != "posix", reason="links and pipes of POSIX")
def test_links_lead_nowhere(tmp_path, root, workspace):
    outside = tmp_path / "outside"
    run = new_run(workspace, 1)
    good = new_run(workspace, 2, "Good")
    os.rename(run.path, outside)
    os.symlink(outside, run.path)  # a run that lies elsewhere
    secret = tmp_path / "secret"
    secret.write_text("secret")
    linked = new_run(workspace, 1, "Linked")
    for name in ("run.json", "last.npz"):
        (linked.path / name).unlink()
        (linked.path / name).symlink_to(outside / name)
    (workspace.path / "desk.json").symlink_to(secret)
    before = files(outside)

    records, damaged = workspace.records()
    assert [record.id for record in records] == [good.id] and [one.id for one in damaged] == [linked.id]
    with pytest.raises(StoreError):
        workspace.open(run.id)
    with pytest.raises(StoreError):
        linked.load("last")
    with pytest.raises(StoreError):
        workspace.read_note()
    with pytest.raises(StoreError):
        run.save("last", weights(5), replace(good.record(), id=run.id))
    workspace.note("mine")  # takes the link's place, not its goal's
    linked.save("last", weights(3), replace(good.record(), id=linked.id))
    workspace.delete(linked.id)
    workspace.delete(run.id)
    assert files(outside) == before and secret.read_text() == "secret" and workspace.read_note() == "mine"

    whole = Store(tmp_path / "elsewhere").workspace(TOKEN)
    (tmp_path / "elsewhere").mkdir()
    os.symlink(workspace.path, whole.path)  # a workspace that lies elsewhere
    assert whole.records() == ([], []) and whole.read_note() is None
    with pytest.raises(StoreError):
        new_run(whole)
    assert Store(tmp_path / "elsewhere").expire(time.time() + 1e9) == 0
    assert [record.id for record in workspace.records()[0]] == [good.id]


@pytest.mark.skipif(os.name != "posix", reason="links and pipes of POSIX")
def test_a_pipe_does_not_make_anybody_wait(workspace):
    run = new_run(workspace, 1)
    for name in ("run.json", "last.npz"):
        (run.path / name).unlink()
        os.mkfifo(run.path / name)
    assert [one.id for one in workspace.records()[1]] == [run.id]
    with pytest.raises(StoreError):
        run.load("last")


def test_the_data_folder_itself_may_be_a_link(tmp_path):
    (tmp_path / "volume").mkdir()
    (tmp_path / "data").symlink_to(tmp_path / "volume")
    store = Store(tmp_path / "data")
    new_run(store.workspace(TOKEN), 1)
    assert len(store.workspace(TOKEN).records()[0]) == 1
    assert store.expire(time.time() + 1e9) == 1


# Damaged and hostile files


def header(shape: str = "(2,)", descr: str = "'<f4'", fortran: str = "False") -> bytes:
    """The beginning of an array in NumPy's format, with anything in it."""
    text = f"{{'descr': {descr}, 'fortran_order': {fortran}, 'shape': {shape}, }}\n".encode()
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text


def packed(members: list[tuple[str, bytes]], compression=zipfile.ZIP_STORED) -> bytes:
    """An archive whose arrays are packed so."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members:
            archive.writestr(name, content, compression if name.endswith(".npy") else zipfile.ZIP_STORED)
    return file.getvalue()


class Boom:
    def __reduce__(self):
        return (os.mkdir, ("unpickled",))


def pickled() -> bytes:
    file = io.BytesIO()
    np.save(file, np.array([Boom()]), allow_pickle=True)
    return file.getvalue()


def _many_members(count: int, elsewhere: bool = False) -> bytes:
    """A list of members that takes many times its length when it is read; `elsewhere`, the end tells of two only."""
    entries = struct.pack("<4s6H3L5H2L", b"PK\x01\x02", *[0] * 16) * count
    longer = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, len(entries), 0)
    longer += struct.pack("<4sLQL", b"PK\x06\x07", 0, len(entries), 1)
    told, length = (2, 100) if elsewhere else (min(count, 65_535), len(entries))
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, told, told, length, 0, 0)
    return entries + (longer if elsewhere else b"") + end


def _sizes_told(content: bytes, told: int | None = None) -> bytes:
    """With another size told of the last member; where none is given, its packed one."""
    at = content.rindex(b"PK\x01\x02")
    size = content[at + 20 : at + 24] if told is None else struct.pack("<L", told)
    return content[: at + 20] + size + size + content[at + 28 :]


def hostile_archives(record: bytes) -> dict[str, bytes]:
    """Files that might lie where `last.npz` should; `record` is the right one."""
    two = np.zeros(2, np.float32).tobytes()
    good = [("record.json", record), ("0.npy", header() + two)]

    def with_array(content: bytes) -> bytes:
        return packed([good[0], ("0.npy", content)])

    def with_record(content: bytes) -> bytes:
        return packed([("record.json", content), good[1]])

    return {
        "nothing": b"",
        "text": b"not an archive",
        "a bare array": header() + two,
        "no members": packed([]),
        "no record": packed(good[1:]),
        "a member too many": packed([*good, ("evil.npy", header() + two)]),
        "a member that leads out": packed([good[0], ("../../0.npy", header() + two)]),
        "a member twice": packed([good[0], ("0.npy", two), ("1.npy", two)]).replace(b"1.npy", b"0.npy"),
        "a gap": packed([good[0], ("1.npy", header() + two)]),
        "deflated": packed(good, zipfile.ZIP_DEFLATED),
        "a bomb": packed([good[0], ("0.npy", header("(12500000,)") + bytes(50_000_000))], zipfile.ZIP_DEFLATED),
        "bzip2": packed(good, zipfile.ZIP_BZIP2),
        "something behind": packed(good) + b"\0",
        "a comment": packed(good)[:-2] + b"\x01\x00x",
        "many members": _many_members(200_000),
        "very many members": _many_members(5_001),
        "more members elsewhere": _many_members(200_000, elsewhere=True),
        "a hidden bomb": _sizes_told(packed([good[0], ("0.npy", bytes(50_000_000))], zipfile.ZIP_BZIP2)),
        "a member larger than the file": _sizes_told(packed(good), 2**31 - 1),
        "pickle": with_array(pickled()),
        "a bare pickle": with_array(pickle.dumps(Boom())),
        "objects": with_array(header("(1,)", "'|O'") + b"\x80\x04N."),
        "huge shape": with_array(header("(1000000000000,)")),
        "huge empty shape": with_array(header("(0, 99999999999999999999)")),
        "negative shape": with_array(header("(-1, -2)") + two),
        "shape of digits": with_array(header("(" + "9" * 5000 + ",)")),
        "short": with_array(header("(3,)") + two),
        "long": with_array(header("(1,)") + two),
        "other order": with_array(header(fortran="True") + two),
        "other bytes first": with_array(header(descr="'>f4'") + two),
        "records": with_array(header("(1,)", "[('a', '<f4'), ('b', '<f4')]") + two),
        "text array": with_array(header("(1,)", "'<U2'") + two),
        "dates": with_array(header("(1,)", "'<M8[s]'") + two),
        "not finite": with_array(header() + np.array([1, np.nan], np.float32).tobytes()),
        "nested header": with_array(header("(" * 300 + ")" * 300) + two),
        "expression in header": with_array(header("(" + "-" * 9000 + "1,)") + two),
        "newer format": with_array(b"\x93NUMPY\x02\x00" + b"\0\0\0\0" + two),
        "no header": with_array(b""),
        "record of another kind": with_record(record.replace(b'"last"', b'"best"')),
        "record of another run": with_record(record.replace(b'"id": "', b'"id": "00')),
        "record that is a list": with_record(b"[]"),
        "record that is a number": with_record(b"1e999"),
        "record without end": with_record(record[:-1]),
        "record of bytes": with_record(b"\xff\xfe"),
        "deep record": with_record(b'{"kind":"last","record":' + b"[" * 25_000),
        "long record": with_record(b" " * 40_000_000),
        "wide record": with_record(b'{"kind":"last","record":[' + b"[]," * 600_000 + b"[]]}"),
    }  # fmt: skip


def test_hostile_arrays_are_refused_and_take_no_memory(workspace, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    run, other = new_run(workspace, 1), new_run(workspace, 2, "Other")
    path = run.path / "last.npz"
    with zipfile.ZipFile(path) as archive:
        record = archive.read("record.json")
    members = [("record.json", record), ("0.npy", header() + bytes(8))]
    path.write_bytes(packed(members))
    assert same(run.load("last").arrays, [np.zeros(2, np.float32)])  # so that the others fail for their own reason
    for name, content in hostile_archives(record).items():
        path.write_bytes(content)
        del content
        tracemalloc.start()
        for shapes in (None, [(2,)]):
            with pytest.raises(StoreError) as refusal:
                run.load("last", shapes)
            assert str(refusal.value).endswith("."), name
        assert tracemalloc.get_traced_memory()[1] < 30_000_000, name
        tracemalloc.stop()
    assert not (tmp_path / "unpickled").exists()
    path.unlink()
    path.mkdir()
    with pytest.raises(StoreError):
        run.load("last")
    assert same(other.load("last").arrays, weights(2))


def test_files_in_each_others_place_are_noticed(workspace):
    run, other = new_run(workspace, 1), new_run(workspace, 2, "Other")
    run.save("best", weights(1), run.record())
    for source, goal in (
        (other.path / "last.npz", run.path / "last.npz"),
        (run.path / "best.npz", run.path / "last.npz"),
        (run.path / "best.npz", run.path / "epoch-3.npz"),
    ):
        goal.write_bytes(source.read_bytes())
        with pytest.raises(StoreError, match="another"):
            run.load(3 if "epoch" in goal.name else "last")
    (run.path / "run.json").write_bytes((other.path / "run.json").read_bytes())
    records, damaged = workspace.records()
    assert [record.id for record in records] == [other.id] and [one.id for one in damaged] == [run.id]


def test_arrays_of_other_shapes_are_refused(workspace):
    run = new_run(workspace, 1)
    right = [(50, 2), (), (3,)]
    assert same(run.load("last", right).arrays, weights(1))
    for shapes in ([], right[:2], [*right, (1,)], [(2, 50), (), (3,)], [(100,), (), (3,)], [(50, 2), (1,), (3,)]):
        with pytest.raises(StoreError, match="anew"):
            run.load("last", shapes)


def test_a_file_that_is_too_large_is_not_read(workspace, monkeypatch):
    run = new_run(workspace, 1)
    with open(run.path / "last.npz", "r+b") as file:
        file.truncate(10**11)  # takes no room
    with open(run.path / "run.json", "r+b") as file:
        file.truncate(10**11)
    workspace.note("x")
    with open(workspace.path / "desk.json", "r+b") as file:
        file.truncate(10**11)
    for attempt in (lambda: run.load("last"), run.record, workspace.read_note):
        with pytest.raises(StoreError, match="larger"):
            attempt()


def hostile_records(good: dict) -> dict[str, bytes]:
    """Texts that might lie where `run.json` should."""

    def changed(**changes) -> bytes:
        return json.dumps({**good, **changes}).encode()

    network = json.loads(good["network"])
    return {
        "nothing": b"",
        "no text": b"\xff\xff",
        "a list": b"[]",
        "null": b"null",
        "no fields": b"{}",
        "a field too many": changed(more=1),
        "another format": changed(format=2),
        "format of text": changed(format="1"),
        "another run": changed(id="0" * 12),
        "no name": changed(name=" "),
        "a long name": changed(name="x" * 81),
        "half a letter": changed(name="\ud800"),
        "name of numbers": changed(name=[1]),
        "network as object": changed(network=network),
        "network of nonsense": changed(network="{}"),
        "no recipe": changed(network=json.dumps({**network, "recipe": None})),
        "no dataset": changed(network=json.dumps({**network, "dataset": None})),
        "dataset that leads out": changed(network=json.dumps({**network, "dataset": "../../x"})),
        "huge recipe": changed(network=json.dumps({**network, "recipe": {"epochs": 10**9}})),
        "created never": changed(created=None),
        "created late": changed(created=1e300),
        "created not": changed(created=float("nan")),
        "infinitely late": changed(created=float("inf")),
        "no snapshot": changed(snapshot=None),
        "silent layers elsewhere": changed(snapshot={"state": "PAUSED", "dead_units": [[[7], 0.5]]}),
        "numbers as list": changed(numbers=[]),
        "too many numbers": changed(numbers={"x": "y" * 50_001}),
        "no number": changed(numbers={"x": float("nan")}),
        "deep": b'{"a":' * 25_000,
        "deeper": b"[" * 1_000_000,
        "wide": b"[" + b"[]," * 600_000 + b"[]]",
        "long number": b'{"format": ' + b"9" * 100_000 + b"}",
        "too long": json.dumps(good).encode() + b" " * 2_000_001,
    }


def test_hostile_records_are_listed_as_damaged_and_hide_no_others(workspace):
    run, other = new_run(workspace), new_run(workspace, 2, "Other")
    good = json.loads((run.path / "run.json").read_text())
    for name, content in hostile_records(good).items():
        (run.path / "run.json").write_bytes(content)
        tracemalloc.start()
        records, damaged = workspace.records()
        assert tracemalloc.get_traced_memory()[1] < 30_000_000, name
        tracemalloc.stop()
        assert [record.id for record in records] == [other.id], name
        assert [one.id for one in damaged] == [run.id] and damaged[0].sentence.endswith("."), name
    (run.path / "run.json").unlink()
    assert [one.id for one in workspace.records()[1]] == [run.id]
    workspace.delete(run.id)
    assert workspace.records()[1] == []


def mutated(content: bytes, dice: random.Random) -> bytes:
    """Something wrong with a file: bytes changed, cut off, doubled, taken out."""
    content = bytearray(content)
    for _ in range(dice.choice((1, 1, 2, 8))):
        start = dice.randrange(len(content) + 1)
        how = dice.randrange(5)
        if how == 0:
            content[start : start + 1] = bytes([dice.randrange(256)])
        elif how == 1:
            content[start:] = b""
        elif how == 2:
            content[start:start] = content[start : start + dice.randrange(64)]
        elif how == 3:
            content[start : start + dice.randrange(64)] = b""
        else:
            content[start : start + 1] = dice.choice((b"9", b"-", b"[", b"{", b'"', b"null", b"1e999", b"NaN", b"\0"))
    return bytes(content)


def test_whatever_happens_to_run_json_the_others_are_listed(workspace):
    dice = random.Random(5)
    run, other = new_run(workspace), new_run(workspace, name="Other")
    run.write(replace(run.record(), snapshot=FULL_SNAPSHOT, numbers={"a": [1, {"b": None}]}))
    path = run.path / "run.json"
    good = path.read_bytes()
    outcomes = set()
    for _ in range(250):
        path.write_bytes(mutated(good, dice))
        records, damaged = workspace.records()
        assert len(records) + len(damaged) == 2 and other.id in {record.id for record in records}
        outcomes.add(len(damaged))
        for record in records:
            assert isinstance(record.snapshot, Snapshot) and isinstance(record.network, Network)
            run.path.joinpath("again").write_bytes(module._text_of(record))  # what is believed can be written
    assert outcomes == {0, 1}


def test_whatever_happens_to_an_npz_it_is_refused_or_unharmed(workspace):
    dice = random.Random(6)
    run = new_run(workspace, 1)
    run.save("last", weights(1, 5), at_step(run.record(), 1))
    path = run.path / "last.npz"
    good, refused = path.read_bytes(), 0
    tracemalloc.start()
    for number in range(300):
        content = mutated(good, dice) if number % 2 else _flipped_head(good, dice)
        path.write_bytes(content)
        try:
            saved = run.load("last")
        except StoreError:
            refused += 1
        else:
            assert same(saved.arrays, weights(1, 5)) and saved.record.snapshot.step == 1
    assert 150 < refused < 300  # some bytes, such as times, mean nothing
    assert tracemalloc.get_traced_memory()[1] < 30_000_000
    tracemalloc.stop()


def _flipped_head(content: bytes, dice: random.Random) -> bytes:
    """A byte changed where the archive says what it holds."""
    places = [at + offset for at in range(len(content)) if content[at : at + 2] == b"PK" for offset in range(46)]
    place = min(dice.choice(places), len(content) - 1)
    return content[:place] + bytes([dice.choice((0, 1, 127, 255, dice.randrange(256)))]) + content[place + 1 :]


def test_the_data_folder_can_be_chosen(monkeypatch, tmp_path):
    monkeypatch.setenv("RECEPTIVE_DATA_DIR", str(tmp_path / "chosen"))
    assert Store().root == (tmp_path / "chosen").resolve()
    monkeypatch.delenv("RECEPTIVE_DATA_DIR")
    assert data_folder() == ROOT / ".receptive" and (ROOT / "app.py").exists()


def test_too_many_runs_are_refused_and_none_is_deleted_for_it(workspace, monkeypatch):
    monkeypatch.setenv("RECEPTIVE_MOST_RUNS", "3")
    ids = {new_run(workspace).id for _ in range(3)}
    with pytest.raises(StoreError, match=r"3 runs.*Delete one"):
        new_run(workspace)
    assert {record.id for record in workspace.records()[0]} == ids
    workspace.delete(ids.pop())
    new_run(workspace)


def test_a_workspace_that_is_full_takes_no_arrays_but_still_notes(workspace, monkeypatch):
    monkeypatch.setenv("RECEPTIVE_WORKSPACE_MB", "1")
    run, other = new_run(workspace, 1), new_run(workspace, 1, "Other")
    other.save("last", weights(2, 80_000), at_step(other.record(), 2))  # 0.64 MB
    before = files(workspace.path)
    for kind in ("last", "best"):
        with pytest.raises(StoreError, match=r"1 MB.*Delete a run"):
            run.save(kind, weights(3, 80_000), at_step(run.record(), 3))
    assert not run.save(1, weights(3, 80_000), at_step(run.record(), 3))
    assert files(workspace.path) == before
    other.save("last", weights(3, 80_000), at_step(other.record(), 3))  # in place of its former self
    run.write(at_step(run.record(), 4))
    workspace.note("desk")
    monkeypatch.setenv("RECEPTIVE_WORKSPACE_MB", "0.5")
    with pytest.raises(StoreError, match="Delete one"):
        new_run(workspace)
    workspace.delete(other.id)
    run.save("last", weights(5), at_step(run.record(), 5))


def test_a_run_that_is_too_large_to_be_read_back_is_not_saved(workspace, monkeypatch):
    monkeypatch.setattr(module, "MAX_FILE", 10_000)
    run = new_run(workspace, 1)
    with pytest.raises(StoreError, match="smaller"):
        run.save("last", weights(2, 5000), at_step(run.record(), 2))
    assert same(run.load("last").arrays, weights(1))


def test_epochs_are_thinned_evenly_and_first_and_newest_stay(workspace, monkeypatch):
    monkeypatch.setenv("RECEPTIVE_RUN_DISK_MB", "0.8")
    run = new_run(workspace, 0)
    for epoch in range(1, 41):
        assert run.save(epoch, weights(epoch, 10_000), at_step(run.record(), epoch))  # 0.08 MB
        kept = run.epochs()
        assert kept[0] == 1 and kept[-1] == epoch
        assert sum(path.stat().st_size for path in run.path.iterdir()) <= 800_000
    assert 6 <= len(kept) <= 9
    gaps = np.diff(kept)
    assert gaps.max() <= 2.5 * gaps.mean(), kept
    assert all(same(run.load(epoch).arrays, weights(epoch, 10_000)) for epoch in kept)


def test_last_and_best_are_kept_where_epochs_have_no_room(workspace, monkeypatch):
    monkeypatch.setenv("RECEPTIVE_RUN_DISK_MB", "0.3")
    run = new_run(workspace, 0)
    assert run.save(1, weights(1, 10_000), at_step(run.record(), 1))
    assert run.save(2, weights(2, 10_000), at_step(run.record(), 2))
    for kind in ("last", "best"):
        assert run.save(kind, weights(3, 10_000), at_step(run.record(), 3))
    assert run.epochs() == []  # not even the first and the newest fit beside them
    for epoch in (3, 4):
        assert not run.save(epoch, weights(epoch, 10_000), at_step(run.record(), epoch))
    assert run.epochs() == []
    assert same(run.load("last").arrays, weights(3, 10_000)) and same(run.load("best").arrays, weights(3, 10_000))


def test_epochs_make_way_for_last_in_a_full_workspace(workspace, monkeypatch):
    monkeypatch.setenv("RECEPTIVE_WORKSPACE_MB", "0.5")
    run = new_run(workspace, 0)
    for epoch in range(1, 9):
        run.save(epoch, weights(epoch, 10_000), at_step(run.record(), epoch))
    assert len(run.epochs()) >= 4
    assert run.save("last", weights(9, 25_000), at_step(run.record(), 9))
    assert run.epochs() in ([1, 8], [1, 4, 8], [1, 5, 8]) and workspace.size <= 500_000


def test_leftovers_of_interrupted_writes_go_when_nobody_can_be_writing_them(root, workspace):
    run = new_run(workspace, 1)
    leftovers = [
        run.path / ".last.npz.0011aabb.part",
        workspace.path / ".desk.json.0011aabb.part",
        workspace.path / ".0123456789ab.0011aabb.part",
        root / f".{'0' * 64}.0011aabb.part",
    ]
    for path in leftovers:
        path.mkdir() if "npz" not in path.name and "json" not in path.name else path.write_bytes(bytes(10**6))
    assert len(workspace.records()[0]) == 1 and workspace.size < 10**6
    Store(root).expire()
    assert all(path.exists() for path in leftovers)  # another process may be at it
    for path in leftovers:
        os.utime(path, (time.time() - 1000,) * 2)
    used = workspace.used
    Store(root).expire()
    assert not any(path.exists() for path in leftovers)
    assert workspace.used == used  # to tidy up is no visit
    assert run.load("last").record.snapshot.step == 1


# Expiry


def test_who_stays_away_too_long_is_forgotten(root, monkeypatch):
    monkeypatch.setenv("RECEPTIVE_EXPIRY_DAYS", "10")
    store, now = Store(root), time.time()
    for name, days in (("long", 11), ("short", 9), ("here", 50)):
        new_run(store.workspace(name), 1)
        store.workspace(name).touch(now - days * 86_400)
    assert store.expire(now, in_use=["here"]) == 1
    assert [bool(store.workspace(name).records()[0]) for name in ("long", "short", "here")] == [False, True, True]
    store.workspace("short").touch()
    assert store.expire(now + 9 * 86_400, in_use=["here"]) == 0
    assert store.expire(now + 11 * 86_400) == 2
    assert list(root.iterdir()) == []


def test_saving_is_being_here(root):
    store, now = Store(root), time.time()
    run = new_run(store.workspace(TOKEN), 1)
    for act in (
        lambda: run.save("last", weights(2), at_step(run.record(), 2)),
        lambda: run.write(run.record()),
        lambda: run.rename("Other"),
        lambda: store.workspace(TOKEN).note("desk"),
        lambda: new_run(store.workspace(TOKEN)),
    ):
        store.workspace(TOKEN).touch(now - 1e6)
        act()
        assert store.workspace(TOKEN).used >= now - 10


def test_in_a_full_store_those_who_were_away_longest_go_first(root, monkeypatch):
    monkeypatch.setenv("RECEPTIVE_STORE_MB", "1")
    store, now = Store(root), time.time()
    names = ["first", "here", "second", "third", "fourth"]
    for age, name in enumerate(reversed(names)):
        run = new_run(store.workspace(name))
        run.save("last", weights(1, 40_000), run.record())  # 0.32 MB
        store.workspace(name).touch(now - 100 * age)
    assert store.expire(now, in_use=["here"]) == 2
    assert [name for name in names if store.workspace(name).records()[0]] == ["here", "third", "fourth"]
    assert store.expire(now, in_use=["here"]) == 0
    monkeypatch.setenv("RECEPTIVE_STORE_MB", "0.1")
    assert store.expire(now, in_use=names) == 0


def test_what_is_not_ours_is_left_alone(root, workspace):
    run = new_run(workspace, 1)
    (root / "notes.txt").write_text("mine")
    (root / "folder").mkdir()
    (workspace.path / "notes.txt").write_text("mine")
    (workspace.path / ("0" * 12)).write_text("a file that is called as a run")
    (run.path / "epoch-01.npz").write_text("mine")
    assert len(workspace.records()[0]) == 1 and workspace.records()[1] == [] and run.epochs() == []
    Store(root).expire(time.time() + 1e9)
    assert sorted(path.name for path in root.iterdir()) == ["folder", "notes.txt"]


def test_the_store_needs_neither_tensorflow_nor_streamlit():
    code = "import sys, core.training.store; print({'tensorflow', 'keras', 'streamlit'} & set(sys.modules))"
    answer = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "set()"
