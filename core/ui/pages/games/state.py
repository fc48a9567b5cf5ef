"""State of the Games page: the games in progress, and the best results of this visit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from core.ui.widgets.canvas import Board

if TYPE_CHECKING:  # the first page of all has no need of them
    import numpy as np

    from core.insight.games import Attempt, Round, Split


class BestSplit(NamedTuple):
    """The drawing on which two networks disagreed most surely.

    Attributes:
        image: (28, 28) float32 in 0…1.
        split: the two predictions.
        titles: of the networks.
        class_names: the classes that both know.
    """

    image: np.ndarray
    split: Split
    titles: tuple[str, str]
    class_names: Sequence[str]


class BestAttempt(NamedTuple):
    """The image that was changed least until a network was confident of a wrong class: (28, 28) float32 in 0…1."""

    before: np.ndarray
    after: np.ndarray
    attempt: Attempt
    class_names: Sequence[str]


@dataclass
class GamesState:
    """The open game, and the state of each.

    Attributes:
        game: the open game: `split`, `fool` or `against`.
        networks: the two that are to disagree, as `core.ui.widgets.model_view.subjects` names them.
        split_board, fool_board: the canvases of these two games.
        fool_index: the test image that is drawn on; None before one was chosen.
        fool_of: network and dataset that it was chosen for.
        hint: true if the gradient of the prediction by ink is shown.
        best_splits: for each pair of networks.
        best_attempts: for each network.
        rounds: the round that is played against each network.
        deal: the kind of round to deal next: `hardest` or `others`; None for none.
    """

    game: str = "split"
    networks: tuple[str, str] = ("draw", "lenet5")
    split_board: Board = field(default_factory=Board)
    fool_board: Board = field(default_factory=Board)
    fool_index: int | None = None
    fool_of: object = None
    hint: bool = False
    best_splits: dict[frozenset[str], BestSplit] = field(default_factory=dict)
    best_attempts: dict[str, BestAttempt] = field(default_factory=dict)
    rounds: dict[str, Round] = field(default_factory=dict)
    deal: str | None = None
