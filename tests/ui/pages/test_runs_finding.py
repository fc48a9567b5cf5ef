"""Which runs are shown on Runs, and how one is marked."""

from types import SimpleNamespace

import pytest

from core.network import LENET5
from core.store import Marks
from core.training import Recipe, Snapshot, State, StoreError
from core.ui.pages.runs.finding import choose_shown
from core.ui.pages.runs.marking import marks
from core.ui.shell.session import Session
from tests.ui.drawn_page import drawn, said


class Run(SimpleNamespace):
    """A run with marks that are kept unless they are `too long`."""

    def __init__(self, created, name, state=State.FINISHED, marks=None):
        super().__init__(
            created=created, name=name, recipe=Recipe(), network=LENET5, dataset_name="mnist",
            snapshot=Snapshot(state), marks=marks or Marks(),
        )  # fmt: skip

    def mark(self, marks):
        if marks.note == "too long":
            raise StoreError("It is too long.")
        self.marks = marks

    __hash__ = object.__hash__


def mine_with(*runs):
    mine = Session()
    mine.workspace = SimpleNamespace(runs=list(runs))
    return mine


def shown(mine):
    """The page, and the names of the runs that are shown; they follow."""
    names: list[str] = []

    def page():
        names[:] = [run.name for run in choose_shown(mine)]

    return drawn(page), names


def test_failed_runs_are_folded_away_until_they_are_asked_for():
    app, names = shown(mine_with(Run(3, "C", State.FAILED), Run(2, "B"), Run(1, "A", State.FAILED)))
    assert names == ["B"]
    toggle = next(one for one in app.toggle if one.label == "Show 2 failed runs")
    toggle.set_value(True).run()
    assert not app.exception and names == ["C", "B", "A"]


def test_where_all_have_failed_all_are_shown():
    app, names = shown(mine_with(Run(2, "B", State.FAILED), Run(1, "A", State.FAILED)))
    assert names == ["B", "A"] and not any("failed" in one.label for one in app.toggle)


def test_words_and_stars_leave_runs_out_and_nothing_found_is_said():
    app, names = shown(
        mine_with(Run(3, "C"), Run(2, "B", marks=Marks(True, "paper")), Run(1, "A", marks=Marks(True)))
    )
    app.toggle[0].set_value(True).run()
    assert names == ["B", "A"]
    app.text_input[0].set_value("PAPER").run()
    assert names == ["B"]
    app.text_input[0].set_value("nowhere").run()
    assert not app.exception and names == [] and "No run is like that" in said(app)
    app.text_input[0].set_value("").run()
    assert names == ["B", "A"]


@pytest.fixture
def marked():
    run = Run(1, "A", marks=Marks(False, "paper"))
    mine = mine_with(run)
    return SimpleNamespace(run=run, mine=mine, app=drawn(lambda: marks(mine, run)))


def test_a_run_is_starred_tagged_and_noted(marked):
    marked.app.button[0].click().run()
    assert marked.run.marks == Marks(True, "paper")
    tags, note = marked.app.text_input
    assert (tags.value, note.value) == ("paper", "")
    tags.set_value("paper, final").run()
    marked.app.text_input[1].set_value("  **bold** ").run()
    assert not marked.app.exception and marked.run.marks == Marks(True, "paper, final", "**bold**")
    marked.app.button[0].click().run()
    assert not marked.run.marks.starred


def test_a_note_that_cannot_be_kept_is_said_and_one_of_a_deleted_run_is_dropped(marked):
    marked.app.text_input[1].set_value("too long").run()
    assert marked.mine.notice == "It is too long." and marked.run.marks == Marks(False, "paper")
    marked.mine.workspace.runs = []
    marked.app.button[0].click().run()
    assert "deleted in another window" in marked.mine.notice and not marked.run.marks.starred
