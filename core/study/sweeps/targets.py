"""What a dimension of a sweep sets: a field of layers or of the recipe, all widths by a factor, or a depth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Union

from core.network.layers import LAYERS, Layer
from core.network.network import Branches, Network, Path, layer_label
from core.network.recipe import Recipe
from core.network.settings import Integer, InvalidSetting, Number, Penalty, Setting, settings_of
from core.network.variants import (
    MOST_REPEATS,
    WIDTHS,
    NoVariant,
    Repeats,
    Unchanged,
    last_learner,
    most_repeats,
    repeats_at,
    with_repeats,
    with_width,
)
from core.network.widths import WIDEST
from core.network.words import counted, joined, plural
from core.study.sweeps.domains import InvalidSweep, Scale, Value, scale_of, strength_of

PARTS = ("l1", "l2")  # of a penalty: `kernel_regularizer.l2`
FIXED = ("seed", "validation_share")  # fields of the recipe that the sweep itself sets
DROPS = {"Dropout": "dropout", "SpatialDropout2D": "spatial dropout", "GaussianDropout": "Gaussian dropout"}

_FACTOR = Number("Widths", "By what the units or filters of all hidden layers are multiplied.", 1 / WIDEST, WIDEST)


class CannotBuild(ValueError):
    """Values of dimensions that give no network. The message says why, in a sentence."""


@dataclass(frozen=True)
class OfLayers:
    """A field of one layer, of several, or of every layer of a kind: they all get the same value.

    Attributes:
        kind: of the layers, a name of `LAYERS`.
        field: its name; of a penalty `kernel_regularizer.l1` or `kernel_regularizer.l2`, and the other strength stays.
        at: their paths, in order; None for every layer of this kind. How wide the last layer that learns is follows
            from the classes: `every` leaves it out.
    """

    kind: str
    field: str
    at: tuple[Path, ...] | None = None

    def scale(self, network: Network) -> Scale:
        """What values it may have; raises `InvalidSweep` where there is no such field, or no such layer."""
        _, part, how = self._setting()
        self.places(network)
        scale = strength_of(how, self.short()) if isinstance(how, Penalty) and part else scale_of(how)
        if scale is None or (part and not isinstance(how, Penalty)):
            raise InvalidSweep(f"“{self.field[:40]}” of {self.kind} cannot be swept.")
        return scale

    def places(self, network: Network) -> tuple[Path, ...]:
        """The paths of the layers; raises `InvalidSweep` where one of them is not there, or of another kind."""
        last = _answering(network) if self.field in WIDTHS else None
        if self.at is None:
            found = tuple(path for path, block in network.walk() if _is(block, self.kind) and path != last)
            if not found:
                hidden = "hidden " if last is not None else ""
                raise InvalidSweep(
                    f"There is no {hidden}{self.kind} layer in “{network.name}” whose setting to sweep."
                )
            return found
        if not self.at or len(set(self.at)) < len(self.at):
            raise InvalidSweep(f"The layers whose {self.short()} is swept must be different ones, at least one.")
        for path in self.at:
            _there(network, path, self.kind)
            if path == last:
                raise InvalidSweep(
                    f"Layer {layer_label(path)} gives the answer: how wide it is follows from the classes. "
                    "Sweep the width of another layer."
                )
        return self.at

    def applied(self, network: Network, recipe: Recipe, value: Value) -> tuple[Network, Recipe]:
        """Network and recipe with this value; raises `CannotBuild`."""
        name, part, _ = self._setting()
        for path in self.places(network):
            layer = network.layer_at(path)
            given: Any = value
            if part:
                given = tuple(value if one == part else kept for one, kept in zip(PARTS, getattr(layer, name)))
            try:
                network = network.replaced(path, layer.replaced(**{name: given}))
            except InvalidSetting as problem:
                raise CannotBuild(f"Layer {layer_label(path)}: {problem}") from None
        return network, recipe

    def now(self, network: Network, recipe: Recipe) -> tuple[Value, ...]:
        """The values that it has, each once, in order."""
        name, part, _ = self._setting()
        scale, found = self.scale(network), []
        for path in self.places(network):
            value = getattr(network.layer_at(path), name)
            value = value[PARTS.index(part)] if part else value
            found += [] if value is None else [scale.checked(value)]
        return tuple(dict.fromkeys(found))

    def short(self) -> str:
        """What to call it where nothing else in the sweep is called so: `units`, `dropout`, `L2`."""
        name, part, how = self._setting()
        if name == "rate" and self.kind in DROPS:
            return DROPS[self.kind]
        if part:
            return f"{_part_of(how.label)}{part.upper()}"
        return lowered(how.label)

    def label(self) -> str:
        """`units of layer 6`, `L2 of layers 6 and 8`, `dropout of all Dropout layers`."""
        if self.at is None:
            return f"{self.short()} of all {'hidden ' if self.field in WIDTHS else ''}{plural(f'{self.kind} layer')}"
        layers = joined([layer_label(path) for path in self.at])
        return f"{self.short()} of layer{'s' if len(self.at) > 1 else ''} {layers}"

    def _setting(self) -> tuple[str, str, Setting]:
        """Name of the field, part of a penalty or nothing, and its setting."""
        if self.kind not in LAYERS:
            raise InvalidSweep(f"“{self.kind[:40]}” is no kind of layer.")
        name, dot, part = self.field.partition(".")
        how = settings_of(LAYERS[self.kind]).get(name)
        if how is None or (dot and part not in PARTS):
            raise InvalidSweep(f"{self.kind} has no setting “{self.field[:40]}”.")
        return name, part, how


@dataclass(frozen=True)
class OfRecipe:
    """A field of the recipe; not the seed and not the validation share, which the sweep sets."""

    field: str

    def scale(self, network: Network) -> Scale:
        """What values it may have; raises `InvalidSweep` where there is no such field, or it cannot be swept."""
        if self.field in FIXED:
            raise InvalidSweep(f"“{self.short()}” is no dimension: the sweep itself sets it, for all trials alike.")
        scale = scale_of(self._setting())
        if scale is None:
            raise InvalidSweep(f"“{self.short()}” is a table, which cannot be swept.")
        return scale

    def places(self, network: Network) -> tuple[Path, ...]:
        """No layers."""
        return ()

    def applied(self, network: Network, recipe: Recipe, value: Value) -> tuple[Network, Recipe]:
        """Network and recipe with this value."""
        return network, recipe.replaced(**{self.field: value})

    def now(self, network: Network, recipe: Recipe) -> tuple[Value, ...]:
        """The value that it has."""
        return (getattr(recipe, self.field),)

    def short(self) -> str:
        """`learning rate`."""
        return lowered(self._setting().label)

    def label(self) -> str:
        """`learning rate`."""
        return self.short()

    def _setting(self) -> Setting:
        how = settings_of(Recipe).get(self.field)
        if how is None:
            raise InvalidSweep(f"A recipe has no setting “{self.field[:40]}”.")
        return how


@dataclass(frozen=True)
class Widths:
    """A factor for the units and filters of all hidden layers, 1/16…16, as `core.network.variants.with_width` has it."""

    def scale(self, network: Network) -> Scale:
        """What factors there are; raises `InvalidSweep` where no hidden layer has a width."""
        if not self.places(network):
            raise InvalidSweep("No hidden layer of this network has units or filters whose number to sweep.")
        return scale_of(_FACTOR)  # pyright: ignore[reportReturnType]  # of a number there is one

    def places(self, network: Network) -> tuple[Path, ...]:
        """The layers that become wider or narrower."""
        last = _answering(network)
        return tuple(
            path for path, block in network.walk() if path != last and any(hasattr(block, name) for name in WIDTHS)
        )

    def applied(self, network: Network, recipe: Recipe, value: Value) -> tuple[Network, Recipe]:
        """Network and recipe with this factor; raises `CannotBuild`."""
        assert isinstance(value, (int, float)), value
        try:
            return with_width(network, value), recipe
        except Unchanged:
            return network, recipe
        except NoVariant as problem:
            raise CannotBuild(f"With widths × {value:g}: {problem}") from None

    def now(self, network: Network, recipe: Recipe) -> tuple[Value, ...]:
        """Once as wide as it is."""
        return (1.0,)

    def short(self) -> str:
        """`widths ×`."""
        return "widths ×"

    def label(self) -> str:
        """`widths of all hidden layers ×`."""
        return "widths of all hidden layers ×"


@dataclass(frozen=True)
class Depth:
    """How often a block stands in a row, with the normalisation and activation that follow it.

    Attributes:
        kind: of the block: a name of `LAYERS`, or `Branches`.
        at: its path; of a row of equal blocks, that of any.
    """

    kind: str
    at: Path

    def scale(self, network: Network) -> Scale:
        """How often it may stand there; raises `InvalidSweep` where there is no such block, or it gives the answer.

        Whether the network still works is found with its other values: to compute that here would take long.
        """
        last = _answering(network)
        if last is not None and inside(last, self.places(network)):
            raise InvalidSweep(f"Layer {layer_label(self.at)} gives the answer: it stands there once.")
        how = Integer(f"Repeats of {self._block()}", "How often it stands in a row.", 1, MOST_REPEATS)
        return scale_of(how)  # pyright: ignore[reportReturnType]  # of a whole number there is one

    def places(self, network: Network) -> tuple[Path, ...]:
        """All blocks of the row, without what is inside them."""
        row = self.row(network)
        *prefix, first = row.first
        return tuple((*prefix, first + n) for n in range(row.length * row.times))

    def can_repeat(self, network: Network) -> bool:
        """Whether the network works with more than one of it, or has more already."""
        try:
            return most_repeats(network, self.at) > 1
        except NoVariant:
            return False

    def row(self, network: Network) -> Repeats:
        """The row as it is; raises `InvalidSweep` where there is no such block."""
        _there(network, self.at, self.kind)
        return repeats_at(network, self.at)

    def applied(self, network: Network, recipe: Recipe, value: Value) -> tuple[Network, Recipe]:
        """Network and recipe with so many in a row; raises `CannotBuild`."""
        assert isinstance(value, int), value
        try:
            return with_repeats(network, self.at, value), recipe
        except Unchanged:
            return network, recipe
        except NoVariant as problem:
            raise CannotBuild(f"With {self._block()} {counted(value, 'time')} in a row: {problem}") from None

    def now(self, network: Network, recipe: Recipe) -> tuple[Value, ...]:
        """How often it stands there."""
        return (self.row(network).times,)

    def short(self) -> str:
        """`depth`."""
        return "depth"

    def label(self) -> str:
        """`repeats of layer 3`."""
        return f"repeats of layer {layer_label(self.at)}"

    def _block(self) -> str:
        return f"layer {layer_label(self.at)} ({self.kind})"


Target = Union[OfLayers, OfRecipe, Widths, Depth]


def lowered(label: str) -> str:
    """A label inside a sentence: `Learning rate` → `learning rate`; `L2` stays."""
    return label if label[1:2].isupper() or label[1:2].isdigit() else f"{label[:1].lower()}{label[1:]}"


def kind_of(block: Layer | Branches) -> str:
    """The name of a block's kind: of `LAYERS`, or `Branches`."""
    return type(block).__name__


