"""Every line of an explanation is true: read as a sum, it gives the number behind its last equals sign."""

import math
import re
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.insight.steps import (
    FUNCTIONS,
    Added,
    Copied,
    DepthwiseSums,
    Function,
    Maximum,
    Mean,
    Normalized,
    Patch,
    Softmax,
    WeightedSum,
)
from core.network import Branches, Conv2D, Flatten, Network
from core.views.explanation import MOST_CELLS, heading, number_grid, parts, source_words, strongest_terms, table
from core.views.images import INK_SCALE, signed_scale

NUMBERS = st.floats(-50, 50).map(lambda x: float(np.float32(x)))


def patch(values, top=0, left=0, padding=None, channels=None, shape=(9, 9, 9), path=(0,)):
    """Cells of a map from this row and column on."""
    values = np.asarray(values, np.float32)
    rows, columns, depth = values.shape
    return Patch(
        path,
        shape,
        np.arange(top, top + rows),
        np.arange(left, left + columns),
        np.arange(depth) if channels is None else np.array(channels),
        values,
        np.zeros((rows, columns), bool) if padding is None else padding,
    )


def words(step) -> str:
    (part,) = parts(SimpleNamespace(steps=[step]))
    return part.words


def read(text: str) -> float:
    """One side of an equation, computed."""
    text = text.replace("(bias)", "").replace("**", "").replace("−", "-").replace("·", "*")
    text = text.replace("√(", "math.sqrt(").replace("exp(", "math.exp(")
    assert re.fullmatch(r"[\d\s.e+*/()-]*", text.replace("math.sqrt", "").replace("math.exp", "")), text
    return eval(text, {"math": math})


def sides(text: str) -> list[float]:
    """What the sides of an equation are, those in words left out."""
    return [read(side) for side in text.split(" = ") if not re.search("Σ|[A-DF-Zf-wyz]{2}_?[a-z]*\\(", side)]


def agree(text: str, result: float, rough: float = 1e-6) -> None:
    """All numbers are written with four digits."""
    found = sides(text)
    assert len(found) > 1
    assert found == pytest.approx([result] * len(found), rel=2e-3, abs=rough)


@given(st.lists(NUMBERS, min_size=4, max_size=4), st.lists(NUMBERS, min_size=4, max_size=4), st.none() | NUMBERS)
@settings(max_examples=50, deadline=None)
def test_a_sum_of_products_is_written_with_its_bias(inputs, weights, bias):
    rough = 1e-3 * (sum(abs(a * b) for a, b in zip(inputs, weights)) + abs(bias or 0)) + 1e-6
    result = math.fsum(a * b for a, b in zip(inputs, weights)) + (bias or 0)
    for shape in ((1, 1, 4), (2, 2, 1), (2, 1, 2)):
        cells = patch(np.reshape(inputs, shape))
        step = WeightedSum(cells.values, np.reshape(weights, shape).astype(np.float32), bias, cells)
        agree(words(step), result, rough)
        assert ("(bias)" in words(step)) == (bias is not None)


def test_of_many_maps_those_that_weigh_most_are_drawn_and_the_rest_is_one_number():
    values = np.ones((2, 2, 9), np.float32)
    weights = np.broadcast_to(np.array([1, -9, 2, 8, -7, 3, 6, 5, -4], np.float32), (2, 2, 9))
    cells = patch(values, channels=range(10, 19))
    (part,) = parts(SimpleNamespace(steps=[WeightedSum(values, weights, 0.5, cells)]))
    assert part.words == "− 36 + 32 − 28 + 24 + 20 − 16 + 24 + 0.5 (bias) = **20.5**"
    assert re.findall(r"map (\d+)</span>", part.html) == ["12", "14", "15", "17", "18", "19"]
    assert re.findall(r"Σ (−?\d+)<", part.html) == ["−36", "32", "−28", "24", "20", "−16"]
    assert "3 other maps together: 24." in part.html


def test_of_a_long_sum_the_largest_terms_are_listed_and_the_rest_is_one_number():
    inputs, weights = np.arange(1, 12, dtype=np.float32), np.array([9, -8, 7, 6, -5, 4, 3, 2, 1, 0, 0], np.float32)
    cells = patch(inputs.reshape(1, 1, -1), shape=(11,))
    (part,) = parts(SimpleNamespace(steps=[WeightedSum(cells.values, weights.reshape(1, 1, -1), None, cells)]))
    lines = [re.findall(r"<td>(.*?)</td>", line) for line in re.findall(r"<tr>(.*?)</tr>", part.html)]
    for name, product, value in lines[:-1]:
        number = int(name.removeprefix("unit "))
        assert product == f"{number} × {weights[number - 1]:g}".replace("-", "−")
        assert float(value.replace("−", "-")) == number * weights[number - 1]
    sizes = [abs(float(line[2].replace("−", "-"))) for line in lines[:-1]]
    assert len(lines) == 9 and sizes == sorted(sizes, reverse=True)
    assert lines[-1] == ["the other 3", "", "9"]


