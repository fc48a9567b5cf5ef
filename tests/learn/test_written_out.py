"""Each line of a step says what it is worth: its numbers, put into Python, make its value."""

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.learn.back_propagation import LARGEST, HandNetwork, step
from core.learn.written_out import PRESSES, lines, shown, unit_names
from tests.learn.test_back_propagation import network

IN_PYTHON = {"−": "-", "·": "*", "σ": "sigmoid", "½": "0.5", "²": "**2", "[": "(", "]": ")", "^": "**"}
FUNCTIONS = {"sigmoid": lambda net: 1 / (1 + math.exp(-net)), "tanh": math.tanh, "max": max}


def evaluated(text: str) -> float:
    text = re.sub(r"(\d)·10\^(−?\d+)", r"\1e\2", text)
    return eval("".join(IN_PYTHON.get(one, one) for one in text), {"__builtins__": {}}, FUNCTIONS)


@given(
    st.tuples(st.integers(2, 3), st.integers(1, 4), st.integers(1, 2)),
    st.sampled_from(["sigmoid", "tanh", "relu"]),
    st.integers(0, 999),
)
def test_the_numbers_put_in_make_the_value(sizes, activation, seed):
    there = network(seed, sizes, activation)
    inputs, targets = (0.5, -1.25, 2.0)[: sizes[0]], (0.25, 1.0)[: sizes[-1]]
    found = lines(there, inputs, targets, 0.5)
    for one in found:
        assert evaluated(one.numbers) == pytest.approx(one.value, abs=2e-3), one
    names = [one.name for one in found]
    assert [one.press for one in found] == sorted((one.press for one in found), key=PRESSES.index)
    assert len(set(names)) == len(names) == 2 * sum(sizes[1:]) + 1 + sum(sizes[1:]) + there.parameters
    new = step(there, inputs, targets, 0.5)
    by_name = {one.name: one.value for one in found}
    assert by_name["w(x1→h1)"] == new.weights[0][0][0] and by_name["b(o1)"] == new.biases[1][0]


def test_formulas_name_the_units_that_take_part():
    there = HandNetwork((((0.1, -0.8), (0.4, 0.6)), ((0.3,), (0.9,))), ((0.0, 0.0), (0.0,)))
    assert unit_names(there) == (("x1", "x2"), ("h1", "h2"), ("o1",))
    by_name = {one.name: one for one in lines(there, (0.35, 0.9), (0.5,), 1.0)}
    assert by_name["net(h2)"].formula == "b(h2) + O(x1)·w(x1→h2) + O(x2)·w(x2→h2)"
    assert by_name["net(h2)"].numbers == "0.0000 + 0.3500·(−0.8000) + 0.9000·0.6000"
    assert by_name["Err(o1)"].formula == "O(o1)·(1 − O(o1))·(T(o1) − O(o1))"
    assert by_name["Err(h1)"].formula == "O(h1)·(1 − O(h1))·[Err(o1)·w(h1→o1)]"
    assert by_name["w(h1→o1)"].formula == "w(h1→o1) + l·Err(o1)·O(h1)"
    assert by_name["E"].formula == "½·[(T(o1) − O(o1))²]"


@pytest.mark.parametrize(
    "number, text",
    [(0, "0.0000"), (-0.5, "−0.5000"), (1234.56789, "1234.5679"), (LARGEST, "1.000·10^6"), (-2e-9, "−2.000·10^−9")],
)
def test_numbers_are_short_whatever_their_size(number, text):
    assert shown(number) == text
