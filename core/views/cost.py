"""What layers cost as pictures: the kernel as a torch over the image, and prices on one logarithmic axis."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import floor, log10

import altair as alt

from core.learn.cost import Between, Cost
from core.network.words import counted
from core.views.charts import EACH_NAMED, KEPT, Spec, filled
from core.views.theme import LIGHT, Look
from core.views.wording import count_text

SIDE_PX, GAP_PX, SHEET_PX, MOST_SHEETS = 210, 120, 7, 5
ROW_PX, AXIS_PX, LABEL_PX = 44, 40, 96
ROOM = 1.2  # of the axis from the least to the largest: the words beside the largest have a place there
MOST_LABELS = 5


def torch_light(between: Between, position: int, look: Look = LIGHT) -> str:
    """The kernel where it lies, and the number of the output that it makes there, as SVG.

    Args:
        between: the shapes.
        position: of that number, row by row from 0.
        look: colours of the page.
    """
    rows, columns, filters = between.output
    row, column = divmod(position, columns)
    cell = SIDE_PX / max(between.side, rows)
    window = between.window(row, column)
    left, right = min(between.inputs, MOST_SHEETS), min(filters, MOST_SHEETS)
    start = SIDE_PX + left * SHEET_PX + GAP_PX
    top = (between.side - rows) / 2 * cell
    shapes = _sheets(0, 0, between.side * cell, left, look) + _sheets(start, top, columns * cell, right, look)
    corners = [(window.left, window.top), (window.right, window.top), (window.right, window.bottom), (window.left, window.bottom)]  # fmt: skip
    target = [(column, row), (column + 1, row), (column + 1, row + 1), (column, row + 1)]
    for (x, y), (u, v) in zip(corners, target):
        shapes += _line(x * cell, y * cell, start + u * cell, top + v * cell, look)
    wide, high = (window.right - window.left) * cell, (window.bottom - window.top) * cell
    shapes += _box(window.left * cell, window.top * cell, wide, high, look)
    shapes += _box(start + column * cell, top + row * cell, cell, cell, look)
    middle = between.side * cell + right * SHEET_PX + 34
    shapes += _words(between.side * cell / 2, middle, "×".join(map(str, between.shape)), look)
    shapes += _words(start + columns * cell / 2, middle, "×".join(map(str, between.output)), look)
    width, height = start + max(columns * cell, 60) + right * SHEET_PX, middle + 8
    outside = SHEET_PX * MOST_SHEETS
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{-outside} {-outside} {width + 2 * outside:g} {height + outside:g}" '
        f'width="{width + 2 * outside:g}" height="{height + outside:g}" '
        f'font-family="\'Segoe UI\', Helvetica, Arial, sans-serif" font-size="14">{shapes}</svg>'
    )


def torch_words(between: Between, position: int) -> str:
    """The picture in words."""
    rows, columns, filters = between.output
    row, column = divmod(position, columns)
    c1 = f"·{between.inputs}" if between.inputs > 1 else ""
    maps = "" if filters == 1 else ", in each map"
    return (
        f"A kernel of {between.kernel}×{between.kernel}×{between.inputs} lies on the image like the light of a torch: "
        f"{between.kernel}·{between.kernel}{c1} = {counted(between.products, 'product')} make the number in row {row + 1}, "
        f"column {column + 1} of {rows}×{columns}{maps}."
    )


def _sheets(x: float, y: float, side: float, count: int, look: Look) -> str:
    drawn = [
        f'<rect x="{x + n * SHEET_PX:g}" y="{y - n * SHEET_PX:g}" width="{side:g}" height="{side:g}" fill="{look.ground}" '
        f'stroke="{look.quiet}" stroke-width="1.2"/>'
        for n in reversed(range(count))
    ]
    return "".join(drawn)


def _line(x: float, y: float, u: float, v: float, look: Look) -> str:
    return (
        f'<line x1="{x:g}" y1="{y:g}" x2="{u:g}" y2="{v:g}" stroke="{look.accent}" stroke-width="1" opacity="0.7"/>'
    )


def _box(x: float, y: float, wide: float, high: float, look: Look) -> str:
    return (
        f'<rect x="{x:g}" y="{y:g}" width="{wide:g}" height="{high:g}" fill="{look.accent}" fill-opacity="0.35" '
        f'stroke="{look.accent}" stroke-width="2"/>'
    )


def _words(x: float, y: float, words: str, look: Look) -> str:
    return f'<text x="{x:g}" y="{y:g}" text-anchor="middle" fill="{look.text}">{words}</text>'


def times(one: int, other: int) -> str:
    """How many times `other` is in `one`, as a chart writes it: “1.04×”, “0.12×”, “3,136×”."""
    ratio = one / other
    return f"{ratio:,.0f}×" if ratio >= 10 else f"{ratio:.3g}×" if ratio >= 1 else f"{ratio:.2g}×"


def cost_chart(costs: Sequence[Cost], quantity: str, look: Look = LIGHT) -> Spec:
    """A point for each layer on a logarithmic axis, with its figure and how many times that of the convolution it is.

    Args:
        costs: as `Between.costs` gives them: the convolution second.
        quantity: `parameters` or `macs`.
        look: colours of the page.
    """
    values = [getattr(cost, quantity).value for cost in costs]
    rows = [
        {"layer": cost.kind, "value": value, "text": f"{count_text(value)} · {times(value, values[1])}"}
        for cost, value in zip(costs, values)
    ]
    least = floor(log10(min(values)))
    most = log10(max(values)) + ROOM * max(log10(max(values)) - least, 1)
    return filled(_cost_chart(tuple(cost.kind for cost in costs), least, most, look), costs=rows)


@lru_cache(KEPT)
def _cost_chart(names: tuple[str, ...], least: int, most: float, look: Look) -> Spec:
    step = -(-(floor(most) - least) // (MOST_LABELS - 1)) or 1
    powers = [10.0**power for power in range(least, floor(most) + 1, step)]
    scale = alt.Scale(type="log", domain=[10.0**least, 10.0**most], nice=False)
    words = {
        "labelLimit": LABEL_PX,
        "minExtent": LABEL_PX,
        "maxExtent": LABEL_PX,
        "labelExpr": "split(datum.label, ' ')",
    }
    axis = alt.Axis(ticks=False, domain=False, **words, **EACH_NAMED)
    base = alt.Chart(alt.NamedData("costs")).encode(
        y=alt.Y("layer:N", sort=list(names), title=None, axis=axis),
        x=alt.X("value:Q", title=None, scale=scale, axis=alt.Axis(format="~s", values=powers)),
        tooltip=[alt.Tooltip("layer:N"), alt.Tooltip("value:Q", format=",")],
    )
    points = base.mark_point(filled=True, size=110, opacity=1, color=look.accent)
    figures = base.mark_text(align="left", dx=10, fontSize=12, color=look.text).encode(text="text:N")
    return alt.layer(points, figures).properties(height=ROW_PX * len(names) + AXIS_PX).to_dict()


def cost_words(costs: Sequence[Cost], quantity: str, noun: str) -> str:
    """The chart in words."""
    return f"{noun}: " + ", ".join(f"{cost.kind} {getattr(cost, quantity).value:,}" for cost in costs) + "."
