"""A block keeps its identity through edits, wherever it goes."""

from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from core.network import LENET5, Branches, Conv2D, Dense, Flatten, Network, residual_block
from core.network.identity import carried_identities, fresh_identities


class Marked:
    """The oracle: layers that can be told apart, for each has a width of its own."""

    def __init__(self) -> None:
        self.numbers, self.widths = count(), count(1)
        self.network = Network((28, 28, 1), tuple(self.layer() for _ in range(4)))
        self.identities = fresh_identities(self.network, self.numbers)

    def layer(self) -> Conv2D:
        return Conv2D(next(self.widths), 1)

    def who(self) -> dict[int, int]:
        """Width of a layer → its identity."""
        return {
            block.filters: self.identities[path]
            for path, block in self.network.walk()
            if not isinstance(block, Branches)
        }

    def become(self, network: Network) -> None:
        self.identities = carried_identities(self.network, self.identities, network, self.numbers)
        self.network = network


EDITS = ("insert", "remove", "up", "down", "change", "duplicate", "branch", "fork", "unbranch")


@given(st.lists(st.tuples(st.sampled_from(EDITS), st.integers(0, 30)), max_size=20))
def test_each_layer_keeps_its_identity_whatever_happens_to_the_others(steps):
    world = Marked()
    for edit, where in steps:
        network = world.network
        blocks = [path for path, _ in network.walk()]
        if not blocks:
            break
        path = blocks[where % len(blocks)]
        block, before = network.at(path), world.who()
        gone, new = set(), set()
        if edit == "insert":
            layer = world.layer()
            new, network = {layer.filters}, network.inserted(path, layer)
        elif edit == "remove":
            network = network.removed(path)
        elif edit in ("up", "down"):
            network = network.moved(path, -1 if edit == "up" else 1)
        elif edit == "change" and isinstance(block, Conv2D):
            wider = world.layer()
            network = network.replaced(path, wider)
            before[wider.filters] = before.pop(block.filters)
            gone = {block.filters}
        elif edit == "fork" and len(path) < 4:
            left, right = world.layer(), world.layer()
            new, network = (
                {left.filters, right.filters},
                network.inserted(path, Branches(((left,), (right,)), "concatenate")),
            )
        elif edit == "branch" and isinstance(block, Branches) and len(block.branches) < 8:
            layer = world.layer()
            new, network = {layer.filters}, network.replaced(path, block.with_branch(1, (layer,)))
        elif edit == "unbranch" and isinstance(block, Branches) and len(block.branches) > 2:
            network = network.replaced(path, block.without_branch(where % len(block.branches)))
        world.become(network)
        after = world.who()
        assert all(after[width] == before[width] for width in after if width not in new)
        assert not {after[width] for width in new} & set(before.values())
        assert not gone & set(after)
        assert set(world.identities) == {(), *network.places()}
        assert len(set(world.identities.values())) == len(world.identities)


def test_a_copy_is_new_and_comes_after_the_one_that_it_was_made_of():
    numbers = count()
    before = fresh_identities(LENET5, numbers)
    after = carried_identities(LENET5, before, LENET5.duplicated((2,)), numbers)
    assert [after[(n,)] for n in range(3)] == [before[(n,)] for n in range(3)]
    assert after[(3,)] not in before.values() and after[(4,)] == before[(3,)]


def test_another_kind_in_the_same_place_is_another_layer():
    numbers = count()
    network = Network((28, 28, 1), (Flatten(), Dense(10), Dense(10, "softmax")))
    before = fresh_identities(network, numbers)
    other = carried_identities(network, before, network.replaced((1,), Conv2D(10, 1)), numbers)
    assert other[(1,)] not in before.values() and other[(2,)] == before[(2,)]


def test_a_branch_keeps_its_identity_while_layers_are_added_to_it():
    numbers = count()
    network = Network((28, 28, 1), (residual_block(4),))
    before = fresh_identities(network, numbers)
    after = carried_identities(network, before, network.inserted((0, 1, 0), Conv2D(4, 1)), numbers)
    assert after[(0, 1)] == before[(0, 1)] and after[(0, 0, 0)] == before[(0, 0, 0)]
    assert after[(0, 1, 0)] not in before.values()
