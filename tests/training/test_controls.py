"""Pause, resume, step, steer, rewind, continue: each acts soon, and none changes what is learned."""

import time

import numpy as np
import pytest

from core.network import LENET5, Dense, Dropout, Flatten, MaxPooling2D, Network
from core.training import Recipe, Run, State, build_model, train
from core.training.scheduler import Scheduler
from core.views.wording import progress_words
from tests.waiting import until

# ruff: noqa: B023 - each lambda is called before its loop goes on

SMALL = Network((28, 28, 1), (MaxPooling2D(4), Flatten(), Dropout(0.2), Dense(10, "softmax")), "Small")
SOON = 0.3  # seconds in which a control has to act


def begun(network, dataset, recipe, **more):
    """A run that has learned for a few calls."""
    run = Run(network, dataset, recipe, scheduler=Scheduler(2), **more).start()
    until(lambda: run.heartbeat() or (run.snapshot.train and run.version > 0))  # the graph may take long
    return run


def ended(run):
    until(lambda: run.snapshot.state in (State.FINISHED, State.STOPPED, State.FAILED))
    assert run.wait(20)
    return run.snapshot


def weights(run):
    return run.weights()[1]


def same(a, b):
    return len(a) == len(b) and all((x == y).all() for x, y in zip(a, b))


def seconds_until(condition):
    before = time.monotonic()
    until(condition)
    return time.monotonic() - before


ENDLESS = Recipe(epochs=200, batch_size=16)


def test_pause_and_resume_act_within_a_third_of_a_second_and_time_stands_still(small_mnist):
    run = begun(LENET5, small_mnist, ENDLESS)
    run.pause()
    assert seconds_until(lambda: run.snapshot.state is State.PAUSED) < SOON
    resting = run.snapshot
    before = weights(run)
    threading_wait(1.2)  # longer than any beat of a run
    assert run.snapshot.step == resting.step
    assert run.snapshot.seconds == pytest.approx(resting.seconds, abs=0.05)
    assert same(before, weights(run))
    run.resume()
    assert seconds_until(lambda: run.snapshot.step > resting.step) < SOON
    run.stop()
    assert ended(run).state is State.STOPPED


def threading_wait(seconds):
    import threading

    threading.Event().wait(seconds)


def test_one_batch_is_one_step_and_one_epoch_ends_with_its_judgement(small_mnist):
    recipe = Recipe(epochs=5, batch_size=500)  # four steps an epoch
    run = Run(SMALL, small_mnist, recipe, scheduler=Scheduler(1))
    run.one_batch()
    until(lambda: run.snapshot.state is State.PAUSED)
    assert run.snapshot.step == 1
    run.one_batch()
    until(lambda: run.snapshot.state is State.PAUSED and run.snapshot.step > 1)
    assert run.snapshot.step == 2
    run.one_epoch()
    until(lambda: run.snapshot.state is State.PAUSED and run.snapshot.step > 2)
    assert run.snapshot.step == 4
    assert [point.epoch for point in run.snapshot.evaluations] == [0, 1]
    run.one_epoch()
    until(lambda: run.snapshot.state is State.PAUSED and run.snapshot.step > 4)
    assert [point.epoch for point in run.snapshot.evaluations] == [0, 1, 2]
    run.resume()
    assert ended(run).state is State.FINISHED
    assert run.snapshot.step == 20


def test_steps_and_pauses_change_nothing_of_what_is_learned(small_mnist):
    recipe = Recipe(epochs=2, batch_size=100, schedule="cosine", rotation=10.0, shift=2.0)
    straight = train(SMALL, small_mnist, recipe).model.get_weights()
    run = Run(SMALL, small_mnist, recipe, scheduler=Scheduler(1))
    for _ in range(3):
        step = run.snapshot.step
        run.one_batch()
        until(lambda: run.snapshot.state is State.PAUSED and run.snapshot.step > step)
    run.one_epoch()
    until(lambda: run.snapshot.state is State.PAUSED and run.snapshot.evaluated_epoch == 1)
    run.resume()
    ended(run)
    assert same(straight, weights(run))


