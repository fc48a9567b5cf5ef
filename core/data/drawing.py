"""A drawing → the 28×28 images that MNIST's makers would have made of its digits, step by step.

MNIST's recipe (LeCun, Bottou, Bengio, Haffner 1998, section III.A): the ink is
scaled, keeping its proportions, into a 20×20 box with grey levels from
anti-aliasing, and placed in a 28×28 field so that its centre of mass is the
field's centre. Besides, the middle lines of the strokes are inked anew with
MNIST's pen, so that the brush does not matter.

Strokes of a pen and pixels of a picture go through one chain, in which any step
can be left out to see what it is good for.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from PIL import Image

from core.data.ink import grey, ink_of, near
from core.data.pen import FARTHEST, FINE, inked, lines_of
from core.data.pieces import MOST_PIECES, digits, outlines
from core.data.skeleton import skeleton_points

FIELD = 28
BOX = 20
PEN = 2.5  # width of MNIST's pen in its pixels: the median over its images of 2·area/outline
PRESSURE = 0.5  # how much of it is kept where a line is thinner than usual, as an exponent: 0 none, 1 all
CENTRE = 14  # index of the pixel on which MNIST puts the centre of mass (measured on its images)
CANVAS = 280.0  # side of a canvas, where nothing else is said

STEPS = ("ink", "cut out", "scaled", "pen width", "centred")
_CAPTIONS = {
    "drawn": "What you have drawn.",
    "sent": "The picture as it came, in grey.",
    "ink": "What stands out from the ground around it is ink: white on black, whatever pen, paper and light.",
    "cut out": "Only the ink's own box is kept, so its place on the drawing does not matter.",
    "scaled": "The longer side becomes 20 pixels, as in MNIST, so large and small digits look alike.",
    "pen width": "The strokes' middle lines are inked again with MNIST's pen, so the brush does not matter.",
    "centred": "Moved until the centre of mass is in the middle, as in all of MNIST's images.",
}
_WITHOUT = {
    "ink": "Left out: light paper stays light, although MNIST's ground is black.",
    "cut out": "Left out: the whole drawing is made small, with all that is empty around the digit.",
    "scaled": "Left out: the whole field is filled, and the proportions are lost.",
    "pen width": "Left out: thick brushes stay thick and fine ones fade.",
    "centred": "Left out: the middle of the box is in the middle, wherever most of the ink is.",
}
_LARGEST = 280  # px: the longer side of the pictures of the first steps
_THINNED = 120  # px: the longer side at which middle lines are looked for
_FADED = 0.2  # of the ink: from here on a pixel is in its box
_WIDEST = 4.0  # pens: no line becomes more than so much wider


class Frame(NamedTuple):
    """A rectangle in a drawing's own coordinates; in a picture, pixel i reaches from i to i + 1."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top


class Digit(NamedTuple):
    """A digit of a drawing.

    Attributes:
        image: (28, 28) float32 in 0…1, ink 1.
        box: where its ink is on the drawing, with the width of the pen.
        sketch: input of the preprocessing steps.
    """

    image: np.ndarray
    box: Frame
    sketch: _Sketch

    def steps(self, skipping: Collection[str] = frozenset()) -> list[Step]:
        """The chain that has made this digit's image, step by step, as `steps_of_strokes` and `steps_of_pixels`."""
        return _steps(self.sketch, skipping)


class Step(NamedTuple):
    """The result of one preprocessing step.

    Attributes:
        name: `drawn` or `sent`, then those of `STEPS` that there are.
        image: (28, 28) float32 in 0…1 from `scaled` on; before, as large as the drawing, up to 280 or 512 px.
        caption: description of the step with its reason, or of the effect of skipping it.
        skipped: whether it was left out.
    """

    name: str
    image: np.ndarray
    caption: str
    skipped: bool


