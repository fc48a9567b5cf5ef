"""The axes of charts of curves: even, or logarithmic."""

from __future__ import annotations

from typing import Any, NamedTuple

import altair as alt

from core.views.zooming import domain

LOGARITHMIC = "Each step of the axis is ten times the one before, so that small losses can be told apart."
LOGARITHMIC_TIME = (
    "Each step of the time axis is ten times the one before: the first epochs, in which most is learned, get more room. "
    "What was measured before training has no place on it."
)
LABELS_PX = 40  # beside an axis, however long its numbers are, so that the curves stay where they are


class Axes(NamedTuple):
    """Which axes of a chart of curves are logarithmic.

    Attributes:
        loss: the vertical one, where it is of losses.
        time: the horizontal one; what is at epoch 0 has no place on it.
    """

    loss: bool = False
    time: bool = False


EVEN = Axes()


def time_axis(unit: str, field: str = "at", logarithmic: bool = False) -> alt.X:
    """A time axis in epochs, steps or seconds."""
    if logarithmic:
        scale = alt.Scale(domain=domain("x"), type="log", nice=False)
        return alt.X(
            f"{field}:Q", title=f"{unit} (logarithmic)", scale=scale, axis=alt.Axis(format=",.9~g", tickCount=6)
        )
    least = alt.expr("shown_x[1] - shown_x[0] > 3 ? 1 : 0")  # whole epochs and steps, as long as there are a few
    axis = alt.Axis(tickMinStep=least, format=",.9~g", tickCount=6)
    return alt.X(f"{field}:Q", title=unit, scale=alt.Scale(domain=domain("x"), nice=False), axis=axis)


def quantity_axis(quantity: str, logarithmic: bool, field: str = "value") -> alt.Y:
    """The vertical axis of accuracies, or of losses, which alone can be logarithmic."""
    percent = quantity == "accuracy"
    kind = "log" if logarithmic and not percent else "linear"
    return alt.Y(
        f"{field}:Q",
        title=quantity,
        scale=alt.Scale(domain=domain("y"), type=kind, nice=False, zero=False),
        axis=alt.Axis(format=".3~%" if percent else "~g", tickCount=5, minExtent=LABELS_PX),
    )


def placed(points: list[dict[str, Any]], axes: Axes, field: str = "at") -> list[dict[str, Any]]:
    """Those of the points that have a place on the time axis."""
    return [point for point in points if not axes.time or point[field] > 0]
