"""Which settings of a sweep cannot be trained, found before anything starts, and why."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from math import prod
from typing import NamedTuple

from core.data import DatasetError, about
from core.network.words import counted
from core.study.sweeps.domains import InvalidSweep, Listed
from core.study.sweeps.sweep import MOST_TRIALS, CannotBuild, Sweep, Values
from core.study.sweeps.targets import OfRecipe
from core.training.limits import why_unfit

AT_ONCE = 25  # settings from one preview to the next
DRAWS = 100  # of ranges, to see how many of them work
_NUMBERS = re.compile(r"\d[\d,.]*")


class LeftOut(NamedTuple):
    """Settings that cannot be trained for one reason.

    Attributes:
        reason: of the first of them, in a sentence; the others have other numbers in it, at most.
        settings: their values.
    """

    reason: str
    settings: tuple[Values, ...]


class Preview(NamedTuple):
    """What of a sweep can be trained.

    Attributes:
        settings: how many were looked at.
        drawn: whether they are a sample of what may come; else they are all that there are.
        possible: those that can be trained, in order.
        left_out: the others by reason, the most frequent first.
    """

    settings: int
    drawn: bool
    possible: tuple[Values, ...]
    left_out: tuple[LeftOut, ...]

    def sentence(self) -> str:
        """`3 of 27 settings cannot be trained and are left out.`; empty where all work."""
        missing = self.settings - len(self.possible)
        if not missing:
            return ""
        if self.drawn:
            return (
                f"{missing} of {counted(self.settings, 'setting')} drawn for a trial cannot be trained: "
                "others are drawn in their place."
            )
        return f"{missing:,} of {counted(self.settings, 'setting')} cannot be trained and are left out."


class Checks:
    """Whether settings of one sweep can be trained; what was found is kept.

    Raises:
        InvalidSweep: for a dataset that is not there.
    """

    def __init__(self, sweep: Sweep) -> None:
        try:
            self._source = about(sweep.dataset)
        except (KeyError, DatasetError):
            raise InvalidSweep(f"There is no dataset “{sweep.dataset}” here: choose another one.") from None
        self._sweep = sweep
        self._known: dict[object, str | None] = {}

    def why_not(self, values: Values) -> str | None:
        """The reason why this setting cannot be trained, in a sentence; None if it can."""
        try:
            network, recipe = self._sweep.built(values)
        except CannotBuild as problem:
            return str(problem)
        if recipe.training_images and not recipe.split(recipe.training_images)[1]:
            return (
                f"With {counted(recipe.training_images, 'training image')} in all, none is left for validation. "
                "Take more."
            )
        key = network, recipe.batch_size
        if key not in self._known:
            source = self._source
            shape, classes = tuple(source.input_shape), len(source.class_names)
            self._known[key] = why_unfit(network, shape, classes, recipe, source.title)
        return self._known[key]


def preview(sweep: Sweep, draws: int = DRAWS) -> Preview:
    """The last of `previews`. Takes about 1.4 ms a setting of LeNet-5, of large networks up to some tenths of a second."""
    *_, last = previews(sweep, draws)
    return last


def previews(sweep: Sweep, draws: int = DRAWS) -> Iterator[Preview]:
    """What can be trained of a grid, or of lists of which there are at most 1,000 combinations: all; of ranges, a sample.

    An experiment as `core.study.background` takes them: more settings from item to item, the last has all.

    Args:
        sweep: the sweep.
        draws: settings that are drawn evenly where it has ranges. Others than those that a search will draw.

    Raises:
        InvalidSweep: for a dataset that is not there.
    """
    settings, drawn = _looked_at(sweep, draws)
    checks, possible = Checks(sweep), list[Values]()
    reasons: dict[str, list[tuple[Values, str]]] = {}
    count = 0

    def so_far() -> Preview:
        groups = sorted(reasons.values(), key=len, reverse=True)
        left_out = tuple(LeftOut(group[0][1], tuple(values for values, _ in group)) for group in groups)
        return Preview(count, drawn, tuple(possible), left_out)

    for count, values in enumerate(settings, 1):
        why = checks.why_not(values)
        if why is None:
            possible.append(values)
        else:
            reasons.setdefault(_NUMBERS.sub("0", why), []).append((values, why))
        if count % AT_ONCE == 0:
            yield so_far()
    yield so_far()


class PossiblePoints:
    """The points of a grid that can be trained, found as far as somebody asks."""

    def __init__(self, sweep: Sweep, checks: Checks) -> None:
        self._points, self._checks = sweep.grid(), checks
        self._found: list[Values] = []
        self._unseen = sweep.most_settings

    def at(self, number: int) -> Values | None:
        """The one of this number, from 0; None where there are fewer."""
        while len(self._found) <= number and self._unseen:
            values = next(self._points)
            self._unseen -= 1
            if self._checks.why_not(values) is None:
                self._found.append(values)
        return self._found[number] if number < len(self._found) else None

    @property
    def most(self) -> int:
        """How many there are at most: those found, and all that nobody has looked at."""
        return len(self._found) + self._unseen


def without_effect(sweep: Sweep, settings: Sequence[Values]) -> tuple[str, ...]:
    """The titles of dimensions that change nothing in any of these settings, as momentum with Adam: trials would be alike.

    Args:
        sweep: the sweep.
        settings: that can be trained, as `preview` has them.
    """
    fields = {
        title: one.target.field
        for title, one in zip(sweep.titles(), sweep.dimensions, strict=True)
        if isinstance(one.target, OfRecipe)
    }
    recipes = {sweep.built(values).recipe for values in settings} if fields else set()
    return tuple(title for title, field in fields.items() if recipes and all(field in one.idle() for one in recipes))


def _looked_at(sweep: Sweep, draws: int) -> tuple[Iterable[Values], bool]:
    if sweep.plan.method == "grid":
        return sweep.grid(), False
    lists = [one.domain.values for one in sweep.dimensions if isinstance(one.domain, Listed)]
    if len(lists) == len(sweep.dimensions) and prod(map(len, lists)) <= MOST_TRIALS:
        return itertools.product(*lists), False
    from core.study.sweeps.drawing import evenly

    return evenly(sweep, draws), True
