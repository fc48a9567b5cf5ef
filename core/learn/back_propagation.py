"""Back-propagation by hand: a small dense network of which every number can be written down.

Units of one layer are all sigmoid, tanh or ReLU. The loss is half the squared error summed over the outputs,
E = ½ Σ (T − O)², so that the error of an output is f′(net)·(T − O), as textbooks have it: O(1 − O)(T − O) for the sigmoid,
with O(1 − O) Σ Err·w for a hidden unit, and updates l·Err·O for weights and l·Err for biases.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

LARGEST = 1e6  # of a number that is typed


class Activation(NamedTuple):
    """An activation, and its derivative by what came out.

    Attributes:
        of: net input → output.
        slope: output → f′(net).
        words: the slope as a formula of the output O.
    """

    of: Callable[[float], float]
    slope: Callable[[float], float]
    words: str


def _sigmoid(net: float) -> float:
    return 1 / (1 + math.exp(-net)) if net >= 0 else math.exp(net) / (1 + math.exp(net))


ACTIVATIONS = {
    "sigmoid": Activation(_sigmoid, lambda o: o * (1 - o), "O·(1 − O)"),
    "tanh": Activation(math.tanh, lambda o: 1 - o * o, "1 − O²"),
    "relu": Activation(lambda net: max(net, 0.0), lambda o: 1.0 if o > 0 else 0.0, "1 if O > 0, else 0"),
}

Numbers = tuple[float, ...]
Matrix = tuple[Numbers, ...]


@dataclass(frozen=True)
class HandNetwork:
    """A dense network of two layers with all its numbers.

    Attributes:
        weights: of each layer, [unit it comes from][unit it goes to].
        biases: of each layer.
        activation: of all units, a key of `ACTIVATIONS`.
    """

    weights: tuple[Matrix, ...]
    biases: tuple[Numbers, ...]
    activation: str = "sigmoid"

    @property
    def sizes(self) -> tuple[int, ...]:
        """Units of each layer, the inputs first."""
        return len(self.weights[0]), *(len(biases) for biases in self.biases)

    @property
    def parameters(self) -> int:
        """How many weights and biases it has."""
        return sum(len(matrix) * len(biases) + len(biases) for matrix, biases in zip(self.weights, self.biases))

    def with_unit(self, layer: int, unit: int, weights: Numbers, bias: float) -> HandNetwork:
        """The network with other weights into one unit, and another bias; `layer` 0 is the hidden one."""
        matrix = tuple(
            (*row[:unit], weight, *row[unit + 1 :]) for row, weight in zip(self.weights[layer], weights, strict=True)
        )
        biases = (*self.biases[layer][:unit], bias, *self.biases[layer][unit + 1 :])
        return replace(
            self,
            weights=(*self.weights[:layer], matrix, *self.weights[layer + 1 :]),
            biases=(*self.biases[:layer], biases, *self.biases[layer + 1 :]),
        )


class Forward(NamedTuple):
    """Net inputs and outputs of every layer; the inputs count as the outputs of layer 0, and have no net input."""

    nets: tuple[Numbers, ...]
    outputs: tuple[Numbers, ...]


def forward(network: HandNetwork, inputs: Sequence[float]) -> Forward:
    """The outputs of all units: net = bias + Σ O·w, O = f(net)."""
    f = ACTIVATIONS[network.activation].of
    nets, outputs = [], [tuple(map(float, inputs))]
    for matrix, biases in zip(network.weights, network.biases):
        before = outputs[-1]
        net = tuple(
            bias + math.fsum(o * row[unit] for o, row in zip(before, matrix)) for unit, bias in enumerate(biases)
        )
        nets.append(net)
        outputs.append(tuple(map(f, net)))
    return Forward(tuple(nets), tuple(outputs))


def loss(outputs: Sequence[float], targets: Sequence[float]) -> float:
    """E = ½ Σ (T − O)²."""
    return math.fsum((t - o) ** 2 for t, o in zip(targets, outputs)) / 2


def errors(network: HandNetwork, passed: Forward, targets: Sequence[float]) -> tuple[Numbers, ...]:
    """Err of each unit of each layer: −∂E/∂net.

    Of an output f′·(T − O), of a hidden unit f′·Σ Err·w over the units that it feeds.
    """
    slope = ACTIVATIONS[network.activation].slope
    found = [tuple(slope(o) * (t - o) for o, t in zip(passed.outputs[-1], targets))]
    for layer in range(len(network.weights) - 1, 0, -1):
        behind, matrix = found[0], network.weights[layer]
        own = tuple(
            slope(o) * math.fsum(err * weight for err, weight in zip(behind, row))
            for o, row in zip(passed.outputs[layer], matrix)
        )
        found.insert(0, own)
    return tuple(found)


def updated(network: HandNetwork, passed: Forward, found: tuple[Numbers, ...], rate: float) -> HandNetwork:
    """The network after w + l·Err·O for each weight and b + l·Err for each bias."""
    weights = tuple(
        tuple(tuple(weight + rate * err * o for weight, err in zip(row, errs)) for o, row in zip(before, matrix))
        for before, matrix, errs in zip(passed.outputs, network.weights, found)
    )
    biases = tuple(
        tuple(bias + rate * err for bias, err in zip(layer, errs)) for layer, errs in zip(network.biases, found)
    )
    return replace(network, weights=weights, biases=biases)


def step(network: HandNetwork, inputs: Sequence[float], targets: Sequence[float], rate: float) -> HandNetwork:
    """One step of gradient descent on one example."""
    passed = forward(network, inputs)
    return updated(network, passed, errors(network, passed, targets), rate)


def losses(
    network: HandNetwork, inputs: Sequence[float], targets: Sequence[float], rate: float, steps: int
) -> tuple[list[float], HandNetwork]:
    """The loss before the first step and after each, and the network at the end.

    A rate that is too high can make the numbers grow beyond all bounds: it stops where they pass `LARGEST`.
    """
    found = [loss(forward(network, inputs).outputs[-1], targets)]
    for _ in range(steps):
        network = step(network, inputs, targets, rate)
        found.append(loss(forward(network, inputs).outputs[-1], targets))
        if not found[-1] < LARGEST:
            break
    return found, network
