"""Runs are kept: a reload, a crash and a full disk lose nothing; one visitor never meets another."""

import gc
import os
import signal
import subprocess
import sys
import textwrap
import weakref
from pathlib import Path

import numpy as np
import pytest

from core.network import Dense, Dropout, Flatten, MaxPooling2D, Network
from core.store import Marks, Store
from core.training import Recipe, State, StoreError, Workspace, Workspaces, train
from core.training.records import MAX_NAME, MAX_NOTE, MAX_TAG
from tests.runs import end_all, finished, same
from tests.store.databases import disk_full, failing, hurt
from tests.waiting import until

ROOT = Path(__file__).resolve().parents[2]
SMALL = Network((28, 28, 1), (MaxPooling2D(4), Flatten(), Dropout(0.2), Dense(10, "softmax")), "Small")
TOKEN, OTHER = "a" * 43, "b" * 43


@pytest.fixture
def stores():
    """The stores of the servers that a test has started, the newest last."""
    return []


@pytest.fixture
def opened(tmp_path, small_mnist, stores):
    """Opens a visitor's workspace as a server that has just been started would."""
    there = []

    def open_workspace(token=TOKEN) -> Workspace:
        stores.append(Store(tmp_path))
        there.append(Workspace(stores[-1].visitor(token), lambda _name: small_mnist))
        return there[-1]

    yield open_workspace
    end_all(there)


def test_a_finished_run_is_found_again_with_its_curves_and_weights(opened):
    recipe = Recipe(epochs=3, batch_size=50, learning_rate=0.01)
    run = finished(opened().start(SMALL, "mnist", recipe))
    (found,) = opened().runs
    assert (found.name, found.network, found.recipe, found.dataset_name) == ("Small", SMALL, recipe, "mnist")
    assert found.snapshot.evaluations == run.snapshot.evaluations and found.snapshot.train == run.snapshot.train
    assert (found.snapshot.confusion == run.snapshot.confusion).all()
    assert found.snapshot.state is State.FINISHED and found.snapshot.message == ""
    assert same(found.weights()[1], run.weights()[1])
    assert found.epochs() == [0, 1, 2, 3]
    assert same(found.epoch_weights(3), run.weights()[1])
    assert not same(found.epoch_weights(0), found.epoch_weights(3))


def test_a_run_that_was_read_from_disk_goes_on_as_if_nothing_had_happened(opened, small_mnist):
    recipe = Recipe(epochs=3, batch_size=50)
    finished(opened().start(SMALL, "mnist", recipe))
    (found,) = opened().runs
    found.more(2)
    until(lambda: found.snapshot.epochs == 5)
    finished(found)
    straight = train(SMALL, small_mnist, recipe.replaced(epochs=5)).model.get_weights()
    assert same(found.weights()[1], straight)


def test_best_weights_that_came_back_are_those_that_are_found(opened):
    recipe = Recipe(epochs=6, batch_size=20, learning_rate=0.1, restore_best=True, validation_share=0.2)
    run = finished(opened().start(SMALL, "mnist", recipe))
    assert run.snapshot.kept_epoch is not None and run.snapshot.kept_epoch < 6
    (found,) = opened().runs
    assert found.snapshot.kept_epoch == run.snapshot.kept_epoch
    assert same(found.weights()[1], run.weights()[1])
    assert same(found.epoch_weights(int(run.snapshot.kept_epoch)), run.weights()[1])


KILLED = """
    import sys
    from core.data import load
    from core.network import from_json
    from core.training import Recipe, Workspace
    from core.store import Marks, Store
    from dataclasses import replace

    data = load("mnist")
    small = replace(data, x_train=data.x_train[:2000], y_train=data.y_train[:2000], x_test=data.x_test[:500], y_test=data.y_test[:500])
    workspace = Workspace(Store(sys.argv[1]).visitor("a" * 43), lambda name: small)
    run = workspace.start(from_json(sys.argv[2]), "mnist", Recipe(epochs=200, batch_size=50))
    while True:
        if run.snapshot.evaluated_epoch >= 2:
            print("two epochs", flush=True)
        run.wait(0.02)
"""


