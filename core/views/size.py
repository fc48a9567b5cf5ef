"""Accuracy against size as a chart and as a table."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import altair as alt

from core.network.percentages import FEW
from core.network.words import counted, joined
from core.study.comparison import Score
from core.study.size import (
    AIM_ACCURACY,
    AIM_PARAMETERS,
    MEASURED,
    OWN,
    PUBLISHED,
    TEST,
    SizePoint,
    frontier,
)
from core.views.axes import LABELS_PX
from core.views.charts import KEPT, SHAPES, filled
from core.views.domains import FLOORS, round_up
from core.views.study import interval_text
from core.views.theme import LIGHT, Look, class_inks
from core.views.wording import accuracy_text, duration, percent, progress_words, range_text, told_apart
from core.views.zooming import FRAME, Domain, Spec, domain, frame, zoomable

HEIGHT = 540
AXIS_TITLES = {"parameters": "Parameters", "macs": "Multiply-adds", "seconds": "Seconds to train"}
SPREADS = {"stretched": "Stretched towards 100 %", "even": "Even steps"}
KINDS = (MEASURED, PUBLISHED, OWN)
OF_TEST, OF_OTHERS = "of test images", "of validation or training images"
ROOM = 1.1  # times: between the outermost points and the ends of an axis, at least
LABELLED = (1.0, 1.5, 2.0, 3.0, 5.0, 7.0)  # times a power of ten: error rates with a line and a label
LONGEST = 24  # letters of a name beside a point
LETTER, BESIDE = (
    (0.0125, 0.045),
    (0.013, 0.012),
)  # its room and its distance, as shares of the axes: on a page of middling width
NARROW_PX = 420  # of the axis of sizes, below which names have no room
POINT = "point"  # what a click selects: its `key`


def places(points: Sequence[SizePoint], axis: str) -> list[SizePoint]:
    """Those that have a place on a logarithmic axis, one of `AXES`."""
    return [point for point in points if (point.along(axis) or 0) > 0]


def size_chart(
    points: Sequence[SizePoint],
    axis: str = "parameters",
    spread: str = "stretched",
    opened: str = "",
    look: Look = LIGHT,
    aims: bool = True,
) -> Spec:
    """A point for each network, the frontier as steps, and the articles' aims as lines; a click selects `POINT`.

    Args:
        points: those without a place on the axis are left out.
        axis: one of `AXES`, logarithmic.
        spread: how accuracies are spaced: `stretched` has the error rate on a logarithmic axis, `even` has not.
        opened: key of the point with a ring.
        look: colours of the page.
        aims: whether the images are those that the aims are about.
    """
    shown = places(points, axis)
    best = frontier(shown, axis)
    ends = _ends([point.along(axis) or 1 for point in shown])
    steps = [(point.along(axis) or 1, _height(point, spread)) for point in best]
    if steps:
        steps.append((ends[1], steps[-1][1]))
    lines: dict[str, list[dict[str, Any]]] = {"wide": [], "high": []}
    if aims:
        aim = 1 - AIM_ACCURACY if spread == "stretched" else AIM_ACCURACY
        lines["wide"] = [{"at": aim, "words": f"aim: {AIM_ACCURACY * 100:g} %"}]
        if axis == "parameters":
            lines["high"] = [{"at": AIM_PARAMETERS, "words": f"aim: fewer than {AIM_PARAMETERS:,}"}]
    sides = ends, _heights(shown, spread, aims)
    names = _labels(shown, best, axis, spread, sides)
    rows = [
        {
            **row,
            "at": point.along(axis),
            "height": _height(point, spread),
            "opened": point.key == opened,
            **names.get(point.key, {"label": "", "align": "left"}),
        }
        for point, row in zip(shown, size_rows(shown, axis))
    ]
    return filled(
        _size_chart(axis, spread, look),
        points=rows,
        frontier=[{"at": at, "height": height} for at, height in steps],
        **lines,
        **{FRAME: frame(*sides)},
    )


def size_rows(points: Sequence[SizePoint], axis: str = "parameters") -> list[dict[str, Any]]:
    """The figures of each point, as numbers and words."""
    best = {point.key for point in frontier(places(points, axis), axis)}
    return [
        {
            "key": point.key,
            "network": point.name,
            "kind": point.kind,
            "accuracy": point.accuracy,
            "error": 1 - point.accuracy,
            "of": OF_TEST if point.on == TEST else OF_OTHERS,
            "on": f"{point.on} images",
            "certain": accuracy_words(point),
            "range": _interval_of(point),
            "parameters": point.parameters,
            "macs": point.macs,
            "work": "–" if point.macs is None else f"{point.macs:,}",
            "seconds": point.seconds,
            "time": "–" if point.seconds is None else duration(point.seconds),
            "recipe": point.recipe or "–",
            "state": state_words(point),
            "now": state_words(point) or "–",
            "frontier": "yes" if point.key in best else "",
        }
        for point in points
    ]


def size_table(points: Sequence[SizePoint], axis: str = "parameters") -> list[dict[str, Any]]:
    """The same figures as a table: a line a point, the best first."""
    rows = sorted(size_rows(points, axis), key=lambda row: -row["accuracy"])
    return [
        {
            "Network": row["network"],
            "From": row["kind"],
            "Accuracy (%)": round(100 * row["accuracy"], 2),
            "95 % interval (%)": row["range"],
            "Of": row["on"],
            "Parameters": row["parameters"],
            "Multiply-adds": row["macs"],
            "Seconds to train": None if row["seconds"] is None else round(row["seconds"], 1),
            "On the frontier": row["frontier"],
            "State": row["state"],
            "Recipe": row["recipe"],
        }
        for row in rows
    ]


def _interval_of(point: SizePoint) -> str:
    """`99.11 – 99.44`; empty where the number of images is not known."""
    if not point.images:
        return ""
    return range_text(*Score(round(point.accuracy * point.images), point.images).interval).removesuffix(" %")


def accuracy_words(point: SizePoint) -> str:
    """`99.29 % (99.11 – 99.44 %)` where the number of images is known, else the accuracy alone."""
    if not point.images:
        return percent(point.accuracy)
    return interval_text(Score(round(point.accuracy * point.images), point.images))


def state_words(point: SizePoint) -> str:
    """How a run is now, and whether its accuracy flatters it; empty for what is not a run."""
    if point.snapshot is None:
        return ""
    words = progress_words(point.snapshot)
    return f"{words}; its epoch or rate was chosen by the test images" if point.chosen_by_test_images else words


def titles(points: Sequence[SizePoint]) -> dict[str, str]:
    """By key, what each point is called in a list: no two alike, and the same while runs train."""
    words = [f"{point.name}: {point.kind}{', by our recipe' if point.ours else ''}" for point in points]
    return dict(zip((point.key for point in points), told_apart(words)))


def size_words(points: Sequence[SizePoint], axis: str) -> str:
    """The chart in words: how many points, and those on the frontier."""
    shown = places(points, axis)
    named = [f"{one.name} {accuracy_text(one.accuracy, one.images or FEW)}" for one in frontier(shown, axis)]
    best = f" On the frontier, from small to large: {', '.join(named)}." if named else ""
    return f"Accuracy over {AXIS_TITLES[axis].lower()}: {counted(len(shown), 'network')}.{best}"


def aim_words(points: Sequence[SizePoint]) -> str:
    """A sentence on who reaches the articles' aims, both at once."""
    aim = f"{AIM_ACCURACY * 100:g} % of the test images with fewer than {AIM_PARAMETERS:,} parameters"
    names = list(dict.fromkeys(f"“{point.name}”" for point in points if point.reaches_the_aim))
    if not names:
        return f"Nothing here reaches {aim} yet."
    return f"{joined(names)} {'reaches' if len(names) == 1 else 'reach'} the articles’ aim: {aim}."


