"""Evaluation of a model on labelled images, in graph, a part of them a call."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf

from core.network import Branches, Network, Path, trace
from core.training.losses import Loss
from core.training.microbatches import cut, how_many
from core.training.model import building, layer_name
from core.training.snapshot import DeadUnits, Mistake, Point
from core.training.tensors import normalised

MAX_IMAGES = 1000  # in one call, fewer where the activations are large
MAX_VALUES = 20_000_000  # activations in one call
HARDEST = 24  # mistakes that a snapshot names
SAMPLES = 12  # images whose probabilities a snapshot has


class Evaluation(NamedTuple):
    """A model's predictions for some images, and how good they are.

    Attributes:
        indexes: of the images in their array.
        labels: (n,) int32.
        probabilities: (n, classes) float32.
        loss: mean over the images, penalties left out.
        active: for each layer that ends in relu, (units,) bool: whether a unit was above zero for any image.
    """

    indexes: range
    labels: np.ndarray
    probabilities: np.ndarray
    loss: float
    active: list[np.ndarray]

    @classmethod
    def joined(cls, parts: Sequence[Evaluation]) -> Evaluation:
        """One evaluation of the images of several, which follow one another."""
        indexes = range(parts[0].indexes.start, parts[-1].indexes.stop)
        return cls(
            indexes,
            np.concatenate([part.labels for part in parts]),
            np.concatenate([part.probabilities for part in parts]),
            sum(part.loss * len(part.indexes) for part in parts) / len(indexes),
            [np.logical_or.reduce(units) for units in zip(*(part.active for part in parts))],
        )

    def point(self, epoch: float, learning_rate: float) -> Point:
        """The evaluation as a point of a learning curve."""
        accuracy = float((self.probabilities.argmax(axis=1) == self.labels).mean())
        return Point(epoch, self.loss, accuracy, len(self.indexes), learning_rate)


class Evaluator:
    """Evaluates a model as it is at the time.

    Args:
        model: built from the network.
        network: whose trace has no problems.
        loss: as of `make_loss`.
    """

    def __init__(self, model: keras.Model, network: Network, loss: Loss) -> None:
        self._loss = loss
        self._paths = _relu_paths(network)
        with building:
            activations = [model.get_layer(layer_name(path)).output for path in self._paths]
            self._probe = keras.Model(model.inputs, [model.outputs[0], *activations])
        values = max(trace(network).activation_values, 1)
        self._at_once = int(np.clip(MAX_VALUES // values, 1, MAX_IMAGES))
        self._signature = (tf.TensorSpec((None, *network.input_shape), tf.uint8), tf.TensorSpec((None,), tf.int32))
        self._graphs: dict[int, Callable[[tf.Tensor, tf.Tensor], Any]] = {}  # number of micro-batches → graph

    def slices(self, indexes: range) -> list[range]:
        """These indexes in slices of nearly equal size, which are evaluated in a call each."""
        return sliced(indexes, self._at_once)

    def evaluate(self, images: tf.Tensor, labels: tf.Tensor, indexes: range) -> Evaluation:
        """Evaluate the images (N, h, w, c) uint8 with labels (N,) int32 at these indexes, at least one."""
        expected = labels[indexes.start : indexes.stop]
        graph = self._graph(how_many(len(indexes), len(indexes)))
        loss, probabilities, active = graph(images[indexes.start : indexes.stop], expected)
        active = [one.numpy() for one in active]
        return Evaluation(indexes, expected.numpy(), probabilities.numpy(), float(loss), active)

    def facts(self, evaluation: Evaluation) -> dict[str, Any]:
        """The fields of a `Snapshot` that tell more of an evaluation than its point."""
        indexes, labels, probabilities, _, active = evaluation
        classes = probabilities.shape[1]
        predicted = probabilities.argmax(axis=1)
        confusion = np.bincount(labels * classes + predicted, minlength=classes**2)
        wrong = np.flatnonzero(predicted != labels)
        hardest = wrong[np.argsort(-probabilities[wrong, predicted[wrong]], kind="stable")[:HARDEST]]
        return {
            "confusion": confusion.reshape(classes, classes),
            "samples": probabilities[:SAMPLES],
            "hardest": tuple(
                Mistake(int(indexes[i]), int(labels[i]), int(predicted[i]), float(probabilities[i, predicted[i]]))
                for i in hardest
            ),
            "dead_units": tuple(
                DeadUnits(path, float(1 - units.mean()))
                for path, units in zip(self._paths, active)
                if not units.all()
            ),
        }

    def _graph(self, parts: int) -> Callable[[tf.Tensor, tf.Tensor], Any]:
        """The evaluation in so many micro-batches, as a function of this object's own: it goes when that goes."""
        if parts not in self._graphs:
            self._graphs[parts] = tf.function(partial(self._evaluate_in_graph, parts), self._signature)
        return self._graphs[parts]

    def _evaluate_in_graph(self, parts: int, images: tf.Tensor, labels: tf.Tensor):
        """(n, h, w, c) uint8, (n,) → (mean loss, probabilities (n, classes), for each relu layer its active units)."""
        outputs, active = [], []
        for part in cut(images, parts):
            output, *activations = keras.tree.flatten(self._probe(normalised(part), training=False))
            outputs.append(output)
            active.append([tf.reduce_any(values > 0, list(range(len(values.shape) - 1))) for values in activations])
        probabilities = tf.concat(outputs, 0)
        return self._loss(labels, probabilities), probabilities, [tf.reduce_any(one, 0) for one in zip(*active)]


def sliced(indexes: range, most: int) -> list[range]:
    """Indexes that follow one another, in as few slices of at most so many as there can be, of nearly equal size."""
    number = -(-len(indexes) // most)
    ends = [indexes.start + len(indexes) * end // number for end in range(number + 1)]
    return [range(start, end) for start, end in itertools.pairwise(ends)]


def _relu_paths(network: Network) -> list[Path]:
    """Paths of the layers that end in relu: the ones whose units can die."""
    return [
        path
        for path, block in network.walk()
        if not isinstance(block, Branches) and getattr(block, "activation", None) == "relu"
    ]
