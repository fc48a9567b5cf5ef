"""A small batch before and behind dropout or batch normalisation, as grids of numbers that say how they came about."""

from __future__ import annotations

import numpy as np

from core.learn.noise import Kind, Moments
from core.learn.normalisation import Statistics
from core.network.words import counted
from core.views.grids import Geometry, Grid, Pair, Spec, grids_data, plain_number, summand

NAMES = {
    "dropout": "Dropout",
    "spatial": "Spatial dropout",
    "gaussian": "Gaussian dropout",
    "norm": "Batch normalisation",
}
IDLE = "Point at any number, or walk with the keys: what belongs to it lights up, and its sum is written out. A click pins it."
Parts = tuple[str, ...]


def dropped_data(values: np.ndarray, factors: np.ndarray | None, kind: Kind, rate: float) -> Spec:
    """A batch, what is drawn for it, and what comes out.

    Args:
        values: (images, channels, n, n).
        factors: of the same shape; None where nothing is drawn, in inference.
        kind, rate: of the layer.
    """
    output = values if factors is None else values * factors
    bands = []
    for channel in range(values.shape[1]):
        bands.append((f"Channel {channel + 1}: the batch", _row("input", "input", values, channel, output, True)))
        if factors is not None:
            said = [[_factor_words(one, kind, rate) for one in image.flat] for image in factors[:, channel]]
            bands.append(
                ("× what is drawn", _row("factor", "factor", factors, channel, factors, said=said, dropped=factors))
            )
        words = [_output_words(values[image, channel], None if factors is None else factors[image, channel]) for image in range(len(values))]  # fmt: skip
        bands.append(
            ("= what comes out", _row("output", "output", output, channel, output, said=words, dropped=factors))
        )
    name = NAMES[kind]
    drawn = "in inference, every number stays as it is" if factors is None else f"with rate {rate:g}, {dropped_words(factors, kind)}"  # fmt: skip
    return _whole(
        bands, values.shape, ("factor", "output") if factors is not None else ("output",), f"{name}: {drawn}."
    )


def dropped_words(factors: np.ndarray, kind: Kind) -> str:
    """How much is 0: `20 of 72 numbers are 0`."""
    if kind == "gaussian":
        return f"{counted(factors.size, 'number')} are multiplied by noise around 1"
    if kind == "spatial":
        maps = factors[..., 0, 0]
        return f"{int((maps == 0).sum())} of {counted(maps.size, 'map')} {'is' if maps.size == 1 else 'are'} 0"
    return f"{int((factors == 0).sum())} of {counted(factors.size, 'number')} are 0"


def normalised_data(
    values: np.ndarray, output: np.ndarray, by: Statistics, gamma: np.ndarray, beta: np.ndarray, epsilon: float
) -> Spec:
    """A batch, the scale and shift of each channel, and what comes out.

    Args:
        values, output: (images, channels, n, n).
        by: by which they were normalised.
        gamma, beta: (channels,).
        epsilon: added to the variance.
    """
    bands = []
    for channel in range(values.shape[1]):
        own = by.mean[channel], by.variance[channel], gamma[channel], beta[channel]
        bands.append((f"Channel {channel + 1}: the batch", _row("input", "input", values, channel, output, True)))
        words = [[_normal_words(x, y, own, epsilon) for x, y in zip(before.flat, behind.flat, strict=True)] for before, behind in zip(values[:, channel], output[:, channel], strict=True)]  # fmt: skip
        learned = [
            Grid(f"{name}/{channel}", letter, letter, np.array([[numbers[channel]]]), True, said=[f"{letter} is learned, one for each channel."])
            for name, letter, numbers in (("gamma", "γ", gamma), ("beta", "β", beta))
        ]  # fmt: skip
        bands.append(("Learned", learned))
        bands.append(("= what comes out", _row("output", "output", output, channel, output, said=words)))
    return _whole(
        bands,
        values.shape,
        ("output",),
        "Batch normalisation of a small batch, each channel by its own mean and variance.",
    )


