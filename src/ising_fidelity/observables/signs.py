"""The share of frames with positive magnetization: one half if signs are sampled fairly."""

import numpy as np
from numpy.typing import NDArray

from ising_fidelity.observables.errors import autocorrelation_time


def positive(magnetization: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return 1 for each frame with positive magnetization, 0 for negative, 1/2 for none."""
    return (np.sign(magnetization) + 1) / 2


def independent_signs(series: NDArray[np.float64], sampling: str) -> float:
    """Return how many independent signs a series of :func:`positive` holds.

    The series has shape (chains, draws), ``sampling`` is ``chain`` or ``independent``. Correlated
    chains that never change their sign hold one each.
    """
    if sampling == "independent":
        return float(series.size)
    if (series == series[:, :1]).all():
        return float(len(series))
    return max(1.0, autocorrelation_time(series)[1])


def binomial_p_value(share: float, number: float) -> float:
    """Return the two-sided p-value of a share of heads for a fair coin.

    ``share`` is that of heads, ``number`` the number of independent tosses, which is rounded.
    """
    from scipy.special import bdtr, bdtrc  # slow to import

    tosses = max(1, round(number))
    # Frames without magnetization count half, and rounding may shift a product of floats slightly.
    heads = round(2 * share * tosses) / 2
    at_most = bdtr(np.floor(heads), tosses, 0.5)
    at_least = bdtrc(np.ceil(heads) - 1, tosses, 0.5) if heads > 0 else 1.0
    return float(min(1.0, 2 * min(at_most, at_least)))
