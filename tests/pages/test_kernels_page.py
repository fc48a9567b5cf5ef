"""The Kernels page as a visitor without a browser sees it."""

import re

import numpy as np
import pytest

from core.insight import kernels, layers_with_kernels
from core.network import (
    LAYERS,
    LENET5,
    Branches,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Flatten,
    GlobalAveragePooling2D,
    Network,
    SeparableConv2D,
)
from core.training import Recipe, build_model
from core.training.trained import Trained
from tests.pages.conftest import button, components, files, mine
from tests.pages.test_pages import opened, words

DENSE_ONLY = Network((28, 28, 1), (Flatten(), Dense(12, "relu"), Dense(10, "softmax")), "Dense only")
BRANCHES = Network(
    (28, 28, 1),
    (
        Conv2D(4, 3, strides=2, padding="same", activation="relu"),
        Branches(((DepthwiseConv2D(3, padding="same"), SeparableConv2D(4, 3, padding="same")), ()), "add"),
        Conv2D(6, 3, groups=2, activation="relu"),
        GlobalAveragePooling2D(),
        Dense(10, "softmax"),
    ),
    "Branches",
)
COLOUR = Network((32, 32, 3), (Conv2D(4, 3), GlobalAveragePooling2D(), Dense(10, "softmax")), "Colour")


BORDER = Network(
    (28, 28, 1),
    (Conv2D(1, 1), Conv2D(2, 3, padding="same", activation="relu"), GlobalAveragePooling2D(), Dense(10, "softmax")),
    "Border",
)


def looked_into(app, network, weights=None):
    """The page about this network with fresh weights."""
    session = mine(app)
    session.imported = Trained(network, weights or build_model(network, seed=1).get_weights(), "mnist")
    session.focus.subject = "imported"
    opened(app, "kernels")
    assert not app.exception
    return app


def html(app) -> str:
    return " ".join(element.proto.body for element in app.get("html"))


def layer(app):
    return next(box for box in app.selectbox if box.label == "Layer")


def kernel_number(app):
    return next(box for box in app.number_input if ", 1 to " in box.label)


def test_a_deeper_layer_is_a_grid_with_numbered_rows_and_columns(app):
    opened(app, "kernels")
    layer(app).select_index(1).run()
    assert not app.exception
    (grid,) = components(app, "receptive_rows")
    assert [row["label"] for row in grid["tiles"]] == [str(n) for n in range(1, 9)]
    assert grid["columns"] == [str(n) for n in range(1, 7)] and grid["noun"] == "kernel"
    assert grid["tiles"][0]["width"] == 6 * grid["step"] - 8  # six kernels of 5×5, 8 px a weight, a cell apart
    app.toggle[0].set_value(True).run()
    (grid,) = components(app, "receptive_rows")
    assert len(grid["tiles"]) == 16


@pytest.mark.parametrize("layer_number", [0, 1])
def test_the_kernel_that_is_chosen_has_the_frame(app, layer_number):
    opened(app, "kernels")
    layer(app).select_index(layer_number).run()
    name = ("receptive_gallery", "receptive_rows")[layer_number]
    assert components(app, name)[0]["chosen"] == 0
    kernel_number(app).set_value(4).run()
    assert components(app, name)[0]["chosen"] == 3
    assert (mine(app).focus.layer, mine(app).focus.channel) == (layers_with_kernels(LENET5)[layer_number], 3)


def test_every_picture_and_table_of_the_page_can_be_taken_away(app):
    opened(app, "kernels")
    mine_of_all = {"kernels.png", "weights.csv", "weights-spread.svg", "kernel.png", "kernel.csv"}
    assert files(app) == mine_of_all | {"responses.png", "exciting.png", "answers.svg", "answers.csv"}
    button(app, "Evaluate on 2,000 test images").click().run()
    assert {"accuracy-without.svg", "accuracy-without.csv"} < files(app)
    next(c for c in app.segmented_control if c.label == "More").set_value("matrix").run()
    assert {"matrix.png", "matrix.csv"} < files(app)
    looked_into(app, BRANCHES)
    layer(app).select_index(2).run()  # the separable convolution
    assert {"mixing.png", "mixing.csv"} < files(app)


