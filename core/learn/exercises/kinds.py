"""The kinds of exercises that are made without end."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import NamedTuple

from core.learn.exercises import by_hand, counting
from core.learn.exercises.exercise import Exercise

LEVELS = (1, 2, 3)


class Kind(NamedTuple):
    """A kind of exercises.

    Attributes:
        title: on the page.
        make: name of the exercise, level and chance → the exercise.
    """

    title: str
    make: Callable[[str, int, Random], Exercise]


KINDS: dict[str, Kind] = {
    "shape": Kind("Shape of an output", counting.shape),
    "parameters": Kind("Parameters", counting.parameters),
    "multiply_adds": Kind("Multiply-adds", counting.multiply_adds),
    "receptive_field": Kind("Receptive field", counting.receptive_field),
    "convolution": Kind("A small convolution", by_hand.convolution),
    "pooling_gradient": Kind("Gradient of a pooling", by_hand.pooling_gradient),
    "back_propagation": Kind("A step of back-propagation", by_hand.back_propagation),
}


def generated(kind: str, level: int, seed: int) -> Exercise:
    """The exercise of this kind, of `KINDS`, level, of `LEVELS`, and seed: always the same one.

    Raises:
        KeyError: there is no such kind.
        ValueError: there is no such level.
    """
    make = KINDS[kind].make
    if level not in LEVELS:
        raise ValueError(f"Level {level}: levels are {LEVELS[0]} to {LEVELS[-1]}.")
    name = f"{kind}/{level}/{seed}"
    return make(name, level, Random(name))
