"""Monte Carlo on given frames: trajectories, relaxation, heat bath in a field."""

from collections.abc import Sequence

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ising_fidelity import lattice
from ising_fidelity.exceptions import InputError
from ising_fidelity.io.progress import progress_bar
from ising_fidelity.montecarlo.arguments import RELAXERS, check_least, check_walk
from ising_fidelity.montecarlo.chains import generator_state
from ising_fidelity.montecarlo.kernels.compiled import single_spin
from ising_fidelity.montecarlo.single import SingleChains
from ising_fidelity.montecarlo.walk import GIBBS, RELAX, first_frames, stream_of, walk_from


def trajectories(
    lattice_size: int,
    temperature: float,
    starts: int,
    sweeps: int,
    seed: int,
    sampler: str = "metropolis",
) -> xr.Dataset:
    """Record walks from random starts sweep by sweep; stripes on the way are not restarted.

    Parameters
    ----------
    lattice_size, temperature, seed
        See :func:`run_chains`.
    starts, sweeps
        Number of walks, and sweeps of each.
    sampler
        ``metropolis`` or ``checkerboard``; cluster updates are not a time evolution.

    Returns
    -------
    Dataset
        ``energy(start, step)`` and ``magnetization(start, step)`` per spin; step 0 is the start.

    Raises
    ------
    InputError
        If a parameter is out of range; the error names it.
    """
    check_walk(lattice_size, temperature, sampler)
    if sampler in ("auto", "cluster"):
        raise InputError(f"sampler: {sampler}; allowed for walks are metropolis, checkerboard")
    check_least({"starts": (starts, 1), "sweeps": (sweeps, 0)})
    energy = np.empty((starts, sweeps + 1))
    magnetization = np.empty_like(energy)
    every = np.arange(starts)
    begin = first_frames(lattice_size, every, np.zeros(starts, np.int8), seed, 0)
    walk = walk_from(begin, temperature, sampler, seed, 0)
    for sweep in progress_bar(range(sweeps + 1), unit="sweep"):
        if sweep:
            walk.sweep(1)
        energy[:, sweep] = lattice.energy(walk.frames)
        magnetization[:, sweep] = lattice.magnetization(walk.frames)
    dimensions = ("start", "step")
    return xr.Dataset(
        {"energy": (dimensions, energy), "magnetization": (dimensions, magnetization)},
        coords={"step": np.arange(sweeps + 1)},
    )


def relax(
    spins: NDArray[np.int8],
    temperature: float,
    sweeps: Sequence[int],
    seed: int,
    sampler: str = "metropolis",
) -> NDArray[np.int8]:
    """Return given frames after Metropolis sweeps at random sites, or after Wolff clusters.

    Each frame is a chain of its own, with its own random stream. Attempted flips and Wolff clusters
    preserve the Boltzmann distribution, so that exact frames stay exact, at any L and T. This holds
    because the number of updates is fixed: stopping once enough spins have flipped would favor
    frames that follow large clusters.

    Parameters
    ----------
    spins
        Shape (frames, L, L), L >= 2.
    temperature
        In J/k_B, 0 and infinity included.
    sweeps
        Numbers of sweeps of L^2 attempts, or of single clusters, counted from the given frames; in
        rising order.
    seed
        Seed; a frame's stream depends only on it and on the index of the frame, so that fewer
        sweeps are the beginning of more.
    sampler
        One of :data:`RELAXERS`.

    Returns
    -------
    ndarray
        Shape (len(sweeps), frames, L, L).

    Raises
    ------
    InputError
        If the sampler is unknown.
    """
    if sampler not in RELAXERS:
        raise InputError(f"sampler: {sampler}; allowed are {', '.join(RELAXERS)}")
    streams = [stream_of(seed, 0, RELAX, frame) for frame in range(len(spins))]
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
    r"""Return frames after heat-bath sweeps of the Ising model in a site-dependent field.

    .. math:: p(s) \propto \exp\Bigl(\frac{1}{T} \sum_{\langle ij\rangle} s_i s_j
              + \sum_i b_i s_i\Bigr)

    With b = x / sigma^2 this is exactly the posterior of s given x = s + sigma z, for z standard
    normal and s a frame in equilibrium.

    Parameters
    ----------
    spins
        Initial frames, shape (frames, L, L), L >= 2.
    field
        b, in units of k_B T, the shape of ``spins``.
    temperature
        In J/k_B, above 0.
    sweeps
        Number of sweeps; each samples every spin anew, first those of even x + y, then the others.
    seed
        Seed; a frame's stream depends only on it and on the index of the frame.

    Returns
    -------
    ndarray
        The shape of ``spins``.
    """
    from scipy.special import expit  # slow to import

    size = spins.shape[-1]
    drawn = spins.copy()
    with np.errstate(over="ignore"):  # an infinite field still aligns
        sums = np.arange(-4, 5, 2) / temperature
    for number, frame in enumerate(drawn):
        chances = expit(2 * (field[number].reshape(-1, 1).astype(np.float64) + sums))
        # The largest float below 2^64: a probability of 1 is wrong by 2^-53.
        up = np.minimum(chances * 2.0**64, np.nextafter(2.0**64, 0)).astype(np.uint64)
        state = generator_state(stream_of(seed, 0, GIBBS, number))
        single_spin.heat_bath(frame.reshape(-1), state, sweeps, size, up)
    return drawn
