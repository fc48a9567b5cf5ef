"""Ink segmentation of pictures: any pen, paper and lighting.

Three questions in turn: along which direction do the colours differ, is the ink at its lower or its upper end, and
how far is a pixel from the ground around it. The ground is what a window wider than any stroke finds: the closing of
the picture where the ink is dark, its opening where it is light (Serra 1982; for pages: the top hat). Gradients and
the edges of shadows are ground to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import numpy as np
from PIL import Image, ImageFilter

from core.data.pieces import components

WORKING = 512  # px: the longest side of a picture that is worked on
WINDOW = 1 / 3  # of the longer side: no blob of ink is wider
NEARER = 7.0  # the same in widths of the strokes, once they are known
SMOOTHED = 1 / 300  # of the longer side: what is finer is the grain of paper or camera
FAINTEST = 0.1  # of the way from black to white: what differs less is no ink
CLEAREST = 5.0  # ink stands out by more than so many standard deviations of the ground
SPECK = 0.05  # of the largest piece's pixels: what is smaller is dirt
ALONG = 0.25  # of the shorter side: what runs along the picture's border for longer is the edge of something
CERTAIN = 0.9  # of the cubed deviations on one side: then it is the ink's side
NARROW = (7, 13, 33)  # px of the rough copy: what is narrower is a stroke
MUCH = 0.15  # of what the best of these windows finds
GRAIN = 1.6  # px: a picture full of strokes as fine as this is noise
SMALLEST = 6  # px of the picture that is worked on, and
GRAINY = 0.03  # of its longer side: nothing smaller can be read
_SMALL = 96  # px: side at which colours are read; half of it for polarity
_ROUGH = 192  # px: side at which the width of the strokes is measured


def grey(picture: np.ndarray) -> np.ndarray:
    """A picture's brightness, at most `WORKING` px a side, on black where it is clear: (h, w) float32 in 0…1."""
    colours, alpha = _read(picture)
    return _mixed(colours, (0.299, 0.587, 0.114)) * alpha


