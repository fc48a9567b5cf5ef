"""Imported models are kept over a reload, one by one, within limits, and for nobody else."""

import hashlib
import tempfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.network import LENET5, PRESETS, Dense, Dropout, Flatten, Network
from core.store import Store, StoreError
from core.training import Workspace, build_model
from core.training.imported import MOST_MODELS, ImportedModels
from core.training.trained import Trained
from tests.store.databases import disk_full, failing, hurt, postgresql_server, postgresql_url, server, where

__all__ = ["postgresql_server", "postgresql_url", "server", "where"]  # fixtures

PLAIN = Network((28, 28, 1), (Flatten(), Dense(10, "softmax")), "Plain")
TOKEN, OTHER = "a" * 43, "b" * 43


def model(label, network=PLAIN, dataset="mnist"):
    """One that predicts nothing but this class."""
    kernel = np.zeros((784, 10), np.float32)
    return Trained(network, [kernel, 20 * np.eye(10, dtype=np.float32)[label]], dataset)


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path)


@pytest.fixture
def visit(store):
    """Opens the imported models of a visitor, as one who has just come would find them."""
    return lambda token=TOKEN: Workspace(store.visitor(token)).imported


def test_both_databases_keep_them(server):
    there = Workspace(server().visitor(TOKEN)).imported
    there.keep(model(3))
    there.keep(model(4))
    there.forget(there.all[1])
    (found,) = Workspace(server().visitor(TOKEN)).imported.all
    assert found.identity == model(4).identity and (found.weights[1] == model(4).weights[1]).all()
    assert Workspace(server().visitor(OTHER)).imported.all == []


def test_a_model_is_found_again_with_its_weights(visit):
    weights = build_model(LENET5, seed=4).get_weights()
    kept = Trained(LENET5, weights, "fashion_mnist")
    assert visit().keep(kept) == []
    (found,) = visit().all
    assert (found.network, found.dataset, found.identity) == (LENET5, "fashion_mnist", kept.identity)
    assert all((ours == given).all() for ours, given in zip(found.weights, weights, strict=True))
    assert all((ours == given).all() for ours, given in zip(found.model().get_weights(), weights, strict=True))


def test_nobody_else_finds_it(visit):
    visit().keep(model(3))
    assert visit(OTHER).all == [] and len(visit(TOKEN).all) == 1


@pytest.mark.parametrize(
    "other",
    [model(4), model(3, dataset="fashion_mnist"), model(3, PLAIN.renamed("Other"))],
    ids=["weights", "classes", "name"],
)
def test_two_models_that_differ_in_anything_are_two(visit, other):
    there = visit()
    there.keep(model(3))
    there.keep(other)
    assert model(3).identity != other.identity
    assert [one.identity for one in visit().all] == [other.identity, model(3).identity]


def test_one_that_comes_again_is_the_newest_and_still_one(visit):
    there = visit()
    for label in (3, 4, 3):
        there.keep(model(label))
    for found in (there, visit()):
        assert [one.identity for one in found.all] == [model(3).identity, model(4).identity]


def test_the_oldest_makes_room_beyond_the_number_that_is_kept(visit):
    there = visit()
    names = [PLAIN.renamed(str(number)) for number in range(MOST_MODELS + 1)]
    gone = [there.keep(model(1, network)) for network in names]
    assert [[one.network.name for one in some] for some in gone] == [[]] * MOST_MODELS + [["0"]]
    for found in (there, visit()):
        assert [one.network.name for one in found.all] == [str(number) for number in range(MOST_MODELS, 0, -1)]


def test_a_deleted_one_is_gone_and_leaves_nothing(visit, store):
    there = visit()
    there.keep(model(3))
    there.keep(model(4))
    there.forget(there.all[1])
    assert [one.identity for one in visit().all] == [model(4).identity]
    assert store.visitor(TOKEN).kinds("model/") == [f"model/{model(4).identity}"]
    assert store.visitor(TOKEN).kinds("arrays/") == [f"arrays/{model(4).identity}"]


