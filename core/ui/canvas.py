"""The one adapter to the drawing canvas: what was drawn, as strokes."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

SIDE = 280
BRUSH = 18
MAX_STROKES = 400
CURVE_POINTS = 4  # on each quadratic curve; the canvas makes one every few pixels


class Drawing(NamedTuple):
    """Pen strokes, (n, 2) arrays of x, y in canvas pixels, and the brush's width in the same."""

    strokes: list[np.ndarray]
    width: float


def draw(key: str) -> Drawing:
    """A canvas with this key; returns what is on it."""
    from streamlit_drawable_canvas import st_canvas  # needs a running Streamlit

    result = st_canvas(
        stroke_width=BRUSH,
        stroke_color="#FFFFFF",
        background_color="#000000",
        height=SIDE,
        width=SIDE,
        drawing_mode="freedraw",
        key=key,
    )
    return Drawing(strokes(result.json_data), BRUSH)


def strokes(drawing: Any) -> list[np.ndarray]:
    """The pen strokes in the canvas's JSON (Fabric paths); whatever is not one is left out."""
    objects = drawing.get("objects") if isinstance(drawing, dict) else None
    found = []
    for item in (objects if isinstance(objects, list) else [])[:MAX_STROKES]:
        path = item.get("path") if isinstance(item, dict) else None
        points = _points(path) if isinstance(path, list) else []
        if points:
            found.append(np.array(points, np.float64))
    return found


def _points(path: list[Any]) -> list[tuple[float, float]]:
    """M, L and Q commands → points along the line."""
    points: list[tuple[float, float]] = []
    for command in path:
        if not isinstance(command, (list, tuple)) or not command:
            continue
        numbers = command[1:]
        if not all(isinstance(n, (int, float)) and abs(n) < 1e6 for n in numbers):
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
