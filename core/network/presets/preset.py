"""The preset class, and building blocks that presets share."""

from __future__ import annotations

import re
from dataclasses import dataclass

from core.network.layers import Activation, BatchNormalization, Conv2D, Layer
from core.network.network import Block, Network
from core.network.recipe import Recipe

# Smith and Topin, “Super-convergence” (2017): up to a high rate and down again.
_ONE_CYCLE = Recipe(
    optimizer="SGD",
    learning_rate=0.1,
    momentum=0.9,
    nesterov=True,
    schedule="one-cycle",
    batch_size=64,
    epochs=30,
)

SHIFTED = _ONE_CYCLE.replaced(rotation=7.0, shift=1.0)  # and the digits turned and moved a little


@dataclass(frozen=True)
class Preset:
    """A network to start from.

    Attributes:
        network: the network.
        summary: one line that says what to learn from it.
        source: who described it, and where.
        recipe: how it was trained, as far as the source tells; None where it was only drawn.
        published: figures reported by the source; empty if there are none.
        published_parameters: the source's parameter count; ours may be smaller where the source
            gives no layer table.
        exact: whether the source gives the architecture, so that the counts must agree.
        improved: a recipe of ours that gets more out of the same network; None where none was needed.
    """

    network: Network
    summary: str
    source: str
    recipe: Recipe | None = None
    published: str = ""
    published_parameters: int | None = None
    exact: bool = True
    improved: Recipe | None = None

    @property
    def published_figure(self) -> tuple[float, str] | None:
        """The published accuracy to compare with, 0…1, and of which images it is: test, validation or training."""
        found = re.search(r"([0-9.]+) % (test|validation) accuracy", self.published) or re.search(
            r"([0-9.]+) % (training) accuracy", self.published
        )
        return (float(found[1]) / 100, found[2]) if found else None


def digits(name: str, *blocks: Block) -> Network:
    """A network for images of MNIST."""
    return Network((28, 28, 1), blocks, name)


def same(filters: int, size: int) -> Conv2D:
    """A convolution that keeps the size of the map, with relu."""
    return Conv2D(filters, (size, size), padding="same", activation="relu")


def plain(filters: int, size: int, stride: int = 1) -> Conv2D:
    """A convolution to be normalised: without bias and activation."""
    return Conv2D(filters, (size, size), (stride, stride), padding="same", use_bias=False)


def normalised(*layers: Layer, momentum: float = 0.9) -> tuple[Layer, ...]:
    """Each layer with batch normalisation and relu behind it."""
    return tuple(
        block for layer in layers for block in (layer, BatchNormalization(momentum=momentum), Activation("relu"))
    )
