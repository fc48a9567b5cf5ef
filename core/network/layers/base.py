"""Base class of all layers, window geometry, and shapes as text."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from math import prod
from typing import ClassVar, NamedTuple

from core.network.settings import Checked, Penalty, settings_of
from core.network.words import counted

Shape = tuple[int, ...]


class CannotWork(ValueError):
    """A layer that cannot work on the shape it is given; the message tells a beginner why."""


@dataclass(frozen=True, slots=True)
class Window:
    """Sliding window along one axis: the input indices read for an output index.

    The window of output index i (0 ≤ i < count) has the taps i·stride − before + j·dilation for 0 ≤ j < size.
    They are input indices; those outside are padding. With `upsampling` u > 1, input index m lies at u·m, and
    taps between the inputs read nothing: so a stride is a fraction. A transposed convolution has its stride as
    upsampling, and a dilation below zero, because its kernel is turned round.

    Source: Dumoulin and Visin, “A guide to convolution arithmetic for deep learning” (2016), chapters 2 and 4.
    """

    size: int
    stride: int
    dilation: int
    before: int
    count: int
    upsampling: int = 1

    def taps(self, i: int, length: int | None = None) -> dict[int, int]:
        """Tap j → the input index that it reads for output index i, the lowest index first.

        Indices outside of 0…length − 1 are padding; they are left out where the length of the input is given.
        """
        start, step = i * self.stride - self.before, self.upsampling
        numbers = range(self.size) if self.dilation > 0 else range(self.size - 1, -1, -1)
        read = {j: (start + j * self.dilation) // step for j in numbers if (start + j * self.dilation) % step == 0}
        return read if length is None else {j: index for j, index in read.items() if 0 <= index < length}


class Reads(Enum):
    """Connectivity of layers that have no sliding window."""

    POINT = "the same position only"
    EVERYTHING = "every position"


class Term(NamedTuple):
    """An array of parameters: its name in Keras and its shape. Not trainable: running means and variances."""

    name: str
    shape: Shape
    trainable: bool = True


class Parameters(NamedTuple):
    """Parameter counts of a layer: trainable and non-trainable."""

    trainable: int
    frozen: int = 0


@dataclass(frozen=True)
class Layer(Checked):
    """Base of all kinds: what a kind is, its class says.

    The defaults fit a layer that changes nothing about the shape.

    Attributes:
        group: the heading under which it is offered.
        summary: one line about it for a beginner.
        starter: settings of a newly added one, where better than the defaults.
        short_name: where the name of the class is too long for a drawing.
        keras_required: settings that code and files always name; most have no default in Keras.
        kernel_weights: the kernels that it learns, name in Keras → axes: r(ows), c(olumns), i(nput channels),
            o(utput channels), or m(ultiplier) where each kernel reads one input channel only.
        former_weight_names: name of a weight → what it was called before Keras 3.
        is_convolution: whether it slides kernels over its input.
        is_pooling: whether it slides a window over its input without learning.
        is_linear: whether it is linear (with an offset), its activation function apart.
        copies: whether, but for training, each number that comes out is one that came in, or padding.
        is_noisy: whether chance has a say in what it puts out, while training only.
        why_no_matrix: why it is not shown as the matrix of a dense layer; empty where it is.
    """

    group: ClassVar[str] = ""
    summary: ClassVar[str] = ""
    starter: ClassVar[dict[str, object]] = {}
    short_name: ClassVar[str] = ""
    keras_required: ClassVar[tuple[str, ...]] = ()
    kernel_weights: ClassVar[dict[str, str]] = {}
    former_weight_names: ClassVar[dict[str, str]] = {}
    is_convolution: ClassVar[bool] = False
    is_pooling: ClassVar[bool] = False
    is_linear: ClassVar[bool] = True
    copies: ClassVar[bool] = False
    is_noisy: ClassVar[bool] = False
    why_no_matrix: ClassVar[str] = "This layer is no convolution."

    @property
    def non_linear(self) -> bool:
        """True if the layer applies a non-linearity: its activation function, or its own operation."""
        return not self.is_linear or getattr(self, "activation", "linear") != "linear"

    @property
    def drop_rate(self) -> float:
        """The share of the numbers that it drops while training, 0…1."""
        return 0.0

    @property
    def penalised(self) -> bool:
        """True if it adds to the loss: a penalty on its weights, or on what it puts out."""
        return any(any(getattr(self, name)) for name, how in settings_of(self).items() if isinstance(how, Penalty))

    @property
    def has_bias(self) -> bool:
        """Whether it adds a learned number to each output channel."""
        return getattr(self, "use_bias", False)

    def output_shape(self, shape: Shape) -> Shape:
        """Shape of the output for an input of this shape; raises `CannotWork`."""
        return shape

    def terms(self, shape: Shape) -> tuple[Term, ...]:
        """The parameters owned, array by array in the order of Keras, for an input of this shape."""
        return ()

    def parameters(self, shape: Shape) -> Parameters:
        """Total number of parameters."""
        counts = {True: 0, False: 0}
        for term in self.terms(shape):
            counts[term.trainable] += prod(term.shape)
        return Parameters(counts[True], counts[False])

    def macs(self, shape: Shape) -> int:
        """Multiply-accumulates for one image. Additions, pooling and activations count as none."""
        return 0

    def reads(self, shape: Shape) -> tuple[Window, Window] | Reads:
        """Windows along rows and columns, or `Reads` where there is no window: what the receptive field counts."""
        return Reads.POINT

    def reads_in_full(self, shape: Shape) -> tuple[Window, Window] | Reads:
        """As `reads`, including inputs that the receptive field leaves out."""
        return self.reads(shape)

    def preactivation_channels(self, shape: Shape, channel: int) -> range:
        """The input channels that an output channel reads, its activation function apart."""
        return range(channel, channel + 1)

    def channels_read(self, shape: Shape, channel: int) -> range:
        """The input channels on which an output channel depends; softmax makes that all of them."""
        softmax = getattr(self, "activation", None) == "softmax"
        return range(shape[-1]) if softmax else self.preactivation_channels(shape, channel)

    def describe(self) -> str:
        """Short text of the settings, as in `16 @ 5×5, relu`."""
        return ""

    def note(self, shape: Shape) -> str:
        """Note on the layer for an input of this shape; usually empty."""
        return ""


def weights(layer: Layer, outputs: int, *kernels: Shape) -> tuple[Term, ...]:
    """The arrays of a layer with kernels of these shapes and, where it uses one, a bias for each output channel."""
    terms = tuple(Term(name, shape) for name, shape in zip(layer.kernel_weights, kernels))
    return (*terms, Term("bias", (outputs,))) if layer.has_bias else terms


def channel_group(channel: int, outputs: int, groups: int, inputs: int) -> range:
    """The input channels of the group to which one of the output channels belongs."""
    size = inputs // groups
    first = channel * groups // outputs * size
    return range(first, first + size)


def size_text(pair: tuple[int | Fraction, int | Fraction]) -> str:
    """`5×5`."""
    return f"{pair[0]}×{pair[1]}"


def shape_text(shape: Shape) -> str:
    """`28×28×6`, or `120` for a vector."""
    return "×".join(f"{n:,}" for n in shape)


def image_shape(layer: Layer, shape: Shape) -> Shape:
    """The shape, where it is that of an image; raises `CannotWork`."""
    if len(shape) != 3:
        raise CannotWork(
            f"{type(layer).__name__} needs an image (height × width × channels), "
            f"but what arrives is a row of {counted(shape[0], 'number')}. Move it before the layer that flattens."
        )
    return shape


def _axis(length: int, size: int, stride: int, dilation: int, padding: str) -> Window:
    """The window along one axis, with TensorFlow's rule for `same`.

    `valid`: ⌊(n − extent) / s⌋ + 1 outputs. `same`: ⌈n / s⌉ outputs, the total
    padding max((count − 1)·s + extent − n, 0) split with the odd one after
    (TensorFlow, tf.nn, "Notes on padding").
    """
    extent = (size - 1) * dilation + 1
    if padding == "same":
        count = -(-length // stride)
        total = max((count - 1) * stride + extent - length, 0)
        return Window(size, stride, dilation, total // 2, count)
    return Window(size, stride, dilation, 0, (length - extent) // stride + 1)


def windows(
    layer: Layer,
    shape: Shape,
    size: tuple[int, int],
    strides: tuple[int, int],
    dilation: tuple[int, int],
    padding: str,
) -> tuple[Window, Window]:
    """Windows of a sliding layer; raises `CannotWork` where it does not fit."""
    height, width, _ = image_shape(layer, shape)
    name = f"{type(layer).__name__} {size_text(size)}"
    extent = ((size[0] - 1) * dilation[0] + 1, (size[1] - 1) * dilation[1] + 1)
    if padding == "valid" and (extent[0] > height or extent[1] > width):
        spread = "" if extent == size else f" with dilation {size_text(dilation)}"
        raise CannotWork(
            f"{name}{spread} needs at least {size_text(extent)} pixels, but only "
            f"{height}×{width} are left. Use a smaller size, padding “same”, or less pooling before it."
        )
    return (
        _axis(height, size[0], strides[0], dilation[0], padding),
        _axis(width, size[1], strides[1], dilation[1], padding),
    )
