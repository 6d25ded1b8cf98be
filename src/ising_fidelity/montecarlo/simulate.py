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
"""Between which ``auto`` prefers local updates, in J/k_B: there ten sweeps are enough to forget."""


@dataclass(frozen=True)
class Simulation:
    """Frames of independent chains.

    Attributes
    ----------
    spins
        Shape (chain, draw, L, L), int8.
    sampler
        The one that was used, where ``auto`` was asked for.
    ordered
        Which chains began ordered, the others at random; shape (chain,).
    restarts
        How many times a chain was found frozen in stripes after thermalization, and begun anew.
    updates_per_sweep
        What makes one sweep: attempted flips, or clusters (their number's mean over chains).
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
    L^2 attempted flips. One of ``cluster`` is the number of Wolff updates that flips L^2 spins on
    average, measured in thermalization (of which there is at least one sweep) and then fixed.
    ``auto`` is :func:`best_sampler`. Checkerboard, and Metropolis from :data:`LEAST_REPLICAS`
    chains on, move 64 chains in one word.

    A single chain starts at random. Of several, every other one starts ordered, up and down in
    turn, so that burn-in can be judged by whether both kinds come to agree. Both can be had alone;
    chains that all start ordered have signs drawn at random.

    Every frame of ``cluster`` is given a sign at random. The model does not change when all spins
    are turned, so frames with either sign are as likely, and the signs of the magnetization are
    exactly independent; energies and correlations within a frame stay as they are.

    At infinite temperature each spin of each frame is a coin, whatever the start; Metropolis would
    accept, and the checkerboard only turn all spins in every sweep. Far above T = 10 it comes near
    to that, and needs some T/3 sweeps to forget: ordered starts with fewer are refused.

    A chain that thermalization has left in a frozen stripe, or not ordered where it should be
    (:func:`.stripes.is_frozen`), is begun anew from another random start, and counted. With
    ``thermalization=0`` the walk is wanted from its start on, at random unless ordered ones are
    asked for, and none is judged.

    Parameters
    ----------
    lattice_size
        L >= 2; for ``checkerboard`` even and >= 6, since its fixed order does not reach all
        configurations of a 4 x 4 lattice, and odd ones have no checkerboard.
    temperature
        In J/k_B, 0 and infinity included.
    sampler
        One of :data:`SAMPLERS`.
    frames, chains
        Frames in all, a multiple of the number of chains.
    thermalization, spacing
        In sweeps.
    seed
        Each stream's SeedSequence has it as entropy, and as spawn key the number of restarts so
        far, what the stream is for, and the number of the chain or block of 64 chains.
    threads
        That compute at a time; the frames do not depend on it.
    progress
        Show a bar, on a terminal or in a notebook.
    start
        One of :data:`STARTS`.

    Raises
    ------
    InputError
        Naming the parameter that is out of range, or if a chain is frozen after every restart, or
        so hot that it would not forget its ordered start.
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
            f"the checkerboard turns nearly all spins in every sweep at T = {temperature:g}, and "
            f"needs some T/3 sweeps to forget its start; thermalization: {thermalization} is too "
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
    """Return the cheaper sampler whose frames are independent ten sweeps apart, with either sign.

    In :data:`LOCAL_TEMPERATURES` that is ``checkerboard``, if it can be used and there are chains
    enough to fill words. Elsewhere it is ``cluster``: near T_c local updates forget slowly, and
    below they keep the sign. With many more sweeps between frames, checkerboard can be the cheaper
    one from some T = 2.5 on (``benchmarks/results/montecarlo.json``).
    """
    fits = lattice_size % 2 == 0 and lattice_size >= 6 and chains >= BLOCK // 2
    coldest, hottest = LOCAL_TEMPERATURES
    return "checkerboard" if fits and coldest <= temperature <= hottest else "cluster"


def _check_forgets(temperature: float, sampler: str, thermalization: int) -> None:
    """Raise InputError where flips that are all accepted keep chains as ordered as they began."""
    if thermalization and temperature > LOCAL_TEMPERATURES[1] and thermalization < temperature / 3:
        raise InputError(
            f"temperature: {temperature} with {sampler} and ordered starts; that takes T/3 sweeps "
            f"to forget them, and thermalization ({thermalization}) has fewer; allowed are as "
            "many, or sampler cluster or auto"
        )


def _thermalize(
    walk: Chains, temperature: float, sampler: str, sweeps: int, seed: int, threads: int
) -> int:
    """Bring chains to equilibrium; return how many times one was begun anew."""
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
    """Return the numbers of those chains that are frozen."""
    return index[[stripes.is_frozen(frame, temperature) for frame in frames]]
