"""Convolutions: learned kernels that slide over an image."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from core.network.layers.base import (
    CannotWork,
    Layer,
    Shape,
    Term,
    Window,
    channel_group,
    size_text,
    weights,
    windows,
)
from core.network.layers.options import (
    ACTIVATION,
    DILATION,
    FILTERS,
    GROUPS,
    KERNEL,
    MULTIPLIER,
    PADDING,
    STRIDES,
    USE_BIAS,
    after_words,
    initializer,
    penalty,
)
from core.network.settings import setting
from core.network.words import counted


class Convolution(Layer):
    """What all convolutions share: how their window slides.

    No dataclass, so that the settings it reads are fields of the kinds only, each kind in the order of Keras.
    """

    group = "Convolution"
    keras_required = ("filters", "kernel_size")
    is_convolution = True

    kernel_size: tuple[int, int]
    strides: tuple[int, int]
    padding: str
    dilation_rate: tuple[int, int]

    def reads(self, shape: Shape) -> tuple[Window, Window]:
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise CannotWork(
                f"{type(self).__name__} cannot use strides and dilation together: set one of them back to 1×1."
            )
        return windows(self, shape, self.kernel_size, self.strides, self.dilation_rate, self.padding)

    def _slides(self) -> list[str]:
        """Words for how the window slides, the usual left out."""
        words = [size_text(self.kernel_size)]
        if self.padding == "same":
            words.append("same")
        if self.strides != (1, 1):
            words.append(f"stride {size_text(self.strides)}")
        if self.dilation_rate != (1, 1):
            words.append(f"dilation {size_text(self.dilation_rate)}")
        return words


class _Depthwise(Convolution):
    """Base class of convolutions with a kernel for each channel.

    With unequal strides, TensorFlow 2.21 reads beyond the image where that is narrower
    than the kernel (seen with a depth multiplier of 2), so these are refused.
    """

    depth_multiplier: int

    def reads(self, shape: Shape) -> tuple[Window, Window]:
        if self.strides[0] != self.strides[1]:
            raise CannotWork(
                f"{type(self).__name__} needs the same stride for rows and columns, not "
                f"{size_text(self.strides)}: TensorFlow does not compute it reliably otherwise."
            )
        return super().reads(shape)

    def _slides(self) -> list[str]:
        return super()._slides() + ([f"times {self.depth_multiplier}"] if self.depth_multiplier > 1 else [])


@dataclass(frozen=True)
class Conv2D(Convolution):
    """2-D convolution (cross-correlation): kernels shared by all positions."""

    summary = "Slides small learned kernels over the image; each makes a feature map."
    starter = {"filters": 16, "padding": "same", "activation": "relu"}
    kernel_weights = {"kernel": "rcio"}
    why_no_matrix = ""

    filters: int = setting(8, FILTERS)
    kernel_size: tuple[int, int] = setting((3, 3), KERNEL)
    strides: tuple[int, int] = setting((1, 1), STRIDES)
    padding: str = setting("valid", PADDING)
    dilation_rate: tuple[int, int] = setting((1, 1), DILATION)
    groups: int = setting(1, GROUPS)
    activation: str = setting("linear", ACTIVATION)
    use_bias: bool = setting(True, USE_BIAS)
    kernel_initializer: str = setting("glorot_uniform", initializer())
    kernel_regularizer: tuple[float, float] = setting((0.0, 0.0), penalty())

    def output_shape(self, shape: Shape) -> Shape:
        rows, columns = self.reads(shape)
        channels = shape[2]
        if channels % self.groups or self.filters % self.groups:
            raise CannotWork(
                f"Conv2D with {counted(self.groups, 'group')} must divide both its {counted(channels, 'input channel')} "
                f"and its {counted(self.filters, 'filter')} evenly."
            )
        return (rows.count, columns.count, self.filters)

    def terms(self, shape: Shape) -> tuple[Term, ...]:
        return weights(self, self.filters, (*self.kernel_size, shape[2] // self.groups, self.filters))

    def macs(self, shape: Shape) -> int:
        return prod(self.output_shape(shape)) * prod(self.kernel_size) * (shape[2] // self.groups)

    def preactivation_channels(self, shape: Shape, channel: int) -> range:
        return channel_group(channel, self.filters, self.groups, shape[2])

    def describe(self) -> str:
        words = self._slides()
        if self.groups > 1:
            words.append(counted(self.groups, "group"))
        return ", ".join(
            [f"{self.filters} @ {words[0]}", *words[1:], *after_words(self.activation, self.kernel_regularizer)]
        )


@dataclass(frozen=True)
class DepthwiseConv2D(_Depthwise):
    """One kernel (or a few) for each input channel; channels are not mixed."""

    summary = "Slides a kernel of its own over each channel, without mixing them. Very cheap."
    starter = {"padding": "same", "activation": "relu"}
    keras_required = ("kernel_size",)
    kernel_weights = {"kernel": "rcim"}
    former_weight_names = {"kernel": "depthwise_kernel"}
    why_no_matrix = ""

    kernel_size: tuple[int, int] = setting((3, 3), KERNEL)
    strides: tuple[int, int] = setting((1, 1), STRIDES)
    padding: str = setting("valid", PADDING)
    depth_multiplier: int = setting(1, MULTIPLIER)
    dilation_rate: tuple[int, int] = setting((1, 1), DILATION)
    activation: str = setting("linear", ACTIVATION)
    use_bias: bool = setting(True, USE_BIAS)
    depthwise_initializer: str = setting("glorot_uniform", initializer())
    depthwise_regularizer: tuple[float, float] = setting((0.0, 0.0), penalty())

    def output_shape(self, shape: Shape) -> Shape:
        rows, columns = self.reads(shape)
        return (rows.count, columns.count, shape[2] * self.depth_multiplier)

    def terms(self, shape: Shape) -> tuple[Term, ...]:
        outputs = shape[2] * self.depth_multiplier
        return weights(self, outputs, (*self.kernel_size, shape[2], self.depth_multiplier))

    def macs(self, shape: Shape) -> int:
        return prod(self.output_shape(shape)) * prod(self.kernel_size)

    def preactivation_channels(self, shape: Shape, channel: int) -> range:
        source = channel // self.depth_multiplier
        return range(source, source + 1)

    def describe(self) -> str:
        return ", ".join(self._slides() + after_words(self.activation, self.depthwise_regularizer))


@dataclass(frozen=True)
class SeparableConv2D(_Depthwise):
    """A depthwise convolution, then a 1×1 convolution that mixes the channels."""

    summary = "A kernel for each channel, then 1×1 kernels that mix them: nearly a Conv2D, far cheaper."
    starter = {"filters": 16, "padding": "same", "activation": "relu"}
    kernel_weights = {"depthwise_kernel": "rcim", "pointwise_kernel": "rcio"}
    why_no_matrix = (
        "A separable convolution is two convolutions, one after the other. Choose a Conv2D or DepthwiseConv2D layer."
    )

    filters: int = setting(8, FILTERS)
    kernel_size: tuple[int, int] = setting((3, 3), KERNEL)
    strides: tuple[int, int] = setting((1, 1), STRIDES)
    padding: str = setting("valid", PADDING)
    dilation_rate: tuple[int, int] = setting((1, 1), DILATION)
    depth_multiplier: int = setting(1, MULTIPLIER)
    activation: str = setting("linear", ACTIVATION)
    use_bias: bool = setting(True, USE_BIAS)
    depthwise_initializer: str = setting("glorot_uniform", initializer("Depthwise initialiser"))
    pointwise_initializer: str = setting("glorot_uniform", initializer("Pointwise initialiser"))
    depthwise_regularizer: tuple[float, float] = setting((0.0, 0.0), penalty("Depthwise regulariser"))
    pointwise_regularizer: tuple[float, float] = setting((0.0, 0.0), penalty("Pointwise regulariser"))

    def output_shape(self, shape: Shape) -> Shape:
        rows, columns = self.reads(shape)
        return (rows.count, columns.count, self.filters)

    def terms(self, shape: Shape) -> tuple[Term, ...]:
        depthwise = (*self.kernel_size, shape[2], self.depth_multiplier)
        return weights(self, self.filters, depthwise, (1, 1, shape[2] * self.depth_multiplier, self.filters))

    def macs(self, shape: Shape) -> int:
        height, width, _ = self.output_shape(shape)
        middle = shape[2] * self.depth_multiplier
        return height * width * middle * (prod(self.kernel_size) + self.filters)

    def preactivation_channels(self, shape: Shape, channel: int) -> range:
        return range(shape[2])

    def describe(self) -> str:
        words = self._slides()
        extras = after_words(self.activation, self.depthwise_regularizer, self.pointwise_regularizer)
        return ", ".join([f"{self.filters} @ {words[0]}", *words[1:], *extras])
