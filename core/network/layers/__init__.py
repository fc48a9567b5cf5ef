"""The table of layers: one frozen dataclass a kind, named and valued as in Keras.

Shapes are `(height, width, channels)` for images and `(units,)` for vectors,
without the batch. A layer answers four questions about the shape that it is
given: what shape comes out, how many parameters it owns, how many
multiply-accumulates it costs, and which inputs one output reads. What else
distinguishes its kind stands in class variables (`Layer`); everything else
(building, editing, drawing, code, links) is derived from the fields.
"""

from core.network.layers.activation import Activation, LeakyReLU
from core.network.layers.base import (
    CannotWork,
    Layer,
    Parameters,
    Reads,
    Shape,
    Term,
    Window,
    shape_text,
    size_text,
)
from core.network.layers.convolutional import Conv2D, Convolution, DepthwiseConv2D, SeparableConv2D
from core.network.layers.core import Dense
from core.network.layers.normalization import BatchNormalization, GroupNormalization, LayerNormalization
from core.network.layers.options import ACTIVATIONS, INITIALIZERS, penalty_text
from core.network.layers.pooling import (
    AveragePooling2D,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    MaxPooling2D,
)
from core.network.layers.preprocessing import Rescaling
from core.network.layers.regularization import (
    ActivityRegularization,
    Dropout,
    GaussianDropout,
    GaussianNoise,
    SpatialDropout2D,
)
from core.network.layers.reshaping import Flatten, ZeroPadding2D

# As they are offered: kinds of one group stand together.
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
        Rescaling,
        Activation,
        LeakyReLU,
    )
}

__all__ = [
    "ACTIVATIONS",
    "INITIALIZERS",
    "LAYERS",
    "CannotWork",
    "Convolution",
    "Layer",
    "Parameters",
    "Reads",
    "Shape",
    "Term",
    "Window",
    "penalty_text",
    "shape_text",
    "size_text",
]  # and the kinds
