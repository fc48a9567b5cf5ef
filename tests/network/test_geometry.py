"""Keras is the oracle for shapes and parameters, answers to single bright pixels for receptive fields."""

import time
from fractions import Fraction

import keras
import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from core.network import (
    LENET5,
    PRESETS,
    AveragePooling2D,
    BatchNormalization,
    Branches,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Flatten,
    GlobalAveragePooling2D,
    MaxPooling2D,
    Network,
    SeparableConv2D,
    ZeroPadding2D,
    trace,
)
from core.network.layers import CannotWork, Window, size_text
from core.training import build_model
from core.training.model import keras_fields, layer_name
from tests.linear import LINEAR, box_around, linear, responses
from tests.strategies import layers, networks
from tests.upsampling import Conv2DTranspose, UpSampling2D

relaxed = settings(
    deadline=None, max_examples=500, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)


@given(networks())
@settings(relaxed, max_examples=100)  # of several layers each
def test_every_row_has_keras_shape_and_parameters(network):
    assume(network.layers)
    model = build_model(network)
    for row in trace(network).rows:
        layer = model.get_layer(layer_name(row.path))
        assert tuple(layer.output.shape[1:]) == row.output_shape
        assert layer.count_params() == row.parameters
        trainable = sum(int(np.prod(w.shape)) for w in layer.trainable_weights)
        assert trainable == row.trainable_parameters
    assert model.count_params() == trace(network).parameters


@given(st.tuples(st.integers(1, 6), st.integers(1, 6), st.integers(1, 3)), layers())
@settings(relaxed, max_examples=300)
def test_a_problem_is_named_exactly_where_keras_refuses(shape, layer):
    problems = trace(Network(shape, (layer,))).problems
    # For depthwise layers Keras lets strides and dilation together pass; TensorFlow documents that they must not.
    both = max(getattr(layer, "strides", None) or (1,)) > 1 and max(getattr(layer, "dilation_rate", (1,))) > 1
    assume(not both)
    # Nor does Keras mind that TensorFlow computes depthwise layers with unequal strides unreliably.
    uneven = isinstance(layer, (SeparableConv2D, DepthwiseConv2D)) and layer.strides[0] != layer.strides[1]
    assume(not uneven)
    try:
        output = getattr(keras.layers, type(layer).__name__)(**keras_fields(layer))(keras.Input(shape))
        refused = 0 in output.shape[1:]
    except ValueError:
        refused = True
    assert bool(problems) == refused


def assert_fields_are_boxes_around_answers(network: Network) -> None:
    answers = responses(network)
    for row in trace(network).rows:
        rows, columns = row.receptive_field.units
        if len(row.output_shape) == 3:
            assert (rows, columns) == row.output_shape[:2]  # each position of a map has a field of its own
        for r in range(rows):
            for c in range(columns):
                assert tuple(row.receptive_field.region(r, c)) == box_around(answers[row.path][r, c])


@given(networks(LINEAR, most=4, sides=(4, 9)))
@settings(relaxed, max_examples=100)
def test_receptive_fields_are_exactly_what_the_output_depends_on(network):
    assume(network.layers)
    assert_fields_are_boxes_around_answers(linear(network))


def test_padding_dilation_and_unequal_branches_are_exact_at_the_border():
    network = Network(
        (9, 11, 1),
        (
            ZeroPadding2D((3, 2)),
            Conv2D(1, (3, 3), dilation_rate=(2, 2)),
            Branches(((Conv2D(1, (1, 3), padding="same"),), (Conv2D(1, (3, 1), padding="same"),)), "concatenate"),
            Conv2D(1, (3, 3), strides=(2, 2), padding="same"),
        ),
    )
    assert_fields_are_boxes_around_answers(network)


