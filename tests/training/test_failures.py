"""A run that fails says why, keeps that, and what nobody foresaw can be sent without naming a place of a disk."""

import logging

import pytest

from core.data import DatasetError
from core.network import LENET5, Dense, Flatten, MaxPooling2D, Network
from core.store import Store
from core.training import Recipe, Run, State, Workspace
from core.training.report import ROOT, failure_report, revision, without_paths
from tests.waiting import until

SMALL = Network((28, 28, 1), (MaxPooling2D(4), Flatten(), Dense(10, "softmax")), "Small")


def ended(run):
    until(lambda: not run.active and run.wait(0.01))
    return run.snapshot


def broken(*_arguments):
    raise RuntimeError(f"/home/somebody/.venv/lib/thing.so cannot be read, nor can {ROOT}/assets/x.npz")


def test_an_error_that_nobody_foresaw_is_in_the_log_and_in_a_report(small_mnist, caplog):
    with caplog.at_level(logging.ERROR):
        now = ended(Run(LENET5, broken, Recipe(optimizer="SGD"), dataset_name="mnist").start())
    assert now.state is State.FAILED and "did not foresee" in now.message
    (logged,) = [record for record in caplog.records if record.exc_info]
    assert "thing.so" in str(logged.exc_info[1])
    for expected in ("RuntimeError: thing.so cannot be read, nor can x.npz", "tests/training/test_failures.py:", "in broken",
                     "core/training/run.py:", revision(), "tensorflow ", "Python ", '"LeNet-5"', "SGD"):  # fmt: skip
        assert expected in now.report, expected
    assert "/home" not in now.report and str(ROOT) not in now.report


@pytest.mark.parametrize("problem", [DatasetError("The data file is missing."), MemoryError()])
def test_an_error_that_was_foreseen_needs_no_report(problem):
    def missing():
        raise problem

    now = ended(Run(LENET5, missing, Recipe()).start())
    assert now.state is State.FAILED and now.report == ""
    assert now.message.endswith(".") and "foresee" not in now.message


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("open /a/b c/d.npz failed", "open d.npz failed"),
        (r"C:\Users\me\x.py, line 3", "x.py, line 3"),
        ("shapes [0,28,28,6] vs. [12]; 3/4 of it", "shapes [0,28,28,6] vs. [12]; 3/4 of it"),
    ],
)
def test_paths_become_names(text, expected):
    assert without_paths(text) == expected


def test_a_report_of_an_error_with_a_long_message_stays_short():
    try:
        raise ValueError("x" * 100_000)
    except ValueError as problem:
        assert len(failure_report(problem, LENET5, Recipe(), "mnist")) < 10_000


def test_a_report_of_a_failure_deep_in_the_code_says_where_it_happened():
    def at_the_bottom():
        raise ValueError("here")

    def down(left):
        return down(left - 1) if left else at_the_bottom()

    try:
        down(100)
    except ValueError as problem:
        report = failure_report(problem, LENET5, Recipe(), "mnist")
    places = [line for line in report.splitlines() if " in " in line and ".py:" in line]
    assert places[-1].startswith("tests/training/test_failures.py:") and places[-1].endswith(" in at_the_bottom")
    assert {place.rpartition(" in ")[2] for place in places[:-1]} == {"down"}  # and not all hundred of them
    assert len(places) < 30


def test_a_run_that_failed_is_found_as_failed_and_can_be_rewound(tmp_path, small_mnist, monkeypatch):
    """With the curves and weights that were saved last, which belong together."""

    def opened():
        return Workspace(Store(tmp_path).visitor("a" * 43), lambda _name: small_mnist)

    workspace = opened()
    run = workspace.start(SMALL, "mnist", Recipe(epochs=5, batch_size=500))
    real = type(run).publish

    def fail(self, weights):
        if self.snapshot.evaluated_epoch >= 1:
            raise RuntimeError("of a sudden")
        real(self, weights)

    monkeypatch.setattr(type(run), "publish", fail)
    assert ended(run).state is State.FAILED
    (found,) = opened().runs
    assert found.snapshot.state is State.FAILED
    assert (found.snapshot.message, found.snapshot.report) == (run.snapshot.message, run.snapshot.report)
    assert "of a sudden" in found.snapshot.report
    assert found.snapshot.evaluated_epoch == 1 and found.epochs() == [0, 1]
    assert (found.weights()[1][0] == found.epoch_weights(1)[0]).all()
    monkeypatch.setattr(type(run), "publish", real)
    found.rewind()
    until(lambda: found.snapshot.state is State.PAUSED and not found.active)
    assert found.snapshot.report == "" and found.snapshot.step == 0
    found.resume()
    assert ended(found).state is State.FINISHED


def test_a_diverged_run_is_found_as_failed_with_its_advice(tmp_path, small_mnist):
    def opened():
        return Workspace(Store(tmp_path).visitor("a" * 43), lambda _name: small_mnist)

    run = opened().start(LENET5, "mnist", Recipe(optimizer="SGD", learning_rate=1000.0))
    assert ended(run).state is State.FAILED
    (found,) = opened().runs
    assert found.snapshot.state is State.FAILED and found.snapshot.message == run.snapshot.message
    assert "learning rate of 1000" in found.snapshot.message


def test_a_run_that_is_stopped_while_it_rests_is_found_as_stopped(tmp_path, small_mnist):
    def opened():
        return Workspace(Store(tmp_path).visitor("a" * 43), lambda _name: small_mnist)

    run = opened().start(SMALL, "mnist", Recipe(epochs=200, batch_size=50))
    until(lambda: run.snapshot.evaluated_epoch >= 1)
    run.suspend()
    until(lambda: run.wait(0.01))
    step = run.snapshot.step
    run.stop()
    assert run.snapshot.state is State.STOPPED
    (found,) = opened().runs
    assert found.snapshot.state is State.STOPPED and found.snapshot.step == step
