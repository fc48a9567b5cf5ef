"""Predictions for many images, the mistakes among them, and a PCA of the last hidden layer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from core.insight.graphs import batches, compiled, up_to
from core.network import Network, Path, trace

if TYPE_CHECKING:
    import keras

MACS = 200e9  # for one evaluation, some seconds of one core; a large network gets fewer images
FEWEST = 200


@dataclass(frozen=True)
class Predictions:
    """A model's predictions for labelled images.

    Attributes:
        probabilities: (n, classes) float32.
        labels: (n,) int.
    """

    probabilities: np.ndarray
    labels: np.ndarray

    @cached_property
    def predicted(self) -> np.ndarray:
        """(n,) classes with the highest probability; the first of equals."""
        return self.probabilities.argmax(axis=1)

    @property
    def accuracy(self) -> float:
        """Share of correct predictions, 0…1."""
        return float((self.predicted == self.labels).mean())

    @property
    def confusion(self) -> np.ndarray:
        """The confusion matrix, (classes, classes) counts: row true, column predicted."""
        classes = self.probabilities.shape[1]
        counts = np.bincount(self.labels * classes + self.predicted, minlength=classes**2)
        return counts.reshape(classes, classes)

    def cell(self, label: int, predicted: int) -> np.ndarray:
        """Images in one cell of the confusion matrix, the most confident first: (k,) indexes."""
        found = np.flatnonzero((self.labels == label) & (self.predicted == predicted))
        return found[np.argsort(-self.probabilities[found, predicted], kind="stable")]

    def most_confident_mistakes(self, most: int = 100) -> np.ndarray:
        """The wrong predictions with the highest probability, most confident first: (k,) indexes."""
        wrong = np.flatnonzero(self.predicted != self.labels)
        certainty = self.probabilities[wrong, self.predicted[wrong]]
        return wrong[np.argsort(-certainty, kind="stable")[:most]]


@dataclass(frozen=True)
class Projection:
    """Images as points of a plane.

    Attributes:
        points: (n, 2) float32, centred.
        explained: share of the variance along each axis, 0…1.
    """

    points: np.ndarray
    explained: tuple[float, float]


def predict(
    model: keras.Model,
    network: Network,
    images: np.ndarray,
    labels: np.ndarray,
    on_progress: Callable[[float], None] | None = None,
) -> Predictions:
    """Predict the classes of labelled images, (n, h, w, c) uint8."""
    probabilities = _outputs(model, network, path=None, images=images, on_progress=on_progress)
    return Predictions(probabilities, np.asarray(labels, np.int64))


def last_hidden(network: Network) -> Path | None:
    """Path of the last hidden layer: the layer, or the join, right before the last one with weights.

    It is often a dense layer, a flattening or a global pooling; None for a network that reads its scores straight from
    the image.
    """
    with_weights = [row.path[0] for row in trace(network).rows if row.parameters]
    last = max(with_weights, default=len(network.layers) - 1)
    return (last - 1,) if last > 0 else None


def affordable_images(network: Network, there: int, macs: float = MACS) -> int:
    """Number of images that so many multiply-adds allow: at most `there`, at least a few."""
    return int(np.clip(macs // max(trace(network).macs, 1), min(FEWEST, there), there))


def projected(
    model: keras.Model,
    network: Network,
    images: np.ndarray,
    on_progress: Callable[[float], None] | None = None,
) -> Projection:
    """The images in the plane in which the last hidden layer's outputs vary most (PCA; Pearson 1901).

    Args:
        model: built from `network`.
        network: says which layer that is; where there is none, the pixels themselves are projected.
        images: (n, h, w, c) uint8, n ≥ 2.
        on_progress: told how far it is, 0…1.
    """
    path = last_hidden(network)
    if path is None:
        values = images.reshape(len(images), -1) / np.float32(255)  # (n, pixels)
    else:
        values = _outputs(model, network, path, images, on_progress).reshape(len(images), -1)  # (n, units)
    values = np.pad(values, ((0, 0), (0, max(2 - values.shape[1], 0))))
    values = values - values.mean(axis=0)
    points, sizes = _principal(values)
    # A direction has no sign of its own: the same one each time keeps the picture from flipping.
    points *= np.where(np.abs(points).max(axis=0) == points.max(axis=0), 1, -1)
    total = float((values**2).sum()) or 1.0
    return Projection(points.astype(np.float32), (sizes[0] / total, sizes[1] / total))


def _principal(values: np.ndarray) -> tuple[np.ndarray, list[float]]:
    """(n, units) centred → places along the two main directions (n, 2), and the sums of squares along them."""
    n, units = values.shape
    if units <= n:
        squares, directions = np.linalg.eigh((values.T @ values).astype(np.float64))  # ascending
        points = values @ directions[:, :-3:-1]
    else:  # the same from the smaller matrix
        squares, places = np.linalg.eigh((values @ values.T).astype(np.float64))
        points = places[:, :-3:-1] * np.sqrt(np.maximum(squares[:-3:-1], 0))
    return points, [max(float(square), 0.0) for square in squares[:-3:-1]]


def _outputs(
    model: keras.Model,
    network: Network,
    path: Path | None,
    images: np.ndarray,
    on_progress: Callable[[float], None] | None,
) -> np.ndarray:
    """Outputs of the layer at this path (None: of the whole network) for all images: (n, …) float32."""

    def made() -> Callable:
        import tensorflow as tf

        from core.training.model import layer_name

        output = model.output if path is None else model.get_layer(layer_name(path)).output
        part = up_to(model, output)
        return tf.function(
            lambda x: part(x, training=False), [tf.TensorSpec((None, *network.input_shape), tf.float32)]
        )

    graph = compiled(model, ("outputs", path), made)
    found = []
    done = 0
    for batch in batches(network, images):
        found.append(np.asarray(graph(batch)))
        done += len(batch)
        if on_progress:
            on_progress(done / len(images))
    return np.concatenate(found)
