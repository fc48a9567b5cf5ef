"""The network as a value: a tree of frozen dataclasses. An edit returns a new network.

A place in the tree is a `Path`: `(2,)` is the third block; `(2, 0, 1)` is the
second block of the first branch of the `Branches` at `(2,)`.
"""

# pyright: reportUnnecessaryIsInstance=false
# Values are checked as they are made, whatever their annotations promise: they come from links and files, too.

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Union

from core.network.layers import Layer, Shape
from core.network.names import clean
from core.network.settings import InvalidSetting

Path = tuple[int, ...]
IMAGE: Path = ()  # stands for the input among what blocks read
MERGES = ("concatenate", "add")
MAX_LAYERS = 200
MAX_DEPTH = 4
MAX_SIDE = 256
MAX_CHANNELS = 16
MAX_NAME = 60


@dataclass(frozen=True)
class Branches:
    """Parallel branches over the same input, joined by concatenating channels or by adding.

    An empty branch is the identity, so a residual block is
    `Branches(((Conv2D(...), ...), ()), "add")`.
    """

    branches: tuple[tuple[Block, ...], ...] = ((), ())
    merge: str = "concatenate"

    def __post_init__(self) -> None:
        if self.merge not in MERGES:
            raise InvalidSetting(f"Branches: merge must be one of {', '.join(MERGES)}.")
        object.__setattr__(self, "branches", tuple(_blocks(branch) for branch in self.branches))
        if not 2 <= len(self.branches) <= 8:
            raise InvalidSetting(f"Branches: there must be 2 to 8 branches, not {len(self.branches)}.")

    def describe(self) -> str:
        skip = ", with a skip" if not all(self.branches) else ""
        return f"{len(self.branches)}, {self.merge}{skip}"

    def with_merge(self, merge: str) -> Branches:
        """A copy joined in another way."""
        return replace(self, merge=merge)

    def with_branch(self, number: int, blocks: tuple[Block, ...] = ()) -> Branches:
        """A copy with a branch inserted at this number."""
        return replace(self, branches=(*self.branches[:number], blocks, *self.branches[number:]))

    def without_branch(self, number: int) -> Branches:
        """A copy without this branch; raises `InvalidSetting` where fewer than two would be left."""
        return replace(self, branches=self.branches[:number] + self.branches[number + 1 :])


Block = Union[Layer, Branches]

# A row of blocks and a place in it → the row as it becomes.
_Edit = Callable[[tuple[Block, ...], int], tuple[Block, ...]]


