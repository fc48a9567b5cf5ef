"""The weights in a file, in the order in which Keras keeps those of our model."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from core.network import Network, Path, trace
from core.network.layers import Layer, Shape, Term, shape_text
from core.network.network import IMAGE
from core.training.foreign.calls import Call
from core.training.foreign.containers import Stored
from core.training.foreign.plan import Plan
from core.training.foreign.refusals import UnreadableModel, plain, quoted


def weights_of(
    plan: Plan, stored: Stored, find: Callable[[Stored, Call, list[tuple[str, ...]]], list[np.ndarray | None]]
) -> list[np.ndarray] | None:
    """The weights in an HDF5 file, in the order of Keras for our model; None where it has none at all."""
    if not stored.arrays and weight_shapes(plan.network):
        return None
    weights: list[np.ndarray] = []
    for path, layer, terms in _terms(plan.network):
        if terms:
            call = plan.calls[path]
            names = tuple(term.name for term in terms)
            former = tuple(layer.former_weight_names.get(name, name) for name in names)
            found = find(stored, call, [names, former])
            weights += _checked(found, [term.shape for term in terms], f"layer {quoted(call.name)}")
    return weights


def _checked(found: list[np.ndarray | None], shapes: list[Shape], where: str) -> list[np.ndarray]:
    """The arrays, where they have exactly these shapes."""
    if len(found) != len(shapes):
        raise UnreadableModel(
            f"The file has {len(found)} arrays of weights for {where}, but it needs {len(shapes)}. "
            "Save the whole model again."
        )
    checked: list[np.ndarray] = []
    for array, shape in zip(found, shapes):
        if array is None:
            raise UnreadableModel(f"The weights of {where} are not float32 numbers as Keras stores them.")
        if array.shape != shape:
            shown = shape_text(array.shape) if array.shape else "a single number"
            raise UnreadableModel(f"The weights of {where} are {shown}, but it needs {shape_text(shape)}.")
        checked.append(finite(array, where))
    return checked


def finite(array: np.ndarray, where: str) -> np.ndarray:
    """The array, where every number in it is one."""
    if not np.isfinite(array).all():
        raise UnreadableModel(
            f"Some weights of {where} are infinite or not numbers, as after a training that went wrong."
        )
    return array


def keras_arrays(stored: Stored, call: Call, names: list[tuple[str, ...]]) -> list[np.ndarray | None]:
    """From the weights of a .keras file: `layers/<group>/vars/0`, …"""
    group = f"layers/{call.group}/vars"
    if stored.owners.get(group, call.name) != call.name:
        raise UnreadableModel(f"The weights kept for layer {quoted(call.name)} are those of another layer.")
    count = sum(path.startswith(f"{group}/") for path in stored.arrays)
    return [stored.arrays.get(f"{group}/{number}") for number in range(count)]


def legacy_arrays(stored: Stored, call: Call, names: list[tuple[str, ...]]) -> list[np.ndarray | None]:
    """From an .h5 file: `model_weights/<layer>/…/kernel:0`, … `names` has those of today, then the former ones."""
    below = f"model_weights/{call.name}/"
    paths = [path for path in stored.arrays if path.startswith(below)]
    named = [path.rsplit("/", 1)[1].split(":")[0] for path in paths]
    fitting = next((one for one in names if sorted(one) == sorted(named)), None)
    if fitting is None:
        needed = ", ".join(names[0])
        shown = ", ".join(plain(name) for name in named[:6]) or "nothing"
        raise UnreadableModel(
            f"For layer {quoted(call.name)}, the file has {shown} as weights, but it needs {needed}. "
            "Save the whole model again."
        )
    return [stored.arrays[paths[named.index(name)]] for name in fitting]


def weight_shapes(network: Network) -> list[Shape]:
    """The shapes of `build_model(network).get_weights()`."""
    return [term.shape for _, _, terms in _terms(network) for term in terms]


def _terms(network: Network) -> list[tuple[Path, Layer, tuple[Term, ...]]]:
    """For each layer, in the order of Keras, its path and its arrays of weights."""
    traced = trace(network)
    layers = [(path, network.at(path)) for path in keras_order(network)]
    return [(path, layer, layer.terms(traced.arriving(path))) for path, layer in layers if isinstance(layer, Layer)]


def keras_order(network: Network) -> list[Path]:
    """The paths in the order of `build_model(network).layers`.

    Keras orders layers by their distance to the output, the farthest first, and those of equal distance as
    a search backwards from the output meets them (keras.src.ops.function, `map_graph`).
    """
    met: dict[Path, int] = {}
    finished: list[Path] = []
    waiting = [((len(network.layers) - 1,) if network.layers else IMAGE, False)]
    while waiting:
        path, done = waiting.pop()
        if done:
            finished.append(path)
        elif path not in met:
            met[path] = len(met)
            waiting += [(path, True), *((source, False) for source in reversed(network.sources(path)))]
    distance = dict.fromkeys(finished, 0)
    for path in reversed(finished):
        for source in network.sources(path):
            distance[source] = max(distance[source], distance[path] + 1)
    return sorted((path for path in finished if path), key=lambda path: (-distance[path], met[path]))
