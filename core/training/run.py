"""A training run in a background thread, with its controls and what other threads may read of it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from core import settings
from core.data import Dataset
from core.network import InvalidNetwork, Network
from core.network.recipe import Recipe
from core.store import LEASE_SECONDS, RunStore, StoreError, TakenOver
from core.training import records
from core.training.controls import Controls
from core.training.priority import wake_tensorflow
from core.training.scheduler import SCHEDULER, Scheduler
from core.training.snapshot import Snapshot, State

if TYPE_CHECKING:
    import keras

    from core.training.checkpoint import Checkpoint
    from core.training.loop import Loop

WEIGHTS_SECONDS = 1.0  # how often a running model's weights are copied for the pages
CLAIM_SECONDS = 2.0  # how often a server says that it still trains a run, so that no other one does
RESTING_SECONDS = 0.5  # how often a resting run looks whether its visitor is still there
STOPPED = "Stopped. What it has learned so far is kept; you can let it continue."
ALONE = "Paused and saved, because its page had been closed for a while. Press Resume to go on."
LONG = "Paused and saved: this run has used the time that one run may take here. Press Resume to go on."
SUSPENDED = "Paused and saved, because another run was started. Press Resume to go on."
ELSEWHERE = "Another server trains this run. Pause it there, then press Resume to go on here."
RESTARTED = "The server was restarted; the run is as it was when it was saved last. Press Resume to go on."


@dataclass(frozen=True)
class Result:
    """The result of a training: the trained model and its last snapshot."""

    model: keras.Model
    snapshot: Snapshot


def train(
    network: Network,
    dataset: Dataset,
    recipe: Recipe,
    on_progress: Callable[[Snapshot], None] | None = None,
    callbacks: Sequence[Any] = (),
    begin: Sequence[np.ndarray] = (),
) -> Result:
    """Train and wait for the end.

    Args:
        network: what to train.
        dataset: what on.
        recipe: how.
        on_progress: receives every snapshot, several a second.
        callbacks: Keras callbacks.
        begin: weights to begin with, the first ones in Keras' order; what is not among them is fresh.

    Raises:
        InvalidNetwork: where the network cannot work on this dataset or this machine.
    """
    from core.training.loop import Loop

    loop = Loop(network, dataset, recipe, callbacks, begin=begin)
    for snapshot in loop.snapshots(Controls()):
        if on_progress is not None:
            on_progress(snapshot)
    return Result(loop.model, snapshot)


def unwatched_limit() -> float:
    """Seconds that a run may go without a heartbeat before it is paused."""
    return settings.value("RECEPTIVE_PATIENCE_SECONDS")


def budget_seconds() -> float:
    """Seconds that one run may train."""
    return 60 * settings.value("RECEPTIVE_RUN_MINUTES")


class Run:
    """A training run, with a thread of its own while it works, and without one while it rests for long.

    Pages read `snapshot` and `weights()`, call the controls, and call `heartbeat()` while
    a visitor is watching: without one for `unwatched_seconds`, the run is paused and saved.

    Args:
        network, recipe: as for `train`.
        dataset: the images, or a function that loads them in the run's own thread.
        dataset_name: what it is called in `core.data`.
        name: what people call the run.
        stored: where it is kept, if anywhere.
        unwatched_seconds: after so long without a heartbeat it is paused; by default the server's setting.
        scheduler: decides when it may train.
        saved: the state from which it goes on, where it was saved.
        begin: weights to begin with, as for `train`, where they are not stored.
    """

    def __init__(
        self,
        network: Network,
        dataset: Dataset | Callable[[], Dataset],
        recipe: Recipe,
        *,
        dataset_name: str = "mnist",
        name: str = "",
        stored: RunStore | None = None,
        unwatched_seconds: float | None = None,
        scheduler: Scheduler = SCHEDULER,
        saved: Snapshot | None = None,
        begin: Sequence[np.ndarray] = (),
    ) -> None:
        self.network = network
        self.recipe = recipe
        self.dataset_name = dataset_name
        self.name = name or network.name
        self.created = time.time()
        self.stored = stored
        self._dataset = dataset  # holds a lesson by its bound method: `core.data.load` finds it while this is here
        self._begin = tuple(begin)
        self._unwatched_seconds = unwatched_limit() if unwatched_seconds is None else unwatched_seconds
        self._budget = budget_seconds()
        self._scheduler = scheduler
        self._controls = Controls()
        self._seen = time.monotonic()
        self._checkpoint: Checkpoint | None = None
        self._snapshot = saved or Snapshot(State.QUEUED, epochs=recipe.epochs)
        self._weights: tuple[int, list[np.ndarray]] | None = None  # (version, arrays)
        self._reading = threading.Lock()
        self._thread: threading.Thread | None = None
        self._kept_best: list[float] | None = None  # the evaluation whose weights are stored as the best
        self._revision = 0  # of what is stored, that it goes on from
        self._claimed = 0.0  # when this server last said that it trains the run
        self._starting = threading.RLock()
        self._suspending = False  # its thread is asked to end, and to free the memory
        self._ending = False  # its thread has decided to end: asked to go on, it needs another
        self.problem = ""  # why it is not kept on disk, if it is not

    # Controls

    def start(self) -> Run:
        """Start or continue training; returns at once."""
        self._go(None)
        return self

    def pause(self) -> None:
        """Pause after the current call, and release the training slot."""
        self._controls.pause()

    def suspend(self) -> None:
        """Pause, save, end the thread and free what the run holds in memory."""
        with self._starting:
            self._suspending = self._alive()

    def resume(self) -> None:
        """Continue from exactly where it was paused."""
        self._go(None)

    def one_batch(self) -> None:
        """Train for one batch, then pause."""
        self._go(("step", self._snapshot.step + 1))

    def one_epoch(self) -> None:
        """Train to the end of the current epoch and its evaluation, then pause."""
        self._go(("epoch", int(max(self._snapshot.evaluated_epoch, 0)) + 1))

    def more(self, epochs: int) -> None:
        """Continue a run that has ended, for so many epochs."""
        now = self._snapshot
        done = -(-now.step * now.epochs // now.steps)  # an epoch that was begun counts
        self._controls.request(epochs=done + epochs)
        self._go(None)

    def set_learning_rate(self, rate: float) -> None:
        """Set the learning rate from the next step on; a schedule keeps its shape and goes through this rate."""
        self._controls.request(learning_rate=float(rate))

    def rewind(self) -> None:
        """Restore the initial weights, and pause there."""
        self._controls.pause()
        self._controls.request(rewind=True)
        self._launch()

    def stop(self) -> None:
        """End after the current call, and keep the weights."""
        self._controls.stop(STOPPED)
        with self._starting:
            if not self._alive() and self._snapshot.state is State.PAUSED:
                self._snapshot = replace(self._snapshot, state=State.STOPPED, message=STOPPED)

    @classmethod
    def from_record(
        cls, record: records.Record, name: str, created: float, stored: RunStore, dataset: Callable[[], Dataset]
    ) -> Run:
        """A stored run, paused until it is resumed."""
        saved = record.snapshot
        if saved.state not in (State.FINISHED, State.STOPPED, State.FAILED):
            message = saved.message or RESTARTED
            saved = replace(saved, state=State.PAUSED, queue_position=0, seconds_left=None, message=message)
        run = cls(
            record.network,
            dataset,
            record.recipe,
            dataset_name=record.dataset,
            name=name,
            stored=stored,
            saved=saved,
        )
        run.created = created
        return run

    def discard(self) -> None:
        """End the run and keep nothing: it is being deleted."""
        self.stored = None
        self._controls.stop(STOPPED)

    def heartbeat(self) -> None:
        """Note that a visitor is watching; see `unwatched_seconds`."""
        self._seen = time.monotonic()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait for the end of its thread; returns True once it has ended."""
        thread = self._thread
        if thread is None:
            return True
        thread.join(seconds)
        return not thread.is_alive()

    def _go(self, until: tuple[str, int] | None) -> None:
        self.heartbeat()
        self._controls.resume(until)
        self._launch()

    def _launch(self) -> None:
        """Start a thread unless one is alive."""
        with self._starting:
            self._suspending, ending = False, self._ending
        if ending:
            self.wait()
        with self._starting:
            if not self._alive():
                self.heartbeat()
                self._ending = False
                self._controls.reopen()
                self._snapshot = replace(self._snapshot, state=State.QUEUED, message="")
                self._thread = threading.Thread(target=self._work, name="training", daemon=True)
                self._thread.start()

    def _alive(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    # What others read

    @property
    def snapshot(self) -> Snapshot:
        """The newest snapshot."""
        return self._snapshot

    @property
    def active(self) -> bool:
        """True while it trains, waits in the queue, or has just been asked to."""
        if not self._alive() or self._ending:
            return False
        resting = self._controls.paused and self._snapshot.state is State.PAUSED
        return not resting or self._controls.pending

    @property
    def version(self) -> int:
        """Version of the published weights, which grows with each; 0 before the first."""
        weights = self._weights
        return weights[0] if weights else 0

    def weights(self) -> tuple[int, list[np.ndarray]] | None:
        """(version, arrays) of the newest published weights, in Keras' order; None before there are any.

        Raises:
            StoreError: where they are on disk and cannot be read.
        """
        with self._reading:
            if self._weights is None and not self._alive():
                arrays = self._stored_weights()
                if arrays is not None:
                    self._weights = (1, arrays)
        return self._weights

    def model(self) -> keras.Model | None:
        """A new model with the newest published weights; None before there are any. Raises `StoreError`."""
        from core.training.model import build_model

        weights = self.weights()
        if weights is None:
            return None
        model = build_model(self.network)
        model.set_weights(weights[1])
        return model

    # The thread

    def _work(self) -> None:
        try:
            self._claim()
            self._train(self._controls)
        except TakenOver as problem:
            self._checkpoint = None  # it goes on from what is stored
            self._show(None, State.PAUSED, message=str(problem))
        except Exception as problem:  # a run may fail, its server may not
            if not isinstance(problem, (InvalidNetwork, StoreError, RuntimeError)):
                logging.getLogger(__name__).exception("A run failed")
            self._snapshot = replace(self._snapshot, state=State.FAILED, message=_explained(problem))
        finally:
            if self.stored is not None:
                with suppress(StoreError):
                    self.stored.release()
            with self._starting:
                self._ending = True
            self._scheduler.leave(self)

    def _claim(self) -> None:
        """Wait until no other server trains this run, no longer than for a silent one; else raise `TakenOver`."""
        end = time.monotonic() + LEASE_SECONDS + RESTING_SECONDS
        while not (mine := self._is_mine()) and not self._controls.stopped and time.monotonic() < end:
            time.sleep(RESTING_SECONDS)
        if not mine and not self._controls.stopped:
            raise TakenOver(ELSEWHERE)

    def _is_mine(self) -> bool:
        """Claim the run for this server; False where another one trains it."""
        self._claimed = time.monotonic()
        try:
            return self.stored is None or self.stored.claim()
        except StoreError as problem:  # the database does not answer: that is no reason not to train
            self.problem = str(problem)
            return True

    def _train(self, controls: Controls) -> None:
        loop: Loop | None = None
        copied = 0.0
        while True:
            reason = self._block_until_runnable(controls, loop)
            if reason:
                self._save(loop)
                self._show(loop, State.PAUSED, message=reason)
                return
            if controls.stopped and loop is None:
                self._show(None, State.STOPPED, message=controls.reason)
                return
            if loop is None:
                loop = self._made()
                steps = loop.snapshots(controls)
            if controls.paused and not controls.stopped:
                continue  # made only to be looked at
            snapshot = next(steps)
            controls.rest_when_there(snapshot.step, snapshot.evaluated_epoch)
            now = time.monotonic()
            evaluated = snapshot.evaluated_epoch != self._snapshot.evaluated_epoch
            active = snapshot.state.active
            if snapshot.state is not State.FAILED:
                if evaluated or controls.paused or not active or now - copied > WEIGHTS_SECONDS:
                    self._publish_weights(loop)
                    copied = now
                if evaluated or not active:
                    self._save(loop)
            with self._starting:
                self._ending = not active
                self._snapshot = snapshot
            if not active:
                return
            self._scheduler.give_way(self)

    def _block_until_runnable(self, controls: Controls, loop: Loop | None) -> str:
        """Block until the run may train or is stopped: return "", or the reason for which its thread ends."""
        while True:
            if time.monotonic() - self._claimed > CLAIM_SECONDS and not self._is_mine():
                raise TakenOver(ELSEWHERE)
            with self._starting:
                gone = time.monotonic() - self._seen > self._unwatched_seconds
                over = loop is not None and loop.seconds > self._budget
                if gone or over or (self._suspending and not controls.stopped):
                    self._ending = True
                    return ALONE if gone else LONG if over else SUSPENDED
            if controls.stopped:
                return ""
            if controls.paused:
                self._scheduler.leave(self)
                if loop is None:
                    return ""
                before = self._snapshot.step
                loop.obey(controls)
                self._show(loop, State.PAUSED)
                if self._snapshot.step != before or not self._weights:  # rewound, or only just made
                    self._publish_weights(loop)
                controls.wait(RESTING_SECONDS)
                continue
            self._scheduler.join(self)
            place = self._scheduler.wait(self, RESTING_SECONDS)
            if not place:
                return ""
            self._show(loop, State.QUEUED, place=place)

    def _made(self) -> Loop:
        wake_tensorflow()
        from core.training.loop import Loop

        dataset = self._dataset() if callable(self._dataset) else self._dataset
        begin, checkpoint = self._begin, self._checkpoint
        if self.stored is not None:
            kept = self.stored.read("start", *(("last", "best") if checkpoint is None else ()))
            begin = begin or kept.checkpoints.get("start", {}).get("weights", ())
            if checkpoint is None:
                self._revision, self._kept_best, checkpoint = kept.revision, None, records.checkpoint_of(kept)
        try:
            return Loop(self.network, dataset, self.recipe, checkpoint=checkpoint, begin=begin)
        except InvalidNetwork:
            raise
        except (ValueError, TypeError, KeyError, IndexError, AttributeError):  # what is stored does not fit
            if self.stored is None:
                raise
            raise StoreError(f"The run “{self.name}” is damaged, so it cannot go on. Start a new one.") from None

    def _publish_weights(self, loop: Loop) -> None:
        self._weights = (self.version + 1, loop.model.get_weights())

    # Where it is kept

    def _save(self, loop: Loop | None) -> None:
        """Save a checkpoint: in the database where the run is stored there, else in memory."""
        if loop is None:
            return
        checkpoint = self._checkpoint = loop.checkpoint()
        if self.stored is None:
            return
        numbers = checkpoint.numbers
        try:
            record = records.Record(self.network, self.dataset_name, self.recipe, checkpoint.snapshot, numbers)
            arrays = records.arrays_of(checkpoint, with_best=numbers["best"] != self._kept_best)
            self._revision = self.stored.save(records.to_bytes(record), arrays, self._revision)
        except StoreError as problem:
            self.problem = str(problem)
            if isinstance(problem, TakenOver):
                raise
        else:
            self.problem = ""
            self._kept_best = numbers["best"]
            self._checkpoint = None  # free the memory

    def _stored_weights(self) -> list[np.ndarray] | None:
        """The stored weights that the last snapshot is about, of a run that this server has not trained."""
        if self.stored is None:
            return None
        kind = "last" if self._snapshot.kept_epoch is None else "best"
        return self.stored.read(kind).checkpoints.get(kind, {}).get("weights")

    def epochs(self) -> list[int]:
        """The epochs whose weights are kept, in order; 0 is before training."""
        if self.stored is None:
            return []
        try:
            return [epoch for epoch in self.stored.epochs() if epoch <= self._snapshot.evaluated_epoch]
        except StoreError:
            return []

    def epoch_weights(self, epoch: int) -> list[np.ndarray]:
        """The weights after an epoch, in Keras' order; raises `StoreError`."""
        if self.stored is None:
            raise StoreError("This run is not kept on disk, so its epochs cannot be shown.")
        if kept := self.stored.read(epoch).checkpoints:
            return kept[epoch]["weights"]
        raise StoreError(f"Nothing has been saved as “{epoch}” of this run. Let it train first.")

    def rename(self, name: str) -> None:
        """Rename the run, with 1 to 80 characters; raises `StoreError`."""
        records.check_name(name)
        if self.stored is not None:
            self.stored.rename(name)
        self.name = name

    def _show(self, loop: Loop | None, state: State, place: int = 0, message: str = "") -> None:
        now = self._snapshot if loop is None else loop.resting()
        self._snapshot = replace(now, state=state, queue_position=place, seconds_left=None, message=message)


def _explained(problem: Exception) -> str:
    """The message that explains a failure to a visitor."""
    from core.data import DatasetError

    if isinstance(problem, (InvalidNetwork, DatasetError, StoreError)):
        return str(problem)
    if isinstance(problem, MemoryError) or type(problem).__name__ == "ResourceExhaustedError":
        return "The memory of this machine was not enough. Choose a smaller batch or a smaller network."
    return "Training ended with an error that we did not foresee; the server's log has the details."
