"""Attribution of the specific-heat error as a labelled dataset."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ising_fidelity.analysis import attribution, interventions
from ising_fidelity.analysis.labels import ATTRIBUTION
from ising_fidelity.exact import finite
from ising_fidelity.exceptions import InputError
from ising_fidelity.io import netcdf, provenance
from ising_fidelity.io.variables import ERROR_SUFFIX, FRAME_DIMENSIONS
from ising_fidelity.lattice import CRITICAL_TEMPERATURE
from ising_fidelity.montecarlo import GENERATOR, MOST

WITHOUT_FIELD = "not measured, set to 0: the frames come without field, the raw output"

WITH_FIELD = "sites with abs(field) < 0.5 take the sign of the neighbors' field"


def attributed(
    given: xr.Dataset, sweeps: Sequence[int], seed: int = 0, name: str = "frames"
) -> xr.Dataset:
    """Return the parts of the excess of specific heat and energy over their exact values.

    Parameters
    ----------
    given
        Frames that follow the contract of frames; without ``field`` the rounding part is 0.
    sweeps
        Numbers of relaxation sweeps, whole numbers above 0.
    seed
        Of thinning, sweeps and bootstrap.
    name
        Name of the frames in error messages.

    Raises
    ------
    InputError
        If the temperature is not between 0 and T_c, the lattice has one site, the field does not
        match the spins, or a number of sweeps is not above 0.
    """
    steps = checked(sweeps)
    spins, temperature = given["spin"].values, float(given["temperature"])
    sampling = str(given.attrs["sampling"])
    if not 0 < temperature < CRITICAL_TEMPERATURE:
        raise InputError(
            f"{name}: temperature is {temperature}; allowed here are those above 0 and below "
            f"T_c = {CRITICAL_TEMPERATURE:.6f}"
        )
    if spins.shape[-1] < 2:
        raise InputError(f"{name}: frames are 1 x 1; allowed are lattices from 2 x 2 on")
    field = _field(given, name)
    estimates = attribution.attribute(spins, temperature, sampling, steps, seed, field)
    variables: dict[str, Any] = {}
    for quantity, pair in estimates.items():
        for key, values in zip((quantity, quantity + ERROR_SUFFIX), pair, strict=True):
            variables[key] = ("sweeps" if np.ndim(values) else (), values)
    solved = finite.kaufman(spins.shape[-1], temperature)
    undecided = np.nan if field is None else np.mean(np.abs(field) < interventions.UNDECIDED)
    variables |= {
        **{f"{quantity}_exact": getattr(solved, quantity) for quantity in attribution.QUANTITIES},
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
                generator=f"PCG64; {GENERATOR}",
            ),
            "sampling": sampling,
            "error_method": "bootstrap" if sampling == "independent" else "gamma",
            "rounding": WITHOUT_FIELD if field is None else WITH_FIELD,
            "thermal_sweeps": steps[-1],
        },
    )
    return netcdf.describe(data, ATTRIBUTION)


def checked(sweeps: Sequence[int]) -> list[int]:
    """Return distinct numbers of sweeps in rising order; raise InputError if one is below 1."""
    steps = sorted(set(sweeps))
    if not steps or steps[0] < 1 or steps[-1] > MOST:
        raise InputError(
            f"sweeps: {steps or 'none'}; allowed are whole numbers from 1 on, up to {MOST}"
        )
    return steps


def _field(given: xr.Dataset, name: str) -> NDArray[np.floating] | None:
    """Return the raw output stored with the spins, if any."""
    if "field" not in given:
        return None
    field = given["field"]
    if field.dims != FRAME_DIMENSIONS or not netcdf.are_numbers(field):
        raise InputError(
            f"{name}: field must have the dimensions {FRAME_DIMENSIONS} of spin and finite values"
        )
    return field.values
