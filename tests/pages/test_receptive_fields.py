"""The Receptive fields page: what each tab shows and says, for networks of all sorts."""

import csv
import io

import numpy as np
import pytest
from PIL import Image

from core.network import Branches, Conv2D, Dense, Flatten, MaxPooling2D, Network
from core.training import build_model
from core.training.trained import Trained
from core.ui.pages.receptive_fields import effective
from core.ui.pages.receptive_fields.field import FieldInFocus
from core.ui.pages.receptive_fields.growth import GROWTH, growth_words
from core.ui.pages.receptive_fields.panels import PARTS
from core.ui.pages.receptive_fields.pixels import PIXELS_READ
from core.ui.shell.session import Session
from core.ui.widgets import downloads
from core.ui.widgets.downloads import as_csv
from core.ui.widgets.input_image import InputImage
from core.ui.widgets.model_view import ModelView
from tests.pages.conftest import mine, words

DILATED = Network(
    (28, 28, 1),
    (
        Conv2D(4, 3, dilation_rate=2, padding="same", activation="relu"),
        Branches(((Conv2D(4, (1, 7), padding="same"),), (Conv2D(4, (7, 1), padding="same"),)), "add"),
        Flatten(),
        Dense(10, "softmax"),
    ),
    "Dilated",
)
PLAIN = Network((28, 28, 1), (Flatten(), Dense(12, "relu"), Dense(10, "softmax")), "Plain")


def opened(app, part=None, network=None, layer=None):
    """The page with one of its tabs open, about this network."""
    if network is not None:
        weights = build_model(network, seed=3).get_weights()
        mine(app).imported = Trained(network, weights, "mnist")
        mine(app).focus.subject = "imported"
    if part:
        app.session_state["fields/part"] = part
    app.switch_page("pages/receptive_fields.py").run()
    if layer is not None:
        app.selectbox[0].select_index(layer).run()
    assert not app.exception
    return app


def pictures(app) -> str:
    return " ".join(element.proto.body for element in app.get("html"))


def test_the_first_view_has_the_explorer_the_table_and_the_boxes_to_scale(app):
    opened(app)
    assert len(app.get("vega_lite_chart")) == 1
    table = app.table[0].value
    assert list(table.columns) == ["Layer", "Sees", "Step", "Centre", "Share", "Reads"]
    assert list(table["Sees"])[:4] == ["5×5", "6×6", "14×14", "16×16"]
    assert "a whole digit (up to 20×20 pixels) and the whole image (28×28): **6 · Dense 120, relu**" in words(app)
    assert "data:image/svg+xml" in pictures(app) and "layer 3 · Conv2D 16 @ 5×5, relu sees 14×14" in pictures(app)


def test_the_middle_unit_of_the_chosen_layer_is_marked_and_another_can_be_chosen(app):
    opened(app, "Pixels read", DILATED)
    assert "reads 9 of the 25 pixels in its 5×5 box" in words(app)
    row, column = (n for n in app.number_input if n.label in ("Row of the unit", "Column"))
    assert (row.value, column.value) == (14, 14)
    row.set_value(1)
    column.set_value(1).run()
    assert "The unit at row 1, column 1 reads 4 of the 9 pixels in its 3×3 box" in words(app)


def test_without_holes_it_says_that_all_is_read_and_what_the_border_cuts_off(app):
    opened(app, "Pixels read")
    assert "reads all 25 pixels of its 5×5 box" in words(app)
    next(n for n in app.number_input if n.label == "Column").set_value(1).run()
    assert "reads all 15 pixels of its 5×3 box" in words(app)
    assert "Away from the border its box would be 5×5" in words(app)


def test_holes_are_marked_in_the_explorer_too(app):
    chart = opened(app, network=DILATED, layer=3).get("vega_lite_chart")[0]
    assert "indexof(reads[0][0]" in chart.proto.spec and "indexof(reads[1][0]" in chart.proto.spec
    assert "Squares mark the pixels" in words(app)
    app.segmented_control[0].set_value("lenet5").run()
    assert "reads[" not in app.get("vega_lite_chart")[0].proto.spec


def counted(monkeypatch) -> list:
    """Which layers the effective field is measured for."""
    asked = []
    measure = effective.effective_field

    def counting(model, network, path, *rest, **more):
        asked.append(path)
        return measure(model, network, path, *rest, **more)

    monkeypatch.setattr(effective, "effective_field", counting)
    return asked


def test_what_counts_is_measured_before_and_after_training_and_only_once(app, monkeypatch):
    asked = counted(monkeypatch)
    opened(app, "What counts", layer=2)
    assert asked == [(0,), (0,), (2,), (2,)]
    table = app.table[0].value
    assert list(table.iloc[:, 0]) == ["Before training", "After training"]
    assert all(25 < int(share.rstrip(" %")) < 75 for share in table["In the middle half"])
    assert "Luo et al., 2016" in words(app)
    app.selectbox[0].select_index(0).run()
    app.number_input(key="fields/index").set_value(5).run()
    assert app.table and len(asked) == 4


def test_what_takes_long_is_measured_when_asked(app, monkeypatch):
    monkeypatch.setattr(effective, "CHEAP_MACS", 0)
    asked = counted(monkeypatch)
    opened(app, "What counts")
    assert asked == [] and not app.table
    app.button(key="fields/effective/ask").click().run()
    assert len(asked) == 2 and len(app.table) == 1


def test_a_layer_that_nothing_reaches_says_so(app):
    network = Network((28, 28, 1), (Conv2D(2, 3, activation="relu"), Flatten(), Dense(10, "softmax")))
    model = build_model(network, seed=1)
    dead = [np.zeros_like(weights) for weights in model.get_weights()]
    dead[1] -= 1.0  # relu of a negative bias
    mine(app).imported = Trained(network, dead, "mnist")
    mine(app).focus.subject = "imported"
    opened(app, "What counts")
    assert "After training, nothing reaches this layer" in words(app)
    assert list(app.table[0].value.iloc[:, 0]) == ["Before training"]


