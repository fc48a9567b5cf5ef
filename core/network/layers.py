"""The table of layers: one frozen dataclass a kind, named and valued as in Keras.

Shapes are `(height, width, channels)` for images and `(units,)` for vectors,
without the batch. A layer answers four questions about the shape that it is
given: what shape comes out, how many parameters it owns, how many
multiply-accumulates it costs, and which inputs one output reads. Everything
else (building, editing, drawing, code, links) is derived from the fields.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from math import prod
from typing import ClassVar, NamedTuple

from core.network.settings import Checked, Choice, Flag, Integer, Number, Pair, Penalty, setting

Shape = tuple[int, ...]

ACTIVATIONS = (
    "linear", "relu", "leaky_relu", "elu", "selu", "gelu", "swish", "softplus", "tanh", "sigmoid", "softmax",
)  # fmt: skip
INITIALIZERS = (
    "glorot_uniform", "glorot_normal", "he_uniform", "he_normal", "lecun_uniform", "lecun_normal",
    "random_normal", "random_uniform", "orthogonal", "zeros", "ones",
)  # fmt: skip


class CannotWork(ValueError):
    """A layer that cannot work on the shape it is given; the message tells a beginner why."""


class Window(NamedTuple):
    """What one output index reads along one axis.

    Output index i (0 ≤ i < count) reads the input indices
    i·stride − before + j·dilation for 0 ≤ j < size; those outside are padding.
    """

    size: int
    stride: int
    dilation: int
    before: int
    count: int


class Reads(Enum):
    """Which inputs one output reads, where no window describes it."""

    POINT = "the same position only"
    EVERYTHING = "every position"


class Term(NamedTuple):
    """A block of parameters: the product of `factors`. Not trainable: running means and variances."""

    factors: tuple[int, ...]
    trainable: bool = True


class Parameters(NamedTuple):
    """Numbers that a layer owns: learned by gradient, and kept otherwise."""

    trainable: int
    frozen: int = 0


@dataclass(frozen=True)
class Layer(Checked):
    """Base of all kinds. The defaults fit a layer that changes nothing about the shape."""

    group: ClassVar[str] = ""
    summary: ClassVar[str] = ""
    starter: ClassVar[dict[str, object]] = {}  # settings of a newly added one, where better than the defaults

    def output_shape(self, shape: Shape) -> Shape:
        """Shape of the output for an input of this shape; raises `CannotWork`."""
        return shape

    def terms(self, shape: Shape) -> tuple[Term, ...]:
        """The parameters owned, block by block, for an input of this shape."""
        return ()

    def parameters(self, shape: Shape) -> Parameters:
        """How many parameters there are in all terms."""
        counts = {True: 0, False: 0}
        for factors, trainable in self.terms(shape):
            counts[trainable] += prod(factors)
        return Parameters(counts[True], counts[False])

    def arithmetic(self, shape: Shape) -> str:
        """How the parameters add up: `5×5×6×16 + 16 = 2,416`; empty where there are none."""
        terms = [term.factors for term in self.terms(shape)]
        if not terms:
            return ""
        products = " + ".join("×".join(f"{n:,}" for n in factors) for factors in terms)
        total = f"{sum(self.parameters(shape)):,}"
        return total if products == total else f"{products} = {total}"

    def macs(self, shape: Shape) -> int:
        """Multiply-accumulates for one image. Additions, pooling and activations count as none."""
        return 0

    def reads(self, shape: Shape) -> tuple[Window, Window] | Reads:
        """Windows along rows and columns, or `Reads` where there is no window."""
        return Reads.POINT

    def describe(self) -> str:
        """The settings in a few words, as one would say them aloud."""
        return ""

    def note(self, shape: Shape) -> str:
        """What is worth knowing about it on an input of this shape; mostly nothing."""
        return ""


def size_text(pair: tuple[int, int]) -> str:
    """`5×5`."""
    return f"{pair[0]}×{pair[1]}"


def shape_text(shape: Shape) -> str:
    """`28×28×6`, or `120` for a vector."""
    return "×".join(f"{n:,}" for n in shape)


def _image(layer: Layer, shape: Shape) -> Shape:
    if len(shape) != 3:
        raise CannotWork(
            f"{type(layer).__name__} needs an image (height × width × channels), "
            f"but what arrives is a row of {shape[0]:,} numbers. Move it before the layer that flattens."
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


def _windows(
    layer: Layer,
    shape: Shape,
    size: tuple[int, int],
    strides: tuple[int, int],
    dilation: tuple[int, int],
    padding: str,
) -> tuple[Window, Window]:
    """Windows of a sliding layer; raises `CannotWork` where it does not fit."""
    height, width, _ = _image(layer, shape)
    name = f"{type(layer).__name__} {size_text(size)}"
    extent = tuple((k - 1) * d + 1 for k, d in zip(size, dilation))
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


FILTERS = Integer("Filters", "How many kernels it learns. Each makes one feature map.", 1, 1024)
KERNEL = Pair(
    "Kernel size",
    "Rows × columns of the little window that slides over the image. Type any size such as 1×7.",
    1,
    15,
    (1, 3, 5, 7),
)
STRIDES = Pair("Strides", "How far the window jumps each time. 2×2 halves the image.", 1, 8, (1, 2, 3))
PADDING = Choice(
    "Padding",
    "valid: the window stays inside, so the image shrinks. same: zeros around it keep the size.",
    ("valid", "same"),
)
DILATION = Pair(
    "Dilation rate",
    "Gaps between the pixels that the window reads: a wider view at the same price.",
    1,
    8,
    (1, 2, 4),
)
MULTIPLIER = Integer("Depth multiplier", "How many maps it makes of each input channel.", 1, 16)
ACTIVATION = Choice(
    "Activation",
    "What happens to each number afterwards. relu cuts off below zero; softmax makes probabilities.",
    ACTIVATIONS,
)
USE_BIAS = Flag("Use bias", "Adds one learned number to each output channel.", advanced=True)
GROUPS = Integer("Groups", "Splits the channels into groups that do not see each other.", 1, 256, advanced=True)
RATE = Number("Rate", "The share that is dropped while training.", 0.0, 0.95)
EPSILON = Number(
    "Epsilon", "Added to the variance, so that nothing is divided by zero.", 1e-7, 0.1, 0.001, advanced=True
)
CENTER = Flag("Shift (beta)", "Learns a number that is added to each channel.", advanced=True)
SCALE = Flag("Scale (gamma)", "Learns a factor for each channel.", advanced=True)


def _initializer(label: str = "Kernel initialiser") -> Choice:
    return Choice(
        label,
        "How the weights are drawn before training. he suits relu, glorot tanh, lecun selu.",
        INITIALIZERS,
        advanced=True,
    )


def _penalty(label: str = "Kernel regulariser") -> Penalty:
    return Penalty(
        label,
        "Makes large weights costly: L1 their size (many become zero), L2 their square, both: elastic net.",
        advanced=True,
    )


def _slides(size: tuple[int, int], padding: str, strides: tuple[int, int], dilation: tuple[int, int]) -> list[str]:
    """Words for how a window slides, the usual left out."""
    words = [size_text(size)]
    if padding == "same":
        words.append("same")
    if strides != (1, 1):
        words.append(f"stride {size_text(strides)}")
    if dilation != (1, 1):
        words.append(f"dilation {size_text(dilation)}")
    return words


def _extras(activation: str, *penalties: tuple[float, float]) -> list[str]:
    """Words for what comes after the sum, the usual left out."""
    words = [] if activation == "linear" else [activation]
    return words + [penalty_text(penalty) for penalty in dict.fromkeys(penalties) if any(penalty)]


def penalty_text(penalty: tuple[float, float]) -> str:
    """`L2 0.0001`, `L1 1e-05 + L2 0.001`, `none`."""
    words = [f"L{power} {strength:g}" for power, strength in zip((1, 2), penalty) if strength]
    return " + ".join(words) or "none"


@dataclass(frozen=True)
class _Convolution(Layer):
    """What all convolutions share: how their window slides."""

    group = "Convolution"

    def reads(self, shape: Shape) -> tuple[Window, Window]:
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise CannotWork(
                f"{type(self).__name__} cannot use strides and dilation together: set one of them back to 1×1."
            )
        return _windows(self, shape, self.kernel_size, self.strides, self.dilation_rate, self.padding)


@dataclass(frozen=True)
class _Depthwise(_Convolution):
    """What convolutions with a kernel for each channel share.

    With unequal strides, TensorFlow 2.21 reads beyond the image where that is narrower
    than the kernel (seen with a depth multiplier of 2), so these are refused.
    """

    def reads(self, shape: Shape) -> tuple[Window, Window]:
        if self.strides[0] != self.strides[1]:
            raise CannotWork(
                f"{type(self).__name__} needs the same stride for rows and columns, not "
                f"{size_text(self.strides)}: TensorFlow does not compute it reliably otherwise."
            )
        return super().reads(shape)


@dataclass(frozen=True)
class Conv2D(_Convolution):
    """2-D convolution (cross-correlation): kernels shared by all positions."""

    summary = "Slides small learned kernels over the image; each makes a feature map."
    starter = {"filters": 16, "padding": "same", "activation": "relu"}

    filters: int = setting(8, FILTERS)
    kernel_size: tuple[int, int] = setting((3, 3), KERNEL)
    strides: tuple[int, int] = setting((1, 1), STRIDES)
    padding: str = setting("valid", PADDING)
    dilation_rate: tuple[int, int] = setting((1, 1), DILATION)
    groups: int = setting(1, GROUPS)
    activation: str = setting("linear", ACTIVATION)
    use_bias: bool = setting(True, USE_BIAS)
    kernel_initializer: str = setting("glorot_uniform", _initializer())
    kernel_regularizer: tuple[float, float] = setting((0.0, 0.0), _penalty())

    def output_shape(self, shape: Shape) -> Shape:
        rows, columns = self.reads(shape)
        channels = shape[2]
        if channels % self.groups or self.filters % self.groups:
            raise CannotWork(
                f"Conv2D with {self.groups} groups must divide both its {channels} input channels "
                f"and its {self.filters} filters evenly."
            )
        return (rows.count, columns.count, self.filters)

    def terms(self, shape: Shape) -> tuple[Term, ...]:
        kernel = Term((*self.kernel_size, shape[2] // self.groups, self.filters))
        return (kernel, Term((self.filters,))) if self.use_bias else (kernel,)

    def macs(self, shape: Shape) -> int:
        return prod(self.output_shape(shape)) * prod(self.kernel_size) * (shape[2] // self.groups)

    def describe(self) -> str:
        words = _slides(self.kernel_size, self.padding, self.strides, self.dilation_rate)
        if self.groups > 1:
            words.append(f"{self.groups} groups")
        return ", ".join(
            [f"{self.filters} @ {words[0]}", *words[1:], *_extras(self.activation, self.kernel_regularizer)]
        )


@dataclass(frozen=True)
class DepthwiseConv2D(_Depthwise):
    """One kernel (or a few) for each input channel; channels are not mixed."""

    summary = "Slides a kernel of its own over each channel, without mixing them. Very cheap."
    starter = {"padding": "same", "activation": "relu"}

    kernel_size: tuple[int, int] = setting((3, 3), KERNEL)
    strides: tuple[int, int] = setting((1, 1), STRIDES)
    padding: str = setting("valid", PADDING)
    depth_multiplier: int = setting(1, MULTIPLIER)
    dilation_rate: tuple[int, int] = setting((1, 1), DILATION)
    activation: str = setting("linear", ACTIVATION)
    use_bias: bool = setting(True, USE_BIAS)
    depthwise_initializer: str = setting("glorot_uniform", _initializer())
    depthwise_regularizer: tuple[float, float] = setting((0.0, 0.0), _penalty())

    def output_shape(self, shape: Shape) -> Shape:
        rows, columns = self.reads(shape)
        return (rows.count, columns.count, shape[2] * self.depth_multiplier)

    def terms(self, shape: Shape) -> tuple[Term, ...]:
        kernel = Term((*self.kernel_size, shape[2], self.depth_multiplier))
        return (kernel, Term((shape[2] * self.depth_multiplier,))) if self.use_bias else (kernel,)

    def macs(self, shape: Shape) -> int:
        return prod(self.output_shape(shape)) * prod(self.kernel_size)

    def describe(self) -> str:
        words = _slides(self.kernel_size, self.padding, self.strides, self.dilation_rate)
        if self.depth_multiplier > 1:
            words.append(f"times {self.depth_multiplier}")
        return ", ".join(words + _extras(self.activation, self.depthwise_regularizer))


@dataclass(frozen=True)
class SeparableConv2D(_Depthwise):
    """A depthwise convolution, then a 1×1 convolution that mixes the channels."""

    summary = "A kernel for each channel, then 1×1 kernels that mix them: nearly a Conv2D, far cheaper."
    starter = {"filters": 16, "padding": "same", "activation": "relu"}

    filters: int = setting(8, FILTERS)
    kernel_size: tuple[int, int] = setting((3, 3), KERNEL)
    strides: tuple[int, int] = setting((1, 1), STRIDES)
    padding: str = setting("valid", PADDING)
    dilation_rate: tuple[int, int] = setting((1, 1), DILATION)
    depth_multiplier: int = setting(1, MULTIPLIER)
    activation: str = setting("linear", ACTIVATION)
    use_bias: bool = setting(True, USE_BIAS)
    depthwise_initializer: str = setting("glorot_uniform", _initializer("Depthwise initialiser"))
    pointwise_initializer: str = setting("glorot_uniform", _initializer("Pointwise initialiser"))
    depthwise_regularizer: tuple[float, float] = setting((0.0, 0.0), _penalty("Depthwise regulariser"))
    pointwise_regularizer: tuple[float, float] = setting((0.0, 0.0), _penalty("Pointwise regulariser"))

    def output_shape(self, shape: Shape) -> Shape:
        rows, columns = self.reads(shape)
        return (rows.count, columns.count, self.filters)

    def terms(self, shape: Shape) -> tuple[Term, ...]:
        depthwise = Term((*self.kernel_size, shape[2], self.depth_multiplier))
        pointwise = Term((1, 1, shape[2] * self.depth_multiplier, self.filters))
        return (depthwise, pointwise, *((Term((self.filters,)),) if self.use_bias else ()))

    def macs(self, shape: Shape) -> int:
        height, width, _ = self.output_shape(shape)
        middle = shape[2] * self.depth_multiplier
        return height * width * middle * (prod(self.kernel_size) + self.filters)

    def describe(self) -> str:
        words = _slides(self.kernel_size, self.padding, self.strides, self.dilation_rate)
        if self.depth_multiplier > 1:
            words.append(f"times {self.depth_multiplier}")
        extras = _extras(self.activation, self.depthwise_regularizer, self.pointwise_regularizer)
        return ", ".join([f"{self.filters} @ {words[0]}", *words[1:], *extras])


@dataclass(frozen=True)
class _Pooling(Layer):
    """What maximum and average pooling share; the pool's stride defaults to its size."""

    group = "Pooling"

    pool_size: tuple[int, int] = setting(
        (2, 2),
        Pair("Pool size", "Rows × columns that become one number, channel by channel.", 1, 16, (2, 3, 4)),
    )
    strides: tuple[int, int] | None = setting(
        None,
        Pair(
            "Strides",
            "How far the window jumps each time. Left alone, the windows lie side by side.",
            1,
            16,
            (1, 2, 3),
            default_label="as the pool size",
        ),
    )
    padding: str = setting("valid", PADDING)

    def reads(self, shape: Shape) -> tuple[Window, Window]:
        strides = self.strides or self.pool_size
        return _windows(self, shape, self.pool_size, strides, (1, 1), self.padding)

    def output_shape(self, shape: Shape) -> Shape:
        rows, columns = self.reads(shape)
        return (rows.count, columns.count, shape[2])

    def describe(self) -> str:
        words = [size_text(self.pool_size)]
        if self.strides not in (None, self.pool_size):
            words.append(f"stride {size_text(self.strides)}")
        if self.padding == "same":
            words.append("same")
        return ", ".join(words)


