"""The sweep as a value: a network and its recipe, what is varied of them, and how the variants are chosen."""

# pyright: reportUnnecessaryIsInstance=false
# What comes from links and files is checked, whatever the annotations promise.

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import NamedTuple

from core.network.names import clean
from core.network.network import MAX_NAME, Network, layer_label
from core.network.recipe import Recipe
from core.network.settings import Checked, Choice, Integer, InvalidSetting, Number, setting, settings_of
from core.network.variants import Repeats
from core.network.words import counted, joined
from core.study.sweeps.domains import Domain, InvalidSweep, Listed, Scale, Value, drawn_text, value_text
from core.study.sweeps.targets import CannotBuild, Depth, OfLayers, OfRecipe, Target, Widths, inside, moved

METHODS = ("grid", "random", "tpe")
PRUNERS = ("none", "median", "halving")
MOST_TRIALS = 1000
MOST_DIMENSIONS = 12
MOST_REPEATED = 50  # seeds
_DATASET = re.compile(r"[a-z0-9_]{1,40}", re.ASCII)

Values = tuple[Value, ...]  # of all dimensions of a sweep, in their order


class Built(NamedTuple):
    """What one setting of a sweep trains.

    Attributes:
        network: with the values of the dimensions.
        recipe: with them, with the sweep's validation share, and with a seed.
    """

    network: Network
    recipe: Recipe


@dataclass(frozen=True)
class Plan(Checked):
    """How a sweep chooses its settings, and how many of them. A trial is one training: of one setting, from one seed."""

    noun = "Sweep"

    method: str = setting(
        "grid",
        Choice(
            "Method",
            "grid: every combination. random: drawn evenly. tpe: drawn where earlier trials were good "
            "(Tree-structured Parzen Estimator).",
            METHODS,
        ),
    )
    repeats: int = setting(
        1,
        Integer(
            "Seeds", "From how many seeds each setting is trained, the recipe's and those after it.", 1, MOST_REPEATED
        ),
    )
    trials: int = setting(
        20,
        Integer(
            "Trials",
            "How many trainings random and guided search may use, all seeds together; a grid has all its points.",
            1,
            MOST_TRIALS,
        ),
    )
    minutes: int = setting(
        0, Integer("Minutes", "No trial begins after so many minutes of work; 0 is no limit.", 0, 10_080)
    )
    pruner: str = setting(
        "none",
        Choice(
            "Pruning",
            "Ends trials early that are worse than others were after as many epochs: than the median of them, "
            "or than the better half after 1, 2, 4, 8 … epochs (halving).",
            PRUNERS,
        ),
    )
    validation_share: float = setting(
        0.1,
        Number(
            "Validation share",
            "The last share of the training images judges the trials; the test images are for the best one, once.",
            0.01,
            0.5,
            0.05,
        ),
    )
    seed: int = setting(
        1, Integer("Seed of the search", "The same seed draws the same settings from the same results.", 0, 2**31 - 1)
    )

    def idle(self) -> tuple[str, ...]:
        """Settings without effect given the other settings."""
        return ("trials", "seed") if self.method == "grid" else ()


@dataclass(frozen=True)
class Dimension:
    """Something that a sweep varies, and the values it goes through."""

    target: Target
    domain: Domain


