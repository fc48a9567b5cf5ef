"""The bar of buttons of a run: which of them work in which state, and what they say."""

from types import SimpleNamespace

import pytest

from core.network import Conv2D, Network
from core.training import Recipe, Snapshot, State
from core.ui.pages.train.controls import controls, training_warnings
from core.ui.shell.session import Session
from tests.pages.conftest import words
from tests.ui.drawn_page import drawn

CALLS = ("resume", "pause", "one_batch", "one_epoch", "rewind", "stop", "more", "set_learning_rate")


def bar(state=None, **facts):
    """The bar with a run in this state; what was asked of the run is listed in `asked`."""
    mine, asked = Session(), []
    if state is not None:
        active = state in (State.QUEUED, State.STARTING, State.TRAINING, State.EVALUATING)
        snapshot = Snapshot(state, **facts)
        run = SimpleNamespace(active=active, snapshot=snapshot, recipe=Recipe(learning_rate=0.01), created=1.0)
        for name in CALLS:
            setattr(run, name, lambda *arguments, name=name: asked.append((name, *arguments)))
        mine.choose_run(run)
    return mine, drawn(lambda: controls(mine)), asked


def name(button):
    """The key without `train/` and the run's own part."""
    return button.key.removeprefix("train/").removesuffix("/1.0")


def named(app, wanted):
    return next(one for one in app.button if name(one) == wanted)


ACTIVE = {"pause", "rewind", "stop"}


@pytest.mark.parametrize(
    ("state", "works"),
    [
        (State.QUEUED, ACTIVE),
        (State.TRAINING, ACTIVE),
        (State.EVALUATING, ACTIVE),
        (State.PAUSED, {"start", "resume", "batch", "epoch", "rewind", "stop"}),
        (State.FINISHED, {"start", "rewind", "more/go"}),
        (State.STOPPED, {"start", "rewind", "more/go"}),
        (State.FAILED, {"start", "rewind", "more/go"}),
    ],
)
def test_exactly_what_makes_sense_in_a_state_can_be_pressed(state, works):
    _, app, _ = bar(state)
    assert {name(one) for one in app.button if not one.disabled} == works


@pytest.mark.parametrize(
    ("state", "key", "help"),
    [
        (State.TRAINING, "start", "Pause or stop the training first."),
        (State.TRAINING, "batch", "Pause first."),
        (State.TRAINING, "epoch", "Pause first."),
        (State.FINISHED, "batch", "The run has ended: let it continue instead."),
        (State.FINISHED, "pause", "Nothing is running."),
        (State.FINISHED, "stop", "Nothing is running."),
        (State.PAUSED, "start", "Train the network of the Build page from fresh weights, as a new training run."),
    ],
)
def test_a_button_says_what_it_does_or_why_it_cannot(state, key, help):
    assert named(bar(state)[1], key).help == help


@pytest.mark.parametrize(
    ("state", "key", "call"),
    [
        (State.TRAINING, "pause", ("pause",)),
        (State.TRAINING, "stop", ("stop",)),
        (State.PAUSED, "resume", ("resume",)),
        (State.PAUSED, "batch", ("one_batch",)),
        (State.PAUSED, "epoch", ("one_epoch",)),
        (State.PAUSED, "rewind", ("rewind",)),
        (State.FINISHED, "more/go", ("more", 3)),
    ],
)
def test_each_button_asks_the_run_for_what_it_is_called(state, key, call):
    _, app, asked = bar(state)
    named(app, key).click().run()
    assert asked == [call]


def test_as_many_epochs_are_asked_for_as_stand_in_the_field_when_it_is_pressed():
    """The number and the press come together."""
    _, app, asked = bar(State.FINISHED)
    app.number_input[0].set_value(7)
    named(app, "more/go").click().run()
    assert asked == [("more", 7)]


@pytest.mark.parametrize("state", [State.TRAINING, State.PAUSED, State.FINISHED])
def test_nothing_that_is_pressed_or_typed_for_one_run_can_reach_another(state):
    """Another run may take its place between a press and its arrival: its controls are others."""
    mine, app, _ = bar(state)

    def controls_of(run_began):
        mine.run.created = run_began
        app.run()
        assert not app.exception
        there = {one.proto.id for one in (*app.button, *app.number_input) if one.key != "train/start"}
        assert len(there) >= 6
        return there

    assert not controls_of(1.0) & controls_of(2.0)


def test_the_second_press_of_a_double_click_begins_no_second_run(monkeypatch):
    """It may arrive before the page has followed the first."""
    begun, mine, drawn_buttons = [], Session(), []
    monkeypatch.setattr(mine, "start_run", lambda: begun.append(1) or mine.choose_run(SimpleNamespace()))
    monkeypatch.setattr("streamlit.button", lambda label, **facts: drawn_buttons.append(facts))
    drawn(lambda: controls(mine))
    for _ in range(2):
        drawn_buttons[0]["on_click"]()
    assert begun == [1]


@pytest.mark.parametrize(("state", "shut"), [(State.FINISHED, False), (State.STOPPED, False), (State.FAILED, True)])
def test_a_run_that_failed_cannot_be_continued(state, shut):
    _, app, _ = bar(state)
    (popover,) = (block.proto.popover for block in app.get("popover"))
    assert (popover.label, popover.disabled) == ("Continue", shut)


def test_one_button_is_the_primary_one():
    for state, key in ((None, "start"), (State.TRAINING, None), (State.PAUSED, "resume"), (State.FINISHED, "start")):
        _, app, _ = bar(state)
        primary = {name(one) for one in app.button if one.proto.type == "primary"} - {"more/go"}
        assert primary == ({key} if key else set()), state
    assert bar()[1].button(key="train/start").label == "Start"
    assert bar(State.PAUSED)[1].button(key="train/start").label == "Start anew"


@pytest.mark.parametrize(("learning_rate", "shown"), [(0.0, 0.01), (0.004, 0.004)])
def test_the_rate_begins_with_that_of_the_run_and_is_asked_for_when_it_is_changed(learning_rate, shown):
    """Before the first step, it is the recipe's."""
    _, app, asked = bar(State.TRAINING, learning_rate=learning_rate)
    field = app.number_input(key="train/rate/1.0")
    assert field.value == shown and field.step == pytest.approx(0.001)
    field.set_value(0.02).run()
    assert asked == [("set_learning_rate", 0.02)]
    assert "The learning rate is 0.02 from the next step on." in words(app) + " ".join(t.value for t in app.toast)


def test_a_network_that_cannot_be_trained_has_its_reason_below_and_a_way_to_mend_it(monkeypatch):
    mine, links = Session(), []
    monkeypatch.setattr("streamlit.page_link", lambda page, **facts: links.append((page, facts["label"])))
    mine.editor.open(Network((28, 28, 1), (Conv2D(4, 3),)), Recipe())

    def both():
        controls(mine)
        training_warnings(mine)

    app = drawn(both)
    start, problem = app.button(key="train/start"), mine.editor.why_not_train()
    assert start.disabled and start.help == problem and app.warning[0].value == problem
    assert links == [("pages/build.py", "Fix it on the Build page")]
