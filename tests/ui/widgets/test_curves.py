"""The switches of charts of curves: on every page each of them changes the chart that it belongs to."""

import json
from types import SimpleNamespace

import pytest

from core.network import LENET5
from core.training import Point, Recipe, Snapshot, State
from core.ui.pages.compare import learning as compare
from core.ui.pages.cures import results as cures
from core.ui.pages.runs.table import overlay
from core.ui.shell.session import Session
from core.ui.widgets.side_by_side import Side, live_columns
from tests.ui.drawn_page import charts, drawn, said

POINTS = tuple(Point(float(epoch), 2.0 / (epoch + 1), 0.5 + epoch / 10, 500) for epoch in range(4))
NOW = Snapshot(State.FINISHED, epochs=3, steps=12, step=12, evaluations=POINTS, train=POINTS[1:])


class Run(SimpleNamespace):
    """A run that has ended."""

    def __init__(self, seed=1):
        recipe = Recipe(epochs=3, seed=seed)
        super().__init__(created=float(seed), name="First", snapshot=NOW, recipe=recipe, network=LENET5)
        self.dataset_name, self.active = "mnist", False

    __hash__ = object.__hash__


def runs_page(mine):
    run = Run()
    mine.workspace = SimpleNamespace(runs=[run])
    overlay(mine, [run])


def compare_page(mine):
    entrants = [SimpleNamespace(name="First", key="run/1", run=Run())]
    compare.curve_controls(mine, entrants)
    compare.curves(mine, entrants, {})


def cures_page(mine):
    series = SimpleNamespace(plans=[SimpleNamespace(key="a", title="First")], runs={"a": Run()})
    cures.curve_controls(mine, series)
    cures.curves(mine, series)


def beside_page(mine):
    live_columns(mine, [Side("a", "First", "first", Run(), "")], 3, "beside", lambda _: "", "loss")


PAGES = {"runs": runs_page, "compare": compare_page, "cures": cures_page, "beside": beside_page}


def kinds(app) -> tuple[str | None, str | None]:
    """How the time axis and the vertical axis of the chart are spaced."""
    (chart,) = app.get("vega_lite_chart")
    encoding = json.loads(chart.proto.spec)["layer"][0]["encoding"]
    return encoding["x"]["scale"].get("type"), encoding["y"]["scale"].get("type")


@pytest.mark.parametrize("page", PAGES)
def test_each_switch_makes_its_axis_logarithmic(page):
    mine = Session()
    app = drawn(lambda: PAGES[page](mine))
    if page != "beside":
        assert kinds(app) == (None, "linear")
        assert not [toggle for toggle in app.toggle if toggle.label == "Logarithmic loss"]  # accuracy has none
        app.session_state[f"{page}/curve"] = "loss"
        app.run()
    assert kinds(app) == (None, "linear")
    app.toggle(key=f"{page}/logarithmic").set_value(True).run()
    assert not app.exception and kinds(app) == (None, "log")
    app.toggle(key=f"{page}/log_time").set_value(True).run()
    assert not app.exception and kinds(app) == ("log", "log")
    app.toggle(key=f"{page}/logarithmic").set_value(False).run()
    assert kinds(app) == ("log", "linear")


def test_in_compare_runs_that_differ_in_the_seed_alone_are_one_band_by_epochs():
    entrants = [SimpleNamespace(name=f"Seed {seed}", key=f"run/{seed}", run=Run(seed)) for seed in (1, 2)]

    def page():
        compare.curve_controls(mine, entrants)
        compare.curves(mine, entrants, {})

    mine = Session()
    app = drawn(page)
    assert charts(app) == ["Accuracy over epochs; at the end: Seed 1 and 1 other seed 0.8000 ± 0.0000."]
    assert "A band is the mean over seeds" in said(app)
    app.toggle(key="compare/as_one").set_value(False).run()
    assert charts(app) == ["Accuracy over epochs; at the end: Seed 1 0.8000, Seed 2 0.8000."]
    assert "A band" not in said(app)
    app.toggle(key="compare/as_one").set_value(True)
    app.session_state["compare/unit"] = "second"
    app.run()
    assert "Seed 2 0.8000" in charts(app)[0]
    assert not [toggle for toggle in app.toggle if toggle.label == "Seeds as one"]  # it would do nothing
