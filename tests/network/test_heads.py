"""The same network with another number of answers."""

import pytest

from core.network import (
    LENET5,
    PRESETS,
    Activation,
    BatchNormalization,
    Branches,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    Network,
    trace,
    with_classes,
)


def network(*layers) -> Network:
    return Network((28, 28, 1), layers)


def test_the_last_dense_layer_gets_as_many_units_and_all_else_stays():
    found = with_classes(LENET5, 3)
    assert found.network.layers[:-1] == LENET5.layers[:-1]
    assert found.network.layers[-1] == LENET5.layers[-1].replaced(units=3)
    assert found.arrays == 2 and trace(found.network, 3).works


@pytest.mark.parametrize(
    "layers, arrays",
    [
        ((Flatten(), Dense(10, use_bias=False), Activation("softmax")), 1),
        ((Flatten(), Dense(8), Dropout(0.1), Dense(10), Activation("softmax")), 2),
        ((Conv2D(10, (3, 3)), GlobalAveragePooling2D(), Activation("softmax")), 2),
    ],
)
def test_what_follows_without_weights_may_follow(layers, arrays):
    found = with_classes(network(*layers), 4)
    assert found.arrays == arrays and not trace(found.network, 4).problems


@pytest.mark.parametrize(
    "layers",
    [
        (Flatten(), Dense(10), BatchNormalization(), Activation("softmax")),  # the last weights are no answer's
        (Flatten(), Branches(((Dense(10),), (Dense(10),)), "add"), Activation("softmax")),
        (Flatten(),),
        (*[Conv2D(2, (15, 15))] * 3, Flatten(), Dense(10, "softmax")),  # cannot work at all
    ],
)
def test_where_it_cannot_be_told_which_layer_answers_there_is_none(layers):
    assert with_classes(network(*layers), 4) is None


def test_the_number_of_arrays_is_keras_own():
    from core.training import build_model

    for key in ("E2", "A1", "A4b"):
        before = PRESETS[key].network
        found = with_classes(before, 7)
        old = [weights.shape for weights in build_model(before).weights]
        new = [weights.shape for weights in build_model(found.network).weights]
        assert old[: -found.arrays] == new[: -found.arrays] and old[-1] != new[-1]