@dataclass(frozen=True)
class MaxPooling2D(_Pooling):
    """Keeps the largest number of each window."""

    summary = "Keeps the strongest answer of each window: smaller maps, a wider view."


@dataclass(frozen=True)
class AveragePooling2D(_Pooling):
    """Keeps the mean of each window."""

    summary = "Keeps the average of each window: smaller maps, a wider view."


SLIDING = (_Convolution, _Pooling)  # the kinds that move a window over their input


@dataclass(frozen=True)
class _GlobalPooling(Layer):
    """What the two poolings of whole maps share: (h, w, c) → (c,)."""

    group = "Pooling"

    def output_shape(self, shape: Shape) -> Shape:
        return (_image(self, shape)[2],)

    def reads(self, shape: Shape) -> Reads:
        return Reads.EVERYTHING


@dataclass(frozen=True)
class GlobalAveragePooling2D(_GlobalPooling):
    """The mean of each feature map."""

    summary = "One number for each feature map, its average. Replaces Flatten without parameters."


@dataclass(frozen=True)
class GlobalMaxPooling2D(_GlobalPooling):
    """The largest number of each feature map."""

    summary = "One number for each feature map, its largest: was it seen anywhere?"


@dataclass(frozen=True)
class ZeroPadding2D(Layer):
    """A frame of zeros around the image, the same on opposite sides."""

    group = "Shape"
    summary = "Puts a frame of zeros around the image."

    padding: tuple[int, int] = setting(
        (1, 1),
        Pair("Padding", "Rows added above and below × columns added left and right.", 0, 32, (1, 2, 3)),
    )

    def reads(self, shape: Shape) -> tuple[Window, Window]:
        height, width, _ = _image(self, shape)
        return (
            Window(1, 1, 1, self.padding[0], height + 2 * self.padding[0]),
            Window(1, 1, 1, self.padding[1], width + 2 * self.padding[1]),
        )

    def output_shape(self, shape: Shape) -> Shape:
        rows, columns = self.reads(shape)
        return (rows.count, columns.count, shape[2])

    def describe(self) -> str:
        return size_text(self.padding)


