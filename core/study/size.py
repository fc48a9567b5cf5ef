"""Accuracy against size: what was measured here, what was published, and a visitor's own runs, as points."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.network import PRESETS, Network, Preset, Recipe
from core.network.layers import CannotWork
from core.network.reproduced import reproduced
from core.network.totals import Totals, totals

if TYPE_CHECKING:
    from core.training.run import Run
    from core.training.snapshot import Snapshot

AXES = ("parameters", "macs", "seconds")
MEASURED, PUBLISHED, OWN = "measured here", "published", "your run"
TEST, VALIDATION, TRAINING = "test", "validation", "training"
TESTS = 10_000  # of MNIST's test images
# The articles' own aims: this test accuracy, and with fewer parameters than this.
AIM_ACCURACY, AIM_PARAMETERS = 0.994, 15_000


@dataclass(frozen=True)
class SizePoint:
    """A network as a point.

    Attributes:
        name: what charts call it.
        kind: `MEASURED`, `PUBLISHED` or `OWN`.
        accuracy: 0…1.
        on: of which images the accuracy is: `test`, `validation` or `training`.
        parameters: of the network, as its source counts them.
        macs: multiply-adds for one image; None where the source does not give the layers.
        seconds: that the training took; None where it is not known.
        images: how many images the accuracy is of; None where it is not known.
        recipe: how it was trained, in a few words; may be empty.
        preset: its key in `PRESETS`; empty for a run.
        run: the run, for those of a visitor.
        chosen_by_test_images: whether something was chosen by the images that the accuracy is of.
        ours: whether the recipe is one of ours, and not the source's.
        snapshot: what a run's figures are read from.
    """

    name: str
    kind: str
    accuracy: float
    on: str
    parameters: int
    macs: int | None
    seconds: float | None
    images: int | None
    recipe: str = ""
    preset: str = ""
    run: Run | None = None
    chosen_by_test_images: bool = False
    ours: bool = False
    snapshot: Snapshot | None = None

    @property
    def key(self) -> str:
        """What no other point has, and what stays while a run trains."""
        return f"run/{self.run.created}" if self.run is not None else f"{self.kind}/{self.preset}/{int(self.ours)}"

    def along(self, axis: str) -> float | None:
        """Its place on one of the `AXES`; None where that is not known."""
        return getattr(self, axis)

    @property
    def reaches_the_aim(self) -> bool:
        """Whether it has the articles' accuracy on test images with fewer parameters than theirs."""
        return self.on == TEST and self.accuracy >= AIM_ACCURACY and 0 < self.parameters < AIM_PARAMETERS


def measured_points() -> tuple[SizePoint, ...]:
    """The presets that were trained here (`make reproduce`): a point for each of a preset's recipes.

    Their accuracies are of the 10,000 test images at the end, or of the epoch that images kept apart had chosen;
    never of the epoch that was best on the test images.
    """
    found = []
    for key, row in reproduced().items():
        preset = PRESETS[key]
        part = row.get("selected") or row.get("all_images")
        for measured, recipe, ours in ((part, preset.recipe, False), (row.get("improved"), preset.improved, True)):
            if measured is not None:
                found.append(_measured(key, preset, measured, recipe, ours))
    return tuple(found)


def published_points() -> tuple[SizePoint, ...]:
    """The figures that the presets' sources publish, as far as they count parameters."""
    found = []
    for key, preset in PRESETS.items():
        figure = preset.published_figure
        if figure is not None and preset.published_parameters is not None:
            macs = _totals(preset.network).macs if preset.exact else None
            recipe = preset.recipe.describe() if preset.exact and preset.recipe else ""
            found.append(
                SizePoint(
                    preset.network.name, PUBLISHED, figure[0], figure[1], preset.published_parameters, macs, None, None,
                    recipe, key,
                )
            )  # fmt: skip
    return tuple(found)


def own_points(runs: Iterable[Run]) -> tuple[SizePoint, ...]:
    """Runs that have an accuracy: of the test images where they were read, else of the validation images."""
    found = []
    for run in runs:
        snapshot = run.snapshot
        point = snapshot.test if snapshot.test_accuracy is not None else snapshot.shown
        if point is None or point.epoch <= 0:
            continue
        on = TEST if snapshot.test_accuracy is not None else snapshot.evaluated_on
        cost = _totals(run.network)
        found.append(
            SizePoint(
                run.name, OWN, point.accuracy, on, cost.parameters, cost.macs, snapshot.seconds or None, point.images,
                run.recipe.describe(), run=run,
                chosen_by_test_images=on == TEST and run.recipe.selects and not run.recipe.validation_share,
                snapshot=snapshot,
            )
        )  # fmt: skip
    return tuple(found)


def without_accuracy(runs: Iterable[Run], points: Iterable[SizePoint]) -> tuple[Run, ...]:
    """Those of the runs that are not among the points."""
    there = {point.key for point in points}
    return tuple(run for run in runs if f"run/{run.created}" not in there)


def frontier(points: Iterable[SizePoint], axis: str = "parameters") -> tuple[SizePoint, ...]:
    """The best so far: those than which no smaller or equal one is better or as good, by size.

    Only accuracies of test images count: those of validation and training images are of other images.

    Args:
        points: any.
        axis: one of `AXES`; points without a place on it are left out.
    """
    placed = [(size, point) for point in points if (size := point.along(axis)) is not None and point.on == TEST]
    best: list[SizePoint] = []
    for _, point in sorted(placed, key=lambda one: (one[0], -one[1].accuracy)):
        if not best or point.accuracy > best[-1].accuracy:
            best.append(point)
    return tuple(best)


def all_points(runs: Sequence[Run] = ()) -> tuple[SizePoint, ...]:
    """Measured, published and own ones."""
    return (*measured_points(), *published_points(), *own_points(runs))


def _measured(key: str, preset: Preset, measured: dict[str, Any], recipe: Recipe | None, ours: bool) -> SizePoint:
    cost = _totals(preset.network)
    return SizePoint(
        preset.network.name, MEASURED, measured["test_accuracy"], TEST, cost.parameters, cost.macs,
        measured["minutes"] * 60, TESTS, recipe.describe() if recipe else "", key, ours=ours,
    )  # fmt: skip


def _totals(network: Network) -> Totals:
    """Its costs; of a network that does not work, none."""
    try:
        return totals(network)
    except CannotWork:
        return Totals(0, 0)
