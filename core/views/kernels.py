"""Weights → tables of little pictures and of numbers, as HTML."""

from __future__ import annotations

import base64
import html
from collections.abc import Sequence

import numpy as np

from core.views.explanation import STYLE as CELLS
from core.views.explanation import number_grid
from core.views.images import Scale, png

STYLE = """<style>
.kernel-grid { overflow-x: auto; max-width: 100%; font-size: 12px; padding-bottom: 4px; }
.kernel-grid table { border-collapse: separate; border-spacing: 0; width: auto; margin: 0; border: 0; }
.kernel-grid th { border: 0; font-weight: 600; padding: 0; white-space: nowrap; }
.kernel-grid thead th { text-align: center; font-weight: 400; height: 20px; }
.kernel-grid th[scope=row], .kernel-grid thead th:first-child {
  position: sticky; left: 0; z-index: 1; text-align: right; padding: 0 8px 0 0; background: light-dark(#FCFCFD, #0F1117);
}
.kernel-grid td { border: 0; padding: 0 0 4px; }
.kernel-grid img { image-rendering: pixelated; display: block; max-width: none; }
.large { display: flex; flex-wrap: wrap; gap: 12px; font-size: 12px; }
</style>"""


def kernel_grid(images: np.ndarray, scale: Scale, cell_px: int, row_noun: str, columns: Sequence[str]) -> str:
    """A table with a row for each output channel and a column for each input channel; it scrolls in its own box.

    Args:
        images: (outputs, inputs, rows, columns).
        scale: shared by all.
        cell_px: screen pixels for each weight.
        row_noun: what a row is called.
        columns: a name for each input channel.
    """
    _, inputs, high, wide = images.shape
    step = (wide + 1) * cell_px
    names = "".join(
        f'<th scope="col" style="width:{step}px;min-width:{step}px;max-width:{step}px">{html.escape(name)}</th>'
        for name in columns
    )
    rows = []
    for number, kernel in enumerate(images, 1):
        line = mosaic(kernel[np.newaxis])
        words = html.escape(row_words(row_noun, number, inputs), quote=True)
        source = base64.b64encode(png(line, scale)).decode()
        picture = (
            f'<img src="data:image/png;base64,{source}" alt="{words}" title="{words}" '
            f'width="{line.shape[1] * cell_px}" height="{high * cell_px}">'
        )
        rows.append(f'<tr><th scope="row">{number}</th><td colspan="{inputs}">{picture}</td></tr>')
    head = f'<thead><tr><th scope="col">{html.escape(row_noun)}</th>{names}</tr></thead>'
    return f'<div class="kernel-grid" tabindex="0"><table>{head}<tbody>{"".join(rows)}</tbody></table></div>'


def row_words(noun: str, number: int, inputs: int) -> str:
    """A row of the grid for those who cannot see it."""
    return f"{noun} {number}: {inputs} patterns, one for each input channel"


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
    return f'{CELLS}<div class="large">{grids}</div>'
