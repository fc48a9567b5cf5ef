"""The page Shift equivariance: an image that is moved, and what each layer makes of it."""

import re

import numpy as np
import pytest

from core.insight.activations import activations_of_all
from core.network import trace
from core.study.moving import moved, moved_layer
from core.training import pretrained
from core.ui.pages.equivariance.state import EquivarianceState
from core.ui.shell.pages import PAGES
from core.views.equivariance import error_text
from tests.pages.conftest import files, mine, opened, studied, words
from tests.pages.test_compare import COLOURS, imported, trained


@pytest.fixture
def page(app):
    """The page with one network, quick to measure, as soon as its model is there."""
    mine(app).state(EquivarianceState).chosen = ("lenet5", "")
    return with_maps(opened(app, "equivariance"))


def with_maps(app):
    return studied(app, "equivariance/models")


def field(app, label):
    return next(one for one in app.selectbox if one.label == label)


def pictures(app) -> str:
    return " ".join(element.proto.body for element in app.get("html") if "figure" in element.proto.body)


def expected(mnist, right, down, path):
    """What the shipped network's layer makes of the first test image, moved, by another way."""
    model, network = pretrained("lenet5"), mine_network()
    image = mnist.x_test[0].astype(np.float32) / 255
    still, shifted = activations_of_all(model, network, np.stack([image, moved(image, right, down)]))[path]
    return moved_layer(trace(network).row(path), still, shifted, right, down)


def mine_network():
    from core.training import card

    return card("lenet5").network


def test_arrows_move_the_image_by_a_pixel_and_the_sliders_with_it(page, mnist):
    own = mine(page).state(EquivarianceState)
    assert "moved by 3 px to the right" in words(page)
    for way, place in (("left", (2, 0)), ("up", (2, -1)), ("right", (3, -1)), ("down", (3, 0)), ("down", (3, 1))):
        page.button(key=f"equivariance/{way}").click().run()
        assert not page.exception and (own.right, own.down) == place
        assert (
            page.slider(key="equivariance/by/right").value,
            page.slider(key="equivariance/by/down").value,
        ) == place
    assert "moved by 3 px to the right and 1 px down" in words(page)
    page.slider(key="equivariance/by/right").set_value(-8).run()
    assert (own.right, own.down) == (-8, 1) and page.button(key="equivariance/left").disabled
    assert "moved by 8 px to the left and 1 px down" in words(page)
    found = expected(mnist, -8, 1, (0,))
    assert f"with the border by {error_text(found.error(True))}." in words(page)
    page.button(key="equivariance/back").click().run()
    assert "moved by 0 px" in words(page) and page.button(key="equivariance/back").disabled


def test_maps_are_shown_before_after_and_shifted_back_with_what_is_left(page, mnist):
    assert pictures(page).count("map 2 of 1 · Conv2D") >= 3
    assert "away from the border they differ by **0** of their length" in words(page)
    field(page, "Layer of LeNet-5").set_value((1,)).run()
    found = expected(mnist, 3, 0, (1,))
    assert f"they differ by **{error_text(found.error(False))}** of their length" in words(page)
    assert "The maps move by 1.5 units across" in words(page)
    field(page, "Layer of LeNet-5").set_value((5,)).run()
    assert "120 numbers of 6 · Dense" in pictures(page)
    found = expected(mnist, 3, 0, (5,))
    assert f"differ from before by **{error_text(found.error(True))}**" in words(page)


def test_two_networks_stand_beside_each_other_and_one_may_be_dense_and_untrained(app):
    with_maps(opened(app, "equivariance"))
    assert field(app, "Layer of Dense, untrained").value == (1,)
    assert "These numbers have no places" in words(app) and "away from the border" in words(app)
    field(app, "Beside it").set_value("lenet5").run()
    with_maps(app)
    assert field(app, "Layer of LeNet-5 (2)").value == (5,)  # its first dense layer beside its first convolution


def test_every_layer_is_measured_over_many_images_and_said_in_sentences(page):
    studied(page, "equivariance", "equivariance/parts")
    said = words(page)
    assert "200 test images of MNIST digits, moved to the right" in said
    assert re.search(r"1 · Conv2D 6 .* follows every shift exactly", said)
    assert re.search(r"4 · AveragePooling2D .* has a unit every 4 px: it follows shifts by 4 and 8 px exactly", said)
    alts = [chart.proto.alt for chart in page.get("vega_lite_chart")]
    assert alts[0].startswith("Error of each layer of LeNet-5 after a shift by 1 px: 1 · Conv2D")
    assert len(alts) == 4 and {"equivariance.csv", "equivariance.svg"} <= files(page)
    page.slider(key="equivariance/shift").set_value(4).run()
    assert page.get("vega_lite_chart")[0].proto.alt.startswith("Error of each layer of LeNet-5 after a shift by 4 px")
    page.button_group(key="equivariance/direction").set_value("down").run()
    studied(page, "equivariance")
    assert "200 test images of MNIST digits, moved down" in words(page)


def test_a_drawing_is_moved_too(page):
    mine(page).image.drawing = np.zeros((28, 28), np.float32)
    mine(page).image.drawing[6:22, 13:15] = 1
    page.run()
    page.toggle(key="equivariance/drawing").set_value(True).run()
    assert not page.exception and "Your drawing, moved by 3 px to the right" in words(page)


def test_a_run_that_is_deleted_makes_room_for_the_usual_network(app):
    run = trained(app)
    mine(app).state(EquivarianceState).chosen = (f"run/{run.created}", "")
    with_maps(opened(app, "equivariance"))
    assert field(app, "Network").value == f"run/{run.created}"
    mine(app).workspace.delete(run)
    with_maps(app.run())
    assert field(app, "Network").value == "lenet5"


def test_a_network_without_test_images_says_what_would_work(app):
    one = imported(app, COLOURS, "")
    mine(app).state(EquivarianceState).chosen = (f"imported/{one.identity}", "")
    opened(app, "equivariance")
    assert not app.exception and "Choose a network that learned from digits or clothes" in words(app)
    assert PAGES["equivariance"].group == "Study"
