"""Graphs of calls rewritten into others that compute the same and that can be represented."""

from __future__ import annotations

from core.training.foreign.calls import Call, Graph, is_of_keras
from core.training.foreign.refusals import as_dict


def with_slopes(graph: Graph) -> Graph:
    """An activation LeakyReLU inside a layer as a layer of its own, which can have any slope."""
    calls: dict[str, Call] = {}
    after: dict[str, str] = {}  # layer → its activation
    for call in graph.calls.values():
        activation = call.config.get("activation")
        calls[call.name] = call
        if isinstance(activation, dict) and activation.get("class_name") == "LeakyReLU" and is_of_keras(activation):
            name = _new_name(f"{call.name}_activation", graph)
            calls[call.name] = call._replace(config=call.config | {"activation": "linear"})
            calls[name] = Call(name, "LeakyReLU", as_dict(activation.get("config")), (call.name,), "")
            after[call.name] = name
    made = set(after.values())
    calls = {name: call if name in made else _reading(call, after) for name, call in calls.items()}
    return graph._replace(calls=calls, output=after.get(graph.output, graph.output))


def _reading(call: Call, instead: dict[str, str]) -> Call:
    """The call with other sources for some of its inputs."""
    return call._replace(inputs=tuple(instead.get(name, name) for name in call.inputs))


def _new_name(name: str, graph: Graph) -> str:
    """A name that no call of the graph has."""
    while name in graph.calls:
        name += "_"
    return name
