"""Variants of a network that over-fit less, cost less, lack a part or are deeper: each edits the whole network at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple, Union

from core.network.geometry import trace
from core.network.layers import (
    Activation,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    GaussianDropout,
    Layer,
    SeparableConv2D,
    SpatialDropout2D,
)
from core.network.network import IMAGE, Block, Branches, Network, Path
from core.network.settings import InvalidSetting, Penalty, settings_of
from core.network.words import counted

WIDTHS = ("filters", "units")  # the settings that say how wide a layer is
MOMENTUM = 0.9  # of batch normalisation: its running means must settle within the few batches of a small training set

MOST_REPEATS = 20  # of blocks in a row

_Drop = Union[type[Dropout], type[GaussianDropout]]


class NoVariant(ValueError):
    """A network of which there is no such variant. The message says why, in a sentence."""


class Unchanged(NoVariant):
    """The variant would be the network itself."""


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
    inputs, last = trace(network).inputs, last_learner(network)
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
    last = last_learner(network)

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
    last = last_learner(network)

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
    last = last_learner(network)

    def edit(blocks: Sequence[Block], place: int, path: Path) -> tuple[Block, ...]:
        block = blocks[place]
        if not isinstance(block, Layer) or path == last:
            return (block,)
        widths = {name: max(round(getattr(block, name) * share), 1) for name in WIDTHS if hasattr(block, name)}
        return (block.replaced(**widths) if widths else block,)

    return _changed(network, edit, "No hidden layer is left that could have another width.")


def without_skips(network: Network) -> Network:
    """What stood beside a skip stays, in a row: the “plain” network to a residual one.

    A skip is an empty branch, and at a sum also a projection, a branch of 1×1 convolutions without activation and
    normalisation, beside a branch that computes more. Raises `NoVariant` where there is none, or the layers do not fit
    together without.

    Source: He, Zhang, Ren and Sun, “Deep residual learning for image recognition” (2016), section 3.3.
    """

    def edit(blocks: Sequence[Block], place: int, path: Path) -> tuple[Block, ...]:
        block = blocks[place]
        if not isinstance(block, Branches):
            return (block,)
        kept = [branch for branch in block.branches if branch]
        if block.merge == "add" and not all(_projects(branch) for branch in kept):
            kept = [branch for branch in kept if not _projects(branch)]
        if len(kept) > 1:
            return (replace(block, branches=tuple(kept)),)
        return kept[0] if kept else ()

    return _changed(network, edit, "No branch of this network is a skip.")


def without_batch_normalisation(network: Network) -> Network:
    """Batch normalisation goes; a layer right before it that had no bias, as the shift was one, gets it.

    Raises `NoVariant` where nothing is normalised over the batch.
    """

    def edit(blocks: Sequence[Block], place: int, path: Path) -> tuple[Block, ...]:
        block = blocks[place]
        if isinstance(block, BatchNormalization):
            return ()
        after = blocks[place + 1] if place + 1 < len(blocks) else None
        if isinstance(block, Layer) and hasattr(block, "use_bias") and isinstance(after, BatchNormalization):
            return (block.replaced(use_bias=True),)
        return (block,)

    return _changed(network, edit, "There is no batch normalisation in this network.")


def with_separable_convolutions(network: Network) -> Network:
    """Each convolution over a window becomes a separable one of the same settings.

    Convolutions that read the image itself stay, as in the source: there are hardly any channels to take apart. So do
    1×1 kernels, groups, and uneven strides, which separable convolutions cannot have. Raises `NoVariant` where none
    is left.

    Source: Howard and others, “MobileNets: efficient convolutional neural networks for mobile vision applications”
    (2017), sections 3.1 and 3.2.
    """

    def edit(blocks: Sequence[Block], place: int, path: Path) -> tuple[Block, ...]:
        block = blocks[place]
        if not isinstance(block, Conv2D) or not _separates(block) or _reads_image(network, path):
            return (block,)
        return (
            SeparableConv2D(
                block.filters, block.kernel_size, block.strides, block.padding, block.dilation_rate,
                activation=block.activation, use_bias=block.use_bias,
                depthwise_initializer=block.kernel_initializer, pointwise_initializer=block.kernel_initializer,
                depthwise_regularizer=block.kernel_regularizer, pointwise_regularizer=block.kernel_regularizer,
            ),
        )  # fmt: skip

    return _changed(network, edit, "Behind the layers that read the image itself, there is no ordinary convolution.")


class Repeats(NamedTuple):
    """A block with the normalisation and activation that follow it, as often as it stands in a row.

    Attributes:
        first: path of the first block of the row.
        length: blocks in one of them.
        times: how many of them.
    """

    first: Path
    length: int
    times: int


def repeats_at(network: Network, path: Path) -> Repeats:
    """The row of equal blocks that the block at this path is part of; raises `IndexError` where there is none."""
    network.at(path)
    *prefix, place = path
    blocks = _row(network, path)
    source = place
    while source and _goes_with(blocks[source]):
        source -= 1
    length = 1
    if not _goes_with(blocks[source]):  # else the row begins with it, and it stands alone
        place = source
        while place + length < len(blocks) and _goes_with(blocks[place + length]):
            length += 1
    unit, first, end = blocks[place : place + length], place, place + length
    while first >= length and blocks[first - length : first] == unit:
        first -= length
    while blocks[end : end + length] == unit:
        end += length
    return Repeats((*prefix, first), length, (end - first) // length)


def with_repeats(network: Network, path: Path, times: int) -> Network:
    """The network with the block at this path, and what goes with it, so many times in a row.

    Args:
        network: one that works.
        path: of a block, as `repeats_at` takes it.
        times: 1 or more.

    Raises:
        NoVariant: where it is so often there already, is the last that learns, or the layers would not fit together.
        IndexError: where there is no block at this path.
    """
    row = repeats_at(network, path)
    *prefix, first = row.first
    places = range(first, first + row.length * row.times)
    if last_learner(network) in {(*prefix, place) for place in places}:
        raise NoVariant("The last layer that learns gives the answer: it stands there once.")

    def edit(blocks: Sequence[Block], place: int, at: Path) -> tuple[Block, ...]:
        if at[:-1] != tuple(prefix) or place not in places:
            return (blocks[place],)
        return tuple(blocks[first : first + row.length]) * times if place == first else ()

    return _changed(network, edit, f"It stands there {counted(times, 'time')} already.")


@lru_cache(maxsize=256)
def most_repeats(network: Network, path: Path) -> int:
    """How often a block can stand in a row at most, `MOST_REPEATS` or fewer; 1 where it cannot be repeated."""
    there = repeats_at(network, path).times
    for times in range(MOST_REPEATS, 1, -1):
        if times == there:
            return times
        try:
            with_repeats(network, path, times)
        except NoVariant:
            continue
        return times
    return 1


_Edit = Callable[
    [Sequence[Block], int, Path], tuple[Block, ...]
]  # a row of blocks, a place in it, its path → what comes there


def _changed(network: Network, edit: _Edit, otherwise: str) -> Network:
    """The network with each block edited; raises `NoVariant` where that is the same one, or none that works alike."""
    try:
        changed = replace(network, layers=_edited(network.layers, (), edit))
    except InvalidSetting as problem:
        raise NoVariant(str(problem)) from None
    return _checked(network, changed, otherwise)


def _checked(network: Network, changed: Network, otherwise: str) -> Network:
    """What was made of a network; raises `Unchanged` where that is the same one, `NoVariant` where none that works alike."""
    if changed == network:
        raise Unchanged(otherwise)
    before, after = trace(network), trace(changed)
    if after.problems:
        raise NoVariant(f"Its layers would no longer fit together. {after.problems[0].sentence}")
    if before.rows and not after.rows:
        raise NoVariant("Nothing would be left of it.")
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


def last_learner(network: Network) -> Path:
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


def _row(network: Network, path: Path) -> tuple[Block, ...]:
    """The blocks in a row with the one at this path."""
    if len(path) == 1:
        return network.layers
    holder = network.at(path[:-2])
    assert isinstance(holder, Branches), path
    return holder.branches[path[-2]]


def _projects(branch: Sequence[Block]) -> bool:
    """Whether a branch does no more than bring what it reads to another shape."""
    return any(isinstance(block, Conv2D) for block in branch) and all(
        _normalises(block)
        or (isinstance(block, Conv2D) and block.kernel_size == (1, 1) and block.activation == "linear")
        for block in branch
    )


def _separates(layer: Conv2D) -> bool:
    """Whether a separable convolution can have the settings of this one, and would be another."""
    return layer.kernel_size != (1, 1) and layer.groups == 1 and layer.strides[0] == layer.strides[1]
