"""Where the layers of a network are drawn: columns from left to right, and branches as lanes above each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from core.network import Block, Branches, Network, Path

EMPTY = 0.34  # the height of a branch without layers, in that of one with layers


class Room(NamedTuple):
    """What lines need beside the columns of the layers.

    Attributes:
        lead: columns before a fork at the very start of a branch, so that its lines can part.
        meeting: columns between the end of the longest branch and its join.
        stretched: whether branches take all the height that there is, or as much as they need about the middle.
    """

    lead: float = 0
    meeting: float = 0
    stretched: bool = True


class Place(NamedTuple):
    """The place of a block.

    Attributes:
        path: of the block.
        column: the image is in column 0; whole numbers, unless lines have room of their own.
        top, bottom: of its lane, in parts of the whole height, 0…1.
    """

    path: Path
    column: float
    top: float
    bottom: float


class Bypass(NamedTuple):
    """A branch without layers: the line past the others.

    Attributes:
        path: of the branch.
        join: path of the block that joins it.
        middle: its height, 0…1.
    """

    path: Path
    join: Path
    middle: float


class Arrangement(NamedTuple):
    """Of a network.

    Attributes:
        places: of all blocks, in the order of `Network.walk`.
        bypasses: the branches without layers.
        widths: the columns that each block of the outermost sequence takes; branches and their join are one.
        height: of all, in that of a branch with one layer.
    """

    places: tuple[Place, ...]
    bypasses: tuple[Bypass, ...]
    widths: tuple[float, ...]
    height: float


TIGHT = Room()


def arrange(network: Network, room: Room = TIGHT) -> Arrangement:
    """Where everything is."""
    places: list[Place] = []
    bypasses: list[Bypass] = []
    height = _height(network.layers)

    def put(blocks: Sequence[Block], prefix: Path, column: float, top: float, bottom: float) -> None:
        for number, block in enumerate(blocks):
            path, width = (*prefix, number), _width(block, room)
            if isinstance(block, Branches):
                heights = [_height(branch) for branch in block.branches]
                unit = (bottom - top) / sum(heights) if room.stretched else 1 / height
                lane = (top + bottom - sum(heights) * unit) / 2
                for which, branch in enumerate(block.branches):
                    end = lane + heights[which] * unit
                    if branch:
                        put(branch, (*path, which), column + lead(branch, room), lane, end)
                    else:
                        bypasses.append(Bypass((*path, which), path, (lane + end) / 2))
                    lane = end
            places.append(Place(path, column + width - 1, top, bottom))
            column += width

    put(network.layers, (), 1, 0.0, 1.0)
    widths = tuple(_width(block, room) for block in network.layers)
    return Arrangement(tuple(places), tuple(bypasses), widths, height)


def _width(block: Block, room: Room) -> float:
    """Columns of a block."""
    if not isinstance(block, Branches):
        return 1
    branches = (lead(branch, room) + sum(_width(one, room) for one in branch) for branch in block.branches)
    return max(branches) + room.meeting + 1


def lead(branch: Sequence[Block], room: Room) -> float:
    """Columns before the first block of a branch."""
    return room.lead if branch and isinstance(branch[0], Branches) else 0


def _height(blocks: Sequence[Block]) -> float:
    """Height of a sequence, in that of a layer."""
    inner = [sum(map(_height, block.branches)) for block in blocks if isinstance(block, Branches)]
    return max([1.0, *inner]) if blocks else EMPTY
