"""Published networks, with where they come from and what was reported of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.network.layers import AveragePooling2D, Conv2D, Dense, Dropout, Flatten
from core.network.network import Network


@dataclass(frozen=True)
class Preset:
    """A network to start from.

    Attributes:
        network: the network.
        summary: one line that says what to learn from it.
        source: who described it, and where.
        recipe: the fields of a `Recipe` that differ from its defaults.
        published_accuracy: test accuracy that the source reports, 0…1.
    """

    network: Network
    summary: str
    source: str
    recipe: Mapping[str, Any] = field(default_factory=dict)
    published_accuracy: float | None = None


LENET5 = Network(
    (28, 28, 1),
    (
        Conv2D(6, (5, 5), padding="same", activation="relu"),
        AveragePooling2D((2, 2)),
        Conv2D(16, (5, 5), activation="relu"),
        AveragePooling2D((2, 2)),
        Flatten(),
        Dense(120, "relu"),
        Dense(84, "relu"),
        Dense(10, "softmax"),
    ),
    "LeNet-5",
)

DENSE_512 = Network(
    (28, 28, 1),
    (Flatten(), Dense(512, "relu"), Dropout(0.2), Dense(10, "softmax")),
    "Dense 512",
)

PRESETS: dict[str, Preset] = {
    "E2": Preset(
        LENET5,
        "The classic: two convolutions find strokes, three dense layers decide.",
        "LeCun, Bottou, Bengio, Haffner, “Gradient-based learning applied to document recognition” "
        "(1998); trained with cross-entropy as in “Getting started with deep learning using CNNs” "
        "(Towards Data Science)",
        {"optimizer": "SGD", "learning_rate": 0.01, "batch_size": 32, "epochs": 20},
        0.9870,
    ),
    "A1": Preset(
        DENSE_512,
        "No convolution at all: every hidden unit looks at every pixel. Many more parameters.",
        "A. Perrin, “Dense or convolutional neural network, part 1” (Analytics Vidhya)",
        {"optimizer": "Adam", "learning_rate": 0.001, "batch_size": 128, "epochs": 5},
        0.975,
    ),
}
