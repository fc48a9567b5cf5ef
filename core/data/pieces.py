"""Grouping of ink: pixels → connected components, and components → digits in reading order."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

TOUCHING = 0.05  # of the larger piece's longer side: nearer than this, two pieces are one digit
BESIDE_A_TALL_ONE = 0.16  # the same where one piece is clearly lower: the half of a broken 4, the bar of a 5
LOW = 0.6  # of the taller one's height: below this a piece is lower
HANGING_LOW = 0.75  # the same where it hangs: where the feet are further apart than
HANGING = 0.25  # of the longer side, as the left of a 4 hangs from its upright
BAR = 0.25  # of the taller one's height: what is lower is a bar, wherever it is
STACKED = 0.35  # of the longer side: the gap up to which one piece above another belongs to it
HALVES = 0.15  # the same between the ends of two arcs, as of a 0 in two halves,
HOLLOW = 0.3  # which are further apart in the middle than this
BARS = 0.8  # the same between two bars, as of an =
MOST_PIECES = 64
_POINTS = 250  # of a piece, between which distances are measured


def components(mask: np.ndarray) -> tuple[np.ndarray, int]:
    """Connected components (8-connectivity) of a mask.

    Args:
        mask: (h, w) bool.

    Returns:
        (h, w) int32, 0 where the mask is not, and the number of components.
    """
    height, width = mask.shape
    padded = np.zeros((height, width + 2), np.int8)
    padded[:, 1:-1] = mask
    change = np.diff(padded, axis=1)
    rows, starts = np.nonzero(change == 1)  # runs of ink, row by row, from the left
    ends = np.nonzero(change == -1)[1]  # half open
    labels = np.zeros((height, width), np.int32)
    if not len(rows):
        return labels, 0
    stride = width + 2
    one, other = _touching_runs(rows * stride + starts, rows * stride + ends, stride)
    least = np.arange(len(rows))
    while True:  # each run takes the least number that it touches, and its number's number: few rounds
        before = least.copy()
        lower = np.minimum(least[one], least[other])
        np.minimum.at(least, before[one], lower)
        np.minimum.at(least, before[other], lower)
        least = least[least]
        if (least == before).all():
            break
    _, numbers = np.unique(least, return_inverse=True)
    labels[mask] = np.repeat(numbers + 1, ends - starts)
    return labels, int(numbers.max()) + 1


def outlines(labels: np.ndarray) -> list[np.ndarray]:
    """The outermost pixels of each component: (n, 2) float64, x and y, from number 1 on."""
    padded = np.pad(labels, 1)
    same = [padded[:-2, 1:-1], padded[2:, 1:-1], padded[1:-1, :-2], padded[1:-1, 2:]]
    rows, columns = np.nonzero((labels > 0) & ~np.logical_and.reduce([labels == beside for beside in same]))
    of = labels[rows, columns]
    points = np.stack([columns, rows], axis=1).astype(np.float64)
    return [points[of == number] for number in range(1, int(labels.max()) + 1)]


def _touching_runs(starts: np.ndarray, ends: np.ndarray, stride: int) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of runs in rows that follow each other; places count on through the rows."""
    # A run touches those of the row above that end at or after its start and start at or before its end.
    first = np.searchsorted(ends, starts - stride, side="left")
    after = np.searchsorted(starts, ends - stride, side="right")
    count = np.maximum(after - first, 0)
    lower = np.repeat(np.arange(len(starts)), count)
    upper = np.arange(int(count.sum())) - np.repeat(count.cumsum() - count, count) + np.repeat(first, count)
    return lower, upper


