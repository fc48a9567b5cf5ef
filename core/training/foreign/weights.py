"""The weights in a file, in the order in which Keras keeps those of our model."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from core.network import Branches, Network, Path, trace
from core.network.layers import Layer, Shape, shape_text
from core.network.network import Block
from core.training.foreign.calls import Call
from core.training.foreign.containers import Stored
from core.training.foreign.plan import Plan
from core.training.foreign.refusals import UnreadableModel, plain, quoted

KERNELS = {
    "Conv2D": (("kernel",),),
    "Dense": (("kernel",),),
    "DepthwiseConv2D": (("kernel",), ("depthwise_kernel",)),
    "SeparableConv2D": (("depthwise_kernel", "pointwise_kernel"),),
}


def weights_of(
    plan: Plan, stored: Stored, find: Callable[[Stored, Call, Layer], list[np.ndarray | None]]
) -> list[np.ndarray] | None:
    """The weights in an HDF5 file, in the order of Keras for our model; None where it has none at all."""
    if not stored.arrays and weight_shapes(plan.network):
        return None
    weights: list[np.ndarray] = []
    for path, layer, shapes in _shapes(plan.network):
        if shapes:
            call = plan.calls[path]
            weights += _checked(find(stored, call, layer), shapes, f"layer {quoted(call.name)}")
    return weights


def _checked(found: list[np.ndarray | None], shapes: list[Shape], where: str) -> list[np.ndarray]:
    """The arrays, where they have exactly these shapes."""
    if len(found) != len(shapes):
        raise UnreadableModel(
            f"The file has {len(found)} arrays of weights for {where}, but it needs {len(shapes)}. "
            "Save the whole model again."
        )
    for array, shape in zip(found, shapes):
        if array is None:
            raise UnreadableModel(f"The weights of {where} are not float32 numbers as Keras stores them.")
        if array.shape != shape:
            shown = shape_text(array.shape) if array.shape else "a single number"
            raise UnreadableModel(f"The weights of {where} are {shown}, but it needs {shape_text(shape)}.")
        finite(array, where)
    return found


def finite(array: np.ndarray, where: str) -> np.ndarray:
    """The array, where every number in it is one."""
    if not np.isfinite(array).all():
        raise UnreadableModel(
            f"Some weights of {where} are infinite or not numbers, as after a training that went wrong."
        )
    return array


def keras_arrays(stored: Stored, call: Call, layer: Layer) -> list[np.ndarray | None]:
    """From the weights of a .keras file: `layers/<group>/vars/0`, …"""
    group = f"layers/{call.group}/vars"
    if stored.owners.get(group, call.name) != call.name:
        raise UnreadableModel(f"The weights kept for layer {quoted(call.name)} are those of another layer.")
    count = sum(path.startswith(f"{group}/") for path in stored.arrays)
    return [stored.arrays.get(f"{group}/{number}") for number in range(count)]


def legacy_arrays(stored: Stored, call: Call, layer: Layer) -> list[np.ndarray | None]:
    """From an .h5 file: `model_weights/<layer>/…/kernel:0`, …"""
    below = f"model_weights/{call.name}/"
    paths = [path for path in stored.arrays if path.startswith(below)]
    named = [path.rsplit("/", 1)[1].split(":")[0] for path in paths]
    names = next((names for names in _weight_names(layer) if sorted(names) == sorted(named)), None)
    if names is None:
        needed = ", ".join(_weight_names(layer)[0])
        shown = ", ".join(plain(name) for name in named[:6]) or "nothing"
        raise UnreadableModel(
            f"For layer {quoted(call.name)}, the file has {shown} as weights, but it needs {needed}. "
            "Save the whole model again."
        )
    return [stored.arrays[paths[named.index(name)]] for name in names]


def _weight_names(layer: Layer) -> list[tuple[str, ...]]:
    """What Keras' versions call the weights of a layer, in the order of `Layer.terms`."""
    kind = type(layer).__name__
    if kind in KERNELS:
        return [names + (("bias",) if layer.use_bias else ()) for names in KERNELS[kind]]
    learned = (("gamma",) if layer.scale else ()) + (("beta",) if layer.center else ())
    return [learned + (("moving_mean", "moving_variance") if kind == "BatchNormalization" else ())]


def weight_shapes(network: Network) -> list[Shape]:
    """The shapes of `build_model(network).get_weights()`."""
    return [shape for _, _, shapes in _shapes(network) for shape in shapes]


def _shapes(network: Network) -> list[tuple[Path, Layer, list[Shape]]]:
    """For each layer, in the order of Keras, its path and the shapes of its weights."""
    inputs = trace(network).inputs
    layers = [(path, network.at(path)) for path in keras_order(network)]
    return [
        (path, layer, [term.factors for term in layer.terms(inputs[path])])
        for path, layer in layers
        if isinstance(layer, Layer)
    ]


def keras_order(network: Network) -> list[Path]:
    """The paths in the order of `build_model(network).layers`.

    Keras orders layers by their distance to the output, the farthest first, and those of equal distance as
    a search backwards from the output meets them (keras.src.ops.function, `map_graph`).
    """
    before: dict[Path, list[Path]] = {(): []}
    output = _wired(network.layers, (), (), before)
    met: dict[Path, int] = {}
    finished: list[Path] = []
    waiting = [(output, False)]
    while waiting:
        path, done = waiting.pop()
        if done:
            finished.append(path)
        elif path not in met:
            met[path] = len(met)
            waiting += [(path, True), *((source, False) for source in reversed(before[path]))]
    distance = dict.fromkeys(finished, 0)
    for path in reversed(finished):
        for source in before[path]:
            distance[source] = max(distance[source], distance[path] + 1)
    return sorted((path for path in finished if path), key=lambda path: (-distance[path], met[path]))


def _wired(blocks: tuple[Block, ...], prefix: Path, source: Path, before: dict[Path, list[Path]]) -> Path:
    """Note for each block the paths that it reads; `()` is the image. Returns the last path."""
    for index, block in enumerate(blocks):
        path = (*prefix, index)
        if isinstance(block, Branches):
            ends = [_wired(branch, (*path, number), source, before) for number, branch in enumerate(block.branches)]
            before[path] = ends
        else:
            before[path] = [source]
        source = path
    return source
