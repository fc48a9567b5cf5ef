"""What a visitor has done of the exercises, as a small JSON document."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

MOST = 10**9  # of each count in a document that is read
MOST_SOLVED = 100


@dataclass(frozen=True)
class Progress:
    """How many exercises were tried and how many of them were right.

    An exercise is tried from the first answer or look at its solution on. It counts as right when it was answered before that
    look; a row breaks with a wrong answer or a look.

    Attributes:
        right, tried: exercises.
        row: how many were right at once, one after the other, until now.
        solved: names of those that do not change and were right.
        kinds: of those that are made without end: the kinds of which one was right.
        times: how many of each of these kinds were right.
    """

    right: int = 0
    tried: int = 0
    row: int = 0
    solved: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    times: tuple[int, ...] = ()

    def missed(self, first: bool) -> Progress:
        """After a wrong answer, or a look at the solution; `first`: nothing else was tried before."""
        return replace(self, tried=self.tried + first, row=0)

    def got(self, name: str, first: bool) -> Progress:
        """After the right answer; `first`: nothing else was tried before."""
        kind = name.partition("/")[0]
        solved, by_kind = self.solved, self.by_kind
        if kind != "fixed":
            by_kind[kind] = by_kind.get(kind, 0) + 1
        elif name not in solved:
            solved = (*solved, name)
        row = self.row + 1 if first else 0
        right, tried = self.right + 1, self.tried + first
        return Progress(right, tried, row, solved, tuple(by_kind), tuple(by_kind.values()))

    @property
    def by_kind(self) -> dict[str, int]:
        """How many were right, of those that are made without end, by their kind."""
        return dict(zip(self.kinds, self.times, strict=True))

    @property
    def words(self) -> str:
        """`7 right of 9, 3 in a row`; no Markdown."""
        if not self.tried:
            return "No exercise tried yet"
        return f"{self.right:,} right of {self.tried:,}" + (f", {self.row:,} in a row" if self.row > 1 else "")


def to_json(progress: Progress) -> str:
    """The document."""
    return json.dumps(vars(progress), separators=(",", ":"))


def from_json(text: str | None) -> Progress:
    """What the document says; none, or a damaged one, says that nothing was done."""
    try:
        found = json.loads(text or "{}")
        counts = [found.get(name, 0) for name in ("right", "tried", "row")]
        solved, kinds, times = (found.get(name, []) for name in ("solved", "kinds", "times"))
    except (ValueError, AttributeError, RecursionError):
        return Progress()
    fine = all(type(count) is int and 0 <= count <= MOST for count in counts)
    fine = fine and isinstance(solved, list) and isinstance(kinds, list)
    if not fine or not counts[2] <= counts[0] <= counts[1]:
        return Progress()
    right, tried, row = counts
    names = _names(kinds)
    return Progress(right, tried, row, _names(solved), names, _times(times, len(names)))


def _times(found: object, kinds: int) -> tuple[int, ...]:
    """How often each kind was right; once, in a document that does not say it."""
    times = tuple(found) if isinstance(found, list) else ()
    fine = len(times) == kinds and all(type(one) is int and 0 < one <= MOST for one in times)
    return times if fine else (1,) * kinds


def _names(found: list) -> tuple[str, ...]:
    names = [name for name in found[:MOST_SOLVED] if isinstance(name, str) and len(name) <= MOST_SOLVED]
    return tuple(dict.fromkeys(names))
