"""The Robustness page: curves over strengths, and one image with every network's answers."""

import re

import numpy as np
import pytest

from core.network import Dense, Flatten, Network
from core.study.contender import LabelledImages
from core.study.transforms import TRANSFORMS
from core.ui.pages.robustness.state import RobustnessState
from core.ui.widgets.studies import StudyState
from tests.pages.conftest import files, mine, opened, words
from tests.pages.test_compare import COLOURS, choose, imported, trained
from tests.waiting import until

PLAIN = Network((28, 28, 1), (Flatten(), Dense(10, "softmax")), "Plain")


@pytest.fixture
def run(app):
    """A dense network, quick to measure, that has learned from images turned by up to 15°."""
    one = trained(app, PLAIN, training_images=2000, rotation=15.0, learning_rate=0.01)
    choose(app, f"run/{one.created}")
    return one


def ended(app):
    """The page, once curve and film are complete."""
    for name in ("robustness", "film"):
        study = mine(app).state(StudyState).studies[name][1]
        until(lambda study=study: study.latest is not None and not study.going)
        assert study.finished, study.problem
    app.run()
    assert not app.exception
    return app


def study_of(app):
    return mine(app).state(StudyState).studies["robustness"][1].latest


def gallery(app) -> str:
    return "".join(element.proto.body for element in app.get("html") if "figure" in element.proto.body)


def test_the_curve_of_a_run_ends_at_its_known_accuracy_and_is_read_in_a_sentence(app, run, mnist):
    ended(opened(app, "robustness"))
    found = study_of(app)
    assert found.done == 1 and set(found.images) == {2000}
    assert f"**{found.sentence()}**" in words(app)
    assert re.search(r"Plain loses half of its accuracy at −\d+(\.\d)?° and \d+(\.\d)?°\.", found.sentence())
    tests = LabelledImages.tests_of(mnist)
    which = np.concatenate([tests.part(part) for part in range(8)])
    model = run.model()
    right = np.asarray(model(mnist.x_test[which].astype(np.float32) / 255)).argmax(1) == mnist.y_test[which]
    assert found.accuracies(0)[found.strengths.index(0.0)] == right.mean()
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
