"""The Robustness page: curves over strengths, and one image with every network's answers."""

import re
from types import SimpleNamespace

import numpy as np
import pytest

from core.data.augmentation import transformed
from core.network import Dense, Flatten, Network
from core.study.contender import LabelledImages
from core.study.transforms import TRANSFORMS
from core.ui.pages.robustness import curve as drawn_curve
from core.ui.pages.robustness.state import RobustnessState
from core.ui.shell.pages import PAGES
from core.ui.widgets.studies import StudyState
from tests.pages.conftest import button, components, files, mine, opened, studied, went_to, words
from tests.pages.test_compare import COLOURS, choose, imported, trained

PLAIN = Network((28, 28, 1), (Flatten(), Dense(10, "softmax")), "Plain")


@pytest.fixture
def run(app):
    """A dense network, quick to measure, that has learned from images turned by up to 15°."""
    one = trained(app, PLAIN, training_images=2000, rotation=15.0, learning_rate=0.01)
    choose(app, f"run/{one.created}")
    return one


def ended(app):
    """The page, once curve, film and mistakes are complete."""
    return studied(app, "robustness", "film", "mistakes")


def field(app, label):
    """The choice with this label."""
    return next(one for one in app.selectbox if one.label == label)


def shown_tiles(app):
    return components(app, "receptive_gallery")[0]["tiles"]


def study_of(app):
    return mine(app).state(StudyState).studies["robustness"][1].latest


def wrong_at(model, images, strength):
    """Index → predicted class of what a model gets wrong among the first 2,000 of a study, by Keras alone."""
    found = {}
    for part in range(8):
        which = images.part(part)
        turned = transformed(images.images[which].astype(np.float32) / 255, rotation=strength)
        predicted = np.asarray(model(turned, training=False)).argmax(axis=1)
        found |= {int(n): int(guess) for n, guess in zip(which, predicted) if guess != images.labels[n]}
    return found


def gallery(app) -> str:
    return "".join(element.proto.body for element in app.get("html") if "figure" in element.proto.body)


def test_the_curve_of_a_run_ends_at_its_known_accuracy_and_is_read_in_a_sentence(app, run, mnist):
    ended(opened(app, "robustness"))
    found = study_of(app)
    at_rest = found.strengths.index(0.0)
    assert found.done == 1 and found.images.tolist() == [2000] * at_rest + [10_000] + [2000] * (10 - at_rest)
    assert f"**{found.sentence()}**" in words(app)
    assert re.search(r"Plain loses half of its accuracy at −\d+(\.\d)?° and \d+(\.\d)?°\.", found.sentence())
    assert found.accuracies(0)[at_rest] == pytest.approx(run.snapshot.test_accuracy, abs=1e-9)  # to the digit
    assert "Shaded: what it was trained with, Plain from −15° to 15°." in words(app)
    assert {"robustness-rotation.csv", "robustness-rotation.svg"} <= files(app)
    (alt,) = [chart.proto.alt for chart in app.get("vega_lite_chart")]
    assert alt.startswith("Accuracy over rotation; lowest: Plain ")


def test_another_transform_is_another_curve_and_another_strip(app, run):
    ended(opened(app, "robustness"))
    app.selectbox(key="robustness/transform").set_value("square").run()
    ended(app)
    assert study_of(app).transform.name == "square" and "20 px" in gallery(app) and "°" not in gallery(app)
    assert "Shaded" not in words(app)
    assert mine(app).state(RobustnessState).transform == "square"


def test_the_strip_has_an_answer_under_each_frame(app, run, mnist):
    mine(app).image.test_index = 17
    ended(opened(app, "robustness"))
    label = mnist.y_test[17]
    assert f"Test image 17, which is “{label}”, changed by rotation" in words(app)
    labels = re.findall(r"<figcaption>(.*?)</figcaption>", gallery(app))
    assert len(labels) == len(TRANSFORMS["rotation"].strengths)
    unchanged = next(one for one in labels if one.startswith("0°<br>"))
    probabilities = np.asarray(run.model()(mnist.x_test[17:18].astype(np.float32) / 255))[0]
    sign = "✓" if probabilities.argmax() == label else "✗"
    assert unchanged.split("<br>")[1] == f"{sign} {probabilities.argmax()}"


def test_a_drawing_is_changed_like_a_test_image_and_nobody_says_whether_an_answer_is_right(app, run):
    mine(app).image.drawing = np.zeros((28, 28), np.float32)
    mine(app).image.drawing[6:22, 13:15] = 1
    ended(opened(app, "robustness"))
    app.toggle(key="robustness/drawing").set_value(True).run()
    ended(app)
    assert "Your drawing, changed by rotation" in words(app)
    assert "✓" not in gallery(app) and "✗" not in gallery(app)


