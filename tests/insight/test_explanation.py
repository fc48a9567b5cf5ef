"""The arithmetic that is shown for a number gives the number that Keras has; small cases are reckoned by hand."""

import math
import time

import keras
import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, assume, find, given, settings
from hypothesis import strategies as st

from core.insight import activations, explain
from core.insight.steps import FUNCTIONS, Function, Maximum, Mean, Normalized, Softmax, WeightedSum
from core.network import (
    LAYERS,
    LENET5,
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Branches,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Flatten,
    GlobalMaxPooling2D,
    GroupNormalization,
    MaxPooling2D,
    Network,
    SeparableConv2D,
    ZeroPadding2D,
    trace,
)
from core.network.layers import ACTIVATIONS
from core.network.network import MERGES
from core.training import build_model, pretrained
from core.views.explanation import parts, strongest_terms
from tests.strategies import layers, networks

# Building models is slow: an example that fails is shown as it is, instead of a smaller one minutes later.
relaxed = settings(
    deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.reuse, Phase.generate]
)
seeking = settings(relaxed, max_examples=300, database=None)


def with_random_weights(network, random):
    """A model whose every weight is random, moving means and variances too; its numbers stay near 1."""
    model = build_model(network)
    for weight in model.variables:
        if weight.dtype != "float32":  # the state of a dropout's random numbers
            continue
        if weight.name == "moving_variance":
            values = random.uniform(0.2, 3, weight.shape)
        elif "kernel" in weight.name:
            values = random.normal(0, 1 / math.sqrt(max(1, math.prod(weight.shape[:-1]))), weight.shape)
        else:
            values = random.normal(0, 1, weight.shape)
        weight.assign(values.astype(np.float32))
    return model


def check(network, seed, units):
    """Random units of every layer: our number is Keras' number, and what it reads is what lies below."""
    random = np.random.default_rng(seed)
    model = with_random_weights(network, random)
    image = random.random(network.input_shape, np.float32)
    maps = activations(model, network, image)
    for path, output in maps.items():
        for _ in range(units):
            index = tuple(int(random.integers(size)) for size in output.shape)
            found = explain(model, network, image, path, index, maps)
            assert found.model_value == output[index]
            tolerance = 1e-5 * max(1.0, np.abs(output).max())
            step = found.steps[-1]
            if isinstance(step, Normalized):  # Keras in float32 loses digits where the deviation is tiny
                tolerance += 1e-6 * (1 + abs(step.argument)) / math.sqrt(step.variance + step.epsilon)
            assert abs(found.value - found.model_value) <= tolerance, (path, index, found)
            check_sources(found, network, {**maps, (): image})


def check_sources(found, network, maps):
    below = network.sources(found.path)
    assert {source.path for source in found.sources} <= set(below)
    for source in found.sources:
        map_below = maps[source.path]
        assert source.shape == map_below.shape
        assert source.values.shape == (len(source.rows), len(source.columns), len(source.channels))
        inside = set()
        for place in np.ndindex(source.values.shape):
            index = source.index(*place)
            if index is None:
                assert source.padding[place[:2]] and source.values[place] == 0
            else:
                assert source.values[place] == map_below[index]
                inside.add(index[:2] if len(index) == 3 else (0, 0))
        top, left, bottom, right = source.box
        assert (bottom > top and right > left) == bool(inside)
        if inside:
            rows, columns = zip(*inside)
            assert (top, left, bottom, right) == (min(rows), min(columns), max(rows) + 1, max(columns) + 1)


@given(networks(most=4), st.integers(0, 2**32 - 1))
@settings(relaxed, max_examples=20)
def test_every_number_of_a_random_network_adds_up_to_what_keras_has(network, seed):
    assume(network.layers)
    check(network, seed, units=3)


@pytest.mark.parametrize("kind", LAYERS)
@given(st.data())
@settings(relaxed, max_examples=3)
def test_every_kind_of_layer_is_explained(kind, data):
    shape = data.draw(st.tuples(st.integers(3, 9), st.integers(3, 9), st.sampled_from((1, 2, 3, 6))))
    network = Network(shape, (data.draw(layers((kind,))),))
    assume(trace(network).works)
    check(network, data.draw(st.integers(0, 2**32 - 1)), units=5)


