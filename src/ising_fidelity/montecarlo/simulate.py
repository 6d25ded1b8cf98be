"""Frames of independent chains: random streams, starts, burn-in and its check, spacing."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from ising_fidelity import lattice
from ising_fidelity.exceptions import InputError
from ising_fidelity.montecarlo import stripes
from ising_fidelity.montecarlo.chains import (
    BLOCK,
    Chains,
    Replicas,
    SingleChains,
    acceptance,
    generator_state,
)
from ising_fidelity.montecarlo.compiled import kernels

SAMPLERS = ("auto", "metropolis", "checkerboard", "cluster")
RELAXERS = ("metropolis", "cluster")
STARTS = ("both", "random", "ordered")
GENERATOR = "xoshiro256++ seeded by numpy SeedSequence"
MOST_RESTARTS = 100
MOST = 10**9
"""Frames, sweeps and so on: a slip beyond it, lest counters overflow."""
LEAST_REPLICAS = 8
"""Chains from which on Metropolis moves them packed, being faster then than one after another."""

LOCAL_TEMPERATURES = (2.8, 10.0)
"""Between which ``auto`` prefers local updates, in J/k_B: there ten sweeps are enough to forget."""

_START, _WALK, _SITES, _SIGNS, _RELAX, _GIBBS = range(6)


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
    to that, and needs some T/3 sweeps to forget.

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
        Show a bar, if on a terminal.
    start
        One of :data:`STARTS`.

    Raises
    ------
    InputError
        Naming the flag that is out of range, or if a chain is frozen after every restart.
    """
    _check(lattice_size, temperature, sampler)
    _check_lengths(frames, chains, thermalization, spacing, threads)
    if start not in STARTS:
        raise InputError(f"--start: {start}; allowed are {', '.join(STARTS)}")
    if sampler == "auto":
        sampler = best_sampler(lattice_size, temperature, chains)
    draws = frames // chains
    signs = _first_signs(start, chains, thermalization, seed)
    ordered = signs != 0
    total = thermalization + spacing * (draws - 1)
    if math.isinf(temperature):
        spins = _coins(lattice_size, chains, draws, seed)
        return Simulation(spins, sampler, ordered & False, 0, float(lattice_size**2))
    with tqdm(total=total, unit="sweep", disable=None if progress else True) as bar:
        starts = _starts(lattice_size, np.arange(chains), signs, seed, 0)
        walk = _walk(starts, temperature, sampler, seed, 0, threads)
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
            turned = _random_spins(_stream(seed, 0, _SIGNS, chain), draws)
            spins[chain] *= turned[:, None, None]
    updates = walk.updates_per_sweep.mean() if isinstance(walk, SingleChains) else lattice_size**2
    return Simulation(spins, sampler, ordered, restarts, float(updates))


