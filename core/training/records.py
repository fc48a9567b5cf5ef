"""The record of a run as JSON: what it trains and how far it is. Records of earlier versions are brought up to date."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from core.network import InvalidNetwork, Network
from core.network.names import clean
from core.network.recipe import Recipe
from core.network.sharing import shared_from_json, to_json
from core.store import Marks, Stored, StoreError
from core.training.snapshot import DeadUnits, Mistake, Point, Snapshot, State

if TYPE_CHECKING:
    from core.training.loop import Checkpoint

# A new field with a default needs no new version. Whatever else changes does, and a step that brings the value of the
# JSON object from one version to the next: the first from 1 to 2.
MIGRATIONS: list[Callable[[dict[str, Any]], dict[str, Any]]] = []

MAX_NAME = 80  # characters of a run's name
MAX_TAGS, MAX_TAG, MAX_NOTE = 10, 30, 1000  # tags of a run, characters of each, and of its note
_PARTS = ("weights", "generators", "optimizer")  # of a checkpoint
NEWER = "A newer version of Receptive has saved it. Whoever runs this server can update it."


@dataclass(frozen=True)
class Record:
    """All of a run but its arrays.

    Attributes:
        network, dataset, recipe: what it trains; the dataset as `core.data.load` calls it.
        snapshot: the newest facts.
        numbers: small state of the loop, as JSON has it: keys are text, lists not tuples.
    """

    network: Network
    dataset: str
    recipe: Recipe
    snapshot: Snapshot
    numbers: dict[str, Any]


def to_bytes(record: Record) -> bytes:
    """A record as JSON; raises `StoreError` where it could not be read back."""
    value = {
        "version": len(MIGRATIONS) + 1,
        "network": to_json(record.network, record.recipe, record.dataset),
        "snapshot": _snapshot_value(record.snapshot),
        "numbers": record.numbers,
    }
    try:
        content = json.dumps(value).encode()
    except (TypeError, ValueError) as problem:
        raise StoreError("This run cannot be saved: its record is not one. Start another.") from problem
    from_bytes(content)
    return content


def from_bytes(content: bytes) -> Record:
    """The record that this JSON is; fields that it does not have get their defaults.

    Raises:
        StoreError: where a newer version has saved it, or it is damaged.
    """
    try:
        value = json.loads(content)
        newest = len(MIGRATIONS) + 1
        if value["version"] > newest:
            raise StoreError(NEWER)
        for step in MIGRATIONS[value["version"] - 1 :]:
            value = step(value)
        shared = shared_from_json(value["network"])
        if shared.recipe is None or shared.dataset is None:
            raise StoreError("Its record is damaged: the recipe or the dataset is missing.")
        return Record(
            shared.network,
            shared.dataset,
            shared.recipe,
            _snapshot(value["snapshot"]),
            dict(value.get("numbers", {})),
        )
    except InvalidNetwork as problem:
        raise StoreError(f"Its network cannot be read: {problem}") from None
    except (ValueError, TypeError, KeyError, AttributeError, IndexError) as problem:
        raise StoreError("Its record is damaged: it is not made as ours are.") from problem


def arrays_of(checkpoint: Checkpoint, with_best: bool) -> dict[str | int, dict[str, Any]]:
    """The arrays to save of a checkpoint, by kind: where it goes on, the best epoch's, and those of a whole epoch."""
    last = {name: getattr(checkpoint, name) for name in _PARTS}
    arrays: dict[str | int, dict[str, Any]] = {"last": last}
    if checkpoint.best and with_best:
        arrays["best"] = {"weights": checkpoint.best}
    epoch = checkpoint.snapshot.evaluated_epoch
    if epoch >= 0 and epoch == int(epoch):
        arrays[int(epoch)] = {"weights": checkpoint.weights}
    return arrays


def checkpoint_of(stored: Stored) -> Checkpoint | None:
    """The checkpoint of a stored run; None where there is none. Raises `StoreError`."""
    from core.training.loop import Checkpoint

    if "last" not in stored.checkpoints:
        return None
    record, last = from_bytes(stored.record), stored.checkpoints["last"]
    best = stored.checkpoints.get("best", {}).get("weights", ()) if record.numbers.get("best") else ()
    weights, generators, optimizer = (tuple(last.get(name, ())) for name in _PARTS)
    return Checkpoint(weights, generators, optimizer, record.snapshot, tuple(best), record.numbers)


def checked_name(name: str) -> str:
    """The name of a run, cleaned; raises `StoreError` where nothing of it is left, or too much."""
    cleaned = clean(name)
    if not 1 <= len(cleaned) <= MAX_NAME:
        raise StoreError(f"A run needs a name of at most {MAX_NAME} characters. Choose another.")
    return cleaned


def checked_marks(marks: Marks) -> Marks:
    """The marks of a run, cleaned: each tag once; raises `StoreError` where they are too many or too long."""
    tags = tuple(dict.fromkeys(tag for part in marks.tags.split(",") if (tag := clean(part))))
    if len(tags) > MAX_TAGS or any(len(tag) > MAX_TAG for tag in tags):
        raise StoreError(f"A run has at most {MAX_TAGS} tags of at most {MAX_TAG} characters. Leave some out.")
    note = clean(marks.note)
    if len(note) > MAX_NOTE:
        raise StoreError(f"A note has at most {MAX_NOTE:,} characters, and this one {len(note):,}. Shorten it.")
    return Marks(bool(marks.starred), ", ".join(tags), note)


def _snapshot_value(snapshot: Snapshot) -> dict[str, Any]:
    """A snapshot as JSON has it, without what a diverged network left that no curve or picture can show."""
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


def _is_finite(numbers: tuple[float, ...]) -> bool:
    return all(map(math.isfinite, numbers))


def _finite_or(number: float | None, otherwise: float | None) -> float | None:
    return number if number is not None and math.isfinite(number) else otherwise


def _value(item: Any) -> Any:
    if isinstance(item, State):
        return item.name
    if isinstance(item, np.ndarray):
        data = base64.b64encode(item.tobytes()).decode()
        return {"dtype": item.dtype.str, "shape": item.shape, "data": data}
    if isinstance(item, tuple):
        return [_value(inner) for inner in item]
    return item.item() if isinstance(item, np.generic) else item


def _snapshot(value: dict[str, Any]) -> Snapshot:
    unknown = value.keys() - {field.name for field in fields(Snapshot)}
    if unknown:
        raise StoreError(f"Its record has “{min(unknown)}”, which this version does not know. {NEWER}")
    return Snapshot(**{name: _READERS.get(name, _as_it_is)(inner) for name, inner in value.items()})


def _as_it_is(value: Any) -> Any:
    return value


def _points(value: list[list[Any]]) -> tuple[Point, ...]:
    return tuple(Point(*point) for point in value)


def _array(value: dict[str, Any] | None) -> np.ndarray | None:
    """A read-only array."""
    if value is None:
        return None
    return np.frombuffer(base64.b64decode(value["data"]), value["dtype"]).reshape(value["shape"])


_READERS: dict[str, Callable[[Any], Any]] = {
    "state": State.__getitem__,
    "train": _points,
    "evaluations": _points,
    "held_out": _points,
    "test": lambda value: None if value is None else Point(*value),
    "confusion": _array,
    "samples": _array,
    "hardest": lambda value: tuple(Mistake(*mistake) for mistake in value),
    "dead_units": lambda value: tuple(DeadUnits(tuple(path), share) for path, share in value),
}