def _labels(
    shown: Sequence[SizePoint], best: Sequence[SizePoint], axis: str, spread: str, sides: tuple[Domain, Domain]
) -> dict[str, dict[str, str]]:
    """By key, the names beside points of the frontier, the best first, as far as they hide no point and no other name."""
    across, upward = (_placed(side, log) for side, log in zip(sides, (True, spread == "stretched")))
    spots = {point.key: (across(point.along(axis) or 1), upward(_height(point, spread))) for point in shown}
    taken: list[Box] = []
    found = {}
    for point in reversed(best):
        name = point.name if len(point.name) <= LONGEST else f"{point.name[: LONGEST - 1]}…"
        x, y = spots[point.key]
        others = [spot for key, spot in spots.items() if key != point.key]
        for align, left in (("left", x + BESIDE[0]), ("right", x - BESIDE[0] - LETTER[0] * len(name))):
            box = Box(left, y + BESIDE[1], left + LETTER[0] * len(name), y + BESIDE[1] + LETTER[1])
            if box.left > 0 and box.right < 1 and box.top < 1 and not any(map(box.near, others)):
                if not any(map(box.meets, taken)):
                    taken.append(box)
                    found[point.key] = {"label": name, "align": align}
                    break
    return found


class Box(NamedTuple):
    """The room of a name, as shares of the axes."""

    left: float
    bottom: float
    right: float
    top: float

    def near(self, spot: tuple[float, float]) -> bool:
        """Whether a point would lie under it, or touch it."""
        x, y = spot
        across = self.left - BESIDE[0] < x < self.right + BESIDE[0]
        return across and self.bottom - BESIDE[1] < y < self.top + BESIDE[1]

    def meets(self, other: Box) -> bool:
        """Whether two of them overlap."""
        across = self.left < other.right and other.left < self.right
        return across and self.bottom < other.top and other.bottom < self.top