def ink_of(picture: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """Segment a picture into ink and its connected components.

    Args:
        picture: (h, w, 4) uint8; (h, w, 3) and (h, w) are read as opaque.

    Returns:
        At most `WORKING` px a side: (h, w) float32 in 0…1 and (h, w) int32, the pieces' numbers from 1, 0 between
        them. None where nothing stands out.

    Raises:
        ValueError: for an array that is no picture.
    """
    colours, alpha = _read(picture)
    edge = np.concatenate([alpha[0], alpha[-1], alpha[:, 0], alpha[:, -1]])
    if alpha.max() - alpha.min() > 0.5 and np.median(edge) < 0.5:  # a clear ground: what is opaque is ink
        colours = np.repeat(alpha[..., np.newaxis], 3, axis=2)
    elif alpha.min() < 0.5 < alpha.max():  # clear corners of an opaque picture are ground
        colours = np.where(alpha[..., np.newaxis] < 0.5, np.median(colours[alpha >= 0.5], axis=0), colours)
    values, unit, positive = _values(colours)
    if unit < 1e-6:
        return None
    smooth = max(values.size) * SMOOTHED
    if smooth > 0.3:
        values = values.filter(ImageFilter.GaussianBlur(smooth))
    light = _ink_is_light(values)
    # First roughly, with a window that no blot fills; once the strokes' width is known, the ground is looked for as
    # near to them as can be, so that the edges of shadows are not taken for ink.
    rough = values.copy()
    rough.thumbnail((_ROUGH, _ROUGH), Image.Resampling.BOX)
    found = _ink(rough, max(3, round(max(rough.size) * WINDOW)), light, positive, unit)
    window = max(values.size) * WINDOW
    if found is not None:
        window = min(window, NEARER * _stroke(found > 0.5) * max(values.size) / max(rough.size))
    found = _ink(values, max(3, round(window)), light, positive, unit)
    return None if found is None else _pieces(found, 0.5)


def _ink(values: Image.Image, window: int, light: bool, positive: bool, unit: float) -> np.ndarray | None:
    """Ink coverage, (h, w) float32 in 0…1, against the background estimated in this window; or None."""
    standing, most = _standing_out(values, window, light, positive)
    level = _level(standing)
    if level is None or (level[1] - level[0]) * unit * most < FAINTEST:
        return None
    ground, inked = level
    return np.clip((standing - np.float32(ground)) / np.float32(inked - ground), 0, 1)


def _mixed(colours: np.ndarray, weights: Sequence[float]) -> np.ndarray:
    """(h, w) float32: the weighted sum of the channels. Without a matrix product, whose threads would wait for cores."""
    channels = (colours[..., channel] * np.float32(weight) for channel, weight in enumerate(weights))
    return reduce(np.add, channels)


def near(mask: np.ndarray) -> np.ndarray:
    """A mask and two pixels around it, where ink fades: (h, w) bool."""
    return _running(mask.astype(np.uint8), 5, np.maximum) > 0


def _read(picture: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(h, w, 3) and (h, w) float32 in 0…1: colours and opacity."""
    if picture.ndim == 2:
        picture = np.repeat(picture[..., np.newaxis], 3, axis=2)
    if picture.ndim != 3 or picture.shape[2] not in (3, 4) or 0 in picture.shape:
        raise ValueError(f"A picture is (height, width, 3 or 4) numbers, not {picture.shape}.")
    if picture.shape[2] == 4 and picture[..., 3].min() == 255:
        picture = picture[..., :3]
    if max(picture.shape[:2]) > WORKING:
        image = Image.fromarray(np.ascontiguousarray(picture, np.uint8))
        image.thumbnail((WORKING, WORKING), Image.Resampling.BOX)
        picture = np.asarray(image)
    colours = picture[..., :3].astype(np.float32) / 255
    opaque = np.ones(picture.shape[:2], np.float32)
    return colours, (picture[..., 3].astype(np.float32) / 255 if picture.shape[2] == 4 else opaque)


def _values(colours: np.ndarray) -> tuple[Image.Image, float, bool]:
    """Along the direction in which neighbouring colours differ most: 256 levels, of what size, and from black?"""
    side = max(colours.shape[:2])
    image = Image.fromarray((colours * 255).round().astype(np.uint8))
    small = image.copy()
    small.thumbnail((_SMALL, _SMALL), Image.Resampling.BOX)
    near = small.filter(ImageFilter.BoxBlur(max(small.size) / 4))  # light that changes slowly is no ink
    details = (np.asarray(small, np.float32) - np.asarray(near, np.float32)).reshape(-1, 3)
    direction = np.linalg.eigh(np.einsum("ni,nj->ij", details, details))[1][:, -1].astype(np.float32)
    direction *= np.sign(direction.sum()) or 1.0
    along = _mixed(colours, direction / np.sqrt(3))
    positive = bool(direction.min() > -0.1)  # then 0 is black, and shadow multiplies
    low = 0.0 if positive else float(along.min())
    unit = (float(along.max()) - low) / 255
    if side < 1 or unit < 1e-6:
        return image.convert("L"), 0.0, positive
    levels = np.clip((along - low) / unit, 0, 255).round().astype(np.uint8)
    return Image.fromarray(levels), unit, positive


def _stroke(mask: np.ndarray) -> float:
    """The usual width of a mask's strokes in pixels: twice the area for each pixel of outline."""
    outline = np.count_nonzero(mask[1:] != mask[:-1]) + np.count_nonzero(mask[:, 1:] != mask[:, :-1])
    return 2 * np.count_nonzero(mask) / max(outline * np.pi / 4, 1)


def _standing_out(values: Image.Image, window: int, light: bool, positive: bool) -> tuple[np.ndarray, float]:
    """Distance of each pixel from the background, (h, w) uint8, and its unit in levels of `values`."""
    inner = (slice(window, -window), slice(window, -window))
    levels = np.pad(np.asarray(values), window, mode="edge")  # windows reach beyond the border
    if light:
        ground = _running(_running(levels, window, np.minimum), window, np.maximum)
        return (levels - np.minimum(ground, levels))[inner], 1.0
    ground = np.maximum(_running(_running(levels, window, np.maximum), window, np.minimum), levels)[inner]
    standing = ground - levels[inner]
    if not positive:
        return standing, 1.0
    # Dark ink takes the same share of the light in the sun and in the shadow.
    light_there = np.maximum(ground, max(int(ground.max()) // 4, 1)).astype(np.float32)
    return (standing / light_there * 255).astype(np.uint8), float(np.median(light_there)) / 255


def _ink_is_light(values: Image.Image) -> bool:
    """True if the strongest deviations from a smooth background are brighter than it."""
    small = values.copy()
    small.thumbnail((_SMALL // 2, _SMALL // 2), Image.Resampling.BOX)
    levels = np.asarray(small, np.float64)
    height, width = levels.shape
    y, x = (
        grid.ravel() for grid in np.meshgrid(np.linspace(-1, 1, height), np.linspace(-1, 1, width), indexing="ij")
    )
    # A plane with a bend, fitted first to the border, where there is little ink, then to what agrees with it.
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=1)
    weights = np.where(np.maximum(abs(x), abs(y)) > 0.85, 1.0, 0.02)
    off = levels.ravel()
    for _ in range(4):
        weighted = terms * weights[:, np.newaxis]
        normal: np.ndarray = np.einsum("ni,nj->ij", weighted, terms) + 1e-6 * np.eye(6)
        moments: np.ndarray = np.einsum("ni,n->i", weighted, levels.ravel())
        factors = np.linalg.solve(normal, moments)
        off = levels.ravel() - np.einsum("ni,i->n", terms, factors)
        usual = max(np.median(abs(off)), 2.0)
        weights = 1 / (1 + (off / (2 * usual)) ** 2)
    if abs((off**3).sum()) > CERTAIN * (abs(off) ** 3).sum():
        return bool((off**3).sum() > 0)
    # The edge of a shadow is in it: then whether narrow things are dark or light, which an edge is not. The narrowest
    # window that finds much decides; wider ones also find the ground that strokes enclose.
    fine = values.copy()
    fine.thumbnail((_ROUGH, _ROUGH), Image.Resampling.BOX)
    inner = tuple(slice(side // 6, side - side // 6) for side in reversed(fine.size))  # an edge ends at the border
    found = np.array(
        [
            [
                (_standing_out(fine, window, light, False)[0][inner].astype(float) ** 3).sum()
                for light in (False, True)
            ]
            for window in NARROW
        ]
    )
    dark, bright = found[np.argmax(found.max(axis=1) >= MUCH * found.max())]
    return bool(bright > dark)


def _running(levels: np.ndarray, window: int, best: np.ufunc) -> np.ndarray:
    """The best of `levels` in a square window about each pixel; its border is cut, not filled up."""
    for axis in (0, 1):
        levels = np.moveaxis(levels, axis, 0)
        length = len(levels)
        reach = min(window // 2, length - 1)
        worst = 0 if best is np.maximum else 255
        padded = np.pad(levels, ((reach, reach), (0, 0)), constant_values=worst)
        wide = 1
        while 2 * wide <= 2 * reach + 1:  # twice as wide with every round
            padded = best(padded[:-wide], padded[wide:])
            wide *= 2
        rest = 2 * reach + 1 - wide
        levels = best(padded[: len(padded) - rest], padded[rest:]) if rest else padded
        levels = np.moveaxis(levels, 0, axis)
    return levels


def _level(standing: np.ndarray) -> tuple[float, float] | None:
    """Typical values of background and ink (Ridler, Calvard 1978, from the strongest downwards), or None."""
    counts = np.bincount(standing.ravel(), minlength=256).astype(np.float64)
    values = np.arange(256.0)
    strongest = int(np.searchsorted(counts.cumsum(), 0.9997 * float(counts.sum())))
    border = low = high = strongest / 2
    below = values <= border
    for _ in range(50):
        below, above = values <= border, values > border
        if not counts[above].sum():
            return None
        low = np.average(values[below], weights=counts[below])
        high = np.average(values[above], weights=counts[above])
        if abs((low + high) / 2 - border) < 0.5:
            break
        border = (low + high) / 2
    spread = np.sqrt(np.average((values[below] - low) ** 2, weights=counts[below]))
    return (low, high) if high - low > CLEAREST * spread else None


def _pieces(ink: np.ndarray, border: float) -> tuple[np.ndarray, np.ndarray] | None:
    """The ink without dirt and without what runs along the picture's border; numbers from 1."""
    mask = ink > border
    labels, count = components(mask)
    if not count or (_stroke(mask) < GRAIN and mask.mean() > 0.2):
        return None
    sizes = np.bincount(labels.ravel(), minlength=count + 1)
    sizes[0] = 0
    edge = np.zeros(count + 1, int)
    for line in (labels[0], labels[-1], labels[:, 0], labels[:, -1]):
        edge = np.maximum(edge, np.bincount(line, minlength=count + 1))
    inner = edge <= ALONG * min(ink.shape)
    if (sizes * inner).max() < SPECK * sizes.max():  # there is nothing else
        inner[:] = True
    kept = inner & (sizes > 0)
    kept &= sizes >= SPECK * sizes[kept].max()
    numbers = np.where(kept, kept.cumsum(), 0).astype(np.int32)
    labels = numbers[labels]
    largest = labels == numbers[np.argmax(sizes * kept)]
    rows, columns = largest.any(axis=1).sum(), largest.any(axis=0).sum()
    if max(rows, columns) < max(SMALLEST, GRAINY * max(ink.shape)):
        return None
    return ink * near(labels > 0), labels
