"""The effective receptive field before training is that of the weights with which the run began."""

from types import SimpleNamespace

import numpy as np
import pytest

from core.network import Conv2D, Dense, Flatten, Network
from core.training import Recipe, build_model
from core.ui.pages.receptive_fields import effective
from core.ui.pages.receptive_fields.field import FieldInFocus
from core.ui.shell.session import Session
from core.ui.widgets.input_image import InputImage
from core.ui.widgets.model_view import ModelView
from tests.runs import same
from tests.ui.drawn_page import drawn

NETWORK = Network((28, 28, 1), (Conv2D(2, 5, strides=4), Flatten(), Dense(10, "softmax")))
BLACK = InputImage(np.zeros((28, 28, 1), np.float32), "a black image")


@pytest.fixture
def measured(monkeypatch):
    """The weights whose field was measured, in order."""
    weights, measure = [], effective.effective_field

    def noted(model, *rest, **more):
        weights.append(model.get_weights())
        return measure(model, *rest, **more)

    monkeypatch.setattr(effective, "effective_field", noted)
    return weights


@pytest.mark.parametrize("seed", [4, 5])
def test_before_training_a_run_had_the_weights_of_its_own_seed(measured, seed):
    mine, trained = Session(), build_model(NETWORK, seed=77)
    mine.run = SimpleNamespace(network=NETWORK, recipe=Recipe(seed=seed), dataset_name="mnist")
    mine.focus.subject = "run"
    subject = ModelView("Run", NETWORK, trained, "mnist", False, f"run {seed}")
    app = drawn(lambda: effective.EFFECTIVE.show(FieldInFocus(mine, subject, (0,), BLACK), headed=False))
    assert list(app.table[0].value.iloc[:, 0]) == ["Before training", "After training"]
    before, after = measured
    assert same(before, build_model(NETWORK, seed=seed).get_weights())
    assert same(after, trained.get_weights())
