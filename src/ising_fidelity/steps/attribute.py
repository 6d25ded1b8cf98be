"""Which error makes how much of a wrong specific heat, for one set of frames."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ising_fidelity import attribution, dataset, exact, montecarlo, provenance
from ising_fidelity.exceptions import InputError
from ising_fidelity.lattice import CRITICAL_TEMPERATURE

SYMBOLS = {
    "specific_heat": "specific heat per spin in units of k_B",
    "energy": "energy per spin in units of J",
}
PARTS = {
    "": "{}",
    "_exact": "exact {}",
    "_excess": "excess over the exact {}",
    "_rounding": "part of the excess, rounding of undecided sites: {}",
    "_isolated_flips": "part of the excess, isolated flips that no temperature explains: {}",
    "_sign_mixture": "part of the excess, frames that the more frequent sign does not fill: {}",
    "_thermal": "part of the excess, what the most sweeps of Monte Carlo mend: {}",
    "_remainder": "part of the excess that no intervention removes: {}",
    "_relaxed": "after sweeps of Monte Carlo on all frames as they are: {}",
    "_flips_beyond_thermal": "share of isolated flips beyond the thermal rate, no part: {}",
}
LONG_NAMES = {
    name + part: text.format(symbol)
    for name, symbol in SYMBOLS.items()
    for part, text in PARTS.items()
} | {
    "sweeps": "sweeps of Monte Carlo",
    "isolated_flips": "share of sites with a spin against all four neighbors",
    "spurious_flips": "share of sites with an isolated flip that no temperature explains",
    "majority_phase_share": "share of frames that the more frequent sign fills",
    "undecided_share": "share of sites with raw output nearer to 0 than to a spin",
    "lattice_size": "number of sites along a side",
    "number_of_frames": "number of frames over all chains",
}
WITHOUT_FIELD = "not measured, set to 0: the frames come without field, the raw output"
WITH_FIELD = "sites with abs(field) < 0.5 take the sign of the neighbors' field"


def attribute(*, frames: Path, sweeps: Sequence[int], output: Path, seed: int = 0) -> None:
    """Write the parts of the excess of specific heat and energy over the exact ones.

    Parameters
    ----------
    frames
        A file that keeps the contract of frames, whoever wrote it; without ``field`` there is no
        part of rounding.
    sweeps
        Of relaxation, whole numbers above 0.
    output
        Path of the netCDF file.
    seed
        Of thinning, sweeps and bootstrap.

    Raises
    ------
    InputError
        If the file is missing or breaks the contract, its temperature is not between 0 and T_c,
        its lattice has one site, its field does not fit, or sweeps are not above 0.
    """
    steps = sorted(set(sweeps))
    if not steps or steps[0] < 1 or steps[-1] > montecarlo.MOST:
        raise InputError(
            f"--sweeps: {steps or 'none'}; allowed are whole numbers from 1 on, up to "
            f"{montecarlo.MOST}"
        )
    given = dataset.read_frames(frames)
    spins, temperature = given["spin"].values, float(given["temperature"])
    sampling = str(given.attrs["sampling"])
    if not 0 < temperature < CRITICAL_TEMPERATURE:
        raise InputError(
            f"{frames}: temperature is {temperature}; allowed here are those above 0 and below "
            f"T_c = {CRITICAL_TEMPERATURE:.6f}"
        )
    if spins.shape[-1] < 2:
        raise InputError(f"{frames}: frames are 1 x 1; allowed are lattices from 2 x 2 on")
    field = _field(given, frames)
    estimates = attribution.attribute(spins, temperature, sampling, steps, seed, field)
    variables: dict[str, Any] = {}
    for name, pair in estimates.items():
        for key, values in zip((name, name + dataset.ERROR_SUFFIX), pair, strict=True):
            variables[key] = ("sweeps" if np.ndim(values) else (), values)
    solved = exact.kaufman(spins.shape[-1], temperature)
    undecided = np.nan if field is None else np.mean(np.abs(field) < attribution.UNDECIDED)
    variables |= {
        **{f"{name}_exact": getattr(solved, name) for name in attribution.QUANTITIES},
        "undecided_share": undecided,
        "lattice_size": spins.shape[-1],
        "number_of_frames": spins.shape[0] * spins.shape[1],
    }
    settings = {"frames": provenance.array_hash(spins), "sweeps": steps}
    if field is not None:
        settings["field"] = provenance.array_hash(field)
    data = xr.Dataset(
        variables,
        coords={"temperature": temperature, "sweeps": [0, *steps]},
        attrs={
            **provenance.attributes(
                "attribute",
                settings,
                title=f"Parts of the excess specific heat of Ising frames at T = {temperature}",
                summary="Each part is what one intervention changes, with standard errors",
                source=str(given.attrs.get("source", "frames of unknown origin")),
                seed=seed,
                generator=f"PCG64; {montecarlo.GENERATOR}",
            ),
            "sampling": sampling,
            "error_method": "bootstrap" if sampling == "independent" else "gamma",
            "rounding": WITHOUT_FIELD if field is None else WITH_FIELD,
            "thermal_sweeps": steps[-1],
        },
    )
    dataset.write(dataset.describe(data, LONG_NAMES), output)


def _field(given: xr.Dataset, path: Path) -> NDArray[np.floating] | None:
    """Return the raw output beside the spins, if there is one."""
    if "field" not in given:
        return None
    field = given["field"]
    if field.dims != dataset.FRAME_DIMENSIONS or not dataset.are_numbers(field):
        raise InputError(
            f"{path}: field is to have the dimensions {dataset.FRAME_DIMENSIONS} of spin and "
            "finite values"
        )
    return field.values
