"""Skeleton of a shape, and the width of its strokes along it.

Thinning after Zhang and Suen, "A fast parallel algorithm for thinning digital patterns" (Communications of the ACM
27, 1984): the outline is taken off, from two sides in turns, wherever that neither cuts the shape nor shortens the
end of a line.
"""

from __future__ import annotations

import numpy as np

# The eight neighbours, clockwise from above: their place in the padded array, as rows and columns.
_AROUND = ((0, 1), (0, 2), (1, 2), (2, 2), (2, 1), (2, 0), (1, 0), (0, 0))


_AT_ONCE = 1 << 16  # distances; for stripes there would be tens of millions


def _table(first: tuple[int, int, int], second: tuple[int, int, int]) -> np.ndarray:
    """Lookup table of the 256 neighbourhoods in which a pixel is deleted, (256,) bool; bit i is `_AROUND[i]`."""
    inked = (np.arange(256)[:, np.newaxis] >> np.arange(8)) & 1 == 1  # (256, 8)
    count = inked.sum(axis=1)
    beginnings = (~inked & np.roll(inked, -1, axis=1)).sum(axis=1)  # of ink, going round: 1 keeps it in one piece
    kept = inked[:, first].all(axis=1) | inked[:, second].all(axis=1)
    return (count >= 2) & (count <= 6) & (beginnings == 1) & ~kept


_TABLES = (_table((0, 2, 4), (2, 4, 6)), _table((0, 2, 6), (0, 4, 6)))


def skeletonize(shape: np.ndarray) -> np.ndarray:
    """Reduce a shape to its skeleton: lines one pixel wide, with the same connectivity.

    Args:
        shape: (h, w) bool.

    Returns:
        (h, w) bool, within the shape. A square of two by two pixels may vanish.
    """
    height, width = shape.shape
    field = np.zeros((height + 2, width + 2), np.uint8)
    field[1:-1, 1:-1] = shape
    inside = field[1:-1, 1:-1]
    while True:
        before = np.count_nonzero(inside)
        for table in _TABLES:
            around = np.zeros((height, width), np.uint8)
            for bit, (row, column) in enumerate(_AROUND):
                around |= field[row : row + height, column : column + width] << bit
            inside[table[around] & (inside == 1)] = 0
        if np.count_nonzero(inside) == before:
            return inside == 1


def skeleton_points(shape: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Points of the skeleton, and their distance to the outline.

    Args:
        shape: (h, w) bool with at least one pixel, at most a few hundred pixels a side.

    Returns:
        (n, 2) float64, x and y of pixels' centres; (n,) float64, their distance to the outline in pixels.
    """
    line = np.argwhere(skeletonize(shape))
    if not len(line):
        line = np.argwhere(shape).mean(axis=0, keepdims=True)
    padded = np.pad(shape, 1)
    beside = padded[:-2, 1:-1] | padded[2:, 1:-1] | padded[1:-1, :-2] | padded[1:-1, 2:]
    outside = np.argwhere(beside & ~shape)
    edge = np.concatenate([outside, _beyond(shape)])
    reach = np.sqrt(_nearest(line, edge)).astype(np.float64) - 0.5
    return line[:, ::-1].astype(np.float64), np.maximum(reach, 0.5)


def _nearest(points: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Squared distance of each point to the nearest of the others: (n, 2), (m, 2) → (n,) float32."""
    (down, right), (rows, columns) = (np.ascontiguousarray(places.T, np.float32) for places in (points, others))
    found = np.empty(len(points), np.float32)
    many = max(1, _AT_ONCE // len(others))
    for start in range(0, len(points), many):
        part = slice(start, start + many)
        gap = right[part, np.newaxis] - columns
        gap *= gap
        squares = down[part, np.newaxis] - rows
        squares *= squares
        squares += gap
        squares.min(axis=1, out=found[part])
    return found


def _beyond(shape: np.ndarray) -> np.ndarray:
    """Pixels just outside the array, beside ink at its border: (n, 2), row and column."""
    height, width = shape.shape
    top, bottom = np.flatnonzero(shape[0]), np.flatnonzero(shape[-1])
    left, right = np.flatnonzero(shape[:, 0]), np.flatnonzero(shape[:, -1])
    return np.concatenate(
        [
            np.stack([np.full_like(top, -1), top], axis=1),
            np.stack([np.full_like(bottom, height), bottom], axis=1),
            np.stack([left, np.full_like(left, -1)], axis=1),
            np.stack([right, np.full_like(right, width)], axis=1),
        ]
    )
