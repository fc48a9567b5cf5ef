"""Runs beside each other: what differs, what they are called, and which are found."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.network import LENET5, Dense, Flatten, Network
from core.store import Marks
from core.study.ledger import IDLE, called, differing, flattered, matches, shared_words, with_other_seeds
from core.training import Recipe, Snapshot, State

PLAIN = Network((28, 28, 1), (Flatten(), Dense(10, "softmax")), "Plain")
WIDE = Network((28, 28, 1), (Flatten(), Dense(20, "relu"), Dense(10, "softmax")), "Wide")
TANH = Network((28, 28, 1), (Flatten(), Dense(20, "tanh"), Dense(10, "softmax")), "Wide")


def run(name="LeNet-5", network=LENET5, data="mnist", planned=None, marks=None, **settings):
    recipe = Recipe(**settings)
    now = Snapshot(State.FINISHED, epochs=recipe.epochs if planned is None else planned)
    return SimpleNamespace(
        name=name, network=network, dataset_name=data, recipe=recipe, snapshot=now, marks=marks or Marks()
    )  # fmt: skip


def columns(*runs) -> dict[str, tuple[str, ...]]:
    return {column.label: column.values for column in differing(runs)}


def test_only_what_differs_is_a_column_and_all_that_differs_is():
    same = dict(epochs=4, optimizer="SGD", momentum=0.9)
    assert columns(run(**same), run(**same)) == {} == columns(run())
    first, second = run(seed=1, **same), run(seed=2, validation_share=0.2, early_stopping=3, **same)
    assert columns(first, second) == {
        "Validation share": ("0", "0.2"),
        "Stop early after": ("0", "3"),
        "Seed": ("1", "2"),
    }


def test_a_setting_without_effect_is_no_value():
    adam, sgd = run(momentum=0.5), run(optimizer="SGD", momentum=0.9)
    assert columns(adam, sgd)["Momentum"] == (IDLE, "0.9")
    assert "Momentum" not in columns(run(momentum=0.5), run(momentum=0.9))  # Adam reads none


def test_more_epochs_that_were_planned_later_count():
    assert columns(run(epochs=3, planned=5), run(epochs=3)) == {"Epochs": ("5", "3")}
    assert columns(run(epochs=3, planned=5), run(epochs=5)) == {}


def test_networks_and_data_are_told_apart():
    assert columns(run(network=LENET5), run(network=PLAIN)) == {"Parameters": ("61,706", "7,850")}
    assert columns(run(network=PLAIN), run(network=PLAIN.renamed("Otherwise"))) == {}
    assert columns(run(network=TANH), run(network=WIDE)) == {"Layers": ("Dense: activation tanh", "as in the first")}
    assert columns(run(data="mnist"), run(data="fashion_mnist")) == {"Data": ("MNIST digits", "Fashion-MNIST")}


def test_runs_of_one_name_are_called_by_what_they_differ_in():
    runs = run("LeNet-5 (3)", seed=3), run("LeNet-5 (2)", seed=2), run("LeNet-5"), run("Other")
    assert called(runs) == ("LeNet-5 · seed 3", "LeNet-5 · seed 2", "LeNet-5 · seed 1", "Other")
    runs = run("A", epochs=1), run("A", epochs=4, validation_share=0.1)
    assert called(runs) == ("A · 1 epoch", "A · 4 epochs")
    assert called([run("Wide", TANH), run("Wide", WIDE)]) == ("Wide · Dense: activation tanh", "Wide")


def test_where_nothing_differs_numbers_tell_runs_apart():
    assert called([run("A (2)"), run("A")]) == ("A (2)", "A")
    assert called([run("A"), run("A")]) == ("A (2)", "A")  # renamed alike; the earlier one keeps its name
    assert called([run("A (3)", seed=2), run("A (2)"), run("A")]) == ("A · seed 2", "A · seed 1 (2)", "A · seed 1")


def test_a_name_has_the_few_differences_that_tell_most_apart():
    odd = run("A", seed=1, epochs=9, batch_size=32, learning_rate=0.1, zoom=0.1)
    seeds = [run("A", seed=seed) for seed in (3, 2, 1)]
    assert called([odd, *seeds]) == (
        "A · 9 epochs, seed 1", "A · 3 epochs, seed 3", "A · 3 epochs, seed 2", "A · 3 epochs, seed 1"
    )  # fmt: skip


names = st.sampled_from(["A", "A (2)", "A (2) (2)", "A · seed 1", "A · seed 2", " (2)", "B"])


@given(st.lists(st.builds(lambda name, seed: run(name, PLAIN, seed=seed), names, st.integers(1, 3)), max_size=8))
def test_no_two_runs_have_one_name(runs):
    found = called(runs)
    assert len(found) == len(set(found)) == len(runs) and all(found)


def test_runs_are_found_by_words_of_all_that_is_told_of_them():
    one = run("Evening", marks=Marks(True, "paper, Final", "diverged at first"), optimizer="SGD", learning_rate=0.05)
    for words in ("", "evening", "FINAL paper", "diverged", "lenet-5 mnist", "sgd 0.05", "finished"):
        assert matches(one, words), words
    for words in ("morning", "final draft", "adam"):
        assert not matches(one, words), words


def test_what_is_alike_is_told_once():
    words = shared_words([run(seed=2, label_smoothing=0.1), run(seed=1, label_smoothing=0.1)])
    assert words == (
        "61,706 parameters, MNIST digits, 3 epochs, batch size 128, optimiser Adam, learning rate 0.001, label smoothing 0.1"
    )
    assert "seed 1" in shared_words([run()]) and "parameters" not in shared_words([run(), run(network=PLAIN)])


@pytest.mark.parametrize(
    ("settings", "evaluated_on", "expected"),
    [({}, "test", False), ({"restore_best": True}, "test", True), ({"restore_best": True}, "validation", False)],
)
def test_a_run_is_flattered_where_the_test_images_have_chosen(settings, evaluated_on, expected):
    one = run(**settings)
    one.snapshot = Snapshot(State.FINISHED, evaluated_on=evaluated_on)
    assert flattered(one) is expected


def test_a_training_again_has_seeds_that_its_equals_have_not_had():
    one = run("LeNet-5 (2)", seed=2, planned=5)
    others = [run(seed=1, epochs=5), run(seed=4, epochs=5), run(seed=3), run(seed=5, epochs=5, network=PLAIN)]
    plans = with_other_seeds(one, [one, *others], 4)
    assert [plan.recipe for plan in plans] == [Recipe(epochs=5, seed=seed) for seed in (3, 5, 6, 7)]
    assert {(plan.name, plan.network) for plan in plans} == {("LeNet-5", LENET5)}
    assert len({plan.key for plan in plans}) == 4
