"""What a shift of the image does to each layer: do its maps move along, or do they change?

A layer is *equivariant* to shifts where the maps of the shifted image are the shifted maps. A convolution with
stride 1 is, away from the border; behind a stride or a pooling of 2, only shifts by 2, 4, 6 … pixels are followed
exactly, and in between the maps change. A dense layer has no places at all, so there is nothing that could move:
what is measured is how far its numbers stay what they were (*invariance*).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor
from typing import TYPE_CHECKING

import numpy as np

from core.insight.activations import activations_of_all
from core.insight.graphs import MOST_VALUES, in_unit_range
from core.network import Network, Path, Row, trace
from core.network.geometry import Axis
from core.study.contender import Contender, LabelledImages, check
from core.study.memory import Memory
from core.study.untrained import single_parts

if TYPE_CHECKING:
    import keras

MOST_PIXELS = 8
IMAGES, GROUP = 200, 25  # how many images errors are measured on, and how many of them at once
EXACT = 1e-5  # errors up to this are rounding: sums of some hundred numbers in float32, layer after layer
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
class LayerErrors:
    """The same for many images.

    Attributes:
        path, places, step: as of `LayerError`.
        inside, everywhere: (images, shifts) float64.
    """

    path: Path
    places: bool
    step: Fraction
    inside: np.ndarray = field(repr=False)
    everywhere: np.ndarray = field(repr=False)

    def exact(self, shifts: Sequence[int]) -> tuple[int, ...]:
        """The shifts that the maps of all images follow, away from the border, but for rounding."""
        worst = self.inside.max(axis=0)
        return tuple(by for by, error in zip(shifts, worst) if error <= EXACT) if self.places else ()


@dataclass(frozen=True, eq=False)
class ShiftErrors:
    """Errors of all layers of some networks over many images, as far as they were measured.

    Attributes:
        names: of the networks.
        networks: the networks.
        direction: `right` or `down`.
        shifts: px, ascending, from 1.
        layers: for each network, of each layer and join in the order of `network.walk()`.
        images: on how many images.
        done: how far it is, 0…1.
    """

    names: tuple[str, ...]
    networks: tuple[Network, ...] = field(repr=False)
    direction: str
    shifts: tuple[int, ...]
    layers: tuple[tuple[LayerErrors, ...], ...] = field(repr=False)
    images: int
    done: float


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
    found = activations_of_all(model, network, np.concatenate([image[np.newaxis], images]))
    layers = []
    for row in trace(network).rows:
        still, *moved = (one[np.newaxis] for one in found[row.path])
        errors = _errors(row, still, moved, shifts, axis)
        inside = errors.inside[0]
        everywhere = errors.everywhere[0] if errors.places else inside
        layers.append(LayerError(row.path, errors.places, errors.step, inside, everywhere))
    outputs = {path: values[1:] for path, values in found.items()}
    return Equivariance(direction, tuple(int(by) for by in shifts), images, tuple(layers), outputs)


_known: Memory[tuple[LayerErrors, ...]] = Memory(1_000)  # of 25 images each
_SHIFTS = tuple(range(1, MOST_PIXELS + 1))


def shift_errors(
    contenders: Sequence[Contender], images: LabelledImages, direction: str = "right", count: int = IMAGES
) -> Iterator[ShiftErrors]:
    """Measure how each layer follows shifts by 1 to 8 px, on more images from item to item.

    Args:
        contenders: one or more, for these images' shape and classes.
        images: the first so many of them, in the order of studies.
        direction: `right` or `down`.
        count: of the images.

    Raises:
        Unfit: where one of them cannot be evaluated on these images; says which and why.
    """
    check(contenders, images)
    yield from _measured(contenders, images, direction, count)


def parts_errors(images: LabelledImages, count: int = IMAGES) -> Iterator[ShiftErrors]:
    """The same, to the right, for single parts of networks, which differ in one thing each (`single_parts`)."""
    yield from _measured(single_parts(images.images.shape[1:]), images, "right", count)


def _measured(
    contenders: Sequence[Contender], images: LabelledImages, direction: str, count: int
) -> Iterator[ShiftErrors]:
    order = images.order[:count]
    parts: list[list[tuple[LayerErrors, ...]]] = [[] for _ in contenders]
    for first in range(0, len(order), GROUP):
        chosen = order[first : first + GROUP]
        for contender, found in zip(contenders, parts):
            key = (contender.fingerprint, images.fingerprint, direction, first, len(chosen))
            known = _known.get(key)
            if known is None:
                known = _errors_of(contender, in_unit_range(images.images[chosen]), direction)
                _known.put(key, known)
            found.append(known)
        there = min(first + GROUP, len(order))
        yield ShiftErrors(
            tuple(one.name for one in contenders), tuple(one.network for one in contenders), direction, _SHIFTS,
            tuple(_joined(found) for found in parts), there, there / len(order),
        )  # fmt: skip


def _errors_of(contender: Contender, images: np.ndarray, direction: str) -> tuple[LayerErrors, ...]:
    """The errors of all layers for these images, (n, h, w, c) float32 in 0…1: as many at once as leave room in memory."""
    axis, traced = 1 if direction == "right" else 0, trace(contender.network)
    room = MOST_VALUES // (max(traced.activation_values, 1) * (len(_SHIFTS) + 1))
    size, parts = min(max(room, 1), len(images)), []
    for first in range(0, len(images), size):
        some = images[first : first + size]
        versions = [some, *(np.stack([_shifted(one, by, axis) for one in some]) for by in _SHIFTS)]
        found = activations_of_all(contender.model, contender.network, np.concatenate(versions))
        split = {path: np.split(values, len(versions)) for path, values in found.items()}
        parts.append(
            tuple(_errors(row, split[row.path][0], split[row.path][1:], _SHIFTS, axis) for row in traced.rows)
        )
    return _joined(parts)


def _joined(parts: Sequence[tuple[LayerErrors, ...]]) -> tuple[LayerErrors, ...]:
    """The same layers for the images of all parts."""
    return tuple(
        LayerErrors(
            same[0].path, same[0].places, same[0].step,
            np.concatenate([one.inside for one in same]), np.concatenate([one.everywhere for one in same]),
        )
        for same in zip(*parts)
    )  # fmt: skip


def _shifted(image: np.ndarray, by: int, axis: int) -> np.ndarray:
    """The image moved by whole pixels, with 0 where nothing comes from."""
    moved = np.zeros_like(image, np.float32)
    there, here = [slice(None)] * 3, [slice(None)] * 3
    there[axis], here[axis] = slice(by, None), slice(0, image.shape[axis] - by)
    moved[tuple(there)] = image[tuple(here)]
    return moved


def _errors(
    row: Row, still: np.ndarray, moved: Sequence[np.ndarray], shifts: Sequence[int], axis: int
) -> LayerErrors:
    """The errors of n images: `still` and each of `moved`, one for each shift, are (n, h, w, c) or (n, units)."""
    field_of = row.field
    along = field_of.horizontal if axis else field_of.vertical
    across = field_of.vertical if axis else field_of.horizontal
    if still.ndim != 4 or not along.jump:
        errors = np.stack([_distance(one, still) for one in moved], 1)
        return LayerErrors(row.path, False, Fraction(0), errors, errors)
    step, (height, width, _) = Fraction(along.jump), field_of.input_shape
    sides = (width, height) if axis else (height, width)
    rows_across = [place for place in range(still.shape[2 - axis]) if _sees(across, place, 0, sides[1] - 1)]
    inside, everywhere = [], []
    for by, maps in zip(shifts, moved):
        whole, part = floor(by / step), float(by / step - floor(by / step))
        places = range(whole + bool(part), still.shape[1 + axis])  # those whose counterparts are there
        followed = [place for place in places if _sees_moved(along, place, by, whole, bool(part), sides[0])]
        for found, chosen, others in (
            (everywhere, list(places), range(still.shape[2 - axis])),
            (inside, followed, rows_across),
        ):
            found.append(_distance_at(maps, still, 1 + axis, chosen, list(others), whole, part))
    return LayerErrors(row.path, True, step, np.stack(inside, 1), np.stack(everywhere, 1))


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
) -> np.ndarray:
    """(n,) errors over units at these places along the shift and across it; not a number without any."""
    if not places or not across:
        return np.full(len(still), np.nan)
    of_shifted, before = (np.moveaxis(one, axis, 1) for one in (maps, still))  # (n, along, across, channels)
    here = np.array(places)
    expected = before[:, here - whole]
    if part:
        expected = (1 - part) * expected + part * before[:, here - whole - 1]
    return _distance(of_shifted[:, here][:, :, across], expected[:, :, across])


def _distance(values: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """(n, …) → (n,): ‖values − expected‖ / ‖expected‖; 0 where both are nothing, and 1 where only what was expected is."""
    difference, length = (_length(one) for one in (values.astype(np.float64) - expected, expected))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(difference == 0, 0.0, np.where(length == 0, 1.0, difference / length))


def _length(values: np.ndarray) -> np.ndarray:
    """(n, …) → (n,) Euclidean lengths."""
    return np.sqrt(np.square(values.reshape(len(values), -1), dtype=np.float64).sum(axis=1))
