r"""Free energy and reweighted averages from frames with known ln q.

With the weights

.. math:: w(s) = e^{-E(s) / T} / q(s), \qquad \langle w \rangle_q = Z, \qquad
          \langle A \rangle = \langle w A \rangle_q / \langle w \rangle_q,

the free energy, which Monte Carlo gives only by integration, is a mean over frames. Every average
is one of the Boltzmann distribution, whatever the errors of the generator, if they are not too
large: the effective sample size gives the number of frames that remain (K. A. Nicoli et al., Phys.
Rev. E 101, 023304, 2020). Without weights, the Gibbs-Bogoliubov inequality bounds the free energy,

.. math:: F \le \langle E \rangle_q + T \langle \ln q \rangle_q.
"""

import numpy as np
from numpy.typing import NDArray

from ising_fidelity.observables.errors import RESAMPLES, Floats

QUANTITIES = (
    "free_energy",
    "free_energy_bound",
    "entropy",
    "effective_sample_size_share",
    "energy_reweighted",
    "abs_magnetization_reweighted",
    "specific_heat_reweighted",
)
"""In the order of :func:`from_counts`."""


def measure(
    log_q: Floats,
    energy: Floats,
    magnetization: Floats,
    temperature: float,
    sites: int,
    seed: int = 0,
) -> dict[str, tuple[Floats, Floats]]:
    """Return all :data:`QUANTITIES` with their standard errors by the bootstrap.

    Errors are too small if the effective sample size is only a few frames: the frames with the
    largest weights are then missing from the sample.

    Parameters
    ----------
    log_q
        Natural logarithm of the probability of each frame, shape (n,); frames are independent.
    energy, magnetization
        Per spin, shape (n,).
    temperature
        In units of J/k_B, above 0.
    sites
        N = L^2.
    seed
        Seed of the bootstrap.

    Returns
    -------
    dict
        Name to (value, standard error), 0-d arrays; errors are NaN for a single frame.
    """
    frames = log_q.size

    def quantities(counts: NDArray[np.int64]) -> Floats:
        return from_counts(counts, log_q, energy, magnetization, temperature, sites)

    values = quantities(np.ones(frames, np.int64))
    errors = np.full_like(values, np.nan)
    if frames > 1:
        draws = np.random.default_rng(seed).multinomial(
            frames, np.full(frames, 1 / frames), size=RESAMPLES
        )
        # Minus the value itself, so that equal replicates have a spread of exactly 0.
        replicates = np.array([quantities(counts) for counts in draws]) - values
        errors = replicates.std(axis=0, ddof=1) * np.sqrt(frames / (frames - 1))
    return {
        name: (np.asarray(value), np.asarray(error))
        for name, value, error in zip(QUANTITIES, values, errors, strict=True)
    }


def from_counts(
    counts: NDArray[np.int64],
    log_q: Floats,
    energy: Floats,
    magnetization: Floats,
    temperature: float,
    sites: int,
) -> Floats:
    """Return all :data:`QUANTITIES`, shape (7,), for frames with given multiplicities.

    Weights span hundreds of orders of magnitude: they are summed in units of the largest, which is
    never itself computed.

    Parameters
    ----------
    counts
        Multiplicity of each frame, shape (n,), 0 or more.
    log_q, energy, magnetization, temperature, sites
        See :func:`measure`.
    """
    there = counts > 0
    n, u, m, ln_q = (part[there] for part in (counts, energy, np.abs(magnetization), log_q))
    T, total = temperature, n.sum()
    log_w = -sites * u / T - ln_q
    largest = log_w.max()
    w = n * np.exp(log_w - largest)
    free_energy = -T / sites * (largest + np.log(w.sum() / total))
    bound = n @ (u + T / sites * ln_q) / total
    p = w / w.sum()
    share = 1 / (total * (p**2 / n).sum())
    u_mean = p @ u
    return np.array(
        [
            free_energy,
            bound,
            (u_mean - free_energy) / T,
            share,
            u_mean,
            p @ m,
            sites * (p @ (u - u_mean) ** 2) / T**2,
        ]
    )
