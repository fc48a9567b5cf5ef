"""The state of a training, complete enough to go on bit for bit. No TensorFlow."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from core.training.snapshot import Snapshot


@dataclass(frozen=True)
class Checkpoint:
    """All that a training needs to go on as if it had never ended.

    Attributes:
        weights: of the model, as `model.get_weights()` has them.
        generators: states of its random generators.
        optimizer: variables of the optimiser.
        snapshot: history, and where it was.
        best: weights of the best epoch so far, in the order of `model.get_weights()`; empty before the first.
        numbers: small state of the loop and of Keras' callbacks, as JSON has it.
    """

    weights: tuple[np.ndarray, ...]
    generators: tuple[np.ndarray, ...]
    optimizer: tuple[np.ndarray, ...]
    snapshot: Snapshot
    best: tuple[np.ndarray, ...] = ()
    numbers: dict[str, Any] = field(default_factory=dict)
