"""How often the magnetization is positive: half of all frames, where signs are drawn fairly."""

import numpy as np
from numpy.typing import NDArray

from ising_fidelity.observables.errors import autocorrelation_time


def positive(magnetization: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return 1 for each frame with positive magnetization, 0 for negative, 1/2 for none."""
    return (np.sign(magnetization) + 1) / 2


def independent_signs(series: NDArray[np.float64], sampling: str) -> float:
    """Return how many independent signs a series of :func:`positive` holds.

    The series has shape (chains, draws), ``sampling`` is ``chain`` or ``independent``. Correlated
    chains of which none ever changes its sign hold one each.
    """
    if sampling == "independent":
        return float(series.size)
    if (series == series[:, :1]).all():
        return float(len(series))
    return max(1.0, autocorrelation_time(series)[1])


def binomial_p_value(share: float, number: float) -> float:
    """Return the chance that a fair coin is at least as far from even, on either side.

    ``share`` is that of heads, ``number`` how many independent tosses there are, to be rounded.
    """
    from scipy.special import bdtr, bdtrc  # slow to import

    tosses = max(1, round(number))
    # Frames without magnetization count half, and a product of floats may miss them by a hair.
    heads = round(2 * share * tosses) / 2
    at_most = bdtr(np.floor(heads), tosses, 0.5)
    at_least = bdtrc(np.ceil(heads) - 1, tosses, 0.5) if heads > 0 else 1.0
    return float(min(1.0, 2 * min(at_most, at_least)))
