"""A finding about learning curves, as a sentence for beginners."""

from __future__ import annotations

from typing import NamedTuple


class Finding(NamedTuple):
    """One thing that the curves show.

    Attributes:
        kind: a stable key: `early`, `learning`, `settled`, `open`, `over-fitting`, `gap`, `under-fitting`,
            `rate-too-high`, `rate-too-low`, `penalties`, `stuck`, `dead-units`, `harder`, `selection`.
        tone: `good`, `neutral` or `warning`.
        sentence: what is seen, and what to try.
        since: the epoch from which on it is seen, where there is one.
    """

    kind: str
    tone: str
    sentence: str
    since: float | None = None


def good(kind: str, sentence: str, since: float | None = None) -> Finding:
    return Finding(kind, "good", sentence, since)


def neutral(kind: str, sentence: str, since: float | None = None) -> Finding:
    return Finding(kind, "neutral", sentence, since)


def warning(kind: str, sentence: str, since: float | None = None) -> Finding:
    return Finding(kind, "warning", sentence, since)
