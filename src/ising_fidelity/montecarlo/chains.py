"""The common interface of chains: one at a time, or many packed into words."""

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
        """The present configurations, shape (chains, L, L)."""

    def replace(self, index: Sequence[int], frames: Spins) -> None:
        """Replace the frames of some chains, counted from 0, by frames (len(index), L, L)."""

    def sweep(self, count: int) -> None:
        """Advance every chain by ``count`` sweeps."""

    def settle(self, sweeps: int) -> None:
        """Advance every chain by ``sweeps`` sweeps of burn-in, which set the length of a sweep."""


def generator_state(stream: np.random.SeedSequence) -> Words:
    """Return the state of a new xoshiro256++, shape (4,)."""
    state = stream.generate_state(4, np.uint64).astype(np.uint64)
    if not state.any():
        state[0] = 1  # the all-zero state is a fixed point of the generator
    return state


def portions(sweeps: int, attempts: int) -> Iterator[int]:
    """Split sweeps into portions of about 0.1 s each, for ``attempts`` attempted flips per sweep.

    Compiled code does not react to Ctrl-C; between portions it is noticed.
    """
    most = max(1, 2**23 // attempts)
    for first in range(0, sweeps, most):
        yield min(most, sweeps - first)


def in_threads(do: Callable[[int], object], items: Sequence[int], threads: int) -> None:
    """Apply ``do`` to each item, in several threads."""
    if threads == 1 or len(items) == 1:
        for item in items:
            do(item)
        return
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(do, items))
