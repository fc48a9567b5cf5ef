"""TensorFlow takes seconds to import: done in the background, once the first page is out."""

from __future__ import annotations

import gc
import threading
from functools import lru_cache

DELAY_SECONDS = 3.0  # the first visitor's browser needs the processor for its page first


@lru_cache(maxsize=1)
def warm_up() -> threading.Timer:
    """Import TensorFlow and load the drawing model soon, in a thread; once a process."""
    timer = threading.Timer(DELAY_SECONDS, _import)
    timer.daemon = True
    timer.start()
    return timer


def _import() -> None:
    import numpy as np

    from core.insight import probabilities
    from core.training import PretrainedError, pretrained

    try:
        model = pretrained("draw")
    except PretrainedError:
        return  # the page that needs the weights says what is wrong
    probabilities(model, np.zeros(model.input_shape[1:], np.float32))
    # Streamlit collects garbage after every run of a page. TensorFlow's 350,000 objects stay for good:
    # set aside, they are not looked at each time.
    gc.collect()
    gc.freeze()
