"""What the lessons that ship state and `core.network` can compute is what it computes: a changed preset is noticed here."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache, reduce
from math import ceil, floor, prod
from pathlib import Path
from typing import NamedTuple, Union

import numpy as np
import pytest

from core.insight.matrix import Counts, network_counts
from core.insight.pruning import evaluate_without
from core.learn.convolution import NAMED
from core.learn.convolution_layer import ConvolutionLayer
from core.learn.lessons import Ask, Lesson, read_lesson
from core.learn.lessons.facts import receptive_field
from core.learn.lessons.shipped import ORDER, shipped_lessons, shipped_text
from core.network import (
    PRESETS,
    Conv2D,
    Dense,
    Flatten,
    Layer,
    Network,
    Recipe,
    Row,
    SeparableConv2D,
    Trace,
    ZeroPadding2D,
    trace,
)
from core.network.layers import Shape
from core.network.reproduced import reproduced
from core.network.variants import with_repeats, with_separable_convolutions, without_batch_normalisation
from core.study.cures import SHARE_KEPT_APART
from core.study.price import equal_price
from core.training.pretrained import card
from core.ui.pages.convolution.state import EXAMPLES, ConvolutionState
from core.ui.pages.pooling.state import EXAMPLE
from core.ui.pages.price.state import PriceState
from core.ui.widgets.lesson.known import known

ROOT = Path(__file__).parents[2]
Number = Union[int, float, Fraction]

DENSE, KERNEL, DESIGN = "dense-or-convolutional", "what-does-a-kernel-see", "receptive-fields-by-design"
CURES = "over-fitting-and-its-cures"
DEPTH, TODAY = "depth-branches-skips", "1998-and-today"


class Answer(NamedTuple):
    """The answer to a question that a lesson asks.

    Attributes:
        lesson: its id.
        part: of the question, by which it is found.
        value: the right answer, computed.
    """

    lesson: str
    part: str
    value: Callable[[], Number]


class Stated(NamedTuple):
    """A sentence of a lesson with its figures left out.

    Attributes:
        lesson: its id.
        words: with {} for each figure.
        values: the figures, computed.
    """

    lesson: str
    words: str
    values: Callable[[], tuple[object, ...]]


class Range(NamedTuple):
    """A range of test accuracies, in whole per cent and rounded outwards, so that it holds what three runs gave.

    Attributes:
        lesson: its id.
        words: with {} for the lower and the upper end.
        training: of docs/measured.md: what was trained, by how many images, and where that leaves several, for how many epochs.
    """

    lesson: str
    words: str
    training: tuple[str, int] | tuple[str, int, int]


def parameters(key: str, layer: int | None = None) -> int:
    """Of a preset, or of its layer with this number, from 1."""
    traced = trace(PRESETS[key].network)
    return traced.parameters if layer is None else traced.row((layer - 1,)).parameters


def published(*keys: str) -> list[int | None]:
    """Parameters as the sources of these presets say."""
    return [PRESETS[key].published_parameters for key in keys]


def macs(key: str, layer: int | None = None) -> int:
    traced = trace(PRESETS[key].network)
    return traced.macs if layer is None else traced.row((layer - 1,)).macs


def sees(key: str, layer: int) -> int:
    """Side of the receptive field of a layer, px."""
    return trace(PRESETS[key].network).row((layer - 1,)).field.size[0]


def last(shape: Shape, *layers: Layer) -> Row:
    """The last of a few layers behind an input of this shape."""
    return trace(Network(shape, layers)).rows[-1]


def by_hand(kernel: str, row: int, column: int) -> float:
    """A number of the output, from 1, of the example “An edge” of the page Convolution with a named kernel."""
    image = np.zeros((1, 6, 6))
    image[0, :, :3] = 10
    kernels = np.array(NAMED[kernel], np.float64)[None, None]
    return float(ConvolutionLayer(6, 1, 1, 3).output(image, kernels, np.zeros(1))[0, row - 1, column - 1])


def dense_corner() -> float:
    """The first number of the output of the example “1×1 as a dense layer” of the page Convolution."""
    state = ConvolutionState()
    state.restart(EXAMPLES["dense"])
    return float(state.layer.output(state.image, state.own_kernels, np.zeros(2))[0, 0, 0])


def swapped() -> float:
    """By how much the maximum of the first window of the page Pooling changes when its lower two numbers change places."""
    window = np.array(EXAMPLE)[:2, :2]
    return float(np.array((window[0], window[1, ::-1])).max() - window.max())


def dilated() -> Network:
    """LeNet-5 with a dilation of 2 in its layer 3."""
    network = PRESETS["LeNet-5"].network
    return network.replaced((2,), network.layer_at((2,)).replaced(dilation_rate=(2, 2)))


def with_kernels(key: str, side: int, *numbers: int) -> Trace:
    """A preset of which the layer with these numbers, from 1, has kernels of side×side."""
    network, path = PRESETS[key].network, tuple(number - 1 for number in numbers)
    return trace(network.replaced(path, network.layer_at(path).replaced(kernel_size=(side, side))))


def steps(key: str, images: int = 10_000, epochs: int = 2) -> int:
    """Steps of a training of a preset by its own batch size."""
    recipe = PRESETS[key].recipe
    assert recipe is not None
    return ceil(images / recipe.batch_size) * epochs


def batch(key: str) -> int:
    """Images that a preset learns from in one step, by its own recipe."""
    recipe = PRESETS[key].recipe
    assert recipe is not None
    return recipe.batch_size


def first_rate(key: str) -> float:
    """The first learning rate of our recipe for a preset, which has a table of them."""
    recipe = PRESETS[key].improved
    assert recipe is not None
    return recipe.rates[0][1]


def on_all_images(key: str) -> tuple[float, float]:
    """Test accuracy in per cent and minutes of a preset's training on all images."""
    found = reproduced()[key]["all_images"]
    return found["test_accuracy"] * 100, found["minutes"]


