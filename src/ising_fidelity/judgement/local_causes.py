"""Causes of wrong local statistics: the distribution of a spin given its neighbors."""

import numpy as np
import xarray as xr

from ising_fidelity.judgement.cause import (
    LEVEL,
    SIGMAS,
    Cause,
    expected_of,
    gain_of,
    name_at,
    p_of_test,
    temperatures_by_energy,
    weighted_mean,
)
from ising_fidelity.judgement.evidence import CANDIDATES
from ising_fidelity.scores.deviations import with_error

RECIPROCAL = 0.05
"""Largest deviation of a temperature from the reciprocal of the given one."""
SURE = 1e-5
"""p-value of the couplings below which unexplained local statistics are reported as wrong."""
EXPLAINED, EXPLAINED_BY_FLIPS = 0.7, 0.5
"""Share of the total gain in log-likelihood that one cause must explain.

It is lower for random flips, as their model leaves out that the neighbors are flipped, too.
"""
FAR, VERY_FAR, FAR_OFF = 2.0, 3.0, 0.02
"""When the energy deviates more than the local statistics explain.

The shift of T according to u must exceed the local one by this factor, plus this share of T. The
second factor is used where the local statistics do not match one temperature.
"""
SHORT_RANGE = ("temperature", "diagonal")
"""Best-fitting explanations while long distances are not yet in equilibrium."""
APART = 0.5
"""Smallest relative difference of two shifts of T that do not have one cause."""
LOCAL = "wrong local statistics"
SEEN = 3.0
"""Smallest significance, in standard errors, of an additional coupling."""
ALIKE = 2.5
"""Largest ratio between the shares of random flips at different temperatures."""
PER_PARAMETER = 3.5
"""Gain of log-likelihood required per parameter."""
PARAMETERS = {name: len(one.T) for name, one in CANDIDATES.items()} | {"flips": 1}


def local_causes(data: xr.Dataset) -> list[Cause]:
    """Return the cause of wrong local statistics, in a list that is empty without one."""
    p = min(1.0, 2 * min(p_of_test(data, "couplings"), p_of_test(data, "answers")))
    independent = _independent_sites(data, p)
    if independent:
        return independent
    if not p < LEVEL:
        return []
    if np.nanmax(data["effective_temperature"].values) < 0:
        sentence = "Antiferromagnetic: neighboring spins tend to be opposite."
        return [Cause("antiferromagnetic", "effective temperature", sentence, p)]
    gains = {name: gain_of(data, name) for name in PARAMETERS if name != "flips" or _alike(data)}
    scores = {name: gain - _by_chance(data, name) for name, gain in gains.items()}
    best = max(scores, key=lambda name: scores[name])
    field = abs(field_in_errors(data)) > SIGMAS
    if field and max(gains.values()) < 4 * gains["field"] + 4 * PER_PARAMETER:
        best = "field"
    elif scores[best] <= 0:
        return [_unexplained(best, 0.0, p)] if p < SURE else []
    elif best in ("diagonal", "anisotropy") and not _is_seen(data, best):
        best = "temperature"
    everything = gain_of(data, "any") - 22 * data.sizes["temperature"]  # by chance: 44 / 2
    if best in SHORT_RANGE and gains[best] > EXPLAINED_BY_FLIPS * everything:
        beyond = _beyond_local(data, p, VERY_FAR)
        if beyond:
            return beyond
    enough = EXPLAINED_BY_FLIPS if best == "flips" else EXPLAINED
    if gains[best] < enough * everything and p < SURE and best != "field":
        return [_unexplained(best, gains[best] / everything, p)]
    if best in SHORT_RANGE:
        beyond = _beyond_local(data, p, FAR)
        if beyond:
            return beyond
    if best == "temperature" and p < SURE and (two := _two_temperatures(data, p)):
        return [two]
    made = {
        "temperature": _temperature,
        "anisotropy": _anisotropy,
        "diagonal": _diagonal,
        "field": _field,
        "flips": _flips,
    }
    return [made[best](data, p)]


