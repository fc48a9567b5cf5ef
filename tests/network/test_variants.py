"""Variants of whole networks: what is changed, what stays, and that they work."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.network import (
    LENET5,
    PRESETS,
    Activation,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GaussianDropout,
    GlobalAveragePooling2D,
    MaxPooling2D,
    Network,
    SpatialDropout2D,
    residual_block,
    trace,
)
from core.network.variants import (
    NoVariant,
    with_batch_normalisation,
    with_dropout,
    with_l2,
    with_parameters,
    with_spatial_dropout,
    with_width,
)
from tests.strategies import networks

EDITS = {
    "L2": with_l2,
    "dropout": with_dropout,
    "spatial dropout": with_spatial_dropout,
    "batch normalisation": with_batch_normalisation,
    "half the width": lambda network: with_width(network, 0.5),
    "80,000 parameters": lambda network: with_parameters(network, 80_000),
}
DENSE = Network((28, 28, 1), (Flatten(), Dense(32, "relu"), Dense(10, "softmax")))


def kinds(network):
    return [type(layer).__name__ for layer in network.layers]


def test_every_kernel_of_lenet_gets_the_penalty_and_nothing_else_changes():
    changed = with_l2(LENET5, 0.01)
    for before, after in zip(LENET5.layers, changed.layers):
        if isinstance(before, (Conv2D, Dense)):
            assert after == before.replaced(kernel_regularizer=(0.0, 0.01))
        else:
            assert after == before


def test_an_l1_penalty_stays_beside_the_l2():
    network = Network((28, 28, 1), (Flatten(), Dense(10, "softmax", kernel_regularizer=(0.5, 0.0))))
    assert with_l2(network, 0.1).layers[1].kernel_regularizer == (0.5, 0.1)


def test_dropout_comes_before_each_dense_layer_of_lenet():
    changed = with_dropout(LENET5, 0.4)
    assert kinds(changed)[4:] == ["Flatten", "Dropout", "Dense", "Dropout", "Dense", "Dropout", "Dense"]
    assert {layer.rate for layer in changed.layers if isinstance(layer, Dropout)} == {0.4}
    assert [layer for layer in changed.layers if not isinstance(layer, Dropout)] == list(LENET5.layers)


def test_the_image_itself_is_not_dropped():
    assert kinds(with_dropout(DENSE)) == ["Flatten", "Dense", "Dropout", "Dense"]
    with pytest.raises(NoVariant, match="no place"):
        with_dropout(Network((28, 28, 1), (Flatten(), Dense(10, "softmax"))))


def test_dropout_that_is_there_stays_alone():
    assert kinds(with_dropout(PRESETS["A4b"].network)).count("Dropout") == 3
    once = with_dropout(DENSE)
    with pytest.raises(NoVariant, match="there already"):
        with_dropout(once)


def test_a_network_that_ends_with_a_convolution_gets_dropout_before_it():
    changed = with_dropout(PRESETS["C2"].network)
    assert kinds(changed)[-4:] == ["Dropout", "Conv2D", "Flatten", "Activation"]
    assert kinds(changed).count("Dropout") == 1


def test_gaussian_dropout_takes_the_same_places():
    plain, gaussian = with_dropout(LENET5), with_dropout(LENET5, kind=GaussianDropout)
    assert kinds(gaussian) == [name.replace("Dropout", "GaussianDropout") for name in kinds(plain)]


def test_whole_maps_are_dropped_behind_normalisation_and_activation():
    network = Network(
        (28, 28, 1),
        (
            Conv2D(4, 3, use_bias=False), BatchNormalization(), Activation("relu"), MaxPooling2D(),
            Conv2D(8, 3, activation="relu"), GlobalAveragePooling2D(), Dense(10, "softmax"),
        ),
    )  # fmt: skip
    assert kinds(with_spatial_dropout(network)) == [
        "Conv2D", "BatchNormalization", "Activation", "SpatialDropout2D", "MaxPooling2D",
        "Conv2D", "SpatialDropout2D", "GlobalAveragePooling2D", "Dense",
    ]  # fmt: skip
    with pytest.raises(NoVariant, match="no map"):
        with_spatial_dropout(DENSE)
    with pytest.raises(NoVariant, match="no map"):
        with_spatial_dropout(with_spatial_dropout(network))


def test_the_maps_that_are_the_answer_are_not_dropped():
    changed = with_spatial_dropout(PRESETS["C2"].network)
    assert kinds(changed)[-3:] == ["Conv2D", "Flatten", "Activation"]
    assert sum(isinstance(layer, SpatialDropout2D) for layer in changed.layers) == 8


def test_normalisation_comes_between_a_layer_and_its_activation():
    changed = with_batch_normalisation(LENET5)
    assert kinds(changed)[:3] == ["Conv2D", "BatchNormalization", "Activation"]
    assert changed.layers[0] == LENET5.layers[0].replaced(activation="linear", use_bias=False)
    assert kinds(changed).count("BatchNormalization") == 4 and changed.layers[-1] == LENET5.layers[-1]
    with pytest.raises(NoVariant, match="normalised already"):
        with_batch_normalisation(PRESETS["C5"].network)


def test_half_the_width_keeps_the_answer():
    changed = with_width(LENET5, 0.5)
    assert [getattr(layer, "filters", getattr(layer, "units", None)) for layer in changed.layers] == [
        3, None, 8, None, None, 60, 42, 10,
    ]  # fmt: skip
    with pytest.raises(NoVariant, match="another width"):
        with_width(Network((28, 28, 1), (Flatten(), Dense(10, "softmax"))), 0.5)


def test_blocks_with_skips_stay_as_wide_as_their_skips():
    network = Network(
        (28, 28, 1), (Conv2D(16, 3), residual_block(16), GlobalAveragePooling2D(), Dense(10, "softmax"))
    )
    changed = with_width(network, 0.5)
    assert changed.at((1, 0, 0)).filters == 8 and not trace(changed, 10).problems


def test_a_skip_from_the_image_itself_cannot_become_narrower():
    network = Network((28, 28, 4), (residual_block(4), GlobalAveragePooling2D(), Dense(10, "softmax")))
    with pytest.raises(NoVariant, match="no longer fit"):
        with_width(network, 0.5)


@pytest.mark.parametrize("key", ["A1", "A2", "E2", "C5", "VGG", "ResNet", "MobileNet"])
@pytest.mark.parametrize("parameters", [20_000, 81_000, 400_000])
def test_a_network_is_made_as_large_as_was_asked_as_far_as_whole_units_allow(key, parameters):
    changed = with_parameters(PRESETS[key].network, parameters)
    assert not trace(changed, 10).problems
    assert trace(changed).parameters == pytest.approx(parameters, rel=0.12)


def test_a_network_without_anything_learned_has_no_variants():
    nothing = Network((28, 28, 1), (MaxPooling2D(), Flatten()))
    for name, edit in EDITS.items():
        with pytest.raises(NoVariant) as problem:
            edit(nothing)
        assert str(problem.value).endswith("."), name


@pytest.mark.parametrize("name", EDITS)
@given(network=networks(), data=st.data())
def test_what_comes_out_works_and_answers_in_the_same_shape(name, network, data):
    try:
        changed = EDITS[name](network)
    except NoVariant as problem:
        assert str(problem).endswith(".")
        return
    assert not trace(changed).problems and changed.name == network.name
    assert trace(changed).rows[-1].output_shape == trace(network).rows[-1].output_shape
    assert changed != network or name == "80,000 parameters"
