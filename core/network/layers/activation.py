"""Activation functions as layers of their own."""

from __future__ import annotations

from dataclasses import dataclass

from core.network.layers.base import Layer
from core.network.layers.options import ACTIVATION
from core.network.settings import Number, setting


@dataclass(frozen=True)
class Activation(Layer):
    """A function applied to each number (softmax: to the channels of each position)."""

    group = "Activation"
    summary = "Applies a non-linearity; without it, many layers would be no better than one."
    keras_required = ("activation",)

    activation: str = setting("relu", ACTIVATION)

    def describe(self) -> str:
        return self.activation


@dataclass(frozen=True)
class LeakyReLU(Layer):
    """Passes positive numbers on and multiplies negative ones by a slope (Maas et al., 2013)."""

    group = "Activation"
    summary = "Like relu, but negative numbers leak through, so that no unit falls silent for good."
    is_linear = False

    negative_slope: float = setting(
        0.3, Number("Negative slope", "What negative numbers are multiplied by: 0 is relu.", 0.0, 1.0, 0.05)
    )

    def describe(self) -> str:
        return f"slope {self.negative_slope:g}"
