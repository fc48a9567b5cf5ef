"""The training loop, in graph: one call takes many batches and lasts about a tenth of a second.

The images lie in memory once, as uint8. Gathering, normalising, the forward
and backward passes and the update are one `tf.function` that loops over
batches by itself; Python gets the word between calls only, to read controls
and to publish.
"""

from __future__ import annotations

import threading
import time
import weakref
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from core.data import Dataset
from core.network import InvalidNetwork, Network, trace
from core.network.recipe import Recipe
from core.training.controls import Controls
from core.training.limits import why_unfit
from core.training.model import build_model, building
from core.training.snapshot import Point, Snapshot, State, thinned

CALL_SECONDS = 0.1
EVALUATION_IMAGES = 1000  # in one call, fewer where the activations are large
EVALUATION_VALUES = 20_000_000
HOPELESS = 1000.0  # times the loss before training: no recipe comes back from there
LAST_LOOK_SECONDS = 2.0  # a stopped run is still tested where that takes no longer


class Loop:
    """One training of one model.

    Args:
        network: its output must be probabilities for the dataset's classes.
        dataset: images of the network's input shape.
        recipe: how to train.
        callbacks: Keras callbacks, told at the ends of calls (as if each were a batch) and of epochs.

    Raises:
        InvalidNetwork: where the network cannot work on this dataset or this machine.
    """

    def __init__(
        self,
        network: Network,
        dataset: Dataset,
        recipe: Recipe,
        callbacks: Sequence[keras.callbacks.Callback] = (),
    ) -> None:
        problem = why_unfit(network, dataset.input_shape, len(dataset.class_names), recipe)
        if problem:
            raise InvalidNetwork(problem)
        self.dataset = dataset
        self.recipe = recipe
        self.model = build_model(network, recipe.seed)
        self.model.optimizer = make_optimizer(recipe)  # where Keras' callbacks look for it
        self.model.stop_training = False  # Keras' callbacks set it to end a training
        self._loss = make_loss(recipe, len(dataset.class_names))
        with building:
            self.model.optimizer.build(self.model.trainable_variables)
            self._callbacks = keras.callbacks.CallbackList(list(callbacks), model=self.model)
        self._train, self._test = tensors(dataset)
        self._size = len(dataset.x_train)
        self._batches = -(-self._size // recipe.batch_size)  # in one epoch
        values = max(trace(network).activation_values, 1)
        self._slice = int(np.clip(EVALUATION_VALUES // values, 1, EVALUATION_IMAGES))
        self._evaluation_seconds = 0.0
        self._at_once = 1  # batches in a call, adapted to CALL_SECONDS
        self._training_seconds = 0.0
        self._started = time.monotonic()
        self._now = Snapshot(State.STARTING, epochs=recipe.epochs, steps=self._batches * recipe.epochs)
        # Functions of this object's own, so that their graphs go when it goes.
        self._take_steps = tf.function(self._steps_in_graph)
        self._judge = tf.function(self._judge_in_graph)

    def snapshots(self, controls: Controls) -> Iterator[Snapshot]:
        """Train, yielding a snapshot after every call. While this waits, the model may be read."""
        yield self._published()
        self._callbacks.on_train_begin()
        yield from self._evaluation(controls, 0)
        for epoch in range(self.recipe.epochs):
            if not self._going(controls):
                break
            self._callbacks.on_epoch_begin(epoch)
            yield from self._epoch(controls, epoch)
            if self._now.state is State.FAILED:
                break
            if self._now.step == (epoch + 1) * self._batches:
                yield from self._evaluation(controls, epoch + 1)
                self._callbacks.on_epoch_end(epoch, self._logs(epoch))
        self._callbacks.on_train_end()
        if self._now.state is State.FAILED:
            return
        if controls.stopped:
            here = self._now.step / self._batches
            if here > self._now.test_epoch and self._evaluation_seconds < LAST_LOOK_SECONDS:
                yield from self._evaluation(Controls(), here)
            yield self._published(state=State.STOPPED, seconds_left=None, message=controls.reason)
        else:
            yield self._published(state=State.FINISHED, seconds_left=0.0)

    def _published(self, **changes: Any) -> Snapshot:
        self._now = replace(self._now, seconds=time.monotonic() - self._started, **changes)
        return self._now

    def _going(self, controls: Controls) -> bool:
        return not controls.stopped and not self.model.stop_training

    def _epoch(self, controls: Controls, epoch: int) -> Iterator[Snapshot]:
        shuffled = np.random.default_rng((self.recipe.seed, epoch)).permutation(self._size)
        order = tf.constant(shuffled, tf.int32)
        done = 0
        while done < self._batches and self._going(controls):
            count = min(self._at_once, self._batches - done)
            images = min((done + count) * self.recipe.batch_size, self._size) - done * self.recipe.batch_size
            before = time.perf_counter()
            self._callbacks.on_train_batch_begin(done)
            total, correct = self._take_steps(order, tf.constant(done), tf.constant(count))
            loss, accuracy = float(total) / images, float(correct) / images
            elapsed = time.perf_counter() - before
            done += count
            step = epoch * self._batches + done
            if not loss <= HOPELESS * max(self._now.test[0].loss, 1.0):  # NaN is not <= anything
                message = diverged(self.recipe, step, loss)
                yield self._published(state=State.FAILED, step=step, seconds_left=None, message=message)
                return
            self._callbacks.on_train_batch_end(done - 1, {"loss": loss, "accuracy": accuracy})
            timed = step > 1  # the first call traced the graph: no measure of speed
            if timed:
                self._training_seconds += elapsed
                self._at_once = int(np.clip(self._at_once * CALL_SECONDS / elapsed, 1, 4 * self._at_once))
            yield self._published(
                state=State.TRAINING,
                epoch=epoch + 1,
                step=step,
                train=thinned((*self._now.train, Point(step / self._batches, loss, accuracy, images))),
                images_per_second=self._speed(images / elapsed) if timed else 0.0,
                seconds_left=self._seconds_left(step) if timed else None,
            )

    def _speed(self, newest: float) -> float:
        """Images per second, smoothed so that the number can be read."""
        before = self._now.images_per_second
        return 0.8 * before + 0.2 * newest if before else newest

    def _seconds_left(self, step: int) -> float:
        training = self._training_seconds / (step - 1) * (self._now.steps - step)
        epochs = self.recipe.epochs - (step - 1) // self._batches
        return training + epochs * self._evaluation_seconds

    def _logs(self, epoch: int) -> dict[str, float]:
        """What Keras calls logs: means over the epoch, and the newest test as validation."""
        points = [point for point in self._now.train if epoch < point.epoch <= epoch + 1]
        images = sum(point.images for point in points)
        logs = {
            "loss": sum(point.loss * point.images for point in points) / images,
            "accuracy": sum(point.accuracy * point.images for point in points) / images,
        }
        if self._now.test_epoch == epoch + 1:
            logs |= {"val_loss": self._now.test[-1].loss, "val_accuracy": self._now.test[-1].accuracy}
        return logs

    def _evaluation(self, controls: Controls, epoch: float) -> Iterator[Snapshot]:
        """Judge the whole test set, a slice a call. Adds a test point, unless it is interrupted."""
        size, classes = len(self.dataset.x_test), len(self.dataset.class_names)
        confusion = np.zeros((classes, classes), np.int64)
        total = 0.0
        for first in range(0, size, self._slice):
            before = time.perf_counter()
            if controls.stopped:
                return
            last = min(first + self._slice, size)
            loss, counts = self._judge(tf.constant(first), tf.constant(last))
            total += float(loss)
            confusion += counts.numpy()
            # The last slice of a run's first evaluation is free of tracing.
            self._evaluation_seconds = (time.perf_counter() - before) * size / (last - first)
            yield self._published(state=State.EVALUATING if epoch else State.STARTING)
        point = Point(epoch, total / size, float(confusion.trace()) / size, size)
        yield self._published(test=(*self._now.test, point), confusion=confusion)

    def _steps_in_graph(self, order: tf.Tensor, first: tf.Tensor, count: tf.Tensor):
        """`count` batches from batch `first` of this order → (sum of losses, number right)."""
        images, labels = self._train
        model, optimizer, batch_size = self.model, self.model.optimizer, self.recipe.batch_size
        total, correct = tf.constant(0.0), tf.constant(0.0)
        for step in tf.range(first, first + count):
            chosen = order[step * batch_size : (step + 1) * batch_size]
            batch = normalised(tf.gather(images, chosen))  # (b, h, w, c)
            expected = tf.gather(labels, chosen)  # (b,)
            with tf.GradientTape() as tape:
                answers = model(batch, training=True)  # (b, classes)
                loss = self._loss(expected, answers)
                if model.losses:
                    loss += tf.add_n(model.losses)
            variables = model.trainable_variables
            optimizer.apply(tape.gradient(loss, variables), variables)
            right = tf.equal(tf.argmax(answers, axis=1, output_type=tf.int32), expected)
            total += loss * tf.cast(tf.size(expected), tf.float32)
            correct += tf.reduce_sum(tf.cast(right, tf.float32))
        return total, correct

    def _judge_in_graph(self, first: tf.Tensor, last: tf.Tensor):
        """Test images first … last − 1 → (sum of losses, confusion counts)."""
        images, labels = self._test
        expected = labels[first:last]
        answers = self.model(normalised(images[first:last]), training=False)
        loss = self._loss(expected, answers) * tf.cast(last - first, tf.float32)
        answered = tf.argmax(answers, axis=1, output_type=tf.int32)
        classes = len(self.dataset.class_names)
        return loss, tf.math.confusion_matrix(expected, answered, classes, dtype=tf.int64)


def make_optimizer(recipe: Recipe) -> keras.optimizers.Optimizer:
    """The Keras optimiser that the recipe names."""
    fields: dict[str, Any] = {"learning_rate": recipe.learning_rate}
    if recipe.optimizer in ("SGD", "RMSprop"):
        fields["momentum"] = recipe.momentum
    return getattr(keras.optimizers, recipe.optimizer)(**fields)


def make_loss(recipe: Recipe, classes: int) -> Callable[[tf.Tensor, tf.Tensor], tf.Tensor]:
    """(labels (b,) int32, probabilities (b, classes)) → mean loss over the batch."""
    if recipe.loss == "mse":
        squares = keras.losses.MeanSquaredError()
        return lambda expected, answers: squares(tf.one_hot(expected, classes), answers)
    return keras.losses.SparseCategoricalCrossentropy()


def diverged(recipe: Recipe, step: int, loss: float) -> str:
    """Why a run had to end, and what would help."""
    how = f"grew to {loss:.1e}" if np.isfinite(loss) else "became infinite"
    return (
        f"The loss {how} by step {step:,}, so nothing can be learned any more. With {recipe.optimizer}, a "
        f"learning rate of {recipe.learning_rate:g} makes steps so long that they overshoot ever further. "
        f"Try {min(recipe.learning_rate / 10, 0.01):g}."
    )


def normalised(images: tf.Tensor) -> tf.Tensor:
    """uint8 0…255 → float32 0…1."""
    return tf.cast(images, tf.float32) * (1 / 255)


_tensors: weakref.WeakKeyDictionary[Dataset, Any] = weakref.WeakKeyDictionary()
_placing = threading.Lock()


def tensors(dataset: Dataset):
    """((x_train, y_train), (x_test, y_test)): uint8 and int32, one copy for all runs."""
    with _placing:
        if dataset not in _tensors:
            _tensors[dataset] = tuple(
                (tf.constant(images), tf.constant(labels, tf.int32))
                for images, labels in (
                    (dataset.x_train, dataset.y_train),
                    (dataset.x_test, dataset.y_test),
                )
            )
        return _tensors[dataset]
