"""State of the page S2–C3 table."""

from __future__ import annotations

from dataclasses import dataclass, field

from core.learn.connections import EMPTY, FULL, OF_1998, TWO_GROUPS, Table
from core.ui.shell.renewal import Renewal

PATTERNS: dict[str, Table] = {"1998": OF_1998, "Full": FULL, "Two groups": TWO_GROUPS, "Empty": EMPTY}


@dataclass
class S2C3State:
    """Which maps feed which.

    Attributes:
        table: what is ticked.
        turn: renewed when the table changes otherwise than by ticking.
    """

    table: Table = OF_1998
    turn: Renewal = field(default_factory=Renewal)

    def open(self, pattern: str) -> None:
        """One of the tables that are ready."""
        self.table = PATTERNS[pattern]
        self.turn.renew()

    def take(self, table: Table) -> None:
        """What was ticked."""
        self.table = table
