"""Which weights are looked at."""

from types import SimpleNamespace

import numpy as np

from core.network import Dense, Flatten, MaxPooling2D, Network
from core.store import Store
from core.training import Recipe, State, Workspace
from core.ui.shell.focus import Focus
from core.ui.widgets.model_view import model_of
from tests.waiting import until

SMALL = Network((28, 28, 1), (MaxPooling2D(4), Flatten(), Dense(10, "softmax")), "Small")


def test_an_epoch_that_is_looked_at_is_one_of_the_life_after_a_rewind(tmp_path, small_mnist):
    run = Workspace(Store(tmp_path).visitor("a" * 43), lambda _name: small_mnist).start(
        SMALL, "mnist", Recipe(epochs=2, batch_size=100)
    )
    mine = SimpleNamespace(run=run, focus=Focus(epoch=1))
    until(lambda: run.snapshot.state is State.FINISHED and not run.active)
    former = model_of(mine, run).get_weights()
    assert all(np.array_equal(a, b) for a, b in zip(former, run.epoch_weights(1)))
    run.rewind()
    until(lambda: run.snapshot.state is State.PAUSED and not run.active)
    run.set_learning_rate(0.02)  # another life
    run.one_epoch()
    until(lambda: run.snapshot.state is State.PAUSED and run.snapshot.evaluated_epoch == 1 and not run.active)
    now = model_of(mine, run).get_weights()
    assert all(np.array_equal(a, b) for a, b in zip(now, run.epoch_weights(1)))
    assert not any(np.array_equal(a, b) for a, b in zip(now, former))
    run.stop()
