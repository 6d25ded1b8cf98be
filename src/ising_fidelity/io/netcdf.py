"""Read netCDF files, and write them atomically.

Every file of frames needs ``spin(chain, draw, y, x)`` of -1 and +1, a scalar ``temperature`` and
the attribute ``sampling``, and nothing else. Independent frames may have
``log_probability(chain, draw)``, the log-likelihood of each frame under its generator. All netCDF
files of the project are read and written by this module.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import xarray as xr

from ising_fidelity.exceptions import InputError
from ising_fidelity.io.files import check_readable, check_unlocked, whole
from ising_fidelity.io.labels import LONG_NAMES
from ising_fidelity.io.variables import ERROR_SUFFIX, FRAME_DIMENSIONS

_Data = TypeVar("_Data", xr.Dataset, xr.DataTree)


def describe(dataset: xr.Dataset, long_names: Mapping[str, str] | None = None) -> xr.Dataset:
    """Return a copy with ``long_name`` and units for all variables, and errors linked to values.

    Long names are from :data:`LONG_NAMES` or from the caller's ``long_names``; ``<name>_error`` is
    the standard error of ``<name>``. Existing attributes are kept.
    """
    known = {**LONG_NAMES, **(long_names or {})}
    dataset = dataset.copy()
    for key, variable in dataset.variables.items():
        name = str(key)
        value = name.removesuffix(ERROR_SUFFIX)
        text = known.get(name, name.replace("_", " "))
        if value != name and value in dataset:
            text = f"standard error of the {known.get(value, value.replace('_', ' '))}"
            dataset[value].attrs["ancillary_variables"] = name
        variable.attrs.setdefault("long_name", text)
        if variable.dtype.kind in "iuf":
            variable.attrs.setdefault("units", "1")
    return dataset


def read(path: str | Path) -> xr.Dataset:
    """Read a whole netCDF file into memory and close it.

    Raises
    ------
    InputError
        If the file is missing, is not netCDF, or does not fit in memory.
    """
    return _read(path, xr.open_dataset)


def read_groups(path: str | Path) -> dict[str, xr.Dataset]:
    """Read all groups of a netCDF or HDF5 file into memory, by path; raises like read."""
    root = read(path)
    import netCDF4

    with netCDF4.Dataset(Path(path).absolute()) as file:
        found, after = ["/"], [file]
        for group in after:
            found += [one.path for one in group.groups.values()]
            after += group.groups.values()
    others = {group: _read(path, partial(xr.open_dataset, group=group)) for group in found[1:]}
    return {"/": root, **others}


def outline(path: str | Path) -> xr.Dataset:
    """Return the content of a netCDF file without the values of arrays, only scalars are read.

    Raises InputError like :func:`read`.
    """
    return _read(path, xr.open_dataset, complete=False)


def read_tree(path: str | Path) -> xr.DataTree:
    """Read a netCDF file with groups into memory and close it; raises InputError like read."""
    return _read(path, xr.open_datatree)


def united(parts: Sequence[xr.Dataset]) -> xr.Dataset:
    """Merge datasets with the same coordinates; for repeated variables the first one counts."""
    return xr.merge(parts, combine_attrs="override", compat="override", join="exact")


def along_temperature(rows: Sequence[xr.Dataset]) -> xr.Dataset:
    """Concatenate datasets of single temperatures; missing variables are NaN.

    Time series along ``chain`` and ``draw`` are left out.
    """
    return xr.concat(
        [row.drop_dims(["chain", "draw"], errors="ignore") for row in rows],
        dim="temperature",
        data_vars="all",
        coords="minimal",
        compat="override",
        join="outer",
        combine_attrs="override",
    )


def are_numbers(values: xr.DataArray) -> bool:
    """Whether all values are finite numbers."""
    return values.dtype.kind in "iuf" and bool(np.isfinite(values.values).all())


def require(data: xr.Dataset, names: Iterable[str], name: str, verb: str) -> None:
    """Raise InputError, naming ``name``, unless a file has the variables that ``verb`` writes."""
    missing = [wanted for wanted in names if wanted not in data]
    if missing:
        raise InputError(f"{name}: no variable {missing[0]!r}; a file that {verb} writes is needed")


def _read(path: str | Path, opened: Callable[..., _Data], complete: bool = True) -> _Data:
    check_readable(Path(path))
    try:
        # No variable is a time, whatever the units of an imported file look like. The path is
        # absolute, as xarray expands ~ and reads a colon as the end of a protocol.
        whole_path = Path(path).absolute()
        with opened(whole_path, engine="netcdf4", decode_times=False) as data:
            if complete:
                return data.load()
            for variable in data.variables.values():
                if not variable.ndim:
                    variable.load()
            return data
    except MemoryError as error:
        raise InputError(f"{path}: does not fit in memory ({error})") from error
    except Exception as error:
        check_unlocked(Path(path))
        # The libraries raise errors of many types for damaged files.
        text = " ".join(str(error).split())
        raise InputError(f"{path}: not a readable netCDF file ({text})") from error


def write(data: xr.Dataset | xr.DataTree, path: str | Path) -> None:
    """Write a netCDF file atomically.

    The data are written to a temporary file, read back, compared, and moved into place.

    Raises
    ------
    OSError
        If the data read back differ from those written.
    """
    with whole(Path(path)) as place:
        try:
            if isinstance(data, xr.DataTree):
                _write_tree(data, place)
            else:
                data.to_netcdf(place, engine="netcdf4", encoding=_encoding(data))
        except PermissionError:
            # HDF5 also raises this if it cannot lock the file that it has just created.
            if place.exists():
                check_unlocked(place, Path(path))
            raise
        if isinstance(data, xr.DataTree):
            same = read_tree(place).equals(data)
        else:
            same = read(place).equals(data)
        if not same:
            raise OSError(f"{path}: the data read back differ from those written")


def _write_tree(tree: xr.DataTree, place: Path) -> None:
    """Write all groups: first all definitions, then all data.

    Between data and definitions, the library writes the whole file's definitions again.
    """
    import netCDF4
    from xarray.backends import NetCDF4DataStore

    later = _Later()
    with netCDF4.Dataset(place, "w") as file:
        for node in tree.subtree:
            data = node.to_dataset(inherit=False)
            group = file if node.path == "/" else file.createGroup(node.path)
            store: Any = NetCDF4DataStore
            data.dump_to_store(store(group), writer=later, encoding=_encoding(data))
        for source, target in later.collected:
            target[...] = source


class _Later:
    """Collects what xarray would write."""

    def __init__(self) -> None:
        self.collected: list[tuple[Any, Any]] = []

    def add(self, source: Any, target: Any, region: Any = None) -> None:
        """Take data and the variable to write them to; there are no regions of it."""
        self.collected.append((source, target))


def _encoding(dataset: xr.Dataset) -> dict[str, dict[str, Any]]:
    """Return the encoding of variables: frames are compressed in chunks of whole frames."""
    encoding: dict[str, dict[str, Any]] = {}
    for key, variable in dataset.variables.items():
        name = str(key)
        if variable.dtype.kind == "f":
            encoding[name] = {"_FillValue": None}
        if variable.ndim and variable.dims[-2:] == FRAME_DIMENSIONS[-2:]:
            frame = variable.shape[-2:]
            draws = max(1, min(variable.shape[-3], 65536 // (frame[0] * frame[1])))
            chunks = (1,) * (variable.ndim - 3) + (draws, *frame)
            encoding.setdefault(name, {}).update(
                zlib=True, complevel=4, shuffle=True, chunksizes=chunks
            )
    return encoding
