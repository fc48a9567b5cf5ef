"""Networks that end with scores (logits), completed to probabilities."""

from __future__ import annotations

from dataclasses import replace

from core.network import Activation, Dropout, Flatten, GlobalAveragePooling2D, GlobalMaxPooling2D, trace
from core.training.foreign.files import Foreign

SAID = (
    "It ends with {count} scores (logits) and leaves softmax to the loss. Here softmax stands in the network, so "
    "that the scores become probabilities; which class comes first is the same."
)


def with_probabilities(foreign: Foreign) -> Foreign:
    """The same model with softmax at its end, where it ends with at least two scores; otherwise the model as it is.

    The weights are the same: softmax has none.
    """
    network = foreign.network
    shape = trace(network).rows[-1].shape if network.layers else None
    if shape is None or len(shape) != 1 or shape[0] < 2:
        return foreign
    last = network.layers[-1]
    if isinstance(last, (GlobalAveragePooling2D, GlobalMaxPooling2D, Flatten, Dropout)):
        layers = (*network.layers, Activation("softmax"))
    elif getattr(last, "activation", None) == "linear":
        layers = (*network.layers[:-1], last.replaced(activation="softmax"))  # pyright: ignore[reportAttributeAccessIssue]  # a layer
    else:
        return foreign
    left_out = (*foreign.left_out, SAID.format(count=shape[0]))
    return replace(foreign, network=replace(network, layers=layers), left_out=left_out)
