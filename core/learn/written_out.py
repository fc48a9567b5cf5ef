"""A step of back-propagation written out: each number with its formula, and with the numbers put in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from core.learn.back_propagation import ACTIVATIONS, Forward, HandNetwork, Numbers, errors, forward, loss, updated

PRESSES = ("Forward", "Error", "Backward", "Update")
NET_FUNCTIONS = {"sigmoid": "σ", "tanh": "tanh", "relu": "max(0, net)"}


class Line(NamedTuple):
    """One number of a step.

    Attributes:
        press: in which of `PRESSES` it comes.
        name: what it is, as `net(h1)`.
        formula: in letters.
        numbers: the formula with the numbers put in, rounded as they are shown.
        value: unrounded.
    """

    press: str
    name: str
    formula: str
    numbers: str
    value: float


def unit_names(network: HandNetwork) -> tuple[tuple[str, ...], ...]:
    """Names of the units by layer: x1, x2 …, h1 …, o1 …"""
    return tuple(
        tuple(f"{letter}{unit + 1}" for unit in range(size))
        for letter, size in zip("xho", network.sizes, strict=True)
    )


def shown(number: float) -> str:
    """A number with four decimals, a very large or small one with four digits; a true minus."""
    text = f"{number:.4f}" if number == 0 or 1e-3 <= abs(number) < 1e4 else f"{number:.3e}"
    if "e" in text:
        digits, power = text.split("e")
        text = f"{digits}·10^{int(power)}"
    return text.replace("-", "−")


def factor(number: float) -> str:
    """A number within a product or sum: negative ones in brackets."""
    return f"({shown(number)})" if number < 0 else shown(number)


def lines(network: HandNetwork, inputs: Numbers, targets: Numbers, rate: float) -> list[Line]:
    """All numbers of one step, in the order in which they are worked out."""
    passed = forward(network, inputs)
    found = errors(network, passed, targets)
    names = unit_names(network)
    return [
        *_forward(network, passed, names),
        *_error(network, passed, found, targets, names),
        *_backward(network, passed, found, names),
        *_update(network, passed, found, rate, names),
    ]


Names = tuple[tuple[str, ...], ...]


def _forward(network: HandNetwork, passed: Forward, names: Names) -> Iterator[Line]:
    f = NET_FUNCTIONS[network.activation]
    for layer, (matrix, biases) in enumerate(zip(network.weights, network.biases)):
        before, here = names[layer], names[layer + 1]
        for unit, name in enumerate(here):
            net, bias = passed.nets[layer][unit], biases[unit]
            letters = " + ".join(f"O({one})·w({one}→{name})" for one in before)
            terms = " + ".join(
                f"{factor(o)}·{factor(row[unit])}" for o, row in zip(passed.outputs[layer], matrix, strict=True)
            )
            yield Line(PRESSES[0], f"net({name})", f"b({name}) + {letters}", f"{shown(bias)} + {terms}", net)
            letters = f if network.activation == "relu" else f"{f}(net({name}))"
            terms = f"max(0, {shown(net)})" if network.activation == "relu" else f"{f}({shown(net)})"
            yield Line(PRESSES[0], f"O({name})", letters, terms, passed.outputs[layer + 1][unit])


def _slope(network: HandNetwork, name: str, output: float) -> tuple[str, str]:
    """f′ of a unit in letters and in numbers."""
    o = f"O({name})"
    if network.activation == "sigmoid":
        return f"{o}·(1 − {o})", f"{factor(output)}·(1 − {factor(output)})"
    if network.activation == "tanh":
        return f"(1 − {o}²)", f"(1 − {factor(output)}²)"
    return f"[{o} > 0]", shown(ACTIVATIONS["relu"].slope(output))


def _error(
    network: HandNetwork, passed: Forward, found: tuple[Numbers, ...], targets: Numbers, names: Names
) -> Iterator[Line]:
    outputs = passed.outputs[-1]
    letters = " + ".join(f"(T({name}) − O({name}))²" for name in names[-1])
    terms = " + ".join(f"({shown(t)} − {factor(o)})²" for t, o in zip(targets, outputs, strict=True))
    yield Line(PRESSES[1], "E", f"½·[{letters}]", f"½·[{terms}]", loss(outputs, targets))
    for name, o, t, err in zip(names[-1], outputs, targets, found[-1], strict=True):
        letters, terms = _slope(network, name, o)
        yield Line(
            PRESSES[1],
            f"Err({name})",
            f"{letters}·(T({name}) − O({name}))",
            f"{terms}·({shown(t)} − {factor(o)})",
            err,
        )


def _backward(network: HandNetwork, passed: Forward, found: tuple[Numbers, ...], names: Names) -> Iterator[Line]:
    for layer in range(len(network.weights) - 1, 0, -1):
        for unit, name in enumerate(names[layer]):
            letters, terms = _slope(network, name, passed.outputs[layer][unit])
            behind = names[layer + 1]
            fed = " + ".join(f"Err({one})·w({name}→{one})" for one in behind)
            numbers = " + ".join(
                f"{factor(err)}·{factor(weight)}"
                for err, weight in zip(found[layer], network.weights[layer][unit], strict=True)
            )
            yield Line(
                PRESSES[2], f"Err({name})", f"{letters}·[{fed}]", f"{terms}·[{numbers}]", found[layer - 1][unit]
            )


def _update(
    network: HandNetwork, passed: Forward, found: tuple[Numbers, ...], rate: float, names: Names
) -> Iterator[Line]:
    new = updated(network, passed, found, rate)
    for layer, (matrix, biases) in enumerate(zip(network.weights, network.biases)):
        for unit, name in enumerate(names[layer + 1]):
            err = found[layer][unit]
            for place, before in enumerate(names[layer]):
                weight = f"w({before}→{name})"
                numbers = f"{shown(matrix[place][unit])} + {shown(rate)}·{factor(err)}·{factor(passed.outputs[layer][place])}"
                value = new.weights[layer][place][unit]
                yield Line(PRESSES[3], weight, f"{weight} + l·Err({name})·O({before})", numbers, value)
            numbers = f"{shown(biases[unit])} + {shown(rate)}·{factor(err)}"
            yield Line(PRESSES[3], f"b({name})", f"b({name}) + l·Err({name})", numbers, new.biases[layer][unit])