def test_rewind_gives_the_very_initial_weights_and_the_same_run_again(small_mnist):
    recipe = Recipe(epochs=2, batch_size=100, momentum=0.9, optimizer="SGD", learning_rate=0.05)
    run = begun(SMALL, small_mnist, recipe.replaced(epochs=200))
    first = run.snapshot.evaluations[0]
    run.rewind()
    assert seconds_until(lambda: run.snapshot.state is State.PAUSED and run.snapshot.step == 0) < SOON
    until(lambda: same(weights(run), build_model(SMALL, recipe.seed).get_weights()))
    assert run.snapshot.train == ()
    for _ in range(2):
        run.one_epoch()
        reached = run.snapshot.evaluated_epoch
        until(lambda: run.snapshot.state is State.PAUSED and run.snapshot.evaluated_epoch > max(reached, 0))
    assert run.snapshot.evaluations[0] == first
    assert same(weights(run), train(SMALL, small_mnist, recipe).model.get_weights())
    run.stop()
    ended(run)


def test_a_finished_run_can_be_rewound_too(small_mnist):
    run = Run(SMALL, small_mnist, Recipe(epochs=1), scheduler=Scheduler(1)).start()
    ended(run)
    learned = weights(run)
    run.rewind()
    until(lambda: run.snapshot.state is State.PAUSED and run.snapshot.step == 0)
    until(lambda: same(weights(run), build_model(SMALL, 1).get_weights()))
    run.resume()
    ended(run)
    assert same(learned, weights(run))


def test_a_finished_run_goes_on_as_if_it_had_been_planned_longer(small_mnist):
    """Adam's moments, dropout's random numbers and the order of the images all go on."""
    run = Run(SMALL, small_mnist, Recipe(epochs=2, batch_size=100), scheduler=Scheduler(1)).start()
    ended(run)
    run.more(3)
    until(lambda: run.snapshot.epochs == 5)
    last = ended(run)
    assert last.state is State.FINISHED
    assert [point.epoch for point in last.evaluations] == [0, 1, 2, 3, 4, 5]
    assert same(weights(run), train(SMALL, small_mnist, Recipe(epochs=5, batch_size=100)).model.get_weights())


def test_a_stopped_run_goes_on_from_its_step(small_mnist):
    recipe = Recipe(epochs=40, batch_size=20)
    run = begun(SMALL, small_mnist, recipe)
    run.stop()
    stopped = ended(run)
    assert 0 < stopped.step < stopped.steps
    run.resume()
    until(lambda: run.snapshot.step > stopped.step)
    ended(run)
    assert run.snapshot.state is State.FINISHED
    assert same(weights(run), train(SMALL, small_mnist, recipe).model.get_weights())


@pytest.mark.parametrize(("stop_at", "more", "epochs"), [(5, 1, 3), (5, 3, 5), (4, 2, 3), (1, 1, 2), (6, 2, 4)])
def test_more_epochs_begin_after_the_one_in_which_it_was_stopped(small_mnist, stop_at, more, epochs):
    """Four steps an epoch: of an epoch that was begun, the rest is learned besides."""
    run = Run(SMALL, small_mnist, Recipe(epochs=9, batch_size=500), scheduler=Scheduler(1))
    for step in range(1, stop_at + 1):
        run.one_batch()
        until(lambda: run.snapshot.step == step and run.snapshot.state is State.PAUSED and not run.active)
    run.stop()
    assert ended(run).step == stop_at
    run.more(more)
    until(lambda: run.snapshot.state is State.FINISHED)
    assert run.snapshot.epochs == epochs and run.snapshot.step == 4 * epochs
    assert run.wait(20)


def test_a_run_that_was_left_alone_is_paused_and_can_go_on(small_mnist):
    run = begun(SMALL, small_mnist, Recipe(epochs=200, batch_size=2), unwatched_seconds=0.4)
    until(lambda: run.snapshot.state is State.PAUSED)
    assert run.wait(20)
    assert run.snapshot.message.startswith("Paused and saved, because its page had been closed for a while.")
    left = run.snapshot.step
    run.resume()
    until(lambda: run.heartbeat() or run.snapshot.step > left)  # watched again, however long the graph takes
    run.stop()
    ended(run)