@dataclass(frozen=True)
class Flatten(Layer):
    """All numbers of the image in one row: (h, w, c) → (h·w·c,)."""

    group = "Shape"
    summary = "Lays all feature maps out as one long row, ready for Dense layers."

    def output_shape(self, shape: Shape) -> Shape:
        return (prod(shape),)


@dataclass(frozen=True)
class Dense(Layer):
    """Every output is connected with every input of the row.

    On an image, Keras applies it to the channels of each pixel, like a 1×1 convolution.
    """

    group = "Dense"
    summary = "Each unit looks at everything that arrives. The last one gives the ten answers."
    starter = {"units": 32, "activation": "relu"}

    units: int = setting(10, Integer("Units", "How many numbers come out.", 1, 8192))
    activation: str = setting("linear", ACTIVATION)
    use_bias: bool = setting(True, USE_BIAS)
    kernel_initializer: str = setting("glorot_uniform", _initializer())
    kernel_regularizer: tuple[float, float] = setting((0.0, 0.0), _penalty())

    def output_shape(self, shape: Shape) -> Shape:
        return (*shape[:-1], self.units)

    def terms(self, shape: Shape) -> tuple[Term, ...]:
        kernel = Term((shape[-1], self.units))
        return (kernel, Term((self.units,))) if self.use_bias else (kernel,)

    def macs(self, shape: Shape) -> int:
        return prod(shape) * self.units

    def reads(self, shape: Shape) -> Reads:
        return Reads.EVERYTHING if len(shape) == 1 else Reads.POINT

    def describe(self) -> str:
        return ", ".join([str(self.units), *_extras(self.activation, self.kernel_regularizer)])

    def note(self, shape: Shape) -> str:
        if len(shape) == 1:
            return ""
        return (
            "Here an image arrives, so it works on the channels of each pixel, like a 1×1 convolution. "
            "With Flatten before it, each unit would look at everything."
        )


