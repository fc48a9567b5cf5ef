"""Shapes, parameters, multiply-accumulates and receptive fields, without TensorFlow.

`trace(network)` computes them for every layer, and says in words what cannot
work. The recurrences of the receptive field are those of Araujo, Norris and
Sim, "Computing Receptive Fields of Convolutional Neural Networks" (Distill,
2019); the exact sets behind `ReceptiveField.region` also know about borders,
padding, dilation and branches.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache, reduce
from math import floor, prod
from types import MappingProxyType
from typing import NamedTuple, Union

from core.network.layers import CannotWork, Layer, Reads, Shape, Window, shape_text, size_text
from core.network.network import Block, Branches, Network, Path, layer_label
from core.network.words import counted

MAX_PATHS = 16

Position = Union[int, Fraction]

# A set of input indices along one axis, as the bits of an int, for each output index.
Masks = tuple[int, ...]


class Box(NamedTuple):
    """A rectangle of input pixels, half open: rows top…bottom−1, columns left…right−1."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) in pixels; (0, 0) where nothing of the input is seen."""
        return (self.bottom - self.top, self.right - self.left)


class Axis(NamedTuple):
    """Output index i sees the input positions i·jump + low … i·jump + high, borders ignored.

    Behind upsampling these may be fractions, and neighbouring units see different numbers of pixels: the
    interval holds what each of them sees, and the size is the largest of theirs, or a little more.
    """

    jump: Position
    low: Position
    high: Position

    @property
    def size(self) -> int:
        return floor(self.high - self.low) + 1

    @property
    def centre(self) -> float:
        """Input position at the middle of what index 0 sees, in pixels."""
        return float(self.low + self.high) / 2


@dataclass(frozen=True)
class ReceptiveField:
    """Receptive field of a layer: the input pixels that each unit of its output depends on.

    Along one axis that is an affine interval (`vertical`, `horizontal`), and
    exactly a set of indices for each output index. A path through parallel
    branches gives a product of a row set and a column set; what a unit sees is
    the union over the paths.
    """

    input_shape: Shape
    vertical: Axis
    horizontal: Axis
    paths: tuple[tuple[Masks, Masks], ...]

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) in input pixels, as if the image had no border."""
        return (self.vertical.size, self.horizontal.size)

    @property
    def stride(self) -> tuple[Position, Position]:
        """Input pixels between neighbouring units; 0 where there is one unit only."""
        return (self.vertical.jump, self.horizontal.jump)

    @property
    def covers_input(self) -> bool:
        """True if the field is at least as large as the whole input."""
        return self.size[0] >= self.input_shape[0] and self.size[1] >= self.input_shape[1]

    @property
    def units(self) -> tuple[int, int]:
        """(rows, columns) of units that have a region of their own."""
        rows, columns = self.paths[0]
        return (len(rows), len(columns))

    def region(self, row: int, column: int) -> Box:
        """The smallest box around all that the unit at (row, column) reads, clipped to the input.

        A unit that reads nothing but padding has an empty box. Raises `IndexError`
        outside the layer's output.
        """
        rows, columns = self.units
        if not (0 <= row < rows and 0 <= column < columns):
            raise IndexError(f"There are {rows}×{columns} units, so none at ({row}, {column}).")
        seen = [(r[row], c[column]) for r, c in self.paths if r[row] and c[column]]
        if not seen:
            return Box(0, 0, 0, 0)
        across_rows = reduce(int.__or__, (r for r, _ in seen))
        across_columns = reduce(int.__or__, (c for _, c in seen))
        return Box(
            _lowest(across_rows),
            _lowest(across_columns),
            across_rows.bit_length(),
            across_columns.bit_length(),
        )


class Row(NamedTuple):
    """One layer (or the join of branches) in numbers; from a problem on, shape and field are None.

    `shape` and `field` are the same for who asks about networks that work, and never None.
    """

    path: Path
    layer: Block
    output_shape: Shape | None
    parameters: int
    trainable_parameters: int
    macs: int
    receptive_field: ReceptiveField | None

    @property
    def shape(self) -> Shape:
        """The output shape; raises `CannotWork` from a problem on."""
        if self.output_shape is None:
            raise CannotWork(f"Nothing comes out of layer {layer_label(self.path)}.")
        return self.output_shape

    @property
    def field(self) -> ReceptiveField:
        """The receptive field; raises `CannotWork` from a problem on."""
        if self.receptive_field is None:
            raise CannotWork(f"Nothing comes out of layer {layer_label(self.path)}.")
        return self.receptive_field


class Problem(NamedTuple):
    """An error in a network: the message, and the layer's path (`()` for the network as a whole)."""

    path: Path
    sentence: str


