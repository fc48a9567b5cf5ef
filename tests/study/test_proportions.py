"""Intervals and tests of counted shares: SciPy is the oracle."""

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, binomtest

from core.study.proportions import mcnemar, wilson

COUNTS = [
    (right, images) for images in (1, 2, 7, 100, 500, 10_000) for right in {0, 1, images // 3, images - 1, images}
]


@pytest.mark.parametrize("confidence", [0.5, 0.9, 0.95, 0.99])
@pytest.mark.parametrize("right, images", COUNTS)
def test_the_interval_is_scipys(right, images, confidence):
    expected = binomtest(right, images).proportion_ci(confidence, method="wilson")
    assert wilson(right, images, confidence) == pytest.approx((expected.low, expected.high), abs=1e-12)


@given(images=st.integers(1, 100_000), share=st.floats(0, 1))
def test_an_interval_holds_the_share_and_stays_within_0_and_1(images, share):
    right = round(images * share)
    low, high = wilson(right, images)
    assert 0 <= low <= right / images <= high <= 1 and low < high
    assert (low == 0) == (right == 0) and (high == 1) == (right == images)


def test_95_of_100_intervals_hold_the_true_share():
    """Over the whole distribution of what is counted among 400 images."""
    for share in (0.5, 0.9, 0.98):
        held = sum(
            binom.pmf(right, 400, share)
            for right in range(401)
            if wilson(right, 400).low <= share <= wilson(right, 400).high
        )
        assert held == pytest.approx(0.95, abs=0.025)


@pytest.mark.parametrize("wrong", [(1, 0), (3, 2), (-1, 5)])
def test_counts_that_cannot_be_are_refused(wrong):
    with pytest.raises(ValueError, match="is no share"):
        wilson(*wrong)


@pytest.mark.parametrize("confidence", [0, 1, -0.5, math.nan])
def test_a_confidence_that_cannot_be_is_refused(confidence):
    with pytest.raises(ValueError, match="between 0 and 1"):
        wilson(1, 2, confidence)


@pytest.mark.parametrize("first", [0, 1, 2, 5, 22, 31, 100, 777])
@pytest.mark.parametrize("second", [0, 1, 3, 22, 30, 99, 650])
def test_mcnemar_is_scipys_two_sided_binomial_test(first, second):
    found = mcnemar(first, second)
    expected = binomtest(first, first + second, 0.5).pvalue if first + second else 1.0
    assert found.p == pytest.approx(expected, rel=1e-9)
    assert found.p == mcnemar(second, first).p and found[:2] == (first, second)


def test_thousands_of_images_that_only_one_gets_right_are_no_overflow():
    assert mcnemar(9_000, 8_900).p == pytest.approx(binomtest(9_000, 17_900, 0.5).pvalue, rel=1e-6)
    assert mcnemar(10_000, 0).p == 0.0 or mcnemar(10_000, 0).p < 1e-300


def test_a_negative_number_of_images_is_refused():
    with pytest.raises(ValueError, match="negative"):
        mcnemar(-1, 3)


def test_the_sentence_says_who_is_right_where_and_whether_that_can_be_chance():
    assert mcnemar(31, 22).sentence("A", "B") == (
        "A is right on 31 images where B is wrong, B on 22 where A is wrong: that can be chance, p = 0.27."
    )
    assert mcnemar(1, 1200).sentence("A", "B") == (
        "A is right on 1 image where B is wrong, B on 1,200 where A is wrong: that is hardly chance, p < 0.0001."
    )
    assert mcnemar(0, 0).sentence("A", "B") == "A and B are right on the same images."


@given(st.integers(0, 200), st.integers(0, 200))
def test_the_p_that_is_shown_is_that_of_the_verdict(first, second):
    """No sentence says “hardly chance, p = 0.05”, or the other way round."""
    found = mcnemar(first, second)
    sign, shown = re.fullmatch(r"p ([=<]) (\d\.\d+)", found.p_text).groups()
    if sign == "=":
        assert (float(shown) >= 0.05) == found.chance == (found.p >= 0.05)
        assert float(shown) == pytest.approx(found.p, rel=0.06)
    else:
        assert found.p < float(shown) and not found.chance
