"""Frames in equilibrium, and simulations of models that are not the one that is judged."""

from functools import cache

import numpy as np

import ising_fidelity as ising
from ising_fidelity import lattice
from ising_fidelity.exact import finite, infinite


@cache
def _simulated(L, T, n, seed):
    made = ising.simulate(L=L, T=T, frames=n, seed=seed)
    spins = made.spins.reshape(n, L, L)
    return spins[np.random.default_rng(seed).permutation(n)]


def frames(L, T, n, seed):
    """Return independent frames in equilibrium, shape (n, L, L): those of chains in random order.

    They are kept, since most samplers begin with the same ones.
    """
    return _simulated(L, T, n, seed).copy()


def start(L, n, seed, ordered):
    """Return starts, all of one sign or at random."""
    generator = np.random.default_rng(seed)
    if ordered:
        return np.repeat(generator.choice([-1, 1], (n, 1, 1)), L * L, axis=1).reshape(n, L, L)
    return generator.choice([-1, 1], (n, L, L))


def field_of(spins):
    """Return the sum of the four neighbors of every site."""
    return lattice.neighbor_sum(np.asarray(spins, np.int8))


def moved(spins, steps, axis, open_edges=False):
    """Return frames moved along an axis, with nothing beyond the edges if they are open."""
    rolled = np.roll(spins, steps, axis)
    if open_edges:
        edge = [slice(None)] * 3
        edge[axis] = 0 if steps > 0 else -1
        rolled[tuple(edge)] = 0
    return rolled


def heat_bath(
    spins, T, sweeps, seed, couplings=(1.0, 1.0, 0.0), field=0.0, open_edges=False, groups=2
):
    """Move frames (n, L, L) on by a heat bath of sites that do not see each other.

    Couplings are along x, along y and along the diagonals. Two groups, the checkerboard, are enough
    without diagonals; one group is all sites at once.
    """
    spins = np.array(spins, dtype=np.int8)
    _, L, _ = spins.shape
    generator = np.random.default_rng(seed)
    y, x = np.indices((L, L))
    kind = {1: 0 * x, 2: (x + y) % 2, 4: 2 * (y % 2) + x % 2}[groups]
    along_x, along_y, diagonal = (
        np.arange(-most, most + 1, dtype=float) * size
        for most, size in zip((2, 2, 4), couplings, strict=True)
    )
    local = along_x[:, None, None] + along_y[:, None] + diagonal + field
    chance = (65536 / (1 + np.exp(-2 * local / T))).ravel().astype(np.float32)
    for _ in range(sweeps):
        for one in range(groups):
            right, left = (moved(spins, step, 2, open_edges) for step in (1, -1))
            h_x = right + left
            h_y = moved(spins, 1, 1, open_edges) + moved(spins, -1, 1, open_edges)
            code = (h_x.astype(np.int16) + 2) * 45 + (h_y + 2) * np.int16(9) + 4
            if couplings[2]:
                code += moved(h_x, 1, 1, open_edges) + moved(h_x, -1, 1, open_edges)
            drawn = generator.integers(65536, size=spins.shape, dtype=np.uint16)
            up = drawn < chance[code]
            np.copyto(spins, np.where(up, 1, -1).astype(np.int8), where=kind == one)
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


def forget():
    """Forget frames that are kept."""
    _simulated.cache_clear()
