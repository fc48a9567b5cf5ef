"""Gradients: the four steps of learning from one image, and one gradient down to its terms."""

import re

import numpy as np
import pytest
import tensorflow as tf

from core.network import (
    BatchNormalization,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    MaxPooling2D,
    Network,
)
from core.training import Recipe, build_model, pretrained
from core.training.trained import Trained
from core.ui.pages.gradients import gradients as page
from core.ui.pages.gradients.state import GradientsState
from tests.pages.conftest import button, mine, opened, words
from tests.waiting import until

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


NOISY = Network(
    (28, 28, 1),
    (
        Conv2D(3, 3, strides=3, activation="relu", kernel_regularizer=(0.0, 0.01)), BatchNormalization(), Dropout(0.5),
        Flatten(), Dense(10, "softmax"),
    ),
    "Noisy",
)  # fmt: skip


@pytest.fixture
def noisy(app):
    """The page about a network with dropout, batch normalisation and a penalty, and a batch of training images."""
    mine(app).imported = Trained(NOISY, build_model(NOISY, seed=1).get_weights(), "mnist")
    mine(app).focus.subject = "imported"
    opened(app, "gradients")
    app.toggle(key="gradients/batch").set_value(True).run()
    assert not app.exception
    app.number_input(key="gradients/size").set_value(6).run()
    assert not app.exception
    return app


def shown(app):
    return {one.label: float(one.value) for one in app.metric if one.value.replace(".", "").isdigit()}


def test_a_batch_is_drawn_from_the_training_images_and_its_loss_is_the_mean_with_penalties(noisy, mnist):
    back = mine(noisy).results["gradients/back"][1]
    chosen = np.random.default_rng(1).permutation(len(mnist.x_train))[:6]
    np.testing.assert_array_equal(back.labels, mnist.y_train[chosen])
    assert "6 images, of which" in words(noisy) and "As it predicts: dropout passes everything on" in words(noisy)
    step(noisy, "Loss")
    model = build_model(NOISY)
    model.set_weights(mine(noisy).imported.model().get_weights())
    found = np.asarray(model(mnist.x_train[chosen].astype(np.float32) / 255))
    mean = -np.log(found[np.arange(6), mnist.y_train[chosen]]).mean()
    penalty = 0.01 * np.square(model.get_weights()[0]).sum()
    assert shown(noisy)["Mean loss"] == pytest.approx(mean, rel=1e-3)
    assert shown(noisy)["Penalties"] == pytest.approx(penalty, rel=1e-3)
    assert "Cross-entropy" not in words(noisy) and "cross-entropy, −ln p" in words(noisy)


def test_as_in_training_the_numbers_are_others_and_the_seed_draws_them(noisy):
    step(noisy, "Loss")
    losses = [shown(noisy)["What the step lowers"]]
    noisy.toggle(key="gradients/training").set_value(True).run()
    assert not noisy.exception and "dropout drops what the seed draws" in words(noisy)
    losses.append(shown(noisy)["What the step lowers"])
    noisy.number_input(key="gradients/seed").set_value(2).run()
    losses.append(shown(noisy)["What the step lowers"])
    assert len(set(losses)) == 3
    noisy.toggle(key="gradients/batch").set_value(False).run()
    assert not noisy.exception and words(noisy).count("1 image, of which") == 1


def test_a_gradient_is_explained_by_the_images_of_the_batch(noisy):
    step(noisy, "Backward")
    path = next(path for path, block in NOISY.walk() if isinstance(block, Conv2D))
    next(one for one in noisy.selectbox if one.key.startswith("gradients/layer/")).select(path).run()
    assert not noisy.exception
    said = words(noisy)
    assert "gradient = Σ over the images" in said and "TensorFlow’s own gradient is" in said and not noisy.warning
    (rows,) = [table.value for table in noisy.table if "its part" in table.value.columns]
    parts = [float(str(part).replace("−", "-")) for part in rows["its part"]]
    assert len(parts) == 8  # six images, the penalty, the sum
    assert sum(parts[:-1]) == pytest.approx(parts[-1], rel=5e-3, abs=1e-4)
    before = [one.value for one in noisy.markdown if "gradient = Σ (gradient" in one.value]
    noisy.number_input(key="gradients/picked").set_value(2).run()
    assert not noisy.exception
    assert [one.value for one in noisy.markdown if "gradient = Σ (gradient" in one.value] != before


def test_the_update_of_a_batch_lowers_its_loss(noisy):
    noisy.toggle(key="gradients/training").set_value(True).run()
    step(noisy, "Update")
    assert shown(noisy)["Loss after"] < shown(noisy)["Loss before"]


def test_the_page_changes_with_a_run_that_trains(app):
    own = mine(app)
    own.editor.edit(SMALL)
    own.editor.recipe = Recipe(epochs=200, training_images=2_000, learning_rate=0.0003)
    opened(app, "train")
    button(app, "Start").click().run()
    run = own.run
    until(lambda: run.version or not run.active)
    own.focus.subject = "run"
    opened(app, "gradients")
    step(app, "Loss")
    assert run.active and "Your run" not in " ".join(one.value for one in app.warning)
    before, said = own.results["gradients/back"][1], words(app)

    def drawn_anew():
        app.run()
        assert run.active and not app.exception
        return own.results["gradients/back"][1].loss != before.loss

    until(drawn_anew)
    after = own.results["gradients/back"][1]
    assert after.label == before.label and words(app) != said
    assert not np.array_equal(after.weights[(1,)]["kernel"], before.weights[(1,)]["kernel"])
