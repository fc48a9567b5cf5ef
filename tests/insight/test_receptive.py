"""What units see: real gradients, repeated convolution and the layers' own arithmetic are the oracles."""

import gc
import weakref
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from core.insight import (
    border_share,
    central_unit,
    effective_field,
    field_summary,
    first_to_see,
    first_to_see_all,
    pixels_read,
    regions,
    stacked,
)
from core.insight.graphs import tracings
from core.network import (
    LENET5,
    Activation,
    AveragePooling2D,
    Branches,
    Conv2D,
    Dense,
    Flatten,
    GlobalAveragePooling2D,
    MaxPooling2D,
    Network,
    ZeroPadding2D,
    trace,
)
from core.training import build_model, pretrained
from tests.linear import LINEAR as LINEAR_KINDS
from tests.linear import box_around, linear, responses, with_ones
from tests.strategies import networks

LINEAR = (*LINEAR_KINDS, "Flatten")  # behind it, units still have places
SLIDING = ("Conv2D", "DepthwiseConv2D", "MaxPooling2D", "ZeroPadding2D")
BLIND = Network((2, 2, 1), (ZeroPadding2D((3, 3)), Conv2D(1, 2, dilation_rate=3)))  # its middle reads only padding

relaxed = settings(
    deadline=None, max_examples=30, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)


@given(networks(LINEAR, most=4, sides=(3, 9)))
@relaxed
def test_the_pixels_read_are_exactly_those_that_a_unit_answers_to(network):
    assume(network.layers)
    network = linear(network)
    answers = responses(network)
    for row in trace(network).rows:
        rows, columns = row.receptive_field.units
        for r in range(rows):
            for c in range(columns):
                np.testing.assert_array_equal(pixels_read(row.receptive_field, r, c), answers[row.path][r, c])
    for line in field_summary(network):
        seen = answers[line.path][central_unit(trace(network).row(line.path).receptive_field)]
        top, left, bottom, right = box_around(seen)
        area = (bottom - top) * (right - left)
        assert line.pixels == seen.sum()
        assert line.share == pytest.approx(area / seen.size)
        assert line.covers_input == (area == seen.size)


@given(networks(LINEAR, most=2, sides=(3, 9)))
@settings(relaxed, max_examples=10)
def test_gradients_reach_exactly_the_pixels_read(network):
    assume(network.layers)
    network = linear(network)
    model = with_ones(network)
    path = (len(network.layers) - 1,)
    field = trace(network).row(path).receptive_field
    found = effective_field(model, network, path, np.ones((2, *network.input_shape), np.float32))
    np.testing.assert_array_equal(found.field > 0, pixels_read(field, *found.unit))
    assert found.box == field.region(*found.unit)


def test_dilation_leaves_holes():
    field = trace(Network((7, 7, 1), (Conv2D(1, 3, dilation_rate=3),))).rows[0].receptive_field
    expected = np.zeros((7, 7), bool)
    expected[::3, ::3] = True
    np.testing.assert_array_equal(pixels_read(field, 0, 0), expected)


def test_crossed_branches_read_a_cross():
    cross = Branches(((Conv2D(1, (1, 5), padding="same"),), (Conv2D(1, (5, 1), padding="same"),)), "add")
    field = trace(Network((5, 5, 3), (cross,))).row((0,)).receptive_field
    expected = np.zeros((5, 5), bool)
    expected[2] = expected[:, 2] = True
    np.testing.assert_array_equal(pixels_read(field, 2, 2), expected)


@pytest.mark.parametrize("place", [(-1, 0), (0, 5), (5, 0)])
def test_there_are_no_pixels_of_a_unit_outside_of_the_map(place):
    field = trace(Network((5, 5, 1), (Conv2D(1, 3, padding="same"),))).rows[0].receptive_field
    with pytest.raises(IndexError):
        pixels_read(field, *place)


@st.composite
def stacks(draw):
    """(size, stride, dilation) of some convolutions that fit on 40 pixels; never stride and dilation together."""
    chosen, left = [], 40
    for _ in range(draw(st.integers(1, 4))):
        size, stride = draw(st.integers(1, 5)), draw(st.integers(1, 3))
        dilation = draw(st.integers(1, 3)) if stride == 1 else 1
        left = (left - (size - 1) * dilation - 1) // stride + 1
        if left < 1:
            break
        chosen.append((size, stride, dilation))
    return chosen