@dataclass(frozen=True, eq=False)
class _Sketch:
    """Input of the preprocessing steps, from pen strokes or from a picture.

    Attributes:
        canvas: all of the drawing.
        ink: the box of the ink, with the pen's width.
        lines: (n, 2) arrays of x, y: the middle lines of the strokes.
        widths: of the pen at each point, 1 where it is as usual, for each line.
        pen: its usual width, in the drawing's units.
        picture: the ink that is in a frame, made as large as asked (width, height): (height, width) float32 in 0…1.
        raw: the same of the picture as it came, where ink had to be found first.
    """

    canvas: Frame
    ink: Frame
    lines: tuple[np.ndarray, ...]
    widths: tuple[np.ndarray, ...]
    pen: float
    picture: Callable[[Frame, tuple[int, int]], np.ndarray]
    raw: Callable[[Frame, tuple[int, int]], np.ndarray] | None = None


@dataclass(frozen=True, eq=False)
class _View:
    """A sketch after some of the steps; each step of the chain replaces one field.

    Attributes:
        found: ink on black, not the picture as it came.
        cut: the ink's box, not the whole drawing.
        side: of the box in the 28×28 field that it is scaled to; FIELD is without regard to proportions. 0: not yet
            in the field.
        redrawn: inked with MNIST's pen.
        centred: by mass.
    """

    sketch: _Sketch
    found: bool = True
    cut: bool = False
    side: int = 0
    redrawn: bool = False
    centred: bool = False

    def image(self) -> np.ndarray:
        """The picture of this view: (h, w) float32 in 0…1, 28×28 once it is scaled."""
        frame = self.sketch.ink if self.cut else self.sketch.canvas
        if not self.side:
            return self._picture(frame, _size(frame, _LARGEST))
        fine = self._inked_anew() if self.redrawn else self._pasted(frame)
        if self.centred:
            # Before it is averaged down: to an eighth of a pixel, so that no rounding makes it jump.
            fine = _centred(fine, (CENTRE + 0.5) * FINE - 0.5)
        return fine.reshape(FIELD, FINE, FIELD, FINE).mean(axis=(1, 3), dtype=np.float32)

    def _picture(self, frame: Frame, size: tuple[int, int]) -> np.ndarray:
        show = self.sketch.picture if self.found or self.sketch.raw is None else self.sketch.raw
        return show(frame, size)

    def _pasted(self, frame: Frame) -> np.ndarray:
        """(FIELD · FINE)² float32: the frame, scaled, in the middle of the field."""
        width, height = _size(frame, BOX * FINE) if self.side == BOX else (FIELD * FINE, FIELD * FINE)
        left, top = (FIELD * FINE - width) // 2, (FIELD * FINE - height) // 2
        field = np.zeros((FIELD * FINE, FIELD * FINE), np.float32)
        field[top : top + height, left : left + width] = self._picture(frame, (width, height))
        return field

    def _inked_anew(self) -> np.ndarray:
        """(FIELD · FINE)² float32: the skeleton, scaled, then drawn with a pen as wide as MNIST's."""
        sketch = self.sketch
        if self.cut:
            points = np.concatenate(sketch.lines)
            low, high = points.min(axis=0), points.max(axis=0)
            room = self.side - PEN  # for the pen on all sides
        else:
            low, high = np.array(sketch.canvas[:2]), np.array(sketch.canvas[2:])
            room = self.side
        # A drawing no larger than its brush is a dot.
        extent = np.maximum(high - low, 1e-6)
        scale = room / max(extent.max(), sketch.pen)
        if self.side == FIELD:
            scale = room / np.maximum(extent, sketch.pen)
        middle = (low + high) / 2
        placed = ((np.concatenate(sketch.lines) - middle) * scale + FIELD / 2) * FINE
        widths = PEN * FINE * np.concatenate(sketch.widths)
        ends = np.cumsum([len(line) for line in sketch.lines])[:-1]
        return inked(np.split(placed, ends), np.split(widths, ends), (FIELD * FINE, FIELD * FINE))


def _views(sketch: _Sketch, skipping: Collection[str]) -> list[tuple[str, _View]]:
    """The chain: each step's name and the view after it."""
    unknown = set(skipping) - set(STEPS)
    if unknown:
        raise ValueError(f"There is no step {', '.join(sorted(unknown))}; there are {', '.join(STEPS)}.")
    view = _View(sketch, found=sketch.raw is None)
    chain = [("drawn" if view.found else "sent", view)]
    if not view.found:
        view = replace(view, found="ink" not in skipping)
        chain.append(("ink", view))
    view = replace(view, cut="cut out" not in skipping)
    chain.append(("cut out", view))
    view = replace(view, side=FIELD if "scaled" in skipping else BOX)
    chain.append(("scaled", view))
    view = replace(view, redrawn=view.found and "pen width" not in skipping)  # without ink there are no lines
    chain.append(("pen width", view))
    chain.append(("centred", replace(view, centred="centred" not in skipping)))
    return chain


