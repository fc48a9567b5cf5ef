"""Every layer's feature maps as data that the browser draws, hovers and frames by itself.

A unit's value, its receptive field on the image and what it reads of the layer below are all there at once, so
that moving over a map asks the server for nothing.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from core.network import Branches, Layer, Network, Path, ReceptiveField, trace
from core.network.layers import Reads, Shape, Window, shape_text
from core.network.network import IMAGE, layer_label
from core.network.percentages import rough_percent
from core.network.words import counted
from core.views.images import (
    INK_SCALE,
    Scale,
    Tile,
    activation_scale,
    captioned_png,
    cell_size,
    figure,
    shown_image,
    strip,
)

MOST_VALUES = 60_000  # of one layer that are sent; beyond, fewer of its maps
LEVELS = 65_535
MOST_PIXELS = 12_000_000  # of a file
FILE_TILE_PX, FILE_CELL_PX = 112, 24

Spec = dict[str, Any]
Span = list[list[int]]  # for each row (or column) of units: first pixel and the one after the last


def stage_id(path: Path) -> str:
    """`2.0.1`, as the browser names a layer; the image is the empty one."""
    return ".".join(map(str, path))


def layer_words(network: Network, path: Path) -> str:
    """`3 · Conv2D 16 @ 5×5, relu`."""
    block = network.at(path)
    return f"{layer_label(path)} · {type(block).__name__} {block.describe()}".strip()


def maps_data(
    network: Network,
    image: np.ndarray,
    values: Mapping[Path, np.ndarray],
    below: Mapping[Path, Sequence[Path]],
    paths: Iterable[Path],
    most_maps: int,
    class_names: Sequence[str],
    most_values: Mapping[Path, int] | None = None,
) -> Spec:
    """Data from which the browser draws these layers for one image.

    Args:
        network: says where the layers are.
        image: (h, w, c) in 0…1.
        values: path → (h, w, c) or (units,), the output of each layer.
        below: path → the layers that it reads; `()` is the image.
        paths: which layers to draw, in order.
        most_maps: of one layer.
        class_names: labels of the units of a last layer that has as many.
        most_values: path → numbers of a layer that are sent, where that is less than usual: of none no map, else the
            first at least.
    """
    traced = trace(network)
    stages = [_stage(IMAGE, "The image", image, INK_SCALE, "", image.shape[2])]
    for path in paths:
        found = values[path]
        row = traced.row(path)
        maps = found.reshape(1, 1, -1) if found.ndim == 1 else found
        room = MOST_VALUES if most_values is None else min(most_values[path], MOST_VALUES)
        most = min(most_maps if found.ndim == 3 else 1024, max(room > 0, room // max(maps[..., 0].size, 1)))
        stage = _stage(path, layer_words(network, path), maps, activation_scale(found), range_words(found), most)
        stage["shape"] = shape_text(found.shape)
        stage["vector"] = found.ndim == 1
        stage["field"] = _spans(row.receptive_field)
        stage["reads"] = [
            {"id": stage_id(source), **_window(network, path, number)} for number, source in enumerate(below[path])
        ]
        if found.ndim == 1 and len(found) == len(class_names):
            stage["names"] = list(class_names)
        stages.append(stage)
    return {"stages": stages}


def _stage(path: Path, title: str, maps: np.ndarray, scale: Scale, note: str, most: int) -> Spec:
    rows, columns, channels = maps.shape
    shown = np.nan_to_num(np.moveaxis(maps[..., :most], -1, 0))  # (maps, rows, columns)
    span = scale.high - scale.low or 1.0
    levels = np.clip(np.round((shown - scale.low) / span * LEVELS), 0, LEVELS).astype("<u2")
    return {
        "id": stage_id(path),
        "title": title,
        "note": note,
        "rows": rows,
        "columns": columns,
        "maps": len(levels),
        "channels": channels,
        "low": scale.low,
        "high": scale.high,
        "colours": list(scale.colours),
        "values": base64.b64encode(levels.tobytes()).decode(),
        "reads": [],
        "field": None,
    }


def range_words(values: np.ndarray) -> str:
    """The range of the values, and the share of maps or units that are zero."""
    largest = float(np.abs(values).max(initial=0.0))
    low, high = (0.0 if abs(v) < 1e-4 * largest else v for v in (float(values.min()), float(values.max())))
    words = f"Values from {figure(low)} to {figure(high)}."
    silent = (values == 0).all(axis=(0, 1)) if values.ndim == 3 else values == 0
    if silent.any():
        what = "of the maps are zero everywhere" if values.ndim == 3 else "of the units are zero"
        words += f" {rough_percent(float(silent.mean()))} {what}."
    return words


def layer_file(values: np.ndarray, image: np.ndarray, names: Sequence[str], caption: str) -> bytes:
    """One layer's output as a PNG of its own: the image, all maps that fit on one scale, and the caption.

    Args:
        values: (h, w, c) or (units,).
        image: (h, w, c) in 0…1 that went in.
        names: of the units, where each has one; may be empty.
        caption: description in sentences; the number of maps left out is added.
    """
    seen = shown_image(image)
    colours = seen if seen.ndim == 3 else np.repeat(seen[..., np.newaxis], 3, axis=2)
    tiles, cells = [Tile(colours, "the image", "")], [cell_size(colours.shape[:2], FILE_TILE_PX)]
    if values.ndim == 1 and not names:
        tiles.append(Tile(strip(values), f"{counted(len(values), 'unit')}, row after row", ""))
        cells.append(FILE_CELL_PX)
    else:
        maps = values.reshape(1, 1, -1) if values.ndim == 1 else values
        rows, columns, channels = maps.shape
        cell = min(FILE_CELL_PX, cell_size((rows, columns), FILE_TILE_PX))
        shown = min(channels, MOST_PIXELS // ((rows * cell + 28) * (columns * cell + 12)))
        tiles += [Tile(maps[..., n], names[n] if names else f"{n + 1}", "") for n in range(shown)]
        cells += [cell] * shown
        if shown < channels:
            caption += f" The first {shown:,} of {counted(channels, 'map')} are drawn."
    return captioned_png(tiles, activation_scale(values), caption, cells)


def layer_table(values: np.ndarray) -> Iterable[dict[str, Any]]:
    """One line for each number of a layer's output, all counted from 1."""
    for index, value in np.ndenumerate(np.moveaxis(values, -1, 0)):
        place = (number + 1 for number in index)
        yield dict(zip(("map", "row", "column") if values.ndim == 3 else ("unit",), place)) | {"value": float(value)}