def at(key: str, *path: int) -> Row:
    """The row of a preset at this path, as the editor counts: from 1, branch and layer behind a point."""
    return trace(PRESETS[key].network).row(tuple(number - 1 for number in path))


def deep() -> Network:
    """The small ResNet with its block 4 three times in a row, without batch normalisation."""
    return without_batch_normalisation(with_repeats(PRESETS["ResNet"].network, (3,), 3))


def kinds(network: Network, kind: type[Layer]) -> int:
    """How many layers of a kind a network has, those in branches included."""
    return sum(isinstance(block, kind) for _, block in network.walk())


def billions(row: Row) -> float:
    """Its multiply-adds in thousand millions."""
    return row.macs / 1e9


def kept_factor(rate: float) -> float:
    """What dropout with this rate multiplies the numbers by that it keeps, so that their mean stays."""
    return 1 / (1 - rate)


def as_matrix() -> Counts:
    """Of the first layer of LeNet-5 as a dense layer."""
    return network_counts(PRESETS["LeNet-5"].network)[(0,)]


def mistakes(key: str) -> int:
    """Of the 10,000 test images, so many that a preset gets wrong."""
    return round(10_000 * (1 - measured(key) / 100))


def at_equal_price() -> tuple[int, int]:
    """Multiply-adds of the convolutional and of the dense network that the page Equal price begins with."""
    pair = equal_price(PriceState().budget)
    return trace(pair.convolutional).macs, trace(pair.dense).macs


def row_of_the_table(key: str) -> tuple[str, float]:
    """Name of a preset and its measured accuracy, %."""
    return PRESETS[key].network.name, measured(key)


def measured(key: str, part: str = "selected") -> float:
    """Of a preset, as it was measured and written down, %: by its own recipe (`selected`, `all_images`) or ours (`improved`)."""
    return reproduced()[key][part]["test_accuracy"] * 100


@lru_cache(maxsize=1)
def without_kernels() -> list[float]:
    """Accuracy of the shipped LeNet-5 on 2,000 test images with all kernels of its first layer, and without each of them, %."""
    from core.data import load
    from core.training.pretrained import pretrained

    data = load("mnist")
    found = evaluate_without(
        pretrained("lenet5"), card("lenet5").network, (0,), data.x_test[:2000], data.y_test[:2000], lambda *_: None
    )
    return [round(float(accuracy) * 100, 2) for accuracy in found.accuracy]


