"""The weights that a run begins with: chosen among imported models, whatever these are called, and for one network."""

import numpy as np
import pytest

from core.network import Dense, Flatten, Network
from core.training.trained import Trained
from core.ui.pages.train.beginning import choose_beginning
from core.ui.shell.session import Session
from tests.pages.conftest import words
from tests.ui.drawn_page import drawn

PLAIN = Network((28, 28, 1), (Flatten(), Dense(10, "softmax")), "Plain")


def model(number):
    """A model that gives the class with this number, whatever it sees."""
    return Trained(PLAIN, [np.zeros((784, 10), np.float32), np.eye(10, dtype=np.float32)[number]], "mnist")


@pytest.fixture
def desk():
    """A visitor with two imported models of one name, and the page."""
    mine = Session()
    for number in (3, 4):
        mine.workspace.imported.keep(model(number))
    mine.editor.open(PLAIN)
    mine.editor.first_weights = ""
    return mine, drawn(lambda: choose_beginning(mine))


def test_of_two_models_with_one_name_the_chosen_one_is_meant(desk):
    mine, app = desk
    box = app.selectbox[0]
    assert box.options == ["Fresh weights", "The weights of “Plain”", "The weights of “Plain” (2)"]
    for number in (4, 3):
        app.selectbox[0].set_value(model(number).identity).run()
        assert not app.exception and mine.beginning().identity == model(number).identity
        assert "Train on from these weights" in words(app)
    app.selectbox[0].set_value("").run()
    assert mine.beginning() is None and "Train on" not in words(app)


def test_weights_that_were_chosen_for_one_network_are_not_those_of_the_next(desk):
    mine, app = desk
    app.selectbox[0].set_value(model(4).identity)
    mine.editor.open(Network(PLAIN.input_shape, (*PLAIN.layers[:-1], Dense(10, "softmax", use_bias=True)), "Other"))
    app.run()
    assert not app.exception and mine.editor.first_weights is None


def test_what_a_list_that_has_gone_sends_once_more_chooses_nothing(desk):
    mine, _ = desk
    mine.editor.first_weights = None
    app = drawn(lambda: choose_beginning(mine))
    shown = app.selectbox[0].value
    assert shown == mine.beginning().identity
    app.selectbox[0].set_value(shown)
    mine.workspace.imported.keep(model(5))  # the list is another now
    app.run()
    assert not app.exception and mine.editor.first_weights is None


def test_another_form_for_the_recipe_leaves_the_list_as_it_is(desk):
    mine, app = desk
    before = app.selectbox[0].proto.id
    mine.editor.widgets.renew()
    app.run()
    assert app.selectbox[0].proto.id == before
