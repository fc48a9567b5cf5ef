"""The size of the gradient by layer: a chart, and what it says in words."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import ceil, floor, log10
from typing import Any

import altair as alt
import numpy as np

from core.network.network import layer_label
from core.network.words import counted
from core.study.gradients import GradientSizes, Profile, verdict
from core.views.axes import LABELS_PX
from core.views.charts import KEPT, filled, own_marks
from core.views.theme import LIGHT, Look
from core.views.zooming import Spec

CHART_PX = 320
LEGEND_PX = 320  # of a name
MOST_MARKS = 8  # on the vertical axis
MILLION = 1_000_000
NOW, UNTRAINED = "as it is", "untrained"

_SAYS = {
    "even": "even. The gradient of the first layer is {how} that of the last",
    "fading": "fading. The gradient of the first layer is {how} that of the last, so plain steps change it less",
    "vanishing": "vanishing. The gradient of the first layer is {how} that of the last: plain steps hardly change it",
    "growing": "growing. The gradient of the first layer is {how} that of the last, so plain steps change it more",
    "exploding": "exploding. The gradient of the first layer is {how} that of the last: no learning rate suits both",
    "none": "not a number. The loss or a gradient has become infinite",
    "done": "nothing left to learn. The loss on these images is 0, and so is its gradient",
    "single": "only one layer learns, so there is nothing to compare it with",
}


def shown(found: GradientSizes, start: bool) -> tuple[Profile, ...]:
    """The profiles of networks as they are and, with `start`, each behind it untrained."""
    learned = {profile.number for profile in found.profiles if not profile.untrained}
    chosen = [one for one in found.profiles if start or not one.untrained or one.number not in learned]
    return tuple(sorted(chosen, key=lambda one: (one.number, one.untrained)))


def gradient_rows(profiles: Sequence[Profile], names: Sequence[str]) -> list[dict[str, Any]]:
    """A row for each layer with a gradient; one of 0 has no place on a logarithmic axis."""
    return [
        {
            "network": names[profile.number],
            "state": UNTRAINED if profile.untrained else NOW,
            "layer": number,
            "kind": f"{layer.kind} at {layer_label(layer.path)}",
            "relative": layer.relative,
            "gradient": layer.gradient,
            "weights": layer.weights,
        }
        for profile in profiles
        for number, layer in enumerate(profile.layers, 1)
        if layer.relative and np.isfinite(layer.relative)
    ]


def gradient_chart(
    profiles: Sequence[Profile], names: Sequence[str], numbers: Sequence[int], look: Look = LIGHT
) -> Spec:
    """The relative size of the gradient over the layers, from the image to the output: a line for each profile.

    Args:
        profiles: of `core.study.gradients`.
        names: of all networks; no two are alike.
        numbers: of each network, by which it keeps its colour and shape.
        look: colours of the page.
    """
    deepest = max((len(profile.layers) for profile in profiles), default=1)
    rows = gradient_rows(profiles, names)
    sizes = [row["relative"] for row in rows] or [1.0]
    powers = floor(log10(min(sizes))), max(ceil(log10(max(sizes))), floor(log10(min(sizes))) + 1)
    return filled(_gradient_chart(tuple(names), tuple(numbers), deepest, powers, look), layers=rows)


@lru_cache(KEPT)
def _gradient_chart(
    names: tuple[str, ...], numbers: tuple[int, ...], deepest: int, powers: tuple[int, int], look: Look
) -> Spec:
    lowest, highest = powers  # of ten
    marked = [10.0**power for power in range(lowest, highest + 1, -(-(highest - lowest) // MOST_MARKS))]
    colour, shape = own_marks("network:N", names, numbers, look, LEGEND_PX)
    x = alt.X(
        "layer:Q",
        title="layer, from the image to the output",
        scale=alt.Scale(domain=[1, max(deepest, 2)], nice=False, padding=12),
        axis=alt.Axis(tickMinStep=1, format="d", tickCount=min(deepest, 12), grid=False),
    )
    y = alt.Y(
        "relative:Q",
        title="gradient ÷ weights",
        scale=alt.Scale(type="log", domain=[10.0**lowest, 10.0**highest], nice=False),
        axis=alt.Axis(format="~e", values=marked, minExtent=LABELS_PX),
    )
    dashes = alt.StrokeDash(
        "state:N", title=None, scale=alt.Scale(domain=[NOW, UNTRAINED], range=[[1, 0], [5, 4]]), legend=None
    )
    tips = [
        alt.Tooltip("network:N"),
        alt.Tooltip("state:N", title="weights"),
        alt.Tooltip("layer:Q"),
        alt.Tooltip("kind:N", title="which is"),
        alt.Tooltip("relative:Q", title="gradient ÷ weights", format=".2~e"),
        alt.Tooltip("gradient:Q", title="gradient, root mean square", format=".2~e"),
        alt.Tooltip("weights:Q", title="weights, root mean square", format=".2~e"),
    ]
    layers = alt.Chart(alt.NamedData("layers"))
    line = layers.mark_line(strokeWidth=2).encode(x=x, y=y, color=colour, strokeDash=dashes)
    marks = layers.mark_point(filled=True, size=70, opacity=1).encode(
        x=x, y=y, color=colour, shape=shape, tooltip=tips
    )
    return alt.layer(line, marks).properties(height=CHART_PX).to_dict()


def verdict_words(profile: Profile, name: str) -> str:
    """`LeNet-5, untrained: vanishing. The gradient of the first layer is 5,200 times smaller than that of the last…`"""
    found = verdict(profile)
    who = f"{name}, {UNTRAINED}" if profile.untrained else name
    if found.kind == "dead":
        layers = counted(len(profile.layers), "layer")
        which = f"{'layer' if len(found.dead) == 1 else 'layers'} {_ranges(found.dead)}"
        return f"{who}: dead. The gradient is 0 in {which} of {layers}: nothing is learned there from these images."
    return f"{who}: {_SAYS[found.kind].format(how=_times(found.factor))}."


def _times(factor: float) -> str:
    """`about as large as`, or `5,200 times smaller than`."""
    times = max(factor, 1 / factor)
    if times < 1.5:
        return "about as large as"
    rounded = float(f"{times:.2g}")
    if rounded >= 1000 * MILLION:
        text = "more than a thousand million"
    else:
        text = f"{rounded / MILLION:g} million" if rounded >= MILLION else f"{rounded:,.10g}"
    return f"{text} {'times smaller than' if factor > 1 else 'times larger than'}"


def _ranges(numbers: Sequence[int]) -> str:
    """`1 to 4, 7`."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(f"{run[0]} to {run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)


def gradient_alt(profiles: Sequence[Profile], names: Sequence[str]) -> str:
    """The chart in words."""
    said = " ".join(verdict_words(profile, names[profile.number]) for profile in profiles)
    return f"Size of the gradient, relative to the weights, over the layers. {said}".strip()
