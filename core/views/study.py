"""Comparisons of networks in words and charts."""

from __future__ import annotations

from core.network import Network
from core.study.comparison import Score, facts
from core.views.wording import count_text, exact_text, percent

SMALL = 1e6  # bytes, below which kB say more


def interval_text(score: Score) -> str:
    """`99.29 % (99.11 – 99.44 %)`: an accuracy with its confidence interval."""
    low, high = score.interval
    return f"{percent(score.accuracy)} ({percent(low).removesuffix(' %')} – {percent(high)})"


def fact_words(network: Network) -> dict[str, str]:
    """What a network that works is and costs, as cells of a table: column → words."""
    found = facts(network)
    size = found.memory_bytes
    return {
        "Parameters": exact_text(found.parameters),
        "Multiply-adds": count_text(found.macs),
        "Memory": f"{size / 1e3:.0f} kB" if size < SMALL else f"{size / 1e6:.1f} MB",
        "Last map sees": "no maps" if found.field is None else f"{found.field[0]}×{found.field[1]} px",
    }
