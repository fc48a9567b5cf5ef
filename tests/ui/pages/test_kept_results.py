"""What pages keep: after any one input has changed, a session shows what one that kept nothing would compute."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from types import SimpleNamespace

import numpy as np
import pytest

from core.data import Dataset
from core.insight import probabilities
from core.network import Conv2D, Dense, Flatten, Network
from core.training import build_model
from core.ui.pages.draw import reaction as reaction_piece
from core.ui.pages.feature_maps.feature_maps import feature_maps
from core.ui.pages.kernels import patches, without
from core.ui.pages.kernels.panels import all_and_one
from core.ui.pages.mistakes import mistakes as mistakes_page
from core.ui.pages.playground.state import PlaygroundState
from core.ui.pages.playground.subject import seen
from core.ui.pages.receptive_fields import effective
from core.ui.pages.receptive_fields.effective import EFFECTIVE
from core.ui.pages.receptive_fields.field import FieldInFocus
from core.ui.pages.why.saliency_maps import ALL, explained
from core.ui.shell.session import Session
from core.ui.widgets.input_image import InputImage
from core.ui.widgets.model_view import ModelView
from tests.ui.drawn_page import drawn

WIDE = Network(
    (28, 28, 1),
    (Conv2D(3, 5, strides=4, activation="tanh"), Conv2D(2, 3, activation="tanh"), Flatten(), Dense(10, "softmax")),
    "Wide",
)
NARROW = WIDE.replaced((0,), Conv2D(3, 4, strides=4, activation="tanh"))  # the same paths


def model_of(network: Network, seed: int):
    """Whatever it is shown, it predicts 3, or else 4: other weights do not mean another class to explain."""
    model = build_model(network, seed=seed)
    *others, bias = model.get_weights()
    model.set_weights([*others, bias + 4 * np.eye(10)[3] + 2 * np.eye(10)[4]])
    return model


MODELS = {(network, seed): model_of(network, seed) for network in (WIDE, NARROW) for seed in (1, 2)}
IMAGES = np.random.default_rng(5).random((2, 28, 28, 1), np.float32)


@dataclass(frozen=True)
class View:
    """All that a page is about."""

    network: Network = WIDE
    weights: int = 1
    image: int = 0
    path: tuple[int, ...] = (0,)
    channel: int = 0
    dataset: str = "mnist"

    def subject(self, run: bool) -> ModelView:
        """The network; of a run the weights change, else other weights are another network's."""
        viewer = SimpleNamespace(number=hash(self.network), shown=("newest", self.weights)) if run else None
        who = "run" if run else f"model {self.weights} of {hash(self.network)}"
        return ModelView("It", self.network, MODELS[self.network, self.weights], self.dataset, False, who, viewer)


def draw(mine, view, subject):
    reaction_piece.reaction(mine, subject, IMAGES[view.image], probabilities(subject.model, IMAGES[view.image]))


def maps(mine, view, subject):
    feature_maps(mine, subject, InputImage(IMAGES[view.image], "an image"))


def why(mine, view, subject):
    explained(mine, subject, InputImage(IMAGES[view.image], "an image"), ALL)


def kernels(mine, view, subject):
    mine.image.source, mine.image.drawing = "drawing", IMAGES[view.image, ..., 0]
    mine.focus.look_into(view.network)
    mine.focus.look_at_channel(view.path, view.channel)
    all_and_one(mine, subject, view.path)


def fields_page(mine, view, subject):
    EFFECTIVE.show(FieldInFocus(mine, subject, view.path, InputImage(IMAGES[view.image], "an image")))


def mistakes(mine, view, subject):
    mistakes_page.mistakes(mine, subject)


def stage(mine, view, _):
    if mine.editor.network != view.network:
        mine.editor.open(view.network)
    mine.state(PlaygroundState).folded = "0" if view.path == (1,) else ""
    seen(mine, IMAGES[view.image])


CHANGES = {
    "weights": {"weights": 2},
    "network": {"network": NARROW},
    "image": {"image": 1},
    "layer": {"path": (1,)},
    "channel": {"channel": 1},
    "dataset": {"dataset": "fashion_mnist"},
}
PAGES = {
    draw: ("weights", "network", "image"),
    maps: ("weights", "network", "image"),
    why: ("weights", "network", "image"),
    kernels: ("weights", "network", "image", "layer", "channel", "dataset"),
    fields_page: ("weights", "network", "layer", "dataset"),
    mistakes: ("weights", "network", "dataset"),
    stage: ("image", "layer"),
}


@pytest.fixture(autouse=True)
def few_images(monkeypatch):
    """Twenty test images are enough to tell one result from another."""

    def few(name):
        data = load(name)
        parts = (data.x_train, data.y_train, data.x_test, data.y_test)
        return Dataset(name, *(part[:20] for part in parts), data.class_names)

    load = mistakes_page.load
    for module in (mistakes_page, patches, without, effective):
        monkeypatch.setattr(module, "load", few)
    monkeypatch.setattr(reaction_piece, "link_to", lambda *_: None)  # a page of one call is in no navigation


def equal(a, b):
    """Whether two results are the same, whatever they are made of."""
    if isinstance(a, np.ndarray):
        return isinstance(b, np.ndarray) and a.shape == b.shape and np.allclose(a, b, atol=1e-9, equal_nan=True)
    if isinstance(a, Mapping):
        return a.keys() == b.keys() and all(equal(a[key], b[key]) for key in a)
    if isinstance(a, (tuple, list)):
        return len(a) == len(b) and all(map(equal, a, b))
    if is_dataclass(a):
        return all(equal(getattr(a, one.name), getattr(b, one.name)) for one in fields(a))
    return a == b or (isinstance(a, float) and np.isclose(a, b, atol=1e-6, equal_nan=True))


def shown(mine, page, view, run):
    """What the session holds for this view, by name; of a panel, its result about each place that was asked for."""
    subject = view.subject(run)
    app = drawn(lambda: page(mine, view, subject))
    for asked in [one for one in app.button if one.key.endswith("/ask")]:
        asked.click().run()
        assert not app.exception
    found = {}
    for name, (_, result) in mine.results.items():
        of_panel = isinstance(result, dict) and any(hasattr(one, "when") for one in result.values())
        found |= {(name, about): one.result for about, one in result.items()} if of_panel else {name: result}
    return found


CASES = [(page, changed, run) for page, inputs in PAGES.items() for changed in inputs for run in (False, True)]


@pytest.mark.parametrize(("page", "changed", "run"), [case for case in CASES if case[1:] != ("network", True)])
def test_after_a_change_of_one_input_nothing_old_is_shown(page, changed, run):
    """Of a run the weights change and the network stays."""
    used, view = Session(), replace(View(), **CHANGES[changed])
    shown(used, page, View(), run)
    after, fresh = shown(used, page, view, run), shown(Session(), page, view, run)
    for name, result in fresh.items():
        assert equal(after[name], result), f"{name} is of the {changed} before"
