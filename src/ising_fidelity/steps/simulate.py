"""Make frames by Monte Carlo at one temperature."""

from pathlib import Path

import numpy as np

from ising_fidelity import dataset, lattice, montecarlo, provenance


def simulate(
    *,
    lattice_size: int,
    temperature: str,
    sampler: str,
    frames: int,
    chains: int,
    thermalization: int,
    spacing: int,
    seed: int,
    output: Path,
) -> None:
    """Write frames with their autocorrelation times and effective sample sizes.

    Parameters
    ----------
    lattice_size, sampler, frames, chains, thermalization, spacing, seed
        See :func:`ising_fidelity.montecarlo.run_chains`.
    temperature
        Canonical, in J/k_B.
    output
        Path of the netCDF file.

    Raises
    ------
    InputError
        Naming the flag that is out of range, or if chains stay frozen.
    """
    result = montecarlo.run_chains(
        lattice_size,
        float(temperature),
        sampler,
        frames,
        chains,
        thermalization,
        spacing,
        seed,
        progress=True,
    )
    settings = {
        "lattice_size": lattice_size,
        "temperature": temperature,
        "sampler": sampler,
        "frames": frames,
        "chains": chains,
        "thermalization": thermalization,
        "spacing": spacing,
    }
    attributes = provenance.attributes(
        "simulate",
        settings,
        title=f"Ising frames of Monte Carlo at T = {temperature}",
        summary=f"{frames} frames of {lattice_size} x {lattice_size} spins from {chains} chain(s)",
        source=f"Monte Carlo, {sampler}",
        seed=seed,
        generator=montecarlo.GENERATOR,
    )
    attributes |= {
        "sampler": sampler,
        "thermalization_sweeps": thermalization,
        "spacing_sweeps": spacing,
        "restarts": result.restarts,
        "updates_per_sweep": result.updates_per_sweep,
    }
    data = dataset.frames_dataset(result.spins, float(temperature), "chain", attributes)
    # Heavy to import, and not needed to see that the input is bad.
    from ising_fidelity.observables.errors import autocorrelation_time

    series = {
        "energy": lattice.energy(result.spins),
        "abs_magnetization": np.abs(lattice.magnetization(result.spins)),
    }
    for name, values in series.items():
        tau, size = autocorrelation_time(values)
        data[f"{name}_tau_int"] = tau
        data[f"{name}_effective_sample_size"] = size
    dataset.write(dataset.describe(data), output)