def _image(sketch: _Sketch) -> np.ndarray:
    """The final image, (28, 28) float32 in 0…1."""
    return _views(sketch, ())[-1][1].image()


def _steps(sketch: _Sketch | None, skipping: Collection[str]) -> list[Step]:
    if sketch is None:
        return []
    return [
        Step(name, view.image(), _WITHOUT[name] if name in skipping else _CAPTIONS[name], name in skipping)
        for name, view in _views(sketch, skipping)
    ]


def blank_steps(skipping: Collection[str] = frozenset(), photo: bool = False) -> list[Step]:
    """The chain of a drawing, or of a photo, in which there is nothing yet: black images of the usual sizes."""
    names = ["sent", *STEPS] if photo else ["drawn", *STEPS[1:]]
    return [
        Step(
            name,
            np.zeros((round(CANVAS),) * 2 if name in ("sent", "drawn", "ink", "cut out") else (28, 28), np.float32),
            _WITHOUT[name] if name in skipping else _CAPTIONS[name],
            name in skipping,
        )
        for name in names
    ]


def from_strokes(strokes: Sequence[np.ndarray], stroke_width: float) -> np.ndarray | None:
    """The digit that these pen strokes draw.

    The strokes are scaled before they are inked, so that neither the brush nor
    the size nor the place of the drawing matters.

    Args:
        strokes: (n, 2) arrays of x, y in canvas pixels; a tap has one point.
        stroke_width: of the brush, in canvas pixels. Where all the strokes are smaller
            than this, the drawing is a dot.

    Returns:
        (28, 28) float32 in 0…1, ink 1; None where there is no stroke.
    """
    sketch = _drawn(strokes, stroke_width)
    return None if sketch is None else _image(sketch)


def from_pixels(rgba: np.ndarray) -> np.ndarray | None:
    """The digit in a picture: dark on light or light on dark, any colour, in even or uneven light.

    Args:
        rgba: (h, w, 4) uint8; (h, w, 3) and (h, w) are read as opaque.

    Returns:
        (28, 28) float32 in 0…1, ink 1; None where nothing stands out.

    Raises:
        ValueError: for an array that is no picture.
    """
    found = _found(rgba)
    return None if found is None else _image(_traced(found, None))


def steps_of_strokes(
    strokes: Sequence[np.ndarray],
    stroke_width: float,
    skipping: Collection[str] = frozenset(),
    canvas: tuple[float, float] = (CANVAS, CANVAS),
) -> list[Step]:
    """The chain of `from_strokes`, step by step; with nothing skipped, the last image is that of `from_strokes`.

    Args:
        strokes, stroke_width: as for `from_strokes`.
        skipping: names out of `STEPS`. A network would get the last image without them.
        canvas: its width and height in pixels: what is shown of it where nothing is cut out.

    Returns:
        `drawn`, `cut out`, `scaled`, `pen width`, `centred`; nothing where there is no stroke.

    Raises:
        ValueError: for a name that is none of `STEPS`.

    Example:
        >>> [step.name for step in steps_of_strokes([np.array([(9.0, 9.0), (9.0, 99.0)])], 18)]
        ['drawn', 'cut out', 'scaled', 'pen width', 'centred']
    """
    return _steps(_drawn(strokes, stroke_width, canvas), skipping)


def steps_of_pixels(rgba: np.ndarray, skipping: Collection[str] = frozenset()) -> list[Step]:
    """The chain of `from_pixels`, step by step; with nothing skipped, the last image is that of `from_pixels`.

    Args:
        rgba: as for `from_pixels`.
        skipping: names out of `STEPS`. Where no ink is found, the pen stays as it is too.

    Returns:
        `sent`, `ink`, `cut out`, `scaled`, `pen width`, `centred`; nothing where nothing stands out.

    Raises:
        ValueError: for a name that is none of `STEPS`, or an array that is no picture.
    """
    found = _found(rgba)
    return _steps(None if found is None else _traced(found, None), skipping)