def _row(
    name: str, noun: str, values: np.ndarray, channel: int, beside: np.ndarray, editable: bool = False,
    said: list[list[str]] | None = None, dropped: np.ndarray | None = None,
) -> list[Grid]:  # fmt: skip
    """One channel of all images; the strongest colour is that of the largest number here or beside."""
    limit = float(max(np.abs(values[:, channel]).max(), np.abs(beside[:, channel]).max()))
    grids = []
    for image in range(len(values)):
        cells = values[image, channel]
        gone = () if dropped is None else zip(*np.nonzero(dropped[image, channel] == 0), strict=True)
        grids.append(
            Grid(
                f"{name}/{image}/{channel}", f"Image {image + 1}", noun, cells, editable,
                said=said[image] if said else [f"{noun}, row {r + 1}, column {c + 1} = {plain_number(float(x))}" for (r, c), x in np.ndenumerate(cells)],
                marks={(int(row), int(column)): "unread" for row, column in gone}, limit=limit,
            )
        )  # fmt: skip
    return grids


def _whole(bands: list, shape: tuple[int, ...], small: Parts, alt: str) -> Spec:
    images, channels, n, _ = shape
    places = [f"{image}/{channel}" for channel in range(channels) for image in range(images)]
    pairs = tuple(Pair((f"input/{at}",), tuple(f"{name}/{at}" for name in small)) for at in places)
    return grids_data(bands, Geometry(n, 1, pairs, tuple(f"output/{at}" for at in places)), alt, IDLE)


def _factor_words(factor: float, kind: Kind, rate: float) -> str:
    if kind == "gaussian":
        return f"drawn from the normal distribution with mean 1 and deviation √({rate:g} / (1 − {rate:g})): {plain_number(factor)}"
    what = "its map" if kind == "spatial" else "this number"
    if factor == 0:
        return f"{what} is dropped, as it is with probability {rate:g}: factor 0"
    return f"{what} stays: factor 1 / (1 − {rate:g}) = {plain_number(factor)}"


def _output_words(values: np.ndarray, factors: np.ndarray | None) -> list[str]:
    if factors is None:
        return [f"In inference it stays as it is: {plain_number(float(x))}" for x in values.flat]
    return [
        f"{summand(float(x))}·{summand(float(f))} = {plain_number(float(x * f))}"
        for x, f in zip(values.flat, factors.flat, strict=True)
    ]


def _normal_words(x: float, y: float, own: tuple[float, ...], epsilon: float) -> str:
    mean, variance, gamma, beta = (float(one) for one in own)
    return (
        f"γ·(x − μ) / √(σ² + ε) + β = {summand(gamma)}·({plain_number(float(x))} − {summand(mean)}) / "
        f"√({plain_number(variance)} + {epsilon:g}) + {summand(beta)} = {plain_number(float(y))}"
    )


def moment_rows(before: Moments, after: Moments, formula: Moments, many: Moments, draws: int) -> list[dict[str, str]]:
    """Mean and deviation before, after this draw, and over many: rows of a table, column → words."""
    rows = {
        "The batch": before, "What comes out, in this draw": after, "Over all draws, by the formula": formula,
        f"Measured over {draws:,} draws": many,
    }  # fmt: skip
    return [
        {"": name, "Mean": _three(found.mean), "Standard deviation": _three(found.deviation)}
        for name, found in rows.items()
    ]


def statistics_rows(
    batch: Statistics, moving: Statistics, output: Statistics, training: bool
) -> list[dict[str, str]]:
    """Mean and variance of each channel: of the batch, moving ones, and of what comes out."""
    used = ("← used in training", "") if training else ("", "← used in inference")
    rows = []
    for channel in range(len(batch.mean)):
        for name, found in ((f"Batch {used[0]}", batch), (f"Moving {used[1]}", moving), ("What comes out", output)):
            rows.append({"Channel": str(channel + 1), "": name.strip(), "Mean μ": _three(found.mean[channel]), "Variance σ²": _three(found.variance[channel])})  # fmt: skip
    return rows


def moving_words(moving: Statistics, batch: Statistics, momentum: float) -> str:
    """The next step of the first channel's moving mean, with the numbers filled in."""
    old, new = float(moving.mean[0]), float(batch.mean[0])
    found = momentum * old + (1 - momentum) * new
    return (
        f"**Moving mean** of channel 1, in the next step: m·old + (1 − m)·batch = {momentum:g}·{_factor(old)} + "
        f"(1 − {momentum:g})·{_factor(new)} = **{_three(found)}**"
    )


def _factor(number: float) -> str:
    return f"({_three(number)})" if number < 0 else _three(number)


def _three(number: float) -> str:
    return f"{number + 0.0:.3f}".replace("-", "−").replace("−0.000", "0.000")
