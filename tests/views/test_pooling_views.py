"""What each cell of the pooling picture says."""

import re

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.learn.pooling import Windows, pooled, sent_back
from core.views.grids import plain_number
from core.views.pooling import pooling_data, unread_cells


def drawn(image, gradients, windows, kind):
    data = pooling_data(image, gradients, windows, kind, pooled(image, windows, kind))
    return data, {grid["id"]: grid for band in data["bands"] for grid in band["grids"]}


def number(words: str) -> float:
    """The result at the end of a sum that is written out."""
    return float(re.findall(r"= (−?[\d.e+−-]+?)(?:[.:]? |\.?$)", words)[-1].replace("−", "-"))


@given(st.integers(4, 8), st.integers(1, 4), st.integers(1, 4), st.sampled_from(["max", "mean"]), st.integers(0, 99))
def test_every_sum_that_is_written_out_is_the_number_that_is_shown(n, pool, stride, kind, seed):
    chance = np.random.default_rng(seed)
    image = chance.integers(0, 5, (n, n)).astype(np.float64)
    windows = Windows(n, pool, stride)
    gradients = chance.integers(-5, 6, (windows.size,) * 2).astype(np.float64)
    _, grids = drawn(image, gradients, windows, kind)
    forward = pooled(image, windows, kind)
    back = sent_back(gradients, windows, kind, forward)
    np.testing.assert_allclose(grids["back"]["values"], back)
    np.testing.assert_allclose(grids["output"]["values"], forward.output)
    for at, words in zip(np.ndindex(n, n), grids["back"]["said"], strict=True):
        assert number(words) == pytest.approx(back[at], rel=1e-4, abs=1e-9), words
        terms = re.sub(r"[()]", "", words).split(" = ")
        if kind == "max" and len(terms) == 3:
            assert sum(float(one.replace("−", "-")) for one in terms[1].split(" + ")) == pytest.approx(back[at])
    for at, words in zip(np.ndindex(forward.output.shape), grids["output"]["said"], strict=True):
        assert number(words) == pytest.approx(forward.output[at], rel=1e-4)
    total = plain_number(float(gradients.sum()))
    assert grids["gradient"]["under"] == f"Σ = {total}"
    if kind == "max":
        assert grids["back"]["under"] == f"Σ = {total}"


@given(st.integers(4, 8), st.integers(1, 5), st.integers(1, 6))
def test_unread_cells_are_hatched_and_said_to_be(n, pool, stride):
    assume(pool <= n)
    windows = Windows(n, pool, stride)
    image = np.arange(float(n * n)).reshape(n, n)
    _, grids = drawn(image, np.ones((windows.size,) * 2), windows, "max")
    marked = {name for name, kind in grids["input"]["marks"].items() if kind == "unread"}
    assert marked == {f"{r},{c}" for r, c in unread_cells(windows)} and len(marked) == windows.unread
    for name in marked:
        row, column = map(int, name.split(","))
        assert "lies in no window" in grids["input"]["said"][row * n + column]
        assert "no window" in grids["back"]["said"][row * n + column]


def test_a_tie_the_remembered_maximum_and_an_overlap_are_said():
    image = np.array([[5.0, 5, 1], [0, 9, 1], [1, 1, 1]])
    data, grids = drawn(image, np.array([[1.0, -2], [3, 4]]), Windows(3, 2, 1), "max")
    assert grids["output"]["said"][0] == (
        "Output, row 1, column 1 = max(5, 5, 0, 9) = 9. What is remembered for the way back: it stood in row 2, column 2."
    )
    assert grids["back"]["said"][4] == (
        "Gradient at the input, row 2, column 2 = 1 + (−2) + 3 + 4 = 6. Its 4 windows overlap there, and what they send "
        "back adds up."
    )
    assert grids["input"]["said"][0].endswith(
        "is remembered as the maximum of none: a small change of it changes nothing."
    )
    assert grids["gradient"]["said"][1].endswith("goes to one cell, the remembered maximum in row 2, column 2.")
    assert data["geometry"]["picks"]["0,0"] == [1, 1] and "become gradients with the sum 6" in data["alt"]
    _, grids = drawn(np.ones((4, 4)), np.ones((2, 2)), Windows(4, 2, 2), "max")
    assert "A tie: 4 cells are the maximum. The first, row by row, is remembered" in grids["output"]["said"][3]
    assert set(grids["output"]["marks"].values()) == {"tied"}


def test_the_mean_is_written_with_its_shares():
    data, grids = drawn(np.arange(16.0).reshape(4, 4), np.array([[8.0, -4], [0, 1]]), Windows(4, 2, 2), "mean")
    assert grids["output"]["said"][0] == "Output, row 1, column 1 = (0 + 1 + 4 + 5) / 4 = 2.5"
    assert grids["back"]["said"][2] == "Gradient at the input, row 1, column 3 = (−4)/4 = −1"
    assert grids["gradient"]["said"][0].endswith("is shared by 4 cells of its window: 8 / 4 = 2 each.")
    assert data["geometry"]["picks"] is None
