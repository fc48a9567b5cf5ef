"""Networks of a wished size: the number of a trace is the oracle, and single steps of every layer."""

import time

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.network import (
    LENET5,
    PRESETS,
    Branches,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Flatten,
    GlobalAveragePooling2D,
    InvalidSetting,
    MaxPooling2D,
    Network,
    residual_block,
    trace,
)
from core.network.layers import Layer
from core.network.variants import NoVariant, with_width
from core.network.widths import with_parameters
from tests.strategies import networks

LEARNING = networks().filter(lambda network: trace(network).works and trace(network).parameters > 20)


def widths(network):
    """Path → (name of the setting, width), without the last layer that learns."""
    last = [path for path, block in network.walk() if isinstance(block, Layer) and block.kernel_weights][-1:]
    named = {
        path: next((n for n in ("filters", "units") if hasattr(block, n)), None) for path, block in network.walk()
    }
    return {p: (n, getattr(network.at(p), n)) for p, n in named.items() if n and [p] != last}


def single_steps(network):
    """The networks that work, answer in the same shape, and have one layer with one filter or unit more or less."""
    for path, (name, width) in widths(network).items():
        for other in (width - 1, width + 1):
            try:
                changed = network.replaced(path, network.at(path).replaced(**{name: other}))
            except InvalidSetting:
                continue
            if trace(changed).works and trace(changed).rows[-1].output_shape == trace(network).rows[-1].output_shape:
                yield changed


@given(network=LEARNING, share=st.floats(0.5, 2), factor=st.floats(1 / 64, 8))
def test_a_wished_size_is_met_within_2_percent_unless_no_single_step_of_a_layer_is_nearer(network, share, factor):
    wished = max(round(trace(network).parameters * share), 1)
    try:
        found = with_parameters(network, wished)
    except NoVariant:
        assert not any(single_steps(network))
        return
    missed = abs(trace(found).parameters - wished)
    assert not trace(found).problems and found.name == network.name
    assert trace(found).rows[-1].output_shape == trace(network).rows[-1].output_shape
    if missed > 0.02 * wished:
        assert all(abs(trace(one).parameters - wished) >= missed for one in single_steps(found))
    try:
        by_one_factor = with_width(network, factor)
    except NoVariant:
        return
    if not any(getattr(block, "groups", 1) > 1 for _, block in network.walk()):  # which not all factors suit
        assert missed <= abs(trace(by_one_factor).parameters - wished)


@given(network=LEARNING, share=st.floats(0.5, 2))
def test_nothing_but_widths_changes(network, share):
    try:
        found = with_parameters(network, max(round(trace(network).parameters * share), 1))
    except NoVariant:
        return
    for path, (name, width) in widths(network).items():
        found = found.replaced(path, found.at(path).replaced(**{name: width}))
    assert found == network


@pytest.mark.parametrize("key", PRESETS)
@pytest.mark.parametrize("parameters", [20_000, 81_000, 400_000])
def test_every_preset_can_have_a_usual_size(key, parameters):
    found = with_parameters(PRESETS[key].network, parameters)
    assert not trace(found).problems
    assert trace(found).parameters == pytest.approx(parameters, rel=0.02)


def test_a_network_keeps_its_proportions_where_that_is_near_enough():
    vgg = PRESETS["VGG"].network
    found = with_parameters(vgg, 81_000)
    after = {path: width for path, (_, width) in widths(found).items()}
    assert trace(found).parameters == pytest.approx(81_000, rel=0.002)
    shares = [after[path] / width for path, (_, width) in widths(vgg).items()]
    assert max(shares) / min(shares) < 1.1


def test_what_is_added_up_stays_as_wide_as_its_skip():
    body = (Conv2D(8, 3, padding="same"), residual_block(8), residual_block(8))
    network = Network((8, 8, 1), (*body, GlobalAveragePooling2D(), Dense(10, "softmax")))
    for wished in range(1500, 6000, 250):
        found = with_parameters(network, wished)
        ends = found.layers[0].filters, found.at((1, 0, 1)).filters, found.at((2, 0, 1)).filters
        assert len(set(ends)) == 1 and trace(found).parameters == pytest.approx(wished, abs=9 * ends[0] + 1)


def test_groups_go_on_dividing_the_layer_before_them():
    layers = Conv2D(12, 3), Conv2D(24, 3, groups=4), GlobalAveragePooling2D(), Dense(10, "softmax")
    found = with_parameters(Network((8, 8, 1), layers), 1500)
    assert found.layers[0].filters % 4 == found.layers[1].filters % 4 == 0
    assert trace(found).parameters == pytest.approx(1500, rel=0.05) and not trace(found).problems


def test_a_skip_from_the_image_holds_its_sum_fixed_and_other_layers_change():
    inner = (Conv2D(6, 3, padding="same", activation="relu"), Conv2D(4, 3, padding="same"))
    layers = Branches((inner, ()), "add"), GlobalAveragePooling2D(), Dense(10, "softmax")
    found = with_parameters(Network((8, 8, 4), layers), 1000)
    assert (found.at((0, 0, 0)).filters, found.at((0, 0, 1)).filters) == (13, 4)
    assert trace(found).parameters == 13 * 37 + 4 * (13 * 9 + 1) + 50


def test_the_last_layer_stays_and_what_nobody_can_make_wider_is_refused():
    deep = Network((8, 8, 1), (DepthwiseConv2D((3, 3)), MaxPooling2D((2, 2)), Flatten(), Dense(10, "softmax")))
    with pytest.raises(NoVariant, match="No other width"):
        with_parameters(deep, 2 * trace(deep).parameters)


def test_a_size_is_found_at_once():
    with_parameters(LENET5, 70_000)
    before = time.perf_counter()
    with_parameters(LENET5, 83_003)
    assert time.perf_counter() - before < 0.2


@given(network=LEARNING)
def test_what_has_the_wished_size_stays_as_it_is(network):
    assume(next(single_steps(network), None))
    assert with_parameters(network, trace(network).parameters) == network
