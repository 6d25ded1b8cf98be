"""The netCDF contract: build, check, write atomically, read.

Every file of frames, whoever wrote it, holds ``spin(chain, draw, y, x)`` of -1 and +1, a scalar
``temperature`` and the attribute ``sampling``; nothing else is required. Independent frames may
carry ``log_probability(chain, draw)``, how likely their generator was to draw each. This module is
the only reader and writer of files in the project.
"""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ising_fidelity.exceptions import InputError
from ising_fidelity.files import whole

FRAME_DIMENSIONS = ("chain", "draw", "y", "x")
SAMPLINGS = ("chain", "independent")
ERROR_SUFFIX = "_error"
LOG_PROBABILITY = "log_probability"

_Data = TypeVar("_Data", xr.Dataset, xr.DataTree)

LONG_NAMES = {
    "spin": "Ising spin",
    "field": "output of the network before rounding to spins",
    LOG_PROBABILITY: "natural logarithm of the probability that the model draws the frame",
    "temperature": "temperature in units of J/k_B",
    "distance": "distance along the axes in lattice constants",
    "correlation_kind": "which correlation function was fitted",
    "energy": "mean energy per spin in units of J",
    "magnetization": "mean signed magnetization per spin",
    "abs_magnetization": "mean of the absolute magnetization per spin of each frame",
    "trajectory_magnetization": "absolute value of the mean magnetization over all frames",
    "specific_heat": "specific heat per spin in units of k_B",
    "susceptibility": "susceptibility per spin, with the absolute magnetization subtracted",
    "trajectory_susceptibility": "susceptibility per spin, with the signed mean subtracted",
    "binder_cumulant": "Binder cumulant of the magnetization",
    "correlation_raw": "spin-spin correlation along the axes",
    "correlation_connected": "spin-spin correlation minus the squared mean absolute magnetization",
    "hamming_distance": "mean share of differing sites over pairs of frames",
    "eta": "exponent of the fit r^-eta exp(-r/xi)",
    "correlation_length": "length xi of the fit r^-eta exp(-r/xi) in lattice constants",
    "eta_power_law": "exponent of the pure power law r^-eta",
    "energy_series": "energy per spin of each frame in units of J",
    "magnetization_series": "signed magnetization per spin of each frame",
    "energy_infinite": "energy per spin of the infinite lattice in units of J",
    "specific_heat_infinite": "specific heat per spin of the infinite lattice in units of k_B",
    "magnetization_infinite": "spontaneous magnetization per spin of the infinite lattice",
    "free_energy": "free energy per spin in units of J",
    "entropy": "entropy per spin in units of k_B",
}
"""What every variable is, in the words of the files and of the figures."""


