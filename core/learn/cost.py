"""What a layer between two shapes costs: convolution against dense against separable, in letters and in numbers.

The counts of the convolutions are those of `core.network`'s layers; the dense layer may be larger than any that can be built
there. The formulas are written beside them, and tests put the numbers in.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import NamedTuple

from core.learn.convolution import same_padding
from core.learn.convolution_layer import Formula, sliding_words
from core.network.geometry import Box
from core.network.layers import Conv2D, Layer, SeparableConv2D, Shape


class Cost(NamedTuple):
    """The price of one layer.

    Attributes:
        kind: of the layer, in the field's words.
        keras: its lines in Keras.
        parameters: weights and biases to learn.
        macs: multiply-adds for one image; those with zeros of the padding among them, biases not.
        distance: what one number of the output can see of the input.
    """

    kind: str
    keras: str
    parameters: Formula
    macs: Formula
    distance: str


@dataclass(frozen=True)
class Between:
    """Two shapes, and the convolution that leads from one to the other.

    Attributes:
        side: rows and columns of the input.
        inputs, filters: channels of the input, and of the output.
        kernel, stride: of the convolution, the same in both directions.
        padding: `valid` or `same`, as Keras has them.
    """

    side: int = 32
    inputs: int = 3
    filters: int = 1
    kernel: int = 5
    stride: int = 1
    padding: str = "valid"

    @property
    def shape(self) -> Shape:
        """(h₁, w₁, c₁) of the input."""
        return (self.side, self.side, self.inputs)

    @property
    def output(self) -> Shape:
        """(h₂, w₂, c₂). Raises `CannotWork` where the kernel is larger than the input."""
        return self._convolution.output_shape(self.shape)

    @property
    def products(self) -> int:
        """Products whose sum, with the bias, is one number of the output."""
        return self.kernel * self.kernel * self.inputs

    def window(self, row: int, column: int) -> Box:
        """Input pixels on which the kernel lies for one number of the output, from 0; with `same` some may be outside."""
        before = same_padding(self.side, self.kernel, self.stride)[0] if self.padding == "same" else 0
        top, left = row * self.stride - before, column * self.stride - before
        return Box(top, left, top + self.kernel, left + self.kernel)

    @property
    def _window(self) -> dict:
        pair = self.kernel, self.kernel
        return {"kernel_size": pair, "strides": (self.stride, self.stride), "padding": self.padding}

    @property
    def _convolution(self) -> Conv2D:
        return Conv2D(self.filters, **self._window)

    def costs(self) -> tuple[Cost, ...]:
        """Of a dense layer, a convolution and a separable convolution, all from the one shape to the other.

        Raises:
            CannotWork: the kernel is larger than the input.
        """
        return self._dense(), self._conv(), self._separable()

    def _dense(self) -> Cost:
        (h1, w1, c1), (h2, w2, c2) = self.shape, self.output
        weights, units = prod(self.shape) * prod(self.output), prod(self.output)
        ends, typed = "h₁·w₁·c₁·h₂·w₂·c₂", f"{h1}·{w1}·{c1}·{h2}·{w2}·{c2}"
        return Cost(
            "Dense",
            f"keras.layers.Flatten()\nkeras.layers.Dense({units})",
            Formula(f"{ends} + h₂·w₂·c₂", f"{typed} + {h2}·{w2}·{c2}", weights + units),
            Formula(ends, typed, weights),
            "the whole input",
        )

    def _conv(self) -> Cost:
        k, c1, (h2, w2, c2) = self.kernel, self.inputs, self.output
        layer = self._convolution
        return Cost(
            "Convolution",
            f"keras.layers.Conv2D({self._words})",
            Formula("k·k·c₁·c₂ + c₂", f"{k}·{k}·{c1}·{c2} + {c2}", _parameters(layer, self.shape)),
            Formula("k·k·c₁·c₂·h₂·w₂", f"{k}·{k}·{c1}·{c2}·{h2}·{w2}", layer.macs(self.shape)),
            f"{k}×{k} pixels of every channel",
        )

    def _separable(self) -> Cost:
        k, c1, (h2, w2, c2) = self.kernel, self.inputs, self.output
        layer = SeparableConv2D(self.filters, **self._window)
        return Cost(
            "Separable convolution",
            f"keras.layers.SeparableConv2D({self._words})",
            Formula("k·k·c₁ + c₁·c₂ + c₂", f"{k}·{k}·{c1} + {c1}·{c2} + {c2}", _parameters(layer, self.shape)),
            Formula("(k·k·c₁ + c₁·c₂)·h₂·w₂", f"({k}·{k}·{c1} + {c1}·{c2})·{h2}·{w2}", layer.macs(self.shape)),
            f"{k}×{k} pixels of each channel, then all channels at once",
        )

    @property
    def _words(self) -> str:
        return ", ".join(sliding_words(self.filters, self.kernel, self.stride, self.padding == "same"))


def _parameters(layer: Layer, shape: Shape) -> int:
    return layer.parameters(shape).trainable
