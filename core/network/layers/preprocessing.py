"""Layers that bring pixels to the scale that a network expects."""

from __future__ import annotations

from dataclasses import dataclass

from core.network.layers.base import Layer
from core.network.settings import Number, setting

LARGEST = 1_000_000.0


@dataclass(frozen=True)
class Rescaling(Layer):
    """Multiplies each number by a factor and adds an offset; neither is learned."""

    group = "Normalising"
    summary = "Brings pixels of 0…1 to the scale that a network was trained on, such as 0…255 or −1…1."
    starter = {"scale": 2.0, "offset": -1.0}
    keras_required = ("scale",)
    why_no_matrix = "This layer is no convolution: it does the same to each number."

    scale: float = setting(1.0, Number("Scale", "What each number is multiplied by.", -LARGEST, LARGEST, 1.0, "%.6g"))
    offset: float = setting(0.0, Number("Offset", "What is added afterwards.", -LARGEST, LARGEST, 1.0, "%.6g"))

    def describe(self) -> str:
        return (
            f"×{self.scale:.4g} {'−' if self.offset < 0 else '+'} {abs(self.offset):.4g}"
            if self.offset
            else f"×{self.scale:.4g}"
        )
