"""State of the Runs page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from core.training import Run


@dataclass
class RunsState:
    """What runs are recognised by.

    Attributes:
        numbers: of each run that was there, in the order in which they began; none is given twice.
    """

    numbers: dict[float, int] = field(default_factory=dict)

    def numbers_of(self, runs: Sequence[Run], among: Sequence[Run]) -> tuple[int, ...]:
        """The numbers of these runs, which stay when others are ticked, begun or deleted.

        Args:
            runs: those asked for.
            among: all that there are.
        """
        for began in sorted(run.created for run in {*among, *runs}):
            self.numbers.setdefault(began, len(self.numbers))
        return tuple(self.numbers[run.created] for run in runs)