def test_every_activation_function_can_be_computed():
    assert set(FUNCTIONS) | {"softmax"} == set(ACTIVATIONS)


@pytest.mark.parametrize("kind", LAYERS)
def test_random_networks_can_hold_every_kind(kind):
    """Each kind is one that `networks` draws, with settings that fit often enough."""
    network = find(networks((kind,), most=1, branches=False), lambda network: network.layers, settings=seeking)
    assert type(network.layers[0]).__name__ == kind


@pytest.mark.parametrize("merge", MERGES)
def test_random_networks_can_hold_every_join(merge):
    def has_join(network):
        return any(isinstance(block, Branches) and block.merge == merge for block in network.layers)

    find(networks(("Dropout",), most=2), has_join, settings=seeking)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_activation_functions_are_those_of_keras(name):
    for argument in (-1000.0, -30.0, -1.3, -0.0, 0.0, 1e-3, 0.7, 30.0, 1000.0):
        expected = float(keras.activations.get(name)(np.array([argument], np.float32))[0])
        assert Function(name, argument).result == pytest.approx(expected, rel=1e-5, abs=1e-7)


def with_weights(network, weights):
    model = build_model(network)
    model.set_weights([np.asarray(value, np.float32) for value in weights])
    return model


def ramp(*shape):
    """1, 2, 3, … in reading order."""
    return np.arange(1, math.prod(shape) + 1, dtype=np.float32).reshape(shape)


def test_a_kernel_at_a_padded_corner_reads_zeros_outside():
    network = Network((4, 4, 1), (Conv2D(1, 3, padding="same", activation="relu"),))
    model = with_weights(network, (ramp(3, 3, 1, 1), [-100]))
    found = explain(model, network, ramp(4, 4, 1), (0,), (0, 0, 0))
    total, function = found.steps
    assert total.patch.values[..., 0].tolist() == [[0, 0, 0], [0, 1, 2], [0, 5, 6]]
    assert total.patch.padding.tolist() == [[True, True, True], [True, False, False], [True, False, False]]
    assert total.weights[..., 0].tolist() == [[1, 2, 3], [4, 5, 6], [7, 8, 9]]
    assert total.products[..., 0].tolist() == [[0, 0, 0], [0, 5, 12], [0, 40, 54]]
    assert (total.sums.tolist(), total.bias, total.result) == ([111], -100, 11)
    assert (function.name, function.argument, found.value, found.model_value) == ("relu", 11, 11, 11)
    (source,) = found.sources
    assert (source.path, source.box, source.index(0, 0, 0), source.index(1, 2, 0)) == (
        (),
        (0, 0, 2, 2),
        None,
        (0, 1, 0),
    )


def test_dilation_reads_only_every_second_cell():
    network = Network((6, 6, 2), (Conv2D(1, 2, dilation_rate=2, use_bias=False),))
    model = with_weights(network, (np.ones((2, 2, 2, 1)),))
    image = ramp(6, 6, 2)
    found = explain(model, network, image, (0,), (1, 2, 0))
    (source,) = found.sources
    assert (source.rows.tolist(), source.columns.tolist(), source.channels.tolist()) == ([1, 3], [2, 4], [0, 1])
    assert source.values.tolist() == image[1:4:2, 2:5:2].tolist()
    assert source.box == (1, 2, 4, 5)
    assert found.steps[0].sums.tolist() == [17 + 21 + 41 + 45, 18 + 22 + 42 + 46]
    assert found.steps[0].bias is None
    assert found.value == found.model_value == 252


def test_the_first_of_equal_numbers_wins_the_maximum():
    network = Network((2, 4, 1), (MaxPooling2D(),))
    image = np.float32([[0.5, 1, 0.2, 0.2], [1, 1, 0.2, 0.2]])[..., np.newaxis]
    model = build_model(network)
    left, right = (explain(model, network, image, (0,), (0, column, 0)) for column in (0, 1))
    assert (left.steps[0].winner, left.value) == ((0, 1), 1)
    assert right.steps[0].winner == (0, 0)
    assert right.sources[0].index(0, 0, 0) == (0, 2, 0)