def digits_from_strokes(strokes: Sequence[np.ndarray], stroke_width: float, together: bool = False) -> list[Digit]:
    """The digits that these strokes draw side by side, line by line and from left to right.

    Digits whose ink touches stay one.

    Args:
        strokes, stroke_width: as for `from_strokes`.
        together: all of it is one digit.
    """
    lines = lines_of(strokes)
    width = _width(stroke_width)
    close = [_closer(line, max(width / 2, 1e-3)) for line in lines]
    together = together or len(lines) > MOST_PIECES
    groups = [list(range(len(lines)))] if together else digits(close, reach=width)
    found = [_drawn([lines[index] for index in group], width) for group in groups]
    return [_digit(sketch) for sketch in found if sketch is not None]


def digits_from_pixels(rgba: np.ndarray, together: bool = False) -> list[Digit]:
    """The digits in a picture, line by line and from left to right.

    Args:
        rgba: as for `from_pixels`.
        together: all of it is one digit.

    Raises:
        ValueError: for an array that is no picture.
    """
    found = _found(rgba)
    if found is None:
        return []
    numbers = np.arange(1, int(found.labels.max()) + 1)
    if together or len(numbers) > MOST_PIECES:
        return [_digit(_traced(found, None))]
    return [_digit(_traced(found, numbers[group])) for group in digits(outlines(found.labels))]


class _Found(NamedTuple):
    """Ink in a picture: `ink_of`'s two arrays, the picture itself, and how large one of their pixels is in it."""

    ink: np.ndarray
    labels: np.ndarray
    picture: np.ndarray
    scale: float


def _digit(sketch: _Sketch) -> Digit:
    return Digit(_image(sketch), sketch.ink, sketch)


def _width(stroke_width: float) -> float:
    """A valid brush width for any value given."""
    return float(np.clip(np.nan_to_num(stroke_width, nan=0.0), 0, FARTHEST))


def _drawn(
    strokes: Sequence[np.ndarray], stroke_width: float, canvas: tuple[float, float] = (CANVAS, CANVAS)
) -> _Sketch | None:
    """Sketch from pen strokes; None without ink."""
    lines, pen = lines_of(strokes), _width(stroke_width)
    if not lines:
        return None
    points = np.concatenate(lines)
    low, high = points.min(axis=0), points.max(axis=0)
    usual = tuple(np.ones(len(line)) for line in lines)

    def picture(frame: Frame, size: tuple[int, int]) -> np.ndarray:
        width, height = 2 * size[0], 2 * size[1]  # averaged down, for soft edges
        scale = np.array([width / max(frame.width, 1e-6), height / max(frame.height, 1e-6)])
        placed = [(line - (frame.left, frame.top)) * scale for line in lines]
        thick = float(np.sqrt(scale.prod())) * pen
        drawn = inked(placed, [thick * one for one in usual], (width, height))
        return drawn.reshape(size[1], 2, size[0], 2).mean(axis=(1, 3))

    ink = Frame(*(low - pen / 2).tolist(), *(high + pen / 2).tolist())
    return _Sketch(Frame(0.0, 0.0, float(canvas[0]), float(canvas[1])), ink, tuple(lines), usual, pen, picture)


def _found(rgba: np.ndarray) -> _Found | None:
    """Find the ink in a picture; None without any."""
    picture = np.asarray(rgba)
    found = ink_of(picture)
    if found is None:
        return None
    return _Found(*found, picture, max(picture.shape[:2]) / max(found[0].shape))


