"""Every observable of one set of frames as a labelled dataset."""

import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr

from ising_fidelity import lattice
from ising_fidelity.exceptions import InputError
from ising_fidelity.io import netcdf, provenance
from ising_fidelity.io.temperatures import as_written
from ising_fidelity.io.variables import (
    BURN_IN,
    ERROR_SUFFIX,
    LOG_PROBABILITY,
    STARTS_AGREE,
    STARTS_DISAGREE,
)
from ising_fidelity.observables import clusters, correlation, independence, likelihood, signs
from ising_fidelity.observables.labels import LONG_NAMES
from ising_fidelity.observables.measure import FUNCTIONS, autocorrelation
from ising_fidelity.observables.measure import measure as estimate


def measured(given: xr.Dataset, seed: int = 0, name: str = "frames") -> xr.Dataset:
    """Return every observable with its standard error.

    If frames carry ``log_probability``, results of importance weighting are included.

    Parameters
    ----------
    given
        Frames that follow the contract of frames.
    seed
        Seed of the bootstrap of independent frames.
    name
        Name of the frames in error messages.

    Raises
    ------
    InputError
        If L = 1.
    """
    spins = given["spin"].values
    temperature = as_written(given["temperature"].values[()])
    sampling = str(given.attrs["sampling"])
    size = spins.shape[-1]
    if size < 2:
        raise InputError(f"{name}: frames are 1 x 1; allowed are lattices from 2 x 2 on")
    energy, magnetization = lattice.energy(spins), lattice.magnetization(spins)
    estimates = estimate(spins, temperature, sampling, seed)
    if LOG_PROBABILITY in given:
        log_q = given[LOG_PROBABILITY].values.astype(float)
        flat = (log_q.ravel(), energy.ravel(), magnetization.ravel())
        estimates |= likelihood.measure(*flat, temperature, size**2, seed)
    variables: dict[str, Any] = {}
    for quantity, pair in estimates.items():
        for key, values in zip((quantity, quantity + ERROR_SUFFIX), pair, strict=True):
            variables[key] = (_dimensions(quantity, np.ndim(values)), values)
    positive = signs.positive(magnetization)
    fair = signs.binomial_p_value(
        float(variables["positive_share"][1]), signs.independent_signs(positive, sampling)
    )
    variables |= {
        **autocorrelation(spins, sampling),
        "energy_series": (("chain", "draw"), energy),
        "magnetization_series": (("chain", "draw"), magnetization),
        "positive_share_p_value": fair,
        "lattice_size": size,
        "number_of_frames": spins.shape[0] * spins.shape[1],
    }
    if BURN_IN in given.attrs:
        said = {STARTS_AGREE: 1.0, STARTS_DISAGREE: 0.0}
        variables["starts_agree"] = said.get(str(given.attrs[BURN_IN]), np.nan)
    _warn(variables, name)
    independent = sampling == "independent"
    data = xr.Dataset(
        variables,
        coords={
            "temperature": temperature,
            "distance": np.arange(size // 2 + 1),
            "wavenumber": np.arange(size // 2 + 1),
            "cluster_size": clusters.bin_centers(size**2),
            "last_distance": correlation.last_distances(size),
            "correlation_kind": list(correlation.KINDS),
        },
        attrs={
            **provenance.attributes(
                "measure",
                {"frames": provenance.array_hash(spins)},
                title=f"Observables of Ising frames at T = {temperature}",
                summary="Means over frames with standard errors",
                source=str(given.attrs.get("source", "frames of unknown origin")),
                seed=seed if independent else None,
                generator="PCG64" if independent else None,
            ),
            "sampling": sampling,
            "error_method": "bootstrap" if independent else "gamma",
            "fit_window": list(correlation.fit_window(size)),
        },
    )
    return netcdf.describe(data, LONG_NAMES)


def _warn(found: Mapping[str, Any], name: str) -> None:
    """Warn if errors are unreliable or missing."""
    if np.isnan(found[f"energy{ERROR_SUFFIX}"][1]):
        warnings.warn(
            f"{name}: {found['number_of_frames']} frame(s) in one chain are too few for errors; "
            "no quantity can be compared",
            stacklevel=3,
        )
    p_value = found.get("independence_p_value", np.nan)
    if p_value < independence.CONTRADICTED:
        times = np.sqrt(2 * max(found[f"{key}_tau_int"] for key in ("energy", "abs_magnetization")))
        warnings.warn(
            f"{name}: frames are said to be independent, but successive ones are correlated "
            f"(lag-1 autocorrelation {found['energy_lag_1_autocorrelation']:.2f} of u, "
            f"{found['abs_magnetization_lag_1_autocorrelation']:.2f} of |m|; p = {p_value:.1g}); "
            f"errors are up to {times:.1f} times too small; sampling: 'chain' corrects them",
            stacklevel=3,
        )


def _dimensions(name: str, number: int) -> tuple[str, ...]:
    """Return the dimensions of an observable with this number of dimensions."""
    if number == 0:
        return ()
    if name in FUNCTIONS:
        functions = {"structure_factor": "wavenumber", "cluster_size_distribution": "cluster_size"}
        return (functions.get(name, "distance"),)
    return ("correlation_kind", "last_distance")[:number]
