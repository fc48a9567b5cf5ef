"""Arrays → little pictures whose pixels stay squares at any width of the page."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from PIL import Image

from core.views.theme import INK, MAGMA, SIGNED, coloured


class Scale(NamedTuple):
    """Which number has which colour."""

    low: float
    high: float
    colours: tuple[str, ...]


class Tile(NamedTuple):
    """One picture of a gallery.

    Attributes:
        values: (rows, columns) numbers.
        label: a few words under it; may be empty.
        alt: what a person who cannot see it is told, and what hovering shows.
    """

    values: np.ndarray
    label: str
    alt: str


def signed_scale(values: np.ndarray) -> Scale:
    """Blue below zero, orange above, symmetric about zero."""
    limit = float(np.abs(np.nan_to_num(values)).max(initial=0.0)) or 1.0
    return Scale(-limit, limit, SIGNED)


def activation_scale(values: np.ndarray) -> Scale:
    """From zero up where nothing is negative; else the signed scale."""
    finite = np.nan_to_num(values)
    if finite.size and finite.min() < 0:
        return signed_scale(values)
    return Scale(0.0, float(finite.max(initial=0.0)) or 1.0, MAGMA)


INK_SCALE = Scale(0.0, 1.0, INK)


def png(values: np.ndarray, scale: Scale) -> bytes:
    """(rows, columns) numbers → a PNG with one pixel for each; what is no number is transparent."""
    opaque = np.where(np.isfinite(values), 255, 0).astype(np.uint8)
    pixels = np.dstack([coloured(values, *scale), opaque])
    target = io.BytesIO()
    Image.fromarray(pixels).save(target, "PNG")
    return target.getvalue()


def gallery(tiles: Sequence[Tile], scale: Scale, cell_px: int) -> str:
    """Tiles side by side on one colour scale, as HTML that wraps to any width.

    Args:
        tiles: what to show, in order.
        scale: shared by all tiles.
        cell_px: screen pixels for each number, a whole number.
    """
    return (
        '<div style="display:flex;flex-wrap:wrap;gap:8px;max-width:100%">'
        + "".join(_figure(tile, scale, cell_px) for tile in tiles)
        + "</div>"
    )


def cell_size(shape: tuple[int, ...], target_px: int) -> int:
    """Whole screen pixels for each number so that the longer side is about `target_px`; at least 2."""
    return max(2, round(target_px / max(shape)))


def strip(values: np.ndarray, columns: int = 30) -> np.ndarray:
    """A vector as rows of at most `columns` cells; the cells after its end are NaN, shown as nothing."""
    columns = min(columns, len(values))
    rows = -(-len(values) // columns)
    padded = np.full(rows * columns, np.nan, np.float32)
    padded[: len(values)] = values
    return padded.reshape(rows, columns)


def legend(scale: Scale) -> str:
    """The colour scale as a bar with its ends (and zero, where it is inside) written out."""
    bar = f"width:120px;height:10px;border-radius:3px;background:linear-gradient(to right,{','.join(scale.colours)})"
    middle = "<span>0</span>" if scale.low < 0 < scale.high else ""
    marks = f"<span>{scale.low:.3g}</span>{middle}<span>{scale.high:.3g}</span>"
    return (
        f'<div role="img" aria-label="Colour scale from {scale.low:.3g} to {scale.high:.3g}" '
        'style="width:120px;font-size:12px;opacity:.8">'
        f'<div style="{bar}"></div>'
        f'<div style="display:flex;justify-content:space-between">{marks}</div></div>'
    )


def _figure(tile: Tile, scale: Scale, cell_px: int) -> str:
    rows, columns = tile.values.shape
    source = base64.b64encode(png(tile.values, scale)).decode()
    alt = html.escape(tile.alt, quote=True)
    label = f"<figcaption>{html.escape(tile.label)}</figcaption>" if tile.label else ""
    return (
        '<figure style="margin:0;font-size:12px;text-align:center">'
        f'<img src="data:image/png;base64,{source}" alt="{alt}" title="{alt}" '
        f'width="{columns * cell_px}" height="{rows * cell_px}" '
        'style="image-rendering:pixelated;display:block;border-radius:2px;max-width:none">'
        f"{label}</figure>"
    )
