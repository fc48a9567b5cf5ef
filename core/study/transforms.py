"""What images are changed by in a study of robustness, and how far: a table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from core.network import Recipe
from core.network.settings import Number, settings_of

SIDE = 28  # px of the images that the usual strengths are made for


@dataclass(frozen=True)
class Transform:
    """A transform of images at a chosen strength.

    Attributes:
        name: its key in `TRANSFORMS`.
        title: what charts call it.
        unit: of a strength: `°`, ` px`, or empty for a plain number.
        strengths: the usual ones, ascending, for images of 28×28 pixels.
        neutral: the strength that changes nothing, one of these.
        arguments: strength → keyword arguments of `core.data.augmentation.transformed`.
        field: the recipe's setting by which a training sees such images; empty where there is none.
        in_pixels: whether strengths grow with the image.
        whole: whether a strength is a whole number.
    """

    name: str
    title: str
    unit: str
    strengths: tuple[float, ...]
    neutral: float
    arguments: Callable[[float], dict[str, Any]]
    field: str = ""
    in_pixels: bool = False
    whole: bool = False

    @property
    def two_sided(self) -> bool:
        """Whether it goes either way from the neutral strength."""
        return self.strengths[0] < self.neutral < self.strengths[-1]

    def text(self, strength: float) -> str:
        """The strength as people read it: `−30°`, `2 px`, `0.4`."""
        return f"{strength:.3g}{self.unit}".replace("-", "−")

    def sized(self, side: int) -> Transform:
        """The same for images whose shorter side has so many pixels: what is measured in pixels grows with it."""
        if not self.in_pixels or side == SIDE:
            return self
        grown = (strength * side / SIDE for strength in self.strengths)
        return replace(self, strengths=tuple(sorted({round(one) if self.whole else one for one in grown})))

    def apply(self, images: np.ndarray, strength: float, seed: int = 0) -> np.ndarray:
        """(n, h, w, c) float32 in 0…1 → the same, changed; exactly the same at the neutral strength.

        The same seed draws the same noise, pixels and places for images in the same order. Raises `ValueError` for a
        strength that is out of range.
        """
        if strength == self.neutral:
            return images
        import tensorflow as tf

        from core.data.augmentation import transformed
        from core.insight.graphs import eagerly

        return np.asarray(eagerly(lambda: transformed(tf.constant(images), seed=seed, **self.arguments(strength))))


_ANGLES = (-90.0, -60.0, -30.0, -20.0, -10.0, 0.0, 10.0, 20.0, 30.0, 60.0, 90.0)
_PIXELS = (-8.0, -6.0, -4.0, -2.0, -1.0, 0.0, 1.0, 2.0, 4.0, 6.0, 8.0)

TRANSFORMS: dict[str, Transform] = {
    one.name: one
    for one in (
        Transform("rotation", "Rotation", "°", _ANGLES, 0, lambda by: {"rotation": by}, "rotation"),
        Transform("right", "Shift to the right", " px", _PIXELS, 0, lambda by: {"shift": (0, by)}, "shift", True, True),
        Transform("down", "Shift down", " px", _PIXELS, 0, lambda by: {"shift": (by, 0)}, "shift", True, True),
        Transform(
            "scale", "Scale", "", (0.4, 0.5, 0.6, 0.7, 0.8, 1, 1.2, 1.4, 1.6, 1.8, 2), 1, lambda by: {"zoom": by}, "zoom"
        ),
        Transform(
            "shear", "Shear", "°", (-60, -45, -30, -20, -10, 0, 10, 20, 30, 45, 60), 0, lambda by: {"shear": by}, "shear"
        ),
        Transform(
            "blur", "Blur", " px", (0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 2, 2.5, 3, 4), 0, lambda by: {"blur": by}, "blur", True
        ),
        Transform(
            "noise", "Noise", "", (0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1), 0, lambda by: {"noise": by}, "noise"
        ),
        Transform(
            "contrast", "Contrast", "", (0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1), 1, lambda by: {"contrast": by}
        ),
        Transform(
            "square", "Covered by a square", " px", (0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20), 0,
            lambda by: {"square": int(by)}, in_pixels=True, whole=True,
        ),
        Transform(
            "salt_and_pepper", "Salt and pepper", "", (0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8), 0,
            lambda by: {"salt_and_pepper": by},
        ),
    )
}  # fmt: skip


def trained_range(recipe: Recipe, transform: Transform) -> tuple[float, float] | None:
    """The strengths that a training by this recipe has seen: from the lowest to the highest; None where only the neutral."""
    most = getattr(recipe, transform.field) if transform.field else 0
    if not most:
        return None
    return (transform.neutral - most if transform.two_sided else transform.neutral, transform.neutral + most)


def against(recipe: Recipe, transform: Transform, strength: float) -> Recipe | None:
    """The recipe whose training sees images changed up to this strength, either way; None where no setting does that.

    What the recipe augments with already stays; where the setting does not go so far, it goes as far as it can.
    """
    if not transform.field:
        return None
    how = settings_of(Recipe)[transform.field]
    assert isinstance(how, Number)
    wanted = min(abs(strength - transform.neutral), how.maximum)
    return recipe.replaced(**{transform.field: max(getattr(recipe, transform.field), wanted)})
