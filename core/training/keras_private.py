"""The parts of Keras' inside that we lean on, all in one place. Checked with Keras 3.15.1 over TensorFlow 2.21.0."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras


def keep_state() -> None:
    """Keep Keras' global state, whoever asks for it to be cleared.

    Streamlit does after every run of every page (script_runner._clean_problem_modules). That resets the state that a
    building thread relies on, drops the kernels that a training thread is using, and collects all garbage: it made
    training stand still while a page was open. Models here go when nobody holds them.
    """
    keras.backend.clear_session = lambda free_memory=True: None


class Optimizer(keras.optimizers.Optimizer):
    """What an update of our own needs to know of an optimiser of Keras, before which it is mixed in."""

    def prepare(self) -> None:
        """Called once before each update of all variables."""

    def slot(self, variable: Any) -> int:
        """Where the numbers that it keeps for a variable stand in its lists."""
        return self._get_variable_index(variable)

    def _backend_apply_gradients(self, grads: Any, trainable_variables: Any) -> None:
        self.prepare()
        super()._backend_apply_gradients(grads, trainable_variables)


def moments(adam: keras.optimizers.Adam) -> tuple[list[Any], list[Any]]:
    """Adam's running means of gradients and of their squares, in the order of `Optimizer.slot`."""
    return adam._momentums, adam._velocities


def momentums(sgd: keras.optimizers.SGD) -> Sequence[Any]:
    """SGD's running steps, in the order of `Optimizer.slot`."""
    return sgd.momentums
