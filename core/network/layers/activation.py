"""Activation functions as layers of their own."""

from __future__ import annotations

from dataclasses import dataclass

from core.network.layers.base import Layer
from core.network.layers.options import ACTIVATION
from core.network.settings import setting


@dataclass(frozen=True)
class Activation(Layer):
    """A function applied to each number (softmax: to the channels of each position)."""

    group = "Activation"
    summary = "Applies a non-linearity; without it, many layers would be no better than one."
    keras_required = ("activation",)

    activation: str = setting("relu", ACTIVATION)

    def describe(self) -> str:
        return self.activation
