"""Colours and scales: the same thing looks the same in every picture."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Look(NamedTuple):
    """What a chart needs to know of the page that it stands on.

    Attributes:
        accent: the one accent colour, readable on this page's ground.
        ground: the page's background.
        text: words in charts.
        quiet: lines and words of less weight, still readable.
    """

    accent: str
    ground: str
    text: str
    quiet: str


LIGHT = Look("#4F46E5", "#FCFCFD", "#1B1F2A", "#64748B")
DARK = Look("#818CF8", "#0F1117", "#E7E9EF", "#94A3B8")

# Petroff, "Accessible color sequences for data visualization" (2021): ten colours
# that people with any colour vision can tell apart. Class i always has colour i.
CLASS_COLOURS = (
    "#3f90da", "#ffa90e", "#bd1f01", "#94a4a2", "#832db6",
    "#a96b59", "#e76300", "#b9ac70", "#717581", "#92dadd",
)  # fmt: skip

# Vega's schemes, so that charts and images agree.
SIGNED = (
    "#134b85", "#2f78b3", "#5da2cb", "#9dcae1", "#d2e5ef", "#f2f0eb",
    "#fce0ba", "#fbbf74", "#e8932f", "#c5690d", "#994a07",
)  # fmt: skip
MAGMA = (
    "#000004", "#140e36", "#3b0f70", "#641a80", "#8c2981", "#b73779",
    "#de4968", "#f7705c", "#fe9f6d", "#fecf92", "#fcfdbf",
)  # fmt: skip
INK = ("#000000", "#ffffff")
FRAME = "#22d3ee"  # around what a unit sees: on ink and on magma it stands out


def coloured(values: np.ndarray, low: float, high: float, colours: tuple[str, ...]) -> np.ndarray:
    """Numbers as colours: any shape → shape + (3,) uint8.

    `low` gets the first colour, `high` the last, linearly between; what lies beyond
    has the end's colour. What is no number counts as 0.
    """
    anchors = np.array([[int(c[i : i + 2], 16) for i in (1, 3, 5)] for c in colours], np.float64)
    span = high - low if high > low else 1.0
    place = np.clip((np.nan_to_num(values) - low) / span, 0, 1) * (len(colours) - 1)
    below = np.minimum(place.astype(int), len(colours) - 2)
    part = (place - below)[..., np.newaxis]
    mixed = anchors[below] * (1 - part) + anchors[below + 1] * part
    return np.round(mixed).astype(np.uint8)