@given(NUMBERS, NUMBERS, st.floats(0.01, 50), st.none() | NUMBERS, st.none() | NUMBERS)
@settings(max_examples=50, deadline=None)
def test_a_normalisation_is_written_with_what_it_subtracts_divides_by_and_adds(x, mean, variance, gamma, beta):
    step = Normalized(x, mean, variance, 0.001, gamma, beta, None)
    rough = 1e-3 * (abs(x) + abs(mean) + 1) / math.sqrt(variance) * max(abs(gamma or 1), 1) + 1e-3 * abs(beta or 0)
    expected = (x - mean) / math.sqrt(variance + 0.001) * (1 if gamma is None else gamma) + (beta or 0)
    agree(words(step), expected, rough)


@given(st.lists(st.floats(-9, 9), min_size=2, max_size=12), st.data())
@settings(max_examples=40, deadline=None)
def test_a_share_of_softmax_is_written_with_the_sum_of_all(arguments, data):
    channel = data.draw(st.integers(0, len(arguments) - 1))
    (part,) = parts(SimpleNamespace(steps=[Softmax(np.array(arguments), channel)]))
    share = math.exp(arguments[channel]) / math.fsum(map(math.exp, arguments))
    agree(part.words, share, 1e-6)
    power = part.words.split(" / ")[0]
    lines = [re.findall(r"<td>(.*?)</td>", line) for line in re.findall(r"<tr>(.*?)</tr>", part.html)]
    assert [line[0] for line in lines] == [f"{'▸ ' if n == channel else ''}unit {n + 1}" for n in range(len(lines))]
    assert lines[channel][1] == power and len(lines) == len(arguments)
    for (_, made, value), x in zip(lines, arguments):
        assert (
            read(made)
            == pytest.approx(read(value), rel=1e-2)
            == pytest.approx(math.exp(x - max(arguments)), rel=1e-2)
        )


@pytest.mark.parametrize("name", FUNCTIONS)
def test_an_activation_is_written_with_its_name_its_number_and_its_value(name):
    step = Function(name, -0.75)
    (part,) = parts(SimpleNamespace(steps=[step]))
    assert part.words == f"{name}(−0.75) = **{step.result:.4g}**".replace("**-", "**−")
    assert part.title == f"Activation: {name}"
    (sloped,) = parts(SimpleNamespace(steps=[Function("leaky_relu", -2.0, 0.25)]))
    assert sloped.title == "Activation: leaky_relu with slope 0.25" and sloped.words == "leaky_relu(−2) = **−0.5**"


def test_a_mean_does_not_divide_by_what_is_padding():
    padding = np.array([[True, True, True], [False, False, False]])
    step = Mean(patch([[[0], [0], [0]], [[1], [2], [6]]], padding=padding))
    (part,) = parts(SimpleNamespace(steps=[step]))
    assert part.words == "9 / 3 = **3**" and part.title == "The mean of 3 numbers"


def test_the_largest_is_found_in_its_row_and_its_column():
    step = Maximum(patch([[[1], [2], [9]], [[3], [4], [5]]]))
    (part,) = parts(SimpleNamespace(steps=[step]))
    assert part.words == "The largest is in row 1, column 3 of the window: **9**"
    (ringed,) = re.findall(r'outline:[^"]*" title="([^"]*)"', part.html)
    assert ringed == "9"


def test_sums_of_branches_and_copies_name_where_they_come_from():
    ends = [patch([[[x]]], path=(0, n, 0)) for n, x in enumerate((-1.5, 2.0, -0.25))]
    assert words(Added(tuple(ends))) == "− 1.5 + 2 − 0.25 = **0.25**"
    assert words(Added(tuple(ends[1:]))) == "2 − 0.25 = **1.75**"
    assert words(Copied(ends[2], 2)) == "**−0.25**. It comes from branch 3."
    assert words(Copied(ends[0])) == "**−1.5**."
    titles = [
        parts(SimpleNamespace(steps=[Copied(patch([[[0]]], padding=np.array([[is_out]])))]))[0].title
        for is_out in (True, False)
    ]
    assert titles == ["Padding: a zero", "Taken as it is"]


