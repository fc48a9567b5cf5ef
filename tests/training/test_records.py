"""The record of a run as JSON: nothing is lost, and other versions are read or named."""

import json
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.network import LENET5, PRESETS
from core.network.recipe import Recipe
from core.store import StoreError
from core.training import records
from core.training.records import MAX_NAME, Record, checked_name, from_bytes, to_bytes
from core.training.snapshot import DeadUnits, Mistake, Point, Snapshot, State

RECIPE = Recipe(epochs=5, optimizer="SGD", learning_rate=0.05, rates=((1, 0.1), (2, 0.01)))
FULL = Snapshot(
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
    report="ValueError: …",
)
NUMBERS = {"steering": 0.5, "callbacks": [{"best": float("inf"), "wait": 0.0}], "best": None}
RECORD = Record(LENET5, "fashion_mnist", RECIPE, FULL, NUMBERS)


def same(a, b) -> bool:
    """Equality of dataclasses that looks into arrays."""
    if isinstance(a, np.ndarray):
        return isinstance(b, np.ndarray) and a.dtype == b.dtype and np.array_equal(a, b)
    if isinstance(a, (Snapshot, Record)):
        return type(a) is type(b) and all(same(getattr(a, field.name), getattr(b, field.name)) for field in fields(a))
    return type(a) is type(b) and a == b


def changed(**values) -> bytes:
    """The record with other values at its top."""
    return json.dumps({**json.loads(to_bytes(RECORD)), **values}).encode()


def test_every_field_is_kept():
    defaults = Snapshot(State.STARTING)
    for field in fields(Snapshot):
        assert not same(getattr(FULL, field.name), getattr(defaults, field.name)), f"{field.name} is not tested"
    found = from_bytes(to_bytes(RECORD))
    assert same(found, RECORD)
    assert not found.snapshot.samples.flags.writeable


@pytest.mark.parametrize("name", PRESETS)
def test_every_network_that_comes_with_the_app_can_be_kept(name):
    record = replace(RECORD, network=PRESETS[name].network)
    assert from_bytes(to_bytes(record)).network == PRESETS[name].network


_numbers = st.floats(0, 1e6, allow_nan=False)
_points = st.builds(Point, _numbers, _numbers, st.floats(0, 1), st.integers(1, 60_000), _numbers)


@settings(max_examples=60, deadline=None)
@given(
    st.builds(
        Snapshot,
        st.sampled_from(State),
        step=st.integers(0, 10**6),
        train=st.lists(_points, max_size=4).map(tuple),
        test=st.none() | _points,
        dead_units=st.lists(
            st.builds(DeadUnits, st.lists(st.integers(0, 9), min_size=1).map(tuple), st.floats(0, 1)), max_size=3
        ).map(tuple),
        kept_epoch=st.none() | _numbers,
        message=st.text(st.characters(codec="utf-8"), max_size=50),
    )
)
def test_any_snapshot_round_trips(snapshot):
    assert same(from_bytes(to_bytes(replace(RECORD, snapshot=snapshot))).snapshot, snapshot)


def test_what_a_diverged_network_left_is_no_obstacle():
    wild = replace(
        FULL,
        state=State.FAILED,
        evaluations=(*FULL.evaluations, Point(2, float("nan"), 0.1, 500)),
        test=Point(2, float("inf"), 0.1, 500),
        hardest=(Mistake(0, 1, 0, float("nan")),),
        samples=np.full((2, 3), np.nan, np.float32),
        seconds_left=float("nan"),
        learning_rate=float("inf"),
    )
    left_out = {"test": None, "hardest": (), "samples": None, "seconds_left": None, "learning_rate": 0.0}
    found = from_bytes(to_bytes(replace(RECORD, snapshot=wild))).snapshot
    assert same(found, replace(FULL, state=State.FAILED, **left_out))


def test_a_record_from_before_a_field_was_new_is_whole():
    value = json.loads(to_bytes(RECORD))
    for name in ("held_out", "kept_epoch", "dead_units"):
        del value["snapshot"][name]
    del value["numbers"]
    expected = replace(RECORD, numbers={}, snapshot=replace(FULL, held_out=(), kept_epoch=None, dead_units=()))
    assert same(from_bytes(json.dumps(value).encode()), expected)


def test_a_record_of_an_earlier_version_is_brought_up(monkeypatch):
    value = json.loads(to_bytes(RECORD))
    value["snapshot"]["note"] = value["snapshot"].pop("message")  # as if version 1 had called it so

    def rename(value):
        value["snapshot"]["message"] = value["snapshot"].pop("note")
        return value

    monkeypatch.setattr(records, "MIGRATIONS", [rename])
    assert same(from_bytes(json.dumps(value).encode()), RECORD)
    assert json.loads(to_bytes(RECORD))["version"] == 2 and same(from_bytes(to_bytes(RECORD)), RECORD)


def test_a_newer_version_is_named():
    with pytest.raises(StoreError, match="newer version"):
        from_bytes(changed(version=2, snapshot={"anything": 1}))
    value = json.loads(to_bytes(RECORD))["snapshot"]
    with pytest.raises(StoreError, match=r"“mood”.*newer version"):
        from_bytes(changed(snapshot=value | {"mood": "good"}))


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"[]", b"{}", b"null", b"\xff", changed(snapshot=None), changed(snapshot={}),
        changed(snapshot={"state": "TIRED"}), changed(snapshot={"state": "PAUSED", "train": [[1]]}),
        changed(snapshot={"state": "PAUSED", "samples": {"dtype": "<f4", "shape": [2], "data": "AAAA"}}),
        changed(network="{}"), changed(network=7), changed(network=json.dumps({"format": 1, "layers": []})),
        changed(network=json.dumps(json.loads(json.loads(to_bytes(RECORD))["network"]) | {"recipe": {"speed": 1}})),
        changed(network=json.dumps(json.loads(json.loads(to_bytes(RECORD))["network"]) | {"recipe": None})),
        changed(version="1"), changed(numbers=7),
    ],
    ids=lambda content: content.decode("latin-1")[:50],
)  # fmt: skip
def test_what_is_no_record_is_refused_with_a_sentence(content):
    with pytest.raises(StoreError, match=r"(damaged|cannot be read).*\."):
        from_bytes(content)


@pytest.mark.parametrize("numbers", [{"a": np.float32(1)}, {"a": {1}}], ids=str)
def test_what_could_not_be_read_back_is_not_written(numbers):
    with pytest.raises(StoreError, match="cannot be saved"):
        to_bytes(replace(RECORD, numbers=numbers))


def test_a_name_is_a_text_that_can_be_kept():
    for name in ("x", "LeNet-5 (2)", "网络 №\u00a01", "x" * 80):
        records.checked_name(name)
    for name in ("", "  ", "x" * 81, "\ud800", "\0"):
        with pytest.raises(StoreError, match="name"):
            records.checked_name(name)


def test_a_name_may_have_eighty_characters():
    assert MAX_NAME == 80 and checked_name(f" {'n' * 80} ") == "n" * 80
    for name in ("n" * 81, "", "  ", "\u200b"):
        with pytest.raises(StoreError, match="at most 80 characters"):
            checked_name(name)