@dataclass(frozen=True)
class _Dropping(Layer):
    """What the layers with a rate share."""

    group = "Regularising"

    rate: float = setting(0.25, RATE)

    def describe(self) -> str:
        return f"{self.rate * 100:g} %"


@dataclass(frozen=True)
class Dropout(_Dropping):
    """While training, sets a random share of the numbers to zero and scales up the rest."""

    summary = "While training, forgets a random share of the numbers, so that none is relied upon."


@dataclass(frozen=True)
class SpatialDropout2D(_Dropping):
    """Dropout of whole feature maps: right where neighbouring pixels say the same."""

    summary = "Dropout of whole feature maps, since single pixels would be guessed from their neighbours."

    def output_shape(self, shape: Shape) -> Shape:
        return _image(self, shape)


@dataclass(frozen=True)
class GaussianDropout(_Dropping):
    """While training, multiplies by noise of mean 1 and deviation √(rate / (1 − rate))."""

    summary = "Softer than Dropout: multiplies each number by noise around 1."


@dataclass(frozen=True)
class GaussianNoise(Layer):
    """While training, adds noise of mean 0 and this deviation."""

    group = "Regularising"
    summary = "While training, adds a little noise, as a bad camera would."

    stddev: float = setting(
        0.1, Number("Standard deviation", "How strong the noise is; ink has the value 1.", 0.0, 1.0, 0.05)
    )

    def describe(self) -> str:
        return f"{self.stddev:g}"


