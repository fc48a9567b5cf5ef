"""Colours and scales, shared by all pictures and charts."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np


class Look(NamedTuple):
    """Colours and theme that a chart takes from its page.

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
LEGIBLE = 3.0  # contrast that WCAG 2.1 asks of bold words and of lines
FRAME = "#22d3ee"  # around what a unit sees: on ink and on magma it stands out


def coloured(values: np.ndarray, low: float, high: float, colours: tuple[str, ...]) -> np.ndarray:
    """Numbers as colours: any shape → shape + (3,) uint8.

    `low` gets the first colour, `high` the last, linearly between; what lies beyond
    has the end's colour. What is no number counts as 0.
    """
    anchors = np.stack([_levels(colour) for colour in colours])
    span = high - low if high > low else 1.0
    place = np.clip((np.nan_to_num(values) - low) / span, 0, 1) * (len(colours) - 1)
    below = np.minimum(place.astype(int), len(colours) - 2)
    part = (place - below)[..., np.newaxis]
    mixed = anchors[below] * (1 - part) + anchors[below + 1] * part
    return np.round(mixed).astype(np.uint8)


@lru_cache(maxsize=8)
def class_inks(look: Look) -> tuple[str, ...]:
    """Class colours for text and thin lines; those too faint for this page in a stronger shade.

    Each is mixed with the colour of the page's words, as little as gives a contrast of 3 to its ground.
    """
    return tuple(_legible(colour, look) for colour in CLASS_COLOURS)


def _legible(colour: str, look: Look) -> str:
    own, words = _levels(colour), _levels(look.text)
    for share in np.linspace(0, 1, 51):
        mixed = np.round(own * (1 - share) + words * share).astype(int)
        found = "#{:02x}{:02x}{:02x}".format(*mixed)
        if contrast(found, look.ground) >= LEGIBLE:
            return found
    return look.text


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1…21, as defined in WCAG 2.1."""
    low, high = sorted(_luminance(_levels(colour) / 255) for colour in (one, other))
    return (high + 0.05) / (low + 0.05)


def ink_on(ground: str) -> str:
    """Black or white, whichever is read better on this ground; its contrast is 4.5 or more."""
    return max(INK, key=lambda ink: contrast(ink, ground))


def _luminance(levels: np.ndarray) -> float:
    linear = np.where(levels <= 0.04045, levels / 12.92, ((levels + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))


def _levels(colour: str) -> np.ndarray:
    """`#rrggbb` → (3,) in 0…255."""
    return np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)], np.float64)
