"""Train the published presets for real, and write published beside ours: `make reproduce`.

Each row is trained once with an eighth of the training images kept apart, by which
the best epoch is chosen; the test images are read once, at the end. Where the
source chose its epoch by looking at the test images (or kept no images apart, or
does not say), a second training on all 60,000 images gives its figure too.

Each figure comes with the curve of its training. Rows that are there already, from
the same network and recipe, are kept: delete `assets/reproduced.json` to begin anew,
or train with `--curves` those whose curves are missing. Name presets to train only those.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Sequence
from typing import Any

from core.data import load
from core.network import PRESETS, Preset, trace
from core.network.reproduced import FILE, fingerprint, table
from core.training import Recipe, Snapshot, State, train
from core.training.snapshot import Point, mean

VALIDATION_SHARE = 0.125
# The quick ones first, so that an interrupted evening has something to show.
ORDER = (
    "E2", "A5", "A1", "A3", "A2", "A4a", "A4b", "A6", "C5", "C4", "C3", "C2", "Record",
    "MobileNet", "B4", "VGG", "ResNet", "E3", "E1", "C1",
)  # fmt: skip
AS_PUBLISHED = ("E1", "E2", "E3")  # the source trained on all 60,000 images and chose nothing
ON_VALIDATION = tuple(
    key for key in ORDER if not key.startswith(("A", "E"))
)  # the source kept images apart, or is ours


def main() -> None:
    """Train what is missing and write the table after each row."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("presets", nargs="*", metavar="preset", help=f"of {', '.join(ORDER)}; all by default")
    parser.add_argument("--table", action="store_true", help="print the table as Markdown, train nothing")
    parser.add_argument(
        "--curves", action="store_true", help="train those once more whose curve was not recorded, for it"
    )
    options = parser.parse_args()
    if options.table:
        print("\n".join(table()))
        return
    wanted = options.presets or ORDER
    unknown = set(wanted) - set(ORDER)
    if unknown:
        sys.exit(f"There is no preset {', '.join(sorted(unknown))} to train. There are {', '.join(ORDER)}.")
    for key in wanted:
        preset = PRESETS[key]
        mark = fingerprint(preset.network, preset.recipe)
        row: dict[str, Any] = rows().get(key, {})
        if row.get("fingerprint") != mark:
            row = measured(key, preset) | {"fingerprint": mark}
            write(key, row)
        elif options.curves and "curve" not in row[main_part(row)]:
            write(key, with_curve(row, preset))
            continue
        if preset.improved is not None:
            mark = fingerprint(preset.network, preset.improved)
            there = row.get("improved", {})
            if there.get("fingerprint") != mark:
                write(key, row | {"improved": on_all_images(preset, preset.improved) | {"fingerprint": mark}})
        print(f"{key}: {json.dumps(rows()[key])}", flush=True)


def write(key: str, row: dict[str, Any]) -> None:
    """Put one row into the table, in its place."""
    found = rows() | {key: row}
    FILE.write_text(as_text({name: found[name] for name in ORDER if name in found}), "utf-8")


def as_text(table: dict[str, Any]) -> str:
    """The table as JSON, each point of a curve on a line of its own."""
    text = json.dumps(table, indent=2)
    return re.sub(r"\[\s+([^][{}\"]*?)\s+\]", lambda found: f"[{' '.join(found[1].split())}]", text) + "\n"


def main_part(row: dict[str, Any]) -> str:
    """The training by which a row is known: that whose epoch was chosen on images kept apart, else that on all."""
    return "selected" if "selected" in row else "all_images"


def with_curve(row: dict[str, Any], preset: Preset) -> dict[str, Any]:
    """The row with its main training done again, for its curve.

    The minutes are those of before: a table of many is timed in one go, on a machine that does nothing else.
    """
    name = main_part(row)
    assert preset.recipe is not None
    part = selected(preset, preset.recipe) if name == "selected" else on_all_images(preset, preset.recipe)
    return row | {name: part | {"minutes": row[name]["minutes"]}}


