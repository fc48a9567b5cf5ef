"""What differs between two networks, layer by layer."""

from hypothesis import given, settings

from core.network import LENET5, Branches, Conv2D, Dense, Dropout, Flatten, MaxPooling2D, Network
from core.study.changes import LayerChange, layer_changes
from tests.strategies import networks


def network(*layers) -> Network:
    return Network((28, 28, 1), layers)


BASE = network(Conv2D(8, 3), MaxPooling2D(2), Flatten(), Dense(10, "softmax"))


def test_a_layer_with_other_settings_is_changed_and_the_settings_are_told():
    other = network(Conv2D(16, 5), MaxPooling2D(2), Flatten(), Dense(10, "softmax"))
    first, *rest = layer_changes(BASE, other)
    assert first.settings == (("Filters", "8", "16"), ("Kernel size", "3×3", "5×5"))
    assert (first.first, first.second) == ((0,), (0,)) and not first.same
    assert len(rest) == 3 and all(one.same for one in rest)


def test_a_layer_more_or_less_moves_the_others_only():
    other = network(Conv2D(8, 3), MaxPooling2D(2), Flatten(), Dropout(0.5), Dense(10, "softmax"))
    assert layer_changes(BASE, other)[3:] == (LayerChange(None, (3,)), LayerChange((3,), (4,)))
    assert layer_changes(other, BASE)[3:] == (LayerChange((3,), None), LayerChange((4,), (3,)))


def test_layers_of_other_kinds_do_not_correspond():
    found = layer_changes(network(Flatten(), Dense(10)), network(Conv2D(8, 3), Flatten(), Dropout(0.5), Dense(10)))
    assert [(one.first, one.second) for one in found] == [(None, (0,)), ((0,), (1,)), (None, (2,)), ((1,), (3,))]


def test_a_layer_that_has_gone_into_another_branch_is_another_and_a_merge_is_a_setting():
    one = network(Branches(((Conv2D(8, 3),), ()), "add"))
    moved, joined = network(Branches(((), (Conv2D(8, 3),)), "add")), network(Branches(((Conv2D(8, 3),), ())))
    assert {(change.first is None, change.second is None) for change in layer_changes(one, moved)[:2]} == {
        (True, False),
        (False, True),
    }
    assert layer_changes(one, joined)[-1].settings == (("merge", "add", "concatenate"),)


@settings(max_examples=25)
@given(networks(most=4), networks(most=4))
def test_every_layer_of_both_is_there_once_and_in_order(one, other):
    found = layer_changes(one, other)
    assert [change.first for change in found if change.first is not None] == [path for path, _ in one.walk()]
    assert [change.second for change in found if change.second is not None] == [path for path, _ in other.walk()]
    for change in found:
        if change.same:
            assert type(one.at(change.first)) is type(other.at(change.second))
    assert all(change.same for change in layer_changes(one, one)) and layer_changes(LENET5, LENET5)
