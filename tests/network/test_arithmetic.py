"""What is written out is true: read as a sum, it gives the number that the layer has."""

import math
import re

import pytest
from hypothesis import given

from core.network import Conv2D, Dense, DepthwiseConv2D, Flatten, MaxPooling2D, trace
from core.network.arithmetic import output_sums, parameters_sum
from core.network.layers import Layer
from tests.strategies import networks


def value(words: str) -> int:
    """The left side of a sum, computed."""
    left = words.split(" = ")[0].replace(",", "").replace("·", "*").replace("−", "-")
    left = left.replace("⌊", "math.floor(").replace("⌋", ")")
    assert re.fullmatch(r"[\d\s+*/()-]*", left.replace("math.floor", ""))
    return eval(left, {"math": math})


@pytest.mark.parametrize(
    ("layer", "shape", "words"),
    [
        (Conv2D(16, 5), (14, 14, 6), "(5·5·6 + 1)·16 = 2,416"),
        (Conv2D(16, 5, use_bias=False), (14, 14, 6), "5·5·6·16 = 2,400"),
        (Dense(120), (400,), "(400 + 1)·120 = 48,120"),
        (DepthwiseConv2D(3), (14, 14, 6), "3·3·6·1 + 6 = 60"),
        (Flatten(), (14, 14, 6), ""),
    ],
)
def test_parameters_are_written_as_one_learns_them(layer, shape, words):
    assert parameters_sum(layer, shape) == words


@pytest.mark.parametrize(
    ("layer", "shape", "words"),
    [
        (Conv2D(6, 5, padding="same"), (28, 28, 1), ("⌊(28 + 2·2 − 5)/1⌋ + 1 = 28",)),
        (Conv2D(6, (5, 3)), (28, 28, 1), ("⌊(28 − 5)/1⌋ + 1 = 24", "⌊(28 − 3)/1⌋ + 1 = 26")),
        (Conv2D(6, 3, strides=2, padding="same"), (28, 28, 1), ("⌊(28 + 0 + 1 − 3)/2⌋ + 1 = 14",)),
        (Conv2D(6, 3, dilation_rate=2), (28, 28, 1), ("⌊(28 − ((3 − 1)·2 + 1))/1⌋ + 1 = 24",)),
        (MaxPooling2D(2), (28, 28, 6), ("⌊(28 − 2)/2⌋ + 1 = 14",)),
        (Dense(10), (400,), ()),
    ],
)
def test_the_size_of_the_output_is_written_with_its_numbers(layer, shape, words):
    assert output_sums(layer, shape) == words


@given(networks())
def test_every_sum_is_true(network):
    traced = trace(network)
    for row in traced.rows:
        arriving = traced.inputs[row.path]
        if not isinstance(row.layer, Layer) or row.output_shape is None:
            continue
        words = parameters_sum(row.layer, arriving)
        assert bool(words) == bool(row.parameters)
        if words:
            assert value(words) == row.parameters == int(words.split(" = ")[-1].replace(",", ""))
        sums = output_sums(row.layer, arriving)
        sizes = [int(one.split(" = ")[1]) for one in sums]
        assert [value(one) for one in sums] == sizes
        assert not sizes or set(sizes) == set(row.output_shape[:2])
