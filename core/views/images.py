"""Arrays → little pictures whose pixels stay squares at any width of the page."""

from __future__ import annotations

import base64
import html
import io
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from core.views.theme import INK, MAGMA, SIGNED, coloured


class Scale(NamedTuple):
    """Which number has which colour."""

    low: float
    high: float
    colours: tuple[str, ...]


class Tile(NamedTuple):
    """One picture of a gallery.

    Attributes:
        values: (rows, columns) numbers, or (rows, columns, 3) colours in 0…1, which need no scale.
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
    """(rows, columns) numbers → a PNG with one pixel for each; what is no number is transparent.

    Colours, (rows, columns, 3) in 0…1, stay as they are.
    """
    target = io.BytesIO()
    _picture(values, scale).save(target, "PNG")
    return target.getvalue()


def _picture(values: np.ndarray, scale: Scale) -> Image.Image:
    if values.ndim == 3:
        return Image.fromarray(np.round(np.clip(np.nan_to_num(values), 0, 1) * 255).astype(np.uint8))
    opaque = np.where(np.isfinite(values), 255, 0).astype(np.uint8)
    return Image.fromarray(np.dstack([coloured(values, *scale), opaque]))


def shown_image(image: np.ndarray) -> np.ndarray:
    """An (h, w, c) image in 0…1 as a tile has it: in its colours where it has three, else its first channel."""
    return image if image.shape[2] == 3 else image[..., 0]


def laid_over(values: np.ndarray, scale: Scale, image: np.ndarray) -> np.ndarray:
    """A map over the image that it belongs to: the further from zero, the more of its colour.

    Args:
        values: (h, w).
        scale: of the map.
        image: (h, w, c) in 0…1, shown in grey.

    Returns:
        (h, w, 3) colours in 0…1.
    """
    limit = max(abs(scale.low), abs(scale.high)) or 1.0
    strength = np.clip(np.abs(np.nan_to_num(values)) / limit, 0, 1)
    # Halfway to the end of the scale at least, as the middle of a signed one is the colour of paper.
    vivid = np.sign(values) * limit * (0.5 + 0.25 * strength) if scale.low < 0 else values
    colours = coloured(vivid, *scale) / 255  # (h, w, 3)
    covering = 0.85 * np.sqrt(strength)[..., np.newaxis]
    grey = np.repeat(image.mean(axis=2, keepdims=True), 3, axis=2)
    return colours * covering + grey * (1 - covering)


TILE_PX, MARGIN_PX, GAP_PX, FONT_PX, LINE_PX, PER_ROW = 196, 24, 20, 14, 19, 4


def captioned_png(tiles: Sequence[Tile], scales: Scale | Sequence[Scale], caption: str) -> bytes:
    """A PNG to take away: tiles of about equal size with their labels, and the caption under them.

    Args:
        tiles: what to show, in order.
        scales: one for all, or one for each.
        caption: plain words; wrapped to the width of the picture.
    """
    each = [scales] * len(tiles) if isinstance(scales, Scale) else scales
    font = ImageFont.load_default(FONT_PX)
    pictures = []
    for tile, scale in zip(tiles, each, strict=True):
        rows, columns = tile.values.shape[:2]
        cell = max(1, TILE_PX // max(rows, columns))
        pictures.append(_picture(tile.values, scale).resize((columns * cell, rows * cell), Image.Resampling.NEAREST))
    wide = max(max((picture.width for picture in pictures), default=0), TILE_PX) + GAP_PX
    high = max((picture.height for picture in pictures), default=0)
    across = max(min(PER_ROW, len(pictures)), 2)
    labels = [_lines(_drawable(tile.label), wide - GAP_PX, font) for tile in tiles]
    row_px = high + LINE_PX * max(map(len, labels), default=0) + GAP_PX
    lines = _lines(_drawable(caption), across * wide - GAP_PX, font)
    height = -(-len(pictures) // across) * row_px + LINE_PX * len(lines) + 2 * MARGIN_PX
    paper = Image.new("RGB", (across * wide - GAP_PX + 2 * MARGIN_PX, height), "white")
    pen = ImageDraw.Draw(paper)
    for number, (picture, words) in enumerate(zip(pictures, labels)):
        left, top = MARGIN_PX + number % across * wide, MARGIN_PX + number // across * row_px
        paper.paste(picture, (left, top), picture if picture.mode == "RGBA" else None)
        for line, text in enumerate(words):
            pen.text((left, top + picture.height + 4 + line * LINE_PX), text, "#1B1F2A", font)
    for line, text in enumerate(lines):
        pen.text((MARGIN_PX, height - MARGIN_PX - (len(lines) - line) * LINE_PX), text, "#1B1F2A", font)
    target = io.BytesIO()
    paper.save(target, "PNG")
    return target.getvalue()


# Pillow's own font has few letters beyond ASCII; another one would have to be shipped.
_SPELT = str.maketrans({"→": "->", "−": "-", "–": "-", "×": "x", "≥": ">=", "≤": "<=", "✓": "", "✗": ""})


def _drawable(text: str) -> str:
    """In letters that the font has; accents fall off."""
    plain = unicodedata.normalize("NFKD", text.translate(_SPELT))
    return "".join(letter for letter in plain if letter.isascii() or letter in "“”·…")


def _lines(text: str, width_px: int, font: ImageFont.ImageFont) -> list[str]:
    lines: list[str] = []
    for word in text.split():
        if lines and font.getlength(f"{lines[-1]} {word}") <= width_px:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


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


def data_url(tile: Tile, scale: Scale) -> str:
    """The tile as an address that holds all of it, with one pixel for each number."""
    return f"data:image/png;base64,{base64.b64encode(png(tile.values, scale)).decode()}"


def _figure(tile: Tile, scale: Scale, cell_px: int) -> str:
    rows, columns = tile.values.shape[:2]
    alt = html.escape(tile.alt, quote=True)
    label = f"<figcaption>{html.escape(tile.label)}</figcaption>" if tile.label else ""
    return (
        '<figure style="margin:0;font-size:12px;text-align:center">'
        f'<img src="{data_url(tile, scale)}" alt="{alt}" title="{alt}" '
        f'width="{columns * cell_px}" height="{rows * cell_px}" '
        'style="image-rendering:pixelated;display:block;border-radius:2px;max-width:none">'
        f"{label}</figure>"
    )
