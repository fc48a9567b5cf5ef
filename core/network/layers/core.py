"""The dense layer."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from core.network.layers.base import Layer, Reads, Shape, Term, weights
from core.network.layers.options import ACTIVATION, USE_BIAS, after_words, initializer, penalty
from core.network.settings import Integer, setting


@dataclass(frozen=True)
class Dense(Layer):
    """Fully connected layer: every output depends on every input.

    On an image, Keras applies it to the channels of each pixel, like a 1×1 convolution.
    """

    group = "Dense"
    summary = "Each unit looks at everything that arrives. The last one gives the ten answers."
    starter = {"units": 32, "activation": "relu"}
    keras_required = ("units",)
    kernel_weights = {"kernel": "io"}
    why_no_matrix = (
        "This layer is dense already: each unit reads every number with a weight of its own. Choose a Conv2D layer."
    )

    units: int = setting(10, Integer("Units", "How many numbers come out.", 1, 8192))
    activation: str = setting("linear", ACTIVATION)
    use_bias: bool = setting(True, USE_BIAS)
    kernel_initializer: str = setting("glorot_uniform", initializer())
    kernel_regularizer: tuple[float, float] = setting((0.0, 0.0), penalty())

    def output_shape(self, shape: Shape) -> Shape:
        return (*shape[:-1], self.units)

    def terms(self, shape: Shape) -> tuple[Term, ...]:
        return weights(self, self.units, (shape[-1], self.units))

    def macs(self, shape: Shape) -> int:
        return prod(shape) * self.units

    def reads(self, shape: Shape) -> Reads:
        return Reads.EVERYTHING if len(shape) == 1 else Reads.POINT

    def preactivation_channels(self, shape: Shape, channel: int) -> range:
        return range(shape[-1])

    def describe(self) -> str:
        return ", ".join([str(self.units), *after_words(self.activation, self.kernel_regularizer)])

    def note(self, shape: Shape) -> str:
        if len(shape) == 1:
            return ""
        return (
            "Here an image arrives, so it works on the channels of each pixel, like a 1×1 convolution. "
            "With Flatten before it, each unit would look at everything."
        )