def _is(block: Layer | Branches, kind: str) -> bool:
    return kind_of(block) == kind


def _there(network: Network, path: Path, kind: str) -> None:
    """Raise `InvalidSweep` where the block at this path is not of this kind."""
    try:
        found = kind_of(network.at(path))
    except IndexError:
        found = None
    if found != kind:
        what = "there is no such layer" if found is None else f"layer {layer_label(path)} is {_a(found)}"
        raise InvalidSweep(
            f"The sweep sets layer {layer_label(path)}, {_a(kind)}, but in “{network.name}” {what}. "
            "Take this dimension out, or choose it anew."
        )


def _a(kind: str) -> str:
    """`a Dense layer`, `an AveragePooling2D layer`, `a block of branches`."""
    if kind == "Branches":
        return "a block of branches"
    return f"a{'n' if kind[:1] in 'AEIOU' else ''} {kind} layer"


def _answering(network: Network) -> Path | None:
    """Path of the last layer that learns; None without any."""
    try:
        return last_learner(network)
    except NoVariant:
        return None


def _part_of(label: str) -> str:
    """`depthwise ` for `Depthwise regulariser`, and nothing for the kernel of which most layers have only one."""
    first = lowered(label).split()[0]
    return "" if first == "kernel" else f"{first} "


def inside(path: Path, places: tuple[Path, ...]) -> bool:
    """Whether a path is one of these blocks, or lies inside one."""
    return any(path[: len(place)] == place for place in places)


def moved(path: Path, row: Repeats, times: int) -> Path:
    """Where a block is that is not in this row, once the row has become so many times its block."""
    *prefix, first = row.first
    here = len(prefix)
    if path[:here] != tuple(prefix) or len(path) <= here or path[here] < first + row.length * row.times:
        return path
    return (*path[:here], path[here] + row.length * (times - row.times), *path[here + 1 :])
