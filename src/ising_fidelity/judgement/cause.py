"""A cause of wrong frames, and the statistics along temperature that decide between causes."""

from dataclasses import dataclass

import numpy as np
import xarray as xr

from ising_fidelity.exact.finite import kaufman
from ising_fidelity.io.temperatures import name_of
from ising_fidelity.scores.deviations import Floats, p_values, together

LEVEL = 1e-3
"""Significance level of one cause; the verdict itself rests on all tests together."""
COLDEST, HOTTEST = 0.3, 1000.0
"""Lowest and highest temperature that is assigned to an energy."""
SIGMAS = 4.0
"""Deviation in standard errors that decides between causes."""


@dataclass(frozen=True)
class Cause:
    """Why frames are wrong.

    Attributes
    ----------
    name
        A fixed short name.
    observable
        The observable that decides it.
    sentence
        What is wrong, with the size of the deviation.
    p_value
        Probability of such a deviation by chance.
    value, error
        The number in the sentence and its standard error; NaN where there is none.
    T
        The canonical temperature of the number; empty if it combines all temperatures.
    """

    name: str
    observable: str
    sentence: str
    p_value: float
    value: float = float("nan")
    error: float = float("nan")
    T: str = ""


def name_at(data: xr.Dataset, index: int) -> str:
    """Return the canonical temperature at an index."""
    return name_of(data["temperature"].values[index])


def expected_of(data: xr.Dataset, name: str) -> str:
    """Return the name of the variable with the expected value of a test."""
    return f"{name}_floor" if f"{name}_floor" in data else f"{name}_expected"


def p_of_test(data: xr.Dataset, name: str) -> float:
    """Return a test's p-value over all temperatures; 1 if the test was not done."""
    return p_together(data, f"{name}_p_value")


def p_together(data: xr.Dataset, name: str) -> float:
    """Return the combined p-value of a variable over all temperatures; 1 if it is missing."""
    p = together(data[name].values) if name in data else np.nan
    return 1.0 if np.isnan(p) else p


def gain_of(data: xr.Dataset, name: str) -> float:
    """Return the gain of log-likelihood by one explanation, summed over temperatures."""
    return float(np.nansum(data[f"gain_{name}"].values))


def weighted_mean(values: Floats, errors: Floats) -> tuple[float, float]:
    """Return the inverse-variance weighted mean and its error."""
    known = np.isfinite(values) & (errors > 0)
    weights = errors[known] ** -2
    if not weights.size:
        return np.nan, np.nan
    return float((weights * values[known]).sum() / weights.sum()), float(weights.sum() ** -0.5)


def temperatures_by_energy(data: xr.Dataset) -> tuple[Floats, Floats]:
    """Return the temperatures at which u would be in equilibrium, and their errors."""
    L = int(data["lattice_size"].values[0])
    found = np.array([_temperature_of(L, u) for u in data["energy"].values])
    C = np.array([kaufman(L, T).specific_heat for T in found])
    return found, data["energy_error"].values / C


def _temperature_of(L: int, u: float) -> float:
    """Return T, from :data:`COLDEST` to :data:`HOTTEST`, at which u is the exact energy."""
    from scipy.optimize import brentq

    def excess(inverse: float) -> float:
        return kaufman(L, 1 / inverse).energy - u

    hot, cold = 1 / HOTTEST, 1 / COLDEST
    if excess(hot) <= 0:
        return HOTTEST
    if excess(cold) >= 0:
        return COLDEST
    return 1 / float(brentq(excess, hot, cold, rtol=1e-6))


def combined(z: Floats) -> tuple[float, float]:
    """Return the z of largest absolute value, and the combined p-value of all temperatures."""
    known = z[~np.isnan(z)]
    if not known.size:
        return 0.0, 1.0
    return float(known[np.abs(known).argmax()]), together(p_values(known))
