"""An edit that is offered mends what it is offered for."""

import pytest
from hypothesis import given

from core.network import LENET5, PRESETS, Activation, Branches, Conv2D, Dense, Dropout, Flatten, Network, trace
from core.network.cures import cures
from tests.strategies import networks


def labels(network, classes=10):
    return [cure.label for cure in cures(network, classes)]


@pytest.mark.parametrize("key", ["B1", "B2", "B3"])
def test_networks_that_end_with_an_image_get_an_end(key):
    network = PRESETS[key].network
    assert labels(network) == ["Add Flatten and Dense 10", "Add global average pooling and Dense 10"]
    for cure in cures(network, 10):
        assert not trace(cure.network, 10).problems
        assert cure.network.layers[: len(network.layers)] == network.layers


def test_nothing_is_offered_where_nothing_is_wrong():
    assert labels(LENET5) == []


def test_an_empty_network_gets_an_end_to_begin_with():
    flat, pooled = cures(Network((28, 28, 1)), 10)
    assert flat.network.layers == (Flatten(), Dense(10, "softmax"))
    assert not trace(pooled.network, 10).problems


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        (Dense(10), ["Give layer 2 softmax"]),
        (Dense(10, "relu"), ["Give layer 2 softmax"]),
        (Dense(7, "softmax"), ["Give layer 2 10 units and softmax", "Add Dense 10 with softmax"]),
        (Dense(7), ["Give layer 2 10 units and softmax", "Add Dense 10 with softmax"]),
        (Dense(84, "relu"), ["Add Dense 10 with softmax"]),
        (Flatten(), ["Add Dense 10 with softmax"]),
    ],
)
def test_ends_that_are_no_probabilities(last, expected):
    assert labels(Network((28, 28, 1), (Flatten(), last))) == expected


def test_a_layer_that_has_no_room_can_be_padded():
    network = Network((28, 28, 1), (Conv2D(4, 3, strides=8), Conv2D(4, 15), Flatten(), Dense(10, "softmax")))
    (cure,) = cures(network, 10)
    assert cure.label == "Set the padding of layer 2 to same" and not trace(cure.network, 10).problems


def test_branches_that_cannot_be_added_can_be_concatenated():
    network = Network((28, 28, 1), (Branches(((Conv2D(3, 1),), ()), "add"), Flatten(), Dense(10, "softmax")))
    assert labels(network) == ["Let 1 concatenate"]


@given(networks())
def test_each_cure_mends_what_it_is_for(network):
    problems = trace(network, 10).problems
    for cure in cures(network, 10):
        assert problems or not network.layers
        if trace(network).problems:
            assert trace(cure.network).problem_at(trace(network).problems[0].path) is None
        else:
            assert not trace(cure.network, 10).problems


@pytest.mark.parametrize("activation", ["softmax", "linear"])
def test_an_end_for_other_classes_is_brought_to_these_as_it_is_or_goes_on(activation):
    mended, longer = cures(Network((28, 28, 1), (Flatten(), Dense(7, activation))), 10)
    assert mended.network.layers == (Flatten(), Dense(10, "softmax"))
    assert longer.network.layers == (Flatten(), Dense(7, activation), Dense(10, "softmax"))


def test_a_layer_that_reaches_too_far_can_be_padded_or_read_without_gaps():
    network = Network((28, 28, 1), (Conv2D(4, 5, dilation_rate=8), Flatten(), Dense(10, "softmax")))
    padded, near = cures(network, 10)
    assert padded.label == "Set the padding of layer 1 to same"
    assert padded.network.layers[0] == Conv2D(4, 5, dilation_rate=8, padding="same")
    assert near.label == "Set the dilation of layer 1 to 1×1" and near.network.layers[0] == Conv2D(4, 5)


def test_branches_of_different_sizes_cannot_be_helped_by_joining_them_otherwise():
    branches = Branches(((Conv2D(3, 3),), ()), "concatenate")
    assert labels(Network((28, 28, 1), (branches, Flatten(), Dense(10, "softmax")))) == []


def test_softmax_alone_is_added_where_the_last_layer_has_no_activation_of_its_own():
    network = Network((28, 28, 1), (Flatten(), Dense(10), Dropout(0.1)))
    (cure,) = cures(network, 10)
    assert cure.label == "Add Activation softmax" and cure.network.layers[-1] == Activation("softmax")
