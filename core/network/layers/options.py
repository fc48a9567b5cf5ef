"""The settings that several kinds have, each with label, help and bounds, and words for their values."""

from __future__ import annotations

from core.network.settings import Choice, Flag, Integer, Number, Pair, Penalty

ACTIVATIONS = (
    "linear", "relu", "leaky_relu", "elu", "selu", "gelu", "swish", "softplus", "tanh", "sigmoid", "softmax",
)  # fmt: skip
INITIALIZERS = (
    "glorot_uniform", "glorot_normal", "he_uniform", "he_normal", "lecun_uniform", "lecun_normal",
    "random_normal", "random_uniform", "orthogonal", "zeros", "ones",
)  # fmt: skip

FILTERS = Integer("Filters", "How many kernels it learns. Each makes one feature map.", 1, 1024)
KERNEL = Pair(
    "Kernel size",
    "Rows × columns of the little window that slides over the image. Type any size such as 1×7.",
    1,
    15,
    (1, 3, 5, 7),
)
STRIDES = Pair("Strides", "How far the window jumps each time. 2×2 halves the image.", 1, 8, (1, 2, 3))
PADDING = Choice(
    "Padding",
    "valid: the window stays inside, so the image shrinks. same: zeros around it keep the size.",
    ("valid", "same"),
)
DILATION = Pair(
    "Dilation rate",
    "Gaps between the pixels that the window reads: a wider view at the same price.",
    1,
    8,
    (1, 2, 4),
)
MULTIPLIER = Integer("Depth multiplier", "How many maps it makes of each input channel.", 1, 16)
ACTIVATION = Choice(
    "Activation",
    "What happens to each number afterwards. relu cuts off below zero; softmax makes probabilities.",
    ACTIVATIONS,
)
USE_BIAS = Flag("Use bias", "Adds one learned number to each output channel.", advanced=True)
GROUPS = Integer("Groups", "Splits the channels into groups that do not see each other.", 1, 256, advanced=True)
RATE = Number("Rate", "The share that is dropped while training.", 0.0, 0.95)
EPSILON = Number(
    "Epsilon", "Added to the variance, so that nothing is divided by zero.", 1e-7, 0.1, 0.001, advanced=True
)
CENTER = Flag("Shift (beta)", "Learns a number that is added to each channel.", advanced=True)
SCALE = Flag("Scale (gamma)", "Learns a factor for each channel.", advanced=True)


def initializer(label: str = "Kernel initialiser") -> Choice:
    return Choice(
        label,
        "How the weights are drawn before training. he suits relu, glorot tanh, lecun selu.",
        INITIALIZERS,
        advanced=True,
    )


def penalty(label: str = "Kernel regulariser") -> Penalty:
    return Penalty(
        label,
        "Makes large weights costly: L1 their size (many become zero), L2 their square, both: elastic net.",
        advanced=True,
    )


def after_words(activation: str, *penalties: tuple[float, float]) -> list[str]:
    """Words for what comes after the sum, the usual left out."""
    words = [] if activation == "linear" else [activation]
    return words + [penalty_text(penalty) for penalty in dict.fromkeys(penalties) if any(penalty)]


def penalty_text(penalty: tuple[float, float]) -> str:
    """`L2 0.0001`, `L1 1e-05 + L2 0.001`, `none`."""
    words = [f"L{power} {strength:g}" for power, strength in zip((1, 2), penalty) if strength]
    return " + ".join(words) or "none"
