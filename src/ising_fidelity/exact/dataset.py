"""Exact results as a labelled dataset."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr

from ising_fidelity.exact import finite as finite_module
from ising_fidelity.exact import infinite as infinite_module
from ising_fidelity.exact import levels
from ising_fidelity.exact.labels import LONG_NAMES
from ising_fidelity.exceptions import InputError
from ising_fidelity.io import netcdf, provenance
from ising_fidelity.lattice import LARGEST_LATTICE


def solved(lattice_size: int, temperatures: Sequence[str]) -> xr.Dataset:
    """Return exact results of the periodic L x L lattice and of the infinite one.

    The distribution of the energy is included if the levels of the lattice are known, see
    :func:`ising_fidelity.exact.levels.has_energy_levels`.

    Parameters
    ----------
    lattice_size
        L >= 2.
    temperatures
        Canonical, above 0, in J/k_B, in any order; duplicates count once.

    Raises
    ------
    InputError
        If L < 2, a temperature is 0, or no temperature is given.
    """
    if not 2 <= lattice_size <= LARGEST_LATTICE:
        raise InputError(
            f"lattice_size: {lattice_size}; allowed are whole numbers from 2 on, up to "
            f"{LARGEST_LATTICE}"
        )
    if not temperatures:
        raise InputError("temperature: none given; at least one is needed")
    values = sorted({float(temperature) for temperature in temperatures})
    if values[0] <= 0:
        raise InputError(f"temperature: {values[0]}; allowed are numbers above 0")
    finite = [finite_module.kaufman(lattice_size, value) for value in values]
    variables: dict[str, Any] = {
        name: ("temperature", [getattr(one, name) for one in finite])
        for name in ("energy", "specific_heat", "free_energy", "entropy")
    }
    for name, function in (
        ("energy_infinite", infinite_module.onsager_energy),
        ("specific_heat_infinite", infinite_module.onsager_specific_heat),
        ("magnetization_infinite", infinite_module.yang_magnetization),
    ):
        variables[name] = ("temperature", [function(value) for value in values])
    distances = np.arange(lattice_size // 2 + 1)
    for name, diagonal in (
        ("correlation_infinite", False),
        ("correlation_diagonal_infinite", True),
    ):
        rows = [
            infinite_module.correlation_infinite(value, distances, diagonal=diagonal)
            for value in values
        ]
        variables[name] = (("temperature", "distance"), rows)
    coordinates: dict[str, Any] = {"temperature": values, "distance": distances}
    if levels.has_energy_levels(lattice_size):
        pairs = [levels.energy_distribution(lattice_size, value) for value in values]
        coordinates["energy_level"] = pairs[0][0]
        variables["energy_probability"] = (
            ("temperature", "energy_level"),
            [probabilities for _, probabilities in pairs],
        )
    data = xr.Dataset(
        variables,
        coords=coordinates,
        attrs={
            **provenance.attributes(
                "solve",
                {"lattice_size": lattice_size, "temperatures": values},
                title=f"Exact results for the {lattice_size} x {lattice_size} Ising model",
                summary="This periodic lattice (Kaufman), the infinite lattice (Onsager, Yang)",
                source="closed forms",
            ),
            "lattice_size": lattice_size,
        },
    )
    return netcdf.describe(data, LONG_NAMES)
