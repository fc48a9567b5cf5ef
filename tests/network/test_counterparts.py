"""What a network is compared with: which counterparts there are, and what they are called."""

import pytest

from core.network import LENET5, PRESETS, Conv2D, Dense, Flatten, MaxPooling2D, Network, trace
from core.network.counterparts import counterparts, of_size
from core.network.network import MAX_NAME
from core.network.variants import NoVariant


def keys(network):
    return [one.key for one in counterparts(network)]


def test_only_what_applies_is_offered():
    assert keys(LENET5) == ["normalised", "separable"]
    assert keys(PRESETS["ResNet"].network) == ["skips", "unnormalised", "separable"]
    assert keys(Network((28, 28, 1), (Flatten(), Dense(32, "relu"), Dense(10, "softmax")))) == ["normalised"]
    assert keys(Network((28, 28, 1), (MaxPooling2D(), Flatten()))) == []


def test_a_network_that_does_not_work_has_none():
    broken = Network((4, 4, 1), (Conv2D(4, 5), Conv2D(4, 3), Flatten(), Dense(10, "softmax")))
    assert trace(broken).problems and keys(broken) == []
    with pytest.raises(NoVariant, match="cannot work"):
        of_size(broken, 1000)


def test_each_is_called_by_the_first_one_and_what_is_different():
    plain = counterparts(PRESETS["ResNet"].network)[0].network
    assert plain.name == "Small ResNet, without skips"
    for one in counterparts(LENET5.renamed("x" * MAX_NAME)):
        assert len(one.network.name) == MAX_NAME and one.network.name.endswith(f"x, {one.title}")


@pytest.mark.parametrize("key", ["A1", "C5", "VGG", "ResNet", "MobileNet"])
def test_a_network_of_81000_parameters_is_called_by_those_that_it_has(key):
    found = of_size(PRESETS[key].network.renamed("Mine"), 81_000)
    there = trace(found.network).parameters
    assert there == pytest.approx(81_000, rel=0.002) and not trace(found.network, 10).problems
    assert found.network.name == f"Mine, {there:,} parameters"


def test_what_has_that_size_already_has_no_variant_of_it():
    with pytest.raises(NoVariant, match="closer"):
        of_size(LENET5, trace(LENET5).parameters)
