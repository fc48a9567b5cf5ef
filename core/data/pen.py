"""Strokes as ink: drawn with a round pen on an empty canvas, or over an image, in its own pixels."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw

FINE = 8  # strokes are drawn this many times larger, then averaged down
MAX_POINTS = 20_000
FARTHEST = 1e6  # canvas pixels; what lies beyond is no drawing


def lines_of(strokes: Sequence[np.ndarray]) -> list[np.ndarray]:
    """The strokes without NaN and far-off points, as (n, 2) float64; none where there are too many points."""
    lines = [np.asarray(stroke, np.float64).reshape(-1, 2) for stroke in strokes]
    lines = [line[(np.abs(line) < FARTHEST).all(axis=1)] for line in lines]
    lines = [line for line in lines if len(line)]
    return lines if sum(map(len, lines)) <= MAX_POINTS else []


def inked(
    lines: Sequence[np.ndarray], widths: Sequence[np.ndarray], size: tuple[int, int], inset: float = 0.0
) -> np.ndarray:
    """Lines drawn with a round pen.

    Args:
        lines: (n, 2) arrays of x, y in pixels.
        widths: (n,) array for each line: the pen's width at its points.
        size: (width, height) of the canvas in pixels.
        inset: taken off the radius of the round ends and joints. Pillow's ellipses hold both of their ends, so 0.5
            is exact; the weights that ship have learned from drawings with 0.

    Returns:
        (height, width) float32, 0 or 1.
    """
    canvas = Image.new("L", size)
    pen = ImageDraw.Draw(canvas)
    for line, width in zip(lines, widths):
        if len(line) > 1:
            pen.line(list(map(tuple, line)), fill=255, width=max(1, round(float(width[0]))))
    for (x, y), width in zip(np.concatenate(lines).tolist(), np.concatenate(widths).tolist()):
        radius = max(width / 2 - inset, 0.0)
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    return np.asarray(canvas, np.float32) / 255


def drawn_over(image: np.ndarray, strokes: Sequence[np.ndarray], width: float, side: float) -> np.ndarray:
    """The image with ink where the strokes go, neither scaled nor centred; ink does not add up.

    Args:
        image: (n, n) float32 in 0…1, ink 1.
        strokes: (k, 2) arrays of x, y in canvas pixels; a tap has one point.
        width: of the brush, in canvas pixels.
        side: of the canvas, which shows all of the image.

    Returns:
        (n, n) float32 in 0…1, nowhere less than the image; equal to it where there are no strokes, or too many.
    """
    lines = lines_of(strokes)
    if not lines:
        return image.astype(np.float32)
    pixels = image.shape[0]
    scale = pixels * FINE / side
    widths = [np.full(len(line), width * scale) for line in lines]
    fine = inked([line * scale - 0.5 for line in lines], widths, (pixels * FINE, pixels * FINE), inset=0.5)
    ink = fine.reshape(pixels, FINE, pixels, FINE).mean(axis=(1, 3))  # (n, n)
    return np.maximum(image, ink).astype(np.float32)
