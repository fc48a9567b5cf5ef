"""What a layer says of its settings, and the bounds within which they may be."""

import pytest

from core.network import LAYERS, Branches, Conv2D, Dense, Network, trace
from core.network.layers import (
    Activation,
    ActivityRegularization,
    AveragePooling2D,
    BatchNormalization,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    GaussianDropout,
    GaussianNoise,
    GroupNormalization,
    LeakyReLU,
    MaxPooling2D,
    Rescaling,
    SeparableConv2D,
    SpatialDropout2D,
    ZeroPadding2D,
)
from core.network.network import MAX_CHANNELS, MAX_DEPTH, MAX_LAYERS, MAX_SIDE
from core.network.settings import InvalidSetting, settings_of

L1, L2 = (1e-5, 0.0), (0.0, 0.001)


@pytest.mark.parametrize(
    ("layer", "words"),
    [
        (Conv2D(16, (5, 3)), "16 @ 5×3"),
        (
            Conv2D(16, 3, strides=(2, 1), padding="same", activation="relu", groups=4),
            "16 @ 3×3, same, stride 2×1, 4 groups, relu",
        ),
        (Conv2D(16, 3, dilation_rate=(1, 2), kernel_regularizer=L1), "16 @ 3×3, dilation 1×2, L1 1e-05"),
        (DepthwiseConv2D((3, 5), depth_multiplier=2, activation="elu"), "3×5, times 2, elu"),
        (DepthwiseConv2D(3, depthwise_regularizer=L2), "3×3, L2 0.001"),
        (SeparableConv2D(8, (3, 5), strides=2, activation="tanh"), "8 @ 3×5, stride 2×2, tanh"),
        (
            SeparableConv2D(8, 3, depthwise_regularizer=L1, pointwise_regularizer=L2),
            "8 @ 3×3, L1 1e-05, L2 0.001",
        ),
        (Dense(120, "relu"), "120, relu"),
        (Dense(10, kernel_regularizer=(1e-5, 1e-4)), "10, L1 1e-05 + L2 0.0001"),
        (MaxPooling2D((2, 3)), "2×3"),
        (MaxPooling2D((2, 3), strides=(2, 3)), "2×3"),  # the usual is left out
        (AveragePooling2D((3, 3), strides=(2, 1), padding="same"), "3×3, stride 2×1, same"),
        (Dropout(0.2), "20 %"),
        (SpatialDropout2D(0.125), "12.5 %"),
        (GaussianDropout(0.3), "30 %"),
        (GaussianNoise(0.05), "0.05"),
        (ActivityRegularization(0.0, 0.0001), "L2 0.0001"),
        (ActivityRegularization(0.001, 0.0), "L1 0.001"),
        (ActivityRegularization(0.0, 0.0), "none"),
        (GroupNormalization(4), "4 groups"),
        (BatchNormalization(), ""),
        (Rescaling(2.0, -1.0), "×2 − 1"),
        (Rescaling(255.0, 0.5), "×255 + 0.5"),
        (Rescaling(255.0), "×255"),
        (ZeroPadding2D((2, 3)), "2×3"),
        (Activation("tanh"), "tanh"),
        (LeakyReLU(0.2), "slope 0.2"),
        (Flatten(), ""),
        (Branches(((Conv2D(2),), ()), "add"), "2, add, with a skip"),
        (Branches(((Conv2D(2),), (Conv2D(2),), (Conv2D(2),))), "3, concatenate"),
    ],
)
def test_a_layer_is_described_by_what_is_unusual_rows_before_columns(layer, words):
    assert layer.describe() == words


