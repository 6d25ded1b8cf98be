"""Acceptance probabilities as integer thresholds and binary digits."""

import math

import numpy as np

from ising_fidelity.montecarlo.chains import Words
from ising_fidelity.montecarlo.kernels.compiled import multispin


def acceptance(temperature: float, cost: int) -> float:
    """Return the Metropolis acceptance min(1, exp(-dE/T)) of a flip of cost dE, also at T = 0."""
    if cost <= 0:
        return 1.0
    return math.exp(-cost / temperature) if temperature > 0 else 0.0


def acceptance_thresholds(temperature: float) -> Words:
    """Return the acceptance times 2^64 of flips that cost dE = -8, -4, 0, 4, 8; shape (5,)."""
    costs = (-8, -4, 0, 4, 8)
    return np.array([_threshold(acceptance(temperature, cost)) for cost in costs], np.uint64)


def digit_chances(temperature: float) -> Words:
    """Return the acceptance of flips that cost 4 and 8 in the format of ``multispin.h``.

    Shape (2, :data:`.multispin.DIGITS` + 1): binary digits, the least significant first, as words
    of all zeros or all ones, and the rest in units of 2^-64.
    """
    rows = []
    for cost in (4, 8):
        whole = _threshold(acceptance(temperature, cost), multispin.DIGITS + 64)
        explicit, rest = whole >> 64, whole % 2**64
        digits = [(explicit >> place & 1) * (2**64 - 1) for place in range(multispin.DIGITS)]
        rows.append([*digits, rest])
    return np.array(rows, np.uint64)


def bond_threshold(temperature: float) -> int:
    """Return the probability 1 - exp(-2/T) that an equal neighbor joins a cluster, times 2^64."""
    return _threshold(-math.expm1(-2 / temperature) if temperature > 0 else 1.0)


def _threshold(chance: float, bits: int = 64) -> int:
    return min(int(math.ldexp(chance, bits)), 2**bits - 1)
