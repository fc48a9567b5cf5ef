"""Layers that bring numbers to mean 0 and deviation 1."""

from __future__ import annotations

from dataclasses import dataclass

from core.network.layers.base import CannotWork, Layer, Reads, Shape, Term, channel_group
from core.network.layers.options import CENTER, EPSILON, SCALE
from core.network.settings import Integer, Number, setting
from core.network.words import counted


class _Normalization(Layer):
    """What normalising layers share: a learned factor and a learned shift for each channel.

    No dataclass, so that the settings it reads are fields of the kinds only, each kind in the order of Keras.
    """

    group = "Normalising"

    center: bool
    scale: bool

    def terms(self, shape: Shape) -> tuple[Term, ...]:
        names = ("gamma",) * self.scale + ("beta",) * self.center
        return tuple(Term(name, (shape[-1],)) for name in names)


@dataclass(frozen=True)
class BatchNormalization(_Normalization):
    """Brings each channel to mean 0 and deviation 1 over the batch, then scales and shifts it."""

    summary = "Keeps the numbers of each channel in a comfortable range; speeds learning up."
    short_name = "BatchNorm"
    is_noisy = True  # by the other images of the batch

    momentum: float = setting(
        0.99,
        Number("Momentum", "How slowly the running mean and variance follow the batches.", 0.0, 0.999, 0.01),
    )
    epsilon: float = setting(0.001, EPSILON)
    center: bool = setting(True, CENTER)
    scale: bool = setting(True, SCALE)

    def terms(self, shape: Shape) -> tuple[Term, ...]:
        running = (Term(name, (shape[-1],), trainable=False) for name in ("moving_mean", "moving_variance"))
        return (*super().terms(shape), *running)


@dataclass(frozen=True)
class LayerNormalization(_Normalization):
    """Brings the channels of each position to mean 0 and deviation 1, then scales and shifts them."""

    summary = "Like batch normalisation, but over the channels of each position: no batch is needed."
    is_linear = False

    epsilon: float = setting(0.001, EPSILON)
    center: bool = setting(True, CENTER)
    scale: bool = setting(True, SCALE)

    def preactivation_channels(self, shape: Shape, channel: int) -> range:
        return range(shape[-1])


@dataclass(frozen=True)
class GroupNormalization(_Normalization):
    """Brings groups of channels of each image to mean 0 and deviation 1, then scales and shifts them.

    Its mean and variance depend on the whole map; the receptive field leaves them
    out, as the literature does.
    """

    summary = "Normalises groups of channels within each image: good with small batches."
    starter = {"groups": 4}
    is_linear = False

    groups: int = setting(
        32, Integer("Groups", "Into how many groups the channels are split; it must divide them evenly.", 1, 1024)
    )
    epsilon: float = setting(0.001, EPSILON)
    center: bool = setting(True, CENTER)
    scale: bool = setting(True, SCALE)

    def output_shape(self, shape: Shape) -> Shape:
        if shape[-1] % self.groups:
            raise CannotWork(
                f"GroupNormalization with {counted(self.groups, 'group')} must divide the {counted(shape[-1], 'channel')} evenly."
            )
        return shape

    def reads_in_full(self, shape: Shape) -> Reads:
        return Reads.EVERYTHING

    def preactivation_channels(self, shape: Shape, channel: int) -> range:
        return channel_group(channel, shape[-1], self.groups, shape[-1])

    def describe(self) -> str:
        return counted(self.groups, "group")
