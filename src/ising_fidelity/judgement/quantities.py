"""Tests of u, C, abs(m) and chi whose errors hold for few and for cold frames, too.

Errors estimated from frames are too small, or zero, if the frames are few or almost all in the
ground state. The errors that as many equilibrium frames have are therefore a lower bound.
"""

from collections.abc import Sequence

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ising_fidelity.io.temperatures import name_of
from ising_fidelity.scores.deviations import AGAINST_EXACT, Floats, value_and_error

ENOUGH_FLIPS = 20
"""Smallest number of single flipped spins, expected in all frames, for which errors are normal."""
OF_ONE_FLIP = 8
"""Energy of a spin flipped in the ground state, in J."""
ROUNDING = 1e-6
MAIN = ("energy", "abs_magnetization", "specific_heat", "susceptibility")
FLUCTUATIONS = ("specific_heat", "susceptibility")
FROM_REFERENCE = ("energy_ks", "magnetization_ks", "energy_magnetization_histogram", "vendi_ratio")
"""Distances whose noise floor is resampled from the reference."""
ENDS = ("_z", "_p_value")


def with_tests(
    data: xr.Dataset, reference: xr.Dataset, exact: xr.Dataset
) -> tuple[xr.Dataset, Sequence[str]]:
    """Return a sampler's numbers with enlarged errors and tests, and what could not be tested.

    ``<quantity>_error`` becomes at least the error of equilibrium. ``<quantity>_in_errors`` is the
    deviation as a standard normal number. A variance is compared by its cube root, which is nearer
    to normal (E. B. Wilson and M. M. Hilferty, PNAS 17, 684, 1931). Where few flipped spins are
    expected, u is tested by their Poisson distribution, and the numbers of the others are NaN.

    Parameters
    ----------
    data, reference, exact
        At the same temperatures, along ``temperature``.
    """
    u = exact["energy"].values
    few, few_of_reference = (_flips(one, u) < ENOUGH_FLIPS for one in (data, reference))
    changed: dict[str, Floats] = {}
    for name in MAIN:
        other = exact if name in AGAINST_EXACT else reference
        least = _error_in_equilibrium(name, data, reference, exact)
        error, z = _test(name, data, other, least)
        if name == "energy":
            z = np.where(few & np.isfinite(error), _of_flips(data, exact), z)
        else:
            error, z = (np.where(few, np.nan, one) for one in (error, z))
        changed |= {f"{name}_error": error, f"{name}_in_errors": z}
    unknown = {f"{name}{what}": few_of_reference for name in FROM_REFERENCE for what in ENDS}
    for key, where in {**unknown, "waves_p_value": few}.items():
        if key in data:
            changed[key] = np.where(where, np.nan, data[key].values)
    tested = data.assign({key: ("temperature", value) for key, value in changed.items()})
    return tested, _untested(data, few)


def _flips(data: xr.Dataset, u: Floats) -> Floats:
    """Return the energy of all independent frames above the ground state, in single flips."""
    return _frames(data, "energy") * data["lattice_size"].values ** 2 * (u + 2) / OF_ONE_FLIP


def _of_flips(data: xr.Dataset, exact: xr.Dataset) -> Floats:
    """Return u as a normal number of equal probability; its flips have a Poisson distribution.

    Flips of adjacent spins widen it; both numbers are divided by the exact variance over the mean.
    """
    from scipy.special import ndtri, pdtr, pdtrc  # slow to import

    T, C, u = (exact[name].values for name in ("temperature", "specific_heat", "energy"))
    excess = OF_ONE_FLIP * (u + 2)
    # Near T = 0 single flips are all there is, and the excess of u is lost to rounding.
    wider = np.divide(T**2 * C, excess, out=np.ones_like(u), where=excess > ROUNDING**2)
    expected, found = _flips(data, u) / wider, _flips(data, data["energy"].values) / wider
    least = np.floor(found + ROUNDING)
    at_least = np.where(least > 0, pdtrc(np.maximum(least - 1, 0), expected), 1.0)
    at_most = pdtr(np.ceil(found - ROUNDING), expected)
    tail = np.clip(np.minimum(at_least, at_most), np.finfo(float).tiny, 0.5)
    return np.where(at_least < at_most, -ndtri(tail), ndtri(tail))


def _frames(data: xr.Dataset, name: str) -> Floats:
    """Return the effective number of frames for u and C, or for abs(m) and chi."""
    of = "energy" if name in AGAINST_EXACT else "abs_magnetization"
    return data[f"{of}_effective_sample_size"].values


def _error_in_equilibrium(
    name: str, data: xr.Dataset, reference: xr.Dataset, exact: xr.Dataset
) -> Floats:
    """Return the standard error of as many independent equilibrium frames."""
    frames = _frames(data, name)
    if name == "energy":
        T, C = exact["temperature"].values, exact["specific_heat"].values
        return T * np.sqrt(C / frames) / data["lattice_size"].values
    return reference[f"{name}_error"].values * np.sqrt(_frames(reference, name) / frames)


def _test(name: str, data: xr.Dataset, other: xr.Dataset, least: Floats) -> tuple[Floats, Floats]:
    """Return a quantity's error, at least ``least``, and its deviation as a normal number."""
    value, own = value_and_error(data, name)
    expected, expected_error = value_and_error(other, name)
    error = np.maximum(own, least)
    with np.errstate(divide="ignore", invalid="ignore"):
        if name not in FLUCTUATIONS:
            return error, (value - expected) / np.hypot(error, expected_error)
        relative = np.where(np.isnan(own), np.nan, np.fmax(own / value, least / expected))
        combined = np.hypot(relative, expected_error / expected)
        return error, 3 * (np.cbrt(value / expected) - 1) / combined


def _untested(data: xr.Dataset, few: NDArray[np.bool_]) -> Sequence[str]:
    names = [name_of(T) for T in data["temperature"].values[few]]
    if not names:
        return ()
    return (
        f"At T = {', '.join(names)} fewer than {ENOUGH_FLIPS} flipped spins are expected in all "
        "frames together, too few to test C, |m|, χ and waves; more frames are needed.",
    )
