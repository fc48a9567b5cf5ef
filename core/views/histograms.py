"""How the numbers of a layer are spread, before it and after it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np

from core.network.percentages import rough_percent
from core.views.charts import Spec, filled
from core.views.images import figure
from core.views.theme import CLASS_COLOURS, LIGHT, Look

BINS = 40
HEIGHT = 300
DASHES = ([1, 0], [6, 3], [2, 2])


def shares(values: Mapping[str, np.ndarray], bins: int = BINS) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """The share of each row of numbers in each of the same bins.

    Args:
        values: name → finite numbers of any shape, at least one.
        bins: how many.

    Returns:
        (bins + 1,) edges, and name → (bins,) shares that add up to 1.
    """
    rows = {name: np.nan_to_num(found.astype(np.float64)).ravel() for name, found in values.items()}
    low, high = min(row.min() for row in rows.values()), max(row.max() for row in rows.values())
    if low == high:
        low, high = low - 0.5, high + 0.5
    edges = np.linspace(low, high, bins + 1)
    return edges, {name: np.histogram(row, edges)[0] / len(row) for name, row in rows.items()}


def histogram(values: Mapping[str, np.ndarray], look: Look = LIGHT) -> Spec:
    """Lines that step from bin to bin, one for each row of numbers, told apart by colour and dashes.

    Args:
        values: up to three, as of `shares`.
        look: colours of the page.
    """
    edges, found = shares(values)
    rows: list[dict[str, Any]] = [
        {"numbers": name, "from": float(low), "to": float(high), "share": float(share)}
        for name, one in found.items()
        for low, high, share in zip([*edges[:-1], edges[-1]], [*edges[1:], edges[-1]], [*one, one[-1]], strict=True)
    ]
    return filled(_histogram(tuple(values), look), shares=rows)


@lru_cache(16)
def _histogram(names: tuple[str, ...], look: Look) -> Spec:
    scale = alt.Scale(domain=list(names), range=[look.quiet, look.accent, CLASS_COLOURS[1]][: len(names)])
    dashes = alt.Scale(domain=list(names), range=list(DASHES[: len(names)]))
    legend = alt.Legend(orient="top", columns=1, symbolSize=400, labelLimit=400)
    chart = (
        alt.Chart(alt.NamedData("shares"))
        .mark_line(interpolate="step-after", strokeWidth=2)
        .encode(
            x=alt.X("from:Q", title="number", scale=alt.Scale(zero=False, nice=False)),
            y=alt.Y("share:Q", title="share of the numbers", axis=alt.Axis(format=".3~%", tickCount=5)),
            color=alt.Color("numbers:N", title=None, scale=scale, legend=legend),
            strokeDash=alt.StrokeDash("numbers:N", title=None, scale=dashes, legend=legend),
            tooltip=[
                alt.Tooltip("numbers:N"),
                alt.Tooltip("from:Q", format=".3g"),
                alt.Tooltip("to:Q", format=".3g"),
                alt.Tooltip("share:Q", format=".2%"),
            ],
        )
    )
    return chart.properties(height=HEIGHT).to_dict()


def spread_rows(values: Mapping[str, np.ndarray]) -> list[dict[str, str]]:
    """Mean, standard deviation and share of zeros of each: rows of a table, column → words."""
    return [
        {
            "Numbers": name,
            "Mean": figure(float(found.mean(dtype=np.float64))),
            "Standard deviation": figure(float(found.std(dtype=np.float64))),
            "Zeros": rough_percent(float((found == 0).mean())),
        }
        for name, found in values.items()
    ]


def spread_alt(values: Mapping[str, np.ndarray]) -> str:
    """The chart in a sentence."""
    parts = (
        f"{row['Numbers']}: mean {row['Mean']}, deviation {row['Standard deviation']}" for row in spread_rows(values)
    )
    return f"How the numbers are spread. {'; '.join(parts)}."
