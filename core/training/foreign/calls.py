"""The architecture of a file as calls of layers on one another, whatever version of Keras wrote it."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable
from itertools import count
from typing import Any, NamedTuple

import numpy as np

from core.network.layers import Shape
from core.network.network import MAX_LAYERS
from core.network.words import counted
from core.training.foreign.keras_1 import is_of_keras_1, kernel_of_theano_order, of_today
from core.training.foreign.refusals import NOT_OF_KERAS, UnreadableModel, as_dict, as_list, plain, quoted, short

INPUT = ""
MAX_PIXELS = 10_000_000  # along an axis; what fits is for the network to say
Conversion = Callable[[list[np.ndarray | None]], list[np.ndarray | None]]
JOINS = {"Add": "add", "Concatenate": "concatenate"}


class Call(NamedTuple):
    """A layer of the file, and what it is called on.

    Attributes:
        name: what the file calls it.
        kind: its class.
        config: its arguments.
        inputs: names of the calls before it; `INPUT` is the image.
        group: where a .keras file keeps its weights.
        arrays: its weights, where they are known already; otherwise they are looked for in the file.
        conversions: are applied to the arrays, one after the other.
    """

    name: str
    kind: str
    config: dict[str, Any]
    inputs: tuple[str, ...]
    group: str
    arrays: list[np.ndarray] | None = None
    conversions: tuple[Conversion, ...] = ()

    def converted(self, conversion: Conversion) -> Call:
        """The same call with arrays that are converted once more."""
        return self._replace(conversions=(*self.conversions, conversion))

    @property
    def described(self) -> str:
        """Its name and kind, as they may stand in a message."""
        return f"{quoted(self.name)} ({plain(self.kind)})"


class Graph(NamedTuple):
    """Calls by their names, in the file's order; the last one; and the shape of the image.

    Attributes:
        axes: how many axes the file's input has: 3; 2 for images without an axis for the channels; 1 for a row of
            numbers, which is taken for the pixels of an image.
    """

    calls: dict[str, Call]
    output: str
    input_shape: Shape
    axes: int


def graph_of(model: dict[str, Any]) -> Graph:
    """The calls of a Sequential or Functional model."""
    kind, config = model.get("class_name"), model.get("config")
    if model.get("registered_name") not in (None, kind) or kind not in ("Sequential", "Functional", "Model"):
        raise UnreadableModel(
            f"The model is of the class {quoted(str(kind))}. Only Sequential and Functional models of Keras "
            "can be read, because a class of one's own is code."
        )
    if kind == "Sequential" and isinstance(config, list):  # before Keras 2.2.3
        config = {"layers": config}
    config = as_dict(config)
    refuse_other_numbers("the model", config.get("dtype"))
    entries = [as_dict(entry) for entry in as_list(config.get("layers"))]
    if len(entries) > 2 * MAX_LAYERS:
        raise UnreadableModel(f"The model has {counted(len(entries), 'layer')}; at most {MAX_LAYERS} can be read.")
    return _sequence(config, entries) if kind == "Sequential" else _functional(config, entries)


def _sequence(config: dict[str, Any], entries: list[dict[str, Any]]) -> Graph:
    inner = [as_dict(entry.get("config")) for entry in entries]
    shapes = [_batch_shape(one) for one in inner[:1]] + [config.get("build_input_shape")]
    previous, calls = INPUT, []
    for entry, group in zip(entries, groups_of(entries)):
        if entry.get("class_name") == "InputLayer" and not calls:
            refuse_other_numbers("the input", as_dict(entry.get("config")).get("dtype"))
            continue
        calls.append(_call(entry, (previous,), group))
        previous = calls[-1].name
    return _of_images(Graph(_by_name(calls), previous, *_input_shape(next(filter(None, shapes), None))))


def _functional(config: dict[str, Any], entries: list[dict[str, Any]]) -> Graph:
    inputs = [entry for entry in entries if entry.get("class_name") == "InputLayer"]
    if len(inputs) != 1:
        raise UnreadableModel(
            f"The model has {counted(len(inputs), 'input')}. Only models with one image as input can be read."
        )
    image = inputs[0].get("name")
    if _end(config.get("input_layers"), "input") != image:
        raise UnreadableModel("The model does not begin at its input layer, so it cannot be read.")
    calls = []
    for entry, group in zip(entries, groups_of(entries)):
        if entry is not inputs[0]:
            sources = tuple(INPUT if name == image else name for name in _sources(entry))
            calls.append(_call(entry, sources, group))
    refuse_other_numbers("the input", as_dict(inputs[0].get("config")).get("dtype"))
    shape = _input_shape(_batch_shape(as_dict(inputs[0].get("config"))))
    return _of_images(Graph(_by_name(calls), _end(config.get("output_layers"), "output"), *shape))


def groups_of(entries: list[dict[str, Any]]) -> list[str]:
    """Group of each layer's weights in a .keras file: its class in snake case, and counted."""
    seen: Counter[str] = Counter()
    groups = []
    for entry in entries:
        kind = re.sub(r"\W+", "", str(entry.get("class_name")))
        kind = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", kind)
        kind = re.sub("([a-z])([A-Z])", r"\1_\2", kind).lower()
        if _is_operation(entry):  # has no place among the layers
            groups.append("")
            continue
        groups.append(f"{kind}_{seen[kind]}" if seen[kind] else kind)
        seen[kind] += 1
    return groups


