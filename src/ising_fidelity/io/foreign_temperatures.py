"""Temperatures of imported frames: in a file, in its name, or along an axis."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ising_fidelity.exceptions import InputError
from ising_fidelity.io.temperatures import as_written, name_of

TEMPERATURES = ("temperature", "temperatures", "T", "Ts", "Temperature", "temp", "temps", "kT")
"""Names of the temperature in files, in units of J/k_B."""
INVERSE = ("beta", "betas", "inverse_temperature")
"""Names of the inverse temperature in files."""
DIFFERENT = 0.01
"""Largest relative difference of a temperature and the inverse of a rounded beta."""
NUMBER = r"([0-9]+(?:[.p][0-9]+)?(?:[eE][+-]?[0-9]+)?)(?=[^0-9.]|[.][^0-9]|$)"
"""A number such as 2.30 or 2p30."""
PATTERN = rf"(?:^|[^A-Za-z])T=?_?{NUMBER}"
"""The temperature in a name: T2.30.nc, run_T=2.3.npy."""
INVERSE_PATTERN = rf"(?:^|[^A-Za-z])beta=?_?{NUMBER}"
"""The inverse temperature in a name: beta0.44.nc."""


@dataclass(frozen=True)
class Temperatures:
    """The temperatures in a file.

    Attributes
    ----------
    values
        In J/k_B, shape () if there is one.
    dimensions
        Names of the axes, if they have any.
    said
        How they were found, unless directly.
    """

    values: NDArray[np.float64]
    dimensions: tuple[str, ...] = ()
    said: str = ""


@dataclass(frozen=True)
class Part:
    """Spins at one temperature, known or unknown, with the names of their axes."""

    spins: NDArray[np.int8]
    dimensions: tuple[str, ...]
    temperature: float | None
    said: tuple[str, ...] = ()


def in_names(path: Path, group: str = "", pattern: str | None = None) -> tuple[float, str] | None:
    """Return the temperature in a name and the kind of name; None if no name has one.

    The names are those of groups in the file, of the file, and of its folders, in this order. The
    temperature is at ``{T}`` or ``{beta}`` of the pattern, by default at :data:`PATTERN` or
    :data:`INVERSE_PATTERN`.
    """
    groups = [(one, "its group") for one in reversed(group.split("/"))]
    folders = [(one, "its folder") for one in reversed(path.parts[:-1])]
    for name, where in [*groups, (path.name, "its name"), *folders]:
        found = in_name(name, pattern)
        if found is not None:
            return found, where
    return None


def in_name(name: str, pattern: str | None = None) -> float | None:
    """Return the temperature in a name; None if it has none or several."""
    places = [(PATTERN, False), (INVERSE_PATTERN, True)]
    if pattern is not None:
        inverse = "{beta}" in pattern
        before, _, after = pattern.partition("{beta}" if inverse else "{T}")
        places = [(f"{re.escape(before)}{NUMBER}{re.escape(after)}", inverse)]
    for place, inverse in places:
        named = {_number(text, inverse) for text in re.findall(place, name)}
        if len(named) == 1:
            return named.pop()
    return None


def _number(text: str, inverse: bool) -> float:
    value = float(text.replace("p", "."))
    return as_written(1 / value if inverse and value else value)


def of_content(
    values: Mapping[str, NDArray[Any]],
    dimensions: Mapping[str, tuple[str, ...]],
    attributes: Mapping[str, Any],
    name: str,
) -> Temperatures | None:
    """Return the temperatures among variables and attributes; None if there are none.

    Raises
    ------
    InputError
        If they are not valid temperatures, or contradict each other.
    """
    direct = _said(values, attributes, TEMPERATURES, name)
    inverse = _said(values, attributes, INVERSE, name)
    for key, one in inverse.items():
        with np.errstate(divide="ignore"):
            inverse[key] = np.array([as_written(T) for T in (1 / one).ravel()]).reshape(one.shape)
    for key, one in direct.items():
        direct[key] = np.array([as_written(T) for T in one.ravel()]).reshape(one.shape)
    found = direct or inverse
    if not found:
        return None
    first = np.unique(next(iter(found.values())))
    for one in found.values():
        if not np.array_equal(np.unique(one), first):
            raise InputError(f"{name}: {' and '.join(found)} are different temperatures")
    for key, one in inverse.items():
        there = np.unique(one)
        if there.shape != first.shape or not np.allclose(there, first, rtol=DIFFERENT):
            raise InputError(f"{name}: {next(iter(found))} is not the inverse of {key}")
    key = max(found, key=lambda key: found[key].size)
    said = "" if direct else f"T = 1 / {key}"
    several = found[key] if first.size > 1 else first[0]
    return Temperatures(np.asarray(several), dimensions.get(key, ()), said)


def of_numbers(given: Sequence[float]) -> Temperatures:
    """Return temperatures along an axis that a user has given."""
    values = np.array([as_written(T) for T in given])
    if len({*values}) < len(values) or not (values >= 0).all() or not values.size:
        raise InputError(f"T: {list(given)}; allowed are distinct numbers >= 0, at least one")
    return Temperatures(values if values.size > 1 else values[0])


def _said(
    values: Mapping[str, NDArray[Any]],
    attributes: Mapping[str, Any],
    names: Sequence[str],
    name: str,
) -> dict[str, NDArray[Any]]:
    """Return the values with one of some names, which must be numbers >= 0."""
    found = {
        f"{key}{where}": _numbers(np.asarray(content[key]))
        for where, content in {"": values, " among the attributes": attributes}.items()
        for key in names
        if key in content
    }
    for key, one in found.items():
        if one.dtype.kind not in "iuf" or not one.size or not (one >= 0).all():
            raise InputError(f"{name}: {key} is {one.ravel()[:1]}; allowed are numbers >= 0")
    return found


def _numbers(one: NDArray[Any]) -> NDArray[Any]:
    """Return text as numbers if possible; this project's own files have text."""
    try:
        return one.astype(np.float64) if one.dtype.kind in "US" else one
    except ValueError:
        return one


