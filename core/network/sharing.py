"""A network as JSON text, and back. What comes in is hostile until it has been read."""

from __future__ import annotations

import json
from typing import Any

from core.network.layers import LAYERS
from core.network.network import MAX_DEPTH, MAX_LAYERS, Block, Branches, Network
from core.network.settings import InvalidSetting, settings_of

FORMAT = 1
MAX_TEXT = 200_000


class InvalidNetwork(ValueError):
    """A text that is no network. The message says why, in one sentence."""


def to_json(network: Network) -> str:
    """JSON text that `from_json` reads back to an equal network.

    Example:
        {"format": 1, "name": "…", "input_shape": [28, 28, 1],
         "layers": [{"kind": "Dense", "units": 10}, {"merge": "add", "branches": [[…], []]}]}
    """
    return json.dumps(
        {
            "format": FORMAT,
            "name": network.name,
            "input_shape": network.input_shape,
            "layers": [_written(block) for block in network.layers],
        },
        ensure_ascii=False,
    )


def from_json(text: str) -> Network:
    """The network that this text describes.

    Raises:
        InvalidNetwork: whatever is wrong with the text, and nothing else.
    """
    if not isinstance(text, str):
        raise InvalidNetwork("A network is read from text.")
    if len(text) > MAX_TEXT:
        raise InvalidNetwork(f"This is too long for a network: more than {MAX_TEXT:,} characters.")
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise InvalidNetwork("This text is not JSON, so it cannot be a network.") from None
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        raise InvalidNetwork(f"This is not a network of Receptive (format {FORMAT}).")
    _only(value, {"format", "name", "input_shape", "layers"}, "a network")
    try:
        return Network(
            tuple(_list(value.get("input_shape"), "input_shape", 3)),
            _read_blocks(value.get("layers"), 0),
            value.get("name", "My network"),
        )
    except InvalidSetting as problem:
        raise InvalidNetwork(str(problem)) from None


def _written(block: Block) -> dict[str, Any]:
    if isinstance(block, Branches):
        branches = [[_written(inner) for inner in branch] for branch in block.branches]
        return {"merge": block.merge, "branches": branches}
    return {"kind": type(block).__name__, **block.changed_settings()}


def _read_blocks(value: Any, depth: int) -> tuple[Block, ...]:
    if depth > MAX_DEPTH:
        raise InvalidNetwork(f"Branches may be nested at most {MAX_DEPTH} deep.")
    return tuple(_read_block(item, depth) for item in _list(value, "layers", MAX_LAYERS))


def _read_block(value: Any, depth: int) -> Block:
    if not isinstance(value, dict):
        raise InvalidNetwork("Each layer must be an object with its kind and its settings.")
    if "branches" in value:
        _only(value, {"branches", "merge"}, "branches")
        branches = _list(value["branches"], "branches", 8)
        return Branches(
            tuple(_read_blocks(branch, depth + 1) for branch in branches),
            value.get("merge", "concatenate"),
        )
    kind = value.get("kind")
    if not isinstance(kind, str) or kind not in LAYERS:
        raise InvalidNetwork("There is a layer of a kind that is not known here.")
    fields = {name: setting for name, setting in value.items() if name != "kind"}
    _only(fields, set(settings_of(LAYERS[kind])), kind)
    return LAYERS[kind](**fields)


def _list(value: Any, what: str, longest: int) -> list[Any]:
    if not isinstance(value, list) or len(value) > longest:
        raise InvalidNetwork(f"“{what}” must be a list of at most {longest} entries.")
    return value


def _only(value: dict[str, Any], known: set[str], what: str) -> None:
    unknown = sorted(set(value) - known)
    if unknown:
        raise InvalidNetwork(f"“{unknown[0][:40]}” is not a setting of {what}.")
