"""Chains of frames: random streams, thermalisation, frozen stripes, spacing."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from ising_fidelity import lattice
from ising_fidelity.exceptions import InputError
from ising_fidelity.montecarlo import kernels

SAMPLERS = ("metropolis", "checkerboard", "cluster")
GENERATOR = "xoshiro256++ seeded by numpy SeedSequence"
MAX_RESTARTS = 100
STRIPE_PROBABILITY = 1e-6

Advance = Callable[[NDArray[np.int8], NDArray[np.uint64], int], int]
"""Takes spins (N,), random state (4,) and a number of sweeps or cluster updates."""


@dataclass(frozen=True)
class Simulation:
    """Frames of independent chains.

    Attributes
    ----------
    spins
        Shape (chain, draw, L, L), int8.
    restarts
        How many chains were found frozen in stripes and begun anew.
    updates_per_sweep
        Cluster updates that flip N spins on average, mean over chains; 1 for other samplers.
    """

    spins: NDArray[np.int8]
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
    progress: bool = False,
) -> Simulation:
    """Simulate chains of frames, each from a random start of its own.

    The first frame follows ``thermalization`` sweeps, each further one ``spacing`` sweeps. A
    sweep is L^2 attempted flips. For ``cluster`` it is a fixed number of Wolff updates, the one
    that flips L^2 spins on average in the second half of thermalisation: to stop when enough
    spins were flipped would favour frames behind large clusters. Each cluster frame gets a sign of
    its own at random, which the energy does not feel, so that the signs of m are independent.

    Parameters
    ----------
    lattice_size
        L >= 2.
    temperature
        In J/k_B, >= 0.
    sampler
        One of :data:`SAMPLERS`; ``checkerboard`` needs an even L >= 6, since its fixed order does
        not reach all configurations of a 4 x 4 lattice.
    frames, chains
        Frames in all, a multiple of the number of chains.
    thermalization, spacing
        In sweeps.
    seed
        Each chain's stream is spawned from its SeedSequence, one more for each restart.
    progress
        Show a bar, if on a terminal.

    Raises
    ------
    InputError
        Naming the flag that is out of range, or if a chain stays frozen.
    """
    _check(lattice_size, temperature, sampler, frames, chains, thermalization, spacing)
    draws = frames // chains
    spins = np.empty((chains, draws, lattice_size, lattice_size), np.int8)
    restarts = 0
    per_sweep = []
    with tqdm(total=frames, unit="frame", disable=None if progress else True) as bar:
        for chain, stream in enumerate(np.random.SeedSequence(seed).spawn(chains)):
            configuration, state, updates, again = _thermalized(
                lattice_size, temperature, sampler, thermalization, stream
            )
            restarts += again
            per_sweep.append(updates)
            advance = _advance(lattice_size, temperature, sampler)
            for draw in range(draws):
                if draw:
                    advance(configuration, state, spacing * updates)
                spins[chain, draw] = configuration.reshape(lattice_size, lattice_size)
                bar.update()
            if sampler == "cluster":
                signs = np.random.default_rng(stream.spawn(1)[0]).choice(
                    np.array([-1, 1], np.int8), draws
                )
                spins[chain] *= signs[:, None, None]
    return Simulation(spins, restarts, float(np.mean(per_sweep)))


def trajectories(
    lattice_size: int,
    temperature: float,
    starts: int,
    sweeps: int,
    seed: int,
    sampler: str = "metropolis",
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Follow walks from random starts, sweep by sweep.

    Returns
    -------
    energy, magnetization
        Per spin, shape (starts, sweeps + 1); the first column is the random start.

    Raises
    ------
    InputError
        If the sampler is ``cluster``, whose updates are no walk through time, or unknown.
    """
    if sampler == "cluster":
        raise InputError("--sampler: cluster; walks are allowed for metropolis and checkerboard")
    _check(lattice_size, temperature, sampler, 1, 1, 0, 1)
    advance = _advance(lattice_size, temperature, sampler)
    energy = np.empty((starts, sweeps + 1))
    magnetization = np.empty_like(energy)
    frames = np.empty((sweeps + 1, lattice_size, lattice_size), np.int8)
    streams = np.random.SeedSequence(seed).spawn(starts)
    for start, stream in enumerate(tqdm(streams, unit="start", disable=None)):
        configuration, state = _random_start(lattice_size, stream)
        for sweep in range(sweeps + 1):
            if sweep:
                advance(configuration, state, 1)
            frames[sweep] = configuration.reshape(lattice_size, lattice_size)
        energy[start] = lattice.energy(frames)
        magnetization[start] = lattice.magnetization(frames)
    return energy, magnetization