@dataclass(frozen=True)
class ActivityRegularization(Layer):
    """Makes large outputs costly: the loss grows by l1·Σ|y| + l2·Σy² (per image)."""

    group = "Regularising"
    summary = "Makes large activations costly, so that fewer units speak up."
    starter = {"l2": 0.0001}

    l1: float = setting(0.0, Number("L1", "Price of an activation's size.", 0.0, 1.0, 0.0001, "%.6g"))
    l2: float = setting(0.0, Number("L2", "Price of an activation's square.", 0.0, 1.0, 0.0001, "%.6g"))

    def describe(self) -> str:
        return penalty_text((self.l1, self.l2))


@dataclass(frozen=True)
class _Normalization(Layer):
    """What normalising layers share: a learned factor and a learned shift for each channel."""

    group = "Normalising"

    def terms(self, shape: Shape) -> tuple[Term, ...]:
        return (Term((shape[-1],)),) * (self.center + self.scale)


@dataclass(frozen=True)
class BatchNormalization(_Normalization):
    """Brings each channel to mean 0 and deviation 1 over the batch, then scales and shifts it."""

    summary = "Keeps the numbers of each channel in a comfortable range; speeds learning up."

    momentum: float = setting(
        0.99,
        Number("Momentum", "How slowly the running mean and variance follow the batches.", 0.0, 0.999, 0.01),
    )
    epsilon: float = setting(0.001, EPSILON)
    center: bool = setting(True, CENTER)
    scale: bool = setting(True, SCALE)

    def terms(self, shape: Shape) -> tuple[Term, ...]:
        running = Term((shape[-1],), trainable=False)  # the mean, and the variance
        return (*super().terms(shape), running, running)


