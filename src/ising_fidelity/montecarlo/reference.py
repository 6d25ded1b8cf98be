"""The kernels in plain Python: the same algorithms, the same random stream, the same results.

Slow, and there to be read and to test ``kernels.pyx`` against. All arguments and effects are those
of the compiled functions.
"""

import numpy as np
from numpy.typing import NDArray

MASK = 2**64 - 1


def _draw(state: NDArray[np.uint64]) -> int:
    """Return the next 64 bits of xoshiro256++ and advance its state."""
    s = [int(word) for word in state]
    total = (s[0] + s[3]) & MASK
    result = (_rotate(total, 23) + s[0]) & MASK
    t = (s[1] << 17) & MASK
    s[2] ^= s[0]
    s[3] ^= s[1]
    s[1] ^= s[2]
    s[0] ^= s[3]
    s[2] ^= t
    s[3] = _rotate(s[3], 45)
    state[:] = s
    return result


def _rotate(word: int, k: int) -> int:
    return ((word << k) | (word >> (64 - k))) & MASK


def random_words(state: NDArray[np.uint64], count: int) -> NDArray[np.uint64]:
    """Return the next ``count`` 64-bit words of a stream."""
    return np.array([_draw(state) for _ in range(count)], np.uint64)


def metropolis(
    spins: NDArray[np.int8],
    neighbors: NDArray[np.int32],
    thresholds: NDArray[np.uint64],
    state: NDArray[np.uint64],
    attempts: int,
) -> None:
    """Try single-spin flips at random sites (Metropolis et al., J. Chem. Phys. 21, 1087, 1953).

    Parameters
    ----------
    spins
        Shape (N,), values -1 and +1; changed in place.
    neighbors
        Indices of the four neighbours, shape (N, 4).
    thresholds
        exp(-dE/T) times 2^64 for dE = 2 h, indexed by h = 0 .. 4, shape (5,).
    state
        Of the random number generator, shape (4,); advanced in place.
    attempts
        Number of attempted flips; N make one sweep. Each takes the high word of N times 64 random
        bits for its site (uneven by N / 2^64 at most) and, where the flip costs energy, 64 more.
    """
    for _ in range(attempts):
        site = (_draw(state) * len(spins)) >> 64
        local = int(spins[site] * spins[neighbors[site]].sum())
        if local <= 0 or _draw(state) < thresholds[local]:
            spins[site] = -spins[site]


def checkerboard(
    spins: NDArray[np.int8],
    neighbors: NDArray[np.int32],
    thresholds: NDArray[np.uint64],
    order: NDArray[np.int32],
    state: NDArray[np.uint64],
    sweeps: int,
) -> None:
    """Sweep over all sites in the given order, black ones before white ones.

    Sites of one colour are no neighbours of each other, so that the order among them does not
    matter; ``order`` has shape (N,), the other arguments are those of :func:`metropolis`.
    """
    for _ in range(sweeps):
        for site in order:
            local = int(spins[site] * spins[neighbors[site]].sum())
            if local <= 0 or _draw(state) < thresholds[local]:
                spins[site] = -spins[site]


def wolff(
    spins: NDArray[np.int8],
    neighbors: NDArray[np.int32],
    bond: int,
    stack: NDArray[np.int32],
    state: NDArray[np.uint64],
    updates: int,
) -> int:
    """Flip clusters one after another (Wolff, Phys. Rev. Lett. 62, 361, 1989).

    Parameters
    ----------
    bond
        1 - exp(-2/T) times 2^64: the chance that a like neighbour joins the cluster.
    stack
        Room for N indices, shape (N,).
    updates
        Number of clusters.

    Returns
    -------
    int
        Number of spins flipped.
    """
    flipped = 0
    for _ in range(updates):
        site = (_draw(state) * len(spins)) >> 64
        sign = spins[site]
        spins[site] = -sign
        stack[0] = site
        depth = 1
        flipped += 1
        while depth:
            depth -= 1
            site = stack[depth]
            for neighbor in neighbors[site]:
                if spins[neighbor] == sign and _draw(state) < bond:
                    spins[neighbor] = -sign
                    stack[depth] = neighbor
                    depth += 1
                    flipped += 1
    return flipped
