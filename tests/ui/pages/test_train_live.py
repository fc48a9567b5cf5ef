"""Train while a run goes on: each figure and sentence is of what it names."""

from types import SimpleNamespace

import numpy as np
import pytest

from core.data import load
from core.network import LENET5
from core.training import Recipe, Snapshot, State
from core.training.snapshot import Mistake, Point
from core.ui.pages.train import evaluation, live
from core.ui.shell.session import Session
from core.views.charts import learning_curve
from core.views.theme import LIGHT
from tests.ui.drawn_page import charts, drawn, said

TRAIN = (Point(0.5, 0.9, 0.61, 1000, 0.02), Point(1.0, 0.8, 0.63, 1000, 0.005))
BEFORE, AFTER = Point(0.0, 2.3, 0.11, 500), Point(1.0, 0.6, 0.71, 500)
CONFUSION = np.diag(np.arange(10)) + np.eye(10, k=1, dtype=int) * 3  # 45 right, 27 wrong
FACTS = {
    "train": TRAIN,
    "evaluations": (BEFORE, AFTER),
    "test": Point(1.0, 0.5, 0.72, 700),
    "held_out": (Point(1.0, 0.4, 0.83, 40),),
    "confusion": CONFUSION,
    "images_per_second": 1234.0,
    "step": 56,
    "steps": 560,
    "epoch": 2,
    "epochs": 5,
    "seconds": 78.0,
    "learning_rate": 0.005,
}


class Run(SimpleNamespace):
    __hash__ = object.__hash__


def page(view="confusion", **facts):
    """The page about a run with these facts."""
    mine = Session()
    now = Snapshot(State.PAUSED, **(FACTS | facts))
    mine.run = SimpleNamespace(
        network=LENET5, snapshot=now, recipe=Recipe(), name="Mine", dataset_name="mnist", active=False, problem="", version=0
    )  # fmt: skip
    app = drawn(lambda: live.live_view(mine))
    if view != "confusion":
        app.session_state["train/view"] = view
        app.run()
        assert not app.exception
    return app


def figures(app):
    return {metric.label: metric.value for metric in app.metric}


def helps(app):
    return {metric.label: metric.help for metric in app.metric}


@pytest.mark.parametrize("evaluated_on", ["test", "validation"])
def test_each_figure_is_of_what_it_is_called(evaluated_on):
    app = page(evaluated_on=evaluated_on)
    validation = {"Validation accuracy": "71.00 %"} if evaluated_on == "validation" else {}
    assert figures(app) == {
        "Training accuracy": "62.00 %",
        **validation,
        "Test accuracy": "72.00 %",
        "Your drawings": "83.00 %",
        "Images per second": "1,234",
        "Steps": "56",
        "Time": "1 min 18 s",
    }
    assert helps(app)["Test accuracy"].startswith("On 700 images that it never learns from")
    assert ("read once, at the end" in helps(app)["Test accuracy"]) == (evaluated_on == "validation")
    assert helps(app)["Your drawings"].startswith("On 40 of your drawings")


def test_only_what_was_tested_before_training_is_called_untrained():
    early = {"train": (), "evaluations": (BEFORE,), "held_out": ()}
    assert figures(page(**early, test=BEFORE))["Test, untrained"] == "11.00 %"
    validated = figures(page(**early, test=None, evaluated_on="validation"))
    assert validated["Test accuracy"] == "–" and validated["Validation accuracy"] == "11.00 %"
    assert "Test, untrained" not in figures(page())


def test_of_a_kept_epoch_the_figures_say_so():
    app = page(evaluations=(BEFORE, AFTER, Point(2.0, 0.7, 0.66, 500)), kept_epoch=1.0, evaluated_on="validation")
    assert figures(app)["Validation accuracy"] == "71.00 %"
    for label in ("Validation accuracy", "Test accuracy"):
        assert helps(app)[label].endswith("With the weights of epoch 1, the best.")


