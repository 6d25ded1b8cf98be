"""What is wrong with what a spin answers to its neighbors."""

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
    weighted_mean,
)
from ising_fidelity.judgement.evidence import CANDIDATES
from ising_fidelity.scores.deviations import with_error

SURE = 1e-5
"""Of couplings, below which the surroundings of a spin are wrong themselves."""
EXPLAINED, EXPLAINED_BY_FLIPS = 0.7, 0.5
"""Share of what is wrong with couplings that one cause has to explain. That neighbors are turned
over, too, is no part of the model of random flips."""
FAR, VERY_FAR, FAR_OFF = 2.0, 3.0, 0.02
"""Times of a local deviation, and share of T, up to which it explains that of the energy; the
second where neighbors are not as at any temperature."""
SHORT_RANGE = ("temperature", "diagonal")
"""What couplings look like before long distances are in equilibrium."""
APART = 0.5
"""Share of a deviation by which two numbers differ that are not of one cause."""
LOCAL = "wrong local statistics"
SEEN = 3.0
"""Errors of a further coupling, below which none is named."""
ALIKE = 2.5
"""Ratio of the shares of random flips at different temperatures, at most."""
PER_PARAMETER = 3.5
"""Gain of log-likelihood that a parameter must bring."""
PARAMETERS = {name: len(one.T) for name, one in CANDIDATES.items()} | {"flips": 1}


def local_causes(data: xr.Dataset, exact: xr.Dataset) -> list[Cause]:
    """Return what is wrong with what a spin answers to its neighbors."""
    p = min(1.0, 2 * min(p_of_test(data, "couplings"), p_of_test(data, "answers")))
    independent = _independent_sites(data, p)
    if independent:
        return independent
    if not p < LEVEL:
        return []
    if np.nanmax(data["effective_temperature"].values) < 0:
        sentence = "Antiferromagnetic: spins prefer to be unlike their neighbors."
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
    everything = gain_of(data, "any") - 22 * data.sizes["temperature"]  # 44 numbers gain by chance
    if best in SHORT_RANGE and gains[best] > EXPLAINED_BY_FLIPS * everything:
        beyond = _beyond_local(data, exact, p, VERY_FAR)
        if beyond:
            return beyond
    enough = EXPLAINED_BY_FLIPS if best == "flips" else EXPLAINED
    if gains[best] < enough * everything and p < SURE and best != "field":
        return [_unexplained(best, gains[best] / everything, p)]
    if best in SHORT_RANGE:
        beyond = _beyond_local(data, exact, p, FAR)
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
    how = f"the best, {best}, explains {share:.0%} of it" if share > 0 else "not even in part"
    sentence = (
        "Not the model's local statistics: no temperature, field or further coupling explains how "
        f"spins answer to their neighbors ({how})."
    )
    return Cause(LOCAL, "local couplings", sentence, p, share)


def _two_temperatures(data: xr.Dataset, p: float) -> Cause | None:
    """Return that spins answer to two and to four neighbors alike as at different temperatures."""
    T = data["temperature"].values
    parts = [
        weighted_mean(data[name].values / T - 1, data[f"{name}_error"].values / T)
        for name in ("temperature_at_field_2", "temperature_at_field_4")
    ]
    (two, error_two), (four, error_four) = parts
    apart, error = abs(two - four), float(np.hypot(error_two, error_four))
    # One temperature that is off is so for both, but for what is small beside it.
    if not (apart > SIGMAS * error and apart > APART * max(abs(two), abs(four))):
        return None
    words = " and ".join(
        f"{with_error(100 * off, 100 * error)} % where {which} is left over"
        for which, (off, error) in zip(("a field of 2 J", "a field of 4 J"), parts, strict=True)
    )
    sentence = (
        "Not the model's local statistics: spins answer to their neighbors as at a T off by "
        f"{words}."
    )
    return Cause(LOCAL, "temperatures at fields of 2 J and 4 J", sentence, p, apart, error)


def is_explained(data: xr.Dataset, name: str) -> bool:
    """Whether a cause explains more of the couplings than one of no meaning would."""
    return gain_of(data, name) > _by_chance(data, name)


