"""Monte Carlo on frames that exist: trajectories, relaxation, heat bath in a field."""

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
    Dataset
        ``energy(start, step)`` and ``magnetization(start, step)`` per spin; step 0 is the start.

    Raises
    ------
    InputError
        Naming the parameter that is out of range.
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
    with np.errstate(over="ignore"):  # an infinite field aligns all the same
        sums = np.arange(-4, 5, 2) / temperature
    for number, frame in enumerate(drawn):
        chances = expit(2 * (field[number].reshape(-1, 1).astype(np.float64) + sums))
        # The largest float below 2^64: a chance of 1 is wrong by 2^-53.
        up = np.minimum(chances * 2.0**64, np.nextafter(2.0**64, 0)).astype(np.uint64)
        state = generator_state(stream_of(seed, 0, GIBBS, number))
        single_spin.heat_bath(frame.reshape(-1), state, sweeps, size, up)
    return drawn