@pytest.mark.parametrize(
    ("stack", "size", "stride"),
    [
        ([Conv2D(1, 7), Conv2D(1, 5), MaxPooling2D(), Conv2D(1, 5)], 20, 2),
        (
            [Conv2D(1, 5), Conv2D(1, 3), MaxPooling2D(), Conv2D(1, 3), Conv2D(1, 3), MaxPooling2D()]
            + [Conv2D(1, 3), Conv2D(1, 3)],
            34,
            4,
        ),
    ],
)
def test_published_receptive_fields(stack, size, stride):
    last = trace(Network((64, 64, 1), tuple(stack))).rows[-1].receptive_field
    assert last.size == (size, size)
    assert last.stride == (stride, stride)


def vgg16_until(block: int):
    stack = []
    for filters, convolutions in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3))[:block]:
        stack += [Conv2D(filters, 3, padding="same")] * convolutions + [MaxPooling2D()]
    return trace(Network((224, 224, 3), tuple(stack[:-1]))).rows[-1].receptive_field


def test_vgg16_is_as_published():
    assert (vgg16_until(4).size[0], vgg16_until(4).stride[0]) == (92, 8)
    assert (vgg16_until(5).size[0], vgg16_until(5).stride[0]) == (196, 16)


def test_resnet50_is_as_published():
    """483 pixels, stride 32 (Araujo, Norris and Sim 2019; strides at the end of each block, as in TF-Slim)."""

    def bottleneck(stride):
        body = (Conv2D(1, 1), Conv2D(1, 3, strides=stride, padding="same"), Conv2D(4, 1))
        skip = () if stride == 1 else (MaxPooling2D(1, strides=stride),)
        return Branches((body, skip), "add")

    stack = [Conv2D(4, 7, strides=2, padding="same"), MaxPooling2D(3, strides=2, padding="same")]
    for units, stride in ((3, 2), (4, 2), (6, 2), (3, 1)):
        stack += [bottleneck(1)] * (units - 1) + [bottleneck(stride)]
    traced = trace(Network((224, 224, 3), tuple(stack)))
    assert traced.problems == ()
    assert (traced.rows[-1].receptive_field.size[0], traced.rows[-1].receptive_field.stride[0]) == (483, 32)


def test_inception_v3_is_as_published():
    """1,311 pixels, stride 32 (Araujo, Norris and Sim 2019); the layers of Szegedy and others (2015)."""

    def row(*sizes, **last):
        layers = [Conv2D(1, size, padding="same") for size in sizes]
        return (*layers[:-1], Conv2D(1, sizes[-1], **last)) if last else tuple(layers)

    halved = {"strides": 2, "padding": "valid"}
    pooled = (MaxPooling2D(3, strides=1, padding="same"), Conv2D(1, 1))
    narrow = (MaxPooling2D(3, strides=2),)
    flat, tall = (1, 3), (3, 1)
    a = Branches((row(1), row(1, 5), row(1, 3, 3), pooled))
    b = Branches((row(1), row(1, (1, 7), (7, 1)), row(1, (7, 1), (1, 7), (7, 1), (1, 7)), pooled))
    ends = Branches((row(flat), row(tall)))
    c = Branches((row(1), (*row(1), ends), (*row(1, 3), ends), pooled))
    stem = [Conv2D(1, 3, strides=2), Conv2D(1, 3), Conv2D(1, 3, padding="same"), MaxPooling2D(3, strides=2)]
    stem += [Conv2D(1, 1), Conv2D(1, 3), MaxPooling2D(3, strides=2)]
    first = Branches((row(3, **halved), row(1, 3, 3, **halved), narrow))
    second = Branches((row(1, 3, **halved), row(1, (1, 7), (7, 1), 3, **halved), narrow))
    traced = trace(Network((256, 256, 3), (*stem, a, a, a, first, b, b, b, b, second, c, c)))
    assert traced.problems == ()
    assert (traced.rows[-1].receptive_field.size[0], traced.rows[-1].receptive_field.stride[0]) == (1311, 32)


