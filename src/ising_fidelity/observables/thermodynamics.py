"""Energy, magnetization and their fluctuations, from moments of lattice totals."""

import numpy as np
from numpy.typing import NDArray

QUANTITIES = (
    "energy",
    "magnetization",
    "abs_magnetization",
    "trajectory_magnetization",
    "specific_heat",
    "susceptibility",
    "trajectory_susceptibility",
    "binder_cumulant",
)
"""In the order of the last axis of :func:`from_moments`."""

MOMENTS = 6
"""How many numbers :func:`primaries` gives for each frame."""


def primaries(
    energy: NDArray[np.float64], magnetization: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return E, E^2, M, |M|, M^2, M^4 of each frame, shape (..., 6).

    Energy and magnetization are totals over the lattice. As whole numbers, their sums are exact,
    and the fluctuations of equal frames are exactly 0.
    """
    E, M = energy, magnetization
    return np.stack([E, E**2, M, np.abs(M), M**2, M**4], axis=-1)


def from_moments(
    moments: NDArray[np.float64], sites: int, temperature: float
) -> NDArray[np.float64]:
    """Return all :data:`QUANTITIES` per spin, shape (..., 8).

    ``moments`` are means of :func:`primaries`, shape (..., 6). The temperature is in J/k_B; at 0,
    fluctuations over T are undefined and NaN.
    """
    E, E2, M, abs_M, M2, M4 = np.moveaxis(moments, -1, 0)
    N, T = sites, np.float64(temperature)
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        quantities = [
            E / N,
            M / N,
            abs_M / N,
            np.abs(M) / N,
            (E2 - E**2) / N / T / T,  # T^2 may be outside the range of floats
            (M2 - abs_M**2) / (N * T),
            (M2 - M**2) / (N * T),
            1 - M4 / (3 * M2**2),
        ]
    return np.stack(quantities, axis=-1)
