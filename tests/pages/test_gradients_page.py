"""Gradients: the four steps of learning from one image, and one gradient down to its terms."""

import re

import numpy as np
import pytest
import tensorflow as tf

from core.network import Conv2D, Dense, DepthwiseConv2D, Flatten, MaxPooling2D, Network
from core.training import build_model, pretrained
from core.training.trained import Trained
from core.ui.pages.gradients import gradients as page
from core.ui.pages.gradients.state import GradientsState
from tests.pages.conftest import button, mine, opened, words

SMALL = Network(
    (28, 28, 1),
    (
        DepthwiseConv2D(3, strides=3),
        Conv2D(3, 3, activation="relu"),
        MaxPooling2D(2),
        Flatten(),
        Dense(10, "softmax"),
    ),
    "Small",
)


@pytest.fixture
def small(app):
    """The page about an untrained network and the first test image."""
    model = build_model(SMALL, seed=1)
    mine(app).imported = Trained(SMALL, model.get_weights(), "mnist")
    mine(app).focus.subject = "imported"
    opened(app, "gradients")
    assert not app.exception
    app.model = model
    return app


def step(app, name):
    app.segmented_control(key="gradients/step").set_value(name).run()
    assert not app.exception
    return app


def choose_layer(app, kind, key="gradients/layer"):
    box = next(one for one in app.selectbox if one.key.startswith(f"{key}/"))
    box.select(next(path for path, block in SMALL.walk() if type(block) is kind)).run()
    assert not app.exception


def loss_and_kernel_gradient(app, number):
    """As TensorFlow has them for the first test image, a 7."""
    image = mine(app).results["gradients/back"][1].image
    with tf.GradientTape() as tape:
        loss = -tf.math.log(app.model(image[np.newaxis])[0, 7])
    return float(loss), tape.gradient(loss, app.model.trainable_variables)[number].numpy()


def test_forward_and_loss_have_the_numbers_of_the_model(small):
    assert "True class: **7**" in words(small)
    step(small, "Loss")
    loss, _ = loss_and_kernel_gradient(small, 0)
    assert float(re.search(r"−ln p\(7\) = .* = \*\*([\d.]+)\*\*", words(small))[1]) == pytest.approx(loss, rel=1e-3)
    assert mine(small).results["gradients/back"][1].loss == pytest.approx(loss, rel=1e-5)


def test_backward_explains_the_weight_that_is_chosen(small):
    step(small, "Backward")
    choose_layer(small, Conv2D)
    _, gradient = loss_and_kernel_gradient(small, 2)
    place = np.unravel_index(np.abs(gradient).argmax(), gradient.shape)

    def found():
        return float(re.search(r"gradient = Σ .* = \*\*(.+?)\*\*", words(small))[1].replace("−", "-"))

    assert found() == pytest.approx(gradient[place], rel=1e-3)
    assert "TensorFlow’s own gradient is" in words(small) and "the same" in words(small)
    field = next(one for one in small.number_input if one.label.startswith("Kernel"))
    other = 1 + (place[3] + 1) % 3
    field.set_value(other).run()
    assert found() == pytest.approx(gradient[(*place[:3], other - 1)], rel=1e-3, abs=1e-9)
    button(small, "The largest gradient").click().run()
    assert not small.exception and found() == pytest.approx(gradient[place], rel=1e-3)


def test_layers_that_are_not_explained_say_why(small):
    step(small, "Backward")
    choose_layer(small, DepthwiseConv2D)
    assert "written out for Conv2D and Dense" in words(small)
    choose_layer(small, MaxPooling2D)
    assert "no weights that learn" in words(small) and "no kernels, so there is no gradient" in words(small)


def test_the_update_lowers_the_loss_and_leaves_the_network_as_it_is(small):
    before = [array.copy() for array in mine(small).imported.model().get_weights()]
    step(small, "Update")
    shown = {one.label: one.value for one in small.metric}
    assert float(shown["Loss after"]) < float(shown["Loss before"])
    assert "promised a change" in words(small)
    small.number_input(key="gradients/rate").set_value(0.0).run()
    shown = {one.label: one.value for one in small.metric}
    assert shown["Loss after"] == shown["Loss before"] and "nothing changes" in words(small)
    small.number_input(key="gradients/rate").set_value(100.0).run()
    assert not small.exception
    assert all(map(np.array_equal, before, mine(small).imported.model().get_weights()))


def test_who_is_certain_and_right_has_nothing_left_to_learn(app):
    opened(app, "gradients")
    assert "nothing left to learn from this image" in words(app)
    step(app, "Update")
    assert "nothing to gain" in words(app)


def test_one_press_takes_the_test_image_that_the_network_is_most_surely_wrong_about(app, mnist):
    opened(app, "gradients")
    button(app, "Take a test image that it gets wrong").click().run()
    assert not app.exception and "nothing left to learn" not in words(app)
    images, labels = mnist.x_test[:2000].astype(np.float32) / 255, mnist.y_test[:2000]
    found = np.asarray(pretrained("lenet5").predict(images, 500, verbose=0))
    sure = np.where(found.argmax(1) != labels, found.max(1), 0)
    assert mine(app).image.test_index == sure.argmax()
    assert f"Input: test image {sure.argmax():,}" in words(app)


def test_the_visitor_says_what_a_drawing_shows(app):
    mine(app).image.drawing = drawing = np.zeros((28, 28), np.float32)
    drawing[6:22, 13:16] = 1
    mine(app).image.source = "drawing"
    opened(app, "gradients")
    assert not app.exception
    box = next(one for one in app.selectbox if one.label == "True class")
    box.select(4).run()
    assert "True class: **4**" in words(app) and mine(app).state(GradientsState).label == 4
    step(app, "Backward")


def test_a_heavy_network_waits_for_the_button(small, monkeypatch):
    monkeypatch.setattr(page, "HEAVY", 0)
    mine(small).results.pop("gradients/back")
    small.run()
    assert not small.exception and "True class: **7**" not in words(small)
    button(small, "Compute the gradients").click().run()
    assert "True class: **7**" in words(small)


def test_a_network_that_predicts_no_classes_or_is_too_large_says_so(app, monkeypatch):
    network = Network((28, 28, 1), (Conv2D(2, 3),), "No answer")
    mine(app).imported = Trained(network, build_model(network, seed=1).get_weights(), "mnist")
    mine(app).focus.subject = "imported"
    opened(app, "gradients")
    assert not app.exception and "does not predict the" in words(app)
    monkeypatch.setattr(page, "MOST_PARAMETERS", 1000)
    mine(app).focus.subject = "lenet5"
    opened(app, "gradients")
    assert not app.exception and "61,706 parameters" in words(app)
