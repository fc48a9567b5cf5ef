"""The networks of three articles."""

from __future__ import annotations

from core.network.layers import (
    Activation,
    ActivityRegularization,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
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
from core.network.presets.preset import SHIFTED, Preset, digits, normalised, plain, same
from core.network.recipe import Recipe

PERRIN = "A. Perrin, “Dense or convolutional neural network, part 1” (Analytics Vidhya)"
BEYOND = "“Beyond the standard CNN in TensorFlow 2” (Towards Data Science)"
FIRST_CNN = "“Build your first CNN” (Towards Data Science)"

PERRIN_RECIPE = Recipe(epochs=20, batch_size=64, learning_rate=0.002, schedule="cosine")  # the source names none
# The images change a little.
_MOVED = PERRIN_RECIPE.replaced(epochs=40, rotation=8.0, shift=1.5, zoom=0.08, shear=5.0)


def _photo(name: str, *blocks: Block) -> Network:
    return Network((128, 128, 3), blocks, name)


def _padded_lenet(name: str, *head: Block) -> Network:
    return digits(
        name,
        ZeroPadding2D((2, 2)),
        Conv2D(6, (3, 3), activation="relu"),
        AveragePooling2D((2, 2)),
        Conv2D(16, (3, 3), activation="relu"),
        AveragePooling2D((2, 2)),
        Flatten(),
        *head,
    )


def _tiny(name: str, narrow: int, wide: int, normalise: bool, dropout: float, head: tuple[Block, ...]) -> Network:
    """The design of source C: 3×3 blocks, a transition (1×1, pool) early, a partial one (1×1) later.

    Before the head a unit sees 22×22 pixels; a 4×4 convolution as the head makes that the whole 28×28.
    """

    def conv(filters: int, size: int) -> tuple[Layer, ...]:
        blocks: tuple[Layer, ...] = (Conv2D(filters, (size, size), activation="relu"),)
        if normalise:
            blocks += (BatchNormalization(momentum=0.9),)
        return (*blocks, Dropout(dropout)) if dropout and size == 3 else blocks

    return digits(
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

DENSE_OR_CONVOLUTIONAL = {
    "A1": Preset(
        digits("Dense 512", Flatten(), Dense(512, "relu"), Dropout(0.2), Dense(10, "softmax")),
        "No convolution at all: every hidden unit looks at every pixel. Many more parameters.",
        PERRIN,
        PERRIN_RECIPE,
        "97.5 % test accuracy",
        407_050,
    ),
    "A2": Preset(
        _padded_lenet("LeNet-5, 3×3 kernels", Dense(120, "relu"), Dense(84, "relu"), Dense(10, "softmax")),
        "Convolution before the dense layers: a fifth of Dense 512’s parameters, and more right answers.",
        PERRIN + "; the article prints 101,770 parameters, which is the count of Dense 128",
        PERRIN_RECIPE,
        "98.5 % test accuracy",
        81_194,
    ),
    "A3": Preset(
        digits(
            "Dense 512, more dropout",
            Dropout(0.2),
            Flatten(),
            Dense(512, "relu"),
            Dropout(0.5),
            Dense(10, "softmax"),
        ),
        "Dense 512 with dropout on the input and before the answer: what regularising alone can do.",
        PERRIN,
        PERRIN_RECIPE,
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
        "LeNet-5, 3×3 kernels, with a price on large weights of the first dense layer.",
        PERRIN,
        PERRIN_RECIPE,
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
        "LeNet-5, 3×3 kernels, with dropout before the first two dense layers, which hold most of the weights.",
        PERRIN,
        PERRIN_RECIPE,
        "99.4 % test accuracy",
        81_194,
        improved=_MOVED,
    ),
    "A5": Preset(
        digits("Dense 128", Flatten(), Dense(128, "relu"), Dropout(0.2), Dense(10, "softmax")),
        "Dense 512 with a quarter of the hidden units: a smaller model is a regulariser too.",
        PERRIN,
        PERRIN_RECIPE,
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
        "LeNet-5 with dropout, with dense layers of half the width: half the parameters, nearly the same accuracy.",
        PERRIN,
        PERRIN_RECIPE,
        "99.2 % test accuracy",
        38_552,
        improved=_MOVED,
    ),
}

BEYOND_STANDARD = {
    "B1": Preset(
        _photo("Sequential", same(64, 3), same(64, 3), same(128, 3)),
        "Three convolutions in a row: compare its parameters and its view with Inception-like and Residual.",
        BEYOND,
        published_parameters=112_576,
    ),
    "B2": Preset(
        _photo(
            "Inception-like",
            same(64, 3),
            Branches(((same(64, 3),), (same(64, 5),), (same(64, 7),)), "concatenate"),
            same(128, 3),
        ),
        "Three kernel sizes look at the same maps side by side; their answers are concatenated.",
        BEYOND,
        published_parameters=563_264,
    ),
    "B3": Preset(
        _photo(
            "Residual",
            same(64, 3),
            Branches(((same(64, 3), same(64, 5), same(64, 7)), ()), "add"),
            same(128, 3),
        ),
        "The empty branch is a skip connection: the convolutions learn only what to add.",
        BEYOND,
        published_parameters=415_808,
    ),
    "B4": Preset(
        digits(
            "All of it",
            same(16, 3),
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

FIRST_CNNS = {
    "C1": Preset(
        digits(
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
        "A hundredth of the parameters of Plain and large: few kernels, 1×1 transitions, and a view of exactly 28×28.",
        FIRST_CNN + "; it gives no layer table, the layers are ours",
        Recipe(epochs=20, batch_size=128),
        "99.71 % training accuracy",
        12_490,
        exact=False,
        improved=Recipe(epochs=20, batch_size=64, learning_rate=0.003, schedule="one-cycle"),
    ),
    "C3": Preset(
        _tiny("Tiny, normalised", 10, 16, True, 0.0, _WHOLE),
        "Tiny, plain, with batch normalisation: learns faster and further.",
        FIRST_CNN + "; it gives no layer table, the layers are ours",
        Recipe(epochs=20, batch_size=128, learning_rate=0.003),
        "99.28 % validation accuracy, 99.74 % training",
        12_874,
        exact=False,
        improved=SHIFTED.replaced(epochs=20),
    ),
    "C4": Preset(
        _tiny("Tiny, with dropout", 10, 16, True, 0.05, _WHOLE),
        "Tiny, normalised, with a little dropout after each 3×3 convolution, and a larger batch.",
        FIRST_CNN + "; it gives no layer table, the layers are ours",
        Recipe(epochs=20, batch_size=256, learning_rate=0.005),
        "99.41 % validation accuracy in epoch 19",
        12_874,
        exact=False,
        improved=SHIFTED.replaced(epochs=20),
    ),
    "C5": Preset(
        digits(
            "Seven thousand",
            *normalised(*(Conv2D(filters, (3, 3), use_bias=False) for filters in (8, 10, 10))),
            MaxPooling2D((2, 2)),
            *normalised(*(Conv2D(filters, (3, 3), use_bias=False) for filters in (12, 12, 12))),
            *normalised(plain(14, 3)),
            GlobalAveragePooling2D(),
            Dense(10, "softmax"),
        ),
        "Still fewer kernels: seven thousand parameters are enough for more than 99 %.",
        FIRST_CNN + "; it gives no layer table, the layers are ours",
        SHIFTED,
        "99.44 % validation accuracy in epoch 22",
        7_602,
        exact=False,
    ),
}
