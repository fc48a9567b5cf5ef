"""Where the layers of a network are drawn."""

import itertools

import pytest
from hypothesis import given

from core.network import LENET5, PRESETS, Branches, Conv2D, Network, residual_block
from core.views.arrangement import EMPTY, Room, arrange
from tests.strategies import networks


def test_a_sequence_is_one_lane():
    found = arrange(LENET5)
    assert [place.column for place in found.places] == list(range(1, 9))
    assert {(place.top, place.bottom) for place in found.places} == {(0.0, 1.0)}
    assert found.widths == (1,) * 8 and found.bypasses == ()


def test_a_skip_is_a_low_lane_past_the_others():
    network = Network((28, 28, 1), (Conv2D(8, (3, 3), padding="same"), residual_block(8), Conv2D(8)))
    found = arrange(network)
    inner = [place for place in found.places if place.path[:2] == (1, 0)]
    (bypass,) = found.bypasses
    assert bypass.path == (1, 1) and bypass.join == (1,)
    high = 1 / (1 + EMPTY)
    assert all((place.top, place.bottom) == pytest.approx((0, high)) for place in inner)
    assert bypass.middle == pytest.approx((high + 1) / 2)
    assert [place.column for place in inner] == list(range(2, 2 + len(inner)))
    join = next(place for place in found.places if place.path == (1,))
    assert join.column == 2 + len(inner) and (join.top, join.bottom) == (0.0, 1.0)
    assert found.widths == (1, len(inner) + 1, 1)


def test_branches_of_unequal_length_end_before_their_join():
    branches = Branches(branches=((Conv2D(4),), (Conv2D(4), Conv2D(4))))
    places = {place.path: place for place in arrange(Network((28, 28, 1), (branches,))).places}
    assert places[0, 0, 0].column == places[0, 1, 0].column == 1
    assert places[0, 1, 1].column == 2 and places[(0,)].column == 3
    assert places[0, 0, 0].bottom == places[0, 1, 0].top == 0.5


@given(networks())
def test_no_two_layers_stand_at_one_place_and_each_stands_right_of_what_it_reads(network):
    places = {place.path: place for place in arrange(network).places}
    assert list(places) == [path for path, _ in network.walk()]
    for path, place in places.items():
        assert 0 <= place.top < place.bottom <= 1 + 1e-9
        assert all(places[source].column < place.column for source in network.sources(path) if source)
    ordered = sorted(places.values(), key=lambda place: (place.column, place.top))
    for one, other in itertools.pairwise(ordered):
        assert one.column < other.column or one.bottom <= other.top + 1e-9


@pytest.mark.parametrize("name", PRESETS)
def test_widths_add_up_to_the_last_column(name):
    found = arrange(PRESETS[name].network)
    assert sum(found.widths) == max(place.column for place in found.places)


@given(networks())
def test_lanes_that_are_not_stretched_are_as_high_as_they_need_and_lines_have_their_room(network):
    room = Room(lead=0.5, meeting=0.25, stretched=False)
    tight, found = arrange(network), arrange(network, room)
    assert [place.path for place in found.places] == [place.path for place in tight.places]
    for place in found.places:
        *above, number, _ = (0, *place.path) if len(place.path) == 1 else place.path
        branch = network.at(tuple(above)).branches[number] if above else network.layers
        if not any(isinstance(block, Branches) for block in branch):
            least = 1 if len(place.path) > 1 else found.height
            assert (place.bottom - place.top) * found.height == pytest.approx(least)
        block = network.at(place.path)
        if isinstance(block, Branches):
            inner = [one for one in found.places if one.path[:-2] == place.path]
            if inner:
                assert max(one.column for one in inner) + 1 + room.meeting == pytest.approx(place.column)
    assert sum(found.widths) == pytest.approx(max((place.column for place in found.places), default=0))