def test_padding_never_wins_the_maximum():
    network = Network((3, 3, 1), (MaxPooling2D(3, strides=1, padding="same"),))
    found = explain(build_model(network), network, -ramp(3, 3, 1), (0,), (2, 2, 0))
    assert isinstance(found.steps[0], Maximum) and found.steps[0].winner == (0, 0)
    assert found.value == found.model_value == -5


def test_an_average_at_the_border_does_not_count_padding():
    network = Network((3, 3, 1), (AveragePooling2D(2, padding="same"),))
    found = explain(build_model(network), network, ramp(3, 3, 1), (0,), (0, 1, 0))
    (mean,) = found.steps
    assert isinstance(mean, Mean)
    assert mean.patch.padding.tolist() == [[False, True], [False, True]]
    assert (mean.sum, mean.count, found.value, found.model_value) == (9, 2, 4.5, 4.5)


def test_a_residual_join_adds_its_branch_to_what_came_before():
    layers_ = (ZeroPadding2D(0), Branches(((Conv2D(2, 1, use_bias=False),), ()), "add"))
    network = Network((2, 2, 2), layers_)
    model = with_weights(network, ([[[[10, 0], [0, 100]]]],))
    assert network.sources((1,)) == ((1, 0, 0), (0,))
    assert network.sources((1, 0, 0)) == ((0,),)
    found = explain(model, network, ramp(2, 2, 2), (1,), (1, 0, 1))
    assert [source.path for source in found.sources] == [(1, 0, 0), (0,)]
    assert found.steps[0].terms == (600, 6)
    assert found.value == found.model_value == 606
    assert all(source.index(0, 0, 0) == (1, 0, 1) for source in found.sources)


def test_a_concatenated_channel_belongs_to_one_branch():
    network = Network((2, 2, 2), (Branches(((), (), (Conv2D(3, 1),)), "concatenate"), Flatten()))
    model, image = build_model(network), ramp(2, 2, 2)
    assert network.sources((0,)) == ((), (), (0, 2, 0))
    for channel, path, branch, below in ((1, (), 0, 1), (2, (), 1, 0), (6, (0, 2, 0), 2, 2)):
        found = explain(model, network, image, (0,), (0, 1, channel))
        (source,) = found.sources
        assert (source.path, found.steps[0].branch, source.index(0, 0, 0)) == (path, branch, (0, 1, below))
        assert found.value == found.model_value
    (source,) = explain(model, network, image, (1,), (9,)).sources
    assert (source.path, source.index(0, 0, 0)) == ((0,), (0, 1, 2))


def test_what_lies_below_is_found_through_nested_branches():
    inner = Branches(((Activation("relu"), Activation("tanh")), ()), "add")
    network = Network((3, 3, 1), (Branches(((inner,), ()), "add"), Flatten()))
    assert network.sources((0, 0, 0, 0, 0)) == ((),)
    assert network.sources((0, 0, 0, 0, 1)) == ((0, 0, 0, 0, 0),)
    assert network.sources((0, 0, 0)) == ((0, 0, 0, 0, 1), ())
    assert network.sources((0,)) == ((0, 0, 0), ())
    assert network.sources((1,)) == ((0,),)
    assert network.sources(()) == ()
    with pytest.raises(IndexError):
        network.sources((2,))


@given(networks(most=4))
@settings(relaxed, max_examples=15)
def test_what_lies_below_is_what_keras_connected(network):
    assume(network.layers)
    from core.training.model import layer_name

    model = build_model(network)
    for path, _ in network.walk():
        arriving = model.get_layer(layer_name(path)).input
        arriving = arriving if isinstance(arriving, (list, tuple)) else [arriving]
        names = [layer_name(below) if below else "image" for below in network.sources(path)]
        assert [tensor._keras_history.operation.name for tensor in arriving] == names


