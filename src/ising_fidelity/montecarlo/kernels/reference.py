"""The kernels in plain Python: the same algorithms, the same random stream, the same results.

They document ``single_spin.pyx`` and ``multispin.pyx``, which have the same functions with the same
arguments, and tests compare both. All change ``spins`` and ``state`` in place.

Shared arguments:

spins
    Shape (N,), int8, -1 and +1, row-major.
state
    State of the generator, four 64-bit words, not all zero.
lattice_size
    L; N = L^2. On a 2 x 2 lattice each neighbor of a site counts twice, once for each bond.
thresholds
    Acceptance times 2^64 for s_i sum_j s_j = -4, -2, 0, 2, 4, shape (5,). A probability of 1 is
    2^64 - 1, wrong by 2^-64 as any other.

Many replicas at once, 64 to a word (see ``multispin.h``):

words
    Shape (N, lanes), uint64: bit r of word b of site i is 1 where spin i of replica 64 b + r is up.
states
    States of one generator per lane, shape (4, lanes).
chances
    Acceptance of flips that cost 4 and 8, shape (2, DIGITS + 1): binary digits, the least
    significant first, as words of all zeros or all ones, and the rest in units of 2^-64.
"""

import numpy as np
from numpy.typing import NDArray

Spins = NDArray[np.int8]
Words = NDArray[np.uint64]

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


def neighbors(site: int, L: int) -> list[int]:
    """Return the indices of the four neighbors of a site."""
    y, x = divmod(site, L)
    return [(y - 1) % L * L + x, (y + 1) % L * L + x, y * L + (x - 1) % L, y * L + (x + 1) % L]


def metropolis(
    spins: Spins, state: Words, attempts: int, lattice_size: int, thresholds: Words
) -> int:
    """Try to flip single spins at random sites; return the number of flips.

    N. Metropolis et al., J. Chem. Phys. 21, 1087 (1953). One random word w serves an attempt: N w
    has two words. The high word, floor(N w / 2^64), is the site. The low word, the position of w
    within that site's share of all words, decides on the flip. For each site it takes 2^64 / N
    evenly spaced values, so that for any N the probability of a site or of a flip is wrong by at
    most N / 2^64 (2^-52 at L = 64).
    """
    flipped = 0
    for _ in range(attempts):
        site, fraction = divmod(_next_word(state) * len(spins), WORD)
        alignment = int(spins[site] * spins[neighbors(site, lattice_size)].sum())
        if fraction < thresholds[(alignment + 4) // 2]:
            spins[site] = -spins[site]
            flipped += 1
    return flipped


def wolff(
    spins: Spins, state: Words, updates: int, lattice_size: int, bond: int, most_flips: int
) -> tuple[int, int]:
    """Flip clusters one after another; return the numbers of clusters and of flipped spins.

    U. Wolff, Phys. Rev. Lett. 62, 361 (1989). ``bond`` is (1 - exp(-2 / T)) 2^64, the probability
    that a neighbor of the same sign joins. A site is flipped when it joins, hence joins at most
    once. The probabilities of seeds differ by N / 2^64 at most. No cluster starts after
    ``most_flips`` flipped spins; this is for burn-in only, as it favors configurations that follow
    large clusters.
    """
    done = flipped = 0
    while done < updates and flipped < most_flips:
        done += 1
        seed = _next_word(state) * len(spins) // WORD
        sign = spins[seed]
        spins[seed] = -sign
        pending = [seed]
        while pending:
            site = pending.pop()
            flipped += 1
            for neighbor in neighbors(site, lattice_size):
                if spins[neighbor] == sign and _next_word(state) < bond:
                    spins[neighbor] = -sign
                    pending.append(neighbor)
    return done, flipped


def heat_bath(spins: Spins, state: Words, sweeps: int, lattice_size: int, up: Words) -> None:
    """Sample every spin given its neighbors, first the sites of even x + y, then the odd ones.

    ``up`` has the probabilities of +1 times 2^64 by site and sum of neighbors -4, -2, 0, 2, 4,
    shape (N, 5), so that every site may have its own field.
    """
    for half in range(2 * sweeps):
        for y in range(lattice_size):
            for x in range((y + half) % 2, lattice_size, 2):
                site = y * lattice_size + x
                total = int(spins[neighbors(site, lattice_size)].sum())
                spins[site] = 1 if _next_word(state) < up[site, (total + 4) // 2] else -1


def checkerboard_sweeps(
    words: Words, states: Words, sweeps: int, lattice_size: int, chances: Words
) -> None:
    """Try to flip every spin of all replicas once a sweep.

    Sites of one color of the checkerboard come first, row by row, then the others. Sites of one
    color are not neighbors, so that each half sweep could be done at once.
    """
    for half in range(2 * sweeps):
        for y in range(lattice_size):
            for x in range((y + half) % 2, lattice_size, 2):
                _flip(words, states, y * lattice_size + x, lattice_size, chances)


def random_site_attempts(
    words: Words,
    states: Words,
    site_state: Words,
    attempts: int,
    lattice_size: int,
    chances: Words,
) -> None:
    """Try to flip single spins of all replicas at random sites from a separate stream.

    For each word w of that stream the site is floor(N w / 2^64), the same in all replicas.
    """
    for _ in range(attempts):
        site = _next_word(site_state) * len(words) // WORD
        _flip(words, states, site, lattice_size, chances)


def unpack(words: Words) -> Spins:
    """Return the spins of all replicas, shape (64 lanes, N)."""
    bits = words.T[:, None] >> np.arange(64, dtype=np.uint64)[:, None] & np.uint64(1)
    return (2 * bits.astype(np.int8) - 1).reshape(-1, len(words))


def _flip(words: Words, states: Words, site: int, lattice_size: int, chances: Words) -> None:
    """Try to flip one spin of each replica.

    Bit r of the random words holds the digits of replica r's u, which is compared with p from its
    least significant digit on. All replicas of a lane share the number behind these digits.
    """
    for lane in range(words.shape[1]):
        state = states[:, lane].copy()
        spin = int(words[site, lane])
        unsatisfied = [spin ^ int(words[i, lane]) for i in neighbors(site, lattice_size)]
        flips = 0
        rest = _next_word(state)
        digits = [_next_word(state) for _ in range(chances.shape[1] - 1)]
        for replica in range(64):
            satisfied = 4 - sum(bond >> replica & 1 for bond in unsatisfied)
            below = satisfied <= 2
            if satisfied > 2:
                *of_p, rest_of_p = chances[satisfied - 3].tolist()
                below = rest < rest_of_p
                for u, p in zip(digits, of_p, strict=True):
                    u_digit, p_digit = u >> replica & 1, p & 1
                    below = u_digit < p_digit or (u_digit == p_digit and below)
            flips |= below << replica
        words[site, lane] = spin ^ flips
        states[:, lane] = state