def _thermalized(
    lattice_size: int,
    temperature: float,
    sampler: str,
    thermalization: int,
    stream: np.random.SeedSequence,
) -> tuple[NDArray[np.int8], NDArray[np.uint64], int, int]:
    """Return a chain after thermalisation: spins, state, updates per sweep, restarts."""
    for restart in range(MAX_RESTARTS):
        configuration, state = _random_start(lattice_size, stream.spawn(1)[0])
        updates = 1
        advance = _advance(lattice_size, temperature, sampler)
        if sampler == "cluster":
            updates = _burn_in(advance, configuration, state, thermalization)
        else:
            advance(configuration, state, thermalization)
        if thermalization == 0 or not _is_frozen(configuration, temperature):
            return configuration, state, updates, restart
    raise InputError(
        f"--thermalization: {MAX_RESTARTS} chains of {thermalization} sweeps at T = {temperature} "
        "ended in frozen stripes; allowed are more sweeps"
    )


def _burn_in(
    advance: Advance, configuration: NDArray[np.int8], state: NDArray[np.uint64], sweeps: int
) -> int:
    """Thermalise by Wolff updates and return how many of them make one sweep."""
    sites = len(configuration)
    first = max(1, sweeps // 2) * sites
    flipped = 0
    while flipped < first:
        flipped += advance(configuration, state, 1)
    # Both numbers of updates are fixed before they are done, so that mean sizes are not biased.
    trial = 100
    mean_size = advance(configuration, state, trial) / trial
    rest = math.ceil(max(1, sweeps - sweeps // 2) * sites / mean_size)
    return max(1, round(sites * rest / advance(configuration, state, rest)))


def _is_frozen(configuration: NDArray[np.int8], temperature: float) -> bool:
    r"""Whether a chain sits in stripes, or has not ordered yet, where equilibrium is ordered.

    In a stripe the minority's spins form a cluster that winds around the lattice, straight or
    slanting, between two domain walls that each cost :math:`\sigma L` with Onsager's tension
    :math:`\sigma = 2 + T \ln \tanh(1/T)`. Where :math:`e^{-2 \sigma L / T}` is below 1e-6, neither
    such a cluster nor a magnetization below half of Yang's is met in equilibrium (their chance
    is of that order). Nearer to T_c stripes come and go by themselves, and nothing is restarted.
    """
    if temperature >= lattice.CRITICAL_TEMPERATURE:
        return False
    lattice_size = math.isqrt(len(configuration))
    spontaneous = 1.0
    if temperature > 0:
        tension = 2 + temperature * math.log(math.tanh(1 / temperature))
        if math.exp(-2 * tension * lattice_size / temperature) > STRIPE_PROBABILITY:
            return False
        spontaneous = (1 - math.sinh(2 / temperature) ** -4) ** 0.125
    magnetization = configuration.mean(dtype=float)
    majority = 1 if magnetization >= 0 else -1
    minority = configuration.reshape(lattice_size, lattice_size) == -majority
    return bool(abs(magnetization) < spontaneous / 2) or _winds(minority)


def _winds(occupied: NDArray[np.bool_]) -> bool:
    """Whether a cluster of occupied sites, shape (L, L), closes around the periodic lattice.

    Each cluster is walked through with coordinates that do not wrap: one that winds comes back to
    a site of its own at other coordinates.
    """
    size = len(occupied)
    seen: dict[tuple[int, int], tuple[int, int]] = {}
    for first in zip(*np.nonzero(occupied), strict=True):
        if first in seen:
            continue
        seen[first] = first
        pending = [first]
        while pending:
            y, x = pending.pop()
            for step in ((y, x + 1), (y, x - 1), (y + 1, x), (y - 1, x)):
                site = step[0] % size, step[1] % size
                if not occupied[site]:
                    continue
                if site not in seen:
                    seen[site] = step
                    pending.append(step)
                elif seen[site] != step:
                    return True
    return False


def _advance(lattice_size: int, temperature: float, sampler: str) -> Advance:
    """Return the kernel of a sampler with everything but the chain filled in."""
    sites = lattice_size**2
    neighbors = neighbor_table(lattice_size)
    thresholds = acceptance_thresholds(temperature)
    if sampler == "metropolis":

        def advance(spins: NDArray[np.int8], state: NDArray[np.uint64], count: int) -> int:
            kernels.metropolis(spins, neighbors, thresholds, state, count * sites)
            return count * sites

    elif sampler == "checkerboard":
        order = checkerboard_order(lattice_size)

        def advance(spins: NDArray[np.int8], state: NDArray[np.uint64], count: int) -> int:
            kernels.checkerboard(spins, neighbors, thresholds, order, state, count)
            return count * sites

    else:
        bond = _threshold(1.0 if temperature == 0 else -math.expm1(-2 / temperature))
        stack = np.empty(sites, np.int32)

        def advance(spins: NDArray[np.int8], state: NDArray[np.uint64], count: int) -> int:
            return kernels.wolff(spins, neighbors, bond, stack, state, count)

    return advance


def neighbor_table(lattice_size: int) -> NDArray[np.int32]:
    """Return the indices of the four neighbours of every site, shape (L^2, 4), row-major."""
    sites = np.arange(lattice_size**2, dtype=np.int32).reshape(lattice_size, lattice_size)
    rolled = [np.roll(sites, shift, axis) for axis in (0, 1) for shift in (1, -1)]
    return np.ascontiguousarray(np.stack(rolled, axis=-1).reshape(-1, 4))


def checkerboard_order(lattice_size: int) -> NDArray[np.int32]:
    """Return the indices of all black sites, then of all white ones, shape (L^2,)."""
    color = np.indices((lattice_size, lattice_size)).sum(axis=0).ravel() % 2
    return np.argsort(color, kind="stable").astype(np.int32)


def acceptance_thresholds(temperature: float) -> NDArray[np.uint64]:
    """Return exp(-dE/T) times 2^64 for dE = 2 h and h = 0 .. 4, shape (5,)."""
    chances = [1.0] + [math.exp(-2 * h / temperature) if temperature else 0.0 for h in range(1, 5)]
    return np.array([_threshold(chance) for chance in chances], np.uint64)


def _threshold(chance: float) -> int:
    return min(int(chance * 2.0**64), 2**64 - 1)


def _random_start(
    lattice_size: int, stream: np.random.SeedSequence
) -> tuple[NDArray[np.int8], NDArray[np.uint64]]:
    """Return a random configuration (N,) and the state of the kernels' generator (4,)."""
    state = stream.generate_state(4, np.uint64).astype(np.uint64)  # never all zero
    start = np.random.default_rng(stream.spawn(1)[0])
    spins: NDArray[np.int8] = start.choice(np.array([-1, 1], np.int8), lattice_size**2)
    return spins, state


def _check(
    lattice_size: int,
    temperature: float,
    sampler: str,
    frames: int,
    chains: int,
    thermalization: int,
    spacing: int,
) -> None:
    if sampler not in SAMPLERS:
        raise InputError(f"--sampler: {sampler}; allowed are {', '.join(SAMPLERS)}")
    if lattice_size < 2:
        raise InputError(f"--lattice-size: {lattice_size}; allowed are sizes from 2")
    if sampler == "checkerboard" and (lattice_size % 2 or lattice_size < 6):
        raise InputError(
            f"--lattice-size: {lattice_size} with checkerboard; allowed are even sizes from 6"
        )
    if not (temperature >= 0 and math.isfinite(temperature)):
        raise InputError(f"--temperature: {temperature}; allowed are finite numbers >= 0")
    if chains < 1:
        raise InputError(f"--chains: {chains}; allowed are numbers from 1")
    if frames < 1 or frames % chains:
        raise InputError(f"--frames: {frames}; allowed are multiples of --chains ({chains})")
    if thermalization < 0:
        raise InputError(f"--thermalization: {thermalization}; allowed are numbers from 0")
    if spacing < 1:
        raise InputError(f"--spacing: {spacing}; allowed are numbers from 1")
