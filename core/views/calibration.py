"""Calibration in words and charts: reliability diagrams, and coverage against accuracy."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import altair as alt

from core.network.words import counted
from core.study.calibration import Answered, Calibrated, Reliability, Tempered
from core.views.charts import KEPT, SHAPES, filled, own_marks
from core.views.study import LEGEND_PX
from core.views.theme import LIGHT, Look, class_inks
from core.views.wording import accuracy_text, percent, range_text
from core.views.zooming import Spec

DIAGRAM_PX = 300
COUNTS_AT = -0.19  # where the strip with the numbers of images begins, below an accuracy of 0
COVERAGE_PX = 320
ALIKE = 0.0005  # mean probability and accuracy that differ by less read alike
FLOORS = (0.0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99)


def reliability_rows(found: Reliability) -> list[dict[str, Any]]:
    """A row for each bin that holds images: bounds, count, confidence and accuracy with its interval, 0…1."""
    return [
        {
            "from": one.low,
            "to": one.high,
            "images": one.count,
            "confidence": one.confidence,
            "accuracy": one.accuracy,
            "low": one.interval.low,
            "high": one.interval.high,
        }
        for one in found.bins
        if one.interval is not None
    ]


def reliability_chart(found: Reliability, number: int = 0, look: Look = LIGHT) -> Spec:
    """A bar for each bin up to its accuracy, the point of confidence and accuracy with its interval, and the diagonal.

    Below the bars stands how many images each has.

    Args:
        found: what is drawn.
        number: of the network, by which it keeps its colour and shape.
        look: colours of the page.
    """
    rows = [{**row, "count": f"{row['images']:,}", "ground": COUNTS_AT} for row in reliability_rows(found)]
    return filled(_reliability_chart(number, look), bins=rows, diagonal=[{"x": 0.0, "y": 0.0}, {"x": 1.0, "y": 1.0}])


@lru_cache(KEPT)
def _reliability_chart(number: int, look: Look) -> Spec:
    inks = class_inks(look)
    colour = inks[number % len(inks)]
    bounds = alt.Scale(domain=[0, 1], nice=False)
    x = alt.X("from:Q", title="probability of the prediction", scale=bounds, axis=alt.Axis(format="~%", tickCount=5))
    y = alt.Y(
        "accuracy:Q",
        title="accuracy",
        scale=alt.Scale(domain=[COUNTS_AT, 1], nice=False),
        axis=alt.Axis(format="~%", values=[0, 0.2, 0.4, 0.6, 0.8, 1]),
    )
    tips = [
        alt.Tooltip("from:Q", title="probability from", format=".1%"),
        alt.Tooltip("to:Q", format=".1%"),
        alt.Tooltip("images:Q", format=","),
        alt.Tooltip("confidence:Q", title="mean probability", format=".2%"),
        alt.Tooltip("accuracy:Q", format=".2%"),
        alt.Tooltip("low:Q", title="interval from", format=".2%"),
        alt.Tooltip("high:Q", title="to", format=".2%"),
    ]
    bins = alt.Chart(alt.NamedData("bins"))
    base = bins.encode(tooltip=tips)
    bars = base.mark_bar(color=colour, opacity=0.3, stroke=look.ground, strokeWidth=1).encode(
        x=x, x2="to:Q", y=y, y2=alt.datum(0)
    )
    diagonal = (
        alt.Chart(alt.NamedData("diagonal"))
        .mark_line(color=look.text, strokeDash=[5, 4], strokeWidth=1.5)
        .encode(x=alt.X("x:Q", scale=bounds), y=alt.Y("y:Q"))
    )
    at = alt.X("confidence:Q", scale=bounds)
    ends = base.mark_rule(color=colour, strokeWidth=2).encode(x=at, y=alt.Y("low:Q"), y2="high:Q")
    shape = SHAPES[number % len(SHAPES)]
    points = base.mark_point(filled=True, size=60, opacity=1, color=colour, shape=shape).encode(x=at, y=y)
    counts = (
        bins.transform_calculate(middle="(datum.from + datum.to) / 2")
        .mark_text(angle=270, align="left", baseline="middle", fontSize=10, dx=3, color=look.text)
        .encode(x=alt.X("middle:Q", scale=bounds), y=alt.Y("ground:Q"), text="count:N")
    )
    return alt.layer(bars, diagonal, ends, points, counts).properties(height=DIAGRAM_PX).to_dict()


def coverage_rows(names: Sequence[str], curves: Sequence[Sequence[Answered]]) -> list[dict[str, Any]]:
    """A row for each network and threshold from which anything is answered: shares, and the accuracy's interval."""
    return [
        {
            "network": name,
            "threshold": one.threshold,
            "answered": one.share,
            "images": one.answered,
            "accuracy": one.accuracy,
            "low": one.interval.low,
            "high": one.interval.high,
        }
        for name, curve in zip(names, curves)
        for one in curve
        if one.interval is not None
    ]


