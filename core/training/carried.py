"""Weights that stay when a network is edited: those of layers that are the same ones as before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from core.network import Path

if TYPE_CHECKING:
    import keras


def carry_weights(
    old: keras.Model, places: Mapping[int, Path], new: keras.Model, now: Mapping[int, Path]
) -> frozenset[Path]:
    """Give the layers of a new model the weights that they had in an old one, where the shapes are equal.

    Args:
        old: the model before the edit.
        places: identity → path of each layer in it.
        new: the model after it; changed in place.
        now: identity → path of each layer in the new one.

    Returns:
        The paths, in the new one, of the layers with weights that have kept them.
    """
    from core.training.model import layer_name

    kept = set()
    for identity, path in now.items():
        if identity not in places:
            continue
        there, here = (model.get_layer(layer_name(at)) for model, at in ((old, places[identity]), (new, path)))
        before = there.get_weights()
        if before and [a.shape for a in before] == [a.shape for a in here.get_weights()]:
            here.set_weights(before)
            kept.add(path)
    return frozenset(kept)
