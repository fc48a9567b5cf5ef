"""One step of gradient descent on a batch in words and tables."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.network.words import counted
from core.study.batch_descent import BatchBackward, ByImage
from core.views.images import figure

MOST_ROWS = 8


def way_words(back: BatchBackward, noisy: int) -> str:
    """In which way the network goes, and what differs from the other one.

    Args:
        back: of the batch.
        noisy: layers that do something else while training.
    """
    if not noisy:
        return "It has neither dropout nor batch normalisation, so it does the same in training as when it predicts."
    if not back.training:
        return "As it predicts: dropout passes everything on, and batch normalisation takes the mean and variance that it has gathered."
    return (
        "As in training: dropout drops what the seed draws and enlarges what remains, and batch normalisation takes mean and variance "
        "from these images and moves those that it has gathered, so each image’s gradient depends on the others."
    )


def loss_words(back: BatchBackward) -> str:
    """How the loss is put together, in a sentence."""
    kinds = {"crossentropy": "cross-entropy, −ln p of the true class", "mse": "squared error over all classes"}
    smoothed = f", with label smoothing {back.recipe.label_smoothing:g}" if back.recipe.label_smoothing else ""
    words = f"The mean over {counted(len(back.labels), 'image')} of the {kinds[back.recipe.loss]}{smoothed}."
    if back.penalty:
        return f"{words} To it come the penalties of the layers, which make large weights costly."
    return f"{words} No layer of this network has a penalty."


def image_rows(back: BatchBackward, names: Sequence[str], most: int = MOST_ROWS) -> list[dict[str, str]]:
    """The images whose class has the lowest probability, first the lowest."""
    order = np.argsort(back.true, kind="stable")[:most]
    return [
        {
            "image": f"{number + 1}",
            "is": names[int(back.labels[number])],
            "taken for": names[int(back.predicted[number].argmax())],
            "p(true class)": figure(float(back.true[number]), 4),
        }
        for number in order
    ]


def share_rows(found: ByImage, most: int = MOST_ROWS) -> list[dict[str, str]]:
    """The images with the largest parts of a weight's gradient, then all others as one, the penalty, and the sum."""
    rows = [{"image": f"{number + 1}", "its part": figure(part, 4)} for number, part in found.shares[:most]]
    rest = found.shares[most:]
    if rest:
        rows.append({"image": f"the other {len(rest)}", "its part": figure(sum(part for _, part in rest), 4)})
    if found.penalty:
        rows.append({"image": "the penalty", "its part": figure(found.penalty, 4)})
    return [*rows, {"image": "sum = the gradient", "its part": figure(found.total, 4)}]


def all_shares(found: ByImage) -> list[dict[str, float | str]]:
    """All parts, to be taken away; images are counted from 1."""
    rows: list[dict[str, float | str]] = [{"image": f"{number + 1}", "part": part} for number, part in found.shares]
    return [*rows, {"image": "penalty", "part": found.penalty}] if found.penalty else rows
