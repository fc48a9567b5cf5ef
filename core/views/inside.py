"""Charts of a model's internals: embeddings, weights, predictions, convolution matrices and receptive fields → Vega-Lite.

As in `core.views.charts`, a chart is made with Altair once and kept, and hovering needs no server.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np

from core.network.percentages import rough_percent
from core.views.charts import EACH_NAMED, KEPT, Spec, filled, shown_classes
from core.views.theme import CLASS_COLOURS, LIGHT, SIGNED, Look, class_inks, coloured
from core.views.wording import certainty

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
        labels, answers: (n,) the true class of each, and the predicted one.
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
    titles = tuple(f"direction {n + 1}: {rough_percent(share)} of the variation" for n, share in enumerate(explained))
    return filled(_plane(len(class_names), titles, look), points=rows)


@lru_cache(KEPT)
def _plane(classes: int, titles: tuple[str, ...], look: Look) -> Spec:
    signs = [str(n) for n in range(classes)]
    place: dict[str, Any] = {
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
                alt.Tooltip("answer:N", title="predicted"),
            ]
        )
        .add_params(click)
    )
    return alt.layer(digits, rings, discs).properties(height=520).to_dict()


def histogram(edges: np.ndarray, counts: np.ndarray, look: Look = LIGHT) -> Spec:
    """Histogram of weights; each bar has the colour that its weights have in pictures.

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


def two_predictions(
    before: np.ndarray, after: np.ndarray, class_names: Sequence[str], names: tuple[str, str], look: Look = LIGHT
) -> Spec:
    """Two bars for each class, one above the other: filled for the probabilities before, hollow for those after.

    Args:
        before, after: (classes,) probabilities.
        class_names: of the classes.
        names: of the two predictions.
    """
    shown, more = shown_classes(before, after)
    bars = [
        {"class": class_names[label], "answer": name, "probability": float(p), "text": certainty(float(p))}
        for name, values in zip(names, (before, after))
        for label, p in zip(shown, values[shown])
    ]
    colours = tuple(
        tuple(palette[label % len(palette)] for label in shown) for palette in (CLASS_COLOURS, class_inks(look))
    )
    return filled(
        _two_predictions(tuple(class_names[label] for label in shown), colours, more, names, look), bars=bars
    )


@lru_cache(KEPT)
def _two_predictions(
    class_names: tuple[str, ...],
    palettes: tuple[tuple[str, ...], ...],
    more: str | None,
    names: tuple[str, str],
    look: Look,
) -> Spec:
    order = list(class_names)
    base = alt.Chart(alt.NamedData("bars")).encode(
        y=alt.Y(
            "class:N",
            sort=order,
            title=more,
            axis=alt.Axis(labelFontSize=13, ticks=False, domain=False, **EACH_NAMED),
        ),
        yOffset=alt.YOffset("answer:N", sort=list(names)),
        tooltip=[alt.Tooltip("class:N"), alt.Tooltip("answer:N"), alt.Tooltip("probability:Q", format=".4%")],
    )
    x = alt.X("probability:Q", scale=alt.Scale(domain=[0, 1.25]), axis=None)
    colours, edges = (alt.Scale(domain=order, range=list(palette)) for palette in palettes)
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
        noun: word for a channel.
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
