"""The layer of the sandbox against Keras: the line that the page shows, run with the page's kernels."""

import keras
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from core.learn.convolution import CannotConvolve
from core.learn.convolution_layer import MOST_SIDE, ConvolutionLayer, keras_code


@st.composite
def layers(draw):
    groups = draw(st.integers(1, 3))
    layer = ConvolutionLayer(
        n=draw(st.integers(1, 12)),
        inputs=groups * draw(st.integers(1, 3 // groups)),
        outputs=groups * draw(st.integers(1, 4 // groups)),
        kernel=draw(st.integers(1, 5)),
        stride=draw(st.integers(1, 4)),
        dilation=draw(st.integers(1, 3)),
        padding=draw(st.sampled_from(["valid", "same", 0, 1, 2, 3])),
        groups=groups,
        bias=draw(st.booleans()),
        flip=draw(st.booleans()),
        backwards=draw(st.booleans()),
    )
    try:
        layer.check()
    except CannotConvolve:
        assume(False)
    return layer


def numbers(layer: ConvolutionLayer, seed: int = 1) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    chance = np.random.default_rng(seed)
    image = chance.integers(-9, 10, (layer.inputs, layer.n, layer.n)).astype(float)
    kernels = chance.integers(-9, 10, (layer.outputs, layer.per_group, layer.kernel, layer.kernel)).astype(float)
    return image, kernels, chance.integers(-9, 10, layer.outputs).astype(float)


def by_keras(layer: ConvolutionLayer, image: np.ndarray, kernels: np.ndarray, biases: np.ndarray) -> np.ndarray:
    """What the line of Keras makes of the same numbers, (outputs, m, m); its parameters are counted on the way."""
    built = eval(keras_code(layer.keras), {"keras": keras})
    model = built if isinstance(built, keras.Sequential) else keras.Sequential([built])
    model.build((None, layer.n, layer.n, layer.inputs))
    if layer.flip and not layer.backwards:
        kernels = kernels[..., ::-1, ::-1]
    weights = kernels.transpose((2, 3, 0, 1) if layer.backwards else (2, 3, 1, 0))
    assert model.count_params() == layer.parameters.value
    model.set_weights([weights, biases] if layer.bias else [weights])
    return np.asarray(model(image.transpose(1, 2, 0)[None].astype(np.float32)))[0].transpose(2, 0, 1)


@settings(max_examples=60, deadline=None)
@given(layers(), st.integers(0, 99))
def test_the_line_of_keras_gives_the_same_output_and_counts_the_same_parameters(layer, seed):
    assume(layer.keras)
    given_ = numbers(layer, seed)
    found = layer.output(*given_)
    assert found.shape == (layer.outputs, layer.size, layer.size)
    np.testing.assert_allclose(by_keras(layer, *given_), found, atol=1e-3)


@given(layers())
def test_every_formula_with_its_numbers_gives_its_value(layer):
    for formula in (layer.size_formula, layer.parameters, layer.products):
        text = formula.numbers.replace("·", "*").replace("−", "-").replace("⌊(", "int((").replace("⌋", ")")
        text = text.replace("⌈", "-int(-(").replace("⌉", "))") if "⌈" in text else text
        if text.startswith("-int"):
            n, s = layer.n, layer.stride
            assert formula.value == -(-n // s) and formula.numbers == f"⌈{n} / {s}⌉"
        else:
            assert eval(text) == formula.value, formula
    side = layer.n if layer.backwards else layer.size
    assert layer.products.value == side**2 * (layer.parameters.value - layer.outputs * layer.bias)


def test_formulas_name_only_what_is_there():
    layer = ConvolutionLayer(6)
    assert layer.size_formula[:2] == ("m = ⌊(n − k) / s⌋ + 1", "⌊(6 − 3) / 1⌋ + 1")
    assert layer.parameters == ("k·k·c_in·c_out + c_out", "3·3·1·1 + 1", 10)
    layer = ConvolutionLayer(9, 2, 4, 3, 2, 2, 1, groups=2, bias=False)
    assert layer.size_formula == ("m = ⌊(n + 2p − d·(k − 1) − 1) / s⌋ + 1", "⌊(9 + 2·1 − 2·(3 − 1) − 1) / 2⌋ + 1", 4)
    assert layer.parameters == ("k·k·c_in/g·c_out", "3·3·2/2·4", 36)
    assert layer.products == ("m·m·c_out·k·k·c_in/g", "4·4·4·3·3·2/2", 576)
    layer = ConvolutionLayer(4, kernel=3, stride=2, padding=1, backwards=True)
    assert layer.size_formula == ("m = (n − 1)·s + k − 2p", "(4 − 1)·2 + 3 − 2·1", 7)


def test_a_1_by_1_layer_is_the_dense_layer_that_it_is_called():
    layer = ConvolutionLayer(4, 3, 2, 1)
    image, kernels, biases = numbers(layer)
    assert layer.is_dense and not any(
        ConvolutionLayer(6, 2, 2, **more).is_dense
        for more in (
            {"kernel": 2},
            {"kernel": 1, "stride": 2},
            {"kernel": 1, "groups": 2},
            {"kernel": 1, "padding": 1},
        )
    )
    dense = keras.layers.Dense(2)
    dense.build((None, 3))
    dense.set_weights([kernels[:, :, 0, 0].T, biases])
    expected = np.asarray(dense(image.transpose(1, 2, 0)[None].astype(np.float32)))[0].transpose(2, 0, 1)
    np.testing.assert_allclose(layer.output(image, kernels, biases), expected, atol=1e-4)


@pytest.mark.parametrize("more, words", [
    ({"n": 2}, "A kernel of 3×3 does not fit into 2×2 cells"),
    ({"n": 6, "inputs": 3, "groups": 2}, "cannot be parted into 2 groups"),
    ({"n": 1, "padding": 2, "backwards": True}, "cuts off the whole output"),
    ({"n": 12, "stride": 3, "backwards": True}, f"would have 36×36 numbers; up to {MOST_SIDE}×{MOST_SIDE} are drawn"),
])  # fmt: skip
def test_what_does_not_work_is_said(more, words):
    with pytest.raises(CannotConvolve, match=words):
        ConvolutionLayer(**more).check()
    assert ConvolutionLayer(4, stride=2, dilation=2, backwards=True).keras == ()