def test_the_networks_are_those_of_compare(app, run):
    opened(app, "compare")
    app.multiselect[0].set_value([f"run/{run.created}"]).run()
    opened(app, "robustness")
    assert app.multiselect[0].value == [f"run/{run.created}"]


def test_without_a_network_that_fits_a_sentence_says_what_would(app):
    one = imported(app, COLOURS, "")
    choose(app, f"imported/{one.identity}")
    opened(app, "robustness")
    assert not app.exception
    assert "Choose at least one network that learned from digits or clothes" in words(app)


def test_the_mistakes_of_a_strength_are_chosen_by_fields_and_opened_in_the_other_pages(app, run, mnist):
    ended(opened(app, "robustness"))
    field(app, "Strength").set_value(30.0).run()
    ended(app)
    images = LabelledImages.tests_of(mnist)
    expected = wrong_at(run.model(), images, 30.0)
    assert f"Plain misclassifies **{len(expected):,} of 2,000 test images** at rotation 30°" in words(app)
    tiles = shown_tiles(app)
    numbers = [tile["number"] for tile in tiles]
    assert len(numbers) == 24 and set(numbers) <= set(expected)
    for tile in tiles:
        number = tile["number"]
        assert tile["label"].startswith(f"{images.labels[number]} → {expected[number]}\n")
    mine(app).state(RobustnessState).test_image = numbers[3]
    app.run()
    assert f"Test image {numbers[3]:,}, “{images.labels[numbers[3]]}”, as it is" in words(app)
    button(app, PAGES["why"].title).click().run()
    assert went_to(app) == "why"
    assert (mine(app).image.source, mine(app).image.test_index) == ("test", numbers[3])
    assert mine(app).focus.subject == "run" and mine(app).run is run


def test_a_point_that_is_clicked_is_what_the_fields_show_and_nonsense_is_no_point(app, run, monkeypatch):
    ended(opened(app, "robustness"))
    own = mine(app).state(RobustnessState)
    for nonsense in (
        {},
        {"network": "Plain"},
        {"network": "Nobody", "strength": 30},
        {"network": "Plain", "strength": 31},
    ):
        click(app, monkeypatch, nonsense)
        assert own.opened is None
    click(app, monkeypatch, {"network": "Plain", "strength": -20})
    ended(app)
    assert own.opened == ("rotation", f"run/{run.created}", -20.0)
    assert field(app, "Strength").value == -20.0 and "at rotation −20°" in words(app)
    field(app, "Strength").set_value(90.0).run()
    ended(app)
    assert "at rotation 90°" in words(app)
    click(app, monkeypatch, {"network": "Plain", "strength": -20})
    ended(app)
    assert field(app, "Strength").value == -20.0 and "at rotation −20°" in words(app)


def click(app, monkeypatch, datum):
    """What a click on a mark of the chart does, and the run after it."""
    fit = [SimpleNamespace(name="Plain", key=mine(app).state(StudyState).chosen[0])]
    with monkeypatch.context() as patched:
        patched.setattr(drawn_curve, "clicked_datum", lambda *_: datum)
        drawn_curve._clicked(mine(app), fit, study_of(app), "robustness/curve/rotation")
    app.run()
    assert not app.exception


def test_a_training_against_the_transform_is_the_networks_own_recipe_with_that_augmentation(app, run):
    ended(opened(app, "robustness"))
    field(app, "Strength").set_value(60.0).run()
    ended(app)
    assert "with Rotation (°) 60: each training image is changed anew each time" in words(app)
    button(app, "Train it against this").click().run()
    assert not app.exception
    started = mine(app).run
    assert started is not run and started.name == "Plain against rotation" and started.network == PLAIN
    assert started.recipe == run.recipe.replaced(rotation=60.0) and started.dataset_name == "mnist"
    assert started.wait(60)
    app.run()
    add = button(app, "Add its curve")
    assert not add.disabled
    add.click().run()
    ended(app)
    assert study_of(app).names == ("Plain", "Plain against rotation")
    assert app.multiselect[0].value == [f"run/{run.created}", f"run/{started.created}"]
    assert button(app, "Add its curve").disabled


@pytest.mark.parametrize(
    ("transform", "strength", "why"),
    [
        ("contrast", None, "Training has no augmentation like “contrast”"),
        ("rotation", 10.0, "was trained with that already"),
        ("rotation", 0.0, "At 0° nothing is changed"),
    ],
)
def test_what_cannot_be_trained_against_says_why(app, run, transform, strength, why):
    mine(app).state(RobustnessState).transform = transform
    ended(opened(app, "robustness"))
    if strength is not None:
        field(app, "Strength").set_value(strength).run()
        ended(app)
    assert button(app, "Train it against this").disabled and why in words(app)


def test_a_lesson_without_training_has_no_such_button(app, run):
    mine(app).hidden = ("train",)
    ended(opened(app, "robustness"))
    assert all(one.label != "Train it against this" for one in app.button)
