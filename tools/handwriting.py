"""Digits as people draw them with mouse, finger or pen, and what they draw that is no digit: for `tools.pretrain`.

MNIST's writers wrote their digits on forms in the United States. Elsewhere a one has a flag and a foot, a seven a
bar across, a nine a tail like that of a g; and who draws with a mouse draws differently altogether. So digits are
synthesised here in three ways, all of them inked by `core.data.from_strokes` as the Draw page inks them:

- `digit`: from rules for each digit, with the habits of several countries and hands;
- `traced`: MNIST's own images, thinned to lines;
- `nothing`: strokes that make no digit, for which no answer should be sure.

Coordinates are x to the right and y down; a digit is about 1 high. Everything random comes from the generator that
is passed in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

import numpy as np

from core.data import from_strokes

Strokes = list[np.ndarray]  # (n, 2) of x, y each

STEP = 0.02  # between the points of a dense stroke
CANVAS = 280  # px, the side that drawings are rounded to


def digit(random: np.random.Generator, label: int) -> Strokes:
    """A digit in one of its styles, in one of many hands."""
    return hand(random, WRITERS[label](random))


def hand(random: np.random.Generator, strokes: Strokes, strength: float = 1.0) -> Strokes:
    """The same strokes as another hand would make them: proportions, slant, tremble, haste and device.

    Args:
        random: where the hand comes from.
        strokes: dense; corners may be sharp.
        strength: 1 for drawings from rules; less for what has come from a hand already.
    """
    strokes = [_rounded(stroke, random.uniform(0, 0.05) * strength) for stroke in strokes]
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


# Pieces of strokes


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


def _rounded(stroke: np.ndarray, radius: float) -> np.ndarray:
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


# The ten digits, each about 1 high and 0.6 wide


def _zero(random: np.random.Generator) -> Strokes:
    wide, start = random.uniform(0.22, 0.5), random.normal(270, 40)
    if random.random() < 0.25:
        start = random.uniform(0, 360)
    turn = random.uniform(345, 400) * (1 if random.random() < 0.25 else -1)
    loop = arc(0, 0, wide, 0.5, start, start + turn)
    loop *= np.linspace(1, random.normal(1, 0.06), len(loop))[:, np.newaxis]
    strokes = [loop]
    slashed = random.random()
    if slashed < 0.05:
        reach = random.uniform(0.5, 1.1)
        strokes.append(line((wide * reach, -0.45 * reach), (-wide * reach, 0.45 * reach)))
    elif slashed < 0.15:  # it begins or ends with a small hook at the top
        strokes = [joined(loop, loop[-1:] + (random.uniform(-0.15, 0.15), random.uniform(0.02, 0.15)))]
    return strokes


def _one(random: np.random.Generator) -> Strokes:
    style = random.random()
    bow = random.normal(0, 0.03)
    stem = curve((0, 0), (bow, 0.5), (random.normal(0, 0.03), 1))
    if style < 0.25:
        return [stem]
    strokes = [stem]
    if style < 0.9:  # a flag, from a tick to half the height
        length = random.uniform(0.12, 0.8)
        flattest = 22 if length < 0.5 else 32  # degrees; a long and flat one would be a seven
        steep = np.deg2rad(random.uniform(flattest, 65))
        begin = (-length * np.cos(steep), length * np.sin(steep))
        middle = (begin[0] / 2 + random.normal(0, 0.02), begin[1] / 2 + random.uniform(-0.04, 0.07))
        flag = curve(begin, middle, (0, 0))
        whole = _rounded(joined(flag, stem), random.choice([0, random.uniform(0.02, 0.09)]))
        strokes = [whole] if random.random() < 0.85 else [stem, flag[::-1]]
    if style > 0.52:  # a foot
        left, right, y = random.uniform(0.12, 0.45), random.uniform(0.12, 0.5), 1 + random.normal(0, 0.02)
        foot = line((-left, y + random.normal(0, 0.03)), (right, y + random.normal(0, 0.03)))
        if random.random() < 0.3:  # without lifting the pen
            strokes = [*strokes[1:], joined(strokes[0], foot)]
        else:
            strokes.append(foot)
    return strokes


def _two(random: np.random.Generator) -> Strokes:
    style, wide, high = random.random(), random.uniform(0.22, 0.38), random.uniform(0.2, 0.32)
    top = arc(0, high, wide, high, random.uniform(170, 230), random.uniform(370, 410))
    left, right = -wide + random.normal(0, 0.04), wide + random.uniform(-0.05, 0.2)
    if style < 0.08:  # angular, like a Z with a round shoulder
        top = _rounded(line((-wide, random.uniform(0.02, 0.25)), (0, 0), (wide, 0.1), (wide, 0.3)), 0.08)
    if style < 0.6:
        body = joined(top, line((left, 1.0)))
        tail = curve((left, 1.0), (0, 1 + random.normal(0, 0.04)), (right, 1 + random.normal(0, 0.06)))
    else:  # with a loop at the lower left
        loop = random.uniform(0.03, 0.14)
        body = joined(top, arc(left + loop, 1 - loop, loop * 1.3, loop, 100, 300))
        tail = curve(tuple(body[-1]), (0.02, 0.98), (right, 1 + random.normal(-0.02, 0.06)))
    return [joined(body, tail)]


def _three(random: np.random.Generator) -> Strokes:
    style, wide = random.random(), random.uniform(0.22, 0.36)
    upper = random.uniform(0.2, 0.28)
    lower = 0.5 - upper + random.uniform(-0.01, 0.01)
    waist = (random.uniform(-0.15, 0.08), 2 * upper)
    bowl = arc(0, 2 * upper + lower, wide * random.uniform(0.95, 1.25), lower, 280, random.uniform(460, 525))
    if style < 0.3:  # flat above
        head = line((-wide, random.normal(0, 0.03)), (wide * random.uniform(0.7, 1.1), random.normal(0, 0.03)), waist)
    else:
        head = joined(arc(0, upper, wide, upper, random.uniform(185, 240), random.uniform(400, 440)), line(waist))
    if 0.3 < style < 0.45:  # a small loop at the waist
        loop = random.uniform(0.03, 0.06)
        head = joined(head, arc(waist[0] - loop, waist[1], loop, loop, 0, 300))
    return [joined(head, bowl)]


def _four(random: np.random.Generator) -> Strokes:
    style = random.random()
    bar, left = random.uniform(0.5, 0.72), -random.uniform(0.32, 0.5)
    right = random.uniform(0.1, 0.32)
    rise = random.normal(0, 0.04)
    stem_x = random.normal(0, 0.03)
    if style < 0.4:  # open: down and across, then the stem
        begin = (left * random.uniform(0.3, 1.05), random.uniform(0, 0.1))
        first = line(begin, (left, bar), (right, bar + rise))
        if random.random() < 0.35:  # a bowl instead of a corner
            first = curve(begin, (left, bar * 0.6), (left * 0.8, bar), (0, bar + rise), (right, bar * 0.9))
        return [first, line((stem_x, random.uniform(-0.05, bar - 0.06)), (stem_x + random.normal(-0.03, 0.05), 1))]
    if style < 0.7:  # closed: with a stem of its own, or in one go
        top = random.uniform(-0.02, 0.04)
        first = line((stem_x, top), (left, bar), (right, bar + rise))
        stem = line((stem_x + random.normal(0, 0.03), top + random.uniform(-0.03, 0.1)), (stem_x, 1))
        return [first, stem]
    if style < 0.8:
        return [line((stem_x, 0), (left, bar), (right, bar + rise), (stem_x + 0.03, bar - 0.15), (stem_x, 1))]
    if style < 0.9:  # the stem first
        start = random.uniform(-0.02, 0.15)
        return [line((stem_x, 1), (stem_x, start), (left, bar), (right, bar + rise))]
    # in one go: the cup, up to the right, and down
    top = random.uniform(0, 0.25)
    cup = curve((left, random.uniform(0, 0.1)), (left, bar * 0.6), (left * 0.5, bar), (0, bar * 0.9), (0.02, top))
    return [joined(cup, line((0.02, top), (random.normal(0, 0.05), 1)))]


def _five(random: np.random.Generator) -> Strokes:
    style, wide = random.random(), random.uniform(0.24, 0.4)
    left, waist = -wide * random.uniform(0.6, 1.0), random.uniform(0.36, 0.5)
    lower = (1 - waist) / 2 + random.uniform(0.0, 0.05)
    # Where the bowl leaves the stem it is round or has a corner.
    bowl = arc(0, 1 - lower, wide, lower, random.uniform(205, 265), random.uniform(445, 555))
    stem = line((left + random.uniform(0, 0.1), 0), (left, waist))
    right = random.uniform(0.1, 0.55)
    if style < 0.45:  # the bar afterwards, not always where the stem begins
        off = random.normal(0, 0.03, 2) + (random.uniform(-0.02, 0.05), 0)
        bar = line(tuple(stem[0] + off), (right, off[1] + random.normal(-0.02, 0.05)))
        return [joined(stem, bowl), bar]
    if style < 0.9:
        return [joined(line((right, random.normal(0, 0.04)), tuple(stem[0])), stem, bowl)]
    # like an S, but with a corner above
    return [joined(curve((right, 0), (0, 0.0), (left, 0.15), (left * 0.9, waist)), bowl)]


def _six(random: np.random.Generator) -> Strokes:
    wide, loop = random.uniform(0.13, 0.36), random.uniform(0.1, 0.3)
    begin = (random.uniform(-0.05, 0.45), random.uniform(-0.02, 0.05))
    middle = (-wide * random.uniform(0.55, 1.0), random.uniform(0.3, 0.5))
    stem = curve(begin, middle, (-wide, 1 - loop))
    if random.random() < 0.25:
        stem = line((begin[0] * 0.5, 0), (-wide, 1 - loop))
    return [joined(stem, arc(0, 1 - loop, wide, loop, 180, -random.uniform(110, 215)))]


def _seven(random: np.random.Generator) -> Strokes:
    style, left, right = random.random(), -random.uniform(0.3, 0.55), random.uniform(0.22, 0.4)
    foot = (random.uniform(-0.3, 0.15), 1.0)
    head = line((left, random.normal(0.02, 0.05)), (right, random.normal(0, 0.03)))
    if random.random() < 0.2:  # waved
        head = curve((left, 0.08), (left * 0.4, random.uniform(-0.03, 0.02)), (0.05, 0.07), (right, 0))
    if random.random() < 0.3:  # a serif
        serif = (left + random.normal(0, 0.04), random.uniform(0.1, 0.3))
        head = joined(line(serif, tuple(head[0])), head)
    bow = ((head[-1][0] + foot[0]) / 2 + random.uniform(-0.12, 0.04), random.uniform(0.4, 0.55))
    strokes = [joined(head, curve(tuple(head[-1]), bow, foot))]
    if style < 0.55:  # crossed
        y = random.uniform(0.36, 0.7)
        x = float(np.interp(y, *strokes[0][len(head) :, ::-1].T))
        a, b, tilt = random.uniform(0.04, 0.34), random.uniform(0.1, 0.42), random.normal(-0.02, 0.06)
        bar = line((x - a, y - tilt), (x + b, y + tilt))
        strokes.append(bar[::-1] if random.random() < 0.15 else bar)
    return strokes


def _eight(random: np.random.Generator) -> Strokes:
    style, upper = random.random(), random.uniform(0.19, 0.27)
    lower = 0.5 - upper
    wide, wider = random.uniform(0.16, 0.3), random.uniform(0.2, 0.36)
    if style < 0.2:  # two rings
        first = random.uniform(0, 360)
        gap = random.normal(0, 0.015)
        return [
            arc(random.normal(0, 0.03), upper - gap, wide, upper, first, first - random.uniform(350, 390)),
            arc(random.normal(0, 0.03), 1 - lower, wider, lower, 270, 270 + random.choice([-1, 1]) * 370),
        ]
    # In one go; a knot apart from the waist leaves room for long diagonals.
    t = np.linspace(0, 2 * np.pi, 90)
    y = np.where(np.cos(t) > 0, (1 - np.cos(t)) * upper, 2 * upper - 2 * lower * np.cos(t))
    x = np.sin(2 * t) / 1.0 * np.where(np.cos(t) > 0, wide, wider)
    figure = np.stack([-x, y], axis=1)[:-1]
    if random.random() < 0.3:
        figure *= (-1, 1)  # the other way round
    begin = int(
        random.choice([random.integers(76, 89), random.integers(0, 14), random.integers(0, 89)], p=[0.6, 0.2, 0.2])
    )
    figure = np.roll(figure, -begin, axis=0)
    over = int(np.clip(random.normal(-2, 6), -14, 8))  # it need not close
    return [figure[:over] if over < 0 else np.concatenate([figure, figure[: over + 1]])]


def _nine(random: np.random.Generator) -> Strokes:
    style, wide, loop = random.random(), random.uniform(0.16, 0.38), random.uniform(0.12, 0.29)
    start = random.uniform(270, 360)
    ring = arc(0, loop, wide, loop, start, random.uniform(-15, 15))
    x = wide + random.normal(0, 0.02)
    opened = random.random()
    if opened < 0.3:  # a cup, and up to where the stem begins
        ring = arc(0, loop, wide, loop, random.uniform(270, 330), random.uniform(0, 50))
        ring = joined(ring, line((x, random.uniform(0, loop * 0.8))))
    elif opened < 0.42:  # a cup, from which the stem goes straight down
        ring = arc(0, loop, wide, loop, random.uniform(290, 325), random.uniform(10, 50))
    elif opened < 0.52:  # drawn from the stem: over the top, round and back to it
        ring = arc(0, loop, wide, loop, random.uniform(330, 365), random.uniform(-40, 5))
    if style < 0.4:
        tail = line((x, loop), (x + random.uniform(-0.25, 0.08), 1))
    elif style < 0.7:  # curled to the left
        tail = curve((x, loop), (x - 0.02, 0.7), (x - 0.15, 0.93), (-wide * random.uniform(0.2, 2.0), 1.0))
    else:  # like a g
        tail = curve((x, loop), (x, 0.75), (0, 1.0), (-wide * random.uniform(0.8, 1.5), random.uniform(0.78, 0.97)))
    if random.random() < 0.15:  # a ring and a stem
        return [arc(0, loop, wide, loop, start, start - 365), joined(line((x, random.uniform(0, loop))), tail)]
    return [joined(ring, tail)]


WRITERS: Sequence[Callable[[np.random.Generator], Strokes]] = (
    _zero, _one, _two, _three, _four, _five, _six, _seven, _eight, _nine,
)  # fmt: skip


# What is no digit


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
    return [_rounded(line(*map(tuple, corners)), random.uniform(0, 0.08))]


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
            strokes.append(arc(*start, *sizes, first, first + random.uniform(90, 360)))
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
    return [stroke.copy() for stroke in _SIGNS[random.integers(len(_SIGNS))]]


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
        one = WRITERS[random.integers(10)](random)
        left = min(stroke[:, 0].min() for stroke in one)
        one = [stroke + (right - left, random.normal(0, 0.04)) for stroke in one]
        right = max(stroke[:, 0].max() for stroke in one) + random.uniform(0.08, 0.3)
        strokes += one
    return strokes


def _crossed_out(random: np.random.Generator) -> Strokes:
    """A digit under a scribble."""
    strokes = WRITERS[random.integers(10)](random)
    low, high = (getattr(np.concatenate(strokes), how)(axis=0) for how in ("min", "max"))
    return [*strokes, *(stroke * 0.9 * (high - low) + low for stroke in _zigzag(random))]


_NOTHINGS = (_tap, _scribble, _zigzag, _spiral, _pieces, _ladder, _blob, _figure, _sign, _number, _crossed_out)
_HOW_OFTEN = np.array([0.01, 0.14, 0.08, 0.04, 0.16, 0.14, 0.1, 0.09, 0.14, 0.07, 0.03])


# MNIST's images in other hands


def warped(random: np.random.Generator, images: np.ndarray) -> np.ndarray:
    """The same digits slanted, turned, stretched, bent, thinner or thicker, put into MNIST's frame again.

    Args:
        random: where the changes come from, others for each image.
        images: (n, 28, 28) uint8.

    Returns:
        (n, 28, 28) uint8: the longer side of the ink is 20 pixels again, its centre of mass at index 14.
    """
    n = len(images)
    ink = thickened(random, images.astype(np.float32) / 255)
    turn, slant = np.deg2rad(random.normal(0, 8, n)), np.tan(np.deg2rad(random.normal(0, 13, n)))
    wide = np.exp(random.normal(0, 0.22, n))
    zeros, ones = np.zeros(n), np.ones(n)
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]).transpose(2, 0, 1)
    shear = np.array([[ones, slant], [zeros, ones]]).transpose(2, 0, 1)
    stretch = np.array([[1 / wide, zeros], [zeros, ones]]).transpose(2, 0, 1)
    back = rotation @ shear @ stretch  # (n, 2, 2), from a pixel of the result to one of the image; x before y
    field = np.stack(np.meshgrid(np.arange(28.0), np.arange(28.0)), axis=-1).reshape(-1, 2) - 14  # (784, 2)
    waves, phases = random.normal(0, 0.17, (n, 2, 4)), random.uniform(0, 2 * np.pi, (n, 1, 4))
    pushes = random.normal(0, 0.5, (n, 4, 2))

    def read(scale: np.ndarray, middle: np.ndarray) -> np.ndarray:
        places = field * scale[:, np.newaxis, np.newaxis] + middle[:, np.newaxis]  # (n, 784, 2)
        places = places @ back.transpose(0, 2, 1)
        return _bilinear(ink, places + np.sin(places @ waves + phases) @ pushes + 14)

    first = read(np.full(n, 1.6), np.zeros((n, 2)))  # small enough for all of it to be in the field
    there = first > 0.3
    low, high = (
        np.stack(
            [np.where(there.any(axis=axis), pixels, missing).__getattribute__(how)(axis=1) for axis in (1, 2)], axis=1
        )
        for how, missing, pixels in (("min", 27, np.arange(28)), ("max", 0, np.arange(28)))
    )
    scale = 1.6 * np.clip((high - low + 0.6).max(axis=1), 4, 28) / 20
    mass = np.maximum(first.sum(axis=(1, 2)), 1e-6)
    centre = np.stack([(first.sum(axis=axis) * np.arange(28)).sum(axis=1) / mass for axis in (1, 2)], axis=1)
    result = read(scale, (centre - 14) * 1.6)
    strongest = np.maximum(result.max(axis=(1, 2), keepdims=True), 0.5)  # what is bent by little is blurred
    return np.round(result / strongest * 255).astype(np.uint8)


def thickened(random: np.random.Generator, ink: np.ndarray) -> np.ndarray:
    """Strokes up to about a pixel thicker or thinner: (n, 28, 28) float32 in 0…1 of the same."""
    by = random.uniform(-0.7, 0.8, len(ink))[:, np.newaxis, np.newaxis].astype(np.float32)
    sides = [np.roll(ink, shift, axis) for axis in (1, 2) for shift in (-1, 1)]
    other = np.where(by > 0, np.maximum.reduce([ink, *sides]), np.minimum.reduce([ink, *sides]))
    # What is thin already would vanish.
    by = np.where((by < 0) & (ink.mean(axis=(1, 2), keepdims=True) < 0.09), 0, np.abs(by))
    return ink * (1 - by) + other * by


def _bilinear(images: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Read (n, 28, 28) images at (n, 784, 2) places of x, y; 0 outside."""
    framed = np.pad(images, ((0, 0), (1, 2), (1, 2)))
    places = np.clip(places + 1, 0, 29).astype(np.float32)
    corner = places.astype(np.int32)
    x, y = np.moveaxis(places - corner, -1, 0)
    flat = framed.reshape(-1)
    index = np.arange(len(images))[:, np.newaxis] * 31 * 31 + corner[..., 1] * 31 + corner[..., 0]
    above = flat[index] * (1 - x) + flat[index + 1] * x
    below = flat[index + 31] * (1 - x) + flat[index + 32] * x
    return (above * (1 - y) + below * y).reshape(-1, 28, 28)


