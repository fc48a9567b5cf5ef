"""The Cost page: what each layer costs, the picture that moves, and a kernel that does not fit."""

import re
from xml.etree import ElementTree

import pytest

from core.learn.cost import Between
from core.ui.pages.cost.state import EXAMPLES
from core.views.cost import cost_chart, times, torch_light
from tests.pages.conftest import button, opened, words


def number(app, label):
    return next(one for one in app.number_input if one.label == label)


def test_the_torch_light_is_there_from_the_first_visit_with_its_products_and_prices(app):
    opened(app, "cost")
    assert not app.exception
    said = words(app)
    assert "5·5·3 = 75 products make the number in row 15, column 15 of 28×28" in said
    assert "k·k·c₁·c₂ + c₂ = 5·5·3·1 + 1 = **76**" in said
    assert "h₁·w₁·c₁·h₂·w₂·c₂ + h₂·w₂·c₂ = 32·32·3·28·28·1 + 28·28·1 = **2,409,232**" in said
    assert "A separable one saves nothing here" in said


def test_another_shape_is_priced_at_once_and_stays_on_another_visit(app):
    opened(app, "cost")
    number(app, "Filters c₂").set_value(16).run()
    assert "5·5·3·16 + 16 = **1,216**" in words(app)
    opened(app, "pooling")
    opened(app, "cost")
    assert number(app, "Filters c₂").value == 16 and "**1,216**" in words(app)
    button(app, EXAMPLES["torch"].words).click().run()
    assert number(app, "Filters c₂").value == 1 and "**76**" in words(app)


def test_the_torch_moves_and_stays_within_a_smaller_output(app):
    opened(app, "cost")
    app.slider[0].set_value(784).run()
    assert "row 28, column 28 of 28×28" in words(app)
    number(app, "Kernel k").set_value(11).run()
    assert not app.exception and "row 22, column 22 of 22×22" in words(app)


def test_a_kernel_that_does_not_fit_gets_a_sentence_and_same_mends_it(app):
    opened(app, "cost")
    number(app, "Input side h₁ = w₁").set_value(4).run()
    assert "does not fit into 4×4 pixels" in words(app) and not app.exception
    app.button_group[0].set_value("same").run()
    assert "does not fit" not in words(app) and "of 4×4" in words(app)


@pytest.mark.parametrize("between", [one.between for one in EXAMPLES.values()] + [Between(1, 1, 1, 1), Between(224, 512, 512, 11, 8, "same")])  # fmt: skip
def test_the_picture_is_drawn_for_every_shape_and_each_price_lies_on_its_axis(between):
    root = ElementTree.fromstring(torch_light(between, 0))
    assert "NaN" not in ElementTree.tostring(root, "unicode")
    for quantity in ("parameters", "macs"):
        chart = cost_chart(between.costs(), quantity)
        low, high = chart["layer"][0]["encoding"]["x"]["scale"]["domain"]
        assert all(low <= row["value"] < high for row in chart["datasets"]["costs"])


def test_factors_are_written_so_that_they_can_be_told_from_one():
    assert [times(*pair) for pair in ((79, 76), (76, 76), (1, 8), (31_700, 1))] == ["1.04×", "1×", "0.12×", "31,700×"]


def test_the_light_lies_where_the_convolution_reads():
    between = Between(6, 1, 1, 3, 2)
    rectangles = re.findall(
        r'<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)"[^>]*fill-opacity', torch_light(between, 3)
    )
    cell = 210 / 6
    assert [float(one) for one in rectangles[0]] == [2 * cell, 2 * cell, 3 * cell]  # row 1, column 1 of 2×2, stride 2
