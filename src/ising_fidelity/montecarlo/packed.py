"""Many replicas of a chain, one per bit of a machine word."""

import math
from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np

from ising_fidelity.montecarlo.acceptance import digit_chances
from ising_fidelity.montecarlo.chains import (
    Spins,
    Words,
    generator_state,
    in_threads,
    portions,
)
from ising_fidelity.montecarlo.kernels.compiled import multispin

BLOCK = 64
"""Replicas in a word."""


class Replicas:
    """Chains packed 64 to a word, which are updated at once; see ``multispin.h``.

    Parameters
    ----------
    starts
        Shape (chains, L, L).
    temperature
        In J/k_B.
    checkerboard
        Visit the sites in checkerboard order, else at random.
    streams
        Random streams, one per block of 64 chains.
    site_stream
        Random stream of the sites in random order, which all chains share.
    threads
        Number of groups of blocks that are updated in parallel. A group has as many blocks as the
        machine's widest vectors hold.
    lanes
        Allowed numbers of blocks in a group; results do not depend on it.
    """

    def __init__(
        self,
        starts: Spins,
        temperature: float,
        checkerboard: bool,
        streams: Sequence[np.random.SeedSequence],
        site_stream: np.random.SeedSequence,
        threads: int = 1,
        lanes: Sequence[int] = multispin.LANES,
    ) -> None:
        self._shape = starts.shape
        self._checkerboard, self._threads = checkerboard, threads
        self._chances = digit_chances(temperature)
        states = np.stack([generator_state(stream) for stream in streams], axis=1)
        words = packed(starts.reshape(len(starts), -1))
        self._groups = [
            (
                _aligned(words[:, group]),
                _aligned(states[:, group]),
                generator_state(site_stream),
            )
            for group in _groups(len(streams), lanes)
        ]

    @property
    def frames(self) -> Spins:
        """See :class:`Chains`."""
        unpacked = [multispin.unpack(words) for words, _, _ in self._groups]
        frames = unpacked[0] if len(unpacked) == 1 else np.concatenate(unpacked)
        return frames[: self._shape[0]].reshape(self._shape)

    def replace(self, index: Sequence[int], frames: Spins) -> None:
        """See :class:`Chains`."""
        changed = self.frames
        changed[index] = frames
        words = packed(changed.reshape(len(changed), -1))
        first = 0
        for group, _, _ in self._groups:
            group[:] = words[:, first : first + group.shape[1]]
            first += group.shape[1]

    def sweep(self, count: int) -> None:
        """See :class:`Chains`."""
        sites = self._shape[-1] ** 2
        groups = range(len(self._groups))
        for portion in portions(count, sites * len(groups)):
            in_threads(partial(self._move, portion), groups, self._threads)

    def settle(self, sweeps: int) -> None:
        """See :class:`Chains`; a sweep is an attempt per site."""
        self.sweep(sweeps)

    def _move(self, sweeps: int, group: int) -> None:
        words, state, site_state = self._groups[group]
        lattice_size = self._shape[-1]
        if self._checkerboard:
            multispin.checkerboard_sweeps(words, state, sweeps, lattice_size, self._chances)
        else:
            attempts = sweeps * len(words)
            multispin.random_site_attempts(
                words, state, site_state, attempts, lattice_size, self._chances
            )


def packed(spins: Spins) -> Words:
    """Return spins (chains, N) as words (N, blocks); chain 64 b + r is bit r of block b.

    Bits of missing chains are spins down.
    """
    chains, sites = spins.shape
    words = np.zeros((sites, math.ceil(chains / BLOCK)), np.uint64)
    for block in range(words.shape[1]):
        bits = np.zeros((BLOCK, sites), np.bool_)
        here = spins[block * BLOCK : (block + 1) * BLOCK] > 0
        bits[: len(here)] = here
        octets = np.packbits(bits, axis=0, bitorder="little")
        words[:, block] = np.ascontiguousarray(octets.T).view("<u8")[:, 0]
    return words


def _groups(blocks: int, lanes: Sequence[int]) -> Iterator[slice]:
    """Yield the blocks of each group, with groups as large as possible."""
    first = 0
    while first < blocks:
        size = max(size for size in lanes if size <= blocks - first)
        yield slice(first, first + size)
        first += size


def _aligned(words: Words) -> Words:
    """Return a copy that is aligned to a cache line."""
    room = np.empty(words.size + 8, np.uint64)
    first = -(room.ctypes.data // 8) % 8
    copy = room[first : first + words.size].reshape(words.shape)
    copy[:] = words
    return copy
