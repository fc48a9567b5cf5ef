"""Waiting for what is expected, never for a time."""

import time
from collections.abc import Callable


def until(condition: Callable[[], object], seconds: float = 60.0) -> None:
    """Return as soon as the condition holds; fail if it does not in so long."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "what was expected did not come"
        time.sleep(0.005)
