"""A stack of convolutions from the side: one unit of the last layer, and all that it depends on, as a fan of lines."""

from __future__ import annotations

from collections.abc import Sequence

from core.learn.stacking import LETTERS, Fan, Price, Stack, StackedLayer, Step
from core.network.words import counted
from core.views.theme import LIGHT, Look

WIDTH, LABEL_PX, LEVEL_PX, TOP_PX = 460, 58, 58, 20
MOST_CELL_PX = 22
QUANTITIES = ("Size n", "Jump j", "Field r", "Centre c")


def fan_svg(stack: Stack, steps: Sequence[Step], found: Fan, look: Look = LIGHT) -> str:
    """The layers one above the other, the input at the bottom; each unit stands over the middle of its field.

    Args:
        stack: the layers.
        steps: of this stack, the input first.
        found: of the chosen unit.
        look: colours of the page.
    """
    n = steps[0].size
    middles = [[step.centre - 1 + at * step.jump for at in range(step.size)] for step in steps]
    outside = [_place(steps[level], place) for level, lines in enumerate(found.lines) for _, place in lines]
    low = min(0.0, found.field[0], *outside, *(row[0] for row in middles)) - 0.5
    high = max(n - 1.0, found.field[1], *outside, *(row[-1] for row in middles)) + 0.5
    cell = min((WIDTH - LABEL_PX - 8) / (high - low), MOST_CELL_PX)
    height = TOP_PX + LEVEL_PX * len(stack) + cell / 2 + 10

    def spot(level: int, place: int) -> tuple[float, float]:
        return LABEL_PX + (_place(steps[level], place) - low) * cell, TOP_PX + LEVEL_PX * (len(stack) - level)

    lines, units = "", ""
    for level, pairs in enumerate(found.lines):
        for at, place in pairs:
            inside = 0 <= place < steps[level].size
            lines += _line(spot(level + 1, at), spot(level, place), inside, look)
            units += "" if inside else _zero(*spot(level, place), cell, look)
    for level, row in enumerate(middles):
        for place in range(len(row)):
            used = place in found.levels[level]
            skipped = level == 0 and not used and found.field[0] <= place <= found.field[1]
            draw = _unit if level else _cell
            units += draw(*spot(level, place), cell, used, skipped, look)
        name = f"layer {level}" if level else "input"
        units += f'<text x="0" y="{spot(level, 0)[1] + 4:g}" fill="{look.text}">{name}</text>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:g}" width="{WIDTH}" height="{height:g}" '
        f'font-family="\'Segoe UI\', Helvetica, Arial, sans-serif" font-size="13">{lines}{units}</svg>'
    )


def _place(step: Step, place: int) -> float:
    return step.centre - 1 + place * step.jump


def _line(start: tuple[float, float], end: tuple[float, float], inside: bool, look: Look) -> str:
    (x, y), (u, v) = start, end
    how = f'stroke="{look.accent}" opacity="0.6"' if inside else f'stroke="{look.quiet}" stroke-dasharray="3 3"'
    return f'<line x1="{x:.1f}" y1="{y:g}" x2="{u:.1f}" y2="{v:g}" {how}/>'


def _zero(x: float, y: float, cell: float, look: Look) -> str:
    side = cell * 0.6
    return (
        f'<rect x="{x - side / 2:.1f}" y="{y - side / 2:.1f}" width="{side:.1f}" height="{side:.1f}" fill="{look.ground}" '
        f'stroke="{look.quiet}" stroke-dasharray="2 2"/>'
    )


def _unit(x: float, y: float, cell: float, used: bool, _: bool, look: Look) -> str:
    fill, stroke = (look.accent, look.accent) if used else (look.ground, look.quiet)
    return f'<circle cx="{x:.1f}" cy="{y:g}" r="{min(cell * 0.36, 6):.1f}" fill="{fill}" stroke="{stroke}"/>'


