"""A cause, and numbers along temperature that causes are decided by."""

from dataclasses import dataclass

import numpy as np
import xarray as xr

from ising_fidelity.io.temperatures import name_of
from ising_fidelity.scores.deviations import Floats, p_values, together

LEVEL = 1e-3
"""Of a cause; that something is wrong is known by all tests together."""
SIGMAS = 4.0
"""Errors from which on a number decides."""


@dataclass(frozen=True)
class Cause:
    """Why frames are wrong.

    Attributes
    ----------
    name
        A few words that are always the same.
    observable
        What decides it.
    sentence
        What it means, with its number.
    p_value
        That chance alone looks like it.
    value, error
        The number of the sentence, and its error; NaN where there is none.
    T
        The canonical temperature of the number; empty if it is one of all temperatures.
    """

    name: str
    observable: str
    sentence: str
    p_value: float
    value: float = float("nan")
    error: float = float("nan")
    T: str = ""


def name_at(data: xr.Dataset, index: int) -> str:
    """Return the canonical temperature at a place along it."""
    return name_of(data["temperature"].values[index])


def expected_of(data: xr.Dataset, name: str) -> str:
    """Return what the expected value of a test is called."""
    return f"{name}_floor" if f"{name}_floor" in data else f"{name}_expected"


def p_of_test(data: xr.Dataset, name: str) -> float:
    """Return a test's p-value over all temperatures, 1 if it was not made."""
    return p_together(data, f"{name}_p_value")


def p_together(data: xr.Dataset, name: str) -> float:
    """Return the p-value of a variable over all temperatures, 1 if there is none."""
    p = together(data[name].values) if name in data else np.nan
    return 1.0 if np.isnan(p) else p


def gain_of(data: xr.Dataset, name: str) -> float:
    """Return the gain of log-likelihood by one way to explain couplings, at all temperatures."""
    return float(np.nansum(data[f"gain_{name}"].values))


def weighted_mean(values: Floats, errors: Floats) -> tuple[float, float]:
    """Return the mean of numbers weighted by their errors, and its error."""
    known = np.isfinite(values) & (errors > 0)
    weights = errors[known] ** -2
    if not weights.size:
        return np.nan, np.nan
    return float((weights * values[known]).sum() / weights.sum()), float(weights.sum() ** -0.5)


def in_errors(data: xr.Dataset, other: xr.Dataset, name: str) -> Floats:
    """Return deviations in errors of both sides."""
    apart = data[name].values - other[name].values
    errors = np.hypot(data[f"{name}_error"].values, _error_of(other, name))
    return np.divide(apart, errors, out=np.full_like(apart, np.nan), where=errors > 0)


def log_ratio(data: xr.Dataset, other: xr.Dataset, name: str) -> Floats:
    """Return logarithms of ratios in errors, which are nearer to normal than differences."""
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = data[f"{name}_error"].values / data[name].values
        z = np.log(data[name].values / other[name].values) / relative
    return np.where(np.isfinite(z), z, np.nan)


def _error_of(data: xr.Dataset, name: str) -> Floats:
    found = data.get(f"{name}_error")
    return np.zeros(data.sizes["temperature"]) if found is None else found.values


def combined(z: Floats) -> tuple[float, float]:
    """Return the largest z of all temperatures, and the p-value of all together."""
    known = z[~np.isnan(z)]
    if not known.size:
        return 0.0, 1.0
    return float(known[np.abs(known).argmax()]), together(p_values(known))
