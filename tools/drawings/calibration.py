"""Calibration of the drawing network's probabilities: `python -m tools.benchmark calibration`.

What is no digit is drawn here by rules of its own: other scribbles than those of `tools.drawings`, capital
letters and figures that the network was never shown, and outlines of Fashion-MNIST's clothes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from core.data import from_strokes, load
from core.insight.certainty import verdict
from core.study.calibration import reliability
from core.training import card, pretrained
from core.training.pretrained import NAMES, Card
from tools.drawings.digits import digit
from tools.drawings.mnist import pieces_of
from tools.drawings.strokes import Strokes, arc, curve, hand, inked, line

if TYPE_CHECKING:
    import keras

SEED = 2024

LETTERS: dict[str, Strokes] = {
    "A": [line((0, 1), (0.4, 0), (0.8, 1)), line((0.15, 0.65), (0.65, 0.65))],
    "E": [line((0.6, 0), (0, 0), (0, 1), (0.6, 1)), line((0, 0.5), (0.5, 0.5))],
    "F": [line((0.6, 0), (0, 0), (0, 1)), line((0, 0.5), (0.5, 0.5))],
    "H": [line((0, 0), (0, 1)), line((0.65, 0), (0.65, 1)), line((0, 0.5), (0.65, 0.5))],
    "K": [line((0, 0), (0, 1)), line((0.6, 0), (0, 0.5), (0.6, 1))],
    "M": [line((0, 1), (0.05, 0), (0.4, 0.7), (0.75, 0), (0.8, 1))],
    "N": [line((0, 1), (0, 0), (0.65, 1), (0.65, 0))],
    "R": [line((0, 1), (0, 0)), arc(0, 0.25, 0.5, 0.25, 270, 450), line((0, 0.5), (0.5, 1))],
    "W": [line((0, 0), (0.2, 1), (0.45, 0.3), (0.7, 1), (0.9, 0))],
    "X": [line((0, 0), (0.65, 1)), line((0.65, 0), (0, 1))],
    "star": [line(*((0.5 + 0.5 * np.sin(2.4 * np.pi * k / 3), 0.5 - 0.5 * np.cos(2.4 * np.pi * k / 3)) for k in range(6)))],
    "house": [line((0, 1), (0, 0.4), (0.5, 0), (1, 0.4), (1, 1), (0, 1)), line((0.4, 1), (0.4, 0.6), (0.6, 0.6), (0.6, 1))],
    "heart": [
        curve((0.5, 0.25), (0.3, 0.02), (0.03, 0.2), (0.15, 0.6), (0.5, 1)),
        curve((0.5, 0.25), (0.7, 0.02), (0.97, 0.2), (0.85, 0.6), (0.5, 1)),
    ],
}  # fmt: skip


def dots(random: np.random.Generator, count: int) -> np.ndarray:
    """Taps, and nothing at all: (count, 28, 28) uint8."""
    taps = [inked([random.uniform(0, 280, (1, 2))]) for _ in range(count - 1)]
    return np.stack([np.zeros((28, 28), np.uint8), *taps])


def scribbles(random: np.random.Generator, count: int) -> np.ndarray:
    """Smooth lines through random places, once or over and over: (count, 28, 28) uint8."""

    def one() -> Strokes:
        return [
            curve(*map(tuple, random.uniform(0, 1, (random.integers(7, 16), 2))))
            for _ in range(random.integers(1, 3))
        ]

    return np.stack([inked(one()) for _ in range(count)])


def letters(random: np.random.Generator, count: int) -> np.ndarray:
    """Capital letters that no digit resembles, stars, houses and hearts: (count, 28, 28) uint8."""
    names = list(LETTERS)
    return np.stack([inked(hand(random, LETTERS[names[number % len(names)]], 0.7)) for number in range(count)])


def clothes(random: np.random.Generator, count: int) -> np.ndarray:
    """Outlines of Fashion-MNIST's test images, as somebody would draw them: (count, 28, 28) uint8."""
    images = load("fashion_mnist").x_test[..., 0]
    chosen = images[random.choice(len(images), count, replace=False)]
    there = np.pad(chosen > 40, ((0, 0), (1, 1), (1, 1)))
    inner = there.copy()
    for axis in (1, 2):
        inner &= np.roll(there, 1, axis) & np.roll(there, -1, axis)
    return np.stack([inked(pieces_of(outline)) for outline in (there & ~inner)])