def split(
    spins: NDArray[np.int8],
    dimensions: tuple[str, ...],
    temperatures: Temperatures | None,
    name: str,
) -> list[Part]:
    """Split spins by temperature.

    Raises
    ------
    InputError
        If the assignment of temperatures to spins is ambiguous.
    """
    along = [one for one in dimensions if one in (*TEMPERATURES, *INVERSE)]
    if temperatures is None and along:
        raise InputError(f"{name}: no temperatures along the axis {along[0]!r}")
    if temperatures is None:
        return [Part(spins, dimensions, None)]
    said = (temperatures.said,) if temperatures.said else ()
    T = temperatures.values
    if not T.ndim:
        return [Part(spins, dimensions, float(T), said)]
    axes = _axes(spins, dimensions, temperatures, name)
    front = np.moveaxis(spins, axes, range(T.ndim))
    rest = tuple(one for axis, one in enumerate(dimensions) if axis not in axes)
    different = np.unique(T)
    if T.ndim == 1 and len(different) == len(T) and front.ndim > 3:
        order = [int(np.flatnonzero(one == T)[0]) for one in different]
        words = (*said, f"T along axis {dimensions[axes[0]] if dimensions else axes[0]}")
        return [Part(front[i], rest, float(T[i]), words) for i in order]
    # Frames of one temperature become an axis of their own.
    free = next(one for one in ("draw", "chain") if one not in rest)
    names = (free, *rest) if dimensions else ()
    words = (*said, "T of each frame")
    return [Part(front[one == T], names, float(one), words) for one in different]


def _axes(
    spins: NDArray[np.int8],
    dimensions: tuple[str, ...],
    temperatures: Temperatures,
    name: str,
) -> list[int]:
    """Return the axes of spins along which temperatures vary."""
    T, named = temperatures.values, temperatures.dimensions
    if named and {*named} <= {*dimensions}:
        return [dimensions.index(one) for one in named]
    channel = spins.ndim == 4 and spins.shape[-1] == 1
    leading = spins.shape[: 1 if channel else max(spins.ndim - 2, 1)]
    if T.ndim > 1:
        found = [[*range(T.ndim)]] if leading[: T.ndim] == T.shape else []
    else:
        found = [[axis] for axis, size in enumerate(leading) if size == T.size]
    if not found:
        raise InputError(
            f"{name}: {T.size} temperatures of frames of shape {spins.shape}; allowed is one for "
            "all frames, one for each frame, or one for each index of a leading axis"
        )
    if len(found) > 1:
        raise InputError(
            f"{name}: {T.size} temperatures may vary along axes "
            f"{' or '.join(str(one[0]) for one in found)} of frames of shape {spins.shape}; "
            f"T of shape {leading}, one for each frame, decides"
        )
    return found[0]


def listed(temperatures: Mapping[str, float]) -> str:
    """Return contradicting temperatures and their origins in words."""
    return ", ".join(f"{name_of(T)} by {where}" for where, T in temperatures.items())
