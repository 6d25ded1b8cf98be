"""Frames of independent chains: random streams, starts, burn-in and its check, spacing."""

import math
import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ising_fidelity.exceptions import InputError
from ising_fidelity.io.progress import progress_bar
from ising_fidelity.montecarlo import stripes
from ising_fidelity.montecarlo.arguments import (
    MOST_SEED,
    STARTS,
    check_least,
    check_lengths,
    check_walk,
)
from ising_fidelity.montecarlo.chains import Chains
from ising_fidelity.montecarlo.packed import BLOCK
from ising_fidelity.montecarlo.single import SingleChains
from ising_fidelity.montecarlo.walk import (
    SIGNS,
    coins,
    first_frames,
    first_signs,
    is_packed,
    random_spins,
    stream_of,
    walk_from,
)

GENERATOR = "xoshiro256++ seeded by numpy SeedSequence"
MOST_RESTARTS = 100

LOCAL_TEMPERATURES = (2.8, 10.0)
"""Range in J/k_B in which ``auto`` prefers local updates: ten sweeps decorrelate frames there."""


@dataclass(frozen=True)
class Simulation:
    """Frames of independent chains.

    Attributes
    ----------
    spins
        Shape (chain, draw, L, L), int8.
    sampler
        The sampler that was used, also if ``auto`` was requested.
    ordered
        Which chains started ordered; the others started at random; shape (chain,).
    restarts
        How many times a chain was found frozen in stripes after thermalization and restarted.
    updates_per_sweep
        Attempted flips per sweep, or clusters per sweep (mean over chains).
    """

    spins: NDArray[np.int8]
    sampler: str
    ordered: NDArray[np.bool_]
    restarts: int
    updates_per_sweep: float


def run_chains(
    lattice_size: int,
    temperature: float,
    sampler: str,
    frames: int,
    chains: int,
    thermalization: int,
    spacing: int,
    seed: int,
    threads: int = 1,
    progress: bool = False,
    start: str = "both",
) -> Simulation:
    """Simulate independent chains.

    The first frame follows ``thermalization`` sweeps, each further one ``spacing`` sweeps.

    One sweep of ``metropolis`` (sites at random, the paper's protocol) and of ``checkerboard`` is
    L^2 attempted flips. One sweep of ``cluster`` is the number of Wolff updates that flips L^2
    spins on average. It is measured during thermalization (at least one sweep) and then fixed.
    ``auto`` is :func:`best_sampler`. Checkerboard, and Metropolis with at least
    :data:`LEAST_REPLICAS` chains, update 64 chains in one word.

    A single chain starts at random. Of several chains, every other one starts ordered, alternately
    up and down, so that the agreement of both kinds checks burn-in. ``start`` can restrict them to
    one kind; chains that all start ordered have random signs.

    Every frame of ``cluster`` is multiplied by a random sign. The model is symmetric under a global
    flip, so that both signs are equally likely. The signs of the magnetization are then exactly
    independent; energies and correlations within a frame do not change.

    At infinite temperature each spin of each frame is random, whatever the start. There, Metropolis
    would accept every flip, and the checkerboard would only flip all spins in every sweep. Far
    above T = 10 the checkerboard comes close to that and needs about T/3 sweeps to decorrelate:
    ordered starts with fewer sweeps are rejected.

    A chain that is frozen in a stripe after thermalization, or not ordered where it should be
    (:func:`.stripes.is_frozen`), is restarted from another random start, and counted. With
    ``thermalization=0`` the walk is wanted from its start, at random unless ordered starts are
    requested, and no chain is checked.

    Parameters
    ----------
    lattice_size
        L >= 2; for ``checkerboard`` even and >= 6: its fixed order does not reach all
        configurations of a 4 x 4 lattice, and odd sizes have no checkerboard.
    temperature
        In J/k_B, 0 and infinity included.
    sampler
        One of :data:`SAMPLERS`.
    frames, chains
        Total number of frames, a multiple of the number of chains.
    thermalization, spacing
        In sweeps.
    seed
        Entropy of each stream's SeedSequence. The spawn key is the number of restarts so far, the
        purpose of the stream, and the number of the chain or of the block of 64 chains.
    threads
        Number of threads; the frames do not depend on it.
    progress
        Whether to show a progress bar, on a terminal or in a notebook.
    start
        One of :data:`STARTS`.

    Raises
    ------
    InputError
        If a parameter is out of range, a chain is frozen after every restart, or
        the temperature is too high to forget an ordered start.
    """
    check_walk(lattice_size, temperature, sampler)
    check_lengths(frames, chains, thermalization, spacing, threads)
    check_least({"seed": (seed, 0)}, MOST_SEED)
    if start not in STARTS:
        raise InputError(f"start: {start}; allowed are {', '.join(STARTS)}")
    if sampler == "auto":
        sampler = best_sampler(lattice_size, temperature, chains)
    draws = frames // chains
    signs = first_signs(start, chains, thermalization, seed)
    ordered = signs != 0
    if math.isfinite(temperature) and ordered.any() and is_packed(sampler, chains):
        _check_forgets(temperature, sampler, thermalization)
    stuck = draws > 1 and sampler == "checkerboard"
    if stuck and 0 < 3 * thermalization < temperature < math.inf:
        warnings.warn(
            f"the checkerboard flips nearly all spins in every sweep at T = {temperature:g}, and "
            f"needs about T/3 sweeps to forget its start; thermalization: {thermalization} is too "
            "short",
            stacklevel=2,
        )
    total = thermalization + spacing * (draws - 1)
    if math.isinf(temperature):
        spins = coins(lattice_size, chains, draws, seed)
        return Simulation(spins, sampler, ordered & False, 0, float(lattice_size**2))
    with progress_bar(total=total, unit="sweep", wanted=progress) as bar:
        starts = first_frames(lattice_size, np.arange(chains), signs, seed, 0)
        walk = walk_from(starts, temperature, sampler, seed, 0, threads)
        restarts = _thermalize(walk, temperature, sampler, thermalization, seed, threads)
        bar.update(thermalization)
        spins = np.empty((chains, draws, lattice_size, lattice_size), np.int8)
        for draw in range(draws):
            if draw:
                walk.sweep(spacing)
                bar.update(spacing)
            spins[:, draw] = walk.frames
    if sampler == "cluster":
        for chain in range(chains):
            turned = random_spins(stream_of(seed, 0, SIGNS, chain), draws)
            spins[chain] *= turned[:, None, None]
    updates = walk.updates_per_sweep.mean() if isinstance(walk, SingleChains) else lattice_size**2
    return Simulation(spins, sampler, ordered, restarts, float(updates))


