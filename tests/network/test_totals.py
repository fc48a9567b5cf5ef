"""The quick counts are those of the full trace."""

import pytest
from hypothesis import given

from core.network import PRESETS, Branches, Conv2D, Dense, Flatten, Network, trace
from core.network.layers import CannotWork
from core.network.totals import totals
from tests.strategies import networks


@pytest.mark.parametrize("key", PRESETS)
def test_presets_cost_what_their_trace_says(key):
    network = PRESETS[key].network
    assert totals(network) == (trace(network).parameters, trace(network).macs)


@given(networks())
def test_any_network_costs_what_its_trace_says(network):
    assert totals(network) == (trace(network).parameters, trace(network).macs)


@pytest.mark.parametrize(
    "layers",
    [
        (Conv2D(4, 9),),
        (Flatten(), Conv2D(4, 3)),
        (Branches(((Conv2D(3, 1),), ()), "add"), Dense(2)),
        (Branches(((Conv2D(3, 3),), ()), "concatenate"),),
        (Branches(((Flatten(),), ()), "concatenate"),),
        (Conv2D(4, 3, groups=2),),
    ],
)
def test_a_network_that_does_not_work_is_not_counted(layers):
    network = Network((8, 8, 1), layers)
    assert trace(network).problems
    with pytest.raises(CannotWork):
        totals(network)
