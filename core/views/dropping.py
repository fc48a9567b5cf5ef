"""What dropout does to maps, in pictures and words."""

from __future__ import annotations

import numpy as np

from core.insight.dropping import Dropped, deviation
from core.network import GaussianDropout, Layer, SpatialDropout2D
from core.views.images import Scale, Tile, activation_scale, figure, strip

MOST_MAPS = 3
NUMBERS = -1  # stands for the number of a map where there are none


def strongest_maps(values: np.ndarray, most: int = MOST_MAPS) -> list[int]:
    """The numbers of the maps with the largest sums, in order; of a vector, `NUMBERS` alone.

    Args:
        values: (h, w, c) or (units,).
    """
    if values.ndim == 1:
        return [NUMBERS]
    sums = np.abs(values).sum(axis=(0, 1))
    return sorted(np.argsort(-sums, kind="stable")[:most].tolist())


def dropped_tiles(found: Dropped, number: int) -> list[Tile]:
    """One map, or a vector, as it arrives and under each draw.

    Args:
        found: the draws.
        number: of the map, or `NUMBERS`.
    """
    name = "the numbers" if number == NUMBERS else f"map {number + 1}"
    tiles = [Tile(_picture(found.values, number), "untouched", f"{name} untouched")]
    for draw, values in enumerate(found.drawn, 1):
        zeros = float((_numbers(values, number) == 0).mean())
        tiles.append(
            Tile(_picture(values, number), f"draw {draw}", f"{name} in draw {draw}: {100 * zeros:.0f} % are 0")
        )
    return tiles


def dropped_scale(found: Dropped, number: int) -> Scale:
    """One scale for a map as it arrives and under each draw."""
    return activation_scale(np.stack([_numbers(values, number) for values in (found.values, *found.drawn)]))


def _numbers(values: np.ndarray, number: int) -> np.ndarray:
    return values if number == NUMBERS else values[..., number]


def _picture(values: np.ndarray, number: int) -> np.ndarray:
    """(rows, columns) numbers."""
    return strip(values) if number == NUMBERS else values[..., number]


def what_is_drawn(layer: Layer) -> str:
    """A sentence on what the kind of layer draws, at its rate."""
    rate = layer.drop_rate
    kept = figure(1 / (1 - rate))
    if isinstance(layer, SpatialDropout2D):
        return f"Each map is forgotten as a whole with probability {rate:g}; the others are multiplied by {kept}."
    if isinstance(layer, GaussianDropout):
        return "Each number is multiplied by a number of its own around 1: nothing is forgotten for certain."
    return f"Each number is forgotten with probability {rate:g}; the others are multiplied by {kept}."


def factor_rows(found: Dropped) -> list[dict[str, str]]:
    """The factor as it was measured, and as the formula has it: rows of a table, column → words."""
    measured, rate = found.factor, found.layer.drop_rate
    return [
        {
            "The factor": f"measured over {measured.draws:,} draws",
            "Mean": f"{measured.mean:.3f}",
            "Standard deviation": f"{measured.deviation:.3f}",
        },
        {
            "The factor": "by the formula",
            "Mean": "1",
            "Standard deviation": f"√({rate:g} / (1 − {rate:g})) = {deviation(found.layer):.3f}",
        },
    ]
