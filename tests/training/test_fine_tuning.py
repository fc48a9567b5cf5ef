"""Networks that are taught a visitor's drawings: how well, from where, and what a reload or a kill leaves of it."""

import gc
import hashlib
import os
import signal
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy

from core.data import DIGITS, Collection, DrawnDataset, InvalidCollection, load
from core.insight import predict
from core.network import LENET5, Conv2D, Dense, Flatten, InvalidNetwork, MaxPooling2D, Network
from core.store import Store
from core.store.schema import blobs
from core.training import Recipe, State, StoreError, Workspace, card, pretrained, train
from core.training.fine_tuning import DIGITS_RECIPE, OWN_RECIPE, plan, teachable
from tests.drawn import SHAPES, digits, shapes
from tests.runs import end_all, finished, same
from tests.store.databases import disk_full, failing, hurt
from tests.waiting import until

ROOT = Path(__file__).resolve().parents[2]
SMALL = Network((28, 28, 1), (MaxPooling2D(4), Flatten(), Dense(6, "relu"), Dense(3, "softmax")), "Small")
QUICK = Recipe(epochs=2, batch_size=64, learning_rate=0.01)
TOKEN, OTHER = "a" * 43, "b" * 43


@pytest.fixture
def store(tmp_path):
    """The database, as another server sees it."""
    return Store(tmp_path)


@pytest.fixture
def opened(tmp_path):
    """Opens a visitor's workspace as a server that has just been started would."""
    there = []

    def open_workspace(token=TOKEN) -> Workspace:
        there.append(Workspace(Store(tmp_path).visitor(token)))
        return there[-1]

    yield open_workspace
    end_all(there)


def of_lenet(collection: Collection):
    return plan(card("lenet5").network, pretrained("lenet5").get_weights(), DIGITS, collection)


def test_digits_are_taught_gently_and_other_classes_anew():
    """What a page says of its recipe and how long it takes depend on these."""
    gentle = {"epochs": 6, "batch_size": 64, "learning_rate": 0.0005, "schedule": "cosine"}
    assert Recipe(**gentle, shift=1.0, rotation=10.0, zoom=0.1, shear=8.0) == DIGITS_RECIPE
    anew = {"epochs": 12, "batch_size": 32, "learning_rate": 0.001, "schedule": "cosine"}
    assert Recipe(**anew, shift=2.0, rotation=15.0, zoom=0.15, shear=10.0) == OWN_RECIPE
    three = Collection("Three", ("a", "b", "c"))
    weights = [np.zeros(1)] * 4
    assert plan(SMALL, weights, three.class_names, three).recipe == OWN_RECIPE
    ten = Network((28, 28, 1), (Flatten(), Dense(10, "softmax")))
    assert plan(ten, weights[:2], DIGITS, Collection("Digits", DIGITS)).recipe == DIGITS_RECIPE


# How well


def test_a_network_learns_a_hand_that_it_does_not_know_and_hardly_forgets_the_others(opened):
    drawn = digits(8)
    made = of_lenet(drawn)
    run = finished(opened().start(made.network, drawn, made.recipe, made.begin))
    now = run.snapshot
    before, after = now.held_out[0], now.held_out[-1]
    assert before.images == after.images == 20
    assert before.accuracy <= 0.9 and after.accuracy >= 0.95 and after.accuracy > before.accuracy
    assert now.evaluations[0].accuracy == pytest.approx(card("lenet5").test_accuracy, abs=2e-4)
    assert now.evaluations[-1].accuracy > now.evaluations[0].accuracy - 0.003
    fresh = digits(20, seed=5)  # by the same hand, never seen
    assert predict(run.model(), run.network, fresh.images, fresh.labels).accuracy > 0.97


def test_a_dozen_drawings_of_each_class_are_enough_and_take_seconds(opened):
    drawn = shapes(12)
    made = of_lenet(drawn)
    assert made.network.layers[:-1] == LENET5.layers[:-1]
    assert same(made.begin, pretrained("lenet5").get_weights()[:-2])
    run = finished(opened().start(made.network, drawn, made.recipe, made.begin))
    assert run.snapshot.evaluations[-1].accuracy > 0.9 and run.snapshot.evaluations[-1].images == 9
    assert run.snapshot.evaluations[0].accuracy < 0.7 and run.snapshot.held_out == ()
    assert run.snapshot.seconds < 20
    fresh = shapes(40, seed=5)
    assert predict(run.model(), run.network, fresh.images, fresh.labels).accuracy > 0.9


