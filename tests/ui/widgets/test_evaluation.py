"""The predictions for the test images: how many are asked for, what is said of it, and how often it is computed."""

from types import SimpleNamespace

import numpy as np
import pytest

from core.insight import Predictions
from core.network import Conv2D, Dense, GlobalAveragePooling2D, Network
from core.ui.shell.session import Session
from core.ui.widgets import evaluation
from core.ui.widgets.evaluation import evaluated_test_images
from tests.ui.drawn_page import drawn

CHEAP = Network((28, 28, 1), (Conv2D(1, 3), GlobalAveragePooling2D(), Dense(10, "softmax")))
COSTLY = Network((28, 28, 1), (Conv2D(1000, 5, padding="same"), GlobalAveragePooling2D(), Dense(10, "softmax")))
MACS_OF_COSTLY = 28 * 28 * 25 * 1000 + 1000 * 10


class Model:
    """Stands for a Keras model: only which one it is matters here."""


class Images(SimpleNamespace):
    """Test images with their labels; as a dataset, it equals itself only."""

    __eq__, __hash__ = object.__eq__, object.__hash__


class World:
    """A visitor who looks at the predictions of a network; notes which images it was asked about."""

    def __init__(self, monkeypatch, images=300):
        self.data = Images(x_test=np.zeros((images, 2), np.uint8), y_test=np.zeros(images, np.uint8))
        self.asked = []
        monkeypatch.setattr(evaluation, "predict", self._predict)

    def _predict(self, model, network, images, labels, on_progress):
        assert len(images) == len(labels)
        self.asked.append(len(images))
        on_progress(0.5)
        return Predictions(np.zeros((len(images), 10), np.float32), labels)

    def page(self, mine=None, **facts):
        """(the bar's text, the predictions), as the page shows them."""
        usual = {"network": CHEAP, "model": Model(), "dataset": "digits", "live": False, "version": 1, "viewer": None}
        subject = SimpleNamespace(about=SimpleNamespace(tested_on="the digits"), **{**usual, **facts})
        found = []
        mine = mine or Session()
        app = drawn(lambda: found.append(evaluated_test_images(mine, subject, self.data)))
        (bar,) = app.get("progress")
        assert bar.proto.value == 100
        return bar.proto.text, found[-1]


@pytest.fixture
def world(monkeypatch):
    return World(monkeypatch)


def test_a_cheap_network_is_asked_about_all_test_images(world):
    text, found = world.page()
    assert text == "Evaluated: 300 test images of the digits"
    assert len(found.labels) == 300


@pytest.mark.parametrize(("live", "macs"), [(False, 200e9), (True, 20e9)])
def test_a_costly_one_about_as_many_of_the_first_as_take_a_few_seconds_and_a_tenth_while_it_learns(
    monkeypatch, live, macs
):
    world, number = World(monkeypatch, 60_000), int(macs // MACS_OF_COSTLY)
    text, found = world.page(network=COSTLY, live=live, viewer=object() if live else None)
    first = f"the first {number:,} of 60,000 test images of the digits"
    assert text == f"Evaluated: {first}, as many as this network takes a few seconds for"
    assert world.asked == [number] == [len(found.labels)]


def test_the_same_weights_are_evaluated_once_and_other_ones_anew(world):
    mine, viewer = Session(), object()
    for version in (1, 1, 2):
        world.page(mine, version=version, viewer=viewer)
    assert len(world.asked) == 2


@pytest.mark.parametrize("changed", ["network", "dataset", "version"])
def test_what_was_found_is_of_one_network_one_dataset_and_one_version(world, changed):
    mine, facts = Session(), {"viewer": object()}
    world.page(mine, **facts)
    world.page(mine, **facts, **{changed: {"network": COSTLY, "dataset": "clothes", "version": 2}[changed]})
    assert len(world.asked) == 2


def test_weights_that_stay_are_evaluated_once_for_all_visitors_and_those_that_change_for_each(world):
    model = Model()
    world.page(model=model)
    world.page(model=model)  # somebody else
    assert len(world.asked) == 1
    world.page(model=Model())
    assert len(world.asked) == 2
    for _ in range(2):
        world.page(model=model, viewer=object())
    assert len(world.asked) == 4


def test_what_all_visitors_share_is_of_the_same_images(world):
    model = Model()
    world.page(model=model)
    world.data = Images(x_test=world.data.x_test[:200], y_test=world.data.y_test[:200])
    assert len(world.page(model=model)[1].labels) == 200
