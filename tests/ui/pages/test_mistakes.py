"""What Mistakes says and gives away is of the images and the classes that it names."""

from types import SimpleNamespace

import numpy as np
import pytest
import streamlit as st

from core.insight.mistakes import Predictions
from core.network import Dense, Flatten, Network
from core.training import build_model
from core.ui.pages.mistakes import mistakes as page
from core.ui.pages.mistakes.state import MistakesState
from core.ui.shell.session import Session
from core.ui.widgets.model_view import ModelView
from tests.pages.conftest import components
from tests.ui.drawn_page import charts, drawn, said, tables_given_away

NETWORK = Network((28, 28, 1), (Flatten(), Dense(10, "softmax")))


@pytest.fixture
def tables(monkeypatch, mnist):
    """Opens the page for these predictions of the first test images; returns its tables by their files' names."""

    def opened(predicted):
        labels = mnist.y_test[: len(predicted)].astype(np.int64)
        found = {}
        monkeypatch.setattr(page, "evaluated_test_images", lambda *_: Predictions(np.eye(10)[predicted], labels))
        monkeypatch.setattr(
            page, "download_table", lambda lines, file, _: found.update({file: lines() if callable(lines) else lines})
        )
        subject = ModelView("Told", NETWORK, build_model(NETWORK, seed=1), "mnist", False, "told")
        drawn(lambda: page.mistakes(Session(), subject))
        return found

    return opened


def test_the_rows_and_columns_of_the_confusion_matrix_are_what_their_heading_says(tables, mnist):
    labels = mnist.y_test[:60].astype(int)
    predicted = (labels + np.arange(60) % 3) % 10  # many mistakes, and never the same both ways
    lines = tables(predicted)["confusion"]
    heading = next(iter(lines[0]))
    down, across = ({"true class": labels, "predicted class": predicted}[words] for words in heading.split(" \\ "))
    assert [line[heading] for line in lines] == list(mnist.class_names)
    for row, line in enumerate(lines):
        for column, name in enumerate(mnist.class_names):
            assert line[name] == np.count_nonzero((down == row) & (across == column))


@pytest.fixture
def page_of(monkeypatch, mnist):
    """Opens the page for these probabilities of the first test images; returns it with its session."""

    def opened(probabilities, mine=None, explained=(0.5, 0.25)):
        labels = mnist.y_test[: len(probabilities)].astype(np.int64)
        at = SimpleNamespace(points=np.arange(2 * len(labels)).reshape(-1, 2).astype(float), explained=explained)
        monkeypatch.setattr(page, "evaluated_test_images", lambda *_: Predictions(probabilities, labels))
        monkeypatch.setattr(page, "projected", lambda *_: at)
        subject, mine = ModelView("Told", NETWORK, MODEL, "mnist", False, "told"), mine or Session()
        return drawn(lambda: page.mistakes(mine, subject)), mine, labels

    return opened


MODEL = build_model(NETWORK, seed=1)


def unsure(labels, wrong):
    """Probabilities (n, 10): right with 0.75, but these images are taken for the class after theirs, with others."""
    found = np.full((len(labels), 10), 0.01)
    found[np.arange(len(labels)), labels] = 0.75
    for number, probability in wrong.items():
        found[number, labels[number]] = 0.125
        found[number, (labels[number] + 1) % 10] = probability
    return found


WRONG = {3: 0.5, 8: 0.875, 20: 0.625}


def test_each_mistake_is_listed_with_the_probability_of_the_wrong_class(page_of, monkeypatch, mnist):
    table = tables_given_away(monkeypatch)
    _, _, labels = page_of(unsure(mnist.y_test[:60].astype(int), WRONG))
    assert [int(line["test image"]) for line in table("mistakes")] == [8, 20, 3]
    for line in table("mistakes"):
        number = int(line["test image"])
        assert int(line["true class"]) == labels[number]
        assert int(line["predicted class"]) == (labels[number] + 1) % 10
        assert float(line["probability"]) == WRONG[number]


def test_the_images_of_a_cell_carry_the_probability_of_its_prediction(page_of, mnist):
    mine, labels = Session(), mnist.y_test[:60].astype(int)
    true = int(labels[8])
    mine.state(MistakesState).look_into("mnist")
    mine.state(MistakesState).confused = true, (true + 1) % 10
    app, _, _ = page_of(unsure(labels, WRONG), mine)
    cell = components(app, "receptive_gallery")[0]["tiles"]
    assert [tile["number"] for tile in cell] == [n for n in (8, 20, 3) if labels[n] == true]
    assert "88" in cell[0]["label"] or "87" in cell[0]["label"]
    assert f"of “{true}” predicted as “{(true + 1) % 10}”" in said(app)


def test_a_click_on_a_cell_opens_it_with_the_true_class_first(page_of, mnist):
    _, mine, _ = page_of(unsure(mnist.y_test[:60].astype(int), WRONG))
    clicked = {}
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(st, "vega_lite_chart", lambda *_, key, on_select=None, **__: clicked.update({key: on_select}))
        drawn(lambda: page.mistakes(mine, ModelView("Told", NETWORK, MODEL, "mnist", False, "told")))
        patched.setattr(
            st, "session_state", {"mistakes/matrix/mnist": {"selection": {"cell": [{"row": 4, "column": 7}]}}}
        )
        clicked["mistakes/matrix/mnist"]()
    assert mine.state(MistakesState).confused == mine.state(MistakesState).cell == (4, 7)


def test_at_first_the_most_confident_mistake_is_open(page_of, mnist):
    app, _, labels = page_of(unsure(mnist.y_test[:60].astype(int), WRONG))
    assert f"Test image 8: “{labels[8]}”, predicted **“{(labels[8] + 1) % 10}”**" in said(app)


def test_the_plane_is_told_with_all_that_it_keeps_and_its_points_are_across_and_up(page_of, monkeypatch, mnist):
    table = tables_given_away(monkeypatch)
    app, _, labels = page_of(unsure(mnist.y_test[:60].astype(int), WRONG))
    assert "it keeps 75 %" in said(app) and charts(app)[1].endswith("with a ring, as misclassified: 3.")
    for number, line in enumerate(table("test-images")):
        assert (float(line["direction 1"]), float(line["direction 2"])) == (2 * number, 2 * number + 1)
        assert int(line["test image"]) == number and int(line["true class"]) == labels[number]
        assert int(line["predicted class"]) == (labels[number] + (number in WRONG)) % 10
