"""An experiment in the background: pages look at its newest result, and never wait for it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from core.data import DatasetError
from core.network import InvalidNetwork
from core.store import StoreError
from core.study.contender import Unfit
from core.training.priority import wake_tensorflow

T = TypeVar("T")

PATIENCE_SECONDS = 20.0  # so long it goes on without being looked at: who comes back finds what it has computed
UNFORESEEN = "The comparison ended with an error that we did not foresee. Start it again, or choose other networks."
_turn = threading.Lock()  # one step at a time, whoever asks: pages and trainings need the cores too


class Study(Generic[T]):
    """An experiment that goes on in a thread of its own, step by step.

    Each step is short, and between two of them other studies have theirs. It ends by itself when it is done, when it
    is cancelled, and when nobody has asked for `latest` for some time.

    Args:
        steps: starts the experiment: each item is a better result than the one before, and immutable.
        patience_seconds: how long it goes on without being looked at.

    Example:
        >>> study = Study(lambda: robustness(contenders, images, TRANSFORMS["rotation"])).start()
        >>> study.latest, study.finished
    """

    def __init__(self, steps: Callable[[], Iterator[T]], patience_seconds: float = PATIENCE_SECONDS) -> None:
        self._steps = steps
        self._patience_seconds = patience_seconds
        self._latest: T | None = None
        self._seen = time.monotonic()
        self._cancelled = threading.Event()
        self._thread = threading.Thread(target=self._work, name="study", daemon=True)
        self.problem = ""  # why it ended before its end, as a sentence
        self.finished = False  # whether it came to its end

    def start(self) -> Study[T]:
        """Start it; returns at once. Once only."""
        self._thread.start()
        return self

    @property
    def latest(self) -> T | None:
        """The newest result; None before the first. To ask is to be there."""
        self._seen = time.monotonic()
        return self._latest

    @property
    def going(self) -> bool:
        """Whether it is still at work."""
        return self._thread.is_alive()

    def cancel(self) -> None:
        """End it after the step that it is in; returns at once."""
        self._cancelled.set()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait for its end, in scripts and tests; returns True once it has ended."""
        self._thread.join(seconds)
        return not self.going

    def _work(self) -> None:
        try:
            wake_tensorflow()
            steps = self._steps()
            while not self._cancelled.is_set() and time.monotonic() - self._seen < self._patience_seconds:
                with _turn:
                    result = next(steps, None)
                if result is None:
                    self.finished = True
                    return
                self._latest = result
                time.sleep(0.001)  # the lock is not fair: who lets it go would have it again before another is awake
        except Exception as problem:  # an experiment may fail, its server may not
            self.problem = _foreseen(problem)
            if not self.problem:
                logging.getLogger(__name__).error("A study failed", exc_info=problem)
                self.problem = UNFORESEEN


def _foreseen(problem: Exception) -> str:
    """The sentence that explains a failure to a visitor; empty where nobody foresaw it."""
    if isinstance(problem, (InvalidNetwork, DatasetError, StoreError, Unfit)):
        return str(problem)
    if isinstance(problem, MemoryError) or type(problem).__name__ == "ResourceExhaustedError":
        return "The memory of this machine was not enough. Choose smaller networks or fewer images."
    return ""
