"""What layers between two shapes cost: Keras counts parameters, and a convolution by hand counts the products."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.learn.cost import Between
from core.network.layers import CannotWork


@st.composite
def shapes(draw):
    kernel = draw(st.integers(1, 5))
    return Between(
        draw(st.integers(kernel, 9)),
        draw(st.integers(1, 4)),
        draw(st.integers(1, 5)),
        kernel,
        draw(st.integers(1, 3)),
        draw(st.sampled_from(["valid", "same"])),
    )


def in_python(numbers: str) -> int:
    """What a formula with its numbers put in comes to."""
    return eval(numbers.replace("·", "*"), {"__builtins__": {}})


def products_by_hand(between: Between) -> int:
    """Each number of the output, one after the other."""
    pad = 2 * between.kernel if between.padding == "same" else 0
    count = 0
    rows, columns, filters = between.output
    image = np.ones((between.side + 2 * pad,) * 2)
    for row in range(rows):
        for column in range(columns):
            box = between.window(row, column)
            cut = image[box.top + pad : box.bottom + pad, box.left + pad : box.right + pad]
            assert cut.shape == (between.kernel, between.kernel)
            count += cut.size * between.inputs * filters
    return count


@settings(max_examples=40, deadline=None)
@given(shapes())
def test_formulas_with_their_numbers_are_the_counts(between):
    for cost in between.costs():
        assert in_python(cost.parameters.numbers) == cost.parameters.value
        assert in_python(cost.macs.numbers) == cost.macs.value
    dense, convolution, separable = between.costs()
    assert convolution.macs.value == products_by_hand(between)
    outputs = int(np.prod(between.output))
    assert dense.macs.value == outputs * between.side**2 * between.inputs
    share = separable.macs.value / convolution.macs.value
    assert share == pytest.approx(1 / between.filters + 1 / between.kernel**2)


@settings(max_examples=8, deadline=None)
@given(shapes())
def test_keras_counts_the_same_parameters_and_gives_the_same_shape(between):
    import keras

    for cost in between.costs():
        layers = [eval(line, {"keras": keras}) for line in cost.keras.splitlines()]
        model = keras.Sequential([keras.Input(between.shape), *layers])
        assert model.count_params() == cost.parameters.value
        assert int(np.prod(model.output_shape[1:])) == int(np.prod(between.output))


def test_the_torch_light_of_the_literature():
    between = Between(32, 3, 1, 5)
    assert between.output == (28, 28, 1) and between.products == 75
    dense, convolution, _ = between.costs()
    assert convolution.parameters.value == 76 and convolution.macs.value == 58_800
    assert dense.parameters.value == 32 * 32 * 3 * 784 + 784


def test_a_kernel_that_is_larger_than_the_input_cannot_work():
    with pytest.raises(CannotWork):
        Between(4, 1, 1, 5).costs()
    assert Between(4, 1, 1, 5, padding="same").output == (4, 4, 1)