def thinned(images: np.ndarray) -> np.ndarray:
    """Lines one pixel wide in place of strokes (Zhang & Suen 1984), all images at once.

    Args:
        images: (n, h, w) bool.

    Returns:
        (n, h, w) bool.
    """
    there = np.pad(images, ((0, 0), (1, 1), (1, 1)))
    while True:
        before = there.sum()
        for last in (False, True):
            # p2 … p9 of the paper: clockwise from above.
            n, ne, e, se, s, sw, w, nw = (
                np.roll(there, shift, axis=(1, 2))
                for shift in ((1, 0), (1, -1), (0, -1), (-1, -1), (-1, 0), (-1, 1), (0, 1), (1, 1))
            )
            ring = (n, ne, e, se, s, sw, w, nw)
            neighbours = sum(one.astype(np.int8) for one in ring)
            entries = sum((~one & other).astype(np.int8) for one, other in zip(ring, (*ring[1:], n)))
            sides = ~(n & e & w) & ~(n & s & w) if last else ~(n & e & s) & ~(e & s & w)
            there = there & ~((neighbours >= 2) & (neighbours <= 6) & (entries == 1) & sides)
        if there.sum() == before:
            return there[:, 1:-1, 1:-1]


def traced(images: np.ndarray) -> Iterator[Strokes]:
    """The lines along which each image was written, as short straight pieces.

    Args:
        images: (n, 28, 28) uint8.
    """
    fine = images.astype(np.float32)
    for axis in (1, 2):  # twice as fine, read bilinearly
        after = np.concatenate([np.take(fine, range(1, fine.shape[axis]), axis), np.take(fine, [-1], axis)], axis)
        fine = np.stack([fine, (fine + after) / 2], axis=axis + 1).reshape(
            [n * (2 if a == axis else 1) for a, n in enumerate(fine.shape)]
        )
    for skeleton in thinned(fine > 110):
        yield pieces_of(skeleton)


