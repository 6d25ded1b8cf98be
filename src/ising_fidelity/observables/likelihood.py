r"""What frames tell whose generator knows how likely it draws each: Z, and the Boltzmann averages.

With weights

.. math:: w(s) = e^{-E(s) / T} / q(s), \qquad \langle w \rangle_q = Z, \qquad
          \langle A \rangle = \langle w A \rangle_q / \langle w \rangle_q,

the free energy, which Monte Carlo has only by integration, is a mean over frames, and every average
is the Boltzmann distribution's own whatever the generator's errors, if they are not too large: the
effective sample size says what is left of the frames (K. A. Nicoli et al., Phys. Rev. E 101,
023304, 2020). Without weights, Gibbs and Bogoliubov bound the free energy from above,

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
    """Return every quantity of :data:`QUANTITIES` and its standard error, by the bootstrap.

    Errors are too small where the effective sample size is a handful of frames: the frames that
    would matter are not among them.

    Parameters
    ----------
    log_q
        Natural logarithm of the probability of each frame, shape (n,), independent frames.
    energy, magnetization
        Per spin, shape (n,).
    temperature
        In units of J/k_B, above 0.
    sites
        N = L^2.
    seed
        Of the bootstrap.

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
        # Less the value itself, so that replicates that are all the same spread by exactly 0.
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
    """Return every quantity of :data:`QUANTITIES`, shape (7,), of frames that count so often.

    Weights span hundreds of orders: sums are of weights in units of the largest, which is never
    itself computed.

    Parameters
    ----------
    counts
        How often each frame counts, shape (n,), 0 and more.
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
