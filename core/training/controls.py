"""What others may ask of a running training. No TensorFlow: pages and sessions hold these."""

from __future__ import annotations

import threading


class Controls:
    """Requests to a loop, read between two of its calls. Safe from any thread."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._reason = ""

    def stop(self, reason: str) -> None:
        """End after the current call. The first reason is the one that people read."""
        if not self._stop.is_set():
            self._reason = reason
            self._stop.set()

    @property
    def stopped(self) -> bool:
        return self._stop.is_set()

    @property
    def reason(self) -> str:
        return self._reason