def drawn(
    random: np.random.Generator, count: int, brush: float = 18.0, size: float = 200.0
) -> tuple[np.ndarray, np.ndarray]:
    """Digits drawn by the rules of `tools.drawings`, with another seed: images as above, and their labels."""
    labels = np.arange(count) % 10
    images = []
    for label in labels.tolist():
        strokes = digit(random, label)
        extent = np.ptp(np.concatenate(strokes), axis=0).max()
        place = random.uniform(0, 80, 2)
        image = from_strokes([stroke * size / extent + place for stroke in strokes], brush)
        assert image is not None, f"a {label} without ink"
        images.append(np.round(image * 255).astype(np.uint8))
    return np.stack(images), labels


RUBBISH: dict[str, Callable[[np.random.Generator, int], np.ndarray]] = {
    "blank and dots": dots,
    "scribbles": scribbles,
    "letters and figures": letters,
    "outlines of clothes": clothes,
}


class Digits(NamedTuple):
    """Metrics of the predictions for images of digits; all shares 0…1.

    Attributes:
        accuracy: share of correct predictions.
        calibration_error: the expected calibration error, as `reliability` has it.
        sure: share that is sure.
        right_where_sure: share of correct predictions among those; 0 where there are none.
        certain_and_right: share that is right with a probability of 99 % or more.
    """

    accuracy: float
    calibration_error: float
    sure: float
    right_where_sure: float
    certain_and_right: float


def predict(model: keras.Model, images: np.ndarray) -> np.ndarray:
    """Compute probabilities: (n, 28, 28) uint8 → (n, 10)."""
    parts = (images[start : start + 250] for start in range(0, len(images), 250))
    return np.concatenate(
        [np.asarray(model(part[..., np.newaxis] / np.float32(255), training=False)) for part in parts]
    )


def evaluate_digits(probabilities: np.ndarray, labels: np.ndarray, sure_from: float) -> Digits:
    """Accuracy and calibration of predictions for digits."""
    best, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    sure = np.array([verdict(row, sure_from).sure for row in probabilities])
    return Digits(
        float(right.mean()),
        reliability(probabilities, labels).expected_error,
        float(sure.mean()),
        float(right[sure].mean()) if sure.any() else 0.0,
        float((right & (best >= 0.99)).mean()),
    )


def confident_share(probabilities: np.ndarray, sure_from: float) -> float:
    """Share of confident predictions; for images that are no digits, all of these are wrong."""
    return float(np.mean([verdict(row, sure_from).sure for row in probabilities]))


def highest_threshold(probabilities: np.ndarray, share: float) -> float:
    """The highest threshold, in whole per cent, that at least this share of the predictions reaches."""
    return np.floor(np.quantile(probabilities.max(axis=1).astype(np.float64), 1 - share) * 100).item() / 100


def measured(model: keras.Model, sure_from: float, count: int = 2000) -> dict[str, dict[str, float] | float]:
    """All figures: `Digits` for MNIST's test images and drawn digits, `confident_share` for rubbish."""
    random = np.random.default_rng(SEED)
    data = load("mnist")
    found: dict[str, dict[str, float] | float] = {
        "MNIST's test images": evaluate_digits(predict(model, data.x_test[..., 0]), data.y_test, sure_from)._asdict()
    }
    images, labels = drawn(random, count)
    found["digits drawn by rules"] = evaluate_digits(predict(model, images), labels, sure_from)._asdict()
    return found | {
        name: confident_share(predict(model, make(random, count)), sure_from) for name, make in RUBBISH.items()
    }


def table(cards: Sequence[Card]) -> list[str]:
    """Markdown table of the figures measured, one column for each pretrained network."""
    found = [known.measured for known in cards]
    rows = [
        "| | " + " | ".join(known.network.name for known in cards) + " |",
        "|---|" + "--:|" * len(cards),
        "| sure from a probability of | " + " | ".join(_percent(known.sure_from, 0) for known in cards) + " |",
    ]
    for kind, first in found[0].items():
        if isinstance(first, dict):
            for field, words in _WORDS.items():
                rows.append(f"| {kind}: {words} | " + " | ".join(_percent(one[kind][field]) for one in found) + " |")
        else:
            rows.append(
                f"| {kind}: sure, though no digit | " + " | ".join(_percent(one[kind]) for one in found) + " |"
            )
    return rows


_WORDS = {
    "accuracy": "right",
    "calibration_error": "expected calibration error",
    "sure": "sure",
    "right_where_sure": "right where sure",
    "certain_and_right": "right with 99 % or more",
}


def _percent(share: float, digits: int = 2) -> str:
    return f"{share * 100:.{digits}f} %"


def fresh_table() -> list[str]:
    """The table of all the pretrained networks, measured now."""
    names = sorted(NAMES, key=("lenet5", "dense-128", "seven-thousand", "draw").index)
    cards = [card(name) for name in names]
    return table(
        [replace(one, measured=measured(pretrained(name), one.sure_from)) for name, one in zip(names, cards)]
    )
