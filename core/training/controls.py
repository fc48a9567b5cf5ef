"""Requests to a training from other threads. No TensorFlow: pages and sessions hold these."""

from __future__ import annotations

import threading
from dataclasses import dataclass


@dataclass
class Requests:
    """Pending requests to a loop; each is carried out once, in this order."""

    rewind: bool = False
    epochs: int | None = None
    learning_rate: float | None = None


class Controls:
    """Requests to a loop and the run around it. Safe from any thread."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._requests = Requests()
        self._stopped = self._paused = False
        self._reason = ""
        self._until: tuple[str, int] | None = None

    def stop(self, reason: str) -> None:
        """End after the current call. Only the first reason is shown."""
        with self._changed:
            if not self._stopped:
                self._reason = reason
                self._stopped = True
            self._changed.notify_all()

    def pause(self) -> None:
        """Pause after the current call, until resumed."""
        with self._changed:
            self._paused = True
            self._until = None
            self._changed.notify_all()

    def resume(self, until: tuple[str, int] | None = None) -> None:
        """Go on.

        Args:
            until: rest again at a step (`("step", 120)`) or after the evaluation of an epoch (`("epoch", 3)`).
        """
        with self._changed:
            self._paused = False
            self._until = until
            self._changed.notify_all()

    def reopen(self) -> None:
        """Forget a stop, so that a run that has ended can go on."""
        with self._changed:
            self._stopped, self._reason = False, ""

    def request(self, **changes: object) -> None:
        """Ask the loop for something: see `Requests`. A rewind forgets what was asked before."""
        with self._changed:
            if changes.get("rewind"):
                self._requests = Requests()
            for name, value in changes.items():
                setattr(self._requests, name, value)
            self._changed.notify_all()

    def taken(self) -> Requests | None:
        """The requests since the last call, for the loop to carry out; None if there are none."""
        with self._changed:
            if self._requests == Requests():
                return None
            requests, self._requests = self._requests, Requests()
            return requests

    def wait(self, seconds: float) -> None:
        """Wait for a request, at most so long; returns at once where one is waiting."""
        with self._changed:
            if self._paused and not self._stopped and self._requests == Requests():
                self._changed.wait(seconds)

    def rest_when_there(self, step: int, evaluated_epoch: float) -> None:
        """Pause where `until` has been reached."""
        with self._changed:
            if self._until is not None:
                kind, where = self._until
                if (step if kind == "step" else evaluated_epoch) >= where:
                    self._paused, self._until = True, None

    @property
    def last_step(self) -> int | None:
        """The step that must not be passed, if there is one."""
        until = self._until
        return until[1] if until is not None and until[0] == "step" else None

    @property
    def paused(self) -> bool:
        return self._paused

    @property
    def pending(self) -> bool:
        """True while a request waits to be carried out."""
        return self._stopped or self._requests != Requests()

    @property
    def stopped(self) -> bool:
        return self._stopped

    @property
    def reason(self) -> str:
        return self._reason
