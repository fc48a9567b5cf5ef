"""Stacks of convolutions: the arithmetic against Keras, gradients and the formulas themselves; the cheapest by trying all."""

import re
from dataclasses import replace
from itertools import product
from math import floor

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from core.learn.convolution import CannotConvolve
from core.learn.stacking import (
    COMPARED,
    MOST_TARGET,
    StackedLayer,
    check,
    fan,
    fewest,
    for_build,
    network_of,
    parameter_words,
    price,
    rows_of,
    steps,
)
from core.network import Network, trace


@st.composite
def stacks(draw, most_layers=4, most_cells=20):
    """A stack that works, and the cells of its input."""
    n = draw(st.integers(1, most_cells))
    slides = st.tuples(st.integers(1, 3), st.integers(1, 3)).filter(lambda pair: min(pair) == 1)
    layer = st.builds(lambda k, sd, p: StackedLayer(k, *sd, p), st.integers(1, 5), slides, st.integers(0, 3))
    stack = tuple(draw(st.lists(layer, min_size=1, max_size=most_layers)))
    try:
        check(stack, n)
    except CannotConvolve:
        assume(False)
    return stack, n


def by_gradients(stack, n):
    """(units, n) bool: the support of the gradient of each unit of a row by the input, and Keras's own output size."""
    layers = []
    for one in stack:
        layers.append(keras.layers.ZeroPadding1D(one.padding))
        layers.append(
            keras.layers.Conv1D(1, one.kernel, one.stride, dilation_rate=one.dilation, kernel_initializer="ones")
        )
    row = tf.ones((1, n, 1))
    with tf.GradientTape() as tape:
        tape.watch(row)
        found = row
        for layer in layers:
            found = layer(found)
    return np.asarray(tape.jacobian(found, row)).reshape(found.shape[1], n) > 0


@settings(max_examples=15, deadline=None)
@given(stacks())
def test_sizes_and_the_cells_that_each_unit_depends_on_are_those_of_keras_gradients(found):
    stack, n = found
    support = by_gradients(stack, n)
    assert steps(stack, n)[-1].size == len(support)
    for unit, seen in enumerate(support):
        one = fan(stack, n, unit)
        assert one.levels[0] == set(np.flatnonzero(seen))
        low, high = one.field
        assert all(low <= cell <= high for cell in one.levels[0])
    most = max(int(seen.sum()) for seen in support)
    assert price(stack, n, 1).read == most


@settings(max_examples=100, deadline=None)
@given(stacks())
def test_the_written_formulas_give_the_numbers_beside_them_and_the_fan_is_the_geometry(found):
    stack, n = found
    for step in steps(stack, n)[1:]:
        values = step.size, step.jump, step.field, step.centre
        for formula, value in zip(step.formulas, values, strict=True):
            written = re.sub(r"⌊(.*)⌋", r"floor(\1)", formula).replace("·", "*").replace("−", "-")
            assert eval(written, {"floor": floor}) == value, formula
    masks = rows_of(stack, n)[-1].field.paths[0][0]
    for unit, mask in enumerate(masks):
        one = fan(stack, n, unit)
        assert sum(1 << cell for cell in one.levels[0]) == mask
        assert len(one.levels) == len(stack) + 1 and one.levels[-1] == {unit}
        for level, lines in enumerate(one.lines):
            assert {at for at, _ in lines} == one.levels[level + 1]
            assert {place for _, place in lines} >= one.levels[level]


def test_two_3x3_see_what_one_5x5_sees_and_a_dilated_3x3_leaves_cells_out():
    two, one, dilated = (price(stack, 28, 16) for stack in COMPARED.values())
    assert (two.field, one.field, dilated.field) == (5, 5, 5)
    assert (two.read, one.read, dilated.read) == (5, 5, 3) and dilated.covered == 1
    assert (two.parameters, one.parameters, dilated.parameters) == (2 * (9 * 256 + 16), 25 * 256 + 16, 9 * 256 + 16)
    assert (two.macs, one.macs, dilated.macs) == tuple(28 * 28 * weights * 256 for weights in (18, 25, 9))
    assert (two.layers, one.layers, dilated.layers) == (2, 1, 1)


@pytest.mark.parametrize("target", (1, 2, 4, 5, 7))
@pytest.mark.parametrize("channels", [1, 3])
def test_no_small_stack_covers_as_much_with_fewer_parameters_than_the_one_that_is_called_cheapest(target, channels):
    best = fewest(target, channels)
    found = price(best, 16, channels)
    assert found.covered >= target
    kinds = [StackedLayer(k, s, d) for k in (1, 2, 3, 4) for s, d in ((1, 1), (2, 1), (1, 2), (1, 3))]
    for layers in (1, 2, 3):
        for stack in product(kinds, repeat=layers):
            cost = sum(one.kernel**2 * channels**2 + channels for one in stack)
            if cost < found.parameters:
                try:
                    assert price(stack, 16, channels).covered < target, stack
                except CannotConvolve:
                    pass


@pytest.mark.parametrize("channels", [1, 2, 16, 512])
def test_the_cheapest_covers_every_target_and_fits_an_input_of_that_size_with_some_padding(channels):
    for target in range(1, MOST_TARGET + 1):
        best = fewest(target, channels)
        padded = (replace(best[0], padding=4), *best[1:])
        assert price(padded, target, channels).covered >= target
        assert price(best, 28, channels).covered >= target
        assert parameter_words(best, channels).value == price(best, 28, channels).parameters
    assert price(fewest(20, 16), 28, 16).parameters == 5 * (4 * 256 + 16)


@settings(max_examples=50, deadline=None)
@given(stacks(most_layers=8), st.integers(1, 8))
def test_for_build_there_is_a_network_that_works_with_the_same_fields(found, channels):
    stack, n = found
    traced = trace(for_build(stack, n, channels), 10)
    assert not traced.problems
    fields = [row.field.size for row in traced.rows if row.layer.is_convolution]
    assert fields == [row.field.size for row in trace(network_of(stack, n)).rows if row.layer.is_convolution]


@settings(max_examples=30, deadline=None)
@given(stacks(), st.integers(1, 9))
def test_parameters_and_multiply_adds_are_those_of_the_network(found, channels):
    stack, n = found
    layers = tuple(one for layer in stack for one in layer.layers(channels))
    traced, found = trace(Network((n, n, channels), layers)), price(stack, n, channels)
    assert (found.parameters, found.macs) == (traced.parameters, traced.macs)
    written = parameter_words(stack, channels).numbers.replace("²", "**2").replace("·", "*")
    assert eval(written) == found.parameters


def test_what_does_not_fit_names_its_layer_and_what_would_work():
    with pytest.raises(CannotConvolve, match="Layer 2: A kernel of 5×5 does not fit into 3×3 cells"):
        check((StackedLayer(3), StackedLayer(5)), 5)
    with pytest.raises(CannotConvolve, match=r"Layer 1 has the stride 2 and the dilation 3.*set the other back to 1"):
        check((StackedLayer(3, 2, 3),), 28)