def _is_operation(entry: dict[str, Any]) -> bool:
    """True for an operation such as `x + y` rather than a layer."""
    return entry.get("class_name") == "Add" and entry.get("module") in ("keras.ops", "keras.src.ops.numpy")


def is_of_keras(entry: dict[str, Any]) -> bool:
    """True for the configuration of a layer that comes with Keras."""
    own = entry.get("registered_name") in (None, entry.get("class_name"))
    return own and entry.get("module") in (None, "keras.layers")


def _call(entry: dict[str, Any], inputs: tuple[str, ...], group: str) -> Call:
    kind, config = entry.get("class_name"), as_dict(entry.get("config"))
    name = entry.get("name", config.get("name"))
    if not isinstance(kind, str) or not isinstance(name, str) or not name:
        raise UnreadableModel(NOT_OF_KERAS)
    if not (is_of_keras(entry) or _is_operation(entry)):
        raise UnreadableModel(
            f"Layer {quoted(name)} is of the class {quoted(kind)}, which does not come from keras.layers. "
            "Code of one's own cannot be read from a file; build the model from the layers of Keras."
        )
    if not is_of_keras_1(kind, config):
        return Call(name, kind, config, inputs, group)
    today, settings = of_today(name, kind, config)
    call = Call(name, today, settings, inputs, group)
    return (
        call.converted(kernel_of_theano_order) if today == "Conv2D" and config.get("dim_ordering") == "th" else call
    )


def _by_name(calls: list[Call]) -> dict[str, Call]:
    names = Counter(call.name for call in calls)
    twice = next((name for name, count in names.items() if count > 1), None)
    if twice is not None:
        raise UnreadableModel(f"Two layers are called {quoted(twice)}, so it is not clear which is meant.")
    return {call.name: call for call in calls}


def _end(value: Any, what: str) -> str:
    """The layer at an end of a functional model: `["name", 0, 0]`, alone or in a list."""
    leaf = value[0] if isinstance(value, list) and len(value) == 1 else value
    if isinstance(value, dict) or (isinstance(leaf, list) and leaf and not isinstance(leaf[0], str)):
        raise UnreadableModel(f"The model has several {what}s. Only models with one {what} can be read.")
    return _tensor(leaf)


def _tensor(value: Any) -> str:
    """The layer that makes a tensor, written as `["name", 0, 0]`."""
    if not isinstance(value, list) or len(value) < 3 or not isinstance(value[0], str):
        raise UnreadableModel(NOT_OF_KERAS)
    if value[1] != 0 or value[2] != 0:
        raise UnreadableModel(f"Layer {quoted(value[0])} is used more than once, which cannot be represented here.")
    return value[0]


