"""Comparisons of networks in words and charts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import altair as alt

from core.network import Network
from core.network.words import joined
from core.study.comparison import Score, facts
from core.study.robustness import Robustness
from core.study.transforms import Transform
from core.training.snapshot import Point
from core.views.charts import KEPT, filled, own_marks
from core.views.theme import LIGHT, Look
from core.views.wording import count_text, exact_text, percent, range_text
from core.views.zooming import Spec

CHART_PX = 380
LEGEND_PX = 320  # of a name in a legend
SMALL = 1e6  # bytes, below which kB say more


def interval_text(score: Score) -> str:
    """`99.29 % (99.11 – 99.44 %)`: an accuracy with its confidence interval."""
    return f"{percent(score.accuracy)} ({range_text(*score.interval)})"


def better_words(tests: Mapping[str, Point], images: str, better: Callable[[str], str]) -> str:
    """The test accuracies of two networks, with intervals, and which is better where chance is not enough.

    Args:
        tests: what each got right, by its name.
        images: what the test images are called.
        better: the name of one → `It is better`, without a full stop.
    """
    scores = {name: Score(round(point.accuracy * point.images), point.images) for name, point in tests.items()}
    told = "; ".join(f"{name}: {interval_text(score)}" for name, score in scores.items())
    worse, best = sorted(scores, key=lambda name: scores[name].accuracy)
    apart = scores[best].interval.low > scores[worse].interval.high
    verdict = (
        f"{better(best)}, by more than chance."
        if apart
        else "The intervals overlap: Compare tests whether the difference is real."
    )
    return f"Test accuracy on {images}: {told}. {verdict}"


def fact_words(network: Network) -> dict[str, str]:
    """What a network that works is and costs, as cells of a table: column → words."""
    found = facts(network)
    size = found.memory_bytes
    return {
        "Parameters": exact_text(found.parameters),
        "Multiply-adds": count_text(found.macs),
        "Memory": f"{size / 1e3:.0f} kB" if size < SMALL else f"{size / 1e6:.1f} MB",
        "Last map sees": "no maps" if found.field is None else f"{found.field[0]}×{found.field[1]} px",
    }


def robustness_rows(found: Robustness) -> list[dict[str, Any]]:
    """A row for each network and strength that was measured: accuracy with both ends of its interval, 0…1."""
    rows = []
    for number, name in enumerate(found.names):
        for place, strength in enumerate(found.strengths):
            ends = found.interval(number, place)
            if ends is not None:
                rows.append(
                    {
                        "network": name,
                        "strength": strength,
                        "at": found.transform.text(strength),
                        "accuracy": float(found.accuracies(number)[place]),
                        "low": ends.low,
                        "high": ends.high,
                        "images": int(found.images[place]),
                    }
                )
    return rows


def robustness_chart(
    found: Robustness,
    numbers: Sequence[int],
    ranges: Mapping[str, tuple[float, float]],
    chance: float,
    look: Look = LIGHT,
    opened: tuple[str, float] | None = None,
) -> Spec:
    """Accuracy over strength: a line, a shape and a band of its own for each network.

    A click selects a point, as `point` with the fields `network` and `strength`.

    Args:
        found: as far as it was measured.
        numbers: of each network, by which it keeps its colour and shape.
        ranges: by name, the strengths that a training has seen; they are shaded, as far as the axis goes.
        chance: accuracy of who only guesses, 0…1; a dashed line.
        look: colours of the page.
        opened: name and strength of the point with a ring.
    """
    first, last = found.strengths[0], found.strengths[-1]
    seen = [
        {"network": name, "low": max(low, first), "high": min(high, last)} for name, (low, high) in ranges.items()
    ]
    words = f"guessing: {percent(chance)}"
    return filled(
        _robustness_chart(
            found.names, tuple(numbers), found.transform.title, found.transform.unit, first, last, bool(seen), look
        ),
        points=[row | {"opened": (row["network"], row["strength"]) == opened} for row in robustness_rows(found)],
        ranges=seen,
        chance=[{"chance": chance, "at": first, "words": words}],
    )


@lru_cache(KEPT)
def _robustness_chart(
    names: tuple[str, ...],
    numbers: tuple[int, ...],
    title: str,
    unit: str,
    first: float,
    last: float,
    shaded: bool,
    look: Look,
) -> Spec:
    colour, shape = own_marks("network:N", names, numbers, look, LEGEND_PX)
    named = f"{title} ({unit.strip()})" if unit else title
    x = alt.X(
        "strength:Q", title=named, scale=alt.Scale(domain=[first, last], nice=False), axis=alt.Axis(tickCount=8)
    )
    y = alt.Y("accuracy:Q", title="accuracy", scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format="~%", tickCount=5))
    tips = [
        alt.Tooltip("network:N"),
        alt.Tooltip("at:N", title=title),
        alt.Tooltip("accuracy:Q", format=".2%"),
        alt.Tooltip("low:Q", title="interval from", format=".2%"),
        alt.Tooltip("high:Q", title="to", format=".2%"),
        alt.Tooltip("images:Q", format=","),
    ]
    seen = (
        alt.Chart(alt.NamedData("ranges"))
        .mark_rect(opacity=0.12)
        .encode(x=alt.X("low:Q"), x2="high:Q", color=colour, tooltip=[alt.Tooltip("network:N", title="learned from")])
    )
    chance = alt.Chart(alt.NamedData("chance")).encode(y=alt.Y("chance:Q"))
    line = chance.mark_rule(strokeDash=[2, 4], color=look.quiet)
    words = chance.mark_text(align="left", dx=4, dy=9, color=look.quiet).encode(x=alt.X("at:Q"), text="words:N")
    points = alt.Chart(alt.NamedData("points"))
    band = points.mark_area(opacity=0.2).encode(x=x, y=alt.Y("low:Q"), y2="high:Q", color=colour)
    curve = points.mark_line(strokeWidth=2).encode(x=x, y=y, color=colour)
    ring = (
        points.mark_point(filled=False, shape="circle", size=320, stroke=look.text, strokeWidth=2)
        .encode(x=x, y=y)
        .transform_filter("datum.opened")
    )
    click = alt.selection_point(
        name="point", on="click", fields=["network", "strength"], empty=False, clear=False, toggle=False
    )
    marks = (
        points.mark_point(filled=True, size=90, opacity=1, cursor="pointer")
        .encode(x=x, y=y, color=colour, shape=shape, tooltip=tips)
        .add_params(click)
    )
    ranges = [seen] if shaded else []  # a layer without a mark would be a picture without a name
    return alt.layer(curve, *ranges, band, line, words, ring, marks).properties(height=CHART_PX).to_dict()


def ranges_words(ranges: Mapping[str, tuple[float, float]], transform: Transform) -> str:
    """A sentence on what was shaded, and for whom; empty for nothing."""
    seen = [f"{name} from {transform.text(low)} to {transform.text(high)}" for name, (low, high) in ranges.items()]
    return f"Shaded: what it was trained with, {joined(seen)}." if seen else ""
