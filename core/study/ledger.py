"""A visitor's runs beside each other: the settings in which they differ, and names that tell them apart."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from core.data import SOURCES
from core.data.drawn_datasets import about
from core.network import Network, Recipe, trace
from core.network.settings import Integer, settings_of
from core.network.words import counted, told_apart
from core.study.changes import layer_changes
from core.study.comparison import recipe_differences
from core.training.limits import why_unfit
from core.training.run import Run
from core.training.series import Planned

_EPOCHS = settings_of(Recipe)["epochs"]
assert isinstance(_EPOCHS, Integer)
MOST_EPOCHS = _EPOCHS.maximum
IDLE = "–"  # a setting without effect, given the others
FIRST = "as in the first"
FIRST_TOLD = ("epochs", "batch_size", "optimizer", "learning_rate", "seed")  # also where they are as usual
MOST_IN_A_NAME = 3  # differences
_NUMBER = re.compile(r" \(\d+\)$")


def recipe_now(run: Run) -> Recipe:
    """The recipe of a run with the number of epochs that is planned by now: whoever lets it continue plans more."""
    return replace(run.recipe, epochs=min(run.snapshot.epochs, MOST_EPOCHS))


@dataclass(frozen=True)
class Column:
    """Something in which runs differ.

    Attributes:
        label: `Learning rate`.
        values: as people read them, one for each run.
    """

    label: str
    values: tuple[str, ...]


def differing(runs: Sequence[Run]) -> tuple[Column, ...]:
    """What was set otherwise in some of these runs than in others: network, data and each setting of their recipes.

    A setting without effect in all of them is left out; in a run where it has none, its value is a dash.

    Args:
        runs: newest first; layers are told as they differ from those of the last.
    """
    columns = [*_network_columns([run.network for run in runs])]
    data = tuple(about(run.dataset_name).title for run in runs)
    if len({run.dataset_name for run in runs}) > 1:
        columns.append(Column("Data", data))
    recipes = [recipe_now(run) for run in runs]
    for one in recipe_differences(recipes):
        values = (
            IDLE if one.name in recipe.idle() else value for recipe, value in zip(recipes, one.values, strict=True)
        )
        columns.append(Column(one.label, tuple(values)))
    return tuple(columns)


def _network_columns(networks: Sequence[Network]) -> list[Column]:
    """The numbers of parameters where they differ, and the layers where those alone do not tell networks apart."""
    bare = [network.renamed("x") for network in networks]
    if len(set(bare)) < 2:
        return []
    parameters = tuple(f"{trace(network).parameters:,}" for network in bare)
    found = [Column("Parameters", parameters)] if len(set(parameters)) > 1 else []
    if len(set(parameters)) < len(set(bare)):
        found.append(Column("Layers", tuple(_against(bare[-1], network) for network in bare)))
    return found


def _against(usual: Network, network: Network) -> str:
    """What a network has otherwise than the usual one, in few words."""
    changes = [change for change in layer_changes(usual, network) if not change.same]
    if not changes:
        return FIRST
    if len(changes) > 1 or not changes[0].settings:
        return f"{counted(len(changes), 'layer')} {'differs' if len(changes) == 1 else 'differ'}"
    at = changes[0].second
    assert at is not None
    settings = ", ".join(f"{label.lower()} {value}" for label, _, value in changes[0].settings)
    return f"{type(network.at(at)).__name__}: {settings}"


def chosen_by(run: Run) -> str:
    """The images by which the best of a run's epochs is told: `test`, or `validation`."""
    return run.snapshot.evaluated_on


def flattered(run: Run) -> bool:
    """Whether the epoch or learning rate that its test accuracy is of was chosen by the test images themselves."""
    return run.snapshot.evaluated_on == "test" and run.recipe.selects


def called(runs: Sequence[Run]) -> tuple[str, ...]:
    """A name for each run that no other of them has; of those that are called alike, by what they differ in.

    `LeNet-5` and `LeNet-5 (2)`, as a second run of one network is called by itself, are called alike. Where nothing
    differs, the numbers stay.
    """
    groups: dict[str, list[int]] = {}
    for place, run in enumerate(runs):
        groups.setdefault(_NUMBER.sub("", run.name) or run.name, []).append(place)
    names = [run.name for run in runs]
    for stem, places in groups.items():
        if len(places) > 1:
            for place, name in zip(places, _told_apart(stem, [runs[place] for place in places])):
                names[place] = name
    return tuple(reversed(told_apart(names[::-1])))  # the earlier run keeps its name


