"""Replacement of a network's classification head, for transfer learning to other classes."""

from __future__ import annotations

from typing import NamedTuple

from core.network.geometry import trace
from core.network.layers import Conv2D, Dense
from core.network.network import Network


class Rehead(NamedTuple):
    """A network with a new classification head.

    Attributes:
        network: the network with the new head.
        arrays: number of weight arrays of the head; they are the last ones.
    """

    network: Network
    arrays: int


def with_classes(network: Network, classes: int) -> Rehead | None:
    """The network for this number of classes: its last layer with weights gets as many units (or filters).

    None if that layer is not a Dense or ungrouped Conv2D layer outside branches, or if the result is invalid.
    """
    weighted = [row for row in trace(network).rows if row.parameters]
    if not weighted or len(weighted[-1].path) > 1:
        return None
    path, layer = weighted[-1].path, weighted[-1].layer
    if isinstance(layer, Dense):
        changed = layer.replaced(units=classes)
    elif isinstance(layer, Conv2D) and layer.groups == 1:
        changed = layer.replaced(filters=classes)
    else:
        return None
    other = network.replaced(path, changed)
    if trace(other, classes).problems:
        return None
    return Rehead(other, 1 + layer.use_bias)
