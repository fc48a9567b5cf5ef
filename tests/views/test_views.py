"""Pictures: colours say the numbers, words are safe, and the specifications are well formed."""

import base64
import io
import re
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from core.insight import regions
from core.network import LENET5, PRESETS, Box, Branches, Conv2D, Dense, Flatten, MaxPooling2D, Network, trace
from core.training import Point, Snapshot, State
from core.views.charts import (
    MOST_BARS,
    compared,
    confusion,
    learning_curve,
    own_places,
    probability_bars,
    rate_curve,
)
from core.views.diagram import FILE, network_svg
from core.views.fields import Nested, nested_boxes
from core.views.images import (
    INK_SCALE,
    Scale,
    Tile,
    activation_scale,
    cell_size,
    fitted,
    gallery,
    legend,
    png,
    signed_scale,
    strip,
)
from core.views.inside import plane, two_predictions
from core.views.receptive import receptive_explorer
from core.views.theme import CLASS_COLOURS, DARK, LIGHT, MAGMA, SIGNED, class_inks, coloured
from core.views.wording import certainty
from tests.strategies import networks


def test_signed_scales_are_symmetric_and_zero_is_their_middle():
    scale = signed_scale(np.array([-1.0, 3.0]))
    assert (scale.low, scale.high) == (-3, 3)
    assert tuple(coloured(np.array([0.0]), *scale)[0]) == (0xF2, 0xF0, 0xEB)
    assert tuple(coloured(np.array([3.0]), *scale)[0]) == (0x99, 0x4A, 0x07)
    assert tuple(coloured(np.array([-9.0]), *scale)[0]) == (0x13, 0x4B, 0x85)


def test_activations_start_at_zero_unless_some_are_negative():
    assert activation_scale(np.array([0.5, 2.0])) == Scale(0.0, 2.0, MAGMA)
    assert activation_scale(np.array([-1.0, 2.0])) == Scale(-2.0, 2.0, SIGNED)
    assert activation_scale(np.zeros(3)).high > 0


def test_a_picture_has_one_pixel_for_each_number():
    values = np.array([[0.0, 1.0, 0.5], [1.0, np.nan, 0.0]])
    pixels = np.asarray(Image.open(io.BytesIO(png(values, INK_SCALE))))
    assert pixels.shape == (2, 3, 4)
    assert pixels[0, 1, :3].tolist() == [255, 255, 255]
    assert pixels[..., 3].tolist() == [[255, 255, 255], [255, 0, 255]]  # what is no number is nothing


def test_a_gallery_has_whole_pixels_and_a_text_for_each_picture():
    html = gallery([Tile(np.eye(5), "a", "map 1"), Tile(np.eye(5), "b", 'x" onerror="y')], INK_SCALE, 6)
    assert html.count('width="30" height="30"') == 2
    assert 'alt="map 1"' in html
    assert 'onerror="y' not in html
    assert base64.b64decode(re.search(r"base64,([^\"]+)", html)[1]).startswith(b"\x89PNG")


def test_a_large_picture_becomes_small_by_means_and_a_small_one_stays():
    values = np.arange(64, dtype=np.float32).reshape(4, 16)
    np.testing.assert_allclose(fitted(values, 8), values.reshape(2, 2, 8, 2).mean(axis=(1, 3)))
    assert fitted(values, 16) is values
    assert fitted(np.ones((300, 2)), 100).shape == (100, 1)


def test_cells_are_never_smaller_than_two_pixels():
    assert cell_size((128, 128), 84) == 2
    assert cell_size((5, 5), 100) == 20


def test_a_vector_becomes_rows_and_nothing_is_lost():
    shown = strip(np.arange(70, dtype=np.float32), 30)
    assert shown.shape == (3, 30)
    assert np.isfinite(shown).sum() == 70
    assert strip(np.ones(4)).shape == (1, 4)
    assert strip(np.arange(60), 30).tolist() == [list(range(30)), list(range(30, 60))]


def test_a_legend_writes_its_ends():
    assert "−2" in legend(signed_scale(np.array([2.0]))) and ">0<" in legend(signed_scale(np.array([2.0])))


SNAPSHOT = Snapshot(
    State.TRAINING,
    epoch=2,
    epochs=5,
    train=(Point(0.5, 1.2, 0.6, 100), Point(1.0, 0.7, 0.8, 100)),
    evaluations=(Point(0, 2.3, 0.1, 100), Point(1, 0.6, 0.82, 100)),
)


