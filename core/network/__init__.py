"""What a network is: values, arithmetic and text. Pure Python."""

from core.network.geometry import Box, Problem, ReceptiveField, Row, Trace, trace
from core.network.layers import (
    LAYERS,
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    Layer,
    MaxPooling2D,
    ZeroPadding2D,
)
from core.network.network import Branches, Network, Path
from core.network.presets import LENET5, PRESETS, Preset
from core.network.settings import InvalidSetting
from core.network.sharing import InvalidNetwork, from_json, to_json

__all__ = [
    "LAYERS",
    "LENET5",
    "PRESETS",
    "Activation",
    "AveragePooling2D",
    "BatchNormalization",
    "Box",
    "Branches",
    "Conv2D",
    "Dense",
    "Dropout",
    "Flatten",
    "GlobalAveragePooling2D",
    "InvalidNetwork",
    "InvalidSetting",
    "Layer",
    "MaxPooling2D",
    "Network",
    "Path",
    "Preset",
    "Problem",
    "ReceptiveField",
    "Row",
    "Trace",
    "ZeroPadding2D",
    "from_json",
    "to_json",
    "trace",
]  # fmt: skip