# From where


def test_what_is_given_is_what_it_begins_with_and_the_rest_is_fresh():
    data = DrawnDataset(shapes(4)).dataset()
    begin = [np.full((49, 6), 0.25, np.float32), np.full(6, 0.5, np.float32)]
    seen = []
    recipe = QUICK.replaced(epochs=1, learning_rate=1e-6)
    result = train(SMALL, data, recipe, seen.append, begin=begin)
    weights = result.model.get_weights()
    assert np.allclose(weights[0], 0.25, atol=1e-3) and np.allclose(weights[1], 0.5, atol=1e-3)
    assert np.ptp(weights[2]) > 0.1
    assert same(train(SMALL, data, recipe, begin=begin).model.get_weights(), weights)


@pytest.mark.parametrize("shape", [(6, 49), (49, 7)])
def test_weights_of_another_network_are_refused(shape):
    with pytest.raises(InvalidNetwork, match="another network"):
        train(SMALL, DrawnDataset(shapes(4)).dataset(), QUICK, begin=[np.zeros(shape, np.float32)])


def test_a_network_that_knows_the_classes_goes_on_with_all_its_weights():
    weights = [np.zeros(1)] * 4
    made = plan(SMALL, weights, SHAPES, shapes(4))
    assert made == (SMALL, weights, OWN_RECIPE)


def test_the_same_number_of_other_classes_still_needs_a_fresh_answer():
    weights = [np.zeros(1)] * 4
    made = plan(SMALL, weights, ("a", "b", "c"), shapes(4))
    assert made.network == SMALL and made.begin == weights[:-2]


def test_what_cannot_be_taught_is_said():
    colours = SMALL.with_input((28, 28, 3))
    headless = Network((28, 28, 1), (Conv2D(3, (3, 3)), Flatten()))
    for network, names, drawn in (
        (colours, SHAPES, shapes(1)),
        (headless, DIGITS, shapes(1)),
        (headless, SHAPES, shapes(1)),
        (SMALL, SHAPES, digits(1)),
    ):
        assert not teachable(network, names, drawn)
        with pytest.raises(ValueError, match="cannot answer"):
            plan(network, [], names, drawn)


# What is kept


def test_a_run_keeps_what_it_learned_from_whatever_is_drawn_or_deleted_later(opened):
    workspace = opened()
    drawn = workspace.collect("own", lambda _: shapes(5))
    run = finished(workspace.start(SMALL, drawn, QUICK))
    workspace.collect("own", lambda there: there.removed(0).removed(0))
    workspace.forget_collection("own")
    (found,) = opened().runs
    data = load(found.dataset_name)
    assert data.class_names == SHAPES
    assert {image.tobytes() for image in (*data.x_train, *data.x_test)} == {i.tobytes() for i in drawn.images}
    assert found.snapshot.evaluations == run.snapshot.evaluations
    found.more(1)
    until(lambda: found.snapshot.epochs == 3)
    finished(found)


def test_it_is_rewound_to_the_very_weights_it_began_with_also_after_a_restart(opened):
    random = np.random.default_rng(1)
    begin = [random.normal(size=(49, 6)).astype(np.float32), random.normal(size=6).astype(np.float32)]
    run = finished(opened().start(SMALL, shapes(4), QUICK, begin))
    start = run.epoch_weights(0)
    assert same(start[:2], begin)
    for again in (run, opened().runs[0]):
        again.rewind()
        until(lambda again=again: again.snapshot.state is State.PAUSED and again.snapshot.step == 0)
        until(lambda again=again: again.weights() and same(again.weights()[1], start))
        again.stop()
        assert again.wait(30)