def titles_of(runs: Iterable[Run]) -> dict[Run, str]:
    """The name of `called` for each of these runs, in whatever order they come; one that comes twice counts once."""
    newest_first = sorted({*runs}, key=lambda run: run.created, reverse=True)
    return dict(zip(newest_first, called(newest_first)))


def _told_apart(stem: str, runs: Sequence[Run]) -> list[str]:
    """What runs with one stem of their names are called."""
    columns = _telling(differing(runs), len(runs))
    found = []
    for place, run in enumerate(runs):
        told = [column for column in columns if column.values[place] not in (IDLE, FIRST)]
        words = ", ".join(_words(column, column.values[place]) for column in told)
        found.append(f"{stem} · {words}" if words else run.name)
    own = [run.name for run in runs]
    clear = len(set(own)) == len(own)  # then the numbers tell those apart that differ in nothing
    return [
        f"{name}{_number_of(run)}" if clear and found.count(name) > 1 and name != run.name else name
        for name, run in zip(found, runs)
    ]


def _telling(columns: Sequence[Column], runs: int) -> list[Column]:
    """Few of the columns, in order, that tell as many of the runs apart as possible: each adds the most to those before."""
    chosen: list[Column] = []
    while len(chosen) < MOST_IN_A_NAME:
        kinds = {column.label: len({*zip(*(one.values for one in (*chosen, column)))}) for column in columns}
        best = max(columns, key=lambda column: kinds[column.label], default=None)
        known = len({*zip(*(one.values for one in chosen))}) or 1
        if best is None or kinds[best.label] == known or known == runs:
            break
        chosen.append(best)
    return [column for column in columns if column in chosen]


def _number_of(run: Run) -> str:
    number = _NUMBER.search(run.name)
    return "" if number is None else number[0]


def _words(column: Column, value: str) -> str:
    if column.label == "Parameters":
        return counted(int(value.replace(",", "")), "parameter")
    if column.label in ("Layers", "Data"):
        return value
    if column.label == "Epochs":
        return counted(int(value.replace(",", "")), "epoch")
    return f"{column.label[0].lower()}{column.label[1:]} {value}"


def matches(run: Run, words: str) -> bool:
    """Whether each of these words is somewhere in the run's name, tags, note, network, data, recipe or state."""
    parts = (
        run.name,
        run.marks.tags,
        run.marks.note,
        run.network.name,
        about(run.dataset_name).title,
        recipe_now(run).describe(),
        run.snapshot.state.value,
    )
    there = " ".join(parts).casefold()
    return all(word in there for word in words.casefold().split())


def shared_words(runs: Sequence[Run]) -> str:
    """What was set alike in all of these runs, as far as it is seldom left as it is: `3 epochs, batch size 128, …`."""
    recipes = [recipe_now(run) for run in runs]
    apart = {column.label for column in differing(runs)}
    changed = {name for recipe in recipes for name in recipe.changed_settings()}
    idle = set.intersection(*(set(recipe.idle()) for recipe in recipes))
    words = []
    if len({run.network.renamed("x") for run in runs}) == 1:
        words.append(counted(trace(runs[0].network).parameters, "parameter"))
    if "Data" not in apart:
        words.append(about(runs[0].dataset_name).title)
    for name, how in settings_of(Recipe).items():
        if how.label not in apart and name not in idle and (name in FIRST_TOLD or name in changed):
            words.append(_words(Column(how.label, ()), recipes[0].value_text(name)))
    return ", ".join(words)


