"""Cures for over-fitting side by side, in charts and words."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import altair as alt

from core.study.over_fitting import Outcome
from core.training.snapshot import Snapshot
from core.views.axes import EVEN, Axes, placed, quantity_axis, time_axis
from core.views.charts import (
    EACH_NAMED,
    KEPT,
    epoch_means,
    filled,
    own_marks,
    quantity_domain,
)
from core.views.domains import time_ends
from core.views.study import interval_text
from core.views.theme import LIGHT, Look, class_inks
from core.views.zooming import FRAME, Spec, frame, zoomable

CURVES_PX = 440
LEGEND_PX = 130  # of a name in the legend
ROW_PX, AROUND_PX = 28, 100  # of a run in the chart of gaps, and of its axis and legend
SETTLED = 0.2  # of the planned epochs, after which the axis of accuracies must show all points
FAINT = 0.12  # opacity of curves that are not looked at
# The pointer is over a curve of this run; a signal stays where only the data change, unlike a selection.
HOVERED = {
    "name": "hovered",
    "value": "",
    "on": [
        {"events": "pointermove, pointerdown", "update": "datum && datum.run ? datum.run : ''"},
        {"events": "pointerout", "update": "''"},
    ],
}


def cures_chart(
    runs: Sequence[tuple[str, Snapshot]],
    quantity: str,
    chosen: str | None,
    numbers: Sequence[int],
    look: Look = LIGHT,
    axes: Axes = EVEN,
) -> Spec:
    """Curves of all runs: dashed the mean over each epoch's training images, solid what they do not learn from.

    The curves of the run under the pointer stand out, else those of the chosen one.

    Args:
        runs: (title, snapshot); titles must differ.
        quantity: `loss` or `accuracy`.
        chosen: title of the run that stands out; None for all alike.
        numbers: of each run, by which it keeps its colour and shape.
        look: colours of the page.
        axes: which are logarithmic.
    """
    rows: dict[str, list[dict[str, Any]]] = {"train": [], "evaluations": []}
    for title, snapshot in runs:
        apart = chosen is None or title == chosen
        parts = (
            ("train", "training", epoch_means(snapshot.train)),
            ("evaluations", snapshot.evaluated_on, snapshot.evaluations),
        )
        for part, images, points in parts:
            rows[part] += [
                {
                    "run": title, "epoch": point.epoch, "value": getattr(point, quantity), "images": images, "apart": apart
                }
                for point in points
            ]  # fmt: skip
    last = max((float(snapshot.epochs) for _, snapshot in runs), default=1.0)
    ends = quantity_domain([snapshot for _, snapshot in runs], quantity, False, axes.loss)
    rows = {part: placed(points, axes, "epoch") for part, points in rows.items()}
    places = [row["epoch"] for part in rows.values() for row in part]
    if quantity == "accuracy":
        late = [row["value"] for part in rows.values() for row in part if row["epoch"] >= SETTLED * last]
        ends = (_floor(late), 1.0)
    shape = _cures_chart(tuple(title for title, _ in runs), tuple(numbers), quantity, look, axes)
    return filled(shape, **rows, **{FRAME: frame(time_ends(last, places, axes.time), ends)})


@lru_cache(KEPT)
def _cures_chart(titles: tuple[str, ...], numbers: tuple[int, ...], quantity: str, look: Look, axes: Axes) -> Spec:
    colour, shape = own_marks("run:N", titles, numbers, look, LEGEND_PX)
    seen = alt.condition("hovered ? datum.run === hovered : datum.apart", alt.value(1), alt.value(FAINT))
    base = {
        "x": time_axis("epoch", "epoch", axes.time),
        "y": quantity_axis(quantity, axes.loss),
        "color": colour,
    }
    tips = [
        alt.Tooltip("run:N"),
        alt.Tooltip("images:N"),
        alt.Tooltip("epoch:Q", format=".3~g"),
        alt.Tooltip("value:Q", title=quantity, format=".2%" if quantity == "accuracy" else ".4f"),
    ]
    train, evaluations = (alt.Chart(alt.NamedData(name)) for name in ("train", "evaluations"))
    dashed = train.mark_line(strokeDash=[5, 3], strokeWidth=1.5, clip=True).encode(**base, opacity=seen)
    solid = evaluations.mark_line(strokeWidth=2.5, clip=True).encode(**base, opacity=seen)
    points = evaluations.mark_point(filled=True, size=28, clip=True).encode(
        **base,
        opacity=seen,
        shape=shape,
    )
    # What the pointer hits: wider than what is seen.
    hit = [
        data.mark_point(filled=True, size=150, opacity=0, clip=True).encode(**base, tooltip=tips)
        for data in (train, evaluations)
    ]
    drawn = alt.layer(dashed, solid, points, *hit).properties(height=CURVES_PX).to_dict()
    return zoomable({**drawn, "params": [*drawn.get("params", ()), HOVERED]}, look)


def gap_rows(found: Sequence[Outcome]) -> list[dict[str, Any]]:
    """A row for each run and kind of images that is known: accuracy with both ends of its interval, 0…1."""
    return [
        {
            "run": one.title,
            "images": images,
            "accuracy": score.accuracy,
            "low": score.interval.low,
            "high": score.interval.high,
            "number": score.images,
        }
        for one in found
        for images, score in (("training", one.learned), ("test", one.tested))
        if score is not None
    ]


def gap_chart(found: Sequence[Outcome], titles: Sequence[str], look: Look = LIGHT) -> Spec:
    """The final accuracy of each run on its training images (hollow) and on the test images (filled), with intervals.

    The line between the two is the gap.

    Args:
        found: of each run that has ended.
        titles: of all runs, which have their rows from the beginning.
        look: colours of the page.
    """
    rows = gap_rows(found)
    lowest = min((row["low"] for row in rows), default=0.0)
    floor = _floor([lowest])
    gaps = [
        {"run": one.title, "learned": one.learned.accuracy, "tested": one.tested.accuracy}
        for one in found
        if one.learned is not None and one.tested is not None
    ]
    return filled(_gap_chart(tuple(titles), floor, look), points=rows, gaps=gaps)


@lru_cache(KEPT)
def _gap_chart(titles: tuple[str, ...], floor: float, look: Look) -> Spec:
    y = alt.Y(
        "run:N",
        title=None,
        sort=list(titles),
        scale=alt.Scale(domain=list(titles)),
        axis=alt.Axis(labelLimit=150, **EACH_NAMED),
    )
    scale = alt.Scale(domain=[floor, 1], nice=False, zero=False)
    x = alt.X("accuracy:Q", title="accuracy", scale=scale, axis=alt.Axis(format=".3~%", tickCount=5))
    tips = [
        alt.Tooltip("run:N"),
        alt.Tooltip("images:N"),
        alt.Tooltip("accuracy:Q", format=".2%"),
        alt.Tooltip("low:Q", title="interval from", format=".2%"),
        alt.Tooltip("high:Q", title="to", format=".2%"),
        alt.Tooltip("number:Q", title="number of images", format=","),
    ]
    points = alt.Chart(alt.NamedData("points"))
    gaps = (
        alt.Chart(alt.NamedData("gaps"))
        .mark_rule(strokeWidth=1, strokeDash=[3, 3], color=look.quiet)
        .encode(y=y, x=alt.X("tested:Q", scale=scale), x2="learned:Q")
    )
    inks = class_inks(look)
    kinds = alt.Scale(domain=["training", "test"], range=[inks[1], look.accent])
    colour = alt.Color("images:N", title=None, scale=kinds, legend=alt.Legend(orient="top", symbolOpacity=1))
    shape = alt.Shape(
        "images:N", title=None, scale=alt.Scale(domain=["training", "test"], range=["square", "circle"])
    )
    ends = points.mark_rule(strokeWidth=3).encode(y=y, x=alt.X("low:Q", scale=scale), x2="high:Q", color=colour)
    marks = points.mark_point(size=80, strokeWidth=2, filled=True, opacity=1).encode(
        y=y, x=x, color=colour, shape=shape, tooltip=tips
    )
    return alt.layer(gaps, ends, marks).properties(height=ROW_PX * len(titles) + AROUND_PX).to_dict()


def _floor(accuracies: Sequence[float]) -> float:
    """The whole multiple of 5 % at or below all of them; 0 where there are none."""
    return int(min(accuracies, default=0.0) * 20 + 1e-9) / 20


def outcome_words(found: Outcome) -> dict[str, str]:
    """The outcome of a run as cells of a table: column → words."""
    return {
        "On its training images": "–" if found.learned is None else interval_text(found.learned),
        "On the test images": "–" if found.tested is None else interval_text(found.tested),
        "Gap": "–" if found.gap is None else f"{100 * found.gap:+.1f} points".replace("-", "−"),
    }


def gap_alt(found: Sequence[Outcome]) -> str:
    """The chart of gaps in words."""
    told = [
        f"{one.title} {interval_text(one.learned)} and {interval_text(one.tested)}"
        for one in found
        if one.learned is not None and one.tested is not None
    ]
    return f"Accuracy at the end on training and on test images: {'; '.join(told)}."


def curves_alt(runs: Sequence[tuple[str, Snapshot]], quantity: str) -> str:
    """The chart of curves in words: where each run is now."""
    told = [f"{title} {getattr(now.evaluations[-1], quantity):.4f}" for title, now in runs if now.evaluations]
    return f"{quantity.capitalize()} over epochs, on images that are not learned from; newest: {', '.join(told)}."
