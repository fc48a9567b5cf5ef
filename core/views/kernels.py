"""Weights → rows of little pictures, and numbers as HTML."""

from __future__ import annotations

import html
from collections.abc import Sequence

import numpy as np

from core.network.words import counted
from core.views.explanation import number_grid
from core.views.images import Scale


def row_words(noun: str, number: int, inputs: int) -> str:
    """Alternative text of a row of kernels."""
    return f"{noun} {number}: {counted(inputs, 'pattern')}, one for each input channel"


def mosaic(images: np.ndarray) -> np.ndarray:
    """All in one picture, a cell that is no number between neighbours: (outputs, inputs, rows, columns) → 2-D."""
    outputs, inputs, rows, columns = images.shape
    apart = np.full((outputs, inputs, rows + 1, columns + 1), np.nan, np.float32)
    apart[..., :rows, :columns] = images
    return apart.transpose(0, 2, 1, 3).reshape(outputs * (rows + 1), inputs * (columns + 1))[:-1, :-1]


def numbers(images: Sequence[np.ndarray], scale: Scale, names: Sequence[str]) -> str:
    """Weights large, written out where there are few: each of (rows, columns), with its name above."""
    grids = "".join(
        f"<div>{html.escape(name)}{number_grid(image, scale, name or 'weights')}</div>"
        for image, name in zip(images, names)
    )
    return f'<div class="large">{grids}</div>'
