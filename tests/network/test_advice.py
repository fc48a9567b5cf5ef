"""Advice names the rule that is broken, and is silent where none is."""

from pathlib import Path

import pytest

from core.network import (
    LENET5,
    PRESETS,
    Activation,
    BatchNormalization,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Flatten,
    GlobalAveragePooling2D,
    MaxPooling2D,
    Network,
    from_json,
    inception_block,
    residual_block,
    trace,
)
from core.network.advice import advice

CASES = Path(__file__).with_name("cases")


def given(*layers) -> str:
    network = Network((28, 28, 1), layers)
    return " ".join(one.sentence for one in advice(network, trace(network)))


def test_a_network_by_the_rules_gets_none():
    for name in ("C2", "C3", "C4"):
        assert advice(PRESETS[name].network, trace(PRESETS[name].network)) == []


def test_lenets_view_is_smaller_than_a_digit():
    sentences = [one.sentence for one in advice(LENET5, trace(LENET5))]
    assert any("sees 16×16 pixels" in sentence for sentence in sentences)
    assert any("Layer 6 holds 78 % of all parameters" in sentence for sentence in sentences)
    assert any("Layer 4 pools to 5×5 with no convolution after it" in sentence for sentence in sentences)


def test_the_view_is_that_of_the_last_map_on_the_way_to_the_output():
    """Not of a shortcut that stands beside it: Small ResNet's last join sees 25×25, its last skip 13×13."""
    network = PRESETS["ResNet"].network
    assert trace(network).last_map.receptive_field.size == (25, 25)
    assert not any("of the last map" in one.sentence for one in advice(network, trace(network)))


def test_a_network_without_convolution_has_no_last_map():
    assert trace(PRESETS["A1"].network).last_map is None
    assert trace(PRESETS["A3"].network).last_map is None  # its dropout passes the image on


def test_the_size_of_digits_is_no_measure_for_other_images():
    network = Network((128, 128, 3), (Conv2D(4, 3, activation="relu"),))
    assert advice(network, trace(network)) == []


def test_convolution_that_widens_no_view_is_named():
    wide = (Conv2D(4, 15, padding="same", activation="relu"), Conv2D(4, 15, padding="same", activation="relu"))
    last = (Flatten(), Dense(10, "softmax"))
    assert "Layer 3 widens no view" in given(*wide, Conv2D(4, 3, activation="relu"), *last)
    assert "widens no view" not in given(*wide, Conv2D(4, 1, activation="relu"), *last)
    assert "widens no view" not in given(*wide, *last)


def test_two_linear_layers_in_a_row_are_named():
    last = (Flatten(), Dense(10, "softmax"))
    assert "Between layers 1 and 2 no non-linearity is applied" in given(
        Conv2D(4, 3), Conv2D(4, 3, activation="relu"), *last
    )
    assert "no non-linearity" not in given(Conv2D(4, 3), BatchNormalization(), Activation("relu"), Conv2D(4, 3, activation="relu"), *last)  # fmt: skip
    assert "no non-linearity" not in given(Conv2D(4, 3), MaxPooling2D(), *last)


def _advised(network):
    return {one.sentence: one for one in advice(network, trace(network))}


def test_weights_that_begin_alike_are_named_and_can_begin_at_random():
    network = from_json((CASES / "all-weights-zero.json").read_text("utf-8"))
    (sentence,) = [words for words in _advised(network) if "begin as zeros" in words]
    assert sentence.startswith("All weights of layer 1 ")
    cured = _advised(network)[sentence].cured
    assert [layer.kernel_initializer for layer in cured.layers if layer.kernel_weights] == ["glorot_uniform"] * 2
    assert not any("begin as" in words for words in _advised(cured))


def test_an_end_that_begins_at_zero_is_no_fault():
    last = Dense(10, "softmax", kernel_initializer="zeros")
    assert "begin as" not in given(Conv2D(4, 3, activation="relu"), Flatten(), last)
    ones = Conv2D(4, 3, activation="relu", kernel_initializer="ones")
    assert "All weights of layer 1 begin as ones" in given(ones, Flatten(), Dense(10, "softmax"))
    single = Conv2D(1, 3, activation="relu", kernel_initializer="ones")  # one output has none to be alike
    assert "begin as" not in given(single, Flatten(), Dense(10, "softmax"))


