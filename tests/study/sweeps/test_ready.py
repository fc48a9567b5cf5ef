"""Sweeps that are ready to start: every trial of every one can be trained."""

import pytest

from core.network import Conv2D, trace
from core.study.sweeps.impossible import preview
from core.study.sweeps.ready import ready_sweeps
from core.study.sweeps.sharing import sweep_from_token, sweep_to_token

READY = ready_sweeps()
BY_NAME = {ready.sweep.name: ready.sweep for ready in READY}


@pytest.mark.parametrize("ready", READY, ids=lambda ready: ready.sweep.name)
def test_every_trial_works(ready):
    seen = preview(ready.sweep)
    assert seen.left_out == () and not seen.drawn
    assert seen.possible == tuple(ready.sweep.grid())
    for values in ready.sweep.grid():
        built = ready.sweep.built(values)
        assert trace(built.network, 10).problems == ()
        assert built.recipe.validation_share == 0.1


@pytest.mark.parametrize("ready", READY, ids=lambda ready: ready.sweep.name)
def test_it_says_what_it_is_for_and_fits_into_a_link(ready):
    assert ready.summary.count("?") == 1 and len(ready.summary) < 140
    token = sweep_to_token(ready.sweep)
    assert sweep_from_token(token) == ready.sweep and len(token) < 500


def test_they_are_different_ones():
    assert len(BY_NAME) == len(READY) == 7
    assert {name: sweep.most_trials for name, sweep in BY_NAME.items()} == {
        "Elastic net and dropout": 54,
        "Width of the dense network": 24,
        "Kernel size and filters": 40,
        "Learning rate and batch size": 21,
        "Depth with skips": 10,
        "Depth without skips": 10,
        "Ten seeds": 10,
    }


def test_widths_double_and_names_read():
    width = BY_NAME["Width of the dense network"]
    assert [value for (value,) in width.grid()] == [16, 32, 64, 128, 256, 512, 1024, 2048]
    assert width.trial_name((2048,), 2) == "units 2,048 · seed 2"
    elastic = BY_NAME["Elastic net and dropout"]
    assert elastic.trial_name((0.0, 1e-5, 0.4), 2) == "L1 0 · L2 1e-5 · dropout 0.4 · seed 2"
    rates = [values[0] for values in BY_NAME["Learning rate and batch size"].grid()]
    assert sorted(set(rates)) == [0.001, 0.00316, 0.01, 0.0316, 0.1, 0.316, 1.0]


def test_plain_and_residual_networks_have_as_many_convolutions_and_parameters():
    plain, residual = BY_NAME["Depth without skips"], BY_NAME["Depth with skips"]
    for one, other in zip(plain.grid(), residual.grid(), strict=True):
        networks = plain.built(one).network, residual.built(other).network
        counts = [sum(isinstance(block, Conv2D) for _, block in network.walk()) for network in networks]
        assert counts[0] == counts[1] == 1 + one[0]
        assert trace(networks[0]).parameters == trace(networks[1]).parameters
