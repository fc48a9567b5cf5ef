"""Draws of dropout: the formula of its mean and deviation is the oracle."""

import numpy as np
import pytest

from core.insight.dropping import deviation, draws, dropped, factor
from core.network import Dense, Dropout, GaussianDropout, SpatialDropout2D

KINDS = (Dropout, SpatialDropout2D, GaussianDropout)
MANY = 3000


@pytest.mark.parametrize("rate", [0.1, 0.3, 0.5, 0.8])
@pytest.mark.parametrize("kind", KINDS)
def test_mean_and_deviation_over_many_draws_are_those_of_the_formula(kind, rate):
    """Within four standard errors, of one number as of each map's."""
    values = np.full((2, 2, 6), 3.0, np.float32)
    found = draws(kind(rate), values, MANY, seed=5)[:, 0, 0].astype(np.float64) / 3  # (draws, maps)
    expected = np.sqrt(rate / (1 - rate))
    assert deviation(kind(rate)) == pytest.approx(expected)
    squares = (found - 1) ** 2
    assert abs(found.mean() - 1) < 4 * expected / np.sqrt(found.size)
    assert (
        abs(squares.mean() - expected**2) < 4 * squares.std() / np.sqrt(found.size) + 1e-6
    )  # at a rate of ½ all squares are 1


@pytest.mark.parametrize("rate", [0.2, 0.6])
def test_dropout_forgets_numbers_spatial_dropout_maps_and_gaussian_dropout_nothing(random, rate):
    values = 1 + random.random((8, 9, 40)).astype(np.float32)
    plain, spatial, gaussian = (draws(kind(rate), values, 5, seed=2) for kind in KINDS)
    for one in (plain, spatial):
        kept = one != 0
        np.testing.assert_allclose(one[kept], np.broadcast_to(values / (1 - rate), one.shape)[kept], rtol=1e-5)
    whole = (spatial != 0).all(axis=(1, 2)) | (spatial == 0).all(axis=(1, 2))
    assert whole.all()
    mixed = (plain == 0).any(axis=(1, 2)) & (plain != 0).any(axis=(1, 2))
    assert mixed.all()
    assert (gaussian != 0).all() and len(np.unique(gaussian / values)) > 5 * values.size // 2


@pytest.mark.parametrize("kind", KINDS)
def test_each_draw_is_another_and_the_same_seed_gives_the_same_ones(kind):
    values = np.ones((4, 4, 30), np.float32)
    first = draws(kind(0.5), values, 5, seed=1)
    assert first.shape == (5, 4, 4, 30) and len({one.tobytes() for one in first}) == 5
    assert np.array_equal(first, draws(kind(0.5), values, 5, seed=1))
    assert not np.array_equal(first, draws(kind(0.5), values, 5, seed=2))


def test_a_row_of_numbers_works_too():
    assert draws(Dropout(0.5), np.ones(50, np.float32), 3).shape == (3, 50)


@pytest.mark.parametrize("layer", [Dense(3), Dropout(0.0)])
def test_a_layer_that_drops_nothing_is_refused(layer):
    for ask in (lambda: draws(layer, np.ones(4)), lambda: deviation(layer)):
        with pytest.raises(ValueError, match="drops nothing"):
            ask()


def fourth_moment(kind, rate):
    """The fourth central moment of the factor, by hand: of a scaled coin, or of a normal distribution."""
    if kind is GaussianDropout:
        return 3 * (rate / (1 - rate)) ** 2
    return rate + (1 - rate) * (rate / (1 - rate)) ** 4  # 0 lies 1 below the mean, 1 / (1 − rate) that much above


@pytest.mark.parametrize("rate", [0.1, 0.4, 0.5, 0.8])
@pytest.mark.parametrize("kind", KINDS)
def test_the_factor_over_ten_thousand_draws_is_that_of_the_formula(kind, rate):
    """Within four standard errors. That of a deviation is √((μ₄ − σ⁴) / n) / 2σ; where a coin is fair it is 0, and what
    the mean is off is all that is left, to the second order."""
    found = factor(kind(rate), seed=3)
    expected = np.sqrt(rate / (1 - rate))
    of_mean = expected / np.sqrt(found.draws)
    of_deviation = np.sqrt(max(fourth_moment(kind, rate) - expected**4, 0) / found.draws) / (2 * expected)
    assert found.draws == 10_000
    assert abs(found.mean - 1) < 4 * of_mean
    assert abs(found.deviation - expected) < 4 * of_deviation + (4 * of_mean) ** 2 / (2 * expected)


def test_what_is_shown_belongs_together():
    values = np.ones((4, 4, 3), np.float32)
    found = dropped(SpatialDropout2D(0.5), values, seed=7)
    assert np.array_equal(found.drawn, draws(SpatialDropout2D(0.5), values, 5, seed=7))
    assert found.values is values and found.factor == factor(SpatialDropout2D(0.5), seed=7)
