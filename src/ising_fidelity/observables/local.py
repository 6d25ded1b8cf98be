r"""The local Boltzmann test: the response of a spin to the field of its four neighbors.

In equilibrium, given the sum h of its neighbors, a spin is up with log odds

.. math:: \ln \frac{P(s = +1 \mid h)}{P(s = -1 \mid h)} = \frac{2 h}{T},

whatever the state of the rest of the lattice: this condition defines the Gibbs measure (Dobrushin,
Lanford and Ruelle). Frames can violate it in two ways that lattice averages do not distinguish.
Frames of another temperature respond to h = 2 and h = 4 with the same wrong T. Random single-spin
flips hardly change the response at h = 2, where thermal flips are frequent, but add flips at h = 4,
where thermal flips are rare.
"""

import numpy as np
from numpy.typing import NDArray

from ising_fidelity import lattice

ALIGNMENTS = (-4, -2, 0, 2, 4)
"""Values of s_i h_i."""

QUANTITIES = (
    "temperature_at_field_2",
    "temperature_at_field_4",
    "effective_temperature",
    "spurious_flips",
)
"""In the order of the last axis of :func:`from_counts`."""

STEPS = 200
"""Iterations of Newton's method; enough for T of 0.1 and above."""


def alignment_counts(spins: NDArray[np.int8]) -> NDArray[np.float64]:
    """Return how many sites of each frame (..., L, L) have each alignment, shape (..., 5)."""
    alignment = spins * lattice.neighbor_sum(spins)
    counts = [(alignment == value).sum(axis=(-2, -1)) for value in ALIGNMENTS]
    return np.stack(counts, axis=-1).astype(float)


def from_counts(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    r"""Return all :data:`QUANTITIES` from means of :func:`alignment_counts`.

    The first two are the T at which the log odds for \|h\| = 2 and \|h\| = 4 are the observed ones;
    both equal T in equilibrium. The effective temperature is 1 / beta of maximum pseudo-likelihood
    (J. Besag, The Statistician 24, 179, 1975), which solves

    .. math:: \sum_i s_i h_i = \sum_i h_i \tanh(\beta h_i),

    and spurious flips are the share of sites with \|h\| = 4 opposite to their field, beyond the
    share at the temperature of \|h\| = 2. Shape (..., 4); NaN if a class of sites is empty or spins
    are equally likely along and against their field.
    """
    against_4, against_2, _, along_2, along_4 = np.moveaxis(counts, -1, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        T_2 = 4 / np.log(along_2 / against_2)
        T_4 = 8 / np.log(along_4 / against_4)
        n_2, n_4 = along_2 + against_2, along_4 + against_4
        total = 2 * (along_2 - against_2) + 4 * (along_4 - against_4)
        # From 0 the iterates rise monotonically to the root, as tanh is concave.
        beta = np.zeros_like(total)
        for _ in range(STEPS):
            slope = 4 * n_2 / np.cosh(2 * beta) ** 2 + 16 * n_4 / np.cosh(4 * beta) ** 2
            excess = 2 * n_2 * np.tanh(2 * beta) + 4 * n_4 * np.tanh(4 * beta) - total
            beta = beta - excess / slope
        # If all spins are along their field, there is no finite root beta.
        frozen = np.abs(total) == 2 * n_2 + 4 * n_4
        beta = np.where(frozen, total * np.inf, beta)
        expected = 1 / (1 + (along_2 / against_2) ** 2)
        spurious = against_4 / n_4 - expected
        quantities = np.stack([T_2, T_4, 1 / beta, spurious], axis=-1)
    return np.where(np.isfinite(quantities), quantities, np.nan)