def _sources(entry: dict[str, Any]) -> list[str]:
    """Names of the layers that a layer of a functional model is called on."""
    name = quoted(str(entry.get("name")))
    nodes = as_list(entry.get("inbound_nodes"))
    if len(nodes) != 1:
        raise UnreadableModel(
            f"Layer {name} is used {counted(len(nodes), 'time')}; only layers used once can be read."
        )
    if isinstance(nodes[0], dict):
        found, arguments = _tensors(nodes[0].get("args")), [as_dict(nodes[0].get("kwargs", {}))]
    else:  # before Keras 3: [["name", 0, 0, {arguments}], …]
        tensors = [as_list(tensor) for tensor in as_list(nodes[0])]
        found = [_tensor(tensor) for tensor in tensors]
        arguments = [as_dict(tensor[3]) for tensor in tensors if len(tensor) > 3]
    for key, value in ((key, value) for some in arguments for key, value in some.items()):
        nothing = value is None or value is False or (isinstance(value, list) and all(one is None for one in value))
        if key not in ("training", "mask") or not nothing:
            raise UnreadableModel(f"Layer {name} is called with {quoted(key)}, which cannot be represented here.")
    return found


def _tensors(value: Any) -> list[str]:
    """Names of the layers whose tensors are the arguments of a call: `[t]`, `[t, t]` or `[[t, t]]`."""
    values = as_list(value)
    if len(values) == 1 and isinstance(values[0], list):
        values = values[0]
    names = []
    for one in map(as_dict, values):
        if one.get("class_name") != "__keras_tensor__":
            raise UnreadableModel("A layer is called on something else than an output of another layer.")
        names.append(_tensor(as_dict(one.get("config")).get("keras_history")))
    return names


def _batch_shape(config: dict[str, Any]) -> Any:
    return config.get("batch_shape") or config.get("batch_input_shape")


def _input_shape(value: Any) -> tuple[Shape, int]:
    """(height, width, channels) of the image, and how many of these axes the file's input has."""
    if not isinstance(value, list) or not value:
        raise UnreadableModel(
            "The file does not say how large the images are. Give the model an Input and save again."
        )
    sizes = value[1:]
    whole = all(isinstance(n, int) and not isinstance(n, bool) and 0 < n <= MAX_PIXELS for n in sizes)
    if len(sizes) == 1 and whole:
        return (1, sizes[0], 1), 1
    if len(sizes) not in (2, 3) or not whole:
        raise _no_images(sizes)
    return (*sizes, 1)[:3], len(sizes)


def _no_images(sizes: list[Any]) -> UnreadableModel:
    text = " × ".join("?" if n is None else short(n) for n in sizes[:3])
    return UnreadableModel(
        f"The input is {text or 'empty'}, but images of fixed height × width × channels are needed."
    )


def _square(numbers: int) -> Shape | None:
    """The square image of so many numbers: in grey, else in three colours."""
    for channels in (1, 3):
        side = math.isqrt(numbers // channels)
        if side * side * channels == numbers:
            return side, side, channels
    return None


def _of_images(graph: Graph) -> Graph:
    """The graph with images as its input: a row of numbers comes from a Flatten, or is made an image by a Reshape."""
    if graph.axes > 1:
        return graph
    first = [call for call in graph.calls.values() if INPUT in call.inputs]
    target = first[0].config.get("target_shape") if len(first) == 1 and first[0].kind == "Reshape" else None
    if isinstance(target, list) and len(target) in (2, 3) and all(type(n) is int and n > 0 for n in target):
        if math.prod(target) == math.prod(graph.input_shape):
            return graph._replace(input_shape=(*target, 1)[:3])
    image = _square(math.prod(graph.input_shape))
    if image is None:
        raise _no_images([math.prod(graph.input_shape)])
    name = next(name for number in count() if (name := f"flatten_{number}") not in graph.calls)
    flatten = Call(name, "Flatten", {}, (INPUT,), "")
    calls = {
        key: call._replace(inputs=tuple(name if one == INPUT else one for one in call.inputs))
        for key, call in graph.calls.items()
    }
    return graph._replace(calls={name: flatten, **calls}, output=graph.output or name, input_shape=image)


def refuse_other_numbers(where: str, policy: Any) -> None:
    """Refuse every type of numbers but float32."""
    name = policy
    if isinstance(policy, dict) and policy.get("class_name") in ("DTypePolicy", "Policy"):
        inner = policy.get("config")
        name = inner.get("name") if isinstance(inner, dict) else inner
    if name not in (None, "float32"):
        shown = quoted(name) if isinstance(name, str) else "a policy of its own"
        raise UnreadableModel(f"{where[0].upper()}{where[1:]} computes with {shown}. Only float32 can be read.")