def test_curves_hold_every_point_in_data_that_can_be_replaced():
    spec = learning_curve(SNAPSHOT, "accuracy")
    assert [row["value"] for row in spec["datasets"]["train"]] == [0.6, 0.8]
    assert [row["value"] for row in spec["datasets"]["evaluations"]] == [0.1, 0.82]
    other = Snapshot(State.TRAINING, epoch=1, epochs=5, train=(Point(1.2, 1.0, 0.85, 100),))
    again = learning_curve(other, "accuracy")
    for one in (spec, again):
        one.pop("datasets")
    assert strip_names(spec) == strip_names(again)  # the same drawing: only the data change, so nothing jumps


def test_a_chart_that_is_drawn_again_is_not_made_again():
    again = replace(SNAPSHOT, train=SNAPSHOT.train[:1])
    assert learning_curve(SNAPSHOT, "loss")["layer"] is learning_curve(again, "loss")["layer"]
    assert learning_curve(SNAPSHOT, "loss", DARK)["layer"] is not learning_curve(SNAPSHOT, "loss")["layer"]
    assert len(learning_curve(again, "loss")["datasets"]["train"]) == 1


def test_an_accuracy_axis_shows_the_part_where_something_happens():
    def begins(*accuracies):
        points = tuple(Point(1.0 + i, 1.0, a, 10) for i, a in enumerate(accuracies))
        chart = learning_curve(Snapshot(State.TRAINING, epoch=1, epochs=9, train=points), "accuracy")
        return chart["datasets"]["frame"][0]["bottom"]

    assert begins() == 0
    assert begins(0.3, 0.99) == 0
    assert begins(0.85, 0.99) == 0.8
    assert begins(0.97, 0.99) == 0.95


