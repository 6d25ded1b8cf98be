"""Imported files of frames: find the array of frames, and its temperatures and labels."""

import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ising_fidelity.exceptions import InputError
from ising_fidelity.io.files import check_readable
from ising_fidelity.io.foreign_temperatures import (
    INVERSE,
    TEMPERATURES,
    Temperatures,
    in_name,
    of_content,
    of_numbers,
    split,
)
from ising_fidelity.io.formats import Alphabet, arrange, signs, standard
from ising_fidelity.io.variables import LOG_PROBABILITY, SAMPLINGS

BESIDE = (*TEMPERATURES, *INVERSE, LOG_PROBABILITY)
"""Names of arrays that are not frames."""
SCIENTIFIC = (b"\x89HDF", b"CDF")
"""First bytes of HDF5 files, including netCDF 4, and of older netCDF files."""
SEEN = 4096
"""Number of values that are inspected to decide whether an array may be spins."""
SUFFIXES = (".npy", ".npz", ".nc", ".h5", ".hdf5")
"""Suffixes of files that are read from a folder."""


@dataclass(frozen=True)
class Arrays:
    """The content of a file or of one of its groups.

    Attributes
    ----------
    values
        Arrays by name.
    dimensions
        Names of their axes, if they have any.
    attributes
        Attributes of file or group.
    own
        Attributes of single arrays.
    group
        Path of the group in the file.
    """

    values: Mapping[str, NDArray[Any]]
    dimensions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    attributes: Mapping[str, Any] = field(default_factory=dict)
    own: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    group: str = ""


@dataclass(frozen=True)
class Found:
    """Frames at one temperature in a file.

    Attributes
    ----------
    spins
        Shape (chain, draw, L, L), -1 and +1, int8.
    temperature
        In J/k_B; None if the file lacks it.
    sampling
        ``chain`` or ``independent``; None if the file lacks it.
    said
        How the array was read, in words.
    group
        Path of their group in the file.
    log_probability
        ln q of every frame, shape (chain, draw), if the file has it.
    """

    spins: NDArray[np.int8]
    temperature: float | None
    sampling: str | None
    said: tuple[str, ...]
    group: str = ""
    log_probability: NDArray[np.float64] | None = None


def find(
    path: Path,
    *,
    variable: str | None = None,
    alphabet: Alphabet | None = None,
    L: int | None = None,
    temperatures: Sequence[float] | None = None,
) -> list[Found]:
    """Return the frames in a file, for each of its groups and temperatures.

    Parameters
    ----------
    path
        .npy, .npz, netCDF or HDF5, recognized by the first bytes.
    variable
        Name of the array of frames, if there are several arrays.
    alphabet, L
        See :func:`.take`.
    temperatures
        Temperatures along an axis, if the file lacks them.

    Raises
    ------
    InputError
        If the file cannot be read, or array, meaning or temperature of the frames is ambiguous.
    """
    groups = _read(path)
    along = None if temperatures is None else of_numbers(temperatures)
    found = []
    for arrays in groups:
        keys = _frames_in(arrays, path, variable, alone=len(groups) == 1)
        for key in keys:
            by_key = len(keys) > 1 or in_name(key) is not None
            group = f"{arrays.group}/{key}" if by_key else arrays.group
            name = f"{path}{group}"
            found += [
                replace(one, group=group) for one in _found(arrays, key, name, alphabet, L, along)
            ]
    if not found:
        raise InputError(f"{path}: variable: none of its {len(groups)} groups has the frames")
    return found


def of_array(
    array: Any, temperatures: Sequence[float], alphabet: Alphabet | None, L: int | None
) -> list[Found]:
    """Return the frames of an array with an axis of temperatures; see :func:`find`."""
    along = of_numbers(temperatures)
    return _found(Arrays({"": np.asarray(array)}), "", "array", alphabet, L, along)


