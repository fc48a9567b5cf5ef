"""The graph of calls as a network: blocks in series, and in parallel where branches part and meet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod
from pathlib import PurePath
from typing import Any, NamedTuple

from core.network import Branches, InvalidSetting, Network, Path, trace
from core.network.layers import CannotWork, Layer, Shape, shape_text
from core.network.names import clean
from core.network.network import MAX_DEPTH, MAX_NAME, Block
from core.network.words import counted
from core.training.foreign.calls import INPUT, JOINS, Call, Graph, graph_of, refuse_other_numbers
from core.training.foreign.layers import layer_of, refuse_axis, refuse_unknown
from core.training.foreign.layout import Layout, image_layout, last_of, refuse_other_order, relaid
from core.training.foreign.refusals import Notes, UnreadableModel, quoted
from core.training.foreign.rewriting import with_slopes
from core.training.foreign.scaling import with_scaling
from core.training.foreign.weights import Finder
from core.training.limits import MAX_PARAMETERS

SCALING = (
    "Rescaling",
    "Identity",
    "Dropout",
    "GaussianNoise",
    "GaussianDropout",
)  # what does the same to each number


class Plan(NamedTuple):
    """A network, and for each path of a layer the call that it came from."""

    network: Network
    calls: dict[Path, Call]


class _Parallel(NamedTuple):
    """Parallel branches, and how they are joined."""

    merge: str
    branches: list[list[Any]]  # of `Call` and `_Parallel`


def planned(model: dict[str, Any], file_name: str, finder: Finder, notes: Notes) -> Plan:
    """The network that a model's configuration describes.

    Args:
        model: the configuration.
        file_name: the network is named after it.
        finder: gives the arrays of the file, for layers whose settings depend on what they learned.
        notes: takes what is left out.
    """
    graph = with_scaling(with_slopes(graph_of(model)), finder, notes)
    if not graph.calls:
        raise UnreadableModel("There are no layers in this model.")
    order = _ordered(graph)
    layout = image_layout(graph, order)
    image = last_of(graph.input_shape) if layout.first else graph.input_shape
    _say_what_images_are(graph, image, notes)
    if graph.axes == 2:
        _refuse_missing_channels(order)
    try:
        layers, order = _layers(order, image, layout, notes)
        graph = graph._replace(calls={call.name: call for call in order})
        items = _Decomposition(graph, order, layers).items()
        kept = {name: layer for name, layer in layers.items() if layer is not None}
        blocks = tuple(_block(item, kept) for item in items)
        network = Network(image, blocks, _name(file_name))
    except InvalidSetting as problem:
        raise UnreadableModel(str(problem)) from None
    refuse_unfit(network)
    notes.said.insert(0, "The names of the layers were left out: here a layer is known by its place.")
    calls = zip((path for path, _ in network.walk()), _walk(items))
    return Plan(network, {path: call for path, call in calls if call is not None})


def _say_what_images_are(graph: Graph, image: Shape, notes: Notes) -> None:
    """Say how the images here differ from the file's input."""
    theirs, moved = graph.input_shape, image != graph.input_shape
    if graph.axes == 1:
        how = "channel after channel" if moved else "pixel after pixel, row after row"
        notes.say(f"Its rows of {counted(prod(image), 'number')} are here images of {shape_text(image)}, {how}.")
    elif graph.axes == 2:
        text = shape_text(theirs[:2])
        notes.say(f"The images of {text} are here {text}×1: with a channel, the numbers the same.")
    elif moved:
        notes.say(
            f"The images of {shape_text(theirs)}, channels first, are here {shape_text(image)}, channels last, and the "
            "weights are in the order that this needs."
        )


def _name(file_name: str) -> str:
    """A network's name, after its file."""
    stem = PurePath(str(file_name).replace("\\", "/").rsplit("/", 1)[-1]).stem
    return clean(clean(stem)[:MAX_NAME]) or "My network"


