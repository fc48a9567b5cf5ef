"""One image moved by whole pixels in any direction, and a layer's output before, after, and shifted back."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from math import floor

import numpy as np

from core.network import Row
from core.network.geometry import Axis, Position


def moved(image: np.ndarray, right: int, down: int) -> np.ndarray:
    """(h, w, c) → the same moved by so many pixels, with 0 where nothing comes from; negative is left and up."""
    found, (height, width) = np.zeros_like(image), image.shape[:2]
    if abs(right) >= width or abs(down) >= height:
        return found
    rows, columns = (slice(max(by, 0), side + min(by, 0)) for by, side in ((down, height), (right, width)))
    came, across = (slice(max(-by, 0), side - max(by, 0)) for by, side in ((down, height), (right, width)))
    found[rows, columns] = image[came, across]
    return found


@dataclass(frozen=True, eq=False)
class MovedLayer:
    """What a layer puts out for an image and for the image that was moved.

    Attributes:
        still, shifted: (h, w, channels) or (units,) float32, for the image and for the moved one.
        difference: like them: what came out for the moved image, shifted back, minus `still`; not a number where a unit
            has no counterpart. Without places nothing is shifted back.
        inside: (h, w) bool, the units that see neither the border, nor padding, nor what came in; None without places.
        steps: units that the image was moved by, (down, right); None without places.
    """

    still: np.ndarray = field(repr=False)
    shifted: np.ndarray = field(repr=False)
    difference: np.ndarray = field(repr=False)
    inside: np.ndarray | None = field(repr=False)
    steps: tuple[Fraction, Fraction] | None

    @property
    def places(self) -> bool:
        """Whether its units have places that could move."""
        return self.inside is not None

    def error(self, border: bool) -> float:
        """The length of the difference as a share of that of `still`, over the units that count.

        Args:
            border: whether all units that have a counterpart count, or only those inside.

        Returns:
            0 where the maps move along; not a number where no unit counts.
        """
        counts = np.isfinite(self.difference)
        if self.inside is not None and not border:
            counts &= self.inside[..., np.newaxis]
        if not counts.any():
            return float("nan")
        difference, length = (
            float(np.linalg.norm(one[counts].astype(np.float64))) for one in (self.difference, self.still)
        )
        if not difference:
            return 0.0
        return difference / length if length else 1.0


def moved_layer(row: Row, still: np.ndarray, shifted: np.ndarray, right: int, down: int) -> MovedLayer:
    """Shift a layer's output for a moved image back, and compare it with that for the image.

    Where the image was moved by no whole number of units, numbers between neighbours are interpolated linearly.

    Args:
        row: of the layer, as `trace` has it.
        still, shifted: its output for the image, and for the image moved by `right` and `down` px.
    """
    seen = row.field
    if still.ndim != 3 or not seen.vertical.jump or not seen.horizontal.jump:
        return MovedLayer(still, shifted, shifted - still, None, None)
    back, inside = shifted.astype(np.float32), []
    for axis, (along, by) in enumerate(((seen.vertical, down), (seen.horizontal, right))):
        back = _back(back, axis, Fraction(by) / Fraction(along.jump))
        inside.append(_inside(along, still.shape[axis], by, seen.input_shape[axis]))
    steps = (Fraction(down) / Fraction(seen.vertical.jump), Fraction(right) / Fraction(seen.horizontal.jump))
    return MovedLayer(still, shifted, back - still, inside[0][:, np.newaxis] & inside[1], steps)


def _back(maps: np.ndarray, axis: int, units: Fraction) -> np.ndarray:
    """Maps moved by so many units against an axis; not a number where nothing comes from."""
    whole, part = floor(units), float(units - floor(units))
    near, far = (_taken(maps, axis, whole + more) for more in (0, 1))
    return (1 - part) * near + part * far if part else near


def _taken(maps: np.ndarray, axis: int, whole: int) -> np.ndarray:
    """At each place along the axis what is so many places further on; not a number beyond the ends."""
    places = np.arange(maps.shape[axis]) + whole
    there = (places >= 0) & (places < maps.shape[axis])
    found = np.take(maps, np.clip(places, 0, maps.shape[axis] - 1), axis)
    return np.where(there[:, None, None] if axis == 0 else there[None, :, None], found, np.nan).astype(np.float32)


def _inside(along: Axis, units: int, by: int, side: int) -> np.ndarray:
    """(units,) bool: which see nothing but the image, and whose counterparts see nothing but what was in it before."""
    step = Fraction(by) / Fraction(along.jump)
    others = {floor(step), floor(step) + (1 if step != floor(step) else 0)}

    def sees(place: int, first: Position, last: Position) -> bool:
        start = place * Fraction(along.jump)
        return first <= start + Fraction(along.low) and start + Fraction(along.high) <= last

    first, last = max(0, by), side - 1 + min(0, by)
    return np.array(
        [sees(one, 0, side - 1) and all(sees(one + more, first, last) for more in others) for one in range(units)]
    )
