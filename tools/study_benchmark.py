"""How long the experiments of the section Study take: `python -m tools.study_benchmark` prints the table, `make bench` too.

`python -m tools.study_benchmark articles` trains a dense and a convolutional network of the articles in full instead, and
prints how well they recognise digits that are turned, moved and scaled.

Two results count for each: from nothing, with the graphs to be made, and with the graphs at hand and nothing known.
"""

from __future__ import annotations

import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from types import SimpleNamespace
from typing import NamedTuple, cast

import numpy as np

from core.data import Dataset, load
from core.network import PRESETS, Conv2D, Dense, Flatten, MaxPooling2D, Network, Recipe
from core.network.words import counted
from core.study.comparison import Score, compared
from core.study.contender import Contender, LabelledImages, of_shipped
from core.study.memory import forget_all
from core.study.robustness import STAGES, robustness
from core.study.size import all_points
from core.study.transforms import TRANSFORMS
from core.training import Point, Run, Snapshot, State, train
from core.training.priority import one_core_an_operation, wake_tensorflow
from core.views.size import size_chart, size_table
from core.views.study import interval_text

ROUNDS = 3
RUNS = 200  # of a visitor, for the scatter
CHANGED = {"rotation": (0, 10, 20, 30), "right": (2, 4), "scale": (0.8, 1.2)}  # of the articles' networks
PAUSE_SECONDS = 0.02  # between two of the clicks that are measured meanwhile


class Curves(NamedTuple):
    """Seconds that the curves of some networks over the strengths of a transform take.

    Attributes:
        coarse: until all strengths have their first images.
        whole: until the end.
        click: the longest that another visitor's maps of all layers took meanwhile.
    """

    coarse: float
    whole: float
    click: float


def contenders() -> list[Contender]:
    """LeNet-5 as shipped, and A2 and A6, of the same size, with fresh weights: time does not depend on them."""
    from core.training.model import build_model

    names = LabelledImages.tests_of(load("mnist")).class_names
    others = []
    for key in ("A2", "A6"):
        network = PRESETS[key].network
        others.append(Contender(network.name, network, build_model(network, 1).get_weights(), names, "mnist"))
    return [of_shipped("lenet5"), *others]


def curves(
    name: str, networks: Sequence[Contender], images: LabelledImages, stages: Sequence[int] = STAGES
) -> Curves:
    """Measure a transform's curves with nothing known, while somebody else looks at maps."""
    forget_all()
    ended, longest = threading.Event(), [0.0]
    visitor = threading.Thread(target=_click, args=(ended, longest, networks[0]))
    visitor.start()
    begun, coarse = time.perf_counter(), 0.0
    for found in robustness(networks, images, TRANSFORMS[name], stages=stages):
        if not coarse and found.images.all():
            coarse = time.perf_counter() - begun
    whole = time.perf_counter() - begun
    ended.set()
    visitor.join()
    return Curves(coarse, whole, longest[0])


def _click(ended: threading.Event, longest: list[float], network: Contender) -> None:
    """What a visitor who looks at an image waits for, again and again."""
    from core.insight.activations import activations

    model, image = network.model, np.zeros((28, 28, 1), np.float32)
    while not ended.wait(PAUSE_SECONDS):
        before = time.perf_counter()
        activations(model, network.network, image)
        longest[0] = max(longest[0], time.perf_counter() - before)


def comparison(networks: Sequence[Contender], images: LabelledImages) -> float:
    """Seconds for the comparison on all images, with nothing known."""
    forget_all()
    return _seconds(lambda: list(compared(networks, images)))


def scatter(runs: Sequence[Run] = ()) -> float:
    """Seconds for all that the page Accuracy against size draws: points, frontier, chart and table."""

    def drawn() -> None:
        points = all_points(runs)
        size_chart(points)
        size_table(points)

    return _seconds(drawn)


