"""Layers that move numbers without changing them."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from core.network.layers.base import Layer, Shape, Window, image_shape, size_text
from core.network.settings import Pair, setting


@dataclass(frozen=True)
class ZeroPadding2D(Layer):
    """A frame of zeros around the image, the same on opposite sides."""

    group = "Shape"
    summary = "Puts a frame of zeros around the image."
    short_name = "ZeroPad"
    copies = True

    padding: tuple[int, int] = setting(
        (1, 1),
        Pair("Padding", "Rows added above and below × columns added left and right.", 0, 32, (1, 2, 3)),
    )

    def reads(self, shape: Shape) -> tuple[Window, Window]:
        height, width, _ = image_shape(self, shape)
        return (
            Window(1, 1, 1, self.padding[0], height + 2 * self.padding[0]),
            Window(1, 1, 1, self.padding[1], width + 2 * self.padding[1]),
        )

    def output_shape(self, shape: Shape) -> Shape:
        rows, columns = self.reads(shape)
        return (rows.count, columns.count, shape[2])

    def describe(self) -> str:
        return size_text(self.padding)


@dataclass(frozen=True)
class Flatten(Layer):
    """All numbers of the image in one row: (h, w, c) → (h·w·c,)."""

    group = "Shape"
    summary = "Lays all feature maps out as one long row, ready for Dense layers."
    copies = True

    def output_shape(self, shape: Shape) -> Shape:
        return (prod(shape),)

    def preactivation_channels(self, shape: Shape, channel: int) -> range:
        return range(channel % shape[-1], channel % shape[-1] + 1)