def test_no_network_makes_the_arithmetic_slow():
    """Sixty joins whose branches all see differently: as many ways through as there are numbers."""
    joins = [
        Branches(((Conv2D(1, (1 + i % 7, 1), padding="same"),), (Conv2D(1, (1, 1 + i % 5), padding="same"),)), "add")
        for i in range(60)
    ]
    network = Network((256, 256, 1), tuple(joins))
    before = time.process_time()
    field = trace(network).rows[-1].receptive_field
    assert time.process_time() - before < 5  # it was 25 s before the ways were bounded; it is well under one
    assert field.region(128, 128).size[0] > 100


def test_two_3x3_see_what_one_5x5_sees():
    two = trace(Network((28, 28, 1), (Conv2D(1, 3), Conv2D(1, 3)))).rows[-1]
    one = trace(Network((28, 28, 1), (Conv2D(1, 5),))).rows[-1]
    assert two.receptive_field.region(4, 6) == one.receptive_field.region(4, 6)


@pytest.mark.parametrize("name", PRESETS)
def test_presets_have_their_published_parameters(name):
    preset = PRESETS[name]
    if preset.published_parameters and preset.exact:
        assert trace(preset.network).parameters == preset.published_parameters
    elif preset.published_parameters:
        assert trace(preset.network).parameters <= preset.published_parameters


def test_lenets_layers_have_their_published_parameters():
    assert [row.parameters for row in trace(LENET5).rows if row.parameters] == [156, 2_416, 48_120, 10_164, 850]


@pytest.mark.parametrize("name", PRESETS)
def test_presets_can_be_trained_as_they_are_or_have_no_recipe(name):
    preset = PRESETS[name]
    assert bool(trace(preset.network, 10).problems) == (preset.recipe is None)


def test_the_tiny_networks_follow_their_design_rule():
    """The receptive field at the end matches the size of the digit."""
    for name in ("C2", "C3", "C4"):
        maps = [row for row in trace(PRESETS[name].network).rows if row.output_shape and len(row.output_shape) == 3]
        assert maps[-1].receptive_field.size == (28, 28)


def test_exercises_from_the_reader():
    dense = trace(Network((256, 256, 3), (Flatten(), Dense(1000)))).rows[-1]
    assert dense.parameters == 196_609_000
    assert trace(Network((8, 8, 3), (Conv2D(10, 3),))).parameters == 280
    padded = trace(Network((100, 100, 3), (ZeroPadding2D((2, 2)), Conv2D(4, 3))))
    assert padded.rows[-1].output_shape == (102, 102, 4)


def test_macs_follow_the_formulas():
    conv = trace(Network((28, 28, 3), (Conv2D(8, 5, padding="same"),))).rows[0]
    assert conv.macs == 28 * 28 * 8 * 5 * 5 * 3
    assert trace(Network((4, 4, 2), (Flatten(), Dense(7)))).macs == 32 * 7


def test_a_problem_names_its_layer_in_words_a_beginner_understands():
    network = Network((28, 28, 1), (MaxPooling2D(8), Conv2D(4, 5), Flatten(), Dense(10, "softmax")))
    traced = trace(network, 10)
    assert [problem.path for problem in traced.problems] == [(1,)]
    assert "Conv2D 5×5 needs at least 5×5 pixels, but only 3×3 are left" in traced.problems[0].sentence
    assert traced.rows[0].output_shape == (3, 3, 1)
    assert [row.output_shape for row in traced.rows[1:]] == [None, None, None]


@pytest.mark.parametrize("kind", [SeparableConv2D, DepthwiseConv2D])
def test_what_tensorflow_computes_unreliably_is_refused(kind):
    for wrong, words in (
        (kind(strides=(1, 2)), "same stride for rows and columns"),
        (kind(strides=2, dilation_rate=2), "cannot use strides and dilation together"),
    ):
        assert words in trace(Network((8, 8, 1), (wrong,))).problem_at((0,))


