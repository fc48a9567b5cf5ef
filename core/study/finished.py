"""Trainings of presets that ended before anybody came: their curves and accuracies ship, their weights need not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.network import PRESETS, Network, Recipe
from core.network.reproduced import reproduced
from core.network.totals import totals
from core.study.comparison import Score
from core.study.size import TESTS
from core.training.snapshot import Point, Snapshot, State

IMAGES = 60_000  # of MNIST's training images
KEPT_APART = 7_500  # of them, an eighth, by which an epoch was chosen
OF_1998 = "E1"
TODAY = ("C5", "E3", "E2")  # the first whose curve ships


@dataclass(frozen=True)
class Finished:
    """A training of a preset on MNIST, measured before.

    Attributes:
        key: of the preset in `PRESETS`.
        network: what was trained.
        recipe: how, but for the images that were kept apart.
        snapshot: its curves as those of a run that has ended; its seconds are those of the machine that measured it.
        score: of the 10,000 test images, at the end.
    """

    key: str
    network: Network
    recipe: Recipe
    snapshot: Snapshot
    score: Score

    @property
    def name(self) -> str:
        """What people call it."""
        return self.network.name

    @property
    def parameters(self) -> int:
        """Of the network."""
        return totals(self.network).parameters

    @property
    def epoch_words(self) -> str:
        """Which epoch the accuracy is of, and how it was chosen."""
        epoch = self.snapshot.kept_epoch
        if epoch is None:
            return f"{self.snapshot.epochs}, the last: nothing was chosen"
        return f"{epoch:g} of {self.snapshot.epochs}, the best on {KEPT_APART:,} images kept apart"


def finished() -> dict[str, Finished]:
    """Preset → its training, of those whose curve was recorded, in the order of the presets; may be empty."""
    rows = reproduced()
    found = {}
    for key, preset in PRESETS.items():
        row = rows.get(key, {})
        chosen = "selected" in row
        part = row.get("selected") or row.get("all_images") or {}
        if "curve" in part and preset.recipe is not None:
            snapshot = _snapshot(part, chosen)
            score = Score(round(part["test_accuracy"] * TESTS), TESTS)
            found[key] = Finished(key, preset.network, preset.recipe, snapshot, score)
    return found


def _snapshot(part: Mapping[str, Any], chosen: bool) -> Snapshot:
    """The curves of a row's part; `chosen` says whether its epoch was, on images kept apart."""
    curve = part["curve"]
    evaluated = KEPT_APART if curve["evaluated_on"] == "validation" else TESTS
    learned = IMAGES - KEPT_APART if chosen else IMAGES
    evaluations = _points(curve["evaluated"], evaluated)
    epochs = int(evaluations[-1].epoch)
    return Snapshot(
        State.FINISHED,
        epoch=epochs,
        epochs=epochs,
        step=1,
        train=_points(curve["training"], learned),
        evaluations=evaluations,
        evaluated_on=curve["evaluated_on"],
        seconds=60.0 * part["minutes"],
        kept_epoch=float(part["epoch"]) if chosen else None,
    )


def _points(rows: Sequence[Sequence[float]], images: int) -> tuple[Point, ...]:
    """[epoch, accuracy, loss] → points."""
    return tuple(Point(epoch, loss, accuracy, images) for epoch, accuracy, loss in rows)


def then_and_now(there: Mapping[str, Finished]) -> tuple[str, ...]:
    """The training of 1998 and one of today; empty as long as the curve of either is missing."""
    today = next((key for key in TODAY if key in there), None)
    return (OF_1998, today) if today is not None and OF_1998 in there else ()
