"""Variants of whole networks: what is changed, what stays, and that they work."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
    GaussianDropout,
    GlobalAveragePooling2D,
    MaxPooling2D,
    Network,
    SeparableConv2D,
    SpatialDropout2D,
    inception_block,
    residual_block,
    trace,
)
from core.network.variants import (
    MOST_REPEATS,
    NoVariant,
    most_repeats,
    repeats_at,
    with_batch_normalisation,
    with_dropout,
    with_l2,
    with_repeats,
    with_separable_convolutions,
    with_spatial_dropout,
    with_width,
    without_batch_normalisation,
    without_skips,
)
from core.network.widths import with_parameters
from tests.strategies import networks

EDITS = {
    "L2": with_l2,
    "dropout": with_dropout,
    "spatial dropout": with_spatial_dropout,
    "batch normalisation": with_batch_normalisation,
    "half the width": lambda network: with_width(network, 0.5),
    "80,000 parameters": lambda network: with_parameters(network, 80_000),
    "no skips": without_skips,
    "no batch normalisation": without_batch_normalisation,
    "separable convolutions": with_separable_convolutions,
}
DENSE = Network((28, 28, 1), (Flatten(), Dense(32, "relu"), Dense(10, "softmax")))


RESNET = PRESETS["ResNet"].network


def kinds(network):
    return [type(layer).__name__ for layer in network.layers]


def count(network, kind):
    return sum(isinstance(block, kind) for _, block in network.walk())


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


def test_a_residual_network_without_skips_is_a_plain_row_of_the_same_convolutions():
    plain = without_skips(RESNET)
    assert count(RESNET, Branches) == 3 and count(plain, Branches) == 0
    within = [block for path, block in RESNET.walk() if len(path) == 1 or path[1] == 0]
    assert list(plain.layers) == [block for block in within if not isinstance(block, Branches)]
    assert trace(RESNET).parameters - trace(plain).parameters == sum(
        row.parameters for row in trace(RESNET).rows if len(row.path) > 1 and row.path[1] == 1
    )


def test_branches_that_compute_stay_where_a_skip_beside_them_goes():
    arms = (Conv2D(1, 3, padding="same"),), (Conv2D(1, 5, padding="same"),), ()
    network = Network((8, 8, 1), (Branches(arms, "add"), GlobalAveragePooling2D(), Dense(10, "softmax")))
    assert without_skips(network).layers[0] == Branches(arms[:2], "add")
    with pytest.raises(NoVariant, match="skip"):
        without_skips(without_skips(network))


def test_1x1_kernels_of_an_inception_block_are_no_skip():
    with pytest.raises(NoVariant, match="skip"):
        without_skips(Network((8, 8, 1), (inception_block(4), GlobalAveragePooling2D(), Dense(10, "softmax"))))


def test_without_batch_normalisation_a_layer_has_its_bias_back():
    changed = without_batch_normalisation(with_batch_normalisation(LENET5))
    assert count(changed, BatchNormalization) == 0
    assert trace(changed).parameters == trace(LENET5).parameters
    with pytest.raises(NoVariant, match="batch normalisation"):
        without_batch_normalisation(LENET5)


def test_separable_convolutions_keep_shapes_and_leave_the_first_layer_alone():
    changed = with_separable_convolutions(PRESETS["VGG"].network)
    before = PRESETS["VGG"].network
    assert [row.output_shape for row in trace(changed).rows] == [row.output_shape for row in trace(before).rows]
    assert changed.layers[0] == before.layers[0] and count(changed, SeparableConv2D) == count(before, Conv2D) - 1
    assert trace(changed).parameters < trace(before).parameters / 3
    with pytest.raises(NoVariant, match="image itself"):
        with_separable_convolutions(Network((8, 8, 1), (Conv2D(4, 3), Flatten(), Dense(10, "softmax"))))


@given(network=networks())
def test_what_should_go_has_gone(network):
    for edit, stays in (
        (without_skips, lambda block: isinstance(block, Branches) and not all(block.branches)),
        (without_batch_normalisation, lambda block: isinstance(block, BatchNormalization)),
    ):
        try:
            changed = edit(network)
        except NoVariant:
            continue
        assert not any(stays(block) for _, block in changed.walk())
    try:
        changed = with_separable_convolutions(network)
    except NoVariant:
        return
    before, after = count(network, SeparableConv2D), count(changed, SeparableConv2D)
    assert after > before and after + count(changed, Conv2D) == before + count(network, Conv2D)


def residual(blocks, *, after=()):
    row = tuple(block for _ in range(blocks) for block in (residual_block(4), *after))
    return Network((8, 8, 1), (Conv2D(4, 3, padding="same"), *row, GlobalAveragePooling2D(), Dense(10, "softmax")))


@pytest.mark.parametrize("after", [(), (BatchNormalization(), Activation("relu"))])
def test_a_block_is_repeated_with_what_goes_with_it(after):
    network = residual(2, after=after)
    for place in range(1, 1 + 2 * (1 + len(after))):
        assert repeats_at(network, (place,)) == ((1,), 1 + len(after), 2)
        assert with_repeats(network, (place,), 5) == residual(5, after=after)
        assert with_repeats(network, (place,), 1) == residual(1, after=after)
    assert most_repeats(network, (1,)) == MOST_REPEATS


def test_a_layer_within_a_branch_is_repeated_there():
    assert kinds(with_repeats(residual(1), (1, 0, 0), 3)) == kinds(residual(1))
    assert len(with_repeats(residual(1), (1, 0, 0), 3).at((1,)).branches[0]) == 4


def test_what_gives_the_answer_is_not_repeated_and_a_map_shrinks_only_as_far_as_there_is_one():
    assert most_repeats(LENET5, (7,)) == 1 and most_repeats(LENET5, (6,)) == MOST_REPEATS
    assert most_repeats(LENET5, (2,)) == 3  # 14 → 10 → 6 → 2, of which pooling leaves one
    with pytest.raises(NoVariant, match="answer"):
        with_repeats(LENET5, (7,), 2)
    with pytest.raises(NoVariant, match="1 time already"):
        with_repeats(LENET5, (6,), 1)


def test_no_network_grows_beyond_what_is_allowed():
    many = Network((8, 8, 1), (*[Activation("relu")] * 185, Flatten(), Dense(4), Dense(10, "softmax")))
    assert most_repeats(many, (186,)) == 13


@given(network=networks().filter(lambda network: network.layers), data=st.data())
def test_a_deeper_network_works_and_its_row_is_as_long_as_was_asked(network, data):
    path = data.draw(st.sampled_from([path for path, _ in network.walk()]))
    times = data.draw(st.integers(1, 4))
    row = repeats_at(network, path)
    try:
        changed = with_repeats(network, path, times)
    except NoVariant:
        return
    assert not trace(changed).problems and repeats_at(changed, row.first).times >= times
    grown = len(list(changed.walk())) - len(list(network.walk()))
    unit = sum(
        1 for at, _ in network.walk()
        if at[: len(row.first) - 1] == row.first[:-1] and 0 <= at[len(row.first) - 1] - row.first[-1] < row.length
    )  # fmt: skip
    assert grown == unit * (times - row.times)
