"""Files of frames that others have written: which array is the frames, and what goes with it."""

import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ising_fidelity.exceptions import InputError
from ising_fidelity.io.files import check_readable
from ising_fidelity.io.formats import Alphabet, take
from ising_fidelity.io.temperatures import as_written
from ising_fidelity.io.variables import SAMPLINGS

SUFFIXES = (".npy", ".npz", ".nc", ".h5", ".hdf5")
"""What is looked for in a folder."""
TEMPERATURES = ("temperature", "temperatures", "T")
"""What the temperature of frames is called, in units of J/k_B."""
NUMBER = r"([0-9]+(?:[.][0-9]+)?(?:[eE][+-]?[0-9]+)?)(?=[^0-9.]|[.][^0-9]|$)"
PATTERN = rf"(?:^|[^A-Za-z])T=?_?{NUMBER}"
"""Where the name of a file has a temperature: T2.30.nc, run_T=2.3.npy."""


@dataclass(frozen=True)
class Arrays:
    """What a file holds: arrays by name, the names of their axes if they have some, attributes."""

    values: Mapping[str, NDArray[Any]]
    dimensions: Mapping[str, tuple[str, ...]]
    attributes: Mapping[str, Any]


@dataclass(frozen=True)
class Found:
    """Frames of one temperature in a file.

    Attributes
    ----------
    spins
        Shape (chain, draw, L, L), -1 and +1, int8.
    temperature
        In J/k_B; None if the file does not say.
    sampling
        ``chain`` or ``independent``; None if the file does not say.
    said
        What it was taken for, in words.
    """

    spins: NDArray[np.int8]
    temperature: float | None
    sampling: str | None
    said: tuple[str, ...]


def find(
    path: Path,
    *,
    variable: str | None = None,
    alphabet: Alphabet | None = None,
) -> list[Found]:
    """Return the frames in a file, for each of its temperatures.

    Parameters
    ----------
    path
        .npy, .npz, or netCDF and HDF5; what it is, is told by its first bytes.
    variable
        The name of the frames, where there are several arrays.
    alphabet
        See :func:`.take`.

    Raises
    ------
    InputError
        If the file cannot be read, or it cannot be told which array the frames are, what they mean,
        or at which temperature they are.
    """
    arrays = _read(path)
    key = _frames_in(arrays, path, variable)
    dimensions = arrays.dimensions.get(key, ())
    taken = take(arrays.values[key], str(path), dimensions=dimensions, alphabet=alphabet)
    said = taken.said if key in ("", "spin") else (f"frames in {key!r}", *taken.said)
    sampling = arrays.attributes.get("sampling")
    sampling = sampling if sampling in SAMPLINGS else None
    temperatures = _temperatures(arrays, path)
    if temperatures is None:
        return [Found(taken.spins, None, sampling, said)]
    different = np.unique(temperatures)
    if different.size == 1:
        return [Found(taken.spins, float(different[0]), sampling, said)]
    chains, draws = taken.spins.shape[:2]
    if chains != 1 or temperatures.size != draws:
        raise InputError(
            f"{path}: {temperatures.size} temperatures of {draws} frames in {chains} chain(s); "
            "allowed is one of all, or one of each frame of one chain"
        )
    return [
        Found(taken.spins[:, temperatures == T], float(T), sampling, (*said, "T of each frame"))
        for T in different
    ]


def temperature_in_name(path: Path, pattern: str | None = None) -> float | None:
    """Return the temperature that the name of a file has, None if it has none, or several.

    Where it stands is at ``{T}`` of a pattern, or at :data:`PATTERN` if none is given.
    """
    place = PATTERN
    if pattern is not None:
        before, _, after = pattern.partition("{T}")
        place = f"{re.escape(before)}{NUMBER}{re.escape(after)}"
    named = {as_written(text) for text in re.findall(place, path.name)}
    return named.pop() if len(named) == 1 else None


def files_in(folder: Path) -> list[Path]:
    """Return the files of a folder that frames may be in, in the order of their names."""
    found = sorted(path for path in folder.iterdir() if path.suffix in SUFFIXES)
    if not found:
        raise InputError(f"{folder}: no files of {', '.join(SUFFIXES)} in this folder")
    return found


def _read(path: Path) -> Arrays:
    check_readable(path)
    with path.open("rb") as file:
        magic = file.read(6)
    if magic == b"\x93NUMPY" or zipfile.is_zipfile(path):
        try:
            content = np.load(path, allow_pickle=False)
            values = {"": content} if isinstance(content, np.ndarray) else dict(content)
        except (ValueError, OSError, zipfile.BadZipFile) as error:
            raise InputError(f"{path}: not readable by NumPy ({error})") from error
        return Arrays(values, {}, {})
    from ising_fidelity.io import netcdf  # xarray is slow to import

    data = netcdf.read(path)
    named = {str(name): variable for name, variable in data.variables.items()}
    dimensions = {name: tuple(map(str, variable.dims)) for name, variable in named.items()}
    return Arrays({name: one.values for name, one in named.items()}, dimensions, data.attrs)


def _frames_in(arrays: Arrays, path: Path, variable: str | None) -> str:
    """Return the name of the array that holds the frames."""
    if variable is not None:
        if variable not in arrays.values:
            known = ", ".join(name or "the only one" for name in arrays.values)
            raise InputError(f"{path}: variable: no array {variable!r}; there are: {known}")
        return variable
    if "spin" in arrays.values:
        return "spin"
    found = [
        name
        for name, array in arrays.values.items()
        if array.ndim >= 2 and array.dtype.kind in "biuf" and name not in TEMPERATURES
    ]
    if len(found) != 1:
        which = f"{', '.join(found)} may be; variable: decides" if found else "no array may be"
        raise InputError(f"{path}: it cannot be told which array the frames are: {which}")
    return found[0]


def _temperatures(arrays: Arrays, path: Path) -> NDArray[np.float64] | None:
    """Return the temperature of all frames, shape (1,), or of each, shape (n,), if it is there."""
    places = {"": arrays.values, " among the attributes": arrays.attributes}
    said = {
        f"{name}{where}": np.atleast_1d(np.asarray(content[name]))
        for where, content in places.items()
        for name in TEMPERATURES
        if name in content
    }
    if not said:
        return None
    for name, values in said.items():
        if values.dtype.kind not in "iuf" or not values.size or not (values >= 0).all():
            raise InputError(f"{path}: {name} is {values.ravel()[:1]}; allowed are numbers >= 0")
    written = [
        np.array([as_written(value) for value in values.ravel()]) for values in said.values()
    ]
    if any(not np.array_equal(np.unique(one), np.unique(written[0])) for one in written):
        raise InputError(f"{path}: {' and '.join(said)} are different temperatures")
    return max(written, key=len)
