"""The kernels in plain Python: the same algorithms, the same random stream, the same results.

They are there to be read, and for tests of ``kernels.pyx``, which has the same functions with the
same arguments. All change ``spins`` and ``state`` in place.

Arguments that several share:

spins
    Shape (N,), int8, -1 and +1, row-major.
state
    Of the generator, four 64-bit words, not all zero.
neighbors
    Indices of the four neighbors of every site, shape (N, 4). On a 2 x 2 lattice a neighbor stands
    there twice, once for each bond.
thresholds
    Chances of acceptance times 2^64 for s_i sum_j s_j = -4, -2, 0, 2, 4, shape (5,). A chance of 1
    is 2^64 - 1, wrong by 2^-64 as any other.
"""

import numpy as np
from numpy.typing import NDArray

Spins = NDArray[np.int8]
Words = NDArray[np.uint64]
Indices = NDArray[np.int32]

WORD = 2**64


def random_words(state: Words, count: int) -> Words:
    """Return the next 64-bit words of a generator, shape (count,)."""
    return np.array([_next_word(state) for _ in range(count)], np.uint64)


def _next_word(state: Words) -> int:
    """Return the next 64 random bits of xoshiro256++.

    D. Blackman and S. Vigna, ACM Trans. Math. Softw. 47, 36 (2021).
    """
    s0, s1, s2, s3 = (int(word) for word in state)
    result = (_rotated((s0 + s3) % WORD, 23) + s0) % WORD
    shifted = (s1 << 17) % WORD
    s2 ^= s0
    s3 ^= s1
    s1 ^= s2
    s0 ^= s3
    s2 ^= shifted
    state[:] = s0, s1, s2, _rotated(s3, 45)
    return result


def _rotated(word: int, k: int) -> int:
    return (word << k) % WORD | word >> (64 - k)


def _alignment(spins: Spins, neighbors: Indices, site: int) -> int:
    """Return the sum of s_i s_j over the four bonds of a site: -4, -2, 0, 2 or 4."""
    return int(spins[site] * spins[neighbors[site]].sum())


def metropolis(
    spins: Spins, state: Words, attempts: int, neighbors: Indices, thresholds: Words
) -> int:
    """Try to flip single spins at random sites; return how many were flipped.

    N. Metropolis et al., J. Chem. Phys. 21, 1087 (1953). One random word w serves an attempt: N w
    has two words, of which the high one, floor(N w / 2^64), is the site, and the low one, the place
    of w within that site's share of all words, decides on the flip. For each site it takes 2^64 / N
    evenly spaced values, so that, for any N, no chance of a site or of a flip is wrong by more than
    N / 2^64 (2^-52 at L = 64).
    """
    flipped = 0
    for _ in range(attempts):
        site, fraction = divmod(_next_word(state) * len(spins), WORD)
        if fraction < thresholds[(_alignment(spins, neighbors, site) + 4) // 2]:
            spins[site] = -spins[site]
            flipped += 1
    return flipped


def checkerboard(
    spins: Spins,
    state: Words,
    sweeps: int,
    neighbors: Indices,
    thresholds: Words,
    order: Indices,
) -> int:
    """Try to flip every spin once a sweep; return how many were flipped.

    ``order``, shape (N,), lists the sites of one color of the checkerboard, then those of the
    other. Sites of one color are no neighbors, so that each half sweep could be done at once. Every
    site has a random word of its own.
    """
    flipped = 0
    for _ in range(sweeps):
        for site in order:
            if _next_word(state) < thresholds[(_alignment(spins, neighbors, site) + 4) // 2]:
                spins[site] = -spins[site]
                flipped += 1
    return flipped


def wolff(spins: Spins, state: Words, updates: int, neighbors: Indices, bond: int) -> int:
    """Flip clusters one after another; return how many spins were flipped.

    U. Wolff, Phys. Rev. Lett. 62, 361 (1989). ``bond`` is (1 - exp(-2 / T)) 2^64, the chance that
    a neighbor of the same sign joins; a site joins flipped, hence no more than once. The seed's
    chances are uneven by N / 2^64 at most.
    """
    flipped = 0
    for _ in range(updates):
        seed = _next_word(state) * len(spins) // WORD
        sign = spins[seed]
        spins[seed] = -sign
        pending = [seed]
        while pending:
            site = pending.pop()
            flipped += 1
            for neighbor in neighbors[site]:
                if spins[neighbor] == sign and _next_word(state) < bond:
                    spins[neighbor] = -sign
                    pending.append(neighbor)
    return flipped