@given(stacks(), st.integers(1, 3))
@settings(relaxed, max_examples=10)
def test_the_effective_field_of_ones_is_boxes_convolved_with_boxes(stack, colours):
    network = Network((40, 40, colours), tuple(Conv2D(2, k, strides=s, dilation_rate=d) for k, s, d in stack))
    profile, jump = np.ones(1), 1
    for size, stride, dilation in stack:
        taps = np.zeros((size - 1) * dilation * jump + 1)
        taps[:: dilation * jump] = 1
        profile, jump = np.convolve(profile, taps), jump * stride
    found = effective_field(
        with_ones(network), network, (len(stack) - 1,), np.zeros((3, *network.input_shape), np.float32)
    )
    assert found.box.size == (len(profile), len(profile))
    expected = np.zeros((40, 40))
    expected[found.box.top : found.box.bottom, found.box.left : found.box.right] = np.outer(profile, profile)
    np.testing.assert_allclose(found.field, expected / expected.sum(), atol=1e-6)
    assert found.field.dtype == np.float32


def test_depth_gathers_the_field_in_its_middle():
    """One convolution weighs all pixels alike, ten of them make a bell (Luo and others 2016)."""
    image = np.zeros((1, 28, 28, 1), np.float32)
    flat = Network((28, 28, 1), (Conv2D(1, 13),))
    deep = Network((28, 28, 1), (Conv2D(1, 3),) * 6)
    one, six = (effective_field(with_ones(n), n, (len(n.layers) - 1,), image) for n in (flat, deep))
    assert one.box.size == six.box.size == (13, 13)
    assert one.central_share == pytest.approx(0.25)
    # along one axis the middle 6.5 of the 13 pixels: five whole ones and three quarters at either end
    profile = np.ones(1)
    for _ in range(6):
        profile = np.convolve(profile, np.ones(3) / 3)
    assert six.central_share == pytest.approx((profile[4:9].sum() + 0.75 * (profile[3] + profile[9])) ** 2, rel=1e-5)
    assert six.radius() < one.radius()
    assert one.radius(1.0) == pytest.approx(np.hypot(6, 6))
    distance = np.hypot(*(np.indices((28, 28)) - np.array(six.unit)[:, None, None] - 6))
    assert six.field[distance <= six.radius() + 1e-9].sum() >= 0.95
    assert six.field[distance < six.radius() - 1e-9].sum() < 0.95


DENSE = Network((5, 4, 3), (Flatten(), Dense(6, "softmax")))


def test_a_dense_unit_matters_as_much_as_its_weights(random):
    """Also under softmax, whose outputs together never change."""
    model = build_model(DENSE, seed=1)
    images = random.random((20, 5, 4, 3), np.float32)
    kernel = model.get_layer("layer_1").get_weights()[0].reshape(5, 4, 3, 6)
    for unit, weights in ((4, kernel[..., 4]), (None, kernel.sum(axis=-1))):
        expected = np.abs(weights).sum(axis=-1)
        found = effective_field(model, DENSE, (1,), images, unit)
        np.testing.assert_allclose(found.field, expected / expected.sum(), rtol=1e-4)
        assert found.box == (0, 0, 5, 4)
    activated = Network((5, 4, 3), (Flatten(), Dense(6), Activation("softmax")))
    other = build_model(activated)
    other.set_weights(model.get_weights())
    np.testing.assert_allclose(effective_field(other, activated, (2,), images).field, found.field, rtol=1e-4)


def test_a_flattened_map_is_still_seen_place_by_place():
    network = Network((9, 9, 1), (Conv2D(4, 3), Flatten()))
    model = build_model(network, seed=2)
    images = np.zeros((1, 9, 9, 1), np.float32)
    for unit in (None, 3):
        before, after = (effective_field(model, network, path, images, unit) for path in ((0,), (1,)))
        assert before.unit == after.unit == (3, 3)
        np.testing.assert_array_equal(before.field, after.field)


@given(networks((*LINEAR, "MaxPooling2D", "GlobalMaxPooling2D"), most=3, sides=(4, 12)), st.integers(0, 99))
@settings(relaxed, max_examples=10)
def test_the_box_contains_all_of_the_effective_field(network, seed):
    assume(network.layers)
    row = trace(network).rows[-1]
    images = np.random.default_rng(seed).random((3, *network.input_shape), np.float32)
    found = effective_field(build_model(network, seed), network, row.path, images)
    top, left, bottom, right = found.box
    total = found.field.sum()
    assert total == pytest.approx(1, abs=1e-5) or not found.field.any()
    assert found.field[top:bottom, left:right].sum() == pytest.approx(total)
    assert np.isfinite(found.field).all() and -1e-6 <= found.central_share <= 1 + 1e-6
    assert 0 <= found.radius(0.5) <= found.radius(0.95)


def test_what_no_pixel_reaches_has_an_empty_field():
    found = effective_field(with_ones(BLIND), BLIND, (1,), np.ones((2, 2, 2, 1), np.float32))
    assert found.box.size == (0, 0)
    assert not found.field.any() and found.central_share == found.radius() == 0
    line = field_summary(BLIND)[1]
    assert (line.pixels, line.share, line.covers_input) == (0, 0, False)


