"""Random streams and first frames of chains, and the walks that start from them."""

import math

import numpy as np
from numpy.typing import NDArray

from ising_fidelity.montecarlo.chains import Chains
from ising_fidelity.montecarlo.packed import BLOCK, Replicas
from ising_fidelity.montecarlo.single import SingleChains

START, WALK, SITES, SIGNS, RELAX, GIBBS = range(6)
"""The purposes of streams."""

LEAST_REPLICAS = 8
"""Fewest chains that Metropolis updates packed, which is faster than one after another."""


def stream_of(seed: int, restarts: int, purpose: int, index: int = 0) -> np.random.SeedSequence:
    """Return the random stream of one purpose and one chain or block after some restarts."""
    return np.random.SeedSequence(seed, spawn_key=(restarts, purpose, index))


def first_signs(start: str, chains: int, thermalization: int, seed: int) -> NDArray[np.int8]:
    """Return +1 or -1 for each chain that begins ordered, 0 for one that begins at random."""
    if start == "ordered":
        drawn = [random_spins(stream_of(seed, 0, START, chain), 1) for chain in range(chains)]
        return np.concatenate(drawn)
    if start == "both" and chains > 1 and thermalization:
        return np.resize(np.array([1, 0, -1, 0], np.int8), chains)
    return np.zeros(chains, np.int8)


def first_frames(
    lattice_size: int,
    index: NDArray[np.int64],
    signs: NDArray[np.int8],
    seed: int,
    restarts: int,
) -> NDArray[np.int8]:
    """Return first configurations (chains, L, L) of the chains with these numbers and signs."""
    sites = lattice_size**2
    spins = np.empty((len(index), sites), np.int8)
    for row, chain in enumerate(index):
        if signs[row]:
            spins[row] = signs[row]
        else:
            spins[row] = random_spins(stream_of(seed, restarts, START, int(chain)), sites)
    return spins.reshape(-1, lattice_size, lattice_size)


def coins(lattice_size: int, chains: int, draws: int, seed: int) -> NDArray[np.int8]:
    """Return frames (chains, draws, L, L) of infinite temperature."""
    sites = draws * lattice_size**2
    rows = [random_spins(stream_of(seed, 0, START, chain), sites) for chain in range(chains)]
    return np.stack(rows).reshape(chains, draws, lattice_size, lattice_size)


def random_spins(stream: np.random.SeedSequence, count: int) -> NDArray[np.int8]:
    """Return ``count`` random spins, up and down with equal probability."""
    return np.random.default_rng(stream).choice(np.array([-1, 1], np.int8), count)


def is_packed(sampler: str, chains: int) -> bool:
    """Whether this number of chains is updated packed, with the same sites in the same order."""
    return sampler == "checkerboard" or (sampler == "metropolis" and chains >= LEAST_REPLICAS)


def walk_from(
    starts: NDArray[np.int8],
    temperature: float,
    sampler: str,
    seed: int,
    restarts: int,
    threads: int = 1,
) -> Chains:
    """Return chains that start from these first frames."""
    chains = len(starts)
    if not is_packed(sampler, chains):
        streams = [stream_of(seed, restarts, WALK, chain) for chain in range(chains)]
        return SingleChains(starts, temperature, sampler == "cluster", streams, threads)
    blocks = math.ceil(chains / BLOCK)
    streams = [stream_of(seed, restarts, WALK, block) for block in range(blocks)]
    sites = stream_of(seed, restarts, SITES)
    return Replicas(starts, temperature, sampler == "checkerboard", streams, sites, threads)
