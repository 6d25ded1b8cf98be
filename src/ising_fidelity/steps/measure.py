"""Every observable of one set of frames, with error bars."""

from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from ising_fidelity import dataset, lattice, observables, provenance
from ising_fidelity.exceptions import InputError
from ising_fidelity.observables import clusters, correlation, likelihood, signs

LONG_NAMES = {
    "amplitude": "amplitude of the fit A r^-eta exp(-r/xi)",
    "amplitude_power_law": "amplitude of the pure power law A r^-eta",
    "correlation_trajectory": "spin-spin correlation minus the squared mean magnetization",
    "eta_power_law_window": "exponent of the pure power law from 1 to the last distance",
    "eta_stable_window": "exponent of the torus's power law from 1 to the last distance",
    "eta_stable": "exponent of the torus's power law at all distances",
    "last_distance": "last distance of the fit in lattice constants",
    "largest_cluster": "share of sites in the largest cluster of like spins",
    "mean_cluster_size": "mean size of the cluster of a site outside the largest",
    "cluster_size_distribution": "number of clusters per site and size",
    "cluster_size": "sites of a cluster, geometric mean of the bin",
    "positive_share": "share of frames with positive magnetization",
    "positive_share_p_value": "chance of such a share if both signs were as likely",
    "structure_factor": "structure factor along the axes",
    "wavenumber": "wave number along an axis in units of 2 pi / L",
    "second_moment_correlation_length": "second-moment correlation length in sites",
    "temperature_at_field_2": "temperature of the log odds of spins at abs(h) = 2",
    "temperature_at_field_4": "temperature of the log odds of spins at abs(h) = 4",
    "effective_temperature": "temperature of greatest pseudo-likelihood",
    "spurious_flips": "share of spins against abs(h) = 4 beyond that of abs(h) = 2's temperature",
    "energy_tau_int": "integrated autocorrelation time of the energy in draws",
    "abs_magnetization_tau_int": "integrated autocorrelation time of abs(m) in draws",
    "energy_effective_sample_size": "number of frames with independent energies",
    "abs_magnetization_effective_sample_size": "number of frames with independent abs(m)",
    "free_energy_bound": "upper bound of the free energy per spin from frames without weights, in "
    "units of J",
    "effective_sample_size_share": "effective share of the frames after weighting with exp(-E/T)/q",
    "energy_reweighted": "mean energy per spin in units of J, frames weighted with exp(-E/T)/q",
    "abs_magnetization_reweighted": "mean of the absolute magnetization per spin, frames weighted "
    "with exp(-E/T)/q",
    "specific_heat_reweighted": "specific heat per spin in units of k_B, frames weighted with "
    "exp(-E/T)/q",
    "lattice_size": "number of sites along a side",
    "number_of_frames": "number of frames over all chains",
}


def measure(*, frames: Path, output: Path, seed: int = 0) -> None:
    """Measure one file of frames, whoever wrote it.

    Where frames carry ``log_probability``, what follows from importance weights is measured, too.

    Parameters
    ----------
    frames
        A file that keeps the contract of frames.
    output
        Path of the netCDF file.
    seed
        Of the bootstrap of independent frames.

    Raises
    ------
    InputError
        If the file is missing or breaks the contract, or L = 1.
    """
    given = dataset.read_frames(frames)
    spins = given["spin"].values
    temperature, sampling = float(given["temperature"]), str(given.attrs["sampling"])
    size = spins.shape[-1]
    if size < 2:
        raise InputError(f"{frames}: frames are 1 x 1; allowed are lattices from 2 x 2 on")
    energy, magnetization = lattice.energy(spins), lattice.magnetization(spins)
    estimates = observables.measure(spins, temperature, sampling, seed)
    if dataset.LOG_PROBABILITY in given:
        log_q = given[dataset.LOG_PROBABILITY].values.astype(float)
        flat = (log_q.ravel(), energy.ravel(), magnetization.ravel())
        estimates |= likelihood.measure(*flat, temperature, size**2, seed)
    variables: dict[str, Any] = {}
    for name, pair in estimates.items():
        for key, values in zip((name, name + dataset.ERROR_SUFFIX), pair, strict=True):
            variables[key] = (_dimensions(name, np.ndim(values)), values)
    positive = signs.positive(magnetization)
    fair = signs.binomial_p_value(
        float(variables["positive_share"][1]), signs.independent_signs(positive, sampling)
    )
    variables |= {
        **observables.autocorrelation(spins, sampling),
        "energy_series": (("chain", "draw"), energy),
        "magnetization_series": (("chain", "draw"), magnetization),
        "positive_share_p_value": fair,
        "lattice_size": size,
        "number_of_frames": spins.shape[0] * spins.shape[1],
    }
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
    dataset.write(dataset.describe(data, LONG_NAMES), output)


def _dimensions(name: str, number: int) -> tuple[str, ...]:
    """Return the dimensions of an observable that has this number of them."""
    if number == 0:
        return ()
    if name in observables.FUNCTIONS:
        functions = {"structure_factor": "wavenumber", "cluster_size_distribution": "cluster_size"}
        return (functions.get(name, "distance"),)
    return ("correlation_kind", "last_distance")[:number]
