"""The parts of Keras' and TensorFlow's inside that we lean on, all in one place. Checked with Keras 3.15.1 over TensorFlow 2.21.0."""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from typing import Any

import keras
from keras.src import backend
from tensorflow.python.framework import ops


def keep_state() -> None:
    """Keep Keras' global state, whoever asks for it to be cleared.

    Streamlit does after every run of every page (script_runner._clean_problem_modules). That resets the state that a
    building thread relies on, drops the kernels that a training thread is using, and collects all garbage: it made
    training stand still while a page was open. Models here go when nobody holds them.
    """
    keras.backend.clear_session = lambda free_memory=True: None


def keep_primitives_apart() -> None:
    """Compute a depthwise convolution of one channel by a 1×1 kernel as an ordinary one, which is the same.

    TensorFlow 2.21 keeps oneDNN's primitives under keys in which the five sides of the one's kernel, without bias,
    look like the four of a convolution of one channel to one and its bias: whichever comes second on a thread fails,
    in whatever network it is (“could not create a primitive descriptor for the reorder primitive”).
    """
    conv, depthwise, separable = backend.nn.conv, backend.nn.depthwise_conv, backend.nn.separable_conv

    def is_ordinary(kernel: Any) -> bool:  # (h, w, channels, multiplier)
        return tuple(kernel.shape[:3]) == (1, 1, 1)

    def depthwise_conv(inputs: Any, kernel: Any, *settings: Any, **more: Any) -> Any:
        return (conv if is_ordinary(kernel) else depthwise)(inputs, kernel, *settings, **more)

    def separable_conv(inputs: Any, kernel: Any, pointwise: Any, *settings: Any, **more: Any) -> Any:
        if is_ordinary(kernel):
            return conv(conv(inputs, kernel, *settings, **more), pointwise, padding="valid")
        return separable(inputs, kernel, pointwise, *settings, **more)

    backend.nn.depthwise_conv, backend.nn.separable_conv = depthwise_conv, separable_conv


def let_gradients_go() -> None:
    """Let the gradients of `tf.custom_gradient` go with the graph for which they were made.

    TensorFlow keeps each under a name of its own for as long as the process lives, and with it the graph's tensors:
    5 MB with each training of LeNet-5, and as much with whatever uses swish. Here the graph keeps them.
    """
    decorator: Any = ops.RegisterGradient
    register = decorator.__call__

    def registered(self: Any, gradient: Any) -> Any:
        name: str = self._op_type
        if not name.startswith("CustomGradient-"):
            return register(self, gradient)
        graph: Any = ops.get_default_graph()
        graph.custom_gradients = [*getattr(graph, "custom_gradients", ()), gradient]
        known = weakref.ref(gradient)

        def weakly(operation: Any, *upstream: Any) -> Any:
            gradient = known()
            assert gradient is not None  # the operation is of the graph that keeps it
            return gradient(operation, *upstream)

        register(self, weakly)
        weakref.finalize(gradient, ops.gradient_registry._registry.pop, name, None).atexit = False
        return gradient

    decorator.__call__ = registered


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
