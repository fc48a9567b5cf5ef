"""The one adapter to the drawing canvas; it returns strokes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import streamlit as st
from PIL import Image

from core.data.pen import FARTHEST, MAX_POINTS
from core.network.words import counted
from core.ui.components import component
from core.ui.shell.renewal import Renewal

SIDE = 280
BRUSH = 18
INK = "#FFFFFF"
MAX_STROKES = 400
LONGEST_COMMAND = 5  # of a path: its letter and four numbers
CURVE_POINTS = 4  # on each quadratic curve; the canvas makes one every few pixels


class Drawing(NamedTuple):
    """The strokes on the canvas.

    Attributes:
        strokes: (n, 2) arrays of x, y in canvas pixels.
        width: of the strokes, in the same; of the brush as long as there are none.
        content: the canvas's own description, to put it back later, without strokes that were not read; None where
            there is none that makes sense.
    """

    strokes: list[np.ndarray]
    width: float
    content: dict[str, Any] | None


@dataclass
class Board(Renewal):
    """A canvas that keeps what is on it while another page is open.

    Attributes:
        content: the last value that the component sent; None where it is empty.
    """

    content: dict[str, Any] | None = None

    def clear(self) -> None:
        """Begin with an empty one."""
        self.renew()
        self.content = None


def draw(
    key: str,
    before: dict[str, Any] | None = None,
    *,
    brush: int = BRUSH,
    ground: np.ndarray | None = None,
    ink: str = INK,
    inviting: bool = False,
) -> Drawing:
    """A canvas with this key; returns what is on it, and says so below where that is not all.

    Args:
        key: a name and, after a slash, a number; another number makes an empty canvas.
        before: content of a canvas that has just been put on the page.
        brush: width of the strokes to come, in canvas pixels.
        ground: (n, n) in 0…1, the image to draw on; black by default.
        ink: colour of the strokes; another one than white tells them from the image.
        inviting: let a pale digit draw itself on it until it is touched for the first time in a visit.
    """
    from streamlit_drawable_canvas import st_canvas  # needs a running Streamlit

    # The canvas draws anew whenever this changes, so it stays what it was when the page was opened.
    start = st.session_state.setdefault(f"{key}/start", before) if key in st.session_state else before
    st.session_state[f"{key}/start"] = start
    with st.container(key=f"replaced-canvas-{key.rpartition('/')[0].replace('/', '-')}"):  # as high as the canvas
        try:
            content = st_canvas(
                stroke_width=brush,
                stroke_color=ink,
                background_color="#000000" if ground is None else "",
                background_image=None if ground is None else _enlarged(ground),
                height=SIDE,
                width=SIDE,
                drawing_mode="freedraw",
                initial_drawing=start,
                key=key,
            ).json_data
        except (AttributeError, TypeError, KeyError, ValueError):  # malformed component value
            content = None
        if inviting:
            with st.container(key="ghost"):
                component("ghost")(key="ghost/digit")
    objects = content.get("objects") if isinstance(content, dict) else None
    if not isinstance(content, dict) or not isinstance(objects, list):
        return Drawing([], brush, None)
    found, count = strokes(objects)
    if count < len(objects):
        st.warning(_too_long(count, len(objects)))
        content = {**content, "objects": objects[:count]}
    return Drawing(found, _width(objects[:count], brush), content)


def _enlarged(ground: np.ndarray) -> Image.Image:
    """The image to draw on, as large as the canvas; its pixels stay squares."""
    levels = np.round(ground * 255).astype(np.uint8)
    return Image.fromarray(levels).resize((SIDE, SIDE), Image.Resampling.NEAREST)


def _width(objects: list[Any], brush: int) -> float:
    """Of the strokes that are there, which the brush for the next one says nothing about: the middle one's."""
    widths = [item.get("strokeWidth") for item in objects if isinstance(item, dict)]
    widths = [width for width in widths if isinstance(width, (int, float)) and 1 <= width <= SIDE]
    return float(np.median(widths)) if widths else brush


def strokes(objects: list[Any]) -> tuple[list[np.ndarray], int]:
    """The pen strokes (Fabric paths), as far as a drawing has room for them, and how many objects were read for it.

    What is not a stroke is left out. No stroke is read in part: its place would be another.
    """
    found: list[np.ndarray] = []
    left = MAX_POINTS
    for number, item in enumerate(objects[:MAX_STROKES]):
        path = item.get("path") if isinstance(item, dict) else None
        if not isinstance(path, list):
            continue
        points = _points(path) if len(path) <= left else []
        left -= max(len(points), len(path))  # commands that make no point take time too
        if left < 0:
            return found, number
        if points:
            found.append(_placed(np.array(points, np.float64), item))
    return found, min(len(objects), MAX_STROKES)


def _too_long(count: int, of: int) -> str:
    """A sentence about a drawing of which only the first strokes are read."""
    room = f"a drawing has room for {MAX_STROKES} strokes and {MAX_POINTS:,} points"
    if not count:
        return f"The first stroke is too long, so nothing is read: {room}. Clear it, and draw in shorter strokes."
    return f"No more than {counted(count, 'stroke')} of {of:,} can be read: {room}. Take the last ones back, or clear it."


def _placed(points: np.ndarray, item: dict[str, Any]) -> np.ndarray:
    """The points where the stroke is now: its path stays as it was drawn when it is moved, turned or resized.

    Fabric keeps the place of the path's middle, and what is done about it: scale and flip, then the turn.
    """
    values = [item.get(name, usual) for name, usual in (("scaleX", 1), ("scaleY", 1), ("angle", 0))]
    place = [item.get("left"), item.get("top")]
    if not all(isinstance(n, (int, float)) and abs(n) < FARTHEST for n in (*values, *place)):
        return points
    across, down, angle = values
    scale = np.array([-across if item.get("flipX") else across, -down if item.get("flipY") else down])
    cosine, sine = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    middle = (points.min(axis=0) + points.max(axis=0)) / 2
    return (points - middle) * scale @ np.array([[cosine, sine], [-sine, cosine]]) + place


def _points(path: list[Any]) -> list[tuple[float, float]]:
    """M, L and Q commands → points along the line."""
    points: list[tuple[float, float]] = []
    for command in path:
        if not isinstance(command, (list, tuple)) or not 1 <= len(command) <= LONGEST_COMMAND:
            continue
        numbers = command[1:]
        if not all(isinstance(n, (int, float)) and abs(n) < FARTHEST for n in numbers):
            continue
        if command[0] in ("M", "L") and len(numbers) == 2:
            points.append((numbers[0], numbers[1]))
        elif command[0] == "Q" and len(numbers) == 4 and points:
            (x0, y0), (cx, cy, x1, y1) = points[-1], numbers
            for t in np.linspace(0, 1, CURVE_POINTS + 1)[1:]:
                points.append(
                    (
                        (1 - t) ** 2 * x0 + 2 * t * (1 - t) * cx + t**2 * x1,
                        (1 - t) ** 2 * y0 + 2 * t * (1 - t) * cy + t**2 * y1,
                    )
                )
    return points
