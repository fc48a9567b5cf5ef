"""Receptive fields drawn to scale: the boxes of several layers on one image, as SVG."""

from __future__ import annotations

import base64
import html
import textwrap
from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

import numpy as np

from core.network import Box
from core.views.images import INK_SCALE, png
from core.views.theme import FRAME, LIGHT, Look

LABEL_PX = 17  # from one label to the next
LETTER_PX = 7


class Nested(NamedTuple):
    """Receptive field of one unit of a layer.

    Attributes:
        label: the layer's number.
        box: in input pixels; an empty one is not drawn.
        chosen: whether it is drawn bold.
    """

    label: str
    box: Box
    chosen: bool = False


def as_image(svg: str, alt: str) -> str:
    """A drawing as HTML that shrinks with the page: Streamlit takes SVG out of a page's own HTML."""
    source = base64.b64encode(svg.encode()).decode()
    return (
        f'<img src="data:image/svg+xml;base64,{source}" alt="{html.escape(alt, quote=True)}" style="max-width:100%">'
    )


def nested_boxes(
    image: np.ndarray, layers: Sequence[Nested], alt: str, side_px: int = 280, look: Look = LIGHT, caption: str = ""
) -> str:
    """The boxes on the dimmed image, each tied to its layer's number at the right; equal boxes share a label.

    Args:
        image: (h, w) in 0…1 or (h, w, 3) uint8.
        layers: in the order of the network.
        alt: the picture in words.
        side_px: about how long its longer side is.
        look: colours of the page.
        caption: written below, with a ground behind it all, where the picture is to stand alone as a file.
    """
    rows, columns = image.shape[:2]
    cell = max(2, side_px // max(rows, columns))
    wide, high = columns * cell, rows * cell
    groups = _grouped(layers)
    groups.sort(key=lambda group: (group[1].top, -group[1].right))
    ties, lowest = [], 8.0
    for words, box, chosen in groups:
        corner = box.top * cell + 1
        lowest = at = max(corner + 4, lowest)
        lowest += LABEL_PX
        weight = 'font-weight="700"' if chosen else ""
        ties.append(
            f'<polyline points="{box.right * cell - 1},{corner} {wide + 8},{corner} {wide + 22},{at}" fill="none" '
            f'stroke="{look.quiet}" stroke-width="{1.5 if chosen else 1}"/>'
            f'<text x="{wide + 26}" y="{at + 4}" {weight}>{html.escape(words)}</text>'
        )
    source = base64.b64encode(png(image, INK_SCALE)).decode()
    drawn = "".join(
        _rectangle(box, cell, "#000", 4 if chosen else 3) + _rectangle(box, cell, FRAME, 2.5 if chosen else 1.2)
        for _, box, chosen in sorted(groups, key=lambda group: group[2])
    )
    lines = textwrap.wrap(caption, 62, break_long_words=False, break_on_hyphens=False)
    width = max([wide + 34 + LETTER_PX * max((len(words) for words, *_ in groups), default=0)] + [430] * bool(lines))
    height = max(high, lowest) + 8
    ground = f'<rect x="-8" y="-8" width="100%" height="100%" fill="{look.ground}"/>' if caption else ""
    below = "".join(
        f'<text x="0" y="{height + 12 + n * 17}">{html.escape(line)}</text>' for n, line in enumerate(lines)
    )
    box = f"-8 -8 {width + 16:g} {height + 8 + (len(lines) * 17 + 10 if lines else 0):g}"
    _, _, across, down = box.split()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" width="{across}" height="{down}" role="img" '
        f'aria-label="{html.escape(alt, quote=True)}" '
        f'font-family="&#x27;Segoe UI&#x27;, Helvetica, Arial, sans-serif" font-size="13" fill="{look.text}">'
        f'{ground}<rect width="{wide}" height="{high}" fill="#000"/>'
        f'<image href="data:image/png;base64,{source}" width="{wide}" height="{high}" opacity="0.6" '
        f'preserveAspectRatio="none" style="image-rendering:pixelated"/>{drawn}{"".join(ties)}{below}</svg>'
    )


def _grouped(layers: Sequence[Nested]) -> list[tuple[str, Box, bool]]:
    """(words, box, chosen) of each box that there is, with the numbers of all layers that have it."""
    boxes = dict.fromkeys(layer.box for layer in layers if layer.box.bottom > layer.box.top)
    found = []
    for box in boxes:
        numbers = [number for number, layer in enumerate(layers) if layer.box == box]
        parts = []
        for _, run in groupby(enumerate(numbers), lambda pair: pair[1] - pair[0]):  # neighbours in the network
            first, *_, last = [layers[number].label for _, number in run] * 2
            parts.append(first if first == last else f"{first}–{last}")
        chosen = any(layers[number].chosen for number in numbers)
        high, wide = box.size
        found.append((f"{', '.join(parts)}: {high}×{wide}", box, chosen))
    return found


def _rectangle(box: Box, cell: int, colour: str, weight: float) -> str:
    """Its line lies within the box, so that neighbouring boxes do not touch."""
    high, wide = box.size
    return (
        f'<rect x="{box.left * cell + 1.5}" y="{box.top * cell + 1.5}" width="{wide * cell - 3}" '
        f'height="{high * cell - 3}" fill="none" stroke="{colour}" stroke-width="{weight}"/>'
    )
