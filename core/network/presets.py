"""Published networks, with their recipe, where they come from, and what was reported of them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from core.network.layers import (
    Activation,
    ActivityRegularization,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    GaussianDropout,
    GlobalAveragePooling2D,
    Layer,
    MaxPooling2D,
    SeparableConv2D,
    SpatialDropout2D,
    ZeroPadding2D,
)
from core.network.network import Block, Branches, Network
from core.network.recipe import Recipe

PERRIN = "A. Perrin, “Dense or convolutional neural network, part 1” (Analytics Vidhya)"
BEYOND = "“Beyond the standard CNN in TensorFlow 2” (Towards Data Science)"
FIRST_CNN = "“Build your first CNN” (Towards Data Science)"
LENET = (
    "LeCun, Bottou, Bengio, Haffner, “Gradient-based learning applied to document recognition” (1998); "
    "as in “Getting started with deep learning using CNNs” (Towards Data Science)"
)


@dataclass(frozen=True)
class Preset:
    """A network to start from.

    Attributes:
        network: the network.
        summary: one line that says what to learn from it.
        source: who described it, and where.
        recipe: how it was trained, as far as the source tells; None where it was only drawn.
        published: what the source reports; empty where it reports nothing.
        published_parameters: the source's parameter count; ours may be smaller where the source
            gives no layer table.
        exact: whether the source gives the architecture, so that the counts must agree.
        improved: a recipe of ours that gets more out of the same network; None where none was needed.
    """

    network: Network
    summary: str
    source: str
    recipe: Recipe | None = None
    published: str = ""
    published_parameters: int | None = None
    exact: bool = True
    improved: Recipe | None = None

    @property
    def published_figure(self) -> tuple[float, str] | None:
        """The published accuracy to compare with, 0…1, and of which images it is: test, validation or training."""
        found = re.search(r"([0-9.]+) % (test|validation) accuracy", self.published) or re.search(
            r"([0-9.]+) % (training) accuracy", self.published
        )
        return (float(found[1]) / 100, found[2]) if found else None


def _digits(name: str, *blocks: Block) -> Network:
    return Network((28, 28, 1), blocks, name)


def _photo(name: str, *blocks: Block) -> Network:
    return Network((128, 128, 3), blocks, name)


def _lenet(name: str, activation: str) -> Network:
    return _digits(
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


def _padded_lenet(name: str, *head: Block) -> Network:
    return _digits(
        name,
        ZeroPadding2D((2, 2)),
        Conv2D(6, (3, 3), activation="relu"),
        AveragePooling2D((2, 2)),
        Conv2D(16, (3, 3), activation="relu"),
        AveragePooling2D((2, 2)),
        Flatten(),
        *head,
    )


def _same(filters: int, size: int) -> Conv2D:
    return Conv2D(filters, (size, size), padding="same", activation="relu")


LENET5 = _lenet("LeNet-5", "relu")

_PERRIN = Recipe(epochs=20, batch_size=64, learning_rate=0.002, schedule="cosine")  # the source names none
_MOVED = _PERRIN.replaced(epochs=40, rotation=8.0, shift=1.5, zoom=0.08, shear=5.0)  # the images change a little

_PRESETS_A = {
    "A1": Preset(
        _digits("Dense 512", Flatten(), Dense(512, "relu"), Dropout(0.2), Dense(10, "softmax")),
        "No convolution at all: every hidden unit looks at every pixel. Many more parameters.",
        PERRIN,
        _PERRIN,
        "97.5 % test accuracy",
        407_050,
    ),
    "A2": Preset(
        _padded_lenet("LeNet-5, 3×3 kernels", Dense(120, "relu"), Dense(84, "relu"), Dense(10, "softmax")),
        "Convolution before the dense layers: a fifth of A1's parameters, and more right answers.",
        PERRIN + "; the article prints 101,770 parameters, which is A5's count",
        _PERRIN,
        "98.5 % test accuracy",
        81_194,
    ),
    "A3": Preset(
        _digits(
            "Dense 512, more dropout",
            Dropout(0.2),
            Flatten(),
            Dense(512, "relu"),
            Dropout(0.5),
            Dense(10, "softmax"),
        ),
        "A1 with dropout on the input and before the answer: what regularising alone can do.",
        PERRIN,
        _PERRIN,
        "98.5 % test accuracy",
        407_050,
    ),
    "A4a": Preset(
        _padded_lenet(
            "LeNet-5 with L2",
            Dense(120, "relu", kernel_regularizer=(0.0, 1e-5)),
            Dense(84, "relu"),
            Dense(10, "softmax"),
        ),
        "A2 with a price on large weights of the first dense layer.",
        PERRIN,
        _PERRIN,
        "99.15 % test accuracy",
        81_194,
    ),
    "A4b": Preset(
        _padded_lenet(
            "LeNet-5 with dropout",
            Dropout(0.4),
            Dense(120, "relu"),
            Dropout(0.3),
            Dense(84, "relu"),
            Dense(10, "softmax"),
        ),
        "A2 with dropout on the inputs of the first two dense layers, which hold most of the weights.",
        PERRIN,
        _PERRIN,
        "99.4 % test accuracy",
        81_194,
        improved=_MOVED,
    ),
    "A5": Preset(
        _digits("Dense 128", Flatten(), Dense(128, "relu"), Dropout(0.2), Dense(10, "softmax")),
        "A1 with a quarter of the hidden units: a smaller model is a regulariser too.",
        PERRIN,
        _PERRIN,
        "98 % test accuracy",
        101_770,
    ),
    "A6": Preset(
        _padded_lenet(
            "LeNet-5, half as wide",
            Dropout(0.4),
            Dense(60, "relu"),
            Dropout(0.3),
            Dense(42, "relu"),
            Dense(10, "softmax"),
        ),
        "A4b with dense layers of half the width: half the parameters, nearly the same accuracy.",
        PERRIN,
        _PERRIN,
        "99.2 % test accuracy",
        38_552,
        improved=_MOVED,
    ),
}

_PRESETS_B = {
    "B1": Preset(
        _photo("Sequential", _same(64, 3), _same(64, 3), _same(128, 3)),
        "Three convolutions in a row: compare its parameters and its view with B2 and B3.",
        BEYOND,
        published_parameters=112_576,
    ),
    "B2": Preset(
        _photo(
            "Inception-like",
            _same(64, 3),
            Branches(((_same(64, 3),), (_same(64, 5),), (_same(64, 7),)), "concatenate"),
            _same(128, 3),
        ),
        "Three kernel sizes look at the same maps side by side; their answers are concatenated.",
        BEYOND,
        published_parameters=563_264,
    ),
    "B3": Preset(
        _photo(
            "Residual",
            _same(64, 3),
            Branches(((_same(64, 3), _same(64, 5), _same(64, 7)), ()), "add"),
            _same(128, 3),
        ),
        "The empty branch is a skip connection: the convolutions learn only what to add.",
        BEYOND,
        published_parameters=415_808,
    ),
    "B4": Preset(
        _digits(
            "All of it",
            _same(16, 3),
            Branches(
                (
                    (SeparableConv2D(16, (3, 3), padding="same", activation="relu"),),
                    (Conv2D(16, (3, 3), padding="same", dilation_rate=(2, 2), activation="relu"),),
                    (SeparableConv2D(16, (3, 3), padding="same", dilation_rate=(2, 2), activation="relu"),),
                ),
                "concatenate",
            ),
            SpatialDropout2D(0.1),
            MaxPooling2D((2, 2)),
            Conv2D(32, (1, 1), activation="relu"),
            Branches(
                (
                    (
                        SeparableConv2D(32, (3, 3), padding="same", activation="relu"),
                        SeparableConv2D(32, (3, 3), padding="same", activation="relu"),
                    ),
                    (),
                ),
                "add",
            ),
            MaxPooling2D((2, 2)),
            Conv2D(32, (3, 3), activation="relu"),
            ActivityRegularization(l2=1e-5),
            GlobalAveragePooling2D(),
            GaussianDropout(0.1),
            Dense(10, "softmax"),
        ),
        "Separable and dilated convolutions, spatial and Gaussian dropout, branches and a skip in one classifier.",
        BEYOND + "; the article shows a picture only, the layers are ours",
        Recipe(epochs=20, batch_size=128),
        exact=False,
    ),
}


def _normalised(*layers: Layer, momentum: float = 0.9) -> tuple[Layer, ...]:
    return tuple(
        block for layer in layers for block in (layer, BatchNormalization(momentum=momentum), Activation("relu"))
    )


def _separable(*filters: int) -> tuple[Layer, ...]:
    """Separable 3×3 convolutions, each normalised by means over many batches: few kernels feel their noise."""
    layers = (SeparableConv2D(each, (3, 3), padding="same", use_bias=False) for each in filters)
    return _normalised(*layers, momentum=0.99)


def _plain(filters: int, size: int, stride: int = 1) -> Conv2D:
    return Conv2D(filters, (size, size), (stride, stride), padding="same", use_bias=False)


def _tiny(name: str, narrow: int, wide: int, normalise: bool, dropout: float, head: tuple[Block, ...]) -> Network:
    """The design of source C: 3×3 blocks, a transition (1×1, pool) early, a partial one (1×1) later.

    Before the head a unit sees 22×22 pixels; a 4×4 convolution as the head makes that the whole 28×28.
    """

    def conv(filters: int, size: int) -> tuple[Layer, ...]:
        blocks: tuple[Layer, ...] = (Conv2D(filters, (size, size), activation="relu"),)
        if normalise:
            blocks += (BatchNormalization(momentum=0.9),)
        return (*blocks, Dropout(dropout)) if dropout and size == 3 else blocks

    return _digits(
        name,
        *conv(narrow, 3),
        *conv(wide, 3),
        *conv(narrow, 1),
        MaxPooling2D((2, 2)),
        *conv(wide, 3),
        *conv(wide, 3),
        *conv(narrow, 1),
        *conv(wide, 3),
        *conv(wide, 3),
        *head,
    )


_WHOLE = (Conv2D(10, (4, 4)), Flatten(), Activation("softmax"))  # sees the 4×4 positions that are left

# Smith and Topin, “Super-convergence” (2017): up to a high rate and down again.
_ONE_CYCLE = Recipe(
    optimizer="SGD",
    learning_rate=0.1,
    momentum=0.9,
    nesterov=True,
    schedule="one-cycle",
    batch_size=64,
    epochs=30,
)

_SHIFTED = _ONE_CYCLE.replaced(rotation=7.0, shift=1.0)  # and the digits turned and moved a little

_PRESETS_C = {
    "C1": Preset(
        _digits(
            "Plain and large",
            Conv2D(32, (3, 3), activation="relu"),
            MaxPooling2D((2, 2)),
            Conv2D(64, (3, 3), activation="relu"),
            Conv2D(128, (3, 3), activation="relu"),
            MaxPooling2D((2, 2)),
            Conv2D(256, (3, 3), padding="same", activation="relu"),
            Conv2D(512, (3, 3), activation="relu"),
            GlobalAveragePooling2D(),
            Dense(10, "softmax"),
        ),
        "More and more kernels, a million and a half parameters: far more than digits need.",
        FIRST_CNN + "; it gives no layer table, the layers are ours",
        Recipe(epochs=12, batch_size=128, schedule="cosine"),
        "99.93 % training accuracy",
        1_595_316,
        exact=False,
    ),
    "C2": Preset(
        _tiny("Tiny, plain", 10, 16, False, 0.0, _WHOLE),
        "A hundredth of C1's parameters: few kernels, 1×1 transitions, and a view of exactly 28×28.",
        FIRST_CNN + "; it gives no layer table, the layers are ours",
        Recipe(epochs=20, batch_size=128),
        "99.71 % training accuracy",
        12_490,
        exact=False,
        improved=Recipe(epochs=20, batch_size=64, learning_rate=0.003, schedule="one-cycle"),
    ),
    "C3": Preset(
        _tiny("Tiny, normalised", 10, 16, True, 0.0, _WHOLE),
        "C2 with batch normalisation: learns faster and further.",
        FIRST_CNN + "; it gives no layer table, the layers are ours",
        Recipe(epochs=20, batch_size=128, learning_rate=0.003),
        "99.28 % validation accuracy, 99.74 % training",
        12_874,
        exact=False,
        improved=_SHIFTED.replaced(epochs=20),
    ),
    "C4": Preset(
        _tiny("Tiny, with dropout", 10, 16, True, 0.05, _WHOLE),
        "C3 with a little dropout after each 3×3 convolution, and a larger batch.",
        FIRST_CNN + "; it gives no layer table, the layers are ours",
        Recipe(epochs=20, batch_size=256, learning_rate=0.005),
        "99.41 % validation accuracy in epoch 19",
        12_874,
        exact=False,
        improved=_SHIFTED.replaced(epochs=20),
    ),
    "C5": Preset(
        _digits(
            "Seven thousand",
            *_normalised(*(Conv2D(filters, (3, 3), use_bias=False) for filters in (8, 10, 10))),
            MaxPooling2D((2, 2)),
            *_normalised(*(Conv2D(filters, (3, 3), use_bias=False) for filters in (12, 12, 12))),
            *_normalised(_plain(14, 3)),
            GlobalAveragePooling2D(),
            Dense(10, "softmax"),
        ),
        "Still fewer kernels: seven thousand parameters are enough for more than 99.5 %.",
        FIRST_CNN + "; it gives no layer table, the layers are ours",
        _SHIFTED,
        "99.44 % validation accuracy in epoch 22",
        7_602,
        exact=False,
    ),
}

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

_PRESETS_E = {
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
        LENET5,
        "The classic: two convolutions find strokes, three dense layers decide.",
        LENET,
        _SGD,
        "98.90 % training, 98.70 % test accuracy",
        61_706,
        improved=_PERRIN,
    ),
    "E3": Preset(
        LENET5.renamed("LeNet-5, batch 1"),
        "E2 with one image a step: noisier, slower, and a little better.",
        LENET,
        _SGD.replaced(batch_size=1),
        "100 % training, 98.88 % test accuracy",
        61_706,
    ),
}


def _residual(filters: int, stride: int) -> tuple[Block, ...]:
    body = (
        *_normalised(_plain(filters, 3, stride)),
        _plain(filters, 3),
        BatchNormalization(momentum=0.9),
    )
    skip = () if stride == 1 else (_plain(filters, 1, stride), BatchNormalization(momentum=0.9))
    return (Branches((body, skip), "add"), Activation("relu"))


def _mobile(filters: int, stride: int) -> tuple[Block, ...]:
    depthwise = DepthwiseConv2D((3, 3), (stride, stride), padding="same", use_bias=False)
    return _normalised(depthwise, _plain(filters, 1))


_MODERN = Recipe(epochs=10, batch_size=128, learning_rate=0.003)

_PRESETS_MORE = {
    "VGG": Preset(
        _digits(
            "Small VGG",
            _same(16, 3), _same(16, 3), MaxPooling2D((2, 2)),
            _same(32, 3), _same(32, 3), MaxPooling2D((2, 2)),
            _same(64, 3), _same(64, 3), GlobalAveragePooling2D(),
            Dense(10, "softmax"),
        ),
        "Nothing but 3×3 convolutions and pooling, twice as many kernels after each.",
        "In the style of Simonyan and Zisserman, “Very deep convolutional networks” (2014); the layers are ours",
        _MODERN,
        exact=False,
    ),
    "ResNet": Preset(
        _digits(
            "Small ResNet",
            *_normalised(_plain(16, 3)),
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
        _digits(
            "Small MobileNet",
            *_normalised(_plain(16, 3)),
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
        _digits(
            "Under two thousand",
            *_normalised(Conv2D(6, (3, 3), padding="same", use_bias=False), momentum=0.99),
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
        _SHIFTED.replaced(epochs=40),
        "99.13 % test accuracy",
        1_936,
        exact=False,
    ),
}  # fmt: skip

PRESETS: dict[str, Preset] = {**_PRESETS_E, **_PRESETS_A, **_PRESETS_B, **_PRESETS_C, **_PRESETS_MORE}
