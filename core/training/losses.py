"""The loss that a recipe names, and what is said when it grows without end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from core.network.recipe import Recipe

# (labels (b,) int32, probabilities (b, classes)) → scalar tensor; Keras does not annotate what its losses return.
Loss = Callable[[tf.Tensor, tf.Tensor], Any]


def make_loss(recipe: Recipe, classes: int) -> Loss:
    """(labels (b,) int32, probabilities (b, classes)) → mean loss over the batch."""
    if recipe.loss == "crossentropy" and not recipe.label_smoothing:
        return keras.losses.SparseCategoricalCrossentropy()
    smoothing = recipe.label_smoothing
    if recipe.loss == "mse":
        squares = keras.losses.MeanSquaredError()
        return lambda labels, probabilities: squares(_targets(labels, classes, smoothing), probabilities)
    smoothed = keras.losses.CategoricalCrossentropy(label_smoothing=smoothing)
    return lambda labels, probabilities: smoothed(tf.one_hot(labels, classes), probabilities)


def _targets(labels: tf.Tensor, classes: int, smoothing: float) -> tf.Tensor:
    return tf.one_hot(labels, classes) * (1 - smoothing) + smoothing / classes


def diverged(recipe: Recipe, rate: float, step: int, loss: float) -> str:
    """The message of a run whose loss has diverged: why it ended, and what would help."""
    size = f"{loss:,.0f}" if loss < 1e6 else "more than a million"
    how = f"grew to {size}" if np.isfinite(loss) else "became infinite"
    return (
        f"The loss {how} by step {step:,}, so nothing can be learned any more. With {recipe.optimizer}, a "
        f"learning rate of {rate:.6g} makes steps so long that they overshoot ever further. "
        f"Try {min(rate / 10, 0.01):.3g}."
    )