def contrast(a, b):
    """As WCAG 2.1 defines it."""

    def brightness(colour):
        levels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in levels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((brightness(a), brightness(b)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("look", [LIGHT, DARK])
def test_digits_and_outlines_in_the_classes_colours_can_be_read(look):
    inks = class_inks(look)
    assert len(set(inks)) == 10
    assert all(contrast(ink, look.ground) >= 3 for ink in inks)
    # Who could be read already keeps the colour that the class has everywhere.
    assert all(ink == own for ink, own in zip(inks, CLASS_COLOURS) if contrast(own, look.ground) >= 3)
    points = plane(np.zeros((3, 2)), np.arange(3), np.arange(3), "012", (0.5, 0.2), look)
    assert tuple(points["layer"][0]["encoding"]["color"]["scale"]["range"]) == inks[:3]
    both = two_predictions(np.full(10, 0.1), np.full(10, 0.1), "0123456789", ("with", "without"), look)
    assert tuple(both["layer"][0]["encoding"]["stroke"]["scale"]["range"]) == inks


@pytest.mark.parametrize("look", [LIGHT, DARK])
def test_words_and_lines_can_be_read_on_their_ground(look):
    """Contrast of at least 4.5 for words and of 3 for lines (WCAG 2.1)."""
    assert contrast(look.text, look.ground) >= 4.5
    assert contrast(look.quiet, look.ground) >= 4.5
    assert contrast(look.accent, look.ground) >= 4.5
    bars = probability_bars(np.full(10, 0.1), "0123456789", look)
    assert bars["layer"][1]["mark"]["color"] == look.text


def strip_names(spec):
    return re.sub(r"view_[0-9a-f_]+|param_[0-9a-f_]+", "", str(spec))


def test_a_confusion_matrix_counts_mistakes_apart():
    counts = np.diag(np.full(10, 90))
    counts[4, 9] = 7
    spec = confusion(counts, "0123456789")
    cells = {(c["true"], c["predicted"]): c for c in spec["datasets"]["cells"]}
    assert len(cells) == 100
    assert cells["4", "9"]["mistakes"] == 7 and cells["4", "4"]["mistakes"] == 0
    assert cells["4", "4"]["images"] == 90


@pytest.mark.parametrize("chosen", [None, (4, 9)])
def test_a_confusion_matrix_has_the_true_class_up_the_side_and_the_prediction_along_the_other(chosen):
    spec = confusion(np.eye(10, dtype=int), "0123456789", chosen=chosen)
    for encoding in (layer["encoding"] for layer in spec["layer"]):
        titles = {encoding[axis]["field"]: encoding[axis]["title"] for axis in "xy"}
        assert titles == {"predicted": "predicted class", "true": "what it is"}
        assert encoding["y"]["field"] == "true"


def test_bars_have_a_written_number_and_the_classes_colours():
    spec = probability_bars(np.array([0.25, 0.75]), ["cat", "dog"])
    assert [bar["text"] for bar in spec["datasets"]["bars"]] == ["25.00 %", "75.00 %"]
    said = probability_bars(np.float32([0.948999, 0.051001]), ("zero", "one"))["datasets"]["bars"][0]["text"]
    assert said == certainty(0.948999) == "94.89 %"  # as in the sentence beside it
    assert spec["layer"][0]["encoding"]["color"]["scale"]["range"] == list(CLASS_COLOURS[:2])


def test_of_very_many_classes_the_most_probable_are_shown_each_in_its_own_colour():
    names = [f"class {number}" for number in range(1000)]
    values = np.zeros(1000)
    values[[3, 517, 999]] = 0.2, 0.5, 0.3
    other = np.zeros(1000)
    other[801] = 1.0
    for spec, wanted in (
        (probability_bars(values, names), {3, 517, 999}),
        (two_predictions(values, other, names, ("with", "without")), {3, 517, 801, 999}),
    ):
        shown = [bar["class"] for bar in spec["datasets"]["bars"]]
        assert {f"class {number}" for number in wanted} <= set(shown) and len(set(shown)) == MOST_BARS
        encoding = spec["layer"][0]["encoding"]
        assert encoding["y"]["title"] == "the 40 most probable of 1,000 classes"
        colours = dict(zip(encoding["color"]["scale"]["domain"], encoding["color"]["scale"]["range"], strict=True))
        assert colours["class 517"] == CLASS_COLOURS[517 % len(CLASS_COLOURS)]


def test_each_class_has_its_name_beside_its_own_bar_or_row():
    """Streamlit's theme moves the label at the start of an axis inwards, and leaves out those for which room is short."""
    values, names = np.array([0.1, 0.9]), ["T-shirt", "Trouser"]
    bars = (probability_bars(values, names), two_predictions(values, values, names, ("with", "without")))
    matrices = (confusion(np.eye(2, dtype=int), names, chosen=chosen) for chosen in (None, (0, 1)))
    axes = [layer["encoding"]["y"]["axis"] for spec in bars for layer in spec["layer"]]
    axes += [layer["encoding"][axis]["axis"] for spec in matrices for layer in spec["layer"] for axis in "xy"]
    assert len(axes) == 2 * 2 + 2 * (2 + 3)
    assert all(axis["labelFlush"] is False and axis["labelOverlap"] is False for axis in axes)


def test_a_few_classes_are_all_shown_in_their_order():
    spec = probability_bars(np.array([0.1, 0.9, 0.0]), ["c", "a", "b"])
    assert [bar["class"] for bar in spec["datasets"]["bars"]] == ["c", "a", "b"]
    assert spec["layer"][0]["encoding"]["y"]["title"] is None


@pytest.mark.parametrize("channels", [1, 3])
def test_the_explorer_knows_the_box_of_every_unit(channels, random):
    network = Network((14, 14, channels), (Conv2D(2, 5), MaxPooling2D()))
    field = trace(network).rows[-1].receptive_field
    image = random.random((14, 14, 3) if channels == 3 else (14, 14))
    spec = receptive_explorer(random.normal(size=(5, 5)), regions(field), image)
    units = {(u["row"], u["column"]): u for u in spec["datasets"]["units"]}
    assert len(units) == 25
    box = field.region(2, 3)
    assert (units[2, 3]["top"], units[2, 3]["right"]) == (box.top, box.right)
    assert len(spec["datasets"]["pixels"]) == 14 * 14


def test_each_explorer_has_the_scale_of_its_own_values():
    regions = np.zeros((4, 6), int)

    def domain(*values):
        spec = receptive_explorer(np.array(values, float).reshape(2, 2), regions, np.zeros((4, 4)))
        return spec["vconcat"][0]["layer"][0]["encoding"]["color"]["scale"]["domain"]

    found = [domain(0, 1, 2, 5), domain(0, 1, 2, 3), domain(-4, 1, 2, 3), domain(0, 0, 0, 0)]
    assert found == [[0, 5], [0, 3], [-4, 4], [0, 1]]


@given(networks(most=6))
@settings(deadline=None, max_examples=60)
def test_any_network_can_be_drawn(network):
    svg = ElementTree.fromstring(network_svg(network, trace(network)))
    drawn = [g.get("data-path") for g in svg.iter("{http://www.w3.org/2000/svg}g") if g.get("data-path")]
    assert sorted(drawn) == sorted(".".join(map(str, path)) for path, _ in network.walk())
    left, top, width, height = map(float, svg.get("viewBox").split())
    assert (width, height) == (float(svg.get("width")), float(svg.get("height")))
    for text in svg.iter("{http://www.w3.org/2000/svg}text"):
        assert left <= float(text.get("x")) <= left + width and top <= float(text.get("y")) <= top + height
    boxes = [rect for rect in svg.iter("{http://www.w3.org/2000/svg}rect") if rect.get("fill") != "transparent"]
    lines = [
        float(y)
        for path in svg.iter("{http://www.w3.org/2000/svg}path")
        for y in re.findall(r",(\S+)", path.get("d"))
    ]
    ys = [float(rect.get("y")) for rect in boxes] + lines
    assert 0 <= min(ys) - top < 6  # nothing is cut off, and no blank band is left above it
    assert all(float(box.get("y")) + float(box.get("height")) <= top + height for box in boxes)


def test_maps_are_drawn_as_high_and_as_wide_as_they_are():
    network = Network((20, 40, 1), (Conv2D(4, (1, 3), strides=(1, 2)), MaxPooling2D((2, 1))))
    svg = ElementTree.fromstring(network_svg(network, trace(network)))
    sides = []
    for group in svg.iter("{http://www.w3.org/2000/svg}g"):
        sheets = [r for r in group.iter("{http://www.w3.org/2000/svg}rect") if r.get("fill") != "transparent"]
        sides.append((float(sheets[0].get("height")), float(sheets[0].get("width"))))
    unit = sides[0][1] / 40
    assert sides == [pytest.approx((h * unit, w * unit)) for h, w in ((20, 40), (20, 19), (10, 19))]


def test_a_node_says_how_the_parameters_of_its_layer_add_up():
    svg = network_svg(LENET5, trace(LENET5))
    assert "10×10×16 out; (5·5·6 + 1)·16 = 2,416 parameters; 240,000 multiply-adds" in svg
    assert "5×5×16 out; no parameters;" in svg


def test_the_layer_that_is_selected_looks_like_no_other():
    """Pooling has no kernels, so it is drawn plain where it is not selected."""
    svg = ElementTree.fromstring(network_svg(LENET5, trace(LENET5), selected=(1,)))
    paint = {
        group.get("data-path"): group.findall("{http://www.w3.org/2000/svg}rect")[1].get("fill")
        for group in svg.iter("{http://www.w3.org/2000/svg}g")
        if group.get("data-path")
    }
    assert [path for path, colour in paint.items() if colour == paint["1"]] == ["1"]


def test_the_lines_of_a_fork_part_before_the_first_layers_and_run_behind_none():
    """Also where branches begin with branches: three levels of them, with and without layers between."""
    inner = Branches(((Conv2D(3, 1),), (Conv2D(3, 1),), (Conv2D(3, 1),)))
    middle = Branches(((inner, Conv2D(3, 1)), ()))
    network = Network((28, 28, 1), (Branches(((middle,), (Conv2D(3, 1),), (Conv2D(3, 1), inner), ())), Conv2D(3, 1)))
    svg = ElementTree.fromstring(network_svg(network, trace(network)))
    boxes = []
    for group in svg.iter("{http://www.w3.org/2000/svg}g"):
        rects = [r for r in group.iter("{http://www.w3.org/2000/svg}rect") if r.get("fill") != "transparent"]
        left, top = float(rects[0].get("x")), float(rects[0].get("y"))
        right, bottom = (
            float(rects[-1].get(a)) + float(rects[-1].get(b)) for a, b in (("x", "width"), ("y", "height"))
        )
        boxes.append((left, top, right, bottom))

    def inside(x, y):
        return {i for i, (left, top, right, bottom) in enumerate(boxes) if left < x < right and top < y < bottom}

    for line in svg.iter("{http://www.w3.org/2000/svg}path"):
        x1, y1, bend, x2, y2 = (float(n) for i, n in enumerate(re.findall(r"-?[\d.]+", line.get("d"))) if i in (0, 1, 2, 6, 7))  # fmt: skip
        assert x2 - x1 >= 30 or y1 == y2  # never straight up or down
        own = inside(x1, y1) | inside(x2, y2)
        for t in np.linspace(0, 1, 41):
            u = 1 - t
            x = u**3 * x1 + 3 * u * t * bend + t**3 * x2
            y = (u**3 + 3 * u * u * t) * y1 + (3 * u * t * t + t**3) * y2
            assert inside(x, y) <= own


def test_a_drawing_in_a_file_needs_nothing_of_the_page():
    svg = network_svg(LENET5, trace(LENET5), paper=FILE)
    assert "inherit" not in svg and "var(" not in svg and "sans-serif" in svg
    assert "button" not in svg and 'role="img"' in svg
    page = network_svg(LENET5, trace(LENET5))
    assert page.count('tabindex="0" role="button"') == 8 and 'role="img"' not in page  # an image has no buttons in it


def test_fonts_of_a_file_are_a_list_of_names_that_css_can_read():
    """An unquoted name may hold no word that begins with a digit: a browser would drop the whole list."""
    boxes = nested_boxes(np.zeros((4, 4)), [Nested("1", Box(0, 0, 2, 2))], "boxes", caption="boxes")
    for svg, first in ((network_svg(LENET5, trace(LENET5), paper=FILE), "'Source Sans 3'"), (boxes, "'Segoe UI'")):
        names = [name.strip() for name in ElementTree.fromstring(svg).get("font-family").split(",")]
        assert names[0] == first and names[-1] == "sans-serif"
        assert all(re.fullmatch(r"'[^'\"]+'|-?[A-Za-z_][\w-]*", name) for name in names)


def test_layers_in_a_drawing_do_not_overlap():
    network = Network((28, 28, 1), (Branches(((Conv2D(3, 3),), (Conv2D(3, 5), Conv2D(3, 1))), "add"), Flatten()))
    svg = ElementTree.fromstring(network_svg(network, trace(network)))
    places = [
        (float(t.get("x")), float(t.get("y")))
        for t in svg.iter("{http://www.w3.org/2000/svg}text")
        if t.get("font-weight") == "600"
    ]
    for i, (x, y) in enumerate(places):
        assert all(abs(x - a) >= 90 or abs(y - b) >= 90 for a, b in places[:i])


def test_a_hostile_name_is_only_a_name():
    network = LENET5.renamed('"><script>alert(1)</script>')
    svg = network_svg(network, trace(network))
    assert "<script" not in svg
    ElementTree.fromstring(svg)


def test_a_layer_that_cannot_work_is_marked_without_colour_alone():
    network = Network((4, 4, 1), (Conv2D(3, 7), Dense(10)))
    svg = network_svg(network, trace(network))
    assert ">!</text>" in svg and "needs at least 7×7 pixels" in svg
    assert "stroke-dasharray" in svg
    assert ">!</text>" not in network_svg(PRESETS["A1"].network, trace(PRESETS["A1"].network))


def test_the_mean_of_each_epoch_is_over_its_images_and_steps_are_counted():
    points = (Point(0.5, 2.0, 0.5, 300), Point(1.0, 1.0, 0.7, 100), Point(1.5, 0.5, 0.9, 200))
    snapshot = Snapshot(
        State.TRAINING, epoch=2, epochs=4, step=30, steps=80, train=points, evaluations=(Point(1, 0.9, 0.8, 10),)
    )
    means = learning_curve(snapshot, "loss", each_epoch=True)["datasets"]
    assert [(row["at"], row["value"]) for row in means["train"]] == [(1.0, 1.75), (1.5, 0.5)]
    steps = learning_curve(snapshot, "loss")["datasets"]
    assert [row["at"] for row in steps["train"]] == [10, 20, 30] and steps["evaluations"][0]["at"] == 20


def test_runs_beside_each_other_have_colours_and_shapes_of_their_own():
    one = Snapshot(State.FINISHED, epoch=1, epochs=2, evaluations=(Point(0, 2.3, 0.1, 10), Point(1, 0.5, 0.9, 10)))
    two = Snapshot(
        State.FINISHED, epoch=1, epochs=5, train=(Point(0.5, 1.0, 0.6, 10),), evaluations=(Point(1, 0.4, 0.92, 10),)
    )
    spec = compared([("A", one), ("B", two)], "accuracy", training=True)
    assert [row["run"] for row in spec["datasets"]["evaluations"]] == ["A", "A", "B"]
    assert [row["run"] for row in spec["datasets"]["train"]] == ["B"]
    points = spec["layer"][2]["encoding"]
    assert points["color"]["scale"]["domain"] == points["shape"]["scale"]["domain"] == ["A", "B"]
    assert len(set(points["color"]["scale"]["range"])) == 2
    first, second = points["size"]["scale"]["range"]
    assert first > second > 40  # where two runs are alike, the first is a rim around the second
    (ends,) = spec["datasets"]["frame"]
    assert (ends["left"], ends["right"]) == pytest.approx((-5 / 60, 5 + 5 / 60))
    alone = compared([("A", one)], "accuracy", False)["layer"][2]["encoding"]
    first, last = alone["size"]["scale"]["range"]  # Vega draws nothing for a range of one number
    assert first == last > 40


def test_a_run_keeps_its_colour_and_shape_whatever_else_is_drawn():
    snapshot = Snapshot(State.FINISHED, evaluations=(Point(1, 0.5, 0.9, 10),))

    def marks(*numbers):
        named = [(f"run {number}", snapshot) for number in numbers]
        points = compared(named, "loss", False, numbers=numbers)["layer"][2]["encoding"]
        return dict(
            zip(
                points["color"]["scale"]["domain"],
                zip(points["color"]["scale"]["range"], points["shape"]["scale"]["range"]),
            )
        )

    everything = marks(0, 1, 2, 3)
    assert marks(2)["run 2"] == marks(3, 2)["run 2"] == everything["run 2"]
    assert len({colour for colour, _ in everything.values()}) == len({shape for _, shape in everything.values()}) == 4
    colours, shapes = zip(*marks(1, 11, 21, 2).values())  # the same colour would be due to three of them
    assert len(set(colours)) == len(set(shapes)) == 4


@given(st.lists(st.integers(0, 99), max_size=30, unique=True), st.integers(1, 10))
def test_places_are_shared_only_where_there_are_not_enough(numbers, places):
    found = own_places(numbers, places)
    for start in range(0, len(numbers), places):
        part = found[start : start + places]
        assert len(set(part)) == len(part) and all(0 <= place < places for place in part)
    assert not numbers or found[0] == numbers[0] % places


def test_a_learning_rate_is_drawn_as_it_was():
    spec = rate_curve([0, 1, 2], [0.1, 0.05, 0.01], 3)
    assert [row["rate"] for row in spec["datasets"]["rates"]] == [0.1, 0.05, 0.01]
    (ends,) = spec["datasets"]["frame"]
    assert (ends["bottom"], ends["top"]) == (0, 0.1) and ends["left"] < 0 < 3 < ends["right"] < 3.1


def test_drawings_that_are_judged_beside_the_test_images_have_a_line_and_a_mark_of_their_own():
    evaluated = (Point(0, 2.3, 0.9, 1000), Point(1, 0.5, 0.95, 1000))
    plain = Snapshot(State.FINISHED, epoch=1, epochs=1, evaluations=evaluated)
    with_aside = replace(plain, held_out=(Point(0, 2.9, 0.4, 12), Point(1, 0.1, 1.0, 12)))
    before, after = learning_curve(plain, "accuracy"), learning_curve(with_aside, "accuracy")
    assert len(after["layer"]) == len(before["layer"]) + 1
    assert [row["value"] for row in after["datasets"]["held_out"]] == [0.4, 1.0]
    assert after["layer"][2]["mark"]["point"]["shape"] == "square"  # not told by its colour alone
    assert after["layer"][2]["mark"]["strokeDash"] != after["layer"][1]["mark"]["strokeDash"]
    lowest = [
        spec["datasets"]["frame"][0]["bottom"]
        for spec in (after, learning_curve(with_aside, "accuracy", before=True))
    ]
    assert lowest == [0.95, 0.0]


@pytest.mark.parametrize("merge", ["concatenate", "add"])
def test_no_line_crosses_the_word_under_a_join(merge):
    network = Network(
        (28, 28, 1), (Branches(((Conv2D(1, 1),), (Conv2D(1, 1), Conv2D(1, 1)), ()), merge), Conv2D(3, 1))
    )
    svg = ElementTree.fromstring(network_svg(network, trace(network)))
    (word,) = [one for one in svg.iter("{http://www.w3.org/2000/svg}text") if one.text == merge]
    left = float(word.get("x")) - 3.2 * len(merge)  # half of its width at 11 px
    right = float(word.get("x")) + 3.2 * len(merge)
    bottom = float(word.get("y"))
    for line in svg.iter("{http://www.w3.org/2000/svg}path"):
        x1, y1, bend, x2, y2 = (float(n) for i, n in enumerate(re.findall(r"-?[\d.]+", line.get("d"))) if i in (0, 1, 2, 6, 7))  # fmt: skip
        for t in np.linspace(0, 1, 81):
            u = 1 - t
            x = u**3 * x1 + 3 * u * t * bend + t**3 * x2
            y = (u**3 + 3 * u * u * t) * y1 + (3 * u * t * t + t**3) * y2
            assert not (left < x < right and bottom - 10 < y < bottom + 16)


CURVE = tuple(Point(epoch, 1 / (1 + epoch), epoch / 10, 500) for epoch in range(9))


@pytest.mark.parametrize("quantity", ["accuracy", "loss"])
@pytest.mark.parametrize("each_epoch", [False, True])
@pytest.mark.parametrize(("epoch", "align"), [(2, "left"), (6, "right")])
def test_the_kept_epoch_has_a_ring_on_its_evaluation_and_words_that_stay_on_the_chart(
    quantity, each_epoch, epoch, align
):
    run = Snapshot(State.FINISHED, epoch=8, epochs=8, step=80, steps=80, evaluations=CURVE)
    marked = learning_curve(replace(run, kept_epoch=float(epoch)), quantity, each_epoch=each_epoch)
    (row,) = marked["datasets"]["kept"]
    assert row["words"] == f"kept: epoch {epoch}" and row["at"] == epoch * (1 if each_epoch else 10)
    assert row["value"] == (epoch / 10 if quantity == "accuracy" else 1 / (1 + epoch))
    _, curve, ring, words, _ = marked["layer"]
    assert ring["data"] == words["data"] == {"name": "kept"}
    assert ring["mark"]["type"] == "point" and not ring["mark"]["filled"]
    assert words["mark"]["type"] == "text" and words["encoding"]["text"]["field"] == "words"
    assert row["align"] == align and words["mark"]["align"] == {"expr": "datum.align"}
    for axis in ("x", "y"):
        assert ring["encoding"][axis] == words["encoding"][axis] == curve["encoding"][axis]


@pytest.mark.parametrize("kept", [None, 3.5])  # of which there is no evaluation
def test_without_a_kept_epoch_the_curve_has_no_ring(kept):
    spec = learning_curve(Snapshot(State.FINISHED, epochs=8, evaluations=CURVE, kept_epoch=kept), "loss")
    assert spec["datasets"]["kept"] == []


def test_what_is_tested_has_the_accent_and_what_is_trained_on_stands_back():
    for look, accent in ((LIGHT, LIGHT.accent), (DARK, DARK.accent)):
        for quantity in ("loss", "accuracy"):
            scale = learning_curve(SNAPSHOT, quantity, look)["layer"][0]["encoding"]["color"]["scale"]
            assert dict(zip(scale["domain"], scale["range"])) == {"training": look.quiet, "test": accent}


def test_heights_come_before_widths_in_words():
    network = Network((12, 20, 1), (Conv2D(2, (3, 7)), Conv2D(2, (3, 7))))
    assert "sees 5×13 pixels" in network_svg(network, trace(network))
    field = trace(network).rows[-1].receptive_field
    spec = receptive_explorer(np.zeros((8, 8)), regions(field), np.zeros((12, 20)))
    assert spec["datasets"]["units"][0]["view"] == "5×13 pixels: rows 1–5, columns 1–13"


def test_the_bar_of_a_scale_runs_from_its_low_end_to_its_high_one():
    bar = legend(Scale(-1.0, 3.0, ("#000001", "#000002")))
    assert "(to right,#000001,#000002)" in bar
    assert bar.index("−1<") < bar.index(">0<") < bar.index(">3<")
