"""Networks whose channels come first, rewritten for channels that come last, as they always do here.

Kernels of convolutions are the same either way, but Flatten lays the numbers out in another order: channel by channel
instead of pixel by pixel. What is learned for such a row has to be put in the other order, until a Dense layer has
read it.
"""

from __future__ import annotations

from functools import partial
from math import prod
from typing import Any, NamedTuple

import numpy as np

from core.network.layers import Shape
from core.training.foreign.calls import INPUT, JOINS, Call, Graph
from core.training.foreign.refusals import Notes, UnreadableModel, quoted, short

FIRST, LAST = "channels_first", "channels_last"
TO_FRONT, TO_BACK = [3, 1, 2], [2, 3, 1]  # dims of a Permute
NORMALIZATIONS = ("BatchNormalization", "LayerNormalization", "GroupNormalization")


class Layout(NamedTuple):
    """How the numbers that a layer of the file gives lie, compared with ours.

    Attributes:
        first: of maps, whether channels come before rows and columns.
        rows: of a row of numbers that lies channel by channel, (height, width, channels) of the maps that it was.
    """

    first: bool = False
    rows: Shape | None = None


def image_layout(graph: Graph, order: list[Call]) -> Layout:
    """The layout of the image: that which its first convolution or pooling needs."""
    moved = {INPUT: False}  # whether channels have changed their place since
    for call in order:
        known = [moved[name] for name in call.inputs if name in moved]
        if not known or graph.axes == 2:
            continue
        wanted = call.config.get("data_format")
        if wanted in (FIRST, LAST) and call.kind != "Flatten":
            return Layout((wanted == FIRST) != known[0])
        moves = (call.kind == "Permute" and call.config.get("dims") in (TO_FRONT, TO_BACK)) or (
            call.kind == "Reshape" and _moves_one_channel(call.config.get("target_shape"), graph.input_shape)
        )
        moved[call.name] = known[0] != moves
    return Layout()


def last_of(shape: Shape) -> Shape:
    """(height, width, channels) of an image whose channels come first."""
    return (*shape[1:], shape[0])


def relaid(call: Call, layouts: list[Layout], shape: Shape, notes: Notes) -> tuple[Call, Layout]:
    """The call for channels that come last, and the layout of what it gives in the file.

    Args:
        layouts: of what it is called on.
        shape: of the first of these, with the channels last.

    Raises:
        UnreadableModel: where no layer here computes the same.
    """
    layout = layouts[0]
    if call.kind in JOINS:
        return _joined(call, layouts), layout
    if call.kind in ("Permute", "Reshape"):
        return _moved(call, layout, shape, notes)
    if call.kind == "Flatten":
        return _flattened(call, layout, shape)
    if layout.rows is not None:
        return _of_row(call, layout, layout.rows)
    if not layout.first:
        return _of_last(call), layout
    return _of_maps(call, shape), Layout() if call.kind.startswith("Global") else layout


def refuse_other_order(name: str, layout: Layout) -> None:
    """Refuse a network that ends with a row in another order than ours."""
    if layout.rows is not None:
        raise UnreadableModel(
            f"The model ends at layer {quoted(name)} with numbers that lie channel by channel, in another order than "
            "here. Let it end with a Dense layer."
        )


def _joined(call: Call, layouts: list[Layout]) -> Call:
    if len(set(layouts)) > 1 or (call.kind == "Concatenate" and layouts[0].rows is not None):
        rows = any(layout.rows is not None for layout in layouts)
        works = "Put Flatten after it, not before." if rows else "Move them by a Permute in front of it."
        raise UnreadableModel(
            f"Layer {call.described} joins numbers that lie in different orders: channels first and channels last. {works}"
        )
    return _on_channels(call) if call.kind == "Concatenate" and layouts[0].first else call


def _moved(call: Call, layout: Layout, shape: Shape, notes: Notes) -> tuple[Call, Layout]:
    """A Permute or Reshape that only moves the channels is left out."""
    there = (shape[-1], *shape[:-1]) if layout.first else shape  # as in the file
    target, dims = call.config.get("target_shape"), call.config.get("dims")
    if len(shape) == 3 and layout.rows is None:
        same = dims == [1, 2, 3] or (layout.first and target in (list(there), [-1, *there[1:]]))
        swaps = dims == (TO_BACK if layout.first else TO_FRONT) or (
            _moves_one_channel(target, there) and shape[-1] == 1
        )
        if same or swaps:
            if swaps:
                notes.say(f"{call.kind} {quoted(call.name)} was left out: here channels are always the last axis.")
            return call._replace(kind="Identity", config={}), Layout(layout.first != swaps)
    if call.kind == "Permute" or layout != Layout():
        raise UnreadableModel(
            f"Layer {call.described} puts the numbers in another order, which cannot be represented. A Permute or "
            "Reshape that only moves the channels to the front or to the back can be read."
        )
    return call, layout