def test_the_patches_and_the_image_follow_the_kernel_that_is_chosen(app):
    opened(app, "kernels")
    first = html(app)
    assert "test image" in first and "response " in first
    kernel_number(app).set_value(3).run()
    assert not app.exception
    assert html(app) != first and "kernel 3" in html(app)


def test_nothing_is_searched_again_for_another_kernel_or_an_unchanged_page(app, monkeypatch):
    opened(app, "kernels")

    def never(*_, **__):
        raise AssertionError

    monkeypatch.setattr("core.ui.pages.kernels.patches.best_patches", never)
    kernel_number(app).set_value(2).run()
    assert not app.exception
    monkeypatch.setattr("core.ui.pages.kernels.exciting.most_exciting", never)
    app.run()
    assert not app.exception


def test_the_prediction_without_a_kernel_stands_beside_the_whole_one(app):
    opened(app, "kernels")
    assert "With kernel 1 the prediction is “7”" in words(app)
    button(app, "Evaluate on 2,000 test images").click().run()
    assert not app.exception
    assert "The dashed line is the whole network: 98.85 %" in words(app)
    assert not [b for b in app.button if b.label.startswith("Evaluate")]  # it is evaluated: nothing to ask for
    kernel_number(app).set_value(2).run()
    assert "kernel 2 is marked" in words(app)  # and stays so for the next kernel


def test_the_convolution_is_a_matrix_with_its_counts(app):
    opened(app, "kernels")
    next(c for c in app.segmented_control if c.label == "More").set_value("matrix").run()
    assert not app.exception
    table = app.table[0].value
    assert list(table["The whole layer"]) == ["3,687,936", "107,736", "150"]
    assert list(table["This picture"]) == ["4,096", "1,156", "25"]


def test_a_layer_of_one_weight_counts_it_as_one(app):
    ones = Network(
        (28, 28, 1), (Conv2D(1, 1, use_bias=False), GlobalAveragePooling2D(), Dense(10, "softmax")), "Ones"
    )
    looked_into(app, ones)
    said = words(app)
    assert "1 kernel of 1×1" in said and "The 1 weight of the layer by size" in said
    assert not re.search(r"(?<![\d.,×·])\b1 (weights|kernels|rows|columns|units|cells)\b", said + html(app))


@pytest.mark.parametrize("network", [DENSE_ONLY, BRANCHES, COLOUR], ids=lambda network: network.name)
def test_every_layer_of_odd_networks_can_be_looked_at(app, network):
    looked_into(app, network)
    for number in range(len(layers_with_kernels(network))):
        layer(app).select_index(number).run()
        assert not app.exception
        for view in ("matrix", "without"):
            next(c for c in app.segmented_control if c.label == "More").set_value(view).run()
            assert not app.exception


def test_they_hold_every_kind_that_has_kernels():
    shown = {type(block) for network in (DENSE_ONLY, BRANCHES, COLOUR) for _, block in network.walk()}
    assert {kind for kind in LAYERS.values() if kind.kernel_weights} <= shown


def test_a_dense_layer_is_told_to_be_dense_already(app):
    looked_into(app, DENSE_ONLY)
    next(c for c in app.segmented_control if c.label == "More").set_value("matrix").run()
    assert "dense already" in words(app)


def test_a_network_for_other_images_shows_its_kernels_and_says_why_no_image(app):
    looked_into(app, COLOUR)
    assert "red" in html(app) and "response " in html(app)  # its kernels, and what excites them
    assert "takes images of 32×32×3, but those of MNIST digits are 28×28×1" in words(app)


def test_a_network_without_kernels_gets_a_sentence(app):
    network = Network((28, 28, 1), (Flatten(),), "None")
    mine(app).imported = Trained(network, [], "mnist")
    mine(app).focus.subject = "imported"
    opened(app, "kernels")
    assert not app.exception and "no layer with kernels" in words(app)


def test_while_a_run_learns_nothing_is_searched_before_it_is_asked_for(app):
    opened(app, "train")
    mine(app).editor.recipe = Recipe(epochs=100)
    button(app, "Start").click().run()
    run = mine(app).run
    while run.version == 0:
        assert run.active
        run.wait(0.05)
    opened(app, "kernels")
    assert not app.exception
    assert "response" not in html(app)
    button(app, "Search the test images").click().run()
    assert not app.exception
    assert "With the weights of epoch" in words(app)


