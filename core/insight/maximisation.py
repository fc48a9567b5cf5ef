"""Activation maximisation: the image that excites one channel of a model most."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from core.insight.graphs import check_channel, compiled, up_to
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
L2 = 0.1
TOTAL_VARIATION = 0.05
MOST_JITTER = 2  # pixels


class Excited(NamedTuple):
    """An image that was changed until a channel responded strongly.

    Attributes:
        image: (h, w, c) float32 in 0…1.
        before: the activation for the noise that it started from.
        after: the activation for the image.
    """

    image: np.ndarray
    before: float
    after: float


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
    the best of what comes out is returned. The gradient is scaled to a mean square of 1, so that the same
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
    images, before, after, scores = climb(
        _noise(network, seed) * seen, seen, channel, steps, jitter, seed & 0x7FFFFFFF
    )
    best = int(np.argmax(scores))
    return Excited(np.asarray(images[best]), float(before[best]), float(after[best]))


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
    """Noise (n, h, w, c) → the images that were climbed to, their activations before and after, and scores."""
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
            return images, of(activation(starts)), of(activation(images)), of(score(images))

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
