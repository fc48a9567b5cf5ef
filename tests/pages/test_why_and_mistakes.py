"""Why this answer? and Mistakes as a visitor without a browser sees them."""

import numpy as np
import pytest

from core.data import SOURCES, Dataset
from core.data import datasets as reading
from core.data.datasets import Source
from core.insight import methods_for
from core.network import Conv2D, Dense, Flatten, GlobalAveragePooling2D, Network, residual_block
from core.training import Recipe, build_model
from core.training.trained import Trained
from core.ui.pages.mistakes.mistakes import FIRST
from core.ui.pages.mistakes.state import MistakesState
from core.ui.pages.why.saliency_maps import alike, target_class
from core.ui.pages.why.state import WhyState
from core.ui.shell.pages import PAGES
from core.ui.widgets.opened_image import VIEWS
from tests.pages.conftest import button, mine, went_to
from tests.pages.test_pages import opened, words

PLAIN = Network((28, 28, 1), (Flatten(), Dense(10, "softmax")), "Plain")
COLOURED = Network(
    (32, 32, 3),
    (Conv2D(4, 5, activation="relu"), residual_block(4), GlobalAveragePooling2D(), Dense(3, "softmax")),
    "Coloured",
)


def imported(app, network, dataset="mnist", weights=None):
    mine(app).imported = Trained(network, weights or build_model(network, seed=1).get_weights(), dataset)
    mine(app).focus.subject = "imported"


@pytest.fixture
def colours(monkeypatch, random):
    """A dataset of 60 coloured images of three kinds."""
    names = ("red", "green", "a long name")
    images, labels = random.integers(0, 256, (60, 32, 32, 3), np.uint8), np.arange(60, dtype=np.uint8) % 3
    monkeypatch.setitem(SOURCES, "colours", Source("Colours", "none", "", names, "ours", (32, 32, 3)))
    monkeypatch.setattr(
        reading, "_read", lambda name, path: Dataset("colours", images, labels, images, labels, names)
    )


def pictures(app) -> str:
    return " ".join(element.proto.body for element in app.get("html"))


def chooser(app, label):
    return next(box for box in app.selectbox if box.label == label)


def test_all_methods_are_shown_side_by_side_with_what_random_weights_give(app):
    opened(app, "why")
    assert not app.exception
    said = words(app)
    for title in ("Occlusion", "Gradient × input", "Integrated gradients", "Grad-CAM"):
        assert f"**{title}**" in said
        assert f"{title} for 7" in pictures(app) and f"{title} for 7, by random weights" in pictures(app)
    assert said.count("By random weights:") == 4
    assert "predicts **7**" in said and "which is right" in said


def test_one_method_is_explained_with_its_source_and_where_it_misleads(app):
    opened(app, "why")
    app.button_group(key="why/method/5").set_value("integrated_gradients").run()
    assert not app.exception
    said = words(app)
    for part in ("What it shows", "How to read it", "Where it misleads", "Sundararajan", "Adebayo", " steps."):
        assert part in said
    assert "laid over the image" in pictures(app)


def test_the_runner_up_or_any_class_can_be_explained_and_is_remembered(app):
    opened(app, "why")
    app.segmented_control(key="why/explain").set_value("runner-up").run()
    assert "for and against" in words(app) and "why **7**" not in words(app)
    app.segmented_control(key="why/explain").set_value("class").run()
    app.selectbox(key="why/class/10").set_value(4).run()
    assert "for and against **4**" in words(app)
    opened(app, "kernels")
    opened(app, "why")
    assert mine(app).state(WhyState).explained == 4 and "for and against **4**" in words(app)


def test_nothing_that_is_unchanged_is_computed_again(app):
    opened(app, "why")
    before = dict(mine(app).results)
    app.run()
    assert all(mine(app).results[name] is found for name, found in before.items())
    app.number_input(key="why/index").set_value(3).run()
    assert mine(app).results["why/occlusion"] is not before["why/occlusion"]


def test_a_dense_network_is_asked_by_the_methods_that_need_no_maps(app):
    imported(app, PLAIN)
    opened(app, "why")
    assert not app.exception
    assert words(app).count("By random weights:") == 3
    control = app.button_group(key="why/method/4")
    assert "Grad-CAM" not in control.options
    assert "Grad-CAM needs feature maps" in control.proto.help
    opened(app, "mistakes")
    assert not app.exception
    assert "784 numbers, the output of layer 1 · Flatten" in words(app)


