"""Ten digits as somebody might draw them, and pictures of them on all kinds of paper."""

from itertools import pairwise

import numpy as np
from PIL import Image, ImageDraw


def arc(x, y, across, down, start, end, points=24):
    """Part of an ellipse; angles in degrees, clockwise from the right, since y points down."""
    angles = np.radians(np.linspace(start, end, points))
    return np.stack([x + across * np.cos(angles), y + down * np.sin(angles)], axis=1)


def along(*corners):
    """Points close together on a line through these corners."""
    return np.concatenate([np.linspace(one, other, 12) for one, other in pairwise(corners)])


# Digit → strokes, in a box of about 60 by 100.
DIGITS = {
    0: [arc(30, 50, 28, 50, -90, 270, 60)],
    1: [along((34, 0), (28, 100))],
    2: [np.concatenate([arc(30, 27, 27, 27, 185, 400), along((45, 50), (2, 98), (58, 98))])],
    3: [np.concatenate([arc(28, 25, 26, 25, 200, 440), arc(28, 74, 30, 26, -80, 150)])],
    4: [along((20, 0), (4, 58), (58, 54)), along((44, 12), (40, 100))],
    5: [np.concatenate([along((12, 2), (8, 42)), arc(26, 68, 30, 31, -125, 130)]), along((13, 3), (54, 0))],
    6: [np.concatenate([along((42, 0), (14, 36)), arc(30, 70, 26, 30, 200, 560, 40)])],
    7: [along((2, 4), (56, 2), (24, 100)), along((16, 50), (52, 48))],
    8: [np.concatenate([arc(30, 26, 22, 25, 80, -260, 40), arc(30, 75, 27, 25, -80, 260, 40)])],
    9: [np.concatenate([arc(30, 28, 25, 28, 0, -350, 40), along((54, 26), (46, 100))])],
}

# Ink and paper.
PENS = {
    "pencil": ((95, 95, 95), (232, 228, 214)),
    "ballpoint": ((30, 50, 160), (250, 250, 250)),
    "red on white": ((200, 30, 40), (255, 255, 255)),
    "chalk": ((240, 240, 240), (25, 60, 45)),
    "screen": ((255, 255, 255), (0, 0, 0)),
    "red on blue": ((200, 40, 40), (60, 90, 160)),  # nearly of one brightness
}
LIGHTS = ("even", "gradient", "shadow", "lamp", "ruled")


def inked(strokes, brush, canvas=(280, 280)):
    """(h, w) float in 0…1: the strokes as a round brush leaves them, with soft edges."""
    image = Image.new("L", (canvas[0] * 2, canvas[1] * 2))
    pen = ImageDraw.Draw(image)
    for stroke in strokes:
        points = np.asarray(stroke, float) * 2
        pen.line([tuple(point) for point in points], fill=255, width=round(2 * brush))
        for x, y in points:
            pen.ellipse((x - brush, y - brush, x + brush, y + brush), fill=255)
    return np.asarray(image.resize(canvas, Image.Resampling.BOX), float) / 255


def light(kind, shape, random):
    """(h, w) float: how much light falls where; what is ruled has lines."""
    y, x = np.meshgrid(*(np.linspace(-0.5, 0.5, side) for side in shape), indexing="ij")
    angle = random.uniform(0, 2 * np.pi)
    across = np.cos(angle) * x + np.sin(angle) * y
    if kind == "gradient":
        return 0.7 + 0.45 * across
    if kind == "shadow":
        return 0.55 + 0.45 / (1 + np.exp(-100 * (across - random.uniform(-0.2, 0.2))))
    if kind == "lamp":
        return 1 - 0.9 * (x**2 + y**2)
    even = np.ones(shape)
    if kind == "ruled":
        even[::32] = even[1::32] = 0.7
    return even


def photo(strokes, brush, pen="ballpoint", kind="even", noise=0.0, random=None, canvas=(280, 280)):
    """(h, w, 3) uint8: strokes of a pen on its paper, in some light, seen by a camera with noise (of 0…1)."""
    random = random or np.random.default_rng(0)
    ink, paper = (np.array(colour, float) for colour in PENS[pen])
    share = inked(strokes, brush, canvas)[..., np.newaxis]
    colours = (paper * (1 - share) + ink * share) * light(kind, share.shape[:2], random)[..., np.newaxis]
    return np.clip(colours + random.normal(0, 255 * noise, colours.shape), 0, 255).astype(np.uint8)


def placed(strokes, size=1.0, right=0.0, down=0.0):
    return [stroke * size + (right, down) for stroke in strokes]