def _placed(side: Domain, logarithmic: bool) -> Callable[[float], float]:
    """A value → its place along an axis, from 0 at its first end to 1."""
    low, high = (math.log10(end) if logarithmic else end for end in side)
    return lambda value: ((math.log10(value) if logarithmic else value) - low) / (high - low)


def _height(point: SizePoint, spread: str) -> float:
    """The place of an accuracy; one without a single error is drawn where half an error would be."""
    if spread == "even":
        return point.accuracy
    return max(1 - point.accuracy, 0.5 / (point.images or 10_000))


def _ends(values: Sequence[float]) -> Domain:
    """Both ends of a logarithmic axis: 1, 2 or 5 times a power of ten, so that they seldom move while a network trains."""
    low, high = min(values, default=1) / ROOM, max(values, default=1e6) * ROOM
    return 1 / round_up(1 / low), round_up(high)


def _heights(points: Sequence[SizePoint], spread: str, aims: bool) -> Domain:
    """Bottom and top of the axis of accuracies, so that the aim is in sight."""
    if spread == "even":
        lowest = min((point.accuracy for point in points), default=0.0)
        return max(step for step in FLOORS if step <= lowest or step == 0.0), 1.0
    errors = [_height(point, spread) for point in points] + ([1 - AIM_ACCURACY] if aims else [])
    low, high = _ends(errors or [0.005, 0.1])
    return min(high, 1.0), low


