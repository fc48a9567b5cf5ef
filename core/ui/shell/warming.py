"""Work in the background: the import of TensorFlow, which takes seconds, and giving back memory."""

from __future__ import annotations

import ctypes
import gc
import itertools
import threading
import time
from contextlib import suppress
from functools import lru_cache

DELAY_SECONDS = 3.0  # the first visitor's browser needs the processor for its page first
GARBAGE_SECONDS = 20.0  # models are circles, which only the collector finds; what they hold, it does not weigh
TRIM_EVERY = 3  # collections; what is free lies between what is not, and each thread has a heap of its own


@lru_cache(maxsize=1)
def warm_up() -> threading.Timer:
    """Import TensorFlow and load the drawing model soon, in a thread that then tidies up; once a process."""
    timer = threading.Timer(DELAY_SECONDS, attend)
    timer.daemon = True
    timer.start()
    return timer


def attend() -> None:
    """Import, set aside what stays, and from then on collect garbage every `GARBAGE_SECONDS`; never returns."""
    prepare()
    # TensorFlow's 350,000 objects stay for good: set aside, they are not looked at each time.
    gc.collect()
    gc.freeze()
    # Streamlit would do this after every run of a page or a fragment (`runner.postScriptGC`), several times a
    # second while somebody trains: two thirds of all that Python did then.
    for collection in itertools.count(1):
        time.sleep(GARBAGE_SECONDS)
        gc.collect()
        if collection % TRIM_EVERY == 0:
            give_back()


def give_back() -> None:
    """Give the operating system the memory that is free between what is in use; with glibc only, which else keeps it."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def prepare() -> None:
    """Import TensorFlow, and make what the first stroke on Draw needs."""
    import numpy as np

    from core.insight import activations, probabilities
    from core.insight.saliency import integrated_gradients
    from core.training import PretrainedError, card, pretrained
    from core.training.priority import wake_tensorflow

    wake_tensorflow()
    try:
        model, network = pretrained("draw"), card("draw").network
    except PretrainedError:
        return  # the page that needs the weights says what is wrong
    # The graphs that the first stroke asks for are made before it is drawn.
    image = np.zeros(network.input_shape, np.float32)
    probabilities(model, image)
    activations(model, network, image)
    integrated_gradients(model, image, 0, steps=1)