@dataclass(frozen=True)
class Trace:
    """The arithmetic of a network.

    Attributes:
        rows: one for each layer and join, in the order of `Network.walk`.
        problems: errors; empty if the network works.
        inputs: path → the shape that arrives there; None behind a problem.
        notes: path → what is worth knowing about a layer where it stands.
    """

    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]
    inputs: Mapping[Path, Shape | None]
    notes: Mapping[Path, str]

    @property
    def parameters(self) -> int:
        """All parameters, trainable and not."""
        return sum(row.parameters for row in self.rows)

    @property
    def works(self) -> bool:
        """True if the network has no problems."""
        return all(row.output_shape is not None for row in self.rows)

    @property
    def trainable_parameters(self) -> int:
        return sum(row.trainable_parameters for row in self.rows)

    @property
    def macs(self) -> int:
        """Multiply-accumulates for one image."""
        return sum(row.macs for row in self.rows)

    @property
    def activation_values(self) -> int:
        """Total size of all layer outputs, for one image."""
        return sum(prod(row.output_shape) for row in self.rows if row.output_shape)

    @property
    def last_map(self) -> Row | None:
        """The last feature map on the way to the output; None where nothing convolves or pools."""
        layers = [row.layer for row in self.rows if isinstance(row.layer, Layer)]
        if not any(layer.is_convolution or layer.is_pooling for layer in layers):
            return None
        return next((row for row in reversed(self.rows) if row.output_shape and len(row.output_shape) == 3), None)

    def parameters_within(self, path: Path) -> int:
        """The parameters of the layer at this path or, of branches, of all layers in them."""
        return sum(row.parameters for row in self.rows if row.path[: len(path)] == path)

    def row(self, path: Path) -> Row:
        """The row of the layer at this path; raises `KeyError` where there is none."""
        for row in self.rows:
            if row.path == path:
                return row
        raise KeyError(path)

    def arriving(self, path: Path) -> Shape:
        """The shape that arrives at this path; raises `CannotWork` behind a problem."""
        shape = self.inputs[path]
        if shape is None:
            raise CannotWork(f"Nothing arrives at layer {layer_label(path)}.")
        return shape

    def shape_after(self, path: Path) -> Shape | None:
        """Input shape of a layer inserted after this path (of a block, or of an empty branch)."""
        if len(path) % 2:
            return self.row(path).output_shape
        return self.inputs.get(path[:-1])

    def problem_at(self, path: Path) -> str | None:
        """The sentence about the layer at this path, if there is one."""
        return next((text for where, text in self.problems if where == path), None)


class _Signal(NamedTuple):
    """Intermediate tensor: its shape and the receptive field of each position."""

    shape: Shape
    field: ReceptiveField


class _Counts(NamedTuple):
    """What a layer costs, as a row has it."""

    parameters: int
    trainable_parameters: int
    macs: int


class _Findings(NamedTuple):
    """Rows, problems and notes collected while tracing."""

    rows: list[Row]
    problems: list[Problem]
    inputs: dict[Path, Shape | None]
    notes: dict[Path, str]


@lru_cache(maxsize=256)
def trace(network: Network, classes: int | None = None) -> Trace:
    """Compute shapes, parameters and receptive fields of all layers.

    Args:
        network: the network.
        classes: where given, the output must be that many probabilities.

    Returns:
        One row a layer and one a join, in the order of `network.walk()`, and the problems.
    """
    height, width, _ = network.input_shape
    field = ReceptiveField(
        network.input_shape,
        Axis(1, 0, 0),
        Axis(1, 0, 0),
        ((tuple(1 << i for i in range(height)), tuple(1 << i for i in range(width))),),
    )
    found = _Findings([], [], {}, {})
    signal = _follow(network.layers, (), _Signal(network.input_shape, field), found)
    problems = found.problems
    if not network.layers:
        problems.append(Problem((), "There are no layers yet. Add one, or start from a preset."))
    elif classes is not None and signal is not None:
        problems.extend(_output_problems(network, signal.shape, classes))
    return Trace(tuple(found.rows), tuple(problems), MappingProxyType(found.inputs), MappingProxyType(found.notes))