def test_coloured_images_and_branches_are_explained_and_evaluated(app, colours):
    imported(app, COLOURED, "colours")
    opened(app, "why")
    assert not app.exception
    assert words(app).count("By random weights:") == len(methods_for(COLOURED)) == 4
    methods = app.button_group(key="why/method/5")
    assert "**Grad-CAM**: In which places the last feature maps raise the score of the class" in methods.help
    methods.set_value("grad_cam").run()
    assert not app.exception
    opened(app, "mistakes")
    assert not app.exception
    assert "0 red, 1 green, 2 a long name" in words(app)


@pytest.mark.parametrize("page", ["why", "mistakes"])
def test_images_that_do_not_fit_get_a_sentence(app, page):
    imported(app, COLOURED, "mnist")
    opened(app, page)
    assert not app.exception
    assert "There are no images here of the classes that this network tells apart" in words(app)


@pytest.mark.parametrize("page", ["why", "mistakes"])
def test_weights_that_are_no_numbers_get_a_sentence(app, page):
    weights = [np.full_like(part, np.nan) for part in build_model(PLAIN).get_weights()]
    imported(app, PLAIN, weights=weights)
    opened(app, page)
    assert not app.exception
    assert "no longer numbers" in words(app)


def test_the_mistakes_of_the_trained_network_are_counted_and_shown(app):
    opened(app, "mistakes")
    assert not app.exception
    figures = {metric.label: metric.value for metric in app.metric}
    assert figures == {"Test accuracy": "99.29 %", "Mistakes": "71"}
    assert "of “9” predicted as “4”" in words(app)  # what it confuses most
    galleries = [element for element in app.get("bidi_component") if "gallery" in element.proto.component_name]
    assert len(galleries) == 2
    assert "principal component analysis" in words(app) and "84 numbers" in words(app)
    assert "Direction 1, across, is the one in which they differ most" in words(app)
    assert FIRST == 24
    app.toggle(key="mistakes/surest/all").set_value(True).run()
    assert not app.exception


def test_the_two_choices_show_the_images_of_a_cell(app):
    opened(app, "mistakes")
    chooser(app, "It is").set_value(3).run()
    chooser(app, "Predicted").set_value(0).run()
    assert mine(app).state(MistakesState).confused == (3, 0)
    assert "No test image of “3” is predicted as “0”." in words(app)
    chooser(app, "Predicted").set_value(3).run()
    assert "1,007 test images** of “3” predicted as “3”" in words(app)
    assert not app.exception


@pytest.mark.parametrize("page", VIEWS)
def test_a_mistake_is_opened_in_the_other_views(app, page):
    opened(app, "mistakes")
    mine(app).state(MistakesState).test_image = 247
    mine(app).image.source = "drawing"
    app.run()
    assert "Test image 247: “4”, predicted" in words(app)
    button(app, PAGES[page].title).click().run()
    assert not app.exception and went_to(app) == page
    assert (mine(app).image.source, mine(app).image.test_index) == ("test", 247)
    opened(app, page)  # AppTest stays where it is
    assert next(field for field in app.number_input if field.label == "Number").value == 247


def test_both_pages_follow_a_run_and_compute_once_for_each_version(app):
    opened(app, "train")
    mine(app).editor.edit(PLAIN)
    mine(app).editor.recipe = Recipe(epochs=2, training_images=500)
    app.run()
    button(app, "Start").click().run()
    assert mine(app).run.wait(60)
    for page, name in (("why", "why/occlusion"), ("mistakes", "mistakes/evaluated")):
        opened(app, page)
        assert not app.exception and mine(app).focus.subject == "run"
        before = mine(app).results[name]
        app.run()
        assert mine(app).results[name] is before
        next(slider for slider in app.select_slider if slider.label == "Epoch").set_value(0).run()
        assert not app.exception
        assert mine(app).results[name] is not before
        mine(app).focus.epoch = None


def test_the_class_to_explain_is_found_by_rank_or_named():
    answers = np.array([0.2, 0.5, 0.3])
    assert [target_class(asked, answers) for asked in ("answer", "runner-up", 0)] == [1, 2, 0]
    assert target_class("runner-up", np.array([1.0])) == 0


def test_likeness_is_said_in_words_and_never_where_there_is_none():
    assert alike(0.95)[0].startswith("much the same") and alike(0.5)[0].startswith("partly")
    assert alike(-0.3)[0].startswith("different") and alike(None)[0] == "not to be compared"


def test_what_was_opened_of_one_dataset_is_not_open_in_another(app):
    opened(app, "mistakes")
    chooser(app, "It is").set_value(3).run()
    mine(app).state(MistakesState).test_image = 247
    imported(app, PLAIN, dataset="fashion_mnist")
    app.run()
    assert mine(app).state(MistakesState).confused is None and "Test image 247:" not in words(app)
    assert not app.exception