def _traced(found: _Found, numbers: np.ndarray | None) -> _Sketch:
    """The sketch of some of a picture's pieces, or of all."""
    ink, labels, scale = found.ink, found.labels, found.scale
    mask = labels > 0
    if numbers is not None:
        mask = np.isin(labels, numbers)
        ink = np.where(near(mask) & (mask | (labels == 0)), ink, np.float32(0))
    rows, columns = (np.flatnonzero((ink > _FADED).any(axis=axis)) for axis in (1, 0))
    inner = Frame(float(columns[0]), float(rows[0]), float(columns[-1] + 1), float(rows[-1] + 1))
    # With a rim, where the ink fades; cut out first, because the rest may be large.
    rim = 1
    left, top = int(inner.left) - rim, int(inner.top) - rim
    padded = np.pad(ink, rim)
    cut = padded[top + rim : int(inner.bottom) + 2 * rim, left + rim : int(inner.right) + 2 * rim]
    larger = _THINNED / max(cut.shape)
    size = (max(3, round(cut.shape[1] * larger)), max(3, round(cut.shape[0] * larger)))
    clear = Image.fromarray(np.ascontiguousarray(cut)).resize(size, Image.Resampling.BICUBIC)
    shape = np.asarray(clear) > 0.5
    if not shape.any():  # finer than can be shown at this size
        shape = np.asarray(clear) >= np.asarray(clear).max()
    line, reach = skeleton_points(shape)
    step = np.array([cut.shape[1] / size[0], cut.shape[0] / size[1]])
    usual = float(np.median(reach))
    # A loop that is filled with ink stays filled: what is wider stays as many pixels wider as in the scaled drawing.
    extent = max(np.ptp(line * step, axis=0).max(), 2 * usual * step.mean())
    wider = 2 * (reach - usual) * step.mean() * (BOX - PEN) / extent / PEN
    widths = np.where(reach > usual, 1 + np.minimum(wider, _WIDEST), (reach / usual) ** PRESSURE)
    # Dots instead of lines: a middle line has branches, and neighbours lie closer than the pen is wide.
    points = ((line + 0.5) * step + (left, top)) * scale

    def picture(frame: Frame, size: tuple[int, int]) -> np.ndarray:
        return _resized(ink, Frame(*(side / scale for side in frame)), size)

    def raw(frame: Frame, size: tuple[int, int]) -> np.ndarray:
        return _resized(grey(found.picture), Frame(*(side / scale for side in frame)), size)

    height, width = found.picture.shape[:2]
    return _Sketch(
        Frame(0.0, 0.0, float(width), float(height)),
        Frame(*(side * scale for side in inner)),
        tuple(points[:, np.newaxis]),
        tuple(widths[:, np.newaxis]),
        2 * usual * float(step.mean()) * scale,
        picture,
        raw,
    )


def _resized(values: np.ndarray, frame: Frame, size: tuple[int, int]) -> np.ndarray:
    """The frame's content resampled to (width, height) pixels by area averaging."""
    height, width = values.shape
    inside = (max(frame.left, 0), max(frame.top, 0), min(frame.right, width), min(frame.bottom, height))
    image = Image.fromarray(np.ascontiguousarray(values, np.float32)).resize(size, Image.Resampling.BOX, box=inside)
    return np.asarray(image)


def _size(frame: Frame, longest: int) -> tuple[int, int]:
    """Width and height in pixels of a frame scaled to this longer side."""
    scale = longest / max(frame.width, frame.height, 1e-6)
    return max(1, round(frame.width * scale)), max(1, round(frame.height * scale))


def _closer(line: np.ndarray, step: float) -> np.ndarray:
    """Resample a line more densely (at most 1,000 points), to measure distances from its points."""
    along = np.concatenate([[0.0], np.hypot(*np.diff(line, axis=0).T).cumsum()])
    many = int(np.clip(along[-1] / step, 1, 1000)) + 1
    places = np.linspace(0, float(along[-1]), many)
    return np.stack([np.interp(places, along, line[:, axis]) for axis in (0, 1)], axis=1)


def _centred(image: np.ndarray, centre: float) -> np.ndarray:
    """Shift by whole pixels to bring the centre of mass to index `centre`; ink stays inside."""
    total = image.sum(dtype=np.float64)
    if total <= 0:  # drawn beside the canvas
        return image
    shifts: list[int] = []
    for axis in (0, 1):
        profile = image.sum(axis=1 - axis, dtype=np.float64)
        inked = np.flatnonzero(profile > 0)
        mass = (profile * np.arange(len(profile))).sum() / total
        shift = round(centre - mass)
        shifts.append(int(np.clip(shift, -inked[0], len(profile) - 1 - inked[-1])))
    return np.roll(image, shifts, axis=(0, 1)).astype(np.float32)
