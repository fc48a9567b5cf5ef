"""Numbers for a sandbox: typed ones, random ones, and a patch of a real image."""

from __future__ import annotations

import math

import numpy as np

from core.data import load

LARGEST = 1000  # of what can be typed


def acceptable(number: object) -> float | None:
    """A number that a sandbox takes, as float; None for anything else a browser may send."""
    if isinstance(number, bool) or not isinstance(number, (int, float)):
        return None
    return float(number) if math.isfinite(number) and abs(number) <= LARGEST else None


def random_numbers(seed: int, shape: tuple[int, ...], low: int = -9, high: int = 9) -> np.ndarray:
    """Whole numbers from low to high; float64 of this shape."""
    return np.random.default_rng(seed).integers(low, high + 1, shape).astype(np.float64)


def patch(dataset: str, seed: int, size: int, whole: int) -> np.ndarray:
    """The part of a test image whose pixels differ most, with what lies right of it and below.

    Args:
        dataset: its name.
        seed: of the choice of the image.
        size: rows and columns of the part.
        whole: of the part with its surroundings.

    Returns:
        (whole, whole) float64 in 0…1, to two decimals; the part is its first size×size cells.

    Raises:
        KeyError: there is no dataset of this name.
    """
    images = load(dataset).x_test
    image = images[int(np.random.default_rng(seed).integers(len(images)))][..., 0] / 255
    beyond = whole - size
    windows = np.lib.stride_tricks.sliding_window_view(
        image[: len(image) - beyond, : len(image) - beyond], (size, size)
    )
    row, column = np.unravel_index(np.argmax(windows.var(axis=(2, 3))), windows.shape[:2])
    return np.round(image[row : row + whole, column : column + whole], 2)
