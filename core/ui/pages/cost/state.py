"""State of the page Cost."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import NamedTuple

from core.learn.cost import Between
from core.ui.shell.renewal import Renewal


class Example(NamedTuple):
    """Shapes to begin with, and how a button calls them."""

    words: str
    between: Between


EXAMPLES = {
    "torch": Example("Torch light: 32×32×3", Between()),
    "c1": Example("C1 of LeNet-5", Between(32, 1, 6, 5)),
    "wide": Example("Many channels", Between(28, 128, 128, 3, 1, "same")),
    "mixing": Example("1×1: channels only", Between(28, 64, 32, 1)),
}


def _torch() -> Between:
    return replace(EXAMPLES["torch"].between)


@dataclass
class CostState:
    """The shapes that are looked at.

    Attributes:
        between: input, output and kernel.
        position: of the number of the output whose kernel is drawn, from 0; may lie behind the end.
        turn: renewed when shapes change otherwise than by their fields.
    """

    between: Between = field(default_factory=_torch)
    position: int = 406  # a little off the middle of 28×28
    turn: Renewal = field(default_factory=Renewal)

    @property
    def example(self) -> str | None:
        """How the button with these shapes is called; None for none."""
        return next((one.words for one in EXAMPLES.values() if one.between == self.between), None)

    def restart(self, example: str) -> None:
        """The shapes of an example."""
        self.between = EXAMPLES[example].between
        rows, columns, _ = self.between.output
        self.position = rows * columns // 2 + columns // 2
        self.turn.renew()

    def take(self, name: str, value: object) -> None:
        """Another value of one field."""
        self.between = replace(self.between, **{name: value})