ANSWERS = [
    Answer(DENSE, "512 units and reads 784", lambda: parameters("A1", 2)),
    Answer(DENSE, "six kernels of 3×3", lambda: parameters("A2", 2)),
    Answer(DENSE, "a dense layer between these two", lambda: as_matrix().dense_weights),
    Answer(DENSE, "does layer 4 need", lambda: macs("A2", 4)),
    Answer(DENSE, "kernels* get wrong", lambda: mistakes("A2")),
    Answer(DENSE, "from 576 numbers to 60 units", lambda: parameters("A6", 8)),
    Answer(KERNEL, "nine tens", lambda: by_hand("Vertical edges", 1, 1)),
    Answer(KERNEL, "Column 2 of the output", lambda: by_hand("Blur", 1, 2)),
    Answer(KERNEL, "behind relu", lambda: max(0.0, -1.1 + 0.06)),
    Answer(KERNEL, "get wrong without kernel 4", lambda: round(20 * (without_kernels()[0] - without_kernels()[4]))),
    Answer(KERNEL, "when 5 and 2 are swapped", swapped),
    Answer(
        KERNEL,
        "How many pixels a side",
        lambda: last((100, 100, 3), ZeroPadding2D((2, 2)), Conv2D(4, (3, 3))).shape[0],
    ),
    Answer(KERNEL, "does the whole map need", lambda: last((32, 32, 3), Conv2D(1, (5, 5))).macs),
    Answer(KERNEL, "10 channels out of 3", lambda: last((32, 32, 3), Conv2D(10, (3, 3))).parameters),
    Answer(KERNEL, "1,000 units", lambda: last((256, 256, 3), Flatten(), Dense(1000)).parameters),
    Answer(KERNEL, "one kernel of layer 3", lambda: parameters("LeNet-5", 3) // 16 - 1),
    Answer(KERNEL, "10, 8 and 4", dense_corner),
    Answer(CURES, "How many pixels do 500 of them", lambda: 500 * prod(PRESETS["A1"].network.input_shape)),
    Answer(CURES, "half of the numbers are dropped", lambda: kept_factor(0.5)),
    Answer(CURES, "two weights only, 3 and −4", lambda: 0.001 * float(np.square([3, -4]).sum())),
    Answer(CURES, "Of 500 images a fifth", lambda: Recipe(validation_share=SHARE_KEPT_APART).split(500)[0]),
    Answer(
        DESIGN, "Suppose layer 3 had kernels of 3×3", lambda: with_kernels("LeNet-5", 3, 3).row((2,)).field.size[0]
    ),
    Answer(DESIGN, "two layers of 3×3", lambda: 2 * last((28, 28, 16), Conv2D(16, (3, 3))).parameters),
    Answer(DESIGN, "512 kernels of 3×3", lambda: parameters("C1", 7)),
    Answer(DESIGN, "the 1×1 convolution from 16 maps", lambda: parameters("C2", 3)),
    Answer(DESIGN, "layer 9, the last 3×3", lambda: sees("C2", 9)),
    Answer(DEPTH, "Suppose layer 2 had kernels of 5×5", lambda: with_kernels("B1", 5, 2).row((1,)).parameters),
    Answer(DEPTH, "The last layer has 128 kernels", lambda: parameters("B2", 3)),
    Answer(DEPTH, "come out of the place", lambda: at("B3", 2).shape[2]),
    Answer(DEPTH, "the 7×7 need", lambda: round(at("B3", 2, 1, 3).macs / at("B3", 2, 1, 1).macs, 1)),
    Answer(DEPTH, "would a unit at the end see", lambda: with_kernels("B3", 9, 2, 1, 3).rows[-1].field.size[0]),
    Answer(
        DEPTH,
        "with dilation 2 cover",
        lambda: last((28, 28, 1), Conv2D(1, (3, 3), dilation_rate=(2, 2))).field.size[0],
    ),
    Answer(DEPTH, "The 1×1 convolution in 6.2", lambda: at("ResNet", 6, 2, 1).parameters),
    Answer(TODAY, "Layer 3 makes 16 maps", lambda: parameters("E1", 3)),
    Answer(TODAY, "two epochs of 10,000 images with batches of one", lambda: steps("E1")),
    Answer(TODAY, "make the steps of 1998 again", lambda: first_rate("E1")),
]

STATED = [
    Stated(DENSE, "the right one is {:,}", lambda: (parameters("A2"),)),
    Stated(DENSE, "The article prints {:,} parameters", lambda: (parameters("A5"),)),
    Stated(DENSE, "of {:,} in the whole network", lambda: (parameters("A1"),)),
    Stated(DENSE, "has {:,} parameters in all", lambda: (parameters("A2"),)),
    Stated(
        DENSE,
        "Layer 7 has {:,}, which is {:.0f} %. The two convolutions have {} and {}.",
        lambda: (
            parameters("A2", 7),
            100 * parameters("A2", 7) / parameters("A2"),
            parameters("A2", 2),
            parameters("A2", 4),
        ),
    ),
    Stated(
        DENSE,
        "= {:,}, with only {} parameters. In all, this network needs {:,} multiply-adds and the dense one {:,}",
        lambda: (macs("A2", 4), parameters("A2", 4), macs("A2"), macs("A1")),
    ),
    Stated(
        DENSE,
        "Of these, {:,} are not zero, and only {} are different",
        lambda: (as_matrix().connections, as_matrix().distinct_weights),
    ),
    Stated(DENSE, "| {} | {:.2f} % |", lambda: row_of_the_table("A1")),
    Stated(DENSE, "| {} | {:.2f} % |", lambda: row_of_the_table("A5")),
    Stated(DENSE, "| {} | {:.2f} % |", lambda: row_of_the_table("A2")),
    Stated(DENSE, "| {} | {:.2f} % |", lambda: row_of_the_table("A4b")),
    Stated(DENSE, "Dense 512 makes {} mistakes", lambda: (mistakes("A1"),)),
    Stated(DENSE, "as Build says of both: {:.2f} % against {:.2f} %", lambda: (measured("A2"), measured("A1"))),
    Stated(DENSE, "Where Compare says {:.2f} % for *Dense 128*", lambda: (card("dense-128").test_accuracy * 100,)),
    Stated(DENSE, "The whole network has {:,} parameters", lambda: (parameters("A6"),)),
    Stated(DENSE, "It is {:,} against {:,}. So", at_equal_price),
    Stated(CURES, "The network *Dense 512* has {:,} **parameters**", lambda: (parameters("A1"),)),
    Stated(CURES, "For a rate of 0.3 it is {:.2f}", lambda: (kept_factor(0.3),)),
    Stated(CURES, "It has {:,} parameters, a quarter", lambda: (parameters("A5"),)),
    Stated(CURES, "With {:,} parameters there is still room", lambda: (parameters("A5"),)),
    Stated(KERNEL, "at the edge it gives {:g}", lambda: (by_hand("Vertical edges", 1, 2),)),
    Stated(KERNEL, "a slope: {:g}, {:g}, {:g}, {:g}", lambda: tuple(by_hand("Blur", 1, at) for at in (1, 2, 3, 4))),
    Stated(KERNEL, "about {:,} times as many as the {}", lambda: (round(196_609_000 / 280 / 1e5) * 100_000, 280)),
    Stated(KERNEL, "the layer has (150 + 1)·16 = {:,} parameters", lambda: (parameters("LeNet-5", 3),)),
    Stated(KERNEL, "are larger now: {0}×{0} pixels", lambda: (sees("LeNet-5", 3),)),
    Stated(KERNEL, "With all six, {:.2f} % of the first 2,000 test images", lambda: (without_kernels()[0],)),
    Stated(
        KERNEL,
        "{0:.2f} − {1:.2f} = {2:.2f} points, and {2:.2f} % of 2,000 = 34. Kernel 4 is the most important one",
        lambda: (without_kernels()[0], min(without_kernels()[1:]), without_kernels()[0] - without_kernels()[4]),
    ),
    Stated(KERNEL, "nor the mean ({:.2f})", lambda: (np.array(EXAMPLE)[:2, :2].mean(),)),
    Stated(KERNEL, "a little better ({:.2f} %)", lambda: (without_kernels()[3],)),
    Stated(
        DESIGN,
        "{:,}, {:,}, {:,}, {:,} and {:,}",
        lambda: tuple(parameters(key) for key in ("C1", "C2", "C3", "C4", "C5")),
    ),
    Stated(DESIGN, "goes from {:,} parameters to {:,} in five", lambda: tuple(published("C1", "C5"))),
    Stated(DESIGN, "five steps we go from {:,} parameters to {:,}", lambda: (parameters("C1"), parameters("C5"))),
    Stated(DESIGN, "against {:,} for one of 5×5", lambda: (last((28, 28, 16), Conv2D(16, (5, 5))).parameters,)),
    Stated(
        DESIGN, "*Last map sees* says {0}×{0} for LeNet-5", lambda: (receptive_field(PRESETS["LeNet-5"].network),)
    ),
    Stated(DESIGN, "from 16×16 to {0}×{0}", lambda: (receptive_field(dilated()),)),
    Stated(DESIGN, "{0}×{0} instead of 10×10", lambda: (trace(dilated()).row((2,)).shape[0],)),
    Stated(DESIGN, "reads {} numbers instead of 400", lambda: trace(dilated()).row((4,)).shape),
    Stated(DESIGN, "That makes {:,} parameters", lambda: (trace(dilated()).parameters,)),
    Stated(DESIGN, "Its last map sees {0}×{0} pixels", lambda: (receptive_field(PRESETS["C1"].network),)),
    Stated(DESIGN, "it has {:,} parameters, and needs {:,} multiply-adds", lambda: (parameters("C1"), macs("C1"))),
    Stated(DESIGN, "holds {:.0f} % of all parameters", lambda: (100 * parameters("C1", 7) / parameters("C1"),)),
    Stated(DESIGN, "gets {:.2f} % of the test images right", lambda: (measured("C1"),)),
    Stated(DESIGN, "a hundredth of the parameters: {:,}", lambda: (parameters("C2"),)),
    Stated(DESIGN, "ends at the whole image, {0}×{0}", lambda: (receptive_field(PRESETS["C2"].network),)),
    Stated(
        DESIGN,
        "reaches {:.2f} % with its plain recipe and {:.2f} %",
        lambda: (measured("C2"), measured("C2", "improved")),
    ),
    Stated(
        DESIGN,
        "needs {:,} parameters instead of {:,}",
        lambda: (parameters("C2", 8), parameters("C2", 9)),
    ),
    Stated(DESIGN, "behind it a unit sees {0}×{0} pixels", lambda: (sees("C2", 4),)),
    Stated(DESIGN, "*Tiny, normalised*: it has {:,} parameters", lambda: (parameters("C3"),)),
    Stated(
        DESIGN,
        "it is {:.2f} % by the article's kind of recipe and {:.2f} %",
        lambda: (measured("C3"), measured("C3", "improved")),
    ),
    Stated(DESIGN, "it is {:.2f} % against {:.2f} %", lambda: (measured("C4"), measured("C3"))),
    Stated(DESIGN, "trained in full, it had {:.2f} %", lambda: (measured("C2"),)),
    Stated(DESIGN, "with its 5×5 it is 6 + 4·2 = {}, as the table", lambda: (sees("LeNet-5", 3),)),
    Stated(
        DESIGN,
        "With batches of {} it also made only {} steps, *Tiny, normalised* with {} made {}",
        lambda: (batch("C4"), steps("C4", epochs=3), batch("C3"), steps("C3", epochs=3)),
    ),
    Stated(
        DESIGN,
        "stand {:.2f} % and {:.2f} % too",
        lambda: (measured("C4", "improved"), measured("C3", "improved")),
    ),
    Stated(DESIGN, "and its batches are of {}", lambda: (batch("C5"),)),
    Stated(
        DESIGN,
        "it made {} steps, *Tiny, normalised* {}, *Tiny, with dropout* {}",
        lambda: tuple(steps(key, epochs=3) for key in ("C5", "C3", "C4")),
    ),
    Stated(DESIGN, "{:,} parameters, three epochs", lambda: (parameters("C5"),)),
    Stated(DESIGN, "with {:.0f} times its parameters", lambda: (parameters("C1") / parameters("C5"),)),
    Stated(TODAY, "The whole network has {:,} parameters", lambda: (parameters("E1"),)),
    Stated(
        TODAY,
        "(400 + 1)·120 = {:,}, which is {:.0f} % of all",
        lambda: (parameters("E1", 6), 100 * parameters("E1", 6) / parameters("E1")),
    ),
    Stated(TODAY, "The two convolutions together have {:,}", lambda: (parameters("E1", 1) + parameters("E1", 3),)),
    Stated(TODAY, "With batches of 128 it is {}: {} for", lambda: (steps("LeNet-5"), steps("LeNet-5", epochs=1))),
    Stated(TODAY, "but only {} steps instead of {:,}", lambda: (steps("E2"), steps("E1"))),
    Stated(TODAY, "{} steps of Adam", lambda: (steps("LeNet-5"),)),
    Stated(TODAY, "under *Measured before* ends at {:.2f} % after 20 epochs", lambda: on_all_images("E1")[:1]),
    Stated(TODAY, "reaches {:.2f} % in our measurement", lambda: (measured("E1", "improved"),)),
    Stated(TODAY, "{:.2f} % in {} minutes with batch 1", lambda: on_all_images("E3")),
    Stated(TODAY, "{:.2f} % in {} minutes with batch 32", lambda: on_all_images("E2")),
    Stated(TODAY, "learned for 30 epochs ({:.2f} %)", lambda: (card("lenet5").test_accuracy * 100,)),
    Stated(DEPTH, "with 3×3 it is {:,}. All", lambda: (parameters("B1", 2),)),
    Stated(DEPTH, "= 19, and {} with the 7×7", lambda: (sees("B3", 3),)),
    Stated(DEPTH, "*Last map sees* says {0}×{0} for *Residual*", lambda: (receptive_field(PRESETS["B3"].network),)),
    Stated(
        DEPTH,
        "together have {:,}, and a unit at the end sees {}×7 pixels",
        lambda: (parameters("B1"), sees("B1", 3)),
    ),
    Stated(DEPTH, "It reads {} maps", lambda: (at("B2", 2).shape[2],)),
    Stated(DEPTH, "The whole network has {:,}, five times", lambda: (parameters("B2"),)),
    Stated(DEPTH, "In *Inception-like* it is {}: 1 + 2 + 6 + 2", lambda: (sees("B2", 3),)),
    Stated(
        DEPTH,
        "Here it is {:.1f} thousand million for one image, against {:.1f} and {:.1f}",
        lambda: tuple(billions(at("B3", 2, 1, layer)) for layer in (3, 1, 2)),
    ),
    Stated(DEPTH, "*Small VGG* has {:,} parameters", lambda: (parameters("VGG"),)),
    Stated(
        DEPTH, "@because {:,}. From", lambda: (trace(with_separable_convolutions(PRESETS["VGG"].network)).parameters,)
    ),
    Stated(
        DEPTH,
        "a convolution of 3×3 has {:,} parameters, a separable one {:,}",
        lambda: tuple(
            last((7, 7, 1), Conv2D(64, (1, 1)), layer).parameters
            for layer in (Conv2D(64, (3, 3)), SeparableConv2D(64, (3, 3)))
        ),
    ),
    Stated(DEPTH, "You should have {:,} parameters", lambda: (trace(deep()).parameters,)),
    Stated(DEPTH, "The network has {} convolutions now", lambda: (kinds(deep(), Conv2D),)),
    Stated(DEPTH, "every part of this lesson in {:,} parameters", lambda: (parameters("B4"),)),
]

RANGES = [
    Range(DENSE, "Three runs gave about {} to {} %, after some", ("A1, Dense 512", 10_000)),
    Range(DENSE, "Three runs gave about {} to {} %, against", ("A2, LeNet-5, 3×3 kernels", 10_000)),
    Range(DENSE, "against {} to {} %. One point", ("A1, Dense 512", 10_000)),
    Range(CURES, "and about {} to {} % on the test images. The difference", ("A1, Dense 512", 500)),
    Range(CURES, "gave about {} to {} %. On its own images", ("A1, Dense 512", 5_000)),
    Range(CURES, "gave about {} to {} % on the test images and more than", ("A5, Dense 128", 500)),
    Range(CURES, "nothing about {} to {} %", ("LeNet-5, batch 32: nothing", 500)),
    Range(CURES, "augmentation {} to {} %", ("LeNet-5, batch 32: augmentation", 500)),
    Range(CURES, "dropout {} to {} %", ("LeNet-5, batch 32: dropout", 500)),
    Range(CURES, "a smaller network {} to {} %", ("LeNet-5, batch 32: a smaller network", 500)),
    Range(CURES, "early stopping {} to {} %", ("LeNet-5, batch 32: early stopping", 500)),
    Range(
        CURES,
        "in training and about {} to {} % on the test images. The training",
        ("A6, LeNet-5, half as wide", 10_000),
    ),
    Range(DESIGN, "gave about {} to {} %. The network could", ("C2, Tiny, plain", 10_000)),
    Range(DESIGN, "gave about {} to {} %. Trained in full", ("C3, Tiny, normalised", 10_000)),
    Range(DESIGN, "gave about {} to {} %, as good as", ("C4, Tiny, with dropout", 10_000)),
    Range(DESIGN, "gave about {} to {} %. In full", ("C5, Seven thousand", 10_000)),
    Range(DEPTH, "it had about {} to {} %, and without", ("ResNet, as it is", 5_000)),
    Range(DEPTH, "without skips about {} to {} %", ("ResNet, as it is, without skips", 5_000)),
    Range(TODAY, "gave about {} to {} %. Below the curves", ("E1, LeNet-5 of 1998", 10_000)),
    Range(TODAY, "gave about {} to {} %, in a fraction", ("E2, LeNet-5, SGD", 10_000)),
    Range(TODAY, "gave about {} to {} %, but took", ("E3, LeNet-5, batch 1", 10_000)),
    Range(TODAY, "gave about {} to {} %, and were", ("LeNet-5", 10_000, 2)),
    Range(TODAY, "10,000 images give about {} to {} %", ("LeNet-5", 10_000, 5)),
    Range(TODAY, "gave about {} to {} %. A shirt", ("LeNet-5, fashion_mnist", 10_000)),
]


@lru_cache(maxsize=1)
def three_runs() -> dict[tuple[str, int, int], list[float]]:
    """What was trained, its images and epochs → the test accuracies of three runs, %, as docs/measured.md has them."""
    table = (ROOT / "docs" / "measured.md").read_text("utf-8").split("## What the lessons train")[1].split("\n## ")[0]
    rows = [
        [cell.strip() for cell in line.strip("| ").split("|")] for line in table.splitlines() if line.endswith("% |")
    ]
    return {
        (words, int(images.replace(",", "")), int(epochs)): [float(one) for one in figures.rstrip(" %").split(",")]
        for words, images, epochs, figures in rows
    }


@lru_cache(maxsize=16)
def lesson(name: str) -> Lesson:
    found, problems, _ = read_lesson(shipped_text(name), known())
    assert found is not None, problems
    return found


def asked(name: str) -> list[Ask]:
    return [step.question for step in lesson(name).steps if isinstance(step.question, Ask)]


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: f"{answer.lesson}: {answer.part}")
def test_the_answer_of_a_question_is_what_is_computed_and_its_mistakes_are_none(answer):
    (question,) = [one for one in asked(answer.lesson) if answer.part in one.question.markdown]
    assert question.answer == pytest.approx(float(answer.value()), abs=1e-9)
    assert all(mistake.number != pytest.approx(question.answer) for mistake in question.mistakes)


