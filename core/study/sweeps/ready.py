"""Sweeps that are ready to start, each with the question that it answers."""

from __future__ import annotations

from typing import NamedTuple

from core.network.layers import Activation, Conv2D, Dense, GlobalAveragePooling2D, MaxPooling2D
from core.network.network import Branches, Network
from core.network.presets import PRESETS
from core.network.recipe import Recipe
from core.study.sweeps.domains import Listed, Span
from core.study.sweeps.sweep import Dimension, Plan, Sweep
from core.study.sweeps.targets import Depth, OfLayers, OfRecipe


class Ready(NamedTuple):
    """A sweep to start with.

    Attributes:
        summary: what one learns from it, in a sentence.
        sweep: with its name.
    """

    summary: str
    sweep: Sweep


_DEPTHS = (1, 2, 3, 4, 6)  # residual blocks, of two convolutions each


def ready_sweeps() -> tuple[Ready, ...]:
    """All of them, in the order in which they are offered. Each is a grid of which every point can be trained."""
    return (
        _penalties_and_dropout(),
        _dense_width(),
        _kernels_and_filters(),
        _rate_and_batch(),
        _depth_with_skips(),
        _depth_without_skips(),
        _ten_seeds(),
    )


def _penalties_and_dropout() -> Ready:
    """The grid of Perrin's article: elastic net on the dense layers, dropout before them."""
    strengths = Listed((0.0, 1e-5, 1e-4))
    return Ready(
        "Which regularises LeNet-5 best: a price on weights (L1, L2 or both, an elastic net), dropout, or both together?",
        Sweep(
            PRESETS["A4b"].network,
            Recipe(epochs=10),
            dimensions=(
                Dimension(OfLayers("Dense", "kernel_regularizer.l1"), strengths),
                Dimension(OfLayers("Dense", "kernel_regularizer.l2"), strengths),
                Dimension(OfLayers("Dropout", "rate"), Listed((0.0, 0.2, 0.4))),
            ),
            plan=Plan(repeats=2),
            name="Elastic net and dropout",
        ),
    )


def _dense_width() -> Ready:
    return Ready(
        "How many hidden units does a dense network need, from where on do more of them hardly help?",
        Sweep(
            PRESETS["A1"].network,
            Recipe(epochs=5),
            dimensions=(Dimension(OfLayers("Dense", "units", ((1,),)), Span(16, 2048, log=True, points=8)),),
            plan=Plan(repeats=3),
            name="Width of the dense network",
        ),
    )


def _kernels_and_filters() -> Ready:
    return Ready(
        "Do larger kernels or more of them find more in the image, and which is the better use of parameters?",
        Sweep(
            PRESETS["LeNet-5"].network,
            Recipe(epochs=3),
            dimensions=(
                Dimension(OfLayers("Conv2D", "kernel_size", ((0,),)), Listed((1, 3, 5, 7, 9))),
                Dimension(OfLayers("Conv2D", "filters", ((0,),)), Listed((2, 4, 8, 16))),
            ),
            plan=Plan(repeats=2),
            name="Kernel size and filters",
        ),
    )


def _rate_and_batch() -> Ready:
    return Ready(
        "Which learning rate suits which batch size, and what happens beyond it?",
        Sweep(
            PRESETS["LeNet-5"].network,
            Recipe(epochs=3, optimizer="SGD", momentum=0.9),
            dimensions=(
                Dimension(OfRecipe("learning_rate"), Span(1e-3, 1.0, log=True, points=7)),
                Dimension(OfRecipe("batch_size"), Listed((32, 128, 512))),
            ),
            name="Learning rate and batch size",
        ),
    )


def _depth_with_skips() -> Ready:
    same = Conv2D(16, (3, 3), padding="same", activation="relu")
    block = Branches(((same, same.replaced(activation="linear")), ()), "add")
    network = Network((28, 28, 1), (*_stem(), block, Activation("relu"), *_head()), "Residual, one block")
    return Ready(
        "Do more residual blocks, two convolutions with a skip around them, still help where plain depth no longer does?",
        Sweep(
            network,
            Recipe(epochs=3),
            dimensions=(Dimension(Depth("Branches", (2,)), Listed(_DEPTHS)),),
            plan=Plan(repeats=2),
            name="Depth with skips",
        ),
    )


def _depth_without_skips() -> Ready:
    same = Conv2D(16, (3, 3), padding="same", activation="relu")
    network = Network((28, 28, 1), (*_stem(), same, same, *_head()), "Plain, two convolutions")
    return Ready(
        "How deep can a plain stack of convolutions be before it learns worse? As many of them as in “Depth with skips”.",
        Sweep(
            network,
            Recipe(epochs=3),
            dimensions=(Dimension(Depth("Conv2D", (2,)), Listed(tuple(2 * depth for depth in _DEPTHS))),),
            plan=Plan(repeats=2),
            name="Depth without skips",
        ),
    )


def _ten_seeds() -> Ready:
    return Ready(
        "How much does chance alone change the accuracy, with the same network and the same recipe from ten seeds?",
        Sweep(PRESETS["LeNet-5"].network, Recipe(), plan=Plan(repeats=10), name="Ten seeds"),
    )


def _stem() -> tuple[Conv2D, MaxPooling2D]:
    return Conv2D(16, (5, 5), padding="same", activation="relu"), MaxPooling2D()


def _head() -> tuple[GlobalAveragePooling2D, Dense]:
    return GlobalAveragePooling2D(), Dense(10, "softmax")
