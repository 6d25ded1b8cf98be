"""The speedup of the kernels by threads, and the cost of unpacking."""

import time
from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from benchmarks.harness import (
    Data,
    Effort,
    Section,
    Spread,
    core_seconds,
    repeating,
    tabled,
    timed,
)
from benchmarks.montecarlo.walks import CHAINS, CRITICAL, WIDEST, L, Ours, Spins, packed
from ising_fidelity.montecarlo.kernels import multispin, reference


def threads(effort: Effort) -> Section:
    """Time four groups of packed chains with one and two threads."""
    chains = 4 * CHAINS
    walks = {n: packed(L, CRITICAL, True, WIDEST, chains, threads=n) for n in (1, 2)}

    def timer(walk: Ours, count: int) -> float:
        return timed(lambda: walk.sweep(count), time.perf_counter)[1]

    times = repeating({str(n): partial(timer, walk) for n, walk in walks.items()}, effort)
    rows = {
        name: {
            "attempts_per_ns": Spread.of(1e-9 * L**2 * chains / each for each in seconds),
            "speedup": Spread.ratio(times["1"], seconds),
        }
        for name, seconds in times.items()
    }
    about = f"Packed checkerboard, {chains} chains in four groups, L = {L}, wall time, by threads."
    return tabled(rows, about)


def unpacking(effort: Effort) -> Section:
    """Time the unpacking of words into int8 frames."""
    rows: dict[str, Data] = {}
    for lattice_size in (64, 256):
        shape = (lattice_size**2, WIDEST)
        words = np.random.default_rng(6).integers(0, 2**64, shape, np.uint64)
        size = 64e-9 * words.size
        acts: dict[str, Callable[[], Spins]] = {
            "ours": partial(multispin.unpack, words),
            "NumPy, shifts": partial(reference.unpack, words),
            "NumPy, unpackbits": partial(unpacked_by_bits, words),
        }
        for act in acts.values():
            assert np.array_equal(act(), acts["ours"]())
        times = repeating({name: partial(core_seconds, act) for name, act in acts.items()}, effort)
        for name, seconds in times.items():
            rows[f"L={lattice_size} {name}"] = {
                "gigabytes_per_s": Spread.of(size / each for each in seconds),
                "ours_is_faster_by": Spread.ratio(seconds, times["ours"]),
            }
    return tabled(rows, f"GB of int8 frames per second of one core, {CHAINS} chains.")


def unpacked_by_bits(words: NDArray[np.uint64]) -> Spins:
    """Return the spins of all replicas, shape (64 lanes, N)."""
    octets = np.ascontiguousarray(words.astype("<u8")).view(np.uint8)
    bits = np.unpackbits(octets, axis=1, bitorder="little").view(np.int8)
    return np.ascontiguousarray((2 * bits - 1).T)
