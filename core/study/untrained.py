"""Networks that have learned nothing, with weights that are always the same: what their layers do needs no training."""

from __future__ import annotations

import numpy as np

from core.network import AveragePooling2D, Conv2D, Dense, Flatten, MaxPooling2D, Network, trace
from core.network.layers import Shape
from core.study.contender import Contender

PARTS = ("Convolution", "Convolution with stride 2", "Maximum pooling 2×2", "Average pooling 2×2")
PADDED = ("Without padding", "With padding")


def single_parts(shape: Shape) -> tuple[Contender, ...]:
    """Networks of one or two layers with fixed random weights: those of `PARTS`, and two convolutions as `PADDED` has them.

    Args:
        shape: of the images.
    """
    first = Conv2D(8, (5, 5), activation="relu")
    blocks = (
        (first,), (Conv2D(8, (5, 5), strides=(2, 2), activation="relu"),), (first, MaxPooling2D((2, 2))),
        (first, AveragePooling2D((2, 2))), (first, Conv2D(8, (5, 5))),
        (Conv2D(8, (5, 5), padding="same", activation="relu"), Conv2D(8, (5, 5), padding="same")),
    )  # fmt: skip
    return tuple(
        random_contender(Network(shape, layers, name), ())
        for name, layers in zip((*PARTS, *PADDED), blocks, strict=True)
    )


def dense_network(
    shape: Shape, class_names: tuple[str, ...], dataset: str, name: str = "Dense, untrained"
) -> Contender:
    """A dense network of 128 hidden units: what a shift does to it needs no training.

    Args:
        shape: of the images.
        class_names: one for each output.
        dataset: on whose test images it is looked at.
        name: of the network.
    """
    layers = (Flatten(), Dense(128, "relu"), Dense(len(class_names), "softmax"))
    return random_contender(Network(shape, layers, name), class_names, dataset)


def random_contender(network: Network, class_names: tuple[str, ...], dataset: str = "") -> Contender:
    """A network with weights that are always the same: normal, by the square root of 2 / inputs, biases of 0.1."""
    random, traced, weights = np.random.default_rng(0), trace(network), []
    for row in traced.rows:
        for term in row.layer.terms(traced.arriving(row.path)):  # pyright: ignore[reportAttributeAccessIssue]  # no joins here
            size = np.sqrt(2 / np.prod(term.shape[:-1])) if len(term.shape) > 1 else 0.1
            weights.append((size * random.standard_normal(term.shape)).astype(np.float32))
    return Contender(network.name, network, weights, class_names, dataset)
