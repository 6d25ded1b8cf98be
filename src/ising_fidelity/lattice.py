r"""The spin conventions: energy, magnetisation, neighbours and symmetries.

Square lattice of L x L sites with periodic boundaries, N = L^2 spins s = -1 or +1, and

.. math:: H = -J \sum_{\langle i,j \rangle} s_i s_j, \qquad J = k_B = 1,

each bond counted once. On a 2 x 2 lattice two sites share two bonds, and both count.
Arrays of spins have shape (..., L, L); leading axes are frames.
"""

import math

import numpy as np
from numpy.typing import NDArray

CRITICAL_TEMPERATURE = 2.0 / math.log(1.0 + math.sqrt(2.0))
"""T_c of the infinite lattice, 2.269185 J/k_B (Onsager, Phys. Rev. 65, 117, 1944)."""

LARGEST_LATTICE = 4096
"""Largest supported L; a frame of this size has 16 million spins."""


def energy(spins: NDArray[np.int8]) -> NDArray[np.float64]:
    """Return the energy per spin of each frame in units of J, shape (...); the minimum is -2."""
    bonds = spins * np.roll(spins, 1, axis=-1) + spins * np.roll(spins, 1, axis=-2)
    sites = spins.shape[-1] * spins.shape[-2]
    return -bonds.sum(axis=(-2, -1), dtype=np.int64) / sites


def magnetization(spins: NDArray[np.int8]) -> NDArray[np.float64]:
    """Return the signed magnetisation per spin of each frame, shape (...)."""
    sites = spins.shape[-1] * spins.shape[-2]
    return spins.sum(axis=(-2, -1), dtype=np.int64) / sites


def neighbor_sum(spins: NDArray[np.int8]) -> NDArray[np.int8]:
    """Return the sum of the four neighbours of every site, shape (..., L, L), -4 to 4."""
    rolled = [np.roll(spins, shift, axis) for axis in (-2, -1) for shift in (1, -1)]
    return np.sum(rolled, axis=0, dtype=np.int8)


def symmetries(spins: NDArray[np.int8]) -> list[NDArray[np.int8]]:
    """Return the eight images of each frame under the symmetries of the square (D4)."""
    turned = [np.rot90(spins, quarter, axes=(-2, -1)) for quarter in range(4)]
    return turned + [frame.swapaxes(-2, -1) for frame in turned]


def all_configurations(lattice_size: int) -> NDArray[np.int8]:
    """Return every configuration of a small lattice, shape (2^(L*L), L, L).

    Raises
    ------
    ValueError
        If L > 4, as 2^25 or more configurations are too many.
    """
    if lattice_size > 4:
        raise ValueError(f"enumeration needs lattice_size <= 4, got {lattice_size}")
    sites = lattice_size**2
    bits = np.arange(2**sites)[:, None] >> np.arange(sites) & 1
    return (2 * bits - 1).astype(np.int8).reshape(-1, lattice_size, lattice_size)


def signs(field: NDArray[np.floating]) -> NDArray[np.int8]:
    """Round real numbers to spins: +1 for values >= 0, else -1."""
    return np.where(field >= 0, 1, -1).astype(np.int8)
