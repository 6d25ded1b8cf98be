"""Exact results for one lattice at some temperatures."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from ising_fidelity import dataset, exact, provenance
from ising_fidelity.exceptions import InputError
from ising_fidelity.lattice import LARGEST_LATTICE

LONG_NAMES = {
    "correlation_infinite": "spin-spin correlation along the axes of the infinite lattice",
    "correlation_diagonal_infinite": "spin-spin correlation along the diagonals of the infinite "
    "lattice, distance (r, r)",
    "energy_level": "energy per spin in units of J",
    "energy_probability": "canonical probability of the energy level",
}


def solve(*, lattice_size: int, temperatures: Sequence[str], output: Path) -> None:
    """Write exact results of the periodic L x L lattice and of the infinite one.

    The distribution of the energy is among them where :func:`exact.has_energy_levels`.

    Parameters
    ----------
    lattice_size
        L >= 2.
    temperatures
        Canonical, above 0, in J/k_B; in any order, each counts once.
    output
        Path of the netCDF file.

    Raises
    ------
    InputError
        If L < 2, or a temperature is 0, or there is none.
    """
    if not 2 <= lattice_size <= LARGEST_LATTICE:
        raise InputError(
            f"--lattice-size: {lattice_size}; allowed are whole numbers from 2 on, up to "
            f"{LARGEST_LATTICE}"
        )
    if not temperatures:
        raise InputError("--temperature: none given; at least one is needed")
    values = sorted({float(temperature) for temperature in temperatures})
    if values[0] <= 0:
        raise InputError(f"--temperature: {values[0]}; allowed are numbers above 0")
    finite = [exact.kaufman(lattice_size, value) for value in values]
    infinite = {
        "energy_infinite": exact.onsager_energy,
        "specific_heat_infinite": exact.onsager_specific_heat,
        "magnetization_infinite": exact.yang_magnetization,
    }
    columns = {
        name: [getattr(one, name) for one in finite]
        for name in ("energy", "specific_heat", "free_energy", "entropy")
    } | {name: [function(value) for value in values] for name, function in infinite.items()}
    distances = np.arange(lattice_size // 2 + 1)
    variables: dict[str, Any] = {name: ("temperature", column) for name, column in columns.items()}
    for name, diagonal in (
        ("correlation_infinite", False),
        ("correlation_diagonal_infinite", True),
    ):
        rows = [exact.correlation_infinite(value, distances, diagonal=diagonal) for value in values]
        variables[name] = (("temperature", "distance"), rows)
    coordinates: dict[str, Any] = {"temperature": values, "distance": distances}
    if exact.has_energy_levels(lattice_size):
        pairs = [exact.energy_distribution(lattice_size, value) for value in values]
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
    dataset.write(dataset.describe(data, LONG_NAMES), output)
