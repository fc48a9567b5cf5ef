"""The drawing of a network as SVG: maps as stacked sheets, vectors as bars, branches side by side."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import inf, log2
from typing import NamedTuple

from core.network import Branches, Network, Path, Row, Trace
from core.network.arithmetic import parameters_sum
from core.network.layers import shape_text
from core.network.network import Block
from core.network.words import counted
from core.views.arrangement import Room, arrange, lead

STEP = 92  # from one layer to the next, in SVG units (CSS pixels)
TALLEST = 84  # of a sheet as large as the input
LANE_GAP = 26
LABEL = 54  # room under a sheet for its words
LANE = TALLEST + LABEL + LANE_GAP
PART = STEP / 5  # within which lines part after a fork, and meet after the longest branch
WORD = 40  # half of the longest word under a join, with some room
ROOM = Room(lead=0.5, meeting=0.35, stretched=False)
MARGIN = 4
MOST_SHEETS = 6


Spot = tuple[float, float]  # x and y of the middle of a layer


class Paper(NamedTuple):
    """Style that a diagram takes from its page.

    Attributes:
        font: for its words, as CSS has it: a name with a digit or a space in it is quoted.
        ground: behind translucent sheets and around words, so that lines do not shine through.
        clickable: whether its layers can be chosen, with the pointer or the keyboard.
    """

    font: str
    ground: str
    clickable: bool


PAGE = Paper("inherit", "var(--st-background-color, Canvas)", True)
FILE = Paper("'Source Sans 3', 'Segoe UI', Helvetica, Arial, sans-serif", "white", False)


@dataclass
class _Canvas:
    """Shapes drawn so far, and how high they reach; the words stand above the lines, so they come last."""

    paper: Paper
    lines: list[str] = field(default_factory=list)
    shapes: list[str] = field(default_factory=list)
    top: float = inf
    bottom: float = -inf

    def reach(self, top: float, bottom: float) -> None:
        self.top, self.bottom = min(self.top, top), max(self.bottom, bottom)


def network_svg(network: Network, traced: Trace, selected: Path | None = None, paper: Paper = PAGE) -> str:
    """The network from left to right, readable in light and dark (it takes the text's colour).

    Every layer carries its numbers as a hover text. Maps whose units see the whole input already
    are marked “sees all”: more convolution there widens no view. A layer that cannot work is
    dashed and marked with an exclamation mark.
    """
    canvas, arranged = _Canvas(paper), arrange(network, ROOM)
    width = STEP * (1 + sum(arranged.widths))
    middles = {bypass.path: bypass.middle for bypass in arranged.bypasses}
    middles |= {place.path: (place.top + place.bottom) / 2 for place in arranged.places}
    heights = {path: (middle - 0.5) * arranged.height * LANE for path, middle in middles.items()}
    spots = {place.path: ((place.column + 0.5) * STEP, heights[place.path]) for place in arranged.places}
    _node(
        canvas,
        STEP / 2,
        0,
        "input",
        shape_text(network.input_shape),
        network.input_shape,
        network,
        "plain",
        "The image as it comes in",
        None,
    )
    _connect(canvas, network.layers, (), STEP, (STEP / 2, 0), spots, heights)
    for row in traced.rows:
        _layer(canvas, *spots[row.path], network.at(row.path), row, traced, network, row.path == selected)
    words = f"{network.name}: " + ", ".join(
        f"{type(block).__name__} {block.describe()}".strip() for _, block in network.walk()
    )
    top, height = canvas.top - MARGIN, canvas.bottom - canvas.top + 2 * MARGIN
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}" '
        f'viewBox="0 {top:g} {width:g} {height:g}" role="{"group" if paper.clickable else "img"}" aria-label="{html.escape(words, quote=True)}" '
        f'font-family="{html.escape(paper.font, quote=True)}" font-size="11" fill="currentColor" stroke="none">'
        + "".join(canvas.lines + canvas.shapes)
        + "</svg>"
    )


def _connect(
    canvas: _Canvas,
    blocks: Sequence[Block],
    prefix: Path,
    left: float,
    start: Spot,
    spots: Mapping[Path, Spot],
    heights: Mapping[Path, float],
) -> Spot:
    """Draw the lines of a sequence whose columns begin at `left`, from `start` on; returns where they have come to."""
    for index, block in enumerate(blocks):
        path = (*prefix, index)
        x, y = spots[path]
        if isinstance(block, Branches):
            closing = x - STEP / 2 - ROOM.meeting * STEP - PART
            for number, branch in enumerate(block.branches):
                lane = heights[(*path, number, 0) if branch else (*path, number)]
                opened = left + PART
                _line(canvas, *start, opened, lane)
                first = left + lead(branch, ROOM) * STEP
                end = _connect(canvas, branch, (*path, number), first, (opened, lane), spots, heights)
                met = max(end[0], closing)
                _line(canvas, *end, met, lane)
                _line(canvas, met, lane, x - WORD, y)  # not through the word under the join
                _line(canvas, x - WORD, y, x, y)
        else:
            _line(canvas, *start, x, y)
        start, left = (x, y), x + STEP / 2
    return start


def _line(canvas: _Canvas, x1: float, y1: float, x2: float, y2: float) -> None:
    bend = (x1 + x2) / 2
    canvas.reach(min(y1, y2), max(y1, y2))
    canvas.lines.append(
        f'<path d="M{x1:g},{y1:g} C{bend:g},{y1:g} {bend:g},{y2:g} {x2:g},{y2:g}" '
        'fill="none" stroke="currentColor" stroke-opacity=".35" stroke-width="1.5"/>'
    )


def _layer(canvas, x, y, block, row: Row, traced: Trace, network, selected) -> None:
    problem = traced.problem_at(row.path)
    if isinstance(block, Branches):
        name, what = block.merge, ""
    else:
        name, what = block.short_name or type(block).__name__, block.describe()
    if problem or row.output_shape is None:
        facts = problem or "An earlier layer cannot work, so nothing arrives here."
        below = "cannot work" if problem else "–"
    else:
        below = shape_text(row.output_shape)
        sees = row.field.size
        sum_words = "" if isinstance(block, Branches) else parameters_sum(block, traced.arriving(row.path))
        nothing = "the join itself has no parameters" if isinstance(block, Branches) else "no parameters"
        parameters = f"{sum_words} {'parameter' if row.parameters == 1 else 'parameters'}" if sum_words else nothing
        macs = f"{counted(row.macs, 'multiply-add')}, " if row.macs else ""
        facts = f"{below} out; {parameters}; {macs}sees {sees[0]}×{sees[1]} pixels"
    title = f"{type(block).__name__} {what}".strip() + f": {facts}"
    seen = row.receptive_field
    covered = bool(seen and len(row.shape) == 3 and seen.covers_input)
    style = "problem" if problem else "selected" if selected else "plain"
    if style == "plain" and getattr(block, "kernel_weights", None):
        style = "accent"
    _node(canvas, x, y, name, below, row.output_shape, network, style, title, row.path, "sees all" if covered else "")


_PAINT = {
    "accent": 'fill="#818CF8" fill-opacity=".30" stroke="#6366F1" stroke-width="1.2"',
    "plain": 'fill="#94A3B8" fill-opacity=".18" stroke="#94A3B8" stroke-width="1.2"',
    "selected": 'fill="#6366F1" fill-opacity=".75" stroke="#4F46E5" stroke-width="2.4"',
    "problem": 'fill="#DC2626" fill-opacity=".12" stroke="#DC2626" stroke-width="1.8" stroke-dasharray="4 3"',
}


def _node(canvas, x, y, name, below, shape, network, style, title, path, mark="") -> None:
    """One layer around (x, y): sheets for maps, a bar for a vector, its words beneath."""
    paint, ground = _PAINT[style], f'fill="{canvas.paper.ground}"'
    halo = f'text-anchor="middle" paint-order="stroke" stroke="{canvas.paper.ground}" stroke-width="3"'
    parts = [f"<title>{html.escape(title)}</title>"]
    if shape is None:
        place = f'x="{x - 14:g}" y="{y - 14:g}" width="28" height="28" rx="3"'
        parts.append(f"<rect {place} {ground}/><rect {place} {paint}/>")
        bottom = y + 14
    elif len(shape) == 1:
        tall = min(TALLEST, 12 + 9 * log2(shape[0] + 1))
        place = f'x="{x - 5:g}" y="{y - tall / 2:g}" width="10" height="{tall:g}" rx="3"'
        parts.append(f"<rect {place} {ground}/><rect {place} {paint}/>")
        bottom = y + tall / 2
    else:
        high, wide = (max(7.0, (TALLEST - 16) * n / max(network.input_shape[:2])) for n in shape[:2])
        high, wide = min(high, TALLEST - 16), min(wide, TALLEST - 16)
        sheets = min(MOST_SHEETS, max(1, round(1 + log2(shape[2]))))
        shift = 3.0
        left, top = x - wide / 2 - shift * (sheets - 1) / 2, y - high / 2 - shift * (sheets - 1) / 2
        for sheet in range(sheets):
            place = (
                f'x="{left + sheet * shift:g}" y="{top + sheet * shift:g}" '
                f'width="{wide:g}" height="{high:g}" rx="1.5"'
            )
            parts.append(f"<rect {place} {ground}/><rect {place} {paint}/>")
        bottom = y + high / 2 + shift * (sheets - 1) / 2
    if style == "problem":
        parts.append(
            f'<text x="{x:g}" y="{y + 6:g}" text-anchor="middle" font-size="18" font-weight="700" fill="#DC2626">!</text>'
        )
    canvas.reach(2 * y - bottom, bottom + (46 if mark else 33))
    parts.append(f'<text x="{x:g}" y="{bottom + 15:g}" {halo} font-weight="600">{html.escape(name)}</text>')
    parts.append(f'<text x="{x:g}" y="{bottom + 29:g}" {halo} fill-opacity=".75">{html.escape(below)}</text>')
    if mark:
        parts.append(
            f'<text x="{x:g}" y="{bottom + 42:g}" {halo} font-size="10" font-style="italic" '
            f'fill-opacity=".75">{mark}</text>'
        )
    parts.append(
        f'<rect x="{x - STEP / 2 + 3:g}" y="{y - TALLEST / 2:g}" width="{STEP - 6}" height="{TALLEST + LABEL - 10:g}" fill="transparent"/>'
    )
    where = ""
    if path is not None and canvas.paper.clickable:
        name = html.escape(title, quote=True)
        where = f' data-path="{".".join(map(str, path))}" tabindex="0" role="button" aria-label="{name}"'
    canvas.shapes.append(f"<g{where}>{''.join(parts)}</g>")