def test_the_two_steps_of_a_separable_convolution_come_to_one_kernel(random):
    import keras

    network = Network((8, 8, 2), (SeparableConv2D(3, 3, depth_multiplier=2, use_bias=False),))
    model = build_model(network, seed=3)
    found = kernels(model, network, (0,))
    joined = np.stack([found.of_output(k) for k in range(3)])  # (outputs, inputs, rows, columns)
    image = random.random((1, 8, 8, 2), np.float32)
    expected = keras.ops.conv(image, joined.transpose(2, 3, 1, 0))
    np.testing.assert_allclose(model(image), expected, atol=1e-5)


def responds_to(*kernels_and_biases):
    """Weights of `BORDER`: its first layer gives 1 everywhere, the second has these kernels and biases."""
    kernel = np.stack([np.full((3, 3, 1), weight, np.float32) for weight, _ in kernels_and_biases], axis=-1)
    bias = np.array([bias for _, bias in kernels_and_biases], np.float32)
    ones = [np.zeros((1, 1, 1, 1), np.float32), np.ones(1, np.float32)]
    return [*ones, kernel, bias, *build_model(BORDER, seed=1).get_weights()[-2:]]


def test_a_kernel_that_responds_to_the_border_alone_is_told_with_its_figures(app):
    """Inside, nine ones are taken from 8.5, and relu leaves 0; in the corner only four: 4.5, whatever the image."""
    looked_into(app, BORDER, responds_to((-1, 8.5), (0, -1)))
    layer(app).select_index(1).run()
    assert not app.exception
    said = words(app)
    where = "4.5 on an empty image, at the border, where it sees padding."
    assert f"No ink: its response is 4.5 at most on 2,000 test images, and {where}" in said
    assert f"No ink: its response is {where} In the middle it is 0 to noise, and no change of it raised that." in said
    assert "responses.png" not in files(app) and "exciting.png" not in files(app)


def test_a_kernel_that_nothing_excites_is_silent_by_test_images_and_by_noise(app):
    looked_into(app, BORDER, responds_to((-1, 8.5), (0, -1)))
    layer(app).select_index(1).run()
    kernel_number(app).set_value(2).run()
    assert "Nothing: its response is 0 at most on 2,000 test images, so it is silent." in words(app)
    assert "Nothing was found: its response is 0 to noise, and no change of it raised that." in words(app)
    assert "responses.png" not in files(app) and "exciting.png" not in files(app)


def test_the_bias_that_is_told_is_that_of_the_kernel_that_is_open(app):
    looked_into(app, BORDER, responds_to((-1, 8.5), (0, -1)))
    layer(app).select_index(1).run()
    assert "Then 8.5 is added: its bias." in words(app)
    kernel_number(app).set_value(2).run()
    assert "Then −1 is added: its bias." in words(app)


def test_the_kernel_that_matters_most_is_named_with_what_is_left_without_it(app, monkeypatch):
    from core.insight import Pruned
    from core.ui.pages.kernels import without

    accuracy = np.array([0.9, 0.89, 0.88, 0.5, 0.87, 0.9, 0.91], np.float32)
    monkeypatch.setattr(without, "evaluate_without", lambda *_: Pruned(accuracy, np.ones(7, np.float32)))
    opened(app, "kernels")
    assert "Filled bars: with kernel 1; hollow ones: without it." in words(app)
    button(app, "Evaluate on 2,000 test images").click().run()
    assert "The dashed line is the whole network: 90.00 %." in words(app)
    assert "kernel 1 is marked. Kernel 3 matters most: without it 50.00 %." in words(app)


def test_a_late_click_on_a_kernel_is_none_in_the_next_layer(app):
    def pictures():
        return {one.proto.id for one in app.get("bidi_component") if "receptive_rows" in one.proto.component_name}

    opened(app, "kernels")
    layer(app).select_index(1).run()
    before = pictures()
    layer(app).select_index(2).run()
    assert before and pictures() and not before & pictures()
