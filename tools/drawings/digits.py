"""The ten digits by rules: the styles of several countries.

MNIST's writers wrote their digits on forms in the United States. Elsewhere a one has a flag and a foot, a seven a
bar across, a nine a tail like that of a g; a four may be open, a five may have its bar apart.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from tools.drawings.strokes import Strokes, arc, curve, hand, joined, line, rounded


def digit(random: np.random.Generator, label: int) -> Strokes:
    """A digit in one of its styles, in one of many hands."""
    return hand(random, WRITERS[label](random))


# Each is about 1 high and 0.6 wide.


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
        whole = rounded(joined(flag, stem), random.choice([0, random.uniform(0.02, 0.09)]))
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
        top = rounded(line((-wide, random.uniform(0.02, 0.25)), (0, 0), (wide, 0.1), (wide, 0.3)), 0.08)
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
