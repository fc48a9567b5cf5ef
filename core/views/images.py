"""Arrays as small images whose pixels stay square at any page width."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from PIL import Image

from core.network import Box
from core.views.lettering import LINE_PX, lettered, wrapped
from core.views.theme import FRAME, INK, MAGMA, SIGNED, coloured

FILE_WIDTH_PX = 900  # of a picture file, where its pictures allow
TILE_PX = 196
SCALE_PX = 160  # width of the colour scale in a picture file
EDGE_PX = 16


class Scale(NamedTuple):
    """Mapping of numbers to colours."""

    low: float
    high: float
    colours: tuple[str, ...]


class Tile(NamedTuple):
    """One picture of a gallery.

    Attributes:
        values: (rows, columns) numbers, or (rows, columns, 3) colours: uint8, or in 0…1.
        label: a few words under it; may be empty.
        alt: alternative text, also shown on hovering.
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

    Colours, (rows, columns, 3), stay as they are.
    """
    return _saved(_image(values, scale))


def captioned_png(
    tiles: Sequence[Tile],
    scales: Scale | Sequence[Scale] | None,
    caption: str,
    cell_px: int | Sequence[int] | None = None,
) -> bytes:
    """Pictures as a file of its own: side by side, with their labels, the colour scale and a caption, on white.

    Args:
        tiles: images, in order.
        scales: one shared by all tiles, which is drawn; or one for each; None where they are colours already.
        caption: description of the pictures, in sentences.
        cell_px: pixels of the file for each number, of all tiles or of each; by default, so many that a picture is
            about 196 wide.
    """
    scale = scales if isinstance(scales, Scale) else None
    each = [scale or INK_SCALE] * len(tiles) if not scales or isinstance(scales, Scale) else scales
    cells = [cell_px] * len(tiles) if cell_px is None or isinstance(cell_px, int) else cell_px
    placed, widest, lowest = _placed([_drawn(*given) for given in zip(tiles, each, cells, strict=True)])
    width = max(widest, 360)
    lines = wrapped(caption, width)
    bar = 34 if scale else 0
    page = Image.new("RGB", (width + 2 * EDGE_PX, lowest + bar + LINE_PX * len(lines) + 2 * EDGE_PX), "white")
    for drawn, (x, y) in placed:
        page.paste(drawn, (EDGE_PX + x, EDGE_PX + y), drawn)
    y = EDGE_PX + lowest
    if scale:
        steps = np.linspace(scale.low, scale.high, SCALE_PX)[np.newaxis].repeat(10, 0)
        page.paste(_image(steps, scale), (EDGE_PX, y))
        marks = [scale.low, 0.0, scale.high] if scale.low < 0 < scale.high else [scale.low, scale.high]
        for number, mark in enumerate(marks):
            share = number / (len(marks) - 1)  # of the bar that is left of it, and of its text
            text = lettered(figure(mark))
            page.paste("black", (EDGE_PX + round(share * (SCALE_PX - text.width)), y + 11), text)
    _write(page, lines, EDGE_PX, y + bar)
    return _saved(page)


def marked(
    values: np.ndarray,
    scale: Scale,
    cell_px: int,
    box: Box | None = None,
    marks: np.ndarray | None = None,
) -> np.ndarray:
    """A picture with a frame around `box` and a ring in each of the cells that are marked.

    Args:
        values: (rows, columns) numbers, or (rows, columns, 3) colours.
        scale: of the numbers.
        cell_px: pixels for each cell, at least 2.
        box: in cells; an empty one is not drawn.
        marks: (rows, columns) bool.

    Returns:
        (rows·cell_px, columns·cell_px, 3) uint8.
    """
    colours = _colours(values) if values.ndim == 3 else coloured(values, *scale)
    drawn = colours.repeat(cell_px, 0).repeat(cell_px, 1)
    frame = np.array([int(FRAME[i : i + 2], 16) for i in (1, 3, 5)], np.uint8)
    if marks is not None:
        ring = np.zeros((cell_px, cell_px), bool)
        ring[1:-1, 1:-1] = True  # cells as small as 2 pixels have no room for a ring: they are filled
        ring[3:-3, 3:-3] = False
        if cell_px < 4:
            ring[:] = True
        drawn[np.kron(marks, ring).astype(bool)] = frame
    if box is not None and box.bottom > box.top:
        top, left, bottom, right = (side * cell_px for side in box)
        inside = drawn[top:bottom, left:right]
        for edge in (inside[:2], inside[-2:], inside[:, :2], inside[:, -2:]):
            edge[...] = frame
    return drawn


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


def gallery(tiles: Sequence[Tile], scale: Scale, cell_px: int) -> str:
    """Tiles side by side on one colour scale, as HTML that wraps to any width.

    Args:
        tiles: images, in order.
        scale: shared by all tiles.
        cell_px: screen pixels for each number, a whole number.
    """
    return (
        '<div style="display:flex;flex-wrap:wrap;gap:8px;max-width:100%">'
        + "".join(_figure(tile, scale, cell_px) for tile in tiles)
        + "</div>"
    )


def fitted(values: np.ndarray, most_px: int) -> np.ndarray:
    """(rows, columns) numbers, made smaller by averaging until no side is longer than `most_px`; small ones stay."""
    longest = max(values.shape)
    if longest <= most_px:
        return values
    height, width = (max(1, round(side * most_px / longest)) for side in values.shape)
    image = Image.fromarray(np.ascontiguousarray(values, np.float32))
    return np.asarray(image.resize((width, height), Image.Resampling.BOX))


def cell_size(shape: tuple[int, ...], target_px: int) -> int:
    """Whole screen pixels for each number so that the longer side is about `target_px`; at least 2."""
    return max(2, round(target_px / max(shape)))


def strip(values: np.ndarray, columns: int = 30) -> np.ndarray:
    """A vector as rows of at most `columns` cells; cells after its end are NaN, which is transparent."""
    columns = min(columns, len(values))
    rows = -(-len(values) // columns)
    padded = np.full(rows * columns, np.nan, np.float32)
    padded[: len(values)] = values
    return padded.reshape(rows, columns)


def figure(value: float, digits: int = 3) -> str:
    """A number with so many significant digits and a true minus."""
    return f"{value:.{digits}g}".replace("-", "−")


def legend(scale: Scale) -> str:
    """The colour scale as a bar with its ends (and zero, where it is inside) written out."""
    bar = f"width:120px;height:10px;border-radius:3px;background:linear-gradient(to right,{','.join(scale.colours)})"
    middle = "<span>0</span>" if scale.low < 0 < scale.high else ""
    low, high = figure(scale.low), figure(scale.high)
    return (
        f'<div role="img" aria-label="Colour scale from {low} to {high}" '
        'style="width:120px;font-size:12px;opacity:.8">'
        f'<div style="{bar}"></div>'
        f'<div style="display:flex;justify-content:space-between"><span>{low}</span>{middle}<span>{high}</span></div></div>'
    )


def _image(values: np.ndarray, scale: Scale) -> Image.Image:
    if values.ndim == 3:
        return Image.fromarray(_colours(values)).convert("RGBA")
    opaque = np.where(np.isfinite(values), 255, 0).astype(np.uint8)
    return Image.fromarray(np.dstack([coloured(values, *scale), opaque]))


def _colours(values: np.ndarray) -> np.ndarray:
    """(rows, columns, 3) colours → uint8."""
    return (
        values if values.dtype == np.uint8 else np.round(np.clip(np.nan_to_num(values), 0, 1) * 255).astype(np.uint8)
    )


def _saved(image: Image.Image) -> bytes:
    target = io.BytesIO()
    image.save(target, "PNG")
    return target.getvalue()


def _drawn(tile: Tile, scale: Scale, cell_px: int | None) -> Image.Image:
    """Draw a tile with its label below, on a transparent background."""
    image = _image(tile.values, scale)
    cell = cell_px or max(1, TILE_PX // max(image.size))
    image = image.resize((image.width * cell, image.height * cell), Image.Resampling.NEAREST)
    lines = wrapped(tile.label, FILE_WIDTH_PX)
    width = max([image.width, *(lettered(line).width for line in lines)])
    drawn = Image.new("RGBA", (width, image.height + LINE_PX * len(lines)))
    drawn.paste(image)
    _write(drawn, lines, 0, image.height)
    return drawn


def _placed(images: Sequence[Image.Image]) -> tuple[list[tuple[Image.Image, tuple[int, int]]], int, int]:
    """Images in rows of at most `FILE_WIDTH_PX`: each with its x and y; and the width and height of all."""
    placed, x, y, widest, lowest = [], 0, 0, 0, 0
    for image in images:
        if x and x + image.width > FILE_WIDTH_PX:
            x, y = 0, lowest
        placed.append((image, (x, y)))
        widest = max(widest, x + image.width)
        lowest = max(lowest, y + image.height + 8)
        x += image.width + 12
    return placed, widest, lowest


def _write(page: Image.Image, lines: Sequence[str], x: int, y: int) -> None:
    for number, line in enumerate(lines):
        page.paste("black", (x, y + number * LINE_PX), lettered(line))


def data_url(tile: Tile, scale: Scale) -> str:
    """The tile as an address that holds all of it, with one pixel for each number."""
    return f"data:image/png;base64,{base64.b64encode(png(tile.values, scale)).decode()}"


def _figure(tile: Tile, scale: Scale, cell_px: int) -> str:
    rows, columns = tile.values.shape[:2]
    alt = html.escape(tile.alt, quote=True)
    words = html.escape(tile.label).replace("\n", "<br>")
    label = f"<figcaption>{words}</figcaption>" if tile.label else ""
    return (
        '<figure style="margin:0;font-size:12px;text-align:center">'
        f'<img src="{data_url(tile, scale)}" alt="{alt}" title="{alt}" '
        f'width="{columns * cell_px}" height="{rows * cell_px}" '
        'style="image-rendering:pixelated;display:block;border-radius:2px;max-width:none">'
        f"{label}</figure>"
    )