def _refuse_missing_channels(order: list[Call]) -> None:
    """Without channels, only what makes no difference between height × width and height × width × 1 may come first."""
    without = {INPUT}
    for call in order:
        if without.isdisjoint(call.inputs):
            continue
        if call.kind in SCALING:
            without.add(call.name)
        elif call.kind not in ("Flatten", "Reshape"):
            refuse_unknown(call)
            raise UnreadableModel(
                f"The images have no channels when they reach layer {call.described}. "
                "Let the model begin with an Input of height × width × channels."
            )


def refuse_unfit(network: Network) -> None:
    """Refuse a network that cannot work, or that is too large."""
    traced = trace(network)
    if traced.problems:
        raise UnreadableModel(traced.problems[0].sentence)
    if traced.parameters > MAX_PARAMETERS:
        raise UnreadableModel(
            f"The model has {counted(traced.parameters, 'parameter')}. This server takes up to {MAX_PARAMETERS:,}."
        )


def _ordered(graph: Graph) -> list[Call]:
    """The calls such that each comes after its inputs; all of them lead to the output."""
    users: dict[str, list[str]] = {name: [] for name in (INPUT, *graph.calls)}
    for call in graph.calls.values():
        if not call.inputs or (len(call.inputs) > 1) != (call.kind in JOINS):
            raise UnreadableModel(
                f"Layer {call.described} has {counted(len(call.inputs), 'input')}. Only Concatenate "
                "and Add can join branches here, and they need at least two."
            )
        for name in call.inputs:
            if name not in users:
                raise UnreadableModel(f"Layer {quoted(call.name)} is called on a layer that is not in the file.")
            users[name].append(call.name)
    waiting = {name: len(call.inputs) for name, call in graph.calls.items()}
    ready, order = [INPUT], []
    for name in ready:
        for user in users[name]:
            waiting[user] -= 1
            if not waiting[user]:
                ready.append(user)
                order.append(graph.calls[user])
    stray = next((name for name, count in waiting.items() if count), None)
    loose = next((name for name, after in users.items() if not after and name != graph.output), stray)
    if loose is not None or users.get(graph.output) != []:
        where = f"at layer {quoted(loose)}" if loose else "at its output"
        raise UnreadableModel(f"The model's layers do not lead from one input to one output: look {where}.")
    return order


def _layers(
    order: list[Call], image: Shape, layout: Layout, notes: Notes
) -> tuple[dict[str, Layer | None], list[Call]]:
    """Our layer for each call that is no join, None where it changes nothing; and the calls with their channels last.

    Args:
        order: the calls, each after its inputs.
        image: (height, width, channels).
        layout: how the image lies in the file.
    """
    shapes, layouts, layers, calls = {INPUT: image}, {INPUT: layout}, {}, []
    for call in order:
        refuse_other_numbers(f"layer {quoted(call.name)}", call.config.get("dtype"))
        arriving = [shapes[name] for name in call.inputs]
        there = [layouts[name] for name in call.inputs]
        try:
            call, layouts[call.name] = relaid(call, there, arriving[0], notes)
            calls.append(call)
            if call.kind in JOINS:
                shapes[call.name] = _joined(call, arriving)
            else:
                layer = layers[call.name] = layer_of(call, arriving[0], notes)
                shapes[call.name] = layer.output_shape(arriving[0]) if layer else arriving[0]
        except (CannotWork, InvalidSetting) as problem:
            raise UnreadableModel(f"Layer {quoted(call.name)}: {problem}") from None
    if order:
        refuse_other_order(order[-1].name, layouts[order[-1].name])
    return layers, calls


def _joined(call: Call, shapes: list[Shape]) -> Shape:
    """The shape after a join."""
    listed = " and ".join(shape_text(shape) for shape in shapes[:4])
    if call.kind == "Add":
        if len(set(shapes)) > 1:
            raise UnreadableModel(f"Layer {quoted(call.name)} adds {listed}; only equal shapes can be added here.")
        return shapes[0]
    refuse_axis(call, call.config.get("axis", -1), shapes[0])
    if len({shape[:-1] for shape in shapes}) > 1:
        raise UnreadableModel(f"Layer {quoted(call.name)} concatenates {listed}, which differ in more than channels.")
    return (*shapes[0][:-1], sum(shape[-1] for shape in shapes))