def _follow(
    blocks: Iterable[Block],
    prefix: Path,
    signal: _Signal | None,
    found: _Findings,
) -> _Signal | None:
    """Pass the signal through the blocks; None after a problem, with the rows still listed."""
    for index, block in enumerate(blocks):
        path = (*prefix, index)
        passed = None
        try:
            passed = _passed(block, path, signal, found)
        except CannotWork as problem:
            found.problems.append(Problem(path, str(problem)))
        found.inputs[path] = signal and signal.shape
        if passed is None:
            signal = None
            found.rows.append(Row(path, block, None, 0, 0, 0, None))
            continue
        signal, counts, note = passed
        if note:
            found.notes[path] = note
        found.rows.append(Row(path, block, signal.shape, *counts, signal.field))
    return signal


def _passed(
    block: Block, path: Path, signal: _Signal | None, found: _Findings
) -> tuple[_Signal, _Counts, str] | None:
    """What comes out of a block, its counts, and what is worth knowing about it; None where nothing arrives.

    Raises `CannotWork`.
    """
    if isinstance(block, Branches):
        ends = [_follow(branch, (*path, number), signal, found) for number, branch in enumerate(block.branches)]
        arriving = [end for end in ends if end is not None]
        if len(arriving) < len(ends):
            return None
        return _join(block, arriving), _Counts(0, 0, 0), _note_on_join([end.field for end in arriving])
    if signal is None:
        return None
    return *_pass(block, signal), block.note(signal.shape)


def _note_on_join(fields: list[ReceptiveField]) -> str:
    """What is worth knowing about a join that works, given the receptive fields of all its ends."""
    steps = {field.stride for field in fields}
    centres = {(field.vertical.centre, field.horizontal.centre) for field in fields}
    if len(steps) > 1:
        listed = " and ".join(sorted(size_text(step) for step in steps))
        return f"Its branches step over the image by {listed} pixels, so their maps do not lie on each other."
    if len(centres) > 1:
        shift = max(max(c) - min(c) for c in zip(*centres))
        return f"Its branches look at places that are {counted(shift, 'pixel')} apart: their receptive fields are misaligned."
    return ""


def _pass(layer: Layer, signal: _Signal) -> tuple[_Signal, _Counts]:
    shape = layer.output_shape(signal.shape)
    trainable, frozen = layer.parameters(signal.shape)
    field = _seen_through(layer.reads(signal.shape), signal.field)
    return _Signal(shape, field), _Counts(trainable + frozen, trainable, layer.macs(signal.shape))


def _seen_through(reads: tuple[Window, Window] | Reads, field: ReceptiveField) -> ReceptiveField:
    if reads is Reads.POINT:
        return field
    if reads is Reads.EVERYTHING:
        return _everything(field)
    rows, columns = (
        [window.taps(i, length).values() for i in range(window.count)] for window, length in zip(reads, field.units)
    )
    return ReceptiveField(
        field.input_shape,
        _widened(field.vertical, reads[0]),
        _widened(field.horizontal, reads[1]),
        tuple((_slid(r, rows), _slid(c, columns)) for r, c in field.paths),
    )


def _widened(axis: Axis, window: Window) -> Axis:
    """(jump, low, high) → (step·s, low − p·step, high + ((k − 1)·d − p)·step), where step = jump / upsampling."""
    step = Fraction(axis.jump) / window.upsampling
    first, last = sorted((-window.before, (window.size - 1) * window.dilation - window.before))
    found = (step * window.stride, axis.low + first * step, axis.high + last * step)
    return Axis(*(position.numerator if position.denominator == 1 else position for position in found))


def _slid(masks: Masks, taps: Iterable[Iterable[int]]) -> Masks:
    """The union of what the taps of each output index see."""
    return tuple(reduce(int.__or__, (masks[tap] for tap in read), 0) for read in taps)