def _unexplained(best: str, share: float, p: float) -> Cause:
    best_of_all = f"; the best, {best}, explains {share:.0%}" if share > 0 else ""
    sentence = (
        "Wrong local statistics: no temperature, field or additional coupling explains the "
        f"conditional distribution of a spin given its neighbors{best_of_all}."
    )
    return Cause(LOCAL, "local couplings", sentence, p, share)


def _two_temperatures(data: xr.Dataset, p: float) -> Cause | None:
    """Return the cause if local fields of 2 J and of 4 J indicate different temperatures."""
    T = data["temperature"].values
    parts = [
        weighted_mean(data[name].values / T - 1, data[f"{name}_error"].values / T)
        for name in ("temperature_at_field_2", "temperature_at_field_4")
    ]
    (two, error_two), (four, error_four) = parts
    apart, error = abs(two - four), float(np.hypot(error_two, error_four))
    # With one wrong temperature, both shifts are about equal.
    if not (apart > SIGMAS * error and apart > APART * max(abs(two), abs(four))):
        return None
    words = " and ".join(
        f"{with_error(100 * off, 100 * error)} % at a local field of {which}"
        for which, (off, error) in zip(("2 J", "4 J"), parts, strict=True)
    )
    sentence = (
        "Wrong local statistics: the conditional distribution of a spin given its neighbors "
        f"indicates two temperatures, off by {words}."
    )
    return Cause(LOCAL, "temperatures at fields of 2 J and 4 J", sentence, p, apart, error)


def is_explained(data: xr.Dataset, name: str) -> bool:
    """Whether a cause explains more of the deviation than a meaningless parameter would."""
    return gain_of(data, name) > _by_chance(data, name)


def _by_chance(data: xr.Dataset, name: str) -> float:
    return PER_PARAMETER * PARAMETERS[name] * data.sizes["temperature"]


def _is_seen(data: xr.Dataset, name: str) -> bool:
    """Whether an additional coupling, or a difference of both axes, is significant."""
    K = {one: data[f"coupling_{one}"].values for one in ("x", "y", "diagonal")}
    errors = {one: data[f"coupling_{one}_error"].values for one in K}
    if name == "diagonal":
        size, error = weighted_mean(K["diagonal"], errors["diagonal"])
    else:
        size, error = weighted_mean(K["x"] - K["y"], np.hypot(errors["x"], errors["y"]))
    return bool(abs(size) > SEEN * error)


def _alike(data: xr.Dataset) -> bool:
    """Whether the fitted share of flipped spins is similar at all temperatures."""
    flips = data["flips"].values
    flips = flips[np.isfinite(flips)]
    return bool(flips.size) and bool(flips.max() <= ALIKE * flips.min())


def field_in_errors(data: xr.Dataset) -> float:
    """Return the fitted field over its error, for all temperatures together."""
    T = data["temperature"].values
    size, error = weighted_mean(data["field"].values * T, data["field_error"].values * T)
    return size / error if error > 0 else 0.0


def _beyond_local(data: xr.Dataset, p: float, times: float) -> list[Cause]:
    """Return the cause if the energy deviates more than the local statistics explain."""
    T = data["temperature"].values
    by_energy, error = temperatures_by_energy(data)
    by_neighbors = data["effective_temperature"].values
    off = by_energy / T - 1
    local = np.abs(by_neighbors / T - 1) + np.abs(data["coupling_diagonal"].values) * T
    far = np.abs(off) > times * local + SIGMAS * error / T + FAR_OFF
    if not far.any():
        return []
    worst = int(np.argmax(np.where(far, np.abs(off), -1)))
    name = "long range too weak" if off[worst] > 0 else "long range too strong"
    value, there = float(by_energy[worst]), name_at(data, worst)
    sentence = (
        f"{name.capitalize()}: at T = {there} u has its equilibrium value at T = {value:.3g}, but "
        f"the local statistics indicate T = {by_neighbors[worst]:.3g}, as after a short burn-in."
    )
    return [Cause(name, "u, given the local couplings", sentence, p, value, T=there)]


