"""Learning curves, confusion matrices and predictions as Vega-Lite charts; hovering works in the browser.

What a chart looks like is made with Altair once and kept, as Altair checks each part of it against Vega-Lite's
schema: that took a tenth of a second for a page that is drawn anew twice a second. Only the data are new each time.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np

from core.network.words import counted
from core.study.curves import Spread, smoothed, spread
from core.training.snapshot import Point, Snapshot, mean
from core.views.axes import EVEN, Axes, placed, quantity_axis, time_axis
from core.views.domains import accuracy_floor, loss_domain, plan_end, round_up, time_ends
from core.views.theme import CLASS_COLOURS, LIGHT, Look, class_inks
from core.views.wording import accuracy_text, certainty
from core.views.zooming import FRAME, Domain, Spec, domain, frame, zoomable

CURVE_HEIGHT = 300
DRAWN = "your drawings"
KEPT = 64  # shapes of a kind of chart
COMPARED_HEIGHT = 400
NAME_PX, SHORT_NAME = 320, 20  # of a run's name in the legend; characters of which two stand beside each other
SHORT_DASH, LONG_DASH = [5, 3], [14, 5]  # of evaluations; of those that were measured before
MOST_BARS = 40  # classes of one chart
# Of an axis of classes: each has its name, in its own row.
EACH_NAMED: dict[str, Any] = {"labelFlush": False, "labelOverlap": False}
SHAPES = ("circle", "square", "cross", "diamond", "triangle-up", "triangle-down", "triangle-right", "triangle-left")

alt.theme.enable("none")  # Altair's own would give charts a fixed width; the page decides it


def filled(shape: Spec, **datasets: list[dict[str, Any]]) -> Spec:
    """Return a chart specification with its data; the shared specification is not changed."""
    return {**shape, "datasets": datasets}


def learning_curve(
    snapshot: Snapshot,
    quantity: str,
    look: Look = LIGHT,
    each_epoch: bool = False,
    before: bool = False,
    axes: Axes = EVEN,
    beside: Sequence[Snapshot] = (),
) -> Spec:
    """`loss` or `accuracy`: training as a line, evaluations as points on a dashed line.

    Where a visitor's drawings are evaluated beside them, these are squares on a line of longer dashes. The epoch whose
    weights came back at the end has a ring, with words beside it.

    Args:
        snapshot: holds the curves.
        quantity: which.
        look: colours of the page.
        each_epoch: whether training is shown as the mean over each epoch, against epochs, which compares
            fairly with the evaluation after it; otherwise as it was from step to step, against steps.
        before: whether the axis reaches to what was before training and in the first epoch.
        axes: which are logarithmic.
        beside: others whose charts stand beside this one, so that the vertical axis holds their curves too.
    """
    evaluated_on = snapshot.evaluated_on
    batches = 1 if each_epoch else snapshot.steps / max(snapshot.epochs, 1)
    points = epoch_means(snapshot.train) if each_epoch else snapshot.train
    rows = {
        "train": _points(points, quantity, "training"),
        "evaluations": _points(snapshot.evaluations, quantity, evaluated_on),
        "held_out": _points(snapshot.held_out, quantity, DRAWN),
    }
    kept = [point for point in snapshot.evaluations if point.epoch == snapshot.kept_epoch]
    rows["kept"] = _points(kept, quantity, evaluated_on)
    for row in (row for part in rows.values() for row in part):
        row["at"] = row["epoch"] * batches
    rows = {part: placed(points, axes) for part, points in rows.items()}
    last = plan_end(snapshot) * batches
    ends = time_ends(last, [row["at"] for part in rows.values() for row in part], axes.time)
    middle = math.sqrt(ends[0] * ends[1]) if axes.time else last / 2
    for row in rows["kept"]:
        at_right = row["at"] > middle
        row |= {"words": f"kept: epoch {row['epoch']:g}", "align": "right" if at_right else "left"}
    rows[FRAME] = frame(ends, quantity_domain((snapshot, *beside), quantity, before, axes.loss))
    drawn = bool(snapshot.held_out)
    return filled(_learning_curve(quantity, evaluated_on, look, each_epoch, drawn, axes), **rows)


def compact(chart: Spec, height: int) -> Spec:
    """A chart for a narrow place: without legend and titles, and with few labels; its caption says what they would."""
    quiet = {"axis": {"tickCount": 3, "labelOverlap": True}, "title": None}
    layers = []
    for layer in chart["layer"]:
        encoding = {
            name: {**channel, "legend": None} if name == "color" else {**channel, **_quiet(channel, quiet)}
            for name, channel in layer.get("encoding", {}).items()
            if isinstance(channel, dict)
        } | {name: channel for name, channel in layer.get("encoding", {}).items() if not isinstance(channel, dict)}
        layers.append({**layer, "encoding": encoding})
    return {**chart, "height": height, "layer": layers}


def _quiet(channel: Spec, quiet: Spec) -> Spec:
    if "scale" not in channel and "axis" not in channel and "title" not in channel:
        return {}
    axis = channel.get("axis")
    return {"title": None, "axis": None if "axis" in channel and axis is None else {**(axis or {}), **quiet["axis"]}}


@lru_cache(KEPT)
def _learning_curve(
    quantity: str,
    evaluated_on: str,
    look: Look,
    each_epoch: bool,
    drawn: bool,
    axes: Axes,
) -> Spec:
    percent = quantity == "accuracy"
    names, colours = ["training", evaluated_on], [look.quiet, look.accent]
    if drawn:
        names, colours = [*names, DRAWN], [*colours, CLASS_COLOURS[6]]
    series = alt.Color(
        "series:N",
        title=None,
        scale=alt.Scale(domain=names, range=colours),
        legend=alt.Legend(orient="top", symbolType="stroke", symbolStrokeWidth=3),
    )
    tooltip = [
        alt.Tooltip("series:N", title="images"),
        alt.Tooltip("epoch:Q", format=".2f"),
        alt.Tooltip("value:Q", title=quantity, format=".2%" if percent else ".4f"),
    ]
    base = {
        "x": time_axis("epoch" if each_epoch else "step", logarithmic=axes.time),
        "y": quantity_axis(quantity, axes.loss),
        "color": series,
        "tooltip": tooltip,
    }
    train = alt.Chart(alt.NamedData("train")).mark_line(strokeWidth=2, clip=True, point=each_epoch).encode(**base)
    base["tooltip"] = told = _of_evaluations(tooltip, quantity)
    evaluated = (
        alt.Chart(alt.NamedData("evaluations"))
        .mark_line(strokeDash=[5, 3], strokeWidth=2, clip=True, point={"filled": True, "size": 60})
        .encode(**base)
    )
    held_out = (
        alt.Chart(alt.NamedData("held_out"))
        .mark_line(
            strokeDash=[10, 4], strokeWidth=2, clip=True, point={"filled": True, "size": 60, "shape": "square"}
        )
        .encode(**base)
    )
    place = {"x": base["x"], "y": base["y"], "tooltip": told}
    kept = alt.Chart(alt.NamedData("kept")).encode(**place)
    ring = kept.mark_point(
        shape="circle", size=260, filled=False, strokeWidth=2, color=look.text, clip=True, aria=False
    )
    words = kept.mark_text(
        align=alt.expr("datum.align"),  # so that they stay on the chart
        dx=alt.expr("datum.align === 'left' ? 8 : -8"),
        dy=20 if percent else -20,  # accuracies are at the top, losses at the bottom
        color=look.text,
        clip=True,
    ).encode(text="words:N")
    layers = [train, evaluated, *([held_out] if drawn else []), ring, words]
    return zoomable(alt.layer(*layers).properties(height=CURVE_HEIGHT).to_dict(), look)


def epoch_means(points: Sequence[Point]) -> tuple[Point, ...]:
    """The training curve as one point for each epoch that has ended or goes on: the mean over its images."""
    found: dict[int, list[Point]] = {}
    for point in points:
        found.setdefault(max(math.ceil(point.epoch - 1e-9), 1), []).append(point)
    return tuple(mean(part) for _, part in sorted(found.items()))


def rate_curve(
    epochs: Sequence[float] | np.ndarray, rates: Sequence[float] | np.ndarray, last_epoch: float, look: Look = LIGHT
) -> Spec:
    """The learning rate over epochs, planned or as it was."""
    rows = [{"epoch": float(epoch), "rate": float(rate)} for epoch, rate in zip(epochs, rates)]
    top = round_up(max((row["rate"] for row in rows), default=0.0))
    return filled(_rate_curve(look), rates=rows, **{FRAME: frame(time_ends(last_epoch), (0.0, top))})


@lru_cache(KEPT)
def _rate_curve(look: Look) -> Spec:
    line = (
        alt.Chart(alt.NamedData("rates"))
        .mark_line(strokeWidth=2, color=look.accent, clip=True)
        .encode(
            x=time_axis("epoch", "epoch"),
            y=alt.Y(
                "rate:Q",
                title="learning rate",
                scale=alt.Scale(domain=domain("y"), nice=False),
                axis=alt.Axis(format="~g", tickCount=4),
            ),
            tooltip=[
                alt.Tooltip("epoch:Q", format=".2f"),
                alt.Tooltip("rate:Q", title="learning rate", format=".3~g"),
            ],
        )
    )
    return zoomable(alt.layer(line).properties(height=150).to_dict(), look)


def own_places(wanted: Sequence[int], places: int) -> tuple[int, ...]:
    """A place in 0 … places − 1 for each number: its own, modulo their count, or the next that none before it has.

    More numbers than places begin anew.
    """
    found: list[int] = []
    for number in wanted:
        taken = found[len(found) // places * places :]
        found.append(next(at % places for at in range(number, number + places) if at % places not in taken))
    return tuple(found)


def own_marks(
    field: str, names: Sequence[str], numbers: Sequence[int], look: Look, label_px: int
) -> tuple[alt.Color, alt.Shape]:
    """A colour and a shape for each value of a field, which it keeps whatever it is shown beside; the legend is above.

    Args:
        field: of the data, e.g. `network:N`.
        names: its values.
        numbers: of each, by which it keeps its colour and shape.
        look: colours of the page.
        label_px: what a name in the legend may take.
    """
    inks = class_inks(look)
    colours = [inks[place] for place in own_places(numbers, len(inks))]
    shapes = [SHAPES[place] for place in own_places(numbers, len(SHAPES))]
    colour = alt.Color(
        field,
        title=None,
        scale=alt.Scale(domain=list(names), range=colours),
        legend=alt.Legend(orient="top", columns=2, labelLimit=label_px, symbolOpacity=1),
    )
    return colour, alt.Shape(field, title=None, scale=alt.Scale(domain=list(names), range=shapes))


def compared(
    runs: Sequence[tuple[str, Snapshot]],
    quantity: str,
    training: bool,
    look: Look = LIGHT,
    numbers: Sequence[int] | None = None,
    axes: Axes = EVEN,
    by_second: bool = False,
    groups: Sequence[tuple[str, Sequence[Snapshot]]] = (),
    smoothing: float = 0.0,
    before: Sequence[str] = (),
) -> Spec:
    """Several runs in one chart: each a colour and a shape of its own; dashed their evaluations.

    Runs that differ in the seed alone can be one curve: the mean of their evaluations, in a band of a standard deviation to
    both sides.

    Args:
        runs: (name, snapshot); names must differ.
        quantity: `loss` or `accuracy`.
        training: whether the curves on the training images are drawn too, as thin lines.
        look: colours of the page.
        numbers: of each run, by which it keeps its colour and shape whatever else is drawn; their places by default.
        axes: which are logarithmic.
        by_second: whether the time axis is in seconds: each epoch as long as a run's epochs are on average.
        groups: (name, snapshots) of runs that are one curve; their names and numbers follow those of `runs`. Not by second.
        smoothing: weight of what came before in the curves on the training images, 0 … below 1.
        before: names of runs that were measured before, whose dashes are longer.
    """
    rows = {"train": [], "evaluations": []} | ({"bands": []} if groups else {})
    numbers = tuple(range(len(runs) + len(groups)) if numbers is None else numbers)
    for name, snapshot in runs:
        evaluated = _points(snapshot.evaluations, quantity, snapshot.evaluated_on)
        trained = _smoothed(_points(snapshot.train, quantity, "training"), smoothing) if training else []
        long = (snapshot.seconds_an_epoch or 0.0) if by_second else 1.0
        for part, points in (("evaluations", evaluated), ("train", trained)):
            rows[part] += [
                {**row, "run": name, "at": row["epoch"] * long, "before": name in before} for row in points
            ]
    names = tuple(name for name, _ in (*runs, *groups))
    shown = [*(snapshot for _, snapshot in runs), *(one for _, snapshots in groups for one in snapshots)]
    last = max((s.epochs * ((s.seconds_an_epoch or 0.0) if by_second else 1.0) for s in shown), default=1.0) or 1.0
    ends = quantity_domain(shown, quantity, False, axes.loss, training)
    floor = ends[0] if axes.loss else -math.inf  # a logarithmic axis has no place for what is below 0
    for name, snapshots in groups:
        for seed, snapshot in enumerate(snapshots if training else ()):
            points = _smoothed(_points(snapshot.train, quantity, "training"), smoothing)
            rows["train"] += [{**row, "run": name, "at": row["epoch"], "seed": seed} for row in points]
        rows["bands"] += [_band(name, at, snapshots[0].evaluated_on, floor) for at in spread(snapshots, quantity)]
    rows = {part: placed(points, axes) for part, points in rows.items()}
    places = [row["at"] for part in rows.values() for row in part]
    rows[FRAME] = frame(time_ends(last, places, axes.time), ends)
    return filled(_compared(names, numbers, quantity, axes, by_second, bool(groups), bool(before), look), **rows)


def _band(name: str, at: Spread, series: str, floor: float) -> dict[str, Any]:
    ends = {"low": max(at.mean - at.deviation, floor), "high": at.mean + at.deviation}
    return {"run": name, "series": series, "at": at.epoch, "value": at.mean, "seeds": at.runs, **at._asdict(), **ends}


def _smoothed(points: list[dict[str, Any]], weight: float) -> list[dict[str, Any]]:
    values = smoothed([point["value"] for point in points], weight)
    return [{**point, "value": value} for point, value in zip(points, values)]


@lru_cache(KEPT)
def _compared(
    names: tuple[str, ...],
    numbers: tuple[int, ...],
    quantity: str,
    axes: Axes,
    by_second: bool,
    banded: bool,
    before: bool,
    look: Look,
) -> Spec:
    percent = quantity == "accuracy"
    colours = [CLASS_COLOURS[place] for place in own_places(numbers, len(CLASS_COLOURS))]
    shapes = [SHAPES[place] for place in own_places(numbers, len(SHAPES))]
    sizes = [160, 60 if len(names) > 1 else 160]  # of the first and of the last: Vega shares out what lies between
    colour = alt.Color(
        "run:N",
        title=None,
        scale=alt.Scale(domain=list(names), range=colours),
        legend=alt.Legend(
            orient="top", columns=2 if max(map(len, names), default=0) <= SHORT_NAME else 1, labelLimit=NAME_PX
        ),
    )
    base = {
        "x": time_axis("seconds", logarithmic=axes.time) if by_second else time_axis("epoch", "epoch", axes.time),
        "y": quantity_axis(quantity, axes.loss),
        "color": colour,
        "tooltip": [
            alt.Tooltip("run:N"),
            alt.Tooltip("series:N", title="images"),
            alt.Tooltip("epoch:Q", format=".2f"),
            *([alt.Tooltip("at:Q", title="seconds", format=".1f")] if by_second else []),
            alt.Tooltip("value:Q", title=quantity, format=".2%" if percent else ".4f"),
        ],
    }
    train = alt.Chart(alt.NamedData("train")).mark_line(strokeWidth=1, opacity=0.6, clip=True)
    train = train.encode(**base, detail="seed:N")
    base["tooltip"] = _of_evaluations(base["tooltip"], quantity)
    lines = (
        alt.Chart(alt.NamedData("evaluations"))
        .mark_line(strokeDash=SHORT_DASH, strokeWidth=2, clip=True)
        .encode(**base)
    )
    if before:
        dashes = alt.Scale(domain=[False, True], range=[SHORT_DASH, LONG_DASH])
        lines = lines.encode(strokeDash=alt.StrokeDash("before:N", scale=dashes, legend=None))
    points = (
        alt.Chart(alt.NamedData("evaluations"))
        .mark_point(filled=True, clip=True, opacity=1)
        .encode(
            **base,
            shape=alt.Shape("run:N", title=None, scale=alt.Scale(domain=list(names), range=shapes)),
            # Of two runs that are alike the first shows as a rim around the second.
            size=alt.Size("run:N", legend=None, scale=alt.Scale(domain=list(names), range=sizes)),
        )
    )
    spoken = [
        *base["tooltip"][:3],
        alt.Tooltip("seeds:Q", title="seeds"),
        alt.Tooltip("mean:Q", title=f"mean {quantity}", format=".2%" if percent else ".4f"),
        alt.Tooltip("deviation:Q", title="standard deviation", format=".2%" if percent else ".4f"),
    ]
    bands = alt.Chart(alt.NamedData("bands"))
    band = bands.mark_area(opacity=0.2, clip=True).encode(
        **{**base, "y": quantity_axis(quantity, axes.loss, "low"), "y2": alt.Y2("high:Q"), "tooltip": spoken}
    )
    mean_line = bands.mark_line(strokeWidth=2.5, point=True, clip=True).encode(**{**base, "tooltip": spoken})
    layers = alt.layer(train, band, lines, points, mean_line) if banded else alt.layer(train, lines, points)
    return zoomable(layers.properties(height=COMPARED_HEIGHT).to_dict(), look)


def quantity_domain(
    snapshots: Sequence[Snapshot], quantity: str, before: bool, logarithmic: bool, training: bool = True
) -> Domain:
    """Both ends of the vertical axis of these curves."""
    if not training:
        snapshots = [replace(snapshot, train=()) for snapshot in snapshots]
    if quantity == "accuracy":
        return accuracy_floor(snapshots, before), 1.0
    return loss_domain(snapshots, logarithmic, before)


def confusion(
    counts: np.ndarray, class_names: Sequence[str], look: Look = LIGHT, chosen: tuple[int, int] | None = None
) -> Spec:
    """Confusion matrix: true class by predicted class. Errors are coloured by count; the diagonal is plain.

    Args:
        counts: (classes, classes), row true, column predicted.
        class_names: one for each class.
        look: colours of the page.
        chosen: (true, predicted) of the cell that has a frame; then a click selects another, as `cell` with the
            fields `row` and `column`.
    """
    cells = [
        {
            "true": class_names[i],
            "predicted": class_names[j],
            "row": i,
            "column": j,
            "chosen": (i, j) == chosen,
            "images": int(counts[i, j]),
            "mistakes": int(counts[i, j]) if i != j else 0,
        }
        for i in range(len(class_names))
        for j in range(len(class_names))
    ]
    most = max((cell["mistakes"] for cell in cells), default=0) or 1
    return filled(_confusion(tuple(class_names), most, look, chosen is not None), cells=cells)


@lru_cache(KEPT)
def _confusion(class_names: tuple[str, ...], most: int, look: Look, choosing: bool) -> Spec:
    order = list(class_names)
    base = alt.Chart(alt.NamedData("cells")).encode(
        x=alt.X(
            "predicted:N",
            sort=order,
            title="predicted class",
            axis=alt.Axis(labelAngle=0 if len(order[0]) == 1 else -40, orient="top", **EACH_NAMED),
        ),
        y=alt.Y("true:N", sort=order, title="what it is", axis=alt.Axis(**EACH_NAMED)),
        tooltip=[
            alt.Tooltip("true:N", title="it is"),
            alt.Tooltip("predicted:N", title="predicted as"),
            alt.Tooltip("images:Q", format=","),
        ],
    )
    tiles = base.mark_rect(stroke="#94a3b833", cursor="pointer" if choosing else "default").encode(
        color=alt.Color(
            "mistakes:Q",
            scale=alt.Scale(domain=[0, most], range=["#94a3b815", look.accent]),
            legend=None,
        )
    )
    numbers = base.mark_text(fontSize=11).encode(
        text=alt.condition("datum.images > 0", alt.Text("images:Q", format=","), alt.value("")),
        color=alt.condition(f"datum.mistakes > {most * 0.6}", alt.value(look.ground), alt.value(look.text)),
    )
    if not choosing:
        return alt.layer(tiles, numbers).properties(height=360).to_dict()
    numbers.mark.cursor = "pointer"  # whatever is hit, the cell is selected
    frame = base.mark_rect(fillOpacity=0, cursor="pointer", stroke=look.text, strokeWidth=2.5)
    click = alt.selection_point(
        name="cell", on="click", fields=["row", "column"], empty=False, clear=False, toggle=False
    )
    layers = alt.layer(tiles.add_params(click), numbers, frame.transform_filter("datum.chosen"))
    return layers.properties(height=400).to_dict()


def shown_classes(*predictions: np.ndarray) -> tuple[np.ndarray, str | None]:
    """The indices of the classes that a chart of these probabilities shows, and the title of its axis.

    Of more than `MOST_BARS` classes, they are those that are most probable in any of the predictions.
    """
    highest = np.max(predictions, axis=0)
    shown = np.sort(np.argsort(-highest, kind="stable")[:MOST_BARS])
    all_shown = len(shown) == len(highest)
    return shown, None if all_shown else f"the {MOST_BARS} most probable of {counted(len(highest), 'class')}"


def probability_bars(
    probabilities: np.ndarray | None, class_names: Sequence[str], look: Look = LIGHT, room: float = 1.25
) -> Spec:
    """One bar a class, always in the class's own colour, with the percentage beside it; None: no bars yet.

    Of more than `MOST_BARS` classes, only the most probable have a bar. The axis ends at `room`, so that the words beside
    a bar of 1 have a place.
    """
    values = np.zeros(len(class_names)) if probabilities is None else probabilities
    shown, more = shown_classes(values)
    bars = [
        {
            "class": class_names[label],
            "probability": float(values[label]),
            "text": "–" if probabilities is None else certainty(float(values[label])),
        }
        for label in shown
    ]
    colours = tuple(CLASS_COLOURS[label % len(CLASS_COLOURS)] for label in shown)
    return filled(_probability_bars(tuple(bar["class"] for bar in bars), colours, more, look, room), bars=bars)


@lru_cache(KEPT)
def _probability_bars(
    class_names: tuple[str, ...], colours: tuple[str, ...], more: str | None, look: Look, room: float
) -> Spec:
    order = list(class_names)
    base = alt.Chart(alt.NamedData("bars")).encode(
        y=alt.Y(
            "class:N",
            sort=order,
            title=more,
            axis=alt.Axis(labelFontSize=13, ticks=False, domain=False, **EACH_NAMED),
        ),
        tooltip=[alt.Tooltip("class:N"), alt.Tooltip("probability:Q", format=".4%")],
    )
    x = alt.X("probability:Q", scale=alt.Scale(domain=[0, room]), axis=None)
    colour = alt.Color("class:N", scale=alt.Scale(domain=order, range=list(colours)), legend=None)
    drawn = base.mark_bar(cornerRadiusEnd=3, height={"band": 0.7}).encode(x=x, color=colour)
    numbers = base.mark_text(align="left", dx=5, fontSize=12, color=look.text).encode(x=x, text="text:N")
    return alt.layer(drawn, numbers).properties(height=26 * len(order)).to_dict()


def _of_evaluations(tooltip: list[alt.Tooltip], quantity: str) -> list[alt.Tooltip]:
    """Tooltips of an evaluation, from those of a training: an accuracy in words."""
    return [*tooltip[:-1], alt.Tooltip("told:N", title=quantity)] if quantity == "accuracy" else tooltip


def _points(points: Iterable[Point], quantity: str, series: str) -> list[dict[str, Any]]:
    """Rows of a curve; of an evaluation also its words, as an accuracy of few images has its interval."""
    rows = []
    for point in points:
        value = getattr(point, quantity)
        row = {"epoch": point.epoch, "value": value, "series": series}
        if series != "training" and quantity == "accuracy":
            row["told"] = accuracy_text(value, point.images)
        rows.append(row)
    return rows