def test_layers_after_flatten_are_told_to_move():
    sentence = trace(Network((28, 28, 1), (Flatten(), Conv2D(4, 3)))).problem_at((1,))
    assert "row of 784 numbers" in sentence


def middle_of_what_is_seen(branch):
    """Row and column in the middle of the box of pixels that the unit at (8, 8) of a branch answers to."""
    path, seen = list(responses(Network((17, 17, 1), branch)).items())[-1]
    assert path == (len(branch) - 1,)
    top, left, bottom, right = box_around(seen[8, 8])
    return (top + bottom - 1) / 2, (left + right - 1) / 2


@pytest.mark.parametrize(
    ("sizes", "words"),
    [
        (((1, 2),), "0.5 pixels apart"),
        (((2, 1),), "0.5 pixels apart"),
        (((1, 2), (1, 2)), "1 pixel apart"),
        (((2, 1), (1, 2), (1, 4), (1, 2)), "1.5 pixels apart"),
        (((2, 2), (2, 1), (4, 1)), "1.5 pixels apart"),
    ],
)
def test_misaligned_branches_are_as_far_apart_as_is_said(sizes, words):
    even = tuple(Conv2D(1, size, padding="same") for size in sizes)
    odd = (Conv2D(1, 3, padding="same"),)
    apart = max(abs(a - b) for a, b in zip(middle_of_what_is_seen(even), middle_of_what_is_seen(odd)))
    assert words.startswith(f"{apart:g} pixel")
    assert words in trace(Network((17, 17, 1), (Branches((even, odd)),))).notes[(0,)]


def test_misaligned_branches_are_noted():
    even = Branches(((Conv2D(2, 2, padding="same"),), (Conv2D(2, 3, padding="same"),)))
    assert "misaligned" in trace(Network((8, 8, 1), (even,))).notes[(0,)]
    strided = Branches(((Conv2D(2, 3, strides=2, padding="same"),), (ZeroPadding2D(0), Conv2D(2, 5))))
    assert "step over the image by 1×1 and 2×2" in trace(Network((8, 8, 1), (strided,))).notes[(0,)]
    # Beyond such a join a step is taken for the larger one, so that no receptive field is said to be too small.
    beyond = trace(Network((8, 8, 1), (strided, Conv2D(2, 3, padding="same"))))
    assert [row.field.stride for row in beyond.rows[-2:]] == [(2, 2), (2, 2)]
    assert beyond.rows[-1].field.vertical.size == beyond.rows[-2].field.vertical.size + 2 * 2
    fine = Branches(((Conv2D(2, 3, padding="same"),), (Conv2D(2, 5, padding="same"),), ()))
    assert (0,) not in trace(Network((8, 8, 1), (fine,))).notes


def test_what_arrives_at_a_place_is_known():
    network = Network((8, 8, 3), (Conv2D(4, 3), Branches(((Conv2D(5, 1),), ()), "concatenate")))
    traced = trace(network)
    assert traced.shape_after((0,)) == (6, 6, 4)
    assert traced.shape_after((1, 1)) == (6, 6, 4)  # the empty branch
    assert traced.shape_after((1, 0, 0)) == (6, 6, 5)
    assert traced.shape_after((1,)) == (6, 6, 9)


@pytest.mark.parametrize(
    ("ends", "merge", "words"),
    [
        ((Conv2D(4, 1), Conv2D(5, 1)), "add", "Give all ends the same number of filters, or join by concatenate."),
        ((Conv2D(4, 3), Conv2D(4, 5)), "add", "Give all ends the same height and width"),
        ((Conv2D(4, 3), Conv2D(4, 5)), "concatenate", "Give all ends the same height and width"),
        ((Flatten(), Conv2D(4, 5)), "concatenate", "Flatten all of them, or none."),
        ((Flatten(), GlobalAveragePooling2D()), "add", "Give all ends the same number of units"),
    ],
)
def test_a_join_that_cannot_work_says_what_to_do(ends, merge, words):
    network = Network((28, 28, 1), (Branches(tuple((end,) for end in ends), merge),))
    assert words in trace(network).problem_at((0,))