def digits(pieces: Sequence[np.ndarray], reach: float = 0.0) -> list[list[int]]:
    """Group pieces into digits, in reading order.

    Pieces are one digit where they touch or nearly do, where one is inside or stands above the other, as the bar
    of a 5 or of an =, and where a low one is close beside a tall one, as in a broken 4.

    Args:
        pieces: (n, 2) arrays of x, y: points of strokes, or of components, close enough together to measure
            distances between pieces.
        reach: distance at which two pieces' ink touches.

    Returns:
        Indices of the pieces of each digit, line by line and from left to right.
    """
    if not pieces:
        return []
    points = [piece[:: max(1, len(piece) // _POINTS)] for piece in pieces]
    low = np.array([piece.min(axis=0) for piece in pieces])
    high = np.array([piece.max(axis=0) for piece in pieces])
    group = list(range(len(pieces)))
    for one in range(len(pieces)):
        for other in range(one):
            if group[one] != group[other] and _together(one, other, points, low, high, reach):
                old, new = group[one], group[other]
                group = [new if number == old else number for number in group]
    found = [[index for index, number in enumerate(group) if number == one] for one in sorted(set(group))]
    return _as_read(found, low, high)


def _together(
    one: int, other: int, points: list[np.ndarray], low: np.ndarray, high: np.ndarray, reach: float
) -> bool:
    """True if two pieces are parts of one digit."""
    sides = np.stack([high[one] - low[one], high[other] - low[other]]) + max(
        reach, 1e-6
    )  # (2, x and y), with the pen
    size = sides.max()
    shared = np.minimum(high[one], high[other]) - np.maximum(low[one], low[other])  # negative: the gap
    if (-shared).max() > BARS * size + reach:
        return False
    overlap = (shared + reach) / sides.min(axis=0)  # of the narrower, of the lower
    distance = max(_distance(points[one], points[other]) - reach, 0.0)
    if distance <= TOUCHING * size:
        return True
    flat = (sides[:, 1] < 0.4 * sides[:, 0]).all()
    lower = sides[:, 1].min() / sides[:, 1].max()
    if overlap[0] > 0.3 and (overlap[1] < 0.3 or lower < BAR):  # one above the other
        return distance <= (BARS if flat else STACKED) * size
    hangs = abs(high[one, 1] - high[other, 1]) > HANGING * size
    if overlap[0] > 0.6 or lower < LOW or (lower < HANGING_LOW and hangs):
        return distance <= BESIDE_A_TALL_ONE * size
    return distance <= HALVES * size and _arcs(points[one], points[other], size, reach)


def _arcs(one: np.ndarray, other: np.ndarray, size: float, reach: float) -> bool:
    """True if two pieces bend towards each other at both ends, as the halves of a 0 do."""
    left, right = sorted((one, other), key=lambda piece: piece[:, 0].mean())
    top = max(left[:, 1].min(), right[:, 1].min())
    bottom = min(left[:, 1].max(), right[:, 1].max())
    apart: list[float] = []
    for band in range(5):
        low, high = (top + (bottom - top) * edge / 5 for edge in (band, band + 1))
        mine = left[(left[:, 1] >= low) & (left[:, 1] <= high), 0]
        theirs = right[(right[:, 1] >= low) & (right[:, 1] <= high), 0]
        if not len(mine) or not len(theirs):
            return False
        apart.append(float(theirs.min() - mine.max() - reach))
    return max(apart[0], apart[-1]) <= HALVES * size and apart[2] >= HOLLOW * size


def _distance(one: np.ndarray, other: np.ndarray) -> float:
    between = one[:, np.newaxis] - other
    return float(np.sqrt((between**2).sum(axis=2).min()))


def _as_read(found: list[list[int]], low: np.ndarray, high: np.ndarray) -> list[list[int]]:
    """Sort into lines of text; a piece that starts below the middle of all before it starts a new line."""
    boxes = [(low[group].min(axis=0), high[group].max(axis=0)) for group in found]
    order = sorted(range(len(found)), key=lambda index: boxes[index][0][1])
    lines: list[list[int]] = []
    for index in order:
        middle = (boxes[index][0][1] + boxes[index][1][1]) / 2
        if lines and middle <= max(boxes[before][1][1] for before in lines[-1]):
            lines[-1].append(index)
        else:
            lines.append([index])
    across = [sorted(line, key=lambda index: boxes[index][0][0] + boxes[index][1][0]) for line in lines]
    return [found[index] for line in across for index in line]
