"""Feature maps as in training: the switch, other draws, and the numbers before and behind a layer."""

import base64

import numpy as np
import pytest

from core.ui.pages.feature_maps.state import MapsState
from tests.pages.conftest import button, components, mine, opened, words


def toggle(app):
    return next(one for one in app.toggle if one.label == "As in training")


def numbers(app, layer):
    """The maps of a layer as they are drawn."""
    (drawn,) = components(app, "receptive_maps")
    stage = next(one for one in drawn["stages"] if one["id"] == str(layer))
    levels = np.frombuffer(base64.b64decode(stage["values"]), "<u2") / 65_535
    return levels * (stage["high"] - stage["low"]) + stage["low"]


@pytest.fixture
def page(app):
    mine(app).focus.subject = "seven-thousand"
    opened(app, "feature_maps")
    assert not app.exception
    return app


def test_a_network_without_noise_says_that_there_is_nothing_to_switch(app):
    opened(app, "feature_maps")
    assert toggle(app).disabled and "neither dropout nor batch normalisation" in toggle(app).help
    assert button(app, "Roll again").disabled and not app.exception


def test_the_maps_are_those_of_a_training_step_and_other_ones_with_each_roll(page):
    predicted = numbers(page, 1)
    assert button(page, "Roll again").disabled
    toggle(page).set_value(True).run()
    assert not page.exception
    first = numbers(page, 1)
    assert first.shape == predicted.shape and not np.allclose(first, predicted, atol=1e-3)
    np.testing.assert_allclose(numbers(page, 0), numbers(page, 0))
    button(page, "Roll again").click().run()
    assert not np.allclose(numbers(page, 1), first, atol=1e-3) and mine(page).state(MapsState).seed == 1
    (chart,) = page.get("vega_lite_chart")
    assert "before it, in training: mean" in chart.proto.alt and "when it predicts: mean" in chart.proto.alt
    toggle(page).set_value(False).run()
    np.testing.assert_allclose(numbers(page, 1), predicted)
    assert not page.get("vega_lite_chart") and not page.exception


def test_another_layer_can_be_chosen_for_the_numbers(page):
    toggle(page).set_value(True).run()
    box = next(one for one in page.selectbox if one.label == "What a layer does to the numbers")
    before = page.get("vega_lite_chart")[0].proto.alt
    box.set_value(box.options and 3).run()
    assert not page.exception and page.get("vega_lite_chart")[0].proto.alt != before


def test_no_number_is_derived_while_it_changes_with_each_draw(page):
    mine(page).focus.explain((0,), (3, 4, 0))
    toggle(page).set_value(True).run()
    assert (
        not page.exception and "Switch “As in training” off" in words(page) and "The model itself" not in words(page)
    )
    toggle(page).set_value(False).run()
    assert "The model itself has" in words(page)