def _moves_one_channel(target: Any, shape: Shape) -> bool:
    """Whether this target moves the only channel of (1, h, w) to the end, or that of (h, w, 1) to the front."""
    return len(shape) == 3 and (
        (shape[-1] == 1 and target == [1, *shape[:2]]) or (shape[0] == 1 and target == [*shape[1:], 1])
    )


def _flattened(call: Call, layout: Layout, shape: Shape) -> tuple[Call, Layout]:
    """A Flatten; with `data_format` channels_first, Keras itself moves the channels to the end."""
    turned = call.config.get("data_format") == FIRST
    config = {key: value for key, value in call.config.items() if key != "data_format"}
    if turned and not layout.first and len(shape) == 3 and shape[0] > 1:
        raise _unfit(call, "its channels first", "last")
    apart = layout.first and not turned and len(shape) == 3 and shape[-1] > 1 and prod(shape[:-1]) > 1
    return call._replace(config=config), Layout(rows=shape) if apart else Layout(rows=layout.rows)


def _of_row(call: Call, layout: Layout, maps: Shape) -> tuple[Call, Layout]:
    """A layer on a row that lies channel by channel."""
    if call.kind == "Dense":
        return call.converted(partial(_pixel_by_pixel, maps=maps, read=1)), Layout()  # the kernel alone, not the bias
    if call.kind == "GroupNormalization":
        raise UnreadableModel(
            f"Layer {call.described} normalises groups of numbers that lie channel by channel, which cannot be "
            "represented. Put it before Flatten."
        )
    if call.kind in NORMALIZATIONS:
        return call.converted(partial(_pixel_by_pixel, maps=maps)), layout
    return call, layout


def _pixel_by_pixel(arrays: list[np.ndarray | None], maps: Shape, read: int | None = None) -> list[np.ndarray | None]:
    """Arrays of a layer that reads a row channel by channel, for one that reads it pixel by pixel.

    Args:
        read: how many of the arrays, from the first on, have an entry for each number of the row; None for all.
    """
    height, width, channels = maps

    def turned(array: np.ndarray | None) -> np.ndarray | None:
        if array is None or not array.ndim or array.shape[0] != prod(maps):
            return array  # is refused when shapes are compared
        return np.moveaxis(array.reshape(channels, height, width, -1), 0, 2).reshape(array.shape)

    return [turned(array) for array in arrays[:read]] + (arrays[read:] if read is not None else [])


def _of_maps(call: Call, shape: Shape) -> Call:
    """A layer on maps whose channels come first."""
    if len(shape) != 3:
        return call
    if call.kind in (*NORMALIZATIONS, "Softmax"):
        return _on_channels(call)
    wanted = call.config.get("data_format", LAST if call.kind == "Dense" else None)
    if wanted == LAST:
        raise _unfit(call, "its channels last", "first")
    if call.config.get("activation") == "softmax":
        raise UnreadableModel(
            f"Layer {call.described} applies softmax along the columns of maps, which cannot be represented. Where "
            "channels come first, use a layer Softmax(axis=1)."
        )
    return call._replace(config={key: value for key, value in call.config.items() if key != "data_format"})


def _of_last(call: Call) -> Call:
    if call.config.get("data_format") == FIRST:
        raise _unfit(call, "its channels first", "last")
    return call


def _on_channels(call: Call) -> Call:
    """A layer that works along the channels, for channels that come last."""
    axis = call.config.get("axis", -1)
    if axis not in (1, -3, [1], [-3]) or isinstance(axis, bool):
        raise UnreadableModel(
            f"Layer {call.described} has axis = {short(axis)}, but the channels come first there. Only axis = 1, that "
            "of the channels, works then."
        )
    return call._replace(config=call.config | {"axis": -1})


def _unfit(call: Call, needs: str, come: str) -> UnreadableModel:
    return UnreadableModel(
        f"Layer {call.described} expects {needs} (data_format), but they come {come} when they reach it. Use one order "
        "in the whole model, or move them by a Permute in between."
    )
