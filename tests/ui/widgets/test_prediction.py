"""What stands beside a picture: the class, how confident the network is, and what it received."""

from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pytest

from core.ui.widgets.prediction import prediction, received
from core.views.glossary import defined
from tests.pages.conftest import words
from tests.ui.drawn_page import drawn, html

NAMES = ("ring", "cross", "line")


def reader(who="lenet5", sure_from=0.9):
    return SimpleNamespace(class_names=NAMES, sure_from=sure_from, who=who)


def answer(probabilities, **facts):
    values = None if probabilities is None else np.array(probabilities, np.float32)
    return drawn(lambda: prediction(values, reader(**facts), key="answer"))


def chart(app):
    return app.get("vega_lite_chart")[0].proto


@pytest.mark.parametrize(
    ("probabilities", "facts", "sentence"),
    [
        (
            [0.05, 0.9375, 0.0125],
            {},
            "**Confident**, if it is one of these 3: it knows nothing else. (It counts as confident from 90 %.)",
        ),
        ([0.05, 0.9375, 0.0125], {"who": "draw"}, "**Confident**. (It counts as confident from 90 %.)"),
        (
            [0.25, 0.625, 0.125],
            {},
            "**Not confident**: less than 90 %. Perhaps cross, perhaps ring, or nothing that this network has learned.",
        ),
        ([0.25, 0.625, 0.125], {"sure_from": 0.625}, "**Confident**, if it is one of these 3"),  # just as much
        ([0.25, 0.625, 0.125], {"sure_from": 0.997}, "**Not confident**: less than 99.7 %."),
    ],
)
def test_the_class_is_named_with_how_confident_the_network_is(probabilities, facts, sentence):
    app = answer(probabilities, **facts)
    assert (app.metric[0].label, app.metric[0].value) == ("Prediction", "cross")
    assert words(app).startswith(sentence)
    share = f"{probabilities[1] * 100:.2f} %"
    assert app.metric[0].help == defined("prediction", f"Here with {share}.")
    assert chart(app).alt == f"Probability of each class; the highest is cross with {share}."


def test_each_bar_is_of_its_own_class():
    (data,) = chart(answer([0.25, 0.625, 0.125])).datasets
    rows = pa.ipc.open_stream(data.data.data).read_all().to_pylist()
    assert {row["class"]: row["probability"] for row in rows} == {"ring": 0.25, "cross": 0.625, "line": 0.125}


def test_before_anything_is_drawn_there_is_a_dash_and_empty_bars():
    app = answer(None)
    assert app.metric[0].value == "–" and words(app) == "Nothing drawn yet."
    assert chart(app).alt == "No drawing yet."


@pytest.mark.parametrize(("shape", "brought"), [((28, 28, 1), ""), ((32, 20, 3), "Then brought to 32×20×3")])
def test_what_the_network_receives_is_of_its_input_size(shape, brought):
    image = np.zeros(shape, np.float32)
    app = drawn(lambda: received(image, shape))
    assert f"scaled and centred, {shape[0]} by {shape[1]} pixels" in html(app)
    assert ("Then brought to" in words(app)) == bool(brought) and brought in words(app)
    assert "28×28 pixels" in words(app) and "20×20 box" in words(app)
    assert "nothing yet" in html(drawn(lambda: received(None, shape)))
