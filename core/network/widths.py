"""A network of a wished size: one factor for all widths, and where whole units are too coarse for that, single layers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from math import lcm
from typing import NamedTuple

from core.network.geometry import Trace, trace
from core.network.layers import CannotWork, Layer
from core.network.network import Block, Branches, Network, Path
from core.network.settings import Integer, InvalidSetting, settings_of
from core.network.totals import totals
from core.network.variants import WIDTHS, NoVariant, last_learner, with_width

WIDEST = 16.0  # times as wide, at most
SEARCHED = 30  # factors
TOLERANCE = 0.02  # of the wished number: as long as it is missed by more, layers may change further
REACHES = (1 / 8, 1 / 2, None)  # of a layer's width that it may change by, one after the other; None for any
MOST_CHANGES = 20  # within each of these


def with_parameters(network: Network, parameters: int) -> Network:
    """The network made wider or narrower, until its number of parameters is as close as whole units allow.

    First, all hidden layers get the same factor. From the best one on, the layer whose change brings the number
    nearest is changed, until none does: by an eighth of its width at most, or one step, and where that misses the
    wished number by more than 2 %, by more. So a result that is further off has no layer of which one step more,
    or less, would be nearer. Layers that are added up keep equal widths, and groups divide evenly.

    Raises:
        NoVariant: where no other width works.
    """
    found = min(_by_one_factor(network, parameters), key=lambda one: _miss(one, parameters))
    ties = list(_ties(network))
    for reach in REACHES:
        found = _adjusted(found, ties, parameters, reach)
        if _miss(found, parameters) <= TOLERANCE * parameters:
            break
    if found == network and not any(_stepped(network, tie, way) for tie in ties for way in (1, -1)):
        raise NoVariant("No other width of its hidden layers works.")
    return found


def _miss(network: Network, parameters: int) -> int:
    return abs(totals(network).parameters - parameters)


def _by_one_factor(network: Network, parameters: int) -> list[Network]:
    """The network, and those that a search for the best factor comes by."""
    low, high = 1 / 8192, WIDEST
    found = [network]
    for _ in range(SEARCHED):
        share = (low * high) ** 0.5
        try:
            found.append(with_width(network, share))
        except NoVariant:  # too wide for its settings, or the same
            low, high = (low, share) if share > 1 else (share, high)
            continue
        low, high = (low, share) if totals(found[-1]).parameters > parameters else (share, high)
    return found


class _Tie(NamedTuple):
    """Hidden layers that are as wide as each other, since their outputs are added up; mostly a single one.

    Attributes:
        paths: of these layers.
        grain: by multiples of which their width can change, so that groups divide it.
    """

    paths: tuple[Path, ...]
    grain: int


@dataclass
class _Channels:
    """Which layers decide the number of channels at each place, collected along a network.

    Attributes:
        traced: of the network.
        of: path of a layer with a width → a mark; layers with the same mark are tied.
        grains: path → what must divide its width.
        fixed: marks of those whose width cannot change alone.
    """

    traced: Trace
    of: dict[Path, Path] = field(default_factory=dict)
    grains: dict[Path, int] = field(default_factory=dict)
    fixed: set[Path] = field(default_factory=set)

    def follow(self, blocks: Iterable[Block], prefix: Path, source: Path | None) -> Path | None:
        """The mark of what comes out of a row of blocks, given that of what arrives; None where no layer decides it."""
        for place, block in enumerate(blocks):
            path = (*prefix, place)
            if isinstance(block, Branches):
                ends = [self.follow(branch, (*path, n), source) for n, branch in enumerate(block.branches)]
                source = self._added(ends) if block.merge == "add" else None
                continue
            groups = getattr(block, "groups", 1)
            if source is not None:
                self.grains[source] = lcm(self.grains[source], groups)
            if _width(block) is not None:
                self.of[path], self.grains[path], source = path, groups, path
            elif self.traced.row(path).shape[-1] != self.traced.arriving(path)[-1]:
                source = None
        return source

    def _added(self, ends: list[Path | None]) -> Path | None:
        """The one mark of what is added up."""
        marks = {self.of[end] for end in ends if end is not None}
        if None in ends:
            self.fixed |= marks
        if not marks:
            return None
        kept = min(marks)
        if marks & self.fixed:
            self.fixed.add(kept)
        self.grains[kept] = lcm(*(self.grains[mark] for mark in marks))
        self.of |= {path: kept for path, mark in self.of.items() if mark in marks}
        return kept


def _ties(network: Network) -> Iterator[_Tie]:
    """The layers of a network that works whose widths can change, without the last one that learns."""
    channels = _Channels(trace(network))
    channels.follow(network.layers, (), None)
    last = last_learner(network)
    for mark in dict.fromkeys(channels.of.values()):
        paths = tuple(path for path, its in channels.of.items() if its == mark)
        if mark not in channels.fixed and last not in paths:
            yield _Tie(paths, lcm(*(channels.grains[path] for path in paths)))


def _width(block: Block) -> str | None:
    """The name of the setting that says how wide a layer is, if it has one."""
    return next((name for name in WIDTHS if isinstance(block, Layer) and hasattr(block, name)), None)


def _stepped(network: Network, tie: _Tie, steps: int) -> Network | None:
    """The network with tied layers wider by so many steps (narrower: below 0); None where that cannot work."""
    try:
        for path in tie.paths:
            block = network.at(path)
            name = _width(block)
            assert isinstance(block, Layer) and name, path
            width = getattr(block, name) + steps * tie.grain
            network = network.replaced(path, block.replaced(**{name: width}))
        totals(network)
    except (InvalidSetting, CannotWork):
        return None
    return network


def _most_steps(network: Network, tie: _Tie, way: int, start: Network, reach: float | None) -> int:
    """How many steps tied layers may still become wider (way 1) or narrower (−1).

    Args:
        start: from whose widths on, by so much of them at most, or one step; None for any reach.
    """
    block, before = network.at(tie.paths[0]), start.at(tie.paths[0])
    name = _width(block)
    assert name is not None
    width, first = getattr(block, name), getattr(before, name)
    how = settings_of(block)[name]
    assert isinstance(how, Integer)
    room = how.maximum - width if way > 0 else width - how.minimum
    if reach is not None:
        room = min(room, max(int(first * reach), tie.grain) - way * (width - first))
    return max(room // tie.grain, 0)


def _nearest(network: Network, tie: _Tie, parameters: int, way: int, most: int) -> Network | None:
    """The nearest to a wished number of parameters that some steps of one tie give; None where no step works.

    The number grows with the width, so it is found by bisection.
    """
    low, high = 0, most
    found: dict[int, Network | None] = {0: network}
    while low < high:
        middle = (low + high + 1) // 2
        found[middle] = changed = _stepped(network, tie, way * middle)
        if changed is not None and way * (parameters - totals(changed).parameters) >= 0:
            low = middle
        else:
            high = middle - 1
    if low < most and low + 1 not in found:
        found[low + 1] = _stepped(network, tie, way * (low + 1))
    there = [one for steps, one in found.items() if steps and one is not None]
    return min(there, key=lambda one: _miss(one, parameters)) if there else None


def _adjusted(network: Network, ties: list[_Tie], parameters: int, reach: float | None) -> Network:
    """The network with one tie after the other changed, that which brings it nearest first, as long as one does."""
    start, shape = network, trace(network).rows[-1].output_shape
    for _ in range(MOST_CHANGES):
        gap = parameters - totals(network).parameters
        way = 1 if gap > 0 else -1
        tried = [
            _nearest(network, tie, parameters, way, _most_steps(network, tie, way, start, reach))
            for tie in ties
            if gap
        ]
        nearer = sorted(
            (one for one in tried if one is not None and _miss(one, parameters) < abs(gap)),
            key=lambda one: _miss(one, parameters),
        )
        fit = next((one for one in nearer if trace(one).works and trace(one).rows[-1].output_shape == shape), None)
        if fit is None:
            return network
        network = fit
    return network
