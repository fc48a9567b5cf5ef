"""Two runs beside each other on Runs."""

from types import SimpleNamespace

from core.network import Dense, Dropout, Flatten, Network
from core.training import Recipe, Snapshot, State
from core.ui.pages.runs.difference import difference
from core.ui.shell.session import Session
from core.views.changes import change_rows
from tests.ui.drawn_page import drawn, said

ONE = Network((28, 28, 1), (Flatten(), Dense(20, "relu"), Dense(10, "softmax")))
OTHER = Network((28, 28, 1), (Flatten(), Dense(30, "relu"), Dropout(0.5), Dense(10, "softmax")))


class Run(SimpleNamespace):
    """A run that was begun at this second."""

    def __init__(self, created, network=ONE, **settings):
        recipe = Recipe(**settings)
        super().__init__(
            created=created, name=f"Run {created}", network=network, recipe=recipe, dataset_name="mnist",
            snapshot=Snapshot(State.FINISHED, epochs=recipe.epochs),
        )  # fmt: skip

    __hash__ = object.__hash__


def page(*runs):
    mine = Session()
    mine.workspace = SimpleNamespace(runs=list(runs))
    return drawn(lambda: difference(mine, runs))


def tables(app):
    return [table.value.to_dict("records") for table in app.table]


def test_layers_have_a_sign_and_the_settings_that_differ():
    rows = [(row[""], row["What differs"]) for row in change_rows(ONE, OTHER)]
    assert rows == [("=", ""), ("≠", "Units: 20 → 30"), ("+", ""), ("=", "")]
    assert [row[""] for row in change_rows(OTHER, ONE)] == ["=", "≠", "−", "="]


def test_recipes_and_networks_of_two_runs_are_told_the_older_first():
    app = page(Run(2, OTHER, seed=5), Run(1))
    settings, layers = tables(app)
    assert {"Setting": "Seed", "First": "1", "Second": "5"} in settings and len(settings) == 2
    assert [row[""] for row in layers] == ["\\=", "≠", "\\+", "\\="]


def test_others_can_be_chosen_and_what_is_alike_is_said():
    app = page(Run(3, seed=5), Run(2, seed=5), Run(1))
    assert "recipes and data are alike" in said(app) and "networks are alike" in said(app)
    app.selectbox[0].select_index(2).run()
    assert not app.exception and tables(app) == [[{"Setting": "Seed", "First": "1", "Second": "5"}]]
    app.selectbox[1].select_index(2).run()
    assert not app.exception and "Choose two runs" in said(app)
    assert not page(Run(1)).selectbox
