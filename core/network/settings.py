"""Settings of layers and recipes: types with validation, label, help text and bounds.

A layer or a recipe is a frozen dataclass whose fields carry a `Setting`. The
widgets of the editor, the checks on construction and the reading of links all
come from these, so that a bound is written once.
"""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self, TypeGuard

from core.network.words import counted


class InvalidSetting(ValueError):
    """Invalid value of a setting. The message says what would work."""


@dataclass(frozen=True)
class Setting:
    """Base class of settings: label and help text of a form field."""

    label: str
    help: str
    advanced: bool = field(default=False, kw_only=True)  # shown only on demand

    def checked(self, value: Any) -> Any:
        """Return the value in its canonical form; raise `InvalidSetting` with what would work."""
        raise NotImplementedError


@dataclass(frozen=True)
class Integer(Setting):
    """A whole number from `minimum` to `maximum`, both included."""

    minimum: int = 1
    maximum: int = 1024
    step: int = 1

    def checked(self, value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            if not (isinstance(value, float) and value.is_integer()):
                raise InvalidSetting(f"{self.label} must be a whole number, not {_shown(value)}.")
        if not self.minimum <= value <= self.maximum:
            raise InvalidSetting(
                f"{self.label} must be between {self.minimum:,} and {self.maximum:,}, not {_shown(value)}."
            )
        return int(value)


@dataclass(frozen=True)
class Number(Setting):
    """A finite real number from `minimum` to `maximum`, both included."""

    minimum: float = 0.0
    maximum: float = 1.0
    step: float = 0.05
    format: str = "%g"

    def checked(self, value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise InvalidSetting(f"{self.label} must be a number, not {_shown(value)}.")
        # Compared before any conversion: float() of a huge int overflows, and NaN fails both.
        if not self.minimum <= value <= self.maximum or not math.isfinite(value):
            raise InvalidSetting(
                f"{self.label} must be between {self.minimum:g} and {self.maximum:g}, not {_shown(value)}."
            )
        return float(value)


@dataclass(frozen=True)
class Choice(Setting):
    """One of a fixed list of names."""

    choices: tuple[str, ...] = ()

    def checked(self, value: Any) -> str:
        if not isinstance(value, str) or value not in self.choices:
            raise InvalidSetting(f"{self.label} must be one of {', '.join(self.choices)}, not {_shown(value)}.")
        return value


@dataclass(frozen=True)
class Flag(Setting):
    """A boolean."""

    def checked(self, value: Any) -> bool:
        if not isinstance(value, bool):
            raise InvalidSetting(f"{self.label} must be true or false, not {_shown(value)}.")
        return value


@dataclass(frozen=True)
class Pair(Setting):
    """A pair of integers (rows, columns); one integer is used for both.

    With `default_label`, `None` is allowed too and the label says what it means.
    """

    minimum: int = 1
    maximum: int = 11
    common: tuple[int, ...] = (1, 2, 3, 5, 7)
    default_label: str | None = None

    def checked(self, value: Any) -> tuple[int, int] | None:
        if value is None and self.default_label is not None:
            return None
        if isinstance(value, int):
            value = (value, value)
        if not _is_row(value) or len(value) != 2:
            raise InvalidSetting(f"{self.label} must be two whole numbers such as 3 × 3, not {_shown(value)}.")
        one = Integer(self.label, self.help, self.minimum, self.maximum)
        return (one.checked(value[0]), one.checked(value[1]))


@dataclass(frozen=True)
class Penalty(Setting):
    """Factors (l1, l2) of a weight regularizer; (0, 0) for none.

    The loss grows by l1·Σ|w| + l2·Σw².
    """

    maximum: float = 1.0

    def checked(self, value: Any) -> tuple[float, float]:
        if not _is_row(value) or len(value) != 2:
            raise InvalidSetting(f"{self.label} must be “none” or strengths such as L2 0.0001, not {_shown(value)}.")
        one = Number(self.label, self.help, 0.0, self.maximum)
        return (one.checked(value[0]), one.checked(value[1]))


@dataclass(frozen=True)
class Stages(Setting):
    """Piecewise constant schedule: (epochs, value) for each stage; the last value stays until the end."""

    minimum: float = 0.0
    maximum: float = 1.0
    most: int = 20

    def checked(self, value: Any) -> tuple[tuple[int, float], ...]:
        if not _is_row(value) or not 1 <= len(value) <= self.most:
            raise InvalidSetting(
                f"{self.label} must be one to {counted(self.most, 'stage')} such as “0.01 × 5, 0.001 × 3”, not {_shown(value)}."
            )
        epochs = Integer(f"{self.label}: epochs of a stage", self.help, 1, 200)
        number = Number(self.label, self.help, self.minimum, self.maximum)
        stages: list[tuple[int, float]] = []
        for stage in value:
            if not _is_row(stage) or len(stage) != 2:
                raise InvalidSetting(f"{self.label}: a stage is epochs and a value, not {_shown(stage)}.")
            stages.append((epochs.checked(stage[0]), number.checked(stage[1])))
        return tuple(stages)


def stages_text(stages: tuple[tuple[int, float], ...]) -> str:
    """Format stages as text, `0.0005 × 2, 0.0002 × 3`: value × epochs."""
    return ", ".join(f"{value:.6g} × {epochs}" for epochs, value in stages)


_STAGE = re.compile(
    r"\s*(\d{0,9}\.?\d{0,12}(?:e[+-]?\d{1,2})?)\s*(?:[x×*]|for)\s*(\d{1,6})\s*(?:epochs?)?\s*", re.I | re.A
)


def read_stages(typed: str) -> tuple[tuple[int, float], ...] | str:
    """Parse stages, the inverse of `stages_text`; return the input if invalid."""
    stages: list[tuple[int, float]] = []
    for part in str(typed)[:1000].split(","):
        found = _STAGE.fullmatch(part)
        try:
            if found is None:
                return typed
            stages.append((int(found[2]), float(found[1])))
        except ValueError:
            return typed
    return tuple(stages)


def setting(default: Any, how: Setting) -> Any:
    """A dataclass field with this default whose values are checked by `how`."""
    return dataclasses.field(default=default, metadata={"setting": how})


def settings_of(kind: Any) -> dict[str, Setting]:
    """Field name → `Setting` of a class (or an instance) derived from `Checked`, in order."""
    return {field.name: field.metadata["setting"] for field in dataclasses.fields(kind)}


@dataclass(frozen=True)
class Checked:
    """Base class of dataclasses made of settings: validates and normalizes each field on construction."""

    noun: ClassVar[str] = ""

    def __post_init__(self) -> None:
        for name, how in settings_of(self).items():
            try:
                value = how.checked(getattr(self, name))
            except InvalidSetting as problem:
                owner = self.noun or type(self).__name__
                raise InvalidSetting(f"{owner}: {problem}") from None
            object.__setattr__(self, name, value)

    def replaced(self, **changes: Any) -> Self:
        """A copy with some fields changed, validated again."""
        return dataclasses.replace(self, **changes)

    def changed_settings(self) -> dict[str, Any]:
        """The fields that differ from their default: name → value."""
        return {
            field.name: getattr(self, field.name)
            for field in dataclasses.fields(self)
            if getattr(self, field.name) != field.default
        }


def _is_row(value: Any) -> TypeGuard[Sequence[Any]]:
    """Whether it is a tuple or, as JSON has it, a list."""
    return isinstance(value, (tuple, list))


def _shown(value: Any) -> str:
    """Representation of any value for messages, at most 40 characters."""
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # an int with more digits than Python prints
        text = f"a {type(value).__name__}"
    return text if len(text) <= 40 else text[:37] + "..."
