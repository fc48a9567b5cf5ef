"""State of the page Equal price."""

from __future__ import annotations

from dataclasses import dataclass, field

from core.network import Recipe
from core.ui.shell.renewal import FieldKey, Renewal


@dataclass
class PriceState:
    """What is chosen on the page.

    Attributes:
        measure: of the price, one of `core.study.price.MEASURES`.
        budgets: by measure; first as many as a dense network with 128 hidden units has.
        dataset: what both learn from; None as long as none was chosen: then it is that of the editor.
        recipe: by which both are trained.
        exact, coarse: the number field and the slider, which show what was set in the other.
        recipes: renewed when the recipe's fields must take their values anew.
    """

    measure: str = "parameters"
    budgets: dict[str, int] = field(default_factory=lambda: {"parameters": 101_770, "macs": 101_632})
    dataset: str | None = None
    recipe: Recipe = field(default_factory=lambda: Recipe(epochs=5))
    exact: FieldKey = field(default_factory=FieldKey)
    coarse: FieldKey = field(default_factory=FieldKey)
    recipes: Renewal = field(default_factory=Renewal)

    @property
    def budget(self) -> int:
        """The budget in the measure that is chosen."""
        return self.budgets[self.measure]
