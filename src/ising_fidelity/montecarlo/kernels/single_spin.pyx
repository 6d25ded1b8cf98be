"""Compiled Monte Carlo kernels that move one spin or one cluster at a time.

``reference.py`` holds the same functions in plain Python, with their arguments and sources
described; tests compare the two bit for bit. All work in place on one configuration and one
generator, without the interpreter's lock.
"""

from libc.stdint cimport int8_t, int32_t, int64_t, uint8_t, uint64_t
from libc.string cimport memcpy

import numpy as np


cdef extern from *:
    const char *COMPILED_FROM "SOURCES_HASH"

SOURCES_HASH = COMPILED_FROM.decode()
"""See ``sources.py``."""


cdef extern from "common.h":
    ctypedef struct Xoshiro256:
        pass
    ctypedef struct Torus:
        uint64_t sites
    uint64_t next_word(Xoshiro256 *g) nogil
    uint64_t high_word(uint64_t a, uint64_t b) nogil
    Torus torus(int64_t L) nogil
    void neighbors(const Torus *torus, int64_t site, int64_t *found) nogil


# A generator by value, so that a loop keeps its four words in registers.
cdef inline Xoshiro256 load(const uint64_t[::1] state) noexcept nogil:
    cdef Xoshiro256 g
    memcpy(&g, &state[0], sizeof(g))
    return g


cdef inline void store(Xoshiro256 g, uint64_t[::1] state) noexcept nogil:
    memcpy(&state[0], &g, sizeof(g))


def random_words(uint64_t[::1] state, Py_ssize_t count):
    """Return the next 64-bit words of a generator, shape (count,)."""
    words = np.empty(count, np.uint64)
    cdef uint64_t[::1] view = words
    cdef Xoshiro256 g = load(state)
    cdef Py_ssize_t i
    for i in range(count):
        view[i] = next_word(&g)
    store(g, state)
    return words


def metropolis(
    int8_t[::1] spins,
    uint64_t[::1] state,
    int64_t attempts,
    int64_t lattice_size,
    const uint64_t[::1] thresholds,
):
    """Try to flip single spins at random sites; return how many were flipped.

    Spins are moved to a lattice with a border, so that neighbors are at fixed distances: bit 0 is 1
    for up, bit 3 for sites at an edge, whose images in the border follow them. One table, by a spin
    and the sum of its neighbors, marks included, tells the threshold, so that the only branch is
    that for a flip at an edge.
    """
    cdef uint64_t L = lattice_size
    cdef int64_t row = L + 2
    bordered = _bordered(np.asarray(spins).reshape(L, L))
    cdef uint8_t[::1] cells = bordered.ravel()
    cdef const uint64_t[::1] table = _threshold_table(np.asarray(thresholds))
    cdef uint8_t *first = &cells[row + 1]
    cdef uint8_t *s
    cdef const uint64_t *threshold = &table[0]
    cdef Xoshiro256 g = load(state)
    cdef int64_t _attempt, flipped = 0
    cdef uint64_t word, x, y, spin, flip
    with nogil:
        for _attempt in range(attempts):
            word = next_word(&g)
            y = high_word(word, L)
            word *= L
            x = high_word(word, L)
            word *= L
            s = first + row * <int64_t> y + <int64_t> x
            spin = s[0]
            flip = word < threshold[64 * spin + (s - 1)[0] + s[1] + (s - row)[0] + s[row]]
            spin ^= flip
            s[0] = <uint8_t> spin
            flipped += flip
            if spin & (flip << 3):
                if x == 0:
                    s[L] = <uint8_t> spin
                if x == L - 1:
                    (s - L)[0] = <uint8_t> spin
                if y == 0:
                    s[row * lattice_size] = <uint8_t> spin
                if y == L - 1:
                    (s - row * lattice_size)[0] = <uint8_t> spin
    store(g, state)
    np.asarray(spins).reshape(L, L)[:] = 2 * (bordered[1:-1, 1:-1] & 1).astype(np.int8) - 1
    return flipped


def _bordered(spins):
    cells = (spins > 0).astype(np.uint8)
    cells[[0, -1]] |= 8
    cells[:, [0, -1]] |= 8
    return np.pad(cells, 1, mode="wrap")


def _threshold_table(thresholds):
    """Return thresholds by 64 spin + sum of neighbors, shape (640,)."""
    spin, total = np.divmod(np.arange(640), 64)
    alignment = (2 * (spin & 1) - 1) * (2 * np.minimum(total & 7, 4) - 4)
    return thresholds[(alignment + 4) // 2]


def wolff(
    int8_t[::1] spins,
    uint64_t[::1] state,
    int64_t updates,
    int64_t lattice_size,
    uint64_t bond,
    int64_t most_flips,
):
    """Flip clusters one after another; return how many clusters and spins were flipped."""
    cdef int8_t *s = &spins[0]
    cdef Torus lattice = torus(lattice_size)
    cdef int32_t[::1] stack = np.empty(lattice.sites, np.int32)
    cdef int32_t *pending = &stack[0]
    cdef Xoshiro256 g = load(state)
    cdef int64_t done = 0, flipped = 0
    cdef int64_t j[4]
    cdef Py_ssize_t depth, k
    cdef int64_t site
    cdef int8_t sign
    with nogil:
        while done < updates and flipped < most_flips:
            done += 1
            site = high_word(next_word(&g), lattice.sites)
            sign = s[site]
            s[site] = -sign
            pending[0] = site
            depth = 1
            while depth:
                depth -= 1
                flipped += 1
                neighbors(&lattice, pending[depth], j)
                for k in range(4):
                    if s[j[k]] == sign and next_word(&g) < bond:
                        s[j[k]] = -sign
                        pending[depth] = j[k]
                        depth += 1
    store(g, state)
    return done, flipped


def heat_bath(
    int8_t[::1] spins,
    uint64_t[::1] state,
    int64_t sweeps,
    int64_t lattice_size,
    const uint64_t[:, ::1] up,
):
    """Draw every spin anew given its neighbors, first sites of even x + y, then the odd ones."""
    cdef int8_t *s = &spins[0]
    cdef const uint64_t *threshold = &up[0, 0]
    cdef Torus lattice = torus(lattice_size)
    cdef Xoshiro256 g = load(state)
    cdef int64_t j[4]
    cdef int64_t _sweep, parity, y, x, site, total
    cdef bint is_up
    with nogil:
        for _sweep in range(sweeps):
            for parity in range(2):
                for y in range(lattice_size):
                    for x in range((y + parity) & 1, lattice_size, 2):
                        site = y * lattice_size + x
                        neighbors(&lattice, site, j)
                        total = s[j[0]] + s[j[1]] + s[j[2]] + s[j[3]]
                        is_up = next_word(&g) < threshold[5 * site + (total + 4) // 2]
                        s[site] = 1 if is_up else -1
    store(g, state)