def test_a_run_that_has_used_its_time_is_paused_and_has_as_much_again_after_each_resume(small_mnist, monkeypatch):
    monkeypatch.setenv("RECEPTIVE_RUN_MINUTES", "0.05")  # 3 s, with what the graph takes
    run = Run(SMALL, small_mnist, Recipe(epochs=200, batch_size=2), scheduler=Scheduler(2)).start()
    used = 0.0
    for _ in range(2):
        until(lambda: run.heartbeat() or run.snapshot.state is State.PAUSED)
        assert run.wait(20)
        assert run.snapshot.message.startswith(
            "Paused and saved: this run has used the time that one run may take here."
        )
        assert run.snapshot.seconds >= used + 3.0
        used = run.snapshot.seconds
        run.resume()
    until(lambda: run.heartbeat() or run.snapshot.step)
    run.stop()
    ended(run)


def test_the_learning_rate_changes_while_it_runs(small_mnist):
    run = begun(SMALL, small_mnist, Recipe(epochs=200, batch_size=50, optimizer="SGD", learning_rate=0.1))
    run.set_learning_rate(0.025)
    assert seconds_until(lambda: run.snapshot.learning_rate == pytest.approx(0.025)) < SOON
    until(lambda: run.snapshot.train[-1].learning_rate == pytest.approx(0.025))
    assert run.snapshot.train[0].learning_rate == pytest.approx(0.1)
    run.pause()
    until(lambda: run.snapshot.state is State.PAUSED)
    before = weights(run)
    run.set_learning_rate(1e-30)
    until(lambda: run.snapshot.learning_rate == pytest.approx(1e-30))
    run.one_batch()
    until(lambda: run.snapshot.state is State.PAUSED and run.snapshot.train[-1].learning_rate < 1e-20)
    assert same(before, weights(run))  # so small a step changes nothing
    run.stop()
    ended(run)


def test_a_schedule_goes_on_through_the_rate_that_was_set(small_mnist):
    recipe = Recipe(epochs=4, batch_size=500, schedule="step", stage_epochs=2, factor=0.5, learning_rate=0.01)
    run = Run(SMALL, small_mnist, recipe, scheduler=Scheduler(1))
    run.one_epoch()
    until(lambda: run.snapshot.state is State.PAUSED)
    run.set_learning_rate(0.04)
    run.resume()
    rates = {round(p.epoch, 2): p.learning_rate for p in ended(run).train}
    assert rates[1.0] == pytest.approx(0.01)
    assert rates[2.0] == pytest.approx(0.04)
    assert rates[4.0] == pytest.approx(0.02)


def test_runs_beyond_the_limit_wait_in_line_and_know_their_place(small_mnist):
    scheduler = Scheduler(1)
    runs = [Run(SMALL, small_mnist, ENDLESS, scheduler=scheduler) for _ in range(3)]
    for run in runs:
        run.start()
        until(lambda: run.snapshot.state is not State.QUEUED or run.snapshot.queue_position)
    until(lambda: runs[0].snapshot.step > 0)
    assert [run.snapshot.queue_position for run in runs] == [0, 1, 2]
    assert [run.snapshot.state for run in runs[1:]] == [State.QUEUED, State.QUEUED]
    runs[0].pause()
    until(lambda: runs[1].snapshot.step > 0)
    until(lambda: runs[2].snapshot.queue_position == 1)
    runs[0].resume()
    until(lambda: runs[0].snapshot.state is State.QUEUED and runs[0].snapshot.queue_position == 2)
    runs[2].stop()
    assert ended(runs[2]).state is State.STOPPED  # it never had a turn, and leaves the line at once
    until(lambda: runs[0].snapshot.queue_position == 1)
    runs[1].stop()
    until(lambda: runs[0].snapshot.state is State.TRAINING)
    runs[0].stop()
    for run in runs:
        ended(run)
    assert runs[2].snapshot.step == 0


def test_with_others_waiting_a_turn_lasts_as_long_as_it_should(monkeypatch):
    """By a clock of its own: neither longer nor shorter."""
    now = 100.0
    monkeypatch.setattr("core.training.scheduler.time.monotonic", lambda: now)
    scheduler = Scheduler(1, turn_seconds=30.0)
    scheduler.join("first")
    now += 1000
    assert not scheduler.give_way("first")  # nobody waits: it may go on for ever
    scheduler.join("second")
    assert scheduler.give_way("first")  # it has had its turn, and more
    assert (scheduler.queue_position("second"), scheduler.queue_position("first")) == (0, 1)
    now += 29.9
    assert not scheduler.give_way("second")
    assert scheduler.queue_position("second") == 0
    now += 0.2
    assert scheduler.give_way("second")
    assert (scheduler.queue_position("first"), scheduler.queue_position("second")) == (0, 1)
    assert not scheduler.give_way("second")  # it waits itself


