"""Chains of frames: random streams, starts, thermalization, spacing."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from ising_fidelity import lattice
from ising_fidelity.exceptions import InputError
from ising_fidelity.montecarlo import kernels, stripes

SAMPLERS = ("metropolis", "checkerboard", "cluster")
GENERATOR = "xoshiro256++ seeded by numpy SeedSequence"
MOST_RESTARTS = 100

Update = Callable[[NDArray[np.int8], NDArray[np.uint64], int], int]
"""A kernel with all but spins, generator state and number of updates filled in."""


@dataclass(frozen=True)
class Simulation:
    """Frames of independent chains.

    Attributes
    ----------
    spins
        Shape (chain, draw, L, L), int8.
    restarts
        How many chains were found frozen in stripes after thermalization, and begun anew.
    updates_per_sweep
        What makes one sweep: attempted flips (metropolis), passes over the lattice (checkerboard,
        one), or clusters (their number's mean over chains).
    """

    spins: NDArray[np.int8]
    restarts: int
    updates_per_sweep: float


@dataclass
class Chain:
    """One walk: spins (N,), the state (4,) of its generator, and the kernel that moves it."""

    spins: NDArray[np.int8]
    state: NDArray[np.uint64]
    update: Update
    updates_per_sweep: int

    def sweep(self, count: int) -> int:
        """Move on by a fixed number of updates; return how many spins were flipped."""
        return self.update(self.spins, self.state, count * self.updates_per_sweep)

    @property
    def frame(self) -> NDArray[np.int8]:
        """The spins as (L, L)."""
        lattice_size = math.isqrt(len(self.spins))
        return self.spins.reshape(lattice_size, lattice_size)


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
    """Simulate independent chains, each from a random start of its own.

    The first frame follows ``thermalization`` sweeps, each further one ``spacing`` sweeps.

    One sweep of ``metropolis`` (sites at random, the paper's protocol) and of ``checkerboard`` is
    L^2 attempted flips. One of ``cluster`` is the number of Wolff updates that flips L^2 spins on
    average, measured in the second half of thermalization (of which there is at least one sweep)
    and then fixed: to stop when enough spins are flipped would favor frames behind large clusters.

    Every frame of ``cluster`` is given a sign at random. The model does not change when all spins
    are turned, so frames with either sign are as likely, and the signs of the magnetization are
    exactly independent; energies and correlations within a frame stay as they are.

    A chain that thermalization has left in a frozen stripe, or not ordered where it should be
    (:func:`.stripes.is_frozen`), is begun anew from another random start, and counted. With
    ``thermalization=0`` the walk is wanted from its random start on, and no chain is judged.

    Parameters
    ----------
    lattice_size
        L >= 2; for ``checkerboard`` even and >= 6, since its fixed order does not reach all
        configurations of a 4 x 4 lattice, and odd ones have no checkerboard.
    temperature
        In J/k_B, >= 0.
    sampler
        One of :data:`SAMPLERS`.
    frames, chains
        Frames in all, a multiple of the number of chains.
    thermalization, spacing
        In sweeps.
    seed
        Each chain's SeedSequence is spawned from it. Of a chain's own children, number 0 gives the
        signs of its frames and number n + 1 its start after n restarts.
    progress
        Show a bar, if on a terminal.

    Raises
    ------
    InputError
        Naming the flag that is out of range, or if a chain is frozen after every restart.
    """
    _check(lattice_size, temperature, sampler)
    _check_lengths(frames, chains, thermalization, spacing)
    draws = frames // chains
    spins = np.empty((chains, draws, lattice_size, lattice_size), np.int8)
    restarts = np.empty(chains, int)
    updates_per_sweep = np.empty(chains)
    streams = np.random.SeedSequence(seed).spawn(chains)
    with tqdm(total=frames, unit="frame", disable=None if progress else True) as bar:
        for index, stream in enumerate(streams):
            (sign_stream,) = stream.spawn(1)
            chain, restarts[index] = _thermalized(
                lattice_size, temperature, sampler, thermalization, stream
            )
            updates_per_sweep[index] = chain.updates_per_sweep
            for draw in range(draws):
                if draw:
                    chain.sweep(spacing)
                spins[index, draw] = chain.frame
                bar.update()
            if sampler == "cluster":
                spins[index] *= _random_spins(sign_stream, draws)[:, None, None]
    return Simulation(spins, int(restarts.sum()), float(updates_per_sweep.mean()))


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
    if sampler == "cluster":
        raise InputError("--sampler: cluster; allowed for walks are metropolis, checkerboard")
    _check_least({"--starts": (starts, 1), "--sweeps": (sweeps, 0)})
    energy = np.empty((starts, sweeps + 1))
    magnetization = np.empty_like(energy)
    frames = np.empty((sweeps + 1, lattice_size, lattice_size), np.int8)
    streams = np.random.SeedSequence(seed).spawn(starts)
    for start, stream in enumerate(tqdm(streams, unit="start", disable=None)):
        chain = random_start(lattice_size, temperature, sampler, stream)
        frames[0] = chain.frame
        for sweep in range(1, sweeps + 1):
            chain.sweep(1)
            frames[sweep] = chain.frame
        energy[start] = lattice.energy(frames)
        magnetization[start] = lattice.magnetization(frames)
    return energy, magnetization


def random_start(
    lattice_size: int, temperature: float, sampler: str, stream: np.random.SeedSequence
) -> Chain:
    """Return a chain at a random configuration; for ``cluster`` one update is a sweep as yet."""
    generator_stream, spin_stream = stream.spawn(2)
    state = generator_stream.generate_state(4, np.uint64).astype(np.uint64)
    if not state.any():
        state[0] = 1  # the one state that the generator cannot leave
    update, updates_per_sweep = _kernel(lattice_size, temperature, sampler)
    return Chain(_random_spins(spin_stream, lattice_size**2), state, update, updates_per_sweep)


def neighbor_table(lattice_size: int) -> NDArray[np.int32]:
    """Return the indices of the four neighbors of every site, shape (L^2, 4), row-major."""
    sites = np.arange(lattice_size**2, dtype=np.int32).reshape(lattice_size, lattice_size)
    rolled = [np.roll(sites, shift, axis) for axis in (0, 1) for shift in (1, -1)]
    return np.stack(rolled, axis=-1).reshape(-1, 4)


def checkerboard_order(lattice_size: int) -> NDArray[np.int32]:
    """Return the indices of all black sites, then of all white ones, shape (L^2,)."""
    color = np.indices((lattice_size, lattice_size)).sum(axis=0).ravel() % 2
    return np.argsort(color, kind="stable").astype(np.int32)


def acceptance_thresholds(temperature: float) -> NDArray[np.uint64]:
    """Return min(1, exp(-dE/T)) times 2^64 for flips that cost dE = -8, -4, 0, 4, 8; shape (5,)."""
    chances = [
        1.0 if cost <= 0 else math.exp(-cost / temperature) if temperature > 0 else 0.0
        for cost in (-8, -4, 0, 4, 8)
    ]
    return np.array([_threshold(chance) for chance in chances], np.uint64)


def bond_threshold(temperature: float) -> int:
    """Return the chance 1 - exp(-2/T) that a like neighbor joins a cluster, times 2^64."""
    return _threshold(-math.expm1(-2 / temperature) if temperature > 0 else 1.0)


def _threshold(chance: float) -> int:
    return min(int(chance * 2.0**64), 2**64 - 1)


def _kernel(lattice_size: int, temperature: float, sampler: str) -> tuple[Update, int]:
    """Return a sampler's kernel and how many of its updates make one sweep."""
    neighbors = neighbor_table(lattice_size)
    thresholds = acceptance_thresholds(temperature)
    if sampler == "cluster":
        bond = bond_threshold(temperature)
        return partial(kernels.wolff, neighbors=neighbors, bond=bond), 1
    if sampler == "checkerboard":
        order = checkerboard_order(lattice_size)
        sweep = partial(kernels.checkerboard, neighbors=neighbors, thresholds=thresholds)
        return partial(sweep, order=order), 1
    attempt = partial(kernels.metropolis, neighbors=neighbors, thresholds=thresholds)
    return attempt, lattice_size**2


def _thermalized(
    lattice_size: int,
    temperature: float,
    sampler: str,
    sweeps: int,
    stream: np.random.SeedSequence,
) -> tuple[Chain, int]:
    """Return a chain after thermalization, and how often it was begun anew."""
    for restarts in range(MOST_RESTARTS + 1):
        (start_stream,) = stream.spawn(1)
        chain = random_start(lattice_size, temperature, sampler, start_stream)
        if sampler == "cluster":
            _set_sweep(chain, sweeps)
        else:
            chain.sweep(sweeps)
        if sweeps == 0 or not stripes.is_frozen(chain.frame, temperature):
            return chain, restarts
    raise InputError(
        f"--thermalization: {sweeps}; that leaves {MOST_RESTARTS + 1} random starts in a row at "
        f"T = {temperature} in frozen stripes or not ordered yet; more sweeps are needed"
    )


def _set_sweep(chain: Chain, sweeps: int) -> None:
    """Thermalize a cluster chain and set how many updates flip N spins on average.

    In the first half, a sweep follows from the mean cluster so far. The second half has a number
    of updates that is fixed when it begins, and its mean cluster sets the sweep of the frames.
    """
    sites = len(chain.spins)
    updates = flipped = 0
    for _ in range(max(1, sweeps // 2)):
        updates += chain.updates_per_sweep
        flipped += chain.sweep(1)
        chain.updates_per_sweep = max(1, round(sites * updates / flipped))
    half = max(1, sweeps - sweeps // 2)
    updates = half * chain.updates_per_sweep
    flipped = chain.sweep(half)
    chain.updates_per_sweep = max(1, round(sites * updates / flipped))


def _random_spins(stream: np.random.SeedSequence, count: int) -> NDArray[np.int8]:
    return np.random.default_rng(stream).choice(np.array([-1, 1], np.int8), count)


def _check(lattice_size: int, temperature: float, sampler: str) -> None:
    if sampler not in SAMPLERS:
        raise InputError(f"--sampler: {sampler}; allowed are {', '.join(SAMPLERS)}")
    _check_least({"--lattice-size": (lattice_size, 2)})
    if sampler == "checkerboard" and (lattice_size % 2 or lattice_size < 6):
        raise InputError(
            f"--lattice-size: {lattice_size} with checkerboard; allowed are even sizes from 6 on"
        )
    if not (temperature >= 0 and math.isfinite(temperature)):
        raise InputError(f"--temperature: {temperature}; allowed are finite numbers >= 0")


def _check_lengths(frames: int, chains: int, thermalization: int, spacing: int) -> None:
    _check_least(
        {
            "--frames": (frames, 1),
            "--chains": (chains, 1),
            "--thermalization": (thermalization, 0),
            "--spacing": (spacing, 1),
        }
    )
    if frames % chains:
        raise InputError(f"--frames: {frames}; allowed are multiples of --chains ({chains})")


def _check_least(least: dict[str, tuple[int, int]]) -> None:
    for flag, (value, smallest) in least.items():
        if value < smallest:
            raise InputError(f"{flag}: {value}; allowed are whole numbers from {smallest} on")