def _by_chance(data: xr.Dataset, name: str) -> float:
    return PER_PARAMETER * PARAMETERS[name] * data.sizes["temperature"]


def _is_seen(data: xr.Dataset, name: str) -> bool:
    """Whether a further coupling, or a difference of both axes, is beyond its errors."""
    K = {one: data[f"coupling_{one}"].values for one in ("x", "y", "diagonal")}
    errors = {one: data[f"coupling_{one}_error"].values for one in K}
    if name == "diagonal":
        size, error = weighted_mean(K["diagonal"], errors["diagonal"])
    else:
        size, error = weighted_mean(K["x"] - K["y"], np.hypot(errors["x"], errors["y"]))
    return bool(abs(size) > SEEN * error)


def _alike(data: xr.Dataset) -> bool:
    """Whether as many spins are turned over at every temperature."""
    flips = data["flips"].values
    flips = flips[np.isfinite(flips)]
    return bool(flips.size) and bool(flips.max() <= ALIKE * flips.min())


def field_in_errors(data: xr.Dataset) -> float:
    """Return the fitted field over its error, at all temperatures together."""
    T = data["temperature"].values
    size, error = weighted_mean(data["field"].values * T, data["field_error"].values * T)
    return size / error if error > 0 else 0.0


def _beyond_local(data: xr.Dataset, exact: xr.Dataset, p: float, times: float) -> list[Cause]:
    """Return whether energies are farther off than what neighbors answer makes them."""
    T, C = data["temperature"].values, exact["specific_heat"].values
    off = (data["energy"].values - exact["energy"].values) / (C * T)
    local = np.abs(data["effective_temperature"].values / T - 1)
    local = local + np.abs(data["coupling_diagonal"].values) * T
    error = SIGMAS * data["energy_error"].values / (C * T)
    far = np.abs(off) > times * local + error + FAR_OFF
    if not far.any():
        return []
    worst = int(np.argmax(np.where(far, np.abs(off), -1)))
    name = "long range too weak" if off[worst] > 0 else "long range too strong"
    sentence = (
        f"{name.capitalize()}: u at T = {name_at(data, worst)} is as at a T off by "
        f"{100 * abs(off[worst]):.0f} %, but spins answer to neighbors as at one off by "
        f"{100 * local[worst]:.1f} %, as after a short burn-in."
    )
    value, there = float(off[worst]), name_at(data, worst)
    return [Cause(name, "u beside local couplings", sentence, p, value, T=there)]


def _independent_sites(data: xr.Dataset, p: float) -> list[Cause]:
    """Return whether neighbors are no more alike than the magnetization makes them."""
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
        "Independent sites: given the magnetization, neighbors are alike no more than by chance "
        f"({with_error(value, its_error)} at T = {T}, in equilibrium {expected[index]:.3f})."
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
        # Not of one kind at all temperatures: the one that is the most errors off is named.
        worst = int(np.nanargmax(np.abs(every) / errors))
        there = name_at(data, worst)
        off, error, where = float(every[worst]), float(errors[worst]), f" at T = {there}"
    name = "too hot" if off > 0 else "too cold"
    size = with_error(100 * abs(off), 100 * error)
    answer = "spins answer to their neighbors as at that T"
    sentence = f"{name.capitalize()} by {size} %{where}: {answer}."
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
    sentence = f"Couplings to next neighbors: {with_error(*size)} J along the diagonals."
    return Cause("next-neighbor couplings", "local couplings", sentence, p, *size)


def _field(data: xr.Dataset, p: float) -> Cause:
    T = data["temperature"].values
    size = weighted_mean(data["field"].values * T, data["field_error"].values * T)
    sentence = f"A field: spins prefer one sign, as in a field of {with_error(*size)} J."
    return Cause("a field", "local couplings", sentence, p, *size)


def _flips(data: xr.Dataset, p: float) -> Cause:
    share = float(np.nanmedian(data["flips"].values))
    sentence = (
        f"Random flips: about {share:.2%} of spins are turned over for no reason, most clearly "
        "against four neighbors alike."
    )
    return Cause("random flips", "local Boltzmann test", sentence, p, share)