def coverage_chart(
    names: Sequence[str],
    curves: Sequence[Sequence[Answered]],
    marked: Sequence[Answered],
    numbers: Sequence[int],
    look: Look = LIGHT,
) -> Spec:
    """Accuracy of what is answered over the share that is, with its intervals; the chosen threshold has a mark on each.

    Args:
        names: of the networks.
        curves: of each, from threshold to threshold.
        marked: of each, at the threshold that is chosen.
        numbers: of each, by which it keeps its colour and shape.
        look: colours of the page.
    """
    rows = coverage_rows(names, curves)
    lowest = min((row["accuracy"] for row in rows), default=0.0)
    floor = max(one for one in FLOORS if one <= lowest or one == 0.0)
    marks = coverage_rows(names, [[one] for one in marked])
    return filled(_coverage_chart(tuple(names), tuple(numbers), floor, look), points=rows, marks=marks)


@lru_cache(KEPT)
def _coverage_chart(names: tuple[str, ...], numbers: tuple[int, ...], floor: float, look: Look) -> Spec:
    colour, shape = own_marks("network:N", names, numbers, look, LEGEND_PX)
    x = alt.X(
        "answered:Q",
        title="share of the images that are answered",
        scale=alt.Scale(zero=False, nice=True),
        axis=alt.Axis(format=".3~%", tickCount=6),
    )
    y = alt.Y(
        "accuracy:Q",
        title="accuracy of the answers",
        scale=alt.Scale(domain=[floor, 1], nice=False, zero=False),
        axis=alt.Axis(format=".4~%", tickCount=5),
    )
    tips = [
        alt.Tooltip("network:N"),
        alt.Tooltip("threshold:Q", title="answers from", format=".4~%"),
        alt.Tooltip("answered:Q", format=".2%"),
        alt.Tooltip("images:Q", format=","),
        alt.Tooltip("accuracy:Q", format=".2%"),
        alt.Tooltip("low:Q", title="interval from", format=".2%"),
        alt.Tooltip("high:Q", title="to", format=".2%"),
    ]
    points = alt.Chart(alt.NamedData("points"))
    low = alt.Y("low:Q", title="accuracy of the answers", scale=alt.Scale(domain=[floor, 1], nice=False, zero=False))
    band = points.mark_area(opacity=0.15, clip=True).encode(x=x, y=low, y2="high:Q", color=colour)
    order = alt.Order("threshold:Q")
    line = points.mark_line(strokeWidth=2, clip=True).encode(x=x, y=y, color=colour, order=order)
    dots = points.mark_point(size=90, opacity=0, filled=True, clip=True).encode(x=x, y=y, tooltip=tips)
    marks = (
        alt.Chart(alt.NamedData("marks"))
        .mark_point(filled=True, size=170, opacity=1, stroke=look.text, strokeWidth=1.5)
        .encode(x=x, y=y, color=colour, shape=shape, tooltip=tips)
    )
    return alt.layer(band, line, dots, marks).properties(height=COVERAGE_PX).to_dict()


