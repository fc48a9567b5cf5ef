"""The network as one picture that moves: every layer with its maps for one image, its kernels, and its settings.

The browser draws it from these data (core/ui/components/stage); hovering asks the server for nothing.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import lru_cache
from heapq import heapify, heappop, heappush
from itertools import groupby
from typing import Any

import numpy as np

from core.network import LAYERS, Branches, Layer, Network, Path, Trace, trace
from core.network.layers import CannotWork, Shape, Window, shape_text
from core.network.network import MERGES, layer_label
from core.network.settings import Choice, Flag, Integer, Number, Pair, Setting, settings_of
from core.network.typed import pair_options, typed_text
from core.views.arrangement import arrange
from core.views.maps import Spec, maps_data, stage_id
from core.views.theme import FRAME, SIGNED

MOST_MAPS = 48  # of a layer that are sent
MOST_UNITS = 1024  # of a row of units
SEVERAL = 4  # maps that each layer has before small ones get more
MOST_SENT = 20_000  # numbers of all layers and kernels together, so that an update stays small
MOST_WEIGHTS = 3_000  # of the kernels that are sent whole
MOVING = ("id", "maps", "low", "high", "colours", "note", "values")  # of a layer, while the network learns
LEVELS_OF_KERNELS = 32_767  # on each side of zero


def stage_data(
    network: Network,
    image: np.ndarray,
    values: Mapping[Path, np.ndarray],
    kernels: Mapping[Path, np.ndarray],
    class_names: Sequence[str],
    identities: Callable[[Path], int],
    folded: Collection[Path] = (),
    known: str = "",
) -> Spec:
    """The data of one picture.

    What stays while the network learns (its plan, and of each layer all but its numbers) is left out where the browser has
    it already, as it says by the `planned` of the picture that it had.

    Args:
        network: that is drawn.
        image: (h, w, c) in 0…1.
        values: path → (h, w, c) or (units,); without those of layers that cannot work.
        kernels: path → (outputs, inputs, rows, columns) of the convolutions, as `stage_kernels` picks them.
        class_names: labels of the units of a last layer that has as many.
        identities: what stays with a block through edits, by its path.
        folded: the layers that are out of sight now: of them no map is sent.
        known: `planned` of the picture that the browser had last; empty where it had none.
    """
    below = {path: network.sources(path) for path in values}
    sent, weights = _kernels(kernels)
    room = shared_room(values, folded, MOST_SENT - weights)
    drawn = maps_data(network, image, values, below, list(values), MOST_MAPS, class_names, room)
    whose = tuple(identities(path) for path in sorted(network.places()))
    planned = f"{hash((network, whose, tuple(class_names), tuple(values))):x}"
    if planned == known:
        stages = [{name: stage[name] for name in MOVING} for stage in drawn["stages"]]
        return {"planned": planned, "kernels": sent, "stages": stages}
    still = {"name": network.name, "plan": _plan(network, identities), "kinds": layer_choices()}
    return {"planned": planned, "kernels": sent, **still, "signed": list(SIGNED), "frame": FRAME, **drawn}


def shared_room(
    values: Mapping[Path, np.ndarray], folded: Collection[Path] = (), most: int = MOST_SENT
) -> dict[Path, int]:
    """How many numbers of each layer are sent, `most` of all together.

    Rows of units come first; then layers of maps get some each, as evenly as can be, and share the rest by numbers, so that
    of small maps there are more. A layer in sight has at least its first map, also where that is more than `most`; one
    out of sight has none.
    """
    room = {path: 0 for path in values}
    few: list[
        tuple[int, int, Path]
    ] = []  # (maps that it has, as far as they are few; their numbers; path), least first
    for path, found in values.items():
        if path not in folded:
            room[path] = min(found.size, MOST_UNITS) if found.ndim == 1 else found[..., 0].size
            if found.ndim == 3:
                few.append((1, room[path], path))
    left = most - sum(room.values())
    heapify(few)
    while few:
        *_, path = heappop(few)
        height, width, channels = values[path].shape
        shown, size = room[path] // (height * width), height * width
        if shown < min(channels, MOST_MAPS) and size <= left:
            room[path] += size
            left -= size
            heappush(few, (min(shown + 1, SEVERAL), room[path], path))
    return room


def stage_kernels(
    network: Network, of: Callable[[Path], np.ndarray], folded: Collection[Path] = ()
) -> dict[Path, np.ndarray]:
    """The kernels to draw on the links: those of the convolutions.

    Args:
        network: that is drawn.
        of: path → (outputs, inputs, rows, columns).
        folded: the layers that are out of sight now.
    """
    return {
        path: of(path)[:MOST_MAPS]
        for path, block in network.walk()
        if path not in folded and isinstance(block, Layer) and block.is_convolution and block.kernel_weights
    }


def layer_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """The kinds of layers that can be added: for each group its name and (kind, summary)."""
    groups = groupby(LAYERS.values(), key=lambda kind: kind.group)
    return [(group, [(kind.__name__, kind.summary) for kind in kinds]) for group, kinds in groups]


def _kernels(kernels: Mapping[Path, np.ndarray]) -> tuple[list[Spec], int]:
    """Kernels with all their weights as long as these are few enough, and then with their means alone; how many are sent."""
    found, left = [], MOST_WEIGHTS
    for path, images in kernels.items():
        whole = images.size <= left
        left -= images.size if whole else 0
        found.append(_kernel(path, images, whole))
    return found, MOST_WEIGHTS - left


def _kernel(path: Path, images: np.ndarray, whole: bool) -> Spec:
    """The kernels of one layer as levels about the middle, which is zero; `values` is empty where only means are sent."""
    high = float(np.abs(np.nan_to_num(images)).max(initial=0.0)) or 1.0
    mean = images.mean(axis=1)  # (outputs, rows, columns)
    mean_high = float(np.abs(np.nan_to_num(mean)).max(initial=0.0)) or 1.0
    outputs, inputs, rows, columns = images.shape
    return {
        "id": stage_id(path),
        "outputs": outputs,
        "inputs": inputs,
        "rows": rows,
        "columns": columns,
        "high": high,
        "values": _signed_levels(images, high) if whole else "",
        "mean": _signed_levels(mean, mean_high),
    }


def _signed_levels(values: np.ndarray, high: float) -> str:
    scaled = np.round(np.nan_to_num(values) / high * LEVELS_OF_KERNELS)
    levels = (np.clip(scaled, -LEVELS_OF_KERNELS, LEVELS_OF_KERNELS) + LEVELS_OF_KERNELS).astype("<u2")
    return base64.b64encode(levels.tobytes()).decode()


def _plan(network: Network, identities: Callable[[Path], int]) -> Spec:
    """What stays while the network learns: where its layers are, and their settings."""
    found = _places(network)
    return {
        **found,
        "nodes": [node | {"identity": identities(path)} for node, path in zip(found["nodes"], _paths(network))],
        "bypasses": [
            bypass | {"identity": identities(tuple(map(int, bypass["id"].split("."))))}
            for bypass in found["bypasses"]
        ],
    }


@lru_cache(maxsize=64)
def _paths(network: Network) -> tuple[Path, ...]:
    return tuple(place.path for place in arrange(network).places)


@lru_cache(maxsize=64)
def _places(network: Network) -> Spec:
    traced, arranged = trace(network), arrange(network)
    return {
        "widths": list(arranged.widths),
        "nodes": [
            {"column": place.column, "top": place.top, "bottom": place.bottom, **_node(network, traced, place.path)}
            for place in arranged.places
        ],
        "bypasses": [
            {"id": stage_id(bypass.path), "join": stage_id(bypass.join), "middle": bypass.middle}
            for bypass in arranged.bypasses
        ],
        "input": shape_text(network.input_shape),
    }


def _node(network: Network, traced: Trace, path: Path) -> Spec:
    block, row = network.at(path), traced.row(path)
    joined = isinstance(block, Branches)
    shape = row.output_shape
    arriving = traced.inputs[path]
    return {
        "id": stage_id(path),
        "label": layer_label(path),
        "name": block.merge if joined else block.short_name or type(block).__name__,
        "kind": "" if joined else type(block).__name__,
        "words": "" if joined else block.describe(),
        "shape": "–" if shape is None else shape_text(shape),
        "parameters": row.parameters,
        "problem": traced.problem_at(path) or "",
        "reads": [stage_id(source) for source in network.sources(path)],
        "settings": [_merge(block.merge)] if joined else list(_settings(block)),
        "window": None if joined or arriving is None else _window(block, arriving),
        "slides": None if joined or arriving is None else _slides(block, arriving),
        "first": path[-1] == 0,
        "last": (*path[:-1], path[-1] + 1) not in network.places(),
    }


def _merge(merge: str) -> Spec:
    return {"name": "merge", "label": "Join", "help": "", "kind": "choice", "value": merge, "options": list(MERGES)}


def _settings(block: Layer) -> list[Spec]:
    """The main settings of a layer as fields of a form."""
    found = []
    for name, how in settings_of(block).items():
        field = None if how.advanced else _field(how, getattr(block, name))
        if field is not None:
            found.append({"name": name, "label": how.label, "help": how.help, **field})
    return found


def _field(how: Setting, value: Any) -> Spec | None:
    """The widget of a setting; None for those that are set on the Build page only."""
    if isinstance(how, Integer):
        return {"kind": "number", "value": value, "least": how.minimum, "most": how.maximum, "step": how.step}
    if isinstance(how, Number):
        return {"kind": "number", "value": value, "least": how.minimum, "most": how.maximum, "step": "any"}
    if isinstance(how, Choice):
        return {"kind": "choice", "value": value, "options": list(how.choices)}
    if isinstance(how, Flag):
        return {"kind": "flag", "value": value}
    if isinstance(how, Pair):
        return {"kind": "pair", "value": typed_text(how, value), "options": pair_options(how, value)}
    return None


def _window(block: Layer, arriving: Shape) -> Spec | None:
    """Strides, dilation and padding with which a window stands on its input: rows, then columns."""
    try:
        reads = block.reads_in_full(arriving)
    except CannotWork:
        return None
    if not isinstance(reads, tuple) or any(window.upsampling > 1 or window.dilation < 1 for window in reads):
        return None

    def both(which: Callable[[Window], int]) -> list[int]:
        return [which(window) for window in reads]

    return {
        "stride": both(lambda window: window.stride),
        "dilation": both(lambda window: window.dilation),
        "before": both(lambda window: window.before),
    }


def _slides(block: Layer, arriving: Shape) -> Spec | None:
    """What the board of the sliding window needs besides the settings: which of them is its size, and the input."""
    size = next((name for name in ("kernel_size", "pool_size") if name in settings_of(block)), None)
    if size is None or len(arriving) != 3 or not (block.is_convolution or block.is_pooling):
        return None
    return {"size": size, "n": list(arriving[:2])}
