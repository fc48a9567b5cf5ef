"""Drawings that are no digits (out-of-distribution images), for which no prediction should be confident."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tools.drawings.digits import WRITERS
from tools.drawings.strokes import STEP, Strokes, arc, curve, hand, line, rounded


def nothing(random: np.random.Generator) -> Strokes:
    """Strokes that nobody would read as one digit: scribbles, signs, figures, several digits, a tap."""
    kind = random.choice(len(_NOTHINGS), p=_HOW_OFTEN)
    return hand(random, _NOTHINGS[kind](random), 0.7)


def _tap(random: np.random.Generator) -> Strokes:
    return [random.normal(0, 0.002, (random.integers(1, 4), 2)) for _ in range(random.integers(1, 3))]


def _scribble(random: np.random.Generator) -> Strokes:
    """A pen that wanders, with a will of its own where to turn."""
    strokes = []
    for _ in range(random.integers(1, 4)):
        turns = np.cumsum(random.normal(0, random.uniform(0.1, 0.6), random.integers(60, 400)))
        way = np.cumsum(np.stack([np.cos(turns), np.sin(turns)], axis=1), axis=0) * STEP
        strokes.append(way - way.mean(axis=0) * 0.7 + random.normal(0, 0.2, 2))
    return strokes


def _zigzag(random: np.random.Generator) -> Strokes:
    """To and fro, as one fills an area."""
    turns = random.integers(5, 16)
    along, across = np.linspace(0, 1, turns), np.where(np.arange(turns) % 2, 0.0, random.uniform(0.3, 1))
    corners = np.stack([along, across], axis=1) + random.normal(0, 0.05, (turns, 2))
    angle = random.uniform(0, np.pi)
    corners = corners @ np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return [rounded(line(*map(tuple, corners)), random.uniform(0, 0.08))]


def _spiral(random: np.random.Generator) -> Strokes:
    turns = random.uniform(2, 4)
    t = np.linspace(0, turns * 2 * np.pi, int(turns * 40))
    radius = np.linspace(random.uniform(0, 0.12), 0.5, len(t))
    return [np.stack([radius * np.cos(t), radius * np.sin(t)], axis=1) * random.choice([-1, 1], 2)]


def _pieces(random: np.random.Generator) -> Strokes:
    """Lines and arcs thrown together, three at least."""
    strokes = []
    for _ in range(random.integers(3, 8)):
        start = random.uniform(0, 1, 2)
        if random.random() < 0.65:
            strokes.append(line(tuple(start), tuple(random.uniform(0, 1, 2))))
        else:
            first = random.uniform(0, 360)
            sizes = random.uniform(0.08, 0.4, 2)
            strokes.append(arc(start[0], start[1], sizes[0], sizes[1], first, first + random.uniform(90, 360)))
    return strokes


def _ladder(random: np.random.Generator) -> Strokes:
    """Stems with bars, as most letters have them."""
    stems = sorted(random.uniform(0, 0.8, random.integers(1, 4)))
    strokes = [
        line((x, random.normal(0, 0.05)), (x + random.normal(0, 0.1), 1 + random.normal(0, 0.05))) for x in stems
    ]
    for _ in range(random.integers(3 if len(stems) == 1 else 1, 4)):
        x = random.choice(stems)
        strokes.append(
            line(
                (x, random.uniform(0, 1)),
                (x + random.uniform(0.3, 0.8) * random.choice([-1, 1]), random.uniform(0, 1)),
            )
        )
    return strokes


def _blob(random: np.random.Generator) -> Strokes:
    """A closed outline with dents, and lines within: clothes, animals, faces."""
    t = np.linspace(0, 2 * np.pi, 120)
    radius = 1 + sum(random.normal(0, 0.45 / k**0.7) * np.cos(k * t + random.uniform(0, 6)) for k in range(2, 8))
    strokes = [np.stack([np.cos(t) * radius, np.sin(t) * radius], axis=1) * 0.4]
    for _ in range(random.integers(1, 6)):
        strokes.append(line(tuple(random.uniform(-0.35, 0.35, 2)), tuple(random.uniform(-0.4, 0.4, 2))))
    return strokes


def _figure(random: np.random.Generator) -> Strokes:
    """A polygon with corners all round, and its diagonals or a roof."""
    corners = random.integers(4, 9)
    angles = np.sort(random.uniform(0, 2 * np.pi, corners))
    radius = random.uniform(0.25, 0.6, corners)
    points = [(r * np.cos(a), r * np.sin(a)) for r, a in zip(radius, angles)]
    strokes = [line(*points, points[0])]
    for _ in range(random.integers(1, 4)):
        one = random.integers(corners)
        strokes.append(line(points[one], points[(one + random.integers(2, corners - 1)) % corners]))
    return strokes


def _sign(random: np.random.Generator) -> Strokes:
    """Signs that are no digits: + = # T P Γ Π Ψ Δ, arrows, ticks, a sun, a face, a tree, a grid."""
    return [stroke.copy() for stroke in _SIGNS[int(random.integers(len(_SIGNS)))]]


