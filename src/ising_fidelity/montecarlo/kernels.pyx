"""Compiled Monte Carlo kernels of the 2D Ising model on a periodic L x L lattice.

Spins are int8, row-major; every kernel works on one configuration in place and draws its random
numbers from one xoshiro256++ state of four 64-bit words (Blackman and Vigna, ACM Trans. Math.
Softw. 47, 36, 2021). ``reference.py`` holds the same algorithms in plain Python; tests compare
the two bit for bit.
"""

from libc.stdint cimport int8_t, int32_t, int64_t, uint64_t

import numpy as np


cdef extern from *:
    """
    static inline unsigned long long multiply_high(unsigned long long a, unsigned long long b)
    { return (unsigned long long)(((unsigned __int128)a * b) >> 64); }
    """
    uint64_t multiply_high(uint64_t a, uint64_t b) nogil


cdef inline uint64_t rotate(uint64_t x, int k) noexcept nogil:
    return (x << k) | (x >> (64 - k))


cdef inline uint64_t draw(uint64_t *s) noexcept nogil:
    """Return the next 64 random bits."""
    cdef uint64_t result = rotate(s[0] + s[3], 23) + s[0]
    cdef uint64_t t = s[1] << 17
    s[2] ^= s[0]
    s[3] ^= s[1]
    s[1] ^= s[2]
    s[0] ^= s[3]
    s[2] ^= t
    s[3] = rotate(s[3], 45)
    return result


def random_words(uint64_t[::1] state, Py_ssize_t count):
    """Return the next ``count`` 64-bit words of a stream, for tests against the reference."""
    words = np.empty(count, np.uint64)
    cdef uint64_t[::1] view = words
    cdef Py_ssize_t i
    for i in range(count):
        view[i] = draw(&state[0])
    return words


def metropolis(
    int8_t[::1] spins,
    const int32_t[:, ::1] neighbors,
    const uint64_t[::1] thresholds,
    uint64_t[::1] state,
    int64_t attempts,
):
    """Try single-spin flips at random sites; the arguments are those of the reference."""
    cdef uint64_t sites = spins.shape[0]
    cdef uint64_t *s = &state[0]
    cdef const int32_t *around
    cdef uint64_t site
    cdef int local
    cdef int64_t _attempt
    with nogil:
        for _attempt in range(attempts):
            site = multiply_high(draw(s), sites)
            around = &neighbors[site, 0]
            local = spins[site] * (
                spins[around[0]] + spins[around[1]] + spins[around[2]] + spins[around[3]]
            )
            if local <= 0 or draw(s) < thresholds[local]:
                spins[site] = -spins[site]


def checkerboard(
    int8_t[::1] spins,
    const int32_t[:, ::1] neighbors,
    const uint64_t[::1] thresholds,
    const int32_t[::1] order,
    uint64_t[::1] state,
    int64_t sweeps,
):
    """Sweep over all sites in the given order, black ones before white ones."""
    cdef uint64_t *s = &state[0]
    cdef const int32_t *around
    cdef int32_t site
    cdef int local
    cdef int64_t _sweep
    cdef Py_ssize_t i
    with nogil:
        for _sweep in range(sweeps):
            for i in range(order.shape[0]):
                site = order[i]
                around = &neighbors[site, 0]
                local = spins[site] * (
                    spins[around[0]] + spins[around[1]] + spins[around[2]] + spins[around[3]]
                )
                if local <= 0 or draw(s) < thresholds[local]:
                    spins[site] = -spins[site]


def wolff(
    int8_t[::1] spins,
    const int32_t[:, ::1] neighbors,
    uint64_t bond,
    int32_t[::1] stack,
    uint64_t[::1] state,
    int64_t updates,
):
    """Flip clusters one after another and return how many spins they had in all."""
    cdef uint64_t sites = spins.shape[0]
    cdef uint64_t *s = &state[0]
    cdef int8_t sign
    cdef int32_t site, neighbor
    cdef Py_ssize_t depth
    cdef int64_t _update, flipped = 0
    cdef int k
    with nogil:
        for _update in range(updates):
            site = <int32_t> multiply_high(draw(s), sites)
            sign = spins[site]
            spins[site] = -sign
            stack[0] = site
            depth = 1
            flipped += 1
            while depth > 0:
                depth -= 1
                site = stack[depth]
                for k in range(4):
                    neighbor = neighbors[site, k]
                    if spins[neighbor] == sign and draw(s) < bond:
                        spins[neighbor] = -sign
                        stack[depth] = neighbor
                        depth += 1
                        flipped += 1
    return flipped
