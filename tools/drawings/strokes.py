"""Strokes, the pieces that they are made of, and the hand that draws them.

Coordinates are x to the right and y down; a digit is about 1 high. Everything random comes from the generator that
is passed in.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from core.data import from_strokes

Strokes = list[np.ndarray]  # (n, 2) of x, y each

STEP = 0.02  # between the points of a dense stroke
CANVAS = 280  # px, the side that drawings are rounded to


def hand(random: np.random.Generator, strokes: Strokes, strength: float = 1.0) -> Strokes:
    """The same strokes as another hand would make them: proportions, slant, tremble, haste and device.

    Args:
        random: where the hand comes from.
        strokes: dense; corners may be sharp.
        strength: 1 for drawings from rules; less for what has come from a hand already.
    """
    strokes = [rounded(stroke, random.uniform(0, 0.05) * strength) for stroke in strokes]
    if random.random() < 0.15 * strength:
        strokes = [_with_tails(random, stroke) for stroke in strokes]
    strokes = bent(random, strokes, 0.035 * strength)
    strokes = affine(random, strokes, strength)
    height = np.ptp(np.concatenate(strokes), axis=0).max() or 1.0
    drawn = random.random()
    if drawn < 0.3 * strength:  # a mouse trembles
        strokes = [
            stroke + _tremble(random, len(stroke)) * random.uniform(0.002, 0.012) * height for stroke in strokes
        ]
    elif drawn < 0.45 * strength:  # few points, joined by straight lines
        keep = int(random.integers(9, 17))
        strokes = [
            stroke[np.linspace(0, len(stroke) - 1, min(keep, len(stroke))).round().astype(int)] for stroke in strokes
        ]
    pixels = random.uniform(0.12, 0.9) * CANVAS / height  # a small drawing is a coarse one
    return [np.round(stroke * pixels) for stroke in strokes]


def affine(random: np.random.Generator, strokes: Strokes, strength: float = 1.0) -> Strokes:
    """Stretched, slanted and turned, each by a random amount."""
    turn = np.deg2rad(random.normal(0, 7) * strength)
    slant = np.tan(np.deg2rad(random.normal(8, 13) * strength))
    wide = np.exp(random.normal(-0.05, 0.22) * strength)
    matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    matrix = matrix @ np.array([[1, -slant], [0, 1]]) @ np.diag([wide, 1.0])
    return [stroke @ matrix.T for stroke in strokes]


def bent(random: np.random.Generator, strokes: Strokes, size: float) -> Strokes:
    """Displaced by a smooth random field: about this far, as a share of the drawing."""
    points = np.concatenate(strokes)
    low, extent = points.min(axis=0), max(np.ptp(points, axis=0).max(), 1e-6)
    waves = random.uniform(-1, 1, (6, 2)) * 5.0  # of one period or less across the drawing
    phases = random.uniform(0, 2 * np.pi, 6)
    pushes = random.normal(0, size * extent / 1.7, (6, 2))
    return [stroke + np.sin((stroke - low) / extent @ waves.T + phases) @ pushes for stroke in strokes]


def inked(strokes: Strokes) -> np.ndarray:
    """The (28, 28) uint8 image that the Draw page would make of it; black where it makes none."""
    image = from_strokes(strokes, 1.0)
    return np.zeros((28, 28), np.uint8) if image is None else np.round(image * 255).astype(np.uint8)


def line(*corners: tuple[float, float]) -> np.ndarray:
    """Straight from corner to corner, as dense points."""
    pieces = [np.array(corners[:1], float)]
    for start, end in pairwise(corners):
        steps = max(int(np.hypot(end[0] - start[0], end[1] - start[1]) / STEP), 1)
        pieces.append(np.linspace(start, end, steps + 1)[1:])
    return np.concatenate(pieces)


def curve(*through: tuple[float, float]) -> np.ndarray:
    """Smoothly through these points (Catmull & Rom 1974), as dense points."""
    knots = np.array([through[0], *through, through[-1]], float)
    knots[0], knots[-1] = 2 * knots[1] - knots[2], 2 * knots[-2] - knots[-3]
    t = np.linspace(0, 1, 12, endpoint=False)[:, np.newaxis]
    pieces = [
        0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
        for a, b, c, d in zip(knots, knots[1:], knots[2:], knots[3:])
    ]
    return np.concatenate([*pieces, knots[-2:-1]])


def arc(x: float, y: float, wide: float, high: float, start: float, end: float) -> np.ndarray:
    """Part of an ellipse about (x, y) with these half-axes.

    Degrees grow clockwise on the screen: 0 is right, 90 below, 180 left, 270 above; `end` may be less than `start`.
    """
    angles = np.deg2rad(np.linspace(start, end, max(int(abs(end - start) / 6), 2)))
    return np.stack([x + wide * np.cos(angles), y + high * np.sin(angles)], axis=1)


def joined(*pieces: np.ndarray) -> np.ndarray:
    """One stroke through all the pieces, straight in between."""
    parts = [pieces[0]]
    for piece in pieces[1:]:
        parts.append(np.concatenate([line(tuple(parts[-1][-1]), tuple(piece[0]))[1:], piece[1:]]))
    return np.concatenate(parts)


def rounded(stroke: np.ndarray, radius: float) -> np.ndarray:
    """Corners cut by a hand in haste: a mean along the stroke, `radius` as a share of a height of 1."""
    if radius < STEP / 2 or len(stroke) < 5:
        return stroke
    reach = min(int(np.ceil(3 * radius / STEP)), len(stroke) - 1)
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) * STEP / radius) ** 2)
    weights /= weights.sum()
    # Mirrored about its ends, a stroke keeps them.
    before = 2 * stroke[0] - stroke[reach:0:-1]
    after = 2 * stroke[-1] - stroke[-2 : -reach - 2 : -1]
    long = np.concatenate([before, stroke, after])
    return np.stack([np.convolve(long[:, axis], weights, "valid") for axis in (0, 1)], axis=1)


def _with_tails(random: np.random.Generator, stroke: np.ndarray) -> np.ndarray:
    """Short hooks where the pen comes down or leaves."""
    start = stroke[0] + random.normal(0, 0.05, 2)
    end = stroke[-1] + random.normal(0, 0.05, 2)
    return joined(start[np.newaxis], stroke, end[np.newaxis])


def _tremble(random: np.random.Generator, points: int) -> np.ndarray:
    """(points, 2) noise that is smooth over a few points, of size 1."""
    noise = random.normal(0, 1, (points + 4, 2))
    return np.stack([np.convolve(noise[:, axis], np.ones(5) / 5**0.5, "valid") for axis in (0, 1)], axis=1)
