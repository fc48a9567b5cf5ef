"""A run in the background: it never blocks, it can be stopped, and it ends when it is abandoned."""

import re
import threading
import time

import numpy as np
import pytest

from core.data import Dataset, DatasetError
from core.network import LENET5, Conv2D, Dense, Dropout, Flatten, Network, trace
from core.training import Recipe, Run, State, pretrained, why_unfit
from core.training.limits import memory_needed, why_too_large
from core.training.run import unwatched_limit
from tests.waiting import until

ENDLESS = Recipe(epochs=200, batch_size=16)


def test_starting_returns_at_once_and_snapshots_follow(small_mnist):
    before = time.monotonic()
    run = Run(LENET5, small_mnist, ENDLESS).start()
    assert time.monotonic() - before < 0.2
    until(lambda: run.snapshot.step > 0)
    run.stop()
    assert run.wait(20)
    last = run.snapshot
    assert last.state is State.STOPPED
    assert "Stopped" in last.message
    assert last.test_accuracy is not None  # tested once more after the stop


def test_a_running_models_weights_can_be_looked_at(small_mnist):
    run = Run(LENET5, small_mnist, ENDLESS).start()
    assert run.model() is None or run.version
    until(lambda: run.version >= 1)
    early = [w.copy() for w in run.model().get_weights()]
    seen = run.version
    until(lambda: run.version > seen + 1)
    late = run.model().get_weights()
    run.stop()
    assert run.wait(20)
    assert any((a != b).any() for a, b in zip(early, late))


def test_a_run_that_is_watched_goes_on(small_mnist):
    run = Run(LENET5, small_mnist, ENDLESS, unwatched_seconds=3.0).start()
    until(lambda: run.heartbeat() or run.snapshot.step > 0)
    watched = time.monotonic()
    while time.monotonic() - watched < 4.5:
        run.heartbeat()
        threading.Event().wait(0.2)  # the visitor's page, ticking
    assert run.active
    run.stop()
    assert run.wait(20)


def test_a_run_may_go_unwatched_for_ten_minutes_unless_configured(monkeypatch):
    monkeypatch.delenv("RECEPTIVE_PATIENCE_SECONDS", raising=False)
    assert unwatched_limit() == 600
    monkeypatch.setenv("RECEPTIVE_PATIENCE_SECONDS", "30")
    assert unwatched_limit() == 30


def test_a_failing_dataset_is_explained_and_nothing_is_raised():
    def missing() -> Dataset:
        raise DatasetError("The data file mnist.npz is missing.")

    run = Run(LENET5, missing, Recipe()).start()
    assert run.wait(30)
    assert run.snapshot.state is State.FAILED
    assert run.snapshot.message == "The data file mnist.npz is missing."


def test_a_diverged_run_keeps_no_broken_weights(small_mnist):
    run = Run(LENET5, small_mnist, Recipe(optimizer="SGD", learning_rate=1000.0)).start()
    assert run.wait(60)
    assert run.snapshot.state is State.FAILED
    model = run.model()
    assert model is None or all(np.isfinite(w).all() for w in model.get_weights())


def test_the_curve_of_a_diverged_run_shows_how_it_ended(small_mnist):
    steep = Network((28, 28, 1), (Flatten(), Dense(10, "linear"), Dense(10, "softmax")))
    run = Run(steep, small_mnist, Recipe(optimizer="SGD", learning_rate=100.0, batch_size=1000)).start()
    assert run.wait(60)
    now = run.snapshot
    assert now.state is State.FAILED and "grew to" in now.message and f"step {now.step}" in now.message
    assert now.train[-1].loss > 1e6 and "more than a million" in now.message


@pytest.mark.parametrize("augmentation", [{}, {"blur": 1.0, "rotation": 5.0}])
def test_two_runs_do_not_disturb_each_other(small_mnist, augmentation):
    """Side by side they learn what each learns alone: no seed, state or place in memory is shared."""
    network = Network((28, 28, 1), (*LENET5.layers[:-1], Dropout(0.3), LENET5.layers[-1]))
    recipes = [Recipe(epochs=2, batch_size=8, seed=seed, **augmentation) for seed in (1, 2)]

    def learned(runs):
        for run in runs:
            assert run.wait(60)
        return [run.model().get_weights() for run in runs]

    together = learned([Run(network, small_mnist, recipe).start() for recipe in recipes])
    alone = [learned([Run(network, small_mnist, recipe).start()])[0] for recipe in recipes]
    for side_by_side, single in zip(together, alone):
        for a, b in zip(side_by_side, single):
            assert (a == b).all()


