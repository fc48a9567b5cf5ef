"""A small dense network with all its numbers, a step of back-propagation as a table, and the loss over the steps."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import pairwise

import altair as alt

from core.learn.back_propagation import HandNetwork, Numbers
from core.learn.written_out import Line, shown, unit_names
from core.network.words import counted
from core.views.charts import KEPT, filled
from core.views.diagram import FILE
from core.views.theme import LIGHT, SIGNED, Look
from core.views.zooming import Spec

COLUMNS_PX = (64, 310, 556)
ROW_PX = 96
RADIUS = 27
WIDTH = 640
NEGATIVE, POSITIVE = SIGNED[1], SIGNED[-3]
FLOOR = 1e-10  # of a loss that is drawn
PLACES = tuple(0.29 + 0.02 * place for place in range(26))  # where a weight may stand on its line
LABEL_PX = 17.0  # from one line of labels to the next


def hand_svg(
    network: HandNetwork, inputs: Numbers, targets: Numbers, known: Mapping[str, float], look: Look = LIGHT
) -> str:
    """The network from left to right: weights on the lines, outputs in the units, errors below them.

    Args:
        network: whose weights are written.
        inputs, targets: of the one example.
        known: name of a line of the step → its value, as far as it has been worked out; new weights replace the old ones.
        look: colours of the page.
    """
    names = unit_names(network)
    height = max(network.sizes) * ROW_PX + 24
    spots = {
        name: (x, height / 2 + (place - (len(layer) - 1) / 2) * ROW_PX - 8)
        for x, layer in zip(COLUMNS_PX, names, strict=True)
        for place, name in enumerate(layer)
    }
    lines, labels, units = [], [], []
    taken: list[tuple[float, float, float]] = []
    for layer, matrix in enumerate(network.weights):
        for i, before in enumerate(names[layer]):
            for j, name in enumerate(names[layer + 1]):
                key = f"w({before}→{name})"
                weight = known.get(key, matrix[i][j])
                (x1, y1), (x2, y2) = spots[before], spots[name]
                colour = POSITIVE if weight > 0 else NEGATIVE
                lines.append(
                    f'<line x1="{x1}" y1="{y1:.1f}" x2="{x2}" y2="{y2:.1f}" stroke="{colour}" '
                    f'stroke-width="{min(1 + abs(weight), 5):.2f}"/>'
                )
                text = shown(weight)
                spot = _clear_spot((x1, y1), (x2, y2), _label_px(text), taken)
                taken.append((*spot, _label_px(text)))
                labels.append(_label(*spot, text, key in known, look))
    for place, name in enumerate(names[0]):
        units.append(_unit(*spots[name], name, shown(inputs[place]), [], look))
    for layer, biases in enumerate(network.biases):
        for place, name in enumerate(names[layer + 1]):
            under = [f"bias {shown(known.get(f'b({name})', biases[place]))}"]
            if layer == len(network.biases) - 1:
                under.append(f"target {shown(targets[place])}")
            if f"Err({name})" in known:
                under.append(f"Err {shown(known[f'Err({name})'])}")
            output = known.get(f"O({name})")
            units.append(_unit(*spots[name], name, "" if output is None else shown(output), under, look))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        f'font-family="{html.escape(FILE.font)}">{"".join(lines + labels + units)}</svg>'
    )


def hand_alt(network: HandNetwork, known: Mapping[str, float]) -> str:
    """The drawing in words."""
    sizes = "–".join(map(str, network.sizes))
    told = [
        f"{name} = {shown(value)}" for name, value in known.items() if name.startswith(("O(", "Err(")) or name == "E"
    ]
    worked = f" Worked out: {', '.join(told)}." if told else " Nothing is worked out yet."
    return f"A {sizes} network with {network.activation} everywhere, and {counted(network.parameters, 'number')} to learn.{worked}"


def _label_px(text: str) -> float:
    return 7 * len(text) + 4


def _clear_spot(
    start: tuple[float, float], end: tuple[float, float], width: float, taken: Sequence[tuple[float, float, float]]
) -> tuple[float, float]:
    """Where on a line a label covers no other: the first such place from the start, else the one with the most room.

    `taken` holds the middle and the width of each label that is there.
    """
    spots = [(start[0] + (end[0] - start[0]) * at, start[1] + (end[1] - start[1]) * at) for at in PLACES]

    def room(spot: tuple[float, float]) -> float:
        apart = [max(abs(spot[0] - x) - (width + wide) / 2, abs(spot[1] - y) - LABEL_PX) for x, y, wide in taken]
        return min(min(apart, default=0.0), 0.0)

    return max(spots, key=room)


def _label(x: float, y: float, text: str, new: bool, look: Look) -> str:
    width = _label_px(text)
    weight = ' font-weight="700"' if new else ""
    return (
        f'<rect x="{x - width / 2:.1f}" y="{y - 9:.1f}" width="{width}" height="18" rx="4" fill="{look.ground}" '
        f'fill-opacity="0.9"/><text x="{x:.1f}" y="{y + 4:.1f}" text-anchor="middle" font-size="12"{weight} '
        f'fill="{look.text}">{text}</text>'
    )


def _unit(x: float, y: float, name: str, inside: str, under: Sequence[str], look: Look) -> str:
    below = "".join(
        f'<text x="{x}" y="{y + RADIUS + 13 + 13 * place:.1f}" text-anchor="middle" font-size="12" fill="{look.text}">'
        f"{text}</text>"
        for place, text in enumerate(under)
    )
    return (
        f'<circle cx="{x}" cy="{y:.1f}" r="{RADIUS}" fill="{look.ground}" stroke="{look.accent}" stroke-width="2"/>'
        f'<text x="{x}" y="{y - 5:.1f}" text-anchor="middle" font-size="12" fill="{look.quiet}">{name}</text>'
        f'<text x="{x}" y="{y + 11:.1f}" text-anchor="middle" font-size="11" font-weight="600" fill="{look.text}">{inside}'
        f"</text>{below}"
    )


def lines_table(lines: Sequence[Line]) -> str:
    """Lines of a step as a table in HTML; style: `written.css`."""
    rows = "".join(
        f'<tr><th scope="row">{html.escape(one.name)}</th><td>{html.escape(shown(one.value))}</td>'
        f"<td>{html.escape(one.formula)}</td><td>{html.escape(one.numbers)}</td></tr>"
        for one in lines
    )
    head = "".join(f'<th scope="col">{name}</th>' for name in ("number", "value", "formula", "with the numbers"))
    return (
        f'<div class="written" tabindex="0"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
    )


def line_rows(lines: Sequence[Line]) -> list[dict[str, object]]:
    """Lines of a step as rows of a table to take away."""
    return [
        {
            "press": one.press,
            "number": one.name,
            "formula": one.formula,
            "with the numbers": one.numbers,
            "value": one.value,
        }
        for one in lines
    ]


def losses_chart(curves: Mapping[str, Sequence[float]], look: Look = LIGHT) -> Spec:
    """The loss over the steps, a line for each learning rate; the first is the one that is chosen."""
    rows = [
        {"rate": name, "step": step, "loss": max(value, FLOOR)}
        for name, values in curves.items()
        for step, value in enumerate(values)
    ]
    return filled(_losses_chart(tuple(curves), look), losses=rows)


@lru_cache(KEPT)
def _losses_chart(names: tuple[str, ...], look: Look) -> Spec:
    colours = [look.accent, look.text, look.quiet][: len(names)]
    dashes = [[1, 0], [6, 3], [2, 3]][: len(names)]
    order = list(names)
    chart = (
        alt.Chart(alt.NamedData("losses"))
        .mark_line(strokeWidth=2)
        .encode(
            x=alt.X("step:Q", title="steps", axis=alt.Axis(tickMinStep=1, format="d")),
            y=alt.Y("loss:Q", title="loss E", scale=alt.Scale(type="log"), axis=alt.Axis(tickCount=5, format="~g")),
            color=alt.Color(
                "rate:N", title=None, scale=alt.Scale(domain=order, range=colours), legend=alt.Legend(orient="top")
            ),
            strokeDash=alt.StrokeDash("rate:N", title=None, scale=alt.Scale(domain=order, range=dashes)),
            tooltip=[alt.Tooltip("rate:N"), alt.Tooltip("step:Q"), alt.Tooltip("loss:Q", format=".6g")],
        )
    )
    return chart.properties(height=220).to_dict()


def losses_sentence(curves: Mapping[str, Sequence[float]]) -> str:
    """What each rate does, in words: falls, goes up and down, bursts, stays."""
    return " ".join(f"With {name}: {_course(values)}." for name, values in curves.items())


def _course(values: Sequence[float]) -> str:
    first, last = values[0], values[-1]
    steps = counted(len(values) - 1, "step")
    if not last < 1e6:
        return f"the loss bursts within {steps}, as each step overshoots by more than the one before"
    if last == first and len(set(values)) == 1:
        return f"the loss stays at {shown(first)}: every gradient is 0"
    rises = sum(later > earlier for earlier, later in pairwise(values))
    ends = f"from {shown(first)} to {shown(last)} in {steps}"
    if last > first:
        return f"the loss rises {ends}: the steps are too long"
    if rises:
        return f"the loss falls {ends}, but rises {counted(rises, 'time')} on the way: the steps are long for this ground"
    return f"the loss falls {ends}"