def test_padding_is_shown_where_there_is_some(app):
    opened(app, "At the border")
    assert "208 of the 784 units look beyond the border" in words(app) and "with 64 % of its view" in words(app)
    valid = Network((28, 28, 1), (Conv2D(2, 3), MaxPooling2D(), Flatten(), Dense(10, "softmax")))
    opened(app, "At the border", valid)
    assert "No unit of this layer looks beyond the border" in words(app)


def test_the_view_of_a_single_unit_lies_outside_by_its_share_and_a_single_unit_of_several_looks_beyond(app):
    single = Network((2, 2, 1), (Conv2D(1, 3, strides=2, padding="same"), Flatten(), Dense(10, "softmax")))
    opened(app, "At the border", single)
    assert "56 % of this layer’s view lies outside of the image." in words(app)
    few = Network((3, 1, 1), (Conv2D(1, (3, 1), strides=2, padding="same"), Flatten(), Dense(10, "softmax")))
    opened(app, "At the border", few)
    assert "2 of the 2 units look beyond" in words(app)


SEES_ALL = "sees a whole digit (up to 20×20 pixels) and the whole image (28×28): **{}**."
NO_PADDING = "No unit of this layer looks beyond the border of the image: no padding stands in for pixels."
# What each part says, in the order of the parts. The cross of 1×7 and 7×1 behind 3×3 weights that are two apart reads
# 33 pixels each way, 9 of them both ways; along a side, 28 − 2·5 units have all of their view inside.
SAID = {
    (PLAIN, 0): (
        SEES_ALL.format("2 · Dense 12, relu"),
        "The unit at row 14, column 14 reads a single pixel, at row 14, column 14 of the image.",
        "**How much each pixel moves the unit in the middle** of layer 1 · Flatten",
        NO_PADDING,
    ),
    (PLAIN, 2): (
        SEES_ALL.format("2 · Dense 12, relu"),
        "All units of layer 3 read the same pixels. Such a unit reads every pixel of the image.",
        "of layer 3 · Dense 10, softmax",
        NO_PADDING,
    ),
    (DILATED, 3): (
        SEES_ALL.format("4 · Dense 10, softmax"),
        "The unit at row 14, column 14 reads 57 of the 121 pixels in its 11×11 box (rows 9–19, columns 9–19).",
        "of layer 2 · Branches 2, add",
        f"{28**2 - 18**2} of the 784 units look beyond the border: the one in the upper left corner with "
        f"{100 * (1 - 36 / 121):.0f} % of its view, the one in the middle with 0 %.",
    ),
    (DILATED, 5): (
        SEES_ALL.format("4 · Dense 10, softmax"),
        "All units of layer 4 read the same pixels. Such a unit reads every pixel of the image.",
        "of layer 4 · Dense 10, softmax",
        NO_PADDING,
    ),
}


@pytest.mark.parametrize("number", range(len(PARTS)), ids=[panel.title for panel in PARTS])
@pytest.mark.parametrize(("network", "layer"), SAID, ids=lambda value: getattr(value, "name", str(value)))
def test_every_tab_works_for_networks_without_maps_and_with_branches(app, number, network, layer):
    opened(app, PARTS[number].title, network, layer)
    assert SAID[network, layer][number] in words(app)
    assert not any(said in words(app) for said in SAID[network, layer] if said != SAID[network, layer][number])
    if network is PLAIN:
        assert "nothing to move over" in words(app) and not app.get("vega_lite_chart")


def test_stacked_kernels_are_compared_with_the_single_one(app):
    app.session_state["fields/stacks"] = True
    opened(app, "At the border")
    app.number_input(key="fields/stacks/count").set_value(3).run()
    table = app.table[0].value
    assert list(table["Sees"]) == ["7×7", "7×7"]
    assert "**45 %** fewer multiply-adds than one 7×7" in words(app)  # 27 to 49
    app.number_input(key="fields/stacks/count").set_value(1).run()
    assert "the same thing" in words(app)


def test_colour_images_of_another_size_have_their_pictures(monkeypatch, random):
    """No dataset has them yet, so the pieces are drawn by themselves."""
    network = Network((32, 32, 3), (Conv2D(4, 3, dilation_rate=2), Flatten(), Dense(10, "softmax")))
    picture = InputImage(random.random((32, 32, 3), np.float32), "a colour image")
    drawn = []
    monkeypatch.setattr("streamlit.html", lambda body, **_: drawn.append(body))
    monkeypatch.setattr(downloads, "download_picture", lambda make, file, key: drawn.append(make()))
    at = FieldInFocus(Session(), ModelView("RGB", network, None, "mnist", False, "rgb"), (0,), picture)
    PIXELS_READ.show(at)
    GROWTH.show(at)
    image = Image.open(io.BytesIO(next(part for part in drawn if isinstance(part, bytes))))
    assert image.width > 32 * 7
    assert "whole digit" in growth_words(at.subject)
    assert "digit" not in growth_words(ModelView("RGB", network, None, "fashion_mnist", False, "rgb"))


def test_a_table_goes_out_as_csv():
    lines = [{"Layer": "1 · Conv2D 6 @ 5×5, same", "Centre": "14,\u00a014"}]
    assert list(csv.DictReader(io.StringIO(as_csv(lines).decode("utf-8-sig")))) == [
        {"Layer": "1 · Conv2D 6 @ 5×5, same", "Centre": "14, 14"}
    ]
