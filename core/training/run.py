"""A run in the background: a thread that trains, and what everybody else may read of it."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from core.data import Dataset
from core.network import InvalidNetwork, Network
from core.network.recipe import Recipe
from core.training.controls import Controls
from core.training.snapshot import Snapshot, State

if TYPE_CHECKING:
    import keras

WEIGHTS_SECONDS = 1.0  # how often a running model's weights are copied for the pages


@dataclass(frozen=True)
class Result:
    """What a training leaves: the trained model and its last snapshot."""

    model: keras.Model
    snapshot: Snapshot


def train(
    network: Network,
    dataset: Dataset,
    recipe: Recipe,
    on_progress: Callable[[Snapshot], None] | None = None,
    callbacks: Sequence[Any] = (),
) -> Result:
    """Train and wait for the end.

    Args:
        network: what to train, from fresh weights.
        dataset: what on.
        recipe: how.
        on_progress: receives every snapshot, several a second.
        callbacks: Keras callbacks.

    Raises:
        InvalidNetwork: where the network cannot work on this dataset or this machine.
    """
    from core.training.loop import Loop

    loop = Loop(network, dataset, recipe, callbacks)
    for snapshot in loop.snapshots(Controls()):
        if on_progress is not None:
            on_progress(snapshot)
    return Result(loop.model, snapshot)


def patience_seconds() -> float:
    """How long a run goes on without its visitor; `RECEPTIVE_PATIENCE_SECONDS` (default 600)."""
    return float(os.environ.get("RECEPTIVE_PATIENCE_SECONDS", "600"))


class Run:
    """A training in a thread of its own.

    Pages read `snapshot` and `model()`, call `stop()`, and say with `touch()` that
    somebody is watching: a run that nobody has watched for `patience` seconds ends.

    Args:
        network, recipe: as for `train`.
        dataset: the data, or a function that loads them (called in the thread).
        patience: seconds; by default `patience_seconds()`.
        dataset_name: as `core.data.load` knows it.
    """

    def __init__(
        self,
        network: Network,
        dataset: Dataset | Callable[[], Dataset],
        recipe: Recipe,
        patience: float | None = None,
        dataset_name: str = "",
    ) -> None:
        self.network = network
        self.dataset_name = dataset_name
        self.recipe = recipe
        self._dataset = dataset
        self._patience = patience_seconds() if patience is None else patience
        self._controls = Controls()
        self._seen = time.monotonic()
        self._snapshot = Snapshot(State.STARTING, epochs=recipe.epochs)
        self._weights: tuple[int, list[np.ndarray]] | None = None  # (version, arrays)
        self._reading = threading.Lock()
        self._viewer: tuple[int, keras.Model] | None = None
        self._thread = threading.Thread(target=self._work, name="training", daemon=True)

    def start(self) -> Run:
        """Begin; returns at once."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """End soon, keeping what has been learned."""
        self._controls.stop("Stopped. What it has learned so far is kept until you start the next training.")

    def touch(self) -> None:
        """Somebody is watching."""
        self._seen = time.monotonic()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait for the end; whether it has come."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    @property
    def snapshot(self) -> Snapshot:
        """The newest."""
        return self._snapshot

    @property
    def active(self) -> bool:
        return self._snapshot.state.active

    @property
    def version(self) -> int:
        """Grows whenever newer weights are there; 0 before the first."""
        weights = self._weights
        return weights[0] if weights else 0

    def model(self) -> keras.Model | None:
        """A model with the newest published weights, apart from the one being trained.

        None before there are any. The same object is updated in place when newer
        weights have come; only this run's own visitor holds it.
        """
        from core.training.model import build_model

        weights = self._weights
        if weights is None:
            return None
        with self._reading:
            if self._viewer is None:
                self._viewer = (0, build_model(self.network))
            version, model = self._viewer
            if version < weights[0]:
                model.set_weights(weights[1])
                self._viewer = (weights[0], model)
            return model

    def _work(self) -> None:
        try:
            from core.training.loop import Loop

            dataset = self._dataset() if callable(self._dataset) else self._dataset
            loop = Loop(self.network, dataset, self.recipe)
            copied = 0.0
            for snapshot in loop.snapshots(self._controls):
                now = time.monotonic()
                if now - self._seen > self._patience:
                    self._controls.stop("Ended by itself, because its page had been closed for a while.")
                last = not snapshot.state.active
                if snapshot.state is not State.FAILED and (last or now - copied > WEIGHTS_SECONDS):
                    self._weights = (self.version + 1, loop.model.get_weights())
                    copied = now
                self._snapshot = snapshot
        except Exception as problem:  # a run may fail, its server may not
            if not isinstance(problem, (InvalidNetwork, RuntimeError)):
                logging.getLogger(__name__).exception("A run failed")
            self._snapshot = replace(self._snapshot, state=State.FAILED, message=_explained(problem))


def _explained(problem: Exception) -> str:
    """A failure in words that a visitor can use."""
    from core.data import DatasetError

    if isinstance(problem, (InvalidNetwork, DatasetError)):
        return str(problem)
    if isinstance(problem, MemoryError) or type(problem).__name__ == "ResourceExhaustedError":
        return "The memory of this machine was not enough. Choose a smaller batch or a smaller network."
    return "Training ended with an error that we did not foresee; the server's log has the details."
