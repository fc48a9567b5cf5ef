"""Parameters and multiply-adds of a whole network, quickly: for searches and for charts of hundreds of networks."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from core.network.layers import CannotWork, Layer, Shape
from core.network.network import Block, Branches, Network


class Totals(NamedTuple):
    """What a network costs, as `trace` has it too.

    Attributes:
        parameters: all of them, trainable and not.
        macs: multiply-adds for one image.
    """

    parameters: int
    macs: int


@lru_cache(maxsize=2048)
def totals(network: Network) -> Totals:
    """Count without receptive fields, which take most of the time of `trace`.

    Raises:
        CannotWork: where a layer does not fit what arrives; `trace` says which.
    """
    _, found = _passed(network.layers, network.input_shape)
    return found


def _passed(blocks: Iterable[Block], shape: Shape) -> tuple[Shape, Totals]:
    """What comes out of a row of blocks for an input of this shape, and what they cost."""
    parameters = macs = 0
    for block in blocks:
        if isinstance(block, Branches):
            ends = [_passed(branch, shape) for branch in block.branches]
            parameters += sum(own.parameters for _, own in ends)
            macs += sum(own.macs for _, own in ends)
            shape = _joined(block, [end for end, _ in ends])
        else:
            parameters += sum(_parameters(block, shape))
            macs += block.macs(shape)
            shape = block.output_shape(shape)
    return shape, Totals(parameters, macs)


def _parameters(layer: Layer, shape: Shape) -> tuple[int, int]:
    layer.output_shape(shape)  # raises where it does not fit
    return layer.parameters(shape)


def _joined(block: Branches, shapes: list[Shape]) -> Shape:
    alike = {shape if block.merge == "add" else (len(shape), *shape[:-1]) for shape in shapes}
    if len(alike) > 1:
        raise CannotWork("The branches do not fit together.")
    return shapes[0] if block.merge == "add" else (*shapes[0][:-1], sum(shape[-1] for shape in shapes))
