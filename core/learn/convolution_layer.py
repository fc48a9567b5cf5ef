"""A convolution layer as a sandbox sets it: its output, its sizes as formulas, its cost, and how Keras writes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from core.learn.convolution import (
    CannotConvolve,
    Sliding,
    check_groups,
    cross_correlation,
    same_padding,
    transposed,
)

Padding = Literal["valid", "same"] | int
MOST_SIDE = 24  # rows and columns of an output that can still be looked at


class Formula(NamedTuple):
    """A quantity in letters, with the numbers put in, and its value."""

    letters: str
    numbers: str
    value: int


@dataclass(frozen=True)
class ConvolutionLayer:
    """A convolution over (inputs, n, n) numbers, or the same backwards.

    Attributes:
        n: rows and columns of the input.
        inputs, outputs: channels c_in and c_out.
        kernel: rows and columns k of a kernel.
        stride, dilation: s and d.
        padding: `valid`, `same` as Keras has it, or so many zeros p on each side.
        groups: g parts of the channels that know nothing of each other; not of a transposed one.
        bias: whether a bias is added.
        flip: whether kernels are turned by 180° first; not of a transposed one.
        backwards: whether it is a transposed convolution.
    """

    n: int
    inputs: int = 1
    outputs: int = 1
    kernel: int = 3
    stride: int = 1
    dilation: int = 1
    padding: Padding = "valid"
    groups: int = 1
    bias: bool = True
    flip: bool = False
    backwards: bool = False

    def check(self) -> None:
        """Nothing where it works.

        Raises:
            CannotConvolve: its words say what does not fit, and what would.
        """
        if not self.backwards:
            check_groups(self.inputs, self.outputs, self.groups)
        if self.size > MOST_SIDE:
            raise CannotConvolve(
                f"The output would have {self.size}×{self.size} numbers; up to {MOST_SIDE}×{MOST_SIDE} are drawn. Take a smaller "
                "input, stride or dilation, or more padding."
            )

    @property
    def sliding(self) -> Sliding:
        """How the kernel goes over the input; or, backwards, over the output."""
        before = after = 0
        if self.padding == "same":
            n = self.n * self.stride if self.backwards else self.n
            before, after = same_padding(n, self.kernel, self.stride, self.dilation)
        elif isinstance(self.padding, int):
            before = after = self.padding
        return Sliding(self.kernel, self.stride, self.dilation, (before, after))

    @property
    def size(self) -> int:
        """Rows and columns m of the output. Raises `CannotConvolve`."""
        return self.sliding.transposed_size(self.n) if self.backwards else self.sliding.size(self.n)

    @property
    def per_group(self) -> int:
        """Input channels that each output channel reads."""
        return self.inputs if self.backwards else self.inputs // self.groups

    def first_read(self, output: int) -> int:
        """The first input channel that an output channel reads."""
        return 0 if self.backwards else output // (self.outputs // self.groups) * self.per_group

    def output(self, image: np.ndarray, kernels: np.ndarray, biases: np.ndarray) -> np.ndarray:
        """(inputs, n, n), (outputs, inputs / groups, k, k) and (outputs,) → (outputs, m, m) float64."""
        biases = biases if self.bias else np.zeros(self.outputs)
        if self.backwards:
            return transposed(image, kernels, biases, self.sliding)
        return cross_correlation(image, kernels, biases, self.sliding, self.groups, self.flip)

    @property
    def size_formula(self) -> Formula:
        """The output's rows and columns."""
        n, k, s, d, m = self.n, self.kernel, self.stride, self.dilation, self.size
        reach = "k" if d == 1 else "d·(k − 1) − 1"
        if self.padding == "same" and not self.backwards:
            return Formula("m = ⌈n / s⌉", f"⌈{n} / {s}⌉", m)
        if self.padding == "same" and self.sliding.reach >= s:
            return Formula("m = n·s", f"{n}·{s}", m)
        p = self.padding if isinstance(self.padding, int) else 0
        if self.backwards:
            letters = f"m = (n − 1)·s + {'k' if d == 1 else 'd·(k − 1) + 1'}{' − 2p' if p else ''}"
            numbers = f"({n} − 1)·{s} + {k if d == 1 else f'{d}·({k} − 1) + 1'}{f' − 2·{p}' if p else ''}"
            return Formula(letters, numbers, m)
        letters = f"m = ⌊(n{' + 2p' if p else ''} − {reach}) / s⌋ + 1"
        numbers = f"⌊({n}{f' + 2·{p}' if p else ''} − {k if d == 1 else f'{d}·({k} − 1) − 1'}) / {s}⌋ + 1"
        return Formula(letters, numbers, m)

    @property
    def parameters(self) -> Formula:
        """Weights and biases to learn."""
        k, o = self.kernel, self.outputs
        value = k * k * self.per_group * o + (o if self.bias else 0)
        read, numbers = (
            ("c_in", f"{self.inputs}")
            if self.per_group == self.inputs
            else ("c_in/g", f"{self.inputs}/{self.groups}")
        )
        plus = (" + c_out", f" + {o}") if self.bias else ("", "")
        return Formula(f"k·k·{read}·c_out{plus[0]}", f"{k}·{k}·{numbers}·{o}{plus[1]}", value)

    @property
    def products(self) -> Formula:
        """Multiply-adds, those with zeros of the padding, or with what is cut off, among them."""
        k, side = self.kernel, self.n if self.backwards else self.size
        letter = "n" if self.backwards else "m"
        read, numbers = (
            ("c_in", f"{self.inputs}")
            if self.per_group == self.inputs
            else ("c_in/g", f"{self.inputs}/{self.groups}")
        )
        return Formula(
            f"{letter}·{letter}·c_out·k·k·{read}",
            f"{side}·{side}·{self.outputs}·{k}·{k}·{numbers}",
            side * side * self.outputs * k * k * self.per_group,
        )

    @property
    def is_dense(self) -> bool:
        """Whether it is a dense layer over the channels, the same at every position."""
        fits = self.kernel == self.stride == self.groups == 1 and not self.backwards
        return fits and self.sliding.padding == (0, 0)

    @property
    def keras(self) -> tuple[str, ...]:
        """The Keras layers that are this layer; none where Keras has none."""
        return self._keras_backwards() if self.backwards else self._keras_forward()

    def _keras_forward(self) -> tuple[str, ...]:
        both = self.stride > 1 and self.dilation > 1
        before, after = self.sliding.padding
        same = self.padding == "same" and not both
        words = sliding_words(self.outputs, self.kernel, 1 if both else self.stride, same)
        words += [f"dilation_rate={self.dilation}"] if self.dilation > 1 else []
        words += [f"groups={self.groups}"] if self.groups > 1 else []
        layers = [_layer("Conv2D", words, self.bias)]
        if not same and before + after:
            layers.insert(0, f"keras.layers.ZeroPadding2D({_sides(before, after)})")
        if both:  # no layer of Keras has stride and dilation; this one keeps every s-th number
            layers.append(f"keras.layers.MaxPooling2D(1, strides={self.stride})")
        return tuple(layers)

    def _keras_backwards(self) -> tuple[str, ...]:
        if self.stride > 1 and self.dilation > 1:
            return ()
        sliding = self.sliding
        added = max(self.stride - sliding.reach, 0)  # rows of the bias alone, which Keras puts behind
        same = self.padding == "same" and not added
        words = sliding_words(self.outputs, self.kernel, self.stride, same)
        words += [f"dilation_rate={self.dilation}"] if self.dilation > 1 else []
        before, after = (0, 0) if same else (sliding.padding[0], sliding.padding[1] + added)
        layers = [_layer("Conv2DTranspose", words, self.bias)]
        if before + after:
            layers.append(f"keras.layers.Cropping2D({_sides(before, after)})")
        return tuple(layers)


def sliding_words(filters: int, kernel: int, stride: int, same: bool) -> list[str]:
    """The arguments of a sliding layer of Keras, those that are not as usual."""
    strides = [f"strides={stride}"] if stride > 1 else []
    return [str(filters), str(kernel), *strides, *(['padding="same"'] if same else [])]


def _sides(before: int, after: int) -> str:
    return str(before) if before == after else f"(({before}, {after}), ({before}, {after}))"


def _layer(kind: str, words: list[str], bias: bool) -> str:
    return f"keras.layers.{kind}({', '.join(words if bias else [*words, 'use_bias=False'])})"


def keras_code(layers: tuple[str, ...]) -> str:
    """One layer as it is, several as a model."""
    if len(layers) == 1:
        return layers[0]
    return "keras.Sequential([\n" + "".join(f"    {layer},\n" for layer in layers) + "])"