def _cell(x: float, y: float, cell: float, used: bool, skipped: bool, look: Look) -> str:
    side = cell * 0.86
    left, top = x - side / 2, y - side / 2
    fill, stroke = (look.accent, look.accent) if used else (look.ground, look.accent if skipped else look.quiet)
    box = (
        f'<rect x="{left:.1f}" y="{top:.1f}" width="{side:.1f}" height="{side:.1f}" fill="{fill}" stroke="{stroke}"/>'
    )
    if not skipped:
        return box
    return box + (
        f'<path d="M{left:.1f} {top:.1f}l{side:.1f} {side:.1f}m0 {-side:.1f}l{-side:.1f} {side:.1f}" stroke="{look.accent}"/>'
    )


def fan_words(steps: Sequence[Step], found: Fan) -> str:
    """The picture in words: what the unit reads, what its field leaves out, and where it lies."""
    (unit,) = found.levels[-1]
    read = sorted(found.levels[0])
    low, high = found.field
    seen = f"Unit {unit + 1} of {steps[-1].size} of the last layer has a field of {counted(high - low + 1, 'cell')}, from {low + 1} to {high + 1}"
    inside = range(max(low, 0), min(high, steps[0].size - 1) + 1)
    beyond = high - low + 1 - len(inside)
    said = [f", of which {beyond} {'lies' if beyond == 1 else 'lie'} outside of the input" if beyond else ""]
    left_out = len(inside) - len(read)
    reads = (
        f"It depends on {counted(len(read), 'cell')} of the input" if read else "It depends on no cell of the input"
    )
    if left_out:
        reads += (
            f"; {counted(left_out, 'cell')} within its field {'is' if left_out == 1 else 'are'} left out (crossed)"
        )
    return f"{seen}{said[0]}. {reads}. On an image that is so along both axes: {len(read)}×{len(read)} pixels."


def layer_words(layer: StackedLayer) -> str:
    """`3×3, stride 2, padding 1`."""
    words = [f"{layer.kernel}×{layer.kernel}"]
    words += [f"{name} {value}" for name, value, usual in (("stride", layer.stride, 1), ("dilation", layer.dilation, 1), ("padding", layer.padding, 0)) if value != usual]  # fmt: skip
    return ", ".join(words)


def step_rows(stack: Stack, steps: Sequence[Step]) -> list[dict[str, str]]:
    """The arithmetic row by row, with letters and then with numbers: rows of a table, column → words."""
    rows = [{"Layer": "in letters"} | dict(zip(QUANTITIES, LETTERS.formulas, strict=True))]
    for number, step in enumerate(steps):
        values = (f"{step.size:,}", f"{step.jump:,}", f"{step.field:,}", f"{step.centre:g}")
        name = f"{number}: {layer_words(stack[number - 1])}" if number else "Input"
        written = [f"{formula} = {value}" if formula else value for formula, value in zip(step.formulas, values, strict=True)]  # fmt: skip
        rows.append({"Layer": name} | dict(zip(QUANTITIES, (one.replace("-", "−") for one in written), strict=True)))
    return rows


def price_rows(prices: dict[str, Price]) -> list[dict[str, str]]:
    """What stacks see and cost: rows of a table, column → words."""
    return [
        {
            "": name, "Field": f"{one.field}×{one.field}", "Cells read": f"{one.read}×{one.read}",
            "Parameters": f"{one.parameters:,}", "Multiply-adds": f"{one.macs:,}", "Nonlinearities": str(one.layers),
        }
        for name, one in prices.items()
    ]  # fmt: skip


def task_words(found: Price | None, best: int, target: int) -> tuple[bool, str]:
    """Whether the target is reached with the fewest parameters, and what is to be said.

    Args:
        found: of the stack; None where it does not work.
        best: the fewest parameters that cover the target.
        target: rows and columns to cover.
    """
    asked = f"{target}×{target}"
    if found is None:
        return False, "The stack has to work first."
    if found.covered < target:
        holes = (
            f" Its field of {found.field}×{found.field} is large enough, but it has holes: no unit depends on {counted(target, 'cell')} side by side."
            if found.field >= target
            else ""
        )
        return (
            False,
            f"Not covered: the most that a unit depends on is {found.covered}×{found.covered} of {asked}.{holes}",
        )
    if found.parameters > best:
        return False, f"Covered, with {counted(found.parameters, 'parameter')}. {best:,} are enough."
    return True, f"Reached: {asked} is covered with {counted(best, 'parameter')}, and no stack does it with fewer."
