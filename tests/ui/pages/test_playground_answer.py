"""What the Playground says of a run beside the answer: each figure is of the images that it names."""

import re
from types import SimpleNamespace

import numpy as np
import pytest

from core.network import LENET5, Dense, Flatten, Network
from core.training import Recipe, Snapshot, State, build_model
from core.training.snapshot import Mistake, Point
from core.ui.pages.playground import answer as page
from core.ui.pages.playground.answer import answer, aside
from core.ui.pages.playground.state import PlaygroundState
from core.ui.pages.playground.strip import strip
from core.ui.pages.playground.subject import Seen
from core.ui.shell.session import Session
from core.ui.widgets.input_image import InputImage
from core.ui.widgets.model_view import ModelView
from core.views.charts import learning_curve
from tests.pages.conftest import components
from tests.ui.drawn_page import drawn, html

EVALUATIONS = (Point(0.0, 2.3, 0.1, 500), Point(1.0, 0.6, 0.75, 500), Point(2.0, 0.5, 0.8125, 500))
LEARNED = (Point(1.0, 0.9, 0.5, 1000), Point(2.0, 0.4, 0.875, 1000))


def figures(**facts):
    """Name → value beside the answer, for a run with these facts."""
    mine = Session()
    now = Snapshot(State.TRAINING, epochs=5, train=LEARNED, evaluations=EVALUATIONS, **facts)
    mine.editor.set_in_recipe("epochs", 5)
    editor = mine.editor
    mine.run = SimpleNamespace(
        network=editor.network,
        dataset_name=editor.dataset,
        snapshot=now,
        recipe=Recipe(epochs=5),
        version=1,
        active=True,
    )
    shown = Seen(mine.editor.network, None, {}, {}, tuple("0123456789"))
    app = drawn(lambda: aside(mine, shown))
    captions = " ".join(caption.value for caption in app.caption)
    return dict(re.findall(r"<span>([^<]*)</span><strong>([^<]*)</strong>", html(app))), captions


@pytest.mark.parametrize(("evaluated_on", "kind"), [("test", "Test"), ("validation", "Validation")])
def test_the_newest_evaluation_is_shown_by_the_name_of_its_images(evaluated_on, kind):
    test = EVALUATIONS[-1] if evaluated_on == "test" else None  # read at the end only
    found, captions = figures(evaluated_on=evaluated_on, test=test)
    assert found == {f"{kind} accuracy": "81.25 %", "Training": "87.50 %"}
    assert f"- - {kind.lower()}" in captions


def test_of_a_kept_epoch_both_figures_are_shown():
    found, _ = figures(evaluated_on="validation", test=Point(1.0, 0.6, 0.6, 500), kept_epoch=1.0)
    assert found == {"Validation accuracy": "75.00 %", "Training": "50.00 %"}


@pytest.mark.parametrize(("probability", "sure"), [(0.99, "sure"), (0.5, "not sure")])
def test_an_answer_says_whether_it_is_sure(probability, sure):
    said = np.full(10, (1 - probability) / 9)
    said[4] = probability
    shown = Seen(LENET5, None, {(0,): said}, {}, tuple("0123456789"))
    picture = InputImage(np.zeros((28, 28, 1), np.float32), "a test image", 7)
    (line,) = (element.value for element in drawn(lambda: answer(Session(), shown, picture)).markdown)
    assert line.endswith(f", {sure} · wrong: it is “7”") and line.startswith("**4** · ")


def test_each_curve_stands_below_its_name(monkeypatch):
    asked = []

    def noted(now, quantity, look, **options):
        asked.append(quantity)
        return learning_curve(now, quantity, look, **options)

    monkeypatch.setattr(page, "learning_curve", noted)
    _, captions = figures()
    assert asked == ["loss", "accuracy"] and captions.index("**Loss**") < captions.index("**Accuracy**")


def test_a_mistake_below_the_stage_is_told_from_what_it_is_to_what_it_was_taken_for():
    mine = Session()
    mine.state(PlaygroundState).strip = "mistakes"
    mine.image.source, mine.image.test_index = "drawing", 7
    network = Network((28, 28, 1), (Flatten(), Dense(10, "softmax")))
    subject = ModelView("It", network, build_model(network, seed=1), "mnist", False, "it")
    mine.editor.open(network)
    now = Snapshot(State.FINISHED, hardest=(Mistake(7, 9, 4, 0.97),), evaluations=EVALUATIONS)
    mine.run = SimpleNamespace(
        network=network, dataset_name="mnist", recipe=mine.editor.recipe, snapshot=now, active=True
    )
    shown = Seen(network, subject, {}, {}, tuple("0123456789"))
    picture = InputImage(np.zeros((28, 28, 1), np.float32), "your drawing")
    (data,) = components(drawn(lambda: strip(mine, shown, picture)), "receptive_gallery")
    (tile,) = data["tiles"]
    assert (tile["number"], tile["label"]) == (7, "9 → 4") and data["chosen"] is None
    assert tile["alt"].startswith("test image 7: “9”, taken for “4” with 97")