def test_softmax_and_sigmoid_in_the_middle_are_named_and_give_way_to_relu():
    last = (Flatten(), Dense(10, "softmax"))
    for name in ("softmax", "sigmoid"):
        for layers in ((Conv2D(4, 3, activation=name),), (Conv2D(4, 3), Activation(name))):
            network = Network((28, 28, 1), (*layers, *last))
            sentence = f"Layer {len(layers)} has {name} in the middle of the network."
            cured = _advised(network)[sentence].cured
            assert cured.layers[len(layers) - 1].activation == "relu"
            assert not any("in the middle" in words for words in _advised(cured))
    assert "in the middle" not in given(Conv2D(4, 3, activation="tanh"), *last)
    assert "in the middle" not in given(*last)


def test_a_network_that_cannot_work_gets_none():
    assert given(Conv2D(4, 3), Flatten(), Conv2D(4, 3)) == ""
    assert given() == ""


def test_each_says_why_and_who_says_so():
    for preset in PRESETS.values():
        for one in advice(preset.network, trace(preset.network)):
            assert len(one.sentence) < 130 and one.why and one.source


def test_blocks_fit_where_they_are_put():
    network = Network((28, 28, 12), (residual_block(12), inception_block(12)))
    assert trace(network).problems == ()
    assert [row.output_shape for row in trace(network).rows if len(row.path) == 1] == [(28, 28, 12), (28, 28, 36)]


def test_a_view_is_too_small_for_a_digit_below_twenty_pixels():
    too_small = "One unit of the last map sees 19×19 pixels; a digit is up to 20×20 large."
    assert too_small in given(Conv2D(2, 15, activation="relu"), Conv2D(2, 5, activation="relu"), Flatten())
    assert "of the last map sees" not in given(
        Conv2D(2, 15, activation="relu"), Conv2D(2, 6, activation="relu"), Flatten()
    )


@pytest.mark.parametrize(
    ("layers", "held"),
    [
        ((Flatten(), Dense(25, "relu"), Dense(10, "softmax")), False),  # 19,625 parameters
        ((Flatten(), Dense(26, "relu"), Dense(10, "softmax")), True),  # 20,410
        ((Flatten(), Dense(30, "relu"), Dense(400, "relu"), Dense(10, "softmax")), False),  # 23,550 of 39,960
        ((Flatten(), Dense(30, "relu"), Dense(150, "relu"), Dense(10, "softmax")), True),  # 23,550 of 29,710
        ((Flatten(), Dense(30, "relu"), Dense(300, "relu"), Dense(10, "softmax")), False),  # 23,550 of 35,860
        (
            (Conv2D(400, 8, activation="relu"), GlobalAveragePooling2D(), Dense(10, "softmax")),
            False,
        ),  # no Dense layer
    ],
)
def test_a_dense_layer_is_heavy_from_20_000_parameters_and_seven_tenths_on(layers, held):
    assert ("of all parameters" in given(*layers)) is held


@pytest.mark.parametrize(("kernel", "named"), [((1, 1), False), ((1, 3), True), ((3, 1), True)])
def test_a_convolution_that_looks_around_along_one_side_widens_no_view_either(kernel, named):
    wide = (Conv2D(4, 15, padding="same", activation="relu"),) * 2
    said = given(*wide, Conv2D(4, kernel, activation="relu"), Flatten(), Dense(10, "softmax"))
    assert ("Layer 3 widens no view" in said) is named


def test_only_pooling_after_the_last_convolution_is_late():
    last = (Flatten(), Dense(10, "softmax"))
    convolution = Conv2D(4, 5, activation="relu")
    assert "pools to" not in given(convolution, MaxPooling2D(), convolution, *last)
    assert "pools to" not in given(MaxPooling2D(), *last)
    said = given(convolution, MaxPooling2D(), convolution, MaxPooling2D((2, 4)), *last)
    assert "Layer 4 pools to 4×2 with no convolution after it." in said


def test_a_depthwise_convolution_needs_no_activation_before_the_one_that_mixes():
    pair = DepthwiseConv2D(3), Conv2D(4, 1, activation="relu")
    assert "no non-linearity" not in given(Conv2D(4, 3, activation="relu"), *pair, Flatten(), Dense(10, "softmax"))


@pytest.mark.parametrize(("name", "other"), [("softmax", "sigmoid"), ("sigmoid", "softmax")])
def test_the_reason_is_about_the_activation_that_is_named(name, other):
    network = Network((28, 28, 1), (Conv2D(4, 3, activation=name), Flatten(), Dense(10, "softmax")))
    (found,) = [one for one in advice(network, trace(network)) if "in the middle" in one.sentence]
    assert name in found.why.lower() and other not in found.why.lower()
