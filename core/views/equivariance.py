"""What shifts of an image do to layers, in words and charts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np

from core.network import Flatten
from core.network.words import counted, joined
from core.study.equivariance import EXACT, LayerErrors, ShiftErrors
from core.study.moving import MovedLayer
from core.views.charts import EACH_NAMED, KEPT, SHAPES, filled
from core.views.maps import layer_words
from core.views.theme import LIGHT, Look, class_inks
from core.views.zooming import Spec

PIXELS, STEPS, NOWHERE = "step of 1 px", "larger step", "no places"
INKS = {PIXELS: 0, STEPS: 1, NOWHERE: 4}  # of each kind of layer the class whose colour it has
SOLID = (1.0, 0.7, 0.4)  # how solid its bars are, for those who do not see colours
ROW_PX, LABEL_PX, LINES_PX, AXIS_PX, LEGEND_PX = 24, 170, 280, 84, 22
ROOM = 1.75  # of an axis, for the words beside its longest bar


def error_text(error: float) -> str:
    """`39 %`, `0.4 %`, `0` for what is only rounding, `–` where there is no number."""
    if math.isnan(error):
        return "–"
    if error <= EXACT:
        return "0"
    return f"{100 * error:.0f} %" if error >= 0.095 else f"{100 * error:.2g} %"


def pixels_text(pixels: Sequence[float]) -> str:
    """`2, 4 and 6 px`."""
    return f"{joined([f'{by:g}' for by in pixels])} px"


def kind_of(layer: LayerErrors) -> str:
    """Which of `INKS` a layer is."""
    return NOWHERE if not layer.places else PIXELS if layer.step <= 1 else STEPS


def _step_words(layer: LayerErrors) -> str:
    return f"{float(layer.step):g} px a step" if layer.places else "no places"


def layer_rows(found: ShiftErrors, number: int, shift: int) -> list[dict[str, Any]]:
    """A row for each layer of a network: its error after a shift, over all images.

    Args:
        found: as far as it was measured.
        number: of the network.
        shift: px, one of those that were measured.

    Returns:
        Means away from the border and with it, and the quartiles of the former; None where no unit is away from it.
    """
    place = found.shifts.index(shift)
    rows = []
    for one in found.layers[number]:
        errors = one.inside[:, place]
        known = not np.isnan(errors).any()
        low, high = np.quantile(errors, [0.25, 0.75]).tolist() if known else (None, None)
        mean = float(errors.mean()) if known else None
        rows.append(
            {
                "layer": layer_words(found.networks[number], one.path),
                "kind": kind_of(one),
                "step": _step_words(one),
                "error": mean,
                "low": low,
                "high": high,
                "border": float(one.everywhere[:, place].mean()),
                "text": "–" if mean is None else error_text(mean),
            }
        )
    return rows


def most_error(found: ShiftErrors) -> float:
    """The end of an axis that all errors fit on: at least 1, which is as different as the maps are large."""
    return max(1.0, *(float(np.nanmax(one.everywhere.mean(axis=0))) for layers in found.layers for one in layers))


def layer_chart(rows: Sequence[dict[str, Any]], most: float, look: Look = LIGHT) -> Spec:
    """A bar for each layer up to its mean error, with the middle half of the images as a line, and a diamond with the border.

    Args:
        rows: of `layer_rows`.
        most: the end of the axis.
        look: colours of the page.
    """
    names = tuple(row["layer"] for row in rows)
    return filled(_layer_chart(names, round(most, 2), look), layers=list(rows))


@lru_cache(KEPT)
def _layer_chart(names: tuple[str, ...], most: float, look: Look) -> Spec:
    inks = class_inks(look)
    colour = alt.Color(
        "kind:N",
        title=None,
        scale=alt.Scale(domain=list(INKS), range=[inks[one] for one in INKS.values()]),
        legend=alt.Legend(orient="top", columns=1, labelLimit=240),
    )
    solid = alt.Opacity("kind:N", scale=alt.Scale(domain=list(INKS), range=list(SOLID)), legend=None)
    y = alt.Y(
        "layer:N",
        sort=list(names),
        title=None,
        axis=alt.Axis(
            labelLimit=LABEL_PX, minExtent=LABEL_PX, maxExtent=LABEL_PX, ticks=False, domain=False, **EACH_NAMED
        ),
    )
    scale = alt.Scale(domain=[0, most * ROOM], nice=False)
    x = alt.X("error:Q", title="error", scale=scale, axis=alt.Axis(format="~%", values=[0, 0.5, 1]))
    tips = [
        alt.Tooltip("layer:N"),
        alt.Tooltip("step:N"),
        alt.Tooltip("error:Q", title="error away from the border", format=".2%"),
        alt.Tooltip("low:Q", title="half of the images from", format=".2%"),
        alt.Tooltip("high:Q", title="to", format=".2%"),
        alt.Tooltip("border:Q", title="with the border", format=".2%"),
    ]
    base = alt.Chart(alt.NamedData("layers")).encode(y=y, tooltip=tips)
    bars = base.mark_bar(height={"band": 0.6}, cornerRadiusEnd=2).encode(x=x, color=colour, opacity=solid)
    spread = base.mark_rule(strokeWidth=2, color=look.text).encode(x=alt.X("low:Q", scale=scale), x2="high:Q")
    border = base.mark_point(shape="diamond", size=55, filled=False, stroke=look.text, opacity=1).encode(
        x=alt.X("border:Q", scale=scale)
    )
    text = (
        base.mark_text(align="left", dx=9, fontSize=11, color=look.text)
        .transform_calculate(end="max(datum.high, datum.border)")
        .encode(x=alt.X("end:Q", scale=scale), text="text:N")
    )
    return (
        alt.layer(bars, spread, border, text)
        .properties(height=ROW_PX * len(names) + AXIS_PX + LEGEND_PX * len(INKS))
        .to_dict()
    )


def by_step(found: ShiftErrors, number: int) -> list[LayerErrors]:
    """The layers that show what steps do: the last of each step, and of those without places the first and the last."""
    steps = {one.step: one for one in found.layers[number] if one.places}
    without = [
        one
        for one in found.layers[number]
        if not one.places and not isinstance(found.networks[number].at(one.path), Flatten)
    ]
    return [*steps.values(), *without[:1], *without[1:][-1:]]


def line_rows(name: str, layer: LayerErrors, shifts: Sequence[int], border: bool = False) -> list[dict[str, Any]]:
    """A row for each shift: mean error and quartiles, away from the border, or with it; none where no unit is."""
    errors = layer.everywhere if border else layer.inside
    rows = []
    for by, column in zip(shifts, errors.T):
        if not np.isnan(column).any():
            low, high = np.quantile(column, [0.25, 0.75]).tolist()
            rows.append({"name": name, "shift": by, "error": float(column.mean()), "low": low, "high": high})
    return rows


def line_chart(
    names: Sequence[str], rows: Sequence[dict[str, Any]], shifts: Sequence[int], most: float, look: Look = LIGHT
) -> Spec:
    """Error over the shift: a line, a shape and a band from quartile to quartile for each name.

    Args:
        names: in order.
        rows: of `line_rows`.
        shifts: px, all of them.
        most: the end of the axis of errors.
        look: colours of the page.
    """
    return filled(_line_chart(tuple(names), shifts[0], shifts[-1], round(most, 2), look), points=list(rows))


@lru_cache(KEPT)
def _line_chart(names: tuple[str, ...], first: int, last: int, most: float, look: Look) -> Spec:
    inks = class_inks(look)
    colour = alt.Color(
        "name:N",
        title=None,
        scale=alt.Scale(domain=list(names), range=[inks[n % len(inks)] for n in range(len(names))]),
        legend=alt.Legend(orient="top", columns=1, labelLimit=170, symbolOpacity=1),
    )
    shape = alt.Shape(
        "name:N", title=None, scale=alt.Scale(domain=list(names), range=[SHAPES[n % 8] for n in range(len(names))])
    )
    x = alt.X(
        "shift:Q",
        title="shift (px)",
        scale=alt.Scale(domain=[first, last], nice=False),
        axis=alt.Axis(values=list(range(first, last + 1)), format="d"),
    )
    y = alt.Y("error:Q", title="error", scale=alt.Scale(domain=[0, most]), axis=alt.Axis(format="~%", tickCount=5))
    tips = [
        alt.Tooltip("name:N", title="layer"),
        alt.Tooltip("shift:Q", title="shift (px)"),
        alt.Tooltip("error:Q", format=".3%"),
        alt.Tooltip("low:Q", title="half of the images from", format=".3%"),
        alt.Tooltip("high:Q", title="to", format=".3%"),
    ]
    base = alt.Chart(alt.NamedData("points")).encode(x=x, color=colour)
    band = base.mark_area(opacity=0.15, clip=True).encode(y=alt.Y("low:Q"), y2="high:Q")
    line = base.mark_line(strokeWidth=2).encode(y=y)
    marks = base.mark_point(filled=True, size=70, opacity=1).encode(y=y, shape=shape, tooltip=tips)
    return alt.layer(band, line, marks).properties(height=LINES_PX + LEGEND_PX * len(names)).to_dict()


def step_sentence(words: str, layer: LayerErrors, shifts: Sequence[int]) -> str:
    """What shifts a layer follows, and how far it misses the others, as measured."""
    means = layer.inside.mean(axis=0)
    if not layer.places:
        return f"{words} has no places that could move; its numbers change by {_range(means)}."
    exact = layer.exact(shifts)
    missed = [float(mean) for by, mean in zip(shifts, means) if by not in exact and not math.isnan(mean)]
    if np.isnan(means).all():
        return f"{words}: every unit touches the border."
    if not missed:
        return f"{words} follows every shift exactly."
    step = f"{words} has a unit every {float(layer.step):g} px"
    if not exact:
        return f"{step}: it misses all shifts, by {_range(missed)}."
    return f"{step}: it follows shifts by {pixels_text(exact)} exactly and misses the others by {_range(missed)}."


def _range(errors: Sequence[float] | np.ndarray) -> str:
    """`12 to 40 %`: from the smallest to the largest."""
    low, high = error_text(float(min(errors))), error_text(float(max(errors)))
    if low == high:
        return low
    return f"{low.removesuffix(' %') if high.endswith(' %') else low} to {high}"


def moved_sentence(found: MovedLayer) -> str:
    """How far a layer's output for the moved image, shifted back, is from what it was."""
    if found.steps is None:
        return (
            "These numbers have no places, so there is nothing to shift back: "
            f"they differ from before by **{error_text(found.error(True))}** of their length."
        )
    down, right = (_units(by) for by in found.steps)
    inside, border = error_text(found.error(False)), error_text(found.error(True))
    if inside == "–":
        away = "every unit touches the border, or sees what came in"
    else:
        away = f"away from the border they differ by **{inside}** of their length"
    return (
        f"The maps move by {right} across and {down} up or down. Shifted back, {away}; with the border by {border}."
    )


def _units(by: Any) -> str:
    return counted(abs(float(by)), "unit")
