"""The sidebar: the network in the editor, the lesson, and the run with what can be done about it."""

import pytest

from core.network import LENET5, Dense, Flatten, Network
from core.training import Point, Snapshot, State
from core.ui.shell import frame
from core.ui.shell.session import Session
from tests.ui.drawn_page import drawn

SMALL = Network((28, 28, 1), (Flatten(), Dense(10, "softmax")), "Small")
TRAIN = (Point(0.5, 1.0, 0.25, 64, 0.001),)
UNTRAINED, TESTED = Point(0, 2.3, 0.125, 100), Point(1, 0.5, 0.875, 100)


@pytest.fixture(autouse=True)
def bare(monkeypatch):
    """Without what only a browser and the navigation know."""
    for name in ("fold_on_phones", "fit_canvases", "turn_page"):
        monkeypatch.setattr(frame, name, lambda: None)
    monkeypatch.setattr(frame, "link_to", lambda *_: None)
    monkeypatch.setattr(frame, "session", Session)


class Run:
    """A run of which the sidebar tells; notes what is asked of it."""

    def __init__(self, state, network=SMALL, **facts):
        self.name, self.network, self.created, self.asked = "First try", network, 1.0, []
        self.snapshot = Snapshot(state, epoch=2, epochs=5, step=3, steps=10, **facts)
        self.active = state in (State.TRAINING, State.EVALUATING, State.QUEUED, State.STARTING)

    def __getattr__(self, name):
        return lambda: self.asked.append(name)


def sidebar(run=None, **facts):
    mine = Session(run=run, **facts)
    mine.editor.edit(SMALL)
    return mine, drawn(lambda: frame.sidebar(mine))


def said(app):
    return [element.value for element in (*app.markdown, *app.caption)]


def test_the_network_in_the_editor_is_named_with_its_size():
    _, app = sidebar()
    assert said(app) == ["**Small**  \n7,850 parameters"] and not app.button


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({}, None),
        ({"train": TRAIN}, "25.00 % training accuracy"),
        ({"train": TRAIN, "evaluations": (UNTRAINED,)}, "25.00 % training accuracy"),  # before training tells nothing
        ({"train": TRAIN, "evaluations": (UNTRAINED, TESTED)}, "87.50 % test accuracy"),
        ({"train": TRAIN, "evaluations": (TESTED,), "evaluated_on": "validation"}, "87.50 % validation accuracy"),
    ],
)
def test_an_accuracy_is_told_with_the_images_that_it_is_of(facts, words):
    _, app = sidebar(Run(State.PAUSED, **facts))
    found = [one for one in said(app) if one.endswith("accuracy")]
    assert found == ([] if words is None else [words])


@pytest.mark.parametrize(
    ("state", "buttons"),
    [
        (State.TRAINING, ["Pause", "Stop"]),
        (State.QUEUED, ["Pause", "Stop"]),
        (State.PAUSED, ["Resume"]),
        (State.FINISHED, []),
        (State.FAILED, []),
    ],
)
def test_what_can_be_done_about_a_run_is_what_its_buttons_do(state, buttons):
    run = Run(state)
    _, app = sidebar(run)
    assert [one.label for one in app.button] == buttons
    for label in buttons:
        run.asked.clear()
        next(one for one in app.button if one.label == label).click().run()
        assert label.lower() in run.asked


@pytest.mark.parametrize("state", [State.TRAINING, State.PAUSED])
def test_a_press_that_was_for_one_run_can_reach_no_other(state):
    """Another run may take its place between the press and its arrival: its buttons are others."""
    mine, app = sidebar(Run(state))
    there = {one.proto.id for one in app.button}
    mine.run.created = 2.0
    app.run()
    others = {one.proto.id for one in app.button}
    assert there and others and not there & others


def test_a_run_of_another_network_is_said_to_be_one():
    _, app = sidebar(Run(State.FINISHED))
    assert "**Run** First try, 7,850 parameters" in said(app)
    _, app = sidebar(Run(State.FINISHED, LENET5))
    assert "**Run** First try, 61,706 parameters, not what is on the Build page" in said(app)


def test_a_lesson_says_what_it_leaves_out_and_can_be_ended():
    mine, app = sidebar(hidden=("edit",))
    assert any(one.startswith("This lesson leaves out ") for one in said(app))
    app.button(key="sidebar/lesson").click().run()
    assert mine.hidden == () and not any("lesson" in one for one in said(app))


def test_what_a_button_has_done_is_told_where_the_piece_alone_is_drawn_again(monkeypatch):
    mine = Session(notice="“First try” has been deleted.")
    monkeypatch.setattr(frame, "session", lambda: mine)
    app = drawn(lambda: frame.refreshing(lambda: None, False, 1.0, lambda: None))
    assert [toast.value for toast in app.toast] == ["“First try” has been deleted."] and not mine.notice
