"""The six pages that look inside, for networks and runs of all sorts, and what they remember together."""

import numpy as np
import pytest

from core.data import SOURCES, Dataset
from core.data import datasets as reading
from core.data.datasets import Source
from core.network import (
    LENET5,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Flatten,
    GlobalAveragePooling2D,
    MaxPooling2D,
    Network,
    inception_block,
    residual_block,
)
from core.training import Recipe, build_model
from core.training.trained import Trained
from core.ui.pages.mistakes.state import MistakesState
from tests.pages.conftest import button, components, files, mine
from tests.pages.test_pages import opened, words

PAGES = ("feature_maps", "gradients", "kernels", "receptive_fields", "why", "mistakes")
ANSWER = Dense(10, "softmax")
NETWORKS = {
    network.name: network
    for network in (
        Network((28, 28, 1), (Flatten(), Dense(16, "relu"), ANSWER), "Dense only"),
        Network(
            (28, 28, 1),
            (MaxPooling2D(4), Conv2D(3, 7, activation="relu"), Conv2D(2, 1), Flatten(), ANSWER),
            "One by one",
        ),
        Network(
            (28, 28, 1), (Conv2D(512, 3, strides=8), DepthwiseConv2D(3), GlobalAveragePooling2D(), ANSWER), "Wide"
        ),
        Network(
            (28, 28, 1),
            (
                Conv2D(4, 3, strides=4),
                residual_block(4),
                inception_block(2),
                MaxPooling2D(2),
                Flatten(),
                ANSWER,
            ),
            "Branches",
        ),
    )
}
COLOURED = Network((32, 32, 3), (Conv2D(4, 3, strides=4), residual_block(4), Flatten(), Dense(3, "softmax")), "RGB")


@pytest.fixture
def few(monkeypatch):
    """Mistakes evaluates 300 test images only: what it finds does not matter here."""
    monkeypatch.setattr("core.ui.widgets.evaluation.affordable_images", lambda network, there, *_: min(there, 300))


def imported(app, network, dataset="mnist"):
    mine(app).imported = Trained(network, build_model(network, seed=1).get_weights(), dataset)
    mine(app).focus.subject = "imported"
    return app


def trained(app, name="Plain"):
    """A short run of a small network."""
    opened(app, "train")
    mine(app).editor.edit(Network((28, 28, 1), (Conv2D(2, 9, strides=5), Flatten(), ANSWER), name))
    mine(app).editor.recipe = Recipe(epochs=1, training_images=256)
    app.run()
    app.button(key="train/start").click().run()
    assert mine(app).run.wait(60)
    return mine(app).run


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
def test_networks_of_all_sorts_can_be_looked_into(app, network, page, few):
    imported(app, network)
    opened(app, page)
    assert not app.exception
    assert (words(app) and files(app)) or page in ("feature_maps", "gradients")


@pytest.mark.parametrize("page", PAGES)
def test_a_network_for_coloured_images_of_another_size_says_why_none_can_be_shown(app, page):
    imported(app, COLOURED)
    opened(app, page)
    assert not app.exception
    assert "There are no images here of the classes that this network tells apart" in words(app)


@pytest.mark.parametrize("page", PAGES)
def test_a_network_for_the_classes_but_not_the_images_of_a_dataset_says_so(app, page):
    imported(app, Network((32, 32, 3), (Conv2D(4, 3, strides=4), Flatten(), ANSWER), "Ten of RGB"))
    opened(app, page)
    assert not app.exception
    assert "takes images of 32×32×3, but those of MNIST digits are 28×28×1" in words(app)


@pytest.mark.parametrize("page", PAGES)
def test_coloured_images_are_shown_where_the_dataset_has_them(app, page, monkeypatch, random):
    names = ("red", "green", "blue")
    images, labels = random.integers(0, 256, (60, 32, 32, 3), np.uint8), np.arange(60, dtype=np.uint8) % 3
    monkeypatch.setitem(SOURCES, "colours", Source("Colours", "none", "", names, "ours", (32, 32, 3)))
    colours = Dataset("colours", images, labels, images, labels, names)
    monkeypatch.setattr(reading, "_read", lambda name, path: colours)
    imported(app, COLOURED, "colours")
    opened(app, page)
    assert not app.exception and "takes images of" not in words(app)


def test_a_run_is_shown_as_it_is_though_its_network_was_edited_meanwhile(app, few):
    run = trained(app)
    mine(app).editor.edit(run.network.replaced((0,), Conv2D(5, 3)))
    for page in PAGES:
        opened(app, page)
        assert not app.exception
        assert "Showing the network of this run, not the one on Build." in words(app)
        if page in ("kernels", "receptive_fields"):
            layer = next(box for box in app.selectbox if box.label == "Layer")
            assert "Conv2D 2 @ 9×9" in layer.options[0]
        if page == "feature_maps":
            stages = components(app, "receptive_maps")[0]["stages"]
            assert stages[1]["maps"] == 2 and stages[1]["rows"] == 4


@pytest.mark.parametrize("page", PAGES)
def test_a_run_that_is_deleted_in_another_window_gives_way_to_what_is_left(app, page, few):
    run = trained(app)
    opened(app, page)
    assert "Your run: Plain" in str([control.options for control in app.segmented_control])
    mine(app).workspace.delete(run)  # all windows of a visitor share it
    app.run()
    assert not app.exception
    assert mine(app).run is None and mine(app).focus.subject is None  # each page shows its usual network
    assert "“Plain” has been deleted." in [toast.value for toast in app.toast]
    app.run()
    assert not app.exception and not app.toast  # said once