def many_runs(count: int = RUNS, first: int = 300) -> Sequence[Run]:
    """What the scatter reads of runs that have ended, each of a network of its own that nobody has seen yet."""
    done = Snapshot(State.FINISHED, test=Point(1.0, 0.1, 0.97, 10_000), seconds=9.0)
    runs = []
    for filters in range(first, first + count):
        layers = (
            Conv2D(filters, (5, 5)),
            MaxPooling2D(),
            Conv2D(16, (5, 5)),
            MaxPooling2D(),
            Flatten(),
            Dense(10, "softmax"),
        )
        network = Network((28, 28, 1), layers, f"{filters} filters")
        runs.append(
            SimpleNamespace(created=filters, name=network.name, network=network, recipe=Recipe(), snapshot=done)
        )
    return cast("Sequence[Run]", runs)


def _seconds(work: Callable[[], object]) -> float:
    before = time.perf_counter()
    work()
    return time.perf_counter() - before


def rows(rounds: int = ROUNDS) -> Iterator[str]:
    """The rows of the table, as Markdown."""
    networks, images = contenders(), LabelledImages.tests_of(load("mnist"))
    first = curves("rotation", networks, images)
    yield f"| rotation, graphs to be made | {first.coarse:.2f} s | {first.whole:.2f} s | {first.click * 1000:.0f} ms |"
    for name, transform in TRANSFORMS.items():
        found = [curves(name, networks, images) for _ in range(rounds)]
        coarse, whole = (statistics.median(column) for column in list(zip(*found))[:2])
        click = max(one.click for one in found)
        yield f"| {transform.title.lower()} | {coarse:.2f} s | {whole:.2f} s | {click * 1000:.0f} ms |"
    seconds = statistics.median(comparison(networks, images) for _ in range(rounds))
    yield f"| comparison on 10,000 test images | – | {seconds:.2f} s | – |"
    scatter()  # what is everybody's, and the shape of the chart
    yield f"| accuracy against size, all that is measured and published | – | {scatter():.3f} s | – |"
    yield f"| the same and {counted(RUNS, 'run')} never drawn before | – | {scatter(many_runs()):.3f} s | – |"


def articles(data: Dataset, keys: Sequence[str] = ("A1", "A2"), epochs: int | None = None) -> list[str]:
    """Train presets by their own recipes, and measure their accuracy on changed test images: a table as Markdown.

    Each accuracy has its 95 % confidence interval; the last line says by which recipe and seed they were trained.

    Args:
        data: what they learn from and are tested on.
        keys: of the presets.
        epochs: in place of the recipes' own.
    """
    images, networks, recipes = LabelledImages.tests_of(data), [], []
    for key in keys:
        network, recipe = PRESETS[key].network, PRESETS[key].recipe
        assert recipe is not None, f"{key} has no recipe"
        recipe = recipe.replaced(epochs=epochs or recipe.epochs)
        recipes.append(f"{key}: {recipe.describe()}, seed {recipe.seed}.")
        weights = train(network, data, recipe).model.get_weights()
        networks.append(Contender(f"{key}, {network.name}", network, weights, images.class_names, data.name, recipe))
    table = [f"| {counted(len(images.images), 'test image')} | " + " | ".join(one.name for one in networks) + " |"]
    table.append("|---|" + "--:|" * len(networks))
    for name, strengths in CHANGED.items():
        transform = TRANSFORMS[name]
        *_, found = robustness(networks, images, transform, strengths, [len(images.images)])
        for strength in strengths:
            place = found.strengths.index(strength)
            scores = [Score(int(right[place]), int(found.images[place])) for right in found.right]
            shares = " | ".join(map(interval_text, scores))
            what = (
                "as they are" if strength == transform.neutral else f"{transform.title}, {transform.text(strength)}"
            )
            table.append(f"| {what} | {shares} |")
    return [*table, "", " ".join(recipes)]


def main() -> None:
    """Print the tables."""
    one_core_an_operation()
    wake_tensorflow()
    if sys.argv[1:] == ["articles"]:
        print("\n".join(articles(load("mnist"))))
        return
    print(
        "\n| three LeNet-sized networks, 2,000 test images, 11 strengths | coarse curve | whole | longest click meanwhile |"
    )
    print("|---|--:|--:|--:|")
    for row in rows():
        print(row, flush=True)


if __name__ == "__main__":
    main()
