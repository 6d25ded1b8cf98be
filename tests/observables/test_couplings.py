"""Couplings of frames: exact on a small lattice, with correct errors."""

import numpy as np
import pytest

from ising_fidelity import lattice
from ising_fidelity.observables import couplings

KNOWN = np.array([0.3, 0.4, -0.05, 0.02])
"""K_x, K_y, K_d and b."""


@pytest.fixture(scope="module")
def enumerated():
    """Return all frames of 4 x 4 and their weights exp(-H) at :data:`KNOWN`, normalised."""
    spins = lattice.all_configurations(4)
    exponent = KNOWN[3] * spins.sum(axis=(1, 2), dtype=float)
    for size, steps in zip(KNOWN, ([(0, 1)], [(1, 0)], [(1, 1), (1, -1)]), strict=False):
        for step in steps:
            moved = np.roll(spins, step, (1, 2))
            exponent += size * (spins * moved).sum(axis=(1, 2), dtype=float)
    weights = np.exp(exponent - exponent.max())
    return spins, weights / weights.sum()


def test_counts_are_those_of_a_walk_over_all_sites():
    spins = np.random.default_rng(1).choice(np.array([-1, 1], np.int8), (3, 6, 6))
    wanted = np.zeros((3, 3, 3, 5, 2))
    for frame, y, x in np.ndindex(3, 6, 6):
        at = {
            (b, a): int(spins[frame, (y + b) % 6, (x + a) % 6])
            for b in (-1, 0, 1)
            for a in (-1, 0, 1)
        }
        h_x, h_y = at[0, 1] + at[0, -1], at[1, 0] + at[-1, 0]
        h_d = at[1, 1] + at[1, -1] + at[-1, 1] + at[-1, -1]
        wanted[frame, h_x // 2 + 1, h_y // 2 + 1, h_d // 2 + 2, int(at[0, 0] > 0)] += 1
    assert np.array_equal(couplings.counts(spins), wanted.reshape(3, 45, 2))


def test_couplings_of_all_frames_in_their_weights_are_exact(enumerated):
    spins, weights = enumerated
    total = np.tensordot(weights, couplings.counts(spins), 1)
    assert couplings.fit(total[None]).values == pytest.approx(KNOWN, abs=1e-9)


def test_errors_are_those_of_repetitions(enumerated):
    spins, weights = enumerated
    counts = couplings.counts(spins)
    generator = np.random.default_rng(2)
    z = []
    for _ in range(300):
        chosen = generator.choice(len(spins), 400, p=weights)
        fitted = couplings.fit(counts[chosen])
        z.append((fitted.values - KNOWN) / np.sqrt(np.diag(fitted.covariance)))
    assert np.abs(np.mean(z, axis=0)).max() < 0.25
    assert np.std(z, axis=0) == pytest.approx(np.ones(4), abs=0.13)


def test_correlated_frames_have_larger_errors(enumerated):
    spins, weights = enumerated
    chosen = np.random.default_rng(3).choice(len(spins), 300, p=weights)
    counts = couplings.counts(spins[chosen])
    alone, twice = couplings.fit(counts), couplings.fit(counts, correlation=2.0)
    assert np.array_equal(alone.values, twice.values)
    assert twice.covariance == pytest.approx(2 * alone.covariance)


def test_frames_all_alike_have_no_couplings():
    assert couplings.fit(couplings.counts(np.ones((5, 6, 6), np.int8))) is None