def _found(
    arrays: Arrays,
    key: str,
    name: str,
    alphabet: Alphabet | None,
    L: int | None,
    along: Temperatures | None,
) -> list[Found]:
    """Return the frames in an array of a file, for each of its temperatures."""
    attributes = {**arrays.attributes, **arrays.own.get(key, {})}
    temperatures = of_content(arrays.values, arrays.dimensions, attributes, name) or along
    sampling = attributes.get("sampling")
    spins, letters = signs(arrays.values[key], name, alphabet)
    where = () if key in ("", "spin") else (f"frames in {key!r}",)
    found = []
    for part in split(spins, standard(arrays.dimensions.get(key, ())), temperatures, name):
        arranged, order = arrange(part.spins, name, part.dimensions, L)
        said = tuple(words for words in (*where, order, letters, *part.said) if words)
        kind = sampling if sampling in SAMPLINGS else None
        found.append(Found(arranged, part.temperature, kind, said, arrays.group))
    likely = arrays.values.get(LOG_PROBABILITY)
    if likely is not None and len(found) == 1:
        shape = found[0].spins.shape[:2]
        if likely.shape != shape and (likely.ndim, likely.size) != (1, shape[0] * shape[1]):
            raise InputError(
                f"{name}: {LOG_PROBABILITY} of shape {likely.shape}; allowed is {shape}"
            )
        found = [replace(found[0], log_probability=likely.reshape(shape).astype(float))]
    return found


def files_in(folder: Path) -> list[Path]:
    """Return the files in a folder and below that may contain frames, sorted by name."""
    found = sorted(path for path in folder.rglob("*") if path.suffix in SUFFIXES)
    if not found:
        raise InputError(f"{folder}: no files of {', '.join(SUFFIXES)} in this folder or below")
    return found


def _read(path: Path) -> list[Arrays]:
    """Return the content of a file, one entry per group."""
    check_readable(path)
    with path.open("rb") as file:
        magic = file.read(6)
    if magic == b"\x93NUMPY" or zipfile.is_zipfile(path):
        try:
            content = np.load(path, allow_pickle=False)
            values = {"": content} if isinstance(content, np.ndarray) else dict(content)
        except (ValueError, OSError, MemoryError, zipfile.BadZipFile) as error:
            raise InputError(f"{path}: not readable by NumPy ({error})") from error
        return [Arrays(values)]
    if not magic.startswith(SCIENTIFIC):
        raise InputError(f"{path}: not a .npy, .npz, netCDF or HDF5 file by its first bytes")
    from ising_fidelity.io import netcdf  # xarray is slow to import

    groups = netcdf.read_groups(path)
    above: dict[str, Any] = {}
    found = []
    for group, data in groups.items():
        # Groups inherit the attributes of the groups above.
        above[group] = {**above.get(str(Path(group).parent), {}), **data.attrs}
        named = {str(name): variable for name, variable in data.variables.items()}
        if not named and len(groups) > 1:
            continue
        found.append(
            Arrays(
                {name: one.values for name, one in named.items()},
                {name: tuple(map(str, one.dims)) for name, one in named.items()},
                above[group],
                {name: one.attrs for name, one in named.items()},
                "" if group == "/" else group,
            )
        )
    return found


def _frames_in(arrays: Arrays, path: Path, variable: str | None, alone: bool) -> list[str]:
    """Return the names of arrays of frames; empty if one of many groups has none.

    There can be several if each has its own temperature.
    """
    place = f"{path}{arrays.group}"
    if variable is not None:
        if variable not in arrays.values and alone:
            known = ", ".join(name or "the only one" for name in arrays.values)
            raise InputError(f"{place}: variable: no array {variable!r}; there are: {known}")
        return [variable] if variable in arrays.values else []
    if "spin" in arrays.values:
        return ["spin"]
    found = [
        name
        for name, array in arrays.values.items()
        if array.ndim >= 2 and array.dtype.kind in "biuf" and name not in BESIDE
    ]
    if len(found) > 1:  # energies of frames, say, have many values
        found = [name for name in found if _has_two_values(arrays.values[name])] or found
    if len(found) > 1 and all(_has_temperature(arrays, name) for name in found):
        return found
    if len(found) > 1 or (not found and alone):
        there = ", ".join(f"{name} {array.shape}" for name, array in arrays.values.items())
        which = (
            f"{', '.join(found)} may be; variable: decides"
            if found
            else f"no array of numbers with two axes or more; there are: {there}"
        )
        raise InputError(f"{place}: cannot determine the array of frames: {which}")
    return found


def _has_two_values(array: NDArray[Any]) -> bool:
    """Whether the first numbers of an array have at most two values, as spins have."""
    return np.unique(array.ravel()[:SEEN]).size <= 2


def _has_temperature(arrays: Arrays, name: str) -> bool:
    """Whether an array has its own temperature, in its name or its attributes."""
    own = arrays.own.get(name, {})
    return in_name(name) is not None or any(key in own for key in (*TEMPERATURES, *INVERSE))
