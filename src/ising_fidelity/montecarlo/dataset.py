"""Monte Carlo frames as a labelled dataset, with diagnostics of their reliability."""

import math
import warnings
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ising_fidelity import lattice
from ising_fidelity.frames import frames_dataset
from ising_fidelity.io import netcdf, provenance
from ising_fidelity.io.variables import BURN_IN, STARTS_AGREE, STARTS_DISAGREE
from ising_fidelity.montecarlo.diagnostics import acceptance_rate, burn_in_p_value
from ising_fidelity.montecarlo.simulate import GENERATOR, run_chains

DISAGREEMENT = 1e-4
"""The p-value below which a file states that burn-in was too short."""
ENOUGH_CHAINS = 5
"""Fewest chains of each kind of start for a conclusive test. With this many, means that differ by
five standard deviations of either kind's chains fall below that p-value. With two of each kind it
takes a hundred standard deviations."""


def simulated(
    *,
    lattice_size: int,
    temperature: str,
    sampler: str,
    frames: int,
    chains: int,
    thermalization: int,
    spacing: int,
    seed: int,
    threads: int = 1,
    start: str = "both",
) -> xr.Dataset:
    """Return frames that follow the contract of frames.

    Attributes give autocorrelation times, effective sample sizes, the acceptance rate, and whether
    chains from ordered and from random starts agree. Without thermalization, and with as many
    chains as frames, the frames are the starts themselves.

    Parameters
    ----------
    temperature
        Canonical, in J/k_B.
    lattice_size, sampler, frames, chains, thermalization, spacing, seed, threads, start
        See :func:`ising_fidelity.montecarlo.simulate.run_chains`.

    Raises
    ------
    InputError
        If a parameter is out of range or chains stay frozen.
    """
    settings: dict[str, Any] = {
        "lattice_size": lattice_size,
        "temperature": temperature,
        "sampler": sampler,
        "frames": frames,
        "chains": chains,
        "thermalization": thermalization,
        "spacing": spacing,
        "start": start,
    }
    arguments = settings | {"temperature": float(temperature), "seed": seed, "threads": threads}
    result = run_chains(**arguments, progress=True)
    attributes = provenance.attributes(
        "simulate",
        settings,
        title=f"Ising frames of Monte Carlo at T = {temperature}",
        summary=f"{frames} frames of {lattice_size} x {lattice_size} spins from {chains} chain(s)",
        source=f"Monte Carlo, {result.sampler}",
        seed=seed,
        generator=GENERATOR,
    )
    attributes |= {
        "sampler": result.sampler,
        "thermalization_sweeps": thermalization,
        "spacing_sweeps": spacing,
        "start": start,
        "restarts": result.restarts,
        "updates_per_sweep": result.updates_per_sweep,
    }
    # Heavy to import, and not needed to reject bad input.
    from ising_fidelity.observables.errors import autocorrelation_time

    series = {
        "energy": lattice.energy(result.spins),
        "abs_magnetization": np.abs(lattice.magnetization(result.spins)),
    }
    if result.sampler != "cluster":
        attributes["acceptance_rate"] = acceptance_rate(result.spins, float(temperature))
    attributes |= _burn_in(series, result.ordered)
    for name, values in series.items():
        tau_int, size = autocorrelation_time(values)
        attributes[f"{name}_tau_int"] = tau_int
        attributes[f"{name}_effective_sample_size"] = size
    sampling = "independent" if frames == chains else "chain"
    data = frames_dataset(result.spins, float(temperature), sampling, attributes)
    return netcdf.describe(data)


def _burn_in(
    series: dict[str, NDArray[np.float64]], ordered: NDArray[np.bool_]
) -> dict[str, str | float]:
    """Return attributes that state whether both kinds of starts agree; warn if they do not."""
    p_values = {
        f"burn_in_{name}_p_value": burn_in_p_value(values, ordered)
        for name, values in series.items()
    }
    least = min(p_values.values())
    if math.isnan(least):
        return {BURN_IN: "not checked: fewer than two chains of each kind of start"}
    fewest = int(min(ordered.sum(), (~ordered).sum()))
    if least > DISAGREEMENT and fewest < ENOUGH_CHAINS:
        few = f"too few chains to tell: {fewest} of one kind of start, {ENOUGH_CHAINS} are needed"
        return {BURN_IN: few, **p_values}
    if least > DISAGREEMENT:
        return {BURN_IN: STARTS_AGREE, **p_values}
    warnings.warn(
        f"ordered and random starts disagree (p = {least:.1g}); thermalization is too short",
        stacklevel=3,
    )
    return {BURN_IN: STARTS_DISAGREE, **p_values}
