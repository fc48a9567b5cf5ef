"""One number on Feature maps: its derivation is compared with what the model itself has there."""

import numpy as np
import pytest

from core.network import Conv2D, Network
from core.training import build_model
from core.ui.pages.feature_maps.feature_maps import feature_maps
from core.ui.shell.session import Session
from core.ui.widgets.input_image import InputImage
from core.ui.widgets.model_view import ModelView
from tests.ui.drawn_page import drawn

NETWORK = Network((28, 28, 1), (Conv2D(1, 1, use_bias=False),), "Times")
WHITE = InputImage(np.ones((28, 28, 1), np.float32), "a white image")


def said_of_one_number(before: float, after: float) -> str:
    """What the page says of a number, where its map is of the weight before, and its derivation of the one after."""
    model, mine = build_model(NETWORK), Session()
    subject = ModelView("Times", NETWORK, model, "mnist", False, "times")

    def page():
        feature_maps(mine, subject, WHITE)

    model.set_weights([np.full((1, 1, 1, 1), before, np.float32)])
    drawn(page)
    mine.focus.explain((0,), (3, 4, 0))
    model.set_weights([np.full((1, 1, 1, 1), after, np.float32)])
    app = drawn(page)
    return " ".join(element.value for element in (*app.markdown, *app.warning))


@pytest.mark.parametrize("scale", [1, 1000])  # of the largest number, as float32 rounds
def test_what_rounding_leaves_is_called_the_same(scale):
    assert "there: the same." in said_of_one_number(scale, scale * (1 + 5e-6))


@pytest.mark.parametrize(("before", "after"), [(1, 1.00002), (1, 0.9999), (1000, 1000.02), (0.5, 0.50002)])
def test_numbers_that_differ_by_more_than_rounding_are_not_called_the_same(before, after):
    said = said_of_one_number(before, after)
    assert "there: newer weights have just come." in said and "the same." not in said
    assert f"The model itself has {before:.5g} there" in said
