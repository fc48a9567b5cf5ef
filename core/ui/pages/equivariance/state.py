"""State of the page Shift equivariance."""

from __future__ import annotations

from dataclasses import dataclass, field

from core.network import Path


@dataclass
class EquivarianceState:
    """What is looked at on the page.

    Attributes:
        chosen: keys of the network and of the one beside it, which is empty for none.
        right, down: px that the image is moved by; negative is left and up.
        layers: the layer that is shown of each network, by its place on the page and its key.
        shift: px, of the chart of all layers.
        direction: `right` or `down`, of the shifts that are measured on many images.
    """

    chosen: tuple[str, str] = ("lenet5", "dense")
    right: int = 3
    down: int = 0
    layers: dict[tuple[int, str], Path] = field(default_factory=dict)
    shift: int = 1
    direction: str = "right"
