"""Thread priorities: training uses all cores, at a lower priority than the threads that serve pages.

On Linux each thread has a niceness of its own, and threads inherit it from the
one that starts them. TensorFlow starts the threads that compute when its first
operation runs: in a thread of lower priority, all of them inherit it. On an idle
processor that costs nothing. The thread of a run itself keeps its priority: it
does little, but while it holds Python's lock, pages wait for it.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

# The lowest: a sixty-eighth of the time of a thread with 0, where both want the processor. With 10, a thread that woke
# to answer a page waited up to 25 ms for a core, and a page wakes some fifty times; with 19 it is a few at most.
NICENESS = 19
SLOW_SECONDS = 0.3  # of a training's step, from which on graphs of pages would wait for its operations
_awake = threading.Event()
_steps: dict[object, float] = {}  # of each training that computes: seconds of a step
_slow_until = 0.0  # as `time.monotonic` has it


def lower_priority() -> None:
    """Lower the priority of this thread, and of all that it starts from now on (nice); on Linux only."""
    if sys.platform == "linux":
        thread = threading.get_native_id()
        os.setpriority(os.PRIO_PROCESS, thread, max(NICENESS, os.getpriority(os.PRIO_PROCESS, thread)))


def cores() -> int:
    """Number of cores that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        return os.cpu_count() or 1


def one_core_an_operation() -> None:
    """Let each TensorFlow operation run on one core; micro-batches and runs are what is parallel.

    `core.training.microbatches` says why. Operations of graphs have one thread a core. With four, a page's graph waits
    less behind those of a very large network, but with sixty visitors and two ordinary trainings a click took three
    times as long; so pages do without graphs meanwhile (`graphs_wait`).

    Has an effect only before TensorFlow has started.
    """
    os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")


@lru_cache(maxsize=1)
def wake_tensorflow() -> None:
    """Import TensorFlow and let it start its threads, all of lower priority; once a process."""
    thread = threading.Thread(target=_first_operation, name="waking", daemon=True)
    thread.start()
    thread.join()
    _awake.set()


def awake() -> bool:
    """True once TensorFlow is there, so that nobody has to wait for it."""
    return _awake.is_set()


@contextmanager
def stepping(seconds: float) -> Iterator[None]:
    """Note, while a training computes, that one of its steps takes so many seconds."""
    global _slow_until
    this = object()
    _steps[this] = seconds
    try:
        yield
    finally:
        del _steps[this]
        if seconds > SLOW_SECONDS:
            _slow_until = max(_slow_until, time.monotonic() + seconds)  # by then it is at the next one


def graphs_wait() -> bool:
    """True while a training makes steps so long that a page's graph would wait for TensorFlow's threads.

    Its operations take as long as a step between them, and each operation of another graph waits for one of their
    threads: with two trainings of the largest network allowed, LeNet-5's graph took 2 to 20 seconds.
    """
    return time.monotonic() < _slow_until or any(seconds > SLOW_SECONDS for seconds in list(_steps.values()))


def _first_operation() -> None:
    import tensorflow as tf

    one_core_an_operation()
    lower_priority()
    tf.add(tf.constant(0), 1)
    import core.training.model  # noqa: F401  its Keras takes another second