def _independent_sites(data: xr.Dataset, p: float) -> list[Cause]:
    """Return the cause if neighbors correlate only through the magnetization."""
    likeness, error = data["neighbor_likeness"].values, data["neighbor_likeness_error"].values
    expected = data[expected_of(data, "neighbor_likeness")].values
    with np.errstate(invalid="ignore"):
        none = np.abs(likeness) < SIGMAS * error
        some = expected > 2 * SIGMAS * error
    if not (some.any() and none[some].all() and p < LEVEL):
        return []
    index = int(np.flatnonzero(some)[0])
    value, its_error, T = float(likeness[index]), float(error[index]), name_at(data, index)
    sentence = (
        "Independent sites: given the magnetization, neighboring spins are uncorrelated "
        f"({with_error(value, its_error)} at T = {T}, {expected[index]:.3f} in equilibrium)."
    )
    return [Cause("independent sites", "likeness of neighbors", sentence, p, value, its_error, T)]


def _temperature(data: xr.Dataset, p: float) -> Cause:
    T = data["temperature"].values
    every = data["effective_temperature"].values / T - 1
    errors = data["effective_temperature_error"].values / T
    off, error = weighted_mean(every, errors)
    where = ""
    there = ""
    if T.size > 1 and (np.abs(every - off) > SIGMAS * errors).any():
        # The shift depends on T: the most significant one is reported.
        worst = int(np.nanargmax(np.abs(every) / errors))
        there = name_at(data, worst)
        off, error, where = float(every[worst]), float(errors[worst]), f" at T = {there}"
    name = "too hot" if off > 0 else "too cold"
    size = with_error(100 * abs(off), 100 * error)
    sentence = (
        f"{name.capitalize()} by {size} %{where}: the conditional distribution of a spin given "
        "its neighbors is that of this other temperature."
    )
    as_reciprocal = np.abs(T**2 * (1 + every) - 1) < RECIPROCAL
    if as_reciprocal.all() and (np.abs(T**2 - 1) > 3 * RECIPROCAL).any():
        sentence += " It is 1 / T; inverse temperatures may have been given as T."
    return Cause(name, "effective temperature", sentence, p, off, error, there)


def _anisotropy(data: xr.Dataset, p: float) -> Cause:
    T = data["temperature"].values
    parts = [
        weighted_mean(
            data[f"coupling_{axis}"].values * T - 1, data[f"coupling_{axis}_error"].values * T
        )
        for axis in "xy"
    ]
    words = " and ".join(
        f"{with_error(100 * off, 100 * error)} % along {axis}"
        for axis, (off, error) in zip("xy", parts, strict=True)
    )
    sentence = f"Anisotropic couplings: off by {words}."
    (along_x, error_x), (along_y, error_y) = parts
    apart, error = along_x - along_y, float(np.hypot(error_x, error_y))
    return Cause("anisotropic couplings", "local couplings", sentence, p, apart, error)


def _diagonal(data: xr.Dataset, p: float) -> Cause:
    T = data["temperature"].values
    size = weighted_mean(
        data["coupling_diagonal"].values * T, data["coupling_diagonal_error"].values * T
    )
    sentence = f"Next-neighbor couplings: {with_error(*size)} J along the diagonals."
    return Cause("next-neighbor couplings", "local couplings", sentence, p, *size)


def _field(data: xr.Dataset, p: float) -> Cause:
    T = data["temperature"].values
    size = weighted_mean(data["field"].values * T, data["field_error"].values * T)
    sentence = f"A field: spins prefer one sign, as in a field of {with_error(*size)} J."
    return Cause("a field", "local couplings", sentence, p, *size)


def _flips(data: xr.Dataset, p: float) -> Cause:
    share = float(np.nanmedian(data["flips"].values))
    sentence = (
        f"Random flips: about {share:.2%} of spins are flipped at random, most visibly those with "
        "four equal neighbors."
    )
    return Cause("random flips", "local Boltzmann test", sentence, p, share)
