"""What the pages that look inside draw as charts: planes, weights, answers, matrices and receptive fields → Vega-Lite.

As in `core.views.charts`, a chart is made with Altair once and kept, and hovering needs no server.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np

from core.views.charts import KEPT, Spec, filled
from core.views.theme import CLASS_COLOURS, FRAME, INK, LIGHT, MAGMA, SIGNED, Look, class_inks, coloured
from core.views.wording import percent

MATRIX_PX = 300  # fits a phone, with its axes


def plane(
    points: np.ndarray,
    labels: np.ndarray,
    answers: np.ndarray,
    class_names: Sequence[str],
    explained: tuple[float, float],
    look: Look = LIGHT,
) -> Spec:
    """Images as points: the index of the class as a digit in its colour, and a ring around each mistake.

    A click selects an image, as `point` with the field `number`.

    Args:
        points: (n, 2).
        labels, answers: (n,) the class that each is, and the one that was answered.
        class_names: one for each class.
        explained: share of the variation along each axis, 0…1.
        look: colours of the page.
    """
    rows = [
        {
            "number": number, "x": float(x), "y": float(y), "sign": str(label), "wrong": bool(label != answer),
            "true": class_names[label], "answer": class_names[answer],
        }
        for number, ((x, y), label, answer) in enumerate(zip(points, labels.tolist(), answers.tolist()))
    ]  # fmt: skip
    titles = tuple(f"direction {n + 1}: {share * 100:.0f} % of the variation" for n, share in enumerate(explained))
    return filled(_plane(len(class_names), titles, look), points=rows)


@lru_cache(KEPT)
def _plane(classes: int, titles: tuple[str, ...], look: Look) -> Spec:
    signs = [str(n) for n in range(classes)]
    place = {
        channel.shorthand[0]: channel
        for channel in (
            alt.X(
                "x:Q",
                title=titles[0],
                scale=alt.Scale(zero=False),
                axis=alt.Axis(labels=False, ticks=False, grid=False),
            ),
            alt.Y(
                "y:Q",
                title=titles[1],
                scale=alt.Scale(zero=False),
                axis=alt.Axis(labels=False, ticks=False, grid=False),
            ),
        )
    }
    base = alt.Chart(alt.NamedData("points")).encode(**place)
    inks = class_inks(look)
    colours = alt.Scale(domain=signs, range=[inks[n % len(inks)] for n in range(classes)])
    digits = base.mark_text(fontSize=12, fontWeight="bold").encode(
        text="sign:N", color=alt.Color("sign:N", scale=colours, legend=None)
    )
    rings = base.mark_point(filled=False, shape="circle", size=260, stroke=look.text, strokeWidth=2).transform_filter(
        "datum.wrong"
    )
    click = alt.selection_point(name="point", on="click", fields=["number"], empty=False, clear=False, toggle=False)
    # What the pointer meets: a disc is easier to hit than the lines of a digit.
    discs = (
        base.mark_circle(size=180, opacity=0.001, cursor="pointer")
        .encode(
            tooltip=[
                alt.Tooltip("number:Q", title="test image", format=","),
                alt.Tooltip("true:N", title="it is"),
                alt.Tooltip("answer:N", title="answered"),
            ]
        )
        .add_params(click)
    )
    return alt.layer(digits, rings, discs).properties(height=520).to_dict()


def histogram(edges: np.ndarray, counts: np.ndarray, look: Look = LIGHT) -> Spec:
    """How many weights are of which size; each bar in the colour that its weights have in pictures.

    Args:
        edges: (bins + 1,), symmetric about zero.
        counts: (bins,).
    """
    middles = (edges[:-1] + edges[1:]) / 2
    colours = coloured(middles, float(edges[0]), float(edges[-1]), SIGNED)
    bars = [
        {"from": float(low), "to": float(high), "weights": int(n), "colour": "#{:02x}{:02x}{:02x}".format(*colour)}
        for low, high, n, colour in zip(edges[:-1], edges[1:], counts, colours)
    ]
    return filled(_histogram(look), bars=bars)


@lru_cache(KEPT)
def _histogram(look: Look) -> Spec:
    return (
        alt.Chart(alt.NamedData("bars"))
        .mark_rect(stroke=look.quiet, strokeWidth=0.5)
        .encode(
            x=alt.X(
                "from:Q",
                title="weight",
                scale=alt.Scale(nice=False, zero=False),
                axis=alt.Axis(format=".2~g", tickCount=5, grid=False),
            ),
            x2="to:Q",
            y=alt.Y("weights:Q", title="how many", axis=alt.Axis(format=",d", tickCount=4, tickMinStep=1)),
            y2=alt.datum(0),
            color=alt.Color("colour:N", scale=None),
            tooltip=[
                alt.Tooltip("weights:Q", title="weights", format=","),
                alt.Tooltip("from:Q", format=".3f"),
                alt.Tooltip("to:Q", format=".3f"),
            ],
        )
        .properties(height=170)
        .to_dict()
    )


def two_answers(
    before: np.ndarray, after: np.ndarray, class_names: Sequence[str], names: tuple[str, str], look: Look = LIGHT
) -> Spec:
    """Two bars for each class, one above the other: filled what was answered before, hollow what after.

    Args:
        before, after: (classes,) probabilities.
        class_names: of the classes.
        names: what to call the two answers.
    """
    bars = [
        {"class": label, "answer": name, "probability": float(p), "text": percent(float(p))}
        for name, values in zip(names, (before, after))
        for label, p in zip(class_names, values)
    ]
    return filled(_two_answers(tuple(class_names), names, look), bars=bars)


@lru_cache(KEPT)
def _two_answers(class_names: tuple[str, ...], names: tuple[str, str], look: Look) -> Spec:
    order = list(class_names)
    base = alt.Chart(alt.NamedData("bars")).encode(
        y=alt.Y("class:N", sort=order, title=None, axis=alt.Axis(labelFontSize=13, ticks=False, domain=False)),
        yOffset=alt.YOffset("answer:N", sort=list(names)),
        tooltip=[alt.Tooltip("class:N"), alt.Tooltip("answer:N"), alt.Tooltip("probability:Q", format=".4%")],
    )
    x = alt.X("probability:Q", scale=alt.Scale(domain=[0, 1.25]), axis=None)
    colours = alt.Scale(domain=order, range=list(CLASS_COLOURS[: len(order)]))
    edges = alt.Scale(domain=order, range=list(class_inks(look)[: len(order)]))
    bars = base.mark_bar(cornerRadiusEnd=2, strokeWidth=1.5, height={"band": 0.8}).encode(
        x=x,
        color=alt.Color("class:N", scale=colours, legend=None),
        stroke=alt.Stroke("class:N", scale=edges, legend=None),
        fillOpacity=alt.FillOpacity(
            "answer:N",
            sort=list(names),
            title=None,
            scale=alt.Scale(domain=list(names), range=[1, 0.1]),
            legend=alt.Legend(
                orient="top", symbolType="square", symbolFillColor=look.quiet, symbolStrokeColor=look.quiet
            ),
        ),
    )
    numbers = base.mark_text(align="left", dx=5, fontSize=11, color=look.text).encode(x=x, text="text:N")
    return alt.layer(bars, numbers).properties(height=34 * len(order)).to_dict()


def accuracy_without(accuracy: np.ndarray, chosen: int, noun: str, look: Look = LIGHT) -> Spec:
    """The accuracy without each channel: a bar from the line of the whole network down, or up, to it.

    Args:
        accuracy: (channels + 1,) as of `insight.Pruned`: first of the whole network.
        chosen: the channel that is looked at, marked by a word.
        noun: what a channel is called.
    """
    whole = float(accuracy[0])
    bars = [
        {
            "number": channel + 1,
            "accuracy": float(value),
            "whole": whole,
            "change": float(value) - whole,
            "mark": "▼" if channel == chosen else "",
            "top": max(float(value), whole),
        }
        for channel, value in enumerate(accuracy[1:])
    ]
    return filled(_accuracy_without(len(bars), noun, look), bars=bars)


@lru_cache(KEPT)
def _accuracy_without(channels: int, noun: str, look: Look) -> Spec:
    numbers = alt.X(
        "number:O",
        title=f"without {noun}",
        axis=alt.Axis(labelAngle=0, labelOverlap=True, ticks=False),
        scale=alt.Scale(paddingInner=0.25 if channels <= 40 else 0.05),
    )
    accuracy = alt.Y(
        "accuracy:Q", title="test accuracy", scale=alt.Scale(zero=False), axis=alt.Axis(format=".1%", tickCount=5)
    )
    tooltip = [
        alt.Tooltip("number:O", title=f"without {noun}"),
        alt.Tooltip("accuracy:Q", format=".2%"),
        alt.Tooltip("change:Q", title="change", format="+.2%"),
    ]
    base = alt.Chart(alt.NamedData("bars")).encode(x=numbers, tooltip=tooltip)
    drawn = base.mark_bar(color=look.accent).encode(y=accuracy, y2="whole:Q")
    ends = base.mark_tick(color=look.accent, thickness=3, orient="horizontal").encode(y=accuracy)
    line = alt.Chart(alt.NamedData("bars")).mark_rule(color=look.text, strokeDash=[5, 3]).encode(y="mean(whole):Q")
    mark = base.mark_text(dy=-9, fontSize=12, color=look.text).encode(
        y=alt.Y("top:Q", title="test accuracy"), text="mark:N"
    )
    return alt.layer(drawn, ends, line, mark).properties(height=240).to_dict()


def matrix_cells(
    matrix: np.ndarray,
    which: np.ndarray,
    input_columns: int,
    output_columns: int,
    kernel_columns: int,
    limit: float,
    look: Look = LIGHT,
) -> Spec:
    """A convolution as a matrix: cells without a connection stay empty; hovering frames all cells of one weight.

    Args:
        matrix: (outputs, inputs).
        which: (outputs, inputs) index of the weight, below 0 where there is none.
        input_columns, output_columns, kernel_columns: how wide the images are that were laid out flat.
        limit: size of the number that has the strongest colour.
    """
    cells = []
    for output, taken in zip(*np.nonzero(which >= 0)):
        weight = int(which[output, taken])
        value = float(matrix[output, taken])
        cells.append(
            {
                "row": int(output),
                "column": int(taken),
                "weight": weight,
                "value": value,
                "colour": "#{:02x}{:02x}{:02x}".format(*coloured(np.array(value), -limit, limit, SIGNED)),
                "output": f"row {output // output_columns + 1}, column {output % output_columns + 1}",
                "input": f"row {taken // input_columns + 1}, column {taken % input_columns + 1}",
                "which": f"row {weight // kernel_columns + 1}, column {weight % kernel_columns + 1}",
            }
        )
    return filled(_matrix_cells(matrix.shape, look), cells=cells)


@lru_cache(KEPT)
def _matrix_cells(shape: tuple[int, int], look: Look) -> Spec:
    outputs, inputs = shape
    hover = alt.selection_point(
        name="weight", on="pointerover", fields=["weight"], empty=False, clear="pointerout", nearest=False
    )
    base = alt.Chart(alt.NamedData("cells")).transform_calculate(x2="datum.column + 1", y2="datum.row + 1")
    axis = alt.Axis(ticks=False, labels=False, grid=False, domain=True, titlePadding=4)
    place = {
        "x": alt.X(
            "column:Q",
            title="inputs",
            axis=axis,
            scale=alt.Scale(domain=[0, inputs], nice=False, zero=False),
        ),
        "x2": "x2:Q",
        "y": alt.Y(
            "row:Q",
            title="outputs",
            axis=axis,
            scale=alt.Scale(domain=[outputs, 0], nice=False, zero=False),
        ),
        "y2": "y2:Q",
    }
    tiles = (
        base.mark_rect()
        .encode(
            **place,
            color=alt.Color("colour:N", scale=None),
            tooltip=[
                alt.Tooltip("value:Q", title="weight", format=".4f"),
                alt.Tooltip("which:N", title="of the kernel's"),
                alt.Tooltip("input:N", title="reads input"),
                alt.Tooltip("output:N", title="for output"),
            ],
        )
        .add_params(hover)
    )
    same = base.transform_filter(hover).mark_rect(fillOpacity=0, stroke="#22d3ee", strokeWidth=1.5).encode(**place)
    cell = max(2, MATRIX_PX // max(outputs, inputs))
    sized = alt.layer(tiles, same).properties(width=cell * inputs, height=cell * outputs)
    # A single view would be squeezed into this size with its axes; one of a concatenation keeps it.
    return alt.vconcat(sized).configure_view(stroke=look.quiet, strokeWidth=1).to_dict()


def receptive_explorer(
    activation: np.ndarray,
    regions: np.ndarray,
    image: np.ndarray,
    side_px: int = 224,
    look: Look = LIGHT,
    reads: Sequence[tuple[Sequence[int], Sequence[int]]] = (),
    first: tuple[int, int] | None = None,
) -> Spec:
    """A feature map above, the input below: hovering a unit frames exactly what it sees.

    Args:
        activation: (rows, columns) of one channel.
        regions: (rows·columns, 6) as from `insight.regions`.
        image: (h, w) or (h, w, 3) in 0…1, what the network received.
        side_px: about how wide each picture is.
        look: colours of the page.
        first: row and column of the unit that is framed to begin with; None for the one in the middle.
        reads: `ReceptiveField.paths`, where the frame has holes: what the unit truly reads is marked in it.
    """
    rows, columns = activation.shape
    units = [
        {
            "row": int(row), "column": int(column), "value": float(activation[row, column]),
            "top": int(top), "left": int(left), "bottom": int(bottom), "right": int(right),
            "unit": f"row {row + 1}, column {column + 1}", "view": _seen_words(int(top), int(left), int(bottom), int(right)),
        }
        for row, column, top, left, bottom, right in regions
    ]  # fmt: skip
    lowest, highest = float(activation.min()), float(activation.max())
    limit = max(abs(lowest), abs(highest)) or 1.0
    shape = deepcopy(_receptive_explorer((rows, columns), image.shape, lowest < 0, side_px, look, len(reads)))
    if reads:
        ways = [[[_bits(mask) for mask in masks] for masks in way] for way in reads]
        shape["params"] = [*shape["params"], {"name": "reads", "value": ways}]
    if first is not None:
        (hovered,) = (one for one in shape["params"] if one["name"] == "unit")
        hovered["value"] = [{"row": first[0], "column": first[1]}]
    shades = shape["vconcat"][0]["layer"][0]["encoding"]["color"]["scale"]
    shades["domain"] = [limit * end for end in shades["domain"]]
    return filled(shape, units=units, pixels=_pixels(image))


@lru_cache(KEPT)
def _receptive_explorer(
    units: tuple[int, int], pixels_shape: tuple[int, ...], signed: bool, side_px: int, look: Look, ways: int
) -> Spec:
    """For values up to 1; `ways` is how many products of rows and columns a unit reads, 0 for its whole frame."""
    rows, columns = units
    height, width = pixels_shape[:2]
    shades = (
        alt.Scale(domain=[-1, 1], range=list(SIGNED), interpolate="rgb")
        if signed
        else alt.Scale(domain=[0, 1], range=list(MAGMA), interpolate="rgb")
    )
    hover = alt.selection_point(
        name="unit", on="pointerover", fields=["row", "column"], empty=False, clear=False,
        value=[{"row": rows // 2, "column": columns // 2}], nearest=False,
    )  # fmt: skip
    grid = alt.Chart(alt.NamedData("units"))
    cells = (
        grid.mark_rect()
        .encode(
            x=_position("column", columns),
            x2="x2:Q",
            y=_position("row", rows),
            y2="y2:Q",
            color=alt.Color(
                "value:Q", scale=shades, title="value", legend=alt.Legend(orient="right", gradientLength=120)
            ),
            tooltip=[
                alt.Tooltip("unit:N"),
                alt.Tooltip("value:Q", format=".4f"),
                alt.Tooltip("view:N", title="sees"),
            ],
        )
        .transform_calculate(x2="datum.column + 1", y2="datum.row + 1")
        .add_params(hover)
    )
    chosen = (
        grid.mark_rect(fillOpacity=0, stroke=FRAME, strokeWidth=3)
        .encode(x=_position("column", columns), x2="x2:Q", y=_position("row", rows), y2="y2:Q")
        .transform_calculate(x2="datum.column + 1", y2="datum.row + 1")
        .transform_filter(hover)
    )
    pixels = alt.Chart(alt.NamedData("pixels")).mark_rect()
    place = {
        "x": _position("column", width),
        "x2": "x2:Q",
        "y": _position("row", height),
        "y2": "y2:Q",
    }
    marks = []
    if ways:
        inner = {"x": _position("x1", width), "x2": "x2:Q", "y": _position("y1", height), "y2": "y2:Q"}
        read = " || ".join(
            f"(indexof(reads[{way}][0][unit.row[0]], '|' + datum.row + '|') >= 0"
            f" && indexof(reads[{way}][1][unit.column[0]], '|' + datum.column + '|') >= 0)"
            for way in range(ways)
        )
        marks = [
            pixels.mark_rect(fillOpacity=0.35, fill=FRAME, stroke=FRAME, strokeWidth=1.5)
            .encode(**inner)
            .transform_filter(f"isValid(unit.row) && ({read})")
            .transform_calculate(
                x1="datum.column + 0.2", x2="datum.column + 0.8", y1="datum.row + 0.2", y2="datum.row + 0.8"
            )
        ]
    if len(pixels_shape) == 3:
        pixels = pixels.encode(**place, color=alt.Color("colour:N", scale=None))
    else:
        ink = alt.Scale(domain=[0, 1], range=list(INK))
        pixels = pixels.encode(**place, color=alt.Color("value:Q", scale=ink, legend=None))
    pixels = pixels.transform_calculate(x2="datum.column + 1", y2="datum.row + 1")
    box = (
        grid.mark_rect(fill=FRAME, fillOpacity=0 if ways else 0.22, stroke=FRAME, strokeWidth=3)
        .encode(x=_position("left", width), x2="right:Q", y=_position("top", height), y2="bottom:Q")
        .transform_filter(hover)
        .transform_filter("datum.bottom > datum.top")
    )
    words = (
        grid.mark_text(align="left", baseline="bottom", fontSize=12, color=look.text)
        .transform_calculate(words="datum.unit + ' sees ' + datum.view")
        .transform_filter(hover)
        .encode(x=alt.value(0), y=alt.value(-6), text="words:N")
    )
    above = alt.layer(cells, chosen).properties(**_sides(rows, columns, side_px))
    below = alt.layer(pixels, *marks, box, words).properties(**_sides(height, width, side_px))
    room = {"left": 0, "top": 0, "right": 34, "bottom": 5}  # so that the words fit beside a small picture
    return (
        alt.vconcat(above, below, spacing=34, padding=room)
        .resolve_scale(x="independent", y="independent", color="independent")
        .configure_view(strokeWidth=0)
        .configure_concat(spacing=30)
        .to_dict()
    )


def _position(field: str, length: int) -> Any:
    """An axis of cell indices on which 0 is at the top or left; without decoration."""
    scale = alt.Scale(domain=[0, length], nice=False, zero=False)
    channel = alt.Y if field in ("row", "top", "y1") else alt.X
    if channel is alt.Y:
        scale = alt.Scale(domain=[length, 0], nice=False, zero=False)
    return channel(f"{field}:Q", scale=scale, axis=None)


def _bits(mask: int) -> str:
    """The places of a mask as the browser looks them up: `|3|5|7|`."""
    return "|" + "".join(f"{place}|" for place in range(mask.bit_length()) if mask >> place & 1)


def _seen_words(top: int, left: int, bottom: int, right: int) -> str:
    """Rows and columns as people count, from 1."""
    if bottom == top:
        return "only padding"
    return f"{bottom - top}×{right - left} pixels: rows {top + 1}–{bottom}, columns {left + 1}–{right}"


def _sides(rows: int, columns: int, side_px: int) -> dict[str, int]:
    """Width and height in which each cell is a square of whole pixels, at least 2."""
    cell = max(2, side_px // max(rows, columns))
    return {"width": cell * columns, "height": cell * rows}


def _pixels(image: np.ndarray) -> list[dict[str, Any]]:
    height, width = image.shape[:2]
    if image.ndim == 2:
        return [
            {"row": r, "column": c, "value": round(float(image[r, c]), 3)}
            for r in range(height)
            for c in range(width)
        ]
    levels = (np.clip(image, 0, 1) * 255).astype(int)
    return [
        {"row": r, "column": c, "colour": "#{:02x}{:02x}{:02x}".format(*levels[r, c])}
        for r in range(height)
        for c in range(width)
    ]
