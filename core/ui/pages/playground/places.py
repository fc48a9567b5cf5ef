"""Layers and numbers as the browser and the address name them: `2.0.1`, and `2.0.1|5|3|4` for map, row and column."""

from __future__ import annotations

import re

from core.network import Network, Path, trace
from core.ui.shell.focus import Focus
from core.ui.widgets.maps import read_unit
from core.views.maps import stage_id

_PATH = re.compile(r"\d{1,4}(?:\.\d{1,4}){0,12}", re.ASCII)


def read_path(text: object) -> Path | None:
    """`2.0.1` → the path; whatever else somebody may send → None."""
    return tuple(map(int, text.split("."))) if isinstance(text, str) and _PATH.fullmatch(text) else None


def layer_in(network: Network, text: object) -> Path | None:
    """The block of the network that is meant, or None."""
    path = read_path(text)
    return path if path in network.places() and path is not None and len(path) % 2 else None


def unit_in(network: Network, text: object) -> tuple[Path, tuple[int, ...]] | None:
    """The number of the network that is meant, as its block and its index there, or None."""
    unit = read_unit(text)
    if unit is None or layer_in(network, stage_id(unit.path)) is None:
        return None
    shape = trace(network).row(unit.path).output_shape
    if shape is None:
        return None
    index = (unit.map,) if len(shape) == 1 else (unit.row, unit.column, unit.map)
    return (unit.path, index) if all(at < size for at, size in zip(index, shape)) else None


def unit_text(focus: Focus) -> str:
    """The number that is explained; empty for none."""
    if focus.layer is None or focus.unit is None:
        return ""
    row, column, which = focus.unit if len(focus.unit) == 3 else (0, 0, *focus.unit)
    return f"{stage_id(focus.layer)}|{which}|{row}|{column}"