def _ring(x: float = 0.5, y: float = 0.5, size: float = 0.5) -> np.ndarray:
    return arc(x, y, size, size, 270, 630)


_SIGNS: Sequence[Strokes] = (
    [line((0, 0.5), (1, 0.5)), line((0.5, 0), (0.5, 1))],
    [line((0, 0.3), (1, 0.3)), line((0, 0.7), (1, 0.7))],
    [line((0.3, 0), (0.2, 1)), line((0.7, 0), (0.6, 1)), line((0, 0.33), (1, 0.33)), line((0, 0.66), (1, 0.66))],
    [line((0, 0), (1, 0)), line((0.5, 0), (0.5, 1))],
    [line((0, 1), (0, 0)), arc(0, 0.27, 0.5, 0.27, 270, 450)],
    [line((0, 1), (0, 0), (0.7, 0))],
    [line((0, 1), (0, 0), (0.8, 0), (0.8, 1))],
    [line((0.5, 0), (0.5, 1)), curve((0, 0), (0.05, 0.5), (0.5, 0.65), (0.95, 0.5), (1, 0))],
    [line((0.5, 0), (0, 1), (1, 1), (0.5, 0))],
    [line((0, 0.5), (1, 0.5)), line((0.65, 0.2), (1, 0.5), (0.65, 0.8))],
    [line((0.5, 1), (0.5, 0)), line((0.2, 0.35), (0.5, 0), (0.8, 0.35))],
    [line((0, 0.6), (0.35, 1), (1, 0))],
    [_ring(size=0.25), *(line((0.5 + 0.3 * c, 0.5 + 0.3 * s), (0.5 + 0.5 * c, 0.5 + 0.5 * s)) for c, s in
                         ((1, 0), (0.7, 0.7), (0, 1), (-0.7, 0.7), (-1, 0), (-0.7, -0.7), (0, -1), (0.7, -0.7)))],
    [_ring(), line((0.33, 0.3), (0.33, 0.4)), line((0.67, 0.3), (0.67, 0.4)), arc(0.5, 0.6, 0.25, 0.18, 10, 170)],
    [line((0.5, 1), (0.5, 0)), *(line((0.5, y), (0.5 + x, y - 0.2)) for y in (0.45, 0.65, 0.8) for x in (-0.3, 0.3))],
    [line((0, 0), (1, 0), (1, 1), (0, 1), (0, 0)), line((0.5, 0), (0.5, 1)), line((0, 0.5), (1, 0.5))],
    [_ring(0.5, 0.15, 0.15), line((0.5, 0.3), (0.5, 0.65)), line((0.2, 0.45), (0.8, 0.45)), line((0.25, 1), (0.5, 0.65), (0.75, 1))],
    [line((0, 0), (0.2, 1)), line((0.4, 0), (0.5, 1)), line((0.8, 0), (0.9, 1))],
    [line((0, 0), (0, 1)), line((0.5, 0), (0.5, 1))],
    [curve((0, 0.5), (0.17, 0.3), (0.34, 0.5), (0.5, 0.7), (0.67, 0.5), (0.83, 0.3), (1, 0.5))],
    [arc(0.25, 0.5, 0.25, 0.25, 315, 45), arc(0.75, 0.5, 0.25, 0.25, 225, 495)],
    [line((0.6, 0), (0.2, 0.55), (0.55, 0.5), (0.3, 1)), line((0.15, 0.8), (0.3, 1), (0.5, 0.9))],
    [line((0, 0.25), (1, 0.25), (1, 0.85), (0, 0.85), (0, 0.25)), line((0, 0.25), (0.5, 0.6), (1, 0.25))],
    [curve((0.1, 0.25), (0.5, 0), (0.8, 0.25), (0.5, 0.5), (0.45, 0.7)), line((0.45, 0.92), (0.45, 0.97))],
    [line((0.3, 0), (0.3, 0.7)), line((0.3, 0.95), (0.3, 1))],
)  # fmt: skip


def _number(random: np.random.Generator) -> Strokes:
    """Two or three digits beside each other."""
    strokes: Strokes = []
    right = 0.0
    for _ in range(random.choice([2, 2, 2, 3])):
        one = WRITERS[int(random.integers(10))](random)
        left = min(stroke[:, 0].min() for stroke in one)
        one = [stroke + (right - left, random.normal(0, 0.04)) for stroke in one]
        right = max(stroke[:, 0].max() for stroke in one) + random.uniform(0.08, 0.3)
        strokes += one
    return strokes


def _crossed_out(random: np.random.Generator) -> Strokes:
    """A digit under a scribble."""
    strokes = WRITERS[int(random.integers(10))](random)
    low, high = (getattr(np.concatenate(strokes), how)(axis=0) for how in ("min", "max"))
    return [*strokes, *(stroke * 0.9 * (high - low) + low for stroke in _zigzag(random))]


_NOTHINGS = (_tap, _scribble, _zigzag, _spiral, _pieces, _ladder, _blob, _figure, _sign, _number, _crossed_out)
_HOW_OFTEN = np.array([0.01, 0.14, 0.08, 0.04, 0.16, 0.14, 0.1, 0.09, 0.14, 0.07, 0.03])
