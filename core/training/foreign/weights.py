"""The weights in a file, in the order in which Keras keeps those of our model."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np

from core.network import Network, Path, trace
from core.network.layers import Layer, Shape, Term, shape_text
from core.network.network import IMAGE
from core.network.words import counted
from core.training.foreign.calls import Call, groups_of
from core.training.foreign.containers import Stored
from core.training.foreign.keras_1 import array_name
from core.training.foreign.refusals import plain, quoted

GROUP = re.compile(
    r"(?P<group>(?:layers|_layer_checkpoint_dependencies|_self_tracked_trackables)/(?P<kind>[a-z0-9_]*?[a-z0-9])(?:_(?P<number>\d+))?/vars)/\d+"
)
MOST_SAID = 3


class MissingWeights(Exception):
    """A file whose network can be read and whose weights cannot. The message says which, and why."""


# (layer of the file, names of its arrays today and before Keras 3) → its arrays; None where they are not plain numbers.
Find = Callable[[Call, list[tuple[str, ...]]], list[np.ndarray | None]]
Finder = Callable[[Sequence[Call]], Find]  # for these layers; raises `MissingWeights`


def weights_of(network: Network, calls: Mapping[Path, Call], finder: Finder) -> list[np.ndarray]:
    """The weights for this network, in the order of Keras for our model; raises `MissingWeights`.

    Args:
        calls: for each path of a layer the one of the file.
        finder: gives the arrays of the file.
    """
    owners = [(calls[path], layer, terms) for path, layer, terms in _terms(network) if terms]
    searched = [call for call, _, _ in owners if call.arrays is None]
    find = finder(searched) if searched else None
    weights: list[np.ndarray] = []
    problems: list[str] = []
    for call, layer, terms in owners:
        names = tuple(term.name for term in terms)
        former = tuple(layer.former_weight_names.get(name, name) for name in names)
        try:
            found: list[np.ndarray | None] = [*call.arrays] if call.arrays is not None else []
            if find and call.arrays is None:
                found = find(call, [names, former])
            for conversion in call.conversions:
                found = conversion(found)
            weights += _checked(found, [term.shape for term in terms], f"layer {quoted(call.name)}")
        except MissingWeights as problem:
            problems.append(str(problem))
    if problems:
        more = len(problems) - MOST_SAID
        said = f" The same is true of {more} more {'layer' if more == 1 else 'layers'}." if more > 0 else ""
        raise MissingWeights(" ".join(problems[:MOST_SAID]) + said)
    return weights


def weights_alone(network: Network, stored: Stored) -> list[np.ndarray]:
    """The weights for this network in a file that has no architecture, in the order of Keras for our model.

    They are matched by their order, within each class of layers where the file names those.

    Raises:
        MissingWeights: where they do not fit; says which.
    """
    layers = [(path, layer) for path, layer, terms in _terms(network) if terms]
    if stored.layers:
        theirs = [
            name for name in stored.layers if any(path.startswith(f"model_weights/{name}/") for path in stored.arrays)
        ]
        if len(theirs) != len(layers):
            raise MissingWeights(
                f"The file has weights for {counted(len(theirs), 'layer')}, the network has {len(layers)} with weights."
            )
        calls = {path: Call(name, type(layer).__name__, {}, (), "") for (path, layer), name in zip(layers, theirs)}
        if of_theano(stored):
            calls = turned_back(network, calls)
        return weights_of(network, calls, partial(legacy_arrays, stored))
    groups = groups_of([{"class_name": type(layer).__name__} for _, layer in layers])
    calls = {
        path: Call(f"{number}. {type(layer).__name__}", type(layer).__name__, {}, (), group)
        for number, ((path, layer), group) in enumerate(zip(layers, groups), 1)
    }
    return weights_of(network, calls, partial(keras_arrays, stored))


def _checked(found: Sequence[np.ndarray | None], shapes: list[Shape], where: str) -> list[np.ndarray]:
    """The arrays, where they have exactly these shapes."""
    if len(found) != len(shapes):
        arrays = counted(len(found), "array")
        raise MissingWeights(f"The file has {arrays} of weights for {where}, but it needs {len(shapes)}.")
    checked: list[np.ndarray] = []
    for array, shape in zip(found, shapes):
        if array is None:
            raise MissingWeights(f"The weights of {where} are not float32 numbers as Keras stores them.")
        if array.shape != shape:
            shown = shape_text(array.shape) if array.shape else "a single number"
            raise MissingWeights(f"The weights of {where} are {shown}, but it needs {shape_text(shape)}.")
        checked.append(finite(array, where))
    return checked


def finite(array: np.ndarray, where: str) -> np.ndarray:
    """The array, where every number in it is one."""
    if not np.isfinite(array).all():
        raise MissingWeights(
            f"Some weights of {where} are infinite or not numbers, as after a training that went wrong."
        )
    return array


def keras_arrays(stored: Stored, calls: Sequence[Call]) -> Find:
    """From the weights of a .keras file: `layers/<class>_<number>/vars/0`, …

    Keras 2.12 to 2.15 call the first part otherwise, count some layers twice, and write backslashes on Windows. Where
    the file does not name the owner of a group, the groups of a class are taken in their order.
    """
    _refuse_nothing(stored)
    groups: dict[str, dict[int, str]] = {}  # class → number → group
    for path in stored.arrays:
        if match := GROUP.fullmatch(path):
            groups.setdefault(match["kind"], {})[int(match["number"] or 0)] = match["group"]
    taken: dict[str, str] = {}  # layer → group
    for kind in dict.fromkeys(_class_of(call)[0] for call in calls):
        ours = sorted((call for call in calls if _class_of(call)[0] == kind), key=lambda call: _class_of(call)[1])
        theirs = [group for _, group in sorted(groups.get(kind, {}).items())]
        owners = {stored.owners[group]: group for group in theirs if group in stored.owners}
        if all(call.name in owners for call in ours):
            taken |= {call.name: owners[call.name] for call in ours}
        elif len(ours) == len(theirs):
            taken |= {call.name: group for call, group in zip(ours, theirs)}
        else:
            raise MissingWeights(
                f"The file has weights for {len(theirs)} of {counted(len(ours), 'layer')} of the kind {plain(ours[0].kind)}."
                if len(theirs) < len(ours)
                else f"The file has weights for {counted(len(theirs), 'layer')} of the kind {plain(ours[0].kind)}, but the network has {len(ours)}."
            )

    def find(call: Call, names: list[tuple[str, ...]]) -> list[np.ndarray | None]:
        group = taken[call.name]
        count = sum(path.startswith(f"{group}/") for path in stored.arrays)
        return [stored.arrays.get(f"{group}/{number}") for number in range(count)]

    return find


def _class_of(call: Call) -> tuple[str, int]:
    """The class in the name of its group, and its number."""
    kind, _, number = call.group.rpartition("_")
    return (kind, int(number)) if number.isdigit() and kind else (call.group, 0)


def legacy_arrays(stored: Stored, calls: Sequence[Call]) -> Find:
    """From an .h5 file: `model_weights/<layer>/…/kernel:0`, …"""
    _refuse_nothing(stored)

    def find(call: Call, names: list[tuple[str, ...]]) -> list[np.ndarray | None]:
        below = f"model_weights/{call.name}/"
        paths = [path for path in stored.arrays if path.startswith(below)]
        named = [path.rsplit("/", 1)[1].split(":")[0] for path in paths]
        fitting = next((one for one in names if sorted(one) == sorted(named)), None)
        if fitting is None:
            named = [array_name(call.name, name) for name in named]
            fitting = next((one for one in names if sorted(one) == sorted(named)), None)
        if fitting is None:
            needed = ", ".join(names[0])
            shown = ", ".join(plain(name) for name in named[:6]) or "nothing"
            raise MissingWeights(
                f"For layer {quoted(call.name)}, the file has {shown} as weights; it needs {needed}."
            )
        return [stored.arrays[paths[named.index(name)]] for name in fitting]

    return find


def turned_back(network: Network, calls: Mapping[Path, Call]) -> dict[Path, Call]:
    """The calls of a file from Theano, which turns the kernels of convolutions by 180°; raises `MissingWeights`.

    There is no way for layers around whose input Theano put as many zeros before as after, unlike TensorFlow.
    """
    for path, call in calls.items():
        layer = network.at(path)
        size, strides = getattr(layer, "kernel_size", None), getattr(layer, "strides", None)
        alike = size is not None and strides == (1, 1) and size[0] % 2 == 1 == size[1] % 2
        if getattr(layer, "padding", "") == "same" and not alike:
            raise MissingWeights(
                f"Layer {call.described} pads with “same”, and Theano, with which it was trained, puts the zeros "
                "elsewhere. With odd kernels and stride 1 it is the same."
            )
    return {path: call.converted(_turned) if call.kind == "Conv2D" else call for path, call in calls.items()}


def _turned(arrays: list[np.ndarray | None]) -> list[np.ndarray | None]:
    return [array[::-1, ::-1] if array is not None and array.ndim == 4 else array for array in arrays]


def of_theano(stored: Stored) -> bool:
    """Whether Keras ran on Theano, which turns kernels by 180°; Keras 1 shows it by names without TensorFlow's “:0”."""
    return stored.backend == "theano" or (
        not stored.backend and any(path.endswith("_W") for path, array in stored.arrays.items() if array is not None)
    )


def _refuse_nothing(stored: Stored) -> None:
    if not stored.arrays:
        raise MissingWeights("There are no arrays of weights in the file.")


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
