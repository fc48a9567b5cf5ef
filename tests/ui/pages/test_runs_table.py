"""The table of runs: what it says of each, and whose the ticks are."""

from types import SimpleNamespace

import pytest
import streamlit as st

from core.network import LENET5
from core.store import Marks
from core.training import Recipe, Snapshot, State
from core.training.snapshot import Point
from core.ui.pages.runs.table import BEST, TESTED, overlay, recipe_words, run_table
from core.ui.shell.session import Session
from tests.ui.drawn_page import charts, drawn, said


class Run(SimpleNamespace):
    """A run that was begun at this second."""

    def __init__(self, created, epochs=3, planned=None, name=None):
        recipe = Recipe(epochs=epochs)
        snapshot = Snapshot(State.FINISHED, epochs=epochs if planned is None else planned)
        name = f"Run {created:g}" if name is None else name
        super().__init__(
            created=created, recipe=recipe, snapshot=snapshot, name=name, network=LENET5, dataset_name="mnist"
        )
        self.marks = Marks()

    __hash__ = object.__hash__


@pytest.mark.parametrize(("planned", "words"), [(3, "3 epochs"), (7, "7 epochs"), (10_000, "200 epochs")])
def test_the_recipe_of_a_run_is_told_with_the_epochs_that_are_planned_by_now(planned, words):
    """Whoever lets a run continue plans more; no recipe can have more than 200."""
    run = Run(1.0, epochs=3, planned=planned)
    assert words in recipe_words(run).split(", ")
    assert recipe_words(run) == Recipe(epochs=3).describe().replace("3 epochs", words)


@pytest.fixture
def table(monkeypatch):
    """Draws the table of some runs.

    Returns a function that draws and gives the names of the runs compared, and one that ticks rows of the table that was
    drawn as the n-th.
    """
    mine, tables, app = Session(), [], []
    monkeypatch.setattr(st, "dataframe", lambda rows, **given: tables.append(given))

    def draw(runs):
        mine.workspace = SimpleNamespace(runs=runs)
        names = []
        app.append(drawn(lambda: names.extend(run.name for run in run_table(mine, mine.workspace.runs))))
        return names

    def tick(rows, which=-1):
        event = SimpleNamespace(selection=SimpleNamespace(rows=rows))
        with monkeypatch.context() as patched:
            patched.setattr(st, "session_state", {tables[which]["key"]: event})
            tables[which]["on_select"]()

    def ticked():
        return tables[-1]["selection_default"]["selection"]["rows"]

    return SimpleNamespace(draw=draw, tick=tick, ticked=ticked, tables=tables)


A, B, C, D = (Run(float(number)) for number in (1, 2, 3, 4))


def test_without_ticks_the_newest_three_are_compared_and_with_them_the_ticked(table):
    assert table.draw([D, C, B, A]) == ["Run 4", "Run 3", "Run 2"]
    table.tick([3, 1])
    assert table.draw([D, C, B, A]) == ["Run 3", "Run 1"]
    table.tick([])
    assert table.draw([D, C, B, A]) == ["Run 4", "Run 3", "Run 2"]


def test_a_tick_stays_with_its_run_where_others_begin_and_are_deleted(table):
    table.draw([C, B, A])
    table.tick([1])
    assert table.draw([D, B, A]) == ["Run 2"] and table.ticked() == [1]  # as many as before
    assert table.draw([D, C, B, A]) == ["Run 2"] and table.ticked() == [2]
    assert table.draw([C, A]) == ["Run 3", "Run 1"] and table.ticked() == []


def test_a_tick_that_comes_late_is_the_run_that_stood_there(table):
    table.draw([B, A])
    table.draw([C, B, A])
    table.tick([0], which=0)
    assert table.draw([C, B, A]) == ["Run 2"]