def test_a_separable_convolution_has_two_stages():
    network = Network((3, 3, 2), (SeparableConv2D(1, 1, depth_multiplier=2),))
    model = with_weights(network, ([[[[1, 2], [3, 4]]]], [[[[1], [10], [100], [1000]]]], [0.5]))
    found = explain(model, network, ramp(3, 3, 2), (0,), (0, 1, 0))  # the pixel has the channels 3 and 4
    depthwise, total, _ = found.steps
    assert depthwise.result.tolist() == [3, 6, 12, 16]
    assert total.products.ravel().tolist() == [3, 60, 1200, 16000]
    assert found.value == found.model_value == 17263.5
    assert found.sources[0].channels.tolist() == [0, 1]


def test_a_depthwise_kernel_and_a_group_read_their_own_channels_only():
    network = Network((3, 3, 4), (DepthwiseConv2D(3, depth_multiplier=2),))
    assert explain(build_model(network), network, ramp(3, 3, 4), (0,), (0, 0, 5)).sources[0].channels.tolist() == [2]
    network = Network((3, 3, 4), (Conv2D(6, 3, groups=2),))
    found = explain(build_model(network), network, ramp(3, 3, 4), (0,), (0, 0, 3))
    assert found.sources[0].channels.tolist() == [2, 3]
    assert found.value == pytest.approx(found.model_value, rel=1e-4)


def test_softmax_reads_all_channels_even_where_the_sum_reads_one():
    network = Network((3, 3, 2), (DepthwiseConv2D(3, activation="softmax"),))
    found = explain(build_model(network), network, ramp(3, 3, 2), (0,), (0, 0, 1))
    total, softmax = found.steps
    assert total.patch.channels.tolist() == [1]
    assert found.sources[0].channels.tolist() == [0, 1]
    assert softmax.arguments[1] == total.result
    assert found.value == pytest.approx(found.model_value, abs=1e-5)


def test_softmax_shows_exponentials_and_their_sum():
    network = Network((1, 1, 3), (Activation("softmax"),))
    image = np.log(np.float32([[[1, 2, 5]]]))
    found = explain(build_model(network), network, image, (0,), (0, 0, 1))
    (softmax,) = found.steps
    assert isinstance(softmax, Softmax)
    np.testing.assert_allclose(softmax.exponentials, [0.2, 0.4, 1], rtol=1e-6)
    assert softmax.sum == pytest.approx(1.6)
    assert found.value == pytest.approx(0.25) == pytest.approx(found.model_value)


def test_batch_normalization_uses_the_moving_statistics():
    network = Network((1, 2, 1), (BatchNormalization(epsilon=0.01),))
    model = with_weights(network, ([3], [-1], [5], [0.24]))
    found = explain(model, network, np.float32([[[6], [9]]]), (0,), (0, 0, 0))
    (step,) = found.steps
    assert (step.argument, step.mean, step.gamma, step.beta) == (6, 5, 3, -1)
    assert step.variance == pytest.approx(0.24)
    assert found.value == pytest.approx(3 * (6 - 5) / 0.5 - 1)
    assert found.model_value == pytest.approx(5)


def test_group_normalization_reads_the_maps_of_its_group():
    network = Network((2, 3, 4), (GroupNormalization(2, scale=False),))
    image = ramp(2, 3, 4)
    found = explain(build_model(network), network, image, (0,), (1, 1, 3))
    (step,) = found.steps
    assert found.sources[0].channels.tolist() == [2, 3]
    assert found.sources[0].box == (0, 0, 2, 3)
    assert (step.mean, step.gamma) == (pytest.approx(image[..., 2:].mean()), None)
    assert found.value == pytest.approx(found.model_value, abs=1e-5)