def test_each_map_of_a_depthwise_step_has_its_own_kernel_and_sum():
    cells = patch(np.arange(8).reshape(2, 2, 2), channels=[3, 4])
    weights = np.ones((2, 2, 2, 2), np.float32) * np.array([[1, 10], [100, 1000]], np.float32)
    (part,) = parts(SimpleNamespace(steps=[DepthwiseSums(cells, weights)]))
    assert part.words == "4 numbers, one for each map"
    assert re.findall(r'name">map (\d)</span>', part.html) == ["4", "4", "5", "5"]
    assert re.findall(r"Σ ([\de+.]+)<", part.html) == ["12", "120", "1600", "1.6e+04"]


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (-0.001, "0"), (0.25, ".25"), (-0.25, "−.25"), (1.0, "1.00"), (9.99, "9.99"), (10.4, "10"), (-12.6, "−13")],
)  # fmt: skip
def test_a_cell_has_as_many_digits_as_fit(value, text):
    html = number_grid(np.array([[value]]), signed_scale(np.array([value])), "cell")
    assert re.findall(r">([^<]*)</td>", html) == [text]


@pytest.mark.parametrize(("cells", "written"), [(MOST_CELLS, True), (MOST_CELLS + 1, False)])
def test_numbers_are_written_in_as_many_cells_as_can_be_read(cells, written):
    html = number_grid(np.full((1, cells), 0.5), INK_SCALE, "cells")
    assert (html.count(">.50</td>") == cells) is written and ("numbers" in html) is written


def test_a_padded_cell_is_hatched_and_a_zero():
    html = number_grid(np.array([[0.0, 0.5]]), INK_SCALE, "cells", np.array([[True, False]]))
    first, second = re.findall(r"<td style=\"(.*?)</td>", html)
    assert "repeating-linear-gradient" in first and first.endswith(">0")
    assert "repeating-linear-gradient" not in second and second.endswith(">.50")


def test_what_weighs_most_is_named_with_its_place_its_number_and_its_layer():
    values = np.array([[[3, 1], [2, 2]], [[9, 0], [5, 1]]], np.float32)
    weights = np.array([[[-4, 1], [1, 1]], [[1, 9], [2, 1]]], np.float32)
    cells = patch(values, top=2, left=5, channels=[7, 8])
    found = strongest_terms(SimpleNamespace(steps=[WeightedSum(values, weights, None, cells)], sources=(cells,)))
    assert [(term.index, term.words) for term in found] == [
        ((2, 5, 7), "map 8, row 3, column 6: 3"),
        ((3, 6, 7), "map 8, row 4, column 7: 5"),
        ((3, 5, 7), "map 8, row 4, column 6: 9"),
    ]
    largest = strongest_terms(SimpleNamespace(steps=[Maximum(patch([[[1], [2]], [[7], [3]]]))], sources=()), most=1)
    assert [term.index for term in largest] == [(1, 0, 0)]


def test_a_table_has_a_line_for_each_number_that_is_read_with_its_own_weight():
    cells = patch(np.arange(6).reshape(2, 3, 1), top=-1, left=4, channels=[2])
    weights = np.arange(10, 16, dtype=np.float32).reshape(2, 3, 1)
    *lines, last = table(SimpleNamespace(steps=[WeightedSum(cells.values, weights, 1.0, cells)]))
    assert [(line["map"], line["row"], line["column"]) for line in lines] == [
        (3, row, column) for row in (0, 1) for column in (5, 6, 7)
    ]
    assert [(line["number"], line["weight"], line["product"]) for line in lines] == [
        (n, n + 10, n * (n + 10)) for n in range(6)
    ]
    assert last["number"] == sum(n * (n + 10) for n in range(6)) + 1


def test_headings_name_the_layer_and_the_place_counted_from_one():
    network = Network((9, 9, 1), (Branches(((Conv2D(4, 1),), ()), "add"), Branches(((), ())), Flatten()))
    assert (
        heading(network, SimpleNamespace(path=(0, 0, 0), index=(3, 4, 1)))
        == "Layer 1.1.1 · Conv2D, map 2, row 4, column 5"
    )
    assert heading(network, SimpleNamespace(path=(2,), index=(6,))) == "Layer 3 · Flatten, unit 7"
    assert heading(network, SimpleNamespace(path=(), index=(0, 1, 0))) == "The image, map 1, row 1, column 2"
    assert [source_words(network, path) for path in ((0,), (1,))] == [
        "Layer 1 · sum of branches",
        "Layer 2 · branches side by side",
    ]
