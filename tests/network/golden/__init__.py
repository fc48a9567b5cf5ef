"""Links, JSON texts and npz files written down once: they open to the same networks for ever.

`texts.jsonl` has one case a line: a link and a JSON text beside a description in full, every default spelled out.
Files of weights and of drawings lie in `files`, their description in `files.json`. Nothing here is ever changed;
`python -m tests.network.golden.make` adds what is new, such as a kind of layer.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from core.network import Branches, Network, Recipe

FOLDER = Path(__file__).parent
TEXTS = FOLDER / "texts.jsonl"
FILES = FOLDER / "files"
FILES_DESCRIBED = FOLDER / "files.json"


def described(
    network: Network, recipe: Recipe | None, dataset: str | None, hidden: tuple[str, ...]
) -> dict[str, Any]:
    """All that a text shares as plain JSON values, defaults included."""
    return {
        "name": network.name,
        "input_shape": list(network.input_shape),
        "layers": [_block(block) for block in network.layers],
        "recipe": None if recipe is None else _plain(dataclasses.asdict(recipe)),
        "dataset": dataset,
        "hidden": list(hidden),
    }


def missing(stored: Any, found: Any, at: str = "") -> list[str]:
    """Where `found` differs from what is stored; settings that came into being later are left out."""
    if isinstance(stored, dict) and isinstance(found, dict):
        return [
            difference
            for name, value in stored.items()
            for difference in (
                missing(value, found[name], f"{at}.{name}") if name in found else [f"{at}.{name} is no more"]
            )
        ]
    if isinstance(stored, list) and isinstance(found, list) and len(stored) == len(found):
        return [
            difference
            for number, pair in enumerate(zip(stored, found, strict=True))
            for difference in missing(*pair, f"{at}[{number}]")
        ]
    return [] if stored == found else [f"{at}: {stored!r} is read as {found!r}"]


def _block(block: Any) -> dict[str, Any]:
    if isinstance(block, Branches):
        return {"merge": block.merge, "branches": [[_block(inner) for inner in branch] for branch in block.branches]}
    return {"kind": type(block).__name__, **_plain(dataclasses.asdict(block))}


def _plain(value: Any) -> Any:
    """Tuples as the lists that JSON has."""
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, (list, tuple)) else value
