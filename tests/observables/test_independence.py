"""Whether frames that are said to be independent are."""

import numpy as np
import pytest
from scipy.stats import binom

from ising_fidelity.observables import independence

TRIALS = 4000


def autoregressive(generator, shape, r):
    """Return numbers of unit variance whose successive ones along the draws have correlation r."""
    numbers = generator.normal(size=shape)
    for draw in range(1, shape[1]):
        fresh = np.sqrt(1 - r**2) * numbers[:, draw]
        numbers[:, draw] = r * numbers[:, draw - 1] + fresh
    return numbers


def test_false_alarms_are_as_many_as_stated():
    # Skewed numbers, as energies near T_c are. At a level of 1 % the binomial bound fails by
    # chance once in 10^6 seeds.
    generator = np.random.default_rng(5)
    alarms = sum(
        independence.lag_one(generator.exponential(size=(1, 200)))[1] < 0.01 for _ in range(TRIALS)
    )
    assert alarms <= binom.isf(1e-6, TRIALS, 0.015)
    assert alarms >= binom.ppf(1e-6, TRIALS, 0.005)


@pytest.mark.parametrize(("frames", "r", "share"), [(100, 0.5, 0.8), (1000, 0.2, 0.95)])
def test_correlations_that_matter_are_found(frames, r, share):
    generator = np.random.default_rng(6)
    series = (autoregressive(generator, (1, frames), r) for _ in range(200))
    found = [independence.lag_one(one)[1] < independence.CONTRADICTED for one in series]
    assert np.mean(found) > share


def test_the_value_is_that_of_the_chain():
    series = autoregressive(np.random.default_rng(7), (20, 5000), 0.6)
    assert independence.lag_one(series)[0] == pytest.approx(0.6, abs=0.01)
    # Chains of single draws are in the given order.
    row = series[:1]
    assert independence.lag_one(row.T) == independence.lag_one(row)


@pytest.mark.parametrize("series", [np.full((1, 50), 0.1), np.zeros((1, 2)), np.ones((1, 1))])
def test_nothing_is_said_of_a_constant_or_of_too_few(series):
    assert np.isnan(independence.lag_one(series)).all()


def test_several_tests_together():
    assert independence.either([0.2, 0.01, np.nan]) == pytest.approx(0.02)
    assert independence.either([0.9, 0.8]) == 1
    assert np.isnan(independence.either([np.nan]))
