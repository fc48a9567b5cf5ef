"""The twin on Feature maps: the same image in a second network, on one scale."""

import pytest

from core.insight import activations
from core.training import card, pretrained
from tests.pages.conftest import mine, opened, words


def choice(app):
    return next(one for one in app.selectbox if one.label.startswith("Twin"))


@pytest.fixture
def page(app):
    opened(app, "feature_maps")
    assert not app.exception
    return app


def test_another_network_reads_the_same_image_beside_it_on_one_scale(page):
    choice(page).set_value("seven-thousand").run()
    assert not page.exception
    assert "**LeNet-5, already trained** predicts **7**" in words(
        page
    ) and "**Seven thousand** predicts **7**" in words(page)
    drawn = [element.proto.body for element in page.get("html")]
    legends = [body for body in drawn if "linear-gradient" in body and "<style>" not in body]
    assert len(legends) == 2 and legends[0] == legends[1]
    image = page_image(page)
    tops = [abs(activations(pretrained(n), card(n).network, image)[0,]).max() for n in ("lenet5", "seven-thousand")]
    assert f"{max(tops):.3g}" in legends[0]
    choice(page).set_value("").run()
    assert "predicts **7** (" in words(page) and "**Seven thousand**" not in words(page)


def page_image(app):
    from core.data import load

    return load("mnist").x_test[mine(app).image.test_index].astype("float32") / 255


@pytest.mark.parametrize(
    ("subject", "others"),
    [
        ("lenet5", ["None", "Reader of drawings", "Seven thousand", "Dense 128"]),
        ("seven-thousand", ["None", "LeNet-5, already trained", "Reader of drawings", "Dense 128"]),
    ],
)
def test_the_network_itself_is_no_twin_of_its_own(app, subject, others):
    mine(app).focus.subject = subject
    opened(app, "feature_maps")
    assert not app.exception and choice(app).options == others


def test_a_layer_of_each_is_chosen_for_itself(page):
    choice(page).set_value("seven-thousand").run()
    first, second = (one for one in page.selectbox if one.label == "Layer")
    second.set_value((4,)).run()
    assert not page.exception
    assert "5 · BatchNormalization" in words(page) and first.value == (0,)
