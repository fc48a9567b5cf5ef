"""What a network is compared with: the same one without a part, or with another in its place."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from core.network.geometry import trace
from core.network.network import MAX_NAME, Network
from core.network.variants import (
    NoVariant,
    with_batch_normalisation,
    with_separable_convolutions,
    without_batch_normalisation,
    without_skips,
)
from core.network.widths import with_parameters
from core.network.words import counted


class Counterpart(NamedTuple):
    """A network to compare with another.

    Attributes:
        key: its own among those of a network.
        title: what it is without or with, in words that follow its name.
        says: what is changed, in a sentence.
        source: who described it; empty for what needs no source.
        network: the network, called by the first one and the title.
    """

    key: str
    title: str
    says: str
    source: str
    network: Network


class _Kind(NamedTuple):
    key: str
    title: str
    says: str
    make: Callable[[Network], Network]
    source: str


_KINDS = (
    _Kind(
        "skips", "without skips", "What stands beside each skip stays, in a row. The skips go.", without_skips,
        "He, Zhang, Ren and Sun, “Deep residual learning for image recognition” (2016)",
    ),
    _Kind(
        "unnormalised", "without batch normalisation",
        "Batch normalisation goes. A layer before it that had no bias gets one.", without_batch_normalisation,
        "Ioffe and Szegedy, “Batch normalization” (2015)",
    ),
    _Kind(
        "normalised", "with batch normalisation",
        "Each hidden layer with weights is normalised over the batch, before its activation.", with_batch_normalisation,
        "Ioffe and Szegedy, “Batch normalization” (2015)",
    ),
    _Kind(
        "separable", "separable convolutions",
        "Each convolution becomes one kernel a channel, then 1×1 kernels that mix the channels; those that read the image "
        "itself stay.",
        with_separable_convolutions,
        "Howard and others, “MobileNets” (2017)",
    ),
)  # fmt: skip


@lru_cache(maxsize=64)
def counterparts(network: Network) -> tuple[Counterpart, ...]:
    """Those that a network has; none for one that does not work."""
    if trace(network).problems:
        return ()
    found: list[Counterpart] = []
    for kind in _KINDS:
        try:
            changed = kind.make(network)
        except NoVariant:
            continue
        found.append(Counterpart(kind.key, kind.title, kind.says, kind.source, called(changed, network, kind.title)))
    return tuple(found)


@lru_cache(maxsize=64)
def of_size(network: Network, parameters: int) -> Counterpart:
    """The network made wider or narrower, as close to so many parameters as whole units allow.

    Raises:
        NoVariant: where the network does not work, or no other width of it does or comes closer.
    """
    if trace(network).problems:
        raise NoVariant("This network cannot work yet.")
    changed = with_parameters(network, parameters)
    if changed == network:
        raise NoVariant("No other width comes closer to that.")
    title = counted(trace(changed).parameters, "parameter")
    return Counterpart(
        "width",
        title,
        "Each hidden layer is as many times wider or narrower, and single ones a little more or less, to come nearest.",
        "",
        called(changed, network, title),
    )


def called(changed: Network, network: Network, title: str) -> Network:
    """A network that was made of another, by the name of that one and what is different."""
    ending = f", {title}"
    return changed.renamed(f"{network.name[: MAX_NAME - len(ending)]}{ending}")
