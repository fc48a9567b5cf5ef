"""Fine-tuning of a trained network on a visitor's drawings: initial weights and recipe."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from core.data import DIGITS, Collection
from core.data.collection import FIELD
from core.network import Network, trace, with_classes
from core.network.recipe import Recipe

# Small steps, as most of what it knows should stay; the images change a little, as a hand does.
DIGITS_RECIPE = Recipe(
    epochs=6,
    batch_size=64,
    learning_rate=0.0005,
    schedule="cosine",
    shift=1.0,
    rotation=10.0,
    zoom=0.1,
    shear=8.0,
    seed=1,
)
# A few dozen drawings are all there is: each is changed so much that it stands for many.
OWN_RECIPE = Recipe(
    epochs=12,
    batch_size=32,
    learning_rate=0.001,
    schedule="cosine",
    shift=2.0,
    rotation=15.0,
    zoom=0.15,
    shear=10.0,
    seed=1,
)


class Plan(NamedTuple):
    """Network, initial weights and recipe of a fine-tuning.

    Attributes:
        network: for the collection's classes.
        begin: its first weights; what is not among them is fresh.
        recipe: how.
    """

    network: Network
    begin: list[np.ndarray]
    recipe: Recipe


def teachable(network: Network, class_names: Sequence[str], collection: Collection) -> bool:
    """True where a network for these classes can be fine-tuned on a collection."""
    if network.input_shape != FIELD:
        return False
    same = tuple(class_names) == collection.class_names
    if same and not trace(network, len(class_names)).problems:
        return True
    return (same or collection.class_names != DIGITS) and with_classes(
        network, len(collection.class_names)
    ) is not None


def plan(network: Network, weights: Sequence[np.ndarray], class_names: Sequence[str], collection: Collection) -> Plan:
    """Plan the fine-tuning of a network on a collection of drawings.

    A network for the same classes keeps all of its weights. Any other gets a new last layer with fresh weights, and
    the layers before it keep theirs.

    Args:
        network, weights: a trained network, in the order of `model.get_weights()`.
        class_names: its classes.
        collection: one for which it is `teachable`.

    Raises:
        ValueError: where it is not.
    """
    if not teachable(network, class_names, collection):
        raise ValueError("This network cannot answer with the classes of these drawings.")
    recipe = DIGITS_RECIPE if collection.class_names == DIGITS else OWN_RECIPE
    if tuple(class_names) == collection.class_names and not trace(network, len(class_names)).problems:
        return Plan(network, list(weights), recipe)
    other = with_classes(network, len(collection.class_names))
    assert other is not None, "it is teachable"
    return Plan(other.network, list(weights)[: -other.arrays], recipe)
