"""Drawings for tests, as a hand that is not quite steady makes them."""

from __future__ import annotations

import numpy as np

from core.data import DIGITS, Collection, from_strokes

PEN = 18
SHAPES = ("circle", "cross", "triangle")

# Digits of a pocket calculator: which of its seven bars each has. No hand of MNIST's writes so.
_CORNERS = {"a": (0, 0), "b": (1, 0), "c": (0, 1), "d": (1, 1), "e": (0, 2), "f": (1, 2)}
_BARS = {
    "top": "ab",
    "left": "ac",
    "right": "bd",
    "middle": "cd",
    "lower left": "ce",
    "lower right": "df",
    "low": "ef",
}
_LIT = {
    0: ("top", "left", "right", "lower left", "lower right", "low"),
    1: ("right", "lower right"),
    2: ("top", "right", "middle", "lower left", "low"),
    3: ("top", "right", "middle", "lower right", "low"),
    4: ("left", "right", "middle", "lower right"),
    5: ("top", "left", "middle", "lower right", "low"),
    6: ("top", "left", "middle", "lower left", "lower right", "low"),
    7: ("top", "left", "right", "lower right"),
    8: tuple(_BARS),
    9: ("top", "left", "right", "middle", "lower right", "low"),
}


def shape(name: str, random: np.random.Generator) -> list[np.ndarray]:
    """The strokes of a circle, a cross or a triangle, in canvas pixels."""

    def near(x: float, y: float) -> np.ndarray:
        return np.array([x, y]) + random.normal(0, 14, 2)

    if name == "circle":
        turn = random.uniform(0, 6) + np.linspace(0, 6.3, 30)
        radii = random.uniform(60, 100, 2)
        return [140 + radii * np.stack([np.cos(turn), np.sin(turn)], 1)]
    if name == "cross":
        return [np.stack([near(60, 60), near(220, 220)]), np.stack([near(220, 60), near(60, 220)])]
    corners = [near(140, 50), near(60, 220), near(220, 220)]
    return [np.stack([*corners, corners[0]])]


def digit(number: int, random: np.random.Generator) -> list[np.ndarray]:
    """The strokes of a digit made of straight bars, in canvas pixels."""
    corners = {
        name: np.array([80 + 110 * x, 40 + 90 * y]) + random.normal(0, 7, 2) for name, (x, y) in _CORNERS.items()
    }
    return [np.stack([corners[end] for end in _BARS[bar]]) for bar in _LIT[number]]


def image(strokes: list[np.ndarray]) -> np.ndarray:
    """(28, 28) float32 in 0…1."""
    return from_strokes(strokes, PEN)


def shapes(each: int, seed: int = 0) -> Collection:
    """So many drawings of each shape, in turns."""
    random = np.random.default_rng(seed)
    found = Collection("Shapes", SHAPES)
    for _ in range(each):
        for label, name in enumerate(SHAPES):
            found = found.added(image(shape(name, random)), label)
    return found


def digits(each: int, seed: int = 0) -> Collection:
    """So many drawings of each digit, in turns."""
    random = np.random.default_rng(seed)
    found = Collection("My digits", DIGITS)
    for _ in range(each):
        for label in range(10):
            found = found.added(image(digit(label, random)), label)
    return found
