"""How sure a measured accuracy is, and whether one network is really better than another."""

from __future__ import annotations

from math import sqrt
from statistics import NormalDist
from typing import NamedTuple

from core.network.words import counted

CONFIDENCE = 0.95
CHANCE_BELOW = 0.05  # p-values from here on count as what chance does, too
TINY = 0.0001


class Interval(NamedTuple):
    """A confidence interval of a share; both ends 0…1."""

    low: float
    high: float


def wilson(right: int, images: int, confidence: float = CONFIDENCE) -> Interval:
    """The score interval of a share that was counted: unlike p ± 1.96·√(p(1 − p)/n), right also near 0 and 1.

    Args:
        right: how many of the images.
        images: how many there were, at least one.
        confidence: the share of such intervals that hold the true value, above 0 and below 1.

    Raises:
        ValueError: for counts that cannot be, or another confidence.

    Source: Wilson, “Probable inference, the law of succession, and statistical inference” (1927); recommended by
    Brown, Cai and DasGupta, “Interval estimation for a binomial proportion” (2001), section 3.1, equation (4).
    """
    if not 0 <= right <= images or images < 1:
        raise ValueError(f"{right} of {images} is no share: at least one image, and no more right than there are.")
    if not 0 < confidence < 1:
        raise ValueError(f"The confidence is {confidence}; a number between 0 and 1 works.")
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share, squared = right / images, z * z
    middle = (share + squared / (2 * images)) / (1 + squared / images)
    half = z * sqrt(share * (1 - share) / images + squared / (4 * images**2)) / (1 + squared / images)
    low, high = max(middle - half, 0.0), min(middle + half, 1.0)
    return Interval(low if right else 0.0, high if right < images else 1.0)  # where rounding would leave a rest


class McNemar(NamedTuple):
    """A McNemar test of two networks on the same images: those that only one of them gets right, and what chance makes of that.

    Attributes:
        only_first, only_second: numbers of images.
        p: how often two equally good networks would differ by at least as much, 0…1: each image that only one of
            them gets right falls to either with probability ½.
    """

    only_first: int
    only_second: int
    p: float

    @property
    def chance(self) -> bool:
        """Whether that can be chance: p is 0.05 or more."""
        return self.p >= CHANCE_BELOW

    @property
    def p_text(self) -> str:
        """`p = 0.27`; two digits that count, and `p < 0.0001` below that."""
        return f"p < {TINY:.4f}" if self.p < TINY else f"p = {_two_digits(self.p)}"

    def sentence(self, first: str, second: str) -> str:
        """Read the test in one sentence, for networks of these names."""
        if not self.only_first + self.only_second:
            return f"{first} and {second} are right on the same images."
        verdict = "that can be chance" if self.chance else "that is hardly chance"
        return (
            f"{first} is right on {counted(self.only_first, 'image')} where {second} is wrong, {second} on "
            f"{self.only_second:,} where {first} is wrong: {verdict}, {self.p_text}."
        )


def mcnemar(only_first: int, only_second: int) -> McNemar:
    """The exact test of whether two networks are equally good, by the images that only one of them gets right.

    Args:
        only_first, only_second: how many images only this one gets right, from 0.

    Raises:
        ValueError: for a negative number.

    Source: McNemar, “Note on the sampling error of the difference between correlated proportions or percentages”
    (1947); exact, as a two-sided binomial test with probability ½. Recommended for two classifiers on one test set
    by Dietterich, “Approximate statistical tests for comparing supervised classification learning algorithms” (1998).
    """
    if only_first < 0 or only_second < 0:
        raise ValueError(f"{only_first} and {only_second} are no numbers of images: they must not be negative.")
    images, fewer = only_first + only_second, min(only_first, only_second)
    ways = term = 1
    for number in range(fewer):  # Σ (images over k) for k = 0…fewer, in whole numbers
        term = term * (images - number) // (number + 1)
        ways += term
    return McNemar(only_first, only_second, min(2 * ways / (1 << images), 1.0))


def _two_digits(p: float) -> str:
    """`0.27`, `0.0031`: never rounded up to a round 0.05 that it is below."""
    for digits in (2, 3, 4, 5):
        shown = f"{p:.{digits}f}"
        if p >= 10.0 ** (1 - digits) and (float(shown) < CHANCE_BELOW) == (p < CHANCE_BELOW):
            return shown
    return f"{p:.5f}"