def test_every_question_for_a_number_is_among_those_that_are_computed():
    for name in shipped_lessons():
        left = [
            one.question.markdown
            for one in asked(name)
            if not any(known.lesson == name and known.part in one.question.markdown for known in ANSWERS)
        ]
        assert not left, f"{name} asks what is not computed here: {left}"


@pytest.mark.parametrize("stated", STATED, ids=lambda stated: f"{stated.lesson}: {stated.words}")
def test_what_a_lesson_states_is_what_is_computed(stated):
    words = stated.words.format(*stated.values())
    assert words in " ".join(shipped_text(stated.lesson).split()), f"{stated.lesson} does not say “{words}”"


@pytest.mark.parametrize("told", RANGES, ids=lambda told: f"{told.lesson}: {told.words}")
def test_a_range_that_a_lesson_tells_is_that_of_three_runs_rounded_outwards(told):
    [found] = [
        figures for training, figures in three_runs().items() if training[: len(told.training)] == told.training
    ]
    words = told.words.format(floor(min(found)), ceil(max(found)))
    assert words in " ".join(shipped_text(told.lesson).split()), f"{told.lesson} does not say “{words}”"


def test_no_lesson_tells_a_range_of_runs_that_is_not_among_those_that_were_measured():
    for name in shipped_lessons():
        text = " ".join(shipped_text(name).split())
        told = [one.words.format("(\\d+)", "(\\d+)") for one in RANGES if one.lesson == name]
        left = re.findall(
            r"gave about \d+ to \d+ %.{25}",
            reduce(lambda text, one: re.sub(one.replace("*", "."), "", text), told, text),
        )
        assert not left, f"{name}: {left}"


def test_lessons_take_as_long_as_a_lesson_and_have_something_to_do_in_nearly_every_step():
    for name in shipped_lessons():
        one = lesson(name)
        assert name in ORDER and 20 <= one.minutes <= 45 and 10 <= len(one.steps) <= 18
        idle = [step.title for step in one.steps if not step.do and step.question is None]
        assert not idle, f"{name} has steps with nothing to do: {idle}"
        assert any(step.notes for step in one.steps) and one.source and one.audience
        assert all(step.text.words <= 95 for step in one.steps)
