"""Where a run is kept: its record, checkpoints and epochs in the database, or its newest checkpoint in memory."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from core.network import Network
from core.network.recipe import Recipe
from core.store import Marks, RunStore, StoreError, TakenOver
from core.training import records
from core.training.snapshot import Snapshot

if TYPE_CHECKING:
    from core.training.checkpoint import Checkpoint

CLAIM_SECONDS = 2.0  # how often a server says that it still trains a run, so that no other one does


class Keeping:
    """Keeps one run.

    Args:
        network, dataset, recipe: what it trains; the dataset by name.
        stored: where in the database, if anywhere.
        begin: weights to begin with, where they are not stored.

    Attributes:
        problem: why it is not kept on disk, if it is not.
    """

    def __init__(
        self, network: Network, dataset: str, recipe: Recipe, stored: RunStore | None, begin: Sequence[np.ndarray]
    ) -> None:
        self.stored = stored
        self.problem = ""
        self._network, self._dataset, self._recipe = network, dataset, recipe
        self._begin = tuple(begin)
        self._checkpoint: Checkpoint | None = None  # in memory, where the database has it not
        self._kept_best: list[float] | None = None  # the evaluation whose weights are stored as the best
        self._revision: int | None = None  # of what is stored, that it goes on from
        self._claimed = -CLAIM_SECONDS  # when this server last said that it trains the run
        self._mine = False  # this server has claimed it
        self._anew = False  # what is stored is of a life before a rewind

    # Whose it is

    @property
    def is_late(self) -> bool:
        """True where this server should claim the run again."""
        return time.monotonic() - self._claimed > CLAIM_SECONDS

    def claim(self) -> bool:
        """Claim the run for this server; False where another one trains it."""
        self._claimed = time.monotonic()
        stored = self.stored
        try:
            self._mine = stored is None or stored.claim()
        except StoreError as problem:  # the database does not answer: that is no reason not to train
            self.problem = str(problem)
            self._mine = True
        return self._mine

    def release(self) -> None:
        """Give up the claim."""
        self._claimed, self._mine = -CLAIM_SECONDS, False
        stored = self.stored
        if stored is not None:
            with suppress(StoreError):
                stored.release()

    # Where it is

    def found(self) -> tuple[Sequence[np.ndarray], Checkpoint | None]:
        """The weights to begin with, and the checkpoint to go on from; raises `StoreError`."""
        begin, checkpoint, stored = self._begin, self._checkpoint, self.stored
        if stored is not None:
            kept = stored.read("start", *(("last", "best") if checkpoint is None else ()))
            begin = begin or kept.checkpoints.get("start", {}).get("weights", ())
            if checkpoint is None:
                self._revision, self._kept_best, checkpoint = kept.revision, None, records.checkpoint_of(kept)
        return begin, checkpoint

    def given(self) -> bool:
        """Whether there are weights that it began with, other than fresh ones; raises `StoreError`."""
        return bool(self._begin) or (self.stored is not None and "start" in self.stored.read("start").checkpoints)

    def save(self, checkpoint: Checkpoint) -> None:
        """Save a checkpoint: in the database where the run is stored there, else in memory; raises `TakenOver`."""
        self._checkpoint = checkpoint
        stored = self.stored
        if stored is None:
            return
        numbers = checkpoint.numbers
        try:
            record = records.Record(self._network, self._dataset, self._recipe, checkpoint.snapshot, numbers)
            arrays = records.arrays_of(checkpoint, with_best=numbers["best"] != self._kept_best)
            content = records.to_bytes(record)
            self._revision = stored.save(content, arrays, self._revision or 0, anew=self._anew)
        except TakenOver as problem:
            self.problem = str(problem)
            self._checkpoint = None  # it goes on from what is stored
            raise
        except StoreError as problem:
            self.problem = str(problem)
        else:
            self.problem, self._anew = "", False
            self._kept_best = numbers["best"]
            self._checkpoint = None  # free the memory

    def save_end(self, ended: Snapshot) -> None:
        """Save that it has ended, and why; its numbers and arrays stay as they were saved last."""
        stored = self.stored
        if stored is None or not self._mine:
            return
        try:
            kept = stored.read()
            if self._revision is not None and kept.revision != self._revision:
                return  # another server has gone on with it
            record = records.from_bytes(kept.record)
            snapshot = replace(
                record.snapshot,
                state=ended.state,
                message=ended.message,
                report=ended.report,
                queue_position=0,
                seconds_left=None,
            )
            content = records.to_bytes(replace(record, snapshot=snapshot))
            self._revision = stored.save(content, {}, kept.revision)
        except StoreError as problem:
            self.problem = str(problem)

    def begin_anew(self) -> None:
        """It was rewound: what is stored of its epochs is of another life."""
        self._anew, self._kept_best = True, None

    def forget_checkpoint(self) -> None:
        """Go on from what is stored."""
        self._checkpoint = None

    # What it has learned

    def weights(self, snapshot: Snapshot) -> list[np.ndarray] | None:
        """The stored weights that a run's last snapshot is about; raises `StoreError`."""
        stored = self.stored
        if stored is None:
            return None
        kind = "last" if snapshot.kept_epoch is None else "best"
        return stored.read(kind).checkpoints.get(kind, {}).get("weights")

    def epochs(self, snapshot: Snapshot) -> list[int]:
        """The epochs whose weights are kept, in order; 0 is before training."""
        stored = self.stored
        if stored is None or self._anew:
            return []
        try:
            return [epoch for epoch in stored.epochs() if epoch <= snapshot.evaluated_epoch]
        except StoreError:
            return []

    def epoch_weights(self, epoch: int) -> list[np.ndarray]:
        """The weights after an epoch, in Keras' order; raises `StoreError`."""
        stored = self.stored
        if stored is None:
            raise StoreError("This run is not kept on disk, so its epochs cannot be shown.")
        if not self._anew and (kept := stored.read(epoch).checkpoints):
            return kept[epoch]["weights"]
        raise StoreError(f"Nothing has been saved as “{epoch}” of this run. Let it train first.")

    def rename(self, name: str) -> str:
        """Rename it, and return the name as it is kept; raises `StoreError`."""
        name = records.checked_name(name)
        stored = self.stored
        if stored is not None:
            stored.rename(name)
        return name

    def mark(self, marks: Marks) -> Marks:
        """Mark it, and return the marks as they are kept; raises `StoreError`."""
        marks = records.checked_marks(marks)
        stored = self.stored
        if stored is not None:
            stored.mark(marks)
        return marks
