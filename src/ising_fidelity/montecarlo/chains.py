"""Chains that move: one at a time, or many packed into words, behind the same few methods."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

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


def generator_state(stream: np.random.SeedSequence) -> Words:
    """Return the state of a new xoshiro256++, shape (4,)."""
    state = stream.generate_state(4, np.uint64).astype(np.uint64)
    if not state.any():
        state[0] = 1  # the one state that the generator cannot leave
    return state


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
