"""Keras' optimisers, with TensorFlow's fused update kernels where the formula is the same.

Keras writes Adam's update as a dozen operations, each of which reads and writes
all weights once. TensorFlow has one kernel for it. The variables, the settings
and the numbers (within rounding) stay Keras' own.
"""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from core.network.recipe import Recipe
from core.training import keras_private


class Adam(keras_private.Optimizer, keras.optimizers.Adam):
    """`keras.optimizers.Adam`, fused."""

    def prepare(self) -> None:
        done = self.iterations.value  # pyright: ignore  # a property whose type Keras leaves to be guessed
        step = tf.cast(done + 1, tf.float32)
        self._powers = (tf.pow(self.beta_1, step), tf.pow(self.beta_2, step))  # once for all variables

    def update_step(self, gradient: tf.Tensor, variable: Any, learning_rate: tf.Tensor) -> None:
        slot, (means, squares) = self.slot(variable), keras_private.moments(self)
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle,
            m=means[slot].handle,
            v=squares[slot].handle,
            beta1_power=self._powers[0],
            beta2_power=self._powers[1],
            lr=learning_rate,
            beta1=self.beta_1,
            beta2=self.beta_2,
            epsilon=self.epsilon,
            grad=gradient,
        )


class AdamW(Adam, keras.optimizers.AdamW):
    """`keras.optimizers.AdamW`, fused; the decay of weights is Keras' own."""


class SGD(keras_private.Optimizer, keras.optimizers.SGD):
    """`keras.optimizers.SGD`, fused."""

    def update_step(self, gradient: tf.Tensor, variable: Any, learning_rate: tf.Tensor) -> None:
        if not self.momentum:
            tf.raw_ops.ResourceApplyGradientDescent(var=variable.handle, alpha=learning_rate, delta=gradient)
            return
        tf.raw_ops.ResourceApplyKerasMomentum(
            var=variable.handle,
            accum=keras_private.momentums(self)[self.slot(variable)].handle,
            lr=learning_rate,
            grad=gradient,
            momentum=self.momentum,
            use_nesterov=self.nesterov,
        )


KINDS = {"Adam": Adam, "AdamW": AdamW, "SGD": SGD, "RMSprop": keras.optimizers.RMSprop}


def make_optimizer(recipe: Recipe) -> keras.optimizers.Optimizer:
    """The optimiser that the recipe names; the loop sets its learning rate."""
    fields: dict[str, Any] = {"learning_rate": recipe.learning_rate, "global_clipnorm": recipe.clip_norm or None}
    for name in ("momentum", "nesterov", "weight_decay"):
        if name not in recipe.idle():
            fields[name] = getattr(recipe, name)
    return KINDS[recipe.optimizer](**fields)
