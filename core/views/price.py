"""Two networks of one price, in words and tables."""

from __future__ import annotations

from collections.abc import Mapping

from core.insight.matrix import Counts, network_counts
from core.network import Network, trace
from core.network.layers import shape_text
from core.network.percentages import percent
from core.network.words import counted
from core.study.price import MEASURES, TOLERANCE, Equal
from core.training.snapshot import Point
from core.views.study import better_words
from core.views.wording import count_text, exact_text

MEASURE_TITLES = {"parameters": "Parameters", "macs": "Multiply-adds"}
KINDS = {"dense": "Dense", "convolutional": "Convolutional"}


def networks_of(pair: Equal) -> dict[str, Network]:
    """Both by their kind, of `KINDS`."""
    return {"dense": pair.dense, "convolutional": pair.convolutional}


def pair_words(pair: Equal) -> str:
    """How the two were found, for a caption."""
    return (
        f"Both are within {TOLERANCE * 100:g} % of {exact_text(pair.budget)} {MEASURE_TITLES[pair.measure].lower()}. "
        "Dense: one or two hidden layers. Convolutional: two convolutions with pooling, then a hidden layer, or where the "
        "budget is small global average pooling."
    )


def price_words(pair: Equal, kind: str) -> str:
    """`101,770 parameters, exactly the budget; 101,632 multiply-adds`."""
    traced = trace(networks_of(pair)[kind])
    price = {"parameters": traced.parameters, "macs": traced.macs}
    (other,) = (measure for measure in MEASURES if measure != pair.measure)
    away = price[pair.measure] - pair.budget
    share = f"{abs(away) / pair.budget * 100:.2f} % {'above' if away > 0 else 'below'} the budget"
    return (
        f"{exact_text(price[pair.measure])} {MEASURE_TITLES[pair.measure].lower()}, "
        f"{share if away else 'exactly the budget'}; {exact_text(price[other])} {MEASURE_TITLES[other].lower()}"
    )


def layer_rows(network: Network) -> list[dict[str, str]]:
    """A line for each layer: what it is, what comes out, and what it costs."""
    return [
        {
            "Layer": f"{type(row.layer).__name__} {row.layer.describe()}".strip(),
            "Output": shape_text(row.shape),
            "Parameters": f"{row.parameters:,}",
            "Multiply-adds": f"{row.macs:,}",
        }
        for row in trace(network).rows
    ]


def total_counts(network: Network) -> Counts:
    """Over all its convolutions."""
    return Counts(*(sum(column) for column in zip(*network_counts(network).values())))


def matrix_table(network: Network) -> list[dict[str, str | int]]:
    """A line for each convolution and one for all of them: what a dense layer in its place would hold, as numbers."""
    counted_layers = network_counts(network)
    named: list[tuple[str, Counts]] = [
        (f"{type(row.layer).__name__} {row.layer.describe()}", counted_layers[row.path])
        for row in trace(network).rows
        if row.path in counted_layers
    ]
    return [
        {
            "Layer": name,
            "Entries": counts.dense_weights,
            "Zeros": counts.zeros,
            "Repeats": counts.repeats,
            "Different weights": counts.distinct_weights,
        }
        for name, counts in [*named, ("All convolutions", total_counts(network))]
    ]


def matrix_rows(network: Network) -> list[dict[str, str]]:
    """The same for the page."""
    return [
        {title: exact_text(cell) if isinstance(cell, int) else cell for title, cell in line.items()}
        for line in matrix_table(network)
    ]


def matrix_words(network: Network) -> str:
    """What the table says, in a sentence."""
    counts = total_counts(network)
    return (
        f"Written out as dense layers, its convolutions would be matrices of {count_text(counts.dense_weights)} entries: "
        f"{percent(counts.zeros / counts.dense_weights)} of them are zero, as each output reads a few neighbours only, and "
        f"almost all others repeat one of {counted(counts.distinct_weights, 'weight')}, as the kernel is the same everywhere. "
        "That is what the convolutional network knows of images beforehand; the dense one has to learn it."
    )


def result_words(tests: Mapping[str, Point], images: str) -> str:
    """The test accuracies of both, by their kind, with intervals, and which is better."""
    named = {KINDS[kind].lower(): point for kind, point in tests.items()}
    return better_words(named, images, lambda kind: f"At this price the {kind} network is better")
