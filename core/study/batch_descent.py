"""One step of gradient descent on a batch, as a training makes it: the mean over the images, with the recipe's loss and penalties.

`look_back_at` goes through a network as it predicts or as in training. In training dropout draws, the same at each call
by the recipe's seed, and batch normalisation takes mean and variance from the batch itself and moves those that it has
gathered. Nothing here changes a model that is looked into.

Source: Ioffe and Szegedy, “Batch normalization: accelerating deep network training by reducing internal covariate
shift” (2015), algorithm 2; Srivastava et al., “Dropout” (2014), section 4.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from core.network import Conv2D, Dense, Network, Path, Recipe
from core.study.descent import PLAIN, Arrays, Backward, arriving, by_sums, explain_gradient, stepped
from core.study.gradients import by_name, gradients


class BatchBackward(NamedTuple):
    """What goes forward through a network for some images, and the gradients of their mean loss that come back.

    Attributes:
        images: (n, h, w, c) float32 in 0…1.
        labels: (n,) the classes that are to be predicted.
        recipe: its loss, and the seed of what dropout draws.
        training: whether the network goes as in training.
        data_loss: mean over the images.
        penalty: what the network's layers add to it.
        maps: path of a layer or join → its output, (n, …) float32.
        outputs: path → the gradient of the loss by each of these numbers.
        sums: path of a Conv2D or Dense layer → the same by its sums.
        weights: the network's own, before the step.
        after: those behind the way forward, in which normalisation has moved its mean and variance in training.
        gradients: of the loss with its penalties by the weights that learn; float32.
    """

    images: np.ndarray
    labels: np.ndarray
    recipe: Recipe
    training: bool
    data_loss: float
    penalty: float
    maps: dict[Path, np.ndarray]
    outputs: dict[Path, np.ndarray]
    sums: dict[Path, np.ndarray]
    weights: Arrays
    after: Arrays
    gradients: Arrays

    @property
    def loss(self) -> float:
        """With penalties: what the step makes smaller."""
        return self.data_loss + self.penalty

    @property
    def predicted(self) -> np.ndarray:
        """The probabilities, (n, classes) float32."""
        return list(self.maps.values())[-1]

    @property
    def true(self) -> np.ndarray:
        """The probability of each image's class, (n,) float32."""
        return self.predicted[np.arange(len(self.labels)), self.labels]

    def one(self, number: int) -> Backward:
        """What belongs to one image; its gradients by outputs and sums are parts of the mean, those by weights the whole."""
        maps, outputs, sums = (
            {path: values[number] for path, values in by.items()} for by in (self.maps, self.outputs, self.sums)
        )
        return Backward(
            self.images[number],
            int(self.labels[number]),
            self.loss,
            maps,
            outputs,
            sums,
            self.weights,
            self.gradients,
        )


class BatchUpdated(NamedTuple):
    """A network after one step on a batch.

    Attributes:
        weights: w − η·g for those that learn, what normalisation has gathered as the way forward left it.
        predicted: (n, classes) float32, the probabilities for the same images, in the same way and with the same draws.
        loss: with penalties; not a number or infinite where the step was so long that numbers ran over.
    """

    weights: Arrays
    predicted: np.ndarray
    loss: float


class ByImage(NamedTuple):
    """The gradient of the loss by one weight, as a sum over the images.

    Attributes:
        shares: (number of the image from 0, its part), the largest first.
        penalty: the part of the layer's penalty, 2·L2·w + L1·sign(w).
        total: the sum of all of them.
        model: what TensorFlow has for it: equal, but for float32's rounding.
    """

    shares: tuple[tuple[int, float], ...]
    penalty: float
    total: float
    model: float


def look_back_at(
    network: Network,
    weights: Sequence[np.ndarray],
    images: np.ndarray,
    labels: np.ndarray,
    recipe: Recipe = PLAIN,
    *,
    training: bool = False,
) -> BatchBackward:
    """The numbers of some images on their way through the network, and the gradients of their mean loss on the way back.

    Args:
        network: one that works as a classifier.
        weights: in the order of `build_model(network).get_weights()`.
        images: (n, h, w, c) float in 0…1, or uint8 in 0…255.
        labels: (n,) whole numbers.
        recipe: its loss, and the seed of what dropout draws.
        training: whether dropout draws and normalisation looks at the batch.
    """
    from core.insight.graphs import in_unit_range
    from core.training.model import build_model

    images, labels = in_unit_range(np.asarray(images)), np.asarray(labels, np.int64)
    found = gradients(network, weights, images, labels, recipe, training=training, penalties=True)
    maps, outputs = dict(found.maps), dict(found.outputs)
    last, predicted = list(maps.items())[-1]
    crossed = recipe.loss == "crossentropy" and getattr(network.at(last), "activation", None) == "softmax"
    target = np.eye(predicted.shape[-1], dtype=np.float32)[labels]
    target = target * (1 - recipe.label_smoothing) + recipe.label_smoothing / predicted.shape[-1]
    if crossed:  # Keras goes past the probabilities to what softmax gets, so they have no gradient of its own
        outputs[last] = -target / np.maximum(predicted, np.finfo(np.float32).tiny) / len(images)
    model = build_model(network)
    model.set_weights(list(weights))
    sums = {
        path: by_sums(model, path, arriving(network, maps, images, path), outputs[path])
        for path, block in network.walk()
        if isinstance(block, Conv2D | Dense)
    }
    if crossed and last in sums:
        sums[last] = (predicted - target) / len(images)  # also where a probability is too small to divide by
    before, after = by_name(network, weights), by_name(network, found.after)
    return BatchBackward(
        images, labels, recipe, training, found.loss, found.penalty, maps, outputs, sums, before, after, found.weights
    )  # fmt: skip


def update_batch(network: Network, back: BatchBackward, rate: float) -> BatchUpdated:
    """The network after one step of plain gradient descent on the batch: w − rate·g for all weights that learn."""
    weights = stepped(back.after, back.gradients, rate)
    arrays = [array for own in weights.values() for array in own.values()]
    found = gradients(network, arrays, back.images, back.labels, back.recipe, training=back.training, penalties=True)
    return BatchUpdated(weights, list(found.maps.values())[-1], found.loss + found.penalty)


def explain_by_image(network: Network, back: BatchBackward, path: Path, index: Sequence[int]) -> ByImage:
    """The gradient by one weight as the sum of what each image has to say, and of the penalty.

    Args:
        network: says where the layers are.
        back: of the batch.
        path: of a Conv2D or Dense layer that learns.
        index: of the weight, as in `explain_gradient`.

    Raises:
        IndexError: where the layer has no such weight.
        ValueError: where the layer is of another kind, or does not learn.
    """
    found = [explain_gradient(network, back.one(number), path, index) for number in range(len(back.labels))]
    l1, l2 = getattr(network.at(path), "kernel_regularizer", (0.0, 0.0))
    weight = float(back.weights[path]["kernel"][tuple(index)])
    penalty = float(l1 * np.sign(weight) + 2 * l2 * weight)
    shares = sorted(((number, one.total) for number, one in enumerate(found)), key=lambda pair: -abs(pair[1]))
    return ByImage(tuple(shares), penalty, sum(part for _, part in shares) + penalty, found[0].model)
