"""Chains that move: one at a time, or many packed into words, behind the same few methods."""

import math
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ising_fidelity.montecarlo.compiled import kernels, multispin

BLOCK = 64
"""Replicas in a word."""

UNBOUNDED = 2**62

Spins = NDArray[np.int8]
Words = NDArray[np.uint64]


class Chains(Protocol):
    """Independent walks of one model at one temperature."""

    @property
    def frames(self) -> Spins:
        """Where the chains are, shape (chains, L, L)."""

    def replace(self, index: Sequence[int], frames: Spins) -> None:
        """Put some chains, counted from 0, elsewhere; frames have shape (len(index), L, L)."""

    def sweep(self, count: int) -> None:
        """Move every chain on."""

    def settle(self, sweeps: int) -> None:
        """Move every chain on, and learn on the way what a sweep is."""


class SingleChains:
    """Chains that move one spin or one cluster after the other.

    Parameters
    ----------
    starts
        Shape (chains, L, L).
    temperature
        In J/k_B.
    cluster
        Wolff's clusters, else Metropolis's single spins at random sites.
    streams
        Of random numbers, one per chain.
    threads
        How many chains move at a time.
    """

    def __init__(
        self,
        starts: Spins,
        temperature: float,
        cluster: bool,
        streams: Sequence[np.random.SeedSequence],
        threads: int = 1,
    ) -> None:
        self._shape = starts.shape
        self._spins = starts.reshape(len(starts), -1).copy()
        self._states = [generator_state(stream) for stream in streams]
        self._cluster, self._threads = cluster, threads
        self.updates, self.flipped = np.zeros((2, len(starts)), np.int64)
        self._thresholds = acceptance_thresholds(temperature)
        self._bond = bond_threshold(temperature)
        sites = self._spins.shape[1]
        self.updates_per_sweep = np.full(len(starts), 1 if cluster else sites, np.int64)

    @property
    def frames(self) -> Spins:
        """See :class:`Chains`."""
        return self._spins.reshape(self._shape)

    def replace(self, index: Sequence[int], frames: Spins) -> None:
        """See :class:`Chains`."""
        self.frames[index] = frames

    def sweep(self, count: int) -> None:
        """See :class:`Chains`."""
        for portion in portions(count, self._spins.size):
            in_threads(partial(self._move, portion), range(len(self._spins)), self._threads)

    def settle(self, sweeps: int) -> None:
        """See :class:`Chains`.

        A sweep of clusters is the number of updates that flips N spins on average. In the first
        half, each sweep ends when N spins are flipped, as clusters may still grow by any factor.
        That favors configurations behind large clusters, so the second half has a number of updates
        that is fixed when it begins, from the mean cluster in the quarter before, and its own mean
        cluster sets the sweep for good.
        """
        if not self._cluster:
            self.sweep(sweeps)
            return
        chains = range(len(self._spins))
        first, second = max(1, sweeps // 2), max(1, sweeps - sweeps // 2)
        updates, flipped = np.zeros((2, len(chains)), np.int64)
        for sweep in range(first):
            in_threads(self._flip_each_spin_once, chains, self._threads)
            if sweep >= first // 2:
                updates += self.updates
                flipped += self.flipped
        self._set_sweep(updates, flipped)
        flipped[:] = 0
        for _ in range(second):
            self.sweep(1)
            flipped += self.flipped
        self._set_sweep(second * self.updates_per_sweep, flipped)

    def _set_sweep(self, updates: NDArray[np.int64], flipped: NDArray[np.int64]) -> None:
        sweep = np.rint(self._spins.shape[1] * updates / flipped).astype(np.int64)
        self.updates_per_sweep = np.maximum(1, sweep)

    def _flip_each_spin_once(self, chain: int) -> None:
        """Flip clusters until N spins are flipped."""
        spins, state, size = self._spins[chain], self._states[chain], self._shape[-1]
        self.updates[chain], self.flipped[chain] = kernels.wolff(
            spins, state, UNBOUNDED, size, self._bond, len(spins)
        )

    def _move(self, sweeps: int, chain: int) -> None:
        spins, state, size = self._spins[chain], self._states[chain], self._shape[-1]
        updates = sweeps * int(self.updates_per_sweep[chain])
        if self._cluster:
            _, flipped = kernels.wolff(spins, state, updates, size, self._bond, UNBOUNDED)
        else:
            flipped = kernels.metropolis(spins, state, updates, size, self._thresholds)
        self.flipped[chain] = flipped


class Replicas:
    """Chains packed 64 to a word, which move all at once; see ``multispin.h``.

    Parameters
    ----------
    starts
        Shape (chains, L, L).
    temperature
        In J/k_B.
    checkerboard
        Visit the sites in the order of a checkerboard, else at random.
    streams
        Of random numbers, one per block of 64 chains.
    site_stream
        That of the sites in random order, which all chains share.
    threads
        How many groups of blocks move at a time. A group has as many blocks as the machine's
        widest vectors hold.
    lanes
        Numbers of blocks that a group may have; what comes out does not depend on it.
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


def generator_state(stream: np.random.SeedSequence) -> Words:
    """Return the state of a new xoshiro256++, shape (4,)."""
    state = stream.generate_state(4, np.uint64).astype(np.uint64)
    if not state.any():
        state[0] = 1  # the one state that the generator cannot leave
    return state


def acceptance(temperature: float, cost: int) -> float:
    """Return Metropolis's chance min(1, exp(-dE/T)) of a flip that costs dE, also at T = 0."""
    if cost <= 0:
        return 1.0
    return math.exp(-cost / temperature) if temperature > 0 else 0.0


def acceptance_thresholds(temperature: float) -> Words:
    """Return the chances times 2^64 of flips that cost dE = -8, -4, 0, 4, 8; shape (5,)."""
    costs = (-8, -4, 0, 4, 8)
    return np.array([_threshold(acceptance(temperature, cost)) for cost in costs], np.uint64)


def digit_chances(temperature: float) -> Words:
    """Return the chances of flips that cost 4 and 8 as ``multispin.h`` reads them.

    Shape (2, :data:`.multispin.DIGITS` + 1): binary digits, the least significant first, as words
    of all zeros or all ones, and the rest in units of 2^-64.
    """
    rows = []
    for cost in (4, 8):
        whole = _threshold(acceptance(temperature, cost), multispin.DIGITS + 64)
        explicit, rest = whole >> 64, whole % 2**64
        digits = [(explicit >> place & 1) * (2**64 - 1) for place in range(multispin.DIGITS)]
        rows.append([*digits, rest])
    return np.array(rows, np.uint64)


def bond_threshold(temperature: float) -> int:
    """Return the chance 1 - exp(-2/T) that a like neighbor joins a cluster, times 2^64."""
    return _threshold(-math.expm1(-2 / temperature) if temperature > 0 else 1.0)


def _threshold(chance: float, bits: int = 64) -> int:
    return min(int(math.ldexp(chance, bits)), 2**bits - 1)


def packed(spins: Spins) -> Words:
    """Return spins (chains, N) as words (N, blocks), chain 64 b + r being bit r of block b.

    The bits of chains that are not there are spins down.
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
    """Yield the blocks of each group, as many as there can be."""
    first = 0
    while first < blocks:
        size = max(size for size in lanes if size <= blocks - first)
        yield slice(first, first + size)
        first += size


def _aligned(words: Words) -> Words:
    """Return a copy that begins where a cache line does."""
    room = np.empty(words.size + 8, np.uint64)
    first = -(room.ctypes.data // 8) % 8
    copy = room[first : first + words.size].reshape(words.shape)
    copy[:] = words
    return copy


def portions(sweeps: int, attempts: int) -> Iterator[int]:
    """Yield numbers of sweeps of so many attempts each that take some 0.1 s, and that add up.

    Compiled code does not hear Ctrl-C; between portions it is heard.
    """
    most = max(1, 2**23 // attempts)
    for first in range(0, sweeps, most):
        yield min(most, sweeps - first)


def in_threads(do: Callable[[int], object], items: Sequence[int], threads: int) -> None:
    """Do something with each item, several at a time."""
    if threads == 1 or len(items) == 1:
        for item in items:
            do(item)
        return
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(do, items))