def test_a_killed_process_leaves_a_run_that_goes_on_from_what_it_began_with(tmp_path):
    code = textwrap.dedent(
        """
        import sys
        import numpy as np
        from core.training import Workspace
        from core.store import Store
        from tests.training.test_fine_tuning import QUICK, SMALL, TOKEN
        from tests.drawn import shapes
        import core.training.run as module

        module.Run.start = lambda self: print("made", flush=True) or sys.stdin.read()  # killed before its first step
        Workspace(Store(sys.argv[1]).visitor(TOKEN)).start(SMALL, shapes(4), QUICK, [np.full((49, 6), 0.125, np.float32)])
        """
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout.readline() == b"made\n"
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    (run,) = Workspace(Store(tmp_path).visitor(TOKEN)).runs
    assert run.snapshot.state is State.PAUSED
    run.resume()
    finished(run)
    assert (run.epoch_weights(0)[0] == 0.125).all() and np.ptp(run.epoch_weights(0)[2]) > 0.1
    assert load(run.dataset_name).class_names == SHAPES


def test_a_visitor_without_a_place_on_disk_can_teach_too():
    run = finished(Workspace().start(SMALL, shapes(4), QUICK, [np.full((49, 6), 0.125, np.float32)]))
    assert run.stored is None and load(run.dataset_name).class_names == SHAPES


def test_drawings_survive_a_restart_and_nobody_else_has_them(opened):
    drawn = opened().collect("digits", lambda there: digits(2))
    assert opened().collection("digits") == drawn
    assert len(opened(OTHER).collection("digits")) == 0 and len(opened().collection("own")) == 0
    opened().forget_collection("digits")
    assert len(opened().collection("digits")) == 0


def test_a_refused_change_changes_nothing(opened):
    workspace = opened()
    drawn = workspace.collect("own", lambda _: shapes(1))
    with pytest.raises(InvalidCollection):
        workspace.collect("own", lambda there: there.removed(99))
    assert workspace.collection("own") is drawn and opened().collection("own") == drawn


def test_a_full_disk_loses_no_drawing_that_was_kept(opened, monkeypatch):
    workspace = opened()
    drawn = workspace.collect("own", lambda _: shapes(2))
    monkeypatch.setenv("RECEPTIVE_WORKSPACE_MB", "0.006")
    with pytest.raises(StoreError, match=r"more than the 0\.006 MB"):
        workspace.collect("own", lambda _: shapes(9))
    assert workspace.collection("own") == drawn == opened().collection("own")


def test_two_windows_that_draw_at_once_lose_no_drawing(opened, monkeypatch):
    monkeypatch.setattr(os, "fsync", lambda _: None)
    workspace = opened()

    def draw(first: int) -> None:
        for number in range(first, first + 15):
            image = np.zeros((28, 28))
            image.flat[number] = 1
            workspace.collect("digits", lambda there, image=image: there.added(image, 3))

    windows = [threading.Thread(target=draw, args=(first,)) for first in (0, 100)]
    for window in windows:
        window.start()
    for window in windows:
        window.join()
    assert len(workspace.collection("digits")) == 30 and opened().collection("digits") == workspace.collection(
        "digits"
    )


def test_two_servers_that_draw_at_once_lose_no_drawing(tmp_path):
    one, two = (Workspace(Store(tmp_path).visitor(TOKEN)) for _ in range(2))
    assert len(one.collection("digits")) == len(two.collection("digits")) == 0  # both have seen them
    drawn = threading.Event()

    def other() -> None:
        two.collect("digits", lambda there: there.added(np.eye(28), 4))
        drawn.set()

    def slow(there: Collection) -> Collection:
        """What the first server makes of what it has read; meanwhile the second one draws, unless it has to wait."""
        thread.start()
        drawn.wait(1)
        return there.added(np.ones((28, 28)), 3)

    thread = threading.Thread(target=other)
    one.collect("digits", slow)
    thread.join()
    assert sorted(Workspace(Store(tmp_path).visitor(TOKEN)).collection("digits").labels) == [3, 4]
    assert len(one.collect("digits", lambda there: there.added(np.eye(28)[::-1], 5))) == 3


def test_a_run_that_could_not_be_made_whole_is_not_there_at_all(store, tmp_path):
    workspace = Workspace(store.visitor(TOKEN))
    for at in range(1, 30):
        with failing(store, disk_full(store), at, ever=False):
            run = workspace.start(SMALL, shapes(4), QUICK, [np.zeros((49, 6), np.float32)])
            if run.stored is not None:
                break
        assert "disk is full" in workspace.problem
        finished(run)
        assert Workspace(Store(tmp_path).visitor(TOKEN)).runs == []
    assert at > 10, "not every statement was interrupted"
    finished(run)


@pytest.mark.parametrize("content", [b"", b"nothing of ours", digits(1).to_bytes()[:-40]])
def test_damaged_drawings_are_said_kept_until_they_are_given_up_and_hide_nothing_else(opened, store, content):
    workspace = opened()
    workspace.collect("own", lambda _: shapes(1))
    finished(workspace.start(SMALL, shapes(4), QUICK))
    store.visitor(TOKEN).save("digits", content)
    again = opened()
    assert len(again.collection("digits")) == 0 and again.unreadable["digits"].endswith(".")
    assert len(again.runs) == 1 and len(again.collection("own")) == 3 and "own" not in again.unreadable
    with pytest.raises(StoreError):
        again.collect("digits", lambda there: there.added(np.eye(28), 0))
    assert store.visitor(TOKEN).load("digits") == content
    again.forget_collection("digits")
    assert again.collect("digits", lambda there: there.added(np.eye(28), 0)).counts[0] == 1


def test_digits_that_are_none_are_refused(opened, store):
    workspace = opened()
    store.visitor(TOKEN).save("digits", shapes(1).to_bytes())
    assert len(workspace.collection("digits")) == 0 and "ten digits" in workspace.unreadable["digits"]


def packed(content: bytes) -> bytes:
    """A file of drawings as the database has it."""
    return safetensors.numpy.save({"file.00000": np.frombuffer(content, np.uint8)})


@pytest.mark.parametrize("harm", ["gone", "changed", "another's", "none"])
def test_a_run_whose_drawings_are_damaged_is_named_and_hides_no_other(opened, harm, store):
    workspace = opened()
    hurt_run = finished(workspace.start(SMALL, shapes(5), QUICK))
    if harm == "gone":
        hurt(store, "drawings")
    elif harm == "changed":
        hurt(store, "drawings", content=b"nonsense")
    else:
        content = packed(shapes(6).to_bytes() if harm == "another's" else b"nothing of ours")
        hurt(store, "drawings", content=content, digest=hashlib.sha256(content).hexdigest())
    sound = finished(workspace.start(SMALL, shapes(4), QUICK))
    again = opened()
    assert [run.stored.id for run in again.runs] == [sound.stored.id]
    ((run_id, sentence),) = again.damaged.items()
    assert run_id == hurt_run.stored.id and hurt_run.name in sentence and "can only be deleted" in sentence
    again.delete_damaged(run_id)
    assert opened().damaged == {} and len(opened().runs) == 1


def test_a_run_with_damaged_weights_to_begin_with_fails_with_a_sentence(opened, store):
    finished(opened().start(SMALL, shapes(4), QUICK, [np.zeros((49, 6), np.float32)]))
    hurt(store, "start", content=b"cut")
    (found,) = opened().runs
    found.more(1)
    until(lambda: found.snapshot.state is State.FAILED)
    assert "start" in found.snapshot.message and "damaged" in found.snapshot.message
    assert found.wait(30)


def test_a_run_that_is_deleted_takes_its_copy_with_it(opened, store):
    workspace = opened()
    run = finished(workspace.start(SMALL, shapes(4), QUICK))
    name = run.dataset_name
    workspace.delete(run)
    with store.database.transaction(reading="The blobs") as connection:
        assert connection.execute(blobs.select()).all() == []
    del run
    gc.collect()
    assert all(other.dataset_name != name for other in workspace.runs)


def test_too_large_a_start_is_refused_before_anything_is_written(opened, monkeypatch):
    workspace = opened()
    monkeypatch.setenv("RECEPTIVE_WORKSPACE_MB", "0.001")
    run = workspace.start(SMALL, shapes(4), QUICK, [np.zeros((49, 6), np.float32)])
    assert run.stored is None and "0.001 MB" in workspace.problem
    finished(run)
    assert opened().runs == []