def test_an_estimate_holds_the_wait_for_others(monkeypatch):
    now = 100.0
    monkeypatch.setattr("core.training.scheduler.time.monotonic", lambda: now)
    scheduler = Scheduler(2, turn_seconds=30.0)
    scheduler.join("a")
    assert scheduler.seconds_left("a", 60) == 60
    now += 10
    scheduler.join("b")
    assert scheduler.seconds_left("a", 60) == 60  # two may work: nobody waits
    now += 5
    for name in ("c", "d", "e"):
        scheduler.join(name)
    assert scheduler.seconds_left("a", 60) == pytest.approx(60 * 5 / 2)  # five share two places
    assert scheduler.seconds_left("c", 60) == pytest.approx(150 + 15)  # a's turn is over first
    assert scheduler.seconds_left("d", 60) == pytest.approx(150 + 25)
    assert scheduler.seconds_left("e", 60) == pytest.approx(150 + 15 + 30)
    now += 1000
    assert scheduler.seconds_left("c", 60) == pytest.approx(150)


def test_a_run_that_waits_says_how_long_the_wait_included(small_mnist):
    scheduler = Scheduler(1, turn_seconds=1.0)
    runs = [Run(SMALL, small_mnist, ENDLESS, scheduler=scheduler).start() for _ in range(2)]
    for run in runs:
        until(lambda: run.snapshot.step > 1 and run.snapshot.state is State.QUEUED and run.snapshot.seconds_left)
        waiting = run.snapshot
        until(lambda: run.snapshot.state is State.TRAINING and run.snapshot.seconds_left)
        assert waiting.seconds_left > 0 and "left with the wait" in progress_words(waiting)
    for run in runs:
        run.stop()
    for run in runs:
        ended(run)


def test_runs_that_wait_for_each_other_take_turns(small_mnist):
    scheduler = Scheduler(1, turn_seconds=0.3)
    runs = [Run(SMALL, small_mnist, ENDLESS, scheduler=scheduler).start() for _ in range(3)]
    for run in runs:
        until(lambda: run.snapshot.step > 0)
    steps = [run.snapshot.step for run in runs]
    for run, step in zip(runs, steps):
        until(lambda: run.snapshot.step > step)  # each gets its turn again
        run.stop()
    for run in runs:
        ended(run)


def test_pausing_while_waiting_gives_up_the_place(small_mnist):
    scheduler = Scheduler(1)
    first, second, third = (Run(SMALL, small_mnist, ENDLESS, scheduler=scheduler) for _ in range(3))
    first.start()
    until(lambda: first.snapshot.step > 0)
    second.start()
    until(lambda: second.snapshot.queue_position == 1)
    third.start()
    until(lambda: third.snapshot.queue_position == 2)
    second.pause()
    until(lambda: second.snapshot.state is State.PAUSED)
    until(lambda: third.snapshot.queue_position == 1)
    for run in (first, second, third):
        run.stop()
    for run in (first, second, third):
        ended(run)


def test_a_control_that_comes_while_a_run_ends_is_not_lost(small_mnist):
    for _ in range(5):
        run = Run(SMALL, small_mnist, Recipe(epochs=1, batch_size=1000), scheduler=Scheduler(1)).start()
        until(lambda: run.snapshot.state is State.FINISHED)
        run.more(1)
        until(lambda: run.snapshot.evaluated_epoch == 2 and run.snapshot.state is State.FINISHED)
        assert run.wait(20)
        assert np.isfinite(run.snapshot.evaluations[-1].loss)


def test_what_is_asked_of_a_resting_run_counts_as_work_until_it_is_done(small_mnist):
    """Pages follow a run while it is active: they must see a stop or a rewind that comes while it rests."""
    run = begun(SMALL, small_mnist, ENDLESS)
    run.pause()
    until(lambda: run.snapshot.state is State.PAUSED)
    assert not run.active
    run.rewind()
    assert run.active or run.snapshot.step == 0
    until(lambda: run.snapshot.step == 0 and not run.active)
    run.stop()
    assert run.active or run.snapshot.state is State.STOPPED
    ended(run)
    assert not run.active