def test_one_pixel_is_a_whole_image():
    network = Network((1, 1, 3), (Conv2D(4, 3, padding="same"), Flatten(), Dense(10, "softmax")))
    found = effective_field(build_model(network), network, (0,), np.ones((1, 1, 1, 3), np.float32))
    np.testing.assert_allclose(found.field, [[1]])
    assert found.radius() == 0 and found.central_share == pytest.approx(0.25)
    assert first_to_see_all(network) == (0,)
    np.testing.assert_allclose(border_share(trace(network).rows[0].receptive_field), [[8 / 9]], rtol=1e-6)


def test_progress_rises_to_one_in_steps(random):
    model = pretrained("lenet5")
    for n in (1, 16, 37):
        heard = []
        effective_field(model, LENET5, (2,), random.random((n, 28, 28, 1), np.float32), on_progress=heard.append)
        assert heard[-1] == 1 and all(0 < share <= 1 for share in heard)
        assert all(a < b for a, b in pairwise(heard))
    assert len(heard) > 1


def test_the_field_is_the_mean_over_all_images(random):
    """By hand, for one channel, without batches."""
    network = Network((11, 13, 3), (Conv2D(4, 5, activation="tanh"), MaxPooling2D()))
    model = build_model(network, seed=5)
    images = random.random((21, 11, 13, 3), np.float32)
    probe = keras.Model(model.input, model.get_layer("layer_1").output)
    batch = tf.constant(images)
    for unit in range(4):
        found = effective_field(model, network, (1,), images, unit)
        with tf.GradientTape() as tape:
            tape.watch(batch)
            target = tf.reduce_sum(probe(batch)[:, found.unit[0], found.unit[1], unit])
        expected = np.abs(tape.gradient(target, batch).numpy()).mean(axis=0).sum(axis=-1)
        np.testing.assert_allclose(found.field, expected / expected.sum(), rtol=1e-3, atol=1e-7)


def test_new_weights_are_seen_without_tracing_again(random):
    network = Network((12, 12, 2), (Conv2D(4, 5, activation="relu"), Conv2D(3, 3)))
    model = build_model(network, seed=1)
    images = random.random((20, 12, 12, 2), np.float32)
    before = effective_field(model, network, (1,), images)
    model.set_weights(build_model(network, seed=2).get_weights())
    after = effective_field(model, network, (1,), images[:5])
    fresh = effective_field(build_model(network, seed=2), network, (1,), images[:5])
    np.testing.assert_array_equal(after.field, fresh.field)
    assert np.abs(after.field - before.field).max() > 1e-4
    effective_field(model, network, (1,), images, 2)
    assert tracings(model) == {("gradient", (1,)): 1}


def test_several_sessions_may_ask_at_once(random):
    model = build_model(LENET5, seed=4)
    images = random.random((20, 28, 28, 1), np.float32)
    paths = [(0,), (2,), (5,)] * 2
    with ThreadPoolExecutor(6) as threads:
        found = list(threads.map(lambda path: effective_field(model, LENET5, path, images).field, paths))
    for first, second in zip(found[:3], found[3:]):
        np.testing.assert_allclose(first, second, rtol=1e-5, atol=1e-8)


def test_measuring_a_model_does_not_keep_it_alive():
    model = build_model(DENSE)
    effective_field(model, DENSE, (1,), np.zeros((1, 5, 4, 3), np.float32))
    gone = weakref.ref(model)
    del model
    gc.collect()
    assert gone() is None


def test_what_cannot_be_measured_is_refused():
    model = build_model(DENSE)
    images = np.zeros((1, 5, 4, 3), np.float32)
    with pytest.raises(IndexError, match="units 0 to 5, so none at 6"):
        effective_field(model, DENSE, (1,), images, 6)
    with pytest.raises(KeyError):
        effective_field(model, DENSE, (7,), images)
    with pytest.raises(ValueError, match="at least one"):
        effective_field(model, DENSE, (1,), images[:0])


def test_lenets_receptive_fields_are_those_worked_out_by_hand():
    lines = {line.path: line for line in field_summary(LENET5)}
    assert list(lines) == [path for path, _ in LENET5.walk()]
    assert [lines[i,].size for i in range(4)] == [(5, 5), (6, 6), (14, 14), (16, 16)]
    assert [lines[i,].stride for i in range(4)] == [(1, 1), (2, 2), (2, 2), (4, 4)]
    assert lines[0,].first_centre == (0, 0) and lines[1,].first_centre == (0.5, 0.5)
    assert lines[2,].central_centre == (12.5, 12.5)  # of ten units, the first of the middle two
    assert lines[3,].central_centre == (13.5, 13.5)  # of five
    assert lines[3,].pixels == 256 and lines[3,].share == pytest.approx(256 / 784)
    assert lines[5,].stride == (0, 0) and lines[5,].covers_input


