"""What a shift of the image does to each layer: do its maps move along, or do they change?

A layer is *equivariant* to shifts where the maps of the shifted image are the shifted maps. A convolution with
stride 1 is, away from the border; behind a stride or a pooling of 2, only shifts by 2, 4, 6 … pixels are followed
exactly, and in between the maps change. A dense layer has no places at all, so there is nothing that could move:
what is measured is how far its numbers stay what they were (*invariance*).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor
from typing import TYPE_CHECKING

import numpy as np

from core.insight.activations import activations_of_all
from core.network import Network, Path, Row, trace
from core.network.geometry import Axis

if TYPE_CHECKING:
    import keras

MOST_PIXELS = 8
DIRECTIONS = ("right", "down")


@dataclass(frozen=True, eq=False)
class LayerError:
    """How far a layer fails to follow shifts.

    An error is the length of the difference between the maps of the shifted image and the shifted maps, as a share of
    the length of the shifted maps: 0 where the maps move along, about 1.4 where they have nothing in common any more.

    Attributes:
        path: of the layer or join.
        places: whether its output has places that could move; without, it is compared with its output before the shift.
        step: px of the image between neighbouring units, along the direction of the shift; 0 without places.
        inside: (shifts,) float64, over the units whose receptive fields touch neither the border, nor padding, nor
            what came in over the border; not a number where there are none. Without places as `everywhere`.
        everywhere: (shifts,) float64, over all units that have a counterpart.
    """

    path: Path
    places: bool
    step: Fraction
    inside: np.ndarray = field(repr=False)
    everywhere: np.ndarray = field(repr=False)


@dataclass(frozen=True, eq=False)
class Equivariance:
    """An image shifted pixel by pixel, and what each layer makes of it.

    Attributes:
        direction: `right` or `down`.
        shifts: px, each from 0.
        images: (shifts, h, w, c) float32, the shifted images; what comes in is black.
        layers: for each layer and join, in the order of `network.walk()`.
        outputs: path → (shifts, h, w, channels) or (shifts, units) float32.
    """

    direction: str
    shifts: tuple[int, ...]
    images: np.ndarray = field(repr=False)
    layers: tuple[LayerError, ...]
    outputs: dict[Path, np.ndarray] = field(repr=False)

    def layer(self, path: Path) -> LayerError:
        """That of the layer at this path; raises `KeyError` where there is none."""
        for one in self.layers:
            if one.path == path:
                return one
        raise KeyError(path)


def equivariance(
    model: keras.Model,
    network: Network,
    image: np.ndarray,
    shifts: Sequence[int] = range(MOST_PIXELS + 1),
    direction: str = "right",
) -> Equivariance:
    """Shift an image by whole pixels, and compare each layer's maps of it with its shifted maps.

    Where a shift is no whole number of units, the maps are shifted by linear interpolation between neighbours.

    Args:
        model: built from `network`.
        network: says where the layers are and what their units see.
        image: (h, w, c) float32 in 0…1.
        shifts: px, whole numbers from 0, below the image's side.
        direction: `right` or `down`.

    Raises:
        ValueError: for another direction or shift.

    Source: Zhang, “Making convolutional networks shift-invariant again” (ICML 2019), section 3.1 (equivariance as a
    distance between features of the shifted image and shifted features); Azulay and Weiss, “Why do deep convolutional
    networks generalize so poorly to small image transformations?” (JMLR 2019), section 3 (what subsampling does).
    """
    if direction not in DIRECTIONS:
        raise ValueError(f"The direction is “{direction}”; {' or '.join(DIRECTIONS)} works.")
    axis = 1 if direction == "right" else 0  # of an image
    side = image.shape[axis]
    if not all(0 <= by < side and by == int(by) for by in shifts):
        raise ValueError(f"Shifts must be whole numbers of pixels from 0 to {side - 1}, not {list(shifts)}.")
    images = np.stack([_shifted(image, int(by), axis) for by in shifts])
    still, *moved = _in_order(activations_of_all(model, network, np.concatenate([image[np.newaxis], images])))
    layers = tuple(
        _error(row, still[row.path], [one[row.path] for one in moved], shifts, axis) for row in trace(network).rows
    )
    outputs = {path: np.stack([one[path] for one in moved]) for path in still}
    return Equivariance(direction, tuple(int(by) for by in shifts), images, layers, outputs)


def _in_order(outputs: dict[Path, np.ndarray]) -> list[dict[Path, np.ndarray]]:
    """The outputs of each image."""
    count = len(next(iter(outputs.values())))
    return [{path: values[number] for path, values in outputs.items()} for number in range(count)]


def _shifted(image: np.ndarray, by: int, axis: int) -> np.ndarray:
    """The image moved by whole pixels, with 0 where nothing comes from."""
    moved = np.zeros_like(image, np.float32)
    there, here = [slice(None)] * 3, [slice(None)] * 3
    there[axis], here[axis] = slice(by, None), slice(0, image.shape[axis] - by)
    moved[tuple(there)] = image[tuple(here)]
    return moved


def _error(row: Row, still: np.ndarray, moved: list[np.ndarray], shifts: Sequence[int], axis: int) -> LayerError:
    field_of = row.field
    along = field_of.horizontal if axis else field_of.vertical
    across = field_of.vertical if axis else field_of.horizontal
    if still.ndim != 3 or not along.jump:
        errors = np.array([_distance(one, still) for one in moved])
        return LayerError(row.path, False, Fraction(0), errors, errors)
    step, (height, width, _) = Fraction(along.jump), field_of.input_shape
    sides = (width, height) if axis else (height, width)
    rows_across = [place for place in range(still.shape[1 - axis]) if _sees(across, place, 0, sides[1] - 1)]
    inside, everywhere = [], []
    for by, maps in zip(shifts, moved):
        whole, part = floor(by / step), float(by / step - floor(by / step))
        places = range(whole + bool(part), still.shape[axis])  # those whose counterparts are there
        followed = [place for place in places if _sees_moved(along, place, by, whole, bool(part), sides[0])]
        for found, chosen, others in (
            (everywhere, list(places), range(still.shape[1 - axis])),
            (inside, followed, rows_across),
        ):
            found.append(_distance_at(maps, still, axis, chosen, list(others), whole, part))
    return LayerError(row.path, True, step, np.array(inside), np.array(everywhere))


def _sees(axis: Axis, place: int, first: int, last: int) -> bool:
    """Whether all that the unit at this place sees lies between these positions."""
    start = place * Fraction(axis.jump)
    return first <= start + Fraction(axis.low) and start + Fraction(axis.high) <= last


def _sees_moved(axis: Axis, place: int, by: int, whole: int, between: bool, side: int) -> bool:
    """Whether a unit sees nothing but what has come from inside, and its counterparts nothing but the image."""
    counterparts = (place - whole, place - whole - 1) if between else (place - whole,)
    return _sees(axis, place, by, side - 1) and all(_sees(axis, other, 0, side - 1) for other in counterparts)


def _distance_at(
    maps: np.ndarray, still: np.ndarray, axis: int, places: list[int], across: list[int], whole: int, part: float
) -> float:
    """The error over units at these places along the shift and across it; not a number without any."""
    if not places or not across:
        return float("nan")
    of_shifted, before = np.moveaxis(maps, axis, 0), np.moveaxis(still, axis, 0)  # (along, across, channels)
    here = np.array(places)
    expected = before[here - whole]
    if part:
        expected = (1 - part) * expected + part * before[here - whole - 1]
    return _distance(of_shifted[here][:, across], expected[:, across])


def _distance(values: np.ndarray, expected: np.ndarray) -> float:
    """‖values − expected‖ / ‖expected‖; 0 where both are nothing, and 1 where only what was expected is."""
    difference = float(np.linalg.norm(values.astype(np.float64) - expected))
    length = float(np.linalg.norm(expected.astype(np.float64)))
    if not difference:
        return 0.0
    return difference / length if length else 1.0
