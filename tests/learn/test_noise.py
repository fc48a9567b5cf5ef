"""Dropout of all kinds against Keras: with the same factors the same output, and the same statistics within their errors."""

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core.learn.noise import deviation, expected, factors, measured, moments

KERAS = {
    "dropout": keras.layers.Dropout,
    "spatial": keras.layers.SpatialDropout2D,
    "gaussian": keras.layers.GaussianDropout,
}
VALUES = arrays(np.float64, (2, 2, 3, 3), elements=st.floats(-100, 100))
RATES = st.floats(0.05, 0.9)


def by_keras(kind, rate, values, seed):
    """What Keras's layer makes of the batch in a step of training; channels first and last are turned."""
    layer = KERAS[kind](rate, seed=seed)
    found = layer(values.transpose(0, 2, 3, 1).astype(np.float32), training=True)
    return np.asarray(found).transpose(0, 3, 1, 2)


@pytest.mark.parametrize("kind", KERAS)
@settings(max_examples=15, deadline=None)
@given(values=VALUES, rate=RATES, seed=st.integers(0, 1000))
def test_with_the_factors_that_keras_draws_the_output_is_that_of_keras(kind, values, rate, seed):
    drawn = by_keras(kind, rate, np.ones_like(values), seed)
    np.testing.assert_allclose(values * drawn, by_keras(kind, rate, values, seed), rtol=1e-4, atol=1e-3)
    if kind != "gaussian":
        there = np.unique(np.round(drawn * (1 - rate), 5))
        assert (
            set(there) <= {0, 1} >= set(np.unique(np.round(factors(kind, rate, values.shape, seed) * (1 - rate), 5)))
        )
    if kind == "spatial":
        for one in (drawn, factors(kind, rate, values.shape, seed)):
            assert (one == one[..., :1, :1]).all()


@pytest.mark.parametrize("kind", KERAS)
@pytest.mark.parametrize("rate", [0.1, 0.5, 0.8])
def test_the_factor_has_the_mean_and_deviation_of_the_formula_and_of_keras(kind, rate):
    maps = (40_000, 1, 1, 1)
    error = deviation(rate) / 200  # the standard error of the mean of so many
    for drawn in (factors(kind, rate, maps, 3), by_keras(kind, rate, np.ones(maps), 3)):
        assert abs(drawn.mean() - 1) < 5 * error
        assert drawn.std() == pytest.approx(deviation(rate), rel=0.05)


@settings(max_examples=25, deadline=None)
@given(values=VALUES, rate=RATES, kind=st.sampled_from(sorted(KERAS)))
def test_the_expected_moments_are_those_that_are_measured(values, rate, kind):
    draws = 4000
    formula, found = expected(values, rate), measured(kind, values, rate, 1, draws)
    spread = float(np.sqrt((values.sum(axis=(2, 3)) ** 2).sum())) if kind == "spatial" else float(np.sqrt((values**2).sum()))  # fmt: skip
    error = deviation(rate) * spread / values.size / np.sqrt(draws)
    assert abs(found.mean - formula.mean) <= 6 * error + 1e-9
    assert found.deviation == pytest.approx(formula.deviation, rel=0.12, abs=1e-9)


def test_nothing_is_drawn_at_rate_0_and_a_seed_gives_the_same_again():
    for kind in KERAS:
        assert (factors(kind, 0.0, (2, 2, 3, 3), 5) == 1).all()
        np.testing.assert_array_equal(factors(kind, 0.5, (2, 2, 3, 3), 5), factors(kind, 0.5, (2, 2, 3, 3), 5))
        assert (factors(kind, 0.5, (2, 2, 3, 3), 5) != factors(kind, 0.5, (2, 2, 3, 3), 6)).any()
    values = np.arange(36.0).reshape(2, 2, 3, 3)
    assert expected(values, 0.0) == moments(values)