def best_sampler(lattice_size: int, temperature: float, chains: int) -> str:
    """Return the cheaper sampler whose frames, of either sign, are independent ten sweeps apart.

    In :data:`LOCAL_TEMPERATURES` this is ``checkerboard``, if the lattice allows it and there are
    enough chains to fill words. Elsewhere it is ``cluster``: near T_c local updates decorrelate
    slowly, and below T_c they keep the sign. With many more sweeps between frames, checkerboard can
    be cheaper from about T = 2.5 on (``benchmarks/results/montecarlo.json``).
    """
    fits = lattice_size % 2 == 0 and lattice_size >= 6 and chains >= BLOCK // 2
    coldest, hottest = LOCAL_TEMPERATURES
    return "checkerboard" if fits and coldest <= temperature <= hottest else "cluster"


def _check_forgets(temperature: float, sampler: str, thermalization: int) -> None:
    """Raise InputError if chains keep their ordered start because nearly all flips are accepted."""
    if thermalization and temperature > LOCAL_TEMPERATURES[1] and thermalization < temperature / 3:
        raise InputError(
            f"temperature: {temperature} with {sampler} and ordered starts; forgetting them takes "
            f"T/3 sweeps, and thermalization ({thermalization}) has fewer; allowed are "
            "at least as many, or sampler cluster or auto"
        )


def _thermalize(
    walk: Chains, temperature: float, sampler: str, sweeps: int, seed: int, threads: int
) -> int:
    """Bring chains to equilibrium; return the number of restarts."""
    walk.settle(sweeps)
    if sweeps == 0:
        return 0
    frames = walk.frames
    frozen = _frozen(frames, np.arange(len(frames)), temperature)
    restarts = 0
    for attempt in range(1, MOST_RESTARTS + 1):
        if not frozen.size:
            break
        restarts += frozen.size
        starts = first_frames(
            frames.shape[-1], frozen, np.zeros(frozen.size, np.int8), seed, attempt
        )
        again = walk_from(starts, temperature, sampler, seed, attempt, threads)
        again.settle(sweeps)
        walk.replace(frozen.tolist(), again.frames)
        frozen = _frozen(again.frames, frozen, temperature)
    if frozen.size:
        raise InputError(
            f"thermalization: {sweeps}; that leaves {MOST_RESTARTS + 1} random starts in a row "
            f"at T = {temperature} in frozen stripes or not ordered yet; more sweeps are needed"
        )
    return restarts


def _frozen(
    frames: NDArray[np.int8], index: NDArray[np.int64], temperature: float
) -> NDArray[np.int64]:
    """Return the numbers of the frozen chains."""
    return index[[stripes.is_frozen(frame, temperature) for frame in frames]]
