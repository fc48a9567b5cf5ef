"""State of the page Convolution."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from core.learn.convolution import NAMED
from core.learn.convolution_layer import ConvolutionLayer
from core.learn.numbers import patch, random_numbers
from core.training.pretrained import pretrained_weights
from core.ui.shell.renewal import Renewal
from core.ui.widgets.grids import Typed

MOST_CELLS, MOST_INPUTS, MOST_OUTPUTS, MOST_KERNEL = 12, 3, 4, 5
TYPED = "Typed"


class Example(NamedTuple):
    """Settings to begin with, and numbers for the first channel and for the first kernel where they are others."""

    words: str
    settings: dict[str, object]
    numbers: tuple[tuple[float, ...], ...] = ()
    weights: tuple[tuple[float, ...], ...] = ()


BILINEAR = ((0.25, 0.5, 0.25), (0.5, 1, 0.5), (0.25, 0.5, 0.25))
EXAMPLES = {
    "edge": Example("An edge", {}),
    "dense": Example("1×1 as a dense layer", {"n": 4, "channels": 3, "outputs": 2, "kernel": 1}),
    "groups": Example("Groups", {"n": 4, "channels": 2, "outputs": 2, "groups": 2}),
    "transposed": Example(
        "Transposed", {"n": 3, "stride": 2, "backwards": True}, ((2, 4, 6), (4, 8, 4), (0, 4, 8)), BILINEAR
    ),
}


@lru_cache(maxsize=1)
def named_kernels() -> dict[str, np.ndarray]:
    """Name → (k, k) kernel: those of textbooks, then what the shipped LeNet-5 has learned in its first layer."""
    found = {name: np.array(rows, np.float64) for name, rows in NAMED.items()}
    learned = pretrained_weights("lenet5")[0]  # (5, 5, 1, 6)
    for kernel in range(learned.shape[-1]):
        found[f"LeNet-5, learned kernel {kernel + 1}"] = np.round(learned[:, :, 0, kernel].astype(np.float64), 2)
    return found


def _input() -> np.ndarray:
    """A bright left half beside a dark right one, in a field of random numbers; further channels are random."""
    numbers = random_numbers(2, (MOST_INPUTS, MOST_CELLS, MOST_CELLS), 0)
    numbers[0, :6, :6] = [[10, 10, 10, 0, 0, 0]] * 6
    return numbers


def _kernels() -> np.ndarray:
    numbers = random_numbers(4, (MOST_OUTPUTS, MOST_INPUTS, MOST_KERNEL, MOST_KERNEL), -2, 2)
    numbers[0, 0] = 0
    numbers[0, 0, :3, :3] = NAMED["Vertical edges"]
    numbers[:2, :, 0, 0] = [[1, -1, 2], [0.5, 3, -2]]  # what a kernel of 1×1 shows of them
    return numbers


@dataclass
class ConvolutionState:
    """What is convolved.

    Attributes:
        n, channels, outputs, kernel, stride, dilation, groups: of the layer.
        padding: `valid`, `same` or `number`; then `zeros` of them on each side.
        bias, flip, backwards: of the layer.
        inputs: (3, 12, 12), kernels: (4, 3, 5, 5), biases: (4,): what the settings cut off is there again when they grow.
        into: the output channel, from 0, whose kernels a name sets.
        seed: of the last random numbers or patch.
        turn: renewed when numbers or settings change otherwise than in the field that shows them.
    """

    n: int = 6
    channels: int = 1
    outputs: int = 1
    kernel: int = 3
    stride: int = 1
    dilation: int = 1
    groups: int = 1
    padding: str = "valid"
    zeros: int = 1
    bias: bool = True
    flip: bool = False
    backwards: bool = False
    inputs: np.ndarray = field(default_factory=_input)
    kernels: np.ndarray = field(default_factory=_kernels)
    biases: np.ndarray = field(default_factory=lambda: np.zeros(MOST_OUTPUTS))
    into: int = 0
    seed: int = 1
    turn: Renewal = field(default_factory=Renewal)

    @property
    def layer(self) -> ConvolutionLayer:
        """The layer with these settings."""
        padding = self.zeros if self.padding == "number" else "same" if self.padding == "same" else "valid"
        return ConvolutionLayer(
            self.n, self.channels, self.outputs, self.kernel, self.stride, self.dilation, padding,
            1 if self.backwards else self.groups, self.bias, self.flip and not self.backwards, self.backwards,
        )  # fmt: skip

    @property
    def image(self) -> np.ndarray:
        """The input, (channels, n, n)."""
        return self.inputs[: self.channels, : self.n, : self.n]

    @property
    def own_kernels(self) -> np.ndarray:
        """The kernels, (outputs, channels / groups, k, k)."""
        return self.kernels[: self.outputs, : max(self.layer.per_group, 1), : self.kernel, : self.kernel]

    @property
    def named(self) -> str:
        """The name of the kernel of the chosen output channel; `Typed` where it has none."""
        own = self.own_kernels[min(self.into, self.outputs - 1)]
        return next(
            (name for name, one in named_kernels().items() if all(np.array_equal(one, k) for k in own)), TYPED
        )

    def name_kernel(self, name: str) -> None:
        """Set the kernels of the chosen output channel by a name; their size becomes that of the named one."""
        found = named_kernels()[name]
        self.kernel = len(found)
        self.kernels[min(self.into, self.outputs - 1), :, : self.kernel, : self.kernel] = found
        self.turn.renew()

    def take(self, typed: Typed) -> None:
        """Numbers that were typed into the grids."""
        for (grid, row, column), number in typed.items():
            kind, *places = grid.split("/")
            at = [int(one) for one in places]
            if kind == "input":
                self.inputs[at[0], row, column] = number
            elif kind == "kernel":
                self.kernels[at[0], at[1], row, column] = number
            else:
                self.biases[at[0]] = number

    def randomise(self) -> None:
        """Whole numbers from 0 to 9 as the input."""
        self._fill(random_numbers(self.seed + 1, self.inputs.shape, 0))

    def take_patch(self, dataset: str) -> None:
        """A part of a test image as each input channel, each of another image."""
        seeds = (self.seed * MOST_INPUTS + channel for channel in range(MOST_INPUTS))
        self._fill(np.stack([patch(dataset, seed, max(self.n, 3), MOST_CELLS) for seed in seeds]))

    def restart(self, example: Example) -> None:
        """Begin anew with an example."""
        fresh = ConvolutionState(turn=self.turn, seed=self.seed)
        for name, value in {**vars(fresh), **example.settings}.items():
            setattr(self, name, value)
        for target, rows in ((self.inputs, example.numbers), (self.kernels[0], example.weights)):
            if rows:
                target[0, : len(rows), : len(rows)] = rows
        self.turn.renew()

    def _fill(self, numbers: np.ndarray) -> None:
        self.inputs = numbers
        self.seed += 1
        self.turn.renew()
