r"""A test of independence between successive frames: the lag-1 autocorrelation.

For n independent numbers in any order,

.. math:: r_1 = \sum_i (x_i - \bar x)(x_{i+1} - \bar x) / \sum_i (x_i - \bar x)^2

has mean -1/n and, for large n, a normal distribution of variance 1/n (M. S. Bartlett, J. R. Stat.
Soc. Suppl. 8, 27, 1946). For correlated frames it is positive, and their errors are larger than
those of independent frames.
"""

import math

import numpy as np

from ising_fidelity.observables.errors import Floats

CONTRADICTED = 1e-4
"""The p-value below which frames are not independent: one or two false alarms in 10,000 files."""


def lag_one(series: Floats) -> tuple[float, float]:
    """Return r_1 and the probability of one as large if the numbers are independent.

    Parameters
    ----------
    series
        Shape (chains, draws). Only draws of one chain are ordered; chains of a single draw are in
        the given order.

    Returns
    -------
    r_1, p_value
        NaN if undefined: for a constant, or for fewer than three numbers.
    """
    from scipy.special import ndtr  # slow to import

    rows = series.reshape(1, -1) if series.shape[1] == 1 else series
    deviations = rows - rows.mean()
    squares = float((deviations**2).sum())
    pairs = rows[:, 1:].size
    # The rounding error of a constant is about 1e-16.
    if pairs < 2 or squares <= rows.size * (1e-14 * np.abs(rows).max()) ** 2:
        return math.nan, math.nan
    r_1 = float((deviations[:, 1:] * deviations[:, :-1]).sum() / squares * rows.size / pairs)
    z = (r_1 + 1 / rows.size) * math.sqrt(pairs)
    return r_1, float(ndtr(-z))


def either(p_values: list[float]) -> float:
    """Return the combined p-value of several tests (Bonferroni), NaN if no test was possible."""
    known = [p for p in p_values if not math.isnan(p)]
    return min(1.0, len(known) * min(known)) if known else math.nan
