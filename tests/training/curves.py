"""Trainings to diagnose: real ones of a small network in NumPy, and curves on paper; and what is found about them."""

import itertools
from dataclasses import replace
from functools import lru_cache

import numpy as np

from core.data import load
from core.network import Dense, Dropout, Flatten, Network
from core.network.recipe import Recipe
from core.training.diagnosis import Finding, diagnose
from core.training.snapshot import DeadUnits, Point, Snapshot, State, downsample

EVALUATED = 2000  # images: every fifth of the 10,000, as the first 2,000 are harder than the rest


# Real curves: a small dense network in NumPy, so that a test trains in a tenth of a second. Its products stay below
# 2¹⁸ multiplications, from where on they would be spread over threads, which is slow where others work too.


@lru_cache
def digits() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Images (n, 49), shrunk to 7×7, in 0…1, and labels (n,): to learn from, and to be evaluated on."""
    data = load("mnist")

    def small(images):
        return images.reshape(-1, 7, 4, 7, 4).mean((2, 4)).reshape(-1, 49).astype(np.float32) / 255

    return small(data.x_train[:6000]), data.y_train[:6000], small(data.x_test[::5]), data.y_test[::5]


class NumPyNetwork:
    """relu or sigmoid layers and a softmax, in NumPy.

    Args:
        widths: of the hidden layers.
        bias: what the hidden units start with.
        dropout: share of the hidden units that are left out while it learns.
        penalty: on the squares of the weights.
    """

    def __init__(self, widths, activation="relu", bias=0.0, dropout=0.0, penalty=0.0):
        self.random = np.random.default_rng(1)
        sizes = [49, *widths, 10]
        self.weights = [
            self.random.uniform(-1, 1, (m, n)).astype(np.float32) * np.float32((6 / (m + n)) ** 0.5)
            for m, n in itertools.pairwise(sizes)
        ]
        self.biases = [np.zeros(n, np.float32) + bias for n in widths] + [np.zeros(10, np.float32)]
        self.activation, self.dropout, self.penalty = activation, dropout, penalty
        self.moments = [[np.zeros_like(value), np.zeros_like(value)] for value in self.weights + self.biases]
        self.time = 0

    def answers(self, images, learning=False):
        """Outputs of all layers, the images first and the probabilities last."""
        outputs = [images]
        for weight, bias in zip(self.weights[:-1], self.biases[:-1]):
            sums = outputs[-1] @ weight + bias
            output = np.maximum(sums, 0) if self.activation == "relu" else 1 / (1 + np.exp(-sums))
            if learning and self.dropout:
                output = output * (self.random.random(output.shape) >= self.dropout) / np.float32(1 - self.dropout)
            outputs.append(output)
        sums = outputs[-1] @ self.weights[-1] + self.biases[-1]
        powers = np.exp(sums - sums.max(1, keepdims=True))
        return [*outputs, powers / powers.sum(1, keepdims=True)]

    def evaluate(self, probabilities, labels):
        """(mean loss, accuracy), the loss clipped as Keras does it."""
        right = np.clip(probabilities[np.arange(len(labels)), labels], 1e-7, 1)
        return float(-np.log(right).mean()), float((probabilities.argmax(1) == labels).mean())

    def step(self, images, labels, recipe):
        """One step → (loss with penalties, accuracy) before it."""
        outputs = self.answers(images, learning=True)
        loss, accuracy = self.evaluate(outputs[-1], labels)
        loss += sum(self.penalty * float((weight**2).sum()) for weight in self.weights)
        back = (outputs[-1] - np.eye(10, dtype=np.float32)[labels]) / len(labels)
        slopes = []
        for index in reversed(range(len(self.weights))):
            into = outputs[index]
            slopes.append((into.T @ back + 2 * self.penalty * self.weights[index], back.sum(0)))
            if index:
                bend = (into > 0) / (1 - self.dropout) if self.activation == "relu" else into * (1 - into)
                back = back @ self.weights[index].T * bend
        slopes.reverse()
        self._update([one for one, _ in slopes] + [one for _, one in slopes], recipe)
        return loss, accuracy

    def _update(self, slopes, recipe):
        self.time += 1
        for value, slope, moments in zip(self.weights + self.biases, slopes, self.moments):
            if recipe.optimizer == "SGD":
                value -= recipe.learning_rate * slope
                continue
            moments[0] += 0.1 * (slope - moments[0])
            moments[1] += 0.001 * (slope**2 - moments[1])
            first, second = moments[0] / (1 - 0.9**self.time), moments[1] / (1 - 0.999**self.time)
            value -= recipe.learning_rate * first / (np.sqrt(second) + 1e-7)


def trained(recipe: Recipe, *widths: int, per_point: int = 8, silence=None, **network) -> list[Snapshot]:
    """Snapshots of a training, one for each evaluation and one for the end.

    Args:
        recipe: its training_images are taken as they are; 0 is 6,000.
        widths: of the hidden layers.
        per_point: batches in a point of the training curve; the first has one.
        silence: so many units of the first layer are dead from the start.
    """
    images, labels, evaluated_images, evaluated_labels = digits()
    size = recipe.training_images or len(images)
    model = NumPyNetwork(widths, **network)
    if silence:
        model.biases[0][:silence] = -100
    batches = -(-size // recipe.batch_size)
    steps = batches * recipe.epochs
    now = Snapshot(State.STARTING, epochs=recipe.epochs, steps=steps)
    found = []
    with np.errstate(all="ignore"):
        for epoch in range(recipe.epochs + 1):
            if epoch:
                now = _epoch(model, recipe, now, epoch, images[:size], labels[:size], per_point)
            slices = [model.answers(part) for part in np.array_split(evaluated_images, EVALUATED // 40)]
            outputs = [np.concatenate(parts) for parts in zip(*slices)]
            loss, accuracy = model.evaluate(outputs[-1], evaluated_labels)
            if not np.isfinite(loss):
                return [*found, replace(now, state=State.FAILED, message="The loss became infinite.")]
            dead = [(output[:1000].max(0) <= 0).mean() for output in outputs[1:-1]]
            now = replace(
                now,
                state=State.EVALUATING,
                evaluations=(*now.evaluations, Point(epoch, loss, accuracy, EVALUATED)),
                dead_units=tuple(DeadUnits((index + 1,), float(share)) for index, share in enumerate(dead) if share),
            )
            found.append(now)
    return [*found, replace(now, state=State.FINISHED)]


def _epoch(model, recipe, now, epoch, images, labels, per_point):
    order = model.random.permutation(len(images))
    batches = np.array_split(order, -(-len(images) // recipe.batch_size))
    held, points = [], list(now.train)
    for number, batch in enumerate(batches, 1):
        seen = images[batch]
        if recipe.noise:
            seen = seen + recipe.noise * model.random.standard_normal(seen.shape, np.float32)
        held.append((*model.step(seen, labels[batch], recipe), len(batch)))
        if len(held) == per_point or number == len(batches) or not points:
            count = sum(one[2] for one in held)
            loss, accuracy = (sum(one[i] * one[2] for one in held) / count for i in (0, 1))
            points.append(Point(epoch - 1 + number / len(batches), loss, accuracy, count, recipe.learning_rate))
            held = []
    step = epoch * len(batches)
    return replace(now, state=State.TRAINING, epoch=epoch, step=step, train=downsample(tuple(points)))


def described(*widths: int, activation="relu", dropout=0.0, penalty=0.0) -> Network:
    """The network that `trained` trains in NumPy."""
    blocks = [Flatten()]
    for units in widths:
        blocks.append(Dense(units, activation, kernel_regularizer=(0.0, penalty)))
        blocks += [Dropout(dropout)] * bool(dropout)
    return Network((7, 7, 1), (*blocks, Dense(10, "softmax", kernel_regularizer=(0.0, penalty))))


PLAIN = described(40)


def findings(snapshot: Snapshot, recipe: Recipe, network: Network = PLAIN) -> tuple[Finding, ...]:
    return diagnose(snapshot, recipe, network)


def kinds(snapshot: Snapshot, recipe: Recipe, network: Network = PLAIN) -> list[str]:
    return [finding.kind for finding in findings(snapshot, recipe, network)]


def only(snapshot: Snapshot, recipe: Recipe, kind: str, network: Network = PLAIN) -> Finding:
    (found,) = [finding for finding in findings(snapshot, recipe, network) if finding.kind == kind]
    return found


FEW = Recipe(epochs=60, batch_size=32, learning_rate=0.005, training_images=300)
WELL = Recipe(epochs=5, learning_rate=0.003, training_images=4000)
run = lru_cache(trained)  # several tests look at the same training


def synthetic(evaluated, train, evaluated_accuracy=None, train_accuracy=None, **changes) -> Snapshot:
    """A finished run with these losses after each epoch; without accuracies, those that go with the losses."""
    epochs = len(evaluated)

    def points(losses, accuracies):
        accuracies = np.broadcast_to(np.exp(-losses) if accuracies is None else accuracies, epochs)
        return [Point(i + 1, float(losses[i]), float(accuracies[i]), 10_000) for i in range(epochs)]

    before = Point(0, 2.3, 0.1, 10_000)
    snapshot = Snapshot(
        State.FINISHED,
        epoch=epochs,
        epochs=epochs,
        step=80 * epochs,
        steps=80 * epochs,
        train=(Point(0.01, 2.3, 0.1, 128), *points(np.asarray(train), train_accuracy)),
        evaluations=(before, *points(np.asarray(evaluated), evaluated_accuracy)),
    )
    return replace(snapshot, **changes)
