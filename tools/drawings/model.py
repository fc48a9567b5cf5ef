"""Train the network of the Draw page on MNIST, on drawn digits, and on drawings that are no digits.

`tools.pretrain` runs it. Its training is not one that the Train page offers: some images have no label, and are to
be answered with ten equal probabilities.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from core.data import Dataset
from core.network import (
    Activation,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    GlobalAveragePooling2D,
    MaxPooling2D,
    Network,
)
from core.network.layers import Layer
from tools.drawings.digits import digit
from tools.drawings.mnist import thickened, traced, warped
from tools.drawings.nothing import nothing
from tools.drawings.strokes import affine, bent, inked

if TYPE_CHECKING:
    import keras

NONE = -1  # the label of what is no digit
BATCH = 128
RATE = 0.003
EPOCHS = 6
SMOOTHING = 0.01
SEED = 1990


def _learning(filters: int, size: int, padding: str) -> tuple[Layer, ...]:
    return Conv2D(filters, (size, size), padding=padding, use_bias=False), BatchNormalization(), Activation("relu")


def _folded(filters: int, size: int, padding: str) -> tuple[Layer, ...]:
    return (Conv2D(filters, (size, size), padding=padding, activation="relu"),)


def _network(block: Callable[[int, int, str], tuple[Layer, ...]], *before_the_last: Layer) -> Network:
    return Network(
        (28, 28, 1),
        (
            *block(20, 5, "valid"),
            *block(24, 3, "valid"),
            MaxPooling2D((2, 2)),  # 11×11
            *block(48, 3, "same"),
            *block(48, 3, "same"),
            MaxPooling2D((2, 2)),  # 5×5
            *block(80, 3, "same"),
            *block(96, 3, "valid"),
            GlobalAveragePooling2D(),
            *before_the_last,
            Dense(10, "softmax"),
        ),
        name="Reader of drawings",
    )


LEARNING = _network(_learning, Dropout(0.2))
NETWORK = _network(_folded)  # the same function, without what only helps to learn it


class Share(NamedTuple):
    """One kind of images: so many are made, and so many of them are seen in an epoch."""

    kind: str
    made: int
    seen: int


HELD_OUT = 5_000  # the last of MNIST's training images: they set the threshold of a confident prediction
SHARES = (
    Share("MNIST's training images", 55_000, 55_000),
    Share("the same in other hands", 165_000, 60_000),
    Share("the same as strokes", 55_000, 50_000),
    Share("drawn by rules", 120_000, 70_000),
    Share("no digits", 50_000, 25_000),
)


class Pool(NamedTuple):
    """Images to learn from.

    Attributes:
        images: (n, 28, 28, 1) uint8.
        labels: (n,) int64, `NONE` for what is no digit.
        kinds: (n,) which of the shares each is of.
    """

    images: np.ndarray
    labels: np.ndarray
    kinds: np.ndarray


def pool(dataset: Dataset, seed: int = SEED, size: float = 1.0) -> Pool:
    """All kinds of images; `size` shrinks their numbers."""
    originals, names = dataset.x_train[:-HELD_OUT, ..., 0], dataset.y_train[:-HELD_OUT]
    makers = (_as_they_are, _in_other_hands, _as_strokes, _by_rules, _no_digits)
    images, labels, kinds = [], [], []
    for number, (share, make) in enumerate(zip(SHARES, makers)):
        random = np.random.default_rng((seed, number))
        count = int(share.made * size)
        chosen = np.resize(random.permutation(len(originals)), count)
        found, read_as = make(random, originals[chosen], names[chosen])
        images.append(found)
        labels.append(read_as)
        kinds.append(np.full(count, number))
        print(f"{count:,} images: {share.kind}", flush=True)
    return Pool(
        np.concatenate(images)[..., np.newaxis], np.concatenate(labels).astype(np.int64), np.concatenate(kinds)
    )


Made = tuple[np.ndarray, np.ndarray]  # images and labels, as many as there were originals


def _as_they_are(random: np.random.Generator, images: np.ndarray, labels: np.ndarray) -> Made:
    return images, labels


def _in_other_hands(random: np.random.Generator, images: np.ndarray, labels: np.ndarray) -> Made:
    return np.concatenate([warped(random, part) for part in _parts(images)]), labels


def _as_strokes(random: np.random.Generator, images: np.ndarray, labels: np.ndarray) -> Made:
    lines = (strokes for part in _parts(images) for strokes in traced(part))
    return _penned(random, [inked(affine(random, bent(random, strokes, 0.03), 0.9)) for strokes in lines]), labels


def _by_rules(random: np.random.Generator, images: np.ndarray, labels: np.ndarray) -> Made:
    labels = np.arange(len(images)) % 10
    return _penned(random, [inked(digit(random, label)) for label in labels]), labels


def _no_digits(random: np.random.Generator, images: np.ndarray, labels: np.ndarray) -> Made:
    return _penned(random, [inked(nothing(random)) for _ in images]), np.full(len(images), NONE)


def _penned(random: np.random.Generator, images: list[np.ndarray]) -> np.ndarray:
    """Half of them with a pen a little finer or broader."""
    made = np.stack(images)
    for part in _parts(made[::2]):
        part[:] = np.round(thickened(random, part / np.float32(255)) * 255).astype(np.uint8)
    return made


def _parts(images: np.ndarray, size: int = 1000) -> Iterator[np.ndarray]:
    return (images[start : start + size] for start in range(0, len(images), size))


def fit(there: Pool, epochs: int = EPOCHS, seed: int = SEED, seen: float = 1.0) -> keras.Model:
    """Train `LEARNING`; an epoch sees of each kind what its share says, each image a little changed.

    Args:
        there: the images.
        epochs: passes.
        seed: for weights, order and changes.
        seen: shrinks the shares.
    """
    import keras
    import tensorflow as tf

    from core.data.augmentation import Augmentation, augmented
    from core.training import build_model

    model = build_model(LEARNING, seed)
    random = np.random.default_rng(seed)
    images = tf.constant(there.images)
    targets = np.full((len(there.labels), 10), SMOOTHING / 10, np.float32)
    targets[there.labels >= 0, there.labels[there.labels >= 0]] += 1 - SMOOTHING
    targets[there.labels == NONE] = 0.1
    targets = tf.constant(targets)
    counts = [int(share.seen * seen) for share in SHARES]
    steps = sum(counts) // BATCH
    rate = keras.optimizers.schedules.CosineDecay(0.0, epochs * steps - 300, warmup_target=RATE, warmup_steps=300)
    optimizer = keras.optimizers.AdamW(
        rate,  # pyright: ignore[reportArgumentType]  # a schedule works, too; Keras annotates its default, a float
        weight_decay=0.01,
    )
    optimizer.build(model.trainable_variables)
    change = Augmentation(shift=0.7, rotation=4.0, zoom=0.05, shear=4.0, blur=0.6, noise=0.02)

    @tf.function
    def epoch(order: tf.Tensor, number: tf.Tensor) -> tf.Tensor:
        total = 0.0
        for step in tf.range(steps):
            chosen = order[step * BATCH : (step + 1) * BATCH]
            x = augmented(tf.cast(tf.gather(images, chosen), tf.float32) / 255, change, tf.stack([number, step]))
            # Pens and screens differ in how soft an edge is.
            soft = tf.random.stateless_uniform((BATCH, 1, 1, 1), tf.stack([number, step + steps]), -0.5, 0.5)
            x = tf.pow(tf.clip_by_value(x, 1e-6, 1.0), tf.exp(soft))
            with tf.GradientTape() as tape:
                losses: Any = keras.losses.categorical_crossentropy(
                    tf.gather(targets, chosen), model(x, training=True)
                )
                loss = tf.reduce_mean(losses)
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply(gradients, model.trainable_variables)
            total += loss
        return total / tf.cast(steps, tf.float32)

    for number in range(epochs):
        began = time.perf_counter()
        order = np.concatenate(
            [
                random.choice(np.flatnonzero(there.kinds == kind), count, replace=count > (there.kinds == kind).sum())
                for kind, count in enumerate(counts)
            ]
        )
        loss = epoch(tf.constant(random.permutation(order)), tf.constant(number))
        pace = steps * BATCH / (time.perf_counter() - began)
        print(f"epoch {number + 1}: loss {float(loss):.4f}, {pace:,.0f} images/s", flush=True)
    return model


def folded(model: keras.Model) -> keras.Model:
    """A model of `NETWORK` that computes what this one of `LEARNING` does.

    When it no longer learns, a batch normalisation is a factor and a term for each channel, which the convolution
    before it can take over (Jacob et al. 2018, section 3.2).
    """
    import keras

    from core.training import build_model

    weights: list[np.ndarray] = []
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            gamma, beta, mean, variance = layer.get_weights()
            factor = gamma / np.sqrt(variance + layer.epsilon)
            weights[-1] = weights[-1] * factor  # (rows, columns, in, out) · (out,)
            weights.append(beta - mean * factor)
        elif layer.weights and not isinstance(layer, keras.layers.Dropout):
            weights += layer.get_weights()
    made = build_model(NETWORK)
    made.set_weights(weights)
    return made


def held_out(dataset: Dataset, seed: int = SEED) -> tuple[np.ndarray, np.ndarray]:
    """Held-out training images, as they are and then as strokes: (n, 28, 28) uint8; labels."""
    images, labels = dataset.x_train[-HELD_OUT:, ..., 0], dataset.y_train[-HELD_OUT:]
    strokes, _ = _as_strokes(np.random.default_rng((seed, len(SHARES))), images, labels)
    return np.concatenate([images, strokes]), np.concatenate([labels, labels])


def temperature(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """Temperature that calibrates the softmax: the divisor of the logits (Guo et al. 2017).

    Args:
        probabilities: (n, classes) of images that were not learned from.
        labels: (n,) of the same.
    """
    scores = np.log(np.maximum(probabilities, 1e-12))

    def surprise(by: float) -> float:
        divided = scores / by
        right = np.take_along_axis(divided, labels[:, np.newaxis], axis=1)[:, 0]
        return float((np.log(np.exp(divided).sum(axis=1)) - right).mean())

    return float(min(np.arange(0.3, 3, 0.01), key=surprise))


def cooled(model: keras.Model, by: float) -> None:
    """Apply temperature scaling to a model of `NETWORK`: divide its last layer's weights."""
    last = model.layers[-1]
    last.set_weights([weights / by for weights in last.get_weights()])


def recipe() -> dict[str, Any]:
    """Description of the training, for the model card."""
    return {
        "epochs": EPOCHS,
        "images_in_an_epoch": {share.kind: share.seen for share in SHARES},
        "images_made": {share.kind: share.made for share in SHARES},
        "optimizer": "AdamW, weight decay 0.01",
        "batch_size": BATCH,
        "learning_rate": RATE,
        "schedule": "cosine",
        "label_smoothing": SMOOTHING,
        "batch_normalization": "after each convolution; folded into it afterwards",
        "dropout": "0.2 before the last layer",
        "scores": f"divided by a temperature, fitted to {HELD_OUT:,} training images kept apart, also as strokes",
        "no_digits": "answered with ten equal probabilities",
        "seed": SEED,
    }
