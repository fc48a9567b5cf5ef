"""Exercises on shapes, parameters, multiply-adds and receptive fields, from `core.network`'s own arithmetic."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from random import Random

from core.learn.convolution_layer import ConvolutionLayer, Formula
from core.learn.exercises.answers import Form
from core.learn.exercises.exercise import Exercise, WrongOne, made
from core.network import (
    Conv2D,
    Dense,
    Flatten,
    Layer,
    MaxPooling2D,
    Network,
    SeparableConv2D,
    ZeroPadding2D,
    trace,
)
from core.network.words import counted

_NO_PADDING = "That is the size without padding."
_ONE_SIDE = "Padding is added on both sides: p counts twice."
_NO_STRIDE = "You forgot the stride."
_FIRST = "The first position counts too: + 1."
_NO_BIAS = "You forgot the bias."
_NO_INPUT_CHANNELS = "You forgot the input channels: each kernel reads all of them."
_ONE_WAY = "A kernel has k rows and k columns: k·k weights, not k."


@dataclass(frozen=True)
class Convolution:
    """A convolution layer over c_in×height×width numbers, and a maximum pooling behind it where there is one.

    Attributes:
        height, width: of the input.
        inputs, outputs: channels.
        kernel, stride, padding, dilation: k, s, p on each side, d.
        pool: rows, columns and stride of the pooling; 0 for none.
    """

    height: int
    width: int
    inputs: int
    outputs: int
    kernel: int
    stride: int = 1
    padding: int = 0
    dilation: int = 1
    pool: int = 0

    @property
    def network(self) -> Network:
        """The same as a network."""
        k, s, d = self.kernel, self.stride, self.dilation
        layers: list[Layer] = [ZeroPadding2D((self.padding, self.padding))] if self.padding else []
        layers.append(Conv2D(self.outputs, (k, k), strides=(s, s), dilation_rate=(d, d)))
        layers += [MaxPooling2D((self.pool, self.pool))] if self.pool else []
        return Network((self.height, self.width, self.inputs), tuple(layers))

    def along(self, n: int) -> ConvolutionLayer:
        """The convolution over one side of n cells, with its formulas."""
        padding = self.padding or "valid"
        return ConvolutionLayer(n, self.inputs, self.outputs, self.kernel, self.stride, self.dilation, padding)

    @property
    def words(self) -> str:
        """The layers in a sentence of the question."""
        k = self.kernel
        parts = [f"stride {self.stride}", f"padding {self.padding} on each side" if self.padding else "no padding"]
        parts += [f"dilation {self.dilation}"] if self.dilation > 1 else []
        words = f"a convolution of {counted(self.outputs, 'kernel')} of {k}×{k}, {', '.join(parts)}"
        return words + (
            f", then max-pooling with windows of {self.pool}×{self.pool} side by side" if self.pool else ""
        )


def output_shape(network: Network) -> tuple[int, ...]:
    """The shape of the output of a network of maps, the channels first."""
    shape = trace(network).rows[-1].output_shape
    assert shape is not None
    height, width, channels = shape
    return channels, height, width


def _size(n: int, window: int, stride: int) -> int:
    return (n - window) // stride + 1


def _line(title: str, formula: Formula) -> str:
    return f"{title}: {formula.letters} = {formula.numbers} = {formula.value:,}"


def _channels(chance: Random, least: int = 1) -> tuple[int, int]:
    """Two different numbers of channels, the first of an input."""
    inputs = chance.choice([number for number in (1, 2, 3, 4, 6, 8, 12, 16) if number >= least])
    return inputs, chance.choice([number for number in (4, 6, 8, 10, 12, 16, 24, 32, 64) if number != inputs])


# Shapes


def shape(name: str, level: int, chance: Random) -> Exercise:
    """The shape of the output of a convolution or a pooling."""
    if level == 1 and chance.random() < 0.35:
        return _pooled_shape(name, chance)
    side = chance.randint(9, 64)
    inputs, outputs = _channels(chance)
    kernel = chance.choice((2, 3, 4, 5, 7))
    stride = padding = dilation = 1
    pool, width = 0, side
    if level == 1:
        padding = 0
    elif level == 2:
        stride, padding = chance.choice(((2, 1), (1, 2), (2, 2), (3, 1), (1, 3)))
    else:
        width = chance.choice([n for n in range(16, 65) if n != side])
        side = max(side, 16)
        kernel = chance.choice((3, 5))
        stride, dilation = chance.choice(((2, 1), (1, 2), (1, 3)))
        padding, pool = chance.randint(1, 3), chance.choice((2, 3))
    layer = Convolution(side, width, inputs, outputs, kernel, stride, padding, dilation, pool)
    return made(
        name,
        f"An input has {counted(inputs, 'channel')} of {side}×{width} (height×width). What is the shape of the output of "
        f"{layer.words}?",
        Form("shape"),
        output_shape(layer.network),
        f"Each side for itself: {layer.along(side).size_formula.letters}. There is a channel for each kernel."
        + (" Pooling divides each side by its window, rounded down." if pool else ""),
        _shape_steps(layer),
        _wrong_shapes(layer),
    )


def _pooled_shape(name: str, chance: Random) -> Exercise:
    n, channels, pool = chance.randint(9, 64), chance.choice((3, 6, 8, 12, 16)), chance.choice((2, 3, 4))
    size = n // pool
    up = -(-n // pool)
    formula = ConvolutionLayer(n, kernel=pool, stride=pool).size_formula
    return made(
        name,
        f"An input has {counted(channels, 'channel')} of {n}×{n}. What is the shape of the output of max-pooling with windows of "
        f"{pool}×{pool}, stride {pool}, no padding?",
        Form("shape"),
        output_shape(Network((n, n, channels), (MaxPooling2D((pool, pool)),))),
        f"Pooling works channel by channel. Each side: {formula.letters}.",
        [f"Pooling keeps the number of channels: {channels}.", _line("Each side", formula)],
        [
            ((channels, up, up), "Round down: a window that is not full is left out."),
            ((channels, n - pool + 1, n - pool + 1), _NO_STRIDE),
            ((1, size, size), "Pooling works channel by channel: the number of channels stays."),
            ((size, size, channels), "These numbers are right, but the channels come first here."),
            ((max(channels // pool, 1), size, size), "Pooling divides the sides, not the number of channels."),
        ],
    )


def _shape_steps(layer: Convolution) -> Iterator[str]:
    yield f"There are {counted(layer.outputs, 'kernel')}, so there are {counted(layer.outputs, 'channel')}."
    sides = [("Each side", layer.height)]
    if layer.height != layer.width:
        sides = [("Height", layer.height), ("Width", layer.width)]
    for title, n in sides:
        formula = layer.along(n).size_formula
        yield _line(title, formula)
        if layer.pool:
            yield f"{title} after pooling: ⌊m / k⌋ = ⌊{formula.value} / {layer.pool}⌋ = {formula.value // layer.pool}"


def _wrong_shapes(layer: Convolution) -> Iterator[WrongOne]:
    k, s, d, p = layer.kernel, layer.stride, layer.dilation, layer.padding

    def shape(
        padding: int = 2 * p, stride: int = s, dilation: int = d, plus: int = 1, channels: int = layer.outputs,
        up: bool = False, pool: int = layer.pool,
    ) -> tuple[int, ...] | None:  # fmt: skip
        sides = []
        for n in (layer.height, layer.width):
            room = n + padding - dilation * (k - 1) - 1
            side = (-(-room // stride) if up else room // stride) + plus
            sides.append(side // pool if pool else side)
        return (channels, *sides) if min(sides) > 0 else None

    right = shape()
    if p:
        yield shape(padding=0), _NO_PADDING
        yield shape(padding=p), _ONE_SIDE
    yield shape(channels=layer.inputs), "The number of channels is that of the kernels, not that of the input."
    yield shape(pool=0), "That is the shape before pooling."
    yield shape(stride=1), _NO_STRIDE
    yield shape(dilation=1), "You forgot the dilation: the kernel covers d·(k − 1) + 1 cells."
    yield shape(plus=0), _FIRST
    yield shape(up=True), "Round down: where the kernel no longer fits, it has no position."
    yield (
        (layer.outputs, layer.height, layer.width),
        "That is the size of the input: a kernel that has to fit makes it smaller, a padding larger.",
    )
    if right:
        yield (right[1], right[2], right[0]), "These numbers are right, but the channels come first here."


# Parameters


def parameters(name: str, level: int, chance: Random) -> Exercise:
    """The parameters of a convolution, a dense layer, a separable convolution, or of several layers."""
    if level == 1:
        return (
            _convolution_parameters(name, chance, True)
            if chance.random() < 0.6
            else _dense_parameters(name, chance, 1)
        )
    if level == 2:
        return (
            _dense_parameters(name, chance, 2)
            if chance.random() < 0.5
            else _convolution_parameters(name, chance, False)
        )
    return _separable_parameters(name, chance) if chance.random() < 0.5 else _parameters_of_three(name, chance)


def _parameters(network: Network) -> int:
    return trace(network).parameters


def _exercise(
    name: str, text: str, unit: str, network: Network, hint: str, steps: list[str], wrong: list[WrongOne]
) -> Exercise:
    answer = _parameters(network) if unit == "parameters" else sum(row.macs for row in trace(network).rows)
    return made(name, text, Form("whole", unit), answer, hint, steps, wrong)


def _convolution_parameters(name: str, chance: Random, bias: bool) -> Exercise:
    k, (c, o) = chance.choice((3, 5, 7)), _channels(chance)
    n = chance.choice((28, 32, 64))
    weights = k * k * c * o
    layer = ConvolutionLayer(n, c, o, k, bias=bias)
    wrong: list[WrongOne] = [
        (weights, _NO_BIAS),
        (weights + o, "This layer has no bias."),
        (k * k * o + (o if bias else 0), _NO_INPUT_CHANNELS),
        (k * k * c + (o if bias else 0), "You forgot that there are several kernels."),
        (k * c * o + (o if bias else 0), _ONE_WAY),
        (weights + 1, "Each kernel has a bias of its own, not all of them one."),
        (weights + c * o, "A kernel has one bias, not one for each input channel."),
        (weights * n * n, "Weights are shared by all positions: the size of the input does not matter."),
    ]
    return _exercise(
        name,
        f"How many parameters has a convolution of {counted(o, 'kernel')} of {k}×{k}, {'with' if bias else 'without'} bias, over "
        f"{counted(c, 'channel')} of {n}×{n}?",
        "parameters",
        Network((n, n, c), (Conv2D(o, (k, k), use_bias=bias),)),
        f"A kernel has k·k weights for each input channel{', and one bias' if bias else ''}. The size of the input does not matter.",
        [
            f"Each kernel: k·k·c_in = {k}·{k}·{c} = {k * k * c:,}" + (", and one bias." if bias else "."),
            _line("All kernels", layer.parameters),
        ],
        wrong if bias else wrong[1:],
    )


def _dense_parameters(name: str, chance: Random, level: int) -> Exercise:
    units = chance.choice((10, 32, 64, 84, 100, 120, 128, 256, 1000))
    if level == 1:
        height, width = chance.choice(((4, 4), (7, 7), (8, 8), (7, 12), (10, 12), (14, 14), (20, 20), (28, 28)))
        given, channels = height * width, 1
        what = counted(given, "number")
        first = [f"Each unit has a weight for each of the {counted(given, 'input')}, and one bias."]
    else:
        height, width = chance.sample((8, 12, 16, 20, 28, 32, 64, 100, 256), 2)
        channels = chance.choice((1, 3))
        given = height * width * channels
        what = f"all pixels of an image of {height}×{width} in {counted(channels, 'channel')}"
        first = [f"Inputs: h·w·c = {height}·{width}·{channels} = {given:,}"]
    return _exercise(
        name,
        f"How many parameters has a dense layer of {counted(units, 'unit')}, with bias, that reads {what}?",
        "parameters",
        Network((height, width, channels), (Flatten(), Dense(units))),
        "Every unit has a weight for every input, and a bias.",
        [*first, f"n_in·n_out + n_out = {given}·{units} + {units} = {given * units + units:,}"],
        [
            (given * units, _NO_BIAS),
            (given // channels * units + units, "You forgot the channels: each pixel has a number in each."),
            (given * units + given, "There is a bias for each unit, not for each input."),
            (given * units + 1, "Each unit has a bias of its own."),
            (given + units, "Each unit is connected with each input: multiply, do not add."),
        ],
    )


def _separable_parameters(name: str, chance: Random) -> Exercise:
    k, (c, o) = chance.choice((3, 5, 7)), _channels(chance, 3)
    depth, point = k * k * c, c * o
    return _exercise(
        name,
        f"How many parameters has a separable convolution, with bias, from {counted(c, 'channel')} to {o} with kernels of {k}×{k}? "
        "(One kernel for each input channel, then 1×1 kernels that mix the channels; the bias comes at the end only.)",
        "parameters",
        Network((32, 32, c), (SeparableConv2D(o, (k, k)),)),
        "Two convolutions one after the other: k·k weights for each input channel, then 1×1 from c_in to c_out, and the bias.",
        [
            f"One kernel for each channel: k·k·c_in = {k}·{k}·{c} = {depth:,}",
            f"The 1×1 kernels: c_in·c_out = {c}·{o} = {point:,}",
            f"The bias: c_out = {o}",
            f"k·k·c_in + c_in·c_out + c_out = {k}·{k}·{c} + {c}·{o} + {o} = {depth + point + o:,}",
        ],
        [
            (depth * o + o, "That is an ordinary convolution: here each kernel reads one channel only."),
            (depth + point, _NO_BIAS),
            (depth + point + o + c, "The bias comes at the end only, not after the first part too."),
            (depth + o, "You forgot the 1×1 kernels, which mix the channels."),
            (point + o, "You forgot the first part: a kernel for each channel."),
        ],
    )


def _parameters_of_three(name: str, chance: Random) -> Exercise:
    n, k = chance.choice((12, 16, 20, 28, 32)), chance.choice((3, 5))
    c, o, units = chance.choice((1, 3)), chance.choice((4, 6, 8, 16)), chance.choice((10, 20, 50, 100))
    m = n - k + 1
    half = m // 2
    first, inputs = k * k * c * o + o, half * half * o
    dense = inputs * units + units
    return _exercise(
        name,
        f"A network reads {counted(c, 'channel')} of {n}×{n}: a convolution of {counted(o, 'kernel')} of {k}×{k} without padding, "
        f"max-pooling with windows of 2×2, then a dense layer of {counted(units, 'unit')} over all numbers. All layers that have "
        "a bias use it. How many parameters does it have?",
        "parameters",
        Network((n, n, c), (Conv2D(o, (k, k)), MaxPooling2D((2, 2)), Flatten(), Dense(units))),
        "Layer by layer: pooling has no parameters, but it sets how many numbers the dense layer reads.",
        [
            f"The convolution: k·k·c_in·c_out + c_out = {k}·{k}·{c}·{o} + {o} = {first:,}",
            f"Its maps: n − k + 1 = {n} − {k} + 1 = {m} each way; after pooling ⌊{m} / 2⌋ = {half}",
            f"The inputs of the dense layer: {half}·{half}·{o} = {inputs:,}",
            f"The dense layer: n_in·n_out + n_out = {inputs}·{units} + {units} = {dense:,}",
            f"Both: {first} + {dense} = {first + dense:,}",
        ],
        [
            (first + dense - o - units, _NO_BIAS),
            (dense, "You forgot the convolution."),
            (first, "You forgot the dense layer."),
            (
                first + m * m * o * units + units,
                "You forgot the pooling, which leaves the dense layer fewer numbers to read.",
            ),
            (
                first + (n // 2) ** 2 * o * units + units,
                "Without padding the convolution makes the maps smaller before they are pooled.",
            ),
            (first + half * half * units + units, "The dense layer reads all maps, not one."),
        ],
    )


# Multiply-adds


def multiply_adds(name: str, level: int, chance: Random) -> Exercise:
    """The multiply-adds of a convolution, plain, padded with a stride, or separable."""
    c, o = _channels(chance, 3 if level == 3 else 1)
    n, k = chance.choice((12, 16, 20, 24, 28, 32)), chance.choice((3, 5))
    if level == 3 and chance.random() < 0.5:
        return _separable_products(name, n, k, c, o)
    layer = Convolution(n, n, c, o, k)
    if level > 1:
        stride, padding = chance.choice(((2, 1), (1, 2), (2, 2), (2, 0)))
        layer = Convolution(n, n, c, o, k, stride, padding)
    if level == 3:
        return _products_of_two(name, layer, chance.choice((10, 32, 100)))
    formulas = layer.along(n)
    m, products = formulas.size, formulas.products
    unpadded = _size(n, k, layer.stride)
    whole = n + 2 * layer.padding - k + 1
    return _exercise(
        name,
        f"How many multiply-adds does {layer.words}, need for one input of {counted(c, 'channel')} of {n}×{n}? (Products with the zeros of a "
        "padding count.)",
        "multiply-adds",
        layer.network,
        f"Each number of the output is a sum of k·k·c_in products. How many numbers are there? {formulas.size_formula.letters}.",
        [_line("Each side of the output", formulas.size_formula), _line("Multiply-adds", products)],
        [
            (k * k * c * o, "That is the number of weights: each of them is used at every position."),
            (
                n * n * k * k * c * o if n != m else None,
                "The positions of the output count, not the pixels of the input.",
            ),
            (unpadded**2 * k * k * c * o, "You forgot that the padding makes the output larger."),
            (whole**2 * k * k * c * o, _NO_STRIDE),
            (m * m * k * k * o, _NO_INPUT_CHANNELS),
            (m * m * k * k * c, "You forgot that there are several kernels."),
            (m * m * (k * k * c + 1) * o, "A bias is added, not multiplied: it is no multiply-add."),
        ],
    )


def _separable_products(name: str, n: int, k: int, c: int, o: int) -> Exercise:
    m = n - k + 1
    depth, point = m * m * k * k * c, m * m * c * o
    return _exercise(
        name,
        f"How many multiply-adds does a separable convolution from {counted(c, 'channel')} to {o} with kernels of {k}×{k}, stride 1, "
        f"no padding, need for an input of {n}×{n}?",
        "multiply-adds",
        Network((n, n, c), (SeparableConv2D(o, (k, k)),)),
        "At each position of the output: k·k products for each input channel, then c_in products for each output channel.",
        [
            f"Each side of the output: m = n − k + 1 = {n} − {k} + 1 = {m}",
            f"One kernel for each channel: m·m·k·k·c_in = {m}·{m}·{k}·{k}·{c} = {depth:,}",
            f"The 1×1 kernels: m·m·c_in·c_out = {m}·{m}·{c}·{o} = {point:,}",
            f"Both: {depth} + {point} = {depth + point:,}",
        ],
        [
            (depth * o, "That is an ordinary convolution: here each kernel reads one channel only."),
            (depth, "You forgot the 1×1 kernels, which mix the channels."),
            (point, "You forgot the first part: a kernel for each channel."),
            (k * k * c + c * o, "That is the number of weights: each of them is used at every position."),
            (n * n * (k * k * c + c * o), "The positions of the output count, not the pixels of the input."),
        ],
    )


def _products_of_two(name: str, layer: Convolution, units: int) -> Exercise:
    formulas = layer.along(layer.height)
    m, c, o, k = formulas.size, layer.inputs, layer.outputs, layer.kernel
    first, dense = formulas.products.value, m * m * o * units
    network = Network(layer.network.input_shape, (*layer.network.layers, Flatten(), Dense(units)))
    return _exercise(
        name,
        f"An input of {counted(c, 'channel')} of {layer.height}×{layer.height} goes through {layer.words}, and all numbers of its output through "
        f"a dense layer of {counted(units, 'unit')}. How many multiply-adds is that? (Products with the zeros of a padding count.)",
        "multiply-adds",
        network,
        "The convolution: k·k·c_in products for each number of its output. The dense layer: one product for each weight.",
        [
            _line("Each side of the output", formulas.size_formula),
            _line("The convolution", formulas.products),
            f"The dense layer: m·m·c_out·n_out = {m}·{m}·{o}·{units} = {dense:,}",
            f"Both: {first} + {dense} = {first + dense:,}",
        ],
        [
            (first, "You forgot the dense layer."),
            (dense, "You forgot the convolution."),
            (k * k * c * o + dense, "A convolution's weights are used at every position."),
            (first + m * m * units, "The dense layer reads all maps, not one."),
            (first + o * m * m + units, "Each unit of the dense layer has a product with each number: multiply."),
            (first + dense + m * m * o + units, "A bias is added, not multiplied: it is no multiply-add."),
        ],
    )


# Receptive fields


def receptive_field(name: str, level: int, chance: Random) -> Exercise:
    """The receptive field of a stack of convolutions and poolings."""
    stack = [
        (chance.choice((3, 5)) if level > 1 else chance.choice((3, 3, 5, 7)), 1, 1)
        for _ in range(chance.randint(2, 3))
    ]
    pools: set[int] = set()
    if level > 1:
        at = chance.randrange(len(stack))
        stack.insert(at, (2, 2, 1))
        pools = {at}
        if at == len(stack) - 1:
            stack.append((3, 1, 1))
    if level == 3:
        at = chance.choice([place for place in range(1, len(stack)) if place not in pools])
        stack[at] = (3, 1, chance.choice((2, 3)))
    layers = [
        MaxPooling2D((k, k))
        if place in pools
        else Conv2D(4, (k, k), strides=(s, s), dilation_rate=(d, d), padding="same")
        for place, (k, s, d) in enumerate(stack)
    ]
    field = trace(Network((128, 128, 1), tuple(layers))).rows[-1].receptive_field
    assert field is not None
    answer = int(field.vertical.size)
    words = ", ".join(
        f"max-pooling of {k}×{k} with stride {s}"
        if place in pools
        else f"a convolution of {k}×{k}" + (f" with dilation {d}" if d > 1 else "")
        for place, (k, s, d) in enumerate(stack)
    )
    return made(
        name,
        f"Layers follow one another: {words}. Convolutions have stride 1. The receptive field of a unit at the end is r×r pixels of the "
        "input. How large is r?",
        Form("whole", "pixels"),
        answer,
        "Begin with r = 1. Each layer adds d·(k − 1) times the product of the strides before it.",
        _field_steps(stack),
        _wrong_fields(stack, answer),
    )


def _field_steps(stack: list[tuple[int, int, int]]) -> Iterator[str]:
    yield "Begin with r = 1 and a jump of j = 1. For each layer: r + d·(k − 1)·j, then j·s."
    r = j = 1
    for number, (k, s, d) in enumerate(stack):
        yield (
            f"Layer {number + 1}: r + d·(k − 1)·j = {r} + {d}·({k} − 1)·{j} = {r + d * (k - 1) * j}"
            + (f", and from here on j = {j * s}" if s > 1 else "")
        )
        r, j = r + d * (k - 1) * j, j * s


def _wrong_fields(stack: list[tuple[int, int, int]], answer: int) -> Iterator[WrongOne]:
    def grown(strides: bool = True, dilations: bool = True, early: bool = False) -> int:
        r = j = 1
        for k, s, d in stack:
            j = j * s if early else j
            r += (d if dilations else 1) * (k - 1) * (j if strides else 1)
            j = j if early else j * s
        return r

    yield grown(strides=False), "You forgot the strides: behind a stride of 2, one step is two pixels of the input."
    yield grown(dilations=False), "You forgot the dilation: the kernel covers d·(k − 1) + 1 cells."
    yield grown(early=True), "A layer's own stride counts only for the layers behind it."
    yield sum(k for k, _, _ in stack), "Kernels overlap: after the first, each adds k − 1, not k."
    yield answer - 1, "A unit that has seen nothing yet is one pixel: begin with 1."
    yield prod(k for k, _, _ in stack), "Receptive fields grow by adding, not by multiplying the kernels."
    yield max(k for k, _, _ in stack), "That is the largest kernel: the layers before it widen the view."
    yield answer**2, "That is the number of pixels; the length of a side is asked for."
