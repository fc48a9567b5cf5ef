"""Edits that repair what keeps a network from being trained: each is offered only where it helps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from core.network.geometry import trace
from core.network.layers import Activation, Dense, Flatten, GlobalAveragePooling2D, Layer
from core.network.network import Branches, Network, layer_label
from core.network.settings import InvalidSetting
from core.network.words import counted


class Cure(NamedTuple):
    """What a button does, in a few words, and the network as it becomes."""

    label: str
    network: Network


def cures(network: Network, classes: int) -> tuple[Cure, ...]:
    """The edits after which a network works as a classifier or, where a layer cannot work, at least that layer does.

    Args:
        network: any network; where it can be trained already, there is nothing to repair.
        classes: how many probabilities it must give.
    """
    found: list[Cure] = []
    try:
        traced = trace(network)
        if traced.problems and network.layers:
            path = traced.problems[0].path
            for cure in _of_layer(network, path):
                if trace(cure.network).problem_at(path) is None:
                    found.append(cure)
        elif not network.layers or trace(network, classes).problems:
            found = [cure for cure in _of_end(network, classes) if not trace(cure.network, classes).problems]
    except InvalidSetting:  # more layers than are allowed
        return ()
    return tuple(found)


def _of_layer(network: Network, path: tuple[int, ...]) -> Iterator[Cure]:
    """Edits that may let the layer at this path work."""
    block, label = network.at(path), layer_label(path)
    if isinstance(block, Branches):
        if block.merge == "add":
            yield Cure(f"Let {label} concatenate", network.replaced(path, block.with_merge("concatenate")))
        return
    if getattr(block, "padding", None) == "valid":
        yield Cure(
            f"Set the padding of layer {label} to same", network.replaced(path, block.replaced(padding="same"))
        )
    if getattr(block, "dilation_rate", (1, 1)) != (1, 1):
        yield Cure(
            f"Set the dilation of layer {label} to 1×1", network.replaced(path, block.replaced(dilation_rate=(1, 1)))
        )


def _of_end(network: Network, classes: int) -> Iterator[Cure]:
    """Edits that may make the end a row of probabilities."""
    rows, answer = trace(network).rows, Dense(classes, "softmax")

    def added(*layers: Layer) -> Network:
        longer = network
        for layer in layers:
            longer = longer.inserted((len(longer.layers),), layer)
        return longer

    shape = rows[-1].shape if rows else network.input_shape
    if len(shape) == 3:
        yield Cure(f"Add Flatten and Dense {classes}", added(Flatten(), answer))
        yield Cure(f"Add global average pooling and Dense {classes}", added(GlobalAveragePooling2D(), answer))
        return
    last = network.layers[-1]
    path = (len(network.layers) - 1,)
    activation = getattr(last, "activation", None)
    if isinstance(last, Dense) and activation in ("softmax", "linear") and last.units != classes:
        mended = last.replaced(units=classes, activation="softmax")
        yield Cure(
            f"Give layer {layer_label(path)} {counted(classes, 'unit')} and softmax", network.replaced(path, mended)
        )
    if shape != (classes,):
        yield Cure(f"Add Dense {classes} with softmax", added(answer))
    elif isinstance(last, Layer) and activation is not None:
        mended = last.replaced(activation="softmax")
        yield Cure(f"Give layer {layer_label(path)} softmax", network.replaced(path, mended))
    else:
        yield Cure("Add Activation softmax", added(Activation("softmax")))