def error_sentence(name: str, found: Calibrated) -> str:
    """The expected calibration error of a network, which way it errs, and whether chance explains it."""
    off = found.confidence - found.accuracy
    which = "sure enough, on the whole" if abs(off) < ALIKE else "too sure" if off > 0 else "not sure enough"
    said = (
        f"{name}: expected calibration error {percent(found.reliability.expected_error)}. On average its probability is "
        f"{percent(found.confidence)}, and {accuracy_text(found.accuracy, sum(one.count for one in found.reliability.bins))} are right: it is {which}."
    )
    return said if found.by_chance is None else f"{said} {_chance(found.reliability.expected_error, found.by_chance)}"


def _chance(error: float, by_chance: float) -> str:
    bound = f"a perfectly calibrated network stays below {percent(by_chance)} in 95 of 100 such tests"
    return f"Chance alone can do that: {bound}." if error <= by_chance else f"That is more than chance does: {bound}."


def threshold_text(threshold: float) -> str:
    """`95 %`, `99.5 %`."""
    return f"{100 * threshold:.4g} %"


def answered_words(found: Answered) -> dict[str, str]:
    """What comes of a threshold, as cells of a table: column → words."""
    wrong = found.answered - found.right
    return {
        "Answered": f"{found.answered:,} of {found.images:,} ({percent(found.share)})",
        "Right among them": "–"
        if found.interval is None
        else f"{percent(found.accuracy)} ({range_text(*found.interval)})",
        "Wrong answers": f"{wrong:,}",
    }


def temperature_words(found: Tempered) -> dict[str, str]:
    """A fitted temperature and what it changes, as cells of a table: column → words."""
    return {
        "Temperature": f"{found.temperature:.3g}",
        "Error before": percent(found.before.expected_error),
        "Error after": percent(found.after.expected_error),
        "By chance up to": percent(found.by_chance),
    }


def temperature_sentence(name: str, found: Tempered) -> str:
    """What the temperature of a network says of it, and whether it helps beyond chance."""
    before, after = found.before.expected_error, found.after.expected_error
    if found.temperature >= 99.9 or found.temperature <= 0.0101:
        return (
            f"{name}: no temperature from 0.01 to 100 fits best, as where every prediction is right or each is "
            "wrong. More images, or a network that learned something, would help."
        )
    was = "too sure" if found.temperature > 1 else "not sure enough"
    if before <= found.by_chance:
        ends = "It was calibrated as well as can be told before, so there is little to correct."
    elif after <= found.by_chance:
        ends = "What is left can be chance."
    elif after < before:
        ends = "What is left is more than chance: one number cannot correct everything."
    else:
        ends = "That is no better: one number cannot correct it."
    return (
        f"{name} was {was}: divided by {found.temperature:.3g}, its scores fit best. On the other half the error goes "
        f"from {percent(before)} to {percent(after)}. {ends}"
    )


def reliability_alt(title: str, found: Reliability) -> str:
    """A reliability diagram in words: its fullest bin, and the one that is furthest off among those with 10 images or more."""
    rows = reliability_rows(found)
    fullest = max(rows, key=lambda row: row["images"])
    told = (
        f"{counted(fullest['images'], 'image')} lie between {percent(fullest['from'])} and {percent(fullest['to'])}"
    )
    furthest = max(
        (row for row in rows if row["images"] >= 10), key=lambda row: abs(row["accuracy"] - row["confidence"]), default=None
    )  # fmt: skip
    rest = (
        ""
        if furthest is None
        else f"; furthest from the diagonal: {accuracy_text(furthest['accuracy'], furthest['images'])} right at {percent(furthest['confidence'])}"
    )
    return f"{title}: accuracy by probability, with the diagonal of perfect calibration; {told}{rest}."
