"""Chains that are updated one after another."""

from collections.abc import Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from ising_fidelity.montecarlo.acceptance import acceptance_thresholds, bond_threshold
from ising_fidelity.montecarlo.chains import UNBOUNDED, Spins, generator_state, in_threads, portions
from ising_fidelity.montecarlo.kernels.compiled import single_spin


class SingleChains:
    """Chains that move one spin or one cluster at a time.

    Parameters
    ----------
    starts
        Shape (chains, L, L).
    temperature
        In J/k_B.
    cluster
        Whether to flip Wolff clusters, else single spins by Metropolis at random sites.
    streams
        Random streams, one per chain.
    threads
        Number of chains that move in parallel.
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
        This favors configurations that follow large clusters. The second half therefore uses a
        fixed number of updates, from the mean cluster size in the quarter before. Its own mean
        cluster size sets the final sweep.
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
        self.updates[chain], self.flipped[chain] = single_spin.wolff(
            spins, state, UNBOUNDED, size, self._bond, len(spins)
        )

    def _move(self, sweeps: int, chain: int) -> None:
        spins, state, size = self._spins[chain], self._states[chain], self._shape[-1]
        updates = sweeps * int(self.updates_per_sweep[chain])
        if self._cluster:
            _, flipped = single_spin.wolff(spins, state, updates, size, self._bond, UNBOUNDED)
        else:
            flipped = single_spin.metropolis(spins, state, updates, size, self._thresholds)
        self.flipped[chain] = flipped