@pytest.mark.parametrize("setting", ["RECEPTIVE_RUN_DISK_MB", "RECEPTIVE_WORKSPACE_MB"])
def test_one_that_is_too_large_stays_for_this_visit_and_says_so(visit, monkeypatch, setting):
    there = visit()
    monkeypatch.setenv(setting, "0.03")
    there.keep(model(3))
    assert len(there.all) == 1 and "0.03 MB" in there.problem
    assert setting != "RECEPTIVE_RUN_DISK_MB" or "This model has 0.1 MB of weights" in there.problem
    assert visit().all == []
    monkeypatch.setenv(setting, "1")
    there.keep(model(4))
    assert there.problem == "" and len(visit().all) == 1


def test_a_full_disk_is_said_and_the_former_ones_stay(visit, store):
    there = visit()
    there.keep(model(3))
    with failing(store, disk_full(store)):
        there.keep(model(4))
        with pytest.raises(StoreError):
            there.forget(there.all[1])
    assert "disk is full" in there.problem and len(there.all) == 2
    assert [one.identity for one in visit().all] == [model(3).identity]


def test_weights_fit_layers_of_the_same_kinds_and_shapes_whatever_lies_between(visit):
    there = visit()
    there.keep(model(3))
    with_dropout = Network((28, 28, 1), (Flatten(), Dropout(0.5), Dense(10, "softmax")), "Other name")
    assert [one.identity for one in there.fitting(with_dropout)] == [model(3).identity]
    assert there.fitting(LENET5) == []
    assert there.fitting(Network((28, 28, 1), (Flatten(), Dense(11, "softmax")))) == []
    assert there.fitting(Network((28, 28, 1), (Flatten(), Dense(10, "softmax", use_bias=False)))) == []
    assert there.fitting(Network((28, 28, 1), (Dense(10), Flatten()))) == []
    assert there.fitting(PRESETS["B4"].network) == []


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{", b'{"version": 1}', b'{"version": 9, "network": "", "dataset": ""}', b'{"version": 1, "network": 3, "dataset": "mnist"}']
)  # fmt: skip
def test_a_damaged_one_is_said_and_the_others_are_there(visit, store, content):
    there = visit()
    there.keep(model(3))
    there.keep(model(4))
    digest = hashlib.sha256(content).hexdigest()
    hurt(store, f"model/{model(3).identity}", content=content, digest=digest)
    found = visit()
    assert [one.identity for one in found.all] == [model(4).identity] and "damaged" in found.problem
    found.keep(model(3))
    assert found.problem == "" and len(visit().all) == 2


def test_weights_that_are_damaged_are_a_sentence_where_they_are_asked_for(visit, store):
    visit().keep(model(3))
    hurt(store, f"arrays/{model(3).identity}", content=b"other")
    (found,) = visit().all
    with pytest.raises(StoreError, match="damaged"):
        found.model()
    hurt(store, f"arrays/{model(3).identity}")
    with pytest.raises(StoreError, match="damaged"):
        visit().all[0].model()


@given(
    st.lists(st.tuples(st.sampled_from(["keep", "forget", "again"]), st.integers(0, MOST_MODELS + 2)), max_size=25)
)
@settings(max_examples=25)
def test_after_any_imports_and_deletions_a_visit_finds_what_is_left(steps):
    with tempfile.TemporaryDirectory() as folder:
        store = Store(folder)
        there, left = Workspace(store.visitor(TOKEN)).imported, []
        models = [model(number % 10, PLAIN.renamed(f"{number}")) for number in range(MOST_MODELS + 3)]
        for what, number in steps:
            one = models[number].identity
            if what == "keep":
                there.keep(models[number])
                left = [one, *(other for other in left if other != one)][:MOST_MODELS]
            elif what == "forget":
                there.forget(models[number])
                left = [other for other in left if other != one]
            else:
                there = Workspace(store.visitor(TOKEN)).imported
            assert [found.identity for found in there.all] == left
        assert [found.identity for found in Workspace(store.visitor(TOKEN)).imported.all] == left


def test_a_visitor_without_a_database_keeps_them_for_the_visit():
    there = ImportedModels()
    there.keep(model(3))
    assert len(there.all) == 1 and there.problem == ""


def test_eight_models_are_kept():
    assert MOST_MODELS == 8