def test_a_frame_of_zeros_has_no_cell_below():
    network = Network((2, 2, 1), (ZeroPadding2D((1, 2)), GlobalMaxPooling2D()))
    model = build_model(network)
    frame = explain(model, network, ramp(2, 2, 1), (0,), (0, 2, 0))
    assert (frame.value, frame.sources[0].index(0, 0, 0), frame.sources[0].box) == (0, None, (0, 0, 0, 0))
    inside = explain(model, network, ramp(2, 2, 1), (0,), (2, 3, 0))
    assert (inside.value, inside.sources[0].index(0, 0, 0)) == (4, (1, 1, 0))
    assert explain(model, network, ramp(2, 2, 1), (1,), (0,)).steps[0].winner == (2, 3)


def test_an_answer_of_lenet_can_be_followed_down_to_a_pixel(random):
    """Always to the input that weighs most: each number is again one that can be explained."""
    model, image = pretrained("lenet5"), random.random((28, 28, 1), np.float32)
    path, index, seen = (7,), (3,), []
    while path:
        found = explain(model, LENET5, image, path, index)
        assert found.value == pytest.approx(found.model_value, abs=1e-5)
        seen.append(type(found.layer).__name__)
        (source,) = found.sources
        first = found.steps[0]
        strength = np.abs(first.products if isinstance(first, WeightedSum) else source.values)
        place = np.unravel_index(strength.argmax(), strength.shape)
        path, index = source.path, source.index(*place)
        assert source.values[place] == pytest.approx(explain(model, LENET5, image, path, index).value, abs=1e-5)
    assert seen == [type(block).__name__ for block in reversed(LENET5.layers)]
    pixel = explain(model, LENET5, image, (), index)
    assert (pixel.layer, pixel.steps, pixel.sources, pixel.value) == (None, (), (), image[index])


def test_new_weights_in_the_same_model_are_seen():
    network = Network((2, 2, 1), (Flatten(), Dense(1)))
    model = with_weights(network, (np.ones((4, 1)), [0]))
    assert explain(model, network, ramp(2, 2, 1), (1,), (0,)).value == 10
    model.set_weights([np.full((4, 1), 2, np.float32), np.ones(1, np.float32)])
    found = explain(model, network, ramp(2, 2, 1), (1,), (0,))
    assert found.value == found.model_value == 21


@pytest.mark.parametrize("path, index", [((0,), (28, 0, 0)), ((0,), (-1, 0, 0)), ((7,), (0, 0, 1)), ((9,), (0,))])
def test_a_place_that_does_not_exist_is_refused(path, index):
    with pytest.raises(IndexError):
        explain(pretrained("lenet5"), LENET5, np.zeros((28, 28, 1), np.float32), path, index)


def test_an_explanation_takes_less_than_a_tenth_of_a_second():
    model, image = pretrained("lenet5"), np.ones((28, 28, 1), np.float32)
    explain(model, LENET5, image, (7,), (0,))  # the first makes the probe
    seconds = []
    for path, _ in LENET5.walk():
        index = tuple(size // 2 for size in trace(LENET5).row(path).output_shape)
        started = time.perf_counter()
        explain(model, LENET5, image, path, index)
        seconds.append(time.perf_counter() - started)
    assert np.median(seconds) < 0.1


LARGE = Network((28, 28, 1), (Flatten(), Dense(2000, "relu"), Dense(1000, "softmax")), "Large")
DEEP = Network(
    (14, 14, 16),
    (Conv2D(256, 3, strides=4, groups=4, activation="softmax"), Flatten(), Dense(1000, "softmax")),
    "Deep",
)


@pytest.mark.parametrize("network", [LARGE, DEEP], ids=lambda network: network.name)
def test_one_of_a_thousand_shares_is_explained_within_a_tenth_of_a_second(network, random):
    model, image = build_model(network, seed=2), random.random(network.input_shape, np.float32)
    maps = activations(model, network, image)
    for row in trace(network).rows:
        index = tuple(size // 2 for size in row.output_shape)
        seconds = []
        for _ in range(3):  # the machine may be busy with something else
            started = time.perf_counter()
            found = explain(model, network, image, row.path, index, maps)
            parts(found), strongest_terms(found)
            seconds.append(time.perf_counter() - started)
        assert min(seconds) < 0.1, row.path
        assert found.value == pytest.approx(found.model_value, rel=1e-4, abs=1e-7)