@lru_cache(KEPT)
def _size_chart(axis: str, spread: str, look: Look) -> Spec:
    inks = class_inks(look)
    colours = alt.Scale(domain=list(KINDS), range=[inks[0], inks[6], look.accent])
    forms = alt.Scale(domain=list(KINDS), range=[SHAPES[0], SHAPES[3], SHAPES[1]])
    legend = alt.Legend(orient="top", symbolSize=110, symbolOpacity=1, title=None, columns=2)
    x = alt.X(
        "at:Q",
        title=f"{AXIS_TITLES[axis].lower()} (logarithmic)",
        scale=alt.Scale(type="log", domain=domain("x"), nice=False),
        axis=alt.Axis(format="~s", labelOverlap="greedy", tickCount=8),
    )
    y = _accuracies(spread)
    point = alt.Chart(alt.NamedData("points")).encode(x=x, y=y)
    marks = point.mark_point(size=90, strokeWidth=1.8, clip=True, filled=False, opacity=1).encode(
        color=alt.Color("kind:N", scale=colours, legend=legend),
        shape=alt.Shape("kind:N", scale=forms, legend=legend),
        fill=alt.Fill("kind:N", scale=colours, legend=None),
        fillOpacity=alt.FillOpacity(
            "of:N",
            scale=alt.Scale(domain=[OF_TEST, OF_OTHERS], range=[0.85, 0.0]),
            legend=alt.Legend(
                orient="bottom", direction="vertical", title=None, symbolType="circle", symbolFillColor=look.quiet,
                symbolSize=110, symbolStrokeColor=look.quiet, symbolStrokeWidth=1.8, symbolOpacity=1, labelLimit=260,
            ),
        ),
    )  # fmt: skip
    steps = (
        alt.Chart(alt.NamedData("frontier"))
        .mark_line(interpolate="step-after", strokeWidth=2, color=look.text, opacity=0.75, clip=True)
        .encode(x=x, y=y)
    )
    named: dict[str, Any] = {
        "align": alt.expr("datum.align"),
        "dx": alt.expr("datum.align === 'left' ? 11 : -11"),
        "opacity": alt.expr(f"width < {NARROW_PX} ? 0 : 1"),
        "baseline": "bottom",
        "dy": -5,
        "fontSize": 11,
        "clip": True,
    }
    halo = point.mark_text(**named, stroke=look.ground, strokeWidth=4, color=look.ground).encode(text="label:N")
    labels = point.mark_text(**named, color=look.text).encode(text="label:N")
    ring = point.mark_point(
        shape="circle", size=380, filled=False, strokeWidth=2.2, stroke=look.text, clip=True, aria=False
    ).transform_filter("datum.opened")
    click = alt.selection_point(name=POINT, on="click", fields=["key"], empty=False, clear=False, toggle=False)
    # What the pointer meets: larger than the marks, for fingers.
    discs = (
        point.mark_circle(size=320, opacity=0.001, cursor="pointer", clip=True)
        .encode(tooltip=_tips())
        .add_params(click)
    )
    layers = (*_lines(look, x, y), steps, marks, halo, labels, ring, discs)
    return zoomable(alt.layer(*layers).properties(height=HEIGHT).to_dict(), look)


def _accuracies(spread: str) -> alt.Y:
    """The axis of accuracies; stretched, it holds error rates, labelled as accuracies."""
    if spread == "even":
        return alt.Y(
            "height:Q",
            title="accuracy",
            scale=alt.Scale(domain=domain("y"), nice=False, zero=False),
            axis=alt.Axis(format=".4~%", tickCount=8, minExtent=LABELS_PX),
        )
    errors = [float(f"{times * 10.0**power:.3g}") for power in (-4, -3, -2, -1) for times in LABELLED] + [1.0]
    return alt.Y(
        "height:Q",
        title="accuracy (logarithmic in the errors)",
        scale=alt.Scale(type="log", domain=domain("y"), nice=False),
        axis=alt.Axis(
            values=errors, labelExpr="format(1 - datum.value, '.4~%')", labelOverlap="greedy", minExtent=LABELS_PX
        ),
    )


def _tips() -> list[alt.Tooltip]:
    return [
        alt.Tooltip("network:N"),
        alt.Tooltip("kind:N", title="from"),
        alt.Tooltip("certain:N", title="accuracy"),
        alt.Tooltip("on:N", title="of"),
        alt.Tooltip("parameters:Q", format=","),
        alt.Tooltip("work:N", title="multiply-adds"),
        alt.Tooltip("time:N", title="training took"),
        alt.Tooltip("recipe:N"),
        alt.Tooltip("now:N", title="state"),
    ]


def _lines(look: Look, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    """The aims: dashed lines with words at their ends."""
    style = {"strokeDash": [6, 4], "strokeWidth": 1.5, "color": look.quiet, "clip": True}
    wide = alt.Chart(alt.NamedData("wide"))
    high = alt.Chart(alt.NamedData("high"))
    across, upward = y.copy(), x.copy()
    across.shorthand = upward.shorthand = "at:Q"
    words = {"fontSize": 11, "fontStyle": "italic", "color": look.quiet, "clip": True}
    return [
        wide.mark_rule(**style).encode(y=across),
        wide.mark_text(**words, align="right", dy=11, dx=-4).encode(y=across, x=alt.value("width"), text="words:N"),
        high.mark_rule(**style).encode(x=upward),
        high.mark_text(**words, align="left", dx=5, dy=-6).encode(x=upward, y=alt.value("height"), text="words:N"),
    ]
