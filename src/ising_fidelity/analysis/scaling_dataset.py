"""Critical temperature and exponents as a labelled dataset."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import xarray as xr

from ising_fidelity.analysis import scaling
from ising_fidelity.analysis.labels import SCALING
from ising_fidelity.exceptions import InputError
from ising_fidelity.io import netcdf, provenance
from ising_fidelity.io.variables import ERROR_SUFFIX, SAMPLINGS


def scaled(observables: Iterable[tuple[str, xr.Dataset]], seed: int = 0) -> xr.Dataset:
    """Return T_c, nu and eta of one source with their errors, and the data of the fit.

    They are NaN where no fit is possible, for example if all frames are equal.

    Parameters
    ----------
    observables
        Name in error messages and observables, for each lattice size and temperature near T_c.
    seed
        Of the bootstrap of independent frames.

    Raises
    ------
    InputError
        If one has no series of magnetizations, a size and temperature occur twice, or there are too
        few of either.
    """
    found: dict[tuple[int, float], tuple[Any, Any]] = {}
    hashes = []
    for path, data in observables:
        for name, dimensions in (
            ("magnetization_series", ("chain", "draw")),
            ("temperature", ()),
            ("lattice_size", ()),
        ):
            given = data.get(name)
            if given is None or given.dims != dimensions or not netcdf.are_numbers(given):
                raise InputError(
                    f"{path}: no {name}; allowed are files written by measure, with finite numbers "
                    f"there along {dimensions}"
                )
        if str(data.attrs.get("sampling")) not in SAMPLINGS:
            raise InputError(f"{path}: attribute 'sampling' is none of {SAMPLINGS}")
        place = int(data["lattice_size"]), float(data["temperature"])
        if place in found:
            raise InputError(f"{path}: L = {place[0]} and T = {place[1]} occur twice")
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
        variables |= dict(zip((name, name + ERROR_SUFFIX), pair, strict=True))
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
    return netcdf.describe(result, SCALING)