def trajectories(
    lattice_size: int,
    temperature: float,
    starts: int,
    sweeps: int,
    seed: int,
    sampler: str = "metropolis",
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Follow walks from random starts, sweep by sweep; a stripe on the way is left as it is.

    Parameters
    ----------
    lattice_size, temperature, seed
        See :func:`run_chains`.
    starts, sweeps
        Number of walks, and how far each goes.
    sampler
        ``metropolis`` or ``checkerboard``: cluster updates are no walk through time.

    Returns
    -------
    energy, magnetization
        Per spin, shape (starts, sweeps + 1); the first column is the random start.

    Raises
    ------
    InputError
        Naming the flag that is out of range.
    """
    _check(lattice_size, temperature, sampler)
    if sampler in ("auto", "cluster"):
        raise InputError(f"--sampler: {sampler}; allowed for walks are metropolis, checkerboard")
    _check_least({"--starts": (starts, 1), "--sweeps": (sweeps, 0)})
    energy = np.empty((starts, sweeps + 1))
    magnetization = np.empty_like(energy)
    every = np.arange(starts)
    begin = _starts(lattice_size, every, np.zeros(starts, np.int8), seed, 0)
    walk = _walk(begin, temperature, sampler, seed, 0)
    for sweep in tqdm(range(sweeps + 1), unit="sweep", disable=None):
        if sweep:
            walk.sweep(1)
        energy[:, sweep] = lattice.energy(walk.frames)
        magnetization[:, sweep] = lattice.magnetization(walk.frames)
    return energy, magnetization


def relax(
    spins: NDArray[np.int8],
    temperature: float,
    sweeps: Sequence[int],
    seed: int,
    sampler: str = "metropolis",
) -> NDArray[np.int8]:
    """Return given frames after some sweeps of Metropolis at random sites, or some clusters.

    Each frame is a chain of its own, with its own random stream. Every attempted flip keeps
    Boltzmann's law, and so does every cluster of Wolff's, so that exact frames stay exact, at any L
    and T. That holds because their number is fixed: frames taken when enough spins have been
    flipped would come behind large clusters too often.

    Parameters
    ----------
    spins
        Shape (frames, L, L), L >= 2.
    temperature
        In J/k_B, 0 and infinity included.
    sweeps
        After how many sweeps of L^2 attempts, or single clusters, counted from the given frames on;
        in rising order.
    seed
        A frame's stream depends on it and on the number of the frame alone: fewer sweeps are the
        beginning of more.
    sampler
        One of :data:`RELAXERS`.

    Returns
    -------
    ndarray
        Shape (len(sweeps), frames, L, L).

    Raises
    ------
    InputError
        If there is no such sampler.
    """
    if sampler not in RELAXERS:
        raise InputError(f"--sampler: {sampler}; allowed are {', '.join(RELAXERS)}")
    streams = [_stream(seed, 0, _RELAX, frame) for frame in range(len(spins))]
    walk = SingleChains(spins, temperature, sampler == "cluster", streams)
    relaxed = np.empty((len(sweeps), *spins.shape), np.int8)
    for row, steps in enumerate(np.diff(sweeps, prepend=0)):
        walk.sweep(int(steps))
        relaxed[row] = walk.frames
    return relaxed


def gibbs(
    spins: NDArray[np.int8],
    field: NDArray[np.floating],
    temperature: float,
    sweeps: int,
    seed: int,
) -> NDArray[np.int8]:
    r"""Return frames after heat-bath sweeps of the Ising model in a field of its own at each site.

    .. math:: p(s) \propto \exp\Bigl(\frac{1}{T} \sum_{\langle ij\rangle} s_i s_j
              + \sum_i b_i s_i\Bigr)

    With b = x / sigma^2 that is exactly what is left to draw where x = s + sigma z is known, z
    standard normal and s a frame in equilibrium.

    Parameters
    ----------
    spins
        To begin with, shape (frames, L, L), L >= 2.
    field
        b, in units of k_B T, the shape of ``spins``.
    temperature
        In J/k_B, above 0.
    sweeps
        In each of them every spin is drawn anew, first those of even x + y, then the others.
    seed
        A frame's stream depends on it and on the number of the frame alone.

    Returns
    -------
    ndarray
        The shape of ``spins``.
    """
    from scipy.special import expit  # slow to import

    size = spins.shape[-1]
    drawn = spins.copy()
    sums = np.arange(-4, 5, 2) / temperature
    for number, frame in enumerate(drawn):
        chances = expit(2 * (field[number].reshape(-1, 1).astype(np.float64) + sums))
        # The largest float below 2^64: a chance of 1 is wrong by 2^-53.
        up = np.minimum(chances * 2.0**64, np.nextafter(2.0**64, 0)).astype(np.uint64)
        state = generator_state(_stream(seed, 0, _GIBBS, number))
        kernels.heat_bath(frame.reshape(-1), state, sweeps, size, up)
    return drawn


def best_sampler(lattice_size: int, temperature: float, chains: int) -> str:
    """Return the cheaper sampler whose frames are independent ten sweeps apart, with either sign.

    In :data:`LOCAL_TEMPERATURES` that is ``checkerboard``, if it can be used and there are chains
    enough to fill words. Elsewhere it is ``cluster``: near T_c local updates forget slowly, and
    below they keep the sign. With many more sweeps between frames, checkerboard can be the cheaper
    one from some T = 2.5 on (``benchmarks/results/montecarlo.txt``).
    """
    fits = lattice_size % 2 == 0 and lattice_size >= 6 and chains >= BLOCK // 2
    coldest, hottest = LOCAL_TEMPERATURES
    return "checkerboard" if fits and coldest <= temperature <= hottest else "cluster"


def acceptance_rate(spins: NDArray[np.int8], temperature: float) -> float:
    """Return the share of attempted flips that equilibrium frames like these accept.

    That is the mean of Metropolis's min(1, exp(-dE/T)) over all sites, whatever their order, of at
    most 1000 frames spread evenly over all.

    Parameters
    ----------
    spins
        Shape (..., L, L).
    temperature
        In J/k_B.
    """
    frames = spins.reshape(-1, *spins.shape[-2:])
    frames = frames[:: math.ceil(len(frames) / 1000)]
    cost = 2 * frames * lattice.neighbor_sum(frames)
    counts = np.bincount(cost.ravel() + 8, minlength=17)
    chances = [acceptance(temperature, level - 8) for level in range(17)]
    return float(counts @ chances / cost.size)


def burn_in_p_value(series: NDArray[np.float64], ordered: NDArray[np.bool_]) -> float:
    """Return the chance of a difference between both kinds of starts as large as this one.

    By Welch's t-test of the means of chains that began ordered against those that began at random.
    NaN with fewer than two of a kind; 1 where all means are the same.

    Parameters
    ----------
    series
        Shape (chains, draws).
    ordered
        Shape (chains,).
    """
    from scipy.stats import ttest_ind

    means = series.mean(axis=1)
    if min(ordered.sum(), (~ordered).sum()) < 2:
        return math.nan
    if np.ptp(means) == 0:
        return 1.0
    return float(ttest_ind(means[ordered], means[~ordered], equal_var=False).pvalue)


def _stream(seed: int, restarts: int, purpose: int, index: int = 0) -> np.random.SeedSequence:
    return np.random.SeedSequence(seed, spawn_key=(restarts, purpose, index))


def _first_signs(start: str, chains: int, thermalization: int, seed: int) -> NDArray[np.int8]:
    """Return +1 or -1 for each chain that begins ordered, 0 for one that begins at random."""
    if start == "ordered":
        drawn = [_random_spins(_stream(seed, 0, _START, chain), 1) for chain in range(chains)]
        return np.concatenate(drawn)
    if start == "both" and chains > 1 and thermalization:
        return np.resize(np.array([1, 0, -1, 0], np.int8), chains)
    return np.zeros(chains, np.int8)


def _starts(
    lattice_size: int,
    index: NDArray[np.int64],
    signs: NDArray[np.int8],
    seed: int,
    restarts: int,
) -> NDArray[np.int8]:
    """Return first configurations (chains, L, L) of the chains of these numbers and signs."""
    sites = lattice_size**2
    spins = np.empty((len(index), sites), np.int8)
    for row, chain in enumerate(index):
        if signs[row]:
            spins[row] = signs[row]
        else:
            spins[row] = _random_spins(_stream(seed, restarts, _START, int(chain)), sites)
    return spins.reshape(-1, lattice_size, lattice_size)


def _walk(
    starts: NDArray[np.int8],
    temperature: float,
    sampler: str,
    seed: int,
    restarts: int,
    threads: int = 1,
) -> Chains:
    chains = len(starts)
    if sampler == "cluster" or (sampler == "metropolis" and chains < LEAST_REPLICAS):
        streams = [_stream(seed, restarts, _WALK, chain) for chain in range(chains)]
        return SingleChains(starts, temperature, sampler == "cluster", streams, threads)
    blocks = math.ceil(chains / BLOCK)
    streams = [_stream(seed, restarts, _WALK, block) for block in range(blocks)]
    sites = _stream(seed, restarts, _SITES)
    return Replicas(starts, temperature, sampler == "checkerboard", streams, sites, threads)


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
        starts = _starts(frames.shape[-1], frozen, np.zeros(frozen.size, np.int8), seed, attempt)
        again = _walk(starts, temperature, sampler, seed, attempt, threads)
        again.settle(sweeps)
        walk.replace(frozen.tolist(), again.frames)
        frozen = _frozen(again.frames, frozen, temperature)
    if frozen.size:
        raise InputError(
            f"--thermalization: {sweeps}; that leaves {MOST_RESTARTS + 1} random starts in a row "
            f"at T = {temperature} in frozen stripes or not ordered yet; more sweeps are needed"
        )
    return restarts


def _coins(lattice_size: int, chains: int, draws: int, seed: int) -> NDArray[np.int8]:
    sites = draws * lattice_size**2
    rows = [_random_spins(_stream(seed, 0, _START, chain), sites) for chain in range(chains)]
    return np.stack(rows).reshape(chains, draws, lattice_size, lattice_size)


def _frozen(
    frames: NDArray[np.int8], index: NDArray[np.int64], temperature: float
) -> NDArray[np.int64]:
    """Return the numbers of those chains that are frozen."""
    return index[[stripes.is_frozen(frame, temperature) for frame in frames]]


def _random_spins(stream: np.random.SeedSequence, count: int) -> NDArray[np.int8]:
    return np.random.default_rng(stream).choice(np.array([-1, 1], np.int8), count)


def _check(lattice_size: int, temperature: float, sampler: str) -> None:
    if sampler not in SAMPLERS:
        raise InputError(f"--sampler: {sampler}; allowed are {', '.join(SAMPLERS)}")
    _check_least({"--lattice-size": (lattice_size, 2)}, lattice.LARGEST_LATTICE)
    if sampler == "checkerboard" and (lattice_size % 2 or lattice_size < 6):
        raise InputError(
            f"--lattice-size: {lattice_size} with checkerboard; allowed are even sizes from 6 on"
        )
    if not temperature >= 0:
        raise InputError(f"--temperature: {temperature}; allowed are numbers >= 0 and inf")


def _check_lengths(
    frames: int, chains: int, thermalization: int, spacing: int, threads: int
) -> None:
    _check_least(
        {
            "--frames": (frames, 1),
            "--chains": (chains, 1),
            "--thermalization": (thermalization, 0),
            "--spacing": (spacing, 1),
            "--threads": (threads, 1),
        }
    )
    if frames % chains:
        raise InputError(f"--frames: {frames}; allowed are multiples of --chains ({chains})")


def _check_least(least: dict[str, tuple[int, int]], most: int = MOST) -> None:
    for flag, (value, smallest) in least.items():
        if value < smallest:
            raise InputError(f"{flag}: {value}; allowed are whole numbers from {smallest} on")
        if value > most:
            raise InputError(f"{flag}: {value}; allowed are whole numbers up to {most}")
