"""State of the page Gradients."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from core.network import Network, Path
from core.ui.shell.renewal import Renewal


@dataclass
class GradientsState:
    """What is chosen on the page.

    Attributes:
        step: the one of the four that is looked at.
        label: the class that the visitor says a picture of theirs shows, from 0.
        rate: the learning rate.
        batch: whether a batch of training images is learned from, in place of one image.
        size: its images.
        seed: which ones they are, and what dropout draws.
        training: whether the network goes as in training.
        picked: the image of the batch that is looked at, from 0.
        asked: what was asked for of a network that waits for a button: the image and class, and the weights.
        weight: the one that is explained: its network, layer and index in the kernel; None before any.
        fields: in the keys of the fields with its index; renewed when it is chosen elsewhere.
    """

    step: str = "Forward"
    label: int = 0
    rate: float = 0.01
    batch: bool = False
    size: int = 32
    seed: int = 1
    training: bool = False
    picked: int = 0
    asked: tuple[object, object] | None = None
    weight: tuple[Network, Path, tuple[int, ...]] | None = None
    fields: Renewal = field(default_factory=Renewal)

    def ask(self, about: object, version: object) -> None:
        """Compute it for these weights."""
        self.asked = about, version

    def index_of(self, network: Network, path: Path, gradient: np.ndarray) -> tuple[int, ...]:
        """The index of the weight that is explained; of another layer first that with the largest gradient."""
        if self.weight is None or self.weight[:2] != (network, path):
            self.pick(network, path, largest(gradient))
        assert self.weight is not None
        return self.weight[2]

    def pick(self, network: Network, path: Path, index: tuple[int, ...]) -> None:
        """Explain another weight."""
        self.weight = network, path, index
        self.fields.renew()


def largest(gradient: np.ndarray) -> tuple[int, ...]:
    """The index of the number that is the farthest from 0."""
    return tuple(int(one) for one in np.unravel_index(np.nanargmax(np.abs(np.nan_to_num(gradient))), gradient.shape))
