"""What to try, in words: nothing that the network or the recipe has already, unless more of it would help."""

from __future__ import annotations

from collections.abc import Sequence

from core.network.layers import BatchNormalization, GroupNormalization, Layer, LayerNormalization
from core.network.network import Network
from core.network.recipe import Recipe
from core.network.words import joined

NORMALISING = (BatchNormalization, LayerNormalization, GroupNormalization)

MOST_WAYS = 3  # more are not tried
MOST_DROPOUT = 0.5  # what is usual at most
DEEP = 3  # layers with kernels: from here on their number may be the reason
SATURATING = ("sigmoid", "tanh", "softmax")  # activations whose slope is nearly nothing for large numbers


def against_over_fitting(recipe: Recipe, network: Network, *, turned: bool) -> str:
    """A sentence on what helps against over-fitting.

    Args:
        turned: whether the loss has turned up, so that fewer epochs would have been better.
    """
    layers = _layers(network)
    dropout = _dropout(layers)
    lacking = {
        "stopping early": turned and not (recipe.early_stopping or recipe.restore_best),
        "more training images": recipe.training_images > 0,
        "dropout": not dropout,
        "augmentation": not recipe.augments,
    }
    ways = [way for way, lacks in lacking.items() if lacks]
    if dropout:
        ways += _stronger(layers, dropout)
    return f"Try {joined(ways[:MOST_WAYS] or ['stronger augmentation'], 'or')}."


def _stronger(layers: Sequence[Layer], dropout: str) -> list[str]:
    """What may be added where there is dropout already."""
    weak = max(layer.drop_rate for layer in layers) < MOST_DROPOUT
    ways = {f"more dropout than its {dropout}": weak, "fewer units": len(_learned(layers)) > 1}
    return [way for way, helps in ways.items() if helps]


def against_under_fitting(network: Network) -> str:
    """Two clauses on what holds back a network that has settled at a low level."""
    dropout = _dropout(_layers(network))
    if dropout:
        why = "The network is too small, drops too much, or its learning rate is too low"
        return f"{why}: try more units, less dropout than its {dropout} or a higher rate."
    return "The network is too small, or its learning rate too low: try more units or a higher rate."


def against_standstill(network: Network) -> str:
    """What to try besides another learning rate where nothing is learned; empty where nothing is left to try."""
    layers = _layers(network)
    hidden = {getattr(layer, "activation", "linear") for layer in layers[:-1]}
    saturating = [name for name in SATURATING if name in hidden]
    depth = len(_learned(layers))
    ways = []
    if saturating:
        ways.append(f"relu instead of {joined(saturating)}")
    elif depth > 1 and not any(layer.non_linear for layer in layers[:-1]):
        ways.append("relu as activation")
    elif depth >= DEEP and not any(isinstance(layer, NORMALISING) for layer in layers):
        ways.append("batch normalisation")
    if depth >= DEEP:
        ways.append("fewer layers")
    return joined(ways, "or")


def why_harder(recipe: Recipe, network: Network, evaluated_on: str) -> str:
    """Why a network does worse on the images that it learns from."""
    if recipe.augments:
        return f"That is normal: the training images are changed, the {evaluated_on} images are not."
    kinds = list(dict.fromkeys(type(layer).__name__ for layer in _layers(network) if layer.is_noisy))
    if not kinds:
        return "Nothing makes it harder while it learns, so the training images may be the harder ones."
    makes = "makes" if len(kinds) == 1 else "make"
    return f"That is normal with {joined(kinds)}, which {makes} it harder only while it learns."


def _layers(network: Network) -> list[Layer]:
    """Its layers in the order of computation, those in branches too."""
    return [block for _, block in network.walk() if isinstance(block, Layer)]


def _learned(layers: Sequence[Layer]) -> list[Layer]:
    """Those with kernels."""
    return [layer for layer in layers if layer.kernel_weights]


def _dropout(layers: Sequence[Layer]) -> str:
    """The rates at which numbers are dropped: `25 %`, `10 to 25 %`; empty where none are."""
    rates = sorted({layer.drop_rate for layer in layers if layer.drop_rate})
    words = dict.fromkeys(f"{rate * 100:.3g}" if rate >= 0.001 else "under 0.1" for rate in (*rates[:1], *rates[-1:]))
    return " to ".join(words) + " %" * bool(rates)
