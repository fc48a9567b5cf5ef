"""A training that is waited for, as scripts and tests have it; a `Run` is the same in the background."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from core.data import Dataset
from core.network import Network
from core.network.recipe import Recipe
from core.training.controls import Controls
from core.training.snapshot import Snapshot

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Result:
    """The result of a training: the trained model and its last snapshot."""

    model: keras.Model
    snapshot: Snapshot


def train(
    network: Network,
    dataset: Dataset,
    recipe: Recipe,
    on_progress: Callable[[Snapshot], None] | None = None,
    callbacks: Sequence[Any] = (),
    begin: Sequence[np.ndarray] = (),
) -> Result:
    """Train and wait for the end.

    Args:
        network: what to train.
        dataset: what on.
        recipe: how.
        on_progress: receives every snapshot, several a second.
        callbacks: Keras callbacks.
        begin: weights to begin with, the first ones in Keras' order; what is not among them is fresh.

    Raises:
        InvalidNetwork: where the network cannot work on this dataset or this machine.
    """
    from core.training.loop import Loop

    loop = Loop(network, dataset, recipe, callbacks, begin=begin)
    for snapshot in loop.snapshots(Controls()):
        if on_progress is not None:
            on_progress(snapshot)
    return Result(loop.model, snapshot)
