"""The training loop, in graph: one call takes many batches and lasts about a tenth of a second.

The images lie in memory once, as uint8. Gathering, normalising, augmenting,
the forward and backward passes and the update are one `tf.function` that loops
over batches by itself; Python gets the word between calls only, to obey
controls and to publish.
"""

from __future__ import annotations

import threading
import time
import weakref
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from core.data import Dataset
from core.data.augmentation import Augmentation, augmented
from core.network import Branches, InvalidNetwork, Network, Path, trace
from core.network.recipe import Recipe
from core.training.controls import Controls
from core.training.limits import why_unfit
from core.training.model import build_model, building, layer_name
from core.training.optimizers import make_optimizer
from core.training.parts import cut, how_many, learning
from core.training.schedule import changes_within_epochs, learning_rates
from core.training.snapshot import Mistake, Point, Silent, Snapshot, State, mean, thinned

CALL_SECONDS = 0.1
EVALUATION_IMAGES = 1000  # in one call, fewer where the activations are large
EVALUATION_VALUES = 20_000_000
HOPELESS = 1000.0  # times the loss before training: no recipe comes back from there
STOPPED_LOOK_SECONDS = 2.0  # a stopped run is still judged where that takes no longer
LAST_LOOK_SECONDS = 20.0  # a finished one is tested where that takes no longer
HARDEST = 24  # mistakes that a snapshot names
SAMPLES = 12  # images whose probabilities a snapshot has


@dataclass(frozen=True)
class Checkpoint:
    """All that a training needs to go on as if it had never ended.

    Attributes:
        weights: of the model, as `model.get_weights()` has them.
        generators: states of its random generators.
        optimizer: variables of the optimiser.
        snapshot: history, and where it was.
        best: weights of the best epoch so far, in the order of `model.get_weights()`; empty before the first.
        numbers: small state of the loop and of Keras' callbacks, as JSON has it.
    """

    weights: tuple[np.ndarray, ...]
    generators: tuple[np.ndarray, ...]
    optimizer: tuple[np.ndarray, ...]
    snapshot: Snapshot
    best: tuple[np.ndarray, ...] = ()
    numbers: dict[str, Any] = field(default_factory=dict)


