"""Shares in words, the same way on every page."""

from __future__ import annotations

import math

FEW = 100  # images, of which there must be so many for an accuracy to stand without its interval


def percent(share: float) -> str:
    """`99.12 %`."""
    return f"{share * 100:.2f} %"


def rough_percent(share: float) -> str:
    """A share in whole per cent, `78 %`; decimals where it would else read as nothing or as all: `99.8 %`, `0.3 %`.

    What is neither nothing nor all never reads 0 % or 100 %: `over 99.9 %`, `under 0.1 %`.
    """
    if not math.isfinite(share):
        return "–"
    if share == 0 or share == 1 or 0.005 < share < 0.995:
        return f"{share * 100:.0f} %"
    if share > 1 or share < 0:
        return f"{share * 100:.0f} %"
    if share > 0.999:
        return "over 99.9 %"
    return "under 0.1 %" if share < 0.001 else f"{math.floor(share * 1000 + 1e-9) / 10:.1f} %"
