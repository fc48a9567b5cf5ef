"""State of the Runs page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from core.training import Run


@dataclass
class RunsState:
    """What runs are recognised by, and which of them were chosen; runs are known by when they began.

    Attributes:
        numbers: of each run that was there, in the order in which they began; none is given twice.
        ticked: the runs that are compared.
        one: the run that can be renamed, exported or deleted, among several; None as long as none was chosen.
        pair: the two runs whose networks and recipes are compared, as far as they were chosen.
        words: what the visitor looks for.
        starred: whether only those with a star are shown.
        failed: whether those that failed are shown, too.
    """

    numbers: dict[float, int] = field(default_factory=dict)
    ticked: frozenset[float] = frozenset()
    one: float | None = None
    pair: tuple[float | None, float | None] = (None, None)
    words: str = ""
    starred: bool = False
    failed: bool = False

    def numbers_of(self, runs: Sequence[Run], among: Sequence[Run]) -> tuple[int, ...]:
        """The numbers of these runs, which stay when others are ticked, begun or deleted.

        Args:
            runs: those asked for.
            among: all that there are.
        """
        for began in sorted(run.created for run in {*among, *runs}):
            self.numbers.setdefault(began, len(self.numbers))
        return tuple(self.numbers[run.created] for run in runs)
