"""Two servers that share a database: a run is trained by one of them at a time, and neither undoes what the other did."""

import numpy as np
import pytest

from core.network import Dense, Flatten, MaxPooling2D, Network
from core.training import Recipe, State, Workspace, train
from tests.runs import end_all
from tests.store.databases import postgresql_server, postgresql_url, server, where  # noqa: F401
from tests.waiting import until

SMALL = Network((28, 28, 1), (MaxPooling2D(4), Flatten(), Dense(10, "softmax")), "Small")
RECIPE = Recipe(epochs=200, batch_size=20)


@pytest.fixture
def opened(server, small_mnist):  # noqa: F811
    """Opens the visitor's workspace in one more server."""
    there = []

    def open_workspace() -> Workspace:
        there.append(Workspace(server().visitor("a" * 43), lambda _name: small_mnist))
        return there[-1]

    yield open_workspace
    end_all(there)


def rests(run) -> bool:
    return run.snapshot.state is State.PAUSED and run.wait(0.01)


def test_a_run_that_one_server_trains_is_not_resumed_by_another(opened, monkeypatch):
    run = opened().start(SMALL, "mnist", RECIPE)
    until(lambda: run.snapshot.evaluated_epoch >= 1)
    monkeypatch.setattr(
        "core.training.run.LEASE_SECONDS", 0.0
    )  # the other one is not silent, it only waits less here
    (other,) = opened().runs
    other.resume()
    until(lambda: rests(other))
    assert "Another server trains this run" in other.snapshot.message
    assert run.active and not run.problem
    run.pause()
    run.suspend()
    until(lambda: rests(run))
    step = run.snapshot.step
    other.resume()
    until(lambda: other.snapshot.step > step)


def test_a_server_that_was_taken_for_dead_does_not_undo_what_another_did(opened, small_mnist, monkeypatch):
    run = opened().start(SMALL, "mnist", RECIPE)
    until(lambda: run.snapshot.evaluated_epoch >= 1)
    run.pause()
    until(lambda: run.snapshot.state is State.PAUSED)
    monkeypatch.setattr("core.store.store.LEASE_SECONDS", -1.0)  # every server counts as silent
    (other,) = opened().runs
    other.one_epoch()
    until(
        lambda: other.snapshot.evaluated_epoch > run.snapshot.evaluated_epoch and other.snapshot.state is State.PAUSED
    )
    other.suspend()
    until(lambda: rests(other))
    run.resume()
    until(lambda: rests(run))
    assert "nother server has trained this run further" in run.snapshot.message
    epoch = int(other.snapshot.evaluated_epoch) + 1
    run.resume()  # from what the other has left
    until(lambda: run.snapshot.evaluated_epoch >= epoch)
    straight = train(SMALL, small_mnist, RECIPE.replaced(epochs=epoch)).model.get_weights()
    assert all(np.array_equal(a, b) for a, b in zip(run.epoch_weights(epoch), straight))


def test_a_run_that_is_deleted_by_another_server_does_not_come_back(opened):
    run = opened().start(SMALL, "mnist", RECIPE)
    until(lambda: run.snapshot.evaluated_epoch >= 1)
    elsewhere = opened()
    elsewhere.delete(elsewhere.runs[0])
    until(lambda: "deleted" in run.problem)
    assert opened().runs == []