def test_a_run_that_is_deleted_here_gives_way_to_the_one_before_it(app, few):
    older, newer = trained(app, "Older"), trained(app, "Newer")
    for page in PAGES:
        opened(app, page)
    opened(app, "runs")
    button(app, "Delete it").click().run()
    assert mine(app).workspace.runs == [older] and mine(app).run is older
    for page in PAGES:
        opened(app, page)
        assert not app.exception
        assert "Your run: Older" in str([control.options for control in app.segmented_control])
        assert newer not in mine(app).focus.viewers


@pytest.mark.parametrize("page", PAGES)
def test_a_run_that_is_deleted_while_it_learns_is_let_go(app, page, few):
    opened(app, "train")
    mine(app).editor.recipe = Recipe(epochs=100)
    button(app, "Start").click().run()
    run = mine(app).run
    while run.version == 0:
        assert run.active
        run.wait(0.05)
    opened(app, page)
    mine(app).workspace.delete(run)
    app.run()
    assert not app.exception
    assert mine(app).run is None
    assert run.wait(30)  # its thread has ended too


def choice(app, label):
    kinds = (app.selectbox, app.number_input)
    return next(box for kind in kinds for box in kind if box.label.startswith(label))


def test_the_layer_and_the_map_stay_from_page_to_page(app):
    opened(app, "feature_maps")
    mine(app).focus.look_at((2,), (4, 3, 11))  # a click on a number of map 12
    app.run()
    opened(app, "kernels")
    assert choice(app, "Layer").value == (2,) and choice(app, "Kernel, ").value == 12
    opened(app, "receptive_fields")
    assert choice(app, "Layer").value == (2,) and choice(app, "Feature map").value == 12
    choice(app, "Feature map").set_value(3).run()
    choice(app, "Layer").set_value((3,)).run()  # a pooling layer has no kernels
    opened(app, "kernels")
    assert choice(app, "Layer").value == (2,)  # but the layer before it has
    opened(app, "feature_maps")
    assert components(app, "receptive_maps")[0]["single"]
    assert "4 · AveragePooling2D" in components(app, "receptive_maps")[0]["stages"][1]["title"]
    button(app, "Whole network").click().run()
    opened(app, "receptive_fields")
    assert choice(app, "Layer").value == (0,) and choice(app, "Feature map").value == 1


def test_the_unit_whose_pixels_are_shown_is_the_one_that_was_explained(app):
    mine(app).focus.look_into(LENET5)
    mine(app).focus.look_at((2,), (4, 3, 11))
    app.session_state["fields/part"] = "Pixels read"
    opened(app, "receptive_fields")
    assert "The unit at row 5, column 4 reads" in words(app)
    choice(app, "Column").set_value(9).run()
    assert mine(app).focus.unit == (4, 8, 11)
    opened(app, "feature_maps")
    assert "Layer 3 · Conv2D, map 12, row 5, column 9" in words(app)


def test_a_place_is_forgotten_with_its_network_and_a_vector_has_no_rows(app):
    mine(app).focus.look_into(LENET5)
    mine(app).focus.look_at((4,), (399,))
    app.session_state["fields/part"] = "Pixels read"
    opened(app, "receptive_fields")
    assert not app.exception and choice(app, "Layer").value == (4,)
    choice(app, "Column").set_value(2).run()  # of 5×5 places, each of 16 numbers
    assert not app.exception and mine(app).focus.unit == (399,)
    imported(app, NETWORKS["Wide"])
    opened(app, "kernels")
    assert not app.exception
    assert (mine(app).focus.layer, mine(app).focus.channel, mine(app).focus.unit) == (None, 0, None)


def test_pictures_and_tables_of_one_layer_and_of_one_number_can_be_taken_away(app):
    opened(app, "feature_maps")
    assert files(app) == set()
    mine(app).focus.look_at((2,))
    app.run()
    assert files(app) == {"layer-3.png", "layer-3.csv"}
    mine(app).focus.look_at((2,), (0, 0, 0))
    app.run()
    assert files(app) == {"layer-3.png", "layer-3.csv", "one-number.csv"}


def test_pictures_and_tables_of_the_other_pages_can_be_taken_away(app):
    opened(app, "receptive_fields")
    assert files(app) == {"receptive-field.svg", "receptive-fields.csv", "nested-fields.svg"}
    opened(app, "why")
    assert files(app) == {"why.png", "answer.svg", "answer.csv"}
    opened(app, "mistakes")
    expected = {"confusion.svg", "confusion.csv", "9-as-4.png", "9-as-4.csv", "mistakes.png", "mistakes.csv"}
    assert files(app) == expected | {"test-images.svg", "test-images.csv"}


def test_the_open_cell_follows_the_most_frequent_mistake_until_one_is_chosen(app, few, mnist):
    trained(app)
    opened(app, "mistakes")
    run = mine(app).run

    def cell(row, column):
        return (choice(app, "It is").value, choice(app, "Predicted").value) == (row, column)

    def answering(*answers):
        """The run's next weights say class `answer` to everything."""
        weights = [np.zeros_like(part) for part in run.weights()[1]]
        weights[-1][list(answers)] = 1.0
        run.publish(weights)
        app.run()
        assert not app.exception

    def most_but(label):
        return int(np.argmax(np.bincount(mnist.y_test[:300][mnist.y_test[:300] != label])))

    assert mine(app).state(MistakesState).confused is None
    answering(3)
    assert cell(most_but(3), 3)  # every other image is a mistake
    answering(1)
    assert cell(most_but(1), 1)
    assert mine(app).state(MistakesState).confused is None  # nobody has chosen anything yet
    choice(app, "It is").set_value(5).run()
    assert cell(5, 1) and mine(app).state(MistakesState).confused == (5, 1)
    answering(3)
    assert cell(5, 1)