@dataclass(frozen=True)
class Network:
    """An input shape, blocks and a name.

    Args:
        input_shape: (height, width, channels) of one image.
        layers: blocks, in order.
        name: title on the pages, at most 60 characters; kept as `core.network.names.clean` has it.

    Raises:
        InvalidSetting: with a sentence, where a value is out of its bounds.
    """

    input_shape: Shape = (28, 28, 1)
    layers: tuple[Block, ...] = ()
    name: str = "My network"

    def __post_init__(self) -> None:
        shape = tuple(self.input_shape)
        whole = all(isinstance(n, int) and not isinstance(n, bool) for n in shape)
        if len(shape) != 3 or not whole:
            raise InvalidSetting("The input shape must be three whole numbers: height, width, channels.")
        if not (all(1 <= n <= MAX_SIDE for n in shape[:2]) and 1 <= shape[2] <= MAX_CHANNELS):
            raise InvalidSetting(
                f"The input may be at most {MAX_SIDE}×{MAX_SIDE} pixels with {MAX_CHANNELS} channels."
            )
        name = clean(self.name) if isinstance(self.name, str) else ""
        if not 1 <= len(name) <= MAX_NAME:
            raise InvalidSetting(f"A network needs a name of at most {MAX_NAME} characters.")
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "input_shape", shape)
        object.__setattr__(self, "layers", _blocks(self.layers))
        paths = [path for path, _ in self.walk()]
        if len(paths) > MAX_LAYERS:
            raise InvalidSetting(f"A network may have at most {MAX_LAYERS} layers, not {len(paths)}.")
        if any(len(path) // 2 > MAX_DEPTH for path in paths):
            raise InvalidSetting(f"Branches may be nested at most {MAX_DEPTH} deep.")

    def walk(self) -> Iterator[tuple[Path, Block]]:
        """Every block with its path, in the order of computation (branches before their join)."""
        yield from _walk(self.layers, ())

    def places(self) -> set[Path]:
        """The paths of all blocks, and of all branches (of even length)."""
        found: set[Path] = set()
        for path, block in self.walk():
            found.add(path)
            if isinstance(block, Branches):
                found |= {(*path, number) for number in range(len(block.branches))}
        return found

    def at(self, path: Path) -> Block:
        """The block at this path; raises `IndexError` where there is none."""
        blocks = self._siblings(path)
        if not 0 <= path[-1] < len(blocks):
            raise IndexError(f"There is no layer at {path}.")
        return blocks[path[-1]]

    def layer_at(self, path: Path) -> Layer:
        """The layer at this path; raises `IndexError` where there is none, or branches."""
        block = self.at(path)
        if not isinstance(block, Layer):
            raise IndexError(f"At {path} there is no layer, but branches.")
        return block

    def sources(self, path: Path) -> tuple[Path, ...]:
        """Paths of the blocks whose outputs the block at this path reads; `IMAGE` is the network's input.

        A layer reads one; a join one for each branch, where an empty branch is what comes
        before the branches; the image none. Raises `IndexError` where there is no such block.
        """
        if path == IMAGE:
            return ()
        block = self.at(path)
        before = _before(path)
        if not isinstance(block, Branches):
            return (before,)
        return tuple(
            (*path, number, len(branch) - 1) if branch else before for number, branch in enumerate(block.branches)
        )

    def replaced(self, path: Path, block: Block) -> Network:
        """A copy with the block at this path replaced."""
        self.at(path)
        return self._edited(path, lambda blocks, i: (*blocks[:i], block, *blocks[i + 1 :]))

    def inserted(self, path: Path, block: Block) -> Network:
        """A copy with a block inserted at this path."""
        return self._edited(path, lambda blocks, i: (*blocks[:i], block, *blocks[i:]))

    def removed(self, path: Path) -> Network:
        """A copy without the block at this path."""
        self.at(path)
        return self._edited(path, lambda blocks, i: (*blocks[:i], *blocks[i + 1 :]))

    def duplicated(self, path: Path) -> Network:
        """A copy with the block at this path repeated right after it."""
        return self.inserted((*path[:-1], path[-1] + 1), self.at(path))

    def moved(self, path: Path, by: int) -> Network:
        """A copy with the block `by` positions further down its list (up where negative), within its ends."""
        block = self.at(path)
        target = min(max(path[-1] + by, 0), len(self._siblings(path)) - 1)
        return self.removed(path).inserted((*path[:-1], target), block)

    def renamed(self, name: str) -> Network:
        """A copy with another name."""
        return replace(self, name=name)

    def with_input(self, input_shape: Shape) -> Network:
        """A copy with another input shape."""
        return replace(self, input_shape=input_shape)

    def _siblings(self, path: Path) -> tuple[Block, ...]:
        """The list of blocks in which this path's last index counts."""
        if len(path) % 2 == 0:
            raise IndexError(f"{path} is not the path of a block.")
        blocks = self.layers
        for block, branch in zip(path[:-1:2], path[1::2]):
            holder = blocks[block] if 0 <= block < len(blocks) else None
            if not isinstance(holder, Branches) or not 0 <= branch < len(holder.branches):
                raise IndexError(f"There is no branch at {path}.")
            blocks = holder.branches[branch]
        return blocks

    def _edited(self, path: Path, edit: _Edit) -> Network:
        self._siblings(path)
        return replace(self, layers=_edited(self.layers, path, edit))


def layer_label(path: Path) -> str:
    """The path as text, counted from 1: `3`, `2.1.4` within branches, `2.1` for a branch itself."""
    return ".".join(str(number + 1) for number in path)


def _before(path: Path) -> Path:
    """Path of a block's input: the block before it or, at the start of a branch, the one before the branches."""
    *prefix, number = path
    if number > 0:
        return (*prefix, number - 1)
    return _before(tuple(prefix[:-1])) if prefix else IMAGE


def _edited(blocks: tuple[Block, ...], path: Path, edit: _Edit) -> tuple[Block, ...]:
    if len(path) == 1:
        return edit(blocks, path[0])
    index, branch, *rest = path
    holder = blocks[index]
    if not isinstance(holder, Branches):
        raise IndexError(f"There is no branch at {path}.")
    branches = list(holder.branches)
    branches[branch] = _edited(branches[branch], tuple(rest), edit)
    return (*blocks[:index], replace(holder, branches=tuple(branches)), *blocks[index + 1 :])


def _walk(blocks: tuple[Block, ...], prefix: Path) -> Iterator[tuple[Path, Block]]:
    for index, block in enumerate(blocks):
        path = (*prefix, index)
        if isinstance(block, Branches):
            for number, branch in enumerate(block.branches):
                yield from _walk(branch, (*path, number))
        yield path, block


def _blocks(given: Iterable[Block]) -> tuple[Block, ...]:
    blocks = tuple(given)
    for block in blocks:
        if not isinstance(block, (Layer, Branches)):
            raise InvalidSetting(f"A network is made of layers and branches, not of {type(block).__name__}.")
    return blocks
