"""The same network for other classes: what it has learned to see may serve another question."""

from __future__ import annotations

from typing import NamedTuple

from core.network.geometry import trace
from core.network.layers import Conv2D, Dense
from core.network.network import Network


class Rehead(NamedTuple):
    """A network that answers with other classes.

    Attributes:
        network: it.
        arrays: how many of its weight arrays, the last ones, belong to the layer that gives the answer.
    """

    network: Network
    arrays: int


def with_classes(network: Network, classes: int) -> Rehead | None:
    """The network with so many answers: its last layer with weights gets as many units, or filters.

    None where that is no Dense or Conv2D layer of the main line, or where the network could not answer so.
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
