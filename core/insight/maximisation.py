"""Activation maximisation: the image that excites one channel of a model most."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from core.insight.graphs import check_channel, compiled, give_way, up_to
from core.insight.receptive import position
from core.network import Network, Path, trace

if TYPE_CHECKING:
    import keras

CENTRE, MEAN = "centre", "mean"
FAINT = (0.1, 0.3)  # brightest pixel of the starts that are always climbed from
GRAINS = (1, 2, 4, 8)  # pixels along the side of a grain of the noise of all others
TRIED = 16  # of each grain: where most leave a relu silent, some may not
CLIMBED = 2  # of all of these, those that excite most
RATE = 0.15  # of the first step; the last is close to 0
COST = 0.1  # of the noise's activation: what the regularising may take from it, since it makes images clearer
L2 = 0.1
TOTAL_VARIATION = 0.05
MOST_JITTER = 2  # pixels


class Excited(NamedTuple):
    """An image that was changed until a channel responded strongly.

    Attributes:
        image: (h, w, c) float32 in 0…1.
        before: the activation for the noise that it started from.
        after: the activation for the image: up to a tenth below that of noise where only pixels that do not matter were
            changed, and `before` itself where the image is that noise, as every climb led down.
        empty: the activation for an image without ink.
        border: the largest activation anywhere in the channel's map for an image without ink. Where it is above `empty`,
            it is that of a unit at the border, which sees padding.
    """

    image: np.ndarray
    before: float
    after: float
    empty: float
    border: float


def most_exciting(
    model: keras.Model,
    network: Network,
    path: Path,
    channel: int,
    steps: int = 64,
    seed: int = 0,
    unit: str = CENTRE,
) -> Excited:
    """An image that excites one output channel of a layer as strongly as possible.

    Gradient ascent on the pixels, from faint noise and from those of many images of noise that excite most;
    the best of what comes out is returned, and where nothing is better than the noise, the best noise. The gradient is scaled to a mean square of 1, so that the same
    regularising (L2, total variation, a jitter of at most an eighth of what the unit sees) suits every layer.
    For a single unit, what is climbed is the layer's output before its activation function, since a silent
    relu and a softmax that is sure have no slope.

    Args:
        model: built from `network`.
        network: says where the layers are and what their units see.
        path: of a layer or a join.
        channel: which one; of a dense layer, which unit.
        steps: of the ascent.
        seed: of the noise and the jitter; the same seed gives the same image.
        unit: `centre`: the unit in the middle of the channel's map, and pixels that it does not see stay
            dark; `mean`: the mean of the map. For a vector they are the same.

    Raises:
        IndexError: where the layer has no such channel.
        ValueError: for another `unit`.

    Source: Erhan, Bengio, Courville and Vincent, “Visualizing Higher-Layer Features of a Deep Network” (2009);
    scores before softmax: Simonyan, Vedaldi and Zisserman, “Deep Inside Convolutional Networks” (2014);
    jitter and total variation: Olah, Mordvintsev and Schubert, “Feature Visualization” (Distill, 2017).
    """
    check_channel(network, path, channel)
    if unit not in (CENTRE, MEAN):
        raise ValueError(f"The unit must be “{CENTRE}” or “{MEAN}”, not “{unit}”.")
    seen, jitter = _seen(network, path, channel, unit)
    climb = _climb(model, network, path, unit)
    found = climb(_noise(network, seed) * seen, seen, channel, steps, jitter, seed & 0x7FFFFFFF)
    starts, before, images, after, scores, empty, border = (np.asarray(part) for part in found)
    without_ink = float(empty), float(border)
    best = int(np.lexsort((scores, after))[-1])  # of those that a softmax or a relu has alike, the highest score
    start = int(np.argmax(before))
    if before[start] - after[best] <= COST * abs(before[start]):
        return Excited(images[best], float(before[best]), float(after[best]), *without_ink)
    return Excited(starts[start], float(before[start]), float(before[start]), *without_ink)


def _noise(network: Network, seed: int) -> np.ndarray:
    """Images of noise, the faint ones first: (n, h, w, c) float32 in 0…1."""
    height, width, channels = network.input_shape
    random = np.random.default_rng(seed)
    noise = [brightest * random.random((1, height, width, channels), np.float32) for brightest in FAINT]
    for grain in GRAINS:
        coarse = random.random((TRIED, -(-height // grain), -(-width // grain), channels), np.float32)
        noise.append(coarse.repeat(grain, axis=1).repeat(grain, axis=2)[:, :height, :width])
    return np.concatenate(noise)


def _seen(network: Network, path: Path, channel: int, unit: str) -> tuple[np.ndarray, int]:
    """1 where the unit sees the image, (h, w, 1) float32, and how many pixels of jitter suit it."""
    row = trace(network).row(path)
    height, width, _ = network.input_shape
    seen = np.ones((height, width, 1), np.float32)
    if unit == CENTRE:
        index = np.ravel_multi_index((*(n // 2 for n in row.shape[:-1]), channel), row.shape)
        box = row.field.region(*position(row, int(index)))
        seen[:] = 0
        seen[box.top : box.bottom, box.left : box.right] = 1
        height, width = box.size
    return seen, min(MOST_JITTER, height // 8, width // 8)


def _climb(model: keras.Model, network: Network, path: Path, unit: str) -> Callable:
    """Noise (n, h, w, c) → where the climbs began, with activations; where they ended, with activations and scores;
    the activation for an empty image, and the largest in the map for it."""
    import tensorflow as tf

    from core.training.model import layer_name

    shape = network.input_shape
    number = tf.TensorSpec((), tf.int32)
    signature = [
        tf.TensorSpec((None, *shape), tf.float32),
        tf.TensorSpec((*shape[:2], 1), tf.float32),
        *[number] * 4,
    ]

    def make() -> Callable:
        activation = up_to(model, model.get_layer(layer_name(path)).output)
        score = _score(model, network, path, unit)

        @tf.function(input_signature=signature, autograph=False)
        def climb(noise, seen, channel, steps, jitter, seed):
            def of(outputs):  # (n, h, w, channels) or (n, units) → (n,)
                maps = tf.gather(outputs, channel, axis=-1)
                if len(maps.shape) == 1:
                    return maps
                if unit == MEAN:
                    return tf.reduce_mean(maps, axis=(1, 2))
                return maps[:, maps.shape[1] // 2, maps.shape[2] // 2]

            def step(number, images):
                if tf.executing_eagerly():
                    give_way()
                shift = tf.random.stateless_uniform((2,), (seed, number), -jitter, jitter + 1, tf.int32)
                with tf.GradientTape(persistent=True) as tape:
                    tape.watch(images)
                    height = of(score(tf.roll(images, shift, axis=(1, 2))))
                    cost = L2 * tf.nn.l2_loss(images) + TOTAL_VARIATION * tf.image.total_variation(images)
                slope = tape.gradient(height, images, unconnected_gradients=tf.UnconnectedGradients.ZERO)
                felt = tf.math.count_nonzero(slope, axis=(1, 2, 3), keepdims=True, dtype=tf.float32)
                squares = tf.reduce_sum(tf.square(slope), axis=(1, 2, 3), keepdims=True)
                slope *= tf.math.rsqrt(tf.math.divide_no_nan(squares, felt) + 1e-20)
                rate = RATE * (1 - tf.cast(number / steps, tf.float32))
                return number + 1, tf.clip_by_value(images + rate * (slope - tape.gradient(cost, images)), 0, 1)

            others = noise[len(FAINT) :]
            _, best = tf.math.top_k(of(score(others)), CLIMBED)
            starts = tf.concat([noise[: len(FAINT)], tf.gather(others, best)], axis=0)
            _, images = tf.while_loop(lambda number, _: number < steps, step, (0, starts))
            images *= seen
            blank = activation(tf.zeros((1, *shape)))
            empty, border = of(blank)[0], tf.reduce_max(tf.gather(blank, channel, axis=-1))
            return starts, of(activation(starts)), images, of(activation(images)), of(score(images)), empty, border

        return climb

    return compiled(model, ("climb", path, unit), make)


def _score(model: keras.Model, network: Network, path: Path, unit: str) -> Callable:
    """Images → the layer's output before its activation function, but for the mean of a map, which that bends."""
    from core.training.model import building, layer_name

    layer = model.get_layer(layer_name(path))
    averaged = unit == MEAN and len(layer.output.shape) == 4
    if averaged or getattr(network.at(path), "activation", "linear") == "linear":
        return up_to(model, layer.output)
    below = up_to(model, layer.input)
    with building:
        bare = type(layer).from_config(layer.get_config() | {"activation": "linear"})
        bare.build(layer.input.shape)

    def score(images):
        outputs, _ = bare.stateless_call(layer.trainable_variables, layer.non_trainable_variables, below(images))
        return outputs

    return score
