r"""Whether frames that are said to be independent are: the lag-1 autocorrelation, tested.

Of n independent numbers in any order

.. math:: r_1 = \sum_i (x_i - \bar x)(x_{i+1} - \bar x) / \sum_i (x_i - \bar x)^2

has mean -1/n and, for large n, a normal distribution of variance 1/n (M. S. Bartlett, J. R. Stat.
Soc. Suppl. 8, 27, 1946). Correlated frames have a positive one, and larger errors than they seem
to.
"""

import math

import numpy as np

from ising_fidelity.observables.errors import Floats

CONTRADICTED = 1e-4
"""The p-value below which frames are not independent: one or two false alarms in 10,000 files."""


def lag_one(series: Floats) -> tuple[float, float]:
    """Return r_1 and the chance of one as large, were the numbers independent.

    Parameters
    ----------
    series
        Shape (chains, draws). Only draws of one chain have an order, but chains of a single draw
        are in the order that they are given in.

    Returns
    -------
    r_1, p_value
        NaN where nothing can be said: of a constant, or of fewer than three numbers.
    """
    from scipy.special import ndtr  # slow to import

    rows = series.reshape(1, -1) if series.shape[1] == 1 else series
    deviations = rows - rows.mean()
    squares = float((deviations**2).sum())
    pairs = rows[:, 1:].size
    # Rounding leaves about 1e-16 of a constant.
    if pairs < 2 or squares <= rows.size * (1e-14 * np.abs(rows).max()) ** 2:
        return math.nan, math.nan
    r_1 = float((deviations[:, 1:] * deviations[:, :-1]).sum() / squares * rows.size / pairs)
    z = (r_1 + 1 / rows.size) * math.sqrt(pairs)
    return r_1, float(ndtr(-z))


def either(p_values: list[float]) -> float:
    """Return the p-value of several tests together (Bonferroni), NaN if none could be made."""
    known = [p for p in p_values if not math.isnan(p)]
    return min(1.0, len(known) * min(known)) if known else math.nan
