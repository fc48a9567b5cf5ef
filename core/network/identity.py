"""Which block of an edited network is which block of the one before.

Paths change when layers are added, moved or removed; an identity stays with its block and with its branch. An edit
returns a new tree that shares all blocks that it left alone, so the two trees tell what has happened.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from core.network.network import IMAGE, Block, Branches, Network, Path

Identities = dict[Path, int]


def fresh_identities(network: Network, numbers: Iterator[int]) -> Identities:
    """A new identity for the network itself, under the path `()`, and for each of its blocks and branches."""
    return {path: next(numbers) for path in sorted({IMAGE, *network.places()})}


def carried_identities(
    before: Network, identities: Mapping[Path, int], after: Network, numbers: Iterator[int]
) -> Identities:
    """The identities of the network after one edit: each block keeps its own, what is new gets the next number.

    A block in the place of one of the same kind is that one with other settings; a copy is new.
    """
    came_from: dict[Path, Path] = {IMAGE: IMAGE}
    _follow(before.layers, (), after.layers, (), came_from)
    return {
        path: identities[came_from[path]] if path in came_from else next(numbers)
        for path in sorted({IMAGE, *after.places()})
    }


def _follow(
    old: Sequence[Block], old_prefix: Path, new: Sequence[Block], new_prefix: Path, came_from: dict[Path, Path]
) -> None:
    for there, here in _pairs(old, new):
        before, after = (*old_prefix, there), (*new_prefix, here)
        came_from[after] = before
        former, present = old[there], new[here]
        if not (isinstance(former, Branches) and isinstance(present, Branches)):
            continue
        for one, other in _pairs(former.branches, present.branches):
            came_from[(*after, other)] = (*before, one)
            _follow(former.branches[one], (*before, one), present.branches[other], (*after, other), came_from)


def _pairs(old: Sequence[object], new: Sequence[object]) -> Iterator[tuple[int, int]]:
    """Indices of the items that are the same ones: those that an edit left alone and, where it changed one, that."""
    start, shorter = 0, min(len(old), len(new))
    while start < shorter and old[start] is new[start]:
        start += 1
    end = 0
    while end < shorter - start and old[-1 - end] is new[-1 - end]:
        end += 1
    yield from ((n, n) for n in range(start))
    yield from ((len(old) - end + n, len(new) - end + n) for n in range(end))
    left, came = list(range(start, len(old) - end)), list(range(start, len(new) - end))
    for here in list(came):  # moved
        there = next((n for n in left if old[n] is new[here]), None)
        if there is not None:
            yield there, here
            left.remove(there)
            came.remove(here)
    if len(left) == len(came) == 1 and type(old[left[0]]) is type(new[came[0]]):
        yield left[0], came[0]
