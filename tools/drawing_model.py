"""Train the network of the Draw page: for MNIST's digits, for drawn ones, and to doubt what is no digit.

`tools.pretrain` runs it. Its training is not one that the Train page offers: some images have no label, and are to
be answered with ten equal probabilities.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from core.data import Dataset
from core.network import (
    BatchNormalization,
    Conv2D,
    Activation,
    Dense,
    Dropout,
    GlobalAveragePooling2D,
    MaxPooling2D,
    Network,
)
from tools.handwriting import affine, bent, digit, inked, nothing, traced, warped

if TYPE_CHECKING:
    import keras

NONE = -1  # the label of what is no digit
BATCH = 128
RATE = 0.003
SMOOTHING = 0.03
SEED = 1990


def _block(filters: int, size: int = 3, padding: str = "same") -> tuple:
    return Conv2D(filters, (size, size), padding=padding, use_bias=False), BatchNormalization(), Activation("relu")


NETWORK = Network(
    (28, 28, 1),
    (
        *_block(20, 5, "valid"),
        *_block(24, padding="valid"),
        MaxPooling2D((2, 2)),  # 11×11
        *_block(48),
        *_block(48),
        MaxPooling2D((2, 2)),  # 5×5
        *_block(80),
        *_block(96, padding="valid"),
        GlobalAveragePooling2D(),
        Dropout(0.2),
        Dense(10, "softmax"),
    ),
    name="Reader of drawings",
)


class Share(NamedTuple):
    """One kind of images: so many are made, and so many of them are seen in an epoch."""

    kind: str
    made: int
    seen: int


SHARES = (
    Share("MNIST's training images", 60_000, 60_000),
    Share("the same in other hands", 180_000, 60_000),
    Share("the same as strokes", 60_000, 40_000),
    Share("drawn by rules", 100_000, 60_000),
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
    random = np.random.default_rng(seed)
    images, labels, kinds = [], [], []
    originals = dataset.x_train[..., 0]
    for number, share in enumerate(SHARES):
        count = int(share.made * size)
        chosen = np.resize(random.permutation(len(originals)), count)
        if share.kind == "no digits":
            found, names = [inked(nothing(random)) for _ in range(count)], np.full(count, NONE)
        elif share.kind == "drawn by rules":
            names = np.arange(count) % 10
            found = [inked(digit(random, label)) for label in names]
        else:
            names = dataset.y_train[chosen]
            found = {0: _as_they_are, 1: _in_other_hands, 2: _as_strokes}[number](random, originals[chosen])
        images += found
        labels.append(names)
        kinds.append(np.full(count, number))
        print(f"{count:,} images: {share.kind}", flush=True)
    return Pool(np.stack(images)[..., np.newaxis], np.concatenate(labels).astype(np.int64), np.concatenate(kinds))


def _as_they_are(random: np.random.Generator, images: np.ndarray) -> list[np.ndarray]:
    return list(images)


def _in_other_hands(random: np.random.Generator, images: np.ndarray) -> list[np.ndarray]:
    return [one for part in _parts(images) for one in warped(random, part)]


def _as_strokes(random: np.random.Generator, images: np.ndarray) -> list[np.ndarray]:
    lines = (strokes for part in _parts(images) for strokes in traced(part))
    return [inked(affine(random, bent(random, strokes, 0.03), 0.9)) for strokes in lines]


def _parts(images: np.ndarray, size: int = 1000) -> Iterator[np.ndarray]:
    return (images[start : start + size] for start in range(0, len(images), size))


def fit(there: Pool, epochs: int, network: Network = NETWORK, seed: int = SEED, seen: float = 1.0) -> keras.Model:
    """Train the network; an epoch sees of each kind what its share says, each image a little changed."""
    import keras
    import tensorflow as tf

    from core.data.augmentation import Augmentation, augmented
    from core.training import build_model

    model = build_model(network, seed)
    random = np.random.default_rng(seed)
    images = tf.constant(there.images)
    targets = np.full((len(there.labels), 10), SMOOTHING / 10, np.float32)
    targets[there.labels >= 0, there.labels[there.labels >= 0]] += 1 - SMOOTHING
    targets[there.labels == NONE] = 0.1
    targets = tf.constant(targets)
    counts = [int(share.seen * seen) for share in SHARES]
    steps = sum(counts) // BATCH
    rate = keras.optimizers.schedules.CosineDecay(0.0, epochs * steps - 300, warmup_target=RATE, warmup_steps=300)
    optimizer = keras.optimizers.AdamW(rate, weight_decay=0.01)
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
                loss = tf.reduce_mean(
                    keras.losses.categorical_crossentropy(tf.gather(targets, chosen), model(x, training=True))
                )
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