def curve(end: Snapshot) -> dict[str, Any]:
    """The curve of a training: [epoch, accuracy, loss] after each evaluation, and of training the mean over each epoch."""
    epochs = range(1, int(end.evaluated_epoch) + 1)
    training = [
        mean(points)
        for epoch in epochs
        if (points := [point for point in end.train if epoch - 1 < point.epoch <= epoch])
    ]
    return {"evaluated_on": end.evaluated_on, "evaluated": listed(end.evaluations), "training": listed(training)}


def listed(points: Sequence[Point]) -> list[list[float]]:
    """Points as lists, rounded to what a chart shows."""
    return [[round(point.epoch, 3), round(point.accuracy, 5), round(point.loss, 5)] for point in points]


def rows() -> dict[str, dict[str, Any]]:
    """The table so far: preset → row."""
    return json.loads(FILE.read_text("utf-8")) if FILE.exists() else {}


def measured(key: str, preset: Preset) -> dict[str, Any]:
    """One row: what was published and what came out here."""
    assert preset.recipe is not None, key
    row: dict[str, Any] = {
        "published": preset.published,
        "published_accuracy": preset.published_figure[0] if preset.published_figure else None,
        "published_on": preset.published_figure[1] if preset.published_figure else None,
        "published_parameters": preset.published_parameters,
        "parameters": trace(preset.network).parameters,
    }
    if key not in AS_PUBLISHED:
        row["selected"] = selected(preset, preset.recipe)
    if key not in ON_VALIDATION:
        row["all_images"] = on_all_images(preset, preset.recipe)
    return row


def selected(preset: Preset, recipe: Recipe) -> dict[str, Any]:
    """Figures of a training whose best epoch is chosen on an eighth of the training images, kept apart."""
    end, seconds = trained(
        preset, recipe.replaced(validation_share=VALIDATION_SHARE, restore_best=True, monitor="val_accuracy")
    )
    best = end.best()
    assert best is not None and end.test is not None, "the training has no end"
    return {
        "test_accuracy": end.test.accuracy,
        "validation_accuracy": best.accuracy,
        "epoch": int(end.kept_epoch or end.evaluated_epoch),
        "train_accuracy": epoch_accuracy(end, end.kept_epoch or end.evaluated_epoch),
        "minutes": round(seconds / 60, 1),
        "curve": curve(end),
    }


def on_all_images(preset: Preset, recipe: Recipe) -> dict[str, Any]:
    """Figures of a training without held-out images and without model selection."""
    end, seconds = trained(preset, recipe)
    best = end.best()
    assert best is not None, "the training has no end"
    return {
        "test_accuracy": end.evaluations[-1].accuracy,
        "epochs": int(end.evaluated_epoch),
        "best_test_accuracy": best.accuracy,
        "best_epoch": int(best.epoch),
        "train_accuracy": epoch_accuracy(end, end.evaluated_epoch),
        "minutes": round(seconds / 60, 1),
        "curve": curve(end),
    }


def trained(preset: Preset, recipe: Recipe) -> tuple[Snapshot, float]:
    """The last snapshot, and the seconds spent."""
    seen = [-1.0]

    def report(now: Snapshot) -> None:
        if now.state is State.TRAINING and now.evaluated_epoch > seen[0]:
            seen[0] = now.evaluated_epoch
            print(
                f"  {preset.network.name}, epoch {now.evaluated_epoch:g}: {now.evaluations[-1].accuracy:.2%}",
                flush=True,
            )

    end = train(preset.network, load("mnist"), recipe, report).snapshot
    return end, end.seconds


def epoch_accuracy(now: Snapshot, epoch: float) -> float:
    """Mean training accuracy over one epoch, as Keras' `fit` reports it, 0…1."""
    return mean([point for point in now.train if epoch - 1 < point.epoch <= epoch]).accuracy


if __name__ == "__main__":
    main()
