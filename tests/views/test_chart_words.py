"""What charts call their axes, in which unit, and what they say of a point: of every chart there is."""

from dataclasses import replace

import numpy as np
import pytest

from core.insight import regions
from core.network import Conv2D, Network, trace
from core.training import Point, Snapshot, State
from core.views.charts import compared, confusion, learning_curve, probability_bars, rate_curve
from core.views.inside import accuracy_without, histogram, matrix_cells, plane, two_predictions
from core.views.receptive import receptive_explorer
from core.views.theme import DARK, LIGHT

POINTS = (Point(0.0, 2.3, 0.1, 10), Point(1.0, 0.4, 0.9, 10))
RUN = Snapshot(State.FINISHED, epochs=1, step=5, steps=5, train=POINTS, evaluations=POINTS, kept_epoch=1.0)
HALVES = np.array([0.5, 0.5])
SHARE, LOSS = ("accuracy", ".3~%"), ("loss", "~g")


def curve_tips(quantity, digits):
    return {"series": ("images", None), "epoch": (None, ".2f"), "value": (quantity, digits)}


def explorer():
    field = trace(Network((4, 6, 1), (Conv2D(1, (3, 5)),))).rows[-1].receptive_field
    return receptive_explorer(np.zeros((2, 2)), regions(field), np.zeros((4, 6)))


CHARTS = {  # the chart; its axes: field → (title, format); its tooltips: field → (title, format)
    "accuracy by step": (
        lambda: learning_curve(RUN, "accuracy"),
        {"x": ("at", "step", ",.9~g"), "y": ("value", *SHARE)},
        curve_tips("accuracy", ".2%"),
    ),
    "loss by epoch": (
        lambda: learning_curve(RUN, "loss", each_epoch=True),
        {"x": ("at", "epoch", ",.9~g"), "y": ("value", *LOSS)},
        curve_tips("loss", ".4f"),
    ),
    "runs by accuracy": (
        lambda: compared([("A", RUN)], "accuracy", True),
        {"x": ("epoch", "epoch", ",.9~g"), "y": ("value", *SHARE)},
        {"run": (None, None), **curve_tips("accuracy", ".2%")},
    ),
    "runs by loss": (
        lambda: compared([("A", RUN)], "loss", True),
        {"x": ("epoch", "epoch", ",.9~g"), "y": ("value", *LOSS)},
        {"run": (None, None), **curve_tips("loss", ".4f")},
    ),
    "learning rates": (
        lambda: rate_curve([0, 1], [0.1, 0.05], 1),
        {"x": ("epoch", "epoch", ",.9~g"), "y": ("rate", "learning rate", "~g")},
        {"epoch": (None, ".2f"), "rate": ("learning rate", ".3~g")},
    ),
    "confusion matrix": (
        lambda: confusion(np.eye(2, dtype=int), "ab"),
        {"x": ("predicted", "predicted class", None), "y": ("true", "what it is", None)},
        {"true": ("it is", None), "predicted": ("predicted as", None), "images": (None, ",")},
    ),
    "probabilities": (
        lambda: probability_bars(HALVES, "ab"),
        {"x": ("probability", None, None), "y": ("class", None, None)},
        {"class": (None, None), "probability": (None, ".4%")},
    ),
    "two predictions": (
        lambda: two_predictions(HALVES, HALVES, "ab", ("with", "without")),
        {"x": ("probability", None, None), "y": ("class", None, None)},
        {"class": (None, None), "answer": (None, None), "probability": (None, ".4%")},
    ),
    "plane": (
        lambda: plane(np.eye(2), np.array([0, 1]), np.array([0, 0]), "ab", (0.5, 0.2)),
        {
            "x": ("x", "direction 1: 50 % of the variation", None),
            "y": ("y", "direction 2: 20 % of the variation", None),
        },
        {"number": ("test image", ","), "true": ("it is", None), "answer": ("predicted", None)},
    ),
    "histogram": (
        lambda: histogram(np.linspace(-1, 1, 3), np.array([1, 2])),
        {"x": ("from", "weight", ".2~g"), "y": ("weights", "how many", ",d")},
        {"weights": ("weights", ","), "from": (None, ".3f"), "to": (None, ".3f")},
    ),
    "without a kernel": (
        lambda: accuracy_without(np.array([0.9, 0.8]), 0, "kernel"),
        {"x": ("number", "without kernel", None), "y": ("accuracy", "test accuracy", ".1%")},
        {"number": ("without kernel", None), "accuracy": (None, ".2%"), "change": ("change", "+.2%")},
    ),
    "matrix": (
        lambda: matrix_cells(np.eye(2), np.eye(2, dtype=int) - 1, 2, 2, 1, 1.0),
        {"x": ("column", "inputs", None), "y": ("row", "outputs", None)},
        {
            "value": ("weight", ".4f"),
            "which": ("of the kernel's", None),
            "input": ("reads input", None),
            "output": ("for output", None),
        },
    ),
    "explorer": (
        explorer,
        {"x": ("column", None, None), "y": ("row", None, None)},
        {"unit": (None, None), "value": (None, ".4f"), "view": ("sees", None)},
    ),
}


