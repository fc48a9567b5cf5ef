"""Steps of training in graph: gather, normalise, augment, forward, backward, update."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from core.data.augmentation import Augmentation, augmented
from core.network import Network
from core.network.recipe import Recipe
from core.training.losses import Loss
from core.training.microbatches import cut, how_many, learning
from core.training.schedule import changes_within_epochs
from core.training.tensors import Labelled, normalised


class Steps:
    """Steps of one training, many of them a call.

    Args:
        network: what the model was built from.
        model: with its optimiser, which has been built.
        recipe: how to learn.
        loss: as of `make_loss`.
        train: images (N, h, w, c) uint8 and labels (N,) int32 to learn from.
        size: how many of them, from the first on, are learned from.
    """

    def __init__(
        self, network: Network, model: keras.Model, recipe: Recipe, loss: Loss, train: Labelled, size: int
    ) -> None:
        self._blocks = network.layers
        self._model, self._recipe, self._loss, self._train = model, recipe, loss, train
        self.each_epoch = -(-size // recipe.batch_size)
        self._parts = how_many(recipe.batch_size, size)
        self._varying = changes_within_epochs(recipe)
        self._augmentation = Augmentation.of(recipe)
        # A function of this object's own, so that its graph goes when it goes.
        self._in_graph = tf.function(self._take)

    def take(self, order: tf.Tensor, rates: np.ndarray, first: int, count: int, epoch: int) -> tuple[float, float]:
        """Learn from some batches that follow one another.

        Args:
            order: (n,) int32, the image numbers of the epoch.
            rates: (batches of an epoch,) float32, the learning rate of each.
            first, count: number of the first batch in the epoch, and how many.
            epoch: from 0.

        Returns:
            Sum of the losses of all images, and the number of right predictions.
        """
        total, correct = self._in_graph(
            order, tf.constant(rates), tf.constant(first), tf.constant(count), tf.constant(epoch)
        )
        return float(total), float(correct)

    def _take(self, order: tf.Tensor, rates: tf.Tensor, first: tf.Tensor, count: tf.Tensor, epoch: tf.Tensor):
        images, labels = self._train
        model, optimizer, batch_size = self._model, self._model.optimizer, self._recipe.batch_size
        total, correct = tf.constant(0.0), tf.constant(0.0)
        for step in tf.range(first, first + count):
            # The next images are not changed while these still are: one node of a graph is no place for two threads.
            tf.autograph.experimental.set_loop_options(parallel_iterations=1)
            chosen = order[step * batch_size : (step + 1) * batch_size]  # (b,)
            parts = cut(chosen, self._parts)
            batches = [normalised(tf.gather(images, part)) for part in parts]  # (b / parts, h, w, c) each
            if self._augmentation.active:
                number = (epoch * self.each_epoch + step) * self._parts
                batches = [
                    augmented(batch, self._augmentation, tf.stack([self._recipe.seed, number + part]))
                    for part, batch in enumerate(batches)
                ]
            expected = [tf.gather(labels, part) for part in parts]
            images_here = tf.cast(tf.size(chosen), tf.float32)
            with tf.GradientTape() as tape:
                predictions = learning(model, self._blocks, batches)  # (b / parts, classes) each
                loss = tf.add_n(
                    [
                        self._loss(right, prediction) * (tf.cast(tf.size(right), tf.float32) / images_here)
                        for right, prediction in zip(expected, predictions)
                    ]
                )
                if model.losses:
                    loss += tf.add_n(model.losses)
            variables: Any = model.trainable_variables
            gradients = tape.gradient(loss, variables)
            if self._varying:
                optimizer.learning_rate.assign(rates[step])
            optimizer.apply(gradients, variables)
            total += loss * images_here
            correct += tf.add_n([number_right(right, prediction) for right, prediction in zip(expected, predictions)])
        return total, correct


def number_right(labels: tf.Tensor, predictions: tf.Tensor) -> tf.Tensor:
    """(b,) int32, (b, classes) → scalar float32, how many predictions are right."""
    return tf.reduce_sum(tf.cast(tf.equal(tf.argmax(predictions, 1, tf.int32), labels), tf.float32))
