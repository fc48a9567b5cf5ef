"""Work in the background: the import of TensorFlow, which takes seconds, and garbage collection."""

from __future__ import annotations

import gc
import threading
import time
from functools import lru_cache

DELAY_SECONDS = 3.0  # the first visitor's browser needs the processor for its page first
GARBAGE_SECONDS = 20.0  # models are circles, which only the collector finds; what they hold, it does not weigh


@lru_cache(maxsize=1)
def warm_up() -> threading.Timer:
    """Import TensorFlow and load the drawing model soon, in a thread that then tidies up; once a process."""
    timer = threading.Timer(DELAY_SECONDS, _attend)
    timer.daemon = True
    timer.start()
    return timer


def _attend() -> None:
    _import()
    # TensorFlow's 350,000 objects stay for good: set aside, they are not looked at each time.
    gc.collect()
    gc.freeze()
    # Streamlit would do this after every run of a page or a fragment (`runner.postScriptGC`), several times a
    # second while somebody trains: two thirds of all that Python did then.
    while True:
        time.sleep(GARBAGE_SECONDS)
        gc.collect()


def _import() -> None:
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