def with_other_seeds(run: Run, among: Iterable[Run], count: int) -> tuple[Planned, ...]:
    """The same training again, from fresh weights, with so many seeds that none of its equals has had.

    Args:
        run: that is trained again; with all epochs that are planned for it by now.
        among: all runs that there are.
        count: how many.
    """
    alike = _but_for_the_seed(run)
    had = {run.recipe.seed, *(one.recipe.seed for one in among if _but_for_the_seed(one) == alike)}
    fresh = (seed for seed in range(1, len(had) + count + 1) if seed not in had)
    recipe, stem = recipe_now(run), _stem(run)
    return tuple(
        Planned(str(seed), f"seed {seed}", stem, run.network, recipe.replaced(seed=seed))
        for seed, _ in zip(fresh, range(count))
    )


class Anew(NamedTuple):
    """Runs that can be trained anew.

    Attributes:
        plans: one for each, in the order in which the runs began.
        left_out: those that cannot, and why not, in a sentence.
        seconds: estimate for all plans together, by what their runs have taken here; None where one tells nothing.
    """

    plans: tuple[Planned, ...]
    left_out: tuple[tuple[Run, str], ...]
    seconds: float | None


def anew(runs: Sequence[Run], among: Iterable[Run], other_seeds: bool) -> Anew:
    """The same trainings again from fresh weights, with all epochs that are planned for each by now.

    Args:
        runs: that are trained again.
        among: all runs that there are.
        other_seeds: whether each has the next seed that none of its equals has had; else it keeps its own.
    """
    by_time, there = sorted(runs, key=lambda run: run.created), list(among)
    left_out = tuple((run, why) for run in by_time if (why := _why_not_anew(run)))
    fit = [run for run in by_time if all(run is not other for other, _ in left_out)]
    recipes = {run: recipe_now(run) for run in fit}
    if other_seeds:
        for group in seed_groups(fit):
            fresh = with_other_seeds(group[0], [*there, *group], len(group))
            recipes |= {run: plan.recipe for run, plan in zip(group, fresh, strict=True)}
    plans = tuple(
        Planned(str(place), run.name, _stem(run), run.network, recipes[run], run.dataset_name)
        for place, run in enumerate(fit)
    )
    took = [run.snapshot.seconds_an_epoch for run in fit]
    seconds = [each * recipes[run].epochs for run, each in zip(fit, took) if each is not None]
    return Anew(plans, left_out, sum(seconds) if fit and len(seconds) == len(fit) else None)


def _why_not_anew(run: Run) -> str | None:
    """The reason why this run cannot be trained anew, as a sentence; None if it can."""
    if run.dataset_name not in SOURCES:
        return "It learned from your drawings: train it again on Teach."
    source = SOURCES[run.dataset_name]
    return why_unfit(run.network, source.input_shape, len(source.class_names), recipe_now(run), source.title)


def _stem(run: Run) -> str:
    """Its name without the number by which runs of one network are told apart."""
    return _NUMBER.sub("", run.name) or run.name


def _but_for_the_seed(run: Run) -> object:
    return run.network.renamed("x"), run.dataset_name, recipe_now(run).replaced(seed=0)


class Drawn(NamedTuple):
    """Runs as curves.

    Attributes:
        alone: those with a curve of their own.
        bands: those that are one curve: what it is called, and the runs that differ in the seed alone.
    """

    alone: list[Run]
    bands: list[tuple[str, tuple[Run, ...]]]

    @property
    def first(self) -> list[Run]:
        """A run for each curve, in the order of the curves."""
        return [*self.alone, *(group[0] for _, group in self.bands)]


def as_curves(runs: Sequence[Run], titles: Mapping[Run, str], as_one: bool) -> Drawn:
    """What to draw of these runs: each by itself, or where `as_one`, those that differ in the seed alone as one."""
    groups = [group for group in seed_groups(runs) if as_one and len(group) > 1]
    alone = [run for run in runs if not any(run in group for group in groups)]
    return Drawn(alone, [(f"{titles[one[0]]} and {counted(len(one) - 1, 'other seed')}", one) for one in groups])


def seed_groups(runs: Sequence[Run]) -> list[tuple[Run, ...]]:
    """These runs in groups of those that differ in the seed alone, in the order of the first of each; many have one run."""
    groups: dict[object, list[Run]] = {}
    for run in runs:
        groups.setdefault(_but_for_the_seed(run), []).append(run)
    return [tuple(group) for group in groups.values()]
