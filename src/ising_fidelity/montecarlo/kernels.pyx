"""Compiled Monte Carlo kernels of the 2D Ising model.

``reference.py`` holds the same functions in plain Python, with their arguments and sources
described; tests compare the two bit for bit. Kernels know no geometry: it is in the tables of
neighbors that they are given. All work in place on one configuration and one generator, without
the interpreter's lock.
"""

from libc.stdint cimport int8_t, int32_t, int64_t, uint64_t

import numpy as np


cdef extern from *:
    """
    static inline uint64_t high_word(uint64_t a, uint64_t b)
    { return (uint64_t)(((unsigned __int128)a * b) >> 64); }
    """
    uint64_t high_word(uint64_t a, uint64_t b) noexcept nogil


cdef struct Xoshiro256:
    # A struct by value, so that a loop keeps the four words in registers.
    uint64_t s0, s1, s2, s3


cdef inline uint64_t rotated(uint64_t word, int k) noexcept nogil:
    return (word << k) | (word >> (64 - k))


cdef inline uint64_t next_word(Xoshiro256 *g) noexcept nogil:
    """Return the next 64 random bits of xoshiro256++."""
    cdef uint64_t result = rotated(g.s0 + g.s3, 23) + g.s0
    cdef uint64_t shifted = g.s1 << 17
    g.s2 ^= g.s0
    g.s3 ^= g.s1
    g.s1 ^= g.s2
    g.s0 ^= g.s3
    g.s2 ^= shifted
    g.s3 = rotated(g.s3, 45)
    return result


cdef inline Xoshiro256 load(const uint64_t[::1] state) noexcept nogil:
    return Xoshiro256(state[0], state[1], state[2], state[3])


cdef inline void store(Xoshiro256 g, uint64_t[::1] state) noexcept nogil:
    state[0], state[1], state[2], state[3] = g.s0, g.s1, g.s2, g.s3


cdef inline int alignment(
    const int8_t *s, const int32_t *table, Py_ssize_t site
) noexcept nogil:
    """Return the sum of s_i s_j over the four bonds of a site: -4, -2, 0, 2 or 4."""
    cdef const int32_t *j = &table[4 * site]
    return s[site] * (s[j[0]] + s[j[1]] + s[j[2]] + s[j[3]])


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
    const int32_t[:, ::1] neighbors,
    const uint64_t[::1] thresholds,
):
    """Try to flip single spins at random sites; return how many were flipped."""
    cdef int8_t *s = &spins[0]
    cdef const int32_t *table = &neighbors[0, 0]
    cdef const uint64_t *threshold = &thresholds[0]
    cdef uint64_t sites = spins.shape[0]
    cdef Xoshiro256 g = load(state)
    cdef int64_t _attempt, flipped = 0
    cdef uint64_t word, site
    cdef int flip
    with nogil:
        for _attempt in range(attempts):
            word = next_word(&g)
            site = high_word(word, sites)
            flip = word * sites < threshold[(alignment(s, table, site) + 4) >> 1]
            s[site] *= 1 - 2 * flip
            flipped += flip
    store(g, state)
    return flipped


def checkerboard(
    int8_t[::1] spins,
    uint64_t[::1] state,
    int64_t sweeps,
    const int32_t[:, ::1] neighbors,
    const uint64_t[::1] thresholds,
    const int32_t[::1] order,
):
    """Try to flip every spin once a sweep, in the given order; return how many were flipped."""
    cdef int8_t *s = &spins[0]
    cdef const int32_t *table = &neighbors[0, 0]
    cdef const uint64_t *threshold = &thresholds[0]
    cdef Xoshiro256 g = load(state)
    cdef int64_t _sweep, flipped = 0
    cdef Py_ssize_t i, site
    cdef int flip
    with nogil:
        for _sweep in range(sweeps):
            for i in range(order.shape[0]):
                site = order[i]
                flip = next_word(&g) < threshold[(alignment(s, table, site) + 4) >> 1]
                s[site] *= 1 - 2 * flip
                flipped += flip
    store(g, state)
    return flipped


def wolff(
    int8_t[::1] spins,
    uint64_t[::1] state,
    int64_t updates,
    const int32_t[:, ::1] neighbors,
    uint64_t bond,
):
    """Flip clusters one after another; return how many spins were flipped."""
    cdef int8_t *s = &spins[0]
    cdef const int32_t *table = &neighbors[0, 0]
    cdef uint64_t sites = spins.shape[0]
    cdef int32_t[::1] stack = np.empty(sites, np.int32)
    cdef int32_t *pending = &stack[0]
    cdef Xoshiro256 g = load(state)
    cdef int64_t _update, flipped = 0
    cdef Py_ssize_t depth, k
    cdef int32_t site, neighbor
    cdef int8_t sign
    with nogil:
        for _update in range(updates):
            site = <int32_t> high_word(next_word(&g), sites)
            sign = s[site]
            s[site] = -sign
            pending[0] = site
            depth = 1
            while depth:
                depth -= 1
                flipped += 1
                site = pending[depth]
                for k in range(4):
                    neighbor = table[4 * site + k]
                    if s[neighbor] == sign and next_word(&g) < bond:
                        s[neighbor] = -sign
                        pending[depth] = neighbor
                        depth += 1
    store(g, state)
    return flipped
