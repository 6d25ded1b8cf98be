"""The share of positive frames and its test, compared with scipy's."""

import numpy as np
import pytest
from scipy.stats import binomtest

from ising_fidelity.observables import signs


@pytest.mark.parametrize("tosses", [1, 2, 7, 200])
def test_the_p_value_is_that_of_the_binomial_test(tosses):
    for heads in range(tosses + 1):
        expected = binomtest(heads, tosses).pvalue
        assert signs.binomial_p_value(heads / tosses, tosses) == pytest.approx(expected)


def test_frames_without_magnetization_count_half():
    assert signs.positive(np.array([0.3, 0.0, -1.0])).tolist() == [1, 0.5, 0]


def test_a_chain_that_keeps_its_sign_is_one_toss():
    kept = np.repeat([[1.0], [0.0], [1.0]], 50, axis=1)
    assert signs.independent_signs(kept, "chain") == 3
    assert signs.independent_signs(kept, "independent") == 150


def test_correlated_signs_are_fewer():
    """Each draw repeats the one before it in 9 of 10: 2 tau_int = 19, estimated to some 20 %."""
    generator = np.random.default_rng(1)
    again = generator.random((4, 2000)) < 0.9
    fresh = np.maximum.accumulate(np.where(again, 0, np.arange(2000)), axis=1)
    series = np.take_along_axis((generator.random((4, 2000)) < 0.5).astype(float), fresh, axis=1)
    assert signs.independent_signs(series, "chain") == pytest.approx(8000 / 19, rel=0.6)
