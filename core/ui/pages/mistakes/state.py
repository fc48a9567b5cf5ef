"""The state of the page Mistakes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class MistakesState:
    """The cell of the confusion matrix and the test image that are open.

    Attributes:
        dataset: the dataset whose classes and test images these are.
        confused: (true, predicted) of the cell of the confusion matrix that was chosen; None before one is.
        cell: the cell that the two selectboxes were last keyed with: while one types in them, they stay.
        test_image: the test image that is open; None is the most confident mistake.
    """

    dataset: str = ""
    confused: tuple[int, int] | None = None
    cell: tuple[int, int] | None = None
    test_image: int | None = None

    def look_into(self, dataset: str) -> None:
        """Look into the test images of a dataset; what was open in another one is forgotten."""
        if self.dataset != dataset:
            self.dataset, self.confused, self.cell, self.test_image = dataset, None, None, None
