"""Files of frames that others have written: which array is the frames, and what goes with it."""

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ising_fidelity.exceptions import InputError
from ising_fidelity.io.files import check_readable
from ising_fidelity.io.foreign_temperatures import INVERSE, TEMPERATURES, of_content, split
from ising_fidelity.io.formats import Alphabet, arrange, signs, standard
from ising_fidelity.io.variables import LOG_PROBABILITY, SAMPLINGS

BESIDE = (*TEMPERATURES, *INVERSE, LOG_PROBABILITY)
"""What is no array of frames."""
SUFFIXES = (".npy", ".npz", ".nc", ".h5", ".hdf5")
"""What is looked for in a folder."""


@dataclass(frozen=True)
class Arrays:
    """What a file or a group of it holds.

    Attributes
    ----------
    values
        Arrays by name.
    dimensions
        Names of their axes, if they have some.
    attributes
        Of all.
    own
        Attributes of single arrays.
    group
        The path of the group in the file.
    """

    values: Mapping[str, NDArray[Any]]
    dimensions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    attributes: Mapping[str, Any] = field(default_factory=dict)
    own: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    group: str = ""


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
    group
        The path of the group in the file that they are in.
    log_probability
        ln q of every frame, shape (chain, draw), if it is there.
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
) -> list[Found]:
    """Return the frames in a file, for each of its groups and temperatures.

    Parameters
    ----------
    path
        .npy, .npz, or netCDF and HDF5; what it is, is told by its first bytes.
    variable
        The name of the frames, where there are several arrays.
    alphabet, L
        See :func:`.take`.

    Raises
    ------
    InputError
        If the file cannot be read, or it cannot be told which array the frames are, what they mean,
        or at which temperature they are.
    """
    groups = _read(path)
    chosen = [(one, _frames_in(one, path, variable, alone=len(groups) == 1)) for one in groups]
    with_frames = [(one, key) for one, key in chosen if key is not None]
    if not with_frames:
        raise InputError(f"{path}: variable: none of its {len(groups)} groups has the frames")
    found = []
    for arrays, key in with_frames:
        found += _found(arrays, key, f"{path}{arrays.group}", alphabet, L)
    return found


def _found(
    arrays: Arrays,
    key: str,
    name: str,
    alphabet: Alphabet | None,
    L: int | None,
) -> list[Found]:
    """Return the frames in an array of a file, for each of its temperatures."""
    attributes = {**arrays.attributes, **arrays.own.get(key, {})}
    temperatures = of_content(arrays.values, arrays.dimensions, attributes, name)
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
    """Return the files below a folder that frames may be in, in the order of their names."""
    found = sorted(path for path in folder.rglob("*") if path.suffix in SUFFIXES)
    if not found:
        raise InputError(f"{folder}: no files of {', '.join(SUFFIXES)} in this folder or below")
    return found


def _read(path: Path) -> list[Arrays]:
    """Return what a file holds, each of its groups."""
    check_readable(path)
    with path.open("rb") as file:
        magic = file.read(6)
    if magic == b"\x93NUMPY" or zipfile.is_zipfile(path):
        try:
            content = np.load(path, allow_pickle=False)
            values = {"": content} if isinstance(content, np.ndarray) else dict(content)
        except (ValueError, OSError, zipfile.BadZipFile) as error:
            raise InputError(f"{path}: not readable by NumPy ({error})") from error
        return [Arrays(values)]
    from ising_fidelity.io import netcdf  # xarray is slow to import

    groups = netcdf.read_groups(path)
    above: dict[str, Any] = {}
    found = []
    for group, data in groups.items():
        # What a group does not say, those that it is in may have said.
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


def _frames_in(arrays: Arrays, path: Path, variable: str | None, alone: bool) -> str | None:
    """Return the name of the array that holds the frames, None if one of many groups has none."""
    place = f"{path}{arrays.group}"
    if variable is not None:
        if variable not in arrays.values and alone:
            known = ", ".join(name or "the only one" for name in arrays.values)
            raise InputError(f"{place}: variable: no array {variable!r}; there are: {known}")
        return variable if variable in arrays.values else None
    if "spin" in arrays.values:
        return "spin"
    found = [
        name
        for name, array in arrays.values.items()
        if array.ndim >= 2 and array.dtype.kind in "biuf" and name not in BESIDE
    ]
    if len(found) > 1 or (not found and alone):
        which = f"{', '.join(found)} may be; variable: decides" if found else "no array may be"
        raise InputError(f"{place}: it cannot be told which array the frames are: {which}")
    return found[0] if found else None
