"""Exercises on the arithmetic itself: a small convolution, the gradient of a pooling, a step of back-propagation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from random import Random

import numpy as np

from core.learn.back_propagation import ACTIVATIONS, HandNetwork, errors, forward, step
from core.learn.convolution import Sliding, cross_correlation, products
from core.learn.exercises.answers import Form, Matrix, latex
from core.learn.exercises.exercise import Exercise, WrongOne, made
from core.learn.pooling import Kind, Windows, pooled, sent_back
from core.learn.written_out import PRESSES, lines, shown, unit_names

TOLERANCE = 0.001  # of a weight: people round what they go on with


def _matrix(array: np.ndarray) -> Matrix:
    return tuple(tuple(float(number) + 0.0 for number in row) for row in array)


def _whole_numbers(chance: Random, shape: tuple[int, ...], low: int, high: int) -> np.ndarray:
    return np.array([chance.randint(low, high) for _ in range(int(np.prod(shape)))], np.float64).reshape(shape)


def _product(value: float, weight: float) -> str:
    def factor(number: float) -> str:
        return f"(−{-number:g})" if number < 0 else f"{number:g}"

    return f"{factor(value)}·{factor(weight)}"


# A convolution


def convolution(name: str, level: int, chance: Random) -> Exercise:
    """The output of a small convolution: 2×2 kernels; then 3×3, or padding and a stride; then two channels with a bias."""
    n, k, channels, bias = (3, 2, 1, 0) if level == 1 else (4, 3, 1, 0)
    sliding = Sliding(k)
    if level == 2 and chance.random() < 0.5:
        sliding = Sliding(3, stride=2, padding=(1, 1))
    if level == 3:
        n, k, channels, bias = 3, 2, 2, chance.choice((-2, 1, 3))
        sliding = Sliding(2)
    while True:
        image = _whole_numbers(chance, (channels, n, n), 0, 5 if level < 3 else 3)
        kernels = _whole_numbers(chance, (1, channels, k, k), -2, 2)
        found = _convolution_exercise(name, image, kernels, sliding, bias)
        if len(found.wrong) >= 3 + 2 * (level == 3):  # a kernel that looks the same turned teaches little
            return found


def _convolution_exercise(name: str, image: np.ndarray, kernels: np.ndarray, sliding: Sliding, bias: int) -> Exercise:
    output = cross_correlation(image, kernels, np.array([bias]), sliding)[0]
    padding = sliding.padding[0]
    parts = [f"stride {sliding.stride}", f"padding {padding} on each side" if padding else "no padding"]
    parts += [f"bias {bias}".replace("-", "−")] if bias else []
    given = [f"$X = {latex(cells)}$, $K = {latex(kernel)}$" for cells, kernel in zip(image, kernels[0])]
    several = len(given) > 1
    if several:
        given = [f"Channel {number}: {words}" for number, words in enumerate(given, 1)]
    return made(
        name,
        f"What is the output when the kernel K is laid on the input X as it stands (a cross-correlation), {', '.join(parts)}?"
        "\n\n" + "\n\n".join(given),
        Form("matrix", size=(len(output), len(output))),
        _matrix(output),
        "Lay the kernel on the upper left corner, multiply what lies on each other, and add up. Then move on by the stride."
        + (" The sum goes over both channels; the bias is added once." if several else ""),
        _convolution_steps(image, kernels, sliding, bias, output),
        _wrong_outputs(image, kernels, sliding, bias),
    )


def _convolution_steps(
    image: np.ndarray, kernels: np.ndarray, sliding: Sliding, bias: int, output: np.ndarray
) -> Iterator[str]:
    letters = "Σ x·k" + (" + b" if bias else "")
    for (row, column), value in np.ndenumerate(output):
        terms = " + ".join(
            _product(one.value, one.weight) for one in products(image, kernels, sliding, (0, row, column))
        )
        plus = f" + {bias}" if bias > 0 else f" − {-bias}" if bias else ""
        yield f"Row {row + 1}, column {column + 1}: {letters} = {terms}{plus} = {value + 0:g}".replace("-", "−")


def _wrong_outputs(image: np.ndarray, kernels: np.ndarray, sliding: Sliding, bias: int) -> Iterator[WrongOne]:
    def output(
        kernels: np.ndarray = kernels, bias: int = bias, sliding: Sliding = sliding, of: slice = slice(None)
    ) -> Matrix:
        return _matrix(cross_correlation(image[of], kernels[:, of], np.array([bias]), sliding)[0])

    if bias:
        yield output(bias=0), "You forgot the bias."
        yield output(bias=2 * bias), "The bias is added once, not for each channel."
        yield output(of=slice(0, 1)), "You left out the second channel: the sum goes over both."
    yield output(kernels[..., ::-1, ::-1]), "You turned the kernel by 180°: here it is laid on as it stands."
    yield output(np.swapaxes(kernels, -1, -2)), "You have swapped the rows and columns of the kernel."
    yield output(np.abs(kernels)), "You lost the minus signs of the kernel."
    if sliding.padding[0]:
        yield output(sliding=replace(sliding, padding=(0, 0))), "You forgot the padding."
    if sliding.stride > 1:
        yield output(sliding=replace(sliding, stride=1)), "You forgot the stride."


# The gradient of a pooling


def pooling_gradient(name: str, level: int, chance: Random) -> Exercise:
    """Where the gradient goes: 2×2 windows that keep the maximum; the mean; windows that overlap."""
    kind: Kind = "max" if level == 1 else "mean" if level == 2 else chance.choice(("max", "mean"))
    windows = Windows(3, 2, 1) if level == 3 else Windows(4, 2, 2)
    numbers = list(range(1, windows.n**2 + 1))
    while True:
        chance.shuffle(numbers)
        image = np.array(numbers, np.float64).reshape(windows.n, windows.n)
        passed = pooled(image, windows, kind)
        if kind == "mean" or level < 3 or len(set(passed.chosen.values())) < len(passed.chosen):
            break  # of windows that overlap, two share their maximum
    times = 4 if kind == "mean" else 1
    # No two gradients are alike, and none is 0.
    drawn = chance.sample([number for number in range(-4, 10) if number], windows.size**2)
    gradients = np.array(drawn, np.float64).reshape(windows.size, windows.size) * times
    back = sent_back(gradients, windows, kind, passed)
    which = "largest number" if kind == "max" else "mean"
    overlap = " The windows overlap." if windows.overlap else ""
    return made(
        name,
        f"Pooling with windows of {windows.pool}×{windows.pool} and stride {windows.stride} keeps the {which} of each window of X.{overlap} "
        "Coming back, the gradient at its output is G. What is the gradient at its input?\n\n"
        f"$X = {latex(image)}$, $G = {latex(gradients)}$",
        Form("matrix", size=(windows.n, windows.n)),
        _matrix(back),
        (
            "The cell that was the maximum of its window gets the whole gradient, the others get 0."
            if kind == "max"
            else f"Each cell of a window gets the same share: the gradient divided by {windows.pool}·{windows.pool}."
        )
        + (" What comes from several windows adds up." if overlap else ""),
        _pooling_steps(gradients, windows, kind, image),
        _wrong_gradients(gradients, windows, kind, image),
    )


def _pooling_steps(gradients: np.ndarray, windows: Windows, kind: Kind, image: np.ndarray) -> Iterator[str]:
    passed = pooled(image, windows, kind)
    for (row, column), gradient in np.ndenumerate(gradients):
        where = f"Window {row + 1}, {column + 1}"
        if kind == "max":
            r, c = passed.chosen[row, column]
            words = f"{where}: the maximum is {image[r, c]:g}, in row {r + 1}, column {c + 1}. It gets all of {gradient:g}."
        else:
            share = gradient / windows.pool**2
            words = f"{where}: each cell gets g / (k·k) = {gradient:g} / ({windows.pool}·{windows.pool}) = {share:g}"
        yield words.replace("-", "−")
    yield (
        ("What a cell gets from several windows adds up. " if windows.overlap else "")
        + f"The sum stays: {gradients.sum():g} at the output, {gradients.sum():g} at the input.".replace("-", "−")
    )


def _wrong_gradients(gradients: np.ndarray, windows: Windows, kind: Kind, image: np.ndarray) -> Iterator[WrongOne]:
    passed, other = pooled(image, windows, kind), "mean" if kind == "max" else "max"
    spread = sent_back(gradients, windows, "mean", pooled(image, windows, "mean"))
    if windows.overlap:
        last = np.zeros_like(image)
        for at, gradient in np.ndenumerate(gradients):
            for cell in [passed.chosen[at]] if kind == "max" else windows.cells(*at):
                last[cell] = gradient if kind == "max" else gradient / windows.pool**2
        yield _matrix(last), "Windows overlap: what a cell gets from several of them adds up."
    names = {"max": "maximum", "mean": "mean"}
    yield (
        _matrix(sent_back(gradients, windows, other, pooled(image, windows, other))),
        f"That is what a pooling does that keeps the {names[other]}.",
    )
    yield (
        _matrix(spread * windows.pool**2),
        "Not every cell of a window gets the whole gradient: the sum has to stay."
    )  # fmt: skip
    if kind == "max":
        smallest = pooled(-image, windows, "max")
        yield _matrix(sent_back(gradients, windows, "max", smallest)), "You took the smallest number of each window."
        at_maximum = sent_back(np.ones_like(gradients), windows, "max", passed) > 0
        yield _matrix(np.where(at_maximum, image, 0)), "The gradient goes back, not the number that was kept."
        times = sent_back(gradients, windows, "max", passed) * image
        yield _matrix(times), "The gradient goes back as it is: it is not multiplied by the number."
    else:
        yield _matrix(spread * windows.pool), "A window has k·k cells: divide by 4, not by 2."


# A step of back-propagation


def back_propagation(name: str, level: int, chance: Random) -> Exercise:
    """A weight after a step: into the output with ReLU, with the sigmoid, then into a hidden unit."""
    activation = "relu" if level == 1 else "sigmoid"
    while True:
        network = HandNetwork(
            tuple(
                tuple(tuple(_tenth(chance, level) for _ in range(b)) for _ in range(a)) for a, b in ((2, 2), (2, 1))
            ),
            tuple(tuple(0.0 if level < 3 else _tenth(chance, 2) for _ in range(b)) for b in (2, 1)),
            activation,
        )
        inputs = (chance.randint(1, 9) / 10, chance.randint(1, 9) / 10)
        target, rate = (
            (chance.choice((0.0, 1.0)), chance.choice((2.0, 5.0))) if level > 1 else (1.0, chance.choice((0.1, 0.5)))
        )
        unit, source = chance.randrange(2), chance.randrange(2)
        place = (1, source, 0) if level < 3 else (0, source, unit)
        found = _step_exercise(name, network, inputs, (target,), rate, place)
        if len(found.wrong) >= 3:
            return found


def _tenth(chance: Random, level: int) -> float:
    return chance.choice([number for number in range(-9 if level > 1 else 1, 10) if number]) / 10


def _step_exercise(
    name: str,
    network: HandNetwork,
    inputs: tuple[float, ...],
    targets: tuple[float, ...],
    rate: float,
    place: tuple[int, int, int],
) -> Exercise:
    """The exercise for the weight at `place`: layer, the unit it comes from, the unit it goes to."""
    layer, source, unit = place
    names = unit_names(network)
    weight = f"w({names[layer][source]}→{names[layer + 1][unit]})"
    answer = step(network, inputs, targets, rate).weights[layer][source][unit]
    return made(
        name,
        _step_text(network, inputs, targets, rate, weight),
        Form("decimal", tolerance=TOLERANCE),
        answer,
        "Go forward first. An output has the error f′(net)·(T − O), a hidden unit f′(net)·Σ Err·w. Then w + l·Err·O, with the O before "
        f"the weight. Here f′(net) = {ACTIVATIONS[network.activation].words}.",
        _step_lines(network, inputs, targets, rate, weight, names[layer + 1][unit]),
        _wrong_weights(network, inputs, targets, rate, place),
    )


def _step_text(
    network: HandNetwork, inputs: tuple[float, ...], targets: tuple[float, ...], rate: float, weight: str
) -> str:
    names = unit_names(network)
    kind = {"relu": "ReLU", "sigmoid": "sigmoid"}[network.activation]
    weights = [
        f"w({names[layer][source]}→{names[layer + 1][unit]}) = {_short(number)}"
        for layer, matrix in enumerate(network.weights)
        for source, row in enumerate(matrix)
        for unit, number in enumerate(row)
    ]
    biases = [
        f"b({names[layer + 1][unit]}) = {_short(number)}"
        for layer, row in enumerate(network.biases)
        for unit, number in enumerate(row)
    ]
    given = ", ".join(f"{one} = {_short(number)}" for one, number in zip(names[0], inputs))
    return (
        f"A network of two inputs, two hidden units and one output; all units are of the kind {kind}, and the loss is ½·(T − O)².\n\n"
        f"- Inputs: {given}; target T = {_short(targets[0])}; learning rate l = {_short(rate)}\n"
        f"- Weights: {', '.join(weights)}\n"
        f"- Biases: {', '.join(biases) if any(any(row) for row in network.biases) else 'all 0'}\n\n"
        f"What is {weight} after one step of gradient descent?"
    )


def _short(number: float) -> str:
    return f"{number:g}".replace("-", "−")


def _step_lines(
    network: HandNetwork, inputs: tuple[float, ...], targets: tuple[float, ...], rate: float, weight: str, unit: str
) -> Iterator[str]:
    """All that is needed for one weight: everything forward, the errors on its way, its update."""
    for one in lines(network, inputs, targets, rate):
        needed = one.press == PRESSES[0] or one.name in ("Err(o1)", f"Err({unit})", weight)
        if needed:
            new = "new " if one.name == weight else ""
            yield f"{new}{one.name} = {one.formula} = {one.numbers} = {shown(one.value)}"


def _wrong_weights(
    network: HandNetwork,
    inputs: tuple[float, ...],
    targets: tuple[float, ...],
    rate: float,
    place: tuple[int, int, int],
) -> Iterator[WrongOne]:
    layer, source, unit = place
    passed = forward(network, inputs)
    found = errors(network, passed, targets)
    old, err, before = network.weights[layer][source][unit], found[layer][unit], passed.outputs[layer][source]
    slope = ACTIVATIONS[network.activation].slope(passed.outputs[layer + 1][unit])
    change = rate * err * before
    if slope and network.activation != "relu":
        yield old + change / slope, "You forgot the derivative of the activation, f′(net)."
    yield old - change, "That step goes uphill: with Err = f′·(T − O) the change is added."
    yield change, "That is the change alone: add it to the old weight."
    yield old + err * before, "You forgot the learning rate."
    yield old + rate * err, "You forgot to multiply by the output before the weight."
    if layer == 0:
        own = found[1][0]
        yield old + rate * own * before, "You took the error of the output: a hidden unit's is f′·Σ Err·w."
        yield old + rate * slope * own * before, "You forgot the weight through which the error comes back."
        new = step(network, inputs, targets, rate).weights[1][unit][0]
        yield (
            old + rate * slope * own * new * before,
            "The error comes back through the old weight, not through the one that was updated already.",
        )
    yield old, "That is the weight before the step."
