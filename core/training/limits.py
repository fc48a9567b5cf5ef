"""Checks that a network fits a dataset and this machine, before anything is allocated."""

from __future__ import annotations

from math import prod

from core import settings
from core.network import Network, Row, Trace, trace
from core.network.layers import Shape, shape_text
from core.network.network import layer_label
from core.network.recipe import Recipe
from core.network.words import beyond, counted

BYTES = 4  # float32
MAX_PARAMETERS = 20_000_000


def why_unfit(
    network: Network, input_shape: Shape, classes: int, recipe: Recipe, dataset: str = "this dataset"
) -> str | None:
    """The reason why this cannot be trained, in a sentence that names the layer; None if it can.

    Args:
        network: the network.
        input_shape: (height, width, channels) of the dataset's images.
        classes: how many there are.
        recipe: its batch size decides how much memory the activations take.
        dataset: what to call it.
    """
    if network.input_shape != input_shape:
        return (
            f"The network expects images of {shape_text(network.input_shape)}, but those of {dataset} are "
            f"{shape_text(input_shape)}. Change its input, or start from a network for {shape_text(input_shape)}."
        )
    problems = trace(network, classes).problems
    if problems:
        path, sentence = problems[0]
        return f"Layer {layer_label(path)}: {sentence}" if path else sentence
    return _too_large(trace(network), recipe)


def why_too_large(network: Network, recipe: Recipe) -> str | None:
    """The reason why this machine does not train a network of this size, in a sentence; None if it does."""
    return _too_large(trace(network), recipe)


def memory_limit() -> int:
    """Bytes that one run may need."""
    return int(settings.value("RECEPTIVE_RUN_MEMORY_MB") * 1_000_000)


def memory_needed(traced: Trace, batch_size: int) -> int:
    """Bytes for training: weights, gradients and two optimiser moments; activations and their gradients."""
    return BYTES * (4 * traced.parameters + 2 * batch_size * traced.activation_values)


def _too_large(traced: Trace, recipe: Recipe) -> str | None:
    limit = memory_limit()
    weights = memory_needed(traced, 0)
    most = min(MAX_PARAMETERS, limit // (4 * BYTES))
    if traced.parameters > most:
        heaviest = max(traced.rows, key=lambda row: row.parameters)
        return (
            f"{_named(heaviest)} alone has {counted(heaviest.parameters, 'parameter')}, the whole network "
            f"{traced.parameters:,}. This server trains up to {most:,}: use fewer units there, or pool before it."
        )
    needed = memory_needed(traced, recipe.batch_size)
    if needed > limit:
        widest = max(traced.rows, key=lambda row: prod(row.shape))
        fits = (limit - weights) // (2 * BYTES * traced.activation_values)
        advice = f"Choose a batch size of at most {fits}" if fits else "Use fewer filters, or pool earlier"
        return (
            f"{_named(widest)} makes {shape_text(widest.shape)} numbers for each image; with all layers, "
            f"a batch of {recipe.batch_size:,} needs about {beyond(needed / 1e9)} GB of the {limit / 1e9:g} GB "
            f"that a run may take. {advice}."
        )
    return None


def _named(row: Row) -> str:
    return f"Layer {layer_label(row.path)} ({type(row.layer).__name__} {row.layer.describe()})".replace(" )", ")")
