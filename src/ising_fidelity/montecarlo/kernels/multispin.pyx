"""Many replicas at once, one bit each: the compiled kernels of ``multispin.h``.

``reference.py`` holds the same functions in plain Python, with their arguments described; tests
compare the two bit for bit. Without the interpreter's lock.
"""

from libc.stdint cimport int8_t, int64_t, uint64_t

import numpy as np


cdef extern from *:
    const char *COMPILED_FROM "SOURCES_HASH"

SOURCES_HASH = COMPILED_FROM.decode()
"""See ``sources.py``."""


cdef extern from "common.h":
    ctypedef struct Xoshiro256:
        pass


cdef extern from "multispin.h":
    """
    typedef const Chances *ChancesPointer;
    """
    ctypedef const void *ChancesPointer
    const int EXPLICIT_BITS
    int widest() nogil
    void c_checkerboard_sweeps "checkerboard_sweeps" (
        int lanes, uint64_t *spins, uint64_t *state, int64_t sweeps, int64_t lattice_size,
        ChancesPointer chances
    ) nogil
    void c_random_site_attempts "random_site_attempts" (
        int lanes, uint64_t *spins, uint64_t *state, Xoshiro256 *site_state, int64_t attempts,
        int64_t lattice_size, ChancesPointer chances
    ) nogil
    void unpack_block(
        const uint64_t *spins, int64_t stride, int64_t sites, int8_t *frames
    ) nogil


DIGITS = EXPLICIT_BITS
LANES = tuple(lanes for lanes in (8, 4, 2, 1) if lanes <= widest())


def checkerboard_sweeps(
    uint64_t[:, ::1] spins,
    uint64_t[:, ::1] state,
    int64_t sweeps,
    int64_t lattice_size,
    const uint64_t[:, ::1] chances,
):
    """Try to flip every spin once a sweep, one color of the checkerboard after the other."""
    cdef int lanes = spins.shape[1]
    with nogil:
        c_checkerboard_sweeps(
            lanes, &spins[0, 0], &state[0, 0], sweeps, lattice_size,
            <ChancesPointer> &chances[0, 0],
        )


def random_site_attempts(
    uint64_t[:, ::1] spins,
    uint64_t[:, ::1] state,
    uint64_t[::1] site_state,
    int64_t attempts,
    int64_t lattice_size,
    const uint64_t[:, ::1] chances,
):
    """Try to flip single spins at random sites, the same ones in all replicas."""
    cdef int lanes = spins.shape[1]
    with nogil:
        c_random_site_attempts(
            lanes, &spins[0, 0], &state[0, 0], <Xoshiro256 *> &site_state[0], attempts,
            lattice_size, <ChancesPointer> &chances[0, 0],
        )


def unpack(const uint64_t[:, ::1] spins):
    """Return the spins -1 and +1 of all replicas, shape (64 lanes, N), int8."""
    cdef int64_t sites = spins.shape[0], lanes = spins.shape[1], lane
    frames = np.empty((64 * lanes, sites), np.int8)
    cdef int8_t[:, ::1] view = frames
    with nogil:
        for lane in range(lanes):
            unpack_block(&spins[0, lane], lanes, sites, &view[64 * lane, 0])
    return frames