def test_branches_own_what_is_in_them():
    block = Branches(((Conv2D(4, 3, padding="same"), Branches(((Dense(3),), ()))), ()))
    traced = trace(Network((8, 8, 2), (Conv2D(2, 1), block)))
    assert traced.row((1,)).parameters == 0  # the join itself
    assert traced.parameters_within((1,)) == 4 * (3 * 3 * 2 + 1) + 3 * 5
    assert traced.parameters_within((0,)) == 2 * 3


def test_joins_that_cannot_work_name_both_shapes():
    branches = Branches(((Conv2D(4, 3),), (Conv2D(4, 5),)))
    for merge in ("concatenate", "add"):
        network = Network((28, 28, 1), (Branches(branches.branches, merge),))
        sentence = trace(network).problem_at((0,))
        assert "26×26×4" in sentence and "24×24×4" in sentence


@pytest.mark.parametrize(
    ("last", "words"),
    [
        ((), "no layers"),
        ((Conv2D(4, 3),), "ends with an image"),
        ((Flatten(), Dense(7, "softmax")), "ends with 7 numbers"),
        ((Flatten(), Dense(10)), "softmax"),
    ],
)
def test_an_output_that_is_no_answer_is_a_problem(last, words):
    assert words in trace(Network((28, 28, 1), last), 10).problems[0].sentence


def test_normalisation_and_global_pooling_count_as_keras_counts():
    rows = trace(Network((8, 8, 6), (BatchNormalization(scale=False), GlobalAveragePooling2D()))).rows
    assert (rows[0].parameters, rows[0].trainable_parameters) == (18, 6)
    assert rows[1].output_shape == (6,)
    assert rows[1].receptive_field.covers_input


@pytest.mark.parametrize(
    ("kernel", "covers"), [((15, 1), False), ((1, 15), False), ((7, 15), False), ((15, 7), False), ((15, 15), True)]
)
def test_a_field_covers_the_input_only_where_it_is_as_high_and_as_wide(kernel, covers):
    network = Network((9, 9, 1), (Conv2D(1, kernel, padding="same"),))
    assert trace(network).rows[0].receptive_field.covers_input is covers
    assert responses(network)[(0,)][4, 4].all() == covers  # the unit in the middle answers to every pixel


def test_a_unit_that_reads_padding_only_sees_nothing():
    field = trace(Network((6, 6, 1), (ZeroPadding2D((4, 4)), AveragePooling2D(2)))).rows[-1].receptive_field
    assert field.region(0, 0).size == (0, 0)
    with pytest.raises(IndexError):
        field.region(7, 0)


GROWING = {
    "nearest": (UpSampling2D((2, 3)),),
    "same": (Conv2DTranspose(2, (3, 4), (2, 2), "same"),),
    "valid": (Conv2DTranspose(2, (3, 2), (2, 3), "valid"),),
    "narrow": (Conv2DTranspose(1, 1, 3, "same"), Conv2D(1, 3, padding="same")),
    "after pooling": (Conv2D(1, 3, strides=2), Conv2DTranspose(2, 4, 2, "same"), Conv2D(2, 3, padding="same")),
    "there and back": (MaxPooling2D(1, 3), UpSampling2D(3), AveragePooling2D(3), ZeroPadding2D(1)),
    "with a skip": (Branches(((AveragePooling2D(2), UpSampling2D(2)), (Conv2D(3, 1),)), "concatenate"), Conv2D(1, 2)),
}


