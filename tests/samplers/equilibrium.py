"""Frames in equilibrium, and simulations of models that are not the one that is judged."""

from functools import lru_cache

import numpy as np

import ising_fidelity as ising
from ising_fidelity.exact import finite, infinite


def frames(L, T, n, seed):
    """Return independent frames in equilibrium, shape (n, L, L): those of chains in random order."""
    return _frames(L, T, n, seed).copy()


@lru_cache(maxsize=60)
def _frames(L, T, n, seed):
    made = ising.simulate(L=L, T=T, frames=n, seed=seed)
    spins = made.spins.reshape(n, L, L)
    return spins[np.random.default_rng(seed).permutation(n)]


def start(L, n, seed, ordered):
    """Return starts, all of one sign or at random."""
    generator = np.random.default_rng(seed)
    if ordered:
        return np.repeat(generator.choice([-1, 1], (n, 1, 1)), L * L, axis=1).reshape(n, L, L)
    return generator.choice([-1, 1], (n, L, L))


def field_of(spins, couplings=(1.0, 1.0, 0.0), open_edges=False):
    """Return the local field of neighbors along x, along y and along the diagonals."""
    along_x, along_y, diagonal = couplings

    def moved(steps, axis, of=spins):
        rolled = np.roll(of, steps, axis)
        if open_edges:
            rolled = rolled.copy()
            edge = [slice(None)] * 3
            edge[axis] = 0 if steps > 0 else -1
            rolled[tuple(edge)] = 0
        return rolled

    right, left = moved(1, 2), moved(-1, 2)
    total = along_x * (right + left) + along_y * (moved(1, 1) + moved(-1, 1))
    if diagonal:
        total = total + diagonal * sum(
            moved(step, 1, one) for one in (right, left) for step in (1, -1)
        )
    return total


def heat_bath(
    spins, T, sweeps, seed, couplings=(1.0, 1.0, 0.0), field=0.0, open_edges=False, groups=4
):
    """Move frames (n, L, L) on by a heat bath of sites that do not see each other.

    Two groups, the checkerboard, are enough without diagonals; one group is all sites at once.
    """
    spins = np.array(spins, dtype=np.int8)
    n, L, _ = spins.shape
    generator = np.random.default_rng(seed)
    y, x = np.indices((L, L))
    kind = {1: 0 * x, 2: (x + y) % 2, 4: 2 * (y % 2) + x % 2}[groups]
    for _ in range(sweeps):
        for one in range(groups):
            local = (field_of(spins, couplings, open_edges) + field).astype(np.float32)
            up = generator.random(spins.shape, dtype=np.float32) < 1 / (1 + np.exp(-2 * local / T))
            spins = np.where(kind == one, np.where(up, 1, -1), spins).astype(np.int8)
    return spins


def energy(spins):
    """Return the energy per spin of each frame."""
    bonds = spins * np.roll(spins, 1, -1) + spins * np.roll(spins, 1, -2)
    return -bonds.mean(axis=(1, 2), dtype=float)


def exact_magnetization(T):
    """Return the magnetization per spin of the infinite lattice."""
    return infinite.yang_magnetization(T)


def exact_energies(L, T):
    """Return the energies per spin of this lattice and of the infinite one."""
    return finite.kaufman(L, T).energy, infinite.onsager_energy(T)
