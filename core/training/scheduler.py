"""The scheduler of runs: as many train at a time as the machine has cores, the rest wait in order."""

from __future__ import annotations

import threading
import time
from collections.abc import Hashable

from core import settings
from core.training.priority import cores

TURN_SECONDS = 30.0  # with others waiting, a run goes to the end of the queue after so long


class Scheduler:
    """A queue of tickets; the first few may work. Safe from any thread.

    Args:
        at_once: number of tickets that may work at a time.
        turn_seconds: how long one may work while others wait.
    """

    def __init__(self, at_once: int, turn_seconds: float = TURN_SECONDS) -> None:
        self.at_once = at_once
        self._turn_seconds = turn_seconds
        self._changed = threading.Condition()
        self._working: dict[Hashable, float] = {}  # ticket → since when
        self._waiting: list[Hashable] = []

    def join(self, ticket: Hashable) -> None:
        """Enter the queue; nothing for a ticket that is in it or works already."""
        with self._changed:
            if ticket not in self._working and ticket not in self._waiting:
                self._waiting.append(ticket)
                self._admit()

    def leave(self, ticket: Hashable) -> None:
        """Leave the queue, or stop working; nothing for a ticket that does neither."""
        with self._changed:
            self._working.pop(ticket, None)
            if ticket in self._waiting:
                self._waiting.remove(ticket)
            self._admit()

    def queue_position(self, ticket: Hashable) -> int:
        """0 for a ticket that may work now, else 1 for the first in the queue."""
        with self._changed:
            return 0 if ticket in self._working else self._waiting.index(ticket) + 1

    def wait(self, ticket: Hashable, seconds: float) -> int:
        """Wait at most so long for its turn; returns its `queue_position` then."""
        with self._changed:
            if ticket not in self._working:
                self._changed.wait(seconds)
            return self.queue_position(ticket)

    def seconds_left(self, ticket: Hashable, working_seconds: float) -> float:
        """Estimated seconds until this ticket will have worked for so long, waiting included.

        While more want to work than may, each works for its share of the time; one that waits is admitted at the
        latest when the turns of those before it are over.
        """
        with self._changed:
            there = len(self._working) + len(self._waiting)
            shared = working_seconds * max(there / self.at_once, 1.0)
            if ticket not in self._waiting:
                return shared
            now = time.monotonic()
            turns = sorted(max(self._turn_seconds - (now - since), 0.0) for since in self._working.values())
            rounds, place = divmod(self._waiting.index(ticket), self.at_once)
            return shared + (turns[place] if place < len(turns) else 0.0) + rounds * self._turn_seconds

    def give_way(self, ticket: Hashable) -> bool:
        """Go to the end of the queue where others wait and this one's turn is over; returns whether it did."""
        with self._changed:
            since = self._working.get(ticket)
            if since is None or not self._waiting or time.monotonic() - since < self._turn_seconds:
                return False
            del self._working[ticket]
            self._waiting.append(ticket)
            self._admit()
            return True

    def _admit(self) -> None:
        while self._waiting and len(self._working) < self.at_once:
            self._working[self._waiting.pop(0)] = time.monotonic()
        self._changed.notify_all()


def runs_at_once() -> int:
    """Number of runs that may train at a time: as many as there are cores, unless the settings say otherwise."""
    return settings.value("RECEPTIVE_RUNS") or cores()


SCHEDULER = Scheduler(runs_at_once())  # of this process: all visitors wait in one queue