@pytest.mark.parametrize("layers", GROWING.values(), ids=GROWING)
def test_a_stride_below_one_is_as_exact_as_any_other(layers):
    """Windows can upsample: every unit reads the pixels that it answers to, and lies where its field says."""
    network = Network((8, 6, 3), layers)
    model, answers = build_model(network), responses(network)
    for row in trace(network).rows:
        field = row.receptive_field
        assert tuple(model.get_layer(layer_name(row.path)).output.shape[1:]) == row.output_shape
        assert model.get_layer(layer_name(row.path)).count_params() == row.parameters
        for r, c in np.ndindex(field.units):
            box = field.region(r, c)
            assert tuple(box) == box_around(answers[row.path][r, c])
            for first, end, axis, unit in ((0, 2, field.vertical, r), (1, 3, field.horizontal, c)):
                if box != (0, 0, 0, 0):
                    assert unit * axis.jump + axis.low <= box[first] < box[end] <= unit * axis.jump + axis.high + 1
                    assert box[end] - box[first] <= axis.size


def test_upsampling_halves_the_step_and_keeps_the_view():
    one = trace(Network((8, 8, 1), (UpSampling2D(2),))).rows[0].receptive_field
    assert (one.size, one.stride, one.vertical.centre) == ((1, 1), (Fraction(1, 2), Fraction(1, 2)), -0.25)
    assert size_text(one.stride) == "1/2×1/2"
    back = trace(Network((8, 8, 1), (Conv2D(1, 3, strides=2), UpSampling2D(2)))).rows[1].receptive_field
    assert back.stride == (1, 1) and all(isinstance(step, int) for step in back.stride)


def test_the_taps_of_a_window_are_named_by_their_number_in_the_kernel():
    plain = Window(3, 2, 2, 1, 4)
    assert plain.taps(1) == {0: 1, 1: 3, 2: 5} and plain.taps(0) == {0: -1, 1: 1, 2: 3}
    assert plain.taps(0, 3) == {1: 1}
    transposed = Window(3, 1, -1, 0, 9, 2)  # a kernel turned round, zeros between the inputs
    assert [transposed.taps(i) for i in (2, 3)] == [{2: 0, 0: 1}, {1: 1}]


def test_behind_a_problem_there_is_no_shape_and_asking_for_it_says_where():
    traced = trace(Network((28, 28, 1), (Flatten(), Conv2D(4), Dense(3))))
    assert traced.row((0,)).shape == (784,)
    assert traced.row((0,)).field is traced.row((0,)).receptive_field
    assert traced.arriving((1,)) == (784,)
    for ask in (lambda: traced.row((1,)).shape, lambda: traced.row((2,)).field):
        with pytest.raises(CannotWork, match=r"comes out of layer [23]\."):
            ask()
    with pytest.raises(CannotWork, match=r"arrives at layer 3\."):
        traced.arriving((2,))


def test_a_separable_convolution_costs_its_two_convolutions():
    kinds = [
        SeparableConv2D(12, (3, 5), depth_multiplier=2),
        DepthwiseConv2D((3, 5), depth_multiplier=2),
        Conv2D(12, 1),
    ]
    alone = Network((9, 11, 4), (kinds[0],))
    both = Network((9, 11, 4), tuple(kinds[1:]))
    assert trace(alone).macs == trace(both).macs == 7 * 7 * 8 * 3 * 5 + 7 * 7 * 8 * 12


def test_the_numbers_of_all_outputs_are_counted():
    maps = 28 * 28 * 6 + 14 * 14 * 6 + 10 * 10 * 16 + 5 * 5 * 16
    assert trace(LENET5).activation_values == maps + 400 + 120 + 84 + 10


def test_branches_that_step_differently_are_told_rows_before_columns():
    network = Network((6, 6, 1), (Branches(((Conv2D(2, (2, 1), strides=(2, 1)),), (Conv2D(2, (4, 1)),))),))
    assert "step over the image by 1×1 and 2×1 pixels" in trace(network).notes[(0,)]
