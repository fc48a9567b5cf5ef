"""Compiled graphs over a model: cached by model and key, and freed with the model."""

from __future__ import annotations

import functools
import threading
import time
import weakref
from collections.abc import Callable, Hashable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from core.network import Network, Path, trace
from core.network.network import layer_label
from core.training.priority import graphs_wait

if TYPE_CHECKING:
    import keras

MOST_IMAGES = 250  # at once, fewer where the activations are large
MOST_VALUES = 4_000_000  # in the outputs of all layers together

_graphs: weakref.WeakKeyDictionary[keras.Model, dict[Hashable, Callable]] = weakref.WeakKeyDictionary()
_making = threading.Lock()
_eager = threading.Lock()


def compiled(
    model: keras.Model, question: Hashable, make: Callable[[], Callable], *, always: bool = False
) -> Callable:
    """The cached graph for this model and key, compiled at the first call, and used whenever graphs need not wait.

    With `always` it is used even then, as what it was made of works nowhere else.

    What `make` returns may hold layers of the model but not the model itself, which could never go otherwise. It reads
    the weights anew at each call, so it stays valid when they change.
    """
    with _making:
        graphs = _graphs.setdefault(model, {})
        if question not in graphs:
            graph = make()
            graphs[question] = one_at_a_time(graph, None if always else getattr(graph, "python_function", None))
        return graphs[question]


def tracings(model: keras.Model) -> dict[Hashable, int]:
    """How often each cached graph of this model has been traced, by its key: more than once is time lost."""
    inner = {key: getattr(graph, "__wrapped__", graph) for key, graph in _graphs.get(model, {}).items()}
    counts = {key: getattr(graph, "experimental_get_tracing_count", None) for key, graph in inner.items()}
    return {key: count() for key, count in counts.items() if count is not None}


def one_at_a_time(graph: Callable, operations: Callable | None = None) -> Callable:
    """Serialise the calls of a graph, and do without it while graphs wait for a very large training.

    oneDNN's kernels are not safe where several threads run the same node: of 1,600 results from four threads,
    seven were wrong (TensorFlow 2.21; none without oneDNN).

    Args:
        graph: takes arrays, and gives tensors.
        operations: gives the same, operation by operation, each in the thread that asks: some ten times as slow as a
            graph that need not wait. None where there is only the graph.
    """
    running = threading.Lock()
    signature = getattr(graph, "input_signature", None)

    @functools.wraps(graph)
    def run(*arguments: Any) -> Any:
        if operations is not None and graphs_wait():
            import tensorflow as tf

            if signature:
                arguments = tuple(tf.constant(value, spec.dtype) for value, spec in zip(arguments, signature))
            return eagerly(operations, *arguments)
        with running:
            return graph(*arguments)

    return run


def eagerly(function: Callable, *arguments: Any) -> Any:
    """Call a function whose operations run one by one: no two at a time, as all models share their kernels."""
    with _eager:
        return function(*arguments)


def give_way() -> None:
    """Let others have their turn, between two operations of something long that is called by `eagerly`."""
    _eager.release()
    time.sleep(0.001)  # the lock is not fair: who lets it go would have it again before another is awake
    _eager.acquire()


def up_to(model: keras.Model, outputs: Any) -> keras.Model:
    """A model that shares the layers and outputs these inner tensors."""
    import keras

    from core.training.model import building

    with building:
        return keras.Model(model.input, outputs)


def check_channel(network: Network, path: Path, channel: int) -> None:
    """Raises `IndexError` where the layer at this path has no such output channel."""
    row = trace(network).row(path)
    channels = row.shape[-1]
    if not 0 <= channel < channels:
        raise IndexError(
            f"{type(row.layer).__name__} at {layer_label(path)} has the channels 0 to {channels - 1}, but not {channel}."
        )


def batches(network: Network, images: np.ndarray) -> Iterator[np.ndarray]:
    """All images in order, as many at once as leave the activations of all layers room in memory.

    Args:
        network: decides how many.
        images: (n, h, w, c) uint8 in 0…255, or float in 0…1.

    Yields:
        (n, h, w, c) float32 in 0…1.
    """
    size = int(np.clip(MOST_VALUES // max(trace(network).activation_values, 1), 1, MOST_IMAGES))
    for start in range(0, len(images), size):
        yield in_unit_range(images[start : start + size])


def in_unit_range(images: np.ndarray) -> np.ndarray:
    """uint8 in 0…255, or float in 0…1 → float32 in 0…1."""
    return images.astype(np.float32) / 255 if images.dtype == np.uint8 else images.astype(np.float32, copy=False)
