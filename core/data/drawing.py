"""A drawing → the 28×28 image that MNIST's makers would have made of it.

MNIST's recipe (LeCun, Bottou, Bengio, Haffner 1998, section III.A): the ink is
scaled, keeping its proportions, into a 20×20 box with grey levels from
anti-aliasing, and placed in a 28×28 field so that its centre of mass is the
field's centre.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw

FIELD = 28
BOX = 20
PEN = 2.5  # width of MNIST's pen in its pixels: the median over its images of 2·area/outline
CENTRE = 14  # index of the pixel on which MNIST puts the centre of mass (measured on its images)
FINE = 8  # strokes are drawn this many times larger, then averaged down
MAX_POINTS = 20_000
FARTHEST = 1e6  # canvas pixels; what lies beyond is no drawing
_WORKING = 512  # the longest side of pixels that are worked on


def from_strokes(strokes: Sequence[np.ndarray], stroke_width: float) -> np.ndarray | None:
    """The digit that these pen strokes draw.

    The strokes are scaled before they are inked, so that neither the brush nor
    the size nor the place of the drawing matters.

    Args:
        strokes: (n, 2) arrays of x, y in canvas pixels; a tap has one point.
        stroke_width: of the brush, in canvas pixels. Where all the strokes are smaller
            than this, the drawing is a dot.

    Returns:
        (28, 28) float32 in 0…1, ink 1; None where there is no stroke.
    """
    lines = [np.asarray(stroke, np.float64).reshape(-1, 2) for stroke in strokes]
    lines = [line[(np.abs(line) < FARTHEST).all(axis=1)] for line in lines]  # neither NaN nor absurd
    lines = [line for line in lines if len(line)]
    if not lines or sum(map(len, lines)) > MAX_POINTS:
        return None
    points = np.concatenate(lines)
    low, high = points.min(axis=0), points.max(axis=0)
    extent = max((high - low).max(), stroke_width, 1e-6)
    scale = (BOX - PEN) / extent
    # Room for the pen on all sides, and for strokes that lie anywhere in the field.
    middle = (low + high) / 2
    side = FIELD * FINE
    canvas = Image.new("L", (side, side))
    pen = ImageDraw.Draw(canvas)
    radius = PEN * FINE / 2
    for line in lines:
        placed = ((line - middle) * scale + FIELD / 2) * FINE
        corners = [tuple(point) for point in placed]
        if len(corners) > 1:
            pen.line(corners, fill=255, width=round(2 * radius))
        for x, y in corners:  # round ends and joints
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    # Centred before it is averaged down: to an eighth of a pixel, so that no rounding makes it jump.
    ink = _centred(np.asarray(canvas, np.float32) / 255, (CENTRE + 0.5) * FINE - 0.5)
    return ink.reshape(FIELD, FINE, FIELD, FINE).mean(axis=(1, 3))


def from_pixels(rgba: np.ndarray) -> np.ndarray | None:
    """The digit in a picture: dark on light or light on dark, or any colour on transparency.

    Args:
        rgba: (h, w, 4) uint8; (h, w, 3) and (h, w) are read as opaque.

    Returns:
        (28, 28) float32 in 0…1, ink 1; None where nothing stands out.
    """
    ink = _ink(np.asarray(rgba))
    if ink is None:
        return None
    rows, columns = (np.flatnonzero((ink > 0.2).any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return None
    cut = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    height, width = cut.shape
    scale = BOX / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))  # Pillow's order: width, height
    scaled = Image.fromarray(cut).resize(size, Image.Resampling.BOX if scale < 1 else Image.Resampling.BILINEAR)
    field = np.zeros((FIELD, FIELD), np.float32)
    top, left = (FIELD - size[1]) // 2, (FIELD - size[0]) // 2
    field[top : top + size[1], left : left + size[0]] = np.asarray(scaled)
    field /= max(field.max(), 1e-6)
    return _centred(field, CENTRE)


def _ink(picture: np.ndarray) -> np.ndarray | None:
    """How much each pixel differs from the background: (h, w) float32 in 0…1, or None."""
    if picture.ndim == 2:
        picture = np.repeat(picture[..., np.newaxis], 3, axis=2)
    if picture.ndim != 3 or picture.shape[2] not in (3, 4) or 0 in picture.shape:
        raise ValueError(f"A picture is (height, width, 3 or 4) numbers, not {picture.shape}.")
    if max(picture.shape[:2]) > _WORKING:
        image = Image.fromarray(picture.astype(np.uint8))
        image.thumbnail((_WORKING, _WORKING), Image.Resampling.BOX)
        picture = np.asarray(image)
    colours = picture[..., :3].astype(np.float32) / 255
    alpha = np.ones(picture.shape[:2], np.float32)
    if picture.shape[2] == 4:
        alpha = picture[..., 3].astype(np.float32) / 255
    if alpha.max() - alpha.min() > 0.5:  # a transparent ground: what is opaque is ink
        return alpha
    brightness = colours @ np.array([0.299, 0.587, 0.114], np.float32)
    border = np.concatenate([brightness[0], brightness[-1], brightness[:, 0], brightness[:, -1]])
    ink = np.abs(brightness - np.median(border))
    strongest = ink.max()
    return ink / strongest if strongest > 0.15 else None


def _centred(image: np.ndarray, centre: float) -> np.ndarray:
    """Shifted by whole pixels so that the centre of mass comes to index `centre`; ink stays inside."""
    total = image.sum()
    shifts = []
    for axis in (0, 1):
        profile = image.sum(axis=1 - axis)
        inked = np.flatnonzero(profile > 0)
        mass = (profile * np.arange(len(profile))).sum() / total
        shift = round(centre - mass)
        shifts.append(int(np.clip(shift, -inked[0], len(profile) - 1 - inked[-1])))
    return np.roll(image, shifts, axis=(0, 1)).astype(np.float32)
