"""Variants of a network that over-fit less, or cost less: each edits the whole network at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Union

from core.network.geometry import trace
from core.network.layers import (
    Activation,
    BatchNormalization,
    Dense,
    Dropout,
    GaussianDropout,
    Layer,
    SpatialDropout2D,
)
from core.network.network import IMAGE, Block, Branches, Network, Path
from core.network.settings import InvalidSetting, Penalty, settings_of
from core.network.totals import totals

WIDTHS = ("filters", "units")  # the settings that say how wide a layer is
WIDEST = 16.0  # times as wide, at most
SEARCHED = 30  # widths
MOMENTUM = 0.9  # of batch normalisation: its running means must settle within the few batches of a small training set

_Drop = Union[type[Dropout], type[GaussianDropout]]


class NoVariant(ValueError):
    """A network of which there is no such variant. The message says why, in a sentence."""


def with_l2(network: Network, strength: float = 1e-4) -> Network:
    """All kernels get this L2 penalty; an L1 penalty stays. Raises `NoVariant` where nothing has a kernel."""

    def edit(blocks: Sequence[Block], place: int, path: Path) -> tuple[Block, ...]:
        block = blocks[place]
        penalties = {
            name: (getattr(block, name)[0], strength)
            for name, how in (settings_of(block).items() if isinstance(block, Layer) else ())
            if isinstance(how, Penalty)
        }
        return (block.replaced(**penalties) if isinstance(block, Layer) and penalties else block,)

    return _changed(network, edit, "No layer has a kernel on which a penalty could be put.")


def with_dropout(network: Network, rate: float = 0.3, kind: _Drop = Dropout) -> Network:
    """Dropout before each dense layer that does not read the image itself; without any, before the last layer with weights.

    Where something is dropped already, that stays.

    Args:
        network: one that works.
        rate: share that is dropped, 0…0.95.
        kind: `Dropout` or `GaussianDropout`.

    Raises:
        NoVariant: where there is no such place left.

    Source: Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov, “Dropout: a simple way to prevent neural
    networks from overfitting” (2014), section 4, and section 10 for multiplicative Gaussian noise.
    """
    inputs, last = trace(network).inputs, _last(network)
    dense = {path for path, block in network.walk() if isinstance(block, Dense) and len(inputs[path] or ()) == 1}
    chosen = {path for path in dense or {last} if not _reads_image(network, path)}

    def edit(blocks: Sequence[Block], place: int, path: Path) -> tuple[Block, ...]:
        block = blocks[place]
        if path not in chosen or (place and _drops(blocks[place - 1])):
            return (block,)
        return (kind(rate), block)

    return _changed(
        network,
        edit,
        "There is no place for dropout: nothing is learned before the last layer, or it is there already.",
    )


def with_spatial_dropout(network: Network, rate: float = 0.1) -> Network:
    """Dropout of whole maps behind each convolution, its normalisation and activation; behind the last layer with weights none.

    Where something is dropped already, that stays. Raises `NoVariant` where there is no such place left.

    Source: Tompson, Goroshin, Jain, LeCun and Bregler, “Efficient object localization using convolutional networks”
    (2015), section 3.2.
    """
    last = _last(network)

    def edit(blocks: Sequence[Block], place: int, path: Path) -> tuple[Block, ...]:
        block = blocks[place]
        start = place
        while start and _goes_with(blocks[start]):
            start -= 1
        source = blocks[start]
        after = blocks[place + 1] if place + 1 < len(blocks) else None
        ends = isinstance(source, Layer) and source.is_convolution and (*path[:-1], start) != last
        if not ends or _goes_with(after) or _drops(after):
            return (block,)
        return (block, SpatialDropout2D(rate))

    return _changed(network, edit, "There is no map that could be dropped: no convolution is left without dropout.")


def with_batch_normalisation(network: Network) -> Network:
    """Batch normalisation between each hidden layer with weights and its activation, whose bias is then idle and goes.

    Layers that are normalised already stay. Raises `NoVariant` where all are.

    Source: Ioffe and Szegedy, “Batch normalization” (2015), section 3.2.
    """
    last = _last(network)

    def edit(blocks: Sequence[Block], place: int, path: Path) -> tuple[Block, ...]:
        block = blocks[place]
        if not (isinstance(block, Layer) and block.kernel_weights) or path == last:
            return (block,)
        after = blocks[place + 1] if place + 1 < len(blocks) else None
        if _normalises(after):
            return (block,)
        activation = getattr(block, "activation", "linear")
        bare = block.replaced(activation="linear", use_bias=False)
        applied = () if activation == "linear" else (Activation(activation),)
        return (bare, BatchNormalization(momentum=MOMENTUM), *applied)

    return _changed(network, edit, "There is no hidden layer with weights that is not normalised already.")


def with_width(network: Network, share: float) -> Network:
    """Each hidden layer so many times as wide, rounded, with one unit or filter at least; the last one stays.

    Raises:
        NoVariant: where that changes nothing, or layers would no longer fit together.
    """
    last = _last(network)

    def edit(blocks: Sequence[Block], place: int, path: Path) -> tuple[Block, ...]:
        block = blocks[place]
        if not isinstance(block, Layer) or path == last:
            return (block,)
        widths = {name: max(round(getattr(block, name) * share), 1) for name in WIDTHS if hasattr(block, name)}
        return (block.replaced(**widths) if widths else block,)

    return _changed(network, edit, "No hidden layer is left that could have another width.")


def with_parameters(network: Network, parameters: int) -> Network:
    """The network made wider or narrower, until its number of parameters is as close as whole units allow.

    Raises:
        NoVariant: where no other width works.
    """
    low, high = 1 / 8192, WIDEST
    found = [network]
    for _ in range(SEARCHED):
        share = (low * high) ** 0.5
        try:
            found.append(with_width(network, share))
        except NoVariant:  # too wide for its settings, or the same
            low, high = (low, share) if share > 1 else (share, high)
            continue
        low, high = (low, share) if totals(found[-1]).parameters > parameters else (share, high)
    if len(found) == 1:
        raise NoVariant("No other width of its hidden layers works.")
    return min(found, key=lambda one: abs(totals(one).parameters - parameters))


_Edit = Callable[
    [Sequence[Block], int, Path], tuple[Block, ...]
]  # a row of blocks, a place in it, its path → what comes there


def _changed(network: Network, edit: _Edit, otherwise: str) -> Network:
    """The network with each block edited; raises `NoVariant` where that is the same one, or none that works alike."""
    try:
        changed = replace(network, layers=_edited(network.layers, (), edit))
    except InvalidSetting as problem:
        raise NoVariant(str(problem)) from None
    if changed == network:
        raise NoVariant(otherwise)
    before, after = trace(network), trace(changed)
    if after.problems:
        raise NoVariant(f"Its layers would no longer fit together. {after.problems[0].sentence}")
    if before.rows and after.rows[-1].output_shape != before.rows[-1].output_shape:
        raise NoVariant("Its answer would be of another size: its last layers are not in a row.")
    return changed


def _edited(blocks: Sequence[Block], prefix: Path, edit: _Edit) -> tuple[Block, ...]:
    inner = [
        replace(
            block,
            branches=tuple(
                _edited(branch, (*prefix, place, number), edit) for number, branch in enumerate(block.branches)
            ),
        )
        if isinstance(block, Branches)
        else block
        for place, block in enumerate(blocks)
    ]
    return tuple(found for place in range(len(inner)) for found in edit(inner, place, (*prefix, place)))


def _last(network: Network) -> Path:
    """Path of the last layer with kernels; raises `NoVariant` without any."""
    found = [path for path, block in network.walk() if isinstance(block, Layer) and block.kernel_weights]
    if not found:
        raise NoVariant("No layer of this network learns anything.")
    return found[-1]


def _reads_image(network: Network, path: Path) -> bool:
    """Whether a way leads from the image to this layer on which nothing is learned."""
    for source in network.sources(path):
        block = None if source == IMAGE else network.at(source)
        if block is None or not (isinstance(block, Layer) and block.kernel_weights):
            if block is None or _reads_image(network, source):
                return True
    return False


def _normalises(block: Block | None) -> bool:
    return isinstance(block, Layer) and block.group == "Normalising"


def _goes_with(block: Block | None) -> bool:
    """Whether it belongs to the layer before it: its normalisation, or its activation."""
    return _normalises(block) or (isinstance(block, Layer) and block.group == "Activation")


def _drops(block: Block | None) -> bool:
    return isinstance(block, Layer) and bool(block.drop_rate)
