"""Zooming into a chart of curves: a dragged rectangle is what it shows, a double click or a button shows the whole.

All of it happens in the browser. The ends of the axes are data and no part of the specification: a specification that
changes makes Streamlit draw the chart anew, and what it showed would be lost while a network trains.
"""

from __future__ import annotations

from typing import Any

import altair as alt

from core.views.theme import Look

Spec = dict[str, Any]  # as Vega-Lite has it
Domain = tuple[float, float]  # both ends of an axis

ZOOM = (
    "With a mouse, drag a rectangle over a curve to see that part of it larger; a double click shows the whole again."
)
FRAME = "frame"  # name of the data with the ends of the axes
UNKNOWN = (
    "{left: 0.1, right: 1, bottom: 0.1, top: 1, whole: 0}"  # the chart is made a moment before its data are there
)
LEAST_PX = 8  # of a drag; a lower or narrower rectangle leaves that axis as it is
_SIDES = {"x": "width", "y": "height"}


def domain(axis: str) -> list[alt.ExprRef]:
    """The ends of an axis, `x` or `y`, of a chart that is `zoomable`: of the rectangle, or else of the whole."""
    return [alt.ExprRef(f"shown_{axis}[{end}]") for end in (0, 1)]


def frame(x: Domain, y: Domain) -> list[Spec]:
    """The data `FRAME` of a chart: both ends of each axis as long as nobody zooms."""
    return [{"left": x[0], "right": x[1], "bottom": y[0], "top": y[1], "whole": 0}]


def whole_again(chart: Spec, times: int) -> Spec:
    """The chart; it shows the whole again whenever `times` is another number than before."""
    (ends,) = chart["datasets"][FRAME]
    return {**chart, "datasets": {**chart["datasets"], FRAME: [{**ends, "whole": times}]}}


def zoomable(shape: Spec, look: Look) -> Spec:
    """The specification of a layered chart whose scales have the `domain` of both axes, with all that zooms it."""
    return {
        **shape,
        "params": [*shape.get("params", ()), *_signals()],
        "layer": [*shape["layer"], _rectangle(look)],
        "view": {"cursor": "crosshair"},
    }


def _signals() -> list[Spec]:
    """What Vega keeps while somebody drags; a finger scrolls the page as ever."""
    pressed = "pointerdown[event.pointerType !== 'touch' && event.button === 0]"  # no signal may stand in a filter
    inside = "x() >= 0 && x() <= width && y() >= 0 && y() <= height"
    point = "[clamp(x(), 0, width), clamp(y(), 0, height)]"
    ends = {"x": ("left", "right"), "y": ("bottom", "top")}
    signals = [
        {"name": "ends", "expr": f"length(data('{FRAME}')) ? data('{FRAME}')[0] : {UNKNOWN}"},
        {"name": "whole", "expr": "ends.whole"},
        {
            "name": "drag_from",
            "value": [0, 0],
            "on": [{"events": pressed, "update": point}],
        },
        {
            "name": "drag_to",
            "value": [0, 0],
            "on": [
                {"events": pressed, "update": point},
                {"events": f"[{pressed}, window:pointerup] > window:pointermove!", "update": point},
            ],
        },
        {
            "name": "dragging",
            "value": False,
            "on": [
                {"events": pressed, "update": inside},
                {"events": "window:pointerup, window:pointercancel", "update": "false"},
            ],
        },
    ]
    for number, (axis, (low, high)) in enumerate(ends.items()):
        a, b = f"drag_from[{number}]", f"drag_to[{number}]"
        first, last = (f"min({a}, {b})", f"max({a}, {b})") if axis == "x" else (f"max({a}, {b})", f"min({a}, {b})")
        zoomed = f"[invert('{axis}', {first}), invert('{axis}', {last})]"
        signals += [
            {
                "name": f"zoom_{axis}",
                "value": None,
                "on": [
                    {
                        "events": {"signal": "dragging"},
                        "update": f"!dragging && abs({a} - {b}) > {LEAST_PX} ? {zoomed} : zoom_{axis}",
                    },
                    {"events": "dblclick", "update": "null"},
                    {"events": {"signal": "whole"}, "update": "null"},
                ],
            },
            {
                "name": f"shown_{axis}",
                "expr": f"zoom_{axis} || [ends.{low}, ends.{high}]",
            },
        ]
    return signals


def _rectangle(look: Look) -> Spec:
    """Chart layer: what is dragged; an axis that will stay as it is is taken whole. Else it lies in nobody's way."""
    encoding: Spec = {"opacity": {"value": {"expr": "dragging ? 0.25 : 0"}}}
    for number, (axis, side) in enumerate(_SIDES.items()):
        a, b = f"drag_from[{number}]", f"drag_to[{number}]"
        wide = f"abs({a} - {b}) > {LEAST_PX}"
        encoding[axis] = {"value": {"expr": f"dragging && {wide} ? min({a}, {b}) : 0"}}
        encoding[f"{axis}2"] = {"value": {"expr": f"!dragging ? 0 : {wide} ? max({a}, {b}) : {side}"}}
    mark = {"type": "rect", "color": look.accent, "aria": False}
    return {"data": {"name": FRAME}, "mark": mark, "encoding": encoding}