def test_a_network_too_large_for_the_machine_is_refused_with_the_layers_name(monkeypatch):
    monkeypatch.setenv("RECEPTIVE_RUN_MEMORY_MB", "100")
    wide = Network((28, 28, 1), (Flatten(), Dense(8192, "relu"), Dense(4096, "relu"), Dense(10, "softmax")))
    sentence = why_unfit(wide, (28, 28, 1), 10, Recipe())
    assert "Layer 3 (Dense 4096, relu)" in sentence and "33,558,528 parameters" in sentence


@pytest.mark.parametrize(
    ("megabytes", "wide", "fits", "over", "most"),
    [
        (100, 4096, 700, 760, "6,250,000"),  # four numbers of four bytes for each parameter: the memory decides
        (8000, 8192, 1600, 1700, "20,000,000"),  # memory for 500 million, but nobody may have so many
    ],
)
def test_the_stricter_of_the_two_limits_on_parameters_holds(megabytes, wide, fits, over, most, monkeypatch):
    monkeypatch.setenv("RECEPTIVE_RUN_MEMORY_MB", str(megabytes))

    def problem(units):
        layers = (Flatten(), Dense(wide, "relu"), Dense(units, "relu"), Dense(10, "softmax"))
        return why_unfit(Network((28, 28, 1), layers), (28, 28, 1), 10, Recipe(batch_size=1))

    assert problem(fits) is None
    assert f"trains up to {most}" in problem(over)


def test_too_large_a_batch_is_refused_with_one_that_fits(monkeypatch):
    monkeypatch.setenv("RECEPTIVE_RUN_MEMORY_MB", "20")
    sentence = why_unfit(LENET5, (28, 28, 1), 10, Recipe(batch_size=1024))
    assert "Layer 1 (Conv2D 6 @ 5×5, same, relu)" in sentence
    fits = int(sentence.split("at most ")[1].rstrip("."))
    assert why_unfit(LENET5, (28, 28, 1), 10, Recipe(batch_size=fits)) is None
    assert memory_needed(trace(LENET5), fits + 1) > 20_000_000


@pytest.mark.parametrize(("megabytes", "limit"), [(20, "0.02"), (150, "0.15"), (180, "0.18")])
def test_a_batch_that_is_refused_needs_more_than_there_is_in_words_too(megabytes, limit, monkeypatch):
    """The layer with the largest output is named, though another has more parameters."""
    monkeypatch.setenv("RECEPTIVE_RUN_MEMORY_MB", str(megabytes))
    network = Network((28, 28, 1), (Conv2D(24, 3, padding="same"), Flatten(), Dense(10, "softmax")))
    traced = trace(network)
    values = 2 * 28 * 28 * 24 + 10
    fits = (megabytes * 1_000_000 - 16 * traced.parameters) // (8 * values)
    assert why_too_large(network, Recipe(batch_size=min(fits, 1024))) is None
    if fits < 1024:
        sentence = why_too_large(network, Recipe(batch_size=fits + 1))
        needed, most = re.search(r"needs about ([\d.]+) GB of the ([\d.]+) GB", sentence).groups()
        assert most == limit and float(needed) > float(most)
        assert sentence.startswith("Layer 1 (Conv2D 24 @ 3×3, same) makes 28×28×24 numbers for each image")
        assert sentence.endswith(f"Choose a batch size of at most {fits}.")


def test_where_no_batch_fits_a_smaller_network_is_advised(monkeypatch):
    monkeypatch.setenv("RECEPTIVE_RUN_MEMORY_MB", "1")
    network = Network((56, 56, 1), (Conv2D(48, 3, padding="same"),))
    assert why_too_large(network, Recipe(batch_size=1)).endswith("Use fewer filters, or pool earlier.")


def test_the_published_networks_fit_the_default_limit():
    assert why_unfit(LENET5, (28, 28, 1), 10, Recipe(batch_size=1024)) is None


def test_the_pretrained_lenet_is_right_on_99_percent_of_the_test_images(mnist):
    model = pretrained("lenet5")
    answers = np.concatenate(
        [np.argmax(model(mnist.x_test[i : i + 1000] / np.float32(255), training=False), axis=1) for i in range(0, 10_000, 1000)]
    )  # fmt: skip
    accuracy = (answers == mnist.y_test).mean()
    assert accuracy >= 0.99
    from core.training import card

    assert accuracy == pytest.approx(card("lenet5").test_accuracy, abs=0.0003)


def test_the_drawing_model_is_there():
    assert pretrained("draw").output_shape == (None, 10)
    with pytest.raises(KeyError):
        pretrained("../lenet5")
