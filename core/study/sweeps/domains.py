"""The values that a dimension of a sweep goes through: a list, or a range, even or logarithmic."""

# pyright: reportUnnecessaryIsInstance=false
# What comes from links and files is checked, whatever the annotations promise.

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Union

from core.network.settings import Choice, Flag, Integer, InvalidSetting, Number, Pair, Penalty, Setting
from core.network.words import counted

MOST_VALUES = 200  # of one dimension
DIGITS = {False: 6, True: 3}  # that count, of the points between the ends of an even and of a logarithmic range

Value = Union[int, float, str, bool, tuple[int, int]]  # what a dimension sets; n stands for n × n


class InvalidSweep(ValueError):
    """A sweep that cannot be. The message says why, in a sentence, and what would work."""


@dataclass(frozen=True)
class Scale:
    """What values a swept setting may have.

    Attributes:
        setting: of the network or the recipe, which checks them; of a `Penalty`, one of its two strengths.
        minimum, maximum: bounds of a number, both included; None where it is none.
        whole: whether numbers are whole. Of a `Pair`, n stands for n × n.
        choices: of what is no number, all values in order.
    """

    setting: Setting
    minimum: float | None = None
    maximum: float | None = None
    whole: bool = False
    choices: tuple[Value, ...] = ()

    @property
    def is_number(self) -> bool:
        """Whether there can be a range of it."""
        return self.minimum is not None

    def checked(self, value: Any) -> Value:
        """The value as it is kept; raises `InvalidSetting` with what would work."""
        if isinstance(self.setting, Pair):
            pair = self.setting.checked(value)
            if pair is None:
                raise InvalidSetting(f"{self.setting.label} must be two whole numbers such as 3 × 3.")
            return pair[0] if pair[0] == pair[1] else pair
        return self.setting.checked(value)


def scale_of(how: Setting) -> Scale | None:
    """What values a setting may have in a sweep; None where it cannot be swept: a schedule's table, a whole penalty."""
    if isinstance(how, (Integer, Pair)):
        return Scale(how, how.minimum, how.maximum, whole=True)
    if isinstance(how, Number):
        return Scale(how, how.minimum, how.maximum)
    if isinstance(how, Choice):
        return Scale(how, choices=how.choices)
    return Scale(how, choices=(False, True)) if isinstance(how, Flag) else None


def strength_of(how: Penalty, label: str) -> Scale:
    """What values one of the two strengths of a penalty may have."""
    return Scale(Number(label, how.help, 0.0, how.maximum), 0.0, how.maximum)


@dataclass(frozen=True)
class Listed:
    """One value after the other, all different."""

    values: tuple[Value, ...]

    def checked(self, scale: Scale, what: str) -> Listed:
        """The same with each value as the scale keeps it; raises `InvalidSweep` where one cannot be, or is there twice."""
        if not 1 <= len(self.values) <= MOST_VALUES:
            raise InvalidSweep(
                f"“{what}” has {counted(len(self.values), 'value')}; a list has 1 to {MOST_VALUES} of them."
            )
        try:
            values = tuple(scale.checked(value) for value in self.values)
        except InvalidSetting as problem:
            raise InvalidSweep(f"“{what}”: {problem}") from None
        twice = next((value for n, value in enumerate(values) if value in values[:n]), None)
        if twice is not None:
            raise InvalidSweep(f"“{what}” has the value {value_text(twice)} twice: leave one out.")
        return Listed(values)

    def grid(self, scale: Scale, what: str) -> tuple[Value, ...]:
        """The values, in order."""
        return self.values


@dataclass(frozen=True)
class Span:
    """All numbers from `low` to `high`, both included.

    Attributes:
        low, high: ends; whole where the setting is.
        log: whether equal factors, not equal differences, are equally far apart.
        points: into how many a grid divides it, the ends among them; other methods draw from all of it.
    """

    low: float
    high: float
    log: bool = False
    points: int | None = None

    def checked(self, scale: Scale, what: str) -> Span:
        """The same with ends as the scale keeps them; raises `InvalidSweep` where it is empty, or leaves the bounds."""
        if not scale.is_number:
            raise InvalidSweep(f"“{what}” is no number, so it has no range: give a list of its values.")
        if not isinstance(self.log, bool):
            raise InvalidSweep(f"“{what}”: “log” must be true or false.")
        ends: list[Any] = []
        for end in (self.low, self.high):
            if isinstance(end, (tuple, list)):
                raise InvalidSweep(f"“{what}”: an end of a range is one number.")
            try:
                ends.append(scale.checked(end))
            except InvalidSetting as problem:
                raise InvalidSweep(f"“{what}”: {problem}") from None
        low, high = ends
        if low >= high:
            raise InvalidSweep(
                f"“{what}”: a range from {value_text(low)} to {value_text(high)} is empty. "
                "Its low end must be below its high end; for a single value, give a list."
            )
        if self.log and low <= 0:
            raise InvalidSweep(
                f"“{what}”: a logarithmic range cannot begin at {value_text(low)}, as it never gets there. "
                "Begin above zero, or take an even range."
            )
        points = self.points
        if points is not None and (
            isinstance(points, bool) or not isinstance(points, int) or not 2 <= points <= MOST_VALUES
        ):
            raise InvalidSweep(f"“{what}”: a range has 2 to {MOST_VALUES} points in a grid.")
        return Span(low, high, self.log, points)

    def grid(self, scale: Scale, what: str) -> tuple[Value, ...]:
        """Its points, growing: the ends as they are, whole numbers rounded, others to six digits, of a logarithmic range three.

        Raises:
            InvalidSweep: without a number of points, or where rounding makes two of them one.
        """
        if self.points is None:
            raise InvalidSweep(
                f"“{what}” is a range: a grid needs to know into how many points to divide it. "
                "Say how many, or take random or guided search."
            )
        steps = self.points - 1
        found: list[Value] = [self.low]
        for n in range(1, steps):
            if self.log:
                value = math.exp(math.log(self.low) + (math.log(self.high) - math.log(self.low)) * n / steps)
            else:
                value = self.low + (self.high - self.low) * n / steps
            found.append(round(value) if scale.whole else float(f"{value:.{DIGITS[self.log]}g}"))
        found.append(self.high)
        different = len(set(found))
        if different < len(found):
            raise InvalidSweep(
                f"“{what}”: between {value_text(self.low)} and {value_text(self.high)}, {counted(self.points, 'point')} "
                f"would give only {different} different values. Take fewer points."
            )
        return tuple(found)


Domain = Union[Listed, Span]


def value_text(value: Value) -> str:
    """A value as people read it, and never two different numbers alike: `0.4`, `1e-5`, `2,048`, `5×5`, `on`."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, tuple):
        return "×".join(map(str, value))
    if isinstance(value, str):
        return value
    if isinstance(value, int):
        return f"{value:,}"
    short = f"{value:g}"
    return _exponent(short if float(short) == value else repr(value))


def drawn_text(value: Value) -> str:
    """A value that was drawn from a range, as people read it: numbers with three digits that count."""
    return _exponent(f"{value:.3g}") if isinstance(value, float) else value_text(value)


def _exponent(number: str) -> str:
    """`1e-5` for `1e-05`."""
    digits, sign, power = number.partition("e")
    return f"{digits}e{int(power)}" if sign else number
