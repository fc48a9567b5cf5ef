"""What differs between two networks, layer by layer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from core.network import Branches, Network, Path
from core.network.layers import Layer
from core.network.network import Block
from core.network.settings import Flag, Integer, Number, Pair, Penalty, Setting, Stages, settings_of
from core.network.typed import typed_text


@dataclass(frozen=True)
class LayerChange:
    """A layer of two networks, or of one of them alone.

    Attributes:
        first, second: its path in each; None where it is not there.
        settings: what differs where it is in both: (label, value in the first, value in the second), as people read them.
    """

    first: Path | None
    second: Path | None
    settings: tuple[tuple[str, str, str], ...] = ()

    @property
    def same(self) -> bool:
        """Whether it is the same layer in both."""
        return self.first is not None and self.second is not None and not self.settings


def layer_changes(first: Network, second: Network) -> tuple[LayerChange, ...]:
    """All layers of two networks in order, those that correspond beside each other.

    Those that are equal are matched first, as a `diff` of texts does; what lies between is matched by kind. A layer
    corresponds only to one in a branch of the same number.
    """
    one, other = list(first.walk()), list(second.walk())
    found: list[LayerChange] = []
    for kind, i, i_end, j, j_end in _matched([_key(*item) for item in one], [_key(*item) for item in other]):
        if kind == "equal":
            found += [LayerChange(a, b) for (a, _), (b, _) in zip(one[i:i_end], other[j:j_end])]
        else:
            found += _by_kind(one[i:i_end], other[j:j_end])
    return tuple(found)


def _by_kind(one: list[tuple[Path, Block]], other: list[tuple[Path, Block]]) -> list[LayerChange]:
    """Layers of which none is equal: those of one kind have other settings, the rest are in one network alone."""
    found: list[LayerChange] = []
    for kind, i, i_end, j, j_end in _matched([_kind(*item) for item in one], [_kind(*item) for item in other]):
        if kind == "equal":
            found += [
                LayerChange(a, b, _settings(layer, changed))
                for (a, layer), (b, changed) in zip(one[i:i_end], other[j:j_end])
            ]
        else:
            found += [LayerChange(path, None) for path, _ in one[i:i_end]]
            found += [LayerChange(None, path) for path, _ in other[j:j_end]]
    return found


def _matched(one: list, other: list) -> Sequence[tuple[str, int, int, int, int]]:
    return SequenceMatcher(None, one, other, autojunk=False).get_opcodes()


def _key(path: Path, block: Block) -> object:
    """What two layers share that are equal: all of it, and the numbers of the branches that they are in."""
    whole = block if isinstance(block, Layer) else (block.merge, len(block.branches))
    return path[1::2], type(block).__name__, whole


def _kind(path: Path, block: Block) -> object:
    return path[1::2], type(block).__name__


def _settings(one: Block, other: Block) -> tuple[tuple[str, str, str], ...]:
    if isinstance(one, Branches) and isinstance(other, Branches):
        pairs = [("branches", str(len(one.branches)), str(len(other.branches))), ("merge", one.merge, other.merge)]
        return tuple(pair for pair in pairs if pair[1] != pair[2])
    assert isinstance(one, Layer)
    found = ((how, getattr(one, name), getattr(other, name)) for name, how in settings_of(one).items())
    return tuple((how.label, value_text(how, a), value_text(how, b)) for how, a, b in found if a != b)


def value_text(how: Setting, value: object) -> str:
    """The value of a layer's setting as people read it: `5×5`, `on`, `0.25`."""
    if isinstance(how, (Pair, Penalty, Stages)):
        return typed_text(how, value)
    if isinstance(how, Flag):
        return "on" if value else "off"
    if isinstance(how, Integer) and isinstance(value, int):
        return f"{value:,}"
    return f"{value:g}" if isinstance(how, Number) and isinstance(value, float) else str(value)