def test_what_a_table_that_has_gone_sends_once_more_is_no_choice(table):
    table.draw([B, A])
    table.tick([0])
    table.draw([B, A])
    table.draw([C, B, A])
    table.tick([0, 2])
    assert table.draw([C, B, A]) == ["Run 3", "Run 1"]
    table.tick([0], which=1)
    assert table.draw([C, B, A]) == ["Run 3", "Run 1"]


def test_ticks_set_and_taken_back_before_the_page_follows_are_both_taken(table):
    table.draw([B, A])
    table.tick([0])
    table.tick([])
    assert table.draw([B, A]) == ["Run 2", "Run 1"]


def test_a_table_of_other_runs_is_another_table_and_one_of_the_same_is_not(table):
    for runs in ([B, A], [B, A], [C, A], [B, A]):
        table.draw(runs)
    first, same, other, again = (given["key"] for given in table.tables)
    assert first == same == again != other


def told(evaluations, dataset="mnist", name="First", **facts):
    """A run with these evaluations."""
    run = Run(1.0, name=name)
    run.snapshot = Snapshot(State.FINISHED, epochs=9, evaluations=evaluations, **facts)
    run.dataset_name = dataset
    return run


CURVE = (Point(0, 2.0, 0.1, 500), Point(1, 0.5, 0.8, 500), Point(2, 0.25, 0.9, 500), Point(3, 0.75, 0.7, 500))


def test_the_table_tells_the_best_evaluation_and_the_test(monkeypatch):
    rows = []
    monkeypatch.setattr(st, "dataframe", lambda given, **_: rows.extend(given))
    run, mine = told(CURVE, evaluated_on="validation", test=Point(3, 0.4, 0.65, 700), seconds=61.0), Session()
    mine.workspace = SimpleNamespace(runs=[run])
    drawn(lambda: run_table(mine, [run]))
    expected = {BEST: "90.00 % (validation)", "Best epoch": "2", TESTED: "65.00 %", "Time": "1 min 01 s"}
    assert rows[0].items() >= expected.items()


def test_the_curves_are_told_with_their_ends_and_with_different_tests():
    runs = [told(CURVE), told(CURVE[:2], "fashion_mnist", "Second")]
    mine = Session()
    mine.workspace = SimpleNamespace(runs=runs)
    app = drawn(lambda: overlay(mine, runs))
    assert charts(app) == ["Accuracy over epochs; at the end: First 0.7000, Second 0.8000."]
    assert "First on MNIST digits, Second on Fashion-MNIST" in said(app)
    assert [toggle.label for toggle in app.toggle] == ["Training curves too", "Logarithmic time"]
    app.session_state["runs/curve"] = "loss"
    app.run()
    assert charts(app) == ["Loss over epochs; at the end: First 0.7500, Second 0.5000."]
    assert [toggle.label for toggle in app.toggle] == ["Training curves too", "Logarithmic loss", "Logarithmic time"]
    assert "Not to be compared" not in said(drawn(lambda: overlay(mine, runs[:1])))


def test_runs_that_differ_in_the_seed_alone_are_one_curve_until_that_is_switched_off():
    seeds = [told(CURVE, name="First"), told((*CURVE[:3], Point(3, 0.85, 0.8, 500)), name="First (2)")]
    seeds[1].created, seeds[1].recipe = 2.0, seeds[1].recipe.replaced(seed=7)
    other = told(CURVE[:2], name="Second")
    other.created, other.recipe = 3.0, other.recipe.replaced(batch_size=64)
    mine = Session()
    mine.workspace = SimpleNamespace(runs=[*seeds, other])
    app = drawn(lambda: overlay(mine, [*seeds, other]))
    (words,) = charts(app)
    assert "1 other seed 0.7500 ± 0.0707" in words and "Second 0.8000" in words and words.count("0.7") == 1
    assert "one standard deviation" in said(app)
    app.toggle(key="runs/seeds/as_one").set_value(False).run()
    (words,) = charts(app)
    assert "±" not in words and "0.7000" in words and "0.8000" in words