def test_the_first_layer_to_see_enough_is_found():
    assert first_to_see_all(LENET5) == (5,)
    assert first_to_see(LENET5, 20, 20) == (5,)  # a whole digit
    assert first_to_see(LENET5, 6, 6) == (1,)
    assert first_to_see(LENET5, 29, 1) is None
    assert first_to_see_all(Network((28, 28, 1), (Conv2D(1, 5), MaxPooling2D()))) is None
    wide = Branches(((Conv2D(1, 15, padding="same"), Conv2D(1, 15, padding="same")), ()), "add")
    assert first_to_see_all(Network((28, 28, 1), (wide,))) == (0, 0, 1)
    assert first_to_see_all(Network((8, 8, 1), ())) is None
    assert first_to_see_all(Network((8, 8, 1), (Flatten(), Dense(2)))) == (1,)


def test_layers_behind_a_problem_are_left_out():
    broken = Network((6, 6, 1), (Conv2D(1, 3), Conv2D(1, 9), Flatten()))
    assert [line.path for line in field_summary(broken)] == [(0,)]
    assert first_to_see_all(broken) is None


@given(networks(SLIDING, most=4, branches=False, sides=(3, 12)))
@relaxed
def test_the_border_share_is_that_of_an_image_without_end(network):
    """Each unit's field is followed down through the windows, on a plane that never ends."""
    assume(network.layers)
    traced = trace(network)
    for number, row in enumerate(traced.rows):
        share = border_share(row.receptive_field)
        assert share.dtype == np.float32 and share.shape == row.output_shape[:2]
        for r in range(0, share.shape[0], 3):
            for c in range(0, share.shape[1], 3):
                sides = []
                for axis, index in enumerate((r, c)):
                    seen = {index}
                    for below in reversed(traced.rows[: number + 1]):
                        window = below.layer.reads(traced.inputs[below.path])[axis]
                        starts = [i * window.stride - window.before for i in seen]
                        seen = {start + tap * window.dilation for start in starts for tap in range(window.size)}
                    box = range(min(seen), max(seen) + 1)
                    sides.append(sum(0 <= i < network.input_shape[axis] for i in box) / len(box))
                assert share[r, c] == pytest.approx(1 - sides[0] * sides[1], abs=1e-6)


def test_padding_stands_in_at_the_border_only():
    field = trace(Network((5, 5, 1), (Conv2D(1, 3, padding="same"),))).rows[0].receptive_field
    share = border_share(field)
    assert share[0, 0] == pytest.approx(5 / 9) and share[0, 2] == pytest.approx(1 / 3)
    assert not share[1:-1, 1:-1].any()
    valid = Network((9, 9, 1), (Conv2D(1, 3), AveragePooling2D(), GlobalAveragePooling2D()))
    for row in trace(valid).rows:
        assert not border_share(row.receptive_field).any()
    assert border_share(trace(BLIND).rows[0].receptive_field)[0, 0] == 1


@given(st.lists(st.integers(1, 9), min_size=1, max_size=4), st.integers(1, 8), st.booleans())
@relaxed
def test_a_stack_costs_what_its_network_costs(sizes, channels, use_bias):
    both = stacked(sizes, channels, use_bias)
    reach = both.stack.size
    assert both.single.size == reach
    layers = tuple(Conv2D(channels, k, padding="same", use_bias=use_bias) for k in sizes)
    traced = trace(Network((40, 40, channels), layers))
    assert traced.rows[-1].receptive_field.size == (reach, reach)
    assert both.stack[1:] == (traced.parameters, traced.macs / 1600)
    if reach <= 15:  # the largest kernel there is
        one = trace(Network((40, 40, channels), (Conv2D(channels, reach, padding="same", use_bias=use_bias),)))
        assert both.single[1:] == (one.parameters, one.macs / 1600)


def test_small_kernels_are_cheaper_as_vgg_says():
    three, seven = stacked([3, 3, 3], 64, use_bias=False)
    assert (three.size, three.parameters, seven.parameters) == (7, 27 * 64**2, 49 * 64**2)
    two, five = stacked([3, 3], 1, use_bias=False)
    assert (two.macs, five.macs) == (18, 25)
    for wrong in ([], [0], [3, -1]):
        with pytest.raises(ValueError):
            stacked(wrong, 4)


def test_every_box_holds_the_pixels_read():
    field = trace(Network((11, 9, 1), (Conv2D(1, 3, dilation_rate=2, padding="same"), MaxPooling2D(3, 2)))).rows[1]
    for r, c, top, left, bottom, right in regions(field.receptive_field):
        seen = pixels_read(field.receptive_field, r, c)
        assert seen[top:bottom, left:right].sum() == seen.sum() > 0