def test_what_was_confused_is_counted_and_dated_by_the_evaluation():
    def matrix(**facts):
        return next(words for words in charts(page(**facts)) if words.startswith("Confusion matrix"))

    assert matrix() == "Confusion matrix, after epoch 1: 72 test images; misclassified: 27."
    assert "**What it confuses**, after epoch 1 among 72 test images" in said(page())
    assert "before training" in matrix(evaluations=(BEFORE,))
    assert "not tested yet" in matrix(evaluations=(), confusion=None)


def test_each_view_is_the_one_of_its_name():
    hardest = (Mistake(7, 9, 4, 0.97),)
    samples = np.eye(10)[load("mnist").y_test[:3]]
    facts = {"hardest": hardest, "samples": samples}
    assert "**Its most confident mistakes**, after epoch 1" in said(page("hardest", **facts))
    assert "**The same images after each epoch**, after epoch 1" in said(page("samples", **facts))


@pytest.mark.parametrize(("evaluations", "words"), [((), "Not tested yet."), ((AFTER,), "None.")])
def test_no_mistakes_and_no_test_are_told_apart(evaluations, words):
    run = SimpleNamespace(dataset_name="mnist", recipe=Recipe())
    app = drawn(lambda: evaluation.hardest(None, run, Snapshot(State.PAUSED, evaluations=evaluations)))
    assert [caption.value for caption in app.caption] == [words]


def test_the_image_that_is_looked_into_is_the_test_image_with_this_number(monkeypatch):
    given = []
    monkeypatch.setattr(evaluation, "layer_pictures", lambda subject, path, image: given.append((path, image)))
    monkeypatch.setattr(evaluation, "model_of", lambda mine, run: "a model")
    monkeypatch.setattr(evaluation, "choose_epoch", lambda mine, key: None)
    mine = Session()
    mine.run = Run(network=LENET5, dataset_name="mnist", active=False, created=1.0, name="Mine")
    app = drawn(lambda: evaluation.inside(mine, mine.run, Snapshot(State.PAUSED)))
    app.number_input[0].set_value(17).run()
    app.selectbox[0].select_index(2).run()
    path, image = given[-1]
    assert path == (2,)
    np.testing.assert_allclose(image, load("mnist").x_test[17] / 255, atol=1e-6)


def test_the_learning_rate_is_told_from_the_lowest_to_the_highest_and_as_it_is():
    app = page()
    assert "**Learning rate**: now 0.005" in said(app)
    assert "The learning rate was between 0.005 and 0.02; it is 0.005." in charts(app)
    constant = tuple(point._replace(learning_rate=0.005) for point in TRAIN)
    assert "Learning rate**" not in said(page(train=constant))


@pytest.mark.parametrize("each_epoch", [False, True])
@pytest.mark.parametrize("logarithmic", [False, True])
@pytest.mark.parametrize("log_time", [False, True])
def test_the_switches_below_the_curves_change_the_curves(monkeypatch, each_epoch, logarithmic, log_time):
    asked = []

    def noted(now, quantity, look, means=False, *_, axes):
        asked.append((quantity, means, *axes))
        return learning_curve(now, quantity, look)

    monkeypatch.setattr(live, "learning_curve", noted)
    monkeypatch.setattr(live, "look", lambda: LIGHT)
    mine, now = Session(), Snapshot(State.PAUSED, **FACTS)
    app = drawn(lambda: live.curves(mine, now))
    app.toggle(key="train/each_epoch").set_value(each_epoch)
    app.toggle(key="train/log_time").set_value(log_time)
    app.toggle(key="train/logarithmic").set_value(logarithmic).run()
    assert asked[-2:] == [("accuracy", each_epoch, False, log_time), ("loss", each_epoch, logarithmic, log_time)]
    assert [words.split()[1] for words in charts(app)] == ["accuracy", "loss"]