class _Decomposition:
    """A graph of calls as blocks in series and in parallel.

    The branches of a join begin at its fork, the last call that all of them pass
    through: the join's immediate dominator. A call that would then be needed
    twice shows that the branches cross.
    """

    def __init__(self, graph: Graph, order: list[Call], layers: dict[str, Layer | None]):
        self._graph, self._layers, self._seen = graph, layers, set()
        self._above: dict[str, str] = {}  # immediate dominators
        self._level = {INPUT: 0}
        for call in order:
            self._above[call.name] = self._fork(call.inputs)
            self._level[call.name] = self._level[self._above[call.name]] + 1

    def items(self) -> list[Any]:
        """The whole graph as a list of `Call` and `_Parallel`."""
        return self._series(self._graph.output, INPUT, 0)

    def _fork(self, names: Sequence[str]) -> str:
        """The last call that all ways to these calls pass through."""
        at, *others = names
        for other in others:
            while at != other:
                if self._level[at] < self._level[other]:
                    at, other = other, at
                at = self._above[at]
        return at

    def _series(self, end: str, start: str, depth: int) -> list[Any]:
        """The blocks after `start`, up to and including `end`."""
        items: list[Any] = []
        while end != start:
            call = self._graph.calls.get(end)
            if call is None or end in self._seen:
                raise UnreadableModel(
                    f"Branches of the model cross at layer {quoted(end)}. Only branches that part at one layer and "
                    "meet at another, side by side or nested, can be represented here."
                )
            self._seen.add(end)
            if call.kind in JOINS:
                end = self._fork(call.inputs)
                items.append(self._parallel(list(call.inputs), end, call, depth))
            else:
                items += [call] if self._layers[end] is not None else []
                end = call.inputs[0]
        return items[::-1]

    def _parallel(self, ends: list[str], fork: str, join: Call, depth: int) -> _Parallel:
        """The branches from `fork` to `ends`; those with a common beginning are joined first."""
        if depth >= MAX_DEPTH:
            raise UnreadableModel(f"Branches are nested more than {MAX_DEPTH} deep at layer {quoted(join.name)}.")
        branches = []
        for group in self._grouped(ends, fork, join):
            inner = self._fork(group)
            nested = [self._parallel(group, inner, join, depth + 1)] if len(group) > 1 else []
            branches.append(self._series(inner, fork, depth + 1) + nested)
        return _Parallel(JOINS[join.kind], branches)

    def _grouped(self, ends: list[str], fork: str, join: Call) -> list[list[str]]:
        """The ends in groups that share the first call after the fork."""
        groups: dict[Any, list[str]] = {}
        for number, end in enumerate(ends):
            first: Any = number  # an end that is the fork itself is a branch of its own
            while end != fork and self._above[end] != fork:
                end = self._above[end]
            groups.setdefault(first if end == fork else end, []).append(ends[number])
        regrouped = [end for group in groups.values() for end in group]
        if join.kind == "Concatenate" and regrouped != ends:
            raise UnreadableModel(
                f"Layer {quoted(join.name)} concatenates branches that have a beginning in common, with others "
                "between them. Give them in the order in which they part."
            )
        return list(groups.values())


def _block(item: Call | _Parallel, layers: dict[str, Layer]) -> Block:
    if isinstance(item, Call):
        return layers[item.name]
    branches = tuple(tuple(_block(inner, layers) for inner in branch) for branch in item.branches)
    return Branches(branches, item.merge)


def _walk(items: list[Any]) -> Iterator[Call | None]:
    """The calls in the order of `Network.walk`; None for a join."""
    for item in items:
        if isinstance(item, Call):
            yield item
        else:
            for branch in item.branches:
                yield from _walk(branch)
            yield None