def pieces_of(skeleton: np.ndarray) -> Strokes:
    rows, columns = np.nonzero(skeleton)
    number = np.full((skeleton.shape[0] + 2, skeleton.shape[1] + 2), -1)
    number[rows + 1, columns + 1] = np.arange(len(rows))
    pairs = []
    for down, right in ((0, 1), (1, 0), (1, 1), (1, -1)):
        other = number[rows + 1 + down, columns + 1 + right]
        there = other >= 0
        if down and right:  # no diagonal where two straight steps go the same way
            there &= (number[rows + 1 + down, columns + 1] < 0) & (number[rows + 1, columns + 1 + right] < 0)
        pairs.append(np.stack([np.flatnonzero(there), other[there]], axis=1))
    edges = np.concatenate(pairs)
    points = np.stack([columns, rows], axis=1).astype(float)
    if not len(edges):
        return [points]
    degree = np.bincount(edges.ravel(), minlength=len(points))[:, np.newaxis]
    for _ in range(4):  # stairs become slopes
        sums = np.zeros_like(points)
        np.add.at(sums, edges[:, 0], points[edges[:, 1]])
        np.add.at(sums, edges[:, 1], points[edges[:, 0]])
        points = np.where(degree == 2, (points + sums / np.maximum(degree, 1)) / 2, points)
    return list(points[edges])