def describe(dataset: xr.Dataset, long_names: Mapping[str, str] | None = None) -> xr.Dataset:
    """Give every variable its ``long_name`` and units, and link each error to its value.

    Parameters
    ----------
    dataset
        Variables named as in :data:`LONG_NAMES` or in ``long_names``; ``<name>_error`` is the
        standard error of ``<name>``.
    long_names
        Names that only the caller knows.

    Returns
    -------
    Dataset
        A copy; existing attributes stay.
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


def frames_dataset(
    spins: NDArray[np.int8],
    temperature: float,
    sampling: str,
    attributes: Mapping[str, Any],
    field: NDArray[np.floating] | None = None,
    log_probability: NDArray[np.float64] | None = None,
) -> xr.Dataset:
    """Build a dataset of frames that keeps the contract.

    Parameters
    ----------
    spins
        Shape (chain, draw, L, L), values -1 and +1.
    temperature
        In units of J/k_B.
    sampling
        ``chain`` where draws of one chain are correlated, else ``independent``.
    attributes
        Root attributes, see :func:`ising_fidelity.provenance.attributes`.
    field
        The network's output before rounding, same shape, stored as float16.
    log_probability
        ln q of every frame in nats, shape (chain, draw), q normalised over all frames of this L.
    """
    variables: dict[str, Any] = {
        "spin": (
            FRAME_DIMENSIONS,
            np.asarray(spins, np.int8),
            {"flag_values": np.array([-1, 1], np.int8), "flag_meanings": "down up"},
        )
    }
    if field is not None:
        variables["field"] = (FRAME_DIMENSIONS, np.asarray(field, np.float16).astype(np.float32))
    if log_probability is not None:
        variables[LOG_PROBABILITY] = (FRAME_DIMENSIONS[:2], np.asarray(log_probability, np.float64))
    dataset = xr.Dataset(
        variables,
        coords={"temperature": float(temperature)},
        attrs={**attributes, "sampling": sampling},
    )
    check_frames(dataset, "the new frames")
    return describe(dataset)


def check_frames(dataset: xr.Dataset, name: str) -> None:
    """Raise InputError, naming ``name``, unless a dataset keeps the contract of frames."""
    if "spin" not in dataset:
        raise InputError(
            f"{name}: no variable 'spin'; a file of frames has spin(chain, draw, y, x)"
        )
    spin = dataset["spin"]
    if spin.dims != FRAME_DIMENSIONS:
        raise InputError(
            f"{name}: spin has dimensions {spin.dims}; allowed are {FRAME_DIMENSIONS} in this order"
        )
    if 0 in spin.shape or spin.sizes["y"] != spin.sizes["x"]:
        raise InputError(f"{name}: spin has shape {spin.shape}; frames are square and not empty")
    if spin.dtype.kind not in "if" or not bool((np.abs(spin.values) == 1).all()):
        raise InputError(f"{name}: spin has values other than -1 and +1")
    temperature = dataset.get("temperature")
    if temperature is None or temperature.ndim != 0:
        raise InputError(f"{name}: no scalar coordinate 'temperature' (in units of J/k_B)")
    if temperature.dtype.kind not in "iuf" or not float(temperature) >= 0:
        raise InputError(
            f"{name}: temperature is {temperature.values[()]}; allowed are numbers >= 0 and inf"
        )
    sampling = dataset.attrs.get("sampling")
    if not isinstance(sampling, str) or sampling not in SAMPLINGS:
        raise InputError(
            f"{name}: attribute 'sampling' is {sampling!r}; allowed are 'chain' (correlated draws) "
            "and 'independent'"
        )
    if LOG_PROBABILITY in dataset:
        _check_log_probability(dataset, name)


def _check_log_probability(dataset: xr.Dataset, name: str) -> None:
    given = dataset[LOG_PROBABILITY]
    if given.dims != FRAME_DIMENSIONS[:2]:
        raise InputError(
            f"{name}: {LOG_PROBABILITY} has dimensions {given.dims}; allowed are "
            f"{FRAME_DIMENSIONS[:2]} in this order"
        )
    if given.dtype.kind != "f" or not bool((given.values <= 0).all() & np.isfinite(given).all()):
        raise InputError(
            f"{name}: {LOG_PROBABILITY} has values other than finite numbers of at most 0"
        )
    if dataset.attrs["sampling"] != "independent" or not 0 < float(dataset["temperature"]) < np.inf:
        raise InputError(
            f"{name}: {LOG_PROBABILITY} of frames with sampling {dataset.attrs['sampling']!r} at "
            f"T = {float(dataset['temperature'])}; allowed are 'independent' and finite T above 0, "
            "as they are weighted by it"
        )


def read_frames(path: str | Path) -> xr.Dataset:
    """Read a file of frames and check its contract; ``spin`` comes back as int8, T as float.

    Raises
    ------
    InputError
        If the file is missing, unreadable or breaks the contract.
    """
    dataset = read(path)
    check_frames(dataset, str(path))
    # As it is written: 2.3 in single precision is 2.3, not the double nearest to its bits.
    temperature = dataset["temperature"].copy(data=float(str(dataset["temperature"].values[()])))
    spin = dataset["spin"].astype(np.int8)
    return dataset.assign(spin=spin).assign_coords(temperature=temperature)


def read(path: str | Path) -> xr.Dataset:
    """Read a whole netCDF file into memory and close it.

    Raises
    ------
    InputError
        If the file is missing or no netCDF file, or does not fit in memory.
    """
    return _read(path, xr.open_dataset)


def read_tree(path: str | Path) -> xr.DataTree:
    """Read a netCDF file with groups into memory and close it; raises InputError like read."""
    return _read(path, xr.open_datatree)


def are_numbers(values: xr.DataArray) -> bool:
    """Whether all values are numbers, and finite."""
    return values.dtype.kind in "iuf" and bool(np.isfinite(values.values).all())


def require(data: xr.Dataset, names: Iterable[str], name: str, verb: str) -> None:
    """Raise InputError, naming ``name``, unless a file has variables that ``verb`` writes."""
    missing = [wanted for wanted in names if wanted not in data]
    if missing:
        raise InputError(f"{name}: no variable {missing[0]!r}; a file that {verb} writes is needed")


def _read(path: str | Path, opened: Callable[..., _Data]) -> _Data:
    if not Path(path).is_file():
        raise InputError(f"{path}: no such file")
    try:
        # Nothing here is a time, whatever the units of a file from elsewhere look like.
        with opened(path, engine="netcdf4", decode_times=False) as data:
            return data.load()
    except MemoryError as error:
        raise InputError(f"{path}: does not fit in memory ({error})") from error
    except Exception as error:
        # Damaged files make the libraries raise errors of nearly every kind.
        text = " ".join(str(error).split())
        raise InputError(f"{path}: not a readable netCDF file ({text})") from error


def write(data: xr.Dataset | xr.DataTree, path: str | Path) -> None:
    """Write a netCDF file that is whole or not there at all.

    The data go to a temporary file in the same folder, which is opened again, compared with what
    was to be written, and renamed.

    Raises
    ------
    OSError
        If what was read back differs from what was written.
    """
    with whole(Path(path)) as place:
        if isinstance(data, xr.DataTree):
            encoding = {node.path: _encoding(node.to_dataset()) for node in data.subtree}
            data.to_netcdf(place, engine="netcdf4", encoding=encoding)
            same = read_tree(place).equals(data)
        else:
            data.to_netcdf(place, engine="netcdf4", encoding=_encoding(data))
            same = read(place).equals(data)
        if not same:
            raise OSError(f"{path}: what was written does not read back the same")


def _encoding(dataset: xr.Dataset) -> dict[str, dict[str, Any]]:
    """Return how variables are stored: frames compressed in chunks of whole frames."""
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