def layers(spec):
    """All layers of a chart, those of charts within it too."""
    if "encoding" in spec:
        yield spec["encoding"]
    for part in ("layer", "vconcat"):
        for inner in spec.get(part, ()):
            yield from layers(inner)


def called(channel):
    axis = channel.get("axis") or {}
    return channel.get("field"), channel.get("title"), axis.get("format")


@pytest.mark.parametrize("chart", CHARTS)
def test_axes_and_tooltips_have_their_own_names_and_units(chart):
    made, axes, tips = CHARTS[chart]
    found = list(layers(made()))
    first = next(encoding for encoding in found if {"x", "y"} <= encoding.keys() and "field" in encoding["x"])
    assert {axis: called(first[axis]) for axis in ("x", "y")} == axes
    said = [
        {one["field"]: (one.get("title"), one.get("format")) for one in e["tooltip"]} for e in found if "tooltip" in e
    ]
    in_words = {name: tip for name, tip in tips.items() if name != "value"} | {"told": ("accuracy", None)}
    assert tips in said and all(one in (tips, in_words) for one in said)  # evaluations have their accuracy in words


def test_a_point_of_few_images_is_told_with_its_interval_and_one_of_many_without():
    few = replace(RUN, evaluations=(Point(1.0, 0.4, 0.86, 50),))
    many = replace(RUN, evaluations=(Point(1.0, 0.4, 0.86, 5_000),))
    for spec in (learning_curve, lambda run, quantity: compared([("Run", run)], quantity, False)):
        (row,) = spec(few, "accuracy")["datasets"]["evaluations"]
        assert row["told"] == "86.00 % (73.81 – 93.05 %)"  # 43 of 50, by SciPy's Wilson interval
        (row,) = spec(many, "accuracy")["datasets"]["evaluations"]
        assert row["told"] == "86.00 %"


def test_the_prediction_before_is_filled_and_the_one_after_is_hollow():
    spec = two_predictions(np.array([0.25, 0.75]), HALVES, "ab", ("with", "without"))
    scale = spec["layer"][0]["encoding"]["fillOpacity"]["scale"]
    filled = dict(zip(scale["domain"], scale["range"], strict=True))
    assert filled["with"] == 1 and filled["without"] < 0.3
    said = {(bar["answer"], bar["class"]): bar["probability"] for bar in spec["datasets"]["bars"]}
    assert said == {("with", "a"): 0.25, ("with", "b"): 0.75, ("without", "a"): 0.5, ("without", "b"): 0.5}


@pytest.mark.parametrize("look", [LIGHT, DARK])
@pytest.mark.parametrize("most", [1, 5, 40])
def test_the_most_frequent_mistake_has_the_whole_colour_and_words_in_the_ground_on_it(look, most):
    counts = np.diag([900, 900, 900])
    counts[2, 0], counts[0, 1] = most, most // 2
    tiles, numbers = confusion(counts, "abc", look)["layer"]
    scale = tiles["encoding"]["color"]["scale"]
    assert scale["domain"] == [0, most] and scale["range"][1] == look.accent
    colour = numbers["encoding"]["color"]
    (field, least) = colour["condition"]["test"].split(" > ")
    assert field == "datum.mistakes" and most / 2 <= float(least) < most
    assert (colour["condition"]["value"], colour["value"]) == (look.ground, look.text)
    assert numbers["encoding"]["text"]["condition"]["test"] == "datum.images > 0"


def test_without_mistakes_no_cell_is_coloured():
    spec = confusion(np.diag([3, 3]), "ab")
    assert spec["layer"][0]["encoding"]["color"]["scale"]["domain"] == [0, 1]
    assert {cell["mistakes"] for cell in spec["datasets"]["cells"]} == {0}


@pytest.mark.parametrize(("quantity", "side"), [("accuracy", 1), ("loss", -1)])
def test_words_at_the_kept_epoch_are_where_the_curve_is_not(quantity, side):
    """Accuracies rise to the top of the chart, so they stand below; losses fall to its bottom."""
    words = learning_curve(RUN, quantity)["layer"][3]["mark"]
    assert words["type"] == "text" and words["dy"] * side > 10
    assert words["dx"] == {"expr": "datum.align === 'left' ? 8 : -8"}  # away from the ring


