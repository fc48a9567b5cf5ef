"""The S2–C3 table against the paper, the layers of `core.network` and Keras."""

from math import prod

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.learn.connections import (
    EMPTY,
    FULL,
    INPUTS,
    OF_1998,
    OUTPUTS,
    TWO_GROUPS,
    alike,
    connections,
    counts,
    feeds,
    groups,
    macs,
    parameters,
)
from core.network import LENET5, Conv2D, trace

TABLES = st.lists(st.frozensets(st.integers(0, INPUTS - 1)), min_size=OUTPUTS, max_size=OUTPUTS).map(tuple)


def test_the_table_of_1998_is_the_papers():
    """Table I row by row, as printed: an X for each map of C3 that this map of S2 feeds."""
    printed = [
        "X...XXX..XXXX.XX",
        "XX...XXX..XXXX.X",
        "XXX...XXX..X.XXX",
        ".XXX..XXXX..X.XX",
        "..XXX..XXXX.XX.X",
        "...XXX..XXXX.XXX",
    ]
    found = ["".join("X" if s2 in fed else "." for fed in OF_1998) for s2 in range(INPUTS)]
    assert found == printed
    assert parameters(OF_1998).value == 1516 and connections(OF_1998).value == 151_600
    assert parameters(OF_1998).numbers == "6·(25·3 + 1) + 9·(25·4 + 1) + 1·(25·6 + 1)"
    assert counts(OF_1998) == {3: 6, 4: 9, 6: 1} and set(feeds(OF_1998).values()) == {10}
    assert not alike(OF_1998) and groups(OF_1998) is None


def test_the_full_table_costs_what_the_second_convolution_of_lenet5_does():
    c3 = [row for row in trace(LENET5).rows if isinstance(row.layer, Conv2D)][1]
    assert (parameters(FULL).value, macs(FULL).value) == (c3.parameters, c3.macs) == (2416, 240_000)
    assert c3.output_shape == (10, 10, OUTPUTS) and alike(FULL) == [tuple(range(16))]


@pytest.mark.parametrize("table", [FULL, TWO_GROUPS])
def test_where_keras_has_groups_for_it_the_layer_reads_just_these_maps(table):
    layer = keras.layers.Conv2D(OUTPUTS, 5, groups=groups(table))
    layer.build((None, 14, 14, INPUTS))
    assert layer.count_params() == parameters(table).value
    for s2 in range(INPUTS):
        image = np.zeros((1, 14, 14, INPUTS), np.float32)
        image[..., s2] = 1
        moved = np.abs(np.asarray(layer(image))).sum(axis=(0, 1, 2)) > 0
        assert [s2 in fed for fed in table] == moved.tolist()


@given(TABLES)
def test_the_written_formulas_give_their_values_and_no_group_is_claimed_that_is_none(table):
    for formula in (parameters(table), macs(table), connections(table)):
        assert eval(formula.numbers.replace("·", "*").replace(",", "")) == formula.value
    mask = np.array([[at in fed for at in range(INPUTS)] for fed in table])
    assert parameters(table).value == 25 * mask.sum() + OUTPUTS
    assert macs(table).value == 2500 * mask.sum()
    assert feeds(table) == dict(enumerate(mask.sum(axis=0)))
    assert (groups(table) is not None) == (table in (FULL, TWO_GROUPS))
    same = sum(prod((len(maps), len(maps) - 1)) for maps in alike(table))
    assert same == sum(table[a] == table[b] for a in range(OUTPUTS) for b in range(OUTPUTS) if a != b)
    assert macs(EMPTY).value == 0 and parameters(EMPTY).value == OUTPUTS
