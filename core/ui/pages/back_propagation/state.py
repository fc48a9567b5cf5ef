"""State of the page Back-propagation."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np

from core.learn.back_propagation import LARGEST, HandNetwork, Numbers, forward, loss, losses, step
from core.learn.written_out import PRESSES
from core.ui.shell.renewal import Renewal

SIZES: dict[str, tuple[int, ...]] = {"2–2–1": (2, 2, 1), "2–3–1": (2, 3, 1), "3–3–2": (3, 3, 2), "3–4–2": (3, 4, 2)}
EXAMPLE = HandNetwork((((0.1, 0.8), (0.4, 0.6)), ((0.3,), (0.9,))), ((0.0, 0.0), (0.0,)))
INPUTS, TARGETS = (0.35, 0.9, -0.5), (0.5, 1.0)


@dataclass
class BackPropagationState:
    """What is worked out on the page.

    Attributes:
        network: with the weights before the step that is looked at.
        inputs, targets: of the one example.
        rate: the learning rate.
        pressed: how many of the four presses of this step were made.
        losses: before the first step, and after each that was gone on from; empty before the first.
        seed: of the last random weights.
        fields: in the keys of the fields; renewed when their numbers change by themselves.
    """

    network: HandNetwork = field(default_factory=lambda: replace(EXAMPLE))
    inputs: Numbers = INPUTS[:2]
    targets: Numbers = TARGETS[:1]
    rate: float = 1.0
    pressed: int = 0
    losses: list[float] = field(default_factory=list)
    seed: int = 0
    fields: Renewal = field(default_factory=Renewal)

    def begin(self) -> None:
        """Forget what was worked out: another network, example or activation is there."""
        self.pressed, self.losses = 0, []
        self.fields.renew()

    def resize(self, sizes: tuple[int, ...]) -> None:
        """A network of other sizes, with random weights."""
        self.inputs, self.targets = INPUTS[: sizes[0]], TARGETS[: sizes[-1]]
        self.randomise(sizes)

    def randomise(self, sizes: tuple[int, ...]) -> None:
        """New random weights in −1…1 with two decimals; biases 0."""
        self.seed += 1
        chance = np.random.default_rng(self.seed)
        pairs = list(pairwise(sizes))
        weights = tuple(tuple(map(tuple, np.round(chance.uniform(-1, 1, pair), 2).tolist())) for pair in pairs)
        biases = tuple((0.0,) * to for _, to in pairs)
        self.network = replace(self.network, weights=weights, biases=biases)
        self.begin()

    def press(self) -> None:
        """The next of the four presses; after the fourth, the first of the next step."""
        self._complete()
        self.pressed += 1

    def repeat(self, steps: int) -> None:
        """Whole steps, from the first press of the one that is looked at; what was begun of it is done with them."""
        self._complete()
        history = self.history
        if history[-1] < LARGEST:
            found, self.network = losses(self.network, self.inputs, self.targets, self.rate, steps)
            history += found[1:]
        self.pressed, self.losses = 0, history
        self.fields.renew()

    def _complete(self) -> None:
        """Go on to the next step where all presses of this one were made."""
        if self.pressed == len(PRESSES):
            self.losses, self.network, self.pressed = self.history, self.next, 0
            self.fields.renew()

    @property
    def history(self) -> list[float]:
        """The loss before the first step, and after each whose update was seen; one number more than steps."""
        before = self.losses or [self.loss_of(self.network)]
        return [*before, self.loss_of(self.next)] if self.pressed == len(PRESSES) else list(before)

    @property
    def next(self) -> HandNetwork:
        """The network after this step."""
        return step(self.network, self.inputs, self.targets, self.rate)

    def loss_of(self, network: HandNetwork) -> float:
        """The loss of a network on the example."""
        return loss(forward(network, self.inputs).outputs[-1], self.targets)