@dataclass(frozen=True)
class LayerNormalization(_Normalization):
    """Brings the channels of each position to mean 0 and deviation 1, then scales and shifts them."""

    summary = "Like batch normalisation, but over the channels of each position: no batch is needed."

    epsilon: float = setting(0.001, EPSILON)
    center: bool = setting(True, CENTER)
    scale: bool = setting(True, SCALE)


@dataclass(frozen=True)
class GroupNormalization(_Normalization):
    """Brings groups of channels of each image to mean 0 and deviation 1, then scales and shifts them.

    Its mean and variance depend on the whole map; the receptive field leaves them
    out, as the literature does.
    """

    summary = "Normalises groups of channels within each image: good with small batches."
    starter = {"groups": 4}

    groups: int = setting(
        32, Integer("Groups", "Into how many groups the channels are split; it must divide them evenly.", 1, 1024)
    )
    epsilon: float = setting(0.001, EPSILON)
    center: bool = setting(True, CENTER)
    scale: bool = setting(True, SCALE)

    def output_shape(self, shape: Shape) -> Shape:
        if shape[-1] % self.groups:
            raise CannotWork(
                f"GroupNormalization with {self.groups} groups must divide the {shape[-1]} channels evenly."
            )
        return shape

    def describe(self) -> str:
        return f"{self.groups} groups"


@dataclass(frozen=True)
class Activation(Layer):
    """A function applied to each number (softmax: to the channels of each position)."""

    group = "Activation"
    summary = "Bends the numbers; without it, many layers would be no better than one."

    activation: str = setting("relu", ACTIVATION)

    def describe(self) -> str:
        return self.activation


LAYERS: dict[str, type[Layer]] = {
    kind.__name__: kind
    for kind in (
        Conv2D,
        SeparableConv2D,
        DepthwiseConv2D,
        MaxPooling2D,
        AveragePooling2D,
        GlobalAveragePooling2D,
        GlobalMaxPooling2D,
        Dense,
        Flatten,
        ZeroPadding2D,
        Dropout,
        SpatialDropout2D,
        GaussianDropout,
        GaussianNoise,
        ActivityRegularization,
        BatchNormalization,
        LayerNormalization,
        GroupNormalization,
        Activation,
    )
}
