"""The structure factor, compared with its definition and the exact correlation length."""

import math

import numpy as np
import pytest

from ising_fidelity import montecarlo
from ising_fidelity.observables import structure


def test_it_is_the_square_of_the_fourier_sum():
    spins = np.random.default_rng(1).choice(np.array([-1, 1], np.int8), (2, 6, 6))
    y, x = np.indices((6, 6))
    expected = np.zeros((2, 4))
    for n in range(4):
        for axis in (x, y):
            wave = np.exp(2j * np.pi * n * axis / 6)
            expected[:, n] += np.abs((spins * wave).sum(axis=(1, 2))) ** 2 / 2
    np.testing.assert_allclose(structure.along_axes(spins), expected, atol=1e-9)


def test_the_length_is_near_the_exact_one_above_the_critical_temperature():
    """Along an axis 1 / xi = ln coth K - 2 K (Onsager); 4000 frames leave 3 %."""
    K = 1 / 3.0
    spins = montecarlo.run_chains(32, 3.0, "checkerboard", 4096, 512, 200, 20, 1).spins
    S = structure.along_axes(spins).mean(axis=(0, 1)) / 32**2
    exact = 1 / (math.log(1 / math.tanh(K)) - 2 * K)
    assert float(structure.second_moment_length(S, 32)) == pytest.approx(exact, rel=0.1)


def test_no_length_where_the_uniform_mode_is_the_weaker_one():
    assert np.isnan(structure.second_moment_length(np.array([1.0, 2.0]), 8))
