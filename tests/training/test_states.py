"""What is asked of a run at any moment is carried out: every pair of controls, with its thread held at each point."""

import itertools
import threading
from dataclasses import replace

import numpy as np
import pytest

from core.network import Dense, Dropout, Flatten, MaxPooling2D, Network
from core.training import Recipe, Run, Snapshot, State, build_model
from core.training.controls import Controls
from core.training.loop import Loop
from core.training.scheduler import Scheduler
from core.training.snapshot import Point
from tests.waiting import until

SMALL = Network((28, 28, 1), (MaxPooling2D(4), Flatten(), Dropout(0.2), Dense(10, "softmax")), "Small")
BATCHES, EPOCHS = 2, 3


class Gate:
    """Holds the thread of a run where it first comes to a point."""

    def __init__(self, point: str) -> None:
        self.point, self.reached, self.opened = point, threading.Event(), threading.Event()

    def __call__(self, point: str) -> None:
        if point == self.point and not self.reached.is_set():
            self.reached.set()
            assert self.opened.wait(60)


class Paper:
    """A loop that learns nothing, as `Loop` is to a run."""

    gate = Gate("")

    def __init__(self, _network, _dataset, _recipe, checkpoint=None, begin=()) -> None:
        self.gate("making")
        self.now = checkpoint or Snapshot(State.STARTING, epochs=EPOCHS, steps=EPOCHS * BATCHES)
        self.life, self.seconds, self.model = 0, 0.0, self

    def get_weights(self):
        return [np.array([self.now.step])]

    def checkpoint(self):
        return self.now

    def resting(self):
        return self.now

    def obey(self, controls):
        asked = controls.taken()
        if asked is not None and asked.rewind:
            self.life += 1
            self.now = Snapshot(State.STARTING, epochs=self.now.epochs, steps=self.now.steps)
        if asked is not None and asked.more:
            epochs = -(-self.now.step // BATCHES) + asked.more
            self.now = replace(self.now, epochs=epochs, steps=epochs * BATCHES)
        controls.aim(self.now.step, self.now.evaluated_epoch)

    def shown(self, state, **changes):
        self.now = replace(self.now, state=state, **changes)
        return self.now

    def snapshots(self, controls):
        yield self.shown(State.STARTING)
        while True:
            yield from self.learning(controls)
            turns, stopped = (self.life, self.now.epochs), controls.stopped
            self.gate("ending after a stop" if stopped else "ending")
            yield self.shown(State.EVALUATING)
            if turns == (self.life, self.now.epochs):
                yield self.shown(State.STOPPED if stopped else State.FINISHED)
                return

    def learning(self, controls):
        while True:
            self.obey(controls)
            epoch, done = divmod(self.now.step, BATCHES)
            if controls.stopped:
                return
            if not done and self.now.evaluated_epoch < epoch:
                life = self.life
                self.gate("evaluating" if epoch else "evaluating first")
                yield self.shown(State.EVALUATING)
                if self.life == life and not controls.stopped:
                    point = Point(epoch, 1.0, 0.5, 10)
                    yield self.shown(State.TRAINING, evaluations=(*self.now.evaluations, point))
                continue
            if self.now.step >= self.now.steps:
                return
            if done:
                self.gate("training")
            yield self.shown(State.TRAINING, step=self.now.step + 1)


class Held(Scheduler):
    """A scheduler whose queue is entered and left through the gate."""

    def join(self, ticket):
        Paper.gate("joining")
        super().join(ticket)

    def leave(self, ticket):
        if ticket.snapshot.state is State.FINISHED:
            Paper.gate("after the end")
        elif "another run" in ticket.snapshot.message:
            Paper.gate("leaving")
        super().leave(ticket)


CONTROLS = {
    "pause": Run.pause,
    "resume": Run.resume,
    "stop": Run.stop,
    "rewind": Run.rewind,
    "suspend": Run.suspend,
    "one batch": Run.one_batch,
    "one epoch": Run.one_epoch,
    "more": lambda run: run.more(1),
}
WORKING = ("joining", "making", "evaluating first", "training", "evaluating")
POINTS = (*WORKING, "ending", "after the end", "ending after a stop", "resting", "leaving", "put aside")


def held_at(point, monkeypatch) -> Run:
    """A run whose thread stands still at a point, or rests, or has gone."""
    monkeypatch.setattr("core.training.loop.Loop", Paper)
    Paper.gate = gate = Gate(point)
    run = Run(SMALL, None, Recipe(epochs=EPOCHS), scheduler=Held(1))
    if point in ("resting", "put aside", "leaving"):
        run.one_batch()
        until(lambda: run.snapshot.state is State.PAUSED and not run.active)
        if point != "resting":
            run.suspend()
        if point == "put aside":
            assert run.wait(60)
            Paper.gate = Gate("making")  # where its next thread is held, if it gets one
    elif point == "ending after a stop":
        Paper.gate = during = Gate("training")
        run.start()
        assert during.reached.wait(60)
        Paper.gate = gate
        run.stop()
        during.opened.set()
    else:
        run.start()
    if point not in ("resting", "put aside"):
        assert gate.reached.wait(60)
    return run


def expected(point, asked):
    """The states in which it may come to rest, and whether it has gone back to the start.

    Reckoned from what was asked alone: the last wish counts, but a pause calls off no stop.
    """
    rests = point in ("resting", "leaving", "put aside")
    wish = "rest" if rests else "end" if point == "ending after a stop" else "go"
    aside = rewound = more = False
    working = point != "put aside"
    for control in asked:
        working |= control not in ("pause", "stop", "suspend")
        if control == "pause":
            wish = "end" if wish == "end" else "rest"
        elif control == "stop":
            wish = "end"
        elif control == "suspend":
            aside = working
        elif control == "rewind":
            wish, rewound, more, aside = "rest", True, False, False
        else:
            wish, aside = {"one batch": "step", "one epoch": "step"}.get(control, "go"), False
            more |= control == "more"
    if aside and wish not in ("end", "rest"):
        wish = "rest"
    states = {"go": {State.FINISHED}, "rest": {State.PAUSED}, "step": {State.PAUSED}, "end": {State.STOPPED}}[wish]
    over = point in ("ending", "after the end") and not rewound and not more
    if over:  # it had done all that there was to do
        states = (
            {State.FINISHED, State.PAUSED} if point == "ending" and wish in ("rest", "step") else {State.FINISHED}
        )
    return states, rewound and wish in ("rest", "end")


@pytest.mark.parametrize("point", POINTS)
def test_no_control_is_lost_wherever_the_thread_is(point, monkeypatch):
    cases = [(), *((one,) for one in CONTROLS), *itertools.product(CONTROLS, repeat=2)]
    for asked in cases:
        run = held_at(point, monkeypatch)
        for control in asked:
            CONTROLS[control](run)  # returns at once, though the thread stands still
        Paper.gate.opened.set()
        until(lambda run=run: not run.active)
        states, at_start = expected(point, asked)
        now = run.snapshot
        assert now.state in states, f"{point}: {asked} ended {now.state.name}"
        assert (now.step == 0) or not at_start, f"{point}: {asked} rests at step {now.step}"
        if now.state is State.FINISHED:
            assert now.step == now.steps
            assert now.steps >= EPOCHS * BATCHES or "more" in asked
        run.suspend()
        run.stop()
        until(lambda run=run: run.wait(0.01))
        assert run.snapshot.state in (State.FINISHED, State.STOPPED), f"{point}: {asked}, then stop"


@pytest.mark.parametrize("control", ["one batch", "one epoch"])
def test_a_step_after_a_rewind_is_counted_from_the_start(control, monkeypatch):
    run = held_at("training", monkeypatch)
    run.rewind()
    CONTROLS[control](run)
    Paper.gate.opened.set()
    until(lambda: not run.active)
    assert run.snapshot.step == (1 if control == "one batch" else BATCHES)
    run.stop()


# The loop itself: rewound at each of its snapshots, it learns what it would have learned.


def taken(loop, controls, act_at=None, act=lambda: None):
    """All snapshots to the end; `act` comes while the loop waits at the one with this number."""
    found = []
    for snapshot in loop.snapshots(controls):
        found.append(snapshot)
        if len(found) - 1 == act_at:
            act()
            loop.obey(controls)
            controls.resume()
    return found


@pytest.fixture(scope="module")
def tiny(mnist):
    """Two slices of images to be evaluated on, and two drawings that are held out."""
    return replace(
        mnist, x_train=mnist.x_train[:64], y_train=mnist.y_train[:64], x_test=mnist.x_test[:1200],
        y_test=mnist.y_test[:1200], x_held_out=mnist.x_test[:2], y_held_out=mnist.y_test[:2],
    )  # fmt: skip


@pytest.mark.parametrize(
    "recipe",
    [
        Recipe(epochs=2, batch_size=32),
        Recipe(epochs=2, batch_size=32, validation_share=0.25, restore_best=True, monitor="val_accuracy"),
    ],
    ids=["test images", "validation, and the best epoch kept"],
)
def test_a_rewind_at_any_moment_begins_the_very_same_training_anew(tiny, recipe):
    controls = Controls()
    loop = Loop(SMALL, tiny, recipe)
    straight = taken(loop, controls)
    expected, evaluations = loop.model.get_weights(), straight[-1].evaluations
    loop = Loop(SMALL, tiny, recipe)
    for number in range(len(straight) - 1):  # one loop for all: each time it begins where the last has ended
        controls.rewind()
        loop.obey(controls)
        controls.resume()
        found = taken(loop, controls, number, controls.rewind)
        assert found[-1].state is State.FINISHED, f"rewound at {straight[number].state}, snapshot {number}"
        assert found[-1].evaluations == evaluations
        assert all((a == b).all() for a, b in zip(loop.model.get_weights(), expected, strict=True))


def test_a_stop_at_any_moment_leaves_a_checkpoint_that_goes_on_to_the_same_end(tiny):
    recipe = Recipe(epochs=2, batch_size=32)
    loop = Loop(SMALL, tiny, recipe)
    straight = taken(loop, Controls())
    expected = loop.model.get_weights()
    loop = Loop(SMALL, tiny, recipe)
    for number in range(len(straight) - 1):
        controls = Controls()
        controls.rewind()
        loop.obey(controls)
        controls.resume()
        states = []
        for snapshot in loop.snapshots(controls):
            states.append(snapshot.state)
            if len(states) == number + 1:
                controls.stop("Enough.")
        assert states[-1] in (State.STOPPED, State.FINISHED)
        if number % 3 and number < len(straight) - 4:
            continue  # another loop's graph takes a while: a third of them, and the last ones
        other = Loop(SMALL, tiny, recipe, checkpoint=loop.checkpoint())
        last = taken(other, Controls())[-1]
        assert last.state is State.FINISHED
        assert [point.epoch for point in last.evaluations if point.epoch == int(point.epoch)] == [0, 1, 2]
        assert all((a == b).all() for a, b in zip(other.model.get_weights(), expected, strict=True))


def test_more_epochs_that_are_asked_for_at_any_moment_are_learned_as_if_planned(tiny):
    recipe = Recipe(epochs=1, batch_size=16, validation_share=0.25, restore_best=True, early_stopping=9)
    loop, longer = Loop(SMALL, tiny, recipe), Loop(SMALL, tiny, recipe.replaced(epochs=2))
    straight = taken(loop, Controls())
    expected = taken(longer, Controls())[-1]
    loop, before = Loop(SMALL, tiny, recipe), 0
    for number, at in enumerate(straight[:-1]):
        if at.step < at.steps:
            continue
        controls = Controls()
        loop = Loop(SMALL, tiny, recipe)
        found = taken(loop, controls, number, lambda controls=controls: controls.more(1))
        if found[-1].epochs == 1:
            continue  # this one took fewer snapshots to its end
        before += 1
        assert found[-1].state is State.FINISHED and found[-1].evaluations == expected.evaluations
        assert (found[-1].kept_epoch, found[-1].test) == (expected.kept_epoch, expected.test)
        assert all((a == b).all() for a, b in zip(loop.model.get_weights(), longer.model.get_weights(), strict=True))
    assert before >= 2


def test_a_rewound_loop_has_the_weights_that_it_began_with(tiny):
    loop, controls = Loop(SMALL, tiny, Recipe(epochs=1, batch_size=32)), Controls()
    taken(loop, controls)
    controls.rewind()
    assert loop.obey(controls).step == 0
    fresh = build_model(SMALL, Recipe().seed).get_weights()
    assert all((a == b).all() for a, b in zip(loop.model.get_weights(), fresh, strict=True))
