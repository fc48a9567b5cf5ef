"""State of the page Dropout, batch norm."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from core.learn.noise import Kind, factors
from core.learn.normalisation import Statistics, fresh, moved, of_batch
from core.learn.numbers import random_numbers
from core.ui.shell.renewal import Renewal
from core.ui.widgets.grids import Typed

IMAGES, CHANNELS, SIDE = 4, 2, 3
SHAPE = (IMAGES, CHANNELS, SIDE, SIDE)
Norm = Literal["norm"]


def _values(seed: int = 1) -> np.ndarray:
    """Whole numbers: of the first channel from 0 to 9, of the second from −40 to 60."""
    return np.stack(
        [random_numbers(seed, (IMAGES, SIDE, SIDE), 0), random_numbers(seed, (IMAGES, SIDE, SIDE), -40, 60)], axis=1
    )


@dataclass
class DropoutState:
    """The layer and the batch that are looked at.

    Attributes:
        kind: `dropout`, `spatial`, `gaussian` or `norm`.
        training: whether the layer works as in training; else as in inference.
        values: (images, channels, n, n), the batch.
        rate: of dropout.
        draw: the seed of what is drawn.
        lots: renewed when that changes otherwise than in its field.
        gamma, beta: (channels,), learned by batch normalisation.
        epsilon, momentum: of batch normalisation.
        moving: the moving statistics.
        steps: of training that they have seen.
        seed: of the last random batch.
        turn: renewed when numbers change otherwise than by typing.
    """

    kind: Kind | Norm = "dropout"
    training: bool = True
    values: np.ndarray = field(default_factory=_values)
    rate: float = 0.5
    draw: int = 0
    lots: Renewal = field(default_factory=Renewal)
    gamma: np.ndarray = field(default_factory=lambda: np.ones(CHANNELS))
    beta: np.ndarray = field(default_factory=lambda: np.zeros(CHANNELS))
    epsilon: float = 0.001
    momentum: float = 0.99
    moving: Statistics = field(default_factory=lambda: fresh(CHANNELS))
    steps: int = 0
    seed: int = 1
    turn: Renewal = field(default_factory=Renewal)

    @property
    def factors(self) -> np.ndarray | None:
        """What the batch is multiplied by; None in inference, where nothing is drawn."""
        if self.kind == "norm" or not self.training:
            return None
        return factors(self.kind, self.rate, SHAPE, self.draw)

    @property
    def used(self) -> Statistics:
        """The statistics by which the batch is normalised now."""
        return of_batch(self.values) if self.training else self.moving

    def take(self, typed: Typed) -> None:
        """Numbers that were typed into the grids."""
        for (grid, row, column), number in typed.items():
            name, *places = grid.split("/")
            at = [int(one) for one in places]
            if name == "input":
                self.values[at[0], at[1], row, column] = number
            else:
                (self.gamma if name == "gamma" else self.beta)[at[0]] = number

    def train(self, steps: int) -> None:
        """Let the moving statistics see this batch so many times."""
        self.moving = moved(self.moving, of_batch(self.values), self.momentum, steps)
        self.steps += steps

    def forget(self) -> None:
        """The moving statistics as before any training."""
        self.moving, self.steps = fresh(CHANNELS), 0

    def draw_again(self) -> None:
        """Other random numbers for dropout."""
        self.draw += 1
        self.lots.renew()

    def randomise(self) -> None:
        """Another batch of whole numbers."""
        self.seed += 1
        self.values = _values(self.seed)
        self.turn.renew()

    def restart(self) -> None:
        """The numbers with which the page begins."""
        self.values, self.seed, self.draw = _values(), 1, 0
        self.gamma, self.beta = np.ones(CHANNELS), np.zeros(CHANNELS)
        self.forget()
        self.lots.renew()
        self.turn.renew()
