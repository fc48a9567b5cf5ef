"""Variants of MNIST's digits: warped images, or their skeletons as strokes."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tools.drawings.strokes import Strokes


def warped(random: np.random.Generator, images: np.ndarray) -> np.ndarray:
    """The same digits slanted, turned, stretched, bent, thinner or thicker, put into MNIST's frame again.

    Args:
        random: where the changes come from, others for each image.
        images: (n, 28, 28) uint8.

    Returns:
        (n, 28, 28) uint8: the longer side of the ink is 20 pixels again, its centre of mass at index 14.
    """
    n = len(images)
    ink = thickened(random, images.astype(np.float32) / 255)
    turn, slant = np.deg2rad(random.normal(0, 8, n)), np.tan(np.deg2rad(random.normal(0, 13, n)))
    wide = np.exp(random.normal(0, 0.22, n))
    zeros, ones = np.zeros(n), np.ones(n)
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]).transpose(2, 0, 1)
    shear = np.array([[ones, slant], [zeros, ones]]).transpose(2, 0, 1)
    stretch = np.array([[1 / wide, zeros], [zeros, ones]]).transpose(2, 0, 1)
    back = rotation @ shear @ stretch  # (n, 2, 2), from a pixel of the result to one of the image; x before y
    field = np.stack(np.meshgrid(np.arange(28.0), np.arange(28.0)), axis=-1).reshape(-1, 2) - 14  # (784, 2)
    waves, phases = random.normal(0, 0.17, (n, 2, 4)), random.uniform(0, 2 * np.pi, (n, 1, 4))
    pushes = random.normal(0, 0.5, (n, 4, 2))

    def read(scale: np.ndarray, middle: np.ndarray) -> np.ndarray:
        places = field * scale[:, np.newaxis, np.newaxis] + middle[:, np.newaxis]  # (n, 784, 2)
        places = places @ back.transpose(0, 2, 1)
        return _bilinear(ink, places + np.sin(places @ waves + phases) @ pushes + 14)

    first = read(np.full(n, 1.6), np.zeros((n, 2)))  # small enough for all of it to be in the field
    there = first > 0.3
    columns, rows = np.any(there, axis=1), np.any(there, axis=2)
    width, height = (27 - side[:, ::-1].argmax(axis=1) - side.argmax(axis=1) for side in (columns, rows))
    scale = 1.6 * np.clip(np.maximum(width, height) + 0.6, 4, 28) / 20
    mass = np.maximum(first.sum(axis=(1, 2)), 1e-6)
    centre = np.stack([(first.sum(axis=axis) * np.arange(28)).sum(axis=1) / mass for axis in (1, 2)], axis=1)
    result = read(scale, (centre - 14) * 1.6)
    strongest = np.maximum(result.max(axis=(1, 2), keepdims=True), 0.5)  # what is bent by little is blurred
    return np.round(result / strongest * 255).astype(np.uint8)


def thickened(random: np.random.Generator, ink: np.ndarray) -> np.ndarray:
    """Strokes up to about a pixel thicker or thinner: (n, 28, 28) float32 in 0…1 of the same."""
    by = random.uniform(-0.7, 0.8, len(ink))[:, np.newaxis, np.newaxis].astype(np.float32)
    sides = [np.roll(ink, shift, axis) for axis in (1, 2) for shift in (-1, 1)]
    other = np.where(by > 0, np.maximum.reduce([ink, *sides]), np.minimum.reduce([ink, *sides]))
    # What is thin already would vanish.
    by = np.where((by < 0) & (ink.mean(axis=(1, 2), keepdims=True) < 0.09), 0, np.abs(by))
    return ink * (1 - by) + other * by


def _bilinear(images: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Read (n, 28, 28) images at (n, 784, 2) places of x, y; 0 outside."""
    framed = np.pad(images, ((0, 0), (1, 2), (1, 2)))
    places = np.clip(places + 1, 0, 29).astype(np.float32)
    corner = places.astype(np.int32)
    x, y = np.moveaxis(places - corner, -1, 0)
    flat = framed.reshape(-1)
    index = np.arange(len(images))[:, np.newaxis] * 31 * 31 + corner[..., 1] * 31 + corner[..., 0]
    above = flat[index] * (1 - x) + flat[index + 1] * x
    below = flat[index + 31] * (1 - x) + flat[index + 32] * x
    return (above * (1 - y) + below * y).reshape(-1, 28, 28)


def skeletonize(images: np.ndarray) -> np.ndarray:
    """Skeletons of images, one pixel wide (Zhang & Suen 1984), for all images at once.

    Args:
        images: (n, h, w) bool.

    Returns:
        (n, h, w) bool.
    """
    there = np.pad(images, ((0, 0), (1, 1), (1, 1)))
    while True:
        before = there.sum()
        for last in (False, True):
            # p2 … p9 of the paper: clockwise from above.
            n, ne, e, se, s, sw, w, nw = (
                np.roll(there, shift, axis=(1, 2))
                for shift in ((1, 0), (1, -1), (0, -1), (-1, -1), (-1, 0), (-1, 1), (0, 1), (1, 1))
            )
            ring = (n, ne, e, se, s, sw, w, nw)
            neighbours = sum(one.astype(np.int8) for one in ring)
            entries = sum((~one & other).astype(np.int8) for one, other in zip(ring, (*ring[1:], n)))
            sides = ~(n & e & w) & ~(n & s & w) if last else ~(n & e & s) & ~(e & s & w)
            there = there & ~((neighbours >= 2) & (neighbours <= 6) & (entries == 1) & sides)
        if there.sum() == before:
            return there[:, 1:-1, 1:-1]


def traced(images: np.ndarray) -> Iterator[Strokes]:
    """The skeleton of each image as short straight strokes.

    Args:
        images: (n, 28, 28) uint8.
    """
    fine = images.astype(np.float32)
    for axis in (1, 2):  # twice as fine, read bilinearly
        after = np.concatenate([np.take(fine, range(1, fine.shape[axis]), axis), np.take(fine, [-1], axis)], axis)
        fine = np.stack([fine, (fine + after) / 2], axis=axis + 1).reshape(
            [n * (2 if a == axis else 1) for a, n in enumerate(fine.shape)]
        )
    for skeleton in skeletonize(fine > 110):
        yield pieces_of(skeleton)


def pieces_of(skeleton: np.ndarray) -> Strokes:
    rows, columns = np.nonzero(skeleton)
    number = np.full((skeleton.shape[0] + 2, skeleton.shape[1] + 2), -1)
    number[rows + 1, columns + 1] = np.arange(len(rows))
    pairs = []
    for down, right in ((0, 1), (1, 0), (1, 1), (1, -1)):
        other = number[rows + 1 + down, columns + 1 + right]
        there = other >= 0
        if down and right:  # no diagonal where two straight steps go the same way
            there &= (number[rows + 1 + down, columns + 1] < 0) & (number[rows + 1, columns + 1 + right] < 0)
        pairs.append(np.stack([np.flatnonzero(there), other[there]], axis=1))
    edges = np.concatenate(pairs)
    points = np.stack([columns, rows], axis=1).astype(float)
    if not len(edges):
        return [points]
    degree = np.bincount(edges.ravel(), minlength=len(points))[:, np.newaxis]
    for _ in range(4):  # stairs become slopes
        sums = np.zeros_like(points)
        np.add.at(sums, edges[:, 0], points[edges[:, 1]])
        np.add.at(sums, edges[:, 1], points[edges[:, 0]])
        points = np.where(degree == 2, (points + sums / np.maximum(degree, 1)) / 2, points)
    return list(points[edges])
