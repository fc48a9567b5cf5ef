"""Which cores compute: as many as there are, but behind whoever answers a page.

A page is a matter of milliseconds, a training has time.

On Linux each thread has a niceness of its own, and threads inherit it from the
one that starts them. TensorFlow starts the threads that compute when its first
operation runs: done in a thread that stands back, all of them do. Where nobody
else wants the processor, that costs nothing. The thread of a run itself does
not stand back: it does little, but while it holds Python's lock, pages wait for it.
"""

from __future__ import annotations

import os
import sys
import threading
from functools import lru_cache

NICENESS = 10  # a tenth of the time of a thread with 0, where both want the processor


def stand_back() -> None:
    """Let other threads go before this one, and before all that it starts from now on; on Linux only."""
    if sys.platform == "linux":
        thread = threading.get_native_id()
        os.setpriority(os.PRIO_PROCESS, thread, max(NICENESS, os.getpriority(os.PRIO_PROCESS, thread)))


def cores() -> int:
    """How many of the machine's cores this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        return os.cpu_count() or 1


def one_core_an_operation() -> None:
    """TensorFlow shares no operation between cores: what runs side by side are parts of a batch, and runs.

    Has an effect only before TensorFlow has started; `core.training.parts` says why.
    """
    os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")


@lru_cache(maxsize=1)
def wake_tensorflow() -> None:
    """Import TensorFlow and let it start its threads, all of which stand back; once a process."""
    thread = threading.Thread(target=_first_operation, name="waking", daemon=True)
    thread.start()
    thread.join()


def _first_operation() -> None:
    import tensorflow as tf

    one_core_an_operation()
    stand_back()
    tf.add(tf.constant(0), 1)