@pytest.mark.parametrize("kept", [0.4, 0.5, 0.6])
def test_words_at_the_kept_epoch_reach_towards_the_middle(kept):
    run = replace(RUN, epochs=10, evaluations=(Point(10 * kept, 1.0, 0.5, 10),), kept_epoch=10 * kept)
    (row,) = learning_curve(run, "loss", each_epoch=True)["datasets"]["kept"]
    assert row["align"] == ("right" if kept > 0.5 else "left")


def test_the_mark_of_the_chosen_kernel_stands_above_its_bar_and_the_line():
    bars = accuracy_without(np.array([0.9, 0.8, 0.95]), 1, "kernel")["datasets"]["bars"]
    assert [bar["top"] for bar in bars] == [0.9, 0.95]
    assert [bar["accuracy"] for bar in bars] == [0.8, 0.95]


def test_a_bar_of_a_histogram_reaches_from_edge_to_edge():
    bars = histogram(np.array([-1.0, -0.5, 0.5, 1.0]), np.array([4, 5, 6]))["datasets"]["bars"]
    assert [(bar["from"], bar["to"], bar["weights"]) for bar in bars] == [(-1, -0.5, 4), (-0.5, 0.5, 5), (0.5, 1, 6)]


def test_a_cell_of_the_matrix_names_places_in_images_of_their_own_widths():
    """Input 4×5, kernel 2×3, output 3×3: the last output reads the last input with the kernel's last weight."""
    which = np.full((9, 20), -1)
    which[8, 19], which[5, 12] = 5, 3
    cells = matrix_cells(np.full((9, 20), 2.0), which, 5, 3, 3, 2.0)["datasets"]["cells"]
    said = [(cell["output"], cell["input"], cell["which"], cell["weight"]) for cell in cells]
    assert said == [
        ("row 2, column 3", "row 3, column 3", "row 2, column 1", 3),
        ("row 3, column 3", "row 4, column 5", "row 2, column 3", 5),
    ]
    assert {cell["colour"] for cell in cells} == {"#994a07"}  # at the limit: the strongest orange


@pytest.mark.parametrize("first", [None, (0, 1), (1, 0)])
def test_the_unit_that_is_framed_to_begin_with_is_the_chosen_one_or_that_in_the_middle(first):
    field = trace(Network((5, 6, 1), (Conv2D(1, (4, 4)),))).rows[-1].receptive_field
    spec = receptive_explorer(np.zeros((2, 3)), regions(field), np.zeros((5, 6)), first=first)
    (hovered,) = (one for one in spec["params"] if one["name"] == "unit")
    row, column = first or (1, 1)
    assert hovered["value"] == [{"row": row, "column": column}]


def test_pictures_of_the_explorer_are_as_wide_as_their_columns_and_as_high_as_their_rows():
    field = trace(Network((8, 14, 1), (Conv2D(1, (3, 3)),))).rows[-1].receptive_field
    spec = receptive_explorer(np.zeros((6, 12)), regions(field), np.zeros((8, 14)), side_px=140)
    assert [(part["width"], part["height"]) for part in spec["vconcat"]] == [(11 * 12, 11 * 6), (140, 80)]
    for part, (rows, columns) in zip(spec["vconcat"], ((6, 12), (8, 14))):
        place = part["layer"][0]["encoding"]
        assert (place["x"]["scale"]["domain"], place["y"]["scale"]["domain"]) == ([0, columns], [rows, 0])


@pytest.mark.parametrize("room", [1.25, 1.6])
def test_a_bar_of_certainty_leaves_the_words_beside_it_their_room(room):
    spec = probability_bars(np.array([1.0, 0.0]), "ab", room=room)
    assert all(layer["encoding"]["x"]["scale"]["domain"] == [0, room] for layer in spec["layer"])
    both = two_predictions(HALVES, HALVES, "ab", ("with", "without"))
    assert both["layer"][0]["encoding"]["x"]["scale"]["domain"] == [0, 1.25]


@pytest.mark.parametrize("evaluated_on", ["test", "validation"])
def test_each_point_says_of_which_images_it_is(evaluated_on):
    run = replace(RUN, evaluated_on=evaluated_on, held_out=POINTS)
    for rows in (learning_curve(run, "loss")["datasets"], compared([("A", run)], "loss", True)["datasets"]):
        said = {
            name: {row["series"] for row in rows[name]}
            for name in ("train", "evaluations", "held_out")
            if name in rows
        }
        expected = {"train": {"training"}, "evaluations": {evaluated_on}, "held_out": {"your drawings"}}
        assert said == {name: expected[name] for name in said}