@pytest.mark.parametrize(
    ("network", "sentence"),
    [
        (
            Network((8, 12, 1), (Conv2D(2, (9, 5)),)),
            "Conv2D 9×5 needs at least 9×5 pixels, but only 8×12 are left.",
        ),
        (
            Network((8, 12, 1), (Conv2D(2, (3, 5), dilation_rate=(1, 4)),)),
            "Conv2D 3×5 with dilation 1×4 needs at least 3×17 pixels, but only 8×12 are left.",
        ),
        (
            Network((8, 12, 6), (Conv2D(9, 3, groups=3), GroupNormalization(4))),
            "GroupNormalization with 4 groups must divide the 9 channels evenly.",
        ),
        (
            Network((8, 12, 6), (Conv2D(10, 3, groups=3),)),
            "Conv2D with 3 groups must divide both its 6 input channels and its 10 filters evenly.",
        ),
        (
            Network((8, 12, 6), (DepthwiseConv2D(3, strides=(2, 1)),)),
            "DepthwiseConv2D needs the same stride for rows and columns, not 2×1:",
        ),
        (
            Network((8, 12, 6), (Flatten(), MaxPooling2D())),
            "MaxPooling2D needs an image (height × width × channels), but what arrives is a row of 576 numbers.",
        ),
    ],
)
def test_a_layer_that_cannot_work_names_what_it_has_and_what_it_would_need(network, sentence):
    assert trace(network).problems[0].sentence.startswith(sentence)


@pytest.mark.parametrize(
    ("kind", "name", "least", "most"),
    [
        (Conv2D, "filters", 1, 1024), (Conv2D, "kernel_size", 1, 15), (Conv2D, "strides", 1, 8),
        (Conv2D, "dilation_rate", 1, 8), (Conv2D, "groups", 1, 256), (DepthwiseConv2D, "depth_multiplier", 1, 16),
        (Dense, "units", 1, 8192), (MaxPooling2D, "pool_size", 1, 16), (MaxPooling2D, "strides", 1, 16),
        (ZeroPadding2D, "padding", 0, 32), (GroupNormalization, "groups", 1, 1024), (Dropout, "rate", 0.0, 0.95),
        (GaussianNoise, "stddev", 0.0, 1.0), (LeakyReLU, "negative_slope", 0.0, 1.0),
        (BatchNormalization, "momentum", 0.0, 0.999), (BatchNormalization, "epsilon", 1e-7, 0.1),
        (Rescaling, "scale", -1e6, 1e6), (Rescaling, "offset", -1e6, 1e6), (ActivityRegularization, "l1", 0.0, 1.0),
    ],
)  # fmt: skip
def test_a_setting_may_be_at_its_bounds_and_no_further(kind, name, least, most):
    """What is shared and stored must stay readable: who narrows a bound makes networks of others unreadable."""
    label, step = settings_of(kind)[name].label, 1 if isinstance(least, int) else 1e-3
    for value in (least, most):
        assert kind().replaced(**{name: value})
    for value in (least - step, most + step):
        with pytest.raises(InvalidSetting) as problem:
            kind().replaced(**{name: value})
        said = str(problem.value)
        assert (
            f"{label} must be between {least:{',' if step == 1 else 'g'}} and {most:{',' if step == 1 else 'g'}}, not"
            in said
        )


def test_every_penalty_may_be_at_most_one():
    for kind in LAYERS.values():
        for name in (name for name in settings_of(kind) if name.endswith("regularizer")):
            assert kind().replaced(**{name: (1.0, 1.0)})
            with pytest.raises(InvalidSetting):
                kind().replaced(**{name: (0.0, 1.001)})


def nested(depth):
    blocks = (Conv2D(1, 1),)
    for _ in range(depth):
        blocks = (Branches((blocks, ())),)
    return blocks


@pytest.mark.parametrize(
    ("most", "made"),
    [
        (MAX_LAYERS, lambda n: Network((8, 8, 1), (Flatten(),) * n)),
        (MAX_DEPTH, lambda n: Network((8, 8, 1), nested(n))),
        (MAX_SIDE, lambda n: Network((n, 8, 1))),
        (MAX_SIDE, lambda n: Network((8, n, 1))),
        (MAX_CHANNELS, lambda n: Network((8, 8, n))),
        (60, lambda n: Network(name="x" * n)),
        (8, lambda n: Branches(((),) * n)),
    ],
)
def test_a_network_may_be_as_large_as_its_bounds_and_no_larger(most, made):
    made(most)
    with pytest.raises(InvalidSetting):
        made(most + 1)


def test_the_bounds_of_a_network_are_those_that_were_shared_with():
    assert (MAX_LAYERS, MAX_DEPTH, MAX_SIDE, MAX_CHANNELS) == (200, 4, 256, 16)


@pytest.mark.parametrize("made", [lambda: Network((0, 8, 1)), lambda: Network((8, 8, 0)), lambda: Branches(((),))])
def test_nothing_is_no_size(made):
    with pytest.raises(InvalidSetting):
        made()
