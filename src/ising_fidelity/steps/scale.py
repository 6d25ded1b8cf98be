"""Critical temperature and exponents of one source from lattices of several sizes."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from ising_fidelity import dataset, provenance, scaling
from ising_fidelity.exceptions import InputError

LONG_NAMES = {
    "critical_temperature": "critical temperature in units of J/k_B",
    "nu": "exponent of the correlation length",
    "eta": "exponent of the correlation function at the critical temperature",
    "chi_squared": "sum of squared deviations from the fit in units of errors",
    "degrees_of_freedom": "numbers fitted less parameters",
    "p_value": "chance of a chi squared at least as large",
    "parameter": "parameter of the fit",
    "parameters": "value of a parameter of the fit",
    "lattice_size": "number of sites along a side",
    "logarithm": "logarithm of the mean squared magnetization",
    "covariance_of_errors": "covariance of the errors of Binder cumulant and logarithm",
}


def scale(*, files: Sequence[Path], output: Path, seed: int = 0) -> None:
    """Write T_c, nu and eta of one source, each with its error, and what they were fitted to.

    They are NaN where no fit is possible, as with frames that are all alike.

    Parameters
    ----------
    files
        Files of observables, one for each lattice size and temperature near T_c.
    output
        Path of the netCDF file.
    seed
        Of the bootstrap of independent frames.

    Raises
    ------
    InputError
        If a file has no series of magnetizations, a size and temperature come twice, or there are
        too few of either.
    """
    found: dict[tuple[int, float], tuple[Any, Any]] = {}
    hashes = []
    for path in files:
        data = dataset.read(path)
        for name, dimensions in (
            ("magnetization_series", ("chain", "draw")),
            ("temperature", ()),
            ("lattice_size", ()),
        ):
            given = data.get(name)
            if given is None or given.dims != dimensions or not dataset.are_numbers(given):
                raise InputError(
                    f"{path}: no {name}; files that measure writes are needed, which have finite "
                    f"numbers there along {dimensions}"
                )
        if str(data.attrs.get("sampling")) not in dataset.SAMPLINGS:
            raise InputError(f"{path}: attribute 'sampling' is none of {dataset.SAMPLINGS}")
        place = int(data["lattice_size"]), float(data["temperature"])
        if place in found:
            raise InputError(f"{path}: L = {place[0]} and T = {place[1]} come twice")
        series = data["magnetization_series"].values
        found[place] = scaling.moments(series, str(data.attrs["sampling"]), seed)
        hashes.append(provenance.array_hash(series))
    places = sorted(found)
    sizes, temperatures = np.array(places, float).reshape(-1, 2).T
    values, covariance = (np.array([found[place][part] for place in places]) for part in (0, 1))
    try:
        fit = scaling.fit(scaling.Moments(sizes, temperatures, values, covariance))
    except ValueError as error:
        raise InputError(f"FILE: {error}") from error
    errors = np.sqrt(np.einsum("nii->ni", covariance))
    columns = {
        "binder_cumulant": values[:, 0],
        "binder_cumulant_error": errors[:, 0],
        "logarithm": values[:, 1],
        "logarithm_error": errors[:, 1],
        "covariance_of_errors": covariance[:, 0, 1],
    }
    variables: dict[str, Any] = {
        "parameters": ("parameter", fit.parameters),
        "parameters_error": ("parameter", fit.errors),
        "chi_squared": fit.chi_squared,
        "degrees_of_freedom": fit.degrees_of_freedom,
        "p_value": fit.p_value,
    }
    for name, pair in fit.exponents.items():
        variables |= dict(zip((name, name + dataset.ERROR_SUFFIX), pair, strict=True))
    every_size, every_temperature = np.unique(sizes), np.unique(temperatures)
    rows = np.searchsorted(every_size, sizes), np.searchsorted(every_temperature, temperatures)
    for name, column in columns.items():
        grid = np.full((every_size.size, every_temperature.size), np.nan)
        grid[rows] = column
        variables[name] = (("lattice_size", "temperature"), grid)
    result = xr.Dataset(
        variables,
        coords={
            "lattice_size": every_size.astype(int),
            "temperature": every_temperature,
            "parameter": list(scaling.PARAMETERS),
        },
        attrs=provenance.attributes(
            "scale",
            {"magnetizations": sorted(hashes)},
            title="Critical temperature and exponents of Ising frames by finite-size scaling",
            summary="A joint fit of Binder cumulants and squared magnetizations, with errors",
            source="observables of frames of several lattice sizes",
            seed=seed,
            generator="PCG64",
        ),
    )
    dataset.write(dataset.describe(result, LONG_NAMES), output)
