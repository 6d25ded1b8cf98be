"""Chains that can be timed and measured: the project's own, and their starts."""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from functools import lru_cache, partial

import numpy as np
from numpy.typing import NDArray

from benchmarks.harness import Effort, core_seconds, enough, repeating
from ising_fidelity import lattice
from ising_fidelity.montecarlo.acceptance import bond_threshold
from ising_fidelity.montecarlo.chains import UNBOUNDED, Chains, generator_state
from ising_fidelity.montecarlo.kernels import multispin, single_spin
from ising_fidelity.montecarlo.packed import BLOCK, Replicas
from ising_fidelity.montecarlo.single import SingleChains

CRITICAL = 2.269185
L = 64
WIDEST = multispin.LANES[0]
CHAINS = BLOCK * WIDEST
INSTRUCTIONS = {8: "AVX-512", 4: "AVX2", 2: "SSE2 or NEON", 1: "plain words"}
ORDERS = {True: "checkerboard", False: "random site"}

Floats = NDArray[np.float64]
Spins = NDArray[np.int8]


class Walk(ABC):
    """Chains at one temperature that are timed and measured; a single chain by default."""

    chains = 1
    effort = 1.0
    """Multiple of the usual effort that a timing needs."""
    first_count = 1
    """Sweeps tried first, to find how many fill a timing."""

    frames: Spins
    """The present frames, shape (chains, L, L), of a walk that exposes its spins."""

    @abstractmethod
    def sweep(self, count: int) -> None:
        """Advance every chain by ``count`` sweeps."""

    def seconds(self, count: int) -> float:
        """Return the time of ``count`` sweeps of all chains, in s of one core."""
        return core_seconds(lambda: self.sweep(count))

    def series(self, draws: int, spacing: int) -> tuple[Floats, Floats]:
        """Return energies per spin and abs(m) one after the other, both (chains, draws)."""
        measured = []
        for _ in range(draws):
            self.sweep(spacing)
            frames = self.frames
            frames = frames[: max(8, 2**22 // frames[0].size)]
            measured.append([lattice.energy(frames), np.abs(lattice.magnetization(frames))])
        energies, magnetizations = np.stack(measured, axis=-1)
        return energies, magnetizations


class Ours(Walk):
    """Chains of this project's engine."""

    def __init__(self, chains: Chains, count: int) -> None:
        self.engine, self.chains = chains, count

    def sweep(self, count: int) -> None:
        self.engine.sweep(count)

    @property
    def frames(self) -> Spins:
        return self.engine.frames


class Draws(Walk):
    """Frames of a walk, one per chain; a sweep is ``spacing`` sweeps of that walk and a copy."""

    def __init__(self, walk: Walk, spacing: int) -> None:
        self._walk, self._spacing = walk, spacing
        self.chains, self._kept = walk.chains, walk.frames.copy()

    def sweep(self, count: int) -> None:
        for _ in range(count):
            self._walk.sweep(self._spacing)
            self._kept[:] = self._walk.frames


@lru_cache(maxsize=16)
def equilibrium(lattice_size: int, temperature: float, chains: int) -> Spins:
    """Return independent frames (chains, L, L), simulated by clusters from ordered starts.

    Clusters are flipped until each spin has flipped about 20 times on average, and then the same
    number again. This number is fixed, since stopping after enough flips would favor large
    clusters.
    """
    bond = bond_threshold(temperature)
    frames = np.ones((chains, lattice_size**2), np.int8)
    frames[1::2] = -1
    for spins, stream in zip(frames, np.random.SeedSequence(1).spawn(chains), strict=True):
        state = generator_state(stream)
        clusters, _ = single_spin.wolff(
            spins, state, UNBOUNDED, lattice_size, bond, 20 * spins.size
        )
        single_spin.wolff(spins, state, clusters, lattice_size, bond, UNBOUNDED)
    return frames.reshape(chains, lattice_size, lattice_size)


def starts(lattice_size: int, temperature: float, chains: int) -> Spins:
    """Return frames in equilibrium (chains, L, L); on large lattices all are the same frame."""
    if lattice_size <= 64:
        return equilibrium(lattice_size, temperature, CHAINS)[:chains]
    frame = equilibrium(lattice_size, temperature, 1)
    return np.broadcast_to(frame, (chains, lattice_size, lattice_size))


def single(lattice_size: int, temperature: float, cluster: bool, chains: int = 1) -> Ours:
    """Return our single-chain Metropolis walk, or our cluster walk with one cluster per sweep."""
    streams = np.random.SeedSequence(2).spawn(chains)
    begin = starts(lattice_size, temperature, chains)
    return Ours(SingleChains(begin, temperature, cluster, streams), chains)


def packed(
    lattice_size: int,
    temperature: float,
    checkerboard: bool,
    lanes: int,
    chains: int | None = None,
    threads: int = 1,
) -> Ours:
    """Return our packed walk, in groups of at most ``lanes`` blocks of 64 chains."""
    chains = chains or BLOCK * lanes
    *streams, sites = np.random.SeedSequence(3).spawn(math.ceil(chains / BLOCK) + 1)
    widths = [width for width in multispin.LANES if width <= lanes]
    begin = starts(lattice_size, temperature, min(chains, CHAINS))
    begin = begin if chains <= CHAINS else np.tile(begin, (math.ceil(chains / CHAINS), 1, 1))
    walk = Replicas(begin[:chains], temperature, checkerboard, streams, sites, threads, widths)
    return Ours(walk, chains)


def packed_builders(lattice_size: int, temperature: float) -> dict[str, Callable[[], Walk]]:
    """Return builders of our packed walks in both orders for each vector width."""
    return {
        packed_name(checkerboard, lanes): partial(
            packed, lattice_size, temperature, checkerboard, lanes
        )
        for checkerboard in ORDERS
        for lanes in multispin.LANES
    }


def packed_name(checkerboard: bool, lanes: int) -> str:
    """Return the name of a packed walk in tables."""
    return f"ours, packed {ORDERS[checkerboard]}, {BLOCK * lanes} chains ({INSTRUCTIONS[lanes]})"


def sweeping(walks: Mapping[str, Walk | None], effort: Effort) -> dict[str, list[float]]:
    """Return seconds per sweep of all chains of each available walk, round by round."""
    there = {name: walk for name, walk in walks.items() if walk}
    counts = {
        name: enough(walk.seconds, effort.seconds * walk.effort, walk.first_count)
        for name, walk in there.items()
    }
    return repeating({name: walk.seconds for name, walk in there.items()}, effort, counts)
