"""Diagnostics of a chain from its frames: acceptance rate, and whether burn-in was long enough."""

import math
import warnings

import numpy as np
from numpy.typing import NDArray

from ising_fidelity import lattice
from ising_fidelity.montecarlo.acceptance import acceptance


def acceptance_rate(spins: NDArray[np.int8], temperature: float) -> float:
    """Return the Metropolis acceptance rate of frames (..., L, L) in equilibrium.

    It is the mean of min(1, exp(-dE/T)), T in J/k_B, over all sites of at most 1000 frames, evenly
    spaced. It does not depend on the order of sites.
    """
    frames = spins.reshape(-1, *spins.shape[-2:])
    frames = frames[:: math.ceil(len(frames) / 1000)]
    cost = 2 * frames * lattice.neighbor_sum(frames)
    counts = np.bincount(cost.ravel() + 8, minlength=17)
    chances = [acceptance(temperature, level - 8) for level in range(17)]
    return float(counts @ chances / cost.size)


def burn_in_p_value(series: NDArray[np.float64], ordered: NDArray[np.bool_]) -> float:
    """Return the p-value of the difference between ordered and random starts.

    Welch's t-test compares the means of chains that began ordered with those that began at random.
    ``series`` has shape (chains, draws), ``ordered`` (chains,). NaN with fewer than two chains of a
    kind; 1 if all means are equal.
    """
    from scipy.stats import ttest_ind

    means = series.mean(axis=1)
    if min(ordered.sum(), (~ordered).sum()) < 2:
        return math.nan
    if np.ptp(means) == 0:
        return 1.0
    with warnings.catch_warnings():
        # Chains in the ground state have almost equal means.
        warnings.filterwarnings("ignore", "Precision loss", RuntimeWarning)
        return float(ttest_ind(means[ordered], means[~ordered], equal_var=False).pvalue)
