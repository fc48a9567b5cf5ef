"""Pooling: windows, or whole maps, of which one number is kept."""

from __future__ import annotations

from dataclasses import dataclass

from core.network.layers.base import Layer, Reads, Shape, Window, image_shape, size_text, windows
from core.network.layers.options import PADDING
from core.network.settings import Pair, setting


@dataclass(frozen=True)
class _Pooling(Layer):
    """Base class of maximum and average pooling; strides default to the pool size."""

    group = "Pooling"
    keras_required = ("pool_size",)
    is_pooling = True

    pool_size: tuple[int, int] = setting(
        (2, 2),
        Pair("Pool size", "Rows × columns that become one number, channel by channel.", 1, 16, (2, 3, 4)),
    )
    strides: tuple[int, int] | None = setting(
        None,
        Pair(
            "Strides",
            "How far the window jumps each time. Left alone, the windows lie side by side.",
            1,
            16,
            (1, 2, 3),
            default_label="as the pool size",
        ),
    )
    padding: str = setting("valid", PADDING)

    def reads(self, shape: Shape) -> tuple[Window, Window]:
        strides = self.strides or self.pool_size
        return windows(self, shape, self.pool_size, strides, (1, 1), self.padding)

    def output_shape(self, shape: Shape) -> Shape:
        rows, columns = self.reads(shape)
        return (rows.count, columns.count, shape[2])

    def describe(self) -> str:
        words = [size_text(self.pool_size)]
        if self.strides not in (None, self.pool_size):
            words.append(f"stride {size_text(self.strides)}")
        if self.padding == "same":
            words.append("same")
        return ", ".join(words)


@dataclass(frozen=True)
class MaxPooling2D(_Pooling):
    """Keeps the largest number of each window."""

    summary = "Keeps the strongest answer of each window: smaller maps, a wider view."
    short_name = "MaxPool"
    is_linear = False


@dataclass(frozen=True)
class AveragePooling2D(_Pooling):
    """Keeps the mean of each window."""

    summary = "Keeps the average of each window: smaller maps, a wider view."
    short_name = "AvgPool"


@dataclass(frozen=True)
class _GlobalPooling(Layer):
    """Base class of global pooling: (h, w, c) → (c,)."""

    group = "Pooling"

    def output_shape(self, shape: Shape) -> Shape:
        return (image_shape(self, shape)[2],)

    def reads(self, shape: Shape) -> Reads:
        return Reads.EVERYTHING


@dataclass(frozen=True)
class GlobalAveragePooling2D(_GlobalPooling):
    """The mean of each feature map."""

    summary = "One number for each feature map, its average. Replaces Flatten without parameters."
    short_name = "GlobalAvg"


@dataclass(frozen=True)
class GlobalMaxPooling2D(_GlobalPooling):
    """The largest number of each feature map."""

    summary = "One number for each feature map, its largest: was it seen anywhere?"
    is_linear = False
