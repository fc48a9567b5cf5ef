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
from functools import lru_cache

NICENESS = 10  # a tenth of the time of a thread with 0, where both want the processor


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

    Has an effect only before TensorFlow has started; `core.training.microbatches` says why.
    """
    os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")


@lru_cache(maxsize=1)
def wake_tensorflow() -> None:
    """Import TensorFlow and let it start its threads, all of lower priority; once a process."""
    thread = threading.Thread(target=_first_operation, name="waking", daemon=True)
    thread.start()
    thread.join()


def _first_operation() -> None:
    import tensorflow as tf

    one_core_an_operation()
    lower_priority()
    tf.add(tf.constant(0), 1)
