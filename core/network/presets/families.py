"""LeNet-5 of 1998 and of today, and small ones of well-known families."""

from __future__ import annotations

from core.network.layers import (
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Flatten,
    GlobalAveragePooling2D,
    Layer,
    MaxPooling2D,
    SeparableConv2D,
)
from core.network.network import Block, Branches, Network
from core.network.presets.articles import PERRIN_RECIPE
from core.network.presets.preset import SHIFTED, Preset, digits, normalised, plain, same
from core.network.recipe import Recipe

LENET = (
    "LeCun, Bottou, Bengio, Haffner, “Gradient-based learning applied to document recognition” (1998); "
    "as in “Getting started with deep learning using CNNs” (Towards Data Science)"
)


def _lenet(name: str, activation: str) -> Network:
    return digits(
        name,
        Conv2D(6, (5, 5), padding="same", activation=activation),
        AveragePooling2D((2, 2)),
        Conv2D(16, (5, 5), activation=activation),
        AveragePooling2D((2, 2)),
        Flatten(),
        Dense(120, activation),
        Dense(84, activation),
        Dense(10, "softmax"),
    )


def _separable(*filters: int) -> tuple[Layer, ...]:
    """Separable 3×3 convolutions, each normalised by means over many batches: few kernels feel their noise."""
    layers = (SeparableConv2D(each, (3, 3), padding="same", use_bias=False) for each in filters)
    return normalised(*layers, momentum=0.99)


def _residual(filters: int, stride: int) -> tuple[Block, ...]:
    body = (
        *normalised(plain(filters, 3, stride)),
        plain(filters, 3),
        BatchNormalization(momentum=0.9),
    )
    skip = () if stride == 1 else (plain(filters, 1, stride), BatchNormalization(momentum=0.9))
    return (Branches((body, skip), "add"), Activation("relu"))


def _mobile(filters: int, stride: int) -> tuple[Block, ...]:
    depthwise = DepthwiseConv2D((3, 3), (stride, stride), padding="same", use_bias=False)
    return normalised(depthwise, plain(filters, 1))


LENET5 = _lenet("LeNet-5", "relu")

_SGD = Recipe(optimizer="SGD", learning_rate=0.01, batch_size=32, epochs=20)

_RATES_OF_1998 = Recipe(
    optimizer="SGD",
    learning_rate=0.0005,
    schedule="table",
    rates=((2, 0.0005), (3, 0.0002), (4, 0.00005), (11, 0.00001)),
    batch_size=1,
    epochs=20,
    loss="mse",
)

LENET5S = {
    "LeNet-5": Preset(
        LENET5,
        "The classic: two convolutions find strokes, three dense layers decide. Trained in seconds with Adam.",
        LENET,
        Recipe(),
    ),
    "E1": Preset(
        _lenet("LeNet-5 of 1998", "tanh"),
        "As in 1998: tanh, squared error, one image a step.",
        LENET,
        _RATES_OF_1998,
        "92.57 % training, 92.92 % test accuracy",
        61_706,
        # In 1998 the squared errors of the ten outputs were summed; Keras' mean of them is a tenth.
        improved=_RATES_OF_1998.replaced(rates=tuple((n, 10 * rate) for n, rate in _RATES_OF_1998.rates)),
    ),
    "E2": Preset(
        LENET5.renamed("LeNet-5, SGD"),
        "LeNet-5 as the article trains it: plain gradient descent, slower to learn.",
        LENET,
        _SGD,
        "98.90 % training, 98.70 % test accuracy",
        61_706,
        improved=PERRIN_RECIPE,
    ),
    "E3": Preset(
        LENET5.renamed("LeNet-5, batch 1"),
        "LeNet-5 with one image a step: noisier, slower, and a little better.",
        LENET,
        _SGD.replaced(batch_size=1),
        "100 % training, 98.88 % test accuracy",
        61_706,
    ),
}

_MODERN = Recipe(epochs=10, batch_size=128, learning_rate=0.003)

FAMILIES = {
    "VGG": Preset(
        digits(
            "Small VGG",
            same(16, 3), same(16, 3), MaxPooling2D((2, 2)),
            same(32, 3), same(32, 3), MaxPooling2D((2, 2)),
            same(64, 3), same(64, 3), GlobalAveragePooling2D(),
            Dense(10, "softmax"),
        ),
        "Nothing but 3×3 convolutions and pooling, twice as many kernels after each.",
        "In the style of Simonyan and Zisserman, “Very deep convolutional networks” (2014); the layers are ours",
        _MODERN,
        exact=False,
    ),
    "ResNet": Preset(
        digits(
            "Small ResNet",
            *normalised(plain(16, 3)),
            *_residual(16, 1), *_residual(32, 2), *_residual(64, 2),
            GlobalAveragePooling2D(),
            Dense(10, "softmax"),
        ),
        "Skips around every pair of convolutions, with a 1×1 where size or channels change.",
        "In the style of He, Zhang, Ren, Sun, “Deep residual learning” (2015); the layers are ours",
        _MODERN,
        exact=False,
    ),
    "MobileNet": Preset(
        digits(
            "Small MobileNet",
            *normalised(plain(16, 3)),
            *_mobile(32, 2), *_mobile(32, 1), *_mobile(64, 2), *_mobile(64, 1),
            GlobalAveragePooling2D(),
            Dense(10, "softmax"),
        ),
        "Depthwise, then 1×1: the two halves of a separable convolution, each normalised.",
        "In the style of Howard and others, “MobileNets” (2017); the layers are ours",
        _MODERN,
        exact=False,
    ),
    "Record": Preset(
        digits(
            "Under two thousand",
            *normalised(Conv2D(6, (3, 3), padding="same", use_bias=False), momentum=0.99),
            *_separable(12),
            MaxPooling2D((2, 2)),
            *_separable(14, 14),
            MaxPooling2D((2, 2)),
            *_separable(14, 14),
            GlobalAveragePooling2D(),
            Dense(10, "softmax"),
        ),
        "How small can it be? The smallest published network above 99 % has 1,936 parameters.",
        "The family of the 1,936-parameter record (separable convolutions, one block shared); the layers are ours",
        SHIFTED.replaced(epochs=40),
        "99.13 % test accuracy",
        1_936,
        exact=False,
    ),
}  # fmt: skip