@lru_cache(maxsize=512)
def _spans(field: ReceptiveField | None) -> Spec | None:
    """The box of each unit on the image: rows and columns apart where that is enough, else one for each unit."""
    if field is None:
        return None
    rows, columns = field.units
    boxes = np.array([[field.region(r, c) for c in range(columns)] for r in range(rows)])  # (rows, columns, 4)
    down, across = boxes[:, :, [0, 2]], boxes[:, :, [1, 3]]
    if (down == down[:, :1]).all() and (across == across[:1]).all():
        return {"rows": down[:, 0].tolist(), "columns": across[0].tolist()}
    return {"boxes": boxes.reshape(-1, 4).tolist()}


@lru_cache(maxsize=512)
def _window(network: Network, path: Path, number: int) -> Spec:
    """Region of the `number`th input layer that a unit of this layer reads, and the maps read.

    `maps` is `all`, or a list: for each of this layer's maps the one below that it is made of, or the first of
    several and the one after their last.
    """
    block, traced = network.at(path), trace(network)
    shape, outputs = traced.arriving(path), traced.row(path).shape
    if isinstance(block, Branches):
        ends = [
            traced.row((*path, n, len(branch) - 1)).shape if branch else shape
            for n, branch in enumerate(block.branches)
        ]
        size = ends[number] if len(ends[number]) == 3 else (1, 1, ends[number][0])
        same = {"rows": _same(size[0]), "columns": _same(size[1])}
        if block.merge == "add":
            return {**same, "maps": list(range(outputs[-1]))}
        first = sum(end[-1] for end in ends[:number])
        return {**same, "maps": [n - first if first <= n < first + size[-1] else -1 for n in range(outputs[-1])]}
    if len(outputs) < len(shape) and block.copies:
        return {"flattened": list(shape)}
    reads = block.reads_in_full(shape)
    sides = dict(zip(("rows", "columns"), shape if len(shape) == 3 else (1, 1)))
    if reads is Reads.EVERYTHING:
        spans = {name: [[0, side]] for name, side in sides.items()}
    elif reads is Reads.POINT:
        spans = {name: _same(side) for name, side in sides.items()}
    else:
        spans = {name: _spanned(window, sides[name]) for name, window in zip(sides, reads)}
    return spans | {"maps": _maps_read(block, shape, outputs[-1])}


def _maps_read(layer: Layer, shape: Shape, outputs: int) -> str | list[int] | list[list[int]]:
    """Input maps that each of a layer's maps reads."""
    read = [layer.channels_read(shape, number) for number in range(outputs)]
    if all(len(maps) == 1 for maps in read):
        return [maps.start for maps in read]
    return "all" if all(len(maps) == shape[-1] for maps in read) else [[maps.start, maps.stop] for maps in read]


def _same(side: int) -> Span:
    """Each position by itself."""
    return [[at, at + 1] for at in range(side)]


def _spanned(window: Window, side: int) -> Span:
    """For each unit along one axis, the smallest span of the `side` positions below that it reads."""
    taps = (list(window.taps(unit, side).values()) for unit in range(window.count))
    return [[read[0], read[-1] + 1] if read else [0, 0] for read in taps]