def test_after_kill_nine_a_run_is_shown_up_to_its_last_epoch_and_goes_on_from_there(
    opened, tmp_path, small_mnist, monkeypatch
):
    from core.network import to_json

    monkeypatch.setattr("core.store.store.LEASE_SECONDS", 0.0)  # the killed server need not be waited for

    command = [sys.executable, "-c", textwrap.dedent(KILLED), str(tmp_path), to_json(SMALL)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout.readline() == "two epochs\n"
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    (found,) = opened().runs
    now = found.snapshot
    assert now.state is State.PAUSED and "restarted" in now.message
    assert now.evaluated_epoch >= 2 and len(now.evaluations) == now.evaluated_epoch + 1
    reached = int(now.evaluated_epoch)
    assert found.weights() is not None
    found.one_epoch()
    until(lambda: found.snapshot.state is State.PAUSED and found.snapshot.evaluated_epoch > reached)
    again = int(found.snapshot.evaluated_epoch)
    straight = train(SMALL, small_mnist, Recipe(epochs=again, batch_size=50))
    assert same(found.weights()[1], straight.model.get_weights())  # bit for bit
    assert found.snapshot.evaluations == straight.snapshot.evaluations


def test_two_windows_of_one_visitor_have_the_same_runs(tmp_path, monkeypatch):
    everyone = Workspaces(Store(tmp_path))
    assert everyone.of(TOKEN) is everyone.of(TOKEN)
    assert everyone.of(TOKEN) is not everyone.of(OTHER)


def test_a_page_that_was_open_for_hours_shares_its_runs_and_drawings_with_the_next(tmp_path, monkeypatch):
    everyone = Workspaces(Store(tmp_path))
    one = everyone.of(TOKEN)
    monkeypatch.setattr("core.training.workspace.IDLE_SECONDS", -1.0)
    everyone.of(OTHER)  # whoever comes, what nobody has used leaves the memory
    one.collect("digits", lambda there: there.added(np.eye(28), 3))
    two = everyone.of(TOKEN)
    two.collect("digits", lambda there: there.added(np.eye(28)[::-1], 4))
    one.collect("digits", lambda there: there.added(np.ones((28, 28)), 5))
    assert Workspaces(Store(tmp_path)).of(TOKEN).collection("digits").labels.tolist() == [3, 4, 5]


def test_a_visitor_who_has_gone_leaves_the_memory(tmp_path, monkeypatch):
    everyone = Workspaces(Store(tmp_path))
    gone = weakref.ref(everyone.of(TOKEN))
    assert gone() is not None
    monkeypatch.setattr("core.training.workspace.IDLE_SECONDS", -1.0)
    everyone.of(OTHER)
    gc.collect()
    assert gone() is None


def test_no_more_runs_than_one_visitor_may_have_also_where_the_disk_takes_none(opened, small_mnist, monkeypatch):
    monkeypatch.setenv("RECEPTIVE_MOST_RUNS", "2")
    for workspace in (opened(), Workspace(None, lambda _name: small_mnist)):
        first = finished(workspace.start(SMALL, "mnist", Recipe(epochs=1)))
        second = workspace.start(SMALL, "mnist", Recipe(epochs=200, batch_size=10))
        until(lambda second=second: second.snapshot.step > 0)
        with pytest.raises(StoreError, match=r"2 runs.*Delete one"):
            workspace.start(SMALL, "mnist", Recipe(epochs=1))
        assert workspace.runs == [second, first] and second.active  # it was not even disturbed
        workspace.delete(second)
        assert workspace.full is None
        finished(workspace.start(SMALL, "mnist", Recipe(epochs=1)))


def test_a_run_that_made_way_for_another_holds_no_thread_and_goes_on_from_its_step(opened):
    workspace = opened()
    first = workspace.start(SMALL, "mnist", Recipe(epochs=3, batch_size=10))
    until(lambda: first.snapshot.step > 0)
    finished(workspace.start(SMALL, "mnist", Recipe(epochs=1)))
    assert first.wait(30)
    assert first.snapshot.state is State.PAUSED and "another run was started" in first.snapshot.message
    step = first.snapshot.step
    first.resume()
    until(lambda: first.snapshot.step > step or first.snapshot.state is State.FINISHED)
    assert first.snapshot.message == ""


def test_visitors_do_not_meet(opened):
    finished(opened(TOKEN).start(SMALL, "mnist", Recipe(epochs=1)))
    assert opened(OTHER).runs == []
    assert len(opened(TOKEN).runs) == 1


def test_marks_are_kept_with_their_run_and_cleaned(opened):
    there = opened()
    run, other = (there.start(SMALL, "mnist", Recipe(epochs=1, batch_size=50)) for _ in range(2))
    run.mark(Marks(True, " paper ,final,,paper\u202e", "  diverged \n at first"))
    for long in (
        Marks(tags="x" * (MAX_TAG + 1)),
        Marks(tags=",".join("abcdefghijk")),
        Marks(note="x" * (MAX_NOTE + 1)),
    ):
        with pytest.raises(StoreError, match="at most"):
            run.mark(long)
    assert (run.marks, other.marks) == (Marks(True, "paper, final", "diverged at first"), Marks())
    assert [found.marks for found in opened().runs] == [Marks(), run.marks]


def test_runs_get_names_that_differ_and_can_be_renamed_and_deleted(opened):
    workspace = opened()
    first = finished(workspace.start(SMALL, "mnist", Recipe(epochs=1)))
    second = finished(workspace.start(SMALL, "mnist", Recipe(epochs=1)))
    assert [run.name for run in workspace.runs] == ["Small (2)", "Small"]
    first.rename("The first")
    workspace.delete(second)
    assert [run.name for run in workspace.runs] == ["The first"]
    assert [run.name for run in opened().runs] == ["The first"]


def test_runs_with_the_longest_name_get_names_that_are_no_longer(opened):
    workspace, name = opened(), "n" * MAX_NAME
    runs = [finished(workspace.start(SMALL, "mnist", Recipe(epochs=1), name=name)) for _ in range(3)]
    names = [run.name for run in runs]
    assert names[0] == name and len(set(names)) == len(names)
    assert all(len(one) == MAX_NAME for one in names)
    assert names[1].endswith("n (2)") and names[2].endswith("n (3)")
    for run in runs:
        run.rename(run.name)  # which is refused where a name is too long
    assert {run.name for run in opened().runs} == set(names)


def test_a_run_can_be_deleted_while_it_trains(opened):
    workspace = opened()
    run = workspace.start(SMALL, "mnist", Recipe(epochs=200, batch_size=10))
    until(lambda: run.snapshot.step > 0)
    workspace.delete(run)
    assert run.wait(30)
    assert workspace.runs == [] and opened().runs == []


def test_starting_another_run_pauses_the_one_before(opened):
    workspace = opened()
    first = workspace.start(SMALL, "mnist", Recipe(epochs=200, batch_size=10))
    until(lambda: first.snapshot.step > 0)
    second = workspace.start(SMALL, "mnist", Recipe(epochs=1))
    until(lambda: first.snapshot.state is State.PAUSED)
    finished(second)
    first.resume()
    step = first.snapshot.step
    until(lambda: first.snapshot.step > step)


def test_a_rewound_run_does_not_show_epochs_of_its_former_life(opened):
    run = finished(opened().start(SMALL, "mnist", Recipe(epochs=3)))
    run.rewind()
    until(lambda: run.snapshot.state is State.PAUSED and run.snapshot.step == 0)
    assert set(run.epochs()) <= {0}
    run.one_epoch()
    until(lambda: run.snapshot.state is State.PAUSED and run.snapshot.evaluated_epoch == 1)
    assert run.epochs() == [0, 1]


def test_after_a_rewind_the_best_weights_on_disk_are_of_the_new_life(opened):
    run = finished(opened().start(SMALL, "mnist", Recipe(epochs=1, batch_size=100)))
    former = run.stored.read("best").checkpoints["best"]["weights"]
    run.rewind()
    until(lambda: run.snapshot.state is State.PAUSED and run.snapshot.step == 0)
    run.set_learning_rate(0.0123)  # another life, whose first epoch is the best so far as well
    run.one_epoch()
    until(lambda: run.snapshot.state is State.PAUSED and run.snapshot.evaluated_epoch == 1)
    run.stop()
    run.wait()
    best = run.stored.read("best").checkpoints["best"]["weights"]
    assert same(best, run.epoch_weights(1)) and not same(best, former)


def test_a_full_disk_is_said_and_the_run_goes_on(opened, stores):
    workspace = opened()
    run = workspace.start(SMALL, "mnist", Recipe(epochs=200, batch_size=20))
    until(lambda: run.snapshot.evaluated_epoch >= 1)
    with failing(stores[-1], disk_full(stores[-1])):
        until(lambda: run.problem)
        assert "disk is full" in run.problem
        epoch = run.snapshot.evaluated_epoch
        until(lambda: run.snapshot.evaluated_epoch > epoch)  # it trains on
    until(lambda: not run.problem)  # and is kept again as soon as there is room
    run.stop()
    assert run.wait(30)
    assert opened().runs[0].snapshot.evaluated_epoch == run.snapshot.evaluated_epoch


def test_damaged_weights_are_explained_and_other_runs_are_untouched(opened, stores):
    workspace = opened()
    bad = finished(workspace.start(SMALL, "mnist", Recipe(epochs=1)))
    hurt(stores[-1], "last", content=b"nonsense")
    good = finished(workspace.start(SMALL, "mnist", Recipe(epochs=1, seed=2)))
    again = opened()
    found = {run.name: run for run in again.runs}
    assert set(found) == {"Small", "Small (2)"} and not again.damaged
    with pytest.raises(StoreError, match="damaged"):
        found["Small"].weights()
    found["Small"].more(1)
    until(lambda: found["Small"].snapshot.state is State.FAILED)
    assert "“last” of run" in found["Small"].snapshot.message and "damaged" in found["Small"].snapshot.message
    assert same(found["Small (2)"].weights()[1], good.weights()[1])
    assert bad.snapshot.state is State.FINISHED


def test_a_damaged_record_is_listed_and_can_be_deleted(opened, stores):
    workspace = opened()
    bad = finished(workspace.start(SMALL, "mnist", Recipe(epochs=1)))
    hurt(stores[-1], "record", content=b"{")
    finished(workspace.start(SMALL, "mnist", Recipe(epochs=1)))
    again = opened()
    assert [run.name for run in again.runs] == ["Small (2)"]
    ((run_id, sentence),) = again.damaged.items()
    assert run_id == bad.stored.id and "“Small”" in sentence and "damaged" in sentence
    again.delete_damaged(run_id)
    assert not opened().damaged


def test_ten_runs_in_a_row_leave_no_memory_behind(opened, small_mnist):
    import gc

    def resident() -> float:
        gc.collect()
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6

    workspace = opened()

    def one() -> None:
        run = finished(workspace.start(SMALL, "mnist", Recipe(epochs=1, batch_size=100)))
        run.model()
        workspace.delete(run)

    for _ in range(3):
        one()
    before = resident()
    for _ in range(10):
        one()
    assert resident() - before < 50


def test_a_draft_is_found_again(opened):
    opened().save_draft('{"format": 1}')
    assert opened().draft() == '{"format": 1}'
    assert opened(OTHER).draft() is None
    assert np.isfinite(opened().used)


def test_where_a_new_life_cannot_be_saved_no_epoch_of_the_former_is_shown(opened, stores):
    run = finished(opened().start(SMALL, "mnist", Recipe(epochs=2, batch_size=100)))
    former = run.epoch_weights(1)
    run.rewind()
    until(lambda: run.snapshot.state is State.PAUSED and run.snapshot.step == 0 and not run.active)
    with failing(stores[-1], disk_full(stores[-1])):
        run.one_epoch()
        until(lambda: run.snapshot.state is State.PAUSED and run.snapshot.evaluated_epoch == 1 and not run.active)
        assert run.problem
        assert run.epochs() == []
        with pytest.raises(StoreError):
            run.epoch_weights(1)
    run.set_learning_rate(0.02)
    run.one_epoch()
    until(lambda: run.snapshot.state is State.PAUSED and run.snapshot.evaluated_epoch == 2 and not run.active)
    assert run.epochs() == [2]
    assert not same(run.epoch_weights(2), former)


def test_what_was_done_of_the_exercises_is_found_again_and_two_windows_add_up(opened, stores):
    one, other = opened(), opened()
    assert one.exercises() is None
    one.change_exercises(lambda text: "1" if text is None else "lost")
    other.change_exercises(lambda text: f"{text}2")
    assert one.exercises() == "12" and opened().exercises() == "12" and opened(OTHER).exercises() is None
    alone = Workspace()
    alone.change_exercises(lambda text: f"{text}")
    assert alone.exercises() == "None"
