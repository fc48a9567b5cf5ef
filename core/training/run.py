"""A training run in a background thread, with its controls and what other threads may read of it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from core import settings
from core.data import Dataset
from core.network import InvalidNetwork, Network
from core.network.recipe import Recipe
from core.store import LEASE_SECONDS, Marks, RunStore, StoreError, TakenOver
from core.training import records
from core.training.controls import Controls, Ending
from core.training.keeping import Keeping
from core.training.priority import wake_tensorflow
from core.training.report import failure_report
from core.training.scheduler import SCHEDULER, Scheduler
from core.training.snapshot import Snapshot, State

if TYPE_CHECKING:
    import keras

    from core.training.loop import Loop

WEIGHTS_SECONDS = 1.0  # how often a running model's weights are copied for the pages
RESTING_SECONDS = 0.5  # how often a resting run looks whether its visitor is still there
STOPPED = "Stopped. What it has learned so far is kept; you can let it continue."
ALONE = "Paused and saved, because its page had been closed for a while. Press Resume to go on."
LONG = "Paused and saved: this run has used the time that one run may take here. Press Resume to go on."
SUSPENDED = "Paused and saved, because another run was started. Press Resume to go on."
ELSEWHERE = "Another server trains this run. Pause it there, then press Resume to go on here."
UNFORESEEN = "Training ended with an error that we did not foresee. What was saved before is still there."
RESTARTED = "The server was restarted; the run is as it was when it was saved last. Press Resume to go on."


def unwatched_limit() -> float:
    """Seconds that a run may go without a heartbeat before it is paused."""
    return settings.value("RECEPTIVE_PATIENCE_SECONDS")


def budget_seconds() -> float:
    """Seconds that one run may train until it is paused; after each Resume as long again."""
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
        self.marks = Marks()
        self.created = time.time()
        self.life = 0  # grows with each rewind, so that an epoch of another life is not taken for one of this
        self._dataset = dataset  # holds a lesson by its bound method: `core.data.load` finds it while this is here
        self._keeping = Keeping(network, dataset_name, recipe, stored, begin)
        self._unwatched_seconds = unwatched_limit() if unwatched_seconds is None else unwatched_seconds
        self._budget = budget_seconds()
        self._scheduler = scheduler
        self._controls = Controls()
        self._seen = time.monotonic()
        self._snapshot = saved or Snapshot(State.QUEUED, epochs=recipe.epochs)
        self._weights: tuple[int, list[np.ndarray]] | None = None  # (version, arrays)
        self._reading = threading.Lock()
        self._thread: threading.Thread | None = None
        self._life_of_loop = 0  # of what its thread has in memory: as `life`, from there on
        self._begun = 0.0  # seconds that it had trained when its thread began: each has the whole budget
        self._starting = threading.RLock()  # whether it has a thread

    # Controls

    def start(self) -> Run:
        """Start or continue training; returns at once."""
        self._go()
        return self

    def pause(self) -> None:
        """Pause after the current call, and release the training slot."""
        self._controls.pause()

    def suspend(self) -> None:
        """Pause, save, end the thread and free what the run holds in memory."""
        self._controls.suspend()

    def resume(self) -> None:
        """Continue from exactly where it was paused."""
        self._go()

    def one_batch(self) -> None:
        """Train for one batch, then pause."""
        self._go("step")

    def one_epoch(self) -> None:
        """Train to the end of the current epoch and its evaluation, then pause."""
        self._go("epoch")

    def more(self, epochs: int) -> None:
        """Continue a run that has ended, for so many epochs after the one that it is in."""
        with self._starting:
            self._controls.more(epochs)
            self._launch()

    def set_learning_rate(self, rate: float) -> None:
        """Set the learning rate from the next step on; a schedule keeps its shape and goes through this rate."""
        self._controls.set_learning_rate(float(rate))

    def rewind(self) -> None:
        """Restore the initial weights, and pause there."""
        with self._starting:
            self._controls.rewind()
            self._launch()

    def stop(self) -> None:
        """End after the current call, and keep the weights."""
        with self._starting:
            if not self._controls.stop(STOPPED):
                self._stop_resting(STOPPED)

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
        self._keeping.stored = None
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

    def _go(self, until: str = "") -> None:
        with self._starting:
            self._controls.resume(until)
            self._launch()

    def _launch(self) -> None:
        """Start a thread unless there is one, which then sees what was asked."""
        self.heartbeat()
        if self._controls.begin():
            self._queue()
            self._thread = threading.Thread(target=self._work, name="training", daemon=True)
            self._thread.start()

    def _queue(self) -> None:
        self._snapshot = replace(self._snapshot, state=State.QUEUED, message="", report="")

    def _stop_resting(self, reason: str) -> None:
        """Stop a run that rests without a thread."""
        if self._snapshot.state is State.PAUSED:
            self._snapshot = replace(self._snapshot, state=State.STOPPED, message=reason)
            if self._keeping.claim():
                self._keeping.save_end(self._snapshot)
                self._keeping.release()

    # What others read

    @property
    def snapshot(self) -> Snapshot:
        """The newest snapshot."""
        return self._snapshot

    @property
    def active(self) -> bool:
        """True while it trains, waits in the queue, or has just been asked to."""
        state = self._snapshot.state
        if not self._controls.working or state.active:
            return self._controls.working
        over = {State.STOPPED: Ending.STOPPED, State.PAUSED: None}.get(state, Ending.OVER)
        return self._controls.awaits(over)

    @property
    def stored(self) -> RunStore | None:
        """Where in the database it is kept, if anywhere."""
        return self._keeping.stored

    @property
    def problem(self) -> str:
        """Why it is not kept on disk, if it is not."""
        return self._keeping.problem

    @problem.setter
    def problem(self, problem: str) -> None:
        self._keeping.problem = problem

    @property
    def version(self) -> int:
        """Version of the published weights, which grows with each; 0 before the first."""
        weights = self._weights
        return weights[0] if weights else 0

    def began_fresh(self) -> bool:
        """Whether it began with fresh weights, and not with some that had learned before; raises `StoreError`."""
        return not self._keeping.given()

    def weights(self) -> tuple[int, list[np.ndarray]] | None:
        """(version, arrays) of the newest published weights, in Keras' order; None before there are any.

        Raises:
            StoreError: where they are on disk and cannot be read.
        """
        with self._reading:
            if self._weights is None and not self._controls.working:
                arrays = self._keeping.weights(self._snapshot)
                if arrays is not None:
                    self._weights = (1, arrays)
        return self._weights

    def publish(self, weights: list[np.ndarray]) -> None:
        """Publish weights, in Keras' order, as the newest."""
        self._weights = (self.version + 1, weights)

    def model(self) -> keras.Model | None:
        """A new model with the newest published weights; None before there are any. Raises `StoreError`."""
        from core.training.model import build_model

        weights = self.weights()
        if weights is None:
            return None
        model = build_model(self.network)
        model.set_weights(weights[1])
        return model

    def epochs(self) -> list[int]:
        """The epochs whose weights are kept, in order; 0 is before training."""
        return self._keeping.epochs(self._snapshot)

    def epoch_weights(self, epoch: int) -> list[np.ndarray]:
        """The weights after an epoch, in Keras' order; raises `StoreError`."""
        return self._keeping.epoch_weights(epoch)

    def rename(self, name: str) -> None:
        """Rename the run, with 1 to 80 characters that can be seen; raises `StoreError`."""
        self.name = self._keeping.rename(name)

    def mark(self, marks: Marks) -> None:
        """Mark the run; raises `StoreError` where a tag or the note is too long, or cannot be kept."""
        self.marks = self._keeping.mark(marks)

    # The thread

    def _work(self) -> None:
        again = True
        while again:
            ending = self._worked()
            self._keeping.release()
            self._scheduler.leave(self)
            with self._starting:
                again, stopped = self._controls.finish(ending)
                if stopped:
                    self._stop_resting(stopped)
                if again:
                    self._queue()

    def _worked(self) -> Ending:
        """Train, and rest meanwhile, until the thread has to end; the last snapshot says how."""
        try:
            self._claim()
            return self._train(self._controls)
        except TakenOver as problem:
            self._controls.give_up()
            self._keeping.forget_checkpoint()
            self._show(None, State.PAUSED, message=str(problem))
            return Ending.LEFT
        except Exception as problem:  # a run may fail, its server may not
            self._controls.give_up()
            self._fail(problem)
            return Ending.OVER

    def _fail(self, problem: Exception) -> None:
        message, report = _foreseen(problem), ""
        if not message:
            logging.getLogger(__name__).error("A run failed", exc_info=problem)
            message, report = UNFORESEEN, failure_report(problem, self.network, self.recipe, self.dataset_name)
        failed = replace(self._snapshot, state=State.FAILED, seconds_left=None, message=message, report=report)
        self._keeping.save_end(failed)
        self._snapshot = failed

    def _claim(self) -> None:
        """Wait until no other server trains this run, no longer than for a silent one; else raise `TakenOver`."""
        end = time.monotonic() + LEASE_SECONDS + RESTING_SECONDS
        while not (mine := self._keeping.claim()) and not self._controls.stopped and time.monotonic() < end:
            time.sleep(RESTING_SECONDS)
        if not mine and not self._controls.stopped:
            raise TakenOver(ELSEWHERE)

    def _train(self, controls: Controls) -> Ending:
        loop: Loop | None = None
        copied = 0.0
        while True:
            reason = self._block_until_runnable(controls, loop)
            if reason:
                self._save(loop)
                self._show(loop, State.PAUSED, message=reason)
                return Ending.LEFT
            if controls.stopped and loop is None and not controls.asked:
                self._show(None, State.STOPPED, message=controls.reason)
                self._keeping.save_end(self._snapshot)
                return Ending.STOPPED
            if loop is None:
                loop = self._made()
                self._begun = loop.seconds
                steps = loop.snapshots(controls)
            if controls.paused:
                continue  # made only to be looked at
            self._obey(controls, loop)
            snapshot = next(steps)
            controls.rest_when_there(snapshot.step, snapshot.evaluated_epoch)
            self._notice_rewind(loop)
            now = time.monotonic()
            evaluated = snapshot.evaluated_epoch != self._snapshot.evaluated_epoch
            active = snapshot.state.active
            if snapshot.state is State.FAILED:
                self._keeping.save_end(snapshot)
            else:
                if evaluated or controls.paused or not active or now - copied > WEIGHTS_SECONDS:
                    self.publish(loop.model.get_weights())
                    copied = now
                if evaluated or not active:
                    self._save(loop)
            self._snapshot = self._with_waiting(snapshot)
            if not active:
                return Ending.STOPPED if snapshot.state is State.STOPPED else Ending.OVER
            self._scheduler.give_way(self)

    def _block_until_runnable(self, controls: Controls, loop: Loop | None) -> str:
        """Block until the run may train or is stopped: return "", or the reason for which its thread ends."""
        while True:
            if self._keeping.is_late and not self._keeping.claim():
                raise TakenOver(ELSEWHERE)
            gone = time.monotonic() - self._seen > self._unwatched_seconds
            over = loop is not None and loop.seconds - self._begun > self._budget
            if controls.may_leave(gone or over):
                self._obey(controls, loop)
                return ALONE if gone else LONG if over else SUSPENDED
            if controls.stopped:
                return ""
            if controls.paused:
                self._scheduler.leave(self)
                if loop is None:
                    return ""
                self._obey(controls, loop)
                self._show(loop, State.PAUSED)
                if not self._weights:
                    self.publish(loop.model.get_weights())
                controls.wait(RESTING_SECONDS)
                continue
            self._scheduler.join(self)
            place = self._scheduler.wait(self, RESTING_SECONDS)
            if not place:
                return ""
            self._show(loop, State.QUEUED, place=place)

    def _obey(self, controls: Controls, loop: Loop | None) -> None:
        """Carry out what was asked of it."""
        if loop is not None:
            loop.obey(controls)
            self._notice_rewind(loop)

    def _notice_rewind(self, loop: Loop) -> None:
        if loop.life != self._life_of_loop:
            self._life_of_loop = loop.life
            self._begun = 0.0
            self.life += 1
            self._keeping.begin_anew()
            self.publish(loop.model.get_weights())

    def _made(self) -> Loop:
        wake_tensorflow()
        from core.training.loop import Loop

        dataset = self._dataset() if callable(self._dataset) else self._dataset
        begin, checkpoint = self._keeping.found()
        self._life_of_loop = 0
        try:
            return Loop(self.network, dataset, self.recipe, checkpoint=checkpoint, begin=begin)
        except InvalidNetwork:
            raise
        except (ValueError, TypeError, KeyError, IndexError, AttributeError):  # what is stored does not fit
            if self.stored is None or checkpoint is None:
                raise
            raise StoreError(f"The run “{self.name}” is damaged, so it cannot go on. Start a new one.") from None

    def _save(self, loop: Loop | None) -> None:
        if loop is not None:
            self._keeping.save(loop.checkpoint())

    def _show(self, loop: Loop | None, state: State, place: int = 0, message: str = "") -> None:
        now = self._snapshot if loop is None else loop.resting()
        now = replace(now, state=state, queue_position=place, message=message)
        known = loop is not None and state is State.QUEUED
        self._snapshot = self._with_waiting(now) if known else replace(now, seconds_left=None)

    def _with_waiting(self, now: Snapshot) -> Snapshot:
        """The snapshot of a loop, which knows how long it will work, with the time that others take besides."""
        if now.seconds_left is None or not now.state.active:
            return now
        return replace(now, seconds_left=self._scheduler.seconds_left(self, now.seconds_left))


def _foreseen(problem: Exception) -> str:
    """The message that explains a failure to a visitor; empty where nobody foresaw it."""
    from core.data import DatasetError

    if isinstance(problem, (InvalidNetwork, DatasetError, StoreError)):
        return str(problem)
    if isinstance(problem, MemoryError) or type(problem).__name__ == "ResourceExhaustedError":
        return "The memory of this machine was not enough. Choose a smaller batch or a smaller network."
    return ""
