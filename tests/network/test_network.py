"""Networks are values: edits return new ones, text goes out and comes back."""

import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.network import (
    LENET5,
    Branches,
    Conv2D,
    Dense,
    Flatten,
    InvalidNetwork,
    InvalidSetting,
    Network,
    from_json,
    residual_block,
    to_json,
)
from core.network.network import MAX_LAYERS
from core.network.sharing import MAX_TEXT
from tests.strategies import networks

RESIDUAL = Network((28, 28, 8), (Conv2D(8, 3), Branches(((Conv2D(8, 3, padding="same"), Conv2D(8, 1)), ()), "add")))


def test_an_edit_leaves_the_original_alone():
    edited = LENET5.replaced((0,), Conv2D(12, 3))
    assert edited.at((0,)) == Conv2D(12, 3)
    assert LENET5.at((0,)).filters == 6
    assert edited.layers[1:] == LENET5.layers[1:]


def test_editing_inside_a_branch_is_like_outside():
    path = (1, 0, 1)
    assert RESIDUAL.at(path) == Conv2D(8, 1)
    assert RESIDUAL.removed(path).at((1,)).branches[0] == (Conv2D(8, 3, padding="same"),)
    assert RESIDUAL.inserted((1, 1, 0), Flatten()).at((1, 1, 0)) == Flatten()
    assert RESIDUAL.duplicated(path).at((1, 0, 2)) == Conv2D(8, 1)
    assert RESIDUAL.moved(path, -1).at((1, 0, 0)) == Conv2D(8, 1)


def test_moving_stops_at_the_ends():
    assert LENET5.moved((0,), -3) == LENET5
    assert LENET5.moved((0,), 99).layers[-1] == LENET5.layers[0]


@given(networks(most=5), st.data())
@settings(deadline=None, max_examples=50)
def test_inserting_and_removing_are_inverse(network, data):
    paths = [path for path, _ in network.walk()]
    if paths:
        path = data.draw(st.sampled_from(paths))
        assert network.inserted(path, Flatten()).removed(path) == network
        assert network.duplicated(path).removed(path) == network


def test_paths_that_do_not_exist_are_refused():
    for path in ((8,), (-1,), (0, 0, 0), (0, 0), ()):
        with pytest.raises(IndexError):
            LENET5.at(path)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Conv2D(0),
        lambda: Conv2D(8, (3, 99)),
        lambda: Conv2D("8"),
        lambda: Conv2D(True),
        lambda: Conv2D(padding="full"),
        lambda: Dense(10, "tan"),
        lambda: Network((28, 28), ()),
        lambda: Network((28, 28, 1), ("Dense",)),
        lambda: Network(name=""),
        lambda: Network(name="x" * 61),
        lambda: Branches(((),)),
        lambda: Branches(((), ()), "multiply"),
        lambda: Network((28, 28, 1), (Flatten(),) * (MAX_LAYERS + 1)),
    ],
)
def test_values_out_of_bounds_never_exist(wrong):
    with pytest.raises(InvalidSetting):
        wrong()


def test_a_message_says_what_was_given_and_what_would_work():
    with pytest.raises(InvalidSetting, match=r"Conv2D: Filters must be between 1 and 1,024, not 5000"):
        Conv2D(5000)


def test_one_number_stands_for_a_pair():
    assert Conv2D(8, 5) == Conv2D(8, (5, 5)) == Conv2D(8, [5, 5])


@given(networks())
@settings(deadline=None, max_examples=100)
def test_json_brings_back_an_equal_network(network):
    assert from_json(to_json(network)) == network


def test_defaults_are_not_written():
    written = json.loads(to_json(Network((28, 28, 1), (Conv2D(),))))
    assert written["layers"] == [{"kind": "Conv2D"}]


@pytest.mark.parametrize(
    "text",
    [
        "", "null", "[]", "{}", "1e999", '{"format": 2}', "[" * 100_000, "9" * 10_000,
        '{"format": 1}',
        '{"format": 1, "input_shape": [28, 28, 1], "layers": [{"kind": "Lambda"}]}',
        '{"format": 1, "input_shape": [28, 28, 1], "layers": [{"kind": "Conv2D", "noun": "x"}]}',
        '{"format": 1, "input_shape": [28, 28, 1], "layers": [{"kind": "Conv2D", "filters": NaN}]}',
        '{"format": 1, "input_shape": [28, 28, 1], "layers": [{"kind": "Conv2D", "filters": 1e400}]}',
        '{"format": 1, "input_shape": [28, 28, 1], "layers": [{"kind": "Dropout", "rate": ' + "9" * 400 + "}]}",
        '{"format": 1, "input_shape": [28, 28, 1e9], "layers": []}',
        '{"format": 1, "input_shape": [28, 28, 1], "layers": [], "name": 7}',
        '{"format": 1, "input_shape": [28, 28, 1], "layers": [], "name": [[]]}',
        '{"format": 1, "input_shape": [28, 28, 1], "layers": [{"branches": [[], []], "merge": {}}]}',
        '{"format": 1, "input_shape": [28, 28, 1], "layers": [{"kind": {}}]}',
        "x" * (MAX_TEXT + 1),
    ],
)  # fmt: skip
def test_bad_texts_raise_only_invalid_network(text):
    with pytest.raises(InvalidNetwork) as caught:
        from_json(text)
    assert len(str(caught.value)) < 300


def test_deeply_nested_branches_are_refused():
    block = []
    for _ in range(40):
        block = [{"branches": [block, []], "merge": "add"}]
    with pytest.raises(InvalidNetwork, match="nested"):
        from_json(json.dumps({"format": 1, "input_shape": [8, 8, 1], "layers": block}))


def test_mutated_texts_raise_only_invalid_network():
    dice = random.Random(11)
    texts = [to_json(LENET5), to_json(RESIDUAL)]
    for _ in range(3000):
        letters = list(dice.choice(texts))
        for _ in range(dice.randint(1, 6)):
            at = dice.randrange(len(letters))
            letters[at : at + dice.randint(0, 3)] = dice.choice('{}[]",:0123456789.-eEtrufalsn×\x00\ud800')
        try:
            assert isinstance(from_json("".join(letters)), Network)
        except InvalidNetwork:
            pass


def test_branches_are_no_layer():
    network = Network(layers=(Flatten(), residual_block(4)))
    assert network.layer_at((0,)) is network.at((0,))
    assert network.layer_at((1, 0, 1)) is network.at((1, 0, 1))
    for path in ((1,), (2,)):
        with pytest.raises(IndexError):
            network.layer_at(path)
