"""The exercises of a reader on convolutional networks, with answers computed anew and true-or-false ones with their reasons."""

from __future__ import annotations

from core.learn.convolution_layer import ConvolutionLayer
from core.learn.exercises.answers import Form
from core.learn.exercises.counting import output_shape
from core.learn.exercises.exercise import Exercise, made
from core.network import Conv2D, Dense, Flatten, Network, ZeroPadding2D, trace

# A statement, whether it holds, a hint, and why.
STATEMENTS: tuple[tuple[str, bool, str, str], ...] = (
    (
        "A 1×1 convolution does at every position what a dense layer does over the channels.",
        True,
        "What does a kernel of one cell read?",
        "Each kernel of 1×1 reads the c_in numbers of one position, with a weight for each: that is a unit of a dense layer, used at "
        "every position with the same weights.",
    ),
    (
        "A 1×1 convolution is of no use: it can only multiply the input by a number.",
        False,
        "What if there are several channels?",
        "It mixes the channels: from c_in maps it makes c_out others. It is used to have fewer channels cheaply, before a larger "
        "convolution or a pooling.",
    ),
    (
        "A network of convolutions and global average pooling, with a dense layer only behind that, can read images of different "
        "sizes.",
        True,
        "Which of these layers has weights whose number depends on the size of the image?",
        "A convolution has k·k·c_in·c_out weights whatever the image's size, and global average pooling leaves one number for each "
        "map. So the dense layer always reads as many.",
    ),
    (
        "A network that flattens its maps before a dense layer can read images of different sizes.",
        False,
        "How many weights has the dense layer?",
        "The dense layer has a weight for each of the h·w·c numbers. A larger image leaves more of them than there are weights.",
    ),
    (
        "Padding adds parameters to a convolution.",
        False,
        "What is learned of a padding?",
        "Padding adds zeros around the input. They are not learned: only k·k·c_in·c_out weights and the biases are.",
    ),
    (
        "With a kernel of 3×3, stride 1 and padding 1 on each side, the output is as large as the input.",
        True,
        "m = n + 2p − k + 1",
        "m = n + 2·1 − 3 + 1 = n. In general an odd k with p = (k − 1)/2 keeps the size.",
    ),
    (
        "A stride of 2 halves the number of channels.",
        False,
        "What does a stride skip?",
        "A stride skips positions: about half the rows and half the columns are left. The channels are as many as there are kernels.",
    ),
    (
        "For an input of three channels, each kernel of a convolution has three channels too.",
        True,
        "What is added up for one number of the output?",
        "Each number of the output is a sum over all channels of the input, so that a kernel has k·k·c_in weights.",
    ),
    (
        "Two convolutions of 3×3, one after the other, see as much of the input as one of 5×5.",
        True,
        "r grows by k − 1 with each.",
        "r = 1 + (3 − 1) + (3 − 1) = 5. From c to c channels they have 2·9·c² = 18·c² weights, one of 5×5 has 25·c².",
    ),
    (
        "Two convolutions of 3×3 compute whatever one of 5×5 can compute, and the other way round.",
        False,
        "They see the same pixels. Are the sums the same?",
        "They see the same 5×5 pixels, but 18·c² weights cannot make every kernel that 25·c² can; and with an activation between "
        "them they compute what no single convolution does.",
    ),
    (
        "Pooling has no parameters, so it takes no part in back-propagation.",
        False,
        "How would the layers before it learn?",
        "It has nothing to learn, but it passes the gradient on: maximum pooling to the cell that was the maximum, mean pooling in "
        "equal shares. Without that, the layers before it would learn nothing.",
    ),
    (
        "With kernels that are learned, it makes no difference whether a layer turns them by 180° first.",
        True,
        "What would training do?",
        "Training would simply find the turned kernels: the outputs are the same. So libraries leave the turning out and compute a "
        "cross-correlation.",
    ),
)


def _counted() -> list[Exercise]:
    dense = Network((256, 256, 3), (Flatten(), Dense(1000)))
    small = Network((28, 28, 3), (Conv2D(10, (3, 3)),))
    padded = Network((100, 100, 3), (ZeroPadding2D((2, 2)), Conv2D(4, (3, 3))))
    inputs = 256 * 256 * 3
    size = ConvolutionLayer(100, 3, 4, padding=2).size_formula
    return [
        made(
            "fixed/1",
            "A dense layer of 1,000 units, with bias, reads an RGB image of 256×256 pixels. How many parameters does it have?",
            Form("whole", "parameters"),
            trace(dense).parameters,
            "Every unit has a weight for every number of the image, and a bias. RGB means three numbers for each pixel.",
            [
                f"Inputs: h·w·c = 256·256·3 = {inputs:,}",
                f"n_in·n_out + n_out = {inputs}·1000 + 1000 = {inputs * 1000 + 1000:,}",
            ],
            [
                (inputs * 1000, "You forgot the bias."),
                (256 * 256 * 1000 + 1000, "You forgot the channels: RGB has three."),
                (256 * 256 * 1000, "You forgot the channels, and the bias."),
                (inputs + 1000, "Each unit is connected with each input: multiply, do not add."),
            ],
        ),
        made(
            "fixed/2",
            "A convolution with kernels of 3×3 and a bias makes 10 channels out of 3. How many parameters does it have?",
            Form("whole", "parameters"),
            trace(small).parameters,
            "A kernel has k·k weights for each input channel, and one bias.",
            ["k·k·c_in·c_out + c_out = 3·3·3·10 + 10 = 280"],
            [
                (270, "You forgot the bias."),
                (100, "You forgot the input channels: each kernel reads all of them."),
                (300, "A kernel has one bias, not one for each input channel."),
                (271, "Each kernel has a bias of its own, not all of them one."),
                (28, "You forgot that there are several kernels."),
            ],
        ),
        made(
            "fixed/3",
            "A convolution makes 4 channels out of 3, with kernels of 3×3, padding 2 on each side and stride 1. The input has 3 channels "
            "of 100×100. What is the shape of the output?",
            Form("shape"),
            output_shape(padded),
            f"Each side: {size.letters}. There is a channel for each kernel.",
            [
                "There are 4 kernels, so there are 4 channels.",
                f"Each side: {size.letters} = {size.numbers} = {size.value}",
            ],
            [
                ((4, 98, 98), "That is the size without padding."),
                ((4, 100, 100), "Padding is added on both sides: p counts twice."),
                ((3, 102, 102), "The number of channels is that of the kernels, not that of the input."),
                ((4, 101, 101), "The first position counts too: + 1."),
                ((102, 102, 4), "These numbers are right, but the channels come first here."),
            ],
        ),
    ]


def fixed_exercises() -> tuple[Exercise, ...]:
    """All of them: those with numbers first, then the statements."""
    counted = _counted()
    statements = [
        made(
            f"fixed/{number}",
            f"True or false? {statement}",
            Form("truth"),
            holds,
            hint,
            [why],
            [(not holds, why)],
        )
        for number, (statement, holds, hint, why) in enumerate(STATEMENTS, len(counted) + 1)
    ]
    return (*counted, *statements)
