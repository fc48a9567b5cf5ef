"""The training loop, in graph: one call takes many batches and lasts about a tenth of a second.

The images lie in memory once, as uint8; `core.training.steps` takes many batches
by itself. Control returns to Python between calls, to obey requests and to publish.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from core.data import Dataset
from core.network import InvalidNetwork, Network, trace
from core.network.recipe import Recipe
from core.network.words import counted
from core.training.callbacks import callback_state, recipe_callbacks, set_callback_state
from core.training.checkpoint import Checkpoint
from core.training.controls import Controls
from core.training.evaluation import Evaluation, Evaluator
from core.training.limits import why_unfit
from core.training.losses import diverged, make_loss
from core.training.model import build_model, building
from core.training.optimizers import make_optimizer
from core.training.priority import stepping
from core.training.schedule import learning_rates
from core.training.snapshot import Point, Snapshot, State, downsample, mean
from core.training.steps import Steps
from core.training.tensors import as_tensors, tensors

CALL_SECONDS = 0.1
MACS_A_SECOND = 2e9  # of the forward pass, where the backward pass is done in the same time: a slow machine's
HOPELESS = 1000.0  # times the loss before training: no recipe comes back from there
STOPPED_EVALUATION_SECONDS = 2.0  # a stopped run is still evaluated where that takes no longer
FINAL_TEST_SECONDS = 20.0  # a finished one is tested where that takes no longer


NO_FACTS: dict[str, Any] = {"confusion": None, "hardest": (), "samples": None, "dead_units": ()}


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

    Attributes:
        model: with the newest weights.
        step_seconds: how long a step takes where nothing else wants the processor.

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
        self.model = build_model(network, recipe.seed)
        self.model.optimizer = make_optimizer(recipe)  # where Keras' callbacks look for it
        self.model.stop_training = False  # Keras' callbacks set it to end a training
        loss = make_loss(recipe, len(dataset.class_names))
        self._own = recipe_callbacks(recipe)
        with building:
            self.model.optimizer.build(self.model.trainable_variables)
            self._callbacks = keras.callbacks.CallbackList([*self._own, *callbacks], model=self.model)
        self._evaluator = Evaluator(self.model, network, loss)
        known = {id(variable) for variable in self.model.weights}
        self._generators = [variable for variable in self.model.variables if id(variable) not in known]
        _begin_with(self.model, begin)
        self._start = (self.model.get_weights(), _numbers(self._generators))
        self._train, self._test = tensors(dataset)
        images, labels = dataset.x_held_out, dataset.y_held_out
        self._held_out = None if images is None or labels is None else as_tensors(images, labels)
        self._size, validation = recipe.split(len(dataset.x_train))
        self._evaluated_on = (validation, self._train) if validation else (range(len(dataset.x_test)), self._test)
        self._steps = Steps(network, self.model, recipe, loss, self._train, self._size)
        self._batches = self._steps.each_epoch
        self._evaluation_seconds = 0.0
        self._at_once = 1  # batches in a call, adapted to CALL_SECONDS
        self.step_seconds = trace(network).macs * recipe.batch_size / MACS_A_SECOND  # until it is measured
        self._restored: list[dict[str, Any]] = []  # state of Keras' callbacks, from a checkpoint
        self._life = 0  # grows with each rewind
        self._turns = 0  # grows with whatever an evaluation and an end have to give way to
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
        self._orders: tuple[int, tf.Tensor, np.ndarray] | None = None
        self._now = Snapshot(
            State.STARTING,
            epochs=epochs,
            steps=self._batches * epochs,
            evaluated_on="validation" if self._evaluated_on[1] is self._train else "test",
        )

    # What the outside does to it, between two snapshots

    def obey(self, controls: Controls) -> Snapshot:
        """Carry out the pending requests; returns the newest snapshot."""
        requests = controls.taken()
        if requests is not None:
            if requests.rewind:
                self._rewind()
            if requests.more:
                self._plan(requests.more)
            if requests.learning_rate is not None:
                self._steer(requests.learning_rate)
        controls.aim(self._now.step, self._now.evaluated_epoch)
        return self._now

    def _plan(self, more: int) -> None:
        """Plan so many epochs from here; one that was begun is not among them."""
        epochs = -(-self._now.step // self._batches) + more
        self._now = replace(self._now, epochs=epochs, steps=epochs * self._batches)
        self._orders = None
        self._turns += 1
        if self._last is not None:  # the best epoch's weights have come back, but it goes on from the last ones
            _assign(self.model.weights, self._last.weights)
            self._last = None
            self._now = replace(self._now, kept_epoch=None)
        self.model.stop_training = False
        for callback in self._own:
            callback.wait = 0  # epochs without progress are counted anew

    @property
    def life(self) -> int:
        """Grows with each rewind."""
        return self._life

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
                "callbacks": [callback_state(callback) for callback in self._own],
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
            report="",
            kept_epoch=None,
            epochs=max(checkpoint.snapshot.epochs, self.recipe.epochs),
            steps=max(checkpoint.snapshot.epochs, self.recipe.epochs) * self._batches,
        )

    def _rewind(self) -> None:
        """Restore the initial weights and random generators."""
        _assign(self.model.weights, self._start[0])
        _assign(self._generators, self._start[1])
        rate = self.model.optimizer.learning_rate
        for variable in self.model.optimizer.variables:
            if variable is not rate:
                variable.assign(keras.ops.zeros_like(variable))
        self.model.stop_training = False
        self._life += 1
        self._turns += 1
        self._restored = []
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

        A snapshot whose state is `EVALUATING` comes from the midst of an evaluation;
        after the evaluation that ends an epoch the state is `TRAINING` again.
        """
        yield self._published()
        while True:
            self._callbacks.on_train_begin()
            for callback, state in zip(self._own, self._restored):
                set_callback_state(callback, state)
            yield from self._learning(controls)
            if self._now.state is State.FAILED:
                return
            turns = self._turns
            yield from self._end(controls.stopped, controls.reason)
            if self._turns == turns:
                return
            self._restored = [callback_state(callback) for callback in self._own]

    def _learning(self, controls: Controls) -> Iterator[Snapshot]:
        """Epochs with their evaluations, until all are done, or it is stopped or fails."""
        while True:
            self.obey(controls)
            if controls.stopped or self.model.stop_training:
                break
            epoch, done = divmod(self._now.step, self._batches)
            if not done and self._now.evaluated_epoch < epoch:  # also after a rest in the midst of an evaluation
                yield from self._evaluated_epoch(controls, epoch)
                continue
            if self._now.step >= self._now.steps:
                break
            yield from self._call(controls)
            if self._now.state is State.FAILED:
                break
        self._callbacks.on_train_end()

    def _evaluated_epoch(self, controls: Controls, epoch: int) -> Iterator[Snapshot]:
        """The evaluation after an epoch, 0 before the first, and what Keras' callbacks make of it."""
        yield from self._evaluation(controls, epoch)
        if self._now.evaluated_epoch != epoch:
            return  # it was interrupted
        if epoch:
            self._callbacks.on_epoch_end(epoch - 1, self._logs(epoch))
            self._heed_callbacks()
        yield self._published(state=State.TRAINING if epoch else State.STARTING)

    def _end(self, stopped: bool, reason: str) -> Iterator[Snapshot]:
        """The last evaluation and the final snapshot; given up where it is rewound or planned longer meanwhile."""
        turns, nobody = self._turns, Controls()
        here = self._now.step / self._batches
        most = STOPPED_EVALUATION_SECONDS if stopped else FINAL_TEST_SECONDS
        if stopped and here > self._now.evaluated_epoch and self._evaluation_seconds < most:
            whole = here == int(here)
            yield from self._evaluated_epoch(nobody, int(here)) if whole else self._evaluation(nobody, here)
        if self._turns != turns:
            return
        self._last = self.checkpoint()
        kept = here
        best = self._best
        if self.recipe.restore_best and best is not None and best[0].epoch != self._now.evaluated_epoch:
            self.model.set_weights(best[1])
            kept = best[0].epoch
            self._now = replace(self._now, kept_epoch=kept, **NO_FACTS)
            if not stopped or self._evaluation_seconds < most:
                yield from self._kept_facts(kept)
        if self._turns != turns:
            return
        tested = self._now.test is not None and self._now.test.epoch == kept
        if here > 0 and not tested and self._evaluation_seconds < most:
            yield from self._final_test(kept)
        if self._turns != turns:
            return
        if stopped:
            yield self._published(state=State.STOPPED, seconds_left=None, message=reason)
        else:
            yield self._published(state=State.FINISHED, seconds_left=0.0, message=self._why_early())

    def _why_early(self) -> str:
        """The message of a run that early stopping has ended; empty for others."""
        epochs = self.recipe.early_stopping
        if not epochs or self._now.step >= self._now.steps:
            return ""
        return f"Stopped early, after epoch {self._now.step // self._batches}: no progress for {counted(epochs, 'epoch')}."

    def _published(self, **changes: Any) -> Snapshot:
        self._now = replace(self._now, seconds=self.seconds, **changes)
        self._clock = time.monotonic()
        return self._now

    def _order_and_rates(self, epoch: int) -> tuple[tf.Tensor, np.ndarray]:
        """The epoch's shuffled image numbers (n,) int32 and the learning rate of its steps (batches,) float32."""
        orders = self._orders
        if orders is None or orders[0] != epoch:
            shuffled = np.random.default_rng((self.recipe.seed, epoch)).permutation(self._size)
            steps = np.arange(epoch * self._batches, (epoch + 1) * self._batches)
            rates = (self._planned(steps) * self._steering).astype(np.float32)
            orders = self._orders = (epoch, tf.constant(shuffled, tf.int32), rates)
        return orders[1:]

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
        with stepping(self.step_seconds):
            total, correct = self._steps.take(order, rates, done, count, epoch)
        loss, accuracy = total / images, correct / images
        elapsed = time.perf_counter() - before
        done += count
        step = epoch * self._batches + done
        rate = float(rates[done - 1])
        if not loss <= HOPELESS * max(self._now.evaluations[0].loss, 1.0):  # NaN is not <= anything
            message = diverged(self.recipe, rate, step, loss)
            end = (Point(step / self._batches, loss, accuracy, images, rate),) if np.isfinite(loss) else ()
            train = downsample((*self._now.train, *end))
            yield self._published(state=State.FAILED, step=step, seconds_left=None, message=message, train=train)
            return
        self._set_rate(rate)
        self._callbacks.on_train_batch_end(done - 1, {"loss": loss, "accuracy": accuracy})
        timed = self._calls > 0  # the first call traced the graph: no measure of speed
        self._calls += 1
        if timed:
            self._training_seconds += elapsed
            self._timed_steps += count
            self.step_seconds = min(self.step_seconds, elapsed / count)
            self._at_once = int(np.clip(count * CALL_SECONDS / elapsed, 1, 4 * self._at_once))
        point = Point(step / self._batches, loss, accuracy, images, rate)
        evaluating = done == self._batches
        yield self._published(
            state=State.EVALUATING if evaluating else State.TRAINING,
            epoch=epoch + 1,
            step=step,
            train=downsample((*self._now.train, point)),
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
        """The `logs` of Keras callbacks: means over the epoch, and the newest evaluation as validation."""
        learned = mean([point for point in self._now.train if epoch - 1 < point.epoch <= epoch])
        return {
            "loss": learned.loss,
            "accuracy": learned.accuracy,
            "val_loss": self._now.evaluations[-1].loss,
            "val_accuracy": self._now.evaluations[-1].accuracy,
        }

    # Evaluation

    def _evaluation(self, controls: Controls, epoch: float) -> Iterator[Snapshot]:
        """Evaluate the network as it is. Adds a point to each curve, unless it is interrupted."""
        state = State.EVALUATING if epoch else State.STARTING
        changes: dict[str, Any] = {}
        if self._held_out is not None:  # first: how long the others took is what is remembered
            found = yield from self._evaluated(controls, range(len(self._held_out[1])), *self._held_out, state)
            if found is None:
                return
            changes["held_out"] = (*self._now.held_out, found.point(epoch, self._now.learning_rate))
        indexes, (images, labels) = self._evaluated_on
        found = yield from self._evaluated(controls, indexes, images, labels, state)
        if found is None:
            return
        point = found.point(epoch, self._now.learning_rate)
        changes |= {"evaluations": (*self._now.evaluations, point), **self._evaluator.facts(found)}
        if self._now.evaluated_on == "test":
            changes["test"] = point
        better = self._best is None or _better(point, self._best[0], self.recipe.monitor)
        if epoch and better:
            self._best = (point, self.model.get_weights())
        self._now = replace(self._now, **changes)

    def _kept_facts(self, epoch: float) -> Iterator[Snapshot]:
        """Evaluate the weights that came back, for what is shown of them beside the curve, which has them already."""
        indexes, (images, labels) = self._evaluated_on
        found = yield from self._evaluated(Controls(), indexes, images, labels, State.EVALUATING)
        if found is not None:
            tested = {"test": found.point(epoch, self._now.learning_rate)} if self._now.evaluated_on == "test" else {}
            self._now = replace(self._now, **self._evaluator.facts(found), **tested)

    def _final_test(self, epoch: float) -> Iterator[Snapshot]:
        """Read the test images once, with the weights that are kept."""
        found = yield from self._evaluated(Controls(), range(len(self.dataset.x_test)), *self._test, State.EVALUATING)
        if found is None:
            return
        # Of validation images, pictures and lists go on being about those that the curve is about.
        facts = {} if self._now.evaluated_on == "validation" else self._evaluator.facts(found)
        yield self._published(test=found.point(epoch, self._now.learning_rate), **facts)

    def _evaluated(
        self, controls: Controls, indexes: range, images: tf.Tensor, labels: tf.Tensor, state: State
    ) -> Generator[Snapshot, None, Evaluation | None]:
        """The evaluation of the images at these indexes; None if it was interrupted."""
        found, turns = [], self._turns
        for part in self._evaluator.slices(indexes):
            if controls.stopped or self._turns != turns:
                return None
            before = time.perf_counter()
            with stepping(self.step_seconds):
                found.append(self._evaluator.evaluate(images, labels, part))
            # The last slice of a run's first evaluation is free of tracing.
            self._evaluation_seconds = (time.perf_counter() - before) * len(indexes) / len(part)
            yield self._published(state=state)
        return Evaluation.joined(found) if self._turns == turns else None


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
