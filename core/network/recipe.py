"""How a network learns: a value, like the network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.network.settings import Checked, Choice, Integer, Number, setting

USUAL_RATES = {"Adam": 0.001, "SGD": 0.01, "RMSprop": 0.001, "AdamW": 0.001}
OPTIMIZERS = tuple(USUAL_RATES)
LOSSES = ("crossentropy", "mse")


@dataclass(frozen=True)
class Recipe(Checked):
    """Everything besides network and data that decides what a run will do.

    The same recipe, network and dataset give the same weights on the same machine.
    """

    noun = "Recipe"

    epochs: int = setting(3, Integer("Epochs", "How many times the network sees the whole training set.", 1, 200))
    batch_size: int = setting(
        128,
        Integer(
            "Batch size",
            "Images per step. Small batches learn more per image, large ones are faster.",
            1,
            1024,
        ),
    )
    optimizer: str = setting(
        "Adam",
        Choice(
            "Optimiser",
            "The rule that turns gradients into steps. Adam adapts the step to each weight; SGD is the plain rule.",
            OPTIMIZERS,
        ),
    )
    learning_rate: float = setting(
        0.001,
        Number(
            "Learning rate",
            "The length of a step. Too small learns slowly, too large never settles.",
            1e-6,
            1000.0,
            0.001,
            "%.6g",
        ),
    )
    momentum: float = setting(
        0.0,
        Number(
            "Momentum", "How much of the last step is repeated (SGD and RMSprop).", 0.0, 0.999, 0.1, advanced=True
        ),
    )
    loss: str = setting(
        "crossentropy",
        Choice(
            "Loss",
            "What is made small. crossentropy asks for the right class; mse compares all ten numbers.",
            LOSSES,
            advanced=True,
        ),
    )
    seed: int = setting(
        1, Integer("Seed", "The same seed gives the same start and the same order.", 0, 2**31 - 1, advanced=True)
    )

    def with_setting(self, name: str, value: Any) -> Recipe:
        """With one setting changed. A new optimiser brings its usual learning rate, unless one had been chosen."""
        changes = {name: value}
        if name == "optimizer" and self.learning_rate == USUAL_RATES[self.optimizer]:
            changes["learning_rate"] = USUAL_RATES[value]
        return self.replaced(**changes)

    def describe(self) -> str:
        """The recipe in a few words: `SGD 0.01, batch 32, 20 epochs, crossentropy`."""
        momentum = f" with momentum {self.momentum:g}" if self.momentum else ""
        return (
            f"{self.optimizer} {self.learning_rate:g}{momentum}, batch {self.batch_size}, "
            f"{self.epochs} epochs, {self.loss}"
        )