@dataclass(frozen=True)
class Sweep:
    """Many trainings that differ in a few settings and in the seed.

    Args:
        network, recipe: what is varied. The recipe's seed is the first of the seeds.
        dataset: its name, as runs have it.
        dimensions: at most 12, no two of which set the same; none to train from several seeds alone.
        plan: how settings are chosen, and how many.
        name: title on the pages, at most 60 characters.

    Raises:
        InvalidSweep: with a sentence, where dimensions do not suit the network, exclude each other, or where it
            would be more than 1,000 trials.
    """

    network: Network
    recipe: Recipe = Recipe()
    dataset: str = "mnist"
    dimensions: tuple[Dimension, ...] = ()
    plan: Plan = Plan()
    name: str = "My sweep"

    def __post_init__(self) -> None:
        name = clean(self.name) if isinstance(self.name, str) else ""
        if not 1 <= len(name) <= MAX_NAME:
            raise InvalidSweep(f"A sweep needs a name of at most {MAX_NAME} characters.")
        if not isinstance(self.dataset, str) or not _DATASET.fullmatch(self.dataset):
            raise InvalidSweep("The dataset must be a plain name.")
        if len(self.dimensions) > MOST_DIMENSIONS:
            raise InvalidSweep(f"A sweep has at most {MOST_DIMENSIONS} dimensions, not {len(self.dimensions)}.")
        found = tuple(
            replace(one, domain=one.domain.checked(one.target.scale(self.network), one.target.label()))
            for one in self.dimensions
        )
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "dimensions", found)
        _check_apart(self.network, [one.target for one in found])
        self._check_seeds()
        self._check_size()

    @property
    def seeds(self) -> range:
        """The seeds from which each setting is trained: the recipe's and those after it."""
        return range(self.recipe.seed, self.recipe.seed + self.plan.repeats)

    @property
    def most_settings(self) -> int:
        """How many settings it has at most: all points of a grid; else as many as all seeds fit into the trials."""
        if self.plan.method != "grid":
            return self.plan.trials // self.plan.repeats
        return prod(_points(one.domain) for one in self.dimensions)

    @property
    def most_trials(self) -> int:
        """How many trainings it is at most; impossible settings are left out of a grid."""
        return self.most_settings * self.plan.repeats

    @property
    def scales(self) -> tuple[Scale, ...]:
        """What values each dimension may have."""
        return tuple(one.target.scale(self.network) for one in self.dimensions)

    def grid(self) -> Iterator[Values]:
        """All points of a grid: the last dimension changes first, as in `itertools.product`.

        Raises:
            InvalidSweep: where a range does not say into how many points.
        """
        return itertools.product(*self._axes())

    def built(self, values: Sequence[Value], seed: int | None = None) -> Built:
        """The network and the recipe of one setting.

        Blocks are repeated first, then fields set, then widths multiplied.

        Args:
            values: one for each dimension, in order.
            seed: of the training; None for the recipe's.

        Raises:
            CannotBuild: where the values give no network, with a sentence.
        """
        recipe = self.recipe.replaced(
            validation_share=self.plan.validation_share, seed=self.recipe.seed if seed is None else seed
        )
        network, moves = self.network, list[tuple[Repeats, int]]()
        pairs = list(zip((one.target for one in self.dimensions), values, strict=True))
        for target, value in sorted(pairs, key=lambda pair: _rank(pair[0])):
            if isinstance(target, Depth) and isinstance(value, int):
                moves.append((target.row(network), value))
            elif isinstance(target, OfLayers) and target.at is not None:
                at = target.at
                for row, times in moves:
                    at = tuple(moved(path, row, times) for path in at)
                target = replace(target, at=at)
            network, recipe = target.applied(network, recipe, value)
        return Built(network, recipe)

    def titles(self) -> tuple[str, ...]:
        """What each dimension is called, shortly and no two alike: `dropout`, or `units of layer 6` beside other units."""
        short = [one.target.short() for one in self.dimensions]
        return tuple(
            one.target.label() if short.count(own) > 1 else own
            for one, own in zip(self.dimensions, short, strict=True)
        )

    def setting_name(self, values: Sequence[Value]) -> str:
        """`dropout 0.4 · L2 1e-5`; `as it is` without dimensions."""
        words = [
            f"{title} {value_text(value) if isinstance(one.domain, Listed) or self.plan.method == 'grid' else drawn_text(value)}"
            for title, one, value in zip(self.titles(), self.dimensions, values, strict=True)
        ]
        return " · ".join(words) or "as it is"

    def trial_name(self, values: Sequence[Value], seed: int) -> str:
        """`dropout 0.4 · L2 1e-5 · seed 2`; without the seed where there is only one."""
        if self.plan.repeats == 1 and self.dimensions:
            return self.setting_name(values)
        words = [self.setting_name(values)] if self.dimensions else []
        return " · ".join([*words, f"seed {seed}"])

    def of(self, network: Network) -> Sweep:
        """The same sweep of another network, mostly of the edited one; raises `InvalidSweep` where its dimensions are gone."""
        return replace(self, network=network)

    def _axes(self) -> list[Values]:
        return [
            one.domain.grid(scale, one.target.label())
            for one, scale in zip(self.dimensions, self.scales, strict=True)
        ]

    def _check_seeds(self) -> None:
        how = settings_of(Recipe)["seed"]
        try:
            how.checked(self.seeds[-1])
        except InvalidSetting:
            raise InvalidSweep(
                f"{counted(self.plan.repeats, 'seed')} from {self.recipe.seed:,} on go beyond the largest there is. "
                "Begin with a smaller one."
            ) from None

    def _check_size(self) -> None:
        if self.plan.method == "grid":
            points = " × ".join(f"{_points(one.domain):,}" for one in self.dimensions)
            if self.most_trials > MOST_TRIALS:
                seeds = f" × {counted(self.plan.repeats, 'seed')}" if self.plan.repeats > 1 else ""
                raise InvalidSweep(
                    f"This grid would be {counted(self.most_trials, 'trial')}; at most {MOST_TRIALS:,}: {points}{seeds}. "
                    "Take fewer values or seeds, or random or guided search, which has as many trials as you say."
                )
            self._axes()
            return
        if not self.dimensions:
            raise InvalidSweep("Random and guided search need a dimension in which to search; a grid does not.")
        if not self.most_settings:
            raise InvalidSweep(
                f"With {counted(self.plan.repeats, 'seed')} for each setting, {counted(self.plan.trials, 'trial')} "
                f"are not even one. Take {self.plan.repeats} trials or more, or fewer seeds."
            )


