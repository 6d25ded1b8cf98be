"""Samplers that tests judge, and what comes of it."""

import numpy as np
import pytest

import ising_fidelity as ising

L = 16
TEMPERATURES = (2.1, 2.6)


def shuffled(T, seed, frames=400):
    """Return independent frames: those of chains, in random order."""
    made = ising.simulate(L=L, T=T, frames=frames, seed=seed)
    order = np.random.default_rng(seed).permutation(frames)
    return made.spins.reshape(1, frames, L, L)[:, order]


@pytest.fixture(scope="session")
def samplers():
    """Return a perfect sampler, one that is 10 % too hot, and coins."""
    coins = np.random.default_rng(5).choice([-1, 1], (100, L, L))
    return {
        "perfect": {T: shuffled(T, seed=1) for T in TEMPERATURES},
        "hot": {T: shuffled(1.1 * T, seed=2) for T in TEMPERATURES},
        "coins": dict.fromkeys(TEMPERATURES, coins),
    }


@pytest.fixture(scope="session")
def card(samplers):
    return ising.judge(samplers, seed=3, progress=False)
