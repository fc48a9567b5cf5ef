"""Train what the lessons train, and print what comes out: `python -m tools.lesson_figures`, about half an hour.

A table as Markdown, for docs/measured.md: a training a row, by the preset's own recipe but for images, epochs and, where it
says so, the batch size. Accuracies are of the 10,000 test images, after the last epoch, for the seeds 1, 2 and 3.
Name lessons to train only theirs.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import Any, NamedTuple

from core.data import load
from core.network import PRESETS, Network, Recipe
from core.network.variants import with_repeats, without_batch_normalisation, without_skips
from core.study.cures import variants
from core.training import train

SEEDS = (1, 2, 3)
OF_CURES = ("nothing", "augmentation", "dropout", "smaller", "early_stopping")  # those that the lesson keeps


class Short(NamedTuple):
    """A training of a lesson.

    Attributes:
        lesson: its id.
        words: what is trained, as the table says it.
        network, recipe, dataset: what and how.
    """

    lesson: str
    words: str
    network: Network
    recipe: Recipe
    dataset: str = "mnist"


def preset(lesson: str, key: str, images: int, epochs: int, dataset: str = "mnist") -> Short:
    """A preset by its own recipe, with so many images and epochs."""
    recipe = PRESETS[key].recipe
    assert recipe is not None, f"{key} has no recipe"
    words = f"{key}, {PRESETS[key].network.name}" if key != PRESETS[key].network.name else key
    words += f", {dataset}" if dataset != "mnist" else ""
    return Short(lesson, words, PRESETS[key].network, recipe.replaced(training_images=images, epochs=epochs), dataset)


def rows() -> list[Short]:
    """All trainings whose outcome a lesson tells, in the lessons' order."""
    dense, cures, design, today = (
        "dense-or-convolutional",
        "over-fitting-and-its-cures",
        "receptive-fields-by-design",
        "1998-and-today",
    )
    return [
        *(preset(dense, key, 10_000, 5) for key in ("A1", "A2")),
        preset(cures, "A1", 500, 30),
        preset(cures, "A1", 5_000, 30),
        preset(cures, "A5", 500, 30),
        *_cures(cures),
        preset(cures, "A6", 10_000, 5),
        *(preset(design, key, 10_000, 3) for key in ("C2", "C3", "C4", "C5")),
        *_skips("depth-branches-skips"),
        *(preset(today, key, 10_000, 2) for key in ("E1", "E2", "E3", "LeNet-5")),
        preset(today, "LeNet-5", 10_000, 5),
        preset(today, "LeNet-5", 10_000, 5, "fashion_mnist"),
    ]


def _cures(lesson: str) -> Iterator[Short]:
    """LeNet-5 with those cures of the page Over-fitting, by the recipe of that page."""
    found, _ = variants(PRESETS["LeNet-5"].network, Recipe(batch_size=32, epochs=20), 500)
    for one in found:
        if one.name in OF_CURES:
            yield Short(lesson, f"LeNet-5, batch 32: {one.title.lower()}", one.network, one.recipe)


def _skips(lesson: str) -> Iterator[Short]:
    """The small ResNet with its first block three times, without normalisation, with skips and without; then as it is."""
    network, recipe = PRESETS["ResNet"].network, PRESETS["ResNet"].recipe
    assert recipe is not None
    deep = without_batch_normalisation(with_repeats(network, (3,), 3))
    short = recipe.replaced(training_images=2_000, epochs=2, batch_size=32)
    yield Short(lesson, "ResNet, block 4 three times, no normalisation, batch 32", deep, short)
    yield Short(lesson, "the same without skips", without_skips(deep), short)
    whole = recipe.replaced(training_images=5_000, epochs=3)
    yield Short(lesson, "ResNet, as it is", network, whole)
    yield Short(lesson, "ResNet, as it is, without skips", without_skips(network), whole)


def line(short: Short, accuracies: list[float]) -> str:
    """A row of the table."""
    recipe = short.recipe
    figures = ", ".join(f"{accuracy * 100:.1f}" for accuracy in sorted(accuracies))
    return f"| {short.words} | {recipe.training_images:,} | {recipe.epochs} | {figures} % |"


def accuracy(short: Short, seed: int) -> float:
    """On the test images at the end, 0…1, with the weights that are kept."""
    end: Any = train(short.network, load(short.dataset), short.recipe.replaced(seed=seed)).snapshot
    return (end.test or end.evaluations[-1]).accuracy


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("lessons", nargs="*", metavar="lesson", help="ids; all by default")
    wanted = parser.parse_args().lessons
    print("| training | images | epochs | three seeds |\n|---|--:|--:|---|")
    for short in rows():
        if not wanted or short.lesson in wanted:
            print(line(short, [accuracy(short, seed) for seed in SEEDS]), flush=True)


if __name__ == "__main__":
    main()
