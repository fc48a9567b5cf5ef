"""Strokes drawn over an image: in its own pixels, where they are, neither scaled nor centred."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw

from core.data.drawing import FARTHEST, FINE, MAX_POINTS


def drawn_over(image: np.ndarray, strokes: Sequence[np.ndarray], width: float, side: float) -> np.ndarray:
    """The image with ink where the strokes go: ink lies over what is there, it does not add up.

    Args:
        image: (n, n) float32 in 0…1, ink 1.
        strokes: (k, 2) arrays of x, y in canvas pixels; a tap has one point.
        width: of the brush, in canvas pixels.
        side: of the canvas, which shows all of the image.

    Returns:
        (n, n) float32 in 0…1, nowhere less than the image; equal to it where there are no strokes, or too many.
    """
    lines = [np.asarray(stroke, np.float64).reshape(-1, 2) for stroke in strokes]
    lines = [line[(np.abs(line) < FARTHEST).all(axis=1)] for line in lines]  # neither NaN nor absurd
    if sum(map(len, lines)) > MAX_POINTS:
        return image.astype(np.float32)
    pixels = image.shape[0]
    scale = pixels * FINE / side
    canvas = Image.new("L", (pixels * FINE, pixels * FINE))
    pen = ImageDraw.Draw(canvas)
    radius = width * scale / 2 - 0.5  # Pillow's ellipses hold both of their ends
    for line in lines:
        corners = [tuple(point) for point in line * scale - 0.5]
        if len(corners) > 1:
            pen.line(corners, fill=255, width=max(round(width * scale), 1))
        for x, y in corners:  # round ends and joints
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    fine = np.asarray(canvas, np.float32) / 255
    ink = fine.reshape(pixels, FINE, pixels, FINE).mean(axis=(1, 3))  # (n, n)
    return np.maximum(image, ink).astype(np.float32)