def _everything(field: ReceptiveField) -> ReceptiveField:
    """One unit that depends on all units below."""
    height, width, _ = field.input_shape
    paths = tuple(((reduce(int.__or__, r),), (reduce(int.__or__, c),)) for r, c in field.paths)
    return ReceptiveField(field.input_shape, Axis(0, 0, height - 1), Axis(0, 0, width - 1), _without_covered(paths))


def _join(block: Branches, ends: list[_Signal]) -> _Signal:
    shapes = [end.shape for end in ends]
    listed = " and ".join(shape_text(shape) for shape in shapes)
    if block.merge == "add":
        if len(set(shapes)) > 1:
            raise CannotWork(
                f"Branches can be summed only where all shapes are equal, but here they are {listed}. {_merge_hint(shapes)}"
            )
        shape = shapes[0]
    else:
        if len({shape[:-1] for shape in shapes}) > 1:
            raise CannotWork(
                "Branches can be concatenated only where height and width are equal, "
                f"but here the shapes are {listed}. {_merge_hint(shapes)}"
            )
        shape = (*shapes[0][:-1], sum(shape[-1] for shape in shapes))
    fields = [end.field for end in ends]
    if len(shape) == 1:  # units of different rows: only "all of them together" has a meaning
        fields = [_everything(field) for field in fields]
    joined = ReceptiveField(
        fields[0].input_shape,
        _united([field.vertical for field in fields]),
        _united([field.horizontal for field in fields]),
        _without_covered(tuple(path for field in fields for path in field.paths)),
    )
    return _Signal(shape, joined)


def _merge_hint(shapes: list[Shape]) -> str:
    """Suggestion for branches whose output shapes do not match."""
    if len({len(shape) for shape in shapes}) > 1:
        return "Flatten all of them, or none."
    if len({shape[:-1] for shape in shapes}) > 1:
        return "Give all ends the same height and width, with the same strides and the padding same."
    what = "filters" if len(shapes[0]) == 3 else "units"
    return f"Give all ends the same number of {what}, or join by concatenate."


def _united(axes: list[Axis]) -> Axis:
    return Axis(
        max(axis.jump for axis in axes),
        min(axis.low for axis in axes),
        max(axis.high for axis in axes),
    )


def _without_covered(paths: tuple[tuple[Masks, Masks], ...]) -> tuple[tuple[Masks, Masks], ...]:
    """Drop each path whose sets lie inside another's for every unit: it adds nothing to the union.

    Should more than `MAX_PATHS` be left, they become one that holds them all, so that no network
    can make this slow; the boxes stay exact but where one of them sees nothing but padding.
    """
    kept: list[tuple[Masks, Masks]] = []
    for path in dict.fromkeys(paths):
        if not any(_covers(other, path) for other in kept):
            kept = [other for other in kept if not _covers(path, other)] + [path]
    if len(kept) <= MAX_PATHS:
        return tuple(kept)
    rows, columns = (tuple(reduce(int.__or__, masks) for masks in zip(*axis)) for axis in zip(*kept))
    return ((rows, columns),)


def _covers(wide: tuple[Masks, Masks], narrow: tuple[Masks, Masks]) -> bool:
    return all(
        small & ~large == 0
        for large_axis, small_axis in zip(wide, narrow)
        for large, small in zip(large_axis, small_axis)
    )


def _lowest(mask: int) -> int:
    return (mask & -mask).bit_length() - 1


def _output_problems(network: Network, shape: Shape, classes: int) -> Iterable[Problem]:
    last = (len(network.layers) - 1,)
    if len(shape) != 1:
        yield Problem(
            last,
            f"The network ends with an image of {shape_text(shape)}, but the answer is a row of "
            f"{counted(classes, 'number')}. Add Flatten and Dense {classes} with softmax.",
        )
    elif shape != (classes,):
        yield Problem(
            last,
            f"The network ends with {counted(shape[0], 'number')}, but there are {counted(classes, 'class')}. "
            f"Let the last layer be Dense {classes} with softmax.",
        )
    elif not (activation := getattr(network.layers[-1], "activation", "")):
        yield Problem(
            last,
            f"The network must end with softmax, so that its {counted(classes, 'number')} are probabilities. Move this "
            "layer before the last Dense layer, or add Activation softmax after it.",
        )
    elif activation != "softmax":
        yield Problem(
            last,
            f"The last layer must have the activation softmax, so that its {counted(classes, 'number')} are probabilities.",
        )