def gone(network: Network, dimensions: Sequence[Dimension]) -> dict[int, str]:
    """The dimensions that a network does not have, or not with these values: number → why, in a sentence."""
    found = {}
    for number, one in enumerate(dimensions):
        try:
            one.domain.checked(one.target.scale(network), one.target.label())
        except InvalidSweep as problem:
            found[number] = str(problem)
    return found


def _points(domain: Domain) -> int:
    """How many values a grid has of it; a range without a number of points counts once, until it is refused."""
    return len(domain.values) if isinstance(domain, Listed) else domain.points or 1


def _rank(target: Target) -> tuple[int, tuple[int, ...]]:
    """In which order dimensions are applied: depths from the last to the first, so that their paths stay, fields, widths."""
    if isinstance(target, Depth):
        return 0, tuple(-n for n in target.at)
    return (2, ()) if isinstance(target, Widths) else (1, ())


def _check_apart(network: Network, targets: Sequence[Target]) -> None:
    """Raise `InvalidSweep` where two dimensions would set the same, or one would move what the other sets."""
    for one, other in itertools.combinations(targets, 2):
        if why := _clash(network, one, other) or _clash(network, other, one):
            raise InvalidSweep(f"“{one.label()}” and “{other.label()}” {why}. Leave one of them out.")


def _clash(network: Network, one: Target, other: Target) -> str:
    """Why two dimensions exclude each other, to be read after their names; empty where they do not."""
    if isinstance(one, OfRecipe):
        return "are the same" if one == other else ""
    if isinstance(one, Widths):
        both = set(one.places(network)) & set(other.places(network))
        width = isinstance(other, OfLayers) and other.field in ("filters", "units")
        return "both set how wide a layer is" if isinstance(other, Widths) or (width and both) else ""
    if isinstance(one, OfLayers):
        if isinstance(other, OfLayers) and one.field == other.field:
            both = [path for path in one.places(network) if path in other.places(network)]
            return f"both set layer {joined([layer_label(path) for path in both[:3]])}" if both else ""
        return ""
    if isinstance(other, OfLayers) and other.at is not None:
        within = any(inside(path, one.places(network)) for path in other.at)
        return "cannot be swept together: copies of a layer are alike" if within else ""
    if isinstance(other, Depth) and any(inside(path, one.places(network)) for path in other.places(network)):
        return "repeat the same block, or one inside the other"
    return ""


__all__ = [
    "METHODS", "MOST_DIMENSIONS", "MOST_TRIALS", "PRUNERS", "Built", "CannotBuild", "Dimension", "InvalidSweep", "Plan",
    "Sweep", "Values", "gone",
]  # fmt: skip
