"""Every observable of one set of frames, with error bars."""

from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from ising_fidelity import dataset, lattice, observables, provenance
from ising_fidelity.observables import correlation

LONG_NAMES = {
    "amplitude": "amplitude of the fit A r^-eta exp(-r/xi)",
    "amplitude_power_law": "amplitude of the pure power law A r^-eta",
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
    "lattice_size": "number of sites along a side",
    "number_of_frames": "number of frames over all chains",
}


def measure(*, frames: Path, output: Path, seed: int = 0) -> None:
    """Measure one file of frames, whoever wrote it.

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
        If the file is missing or breaks the contract.
    """
    given = dataset.read_frames(frames)
    spins = given["spin"].values
    temperature, sampling = float(given["temperature"]), str(given.attrs["sampling"])
    size = spins.shape[-1]
    dimensions = {
        "correlation_raw": "distance",
        "correlation_connected": "distance",
        "structure_factor": "wavenumber",
    }
    variables: dict[str, Any] = {}
    for name, pair in observables.measure(spins, temperature, sampling, seed).items():
        for key, values in zip((name, name + dataset.ERROR_SUFFIX), pair, strict=True):
            dimension = dimensions.get(name, "correlation_kind") if np.ndim(values) else ()
            variables[key] = (dimension, values)
    variables |= {
        **observables.autocorrelation(spins, sampling),
        "energy_series": (("chain", "draw"), lattice.energy(spins)),
        "magnetization_series": (("chain", "draw"), lattice.magnetization(spins)),
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