class Loop:
    """One training of one model.

    Args:
        network: its output must be probabilities for the dataset's classes.
        dataset: images of the network's input shape.
        recipe: how to train.
        callbacks: Keras callbacks, told at the ends of calls (as if each were a batch) and of epochs.
        checkpoint: where to go on; from the start if there is none.
        begin: weights to begin with, the first ones in the order of `model.get_weights()`; what is not among them
            is fresh.

    Raises:
        InvalidNetwork: where the network cannot work on this dataset or this machine.
    """

    def __init__(
        self,
        network: Network,
        dataset: Dataset,
        recipe: Recipe,
        callbacks: Sequence[keras.callbacks.Callback] = (),
        checkpoint: Checkpoint | None = None,
        begin: Sequence[np.ndarray] = (),
    ) -> None:
        problem = why_unfit(network, dataset.input_shape, len(dataset.class_names), recipe)
        if problem:
            raise InvalidNetwork(problem)
        self.dataset = dataset
        self.recipe = recipe
        self.classes = len(dataset.class_names)
        self.model = build_model(network, recipe.seed)
        self.model.optimizer = make_optimizer(recipe)  # where Keras' callbacks look for it
        self.model.stop_training = False  # Keras' callbacks set it to end a training
        self._loss = make_loss(recipe, self.classes)
        self._own = _own_callbacks(recipe)
        self._rectified, probe = _rectified(network, self.model)
        with building:
            self.model.optimizer.build(self.model.trainable_variables)
            self._callbacks = keras.callbacks.CallbackList([*self._own, *callbacks], model=self.model)
            self._probe = keras.Model(self.model.inputs, [self.model.outputs[0], *probe])
        known = {id(variable) for variable in self.model.weights}
        self._generators = [variable for variable in self.model.variables if id(variable) not in known]
        _begin_with(self.model, begin)
        self._start = (self.model.get_weights(), _numbers(self._generators))
        self._train, self._test = tensors(dataset)
        self._aside = None if dataset.x_aside is None else _as_tensors(dataset.x_aside, dataset.y_aside)
        self._size, judged = recipe.split(len(dataset.x_train))
        self._judged = (judged, self._train) if judged else (range(len(dataset.x_test)), self._test)
        self._batches = -(-self._size // recipe.batch_size)  # in one epoch
        self._varying = changes_within_epochs(recipe)
        self._augmentation = Augmentation.of(recipe)
        self._blocks = network.layers
        self._parts = how_many(recipe.batch_size, self._size)
        values = max(trace(network).activation_values, 1)
        self._slice = int(np.clip(EVALUATION_VALUES // values, 1, EVALUATION_IMAGES))
        self._evaluation_seconds = 0.0
        self._at_once = 1  # batches in a call, adapted to CALL_SECONDS
        # Functions of this object's own, so that their graphs go when it goes.
        self._take_steps = tf.function(self._steps_in_graph)
        images = tf.TensorSpec((None, *dataset.input_shape), tf.uint8)
        self._judge = tf.function(self._judge_in_graph, [images, tf.TensorSpec((None,), tf.int32)])
        self._restored: list[dict[str, Any]] = []  # state of Keras' callbacks, from a checkpoint
        self._life = 0  # grows with each rewind
        self._begin(recipe.epochs)
        if checkpoint is not None:
            self._restore(checkpoint)

    def _begin(self, epochs: int) -> None:
        """Everything as before the first step, but for the weights."""
        self._rate_set = self.model.optimizer.learning_rate.numpy()
        self._steering = 1.0  # what the schedule is multiplied by, since somebody changed the rate by hand
        self._best: tuple[Point, list[np.ndarray]] | None = None
        self._last: Checkpoint | None = None  # before the best epoch's weights came back
        self._training_seconds = 0.0
        self._timed_steps = 0
        self._calls = 0
        self._clock = time.monotonic()
        self._orders: tuple[int, tf.Tensor, tf.Tensor] | None = None
        self._now = Snapshot(
            State.STARTING,
            epochs=epochs,
            steps=self._batches * epochs,
            judged_on="validation" if self._judged[1] is self._train else "test",
        )

    # What the outside does to it, between two snapshots

    def obey(self, controls: Controls) -> Snapshot:
        """Carry out what was asked for; returns the newest snapshot."""
        wishes = controls.taken()
        if wishes is None:
            return self._now
        if wishes.rewind:
            self._rewind()
        if wishes.epochs is not None:
            self._now = replace(self._now, epochs=wishes.epochs, steps=wishes.epochs * self._batches)
            self._orders = None
            for callback in self._own:
                callback.wait = 0  # epochs without progress are counted anew
        if wishes.learning_rate is not None:
            self._steer(wishes.learning_rate)
        return self._now

    def resting(self) -> Snapshot:
        """The newest snapshot; time from here to the next call does not count."""
        self._now = replace(self._now, seconds=self.seconds)
        self._clock = None
        return self._now

    @property
    def seconds(self) -> float:
        """Spent so far, rests left out."""
        since = time.monotonic() - self._clock if self._clock is not None else 0.0
        return self._now.seconds + since

    def checkpoint(self) -> Checkpoint:
        """All that another loop needs to go on from here."""
        if self._last is not None:
            return replace(self._last, snapshot=self._now)
        return Checkpoint(
            tuple(self.model.get_weights()),
            _numbers(self._generators),
            _numbers(self.model.optimizer.variables),
            self._now,
            tuple(self._best[1]) if self._best else (),
            {
                "steering": self._steering,
                "training_seconds": self._training_seconds,
                "timed_steps": self._timed_steps,
                "best": list(self._best[0]) if self._best else None,
                "callbacks": [_state_of(callback) for callback in self._own],
            },
        )

    def _restore(self, checkpoint: Checkpoint) -> None:
        _assign(self.model.weights, checkpoint.weights)
        _assign(self._generators, checkpoint.generators)
        _assign(self.model.optimizer.variables, checkpoint.optimizer)
        numbers = checkpoint.numbers
        self._steering = float(numbers.get("steering", 1.0))
        self._training_seconds = float(numbers.get("training_seconds", 0.0))
        self._timed_steps = int(numbers.get("timed_steps", 0))
        if checkpoint.best and numbers.get("best"):
            self._best = (Point(*numbers["best"]), list(checkpoint.best))
        self._restored = list(numbers.get("callbacks", ()))
        self._now = replace(
            checkpoint.snapshot,
            state=State.STARTING,
            message="",
            kept_epoch=None,
            epochs=max(checkpoint.snapshot.epochs, self.recipe.epochs),
            steps=max(checkpoint.snapshot.epochs, self.recipe.epochs) * self._batches,
        )

    def _rewind(self) -> None:
        """The very weights of the start, and the random numbers too."""
        _assign(self.model.weights, self._start[0])
        _assign(self._generators, self._start[1])
        rate = self.model.optimizer.learning_rate
        for variable in self.model.optimizer.variables:
            if variable is not rate:
                variable.assign(keras.ops.zeros_like(variable))
        self.model.stop_training = False
        self._life += 1
        self._begin(self._now.epochs)
        for callback in self._own:
            callback.on_train_begin()

    def _steer(self, rate: float) -> None:
        """From here on the schedule goes through this rate, keeping its shape."""
        planned = float(self._planned(np.array([self._now.step]))[0])
        self._steering = rate / planned if planned > 0 else 0.0
        self._orders = None
        self._now = replace(self._now, learning_rate=rate)

    def _planned(self, steps: np.ndarray) -> np.ndarray:
        return learning_rates(self.recipe, self._now.epochs, self._batches, steps)

    # Training

    def snapshots(self, controls: Controls) -> Iterator[Snapshot]:
        """Train, yielding a snapshot after every call. While this waits, the model may be read.

        A snapshot whose state is `EVALUATING` comes from the midst of a judgement;
        after the judgement that ends an epoch the state is `TRAINING` again.
        """
        yield self._published()
        self._callbacks.on_train_begin()
        for callback, state in zip(self._own, self._restored):
            _set_state(callback, state)
        while True:
            if not self._now.judged:
                yield from self._judgement(controls, 0)
                if self._now.judged:
                    yield self._published(state=State.STARTING)
            self.obey(controls)
            if not self._now.judged and not controls.stopped:
                continue  # it was rewound
            if controls.stopped or self.model.stop_training or self._now.step >= self._now.steps:
                break
            yield from self._call(controls)
            if self._now.state is State.FAILED:
                self._callbacks.on_train_end()
                return
            epoch, done = divmod(self._now.step, self._batches)
            if epoch and not done:
                yield from self._judgement(controls, epoch)
                if self._now.judged_epoch == epoch:
                    self._callbacks.on_epoch_end(epoch - 1, self._logs(epoch))
                    self._heed_callbacks()
                    yield self._published(state=State.TRAINING)
        self._callbacks.on_train_end()
        yield from self._end(controls)

    def _end(self, controls: Controls) -> Iterator[Snapshot]:
        unhurried = Controls()
        here = self._now.step / self._batches
        if controls.stopped and here > self._now.judged_epoch and self._evaluation_seconds < STOPPED_LOOK_SECONDS:
            yield from self._judgement(unhurried, here)
        self._last = self.checkpoint()
        kept = here
        best = self._best
        if self.recipe.restore_best and best is not None and best[0].epoch != self._now.judged_epoch:
            self.model.set_weights(best[1])
            kept = best[0].epoch
            self._now = replace(self._now, kept_epoch=kept)
        tested = self._now.test is not None and self._now.test.epoch == kept
        patience = STOPPED_LOOK_SECONDS if controls.stopped else LAST_LOOK_SECONDS
        if here > 0 and not tested and self._evaluation_seconds < patience:
            yield from self._final_test(kept)
        if controls.stopped:
            yield self._published(state=State.STOPPED, seconds_left=None, message=controls.reason)
            return
        early = self._now.step < self._now.steps
        epochs = self._now.step // self._batches
        patience = self.recipe.early_stopping
        waited = f"{patience} epochs" if patience > 1 else "one epoch"
        message = f"Stopped early, after epoch {epochs}: no progress for {waited}."
        yield self._published(
            state=State.FINISHED, seconds_left=0.0, message=message if early and self.recipe.early_stopping else ""
        )

    def _published(self, **changes: Any) -> Snapshot:
        self._now = replace(self._now, seconds=self.seconds, **changes)
        self._clock = time.monotonic()
        return self._now

    def _order_and_rates(self, epoch: int) -> tuple[tf.Tensor, tf.Tensor]:
        """The epoch's shuffled image numbers (n,) int32 and the learning rate of its steps (batches,) float32."""
        if self._orders is None or self._orders[0] != epoch:
            shuffled = np.random.default_rng((self.recipe.seed, epoch)).permutation(self._size)
            steps = np.arange(epoch * self._batches, (epoch + 1) * self._batches)
            rates = (self._planned(steps) * self._steering).astype(np.float32)
            self._orders = (epoch, tf.constant(shuffled, tf.int32), rates)
        _, order, rates = self._orders
        return order, rates

    def _call(self, controls: Controls) -> Iterator[Snapshot]:
        """A few batches of the current epoch."""
        epoch, done = divmod(self._now.step, self._batches)
        if self._clock is None:
            self._clock = time.monotonic()
        if not done:
            self._callbacks.on_epoch_begin(epoch)
            self._heed_callbacks()
        order, rates = self._order_and_rates(epoch)
        count = min(self._at_once, self._batches - done)
        if controls.last_step is not None:
            count = max(min(count, controls.last_step - self._now.step), 1)
        batch_size = self.recipe.batch_size
        images = min((done + count) * batch_size, self._size) - done * batch_size
        before = time.perf_counter()
        self._set_rate(rates[done])
        self._callbacks.on_train_batch_begin(done)
        total, correct = self._take_steps(
            order, tf.constant(rates), tf.constant(done), tf.constant(count), tf.constant(epoch)
        )
        loss, accuracy = float(total) / images, float(correct) / images
        elapsed = time.perf_counter() - before
        done += count
        step = epoch * self._batches + done
        rate = float(rates[done - 1])
        if not loss <= HOPELESS * max(self._now.judged[0].loss, 1.0):  # NaN is not <= anything
            message = diverged(self.recipe, rate, step, loss)
            yield self._published(state=State.FAILED, step=step, seconds_left=None, message=message)
            return
        self._set_rate(rate)
        self._callbacks.on_train_batch_end(done - 1, {"loss": loss, "accuracy": accuracy})
        timed = self._calls > 0  # the first call traced the graph: no measure of speed
        self._calls += 1
        if timed:
            self._training_seconds += elapsed
            self._timed_steps += count
            self._at_once = int(np.clip(count * CALL_SECONDS / elapsed, 1, 4 * self._at_once))
        point = Point(step / self._batches, loss, accuracy, images, rate)
        judging = done == self._batches
        yield self._published(
            state=State.EVALUATING if judging else State.TRAINING,
            epoch=epoch + 1,
            step=step,
            train=thinned((*self._now.train, point)),
            learning_rate=rate,
            images_per_second=self._speed(images / elapsed) if timed else self._now.images_per_second,
            seconds_left=self._seconds_left(step) if self._timed_steps else None,
        )

    def _set_rate(self, rate: float) -> None:
        self._rate_set = np.float32(rate)
        self.model.optimizer.learning_rate.assign(self._rate_set)

    def _heed_callbacks(self) -> None:
        """A Keras callback may have set the learning rate: the schedule goes on from there."""
        rate = self.model.optimizer.learning_rate.numpy()
        if rate != self._rate_set:
            self._steer(float(rate))
            self._rate_set = rate

    def _speed(self, newest: float) -> float:
        """Images per second, smoothed so that the number can be read."""
        before = self._now.images_per_second
        return 0.8 * before + 0.2 * newest if before else newest

    def _seconds_left(self, step: int) -> float:
        training = self._training_seconds / self._timed_steps * (self._now.steps - step)
        epochs = self._now.epochs - (step - 1) // self._batches
        return training + epochs * self._evaluation_seconds

    def _logs(self, epoch: int) -> dict[str, float]:
        """What Keras calls logs: means over the epoch, and the newest judgement as validation."""
        learned = mean([point for point in self._now.train if epoch - 1 < point.epoch <= epoch])
        return {
            "loss": learned.loss,
            "accuracy": learned.accuracy,
            "val_loss": self._now.judged[-1].loss,
            "val_accuracy": self._now.judged[-1].accuracy,
        }

    # Judging

    def _judgement(self, controls: Controls, epoch: float) -> Iterator[Snapshot]:
        """Judge the network as it is. Adds a point, unless it is interrupted."""
        indexes, (images, labels) = self._judged
        state = State.EVALUATING if epoch else State.STARTING
        changes = {}
        if self._aside is not None:  # first: how long the others took is what is remembered
            those = range(len(self._aside[1]))
            found = yield from self._answers(controls, those, *self._aside, state)
            if found is None:
                return
            point, _ = self._facts(epoch, those, self._aside[1], *found)
            changes["aside"] = (*self._now.aside, point)
        found = yield from self._answers(controls, indexes, images, labels, state)
        if found is None:
            return
        point, facts = self._facts(epoch, indexes, labels, *found)
        changes |= {"judged": (*self._now.judged, point), **facts}
        if self._now.judged_on == "test":
            changes["test"] = point
        better = self._best is None or _better(point, self._best[0], self.recipe.monitor)
        if epoch and better:
            self._best = (point, self.model.get_weights())
        self._now = replace(self._now, **changes)

    def _final_test(self, epoch: float) -> Iterator[Snapshot]:
        """Read the test images once, with the weights that are kept."""
        images, labels = self._test
        indexes = range(len(self.dataset.x_test))
        found = yield from self._answers(Controls(), indexes, images, labels, State.EVALUATING)
        point, facts = self._facts(epoch, indexes, labels, *found)
        if self._now.judged_on == "validation":
            facts = {}  # pictures and lists go on being about the images that the curve is about
        yield self._published(test=point, **facts)

    def _answers(self, controls: Controls, indexes: range, images: tf.Tensor, labels: tf.Tensor, state: State):
        """Probabilities (n, classes), mean loss and which rectified units spoke, a slice a call; None if interrupted."""
        answers, total, spoke = [], 0.0, None
        life = self._life
        for first in range(indexes.start, indexes.stop, self._slice):
            if controls.stopped or self._life != life:
                return None
            before = time.perf_counter()
            last = min(first + self._slice, indexes.stop)
            loss, probabilities, heard = self._judge(images[first:last], labels[first:last])
            total += float(loss) * (last - first)
            answers.append(probabilities.numpy())
            heard = [one.numpy() for one in heard]
            spoke = heard if spoke is None else [a | b for a, b in zip(spoke, heard)]
            # The last slice of a run's first evaluation is free of tracing.
            self._evaluation_seconds = (time.perf_counter() - before) * len(indexes) / (last - first)
            yield self._published(state=state)
        if self._life != life:
            return None
        return np.concatenate(answers), total / len(indexes), spoke

    def _facts(self, epoch, indexes, labels, answers, loss, spoke) -> tuple[Point, dict[str, Any]]:
        expected = labels.numpy()[indexes.start : indexes.stop]
        answered = answers.argmax(axis=1)
        confusion = np.bincount(expected * self.classes + answered, minlength=self.classes**2)
        wrong = np.flatnonzero(answered != expected)
        surest = wrong[np.argsort(-answers[wrong, answered[wrong]], kind="stable")[:HARDEST]]
        point = Point(epoch, loss, float((answered == expected).mean()), len(indexes), self._now.learning_rate)
        return point, {
            "confusion": confusion.reshape(self.classes, self.classes),
            "samples": answers[:SAMPLES],
            "hardest": tuple(
                Mistake(int(indexes[i]), int(expected[i]), int(answered[i]), float(answers[i, answered[i]]))
                for i in surest
            ),
            "silent": tuple(
                Silent(path, float(1 - units.mean()))
                for path, units in zip(self._rectified, spoke)
                if not units.all()
            ),
        }

    # In graph

    def _steps_in_graph(
        self, order: tf.Tensor, rates: tf.Tensor, first: tf.Tensor, count: tf.Tensor, epoch: tf.Tensor
    ):
        """`count` batches from batch `first` of this order → (sum of losses, number right)."""
        images, labels = self._train
        model, optimizer, batch_size = self.model, self.model.optimizer, self.recipe.batch_size
        total, correct = tf.constant(0.0), tf.constant(0.0)
        for step in tf.range(first, first + count):
            # The next images are not changed while these still are: one node of a graph is no place for two threads.
            tf.autograph.experimental.set_loop_options(parallel_iterations=1)
            chosen = order[step * batch_size : (step + 1) * batch_size]  # (b,)
            parts = cut(chosen, self._parts)
            batches = [normalised(tf.gather(images, part)) for part in parts]  # (b / parts, h, w, c) each
            if self._augmentation.active:
                number = (epoch * self._batches + step) * self._parts
                batches = [
                    augmented(batch, self._augmentation, tf.stack([self.recipe.seed, number + part]))
                    for part, batch in enumerate(batches)
                ]
            expected = [tf.gather(labels, part) for part in parts]
            images_here = tf.cast(tf.size(chosen), tf.float32)
            with tf.GradientTape() as tape:
                answers = learning(model, self._blocks, batches)  # (b / parts, classes) each
                loss = tf.add_n(
                    [
                        self._loss(right, answer) * (tf.cast(tf.size(right), tf.float32) / images_here)
                        for right, answer in zip(expected, answers)
                    ]
                )
                if model.losses:
                    loss += tf.add_n(model.losses)
            variables = model.trainable_variables
            gradients = tape.gradient(loss, variables)
            if self._varying:
                optimizer.learning_rate.assign(rates[step])
            optimizer.apply(gradients, variables)
            total += loss * images_here
            correct += tf.add_n([_number_right(right, answer) for right, answer in zip(expected, answers)])
        return total, correct

    def _judge_in_graph(self, images: tf.Tensor, labels: tf.Tensor):
        """(n, h, w, c) uint8, (n,) → (mean loss, probabilities (n, classes), for each rectified layer who spoke)."""
        answers, heard = [], []
        for part in cut(images, how_many(self._slice, self._slice)):
            answer, *activations = keras.tree.flatten(self._probe(normalised(part), training=False))
            answers.append(answer)
            heard.append([tf.reduce_any(values > 0, list(range(len(values.shape) - 1))) for values in activations])
        answers = tf.concat(answers, 0)
        return self._loss(labels, answers), answers, [tf.reduce_any(one, 0) for one in zip(*heard)]


def _number_right(labels: tf.Tensor, answers: tf.Tensor) -> tf.Tensor:
    return tf.reduce_sum(tf.cast(tf.equal(tf.argmax(answers, 1, tf.int32), labels), tf.float32))


def make_loss(recipe: Recipe, classes: int) -> Callable[[tf.Tensor, tf.Tensor], tf.Tensor]:
    """(labels (b,) int32, probabilities (b, classes)) → mean loss over the batch."""
    if recipe.loss == "crossentropy" and not recipe.label_smoothing:
        return keras.losses.SparseCategoricalCrossentropy()
    smoothing = recipe.label_smoothing
    if recipe.loss == "mse":
        squares = keras.losses.MeanSquaredError()
        return lambda expected, answers: squares(_targets(expected, classes, smoothing), answers)
    smoothed = keras.losses.CategoricalCrossentropy(label_smoothing=smoothing)
    return lambda expected, answers: smoothed(tf.one_hot(expected, classes), answers)


def _targets(expected: tf.Tensor, classes: int, smoothing: float) -> tf.Tensor:
    return tf.one_hot(expected, classes) * (1 - smoothing) + smoothing / classes


def _own_callbacks(recipe: Recipe) -> list[keras.callbacks.Callback]:
    """Keras' own, for what the recipe decides at the ends of epochs."""
    mode = "min" if recipe.monitor == "val_loss" else "max"
    own: list[keras.callbacks.Callback] = []
    if recipe.early_stopping:
        own.append(keras.callbacks.EarlyStopping(recipe.monitor, patience=recipe.early_stopping, mode=mode))
    if recipe.schedule == "plateau":
        own.append(
            keras.callbacks.ReduceLROnPlateau(
                recipe.monitor, recipe.factor, recipe.plateau_patience, mode=mode, min_lr=recipe.lowest_rate
            )
        )
    return own


_CALLBACK_STATE = ("wait", "best", "best_epoch", "cooldown_counter")


def _state_of(callback: keras.callbacks.Callback) -> dict[str, Any]:
    state = {name: getattr(callback, name) for name in _CALLBACK_STATE if hasattr(callback, name)}
    return {name: None if value is None else float(value) for name, value in state.items()}


def _set_state(callback: keras.callbacks.Callback, state: dict[str, Any]) -> None:
    for name in _CALLBACK_STATE:
        if name in state and hasattr(callback, name):
            setattr(callback, name, state[name])


def _better(point: Point, best: Point, monitor: str) -> bool:
    return point.loss < best.loss if monitor == "val_loss" else point.accuracy > best.accuracy


def _numbers(variables: Sequence[Any]) -> tuple[np.ndarray, ...]:
    return tuple(variable.numpy() for variable in variables)


def _assign(variables: Sequence[Any], values: Sequence[np.ndarray]) -> None:
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)


def _begin_with(model: keras.Model, begin: Sequence[np.ndarray]) -> None:
    first = model.weights[: len(begin)]
    if [tuple(weights.shape) for weights in first] != [array.shape for array in begin]:
        raise InvalidNetwork("The weights that this was to begin with belong to another network.")
    _assign(first, begin)


def _rectified(network: Network, model: keras.Model) -> tuple[list[Path], list[Any]]:
    """Paths and outputs of the layers that end in relu: the ones whose units can die."""
    found: list[Path] = []

    def look(blocks: tuple, prefix: Path) -> None:
        for index, block in enumerate(blocks):
            if isinstance(block, Branches):
                for number, branch in enumerate(block.branches):
                    look(branch, (*prefix, index, number))
            elif getattr(block, "activation", None) == "relu":
                found.append((*prefix, index))

    look(network.layers, ())
    return found, [model.get_layer(layer_name(path)).output for path in found]


def diverged(recipe: Recipe, rate: float, step: int, loss: float) -> str:
    """Why a run had to end, and what would help."""
    how = f"grew to {loss:.1e}" if np.isfinite(loss) else "became infinite"
    return (
        f"The loss {how} by step {step:,}, so nothing can be learned any more. With {recipe.optimizer}, a "
        f"learning rate of {rate:.6g} makes steps so long that they overshoot ever further. "
        f"Try {min(rate / 10, 0.01):.3g}."
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
            _tensors[dataset] = (
                _as_tensors(dataset.x_train, dataset.y_train),
                _as_tensors(dataset.x_test, dataset.y_test),
            )
        return _tensors[dataset]


def _as_tensors(images: np.ndarray, labels: np.ndarray) -> tuple[tf.Tensor, tf.Tensor]:
    return tf.constant(images), tf.constant(labels, tf.int32)
