"""Regularization layers, active during training only: they reduce overfitting."""

from __future__ import annotations

from dataclasses import dataclass

from core.network.layers.base import Layer, Shape, image_shape
from core.network.layers.options import RATE, penalty_text
from core.network.settings import Number, setting


@dataclass(frozen=True)
class _Dropping(Layer):
    """Base class of layers with a drop rate."""

    group = "Regularising"
    keras_required = ("rate",)
    copies = True
    is_noisy = True

    rate: float = setting(0.25, RATE)

    @property
    def drop_rate(self) -> float:
        return self.rate

    def describe(self) -> str:
        return f"{self.rate * 100:g} %"


@dataclass(frozen=True)
class Dropout(_Dropping):
    """While training, sets a random share of the numbers to zero and scales up the rest."""

    summary = "While training, forgets a random share of the numbers, so that none is relied upon."


@dataclass(frozen=True)
class SpatialDropout2D(_Dropping):
    """Dropout of whole feature maps: right where neighbouring pixels say the same."""

    summary = "Dropout of whole feature maps, since single pixels would be guessed from their neighbours."

    def output_shape(self, shape: Shape) -> Shape:
        return image_shape(self, shape)


@dataclass(frozen=True)
class GaussianDropout(_Dropping):
    """While training, multiplies by noise of mean 1 and deviation √(rate / (1 − rate))."""

    summary = "Softer than Dropout: multiplies each number by noise around 1."


@dataclass(frozen=True)
class GaussianNoise(Layer):
    """While training, adds noise of mean 0 and this deviation."""

    group = "Regularising"
    summary = "While training, adds a little noise, as a bad camera would."
    keras_required = ("stddev",)
    copies = True
    is_noisy = True

    stddev: float = setting(
        0.1, Number("Standard deviation", "How strong the noise is; ink has the value 1.", 0.0, 1.0, 0.05)
    )

    def describe(self) -> str:
        return f"{self.stddev:g}"


@dataclass(frozen=True)
class ActivityRegularization(Layer):
    """Makes large outputs costly: the loss grows by l1·Σ|y| + l2·Σy² (per image)."""

    group = "Regularising"
    summary = "Makes large activations costly, so that fewer units speak up."
    starter = {"l2": 0.0001}
    copies = True

    l1: float = setting(0.0, Number("L1", "Price of an activation's size.", 0.0, 1.0, 0.0001, "%.6g"))
    l2: float = setting(0.0, Number("L2", "Price of an activation's square.", 0.0, 1.0, 0.0001, "%.6g"))

    @property
    def penalised(self) -> bool:
        return bool(self.l1 or self.l2)

    def describe(self) -> str:
        return penalty_text((self.l1, self.l2))
